"""A priced economy in its own units: powers of two only, told as the user counts, refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.base.errors import QuestionError
from natura_opt.methods.prices import own_units
from natura_opt.methods.prices.own_units import OwnUnits, in_own_units
from natura_opt.methods.prices.priced_economy import PricedEconomy, priced_economy

from .seeded import in_other_units, seeded_economy


def laid(economy: no.Economy) -> PricedEconomy:
    return priced_economy(economy, economy.question())


def strange(seed: int, spread: float = 9.0, **changed: Any) -> no.Economy:
    """Return an economy whose goods, techniques and resources are counted in units far apart."""
    said: dict[str, Any] = {"periods": (1, 1), "joint": False, "storage": False, "objective": "assortment",
                            "several": True}  # fmt: skip
    economy = seeded_economy(seed, **{**said, **changed})
    rng = np.random.default_rng(seed)
    factors = [10.0 ** rng.uniform(-spread, spread, len(economy.axes[a])) for a in ("goods", "techniques", "resources")]
    return in_other_units(economy, *factors)


def corn(**changed: Any) -> no.Economy:
    tables: dict[str, Any] = {
        "goods": ["corn", "iron"], "techniques": ["corn", "iron"], "resources": ["labour"],
        "inputs": [[0.1, 0.2], [0.05, 0.1]], "resource_use": [[2.0, 1.0]], "resource_limits": [100.0],
        "targets": [2.0, 1.0], "objective": "assortment",
    }  # fmt: skip
    return no.build_economy(name="corn", **{**tables, **changed})


def made_good(laid: PricedEconomy) -> np.ndarray:
    found = np.empty(len(laid.rows), dtype=int)
    found[laid.rows] = np.repeat(np.arange(len(laid.goods)), np.diff(laid.first))
    return found


# ---- the numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_inputs_are_those_of_the_user_times_powers_of_two(seed: int) -> None:
    own = in_own_units(laid(strange(seed)))
    given = own.laid.inputs
    rows = np.repeat(np.arange(given.shape[0]), np.diff(given.indptr))
    exponents = own.goods[made_good(own.laid)[rows]] - own.goods[given.indices]
    assert (own.inputs.data == np.ldexp(given.data, exponents)).all()
    assert (np.frexp(own.inputs.data)[0] == np.frexp(given.data)[0]).all()  # every digit is as it was
    assert (own.inputs.indices == given.indices).all() and (own.inputs.indptr == given.indptr).all()


@pytest.mark.parametrize("seed", range(12))
def test_use_is_a_share_of_all_there_is(seed: int) -> None:
    own = in_own_units(laid(strange(seed)))
    given = own.laid.use
    rows = np.repeat(np.arange(given.shape[0]), np.diff(given.indptr))
    exact = given.data / own.laid.amounts[given.indices] * np.exp2(own.goods[made_good(own.laid)[rows]])
    assert own.use.data == pytest.approx(exact, rel=4e-16)


@pytest.mark.parametrize("seed", range(12))
def test_the_assortment_is_about_one_and_keeps_its_digits(seed: int) -> None:
    own = in_own_units(laid(strange(seed)))
    wanted = own.laid.wanted
    assert own.wanted.max() < 1.0 and own.wanted.max() >= 0.5
    assert (own.wanted == np.ldexp(wanted, own.assortment - own.goods)).all()
    assert ((own.wanted > 0) == (wanted > 0)).all()


@pytest.mark.parametrize("seed", range(8))
def test_units_of_powers_of_two_make_the_same_numbers(seed: int) -> None:
    """Whoever counts goods in quarters or in bushels of 1,024 is given the same coefficients."""
    rng = np.random.default_rng(seed)
    economy = strange(seed, capital="none", stocks=False)
    goods, techniques = (2.0 ** rng.integers(-20, 20, len(economy.axes[a])) for a in ("goods", "techniques"))
    one, other = (in_own_units(laid(told)) for told in (economy, in_other_units(economy, goods, techniques)))
    spread = one.goods - other.goods + np.log2(goods)[one.laid.goods]
    scale = np.exp2((spread - spread[0])[made_good(one.laid)])
    rows = np.repeat(np.arange(one.inputs.shape[0]), np.diff(one.inputs.indptr))
    columns = np.exp2((spread - spread[0])[one.inputs.indices])
    assert (one.inputs.data * columns == other.inputs.data * scale[rows]).all()


@pytest.mark.parametrize("seed", range(8))
def test_coefficients_come_to_about_one_size(seed: int) -> None:
    """However far apart the units of the user are."""
    economy = strange(seed, 9.0)
    own = in_own_units(laid(economy))

    def width(numbers: np.ndarray) -> float:
        return float(np.log10(numbers.max() / numbers.min()))

    plain = in_own_units(laid(strange(seed, 0.0)))
    assert width(own.inputs.data) <= width(plain.inputs.data) + 4.0
    assert width(own.laid.inputs.data) >= width(own.inputs.data) - 1.0


def test_numbers_of_one_size_are_left_as_they_are() -> None:
    economy = laid(corn())
    own = in_own_units(economy)
    assert not own.goods.any()
    assert own.inputs is economy.inputs
    assert own.use.toarray().tolist() == [[0.02], [0.01]]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("piece", [1, 3])
def test_a_piece_at_a_time_is_all_at_once(seed: int, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    economy = laid(strange(seed))
    whole = in_own_units(economy)
    monkeypatch.setattr(own_units, "_PIECE", piece)
    pieces = in_own_units(economy)
    assert (whole.inputs.data == pieces.inputs.data).all() and (whole.use.data == pieces.use.data).all()
    assert (whole.goods == pieces.goods).all() and whole.assortment == pieces.assortment


def test_the_tables_of_the_user_are_not_written_to() -> None:
    economy = laid(strange(3))
    inputs, use, wanted = economy.inputs.data.copy(), economy.use.data.copy(), economy.wanted.copy()
    in_own_units(economy)
    assert (economy.inputs.data == inputs).all() and (economy.use.data == use).all()
    assert (economy.wanted == wanted).all()


# ---- told as the user counts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_what_is_told_back_is_what_was_meant(seed: int) -> None:
    """An identity that holds in our units holds in the user's: prices times outputs, rents times amounts."""
    rng = np.random.default_rng(seed)
    own = in_own_units(laid(strange(seed)))
    count, things = len(own.wanted), len(own.laid.amounts)
    outputs, prices, shares = rng.random(count), rng.random(count), rng.random(things)
    number = float(rng.random())
    in_users = float(own.good_prices(prices) @ own.laid.wanted)
    assert in_users == pytest.approx(float(prices @ own.wanted), rel=1e-12)  # what an assortment costs
    made = own.outputs(outputs)
    one_of_theirs = np.exp2(float(own.assortment))
    assert float(own.good_prices(prices) @ made) == pytest.approx(one_of_theirs * float(prices @ outputs), rel=1e-12)
    assert float(own.scarce_prices(shares) @ own.laid.amounts) == pytest.approx(one_of_theirs * shares.sum(), rel=1e-12)
    assert own.assortments(number) == number * one_of_theirs
    assert own.mixed(np.array([number, 0.0])).tolist() == [number * one_of_theirs, 0.0]


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_for_an_assortment_of_ours_makes_so_many_of_theirs(seed: int) -> None:
    own = in_own_units(laid(strange(seed)))
    told = own.outputs(own.wanted) * np.exp2(-float(own.assortment)) if own.assortment < 1000 else None
    assert told is not None
    assert (own.outputs(own.wanted) == np.ldexp(own.laid.wanted, own.assortment)).all()
    assert told == pytest.approx(own.laid.wanted, rel=0)


@pytest.mark.parametrize("fixed", [False, True])
def test_told_is_a_number_of_assortments_or_a_cost(fixed: bool) -> None:
    own = in_own_units(laid(corn(targets=[48.0, 24.0])))
    assert own.assortment == -6
    assert own.told(3.0, fixed) == (3.0 * 64.0 if fixed else 3.0 / 64.0)
    assert own.told(np.inf, fixed) == np.inf
    assert own.told(0.0, fixed) == 0.0


def test_the_cost_of_an_assortment_and_their_number_are_told_in_opposite_ways() -> None:
    own = in_own_units(laid(strange(2)))
    assert own.told(1.0, True) * own.told(1.0, False) == 1.0


# ---- refusals -------------------------------------------------------------------------------------------------------


def held(own: OwnUnits, **changed: Any) -> OwnUnits:
    return replace(own, **changed)


@pytest.mark.parametrize(
    ("say", "what"),
    [
        (lambda own: own.outputs(np.ones(2)), "the outputs of the plan"),
        (lambda own: own.told(1.0, True), "the cost of the plan"),
    ],
)
def test_what_doubles_do_not_hold_is_refused(say: Any, what: str) -> None:
    own = held(in_own_units(laid(corn())), goods=np.array([2000, 0]), assortment=-1100)
    with pytest.raises(QuestionError, match=f"^corn: {what} would lie outside what double precision holds"):
        say(own)


@pytest.mark.parametrize("exponent", [1100, -1100])
def test_neither_too_large_nor_too_small_a_number_of_assortments_is_told(exponent: int) -> None:
    own = held(in_own_units(laid(corn())), assortment=exponent)
    with pytest.raises(QuestionError, match="the number of assortments would lie outside"):
        own.assortments(1.0)
    assert own.assortments(0.0) == 0.0  # nothing is nothing in any units


def test_rents_may_vanish_but_not_overflow() -> None:
    own = held(in_own_units(laid(corn())), assortment=-1100)
    assert own.scarce_prices(np.array([1.0]))[0] == 0.0
    own = held(own, assortment=1100)
    with pytest.raises(QuestionError, match="prices of resources would lie outside"):
        own.scarce_prices(np.array([1.0]))


def test_prices_of_goods_lose_no_digits() -> None:
    own = held(in_own_units(laid(corn())), assortment=-1022)
    assert own.good_prices(np.array([1.0, 1.5])).tolist() == [2.0**-1022, 1.5 * 2.0**-1022]
    with pytest.raises(QuestionError, match="prices of goods would lie outside"):
        own.good_prices(np.array([1.0, 0.5]))


def test_a_target_that_is_nothing_beside_the_others_is_named() -> None:
    with pytest.raises(QuestionError, match=r"the target of 'iron', .*e-321, is so small beside the others"):
        in_own_units(laid(corn(targets=[2.0, 1e-320])))


def test_a_use_that_vanishes_beside_what_there_is_is_named() -> None:
    clay = {"resources": ["labour", "clay"], "resource_use": [[2.0, 1.0], [0.0, 1e-300]]}
    with pytest.raises(QuestionError, match=r"technique 'iron' uses 1e-300 of what is limited per unit made"):
        in_own_units(laid(corn(**clay, resource_limits=[100.0, 1e200])))


def test_an_input_that_vanishes_is_named_with_its_good() -> None:
    """In a circle of two goods no units bring a coefficient of 1e-310 to the size of others."""
    with pytest.raises(QuestionError, match=r"technique 'iron' uses 1e-310 of 'iron' per unit made"):
        in_own_units(laid(corn(inputs=[[0.1, 1e200], [1e-201, 1e-310]])))


@pytest.mark.parametrize("size", [1e-250, 1e-100, 1e100, 1e250])
def test_whole_economies_in_minute_or_huge_units_are_held(size: float) -> None:
    """If all goods are counted in such units, nothing is lost: coefficients between goods are what they were."""
    told = in_own_units(laid(in_other_units(corn(), [size, size], [size, size])))
    plain = in_own_units(laid(corn()))
    for own in (told, plain):  # of corn per corn, of iron per iron, and of both round the circle
        table = own.inputs.toarray()
        assert np.diag(table) == pytest.approx([0.1, 0.1], rel=1e-14)
        assert table[0, 1] * table[1, 0] == pytest.approx(0.2 * 0.05, rel=1e-14)
        assert np.abs(np.log2(table)).max() < 10.0
    worth = plain.wanted @ np.linalg.solve(np.eye(2) - plain.inputs.toarray(), plain.use.toarray()[:, 0])
    other = told.wanted @ np.linalg.solve(np.eye(2) - told.inputs.toarray(), told.use.toarray()[:, 0])
    parts = np.ldexp(1.0, plain.assortment), np.ldexp(1.0, told.assortment)
    assert other / parts[1] == pytest.approx(worth / parts[0], rel=1e-12)  # all one assortment of the user's takes

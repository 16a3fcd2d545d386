"""What the centre keeps and proves, techniques that share a good, contents, and what ``auto`` asks of prices."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.base.errors import QuestionError
from natura_opt.economy.memory import BASE, BLOCKS, Size
from natura_opt.methods import by_structure
from natura_opt.methods.by_structure import _left, _why_prices
from natura_opt.methods.method import Common
from natura_opt.methods.prices.centre import Centre, Proposal, value
from natura_opt.methods.prices.cheapest import Industries, Offer
from natura_opt.methods.prices.contents import Contents
from natura_opt.methods.prices.course import Course
from natura_opt.methods.prices.local_model import Prospect
from natura_opt.methods.prices.price_coordination import memory_of_rounds
from natura_opt.methods.prices.rounds import _in_use, _roughly, _with_mixes
from natura_opt.methods.prices.technique_table import Shares
from natura_opt.plan.price_rounds import MESSAGES, PriceRound, PriceRounds

from .seeded import seeded_economy
from .technique_tables import drawn


def proposal(goods: int = 3) -> Proposal:
    return Proposal(np.ones(goods), Shares.of(np.arange(goods)))


def heard(seed: int, things: int = 3, rounds: int = 5) -> Centre:
    """Return a centre that has heard some plans and costs which no plan contradicts."""
    rng = np.random.default_rng(seed)
    centre = Centre.of(things, 3)
    uses = rng.uniform(0.1, 2.0, (rounds, things))
    for use in uses:
        centre.hear_plan(proposal(), use)
        rents = rng.dirichlet(np.ones(things))
        centre.hear_cost(rents, float((uses @ rents).min()) * 0.9, rng.random(3))
    return centre


# ---- the centre -----------------------------------------------------------------------------------------------------


def test_a_centre_that_knows_nothing_claims_nothing() -> None:
    centre = Centre.of(4, 2)
    assert (centre.bound, centre.best, centre.gap) == (np.inf, 0.0, 1.0)
    standing = centre.standing()
    assert standing.amounts.shape == (0,) and standing.proposals == ()
    assert standing.rents.sum() == pytest.approx(1.0, rel=1e-15)


@pytest.mark.parametrize("seed", range(10))
def test_no_mix_uses_more_than_there_is_and_no_bound_is_below_it(seed: int) -> None:
    centre = heard(seed)
    standing = centre.standing()
    used = standing.amounts @ centre.bundle.cuts
    assert used.max() <= 1.0 and used.max() >= 1.0 - 1e-12
    assert standing.best == pytest.approx(standing.amounts.sum(), rel=1e-15)
    assert standing.best <= standing.bound
    assert standing.gap == pytest.approx(1.0 - standing.best / standing.bound, rel=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_rents_that_stand_are_those_at_which_an_assortment_costs_one(seed: int) -> None:
    """Then all there is is worth the bound."""
    centre = heard(seed)
    standing = centre.standing()
    assert value(standing.rents, centre.there) == pytest.approx(standing.bound, rel=1e-13)


def test_the_worth_of_all_there_is_over_the_cost_bounds() -> None:
    centre = Centre.of(2, 1)
    centre.hear_cost(np.array([3.0, 1.0]), 8.0, np.array([2.0]))
    assert centre.bound == pytest.approx(0.5, rel=1e-14) and centre.bound > 0.5
    assert centre.standing().prices.tolist() == [0.25]  # an assortment then costs one
    centre.hear_cost(np.array([1.0, 1.0]), 2.0, np.array([9.0]))  # proves less
    assert centre.bound == pytest.approx(0.5, rel=1e-14)
    assert centre.standing().prices.tolist() == [0.25]


@pytest.mark.parametrize("factor", [1e-9, 3.0, 1e12])
def test_only_ratios_of_rents_count(factor: float) -> None:
    one, other = Centre.of(3, 2), Centre.of(3, 2)
    rents, prices = np.array([0.2, 0.5, 0.1]), np.array([1.5, 2.5])
    one.hear_cost(rents, 0.7, prices)
    other.hear_cost(factor * rents, factor * 0.7, factor * prices)
    assert other.bound == pytest.approx(one.bound, rel=1e-14)
    assert other.standing().rents == pytest.approx(one.standing().rents, rel=1e-14)
    assert other.standing().prices == pytest.approx(one.standing().prices, rel=1e-14)


def test_what_stands_stays_whatever_happens_next() -> None:
    centre = heard(1)
    standing = centre.standing()
    kept = (standing.amounts.copy(), standing.rents.copy(), standing.prices.copy(), len(standing.proposals))
    centre.hear_plan(proposal(), np.array([0.01, 0.01, 0.01]))
    centre.hear_cost(np.array([1.0, 0.0, 0.0]), 5.0, np.ones(3))
    assert centre.best > standing.best
    now = (standing.amounts, standing.rents, standing.prices)
    assert all((one == other).all() for one, other in zip(now, kept[:3], strict=True))
    assert len(standing.proposals) == kept[3]


def test_a_better_plan_raises_and_a_worse_one_does_not_lower() -> None:
    centre, seen = Centre.of(2, 3), []
    for use in ([0.5, 0.1], [0.9, 0.9], [0.1, 0.5], [0.25, 0.25]):
        centre.hear_plan(proposal(), np.array(use))
        seen.append(centre.best)
    assert seen == pytest.approx([2.0, 2.0, 2.0 / 0.6, 4.0], rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_what_there_is_is_kept_apart_from_the_file(seed: int) -> None:
    centre, other = heard(seed), Centre.of(3, 3)
    kept = {name: numbers.copy() for name, numbers in centre.kept().items()}
    kept["there"] = kept["there"] * 2.0
    other.restore(kept)
    kept["there"][0] = -1.0
    assert other.there.tolist() == [2.0, 2.0, 2.0]
    assert other.rents(np.array([1.0, 2.0, 4.0])).tolist() == [0.5, 1.0, 2.0]


def test_worth_is_summed_beyond_double_precision() -> None:
    prices, amounts = np.array([1e16, 1.0, -1e16]), np.ones(3)
    assert value(prices, amounts) == 1.0
    assert float(prices @ amounts) != 1.0


def test_a_course_that_is_to_be_resumed_has_not_begun() -> None:
    course = Course.resumable(4)
    assert course.point.tolist() == [0.25] * 4 and course.number == 0
    assert not len(course.offer.prices) and course.contents is None


# ---- techniques that share a good -----------------------------------------------------------------------------------


def as_dense(shares: Shares, rows: int) -> np.ndarray:
    found = np.zeros((len(shares.begins) - 1, rows))
    np.add.at(found, (shares.goods, shares.used), shares.shares)
    return found


@pytest.mark.parametrize("seed", range(10))
def test_mixed_goods_keep_their_shares_and_every_good_is_made_whole(seed: int) -> None:
    table = drawn(seed)
    foreseen, chosen = table.shares(), table.chosen()
    rng = np.random.default_rng(seed)
    mixed = rng.random(len(chosen)) < 0.5
    found = _with_mixes(chosen, foreseen, mixed)
    dense, before = as_dense(found, len(table.rows)), as_dense(foreseen, len(table.rows))
    assert dense.sum(axis=1) == pytest.approx(np.ones(len(chosen)), rel=1e-14)
    several = mixed & (np.diff(foreseen.begins) > 1)
    for good, whole in enumerate(~several):
        if whole:
            assert dense[good, chosen[good]] == 1.0
        else:
            assert (dense[good] == before[good]).all()
    assert (np.diff(found.begins) >= 1).all() and (np.diff(found.goods) >= 0).all()


def sharing(dearer: float) -> tuple[Any, Offer, Shares]:
    """Return two techniques of one good, of which the second costs so much more; and shares of a half."""
    use = sp.csr_array(np.array([[1.0], [1.0 + dearer], [1.0]]))
    industries = Industries(sp.csr_array((3, 2)), use, np.array([0, 2, 3]))
    shares = Shares(np.array([0, 2, 3]), np.array([0, 1, 2]), np.array([0.5, 0.5, 1.0]))
    return industries, Offer(np.array([1.0, 1.0]), np.array([0, 2])), shares


@pytest.mark.parametrize(("dearer", "mixed"), [(0.0, True), (5e-4, True), (2e-3, False), (1.0, False)])
def test_techniques_share_only_where_they_cost_all_but_the_same(dearer: float, mixed: bool) -> None:
    industries, offer, shares = sharing(dearer)
    scarcity = industries.table.scarcity(np.ones(1))
    prospect = Prospect(np.ones(1), offer.prices, shares, offer.chosen)
    found = _in_use(industries, scarcity, offer, prospect)
    assert (len(found.used) == 3) == mixed
    assert as_dense(found, 3)[0].tolist() == ([0.5, 0.5, 0.0] if mixed else [1.0, 0.0, 0.0])


def test_without_a_prospect_the_cheapest_make_all() -> None:
    industries, offer, _ = sharing(0.0)
    found = _in_use(industries, industries.table.scarcity(np.ones(1)), offer, None)
    assert found.used.tolist() == [0, 2] and found.shares.tolist() == [1.0, 1.0]


def test_answers_become_exact_as_the_gap_closes() -> None:
    gaps = [1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-6]
    alone = [_roughly(None, gap, 1e-6) for gap in gaps]
    by_model: list[Any] = [_roughly(object(), gap, 1e-6) for gap in gaps]  # type: ignore[arg-type]
    for told in (alone, by_model):
        assert all(earlier[0] >= later[0] for earlier, later in pairwise(told))
        assert all(0 < rough <= 1e-4 for rough, _ in told)
    assert {plan for _, plan in alone} == {1e-8}
    assert all(prices == plan for prices, plan in by_model)
    assert by_model[-1][0] == 3e-8


# ---- contents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_contents_are_those_of_the_inverse(seed: int) -> None:
    given = drawn(seed, radius=0.6)
    shares = given.shares()
    inputs, use = given.mixed(shares, given.inputs), given.mixed(shares, given.use)
    truth = np.linalg.solve(np.eye(len(inputs)) - inputs, use)
    contents = Contents(given.table)
    rng = np.random.default_rng(seed)
    prices, outputs = rng.uniform(0.5, 2.0, len(inputs)), rng.uniform(0.5, 2.0, len(inputs))
    contents.find(shares, prices, outputs, 1e-8)
    assert contents.values == pytest.approx(truth, rel=1e-5, abs=1e-6 * truth.max())


@pytest.mark.parametrize("seed", range(4))
def test_contents_found_again_cost_little(seed: int) -> None:
    given = drawn(seed, radius=0.6)
    shares, table = given.shares(), given.table
    contents, ones = Contents(table), np.ones(len(given.first) - 1)
    contents.find(shares, ones, ones, 1e-6)
    first = table.passes
    before = contents.values.copy()
    contents.find(shares, ones, ones, 1e-6)
    assert table.passes - first < first
    assert contents.values == pytest.approx(before, rel=1e-4, abs=1e-5)


def test_goods_that_need_nothing_scarce_have_no_contents() -> None:
    given = drawn(5)
    given.use[:] = 0.0
    contents = Contents(given.table)
    contents.find(given.shares(), np.ones(30), np.ones(30), 1e-3)
    assert not contents.values.any()


# ---- memory ---------------------------------------------------------------------------------------------------------


def one_period(seed: int, **changed: Any) -> no.Economy:
    said: dict[str, Any] = {"periods": (1, 1), "joint": False, "storage": False, "objective": "assortment"}
    return seeded_economy(seed, **{**said, **changed})


def test_memory_grows_with_all_it_depends_on() -> None:
    economy = one_period(1, goods=(10, 10))
    few, many = memory_of_rounds(economy, 1), memory_of_rounds(economy, 60)
    assert BASE + BLOCKS < few <= many
    size = Size.of(economy)
    for name in ("goods", "techniques", "inputs", "resource_use"):
        larger = replace(size, **{name: getattr(size, name) + 10_000_000})
        assert larger.solving(goods=80.0, techniques=10.0) > size.solving(goods=80.0, techniques=10.0)
    assert size.solving(80.0, 10.0, in_pieces=False) >= size.solving(80.0, 10.0, in_pieces=True)


def test_memory_counts_the_contents_of_every_thing() -> None:
    economy = one_period(2, goods=(40, 40), several=True)
    goods = len(economy.goods)
    more = memory_of_rounds(economy, 2000) - memory_of_rounds(economy, 1000)
    assert more >= 1000 * goods * 8 * 6  # the Krylov basis of the contents
    assert more <= 1000 * 8 * (6 * goods + len(economy.techniques))


# ---- which questions are put to prices ------------------------------------------------------------------------------


def why(economy: no.Economy, **given: Any) -> str:
    return _why_prices(economy, economy.question(), Common(**given))


def test_small_economies_go_to_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    economy = one_period(3, capital="none")
    coefficients = economy.matrix("inputs", 0).nnz + economy.matrix("resource_use", 0).nnz
    assert why(economy) == ""
    monkeypatch.setattr(by_structure, "LARGE", coefficients)
    assert f"here {coefficients:,}" in why(economy)
    monkeypatch.setattr(by_structure, "LARGE", coefficients + 1)
    assert why(economy) == ""


def test_only_the_structure_of_prices_goes_to_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_structure, "LARGE", 1)
    assert why(one_period(3, capital="none"))
    assert why(one_period(3, capital="none", objective="fulfilment"))
    assert not why(one_period(3, capital="pool"))
    assert not why(seeded_economy(3, periods=(2, 2), capital="none", objective="assortment"))
    joint = [seed for seed in range(6) if not why(one_period(seed, capital="none", joint=True, goods=(8, 20)))]
    assert joint  # joint products leave open which technique is cheapest
    monkeypatch.setattr(by_structure, "MOST_THINGS", 0)
    assert not why(one_period(3, capital="none"))


@pytest.mark.parametrize("objective", ["assortment", "fulfilment", "least-resources"])
def test_auto_by_prices_and_by_highs_are_the_same_answer(objective: str, monkeypatch: pytest.MonkeyPatch) -> None:
    economy = one_period(4, capital="none", stocks=False, several=True, objective=objective)
    by_highs = no.solve(economy).assert_optimal()
    monkeypatch.setattr(by_structure, "LARGE", 1)
    plan = no.solve(economy).assert_optimal()
    assert by_highs.coordination is None and plan.coordination is not None
    assert plan.objective == pytest.approx(by_highs.objective, rel=2e-9)
    assert plan.certificate.gap <= 1e-9


def test_what_prices_decline_is_told_with_the_answer_of_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_structure, "LARGE", 1)

    def declined(*_: Any, **__: Any) -> no.Plan:
        raise QuestionError("this is not for prices")

    economy = one_period(4, capital="none", stocks=False)
    truth = no.solve(economy, method="simplex").objective
    monkeypatch.setattr(by_structure, "solve_by_prices", declined)
    plan = no.solve(economy).assert_optimal()
    assert plan.coordination is None
    assert "since price coordination declines: this is not for prices" in plan.attempts[0].message
    assert plan.objective == pytest.approx(truth, rel=1e-9)


def test_what_is_not_proved_in_time_goes_to_highs_and_both_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_structure, "LARGE", 1)
    monkeypatch.setattr(by_structure, "ROUNDS", 1)
    economy = one_period(7, capital="none", stocks=False, several=True, resources=(3, 3), goods=(10, 15))
    plan = no.solve(economy).assert_optimal()
    assert len(plan.attempts) >= 2
    assert "not proved to 1e-09, so HiGHS is asked" in plan.attempts[0].message


def test_what_is_left_of_the_time_is_never_nothing() -> None:
    assert _left(Common(time_limit=5.0), 0.0).time_limit == 1e-3  # began long ago
    assert _left(Common(), 0.0).time_limit is None


# ---- the rounds that a plan tells -----------------------------------------------------------------------------------


def rounds() -> PriceRounds:
    made = (
        PriceRound(1, np.inf, 0.0, 1.0, 2.5, (0.5, 0.5)),
        PriceRound(2, 4.0, 2.0, 0.5, 4.25, (0.25, 0.75)),
    )
    return PriceRounds(made, ("resource labour", "iron on hand"), {"costs": 12, "orders": 8}, 4, 40)


def test_rounds_are_told_in_tables_that_add_up() -> None:
    told = rounds()
    assert told.passes == 5
    assert told.table["best"].tolist() == [0.0, 2.0] and told.table.index.name == "round"
    assert told.path.loc[2].to_dict() == {"resource labour": 0.25, "iron on hand": 0.75}
    assert told.path.sum(axis=1).tolist() == [1.0, 1.0]
    revealed = told.revealed
    assert revealed.loc["costs", ["numbers", "per_industry", "per_round"]].tolist() == [12, 3.0, 6.0]
    assert revealed.loc["coefficients", "per_industry"] == 10.0
    assert "contents" not in revealed.index  # nobody told any
    assert set(revealed.index) <= {*MESSAGES, "coefficients"}


def test_a_bound_that_is_none_yet_is_left_out_of_the_facts() -> None:
    first, second = rounds().facts()["rounds"]
    assert "bound" not in first and second["bound"] == 4.0
    assert rounds().facts()["revealed"]["contents"] == 0


def test_no_rounds_are_said_in_words() -> None:
    nothing = replace(rounds(), rounds=())
    assert nothing.passes == 0 and nothing.path.shape == (0, 2) and nothing.table.empty
    assert "stopped before the first round" in nothing.lines()[0]
    assert "gap 5.0e-01, 2 possible, more than 4 never" in rounds().lines()[0]
    assert replace(rounds(), why="it is large").lines()[-1].endswith("it is large")

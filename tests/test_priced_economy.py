"""An economy laid out for price coordination: what takes part, in what order, uncopied, and prices of the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.base.errors import QuestionError
from natura_opt.methods.prices.price_coordination import coordinate
from natura_opt.methods.prices.priced_economy import PricedEconomy, laid_out, priced_economy
from natura_opt.methods.prices.technique_table import Shares

from .seeded import seeded_economy


def laid(economy: no.Economy) -> PricedEconomy:
    return priced_economy(economy, economy.question())


def mill(**changed: Any) -> no.Economy:
    """Return bread, flour and salt: two ways to bake."""
    tables: dict[str, Any] = {
        "goods": ["bread", "flour", "salt"],
        "techniques": ["bake", "mill", "bake with salt", "evaporate"],
        "resources": ["labour", "coal"],
        "inputs": [[0.0, 0.0, 0.0, 0.0], [0.5, 0.1, 0.4, 0.0], [0.0, 0.0, 0.1, 0.0]],
        "outputs": [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
        "resource_use": [[2.0, 1.0, 1.5, 3.0], [0.5, 0.0, 0.4, 1.0]],
        "resource_limits": [60.0, 20.0],
        "targets": [3.0, 1.0, 0.0],
        "objective": "assortment",
    }
    return no.build_economy(name="mill", **{**tables, **changed})


def one_period(seed: int, **changed: Any) -> no.Economy:
    said: dict[str, Any] = {"periods": (1, 1), "joint": False, "storage": False, "objective": "assortment"}
    return seeded_economy(seed, **{**said, **changed})


# ---- what takes part ------------------------------------------------------------------------------------------------


def test_where_all_take_part_the_tables_are_used_as_they_stand() -> None:
    """The csr by technique is the transpose of the csc by good: not a number is copied."""
    given = {name: sp.csc_array(mill().matrix(name, 0)) for name in ("inputs", "resource_use")}
    economy = mill(targets=[3.0, 1.0, 0.5], techniques=pd.RangeIndex(4), **given)
    found = laid(economy)
    assert np.shares_memory(found.inputs.data, economy.matrix("inputs", 0).data)
    assert np.shares_memory(found.inputs.indices, economy.matrix("inputs", 0).indices)
    assert np.shares_memory(found.use.data, economy.matrix("resource_use", 0).data)
    assert (found.techniques == np.arange(4)).all()
    assert (found.goods == np.arange(3)).all()


def test_outputs_other_than_one_divide_a_copy_and_leave_the_economy_alone() -> None:
    economy = mill(outputs=[[2.0, 0.0, 4.0, 0.0], [0.0, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    before = economy.matrix("inputs", 0).toarray()
    found = laid(economy)
    assert not np.shares_memory(found.inputs.data, economy.matrix("inputs", 0).data)
    assert (economy.matrix("inputs", 0).toarray() == before).all()
    made = np.array([2.0, 0.5, 4.0, 1.0])
    assert (found.output_coefficients == made).all()
    assert found.inputs.toarray() == pytest.approx(before.T / made[:, None], rel=1e-15)
    assert found.use.toarray() == pytest.approx(
        economy.matrix("resource_use", 0).toarray().T / made[:, None], rel=1e-15
    )


@pytest.mark.parametrize("seed", range(12))
def test_rows_of_a_good_are_its_techniques_and_its_store(seed: int) -> None:
    economy = one_period(seed, several=True, capital="none")
    found = laid(economy)
    outputs, stock = economy.matrix("outputs", 0).toarray(), economy.vector("initial_stocks", 0)
    assert sorted(found.rows.tolist()) == list(range(len(found.techniques)))
    assert found.first[0] == 0 and found.first[-1] == len(found.rows)
    for place, good in enumerate(found.goods.tolist()):
        rows = found.rows[found.first[place] : found.first[place + 1]]
        own = found.techniques[rows]
        assert set(own[own >= 0].tolist()) == set(np.flatnonzero(outputs[good]).tolist())
        assert (own < 0).sum() == (stock[good] > 0)
        assert found.output_coefficients[rows[own >= 0]] == pytest.approx(outputs[good, own[own >= 0]], rel=0)


@pytest.mark.parametrize("seed", range(12))
def test_rows_say_what_the_tables_say_per_unit_made(seed: int) -> None:
    economy = one_period(seed, several=True, capital="none")
    found = laid(economy)
    inputs, use = economy.matrix("inputs", 0).toarray(), economy.matrix("resource_use", 0).toarray()
    limits = len(found.available)
    dense_inputs, dense_use = found.inputs.toarray(), found.use.toarray()
    for row, technique in enumerate(found.techniques.tolist()):
        if technique < 0:
            assert not dense_inputs[row].any()
            assert dense_use[row].sum() == 1.0 and found.scarce[dense_use[row].argmax()] >= limits
            continue
        made = found.output_coefficients[row]
        assert dense_inputs[row] == pytest.approx(inputs[found.goods, technique] / made, rel=1e-15)
        of_resources = found.scarce < limits
        assert dense_use[row, of_resources] == pytest.approx(
            use[found.scarce[of_resources], technique] / made, rel=1e-15
        )
        assert not dense_use[row, ~of_resources].any()
    assert found.coefficients == np.count_nonzero(dense_inputs) + np.count_nonzero(dense_use)


@pytest.mark.parametrize("seed", range(8))
def test_permuted_techniques_are_the_same_rows_elsewhere(seed: int) -> None:
    economy = one_period(seed, several=True, capital="none", stocks=False)
    ways = np.random.default_rng(seed).permutation(len(economy.techniques))
    shuffled = no.build_economy(
        goods=economy.goods, techniques=economy.techniques[ways], resources=economy.resources,
        inputs=economy.matrix("inputs", 0)[:, ways], outputs=economy.matrix("outputs", 0)[:, ways],
        resource_use=economy.matrix("resource_use", 0)[:, ways], targets=economy.vector("targets", 0),
        resource_limits=economy.vector("resource_limits", 0), objective="assortment",
    )  # fmt: skip
    one, other = laid(economy), laid(shuffled)
    assert (one.goods == other.goods).all() and (one.first == other.first).all()
    assert (one.amounts == other.amounts).all() and (one.wanted == other.wanted).all()
    place = {int(technique): row for row, technique in enumerate(one.techniques)}
    back = [place[int(ways[technique])] for technique in other.techniques]
    assert (one.inputs.toarray()[back] == other.inputs.toarray()).all()
    assert (one.use.toarray()[back] == other.use.toarray()).all()
    assert (one.output_coefficients[back] == other.output_coefficients).all()


def test_goods_nobody_needs_take_no_part() -> None:
    found = laid(mill(techniques=["bake", "mill", "bake anew", "evaporate"], inputs=np.zeros((3, 4))))
    assert [str(name) for name in mill().goods[found.goods]] == ["bread", "flour"]
    assert found.techniques.tolist() == [0, 1, 2]
    assert found.inputs.shape == (3, 2) and (found.wanted == [3.0, 1.0]).all()


def test_goods_that_only_a_technique_of_a_wanted_good_needs_take_part() -> None:
    found = laid(mill())  # salt is wanted by nobody, but by baking with salt
    assert found.goods.tolist() == [0, 1, 2] and found.wanted.tolist() == [3.0, 1.0, 0.0]


def test_resources_that_no_technique_uses_are_not_scarce() -> None:
    found = laid(
        mill(resources=["labour", "amber"], resource_use=[[2.0, 1.0, 1.5, 3.0], [0.0, 0.0, 0.0, 0.0]])
    )  # fmt: skip
    assert found.names_of_scarce == ("resource labour",)
    assert found.amounts.tolist() == [60.0]
    answer = coordinate(mill(resource_use=[[2.0, 1.0, 1.5, 3.0], [0.0, 0.0, 0.0, 0.0]]), mill().question())
    assert answer.resource_prices["coal"] == 0.0


# ---- what is scarce -------------------------------------------------------------------------------------------------


def test_scarce_things_are_named_in_their_order() -> None:
    economy = mill(
        initial_stocks=[0.0, 2.0, 5.0],
        capital=[[0.0] * 4, [0.0] * 4, [0.1, 0.2, 0.0, 0.0]],
        capital_pool=[0.0, 0.0, 9.0],
    )
    found = laid(economy)
    assert found.names_of_scarce == (
        "resource labour", "resource coal", "stock of salt", "flour on hand", "salt on hand",
    )  # fmt: skip
    assert found.amounts.tolist() == [60.0, 20.0, 9.0, 2.0, 5.0]
    assert found.resources == 2 and found.limiting_holdings.tolist() == [0]


def test_a_store_is_one_more_row_that_uses_itself() -> None:
    found = laid(mill(initial_stocks=[0.0, 2.0, 0.0]))
    (store,) = np.flatnonzero(found.techniques < 0)
    assert not found.inputs.toarray()[store].any()
    assert found.use.toarray()[store].tolist() == [0.0, 0.0, 1.0]
    assert found.output_coefficients[store] == 1.0
    flour = found.rows[found.first[1] : found.first[2]]
    assert store in flour and len(flour) == 2


def test_of_capital_of_its_own_only_the_tightest_limits_a_technique() -> None:
    tied = np.zeros((3, 4))
    tied[1, 0], tied[2, 0], tied[2, 1] = 1.0, 2.0, 0.5
    there = np.zeros((3, 4))
    there[1, 0], there[2, 0], there[2, 1] = 30.0, 40.0, 10.0  # baking: 30 by flour, 20 by salt
    found = laid(mill(capital=tied, initial_capital=there))
    assert found.names_of_scarce[2:] == ("stock of salt in bake", "stock of salt in mill")
    assert found.amounts[2:].tolist() == [40.0, 10.0]
    assert found.use.toarray()[:, 2:].tolist() == [[2.0, 0.0], [0.0, 0.5], [0.0, 0.0], [0.0, 0.0]]


def test_the_cost_of_fixed_demand_is_the_last_scarce_thing() -> None:
    economy = mill(objective="least-resources", resource_weights=[1.0, 3.0], initial_stocks=[0.0, 2.0, 0.0])
    found = laid(economy)
    assert found.names_of_scarce[-1] == "cost" and found.amounts[-1] == 1.0
    weighed = np.array([1.0, 3.0]) @ economy.matrix("resource_use", 0).toarray()
    own = found.techniques >= 0
    assert found.use.toarray()[own, -1] == pytest.approx(weighed[found.techniques[own]], rel=1e-15)
    assert not found.use.toarray()[~own, -1].any()  # what is on hand costs nothing


def test_costs_are_per_unit_made() -> None:
    economy = mill(
        outputs=[[4.0, 0.0, 1.0, 0.0], [0.0, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
        objective="least-resources", resource_weights=[1.0, 0.0],
    )  # fmt: skip
    assert laid(economy).use.toarray()[:, -1].tolist() == [0.5, 2.0, 1.5, 3.0]


def test_costs_may_be_anything_per_activity() -> None:
    economy = mill()
    found = laid_out(economy, np.array([5.0, 6.0, 7.0, 8.0]))
    assert found.use.toarray()[:, -1].tolist() == [5.0, 6.0, 7.0, 8.0]
    assert (found.use.toarray()[:, :-1] == laid(economy).use.toarray()).all()


# ---- what is set aside ----------------------------------------------------------------------------------------------


def test_techniques_that_cannot_run_are_set_aside_the_last_first() -> None:
    """Without coal there is no salt, and without salt no baking with it."""
    economy = mill(resource_use=[[2.0, 1.0, 1.5, 3.0], [0.0, 0.0, 0.0, 1.0]], resource_limits=[60.0, 0.0])
    found = laid(economy)
    assert found.aside == ((2, 2 + 2), (3, 1))  # baking for want of salt, evaporating for want of coal
    assert found.techniques.tolist() == [0, 1]
    assert found.goods.tolist() == [0, 1]


def test_salt_on_hand_lets_its_users_run() -> None:
    economy = mill(
        resource_use=[[2.0, 1.0, 1.5, 3.0], [0.0, 0.0, 0.0, 1.0]], resource_limits=[60.0, 0.0],
        initial_stocks=[0.0, 0.0, 1.0],
    )  # fmt: skip
    found = laid(economy)
    assert found.aside == ((3, 1),)
    assert found.techniques.tolist() == [0, 1, 2, -1]


@pytest.mark.parametrize("seed", range(10))
def test_at_all_prices_nothing_pays_not_even_what_was_set_aside(seed: int) -> None:
    """Some resources are not there; recomputed from the tables, no technique gains at the prices that are told."""
    rng = np.random.default_rng(seed)
    economy = one_period(seed, several=True, capital="none", stocks=False, resources=(1, 1), goods=(3, 12))
    use = np.vstack([economy.matrix("resource_use", 0).toarray(), np.zeros((2, len(economy.techniques)))])
    others = np.arange(len(economy.techniques)) >= len(economy.goods)
    use[1:, others] = rng.uniform(0.0, 1.0, (2, others.sum())) * (rng.random((2, others.sum())) < 0.5)
    economy = no.build_economy(
        goods=economy.goods, techniques=economy.techniques, resources=["labour", "oil", "gold"], resource_use=use,
        inputs=economy.matrix("inputs", 0), outputs=economy.matrix("outputs", 0), objective="assortment",
        resource_limits=[economy.vector("resource_limits", 0)[0], 0.0, 0.0], targets=economy.vector("targets", 0),
    )  # fmt: skip
    found = coordinate(economy, economy.question())
    goods, rents = found.good_prices.to_numpy(), found.resource_prices.to_numpy()
    assert (goods >= 0).all() and (rents >= 0).all()
    costs = economy.matrix("inputs", 0).T @ goods + economy.matrix("resource_use", 0).T @ rents
    assert (economy.matrix("outputs", 0).T @ goods <= costs * (1 + 1e-12)).all()
    stopped = [technique for technique, _ in laid(economy).aside]
    assert set(stopped) == set(np.flatnonzero((use[1:] > 0).any(axis=0)).tolist())
    assert not found.activities.to_numpy()[stopped].any()
    assert found.assortments == pytest.approx(no.solve(economy, method="simplex").objective, rel=1e-6)


def test_what_is_missing_earns_just_enough() -> None:
    """Coal is priced so that evaporating salt, and baking with it, only break even."""
    economy = mill(resource_use=[[2.0, 1.0, 0.1, 0.1], [0.0, 0.0, 0.0, 1.0]], resource_limits=[60.0, 0.0])
    found = laid(economy)
    goods, limits = found.all_prices(np.array([0.25]), np.array([4.0, 1.0]))
    assert goods[:2].tolist() == [4.0, 1.0] and limits[0] == 0.25
    assert goods[2] == pytest.approx((4.0 - 0.4 - 0.025) / 0.1, rel=1e-11)
    assert limits[1] == pytest.approx(goods[2] - 0.025, rel=1e-11)
    assert 0.4 * goods[1] + 0.1 * goods[2] + 0.1 * limits[0] >= 4.0  # rounded to the safe side
    assert goods[2] <= 0.1 * limits[0] + 1.0 * limits[1]


def test_without_anything_aside_prices_only_find_their_places() -> None:
    found = laid(mill(inputs=np.zeros((3, 4)), resources=["coal", "labour"]))
    goods, limits = found.all_prices(np.array([2.0, 3.0]), np.array([5.0, 7.0]))
    assert goods.tolist() == [5.0, 7.0, 0.0] and limits.tolist() == [2.0, 3.0]


# ---- refusals -------------------------------------------------------------------------------------------------------


def test_what_stops_a_wanted_good_is_named() -> None:
    short = {"resource_use": [[2.0, 1.0, 1.5, 3.0], [0.0, 1.0, 0.0, 0.0]], "resource_limits": [60.0, 0.0]}
    with pytest.raises(QuestionError, match=r"'flour', which .* 'mill' needs resource 'coal', of which there is none"):
        laid(mill(**short, targets=[0.0, 1.0, 0.0]))
    with pytest.raises(QuestionError, match=r"'bread', which .* 'bake.*' needs good 'flour', which cannot be made"):
        laid(mill(**short, targets=[1.0, 0.0, 0.0]))
    tied = [[0.0] * 4, [0.0] * 4, [0.0, 0.5, 0.0, 0.0]]
    with pytest.raises(QuestionError, match=r"'mill' needs a stock of 'salt', of which there is none"):
        laid(mill(capital=tied, capital_pool=[0.0, 0.0, 0.0], targets=[0.0, 1.0, 0.0]))


# ---- activities -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_activities_make_what_the_rows_are_said_to_make(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = one_period(seed, several=True, capital="none", stocks=False, all_wanted=True)
    found = laid(economy)
    chosen = np.array([rng.choice(found.rows[a:b]) for a, b in zip(found.first, found.first[1:], strict=False)])
    outputs = rng.uniform(0.1, 5.0, len(found.goods))
    levels = found.activities_of(Shares.of(chosen), outputs)
    assert economy.matrix("outputs", 0) @ levels == pytest.approx(outputs, rel=1e-13)
    assert (levels > 0).sum() == len(outputs)
    used = sp.csr_array(found.use)[chosen].T @ outputs
    assert economy.matrix("resource_use", 0) @ levels == pytest.approx(used, rel=1e-12)


def test_what_is_taken_from_the_store_is_no_activity() -> None:
    found = laid(mill(initial_stocks=[0.0, 2.0, 0.0]))
    store = int(np.flatnonzero(found.techniques < 0)[0])
    shares = Shares(np.array([0, 1, 3, 4]), np.array([0, 1, store, 3]), np.array([1.0, 0.75, 0.25, 1.0]))
    levels = found.activities_of(shares, np.array([3.0, 8.0, 0.0]))
    assert levels.tolist() == [3.0, 6.0, 0.0, 0.0]

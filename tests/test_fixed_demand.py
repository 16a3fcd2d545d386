"""Fixed demand by prices: the least cost of serving the targets, against the linear program and told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.base.errors import DataError, QuestionError
from natura_opt.formulate import linear_program
from natura_opt.methods.prices.centre import Proposal
from natura_opt.methods.prices.fixed_demand import FixedDemand
from natura_opt.methods.prices.price_coordination import Coordination, coordinate, solve_by_prices
from natura_opt.methods.prices.technique_table import Shares

from .exact_simplex import solve_exactly
from .seeded import in_other_units, seeded_economy

TOLERANCE = 1e-6


def planned(seed: int, **changed: Any) -> no.Economy:
    """Return one period of fixed demand, with several techniques."""
    said: dict[str, Any] = {"periods": (1, 1), "goods": (2, 10), "joint": False, "storage": False, "several": True}
    return seeded_economy(seed, objective="least-resources", **{**said, **changed})


def corn(**changed: Any) -> no.Economy:
    """Return corn made by hand or by plough, and iron: labour and land are what counts."""
    tables: dict[str, Any] = {
        "goods": ["corn", "iron"],
        "techniques": ["corn by hand", "corn by plough", "iron"],
        "resources": ["labour", "land"],
        "inputs": [[0.1, 0.2, 0.1], [0.0, 0.2, 0.1]],
        "outputs": [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        "resource_use": [[2.0, 0.5, 1.0], [1.0, 1.2, 0.0]],
        "resource_weights": [1.0, 0.5],
        "targets": [2.0, 1.0],
        "objective": "least-resources",
    }
    return no.build_economy(name="corn", **{**tables, **changed})


def coordinated(economy: no.Economy, **options: Any) -> Coordination:
    return coordinate(economy, economy.question(), **options)


def by_simplex(economy: no.Economy) -> float:
    return no.solve(economy, method="simplex").assert_optimal().objective


def agrees(found: Coordination, optimum: float, tolerance: float = TOLERANCE) -> None:
    """Hold the whole trace against the optimum: nothing proved above it, no mix below it, both close at last."""
    assert found.claim is Claim.OPTIMAL
    bounds, best = ([getattr(done, name) for done in found.rounds] for name in ("bound", "best"))
    assert max(bounds) <= optimum * (1 + 1e-12)
    assert min(best) >= optimum * (1 - 1e-12)
    assert (np.diff(bounds) >= 0).all()
    assert best == sorted(best, reverse=True)
    assert (np.diff([done.passes for done in found.rounds]) > 0).all()
    assert found.gap <= tolerance
    assert found.assortments == pytest.approx(optimum, rel=tolerance)
    assert found.bound == pytest.approx(optimum, rel=tolerance)


def serves(economy: no.Economy, found: Coordination, slack: float = 1e-9) -> None:
    """Recompute from the tables what the activities make, use and cost."""
    levels = found.activities.to_numpy()
    assert (levels >= 0).all()
    net = economy.matrix("outputs", 0) @ levels - economy.matrix("inputs", 0) @ levels
    on_hand, wanted = economy.vector("initial_stocks", 0), economy.vector("targets", 0)
    assert (net + on_hand >= wanted - slack * (wanted + on_hand + np.abs(net).max())).all()
    used = economy.matrix("resource_use", 0) @ levels
    if economy.has("resource_limits"):
        assert (used <= economy.vector("resource_limits", 0) * (1 + slack)).all()
    cost = economy.vector("resource_weights", 0) @ used
    assert cost == pytest.approx(found.assortments, rel=slack)


# ---- against the linear program -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seed", [*range(10), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(10, 220))]
)
def test_the_least_cost_is_that_of_the_linear_program(seed: int) -> None:
    economy = planned(seed)
    optimum = by_simplex(economy)
    found = coordinated(economy)
    agrees(found, optimum)
    serves(economy, found)


@pytest.mark.parametrize("seed", range(4))
def test_plans_are_proved_from_the_tables(seed: int) -> None:
    economy = planned(seed)
    plan = solve_by_prices(economy, economy.question(), tolerance=TOLERANCE)
    assert plan.proved, str(plan.certificate)
    assert plan.certificate.dual_residual == 0.0
    assert plan.certificate.dual_objective <= plan.certificate.objective * (1 + 1e-12)
    assert plan.objective == pytest.approx(by_simplex(economy), rel=TOLERANCE)


@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(8, 265))]
)
def test_the_exact_optimum_lies_between_bound_and_plan_in_every_round(seed: int) -> None:
    """As fractions: not even by rounding does a bound exceed what plans cost."""
    economy = planned(seed, goods=(2, 4), capital="none", stocks=False)
    exact = solve_exactly(linear_program(economy, economy.question())).value
    assert exact is not None
    optimum = fmpq(exact.numerator, exact.denominator)
    for done in coordinated(economy).rounds:
        assert fmpq(*done.bound.as_integer_ratio()) <= optimum, (seed, done)
        # the mix meets the targets only within rounding, so that the cost may lie below by as much
        assert not np.isfinite(done.best) or float(optimum) <= done.best * (1 + 1e-12), (seed, done)


@pytest.mark.parametrize("seed", range(2))
def test_a_tight_tolerance_is_met(seed: int) -> None:
    economy = planned(seed, goods=(3, 8))
    found = coordinated(economy, tolerance=1e-9)
    agrees(found, by_simplex(economy), 1e-9)


@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.exhaustive), 1])
def test_the_road_with_a_model_of_what_many_answer(seed: int) -> None:
    """More than 200 goods have a choice here."""
    economy = planned(seed, goods=(460, 460), capital="none", stocks=False, resources=(2, 3))
    makers = np.diff(economy.matrix("outputs", 0).tocsr().indptr)
    assert (makers > 1).sum() > 200
    found = coordinated(economy)
    agrees(found, by_simplex(economy))
    serves(economy, found, 1e-8)


# ---- known answers --------------------------------------------------------------------------------------------------


def test_one_good_made_of_itself() -> None:
    """A plan for g takes x = g / (1 - a), of labour l x."""
    economy = no.build_economy(
        goods=["corn"], resources=["labour"], inputs=[[0.25]], resource_use=[[3.0]], resource_weights=[2.0],
        targets=[6.0], objective="least-resources",
    )  # fmt: skip
    found = coordinated(economy, tolerance=1e-12)
    agrees(found, 2.0 * 3.0 * 6.0 / 0.75, 1e-12)
    assert found.activities.item() == pytest.approx(8.0, rel=1e-12)
    assert found.good_prices.item() == pytest.approx(8.0, rel=1e-12)  # what one more costs


def test_one_good_with_two_techniques_of_which_the_cheaper_has_a_limit() -> None:
    """Land for six: the rest at the dearer one's cost, and land earns the difference."""
    economy = no.build_economy(
        goods=["corn"], techniques=["field", "hill"], resources=["labour", "land"], inputs=[[0.0, 0.0]],
        outputs=[[1.0, 1.0]], resource_use=[[1.0, 3.0], [0.5, 0.0]], resource_limits=[100.0, 3.0],
        resource_weights=[1.0, 0.0], targets=[10.0], objective="least-resources",
    )  # fmt: skip
    found = coordinated(economy, tolerance=1e-10)
    agrees(found, 6.0 * 1.0 + 4.0 * 3.0, 1e-10)
    assert found.activities.to_dict() == pytest.approx({"field": 6.0, "hill": 4.0}, rel=1e-8)
    assert found.good_prices.item() == pytest.approx(3.0, rel=1e-6)
    assert found.resource_prices.to_dict() == pytest.approx({"labour": 0.0, "land": 4.0}, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_with_one_technique_each_it_is_leontiefs_inverse(seed: int) -> None:
    economy = planned(seed, several=False, stocks=False, capital="none")
    economy = economy.with_changes(resource_limits=None)
    inputs, makes = (economy.matrix(name, 0).toarray() for name in ("inputs", "outputs"))
    weighed = economy.vector("resource_weights", 0) @ economy.matrix("resource_use", 0)
    values = np.linalg.solve((makes - inputs).T, weighed)
    wanted = economy.vector("targets", 0)
    found = coordinated(economy, tolerance=1e-9)
    agrees(found, float(values @ wanted), 1e-9)
    needed = wanted > 0
    assert found.good_prices.to_numpy()[needed] == pytest.approx(values[needed], rel=1e-6)
    assert found.activities.to_numpy() == pytest.approx(np.linalg.solve(makes - inputs, wanted), rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_without_limits_techniques_are_the_same_whatever_is_wanted(seed: int) -> None:
    """With the cost alone to save, the substitution theorem holds (Samuelson 1951), and costs add up."""
    rng = np.random.default_rng(seed)
    economy = planned(seed, stocks=False, capital="none", all_wanted=True).with_changes(resource_limits=None)
    one, other = rng.uniform(0.5, 5.0, (2, len(economy.goods)))
    first, second, both = (
        coordinated(economy.with_changes(targets=wanted), tolerance=1e-10) for wanted in (one, other, one + other)
    )
    assert first.assortments + second.assortments == pytest.approx(both.assortments, rel=1e-9)
    assert first.good_prices.to_numpy() == pytest.approx(second.good_prices.to_numpy(), rel=1e-5)
    assert float(second.good_prices.to_numpy() @ one) == pytest.approx(first.assortments, rel=1e-5)


# ---- what is scarce -------------------------------------------------------------------------------------------------


def test_limits_that_bind_make_it_dearer_and_earn_rent() -> None:
    free = corn()
    cost = by_simplex(free)
    used = free.matrix("resource_use", 0) @ coordinated(free).activities.to_numpy()
    tight = corn(resource_limits=used * [1.5, 0.9])
    found = coordinated(tight, tolerance=1e-9)
    agrees(found, by_simplex(tight), 1e-9)
    assert found.assortments > cost * 1.001
    assert found.resource_prices["land"] > 0.01
    assert found.resource_prices["labour"] == pytest.approx(0.0, abs=1e-6)


def test_limits_that_do_not_bind_change_nothing() -> None:
    found = coordinated(corn(resource_limits=[1e3, 1e3]))
    agrees(found, by_simplex(corn()))
    assert found.resource_prices.to_numpy() == pytest.approx([0.0, 0.0], abs=1e-4)


@pytest.mark.parametrize("lack", [0.5, pytest.param(1e-2, marks=pytest.mark.exhaustive)])
def test_limits_that_make_it_impossible_are_said(lack: float) -> None:
    rich = no.solve(corn(objective="assortment", resource_weights=None, resource_limits=[100.0, 50.0])).objective
    within = corn(resource_limits=np.array([100.0, 50.0]) / (rich * (1 - 1e-3)))
    agrees(coordinated(within), by_simplex(within))
    beyond = corn(resource_limits=np.array([100.0, 50.0]) / (rich * (1 + lack)))
    with pytest.raises(QuestionError, match="no plan that serves the targets within the limits"):
        coordinated(beyond)
    assert no.solve(beyond, method="simplex").status is no.Status.INFEASIBLE


def test_a_wanted_good_that_no_technique_makes_is_named() -> None:
    with pytest.raises(QuestionError, match=r"'iron', which is wanted and cannot be made .no technique makes it"):
        coordinated(corn(outputs=[[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]))


def test_an_economy_that_eats_what_it_makes_is_named() -> None:
    with pytest.raises(QuestionError, match=r"not productive: .*'iron'"):
        coordinated(corn(inputs=[[0.1, 0.2, 0.1], [0.5, 0.2, 1.1]]))


def test_goods_on_hand_are_free_while_they_last() -> None:
    poor, rich = corn(), corn(initial_stocks=[0.5, 0.25])
    found = coordinated(rich)
    agrees(found, by_simplex(rich))
    saved = coordinated(poor).good_prices.to_numpy() @ [0.5, 0.25]
    assert found.assortments == pytest.approx(coordinated(poor).assortments - saved, rel=1e-5)
    serves(rich, found)


def test_one_good_on_hand_is_free_while_it_lasts() -> None:
    found, base = coordinated(corn(initial_stocks=[0.5, 0.0])), coordinated(corn())
    agrees(found, by_simplex(corn(initial_stocks=[0.5, 0.0])))
    assert found.assortments == pytest.approx(base.assortments - 0.5 * base.good_prices["corn"], rel=1e-5)


def test_goods_on_hand_that_serve_all_cost_nothing() -> None:
    found = coordinated(corn(initial_stocks=[3.0, 2.0]))
    assert found.assortments == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_stocks_on_hand_are_those_of_the_linear_program(seed: int) -> None:
    economy = planned(seed, stocks=True, capital="none")
    assert economy.has("initial_stocks")
    found = coordinated(economy)
    agrees(found, by_simplex(economy))
    serves(economy, found)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("capital", ["pool", "technique"])
def test_capital_is_that_of_the_linear_program(seed: int, capital: str) -> None:
    economy = planned(seed, capital=capital)
    found = coordinated(economy)
    agrees(found, by_simplex(economy))
    assert (found.stock_prices >= 0).all()


def test_what_has_no_weight_is_used_freely_up_to_its_limit() -> None:
    labour = corn(resource_weights=[1.0, 0.0])
    found = coordinated(labour, tolerance=1e-9)
    agrees(found, by_simplex(labour), 1e-9)
    assert found.activities["corn by hand"] == pytest.approx(0.0, abs=1e-8)  # ploughs save labour
    fenced = corn(resource_weights=[1.0, 0.0], resource_limits=[1e3, 2.5])
    agrees(coordinated(fenced), by_simplex(fenced))
    assert by_simplex(fenced) > by_simplex(labour) * 1.01


# ---- the same economy, told otherwise -------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [2.0, 1e-7, 1e9])
def test_without_limits_demand_and_cost_go_together(factor: float) -> None:
    base = coordinated(corn(), tolerance=1e-9)
    more = coordinated(corn(targets=[2.0 * factor, 1.0 * factor]), tolerance=1e-9)
    assert more.assortments == pytest.approx(factor * base.assortments, rel=3e-9)
    assert more.good_prices.to_numpy() == pytest.approx(base.good_prices.to_numpy(), rel=1e-6)
    assert more.activities.to_numpy() == pytest.approx(factor * base.activities.to_numpy(), rel=1e-6, abs=1e-9 * factor)


@pytest.mark.parametrize("seed", range(3))
def test_twice_everything_costs_twice_as_much(seed: int) -> None:
    economy = planned(seed)
    doubled = {name: 2.0 * economy.vector(name, 0) for name in ("targets", "resource_limits", "initial_stocks")
               if economy.has(name)}  # fmt: skip
    held = {name: 2.0 * economy.matrix(name, 0) for name in ("initial_capital", "capital_orders") if economy.has(name)}
    if economy.has("capital_pool"):
        doubled["capital_pool"] = 2.0 * economy.vector("capital_pool", 0)
    twice = economy.with_changes(**doubled, **held)
    one, two = coordinated(economy), coordinated(twice)
    agrees(two, 2.0 * by_simplex(economy))
    assert two.assortments == pytest.approx(2.0 * one.assortments, rel=2 * TOLERANCE)


@pytest.mark.parametrize("factor", [2.0, pytest.param(1e8, marks=pytest.mark.exhaustive)])
def test_costs_doubled_double_prices_and_leave_the_plan(factor: float) -> None:
    limits = {"resource_limits": [100.0, 2.7]}
    base = coordinated(corn(**limits), tolerance=1e-9)
    dear = coordinated(corn(**limits, resource_weights=[1.0 * factor, 0.5 * factor]), tolerance=1e-9)
    assert dear.assortments == pytest.approx(factor * base.assortments, rel=3e-9)
    assert dear.good_prices.to_numpy() == pytest.approx(factor * base.good_prices.to_numpy(), rel=1e-5)
    assert dear.resource_prices["land"] == pytest.approx(factor * base.resource_prices["land"], rel=1e-4)
    assert dear.activities.to_numpy() == pytest.approx(base.activities.to_numpy(), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_units_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = planned(seed, goods=(2, 8))
    goods, techniques, resources = (
        10.0 ** rng.uniform(-5, 5, len(economy.axes[axis])) for axis in ("goods", "techniques", "resources")
    )
    told = in_other_units(economy, goods, techniques, resources)
    one, other = coordinated(economy), coordinated(told)
    assert other.claim is Claim.OPTIMAL
    assert other.assortments == pytest.approx(one.assortments, rel=2 * TOLERANCE)
    assert other.bound == pytest.approx(one.bound, rel=2 * TOLERANCE)


def test_a_dearer_technique_beside_changes_nothing_and_a_cheaper_one_saves() -> None:
    base = coordinated(corn())

    def beside(labour: float) -> no.Economy:
        return corn(
            techniques=["corn by hand", "corn by plough", "iron", "iron anew"],
            inputs=[[0.1, 0.2, 0.1, 0.1], [0.0, 0.2, 0.1, 0.1]],
            outputs=[[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]],
            resource_use=[[2.0, 0.5, 1.0, labour], [1.0, 1.2, 0.0, 0.0]],
        )

    dearer, cheaper = coordinated(beside(1.2)), coordinated(beside(0.8))
    assert dearer.assortments == pytest.approx(base.assortments, rel=2 * TOLERANCE)
    assert dearer.activities["iron anew"] == pytest.approx(0.0, abs=1e-5)
    assert cheaper.assortments < base.assortments * 0.99
    agrees(cheaper, by_simplex(beside(0.8)))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_goods_and_techniques_does_not_matter(seed: int) -> None:
    economy = planned(seed, capital="none", stocks=False)
    rng = np.random.default_rng(seed)
    goods, ways = rng.permutation(len(economy.goods)), rng.permutation(len(economy.techniques))
    limits = {"resource_limits": economy.vector("resource_limits", 0)} if economy.has("resource_limits") else {}
    shuffled = no.build_economy(
        goods=economy.goods[goods], techniques=economy.techniques[ways], resources=economy.resources,
        inputs=economy.matrix("inputs", 0)[goods][:, ways], outputs=economy.matrix("outputs", 0)[goods][:, ways],
        resource_use=economy.matrix("resource_use", 0)[:, ways], targets=economy.vector("targets", 0)[goods],
        resource_weights=economy.vector("resource_weights", 0), objective="least-resources", **limits,
    )  # fmt: skip
    agrees(coordinated(shuffled), by_simplex(economy))


# ---- prices ---------------------------------------------------------------------------------------------------------


def test_prices_of_goods_are_difference_quotients() -> None:
    economy = corn(resource_limits=[100.0, 2.7])
    found = coordinated(economy, tolerance=1e-10)
    base = by_simplex(economy)
    for place, name in enumerate(economy.goods):
        more = np.array([2.0, 1.0])
        more[place] += 1e-4
        quotient = (by_simplex(economy.with_changes(targets=more)) - base) / 1e-4
        assert found.good_prices[name] == pytest.approx(quotient, rel=1e-5)


def test_prices_of_resources_are_difference_quotients() -> None:
    economy = corn(resource_limits=[100.0, 2.7])
    found = coordinated(economy, tolerance=1e-10)
    base = by_simplex(economy)
    for place, name in enumerate(economy.resources):
        more = np.array([100.0, 2.7])
        more[place] += 1e-4
        quotient = (base - by_simplex(economy.with_changes(resource_limits=more))) / 1e-4
        assert found.resource_prices[name] == pytest.approx(quotient, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_prices_prove_the_bound_by_themselves(seed: int) -> None:
    """No technique pays at them, and targets less rents cost what is proved."""
    economy = planned(seed, stocks=False, capital="none")
    found = coordinated(economy)
    goods, rents = found.good_prices.to_numpy(), found.resource_prices.to_numpy()
    assert (goods >= 0).all() and (rents >= 0).all()
    dues = economy.matrix("resource_use", 0).T @ (economy.vector("resource_weights", 0) + rents)
    costs = dues + economy.matrix("inputs", 0).T @ goods
    assert (economy.matrix("outputs", 0).T @ goods <= costs * (1 + 1e-12)).all()
    limits = economy.vector("resource_limits", 0) @ rents if economy.has("resource_limits") else 0.0
    worth = economy.vector("targets", 0) @ goods - limits
    assert worth == pytest.approx(found.bound, rel=1e-9)
    assert worth >= by_simplex(economy) * (1 - TOLERANCE)


def test_stopped_early_the_bound_still_holds() -> None:
    economy = planned(3, capital="none", resources=(3, 3))
    optimum = by_simplex(economy)
    for rounds in (1, 2, 4):
        found = coordinated(economy, max_rounds=rounds, tolerance=1e-14)
        assert found.claim is Claim.ITERATION_LIMIT and len(found.rounds) == rounds
        assert found.bound <= optimum * (1 + 1e-12) <= found.assortments * (1 + 2e-12)


# ---- going on from a file -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "rounds"), [(0, 1), (1, 3)])
def test_going_on_from_a_file_is_going_on(seed: int, rounds: int, tmp_path: Path) -> None:
    economy = planned(seed, resources=(2, 3))
    whole = coordinated(economy)
    file = tmp_path / "rounds"
    begun = coordinated(economy, checkpoint=file, max_rounds=rounds)
    resumed = coordinated(economy, checkpoint=file)
    assert resumed.claim is Claim.OPTIMAL
    assert [done.round for done in resumed.rounds] == list(range(1, len(resumed.rounds) + 1))
    assert resumed.rounds[: len(begun.rounds)] == begun.rounds
    assert [(done.bound, done.best) for done in resumed.rounds] == [(done.bound, done.best) for done in whole.rounds]
    assert resumed.activities.equals(whole.activities)
    assert resumed.good_prices.equals(whole.good_prices)


def test_a_file_of_another_cost_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rounds"
    coordinated(corn(), checkpoint=file, max_rounds=1)
    with pytest.raises(DataError):
        coordinated(corn(resource_weights=[1.0, 0.6]), checkpoint=file)


# ---- the centre -----------------------------------------------------------------------------------------------------


def one_plan(goods: int = 2) -> Proposal:
    return Proposal(np.ones(goods), Shares.of(np.arange(goods)))


def test_the_cost_that_is_allowed_falls_to_that_of_the_best_mix() -> None:
    """Two plans for one assortment, each beyond one of two limits by itself: half and half is the least cost."""
    centre = FixedDemand(3, 2, 1.0)
    assert centre.best == np.inf and centre.gap == 1.0 and centre.bound == 0.0
    centre.hear_plan(one_plan(), np.array([1.4, 0.5, 4.0]))
    assert centre.best == np.inf  # one plan alone exceeds what there is of the first thing
    for _ in range(10):
        centre.hear_plan(one_plan(), np.array([0.5, 1.4, 6.0]))
    assert centre.best == pytest.approx((5.0 * 4.0 + 4.0 * 6.0) / 9.0, rel=1e-9)
    amounts = centre.standing().amounts
    assert amounts[0] == pytest.approx(5.0 / 9.0, rel=1e-6)  # as much of the cheaper as the first thing allows
    assert amounts.sum() == pytest.approx(1.0, rel=1e-12)


def test_a_dearer_plan_does_not_raise_the_cost() -> None:
    centre = FixedDemand(2, 2, 1.0)
    seen = []
    for cost in (7.0, 9.0, 3.0, 8.0, 3.5):
        centre.hear_plan(one_plan(), np.array([0.5, cost]))
        seen.append(centre.best)
    assert seen[1:] == pytest.approx([7.0, 3.0, 3.0, 3.0], rel=1e-12)
    assert (np.diff(seen[1:]) <= 0).all()


@pytest.mark.parametrize("seed", range(8))
def test_another_cost_allowed_keeps_rents_and_what_they_prove(seed: int) -> None:
    """Shares of the value change with the cost that is allowed; what is paid per unit, and the function, do not."""
    rng = np.random.default_rng(seed)
    things = int(rng.integers(2, 6))
    centre = FixedDemand(things, 3, 1.0)
    for _ in range(4):
        centre.hear_plan(one_plan(3), rng.uniform(0.1, 2.0, things))
        rents = rng.dirichlet(np.ones(things)) / centre.there
        centre.hear_cost(rents, float(rng.uniform(0.1, 1.0)), rng.random(3))
    before, bound, proving = centre.rents(centre.bundle.best), centre.bound, centre.proving.copy()
    cost = centre.bundle.value * float(before[-1]) ** -1  # of an assortment, where the cost is the unit of value
    cuts = centre.bundle.cuts * centre.there
    centre._allow(float(centre.there[-1]) * 10.0 ** rng.uniform(-3, 3))
    after = centre.rents(centre.bundle.best)
    assert after / after[-1] == pytest.approx(before / before[-1], rel=1e-12)
    assert centre.bundle.value / float(after[-1]) == pytest.approx(cost, rel=1e-12)
    assert centre.bundle.best.sum() == pytest.approx(1.0, rel=1e-12)
    assert centre.bundle.cuts * centre.there == pytest.approx(cuts, rel=1e-12)  # plans use what they did
    assert centre.bound == bound and (centre.proving == proving).all()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_proved_is_weak_duality(seed: int) -> None:
    """An assortment costs v at rents w of things and c of the cost: no plan for less than (v - sum w) / c."""
    rng = np.random.default_rng(seed)
    things, each = int(rng.integers(1, 5)), float(2.0 ** rng.integers(-6, 6))
    centre = FixedDemand(things, 2, each)
    best = 0.0
    for _ in range(10):
        rents, cost = rng.random(things), float(rng.uniform(0.0, 4.0))
        centre.hear_cost(rents, cost, rng.random(2))
        best = max(best, (cost - each * rents[:-1].sum()) / rents[-1])
        assert centre.bound == pytest.approx(best, rel=1e-13, abs=1e-300)
        assert centre.bound <= best
    if best > 0:
        assert centre.proving[-1] == 1.0


def test_a_cost_without_rent_proves_nothing() -> None:
    centre = FixedDemand(2, 1, 1.0)
    centre.hear_cost(np.array([1.0, 0.0]), 5.0, np.ones(1))
    assert centre.bound == 0.0
    centre.hear_cost(np.array([1.0, 1.0]), 5.0, np.ones(1))
    assert centre.bound == pytest.approx(4.0, rel=1e-14)


def test_it_is_hopeless_only_after_long_and_without_a_mix() -> None:
    centre = FixedDemand(2, 1, 1.0)
    heard = 0
    while not centre.hopeless:
        centre.hear_plan(one_plan(1), np.array([2.0, 1.0]))  # twice what there is, whatever it costs
        heard += 1
        assert heard < 60
    assert heard > 10
    for _ in range(5):  # from so high, the cost allowed falls by halves
        centre.hear_plan(one_plan(1), np.array([0.5, 3.0]))
        assert not centre.hopeless
    assert centre.best == pytest.approx(7.0 / 3.0, rel=1e-9)  # a third of the one, two thirds of the other


@pytest.mark.parametrize("seed", range(4))
def test_what_a_centre_keeps_is_what_it_needs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    centre, other = FixedDemand(3, 2, 1.0), FixedDemand(3, 2, 1.0)
    for _ in range(3):
        centre.hear_plan(one_plan(), rng.uniform(0.1, 0.9, 3))
        centre.hear_cost(rng.random(3), float(rng.uniform(1.0, 3.0)), rng.random(2))
    other.restore({name: value.copy() for name, value in centre.kept().items()})
    assert (other.bound, other.best, other.gap, other.first) == (centre.bound, centre.best, centre.gap, centre.first)
    assert (other.there == centre.there).all() and (other.there is not centre.there)
    assert (other.standing().rents == centre.standing().rents).all()
    assert (other.standing().prices == centre.standing().prices).all()

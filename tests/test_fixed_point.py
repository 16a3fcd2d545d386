"""Plans by fixed points: the same as the linear program's wherever a fixed point answers, and a sentence where not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.input_output.solve import METHODS
from natura_opt.input_output.unproductive import UnproductiveError
from natura_opt.methods.fixed_point.fixed_point import solve_fixed_point
from natura_opt.methods.fixed_point.one_technique import CannotAnswerError
from tests.seeded import in_other_units, seeded_economy

EVERY = ["auto", *METHODS]


def plain(seed: int, objective: str, **options: Any) -> no.Economy:
    """Return a seeded economy of one technique per good, with nothing a fixed point does not see."""
    chosen = {"several": False, "joint": False, "capital": "none", "stocks": False, "storage": False, "periods": (1, 4)}
    return seeded_economy(seed, objective=objective, **{**chosen, **options})


def same(plan: no.Plan, exact: no.Plan) -> None:
    assert plan.status == exact.status
    if exact.proved:
        assert plan.objective == pytest.approx(exact.objective, rel=1e-9)


def test_fifty_economies_by_every_method_and_by_linear_programming() -> None:
    check_economies(range(50))


@pytest.mark.exhaustive
def test_two_hundred_economies_by_every_method_and_by_linear_programming() -> None:
    check_economies(range(200))


def check_economies(seeds: range) -> None:
    for seed in seeds:
        objective = ("least-resources", "assortment", "fulfilment")[seed % 3]
        economy = plain(seed, objective)
        exact = no.solve(economy).assert_optimal()
        for method in EVERY if seed % 20 == 0 else [EVERY[seed % len(EVERY)]]:
            plan = solve_fixed_point(economy, method=method)
            same(plan.assert_optimal(), exact)
            assert plan.iterations > 0
            assert plan.method == ("fixed-point" if method == "auto" else f"fixed-point:{method}")
            if objective == "least-resources":  # the plan is the only one
                scale = exact.activities.to_numpy().max()
                np.testing.assert_allclose(plan.activities, exact.activities, rtol=1e-6, atol=1e-9 * scale)


@pytest.mark.parametrize("kind", ["technique", "pool"])
def test_capital_of_one_period_limits_an_assortment(kind: str) -> None:
    binding = 0
    for seed in range(30):
        economy = plain(seed, "assortment", capital=kind, periods=(1, 1))
        plan = solve_fixed_point(economy).assert_optimal()
        same(plan, no.solve(economy))
        binding += bool((plan.rents.to_numpy() > 0).any())
    assert binding > 5


def test_a_fixed_demand_within_standing_capital() -> None:
    answered = 0
    for seed in range(30):
        economy = plain(seed, "least-resources", capital=("technique", "pool")[seed % 2])
        try:
            plan = solve_fixed_point(economy)
        except CannotAnswerError as error:
            assert "does not invest" in str(error)
            continue
        same(plan.assert_optimal(), no.solve(economy))
        answered += 1
    assert answered > 10


def test_units_and_scale_of_demand() -> None:
    for seed in range(12):
        economy = plain(seed, "least-resources", periods=(1, 2))
        rng = np.random.default_rng(seed)
        goods = np.power(10.0, rng.uniform(-5, 5, len(economy.goods)))
        other = in_other_units(economy, goods)
        one, two = solve_fixed_point(economy).assert_optimal(), solve_fixed_point(other).assert_optimal()
        assert two.objective == pytest.approx(one.objective, rel=1e-9)
        if not economy.has("resource_limits"):
            double = economy.with_changes(targets=2 * economy.frame("targets"))
            assert solve_fixed_point(double).objective == pytest.approx(2 * one.objective, rel=1e-9)


def the_same_in_any_units(seed: int, spread: float) -> None:
    """Plan an economy too large to be factorised at once, as it is and in other units of its goods."""
    economy = plain(seed, ("least-resources", "assortment", "fulfilment")[seed % 3], goods=(350, 350), periods=(1, 1))
    unit = np.power(10.0, np.random.default_rng(seed).uniform(-spread, spread, len(economy.goods)))
    other = in_other_units(economy, unit)
    one, two = solve_fixed_point(economy).assert_optimal(), solve_fixed_point(other).assert_optimal()
    assert two.objective == pytest.approx(one.objective, rel=1e-11)
    made = [e.matrix("outputs", 0) @ plan.activities.to_numpy()[:, 0] for e, plan in ((economy, one), (other, two))]
    assert any(np.allclose(made[1], made[0] * unit**power, rtol=1e-8, atol=0.0) for power in (-1, 1))
    worth = two.valuations.loc["good"].to_numpy() * other.frame("targets").to_numpy()
    np.testing.assert_allclose(
        worth, one.valuations.loc["good"].to_numpy() * economy.frame("targets").to_numpy(), rtol=1e-8
    )


@pytest.mark.parametrize("seed", range(18))
def test_units_do_not_matter_above_three_hundred_goods(seed: int) -> None:
    the_same_in_any_units(seed, 6.0)


@pytest.mark.exhaustive
def test_two_hundred_large_economies_in_wild_units() -> None:
    for seed in range(18, 218):
        the_same_in_any_units(seed, 8.0)


def test_wheat_cloth_and_labour_values() -> None:
    plan = solve_fixed_point(no.read("wheat_cloth")).assert_optimal()
    np.testing.assert_allclose(plan.activities["1"], [100, 50], rtol=1e-12)
    np.testing.assert_allclose(plan.valuations.loc["good"]["1"], [2, 5], rtol=1e-12)
    assert plan.objective == pytest.approx(260, rel=1e-12)


def wheat(**changes: Any) -> no.Economy:
    return no.read("wheat_cloth").with_changes(**changes)


def test_too_little_of_a_resource_is_infeasible_with_a_proof() -> None:
    short = wheat(resource_limits=[200.0])
    plan = solve_fixed_point(short)
    assert plan.status is no.Status.INFEASIBLE
    assert plan.impossibility is not None and plan.impossibility.proved
    enough = solve_fixed_point(wheat(resource_limits=[260.0])).assert_optimal()
    assert enough.objective == pytest.approx(260.0)


def test_an_assortment_by_hand() -> None:
    economy = wheat(resource_limits=[520.0], resource_weights=None)
    plan = solve_fixed_point(economy, no.Question("assortment")).assert_optimal()
    assert plan.objective == pytest.approx(2.0, rel=1e-12)  # one assortment takes 260 of labour
    assert plan.valuations.loc[("resource", "labour"), "1"] == pytest.approx(1 / 260)


def test_an_assortment_that_takes_nothing_scarce_is_unbounded() -> None:
    free = no.build_economy(
        goods=["air", "bread"],
        resources=["labour"],
        inputs=[[0.1, 0.2], [0.0, 0.1]],
        resource_use=[[0.0, 1.0]],
        resource_limits=[10.0],
        targets=[1.0, 0.0],
        objective="assortment",
    )
    assert solve_fixed_point(free).status is no.Status.UNBOUNDED


def test_a_floor_that_cannot_be_kept_is_infeasible() -> None:
    economy = wheat(resource_limits=[520.0], resource_weights=None)
    met = solve_fixed_point(economy, no.Question("fulfilment", floor=1.5)).assert_optimal()
    assert met.objective == pytest.approx(2.0)
    assert solve_fixed_point(economy, no.Question("fulfilment", floor=2.5)).status is no.Status.INFEASIBLE


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("kantorovich_machines", "several techniques"),
        ("excavators", "several techniques"),
        ("five_year_plan", "tie the periods together"),
        ("eu_2006", "tie the periods together"),
        ("wheat_cloth_pollution", "emission_caps"),
    ],
)
def test_what_a_fixed_point_cannot_answer_is_said(model: str, message: str) -> None:
    with pytest.raises(CannotAnswerError, match=message) as caught:
        solve_fixed_point(no.read(model))
    assert "linear program" in str(caught.value)


def test_misuse_gets_a_sentence() -> None:
    with pytest.raises(CannotAnswerError, match="initial stocks"):
        solve_fixed_point(wheat(initial_stocks=[1.0, 0.0]))
    with pytest.raises(CannotAnswerError, match="make one good each"):
        solve_fixed_point(wheat(outputs=[[1.0, 0.0], [1.0, 0.0]]))
    with pytest.raises(UnproductiveError, match="'wheat', 'cloth'"):
        solve_fixed_point(wheat(inputs=[[0.5, 0.6], [0.9, 0.1]]))
    with pytest.raises(no.OptionError, match="did you mean 'neumann'"):
        solve_fixed_point(wheat(), method="neuman")
    with pytest.raises(no.OptionError, match="tolerance"):
        solve_fixed_point(wheat(), tolerance=2.0)
    with pytest.raises(no.QuestionError, match="unknown question"):
        solve_fixed_point(wheat(), "cheapest")
    nothing = solve_fixed_point(wheat(targets=[0.0, 0.0])).assert_optimal()
    assert nothing.objective == 0.0

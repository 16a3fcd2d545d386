"""How much years count: in every objective that sums them, in every spelling and by every method that answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.formulate import with_objective
from natura_opt.objectives import OBJECTIVES, objective_of
from natura_opt.objectives.levels import weights_of_periods

from .golden_years import YEARLY
from .spellings import difference, spelled
from .toy_objective import MOST

GOLDEN = {economy.name: economy for economy in YEARLY}


def years(**tables: Any) -> no.Economy:
    """Two goods over three periods of one, two and five years, with more labour every period."""
    given: dict[str, Any] = {
        "goods": ["corn", "iron"], "inputs": [[0.1, 0.2], [0.3, 0.1]], "resources": ["labour"],
        "resource_use": [[1.0, 2.0]], "resource_limits": [[100.0, 120.0, 150.0]], "targets": [10.0, 20.0],
        "resource_weights": None, "periods": 3, "period_length": [1, 2, 5],
    }  # fmt: skip
    return no.build_economy(**{key: value for key, value in (given | tables).items() if value is not None})


def per_set() -> float:
    """Labour in one complete set of targets, by hand: the inverse of I - A."""
    inverse = np.linalg.inv(np.eye(2) - np.array([[0.1, 0.2], [0.3, 0.1]]))
    return float(np.array([1.0, 2.0]) @ inverse @ np.array([10.0, 20.0]))


WEIGHTS = np.array([1.0, 0.9 + 0.9**2, 0.9**3 * (1 + 0.9 + 0.81 + 0.729 + 0.6561)])
DISCOUNTED = {"discount_factor": 0.9}


def test_a_sum_over_years_is_discounted_and_weighted() -> None:
    economy = years()
    assert weights_of_periods(economy, no.Question("fulfilment", DISCOUNTED)) == pytest.approx(WEIGHTS, rel=1e-12)
    levels = np.array([100.0, 120.0, 150.0]) / per_set()
    plan = no.solve(economy, no.Question("fulfilment", DISCOUNTED)).assert_optimal()
    assert plan.objective == pytest.approx(WEIGHTS @ levels, rel=1e-9)
    assert plan.objective_name == "sum of yearly fulfilment, discounted by 0.9 a year"
    weighted = no.solve(years(period_weights=[3, 0, 1]), no.Question("fulfilment", DISCOUNTED)).assert_optimal()
    assert weighted.objective == pytest.approx((WEIGHTS * [3, 0, 1]) @ levels, rel=1e-9)
    assert weighted.objective_name == "sum of yearly fulfilment, weighted by period, discounted by 0.9 a year"
    assert no.solve(economy, no.Question("fulfilment")).objective == pytest.approx([1, 2, 5] @ levels, rel=1e-9)


def test_least_labour_is_discounted_and_what_is_spent_ahead_is_charged_when_it_is_spent() -> None:
    least = years(resource_weights=[1.0], resource_limits=None)
    plan = no.solve(least, no.Question("least-resources", DISCOUNTED)).assert_optimal()
    assert plan.objective == pytest.approx(WEIGHTS.sum() * per_set(), rel=1e-9)
    assert plan.good_valuations.loc["corn"].to_numpy() == pytest.approx(
        WEIGHTS * no.solve(least, no.Question("least-resources")).good_valuations.loc["corn", "1"], rel=1e-9
    )
    ahead = no.build_economy(
        goods=["corn"], inputs=[[0]], resources=["labour"], resource_use=[[1]], resource_use_ahead={1: [[2]]},
        prepared_activities=[7], resource_weights=[1], periods=2, period_length=[1, 3], targets=[5],
    )  # fmt: skip
    charged = no.solve(ahead, no.Question("least-resources", discount_factor=0.5)).assert_optimal()
    # 5 in the first year, and 2 x 5 x 3 years then for the three years after; 5 a year in these
    assert charged.objective == pytest.approx(1.0 * (5 + 30) + (0.5 + 0.25 + 0.125) * 5, rel=1e-12)


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_years_are_spelled_alike_under_every_objective(name: str) -> None:
    economy = GOLDEN[name]
    for objective in ("fulfilment", "max-min", "leximin", "assortment"):
        if name in ("guard", "hoard"):  # of whole numbers; of salvage, which leximin refuses
            continue
        question = with_objective(economy, economy.question(), objective, {})
        programs = [spelled(spelling, economy, question) for spelling in ("matrix", "pyomo", "cvxpy")]
        assert difference(programs[0], programs[1]) == difference(programs[0], programs[2]) == []


# ---- methods --------------------------------------------------------------------------------------------------------


def test_fixed_points_and_the_iteration_of_lahiri_value_years_alike() -> None:
    flat = years(period_length=None)
    for objective, tables in (("fulfilment", {}), ("least-resources", {"resource_weights": [1.0]})):
        economy, question = flat.with_changes(**tables), no.Question(objective, DISCOUNTED)
        best = no.solve(economy, question).assert_optimal()
        for method in ("fixed-point", "lahiri") if objective == "least-resources" else ("fixed-point",):
            plan = no.solve(economy, question, method=method).assert_optimal()
            assert plan.objective == pytest.approx(best.objective, rel=1e-8)
            assert plan.good_valuations.to_numpy() == pytest.approx(best.good_valuations.to_numpy(), rel=1e-6)


def test_methods_that_do_not_know_lengths_refuse_them_by_name() -> None:
    for method in ("fixed-point", "lahiri"):
        economy = years(resource_weights=[1.0])
        with pytest.raises(no.NaturaError, match="period_length"):
            no.solve(economy, no.Question("least-resources"), method=method)


def test_price_coordination_values_a_weighted_year() -> None:
    economy = years(periods=1, period_length=None, resource_limits=[100.0], period_weights=[3.0])
    best = no.solve(economy, no.Question("fulfilment")).assert_optimal()
    plan = no.solve(economy, no.Question("fulfilment"), method="prices").assert_optimal()
    assert best.objective == pytest.approx(3.0 * 100.0 / per_set(), rel=1e-9)
    assert plan.objective == pytest.approx(best.objective, rel=plan.certificate.tolerance)


def test_harmony_over_years_is_the_weighted_sum() -> None:
    """Every year on its own, so the best of all is the sum of the best of each, times what it counts."""
    economy = years(period_weights=[1, 2, 1])
    plan = no.solve(economy, no.Question("harmony", DISCOUNTED)).assert_optimal()
    each = [
        no.solve(years(periods=1, period_length=None, resource_limits=[limit]), no.Question("harmony")).objective
        for limit in (100.0, 120.0, 150.0)
    ]
    assert plan.objective == pytest.approx((WEIGHTS * [1, 2, 1]) @ each, rel=1e-6)
    assert plan.harmony.size == pytest.approx(2 * (WEIGHTS @ [1, 2, 1]), rel=1e-12)


@pytest.mark.parametrize("method", ["harmony", "harmony-cvxpy", "harmony-tangents"])
def test_methods_for_harmony_know_a_weighted_year(method: str) -> None:
    one = years(periods=1, period_length=None, resource_limits=[100.0])
    plain = no.solve(one, no.Question("harmony"), method="harmony")
    plan = no.solve(one.with_changes(period_weights=[4.0]), no.Question("harmony"), method=method)
    assert plan.objective == pytest.approx(4.0 * plain.objective, rel=1e-5)


# ---- what says nothing is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["assortment", "max-min", "leximin"])
def test_what_nothing_reads_is_refused_by_name(objective: str) -> None:
    with pytest.raises(no.QuestionError, match=f"discount_factor says nothing under the objective '{objective}'"):
        no.solve(years(), no.Question(objective, DISCOUNTED))
    with pytest.raises(no.QuestionError, match="no law of this question uses the table 'period_weights'"):
        no.solve(years(period_weights=[1, 2, 3]), no.Question(objective))
    assert no.solve(years(), no.Question(objective, discount_factor=1.0)).proved


def test_damage_is_discounted_under_any_objective() -> None:
    smoke = {"pollutants": ["soot"], "emissions": [[0.1, 0.1]], "damage_weights": [0.001]}
    for objective in ("assortment", "max-min"):
        assert no.solve(years(**smoke), no.Question(objective, DISCOUNTED)).proved


def test_weights_that_are_all_zero_are_refused() -> None:
    economy = years(period_weights=[0, 0, 0], resource_weights=[1.0])
    for objective, leave_out in (("fulfilment", ["resource_weights"]), ("least-resources", [])):
        with pytest.raises(no.QuestionError, match="all period_weights are zero"):
            no.solve(economy, no.Question(objective, leave_out=leave_out))
    with pytest.raises(no.QuestionError, match="no good has a target and a weight"):
        no.solve(economy, no.Question("harmony", leave_out=["resource_weights"]))


def test_another_objective_leaves_the_discount_where_it_says_something() -> None:
    economy, question = years(period_weights=[1, 2, 3]), no.Question("fulfilment", DISCOUNTED)
    assert with_objective(economy, question, "harmony", {}).settings == DISCOUNTED
    single = with_objective(economy, question, "max-min", {})
    assert single.settings == {} and single.leave_out == ("period_weights",)
    assert no.solve(economy, question, objective="leximin").proved


def test_an_objective_of_ones_own_says_whether_it_sums_years() -> None:
    economy, question = years(), no.Question("mine", good="corn", discount_factor=0.9)
    for sums in (False, True):
        no.register_objective(replace(MOST, name="mine", sums_years=sums))
        try:
            assert objective_of(question).counts_years(economy) == sums
            if sums:
                assert objective_of(question).words(economy, question).endswith("discounted by 0.9 a year")
                continue
            with pytest.raises(no.QuestionError, match="discount_factor says nothing under the objective 'mine'"):
                no.solve(economy, question)
        finally:
            from natura_opt.objectives.registry import forget_objective

            forget_objective("mine")
    assert {name for name, objective in OBJECTIVES.items() if objective.sums_years} == {
        "fulfilment", "harmony", "least-resources", "most-resources", "output",
    }  # fmt: skip


def test_fulfilment_by_period_stands_in_the_summary() -> None:
    plan = no.solve(years(), no.Question("max-min")).assert_optimal()
    assert plan.summary()["fulfilment"] == {str(p): z for p, z in plan.fulfilment.items()}
    part = years(targets=[[10.0, 0.0, 10.0], [20.0, 0.0, 20.0]])
    assert set(no.solve(part, no.Question("harmony")).summary()["fulfilment"]) == {"1", "3"}
    assert plan.objective == pytest.approx(100.0 / per_set()) and plan.fulfilment.min() >= plan.objective - 1e-12

"""The objectives that ask for output, for employment and for stocks at the end: answers by hand, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.objectives.registry import OBJECTIVES

BACKENDS = ("highs", "pyomo", "cvxpy")


def mill(**changes: Any) -> no.Economy:
    """Flour of grain and labour; a tenth of what is milled is used up, and labour is scarce."""
    tables: dict[str, Any] = {
        "goods": ["flour"],
        "resources": ["labour"],
        "inputs": [[0.1]],
        "resource_use": [[2.0]],
        "resource_limits": [10.0],
        "periods": ["one", "two"],
        "objective": "output",
        "activity_weights": [3.0],
    }
    return no.build_economy(**{**tables, **changes})


@pytest.mark.parametrize("backend", BACKENDS)
def test_output_counts_activities_by_their_weights(backend: str) -> None:
    # 10 of labour, 2 a unit: 5 units in each of two periods, worth 3 each
    plan = no.solve(mill(), backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(30.0)
    assert plan.activities.to_numpy().ravel() == pytest.approx([5.0, 5.0])
    assert plan.valuations.loc[("resource", "labour")].to_list() == pytest.approx([1.5, 1.5])


@pytest.mark.parametrize("backend", BACKENDS)
def test_output_of_later_years_counts_less_by_discount_and_weights(backend: str) -> None:
    economy = mill(period_length=[2.0, 1.0], period_weights=[1.0, 4.0])
    plan = no.solve(economy, backend=backend, discount_factor=0.5).assert_optimal()
    # 15 a year: (1 + 1/2) x 1 of the first period's two years, 1/4 x 4 of the second's one
    assert plan.objective == pytest.approx(15.0 * 1.5 + 15.0 * 1.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_output_serves_the_demand_first(backend: str) -> None:
    economy = mill(
        goods=["flour", "oil"],
        inputs=np.zeros((2, 2)),
        resource_use=[[2.0, 5.0]],
        activity_weights=[3.0, 0.0],
        targets=[0.0, 1.0],
    )
    plan = no.solve(economy, backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(2 * 3.0 * 2.5)  # 5 of labour are for oil, 5 are left
    assert plan.valuations.loc[("good", "oil")].to_list() == pytest.approx([7.5, 7.5])  # 5 of labour, worth 1.5 each


def test_output_without_weights_or_without_an_end_is_refused_or_disproved() -> None:
    with pytest.raises(no.QuestionError, match="the objective 'output' needs the table 'activity_weights'"):
        no.solve(mill(activity_weights=None))
    plan = no.solve(mill(resource_limits=None, resource_use=None))
    assert plan.status is no.Status.UNBOUNDED and plan.impossibility is not None and plan.impossibility.proved


@pytest.mark.parametrize("backend", BACKENDS)
def test_most_resources_is_the_plan_that_employs_most(backend: str) -> None:
    # two ways to mill; the slow one takes 4 of labour, but only 6 units of activity can be had of both
    economy = mill(
        techniques=["fast", "slow"],
        outputs=[[1.0, 1.0]],
        inputs=[[0.0, 0.0]],
        resource_use=[[2.0, 4.0]],
        resource_limits=None,
        activity_limits=[2.0, 3.0],
        activity_weights=None,
        resource_weights=[1.0],
        targets=[1.0],
        objective="most-resources",
    )
    plan = no.solve(economy, backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(2 * (2 * 2.0 + 4 * 3.0))
    least = no.solve(economy, objective="least-resources", backend=backend).assert_optimal()
    assert least.objective == pytest.approx(2 * 2.0)  # one unit a period, by the fast way


def test_most_and_least_resources_are_mirror_images_where_all_is_fixed() -> None:
    economy = mill(activity_weights=None, resource_weights=[0.7], targets=[1.8], activity_limits=[2.0])
    most, least = (no.solve(economy, objective=f"{which}-resources").assert_optimal() for which in ("most", "least"))
    assert most.objective == pytest.approx(least.objective) == pytest.approx(2 * 0.7 * 2.0 * 2.0)


def silo(**changes: Any) -> no.Economy:
    """Corn that can be eaten or kept, of which nine tenths last."""
    tables: dict[str, Any] = {
        "goods": ["corn"],
        "resources": ["land"],
        "inputs": [[0.0]],
        "resource_use": [[1.0]],
        "resource_limits": [4.0],
        "periods": ["one", "two"],
        "storage": [0.9],
        "salvage_values": [2.0],
        "targets": [1.0],
        "questions": {"default": no.Question("terminal-stocks", terminal="salvage")},
    }
    return no.build_economy(**{**tables, **changes})


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_most_valuable_stocks_are_those_left_after_demand(backend: str) -> None:
    plan = no.solve(silo(), backend=backend).assert_optimal()
    # 3 left in each period; of the first 2.7 last: 5.7 at the end, worth 2 each
    assert plan.objective == pytest.approx(11.4)
    assert plan.terminal_stocks["left"].to_list() == pytest.approx([5.7])
    assert plan.valuations.loc[("good", "corn")].to_list() == pytest.approx([1.8, 2.0])


def test_the_most_valuable_stocks_need_an_end_that_counts_them() -> None:
    for terminal in ({}, {"terminal": "keep"}, {"terminal": "none"}):
        with pytest.raises(no.QuestionError, match="counts what is left at the end: ask it with terminal = 'salvage'"):
            no.solve(silo(), no.Question("terminal-stocks", terminal))
    with pytest.raises(no.QuestionError, match="discount_factor says nothing under the objective 'terminal-stocks'"):
        no.solve(silo(), discount_factor=0.9)


@pytest.mark.parametrize("name", ["output", "most-resources", "terminal-stocks"])
def test_they_are_known_by_name_and_say_what_they_are(name: str) -> None:
    objective = OBJECTIVES[name]
    assert objective.sense == "max" and objective.law.name and not objective.concave
    with pytest.raises(no.QuestionError, match=f"did you mean '{name}'"):
        no.solve("five_year_plan", no.Question(name[:-1]))

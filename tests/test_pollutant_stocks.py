"""Pollutants over time: closed forms of stocks and damage, budgets of years, duals between difference quotients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no

BACKENDS = ["highs", "pyomo", "cvxpy"]


def emitting(count: int, settings: dict[str, Any] | None = None, **tables: Any) -> no.Economy:
    """Bread made dirty or clean, a technique that takes smoke back, and labour for it: fulfilment over some periods."""
    usual: dict[str, Any] = {
        "goods": ["bread"],
        "techniques": ["dirty", "clean", "scrub"],
        "outputs": [[1, 1, 0]],
        "resources": ["labour"],
        "resource_use": [[1, 2, 1.5]],
        "resource_limits": [10],
        "pollutants": ["smoke"],
        "emissions": [[1, 0.2, -1]],
        "targets": [1],
        "periods": count,
    }
    question = no.Question("fulfilment", settings or {})
    return no.build_economy(**(usual | tables), questions={"default": question})


@pytest.mark.parametrize("backend", BACKENDS)
def test_constant_emissions_tend_to_what_decays(backend: str) -> None:
    """Ten a year of which a fifth is gone a year later pile up to 50, as 50 (1 - .8^t)."""
    plan = no.solve(emitting(40, pollutant_stocks=[0], pollutant_decay=[0.2]), backend=backend).assert_optimal()
    assert plan.emissions.loc["smoke"].to_numpy() == pytest.approx(np.full(40, 10.0))
    years = np.arange(1, 41)
    assert plan.pollutant_stocks.loc["smoke"].to_numpy() == pytest.approx(50 * (1 - 0.8**years), rel=1e-9)
    assert plan.pollutant_stocks.loc["smoke"].iloc[-1] == pytest.approx(10 / 0.2, rel=1e-3)


@pytest.mark.parametrize("decay", [0.0, 0.3, 1.0])
def test_one_long_period_piles_up_as_its_years_do(decay: float) -> None:
    years = no.solve(emitting(6, pollutant_stocks=[7], pollutant_decay=[decay]))
    long = no.solve(emitting(2, pollutant_stocks=[7], pollutant_decay=[decay], period_length=[2, 4]))
    found = years.pollutant_stocks.loc["smoke"].to_numpy()[[1, 5]]
    assert long.pollutant_stocks.loc["smoke"].to_numpy() == pytest.approx(found, rel=1e-12)


def test_damage_is_discounted_as_the_objective() -> None:
    """Ten emitted a year at .01, and what has piled up at .002, each year counting .9 of the one before."""
    tables = {"damage_weights": [0.01], "pollutant_stocks": [4], "pollutant_decay": [0.5]}
    plan = no.solve(emitting(3, {"discount_factor": 0.9}, **tables, stock_damage_weights=[0.002])).assert_optimal()
    stocks = np.array([12.0, 16.0, 18.0])
    counted = np.array([1.0, 0.9, 0.81])
    assert plan.pollutant_stocks.loc["smoke"].to_numpy() == pytest.approx(stocks)
    assert plan.damage.to_numpy() == pytest.approx(counted * (0.1 + 0.002 * stocks), rel=1e-12)
    assert plan.objective == pytest.approx(counted @ (10 - 0.1 - 0.002 * stocks), rel=1e-12)
    assert plan.objective == pytest.approx(counted @ plan.fulfilment.to_numpy() - plan.damage.sum(), rel=1e-12)


def test_a_budget_is_of_years_and_a_cap_per_year() -> None:
    plan = no.solve(emitting(2, period_length=[1, 4], emission_budgets=[30], emission_caps=[[8, 9]])).assert_optimal()
    emitted = plan.emissions.loc["smoke"].to_numpy()
    assert emitted @ [1, 4] == pytest.approx(30) and (emitted <= [8 + 1e-9, 9 + 1e-9]).all()


def test_what_is_taken_back_leaves_no_less_than_nothing() -> None:
    """A damage so dear that all is scrubbed out: the stock stands at zero and does not go below."""
    plan = no.solve(emitting(3, pollutant_stocks=[2], stock_damage_weights=[50])).assert_optimal()
    stocks = plan.pollutant_stocks.loc["smoke"].to_numpy()
    assert stocks == pytest.approx(np.zeros(3), abs=1e-9) and (stocks >= 0).all()
    assert plan.emissions.loc["smoke"].iloc[0] == pytest.approx(-2)


@pytest.mark.parametrize("period", [0, 1, 2])
def test_the_cost_of_a_cap_lies_between_difference_quotients(period: int) -> None:
    def optimum(more: float) -> no.Plan:
        caps = np.array([[14.0, 15.0, 17.0]])
        caps[0, period] += more
        decay = [[0.1, 0.2, 0.15]]
        tables = {"pollutant_stocks": [9], "pollutant_decay": decay, "period_length": [2, 1, 1.5]}
        return no.solve(emitting(3, **tables, pollutant_stock_caps=caps)).assert_optimal()

    plan, step = optimum(0.0), 1e-4
    cost = plan.further["stock_abatement_costs"].loc["smoke"].iloc[period]
    more = (optimum(step).objective - plan.objective) / step
    less = (plan.objective - optimum(-step).objective) / step
    assert more - 1e-7 <= cost <= less + 1e-7 and cost > 0


def test_one_unit_emitted_costs_what_it_adds_to_later_damage() -> None:
    """Of a unit emitted in the first of three years, 1, .5 and .25 are there at the ends of years, at .01 each."""
    plan = no.solve(emitting(3, pollutant_decay=[0.5], stock_damage_weights=[0.01])).assert_optimal()
    costs = plan.further["pollution_costs"].loc["smoke"].to_numpy()
    assert costs == pytest.approx([0.0175, 0.015, 0.01], rel=1e-9)
    told = str(plan.explain("smoke", "1"))
    assert "piling up: one unit a year emitted costs 0.0175" in told
    assert "piled up    smoke" in str(plan)


def test_stocks_that_cost_nothing_are_shown_as_they_are() -> None:
    """Rows leave a stock that nothing limits open above; a plan shows what lasts and what was emitted."""
    economy = emitting(2, pollutant_stocks=[3], pollutant_decay=[0.5], pollutant_stock_caps=[[100, 100]])
    for backend in BACKENDS:
        plan = no.solve(economy, backend=backend)
        assert plan.pollutant_stocks.loc["smoke"].to_numpy() == pytest.approx([11.5, 15.75], rel=1e-9)


def test_stocks_of_what_nobody_emits_are_refused() -> None:
    with pytest.raises(no.QuestionError, match="pollutant_stocks"):
        no.solve(emitting(2, emissions=None, pollutant_stocks=[3]))

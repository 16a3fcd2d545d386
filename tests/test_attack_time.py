"""Plans over time, attacked: held against a judge of their own, and asked what nobody would ask."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from tests.dynamic_economies import dynamic_economy
from tests.time_judge import TimeJudge, broken_claims

FEW, MANY = 30, 300
SCARCE: dict[str, Any] = {
    "goods": ["corn", "iron"], "resources": ["labour"], "periods": ["a", "b", "c"],
    "inputs": [[0.1, 0.1], [0.1, 0.1]], "targets": [1.0, 0.5], "resource_use": [[1.0, 1.0]], "resource_limits": [10.0],
}  # fmt: skip


def asked(objective: str = "fulfilment", settings: dict[str, Any] | None = None, **tables: Any) -> no.Economy:
    return no.build_economy(questions={"default": no.Question(objective, settings)}, **{**SCARCE, **tables})


# ---- an independent judge -----------------------------------------------------------------------------------
def judged(seed: int, claims: bool = True) -> str:
    """Hold a seeded plan against the judge, and its tables where claims are to be held too; return its status, or
    ``refused`` where the draw says nothing.
    """
    economy = dynamic_economy(seed)
    try:
        plan = no.solve(economy)
    except no.QuestionError as error:
        assert "nothing lasts" in str(error)
        return "refused"
    status, optimum = TimeJudge(economy).solve()
    assert plan.status.value == status
    if status == "optimal":
        assert plan.objective == pytest.approx(optimum, rel=1e-6, abs=1e-6)
        assert not claims or broken_claims(plan) == []
    return status


@pytest.mark.parametrize("seeds", [range(start, start + 10) for start in range(0, FEW, 10)], ids=str)
def test_plans_are_the_judges(seeds: range) -> None:
    met = [judged(seed, claims=seed % 3 == 0) for seed in seeds]  # tables take most of the time
    assert met.count("optimal") >= 5


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(FEW, MANY + FEW))
def test_many_plans_are_the_judges(seed: int) -> None:
    assert judged(seed) in ("optimal", "infeasible", "refused")


def levelled(seed: int) -> str:
    """Hold leximin against the greatest sums of the least levels."""
    economy = dynamic_economy(seed, whole=False)
    given = economy.question().settings
    end = {
        key: given[key]
        for key in ("terminal", "terminal_growth")
        if given.get("terminal") in ("none", "keep", "growth") and key in given
    }
    besides = (
        "period_weights", "damage_weights", "stock_damage_weights", "resource_weights", "activity_weights",
        "salvage_values",
    )  # fmt: skip
    changes: dict[str, Any] = {table: None for table in besides if economy.has(table)}
    if seed % 3 == 0:  # levels that are often equal
        changes["targets"] = np.maximum(economy.vector("targets", 0), 0.01)
    economy = economy.with_changes(questions={"default": no.Question("leximin", end)}, **changes)
    plan = no.solve(economy)
    levels = TimeJudge(economy).leximin_levels()
    if levels is None:
        assert plan.status.value == "infeasible"
        return "infeasible"
    drift = plan.stages["drift"].max()  # what rounding of an early level may bring a late one, as the plan says itself
    assert np.sort(plan.fulfilment.to_numpy()) == pytest.approx(levels, rel=1e-6, abs=1e-6 + drift)
    return plan.status.value


def test_leximin_is_the_judges() -> None:
    met = [levelled(seed) for seed in range(5)]
    assert met.count("optimal") >= 2


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(5, 210))
def test_leximin_is_the_judges_for_many(seed: int) -> None:
    assert levelled(seed) in ("optimal", "infeasible")


# ---- what the judge found -----------------------------------------------------------------------------------
def test_what_is_left_has_lost_what_is_due_after_the_end() -> None:
    """A machine of a service life of two periods, bought in the first of two, is gone after them."""
    machines = {"capital": [[1.0, 1.0], [0.0, 0.0]], "initial_capital": [[1.0, 1.0], [0.0, 0.0]]}
    ordered = {"capital_orders": {"a": [[2.0, 0.0], [0.0, 0.0]]}, "service_life": [2.0, np.inf]}
    plan = no.solve(asked(periods=["a", "b"], **machines, **ordered))
    told = plan.terminal_stocks.loc[("capital", "corn", "corn")]
    bought = plan.investment.loc[("corn", "corn"), "a"]
    assert told["at_start"] == 3.0
    assert told["left"] == pytest.approx(1.0 + bought, rel=1e-12)


def test_what_is_left_is_what_is_there_where_stocks_are_moved() -> None:
    """Stocks that nobody needs in the last period are there all the same."""
    machines = {"capital": [[1.0, 1.0], [0.0, 0.0]], "initial_capital": [[9.0, 30.0], [0.0, 0.0]]}
    plan = no.solve(asked(periods=["a", "b"], **machines, shifting=[0.5, 0.0], depreciation=[[0.1, 0.1], [0.0, 0.0]]))
    point = plan.tables()
    moved = (point["shifted_in"] - point["shifted_out"]).loc[("corn", "iron")].sum()
    bought = point["investment"].loc[("corn", "iron")].sum()
    left = plan.terminal_stocks.loc[("capital", "corn", "iron"), "left"]
    assert left == pytest.approx((30.0 * 0.9 + moved + bought) * 0.9, rel=1e-9)


@pytest.mark.parametrize("factor", [1e-3, 1e-50, 1e-300])
def test_a_plan_discounted_to_nothing_is_told(factor: float) -> None:
    """Its valuations lie too far apart for HiGHS to find intervals of them, which the summary does without."""
    plan = no.solve(asked(settings={"discount_factor": factor}))
    assert plan.objective == pytest.approx(16 / 3, rel=2e-3)
    assert "optimal" in repr(plan) and "nan" not in repr(plan)


@pytest.mark.parametrize(
    ("rate", "more"),
    [(1e300, {"storage": [1.0, 0.0], "initial_stocks": [1.0, 1.0]}), (1e3, {"inputs_ahead": {200: np.eye(2) * 0.1}})],
)
def test_growth_beyond_any_number_is_refused(rate: float, more: dict[str, Any]) -> None:
    with pytest.raises(no.QuestionError, match="more than any number; give a rate per year"):
        no.solve(asked(settings={"terminal": "growth", "terminal_growth": rate}, **more))


def test_regrowth_beyond_any_number_is_refused() -> None:
    stocks = {"renewable_stocks": [5.0], "regrowth_rates": [0.1]}
    assert no.solve(asked(period_length=[1e3] * 3, **stocks)).proved
    with pytest.raises(no.QuestionError, match=r"'regrowth_rates' of 'labour' over the 10000 years of b .* shorter"):
        no.solve(asked(period_length=[1.0, 1e4, 1.0], **stocks))

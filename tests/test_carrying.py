"""Moving on by a period: the principle of optimality over every table of time, and each stock by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.base.status import Status
from natura_opt.formulate import asked_of
from natura_opt.laws.lags import ahead
from natura_opt.laws.periods import counted_years, discount_factor, lengths
from natura_opt.laws.terminal_settings import terminal_of

from .dynamic_economies import SUMS, dynamic_economy

SEEDS = [*range(15), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(15, 200))]


def carried(plan: no.Plan) -> no.Economy | None:
    """The economy after a period, its salvage values as of its own start; None where no table can say it."""
    try:
        rest = no.carry_over(plan)
    except no.CannotAnswerError as refusal:
        assert "cannot be carried over" in str(refusal)
        return None
    if not rest.has("salvage_values"):
        return rest
    discount = discount_factor(plan.question) ** lengths(plan.economy)[0]
    values = plan.economy.vector("salvage_values", 0)
    return rest.with_changes(salvage_values=values / discount)


def of_first_period(plan: no.Plan) -> float:
    """What the first period adds to the objective: its columns, and what is spent in it for later activities."""
    economy, first, whole = asked_of(plan.economy, plan.question), plan.economy.periods[0], 0.0
    for block in plan.program.columns:
        if "period" in block.index.names:
            now = block.index.get_level_values("period") == first
            whole += float(plan.program.cost[block.span][now] @ plan.primal[block.span][now])
    if plan.question.objective == "least-resources":
        years, counted = lengths(economy), counted_years(economy, plan.question)[0]
        weights = economy.vector("resource_weights", 0) * economy.vector("period_weights", 0)[0] * counted
        for lead, use in ahead(economy, "resource_use_ahead").items():
            if lead < len(years):
                later = plan.activities.iloc[:, lead].to_numpy()
                whole += float(weights @ (use @ later)) * years[lead] / years[0]
    return whole


def comparable(plan: no.Plan) -> bool:
    """Whether what is asked of what is left is what was asked of all: nothing is to be as it was at the start."""
    asked, economy = terminal_of(plan.question).terminal, plan.economy
    if plan.question.objective not in (*SUMS, "terminal-stocks") and discount_factor(plan.question) < 1:
        return False
    return asked in ("none", "salvage") or (
        asked == "growth" and not economy.has("storage") and not economy.has("renewable_stocks")
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rest_of_the_best_plan_is_the_best_plan_of_the_rest(seed: int) -> None:
    economy = dynamic_economy(seed)
    while len(economy.periods) > 1:
        plan = no.solve(economy)
        rest = carried(plan) if plan.status is Status.OPTIMAL else None
        if rest is None:
            return
        found = no.solve(rest)
        if comparable(plan):
            assert found.status is Status.OPTIMAL, found
            promised = plan.objective - of_first_period(plan)
            reached = discount_factor(plan.question) ** lengths(economy)[0] * found.objective
            size = 1e-6 * max(abs(plan.objective), abs(reached), 1e-3)
            if plan.question.objective in (*SUMS, "terminal-stocks"):
                assert reached == pytest.approx(promised, abs=size)
            else:  # one level, or the least of several: what is left may do better than all
                assert reached >= promised - size
        economy = rest

"""Explanations of pollutants: what caps, budgets, damage and what piles up make one unit less of them cost, and who
emits it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base.labels import name_of
from ..economy.coerce import position
from ..laws.emissions import counted_weights
from ..laws.periods import lengths
from .account_lines import account
from .explanation import Explanation, between, dearest_period, explained_limit, interval_of
from .finding import find_row
from .naming import rows_of
from .tables import PlanTables
from .users import user_lines, users_by_table, users_of


def explain_pollutant(plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain what one unit a year less emitted costs: by the cap of the period, the budget of all, and the damage,
    at once and by what piles up."""
    economy, seen = plan.economy, plan.asked
    at = position(economy.pollutants, name)
    costs = plan.abatement_costs.to_numpy()[at]
    weights = counted_weights(seen, plan.question, "damage_weights")[:, at]
    if period is None:
        period = dearest_period(plan, costs[:-1] + weights)
    t = position(economy.periods, period)
    unit = economy.unit("pollutants", name) or "unit"
    cap, budget, weight = float(costs[t]), float(costs[-1]), float(weights[t])
    emitted, users = float(plan.emissions.to_numpy()[at, t]), users_by_table(plan, "emissions", at, t)
    lines = [f"{name_of(name)}, {name_of(period)}: {emitted:.6g} {unit} are emitted"]
    intervals: list[tuple[float, float] | None] = []
    parts: list[tuple[str, float]] = []
    for says in plan.declared.rows.values():
        if says.table != "abatement_costs":
            continue
        what, cost = ("cap of the period", cap) if says.by_period else ("budget of all periods", budget)
        label = (name, period) if says.by_period else name
        whole = emitted if says.by_period else float(plan.emissions.to_numpy()[at] @ lengths(seen))
        limit = float(seen.vector("emission_caps" if says.by_period else "emission_budgets", t)[at])
        block = plan.program.row_block(says.name)
        place = None if block is None else find_row(block, label)
        if block is not None and place is not None:
            whole, limit = float(plan.row_levels[block.start + place]), float(plan.side_of(block)[place])
            users = users_of(plan, block, place, economy.periods[t]) if says.by_period else users
        if not np.isfinite(limit):
            continue
        parts.append((says.kind, cost))
        ends, missing = interval_of(plan, says.name, label)
        if ends is not None and plan.program.sense == "min":  # what one unit less allowed costs
            ends = (-ends[1] + 0.0, -ends[0] + 0.0)
        intervals.append(ends)
        words = between(plan, cost, ends, missing, saved=True)
        lines.append(
            f"  {what}: {whole:.6g} of {limit:.6g} {unit} allowed are emitted; one {unit} less allowed costs {words}"
        )
    if weight:
        lines.append(f"  damage: one {unit} emitted counts {weight:g} against the objective")
    kind, piling, ends = _piling_up(plan, name, period)
    if piling:
        parts.append((kind, piling))
        words = between(plan, piling, ends, "", saved=True)
        lines.append(f"  piling up: one {unit} a year emitted costs {words}, by what is there of it from then on")
    if not intervals and not weight and not piling:
        lines.append("  it is only counted: no cap, no budget and no damage weight concerns it")
    lines += user_lines(users, unit)
    cost_table = account(
        [(kind, [name_of(name)], np.array([float(value != 0)]), np.array([value]))
         for kind, value in (*parts, ("damage", weight))]
    )  # fmt: skip
    valuation = cap + budget if intervals else weight + piling
    interval = _summed(intervals) if intervals else _summed([(weight, weight), ends])
    return explained_limit("pollutant", name_of(name), period, valuation, interval, cost_table, lines)


def _piling_up(plan: PlanTables, name: Any, period: Any) -> tuple[str, float, tuple[float, float] | None]:
    """Return the kind of the rows of stocks, what one unit a year emitted costs by all that it adds to stocks, and the
    interval of that where it is known."""
    block = next(iter(plan.rows_filling("pollution_costs")), None)
    place = None if block is None else find_row(block, (name, period))
    if block is None or place is None:
        return "", 0.0, (0.0, 0.0)
    costly = 1.0 if plan.program.sense == "max" else -1.0
    ends, _ = interval_of(plan, block.name, (name, period))
    if ends is not None and costly < 0:
        ends = (-ends[1] + 0.0, -ends[0] + 0.0)
    return rows_of(block).kind, costly * float(plan.dual[block.start + place]) + 0.0, ends


def _summed(intervals: list[tuple[float, float] | None]) -> tuple[float, float] | None:
    """Return the interval of a sum of valuations where only one of them can vary; None where that is not known."""
    known = [interval for interval in intervals if interval is not None]
    if len(known) < len(intervals) or sum(high > low for low, high in known) > 1:
        return None
    return sum(low for low, _ in known), sum(high for _, high in known)

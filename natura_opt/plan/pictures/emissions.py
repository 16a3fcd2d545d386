"""What is emitted, by whom, beside what may be: caps of periods, and budgets of all of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...base.arrays import Floats
from ...base.labels import name_of
from ...laws.periods import lengths
from ..naming import rows_of
from ..tables import PlanTables
from ..users import users_by_table
from .ranking import worth_of_emissions
from .readable import largest, per
from .stacks import Limit, Stack, draw_stacks, width_of
from .style import heading, number, without

#: Figures above a cap are written where there are no more periods than this.
_FIGURES = 8
#: What differs by less than this share of all that is emitted and taken back is the same, summed in another order.
_ROUNDING = 1e-9


def draw_emissions(plan: PlanTables, most: int = 8) -> Figure:
    """Draw a panel per pollutant, and one more of what is emitted so far where a budget limits it."""
    stacks = list(_stacks(plan))
    if not stacks:
        return without(plan, "Emissions", "Nothing that this plan does is said to emit anything.")
    width = width_of(min(len(stacks), most))
    title = heading(plan, "Emissions, and what may be emitted", width)
    return draw_stacks(stacks, title, most, "more panels, of less that is dear to emit, in plan.emissions")


def _stacks(plan: PlanTables) -> Iterator[Stack]:
    economy, worth = plan.economy, worth_of_emissions(plan).to_numpy()
    costs = plan.abatement_costs.to_numpy()
    caps, budgets = _sides(plan)
    for at, pollutant in enumerate(economy.pollutants):
        parts, places = _by_technique(plan, at)
        limited = np.isfinite(caps[at]).any() or np.isfinite(budgets[at])
        if not (parts.to_numpy().any() or limited):
            continue
        unit, name = economy.unit("pollutants", pollutant), name_of(pollutant)
        shown = np.isfinite(caps[at]) & (costs[at, :-1] != 0) & (len(caps[at]) <= _FIGURES)
        factor, fewer = per(largest(costs[at]), unit)
        figures = tuple(number(factor * c) if here else "" for c, here in zip(costs[at, :-1], shown, strict=True))
        limits = [_limit("cap", caps[at], figures, fewer)] if np.isfinite(caps[at]).any() else []
        years = lengths(plan.asked)
        a_year = "a year" if (years != 1).any() else ""
        yield Stack(name, unit, a_year, parts, places, float(worth[at]), limits)
        if np.isfinite(budgets[at]):
            so_far = (parts * years).cumsum(axis=1)
            level = np.full(len(years), np.nan)
            level[-1] = budgets[at]
            cost = (*[""] * (len(years) - 1), number(factor * costs[at, -1]) if costs[at, -1] else "")
            limit = _limit("budget of all periods", level, cost, fewer)
            yield Stack(f"{name}, in all so far", unit, "", so_far, places, float(worth[at]), [limit])


def _limit(words: str, levels: Floats, costs: tuple[str, ...], unit: str) -> Limit:
    """Return a limit with what one unit less of it costs, in units of the objective, where that is something."""
    return Limit(words, levels, costs, f"above: cost of one {unit} less") if any(costs) else Limit(words, levels)


def _sides(plan: PlanTables) -> tuple[Floats, Floats]:
    """Return caps, pollutants x periods, and budgets of pollutants, as the rows that are declared for them say."""
    pollutants, periods = plan.economy.pollutants, plan.economy.periods
    caps, budgets = np.full((len(periods), len(pollutants)), np.nan), np.full(len(pollutants), np.nan)
    for block in plan.rows_filling("abatement_costs"):
        sides = plan.side_of(block)
        if rows_of(block).by_period:
            caps.reshape(-1)[plan.places_of(block, pollutants)] = sides
        else:
            budgets[pollutants.get_indexer(block.index)] = sides
    return caps.T, budgets


def _by_technique(plan: PlanTables, at: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return what each technique emits of a pollutant (negative: takes back), and what laws add besides."""
    periods = plan.economy.periods
    by_period = [users_by_table(plan, "emissions", at, t) for t in range(len(periods))]
    amounts = np.array([[amount for _, amount in of_period] for of_period in by_period]).T
    emits = np.flatnonzero(amounts.any(axis=1))
    other = plan.emissions.to_numpy()[at] - amounts.sum(axis=0)
    rows, kept, places = amounts[emits], [by_period[0][k][0] for k in emits], emits
    if (np.abs(other) > _ROUNDING * np.maximum(np.abs(amounts).sum(axis=0), np.abs(other))).any():
        rows, kept, places = np.vstack([rows, other]), [*kept, "by other laws"], np.append(places, -1)
    if not kept:
        rows, kept, places = np.zeros((1, len(periods))), [""], np.array([-1])
    return pd.DataFrame(rows, index=pd.Index(kept, dtype=object), columns=periods), places

"""What one more unit is worth: small panels of one thing each, so that no two units share an axis."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...base.labels import holding_name, name_of
from ...program.canonical import Block
from ...program.declared import Rows
from ..limits import has_quick_intervals
from ..naming import ALL_PERIODS, own_name, rows_of
from ..tables import PlanTables
from .other_prices import (
    MARKED,
    NOT_LOOKED_FOR,
    RowNumbers,
    could_be_scarce,
    ends_of,
    open_places,
    rows_shown,
    summed,
)
from .ranking import worth_of_emissions, worth_of_goods, worth_of_rows, worth_of_stocks
from .readable import largest
from .small_multiples import Group, draw_groups, width_of
from .style import fitted, heading, without

_WHAT = "What one more unit is worth"
#: Of so many prices that are zero, in a group, it is looked for whether they could be others: each asks two programs.
_SOUGHT = 40


def draw_valuations(plan: PlanTables, most: int = 8) -> Figure:
    """Draw small panels over the periods, or, of a plan of one period, bars."""
    drawn = [group for group in _groups(plan, most) if len(group.values)]
    single = len(plan.economy.periods) == 1
    if not drawn:
        return without(plan, _WHAT, "Nothing is scarce: every valuation is zero.")
    broad = width_of(drawn, single)
    title = f"{heading(plan, _WHAT, broad)}\n" + fitted(f"in units of the objective: {plan.objective_name}", broad)
    if not has_quick_intervals(plan):
        title += "\n" + fitted(NOT_LOOKED_FOR, broad)
    elif any(group.open_ends(k) for group in drawn for k in range(len(group.values))):
        title += "\n" + fitted(MARKED, broad)
    return draw_groups(drawn, title, single)


def _groups(plan: PlanTables, most: int) -> list[Group]:
    """Return the kinds of rows that laws declare, in order, and then the user's own."""
    groups, seen = [], set()
    for block, says in plan.kinds:
        if says.table == "abatement_costs":  # caps and budgets of a pollutant count together
            if says.table not in seen:
                groups.append(_emissions(plan, most))
            seen.add(says.table)
        elif says.by_period and says.kind in plan.valuations_by_kind:
            groups.append(_declared(plan, block, says, most))
        elif not says.by_period:
            groups.append(_of_all_periods(plan, block, says, most))
    return [*groups, *_own_groups(plan, most)]


def _declared(plan: PlanTables, block: Block, says: Rows, most: int) -> Group:
    """Return the valuations of one kind, its names in words and its units by its declaration."""
    values, names = plan.valuations_by_kind[says.kind], [axis for axis in says.axes if axis != "periods"]
    by_holding, unit, sign = len(names) > 1, says.unit, plan.sign_of(says)
    if by_holding:
        values = plan.laid_out(says, block, sign * plan.dual[block.span] + 0.0)
        worth = worth_of_stocks(plan) if says.table == "stock_valuations" else worth_of_rows(plan, block)
    else:
        worth = worth_of_goods(plan) if names == ["goods"] else worth_of_rows(plan, block)

    def unit_of(label: Any) -> str:
        if unit not in names:
            return ""
        return plan.economy.unit(unit, label[names.index(unit)] if by_holding and isinstance(label, tuple) else label)

    heading = says.heading or f"{says.kind.capitalize()}: one more unit"
    if says.valued == "on hand" and plan.program.sense == "min":
        heading = f"{heading.partition(':')[0]}: what one more unit demanded costs"
    rows = [(rows_shown(plan, block, says), sign)]
    return _chosen(plan, heading, values, worth, most, holding_name if by_holding else name_of, unit_of, rows)


def _emissions(plan: PlanTables, most: int) -> Group:
    costs = plan.abatement_costs
    whole = costs.iloc[:, :-1].add(costs["budget"].to_numpy(), axis=0)  # a budget counts in every period
    unit = partial(plan.economy.unit, "pollutants")
    words, sign = "Emissions: one unit less allowed, by cap and budget", 1.0 if plan.program.sense == "max" else -1.0
    rows = []
    for block in plan.rows_filling("abatement_costs"):
        at = np.full(whole.shape, -1)
        if rows_of(block).by_period:
            place = plan.places_of(block, whole.index)
            at.T.reshape(-1)[place] = block.start + np.arange(len(place))
        else:
            at[whole.index.get_indexer(block.index)] = block.start + np.arange(len(block.index))[:, None]
        rows.append((at, sign))
    worth = worth_of_emissions(plan)
    return _chosen(plan, words, whole, worth, most, name_of, unit, rows, "plan.abatement_costs")


def _of_all_periods(plan: PlanTables, block: Block, says: Rows, most: int) -> Group:
    """Return the valuations of rows that hold for all periods together, in one column."""
    mine = plan.totals.loc[[says.kind]].droplevel(0)
    worth = (mine["valuation"] * mine["side"]).abs()
    values = mine[["valuation"]].set_axis([ALL_PERIODS], axis=1)
    heading = says.heading or f"{says.kind.capitalize()}: one more unit"
    rows = [(block.start + np.arange(len(mine))[:, None], plan.sign_of(says))]
    return _chosen(plan, heading, values, worth, most, str, lambda _: "", rows, "plan.totals")


def _own_groups(plan: PlanTables, most: int) -> list[Group]:
    """Return the valuations of the user's own rows: those that have a period over the periods, the others singly."""
    by_name: dict[str, dict[Any, tuple[float, int]]] = {}
    for block_name, frame in plan.extra.items():
        block = plan.program.row_block(block_name.removesuffix(" (rows)"))
        if "valuation" in frame and (block is None or block.declared is None or not rows_of(block).kind):
            first = -1 if block is None else block.start
            for k, (label, value) in enumerate(zip(frame.index, frame["valuation"], strict=True)):
                name, period = own_name(plan.economy, block_name, label)
                by_name.setdefault(name, {})[period] = float(value), -1 if block is None else first + k
    periods = [name_of(period) for period in plan.economy.periods]
    groups = []
    for columns in ([""], periods):
        mine = {name: values for name, values in by_name.items() if ("" in values) == (columns == [""])}
        if mine:
            found = [[values.get(c, (0.0, -1)) for c in columns] for values in mine.values()]
            frame = pd.DataFrame([[value for value, _ in row] for row in found], columns=columns)
            frame.index = pd.Index(list(mine), dtype=object)
            rows = [(np.array([[at for _, at in row] for row in found]), 1.0)]
            words, none = "Your own rows: one more on the right side", pd.Series(dtype=float)
            groups.append(_chosen(plan, words, frame, none, most, str, lambda _: "", rows, "plan.extra"))
    return groups


def _chosen(
    plan: PlanTables,
    words: str,
    values: Any,
    worth: pd.Series,
    most: int,
    name: Callable[[Any], str],
    unit: Callable[[Any], str],
    rows: list[tuple[RowNumbers, float]],
    rest: str = "plan.valuations",
) -> Group:
    """Choose what to draw, count those left out and those that are worth nothing, and find what else prices can be.

    Parameters
    ----------
    rows : the rows whose valuations the values are the sums of, with what turns ∂objective/∂side into them.
    """
    size = np.abs(values.to_numpy()).max(axis=1, initial=0.0)
    could_be, unsought = _could_be_worth(plan, size == 0, rows)
    size = np.maximum(size, could_be)
    worth = worth.reindex(values.index).fillna(0.0)
    order = np.lexsort((-size, -worth.to_numpy()))  # by worth; what no stock is left of, by valuation
    scarce = [k for k in order if size[k] > 0]
    at = scarce[:most]
    shown = values.iloc[at]
    note = []
    if len(scarce) > len(at):
        note.append(f"{len(scarce) - len(at):,} more of lesser worth in {rest}")
    more = "more " if at else ""
    if len(values) > len(scarce) + unsought:
        note.append(f"{len(values) - len(scarce) - unsought:,} {more}worth nothing (there is enough)")
    if unsought:
        note.append(f"{unsought:,} {more}worth nothing at these prices, others were not looked for")
    ends = [ends_of(plan, numbers[at], sign) for numbers, sign in rows]
    low, high = reduce(summed, ends) if ends else (None, None)
    labels = list(shown.index)
    names, units = [name(label) for label in labels], [unit(label) for label in labels]
    return Group(words, shown, names, units, "; ".join(note), low=low, high=high)


def _could_be_worth(plan: PlanTables, nothing: Any, rows: list[tuple[RowNumbers, float]]) -> tuple[Any, int]:
    """Return the most that things which are worth nothing at the plan's prices are worth at others that prove it, and
    of how many things this was not looked for because they are many.
    """
    most, left = np.zeros(len(nothing)), np.zeros(len(nothing), dtype=bool)
    sought = 0
    if has_quick_intervals(plan):
        for numbers, sign in rows:
            tight = could_be_scarce(plan, numbers)
            for k in np.flatnonzero(nothing & tight.any(axis=1)):
                sought += int(tight[k].sum())
                if sought > _SOUGHT:
                    left[k] = True
                    continue
                low, high = ends_of(plan, np.where(tight[k], numbers[k], -1)[None], sign)
                if open_places(low, high).any():
                    most[k] = max(most[k], largest([*low.ravel(), *high.ravel()]), np.finfo(float).tiny)
    return most, int((left & (most == 0)).sum())

"""What a plan makes, and its largest activities, on a terminal: so many lines of each, and how many more there are."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from ..base.errors import QuestionError, shown, unknown
from ..base.labels import name_of, unit_words
from ..plan.finding import find_label
from ..plan.made import goods_made, largest_activities
from ..plan.plan import Plan

_ROWS = 10
#: So many periods stand beside one another; of more, the first ones and the last.
_PERIODS = 6


def print_made(plan: Plan, console: Console, period: Any) -> None:
    """Print what is made of each good, and the activities, in one period or (None) in all."""
    for heading, table, more in (_goods(plan, period), _activities(plan, period)):
        if table.row_count:
            console.print(f"\n{heading}", style="italic")
            console.print(table)
            if more:
                console.print(f"  and {more}", style="dim")


def period_named(plan: Plan, period: str | None) -> Any:
    """Return the label of a period as it was written.

    Raises
    ------
    QuestionError : there is no such period.
    """
    if period is None:
        return None
    found = find_label(plan.economy.periods, period)
    if found is None:
        raise QuestionError(f"{plan.economy.name}: {unknown('period', period, plan.economy.periods)}")
    return found


def _goods(plan: Plan, period: Any) -> tuple[str, Table, str]:
    each = len(plan.economy.periods) if period is None else 1
    goods = max(_ROWS // each, 1)
    made = goods_made(plan, period, goods)
    several = len(plan.economy.periods) > 1
    asked = made["target"].notna().any()
    table = Table(box=None, pad_edge=False)
    table.add_column("good", overflow="fold")
    if several:
        table.add_column("period")
    headings = [*(["target"] if asked else []), "made", "net output", *(["fulfilment"] if asked else [])]
    for heading in headings:
        table.add_column(heading, justify="right")
    table.add_column("unit")
    last = None
    for (good, when), row in zip(made.index[:_ROWS], made.to_dict("records"), strict=False):
        figures = [_figure(row[heading.replace(" ", "_")], heading == "fulfilment") for heading in headings]
        named = [shown(name_of(good)) if good != last else "", *([shown(name_of(when))] if several else [])]
        table.add_row(*named, *figures, shown(unit_words(row["unit"])) if good != last else "")
        last = good
    left = max(len(plan.economy.goods) - goods, 0)
    said = [f"{each - _ROWS} more periods"] if each > _ROWS else []
    said += [f"{left:,} more good{'s' if left != 1 else ''}"] if left else []
    where = f" in {shown(name_of(period))}" if period is not None else ""
    return f"what is made{where}", table, ", and ".join(said)


def _activities(plan: Plan, period: Any) -> tuple[str, Table, str]:
    running = largest_activities(plan)
    if period is not None:
        running = running.loc[:, [one == period for one in running.columns]]
        running = running[(running != 0).any(axis=1)]
    periods = list(running.columns)
    if len(periods) > _PERIODS:
        periods = [*periods[: _PERIODS - 1], periods[-1]]
    places = [k for k, one in enumerate(running.columns) if one in periods]
    table = Table(box=None, pad_edge=False)
    table.add_column("technique", overflow="fold")
    for k in places:
        table.add_column(
            shown(name_of(running.columns[k])) if len(plan.economy.periods) > 1 else "level", justify="right"
        )
    table.add_column("unit")
    for technique, levels in zip(running.index[:_ROWS], running.to_numpy()[:_ROWS], strict=True):
        unit = plan.economy.unit("techniques", technique)
        table.add_row(shown(name_of(technique)), *(_figure(levels[k]) for k in places), shown(unit_words(unit)))
    left = len(running) - _ROWS
    said = [f"{left:,} more that run{'s' if left == 1 else ''}"] if left > 0 else []
    said += [f"{running.shape[1] - len(places):,} periods between"] if len(places) < running.shape[1] else []
    return "largest activities, by what they make", table, ", ".join(said)


def _figure(value: float, share: bool = False) -> str:
    return "" if pd.isna(value) else f"{value:.4f}" if share else f"{value:,.6g}"

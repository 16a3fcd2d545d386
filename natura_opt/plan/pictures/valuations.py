"""What one more unit is worth: small panels of one thing each, so that no two units share an axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...base.arrays import Floats
from ...base.labels import holding_name, name_of
from ...program.canonical import Block
from ...program.declared import Rows
from ..naming import ALL_PERIODS, own_name, rows_of
from ..tables import PlanTables
from .ranking import worth_of_emissions, worth_of_goods, worth_of_rows, worth_of_stocks
from .style import GREY, INK, MAIN, PALE, bare, fitted, heading, mark_periods, new_figure, number, unit_text, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_ACROSS = 4
# in inches: a panel with the room about it, the room for the figures left of it and the periods below
_PANEL_WIDTH, _INSIDE, _LEFT, _BELOW = 2.45, 1.15, 0.85, 0.35
_PANEL_HEIGHT, _HEADING, _LINE = _INSIDE + _BELOW + 0.12, 0.34, 0.15
_TITLE_WIDTH, _LEAST_WIDTH, _BARS_WIDTH = 30, 5.6, 7.5  # characters; inches
_WHAT = "What one more unit is worth"


@dataclass(frozen=True, eq=False)
class _Kind:
    """Valuations of one kind, the most important first; rows that are worth nothing are only counted."""

    words: str
    values: pd.DataFrame
    names: list[str]
    units: list[str]
    unshown: int
    worthless: int
    rest: str

    @property
    def note(self) -> str:
        """What is not drawn."""
        parts = []
        if self.unshown:
            parts.append(f"{self.unshown:,} more of lesser worth in {self.rest}")
        if self.worthless:
            more = "more " if len(self.values) else ""
            parts.append(f"{self.worthless:,} {more}worth nothing (there is enough)")
        return "; ".join(parts)


def draw_valuations(plan: PlanTables, most: int = 8) -> Figure:
    """Draw small panels over the periods, or, of a plan of one period, bars."""
    kinds = _kinds(plan, most)
    drawn = [kind for kind in kinds if len(kind.values)]
    single = len(plan.economy.periods) == 1
    if not drawn:
        figure = new_figure(7.0, 1.6)
        figure.text(0.02, 0.45, "Nothing is scarce: every valuation is zero.", fontsize=10, color=INK)
        figure.suptitle(heading(plan, _WHAT, 7.0), x=0.01, ha="left", fontsize=11, color=INK)
        return figure
    across = min(_ACROSS, max(len(kind.values) for kind in drawn))
    broad = _BARS_WIDTH if single else max(across * _PANEL_WIDTH, _LEAST_WIDTH)
    title = f"{heading(plan, _WHAT, broad)}\n" + fitted(f"in units of the objective: {plan.objective_name}", broad)
    return _bars(drawn, title, broad) if single else _panels(drawn, title, broad)


def _kinds(plan: PlanTables, most: int) -> list[_Kind]:
    """Return the kinds of rows that laws declare, in order, and then the user's own."""
    kinds, seen = [], set()
    for block, says in plan.kinds:
        if says.table == "abatement_costs":  # caps and budgets of a pollutant count together
            if says.table not in seen:
                kinds.append(_emissions(plan, most))
            seen.add(says.table)
        elif says.by_period and says.kind in plan.valuations_by_kind:
            kinds.append(_declared(plan, block, says, most))
        elif not says.by_period:
            kinds.append(_of_all_periods(plan, says, most))
    return [*kinds, *_own_kinds(plan, most)]


def _declared(plan: PlanTables, block: Block, says: Rows, most: int) -> _Kind:
    """Return the valuations of one kind, its names in words and its units by its declaration."""
    values, names = plan.valuations_by_kind[says.kind], [axis for axis in says.axes if axis != "periods"]
    by_holding, unit = len(names) > 1, says.unit
    if by_holding:
        values = plan.laid_out(says, block, plan.sign_of(says) * plan.dual[block.span] + 0.0)
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
    return _Kind(heading, *_chosen(values, worth, most, holding_name if by_holding else name_of, unit_of))


def _emissions(plan: PlanTables, most: int) -> _Kind:
    costs = plan.abatement_costs
    whole = costs.iloc[:, :-1].add(costs["budget"].to_numpy(), axis=0)  # a budget counts in every period
    unit = partial(plan.economy.unit, "pollutants")
    chosen = _chosen(whole, worth_of_emissions(plan), most, name_of, unit, "plan.abatement_costs")
    return _Kind("Emissions: one unit less allowed, by cap and budget", *chosen)


def _of_all_periods(plan: PlanTables, says: Rows, most: int) -> _Kind:
    """Return the valuations of rows that hold for all periods together, in one column."""
    mine = plan.totals.loc[[says.kind]].droplevel(0)
    worth = (mine["valuation"] * mine["side"]).abs()
    values = mine[["valuation"]].set_axis([ALL_PERIODS], axis=1)
    heading = says.heading or f"{says.kind.capitalize()}: one more unit"
    return _Kind(heading, *_chosen(values, worth, most, str, lambda _: "", "plan.totals"))


def _own_kinds(plan: PlanTables, most: int) -> list[_Kind]:
    """Return the valuations of the user's own rows: those that have a period over the periods, the others singly."""
    by_name: dict[str, dict[Any, float]] = {}
    for block_name, frame in plan.extra.items():
        block = plan.program.row_block(block_name.removesuffix(" (rows)"))
        if "valuation" in frame and (block is None or block.declared is None or not rows_of(block).kind):
            for label, value in zip(frame.index, frame["valuation"], strict=True):
                name, period = own_name(plan.economy, block_name, label)
                by_name.setdefault(name, {})[period] = float(value)
    periods = [name_of(period) for period in plan.economy.periods]
    kinds = []
    for columns in ([""], periods):
        mine = {name: values for name, values in by_name.items() if ("" in values) == (columns == [""])}
        if mine:
            frame = pd.DataFrame([[values.get(c, 0.0) for c in columns] for values in mine.values()], columns=columns)
            frame.index = pd.Index(list(mine), dtype=object)
            chosen = _chosen(frame, pd.Series(dtype=float), most, str, lambda _: "", "plan.extra")
            kinds.append(_Kind("Your own rows: one more on the right side", *chosen))
    return kinds


def _chosen(
    values: Any,
    worth: pd.Series,
    most: int,
    name: Callable[[Any], str],
    unit: Callable[[Any], str],
    rest: str = "plan.valuations",
) -> tuple[pd.DataFrame, list[str], list[str], int, int, str]:
    """Choose the rows to draw, and count those left out and those that are worth nothing."""
    size = np.abs(values.to_numpy()).max(axis=1, initial=0.0)
    worth = worth.reindex(values.index).fillna(0.0)
    order = np.lexsort((-size, -worth.to_numpy()))  # by worth; what no stock is left of, by valuation
    scarce = [k for k in order if size[k] > 0]
    shown = values.iloc[scarce[:most]]
    labels = list(shown.index)
    names = [name(label) for label in labels]
    units = [unit_text(unit(label)) for label in labels]
    return shown, names, units, len(scarce) - len(shown), len(values) - len(scarce), rest


def _panels(kinds: list[_Kind], title: str, width: float) -> Figure:
    """Draw one panel per row of each table, all of one size and in line, from the top of the figure downwards."""
    titles = [[wrapped(name, _TITLE_WIDTH) for name in kind.names] for kind in kinds]
    rows = [range(0, len(names), _ACROSS) for names in titles]
    lines = [
        [max(text.count("\n") for text in names[k : k + _ACROSS]) + 1 for k in row]
        for names, row in zip(titles, rows, strict=True)
    ]
    room = [[_PANEL_HEIGHT + _LINE * n for n in of_kind] for of_kind in lines]
    notes = [_HEADING if kind.note else 0.0 for kind in kinds]
    top = 0.2 + 0.2 * (title.count("\n") + 1)
    height = top + sum(_HEADING + sum(of_kind) + note for of_kind, note in zip(room, notes, strict=True))
    figure = new_figure(width, height, layout=None)
    figure.text(0.1 / width, 1 - 0.08 / height, title, va="top", fontsize=11, color=INK)
    y = height - top
    for kind, names, row, heights, note in zip(kinds, titles, rows, room, notes, strict=True):
        y -= _HEADING
        figure.text(0.1 / width, (y + 0.1) / height, kind.words, fontsize=9.5, fontweight="bold", color=INK)
        for first, panel_height in zip(row, heights, strict=True):
            y -= panel_height
            for k in range(first, min(first + _ACROSS, len(names))):
                left = (k - first) * _PANEL_WIDTH + _LEFT
                place = (left / width, (y + _BELOW) / height, (_PANEL_WIDTH - _LEFT - 0.15) / width, _INSIDE / height)
                ax = figure.add_axes(place)
                _panel(ax, kind.values.to_numpy(dtype=float)[k], list(kind.values.columns))
                outside = (0.1 - _LEFT) / (_PANEL_WIDTH - _LEFT - 0.15)
                ax.set_title(names[k], loc="left", x=outside, fontsize=8.5, color=INK)
                unit = wrapped(f"per {kind.units[k]}", 18, 2)
                ax.set_ylabel(unit, fontsize=8, color=GREY)
                ax.yaxis.set_label_coords((0.68 if "\n" in unit else 0.8) * outside, 0.45)  # two lines need room
        if note:
            y -= note
            figure.text(1 - 0.15 / width, (y + 0.12) / height, kind.note, ha="right", fontsize=8, color=GREY)
    return figure


def _panel(ax: Axes, values: Floats, periods: list[Any]) -> None:
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    count = len(values)
    dots = "o" if count <= 16 else ""
    if count == 1:  # what has no period, among panels of what has
        ax.bar([0], values, width=0.4, color=MAIN)
    ax.fill_between(range(count), values, color=MAIN, alpha=0.15, linewidth=0)
    ax.plot(range(count), values, color=MAIN, linewidth=1.6, marker=dots, markersize=3.5, clip_on=False)
    bare(ax)
    room = 0.08 * (high - low)
    ax.set_ylim(low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.0))
    ax.set_xlim(-0.06 * count - 0.4 * (count == 1), 1.06 * count - 1 + 0.4 * (count == 1))
    marks = sorted({low, 0.0, high})
    ax.set_yticks(marks, [number(mark) for mark in marks])
    ax.axhline(0.0 if low < 0 else high, color=PALE, linewidth=0.8, zorder=0)
    mark_periods(ax, periods, _PANEL_WIDTH - _LEFT)
    first, last = ax.get_xticklabels()[0], ax.get_xticklabels()[-1]
    if max(len(first.get_text()), len(last.get_text())) > 8:  # long names of periods stay within the panel
        first.set_horizontalalignment("left")
        last.set_horizontalalignment("right")


def _bars(kinds: list[_Kind], title: str, width: float) -> Figure:
    """Draw one bar per row of each table, the dearest on top, the value and its unit written at the end."""
    heights = [0.75 + 0.36 * len(kind.values) for kind in kinds]
    figure = new_figure(width, sum(heights) + 0.2 * (title.count("\n") + 1) + 0.1)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    axes = figure.subplots(len(kinds), 1, height_ratios=heights, squeeze=False)[:, 0]
    for ax, kind in zip(axes, kinds, strict=True):
        values = kind.values.to_numpy(dtype=float)[:, 0]
        order = np.argsort(-values, kind="stable")
        bars = ax.barh(range(len(order)), values[order], height=0.6, color=MAIN)
        texts = [f"{number(values[k])} per {kind.units[k]}" for k in order]
        ax.bar_label(bars, texts, padding=4, fontsize=8.5, color=INK)
        bare(ax)
        ax.axvline(0, color=GREY, linewidth=1)
        ax.spines["bottom"].set_visible(False)
        ax.set_yticks(range(len(order)), [wrapped(kind.names[k], 34, 2) for k in order])
        ax.set_ylim(len(order) - 0.4, -0.6)
        ax.set_xlim(1.4 * min(float(values.min()), 0.0), 1.4 * max(float(values.max()), 0.0))
        ax.set_xticks([])
        ax.set_title(kind.words, loc="left", fontsize=9.5, fontweight="bold", color=INK)
        ax.set_xlabel(kind.note, loc="right", fontsize=8, color=GREY)
    return figure

"""What is scarce when: a heat map of prices, each row shaded by its own highest, so that no two units share a scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ...base.labels import name_of
from ..limits import has_quick_intervals
from ..prices_over_time import BASKET, prices_over_time
from ..stated import GOODS
from ..tables import PlanTables
from .other_prices import NOT_LOOKED_FOR, OPEN, ends_of, open_places, rows_shown
from .ranking import worth_of_goods, worth_of_rows, worth_of_stocks
from .readable import largest, per
from .style import GREY, INK, MAIN, bare, fitted, heading, mark_periods, new_figure, number, without, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _CELL, _NAMES, _LEAST, _MOST = 0.36, 0.8, 2.8, 6.8, 13.0  # inches
_WRITTEN = 0.55  # a narrower cell has no room for a figure
_DARK = 0.6  # a cell shaded more is written on in white
_SHADES = LinearSegmentedColormap.from_list("scarce", ["#ffffff", MAIN])
_PLURAL = {"good": "Goods", "resource": "Resources", "stock": "Capital stocks, at the start of the period"}


def draw_prices_over_time(plan: PlanTables, most: int = 8) -> Figure:
    """Draw one panel per kind, the things that are worth most in their rows."""
    table = prices_over_time(plan)
    in_baskets = "in_baskets" if BASKET in table.index.get_level_values("kind") else "price"
    if table[in_baskets].isna().any():  # a period whose targets cost nothing has no basket to measure in
        in_baskets = "price"
    kinds = {kind: _ranked(plan, table, kind, in_baskets) for kind in table.index.unique("kind") if kind != BASKET}
    shown = {kind: rows.iloc[:most] for kind, rows in kinds.items() if len(rows)}
    measure = "target baskets of the same period" if in_baskets == "in_baskets" else "units of the objective"
    count = len(plan.economy.periods)
    width = min(max(_NAMES + _CELL * count, _LEAST), _MOST)
    title = f"{heading(plan, 'What is scarce when', width)}\n" + fitted(
        f"price of one unit in {measure}; shaded by the highest of its row", width
    )
    if not shown:
        return without(plan, "What is scarce when", "Nothing is scarce: every valuation is zero.")
    others = {kind: _could_be_others(plan, kind, rows) for kind, rows in shown.items()}
    if not has_quick_intervals(plan):
        title += "\n" + fitted(NOT_LOOKED_FOR, width)
    elif any(open_.any() for open_ in others.values()):
        title += "\n" + fitted("framed: the plan is degenerate, and other prices serve as well", width)
    heights = [_ROW * len(rows) + 0.75 for rows in shown.values()]
    figure = new_figure(width, sum(heights) + 0.2 * (title.count("\n") + 1))
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    axes = figure.subplots(len(shown), 1, height_ratios=[len(rows) + 1 for rows in shown.values()], squeeze=False)[:, 0]
    for ax, (kind, rows) in zip(axes, shown.items(), strict=True):
        _heat(ax, rows, (width - _NAMES) / count)
        for i, t in zip(*np.nonzero(others[kind]), strict=True):
            ax.add_patch(Rectangle((t - 0.46, i - 0.42), 0.92, 0.84, fill=False, edgecolor=OPEN, linewidth=2.0))
        mark_periods(ax, list(plan.economy.periods), width - _NAMES)
        ax.set_title(_PLURAL.get(kind, kind.capitalize()), loc="left", fontsize=9.5, fontweight="bold", color=INK)
        left_out = len(kinds[kind]) - len(rows)
        if left_out:
            ax.set_xlabel(f"{left_out:,} more of lesser worth in plan.prices_over_time", fontsize=8, color=GREY)
    return figure


def _ranked(plan: PlanTables, table: pd.DataFrame, kind: str, column: str) -> pd.DataFrame:
    """Return the prices of a kind as they are written, names x periods with the unit in the name; not what is always
    free.
    """
    mine = table.xs(kind, level="kind")
    names = list(dict.fromkeys(mine.index.get_level_values("name")))
    count = len(plan.economy.periods)
    values = mine[column].to_numpy(float).reshape(len(names), count)
    units = mine["unit"].to_numpy()[::count]
    worth = _worth(plan, kind)
    scarce = [k for k in np.lexsort((-np.abs(values).max(axis=1), -worth)) if values[k].any()]
    scales = [per(largest(values[k]), str(units[k])) for k in scarce]
    labels = [wrapped(f"{name_of(names[k])}, per {unit}", 40, 2) for k, (_, unit) in zip(scarce, scales, strict=True)]
    written = values[scarce] * np.array([[factor] for factor, _ in scales] or np.empty((0, 1)))
    return pd.DataFrame(written, index=pd.MultiIndex.from_arrays([scarce, labels]))


def _could_be_others(plan: PlanTables, kind: str, rows: pd.DataFrame) -> np.ndarray:
    """Return which of the prices drawn could be others as well."""
    block, says = (
        (plan.balance, GOODS) if kind == GOODS.kind else next(one for one in plan.kinds if one[1].kind == kind)
    )
    if block is None or not has_quick_intervals(plan):
        return np.zeros(rows.shape, dtype=bool)
    numbers = rows_shown(plan, block, says)[rows.index.get_level_values(0).astype(int)]
    return open_places(*ends_of(plan, numbers, plan.sign_of(says)))


def _worth(plan: PlanTables, kind: str) -> np.ndarray:
    """Return what all there is of each thing of a kind is worth in the period in which that is most."""
    if kind == GOODS.kind:
        return worth_of_goods(plan).to_numpy()
    block, says = next(one for one in plan.kinds if one[1].kind == kind)
    if says.table == "stock_valuations":
        return worth_of_stocks(plan).reindex(plan.stock_valuations.index).fillna(0.0).to_numpy()
    return worth_of_rows(plan, block).reindex(plan.valuations_by_kind[kind].index).fillna(0.0).to_numpy()


def _heat(ax: Axes, rows: pd.DataFrame, cell: float) -> None:
    values = rows.to_numpy()
    shade = np.abs(values) / np.abs(values).max(axis=1, keepdims=True)
    ax.imshow(shade, cmap=_SHADES, vmin=0.0, vmax=1.0, aspect="auto")
    bare(ax)
    ax.spines["bottom"].set_visible(False)
    ax.set_yticks(range(len(rows)), list(rows.index.get_level_values(1)), fontsize=8)
    ax.set_xticks(np.arange(values.shape[1] + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.tick_params(which="minor", length=0)
    if cell < _WRITTEN:
        return
    for i, t in zip(*np.nonzero(values), strict=True):
        colour = "white" if shade[i, t] > _DARK else INK
        ax.text(t, i, number(float(values[i, t])), ha="center", va="center", fontsize=8, color=colour)

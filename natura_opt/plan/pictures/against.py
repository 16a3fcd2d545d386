"""Two plans of the same goods side by side: how far targets are met, and what is done more or less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from ...base.arrays import Floats
from ...base.errors import QuestionError, shortened
from ...base.labels import name_of
from ...objectives import Demand
from ..tables import PlanTables
from .looks import COLOURS
from .readable import scale_of
from .style import GREY, INK, bare, doubt_of, fitted, is_attained, mark_periods, new_figure, number, plain, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _ROW = 8.4, 0.34  # inches
_LOOKS = ((COLOURS[0], ""), (COLOURS[1], "////"))
_SAME = 1e-6  # plans that differ by a smaller share do the same


def draw_against(one: PlanTables, other: PlanTables, names: tuple[str, str], most: int) -> Figure:
    """Draw fulfilment period by period, where both plans have targets, over what differs most."""
    _require_comparable(one, other)
    both = all(plan.of.demand not in (Demand.NONE, Demand.FIXED) for plan in (one, other))
    axis, table = _compared(one, other)
    rows = _differences(one, other, axis, table)
    shown = rows[:most]
    height = 1.1 + (2.3 if both else 0.0) + _ROW * max(len(shown), 1) + 0.7
    figure = new_figure(_WIDTH, height)
    doubts = [doubt_of(plan) for plan in (one, other)]
    words = [f"{doubt}: {name}" if doubt else name for doubt, name in zip(doubts, names, strict=True)]
    title = fitted(f"{words[0]} (blue) against {words[1]} (yellow, hatched) — {one.economy.name}", _WIDTH - 0.4)
    objectives = " against ".join(f"{number(plan.objective, 4)} ({plan.objective_name})" for plan in (one, other))
    figure.suptitle(f"{title}\n" + fitted(f"objectives: {objectives}", _WIDTH - 0.4), x=0.01, ha="left", fontsize=11)
    ratios = [2.3, _ROW * max(len(shown), 1) + 0.7]
    axes = figure.subplots(2 if both else 1, 1, squeeze=False, height_ratios=ratios if both else None)[:, 0]
    if both:
        _fulfilments(axes[0], one, other)
    _changes(axes[-1], shown, one, table, f"{len(rows) - len(shown):,} more {axis}" if len(rows) > most else "")
    return figure


def _require_comparable(one: PlanTables, other: PlanTables) -> None:
    """Raise where plans are not of the same goods in the same units over the same periods.

    Raises
    ------
    QuestionError : naming what differs.
    """
    for plan in (one, other):
        plan.require_point()
    for axis, what in (("goods", "goods"), ("periods", "periods")):
        mine, theirs = one.economy.axes[axis], other.economy.axes[axis]
        only = [*mine.difference(theirs, sort=False), *theirs.difference(mine, sort=False)]
        if only or len(mine) != len(theirs):
            raise QuestionError(
                f"plans of {one.economy.name!r} and {other.economy.name!r} are not of the same {what}: only one of "
                f"them has {shortened(name_of(only[0]))}; compare plans of one economy, with other numbers or not"
            )
    for good in one.economy.goods:
        units = [plan.economy.unit("goods", good) for plan in (one, other)]
        if units[0] != units[1]:
            raise QuestionError(
                f"{shortened(name_of(good))} is measured in {units[0] or 'no unit'!r} by one plan and in "
                f"{units[1] or 'no unit'!r} by the other; state both economies in the same units"
            )


def _compared(one: PlanTables, other: PlanTables) -> tuple[str, str]:
    """Return the axis that is compared and what is: activities where both plans know the same techniques, measured
    alike, else outputs of goods.
    """
    mine, theirs = one.economy.techniques, other.economy.techniques
    same = len(mine) == len(theirs) and not len(mine.difference(theirs, sort=False))
    alike = same and all(one.economy.unit("techniques", j) == other.economy.unit("techniques", j) for j in mine)
    return ("techniques", "activities") if alike else ("goods", "output")


def _differences(one: PlanTables, other: PlanTables, axis: str, table: str) -> list[tuple[str, float, str]]:
    """Return (name, change over all periods as a share of the larger, in words), the largest change first."""
    names, theirs = one.economy.axes[axis], other.economy.axes[axis]
    before = getattr(one, table).sum(axis=1).to_numpy()
    after = getattr(other, table).sum(axis=1).to_numpy()[theirs.get_indexer(names)]
    larger = np.maximum(np.abs(before), np.abs(after))
    moved = larger > _SAME * larger.max(initial=0.0)
    change: Floats = np.where(moved, (after - before) / np.where(moved, larger, 1.0), 0.0)
    order = [int(k) for k in np.argsort(-np.abs(change), kind="stable") if abs(change[k]) > _SAME]
    rows = []
    for k in order:
        factor, unit = scale_of(float(larger[k]), one.economy.unit(axis, names[k]))
        words = f"{number(before[k] / factor)} → {number(after[k] / factor)} {unit}"
        rows.append((name_of(names[k]), float(change[k]), words))
    return rows


def _fulfilments(ax: Axes, one: PlanTables, other: PlanTables) -> None:
    periods = list(one.economy.periods)
    at = np.arange(len(periods))
    for side, (plan, (fill, hatch)) in enumerate(zip((one, other), _LOOKS, strict=True)):
        values = plan.fulfilment.reindex(one.economy.periods).to_numpy(dtype=float)
        solid = is_attained(plan)
        bars = ax.bar(
            at + (side - 0.5) * 0.4,
            values,
            width=0.38,
            color=fill if solid else "none",
            hatch=hatch,
            edgecolor=INK,
            linewidth=0.6,
            linestyle="-" if solid else "--",
        )
        if len(periods) <= 8:
            ax.bar_label(bars, [number(value) for value in values], padding=2, fontsize=8, color=INK)
    bare(ax)
    ax.set_xlim(-0.6, len(periods) - 0.4)
    ax.margins(y=0.14)
    mark_periods(ax, periods, _WIDTH - 1.6)
    ax.set_title("Share of the targets met", loc="left", fontsize=9.5, fontweight="bold", color=INK)


def _changes(ax: Axes, shown: list[tuple[str, float, str]], plan: PlanTables, what: str, left_out: str) -> None:
    when = " over all periods" if len(plan.economy.periods) > 1 else ""
    ax.set_title(
        f"{what.capitalize()}{when}: change as a share of the larger",
        loc="left",
        fontsize=9.5,
        fontweight="bold",
        color=INK,
    )
    bare(ax)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    if not shown:
        ax.set_yticks([])
        ax.annotate(f"Both plans have the same {what}.", (0.5, 0.5), xycoords="axes fraction", ha="center", fontsize=10)
        return
    changes = np.array([change for _, change, _ in shown])
    colours = [_LOOKS[0] if change < 0 else _LOOKS[1] for change in changes]
    for k, (change, (fill, hatch)) in enumerate(zip(changes, colours, strict=True)):
        ax.barh(k, change, height=0.6, color=fill, hatch=hatch, edgecolor=INK, linewidth=0.6)
    for k, (_, change, words) in enumerate(shown):
        ax.annotate(
            f"{100 * change:+.3g} %   {words}",
            (max(change, 0.0), k),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=INK,
        )
    ax.axvline(0, color=GREY, linewidth=1)
    ax.set_yticks(range(len(shown)), [wrapped(name, 34, 2) for name, _, _ in shown])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    span = max(float(np.abs(changes).max()), 1e-9)
    ax.set_xlim(min(1.1 * changes.min(), 0.0), max(1.1 * changes.max(), 0.0) + 1.1 * span)
    if left_out:
        ax.set_xlabel(plain(f"{left_out} that differ less"), loc="right", fontsize=8, color=GREY)

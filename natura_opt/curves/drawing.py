"""A curve as a picture: its total and what is needed per unit, side by side (the papers' figure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from matplotlib.figure import Figure

from ..base.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _GREY, _MAIN, _OTHER = "#1a1a1a", "#6b6b6b", "#2f5d8a", "#b5673a"
_POINTS = 200  # of a piece that follows a formula


class Drawn(Protocol):
    """What a picture asks of a curve (:class:`natura_opt.Curve`)."""

    @property
    def quantities(self) -> Floats: ...
    @property
    def starts(self) -> Floats: ...
    @property
    def ends(self) -> Floats: ...
    @property
    def formulas(self) -> tuple[Any, ...]: ...
    @property
    def reported(self) -> float: ...
    @property
    def observed(self) -> Any: ...
    @property
    def end(self) -> float: ...
    @property
    def count(self) -> int: ...
    @property
    def jumps(self) -> Floats: ...
    def total(self, quantity: Any) -> Floats: ...
    def slope(self, quantity: Any) -> Floats: ...


def curve_figure(curve: Drawn, title: str, quantity_unit: str = "", total_unit: str = "") -> Figure:
    """Draw the total (left) and the requirement per unit of activity (right) against activity.

    Breakpoints are dots, jumps dotted lines, observed samples circles; beyond what was reported the line is dashed.

    Parameters
    ----------
    title : above the picture.
    quantity_unit, total_unit : units of activity and of what is needed, as the labels name them.
    """
    figure = Figure(figsize=(9.0, 3.6), layout="constrained")
    total, per_unit = figure.subplots(1, 2)
    end = curve.end if np.isfinite(curve.end) else 1.25 * curve.reported
    for k in range(curve.count):
        start, stop = float(curve.quantities[k]), min(float(curve.quantities[k + 1]), end)
        if start < end:
            _draw_piece(total, per_unit, curve, k, start, stop)
    dots = curve.quantities[curve.quantities <= curve.reported]
    totals = curve.total(dots)
    total.plot(dots, totals, "o", color=_MAIN, markersize=4)
    per_unit.plot(dots[1:], totals[1:] / dots[1:], "o", color=_MAIN, markersize=4)
    heights = (totals[1:] / dots[1:]).tolist()
    if curve.observed is not None:
        seen = curve.observed
        above = seen.quantities > 0.0
        label = f"{seen.number} samples, {seen.how} fit"
        circle: dict[str, Any] = {
            "markersize": 4,
            "fillstyle": "none",
            "color": _OTHER,
            "linestyle": "none",
            "marker": "o",
        }
        total.plot(seen.quantities, seen.totals, label=label, **circle)
        per_unit.plot(seen.quantities[above], seen.totals[above] / seen.quantities[above], **circle)
        heights += (seen.totals[above] / seen.quantities[above]).tolist()
        total.legend(frameon=False, fontsize=8.5)
    _limit(per_unit, heights, end, curve)
    unit = f" [{_named(total_unit)}]" if total_unit else ""
    each = f" [{_named(total_unit or '1')} per {_named(quantity_unit)}]" if quantity_unit else unit
    for ax, text in ((total, f"in all{unit}"), (per_unit, f"per unit{each}")):
        ax.set_title(text, loc="left", fontsize=9.5, color=_INK)
        ax.set_xlabel(f"activity [{_named(quantity_unit)}]" if quantity_unit else "activity", fontsize=9, color=_INK)
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set_color(_GREY)
        ax.tick_params(labelsize=8.5, labelcolor=_INK, color=_GREY)
    figure.suptitle(title.replace("$", r"\$"), x=0.01, ha="left", fontsize=11, color=_INK)
    return figure


def _draw_piece(total: Axes, per_unit: Axes, curve: Drawn, k: int, start: float, stop: float) -> None:
    """Draw one piece on both panels, from its own start (above a jump) to where the picture ends."""
    levels: Floats = start + (stop - start) * np.linspace(0.0, 1.0, _POINTS) ** 2
    totals = curve.total(levels)
    totals[0] = curve.starts[k]
    line: dict[str, Any] = {"color": _MAIN, "linewidth": 1.6, "linestyle": "--" if start >= curve.reported else "-"}
    total.plot(levels, totals, **line)
    drawn = levels > 0.0
    per_unit.plot(levels[drawn], totals[drawn] / levels[drawn], **line)
    if curve.jumps[k] > 0.0:
        before = totals[0] - curve.jumps[k]
        total.plot([start, start], [before, totals[0]], ":", color=_GREY, linewidth=1.0)
        if start > 0.0:
            per_unit.plot([start, start], [before / start, totals[0] / start], ":", color=_GREY, linewidth=1.0)


def _limit(ax: Axes, heights: list[float], end: float, curve: Drawn) -> None:
    """Keep what is needed per unit near 0, which may grow without end, from pressing the rest flat."""
    near = curve.total(end * np.linspace(0.02, 1.0, _POINTS)) / (end * np.linspace(0.02, 1.0, _POINTS))
    low, high = min(0.0, *heights, *near), max(0.0, *heights, *near)
    room = 0.06 * (high - low) or 1.0
    ax.set_ylim(low - room * (low < 0.0), high + room)


def _named(unit: str) -> str:
    return unit.replace(" * ", "·").replace("_", " ").replace("$", r"\$")

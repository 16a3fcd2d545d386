"""How far the targets of each period are met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from matplotlib.figure import Figure

from ..tables import PlanTables
from .style import GREY, INK, MAIN, bare, heading, is_attained, mark_periods, new_figure, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_BARS = 16  # more periods than this are drawn as a line


def draw_fulfilment(plan: PlanTables, ax: Axes | None = None) -> Figure:
    """Draw bars (many periods: a line) with their values, and where targets are just met."""
    met = plan.fulfilment
    count = len(met)
    if ax is None:
        ax = new_figure(min(max(1.1 * count + 2.2, 4.2), 9.0), 3.6).subplots()
    figure = cast(Figure, ax.get_figure(root=True))
    values = met.to_numpy(dtype=float)
    top = max(float(values.max()), 1e-12)
    # what breaks a law is drawn hollow: it was asked for and cannot be done
    hollow = {"facecolor": "none", "edgecolor": GREY, "linestyle": "--", "linewidth": 1.2}
    look: dict[str, Any] = {"color": MAIN} if is_attained(plan) else hollow
    if count <= _BARS:
        bars = ax.bar(range(count), values, width=0.6 if count > 1 else 0.35, **look)
        ax.bar_label(bars, [number(value) for value in values], padding=2, fontsize=9, color=INK)
    else:
        ax.plot(range(count), values, color=MAIN, linewidth=1.8, linestyle="-" if is_attained(plan) else ":")
        for k in dict.fromkeys((0, int(values.argmin()), int(values.argmax()), count - 1)):
            ax.plot(k, values[k], "o", color=MAIN, markersize=4)
            under = k == int(values.argmin())
            ax.annotate(
                number(values[k]),
                (k, values[k]),
                xytext=(0, -6 if under else 5),
                textcoords="offset points",
                ha="center",
                va="top" if under else "bottom",
                fontsize=9,
                color=INK,
            )
    whole = plan.of.whole_sets
    levels = [] if whole else [(1.0, "targets\njust met", "--")]
    floor = plan.question.settings.get("floor")
    if floor is not None:
        levels.append((floor, "floor", ":"))
    for level, words, style in levels:
        ax.axhline(level, color=GREY, linewidth=1, linestyle=style, zorder=0 if count > _BARS else 3)
        ax.annotate(
            words,
            (1, level),
            xytext=(5, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=GREY,
        )
        top = max(top, level)
    bare(ax)
    ax.set_xlim(-0.6, count - 0.4)
    ax.set_ylim(0, 1.12 * top)
    mark_periods(ax, list(met.index), float(figure.get_figwidth()) - 1.6)
    ax.set_ylabel("complete sets of the targets" if whole else "share of the targets met", fontsize=9, color=INK)
    ax.set_title(heading(plan, "Fulfilment", float(figure.get_figwidth()) - 1.0), loc="left", fontsize=11, color=INK)
    return figure

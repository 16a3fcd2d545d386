"""How prices were found: what fell on each scarce thing in each round, and how bound and plan came together."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ..price_rounds import PriceRounds
from ..tables import PlanTables
from .style import GREY, INK, MAIN, PALE, bare, heading, new_figure, wrapped

_WIDTH, _HEIGHT = 8.0, 5.6  # inches
_LINES = ("-", "--", ":", "-.")


def draw_price_path(plan: PlanTables, course: PriceRounds, most: int = 8) -> Figure:
    """Draw announced prices by round over the gap that they proved, for the things that are worth most at the end."""
    figure = new_figure(_WIDTH, _HEIGHT if course.rounds else 1.6)
    figure.suptitle(heading(plan, "How the prices were found", _WIDTH), x=0.01, ha="left", fontsize=11, color=INK)
    if not course.rounds:
        figure.text(0.02, 0.45, "Stopped before the first round was done.", fontsize=10, color=INK)
        return figure
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    path = course.path
    order = path.iloc[-1].sort_values(ascending=False, kind="stable").index
    for k, name in enumerate(order[:most]):
        shade = MAIN if k < len(_LINES) else GREY
        above.plot(path.index, path[name], _LINES[k % len(_LINES)], color=shade, marker=".", label=wrapped(name, 32, 1))
    if len(order) > most:
        rest = path[order[most:]].sum(axis=1)
        above.plot(path.index, rest, color=PALE, label=f"{len(order) - most:,} more together")
    above.set_ylim(bottom=0.0)
    above.set_title("Announced: share of the value of all that is scarce", loc="left", fontsize=9.5, color=INK)
    above.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    table = course.table
    best = table["best"].iloc[-1] or 1.0
    for column, line, says in (
        ("bound", "-", "bound, over the plan"),
        ("best", "--", "plan of the round, short of it"),
    ):
        apart = np.abs(table[column].to_numpy(float) / best - 1.0)
        below.plot(table.index, np.where(apart > 0, apart, np.nan), line, color=MAIN, marker=".", label=says)
    below.set_yscale("log")
    below.set_title(
        f"Apart from the plan at the end ({table['best'].iloc[-1]:.6g})", loc="left", fontsize=9.5, color=INK
    )
    below.set_xlabel(f"round, of {len(table)}; {course.passes:,} passes over the technique table", fontsize=8.5)
    below.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    for ax in (above, below):
        bare(ax)
        ax.xaxis.get_major_locator().set_params(integer=True)
    return figure

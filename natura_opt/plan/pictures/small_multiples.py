"""Small pictures of one thing each over the periods, or, of one period, bars: no two units share an axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...base.arrays import Floats
from .other_prices import OPEN, open_places
from .readable import largest, per, scale_of
from .style import GREY, INK, MAIN, PALE, bare, mark_periods, new_figure, number, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACROSS = 4
# in inches: a panel with the room about it, the room for the figures left of it and the periods below
PANEL_WIDTH, _INSIDE, _LEFT, _BELOW = 2.45, 1.15, 0.85, 0.35
_PANEL_HEIGHT, _HEADING, _LINE = _INSIDE + _BELOW + 0.12, 0.34, 0.15
_TITLE_WIDTH = 30  # characters
LEAST_WIDTH, BARS_WIDTH = 5.6, 7.5  # inches
_FAINT = 0.15


@dataclass(frozen=True, eq=False)
class Group:
    """Things of one kind, the most important first.

    Attributes
    ----------
    words : heading of the group.
    values : things x periods, in the user's units.
    names, units : of each thing.
    note : what is not drawn, written below.
    worths : whether the values are worths of one unit; otherwise they are amounts.
    low, high : ends of what each value can be as well, shape as values, infinite or missing where unknown; None: none.
    limits : most (or least) that each value may be, shape as values, missing where there is none; None: none.
    looks : fill and pattern of each; None: all alike.
    """

    words: str
    values: pd.DataFrame
    names: list[str]
    units: list[str]
    note: str = ""
    worths: bool = True
    low: Floats | None = None
    high: Floats | None = None
    limits: Floats | None = None
    looks: list[tuple[str, str]] | None = None

    def scale(self, k: int) -> tuple[float, str]:
        """Return what the values of a thing are multiplied by to be written, and the words for its unit then."""
        top = largest(self.values.to_numpy(dtype=float)[k])
        if self.worths:
            factor, unit = per(top, self.units[k])
            return factor, f"per {unit}"
        factor, unit = scale_of(top, self.units[k])
        return 1.0 / factor, unit

    def open_ends(self, k: int) -> list[tuple[int, float, float]]:
        """Return (period, low, high) wherever a value could be another as well."""
        if self.low is None or self.high is None:
            return []
        apart = open_places(self.low[k], self.high[k])
        return [(int(t), float(self.low[k, t]), float(self.high[k, t])) for t in np.flatnonzero(apart)]


def width_of(groups: list[Group], single: bool) -> float:
    """Return how wide in inches the picture of some groups is."""
    across = min(ACROSS, max(len(group.values) for group in groups))
    return BARS_WIDTH if single else max(across * PANEL_WIDTH, LEAST_WIDTH)


def draw_groups(groups: list[Group], title: str, single: bool) -> Figure:
    """Draw groups under one another: bars where there is a single period, else a small panel for each thing."""
    width = width_of(groups, single)
    return _bars(groups, title, width) if single else _panels(groups, title, width)


def _panels(groups: list[Group], title: str, width: float) -> Figure:
    """Draw one panel per thing, all of one size and in line, from the top of the figure downwards."""
    titles = [[wrapped(name, _TITLE_WIDTH) for name in group.names] for group in groups]
    rows = [range(0, len(names), ACROSS) for names in titles]
    lines = [
        [max(text.count("\n") for text in names[k : k + ACROSS]) + 1 for k in row]
        for names, row in zip(titles, rows, strict=True)
    ]
    room = [[_PANEL_HEIGHT + _LINE * n for n in of_group] for of_group in lines]
    notes = [_HEADING if group.note else 0.0 for group in groups]
    top = 0.2 + 0.2 * (title.count("\n") + 1)
    height = top + sum(_HEADING + sum(of_group) + note for of_group, note in zip(room, notes, strict=True))
    figure = new_figure(width, height, layout=None)
    figure.text(0.1 / width, 1 - 0.08 / height, title, va="top", fontsize=11, color=INK)
    y = height - top
    for group, names, row, heights, note in zip(groups, titles, rows, room, notes, strict=True):
        y -= _HEADING
        figure.text(0.1 / width, (y + 0.1) / height, group.words, fontsize=9.5, fontweight="bold", color=INK)
        for first, panel_height in zip(row, heights, strict=True):
            y -= panel_height
            for k in range(first, min(first + ACROSS, len(names))):
                left = (k - first) * PANEL_WIDTH + _LEFT
                place = (left / width, (y + _BELOW) / height, (PANEL_WIDTH - _LEFT - 0.15) / width, _INSIDE / height)
                ax = figure.add_axes(place)
                unit = _panel(ax, group, k)
                outside = (0.1 - _LEFT) / (PANEL_WIDTH - _LEFT - 0.15)
                ax.set_title(names[k], loc="left", x=outside, fontsize=8.5, color=INK)
                words = wrapped(unit, 18, 2)
                ax.set_ylabel(words, fontsize=8, color=GREY)
                ax.yaxis.set_label_coords((0.68 if "\n" in words else 0.8) * outside, 0.45)  # two lines need room
        if note:
            y -= note
            figure.text(1 - 0.15 / width, (y + 0.12) / height, group.note, ha="right", fontsize=8, color=GREY)
    return figure


def _panel(ax: Axes, group: Group, k: int) -> str:
    """Draw one thing over the periods, and return the unit of the figures that are written at its marks."""
    values, periods = group.values.to_numpy(dtype=float)[k], list(group.values.columns)
    factor, unit = group.scale(k)
    ends = group.open_ends(k)
    limits = np.full(len(values), np.nan) if group.limits is None else group.limits[k]
    shown = np.concatenate([values, limits, [end for _, *both in ends for end in both], [0.0]])
    low, high = float(np.min(shown, where=np.isfinite(shown), initial=0.0)), largest(np.maximum(shown, 0.0))
    count = len(values)
    fill, pattern = (MAIN, "") if group.looks is None else group.looks[k]
    line = MAIN if group.looks is None else INK
    if count == 1:  # what has no period, among panels of what has
        ax.bar([0], values, width=0.4, color=fill, hatch=pattern)
    alpha = _FAINT if group.looks is None else 1.0
    ax.fill_between(range(count), values, facecolor=fill, alpha=alpha, hatch=pattern, edgecolor=INK, linewidth=0)
    ax.plot(range(count), values, color=line, linewidth=1.6, marker="o" if count <= 16 else "", markersize=3.5)
    ax.lines[0].set_clip_on(False)
    if np.isfinite(limits).any():
        ax.plot(range(count), limits, color=INK, linewidth=1.2, linestyle="--", marker="_", markersize=9)
    room = 0.08 * (high - low) or 1.0
    bottom, top = low - (room if low < 0 else 0.0), high + (room if high > 0 or low == 0 else 0.0)
    for t, least, most in ends:
        ax.plot([t, t], [max(least, bottom), min(most, top)], color=OPEN, linewidth=5, alpha=0.55, zorder=1)
    bare(ax)
    ax.set_ylim(bottom, top)
    ax.set_xlim(-0.06 * count - 0.4 * (count == 1), 1.06 * count - 1 + 0.4 * (count == 1))
    marks = sorted({low, 0.0, high})
    ax.set_yticks(marks, [number(mark * factor) for mark in marks])
    ax.axhline(0.0 if low < 0 else high, color=PALE, linewidth=0.8, zorder=0)
    mark_periods(ax, periods, PANEL_WIDTH - _LEFT)
    first, last = ax.get_xticklabels()[0], ax.get_xticklabels()[-1]
    if max(len(first.get_text()), len(last.get_text())) > 8:  # long names of periods stay within the panel
        first.set_horizontalalignment("left")
        last.set_horizontalalignment("right")
    return unit


def _bars(groups: list[Group], title: str, width: float) -> Figure:
    """Draw one bar per thing, the largest of its group on top, the value and its unit written at the end."""
    heights = [0.75 + 0.36 * len(group.values) for group in groups]
    figure = new_figure(width, sum(heights) + 0.2 * (title.count("\n") + 1) + 0.1)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    axes = figure.subplots(len(groups), 1, height_ratios=heights, squeeze=False)[:, 0]
    for ax, group in zip(axes, groups, strict=True):
        _group_of_bars(ax, group)
        ax.set_title(group.words, loc="left", fontsize=9.5, fontweight="bold", color=INK)
        ax.set_xlabel(group.note, loc="right", fontsize=8, color=GREY)
    return figure


def _group_of_bars(ax: Axes, group: Group) -> None:
    values = group.values.to_numpy(dtype=float)[:, 0]
    order = np.argsort(-values, kind="stable")
    bars = ax.barh(range(len(order)), values[order], height=0.6, color=MAIN)
    texts = []
    for at, k in enumerate(order):
        if group.looks is not None:
            fill, pattern = group.looks[k]
            bars[at].set(facecolor=fill, hatch=pattern, edgecolor=INK, linewidth=0.6)
        factor, unit = group.scale(int(k))
        texts.append(f"{number(values[k] * factor)} {unit}")
    extent = [0.0, *values]
    for at, k in enumerate(order):
        for _, least, most in group.open_ends(int(k)):
            finite = [end for end in (least, most) if np.isfinite(end)]
            extent += finite
            far = 1.25 * max(map(abs, [*values, *finite]))  # an end without end runs to the edge
            ax.plot([max(least, -far), min(most, far)], [at + 0.38, at + 0.38], color=OPEN, linewidth=3, alpha=0.7)
        if group.limits is not None and np.isfinite(group.limits[k, 0]):
            limit = float(group.limits[k, 0])
            extent.append(limit)
            ax.plot([limit, limit], [at - 0.42, at + 0.42], color=INK, linewidth=1.6, linestyle="--")
    ax.bar_label(bars, texts, padding=4, fontsize=8.5, color=INK)
    bare(ax)
    ax.axvline(0, color=GREY, linewidth=1)
    ax.spines["bottom"].set_visible(False)
    ax.set_yticks(range(len(order)), [wrapped(group.names[k], 34, 2) for k in order])
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlim(1.4 * min(extent), 1.4 * max(extent) or 1.0)
    ax.set_xticks([])

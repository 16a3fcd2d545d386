"""Stacked bars over the periods, one panel per thing, named at the last bar: who has, or emits, how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from ...base.arrays import Floats
from .looks import MANY, look_of
from .readable import largest, scale_of
from .style import GREY, INK, MAIN, PALE, bare, mark_periods, new_figure, number, plain, spread, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ACROSS = 2
_PANEL_WIDTH, _PANEL_HEIGHT, _ALONE = 4.9, 2.5, 6.6  # inches
_PARTS = 5
_LABEL_WIDTH, _LABEL_LINES, _NOTE_WIDTH = 26, 2, 52
_EDGE = 1.06  # room above what is highest


@dataclass(frozen=True, eq=False)
class Limit:
    """What a panel's total may be at most: per period, missing where there is none; and figures to write above, with a
    note that says what they are."""

    words: str
    levels: Floats
    figures: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, eq=False)
class Stack:
    """Amounts of one thing.

    Attributes
    ----------
    parts : those who have it x periods; rows are called as they are to be named, the only one may have no name.
    places : where each stands among the economy's techniques, -1 for what is no technique; it gives their looks.
    unit, what : of the amounts, in the economy's spelling, and what is said after it.
    worth : panels of the largest are drawn.
    """

    title: str
    unit: str
    what: str
    parts: pd.DataFrame
    places: npt.NDArray[np.intp]
    worth: float
    limits: list[Limit] = field(default_factory=list)


def width_of(panels: int) -> float:
    """Return how wide in inches a picture of so many panels is, without its margins."""
    return _ALONE if panels == 1 else _ACROSS * _PANEL_WIDTH


def draw_stacks(stacks: list[Stack], title: str, most: int, rest: str) -> Figure:
    """Draw the panels of most worth, in their order; ``rest`` says where the others, which are counted, stand."""
    chosen = sorted(sorted(range(len(stacks)), key=lambda k: -stacks[k].worth)[:most])
    across = min(_ACROSS, len(chosen))
    down = -(-len(chosen) // across)
    figure = new_figure(width_of(len(chosen)) + 0.4, _PANEL_HEIGHT * down + 0.3 + 0.2 * (title.count("\n") + 1))
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for ax, k in zip(axes, chosen, strict=False):
        _stack(ax, stacks[k])
    for ax in axes[len(chosen) :]:
        ax.set_axis_off()
    if len(stacks) > len(chosen):
        note = f"{len(stacks) - len(chosen):,} {rest}"
        figure.supxlabel(note, x=0.99, ha="right", fontsize=8, color=GREY)
    return figure


def _gathered(stack: Stack) -> tuple[list[str], Floats, list[tuple[str, str]]]:
    """Keep the largest parts and add the rest up, so that no more than a handful has to be told apart."""
    values = stack.parts.to_numpy(dtype=float)
    names = [str(name) for name in stack.parts.index]
    looks = [(MAIN, "") if place < 0 else look_of(int(place)) for place in stack.places]
    order = np.argsort(-np.abs(values).max(axis=1), kind="stable")
    if len(order) <= _PARTS:
        return [names[k] for k in order], values[order], [looks[k] for k in order]
    shown, rest = order[: _PARTS - 1], order[_PARTS - 1 :]
    whole = np.vstack([values[shown], values[rest].sum(axis=0)])
    return [*(names[k] for k in shown), f"{len(rest):,} others"], whole, [*(looks[k] for k in shown), MANY]


def _stack(ax: Axes, stack: Stack) -> None:
    names, values, looks = _gathered(stack)
    count = values.shape[1]
    bottoms, tops = _laid(values)
    half = 0.36 if count > 1 else 0.2
    for k, ((fill, hatch), name) in enumerate(zip(looks, names, strict=True)):
        ax.bar(
            range(count),
            values[k],
            bottom=bottoms[k],
            width=2 * half,
            color=fill,
            hatch=hatch,
            edgecolor=INK,
            linewidth=0.6,
            label=plain(name),
        )
    bare(ax)
    highest, lowest = float(tops.max(initial=0.0)), float(tops.min(initial=0.0))
    limits = np.concatenate([limit.levels for limit in stack.limits] or [np.zeros(0)])
    top = max(highest, largest(limits[np.isfinite(limits)]), 1e-12)
    written = 1.16 if any(any(limit.figures) for limit in stack.limits) else _EDGE
    ax.set_ylim(_EDGE * lowest, written * top)
    ax.set_xlim(-0.5, count - 0.3)
    factor, unit = scale_of(max(top, -lowest), stack.unit)
    marks = [mark for mark in (lowest, 0.0, highest) if mark != 0] or [top]
    ax.set_yticks([0.0, *marks], ["0", *(number(mark / factor) for mark in marks)])
    ax.axhline(highest, color=PALE, linewidth=0.8, zorder=0)
    if lowest < 0:
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        ax.plot(range(count), values.sum(axis=0), "D", color="white", markeredgecolor=INK, markersize=6, zorder=4)
        ax.set_xlabel("diamond: net", loc="left", fontsize=8, color=GREY)
    for limit in stack.limits:
        _draw_limit(ax, limit, factor, half + 0.08)
    mark_periods(ax, list(stack.parts.columns), _PANEL_WIDTH - 2.6)
    ax.set_ylabel(wrapped(", ".join(filter(None, (unit, stack.what))), 34, 2), fontsize=8.5, color=GREY)
    ax.set_title(wrapped(stack.title, 46, 2), loc="left", fontsize=9.5, fontweight="bold", color=INK)
    if any(names):
        _name_parts(ax, names, (bottoms + tops)[:, -1] / 2, count - 1 + half, written * top - _EDGE * lowest)


def _laid(values: Floats) -> tuple[Floats, Floats]:
    """Return where each part begins and ends: what is positive upwards from zero, what is negative downwards.

    >>> [part.tolist() for part in _laid(np.array([[2.0], [-1.0], [3.0]]))]
    [[[0.0], [0.0], [2.0]], [[2.0], [-1.0], [5.0]]]
    """
    up, down = np.cumsum(np.maximum(values, 0.0), axis=0), np.cumsum(np.minimum(values, 0.0), axis=0)
    ends: Floats = np.where(values < 0, down, up)
    begins: Floats = ends - values
    return begins, ends


def _draw_limit(ax: Axes, limit: Limit, factor: float, half: float) -> None:
    """Draw a limit over the bars it holds for, its words and figures above the line."""
    there = np.flatnonzero(np.isfinite(limit.levels))
    for t in there:
        level = float(limit.levels[t])
        ax.plot([t - half, t + half], [level, level], color=INK, linewidth=1.8, linestyle=(0, (3, 1)))
        if limit.figures:
            ax.annotate(
                plain(limit.figures[t]),
                (t - half, level),
                xytext=(0, 3),
                textcoords="offset points",
                ha="left",
                va="bottom",
                fontsize=8,
                color=INK,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
                zorder=5,
            )
    if len(there):
        same = float(np.ptp(limit.levels[there])) == 0
        words = f"dashed: {limit.words}" + (f" {number(float(limit.levels[there[0]]) / factor)}" if same else "")
        words += f" ({limit.note})" if limit.note else ""
        whole = "; ".join(filter(None, (ax.get_xlabel(), words)))
        ax.set_xlabel(wrapped(whole, _NOTE_WIDTH, 3), loc="left", fontsize=8, color=GREY)


def _name_parts(ax: Axes, names: Sequence[str], middles: Floats, edge: float, height: float) -> None:
    """Write each part's name beside the last bar, which ends at an edge: moved apart where they would overlap, with a
    line to its part."""
    order = np.argsort(middles, kind="stable")
    texts = [wrapped(names[k], _LABEL_WIDTH, _LABEL_LINES) for k in order]
    line = 0.145 / (_PANEL_HEIGHT - 0.75) * height  # one line of text, in the units of the axis
    lines = [text.count("\n") + 1 for text in texts]
    gaps = [0.0] + [line * (a + b) / 2 * 1.02 for a, b in pairwise(lines)]
    places = spread(middles[order].tolist(), gaps)
    bottom = ax.get_ylim()[0]
    places += max(0.0, bottom + lines[0] * line / 2 - places[0] - 0.5 * line)  # not into the labels of the periods
    for text, middle, place in zip(texts, middles[order], places, strict=True):
        ax.annotate(
            text,
            (edge, middle),
            xytext=(edge + 0.06 * max(edge + 0.64, 3), place),
            va="center",
            fontsize=8,
            color=INK,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": GREY,
                "linewidth": 0.6,
                "shrinkA": 0,
                "shrinkB": 0,
                "relpos": (0, 0.5),
            },
        )

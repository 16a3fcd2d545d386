"""Capital stocks by good and holder, and goods in store: one panel per good, since stocks of a good share its unit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...base.arrays import Floats
from ...base.labels import name_of
from ..tables import PlanTables
from .ranking import held_good, is_pooled, worth_of_goods, worth_of_stocks
from .style import (
    FILLS,
    GREY,
    INK,
    PALE,
    REST,
    bare,
    heading,
    mark_periods,
    new_figure,
    number,
    plain,
    spread,
    unit_text,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_ACROSS = 2
_PANEL_WIDTH, _PANEL_HEIGHT = 4.9, 2.5
_PARTS = len(FILLS)
_LABEL_WIDTH, _LABEL_LINES = 26, 2


@dataclass(frozen=True, eq=False)
class _Panel:
    """Stocks of one good: rows (who holds them) x periods, the largest first, the rest together."""

    title: str
    axis: str
    parts: pd.DataFrame
    worth: float


def draw_stocks(plan: PlanTables, most: int = 8) -> Figure:
    """Draw stacked bars per period, named at the last one."""
    panels = [*_capital(plan), *_stored(plan)]
    if not panels:
        figure, title = new_figure(7.0, 1.6), heading(plan, "Stocks", 7.0)
        figure.text(0.02, 0.45, "This plan holds no capital stocks and stores no goods.", fontsize=10, color=INK)
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
        return figure
    chosen = sorted(sorted(range(len(panels)), key=lambda k: -panels[k].worth)[:most])
    across = min(_ACROSS, len(chosen))
    down = -(-len(chosen) // across)
    figure = new_figure(_PANEL_WIDTH * across + 0.4, _PANEL_HEIGHT * down + 0.6)
    title = heading(plan, "Stocks", _PANEL_WIDTH * across)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK)
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for ax, k in zip(axes, chosen, strict=False):
        _stack(ax, panels[k])
    for ax in axes[len(chosen) :]:
        ax.set_axis_off()
    if len(panels) > len(chosen):
        note = f"{len(panels) - len(chosen):,} more goods, whose stocks are worth less, in plan.stocks"
        figure.supxlabel(note, x=0.99, ha="right", fontsize=8, color=GREY)
    return figure


def _capital(plan: PlanTables) -> list[_Panel]:
    """Return one panel per capital good, in the order of the economy."""
    stocks = plan.stocks
    goods = [held_good(plan, holding) for holding in stocks.index]
    holders = ["" if is_pooled(plan) else name_of(holding[1]) for holding in stocks.index]
    worth = worth_of_stocks(plan).to_numpy()
    panels = []
    for good in dict.fromkeys(goods):
        mine = [k for k, other in enumerate(goods) if other == good]
        parts = stocks.iloc[mine].set_axis([holders[k] for k in mine], axis=0)
        panels.append(
            _Panel(
                title=name_of(good),
                axis=f"{_unit(plan, good)}, start of period",
                parts=_gathered(parts),
                worth=float(worth[mine].sum()),
            )
        )
    return panels


def _stored(plan: PlanTables) -> list[_Panel]:
    """Return one panel per good that is in store at the end of some period."""
    stored = plan.stored
    worth = worth_of_goods(plan).to_numpy()
    return [
        _Panel(
            name_of(good),
            f"{_unit(plan, good)}, in store at end",
            stored.iloc[[k]].set_axis([""], axis=0),
            float(worth[k]),
        )
        for k, good in enumerate(stored.index)
        if plan.economy.has("storage") and stored.iloc[k].to_numpy().any()
    ]


def _unit(plan: PlanTables, good: Any) -> str:
    return unit_text(plan.economy.unit("goods", good), "units")


def _gathered(parts: pd.DataFrame) -> pd.DataFrame:
    """Keep the largest parts and add the rest up, so that no more than a handful of patterns is needed."""
    order = np.argsort(-parts.to_numpy().max(axis=1), kind="stable")
    if len(order) <= _PARTS:
        return parts.iloc[order]
    shown, rest = order[: _PARTS - 1], order[_PARTS - 1 :]
    others = parts.iloc[rest].sum().to_frame(f"{len(rest):,} others").T
    return pd.concat([parts.iloc[shown], others])


def _stack(ax: Axes, panel: _Panel) -> None:
    parts = panel.parts
    values = parts.to_numpy(dtype=float)
    count = values.shape[1]
    tops = np.cumsum(values, axis=0)
    rest = str(parts.index[-1]).endswith(" others")
    for k, (label, row) in enumerate(zip(parts.index, values, strict=True)):
        fill, hatch = REST if rest and k == len(values) - 1 else FILLS[k % len(FILLS)]
        ax.bar(
            range(count),
            row,
            bottom=tops[k] - row,
            width=0.72,
            color=fill,
            hatch=hatch,
            edgecolor=INK,
            linewidth=0.6,
            label=plain(str(label)),
        )
    bare(ax)
    top = max(float(tops[-1].max()), 1e-12)
    ax.set_ylim(0, 1.06 * top)
    ax.set_xlim(-0.5, count - 0.3)
    ax.set_yticks([0, float(tops[-1].max())], ["0", number(float(tops[-1].max()))])
    ax.axhline(float(tops[-1].max()), color=PALE, linewidth=0.8, zorder=0)
    mark_periods(ax, list(parts.columns), _PANEL_WIDTH - 2.6)
    ax.set_ylabel(panel.axis, fontsize=8.5, color=GREY)
    ax.set_title(wrapped(panel.title, 46, 2), loc="left", fontsize=9.5, fontweight="bold", color=INK)
    if any(parts.index):
        _name_parts(ax, [str(label) for label in parts.index], values[:, -1], tops[:, -1], count, 1.06 * top)


def _name_parts(ax: Axes, names: list[str], last: Floats, tops: Floats, count: int, height: float) -> None:
    """Write each part's name beside the last bar, moved apart where they would overlap, with a line to its part."""
    texts = [wrapped(name, _LABEL_WIDTH, _LABEL_LINES) for name in names]
    line = 0.145 / (_PANEL_HEIGHT - 0.75) * height  # one line of text, in the units of the axis
    lines = [text.count("\n") + 1 for text in texts]
    gaps = [0.0] + [line * (a + b) / 2 * 1.02 for a, b in pairwise(lines)]
    middles = tops - last / 2
    places = spread(middles.tolist(), gaps)
    places += max(0.0, lines[0] * line / 2 - places[0] - 0.5 * line)  # not into the labels of the periods
    for text, middle, place in zip(texts, middles, places, strict=True):
        ax.annotate(
            text,
            (count - 1 + 0.36, middle),
            xytext=(count - 1 + 0.36 + 0.06 * max(count, 3), place),
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

"""Who supplies whom: techniques in a circle, and the largest deliveries between them as arrows.

A good that several techniques make is taken to reach each of its users from every maker in proportion to what it makes:
the balances of a plan know no more. What is on hand, stored or bought from outside is no technique's delivery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from ...base.labels import name_of
from ..goods_flows import goods_flows
from ..tables import PlanTables
from .flow_widths import meaning_of, widths_of
from .looks import line_of, look_of
from .readable import scale_of
from .style import GREY, INK, fitted, heading, new_figure, number, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT = 9.0, 6.6  # inches
_THICK, _THIN = 7.0, 0.7  # points
_LABEL_WIDTH = 24
_TURNS = 8  # sweeps that bring those who deal with one another together


def draw_network(plan: PlanTables, period: Any, most: int, widths: str, ax: Axes | None) -> Figure:
    """Draw the largest flows between techniques; the others are counted, with what they are of all."""
    every, kind = deliveries(plan, period, widths)
    between = every[every["source"] != every["target"]]
    shown = between.iloc[:most]
    if ax is None:
        ax = new_figure(_WIDTH, _HEIGHT).subplots()
    figure = cast(Figure, ax.get_figure(root=True))
    ax.set_axis_off()
    count = len(plan.economy.periods)
    when = f" in {name_of(period)}" if period is not None else " over all periods" if count > 1 else ""
    width = float(figure.get_figwidth()) - 0.6
    title = f"{heading(plan, f'Who supplies whom{when}', width)}\n{fitted(_meaning(plan, kind, shown), width)}"
    ax.set_title(title, loc="left", fontsize=11, color=INK)
    ax.set_aspect("equal")
    ax.set_xlim(-2.2, 2.2)
    ax.set_ylim(-1.45, 1.4)
    if not len(shown):
        ax.annotate("No technique takes what another makes.", (0.0, 0.0), ha="center", fontsize=10, color=INK)
        return figure
    nodes = _in_circle(shown)
    names = [name_of(technique) for technique in plan.economy.techniques]
    angles = {node: np.pi / 2 - 2 * np.pi * k / len(nodes) for k, node in enumerate(nodes)}
    at = {node: (float(np.cos(angle)), float(np.sin(angle))) for node, angle in angles.items()}
    top = float(shown["width"].max())
    for source, target, size in shown.iloc[::-1][["source", "target", "width"]].itertuples(index=False):
        thick = max(_THICK * size / top, _THIN)
        ax.add_patch(
            FancyArrowPatch(
                at[source],
                at[target],
                connectionstyle="arc3,rad=0.18",
                arrowstyle=f"-|>,head_length={2.5 + thick:.2f},head_width={1.2 + 0.6 * thick:.2f}",
                linewidth=thick,
                color=line_of(source),
                alpha=0.8,
                shrinkA=7,
                shrinkB=9,
                capstyle="butt",
            )
        )
    for node, place in at.items():
        fill, pattern = look_of(node)
        ax.scatter([place[0]], [place[1]], s=120, c=fill, hatch=pattern, edgecolors=INK, linewidths=0.8, zorder=4)
        side = "center" if abs(place[0]) < 0.12 else "left" if place[0] > 0 else "right"
        level = "center" if side != "center" else "bottom" if place[1] > 0 else "top"
        text = wrapped(names[node], _LABEL_WIDTH, 2 if len(nodes) < 26 else 1)
        ax.annotate(
            text, (1.09 * place[0], 1.09 * place[1]), ha=side, va=level, fontsize=9 if len(nodes) < 20 else 8, color=INK
        )
    ax.annotate(
        _rest(plan, every, between, shown, nodes),
        (0.0, 0.0),
        xycoords="axes fraction",
        ha="left",
        va="bottom",
        fontsize=8,
        color=GREY,
    )
    return figure


def deliveries(plan: PlanTables, period: Any = None, widths: str = "auto") -> tuple[pd.DataFrame, str]:
    """Return what techniques deliver to one another, the widest first, and what widths stand for.

    Columns: source and target (positions of techniques), width and flows (how many goods it is made up of).
    """
    flows = goods_flows(plan, period)
    kind = meaning_of(plan, flows, widths)
    flows = flows.assign(width=widths_of(plan, flows, kind))
    place = {name_of(technique): k for k, technique in enumerate(plan.economy.techniques)}
    made = flows[(flows["side"] == "made") & (flows["kind"] == "technique")]
    used = flows[(flows["side"] == "used") & (flows["kind"] == "technique")]
    supplied = flows[flows["side"] == "made"].groupby("good")["amount"].sum()
    share = made["amount"].to_numpy() / supplied.loc[made["good"]].to_numpy()
    made = made.assign(source=made["place"].map(place), share=share)[["good", "source", "share"]]
    pairs = used.assign(target=used["place"].map(place))[["good", "target", "width"]].merge(made, on="good")
    pairs["width"] *= pairs["share"]
    pairs = pairs[pairs["width"] > 0]
    whole = pairs.groupby(["source", "target"], sort=True)["width"].agg(["sum", "size"]).reset_index()
    whole = whole.set_axis(["source", "target", "width", "flows"], axis=1)
    return whole.sort_values("width", ascending=False, kind="stable", ignore_index=True), kind


def _in_circle(shown: pd.DataFrame) -> list[int]:
    """Return techniques in an order that brings those who deal with one another near: by the mean of where their
    partners stand on the circle, over and over."""
    nodes = sorted({*shown["source"], *shown["target"]})
    weight = np.zeros((len(nodes), len(nodes)))
    index = {node: k for k, node in enumerate(nodes)}
    for source, target, size in shown[["source", "target", "width"]].itertuples(index=False):
        weight[index[source], index[target]] += size
    weight += weight.T
    best, order = np.inf, list(range(len(nodes)))
    for _ in range(_TURNS):
        angle = np.empty(len(nodes))
        angle[order] = 2 * np.pi * np.arange(len(nodes)) / len(nodes)
        apart = np.abs(np.angle(np.exp(1j * (angle[:, None] - angle[None, :]))))
        if (weight * apart).sum() >= best:
            break
        best, kept = (weight * apart).sum(), order
        pull = (weight + 0.5 * weight.max() * np.eye(len(nodes))) @ np.exp(1j * angle)
        order = np.argsort(np.angle(pull) % (2 * np.pi), kind="stable").tolist()
    return [nodes[k] for k in kept]


def _meaning(plan: PlanTables, kind: str, shown: pd.DataFrame) -> str:
    unit = plan.economy.unit("goods", plan.economy.goods[0])
    top = float(shown["width"].max()) if len(shown) else 0.0
    factor, words = scale_of(top, unit)
    size = f"{number(top / factor)} {words}"
    return {
        "quantity": f"arrows run from maker to user, in the maker's colour; the widest is {size}",
        "worth": f"arrows run from maker to user, as wide as what flows is worth; the widest {number(top)} of the "
        f"objective",
        "share": f"arrows run from maker to user, as wide as their share of all there is; the widest {number(top)}",
    }[kind]


def _rest(plan: PlanTables, every: pd.DataFrame, between: pd.DataFrame, shown: pd.DataFrame, nodes: list[int]) -> str:
    """Say what is not drawn."""
    lines = []
    if len(shown) < len(between):
        part = 100 * shown["width"].sum() / between["width"].sum()
        lines.append(
            f"drawn: the {len(shown):,} largest of {len(between):,} deliveries between techniques, {part:.0f} % of "
            "their sum"
        )
    own = every[every["source"] == every["target"]]
    if len(own):
        part = 100 * own["width"].sum() / every["width"].sum()
        lines.append(f"not drawn: what techniques take of their own making, {part:.0f} % of all deliveries")
    idle = len(plan.economy.techniques) - len(nodes)
    if idle:
        lines.append(f"{idle:,} more techniques stand in none of those drawn")
    return "\n".join(lines)

"""Flows of goods as a plotly Sankey diagram: the widest drawn singly, the rest gathered under "other"."""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...base.arrays import Floats
from ...base.labels import name_of
from ..goods_flows import goods_flows
from ..tables import PlanTables
from .flow_widths import available, meaning_of, widths_of
from .style import doubt_of, number, unit_text

_OTHER_GOODS, _OTHER_USES, _OTHER_SOURCES = "other goods", "other uses", "other sources"
#: Lightness tells what a flow is for, with or without colour.
_SHADES = {
    "final use": "rgba(47, 93, 138, 0.70)",
    "investment": "rgba(181, 103, 58, 0.60)",
    "technique": "rgba(120, 150, 180, 0.40)",
    "gathered": "rgba(150, 150, 150, 0.22)",
    "other": "rgba(120, 120, 120, 0.45)",
}
_LINE = 17  # pixels a line of text takes
_LABEL = 46  # characters


@dataclass(frozen=True)
class _Node:
    """A place in one of the columns: 0 where goods come from, 1 the goods, 2 where they go."""

    column: int
    text: str


def draw_flows(plan: PlanTables, period: Any, most: int, widths: str) -> Any:
    """Return the diagram."""
    import plotly.graph_objects as go  # type: ignore[import-untyped]

    flows = goods_flows(plan, period)
    flows = flows[~_is_own_making(plan, flows)]
    kind = meaning_of(plan, flows, widths)
    flows = flows.assign(width=widths_of(plan, flows, kind))
    flows = flows[flows["width"] > 0].sort_values("width", ascending=False, kind="stable")
    links = _gathered(plan, flows, most)
    nodes = list(dict.fromkeys([*links["source"], *links["target"]]))
    number_of = {node: k for k, node in enumerate(nodes)}
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            valueformat=".3s",
            textfont={"size": 12, "color": "#1a1a1a"},
            node={
                "label": [_label(node.text) for node in nodes],
                "color": ["#1a1a1a" if node.column == 1 else "#6b6b6b" for node in nodes],
                "line": {"width": 0},
                "pad": _LINE - 2,
                "thickness": 10,
                "customdata": [_text(node.text) for node in nodes],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            link={
                "source": [number_of[node] for node in links["source"]],
                "target": [number_of[node] for node in links["target"]],
                "value": links["width"].tolist(),
                "color": [_SHADES[shade] for shade in links["shade"]],
                "customdata": links["words"].tolist(),
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    _set_out(figure, plan, period, nodes, kind)
    return figure


def _is_own_making(plan: PlanTables, flows: pd.DataFrame) -> pd.Series:
    """Tell which flows only say that an industry makes its own good, where nothing else is said of where goods come
    from.
    """
    goods = [name_of(good) for good in plan.economy.goods]
    outputs = flows["side"] == "made"
    own = flows["place"].to_numpy() == np.array(goods, dtype=object)[flows["good"].to_numpy()]
    return outputs & bool(own[outputs.to_numpy()].all())


def _gathered(plan: PlanTables, flows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the links of the diagram: the widest flows singly, and the rest added up under "other"."""
    goods, whole = [name_of(good) for good in plan.economy.goods], available(plan, flows)
    head, tail = flows.iloc[:most], flows.iloc[most:]
    if len(tail) == 1:  # "other" for a single flow would only hide its name
        head, tail = flows, flows.iloc[:0]
    rows = [_single(plan, goods, whole, row) for row in head.to_dict("records")]
    nodes = {node for row in rows for node in (row["source"], row["target"])}
    heaps: dict[tuple[_Node, _Node], list[dict[Any, Any]]] = {}
    for row in tail.to_dict("records"):
        heap_ends = _gathered_ends(row["side"], *_ends(goods, row), nodes)
        heaps.setdefault(heap_ends, []).append(row)
    for (source, target), heap in heaps.items():
        words = f"{_text(source.text)} → {_text(target.text)}: {len(heap):,} flows"
        if len({row["good"] for row in heap}) == 1:
            amount = sum(row["amount"] for row in heap)
            words += f", {number(amount)} {unit_text(plan.economy.unit('goods', _good(plan, heap[0])), 'units')}"
        width = sum(row["width"] for row in heap)
        rows.append({"source": source, "target": target, "width": width, "shade": "gathered", "words": words})
    return pd.DataFrame(rows, columns=["source", "target", "width", "shade", "words"])


def _gathered_ends(side: str, source: _Node, target: _Node, nodes: set[_Node]) -> tuple[_Node, _Node]:
    """Return where a flow that is not drawn singly goes: it keeps its good, or else its place, if that is drawn."""
    good, place = (source, target) if side == "used" else (target, source)
    if good in nodes or place not in nodes:
        place = _Node(place.column, _OTHER_USES if side == "used" else _OTHER_SOURCES)
    if good not in nodes:
        good = _Node(1, _OTHER_GOODS)
    return (good, place) if side == "used" else (place, good)


def _single(plan: PlanTables, goods: list[str], whole: Floats, row: dict[Any, Any]) -> dict[str, Any]:
    source, target = _ends(goods, row)
    unit = unit_text(plan.economy.unit("goods", _good(plan, row)), "units")
    share = row["amount"] / whole[row["good"]]
    words = (
        f"<b>{_text(source.text)} → {_text(target.text)}</b><br>{number(row['amount'])} {unit} of "
        f"{_text(goods[row['good']])}<br>{100 * share:.3g} % of all there is<br>"
        f"worth {number(row['worth'])} of the objective"
    )
    shade = row["place"] if row["place"] in _SHADES else row["kind"]
    return {"source": source, "target": target, "width": row["width"], "shade": shade, "words": words}


def _ends(goods: list[str], row: dict[Any, Any]) -> tuple[_Node, _Node]:
    good = _Node(1, goods[row["good"]])
    return (good, _Node(2, row["place"])) if row["side"] == "used" else (_Node(0, row["place"]), good)


def _good(plan: PlanTables, row: dict[Any, Any]) -> Any:
    return plan.economy.goods[row["good"]]


def _set_out(figure: Any, plan: PlanTables, period: Any, nodes: list[_Node], kind: str) -> None:
    """Set title, headings of the columns and the height that the labels need."""
    columns = sorted({node.column for node in nodes})
    longest = max(sum(node.column == column for node in nodes) for column in columns) if nodes else 0
    every = len(plan.economy.periods)
    when = f"in {name_of(period)}" if period is not None else f"over all {every} periods" if every > 1 else ""
    units = {plan.economy.unit("goods", good) for good in plan.economy.goods}
    meaning = {
        "quantity": f"quantities{_in_unit(units)}",
        "worth": "what a flow is worth at the plan's valuations",
        "share": "the share of all there is of the good",
    }[kind]
    doubt = doubt_of(plan)
    title = f"Flows of goods {when} — {plan.economy.name}".replace("  ", " ")
    title = f"{doubt}: {title}" if doubt else title
    figure.update_layout(
        title={
            "text": f"{_text(title)}<br><sup>widths stand for {_text(meaning)}</sup>",
            "x": 0.01,
            "font": {"size": 16, "color": "#1a1a1a"},
        },
        height=max(380, 2 * _LINE * longest + 130),
        margin={"l": 14, "r": 14, "t": 90, "b": 20},
        paper_bgcolor="white",
        font={"family": "Arial, Helvetica, sans-serif", "color": "#1a1a1a"},
    )
    words = {0: "made by", 1: "goods", 2: "used in"}
    for column in columns:
        at = 0.5 if (len(columns), column) == (3, 1) else 1.0 if column == columns[-1] else 0.0
        anchor = {0.0: "left", 0.5: "center", 1.0: "right"}[at]
        figure.add_annotation(
            text=f"<b>{words[column]}</b>",
            x=at,
            y=1.0,
            xref="paper",
            yref="paper",
            xanchor=anchor,
            yanchor="bottom",
            yshift=6,
            showarrow=False,
            font={"size": 12, "color": "#6b6b6b"},
        )


def _in_unit(units: set[str]) -> str:
    if len(units) > 1:
        return ", each good in its own unit"
    return "".join(f" in {unit_text(unit)}" for unit in units if unit)


def _text(text: str) -> str:
    """Return text that plotly, which reads a kind of HTML, shows as it is."""
    return html.escape(text, quote=False)


def _label(text: str) -> str:
    """Return a name on one line, cut where it is very long (the pointer shows it whole), for plotly's kind of HTML."""
    return _text(textwrap.shorten(text, _LABEL, placeholder=" …") or text[:_LABEL]) or " "

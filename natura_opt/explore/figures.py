"""Pictures of a plan beside the first one, by plotly: they move with the dials and answer to the mouse."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Any

import numpy as np

from ..base.labels import name_of
from ..plan.limits import binding_limits
from ..plan.made import largest_activities
from ..plan.plan import Plan

_MOST = 12
#: So many characters of a name stand at an axis; the pointer shows all of it.
_LABEL = 28
_BEFORE, _NOW, _INK = "#a9bccf", "#2f5d8a", "#808080"


def figures(first: Plan | None, now: Plan) -> list[tuple[str, Any]]:
    """Return each picture with its title, the first plan's figures beside the new ones."""
    drawn = [("largest activities, all periods together, as shares of the first plan's", _activities(first, now))]
    drawn.append(("what the objective is made of now: what all of each limit is worth", _limits(first, now)))
    table = _fulfilment(first, now)
    return drawn if table is None else [("fulfilment of the targets", table), *drawn]


def _fulfilment(first: Plan | None, now: Plan) -> Any:
    if not now.asked.has("targets") or now.of.demand.name == "NONE":
        return None
    periods = now.economy.periods
    levels = now.fulfilment.reindex(periods)
    before = None if first is None else first.fulfilment.reindex(periods).to_numpy(dtype=float)
    return _bars([name_of(period) for period in periods], before, levels.to_numpy(dtype=float), "share of the targets")


def _activities(first: Plan | None, now: Plan) -> Any:
    """Draw activities over those of the first plan, so that no unit is held against another."""
    runs = [*largest_activities(now).index[:_MOST]]
    mine = now.activities.loc[runs].to_numpy(dtype=float).sum(axis=1)
    its = mine if first is None else first.activities.loc[runs].to_numpy(dtype=float).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(its > 0, mine / its, np.nan)
    new = [
        f"{name_of(name)} (not in the first plan)" if not its[k] > 0 else name_of(name) for k, name in enumerate(runs)
    ]
    return _bars(new, np.where(its > 0, 1.0, np.nan), shares, "share of the first plan's")


def _limits(first: Plan | None, now: Plan) -> Any:
    """Draw the limits that are worth most now, beside what they were worth in the first plan."""
    mine = _worths(now, _MOST)
    before = None if first is None else [_all_worths(first).get(name, 0.0) for name in mine]
    names = [f"{kind} of {name}" + (f", {period}" if period else "") for kind, name, period in mine]
    return _bars(names, before, [*mine.values()], "in units of the objective")


@lru_cache(maxsize=4)
def _all_worths(plan: Plan) -> dict[tuple[str, str, str], float]:
    """Return what all of every limit is worth; asked for the first plan again and again."""
    return _worths(plan, None)


def _worths(plan: Plan, most: int | None) -> dict[tuple[str, str, str], float]:
    """Return what all of a limit is worth, by kind, name and period, those that are worth most first."""
    limits = binding_limits(plan, most=most)
    labels = zip(*(map(str, limits[column]) for column in ("kind", "name", "period")), strict=True)
    return dict(zip(labels, limits["worth"].tolist(), strict=True))


def _bars(names: list[str], before: Any, now: Any, axis: str) -> Any:
    """Draw two bars for each name: of the first plan, and of this one."""
    import plotly.graph_objects as go  # type: ignore[import-untyped]

    texts = [html.escape(name) for name in names]
    places = list(range(len(texts)))
    bars = []
    for called, values, colour in (("first plan", before, _BEFORE), ("now", now, _NOW)):
        if values is not None:
            shown = [None if not np.isfinite(value) else float(value) for value in values]
            bars.append(
                go.Bar(
                    name=called, y=places, x=shown, orientation="h", marker_color=colour, customdata=texts,
                    hovertemplate="%{customdata}: %{x:.6g}<extra>" + called + "</extra>",
                )
            )  # fmt: skip
    figure = go.Figure(bars)
    short = [html.escape(name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…") for name in names]
    figure.update_layout(
        barmode="group", bargap=0.35, height=90 + 34 * len(texts), margin={"l": 10, "r": 20, "t": 10, "b": 40},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", font={"color": _INK, "size": 12},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        xaxis={"title": axis, "gridcolor": "rgba(128,128,128,.25)", "zerolinecolor": _INK, "rangemode": "tozero"},
        yaxis={"tickvals": places, "ticktext": short, "autorange": "reversed", "automargin": True},
    )  # fmt: skip
    return figure

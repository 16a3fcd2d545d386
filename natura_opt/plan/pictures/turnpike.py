"""How near a plan's production runs to the ray of balanced growth, period by period, and how fast it grows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ...input_output.growth.turnpike import Turnpike, turnpike
from ..tables import PlanTables
from .style import GREY, INK, MAIN, bare, heading, mark_periods, new_figure, number

_WIDTH, _HEIGHT = 7.2, 4.6


def way_to_turnpike(plan: PlanTables, ray: Turnpike) -> pd.DataFrame:
    """Return per period how far production is from the ray, and the growth to the next period.

    Capital in use is valued at the ray's prices, so that a change of units changes nothing. ``distance`` is the share
    of it that stands in other techniques than it would on the ray (0: on it, 1: nowhere on it); ``growth`` the rate at
    which all of it grows to the next period, missing in the last and where nothing is in use.
    """
    worth = ray.stocks * ray.prices.loc[ray.stocks.index.get_level_values("good")].to_numpy()
    on_ray = worth.groupby(level="technique").sum()
    per_unit = on_ray / ray.activities.loc[on_ray.index]
    in_use = plan.activities.loc[on_ray.index].mul(per_unit, axis=0)
    total = in_use.sum()
    shares = in_use / total.where(total > 0)
    distance = 0.5 * shares.sub(on_ray / on_ray.sum(), axis=0).abs().sum(skipna=False)
    growth = total.shift(-1) / total.where(total > 0) - 1.0
    return pd.DataFrame({"distance": distance, "growth": growth})


def draw_turnpike(plan: PlanTables) -> Figure:
    """Draw two panels under each other: the distance from the ray, and the rate of growth beside the ray's."""
    ray = turnpike(plan.asked)
    way = way_to_turnpike(plan, ray)
    figure = new_figure(_WIDTH, _HEIGHT)
    figure.suptitle(heading(plan, "The way to the turnpike", _WIDTH - 0.6), x=0.01, ha="left", fontsize=11, color=INK)
    above, below = figure.subplots(2, 1, sharex=True)
    at = np.arange(len(way))
    above.plot(at, way["distance"], color=MAIN, linewidth=1.8, marker="o", markersize=3)
    above.set_ylim(0, max(1.08 * float(np.nanmax(way["distance"], initial=0.0)), 1e-3))
    above.set_ylabel("share of capital in use\noff the ray", fontsize=9, color=INK)
    below.plot(at[:-1] + 0.5, way["growth"].iloc[:-1], color=MAIN, linewidth=1.8, marker="o", markersize=3)
    below.axhline(ray.growth, color=GREY, linewidth=1, linestyle="--")
    below.annotate(
        f"turnpike\n{number(ray.growth)}",
        (1, ray.growth),
        xytext=(5, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
        color=GREY,
    )
    below.set_ylabel("growth of capital in use\nto the next period", fontsize=9, color=INK)
    for ax in (above, below):
        bare(ax)
        ax.set_xlim(-0.6, len(way) - 0.4)
    mark_periods(below, list(way.index), _WIDTH - 1.6)
    return figure

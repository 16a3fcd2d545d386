"""Golden economies of the end: every terminal condition, capital held and pooled, stores, periods of other lengths."""

from __future__ import annotations

from typing import Any

import numpy as np

import natura_opt as no


def _mine(name: str, terminal: str, salvage: Any = None, **settings: Any) -> no.Economy:
    """Capital held by techniques, with orders, lags of one to four periods of different length, stores and wear."""
    years = ["a", "b", "c"]
    ties_up = np.array([[0, 0.3, 0.2], [0.2, 0.1, 0], [0.05, 0, 0.4]])
    wear = np.array([[0, 0.1, 0.25], [0.2, 0.05, 0], [0.3, 0, 0.15]])
    orders = {year: np.zeros((3, 3)) for year in years}
    orders["a"][1, 0], orders["b"][0, 2], orders["c"][2, 2] = 0.4, 0.5, 0.3
    tables = {} if salvage is None else {"salvage_values": salvage}
    return no.build_economy(
        name=name,
        goods=["ore", "steel", "tool"],
        resources=["labour"],
        periods=years,
        period_length=[1, 2.5, 4],
        inputs=[[0, 0.3, 0.1], [0.1, 0.05, 0.3], [0.02, 0.04, 0]],
        resource_use=[[1, 1.2, 0.8]],
        resource_limits=[[30, 33, 32]],
        capital={year: ties_up * step for year, step in zip(years, (1, 1.1, 0.9), strict=True)},
        initial_capital=[[0, 3, 1.5], [2, 1.7, 0], [0.6, 0, 2.2]],
        depreciation={year: wear * step for year, step in zip(years, (1, 0.8, 1.3), strict=True)},
        capital_orders=orders,
        investment_lag=[1, 2, 4],
        storage=[0.9, 0, 0.7],
        initial_stocks=[2, 1, 0.5],
        storage_capacity=[[4, 5, 6], [1, 1, 1], [3, 2, 4]],
        targets=[[1, 1.2, 1.1], [2, 2.1, 2.4], [0.5, 0.6, 0.7]],
        questions={"default": no.Question("fulfilment", terminal=terminal, **settings)},
        **tables,
    )


def _pool(name: str, terminal: str, **settings: Any) -> no.Economy:
    """A pool of capital, lags of one and two, least resources for demand that the last years must not endanger."""
    tables: dict[str, Any] = {"salvage_values": [0.3, 0.2]} if terminal == "salvage" else {}
    return no.build_economy(
        name=name,
        goods=["plant", "food"],
        techniques=["works", "farm", "hand"],
        outputs=[[1, 0, 0], [0, 1, 1]],
        resources=["labour"],
        periods=[1, 2],
        period_length=[3, 2],
        inputs=[[0.05, 0.02, 0], [0.1, 0.15, 0.1]],
        resource_use=[[1, 0.6, 2]],
        resource_weights=[1],
        resource_limits=[[60, 60]],
        capital=[[0.1, 0.3, 0], [0, 0, 0.05]],
        capital_pool=[4, 1],
        pool_depreciation=[[0.1, 0.2], [0.05, 0]],
        investment_lag=[1, 2],
        targets=[[0, 0], [6, 7]],
        questions={"default": no.Question("least-resources", terminal=terminal, **settings)},
        **tables,
    )


def _one_year(terminal: str) -> no.Economy:
    """A single period, with nothing after it but what it leaves."""
    return no.build_economy(
        name=f"one year of {terminal}",
        goods=["seed"],
        resources=["labour"],
        periods=["now"],
        inputs=[[0.2]],
        resource_use=[[1]],
        resource_limits=[10],
        capital=[[0.5]],
        initial_capital=[[6]],
        depreciation=[[0.25]],
        targets=[1],
        questions={"default": no.Question("fulfilment", terminal=terminal)},
    )


def _in_pairs() -> no.Economy:
    """Pooled goods that are pairs (region, name); half a year."""
    goods = [("north", "ship"), ("south", "ship")]
    return no.build_economy(
        name="fleets",
        goods=goods,
        techniques=goods,
        resources=[("north", "labour")],
        periods=["1"],
        period_length=[0.5],
        inputs=[[0.1, 0], [0.05, 0.2]],
        resource_use=[[1, 2]],
        resource_limits=[9],
        capital=[[0.3, 0.1], [0.2, 0]],
        capital_pool=[3, 2],
        pool_depreciation=[0.1, 0.3],
        targets=[1, 1],
        questions={"default": no.Question("assortment", terminal="keep")},
    )


def _larder(terminal: str, **tables: Any) -> no.Economy:
    """Stores and no capital; what does not keep cannot be left."""
    return no.build_economy(
        name=f"larder of {terminal}",
        goods=["ham", "milk"],
        resources=["labour"],
        periods=["autumn", "winter"],
        period_length=[1, 0.5],
        inputs=[[0, 0], [0.1, 0]],
        resource_use=[[1, 1]],
        resource_limits=[[8, 6]],
        storage=[0.64, 0],
        initial_stocks=[2, 1],
        targets=[3, 2],
        questions={"default": no.Question("assortment", terminal=terminal)},
        **tables,
    )


ENDS = (
    _mine("mine that is kept", "keep"),
    _mine("mine that grows", "growth", terminal_growth=0.03),
    _mine("mine for salvage", "salvage", salvage=[0.02, 0.05, 0.03], floor=0.2),
    _pool("pool that is kept", "keep"),
    _pool("pool for salvage", "salvage"),
    _one_year("keep"),
    _one_year("growth"),
    _in_pairs(),
    _larder("keep"),
    _larder("salvage", salvage_values=[0.01, 5]),
)
#: A seed takes a unit of labour, of which there are 10, and .2 of a seed: 8 are left. To keep the 6, the 1.5 that wear
#: out are made again; to go on with no growth only the 5 that are in use need be there again, .25 of them made again.
ENDS_BY_HAND = {"one year of keep": 8 - 1.5, "one year of growth": 8 - 1.25}

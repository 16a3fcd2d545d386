"""Golden economies whose capital is moved, retired, serves for so long, or is invested in whole pieces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

import natura_opt as no


def _over(periods: Iterable[Any], base: Any, *steps: float) -> dict[Any, Any]:
    return {period: np.asarray(base) * step for period, step in zip(periods, steps, strict=True)}


def _depot(terminal: str = "none") -> no.Economy:
    """Engines and rails held by three lines, moved at a loss that changes and with hands, retired, worn and replaced.

    Rails cannot be moved; lags, lives and lengths of periods differ.
    """
    years = ["y1", "y2", "y3", "y4", "y5"]
    ties_up = [[0, 0.5, 0.3, 0.1], [0.2, 0.1, 0, 0], [0] * 4]
    wear = [[0, 0.1, 0.2, 0.05], [0.03, 0, 0, 0], [0] * 4]
    orders, retired = ({y: np.zeros((3, 4)) for y in years} for _ in range(2))
    orders["y1"][0, 1], orders["y2"][0, 3], orders["y2"][1, 0] = 0.3, 0.5, 0.2
    retired["y1"][0, 2], retired["y3"][0, 1], retired["y4"][1, 1] = 0.2, 0.7, 0.1
    return no.build_economy(
        name="depot" if terminal == "none" else f"depot {terminal}",
        goods=["engine", "rail", "ride"],
        techniques=["forge", "express", "local", "shunt"],
        outputs=[[0.4, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0.8, 0.3]],
        inputs=_over(years, [[0] * 4, [0.02, 0, 0.01, 0], [0.1, 0, 0, 0]], 1, 0.9, 1.1, 1, 0.95),
        resources=["hands", "coal"],
        resource_use=[[1, 0.6, 0.7, 0.5], [0.3, 0.2, 0.1, 0.1]],
        resource_limits=[[9, 10, 11, 10, 9], [5, 5, 4, 4, 5]],
        periods=years,
        period_length=[1, 2, 1, 1.5, 3],
        capital=_over(years, ties_up, 1, 1.1, 0.9, 1, 1.05),
        initial_capital=[[0, 2, 1.5, 0.4], [1, 0.5, 0, 0], [0] * 4],
        depreciation=_over(years, wear, 1, 1.2, 0.8, 1.1, 0.9),
        capital_orders=orders,
        investment_lag=[1, 2, 1],
        shifting=[[0.9, 0.8, 0.85, 0.95, 0.7], [0] * 5, [0] * 5],
        shifting_use=_over(years, [[0.4, 0, 0], [0.1, 0, 0]], 1, 1.2, 0.9, 1.1, 1),
        retirements=retired,
        service_life=[2 if terminal == "none" else float("inf"), 1, float("inf")],
        targets=[[0.1, 0.1, 0, 0, 0.1], [0] * 5, [1, 1.2, 1.4, 1.1, 1.3]],
        questions={"default": no.Question("fulfilment", terminal=terminal)},
    )


def _movers() -> no.Economy:
    """Least hands, which moving takes too; every share arrives, and what is retired must not be moved before."""
    return no.build_economy(
        name="movers",
        goods=["cart", "load"],
        techniques=["hill", "plain"],
        outputs=[[0, 0], [1, 1]],
        resources=["hands", "feed"],
        resource_use=[[1, 1.4], [0.1, 0]],
        resource_weights=[[1, 1.2, 0.9], [0.3, 0.3, 0.5]],
        periods=["1", "2", "3"],
        period_length=[1, 2, 4],
        capital=[[0.5, 0.5], [0, 0]],
        initial_capital=[[2, 6], [0, 0]],
        retirements={"1": np.zeros((2, 2)), "2": [[0.5, 0], [0, 0]], "3": [[0, 1], [0, 0]]},
        shifting=[1, 0],
        shifting_use=[[0.2, 0], [0.1, 0]],
        targets=[[0, 0, 0], [8, 9, 7]],
        objective="least-resources",
    )


def _rigs() -> no.Economy:
    """A pool whose rigs come in whole pieces and serve for two periods; pumps come in any amount, and for ever.

    Two years of a rig's making count double, since period 2 lasts them.
    """
    return no.build_economy(
        name="rigs",
        goods=["rig", "pump", "oil"],
        techniques=["yard", "shop", "drill"],
        outputs=[[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        resources=["hours"],
        resource_use=[[1, 0.5, 0.4]],
        resource_limits=[[8, 8, 9, 9]],
        periods=["1", "2", "3", "4"],
        period_length=[1, 2, 1, 1],
        capital=[[0, 0, 0.4], [0.05, 0, 0.1], [0, 0, 0]],
        capital_pool=[2.5, 1, 0],
        pool_depreciation=[0.1, 0.2, 0],
        service_life=[2, float("inf"), float("inf")],
        investment_units=[1.5, 0, 0],
        targets=[[0] * 4, [0.1] * 4, [1, 1.2, 1.3, 1.1]],
        objective="fulfilment",
    )


def _looms() -> no.Economy:
    """Looms held by two weavers come in pieces of 2, and what is left of them is kept: pieces in the last year too."""
    return no.build_economy(
        name="looms",
        goods=["loom", "cloth"],
        techniques=["wright", "weaver", "guild"],
        outputs=[[1, 0, 0], [0, 1, 1]],
        resources=["hours"],
        resource_use=[[1, 1, 0.8]],
        resource_limits=[[12, 12, 12]],
        periods=["1", "2", "3"],
        capital=[[0, 1, 1.2], [0, 0, 0]],
        initial_capital=[[0, 4, 2], [0, 0, 0]],
        depreciation=[[0, 0.2, 0.1], [0, 0, 0]],
        investment_units=[2, 0],
        targets=[[0, 0, 0], [1, 1.2, 1.1]],
        questions={"default": no.Question("fulfilment", terminal="keep")},
    )


MOVED = (_depot(), _depot("keep"), _movers(), _rigs(), _looms())

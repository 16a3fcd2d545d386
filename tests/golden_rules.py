"""Golden economies of rules by name: every sense, by period and of all years together, of everything that rules count
(see tests/spellings.py)."""

from __future__ import annotations

import natura_opt as no


def _charter() -> no.Economy:
    """Stocks held by techniques, periods of different length; coefficients, limits and periods of rules differ."""
    years = ["y1", "y2", "y3"]
    bare = no.build_economy(
        name="charter",
        goods=["grain", "straw", "tool"],
        techniques=["farm", "estate", "forge"],
        outputs=[[1, 1.3, 0], [0.4, 0.2, 0], [0, 0, 1]],
        inputs={
            "y1": [[0.1, 0.1, 0.2], [0, 0.1, 0.1], [0.02, 0, 0]],
            "y2": [[0.1, 0.2, 0.1], [0.1, 0, 0], [0, 0.05, 0]],
            "y3": [[0, 0.1, 0.3], [0, 0, 0], [0.01, 0, 0.02]],
        },
        resources=["labour", "land"],
        resource_use=[[1, 0.7, 1.4], [0.5, 0.9, 0]],
        resource_limits=[[30, 31, 29], [20, 21, 22]],
        pollutants=["soot"],
        emissions=[[0.1, 0.6, 0.9]],
        capital=[[0, 0, 0], [0, 0, 0], [0.3, 0.5, 0.2]],
        initial_capital=[[0, 0, 0], [0, 0, 0], [5, 6, 1.5]],
        depreciation=[[0, 0, 0], [0, 0, 0], [0.1, 0.05, 0.2]],
        periods=years,
        period_length=[1, 2, 1.5],
        targets=[[3, 3.2, 3.1], [0.2, 0.1, 0.3], [0.1, 0.2, 0]],
        objective="fulfilment",
    )
    return (
        bare.require(
            "small farms",
            {"farm": {"y1": 0.7, "y2": 0.6, "y3": 0.5}, "estate": {"y1": -1.9, "y2": -0.9, "y3": -0.8}},
            ">=",
            0,
        )
        .require("seed", {"grain": 1, "tool": 0.4}, ">=", {"y2": 13, "y3": 13.2}, activities={"forge": -0.25})
        .require("rest", {"labour": 1.1, "soot": 0.2}, "<=", {"y1": 17, "y3": 14})
        .require("idle tools", {"forge": 0.3}, "<=", 1.9, stocks={"tool": 0.2}, period=["y2"])
        .require("guild", {"forge": 1, "land": 0.1}, "==", 1.4, period="y3")
        .require("smoke", {"soot": {"y1": 1, "y2": 0.9, "y3": 1.1}, "straw": 0.1}, "<=", 18.6, over="all periods")
        .require("craft", {"forge": 2}, ">=", 9.8, stocks={"tool": 0.1}, over="all periods", period=["y1", "y2"])
        .require("fallow", {"land": 1, "farm": 0.2}, "==", 50, over="all periods")
    )


def _league() -> no.Economy:
    """Names are pairs, capital is pooled, and it is the least of resources that is asked for."""
    goods = [("north", "ore"), ("south", "ore"), ("south", "cart")]
    bare = no.build_economy(
        name="league",
        goods=goods,
        techniques=goods,
        inputs=[[0.1, 0, 0.3], [0, 0.05, 0.2], [0.02, 0.03, 0]],
        resources=["hours"],
        resource_use=[[1, 1.6, 0.7]],
        resource_weights=[1.2],
        capital=[[0, 0, 0], [0, 0, 0], [0.2, 0.1, 0.3]],
        capital_pool=[0, 0, 9],
        pool_depreciation=[0, 0, 0.1],
        periods=2,
        targets=[[2, 2.5], [1, 1.1], [3, 2]],
        objective="least-resources",
    )
    return (
        bare.require("quota", {"ore@south": 1, ("north", "ore"): -1}, ">=", 0.5)
        .require("rent", {"cart@south": 0.5}, "<=", 8.5, stocks={"cart@south": 1}, over="all periods")
        .require("depot", {}, ">=", 3.5, net_output={"cart@south": 1}, period="2")
    )


def _toll() -> no.Economy:
    """By hand: 12 hours make 12 sacks of either mill, three of four at the wind mill; 12 x 2 and 12 x 1 of 3 wanted.

    A sack of the water mill counts two: of wind w and water v, w + v = 12 hours, w >= 3 v; so w = 9, v = 3, 15 sacks.
    """
    bare = no.build_economy(
        name="toll",
        goods=["flour"],
        techniques=["wind", "water"],
        outputs=[[1, 2]],
        resources=["hours"],
        resource_use=[[1, 1]],
        resource_limits=[12],
        targets=[3],
        objective="assortment",
    )
    return bare.require("three of four", {"wind": 1, "water": -3}, ">=", 0)


RULED = (_charter(), _league(), _toll())
RULES_BY_HAND = {"toll": 5.0}

"""Whole numbers, and solves that are stopped before they end."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..base.status import Status
from ..program.builder import ProgramBuilder
from ..program.linear import LinearProgram
from .case import Case, Feature
from .small import INF, program

_INTEGER = frozenset({Feature.INTEGER})
_REFUTED = frozenset({Feature.INTEGER, Feature.REFUTES})


def _plants() -> LinearProgram:
    """Each plant costs 10 and makes up to 4 at 1 each; 6 are wanted: two plants."""
    built = ProgramBuilder()
    built.columns("plants", pd.Index(["works"]), integer=True)
    built.columns("made", pd.Index(["bread"]))
    built.rows("within plants", pd.Index(["works"]), "<=", 0.0)
    built.terms("within plants", "made", [[1.0]])
    built.terms("within plants", "plants", [[-4.0]])
    built.rows("wanted", pd.Index(["bread"]), ">=", 6.0)
    built.terms("wanted", "made", [[1.0]])
    built.objective("min", {"plants": 10.0, "made": 1.0})
    return built.build()


def _clash_and_run_off() -> LinearProgram:
    """Return ``max y`` without limit, beside ``2x = 1`` in a whole number x: there is no plan at all."""
    built = ProgramBuilder()
    built.columns("whole", pd.RangeIndex(1), integer=True)
    built.columns("endless", pd.RangeIndex(1))
    built.rows("half", pd.RangeIndex(1), "==", 1.0)
    built.terms("half", "whole", [[2.0]])
    built.rows("beside", pd.RangeIndex(1), ">=", 0.0)
    built.terms("beside", "endless", [[1.0]])
    built.terms("beside", "whole", [[1.0]])
    built.objective("max", {"endless": 1.0})
    return built.build()


def _market_split(markets: int, retailers: int, largest: int) -> LinearProgram:
    """Split every market in two halves by retailers (Cornuéjols and Dawande 1999): hopeless for branch and bound."""
    rng = np.random.default_rng(7)
    built = ProgramBuilder()
    built.columns("retailer", pd.RangeIndex(retailers), 0.0, 1.0, integer=True)
    built.columns("short", pd.RangeIndex(markets))
    built.columns("over", pd.RangeIndex(markets))
    shares = rng.integers(0, largest, (markets, retailers)).astype(float)
    built.rows("market", pd.RangeIndex(markets), "==", np.floor(shares.sum(axis=1) / 2))
    built.terms("market", "retailer", shares)
    built.terms("market", "short", np.eye(markets))
    built.terms("market", "over", -np.eye(markets))
    built.objective("min", {"short": 1.0, "over": 1.0})
    return built.build()


def _dense(size: int) -> LinearProgram:
    rng = np.random.default_rng(3)
    built = ProgramBuilder()
    built.columns("x", pd.RangeIndex(size))
    built.rows("limit", pd.RangeIndex(size), "<=", rng.random(size) + 1.0)
    built.terms("limit", "x", rng.random((size, size)) + 0.01)
    built.objective("max", {"x": rng.random(size) + 1.0})
    return built.build()


_KNAPSACK: Any = [([3.0, 4.0, 2.0], "<=", 6.0)]

STOPPING_CASES: tuple[Case, ...] = (
    Case(
        "whole numbers: a knapsack",
        partial(program, "max", [10.0, 13.0, 7.0], _KNAPSACK, upper=1.0, integer=True),
        objective=20.0,
        columns={"x": [0.0, 1.0, 1.0]},
        needs=_INTEGER,
    ),
    Case(
        "whole numbers: beside columns that are not",
        _plants,
        objective=26.0,
        columns={"plants": [2.0], "made": [6.0]},
        needs=_INTEGER,
    ),
    Case(
        "whole numbers: rounding is not enough",
        partial(program, "max", [1.0, 0.64], [([50.0, 31.0], "<=", 250.0), ([3.0, -2.0], ">=", -4.0)], integer=True),
        objective=5.0,
        columns={"x": [5.0, 0.0]},
        needs=_INTEGER,
    ),
    Case(
        "whole numbers below zero",
        partial(program, "min", [1.0], [([2.0], ">=", -7.0)], lower=-INF, integer=True),
        objective=-3.0,
        columns={"x": [-3.0]},
        needs=_INTEGER,
    ),
    Case(
        "whole numbers: rows that clash even in fractions",
        partial(program, "max", [1.0], [([2.0], "<=", 3.0), ([1.0], ">=", 2.0)], integer=True),
        Status.INFEASIBLE,
        needs=_REFUTED,
    ),
    Case(
        "whole numbers that clash: no proof in duals, but one in exact arithmetic",
        partial(program, "max", [1.0], [([2.0], "==", 1.0)], integer=True),
        Status.INFEASIBLE,
        needs=_REFUTED,
    ),
    Case(
        "whole numbers that clash beside a column that runs off",
        _clash_and_run_off,
        Status.INFEASIBLE,
        needs=_REFUTED,
    ),
    Case(
        "whole numbers without a limit",
        partial(program, "max", [1.0, 0.0], [([1.0, -1.0], "<=", 1.0)], integer=True),
        frozenset({Status.UNBOUNDED, Status.UNPROVED}),  # a ray of the fractions proves it only beside a whole point
        needs=_REFUTED,
    ),
    Case(
        "time limit",
        partial(_dense, 400),
        frozenset({Status.TIME_LIMIT, Status.OPTIMAL}),  # what is there when time is up may be good enough
        needs=frozenset({Feature.TIME_LIMIT}),
        time_limit=0.01,
    ),
    Case(
        "time limit, whole numbers",
        partial(_market_split, 5, 40, 100),
        Status.TIME_LIMIT,
        needs=frozenset({Feature.TIME_LIMIT, Feature.INTEGER}),
        time_limit=0.5,
    ),
    Case(
        "interrupted",
        partial(_market_split, 12, 1_700, 10**7),
        Status.INTERRUPTED,
        needs=frozenset({Feature.INTERRUPT, Feature.INTEGER}),
        time_limit=30.0,
        interrupt_after=0.7,
    ),
)

"""Huge and tiny numbers: the same problems in other units have the same answers."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..base.status import Status
from ..program.linear import LinearProgram
from .case import Case, Feature
from .cases_shapes import workshop
from .small import program, rescaled

#: HiGHS gets these wrong where it is handed the numbers as they stand.
_SCALES = frozenset({Feature.SCALES})
_REFUTES = frozenset({Feature.REFUTES})


def _growth(steps: int, rate: float) -> LinearProgram:
    """Each step needs ``rate`` of the one before: to have one at the end, start with ``rate ** steps``."""
    rows: Any = []
    for k in range(steps):
        coefficients = [0.0] * (steps + 1)
        coefficients[k], coefficients[k + 1] = 1.0, -rate
        rows.append((coefficients, ">=", 0.0))
    rows.append(([0.0] * steps + [1.0], ">=", 1.0))
    return program("min", [1.0] + [0.0] * steps, rows)


def _leontief(n: int) -> LinearProgram:
    """Labour for a final demand of one each, every good made of .5/n of every good and 1 labour: n / (1 - .5)."""
    share = 0.5 / n
    rows: Any = [([float(i == j) - share for j in range(n)], ">=", 1.0) for i in range(n)]
    return program("min", [1.0] * n, rows)


def _infeasible() -> LinearProgram:
    return program("max", [1.0, 1.0], [([1.0, 1.0], "<=", 1.0), ([1.0, 2.0], ">=", 3.0)])


SIZE_CASES: tuple[Case, ...] = (
    Case(
        "grams and megatonnes",
        lambda: rescaled(workshop(), [1e6, 1e-6], [1e-7, 1e5]),
        objective=11.0,
        columns={"x": [3e7, 1e-5]},
        valuations={"at most": [2e-6, 0.0]},
    ),
    Case(
        "a Leontief system in units from 1e-6 to 1e6",
        lambda: rescaled(_leontief(12), 10.0 ** -np.linspace(-6, 6, 12), 10.0 ** np.linspace(-6, 6, 12)),
        objective=24.0,
        valuations={"at least": list(2.0 * 10.0 ** np.linspace(-6, 6, 12))},
        needs=_SCALES,
    ),
    Case(
        "infeasible in other units",
        lambda: rescaled(_infeasible(), [1e6, 1e-5], [1e4, 1e-4]),
        Status.INFEASIBLE,
        needs=_REFUTES,
    ),
    Case(
        "unbounded in other units",
        lambda: rescaled(program("max", [1.0, -0.5], [([1.0, -1.0], "<=", 1.0)]), [1e6], [1e5, 1e-4]),
        Status.UNBOUNDED,
        needs=_REFUTES,
    ),
    Case("doubled thirty times", partial(_growth, 30, 2.0), objective=2.0**30),
    Case("halved thirty times", partial(_growth, 30, 0.5), objective=0.5**30),
    Case(
        "a coefficient of 1e-10, which a solver would drop",
        partial(program, "max", [1.0], [([1e-10], "<=", 1.0)]),
        objective=1e10,
        valuations={"at most": [1e10]},
        needs=_SCALES,
    ),
    Case(
        "costs of 1e-12",
        partial(program, "max", [3e-12, 2e-12], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 9.0)], upper=[3.0, 9.0]),
        objective=11e-12,
        columns={"x": [3.0, 1.0]},
        valuations={"at most": [2e-12, 0.0]},
        needs=_SCALES,
    ),
    Case(
        "costs of 1e12",
        partial(program, "max", [3e12, 2e12], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 9.0)], upper=[3.0, 9.0]),
        objective=11e12,
        valuations={"at most": [2e12, 0.0]},
    ),
    Case(
        "sides of 1e13",
        partial(program, "max", [3.0, 2.0], [([1.0, 1.0], "<=", 4e13), ([1.0, 3.0], "<=", 9e13)], upper=[3e13, 9e13]),
        objective=11e13,
        valuations={"at most": [2.0, 0.0]},
    ),
    Case(
        "sides of 1e-13",
        partial(program, "max", [3.0, 2.0], [([1.0, 1.0], "<=", 4e-13), ([1.0, 3.0], "<=", 9e-13)], upper=[3e-13, 1.0]),
        objective=11e-13,
        valuations={"at most": [2.0, 0.0]},
        needs=_SCALES,
    ),
    Case(
        "infinite bounds beside bounds of 1e15",
        partial(program, "min", [1.0, 1.0], [([1.0, 1.0], ">=", 2.0)], [-1e15, 5.0], [float("inf"), 1e15]),
        objective=2.0,
        valuations={"at least": [1.0]},
    ),
)

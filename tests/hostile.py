"""Seeded small programs that doubles cannot be trusted with; an exact judge must decide every one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import scipy.sparse as sp

from natura_opt.program.canonical import Block
from natura_opt.program.linear import LinearProgram
from natura_opt.testing.small import INF, rescaled

Random = np.random.Generator


def made(
    sense: str, cost: np.ndarray, matrix: np.ndarray, sides: tuple[np.ndarray, np.ndarray], bounds: tuple
) -> LinearProgram:
    """Return a program of dense arrays, one block of rows and one of columns."""
    m, n = matrix.shape
    return LinearProgram(
        sense="max" if sense == "max" else "min",
        columns=(Block("x", pd.RangeIndex(n), 0),),
        rows=(Block("row", pd.RangeIndex(m), 0),),
        cost=np.asarray(cost, dtype=float),
        lower=np.broadcast_to(np.asarray(bounds[0], dtype=float), (n,)).copy(),
        upper=np.broadcast_to(np.asarray(bounds[1], dtype=float), (n,)).copy(),
        integer=np.zeros(n, dtype=bool),
        matrix=sp.csc_array(np.asarray(matrix, dtype=float)),
        row_lower=np.asarray(sides[0], dtype=float),
        row_upper=np.asarray(sides[1], dtype=float),
    )


def _any(rng: Random) -> LinearProgram:
    """Small whole numbers: degenerate, with free, fixed and crossed columns, ranges, empty rows and columns."""
    n, m = int(rng.integers(1, 8)), int(rng.integers(0, 8))
    matrix = np.where(rng.random((m, n)) < 0.6, rng.integers(-4, 5, (m, n)), 0)
    side = rng.integers(-5, 6, m).astype(float)
    kind = rng.choice(5, m, p=[0.35, 0.3, 0.15, 0.15, 0.05])  # <=, >=, ==, range, none
    low = np.where((kind == 0) | (kind == 4), -INF, side)
    high = np.where((kind == 1) | (kind == 4), INF, np.where(kind == 3, side + rng.integers(0, 5, m), side))
    lower = np.where(rng.random(n) < 0.25, -INF, rng.integers(-3, 2, n))
    upper = np.where(rng.random(n) < 0.5, INF, rng.integers(-1, 5, n))
    if rng.random() < 0.9:
        upper = np.maximum(upper, lower)
    return made(rng.choice(["min", "max"]), rng.integers(-3, 6, n), matrix, (low, high), (lower, upper))


def _feasible(rng: Random) -> LinearProgram:
    """Decimal numbers around a plan that exists, many rows tight at it, so that ties are everywhere but in doubles."""
    n, m = int(rng.integers(2, 9)), int(rng.integers(2, 9))
    matrix = np.where(rng.random((m, n)) < 0.5, np.round(rng.uniform(-2, 2, (m, n)), 1), 0.0)
    point = np.where(rng.random(n) < 0.5, np.round(rng.uniform(0, 5, n), 1), 0.0)
    sums = matrix @ point
    low = np.where(rng.random(m) < 0.5, sums, -INF)
    high = np.where(np.isinf(low) | (rng.random(m) < 0.2), sums, INF)
    cost = matrix.T @ np.round(rng.uniform(-1, 1, m), 1) + np.where(rng.random(n) < 0.3, 0.1, 0.0)
    return made(rng.choice(["min", "max"]), cost, matrix, (low, high), (0.0, np.where(rng.random(n) < 0.3, 5.0, INF)))


def _loop(rng: Random) -> LinearProgram:
    """A loop of processes that returns of itself all but (or more by) 1e-6 to 1e-13, or exactly all."""
    n = int(rng.integers(2, 6))
    off = float(rng.choice([-1, 0, 1])) * 10.0 ** -rng.uniform(6, 13)
    share = np.exp(rng.normal(0, 1, n))
    give = share * np.append(np.ones(n - 1), (1 + off) / np.prod(share[:-1]) / share[-1])
    matrix = np.eye(n) - np.roll(np.diag(give), 1, axis=0)
    side = np.where(rng.random(n) < 0.5, 0.0, rng.uniform(-1, 1, n))
    low, high = (side, np.full(n, INF)) if rng.random() < 0.7 else (np.full(n, -INF), side)
    cost = np.where(rng.random(n) < 0.6, rng.uniform(-1, 1, n), 0.0)
    upper = INF if rng.random() < 0.7 else np.where(rng.random(n) < 0.5, 1e9, INF)
    return made(rng.choice(["min", "max"]), cost, matrix, (low, high), (0.0, upper))


def _parallel(rng: Random) -> LinearProgram:
    """Rows 2^-40 apart, or the same but for the last digit."""
    n = int(rng.integers(2, 6))
    first = np.round(rng.uniform(-2, 2, (int(rng.integers(1, 4)), n)), 2)
    nudge = rng.choice([0.0, 2.0**-40, 2.0**-52, -(2.0**-40)], first.shape)
    matrix = np.vstack([first, first * (1 + nudge), rng.integers(-2, 3, (2, n))])
    side = np.round(matrix @ rng.uniform(0, 3, n), 2)
    side[len(first) : 2 * len(first)] = side[: len(first)] * (1 + rng.choice([0.0, 2.0**-50, -(2.0**-50)]))
    kind = rng.integers(0, 3, len(side))
    low, high = np.where(kind == 0, -INF, side), np.where(kind == 1, INF, side)
    return made(rng.choice(["min", "max"]), rng.uniform(-1, 2, n), matrix, (low, high), (0.0, INF))


def _extreme(rng: Random) -> LinearProgram:
    """Units from 1e-8 to 1e8, or numbers from 1e-300 to 1e300."""
    program = _feasible(rng) if rng.random() < 0.5 else _any(rng)
    m, n = program.shape
    if rng.random() < 0.6:
        return rescaled(program, 10.0 ** rng.uniform(-8, 8, m), 10.0 ** rng.uniform(-8, 8, n))
    data = program.matrix.data * 10.0 ** rng.uniform(-300, 300, program.matrix.nnz)
    matrix = sp.csc_array((data, program.matrix.indices, program.matrix.indptr), shape=(m, n)).toarray()
    sides = (program.row_lower, program.row_upper)
    return made(program.sense, program.cost * 10.0 ** rng.uniform(-150, 150, n), matrix, sides, (0.0, program.upper))


def _cancelling(rng: Random) -> LinearProgram:
    """Large terms that cancel, and redundant equalities in decimals, which doubles make contradict each other."""
    n = int(rng.integers(3, 7))
    matrix = np.round(rng.uniform(0, 1, (3, n)), 1)
    matrix[2] = matrix[0] + matrix[1]
    point = np.round(rng.uniform(0, 2, n), 1)
    side = matrix @ point
    if rng.random() < 0.5:
        side[2] = side[0] + side[1]
    big = 10.0 ** rng.integers(0, 12)
    extra = np.round(rng.uniform(-1, 1, (1, n)), 1) * big
    low, high = np.append(side, -INF), np.append(side, (extra @ point)[0])
    if rng.random() < 0.4:
        low[:3] = -INF
    bounds = (np.where(rng.random(n) < 0.3, -INF, 0.0), INF)
    return made(rng.choice(["min", "max"]), rng.uniform(-1, 1, n), np.vstack([matrix, extra]), (low, high), bounds)


KINDS: dict[str, Callable[[Random], LinearProgram]] = {
    "any": _any,
    "feasible": _feasible,
    "loop": _loop,
    "parallel": _parallel,
    "extreme": _extreme,
    "cancelling": _cancelling,
}


def hostile_program(kind: str, seed: int) -> LinearProgram:
    """Return the program of a kind and seed."""
    return KINDS[kind](np.random.default_rng(seed))

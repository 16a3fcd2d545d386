"""Seeded programs made to provoke false proofs: each kind hides from doubles what exact arithmetic sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from natura_opt.program.builder import ProgramBuilder
from natura_opt.program.linear import LinearProgram

INF = np.inf


def program(
    matrix: Any, cost: Any, sides: Any, bounds: Any = None, sense: Any = "min", integer: Any = None, offset: float = 0.0
) -> LinearProgram:
    """State a small program: (lower, upper) per row, and per column (default: x >= 0)."""
    matrix = np.atleast_2d(np.asarray(matrix, dtype=float))
    rows, columns = matrix.shape
    limits = np.array(bounds if bounds is not None else [(0.0, INF)] * columns, dtype=float).reshape(columns, 2)
    builder = ProgramBuilder()
    builder.columns("x", pd.RangeIndex(columns), limits[:, 0], limits[:, 1])
    builder.rows("row", pd.RangeIndex(rows), "==", 0.0)
    builder.terms("row", "x", matrix)
    builder.objective(sense, {"x": np.asarray(cost, dtype=float)})
    both = np.array(sides, dtype=float).reshape(rows, 2)
    whole = np.zeros(columns, dtype=bool) if integer is None else np.asarray(integer, dtype=bool)
    return replace(builder.build(), row_lower=both[:, 0], row_upper=both[:, 1], integer=whole, offset=offset)


def in_units(made: LinearProgram, rng: np.random.Generator, decades: float = 6.0, exact: bool = True) -> LinearProgram:
    """Write a program in other units (powers of two change no digit, so the optimum stays what it is)."""
    rows, columns = made.shape
    base, reach = (2.0, decades * 3.32) if exact else (10.0, decades)
    row = base ** np.round(rng.uniform(-reach, reach, rows))
    column = np.where(made.integer, 1.0, base ** np.round(rng.uniform(-reach, reach, columns)))
    return program(
        made.matrix.toarray() * row[:, None] * column,
        made.cost * column,
        np.column_stack([made.row_lower * row, made.row_upper * row]),
        np.column_stack([made.lower / column, made.upper / column]),
        made.sense,
        made.integer,
        made.offset,
    )


def loops(rng: np.random.Generator) -> LinearProgram:
    """Rings of columns that return 1 -+ 1e-6..1e-13 of themselves, some held by a limit far out."""
    n = int(rng.integers(2, 7))
    gain = rng.choice([-1.0, 1.0]) * 10.0 ** rng.uniform(-13, -6)
    matrix = np.zeros((n, n))
    share = rng.uniform(0.2, 3.0, n)
    for k in range(n):
        matrix[k, k] = 1.0
        matrix[k, (k + 1) % n] = -share[k]
    matrix[n - 1, 0] = -(1.0 + gain) / np.prod(share[:-1])
    sides = [(-INF, float(rng.choice([0.0, 0.0, 1.0])))] * n
    cost = np.where(rng.random(n) < 0.5, 0.0, rng.normal(size=n))
    bounds = [(0.0, float(rng.choice([INF, INF, 1.0, 1e4, 1e9]))) for _ in range(n)]
    if rng.random() < 0.5:  # something else to do, and a resource
        matrix = np.block([[matrix, rng.normal(size=(n, 1))], [rng.uniform(0, 1, (1, n)), np.ones((1, 1))]])
        sides = [*sides, (-INF, float(10.0 ** rng.uniform(-2, 6)))] if rng.random() < 0.7 else [*sides, (0.0, INF)]
        cost, bounds = np.append(cost, rng.normal()), [*bounds, (0.0, INF)]
    return program(matrix, cost, sides, bounds, rng.choice(["min", "max"]))


def conversions(rng: np.random.Generator) -> LinearProgram:
    """Goods turned into each other and back at a loss or gain of 1e-8..1e-12, with power that can be stored."""
    e = 10.0 ** rng.uniform(-12, -8, 3) * rng.choice([1.0, 1.0, -1.0], 3)
    matrix = [
        [-1, -1, 1 + e[0], 0, 0, 0],
        [1 - e[1], 1 - e[2], -1, 0, 0, 0],
        [0, 0, -rng.uniform(0, 1), 1, -1.1, 0],
        [0, 0, 0, -1.1, 1, rng.choice([0.0, 1.0])],
        [rng.uniform(0, 1), 0, 0, 0, 0, -1],
    ]
    sides = [(float(-rng.choice([0.0, 1.0])), INF), *[(0.0, INF)] * 3, (-float(rng.uniform(0, 2)), INF)]
    cost = [0, 0, 0, 0, 0, 1] if rng.random() < 0.6 else rng.normal(size=6)
    return program(matrix, cost, sides, None, rng.choice(["min", "max"]))


def parallel(rng: np.random.Generator) -> LinearProgram:
    """Rows that differ by 2^-20..2^-45 of a coefficient, with equalities among them."""
    n = int(rng.integers(2, 5))
    first = rng.integers(-5, 6, n).astype(float)
    first[first == 0] = 1.0
    rows = [first, first * (1 + 2.0 ** -rng.integers(20, 46) * rng.integers(-1, 2, n))]
    rows += [rng.integers(-3, 4, n).astype(float) for _ in range(int(rng.integers(0, 3)))]
    level = np.array(rows) @ rng.integers(0, 4, n)
    kind = rng.integers(0, 3, len(rows))
    sides = [(v, v) if k == 0 else (v, INF) if k == 1 else (-INF, v) for v, k in zip(level, kind, strict=True)]
    bounds = [
        (0.0, INF) if rng.random() < 0.7 else (-INF, INF) if rng.random() < 0.5 else (-10.0, 10.0) for _ in range(n)
    ]
    return program(rows, rng.integers(-4, 5, n), sides, bounds, rng.choice(["min", "max"]))


def cancelling(rng: np.random.Generator) -> LinearProgram:
    """Terms of 1e6..1e12 that cancel, and demands that are nothing beside the flows."""
    n = int(rng.integers(3, 7))
    matrix = rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.6)
    big = 10.0 ** rng.uniform(6, 12)
    matrix[0, :2] = (big, -big * (1 + rng.choice([0.0, 1e-7, 1e-10])))
    matrix[1, 1:3] = (big, -1.0)
    sides = [(float(10.0 ** rng.uniform(-6, 0)), INF), (0.0, INF)] + [
        (float(rng.normal()), INF) if rng.random() < 0.5 else (-INF, float(10.0 ** rng.uniform(0, 7)))
        for _ in range(n - 2)
    ]
    bounds = [(0.0, float(rng.choice([INF, 10.0, 1e8]))) for _ in range(n)]
    return program(matrix, rng.normal(size=n), sides, bounds, rng.choice(["min", "max"]))


def crossed(rng: np.random.Generator) -> LinearProgram:
    """Limits that cross by the last digits, in rows or between rows, beside terms that are large and cancel."""
    n = int(rng.integers(1, 5))
    matrix = np.vstack([rng.integers(-3, 4, (n, n)).astype(float), np.zeros((1, n))])
    matrix[-1] = matrix[0] * 2.0 ** rng.integers(-3, 4)
    base = float(10.0 ** rng.uniform(-3, 10))
    off = base * rng.choice([0.0, 1e-9, 1e-12, -1e-12, 2.3e-16])
    sides = [(base, INF)] + [(-INF, float(rng.normal() * 5))] * (n - 1)
    factor = matrix[-1].sum() / matrix[0].sum() if matrix[0].sum() else 1.0
    sides.append((-INF, (base - off) * factor))
    bounds = [(0.0, INF) if rng.random() < 0.6 else (-1e10, 1e10) for _ in range(n)]
    return program(matrix, rng.integers(-2, 3, n), sides, bounds, rng.choice(["min", "max"]))


def unbounded_columns(rng: np.random.Generator) -> LinearProgram:
    """Free columns and open ends everywhere; optimal, infeasible and unbounded in turn."""
    m, n = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    matrix = rng.integers(-4, 5, (m, n)) * (rng.random((m, n)) < 0.7) * rng.choice([1.0, 0.1, 1.0 / 3.0], (m, n))
    kinds = [(0, INF), (3, INF), (-INF, 4), (2, 2), (-1, 3)]
    sides = [kinds[k] for k in rng.integers(0, 5, m)]
    open_ends = [(0, INF), (-INF, INF), (-INF, 0), (0, 5), (2, 2)]
    bounds = [open_ends[k] for k in rng.choice(5, n, p=[0.5, 0.2, 0.1, 0.1, 0.1])]
    return program(
        matrix, rng.integers(-3, 4, n) * 0.1, sides, bounds, rng.choice(["min", "max"]), None, float(rng.normal())
    )


def economies(rng: np.random.Generator) -> LinearProgram:
    """Fixed demands or assortments of 2-5 goods, some techniques at the edge of sustaining themselves."""
    n, k = int(rng.integers(2, 6)), int(rng.integers(0, 3))
    m = n + k
    made = np.concatenate([np.arange(n), rng.integers(0, n, k)])
    inputs = rng.random((n, m)) * (rng.random((n, m)) < 0.5)
    inputs *= rng.uniform(0.2, 1.2) / np.maximum(inputs.sum(0), 1e-9)
    if rng.random() < 0.5:
        j = int(rng.integers(0, n))
        inputs[:, j] = 0.0
        inputs[j, j] = 1.0 - rng.choice([-1.0, 1.0]) * 10.0 ** rng.uniform(-13, -6)
    net = -inputs
    net[made, np.arange(m)] += 1.0
    use = rng.uniform(0, 2, (1, m)) * (rng.random((1, m)) < 0.8)
    wanted = rng.uniform(0, 5, n) * (rng.random(n) < 0.7) * 10.0 ** rng.choice([0.0, -6.0], n)
    if rng.random() < 0.5:
        matrix = np.block([[net, -wanted[:, None]], [use, np.zeros((1, 1))]])
        sides = [(0.0, INF)] * n + [(-INF, float(rng.uniform(1, 100)))]
        return program(matrix, [0.0] * m + [1.0], sides, None, "max")
    return program(np.vstack([net, use]), use[0], [(w, INF) for w in wanted] + [(-INF, 1e6)], None, "min")


def extremes(rng: np.random.Generator) -> LinearProgram:
    """Whatever another kind makes, with a few numbers moved to 1e-30..1e30."""
    made = KINDS[int(rng.integers(0, len(KINDS) - 1))](rng)
    data = made.matrix.data.copy()
    for at in rng.integers(0, max(len(data), 1), 2 if len(data) else 0):
        data[at] *= 10.0 ** rng.uniform(-30, 30)
    matrix = made.matrix.copy()
    matrix.data = data
    return replace(made, matrix=matrix)


KINDS: tuple[Callable[[np.random.Generator], LinearProgram], ...] = (
    loops,
    conversions,
    parallel,
    cancelling,
    crossed,
    unbounded_columns,
    economies,
    extremes,
)


def adversarial(seed: int) -> tuple[str, LinearProgram]:
    """Return the program of a seed, and of which kind it is; every other one is in other units."""
    rng = np.random.default_rng([8, seed])
    kind = KINDS[seed % len(KINDS)]
    made = kind(rng)
    return kind.__name__, in_units(made, rng, rng.choice([3.0, 6.0, 8.0])) if seed // len(KINDS) % 2 else made


def small_mip(seed: int) -> LinearProgram:
    """Return a small program with whole and continuous columns, the latter and all rows in units 1e-6..1e8."""
    rng = np.random.default_rng([27, seed])
    n, m = int(rng.integers(2, 6)), int(rng.integers(1, 5))
    integer = np.zeros(n, dtype=bool)
    integer[rng.choice(n, int(rng.integers(1, min(n, 4) + 1)), replace=False)] = True
    matrix = rng.integers(-3, 10, (m, n)) * (rng.random((m, n)) < 0.7) * 1.0
    if rng.random() < 0.3:
        matrix = matrix + rng.normal(size=(m, n)) * (matrix != 0)
    sides = np.array(
        [
            (-INF, float(rng.integers(5, 40))) if rng.random() < 0.75 else (float(rng.integers(-3, 6)), INF)
            for _ in range(m)
        ]
    )
    bounds = np.array(
        [(0, float(rng.integers(1, 6))) if whole else (0, float(rng.choice([INF, 10.0, 3.5]))) for whole in integer]
    )
    row = 10.0 ** rng.integers(-6, 9, m)
    column = np.where(integer, 1.0, 10.0 ** rng.integers(-6, 9, n))
    return program(
        matrix * row[:, None] * column,
        rng.integers(-2, 9, n) * column,
        sides * row[:, None],
        bounds / column[:, None],
        "max",
        integer,
    )

"""The certificate: seconds and memory per coefficient, held against one sparse matrix-vector product.

The programs are random, with a known best point and known multipliers, so that the proof passes; no solver is asked.
"""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

import natura_opt as no
from natura_opt.program.canonical import Block
from natura_opt.proof.meeting import clean_point
from natura_opt.proof.rounding import products

from ..measuring import Competitor, Result, Row, fewest_seconds, race

TITLE = "the certificate per coefficient, against one sparse product A x"
OURS = "certificate"
_SIZES = {"tiny": (2_000,), "small": (100_000, 1_000_000), "full": (100_000, 1_000_000, 10_000_000)}
_PER_COLUMN = 20
_REPEATS = {"tiny": 2, "small": 5, "full": 5}


def run(size: str) -> Result:
    """Certify programs of several sizes; every way of multiplying must find the rows kept."""
    rows: list[Row] = []
    figures: dict[str, Any] = {}
    for coefficients in _SIZES[size]:
        program, primal, dual = solved_program(7, coefficients)
        found = race(_ways(program, primal, dual), OURS, lambda a, b: a == b, repeats=_REPEATS[size])
        count = program.matrix.nnz
        at = fewest_seconds(found)
        for row in found:
            row.figures["ns per coefficient"] = 1e9 * at[row.name] / count
        figures[f"{count:,}: products A x that a certificate costs"] = at[OURS] / at["A x"]
        figures[f"{count:,}: bytes per coefficient at the peak"] = _peak(program, primal, dual) / count
        for row in found:
            row.name = f"{count:,}: {row.name}"
        rows += found
    return Result("certify", TITLE, size, rows[0].name, rows, figures)


def _ways(program: no.LinearProgram, primal: np.ndarray, dual: np.ndarray) -> list[Competitor]:
    matrix, transposed = program.matrix, program.matrix.T
    extended = clean_point(program, primal, dual)

    def kept(sums: Any) -> bool:
        size = 1.0 + np.abs(program.row_lower)
        return bool(np.all(program.row_lower - np.asarray(sums) <= 1e-9 * size))

    return [
        Competitor(OURS, lambda: no.certify(program, primal, dual, 1e-9), lambda proof: proof.proved),
        Competitor("its products, extended precision", lambda: products(program, *extended), lambda p: kept(p.rows)),
        Competitor("A x", lambda: matrix @ primal, kept),
        Competitor("A x and A' y", lambda: (matrix @ primal, transposed @ dual), lambda both: kept(both[0])),
        Competitor("to rows (tocsr)", lambda: matrix.tocsr(), lambda rows: kept(rows @ primal)),
    ]


def _peak(program: no.LinearProgram, primal: np.ndarray, dual: np.ndarray) -> int:
    """Return the bytes a certificate takes at its peak, beside the program."""
    tracemalloc.start()
    try:
        no.certify(program, primal, dual, 1e-9)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def solved_program(seed: int, coefficients: int) -> tuple[no.LinearProgram, np.ndarray, np.ndarray]:
    """Return ``min c x, A x >= b, 0 <= x <= 100`` with a best point and multipliers that prove it, shape (n,) and (m,).

    Half of the rows bind and have a multiplier, half of the columns are positive; the others are slack. (Without the
    upper bounds nothing would be proved: reduced costs of zero, rounded, have the wrong sign on half of the columns.)
    """
    rng = np.random.default_rng(seed)
    columns = max(coefficients // _PER_COLUMN, 2)
    rows = max(columns // 2, 2)
    per_column = coefficients // columns
    places = rng.integers(rows, size=columns * per_column, dtype=np.int32)
    start = np.arange(columns + 1, dtype=np.int32) * per_column
    values = rng.lognormal(0.0, 2.0, len(places)) * rng.choice([-1.0, 1.0], len(places))
    matrix = sp.csc_array((values, places, start), shape=(rows, columns))
    matrix.sum_duplicates()
    binds, runs = rng.random(rows) < 0.5, rng.random(columns) < 0.5
    primal = np.where(runs, rng.uniform(0.5, 2.0, columns), 0.0)
    dual = np.where(binds, rng.uniform(0.5, 2.0, rows), 0.0)
    slack = np.where(binds, 0.0, rng.uniform(0.1, 1.0, rows))
    cost = matrix.T @ dual + np.where(runs, 0.0, rng.uniform(0.1, 1.0, columns))
    program = no.LinearProgram(
        sense="min",
        columns=(Block("activities", pd.RangeIndex(columns), 0),),
        rows=(Block("balance", pd.RangeIndex(rows), 0),),
        cost=cost,
        lower=np.zeros(columns),
        upper=np.full(columns, 100.0),
        integer=np.zeros(columns, dtype=bool),
        matrix=matrix,
        row_lower=matrix @ primal - slack,
        row_upper=np.full(rows, np.inf),
    )
    return program, primal, dual

"""The fixed point ``x = A x + d``: the 2021 paper's grid against scipy's ``spsolve``, and every method on webs.

The paper solved upper triangular systems with ``scipy.sparse.linalg.spsolve``: 500 to 50,000 industrial goods, 50 to
5,000 final ones, 200 profiles, 500 to 2,000 inputs each; 5.7 s for the largest on its author's machine. Its program
stores ``I - A`` by columns and lets SuperLU reorder them (COLAMD), which destroys the triangle; by rows, or told to
leave the order alone, SuperLU is far quicker, so all are raced. Beyond some 5e7 coefficients the SuperLU of scipy 1.17
counts past 32 bits, says that memory is short and ends the process: there scipy's ``spsolve_triangular`` stands in,
which has to be told that the system is triangular. The general form has the same numbers of goods and inputs and a
uniform pattern, scaled to spectral radius .8, with no triangle to be found.
"""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from natura_opt.generate.matrices import coefficient_matrix
from natura_opt.generate.samothrakis import samothrakis_system
from natura_opt.input_output.solve import METHODS, LeontiefSolution, leontief

from ..measuring import Competitor, Result, Row, race

TITLE = "x = A x + d: the 2021 paper's grid, triangular and general, and every method on three families"
OURS = "ours"
#: (industrial, final, profiles, inputs of a good) of the grid's corners.
_GRID = {
    "tiny": ((60, 20, 10, 15),),
    "small": ((500, 50, 200, 500), (5_000, 500, 200, 1_000)),
    "full": ((500, 50, 200, 500), (5_000, 500, 200, 1_000), (10_000, 1_000, 200, 2_000), (50_000, 5_000, 200, 2_000)),
}
#: (goods, inputs) of the families.
_WEBS = {"tiny": (150, 10), "small": (5_000, 50), "full": (40_000, 100)}
_FAMILIES = ("uniform", "zipf", "nearly-decomposable")
_RADII = (0.8, 0.95, 0.99)
#: Coefficients up to which scipy's SuperLU does not end the process.
_SUPERLU = 50_000_000
_DIRECT = ("lu", "block-triangular")
_REPEATS = {"tiny": 1, "small": 3, "full": 3}


def run(size: str) -> Result:
    """Race on every case; answers must agree to 1e-8 of the largest."""
    rows: list[Row] = []
    figures: dict[str, Any] = {}
    for corner in _GRID[size]:
        matrix, demand = samothrakis_system(*corner, seed=11)
        name = f"{sum(corner[:3]):,} goods x {corner[3]:,} inputs"
        rows += _named(f"triangular, {name}", _triangular(matrix, demand, size))
        figures[f"triangular, {name}: added memory, share of the matrix"] = _added(matrix, demand)
        matrix, demand = samothrakis_system(*corner, form="general", radius=0.8, seed=12)
        rows += _named(f"general, {name}", _general(matrix, demand, size))
        figures[f"general, {name}: added memory, share of the matrix"] = _added(matrix, demand)
        del matrix
    goods, inputs = _WEBS[size]
    for family in _FAMILIES:
        for radius in _RADII:
            matrix = coefficient_matrix(family, goods, inputs, radius=radius, seed=13)
            rng = np.random.default_rng(13)
            demand = rng.random(goods) * (rng.random(goods) < 0.3)
            for transpose in (False, True):
                found = _methods(matrix, demand, transpose, size)
                what = f"{family}, radius {radius:g}, {'prices' if transpose else 'quantities'}"
                figures[f"{what}: auto to the best method"] = found[0].figures["seconds to the best"]
                rows += _named(what, found)
    return Result("leontief", TITLE, size, rows[0].name, rows, figures)


def _named(what: str, rows: list[Row]) -> list[Row]:
    for row in rows:
        row.name = f"{what}: {row.name}"
    return rows


def _said(found: Any) -> dict[str, Any]:
    if not isinstance(found, LeontiefSolution):
        return {}
    return {"method": found.method, "passes": found.passes, "proven error": found.relative_bound}


def _answer(found: Any) -> np.ndarray:
    return np.asarray(found.x if isinstance(found, LeontiefSolution) else found)


def _same(ours: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.abs(ours - other).max() <= 1e-8 * np.abs(ours).max())


def _within_bounds(ours: LeontiefSolution, other: LeontiefSolution) -> bool:
    """Whether two proven answers are as near to each other as their proofs say, in the norm they are proved in."""
    apart, margins, prices = np.abs(ours.x - other.x), ours.witness.margins, ours.witness.prices
    if ours.norm == "weighted sum":
        share = margins @ apart / (margins @ np.abs(ours.x))
    else:
        share = (apart / prices).max() / (np.abs(ours.x) / prices).max()
    return bool(share <= 1.01 * (ours.relative_bound + other.relative_bound))


def _triangular(matrix: Any, demand: np.ndarray, size: str) -> list[Row]:
    by_rows = sp.csr_array(sp.eye_array(len(demand), format="csr") - matrix)
    ways = [Competitor(OURS, lambda: leontief(matrix, demand), _answer, figures=_said)]
    if matrix.nnz <= _SUPERLU:
        by_columns = sp.csc_array(by_rows)
        ways += [
            Competitor("spsolve, as published", lambda: spla.spsolve(by_columns, demand)),
            Competitor("spsolve, by rows", lambda: spla.spsolve(by_rows, demand)),
            Competitor("spsolve, not reordered", lambda: spla.spsolve(by_columns, demand, permc_spec="NATURAL")),
        ]
    ways.append(Competitor("spsolve_triangular", lambda: spla.spsolve_triangular(by_rows, demand, lower=False)))
    return race(ways, OURS, _same, repeats=_REPEATS[size], budget=10.0)


def _general(matrix: Any, demand: np.ndarray, size: str) -> list[Row]:
    system = spla.LinearOperator(matrix.shape, matvec=lambda x: x - matrix @ x, dtype=float)
    ways = [
        Competitor(OURS, lambda: leontief(matrix, demand), _answer, figures=_said),
        Competitor("scipy gmres, no bound", lambda: spla.gmres(system, demand, rtol=1e-10, atol=0.0)[0]),
    ]
    return race(ways, OURS, _same, repeats=_REPEATS[size], budget=10.0)


def _added(matrix: Any, demand: np.ndarray) -> float:
    """Return the most memory the solve takes beside the matrix, as a share of it (numpy's arrays, traced)."""
    tracemalloc.start()
    try:
        leontief(matrix, demand)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return float(peak / (matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes))


def _methods(matrix: Any, demand: np.ndarray, transpose: bool, size: str) -> list[Row]:
    """Race the methods; the slow ones run once, and a direct one only where it does not fill all memory."""
    known = [name for name in METHODS if name not in _DIRECT or len(demand) <= 1_000]
    rows = [Row(name) for name in ("auto", *known)]
    answers: list[LeontiefSolution] = []
    for row in rows:
        for _ in range(2 * _REPEATS[size]):
            then = time.perf_counter()
            found = leontief(matrix, demand, transpose=transpose, method=row.name)
            row.seconds.append(time.perf_counter() - then)
            if sum(row.seconds) > 2.0:
                break
        row.figures = {**_said(found), "proved": found.proved}
        answers.append(found)
    best = min(row.minimum or np.inf for row in rows if row.figures["proved"])
    for row, answer in zip(rows, answers, strict=True):
        row.figures["seconds to the best"] = (row.minimum or 0.0) / best
        row.same = _within_bounds(answers[0], answer) if row.figures["proved"] else None
        row.ratio = (row.median or 0.0) / (rows[0].median or 1.0)
        row.ratio_of_minima = (row.minimum or 0.0) / (rows[0].minimum or 1.0)
    return rows

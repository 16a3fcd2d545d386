"""Whether two models are the same, whatever the order of their rows and columns and the signs they are written with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True, eq=False)
class Figures:
    """What any order of rows and columns, and any sign of a row, leaves as it is.

    Attributes
    ----------
    shape, nnz : size.
    rows : per row: entries, |sum|, sum of sizes and of squares, size of the finite side; sorted.
    columns : per column: entries, sum of sizes and of squares, |cost|, finite bounds; sorted.
    objective : the best value, where it was solved for.
    """

    shape: tuple[int, int]
    nnz: int
    rows: np.ndarray
    columns: np.ndarray
    objective: float | None = None


def figures_of(highs: Any, solve: bool) -> Figures:
    """Return the figures of the model HiGHS holds; with ``solve``, also its best value (positive)."""
    lp = highs.getLp()
    shape = (lp.num_row_, lp.num_col_)
    triplet = (np.array(lp.a_matrix_.value_), np.array(lp.a_matrix_.index_), np.array(lp.a_matrix_.start_))
    rowwise = "kRowwise" in str(lp.a_matrix_.format_)
    matrix = sp.csr_array((sp.csr_array if rowwise else sp.csc_array)(triplet, shape=shape))
    matrix.eliminate_zeros()
    sizes, squares = abs(matrix), matrix.multiply(matrix)
    filled = sp.csr_array(matrix != 0).astype(float)
    side = _finite(lp.row_lower_) + _finite(lp.row_upper_)
    bounds = [np.isfinite(np.clip(np.array(b), -1e20, 1e20)) * _finite(b) for b in (lp.col_lower_, lp.col_upper_)]
    rows = (filled.sum(axis=1), np.abs(matrix.sum(axis=1)), sizes.sum(axis=1), squares.sum(axis=1), np.abs(side))
    columns = (filled.sum(axis=0), sizes.sum(axis=0), squares.sum(axis=0), np.abs(np.array(lp.col_cost_)), *bounds)
    objective = None
    if solve:
        highs.setOptionValue("output_flag", False)
        highs.run()
        objective = abs(float(highs.getInfo().objective_function_value))
    return Figures(shape, matrix.nnz, _sorted(rows), _sorted(columns), objective)


def same_model(ours: Figures, theirs: Figures) -> bool:
    """Whether two models agree in size, in every row and column, and in the best value."""
    if ours.shape != theirs.shape or ours.nnz != theirs.nnz:
        return False
    close = np.allclose(ours.rows, theirs.rows, rtol=1e-9, atol=1e-9)
    close = close and np.allclose(ours.columns, theirs.columns, rtol=1e-9, atol=1e-9)
    if ours.objective is not None and theirs.objective is not None:
        close = close and bool(np.isclose(ours.objective, theirs.objective, rtol=1e-6, atol=0.0))
    return bool(close)


def _finite(values: Any) -> np.ndarray:
    found = np.array(values, dtype=float)
    return np.where(np.abs(found) < 1e20, found, 0.0)


def _sorted(keys: tuple[Any, ...]) -> np.ndarray:
    """Sort rows of keys by all of them, rounded so that the order of a sum does not decide."""
    table = np.column_stack([np.asarray(key, dtype=float).ravel() for key in keys])
    scale = np.maximum(np.abs(table).max(axis=0, initial=0.0), 1e-300)
    order = np.lexsort(np.round(table / scale, 11).T[::-1])
    return table[order]

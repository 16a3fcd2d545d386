"""How the spellings read the tables: over periods for matrices, by name for Pyomo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..economy.table import Matrix


def over_periods(count: int, constant: bool, at: Callable[[int], Any]) -> Any:
    """Return the block-diagonal matrix of one matrix per period; built once where it is the same in every period."""
    if count == 1:
        return at(0)
    if constant:
        return sp.kron(sp.eye_array(count), at(0), format="coo")
    return sp.block_diag([at(t) for t in range(count)], format="coo")


def column(values: Floats) -> Any:
    """Return a vector as a sparse matrix of one column."""
    return sp.coo_array(values.reshape(-1, 1))


def by_period(count: int, at: Callable[[int], Floats]) -> Floats:
    """Return the vectors of all periods, one after another."""
    return np.concatenate([at(t) for t in range(count)])


def pyomo_names(index: pd.Index) -> list[Any]:
    """Return labels as Pyomo sets take them: a pair such as (region, good) becomes the string ``region|good``."""
    return ["|".join(map(str, label)) if isinstance(label, tuple) else label for label in index]


def by_row(matrix: Matrix, rows: list[Any], columns: list[Any]) -> dict[Any, list[tuple[Any, float]]]:
    """Return the coefficients of each row as (column name, value)."""
    matrix = sp.csr_array(matrix)
    bounds, places, values = matrix.indptr, matrix.indices, matrix.data
    return {
        row: [(columns[places[k]], float(values[k])) for k in range(bounds[r], bounds[r + 1])]
        for r, row in enumerate(rows)
    }


def entries(matrix: Matrix, rows: list[Any], columns: list[Any]) -> dict[tuple[Any, Any], float]:
    """Return the coefficients of a matrix by (row name, column name)."""
    return {(row, name): value for row, terms in by_row(matrix, rows, columns).items() for name, value in terms}

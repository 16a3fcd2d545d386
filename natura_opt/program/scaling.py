"""Scaling: rows and columns by powers of two, so that undoing it is exact.

Plans in natural units mix 1e-7 and 1e7; HiGHS on such numbers calls wrong plans optimal. Geometric-mean scaling in
log2, rounded to powers of two, brings the coefficients near one; cost and right-hand side get a factor each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from .linear import LinearProgram

_SWEEPS = 20
#: Factors beyond this power of two would overflow, or lose digits below the least double.
_LARGEST_POWER = 400.0


@dataclass(frozen=True, eq=False)
class Scaled:
    """A program in scaled form, always to be minimised, and the factors that undo it.

    With ``x = column * x~ / rhs_scale`` and ``y = sign * row * y~ / objective_scale``: the matrix is ``row A column``,
    sides are ``rhs_scale * row * side``, costs ``sign * objective_scale * cost * column``. All factors are powers of
    two.

    Attributes
    ----------
    program : the scaled program.
    row, column : factors of rows and columns, shape (m,) and (n,).
    rhs_scale : the factor of right-hand sides and bounds.
    objective_scale : the factor of costs.
    sign : 1 of a program that is minimised, -1 of one that is maximised.
    """

    program: LinearProgram
    row: Floats
    column: Floats
    rhs_scale: float
    objective_scale: float
    sign: float

    def primal(self, scaled: Floats) -> Floats:
        """Return column values in the user's units."""
        return scaled * self.column / self.rhs_scale

    def dual(self, scaled: Floats) -> Floats:
        """Return row duals, ∂objective/∂side, in the user's units and sense."""
        return self.sign * scaled * self.row / self.objective_scale


def scale(program: LinearProgram) -> Scaled:
    """Return the program scaled: rows, and the columns that need not be whole; sides and costs."""
    return scaled_by(program, *geometric_factors(program.matrix, program.integer))


def scaled_by(
    program: LinearProgram,
    row: Floats,
    column: Floats,
    rhs_scale: float | None = None,
    objective_scale: float | None = None,
) -> Scaled:
    """Return the program scaled by these factors of rows, columns, sides and costs.

    Parameters
    ----------
    row, column : shape (m,) and (n,), powers of two; a column of whole numbers has one.
    rhs_scale, objective_scale : powers of two; those that bring typical sides and costs near one, where they are not
        given.
    """
    matrix = sp.csc_array(program.matrix, copy=True)
    matrix.data *= row[matrix.indices] * np.repeat(column, np.diff(matrix.indptr))
    sign = -1.0 if program.sense == "max" else 1.0
    cost = sign * program.cost * column
    lower, upper = program.lower / column, program.upper / column
    row_lower, row_upper = program.row_lower * row, program.row_upper * row
    if rhs_scale is None:
        rhs_scale = 1.0 if program.integer.any() else to_unit(row_lower, row_upper, lower, upper)
    objective_scale = to_unit(cost) if objective_scale is None else objective_scale
    scaled = replace(
        program,
        sense="min",
        cost=cost * objective_scale,
        lower=lower * rhs_scale,
        upper=upper * rhs_scale,
        matrix=matrix,
        row_lower=row_lower * rhs_scale,
        row_upper=row_upper * rhs_scale,
        offset=0.0,
    )
    return Scaled(scaled, row, column, rhs_scale, objective_scale, sign)


def geometric_factors(matrix: sp.csc_array, unscaled: npt.NDArray[np.bool_] | None = None) -> tuple[Floats, Floats]:
    """Return row and column factors, powers of two, that bring the geometric means of rows and columns near one.

    Alternating sweeps over the logarithms: each row, then each column, is divided by the geometric mean of its entries.

    Parameters
    ----------
    unscaled : columns that stay as they are (whole numbers must), shape (n,).
    """
    rows, columns = matrix.shape
    places = (matrix.indices, matrix.indptr)
    logs = sp.csc_array((np.log2(np.abs(matrix.data)), *places), shape=matrix.shape)
    filled = sp.csc_array((np.ones(matrix.nnz), *places), shape=matrix.shape)
    by_column = filled.T  # a view: the same arrays, read by rows
    of_rows, of_columns = logs @ np.ones(columns), logs.T @ np.ones(rows)  # the same in every sweep
    in_row = np.maximum(np.bincount(matrix.indices, minlength=rows), 1)
    in_column = np.maximum(np.diff(matrix.indptr), 1)
    row, column = np.zeros(rows), np.zeros(columns)
    for _ in range(_SWEEPS):
        row = -(of_rows + filled @ column) / in_row
        column = -(of_columns + by_column @ row) / in_column
        if unscaled is not None:
            column[unscaled] = 0.0
    return _power(row), _power(column)


def factors_of_new(
    matrix: sp.csc_array, row: Floats, column: Floats, unscaled: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return factors of rows and columns of which some are new: the geometric means of these come near one, beside the
    factors of the others as they are.

    Parameters
    ----------
    row, column : shape (m,) and (n,), NaN for the new ones.
    unscaled : columns that stay as they are (whole numbers must), shape (n,).
    """
    new_row, new_column = np.isnan(row), np.isnan(column)
    rows, columns = matrix.indices, np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    counts = new_row[rows] | new_column[columns]
    rows, columns, logs = rows[counts], columns[counts], np.log2(np.abs(matrix.data[counts]))
    r, c = np.where(new_row, 0.0, np.log2(row)), np.where(new_column, 0.0, np.log2(column))
    in_row = np.maximum(np.bincount(rows, minlength=len(row)), 1)
    in_column = np.maximum(np.bincount(columns, minlength=len(column)), 1)
    free = new_column & ~unscaled
    for _ in range(_SWEEPS if free.any() and new_row.any() else 1):
        c = np.where(free, -np.bincount(columns, logs + r[rows], len(c)) / in_column, c)
        r = np.where(new_row, -np.bincount(rows, logs + c[columns], len(r)) / in_row, r)
    return np.where(new_row, _power(r), row), np.where(new_column, _power(c), column)


def _power(logs: Floats) -> Floats:
    """Return powers of two, within what doubles can be multiplied by and divided by again."""
    return np.exp2(np.clip(np.round(logs), -_LARGEST_POWER, _LARGEST_POWER))


def to_unit(*values: Floats) -> float:
    """Return the power of two that brings the typical (median) non-zero finite value near one.

    A limit that is as good as none (1e100) would spoil a mean.
    """
    given = np.concatenate(values)
    sizes = np.abs(given[np.isfinite(given) & (given != 0)])
    return float(_power(-np.median(np.log2(sizes)))) if len(sizes) else 1.0

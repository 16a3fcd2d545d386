"""A basis: which columns and rows are solved for, and on which bound or side the others stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import flint
import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...base.arrays import Floats
from ...program.linear import LinearProgram
from .whole import odd_parts

Statuses = npt.NDArray[np.int8]
#: Rank modulo this prime is at most the rank; singular modulo it by chance once in 2 ** 60.
_PRIME = 2**61 - 1


class At(IntEnum):
    """Where a column's value, or a row's sum, stands."""

    BASIC = 0
    LOWER = 1
    UPPER = 2
    FREE = 3


@dataclass(frozen=True, eq=False)
class Basis:
    """The status (:class:`At`) of each column and each row.

    Attributes
    ----------
    columns : shape (n,). rows : shape (m,); a row that is basic is not held to either side.
    """

    columns: Statuses
    rows: Statuses

    @classmethod
    def from_highs(cls, basis: Any) -> Basis | None:
        """Return HiGHS's basis; None where it has none.

        Parameters
        ----------
        basis : from :meth:`natura_opt.backends.highs.HighsSession.basis`, of a program of the same shape.
        """
        if not basis.valid:
            return None
        statuses = {
            highspy.HighsBasisStatus.kBasic: At.BASIC,
            highspy.HighsBasisStatus.kLower: At.LOWER,
            highspy.HighsBasisStatus.kUpper: At.UPPER,
            highspy.HighsBasisStatus.kZero: At.FREE,
            highspy.HighsBasisStatus.kNonbasic: At.LOWER,
        }
        return cls(
            *(np.array([statuses[s] for s in side], dtype=np.int8) for side in (basis.col_status, basis.row_status))
        )

    def to_highs(self) -> Any:
        """Return the basis as HiGHS's own."""
        names = {
            At.BASIC: highspy.HighsBasisStatus.kBasic,
            At.LOWER: highspy.HighsBasisStatus.kLower,
            At.UPPER: highspy.HighsBasisStatus.kUpper,
            At.FREE: highspy.HighsBasisStatus.kZero,
        }
        basis = highspy.HighsBasis()
        basis.col_status = [names[At(status)] for status in self.columns]
        basis.row_status = [names[At(status)] for status in self.rows]
        basis.valid = True
        return basis

    def of_sides(self, rows: int) -> Basis:
        """Return the basis of a program from that of the program written ``A x - s = 0``."""
        columns = len(self.columns) - rows
        return Basis(self.columns[:columns], self.columns[columns:])

    @classmethod
    def slack(cls, program: LinearProgram) -> Basis:
        """Return the basis of all rows: every column on a bound."""
        return cls(
            resting(program.lower, program.upper, np.zeros(len(program.lower))),
            np.full(program.shape[0], At.BASIC, dtype=np.int8),
        )

    @classmethod
    def from_point(cls, program: LinearProgram, primal: Floats, dual: Floats) -> Basis:
        """Choose a basis near a point: columns well between their bounds, and rows that have a multiplier or no slack.

        Parameters
        ----------
        primal, dual : column values and row multipliers in the units of the program.
        """
        values = np.clip(primal, program.lower, program.upper)
        sums = program.matrix @ values
        room = np.minimum(values - program.lower, program.upper - values)
        slack = np.minimum(sums - program.row_lower, program.row_upper - sums)
        size = abs(program.matrix) @ np.abs(values)
        inside = room > 1e-9 * np.maximum(np.abs(values), 1e-9 * np.abs(values).max(initial=0.0))
        tight = (slack <= 1e-7 * size) | (dual != 0)
        relative_room = np.where(inside, room / np.maximum(np.abs(values), 1e-300), -1.0)
        columns = np.where(inside, At.BASIC, resting(program.lower, program.upper, values)).astype(np.int8)
        rows = np.where(tight, resting(program.row_lower, program.row_upper, sums), At.BASIC).astype(np.int8)
        order = np.argsort(-np.where(np.isfinite(relative_room), relative_room, np.inf), kind="stable")
        return cls(columns, rows).repaired(program, order, np.argsort(-np.abs(dual), kind="stable"))

    def repaired(
        self,
        program: LinearProgram,
        column_order: npt.NDArray[np.int64] | None = None,
        row_order: npt.NDArray[np.int64] | None = None,
    ) -> Basis:
        """Return a basis whose columns do not depend on each other: those that do rest on a bound, and rows step in.

        Parameters
        ----------
        column_order, row_order : which to keep first, where some must go.
        """
        columns = np.arange(len(self.columns)) if column_order is None else column_order
        rows = np.arange(len(self.rows)) if row_order is None else row_order
        columns, rows = columns[self.columns[columns] == At.BASIC], rows[self.rows[rows] != At.BASIC]
        part = program.matrix[:, columns][rows, :]
        independent_columns = columns[_independent(part)]
        independent_rows = rows[_independent(program.matrix[:, independent_columns][rows, :].T)]
        at_column, at_row = self.columns.copy(), self.rows.copy()
        out = np.setdiff1d(columns, independent_columns)
        at_column[out] = resting(program.lower, program.upper, np.zeros(len(program.lower)))[out]
        at_row[np.setdiff1d(rows, independent_rows)] = At.BASIC
        return Basis(at_column, at_row)


def resting(lower: Floats, upper: Floats, values: Floats) -> Statuses:
    """Return on which bound each value rests: the nearer one of those there are."""
    nearer = np.where(np.abs(values - lower) <= np.abs(upper - values), At.LOWER, At.UPPER)
    one = np.where(np.isfinite(lower), At.LOWER, np.where(np.isfinite(upper), At.UPPER, At.FREE))
    return np.where(np.isfinite(lower) & np.isfinite(upper), nearer, one).astype(np.int8)


def _independent(part: sp.csc_array) -> npt.NDArray[np.int64]:
    """Return columns that do not depend on each other, as many as there can be, mostly the first ones.

    An entry alone in its row or column needs no arithmetic; what is left over is reduced modulo a prime (independent
    there, so surely independent).
    """
    singles, rows, columns = _alone(sp.csc_array(part))
    core = sp.coo_array(sp.csc_array(part)[:, columns][rows, :])
    height, width = core.shape
    if not height or not width:
        return np.sort(singles)
    odd, exponents = odd_parts(core.data)
    dense = [0] * (height * width)
    places = core.row.astype(np.int64) * width + core.col
    for place, value, exponent in zip(places, odd, exponents, strict=True):
        dense[int(place)] = int(value) * pow(2, int(exponent), _PRIME) % _PRIME
    reduced, rank = flint.nmod_mat(height, width, dense, _PRIME).rref()
    leading = np.zeros(rank, dtype=np.int64)
    column = 0
    for row in range(rank):
        while not int(reduced[row, column]):
            column += 1
        leading[row] = column
    return np.sort(np.concatenate([singles, columns[leading]]))


def _alone(part: sp.csc_array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Take out, again and again, entries alone in their row or column; return their columns, and rows and columns left.

    A column alone in some row depends on no other; one that has a single row stands for that row, whatever the
    others have in it.
    """
    by_row = sp.csr_array(part)
    in_row, in_column = np.diff(by_row.indptr), np.diff(part.indptr)
    row_open, column_open = np.ones(len(in_row), dtype=bool), np.ones(len(in_column), dtype=bool)
    singles: list[int] = []
    waiting = [(True, int(j)) for j in np.flatnonzero(in_column == 1)[::-1]]
    waiting += [(False, int(i)) for i in np.flatnonzero(in_row == 1)]
    while waiting:
        is_column, at = waiting.pop()
        is_open, counts = (column_open, in_column) if is_column else (row_open, in_row)
        if not is_open[at] or counts[at] != 1:
            continue
        if is_column:
            row, column = next(int(i) for i in part.indices[part.indptr[at] : part.indptr[at + 1]] if row_open[i]), at
        else:
            span = by_row.indices[by_row.indptr[at] : by_row.indptr[at + 1]]
            row, column = at, next(int(j) for j in span if column_open[j])
        singles.append(column)
        row_open[row] = column_open[column] = False
        for i in part.indices[part.indptr[column] : part.indptr[column + 1]]:
            in_row[i] -= 1
            if in_row[i] == 1 and row_open[i]:
                waiting.append((False, int(i)))
        for j in by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]:
            in_column[j] -= 1
            if in_column[j] == 1 and column_open[j]:
                waiting.append((True, int(j)))
    left = np.flatnonzero(row_open), np.flatnonzero(column_open)
    return np.array(singles, dtype=np.int64), left[0].astype(np.int64), left[1].astype(np.int64)

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

from ..program import Floats, LinearProgram
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
        known = {
            highspy.HighsBasisStatus.kBasic: At.BASIC,
            highspy.HighsBasisStatus.kLower: At.LOWER,
            highspy.HighsBasisStatus.kUpper: At.UPPER,
            highspy.HighsBasisStatus.kZero: At.FREE,
            highspy.HighsBasisStatus.kNonbasic: At.LOWER,
        }
        return cls(
            *(np.array([known[s] for s in side], dtype=np.int8) for side in (basis.col_status, basis.row_status))
        )

    def to_highs(self) -> Any:
        """Return the basis as HiGHS's own."""
        names = {
            At.BASIC: highspy.HighsBasisStatus.kBasic,
            At.LOWER: highspy.HighsBasisStatus.kLower,
            At.UPPER: highspy.HighsBasisStatus.kUpper,
            At.FREE: highspy.HighsBasisStatus.kZero,
        }
        made = highspy.HighsBasis()
        made.col_status = [names[At(status)] for status in self.columns]
        made.row_status = [names[At(status)] for status in self.rows]
        made.valid = True
        return made

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
        worth = np.where(inside, room / np.maximum(np.abs(values), 1e-300), -1.0)
        columns = np.where(inside, At.BASIC, resting(program.lower, program.upper, values)).astype(np.int8)
        rows = np.where(tight, resting(program.row_lower, program.row_upper, sums), At.BASIC).astype(np.int8)
        order = np.argsort(-np.where(np.isfinite(worth), worth, np.inf), kind="stable")
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
        kept_columns = columns[_independent(part)]
        kept_rows = rows[_independent(program.matrix[:, kept_columns][rows, :].T)]
        at_column, at_row = self.columns.copy(), self.rows.copy()
        out = np.setdiff1d(columns, kept_columns)
        at_column[out] = resting(program.lower, program.upper, np.zeros(len(program.lower)))[out]
        at_row[np.setdiff1d(rows, kept_rows)] = At.BASIC
        return Basis(at_column, at_row)


def resting(lower: Floats, upper: Floats, values: Floats) -> Statuses:
    """Return on which bound each value rests: the nearer one of those there are."""
    nearer = np.where(np.abs(values - lower) <= np.abs(upper - values), At.LOWER, At.UPPER)
    one = np.where(np.isfinite(lower), At.LOWER, np.where(np.isfinite(upper), At.UPPER, At.FREE))
    return np.where(np.isfinite(lower) & np.isfinite(upper), nearer, one).astype(np.int8)


def _independent(part: sp.csc_array) -> npt.NDArray[np.int64]:
    """Return the first columns that do not depend on those before them (modulo a prime, so surely independent)."""
    rows, columns = part.shape
    if not rows or not columns:
        return np.zeros(0, dtype=np.int64)
    entries = sp.coo_array(part)
    odd, exponents = odd_parts(entries.data)
    dense = [0] * (rows * columns)
    places = entries.row.astype(np.int64) * columns + entries.col
    for place, value, exponent in zip(places, odd, exponents, strict=True):
        dense[int(place)] = int(value) * pow(2, int(exponent), _PRIME) % _PRIME
    reduced, rank = flint.nmod_mat(rows, columns, dense, _PRIME).rref()
    leading = np.zeros(rank, dtype=np.int64)
    column = 0
    for row in range(rank):
        while not int(reduced[row, column]):
            column += 1
        leading[row] = column
    return leading

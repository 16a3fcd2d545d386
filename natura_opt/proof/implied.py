"""Bounds that rows put on columns which have none of their own.

A row ``sum_j a_j x_j <= b`` with ``a_k > 0`` bounds ``x_k`` from above, and one with ``a_k < 0`` from below, once every
other term is bounded from below; bounds found so let other rows bound more. Every quotient is rounded away from what it
bounds, by what its sum may have lost: an implied bound holds for every plan, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..program.canonical import Piece
from ..program.pieces import is_light, small_pieces_of
from ..program.protocol import Positions, Program

#: How often bounds implied by rows are passed on to other rows.
_PROPAGATIONS = 100
#: Twice the unit roundoff of doubles, with room for the bounds' own rounding.
_SLIP = 2.5e-16

#: Terms of rows that are at most something: row, column and coefficient of each.
Terms = tuple[Positions, Positions, Floats]
#: The least of each term, and whether its column is without a bound that its row could imply.
_LeastTerms = tuple[Floats, npt.NDArray[np.bool_]]


def implied_bounds(program: Program, incumbent: float = np.inf) -> tuple[Floats, Floats]:
    """Return bounds, lower and upper, shape (n,) each: the columns' own, and implied ones where there is none.

    Parameters
    ----------
    incumbent : a value of the objective (without the offset): the bounds hold for all plans no worse than that;
        infinite where all plans count.
    """
    rows = _AtMost.of(program, incumbent)
    every: Iterable[Terms] = [rows.joined()] if is_light(program) else rows
    lower, upper = program.lower.copy(), program.upper.copy()
    counts = rows.counts(every)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_PROPAGATIONS):
            least = rows.least(every, lower, upper)
            if not least.wanted:
                break
            implied = rows.implied(every, lower, upper, counts, least)
            if implied is None:
                break
            lower, upper = implied
    return lower, upper


@dataclass(frozen=True, eq=False)
class _Least:
    """The least that the terms of each row can come to, and whether some column is still without the bound it lacks.

    Attributes
    ----------
    sums, sizes : of the terms that are bounded, shape (rows,). opened : how many terms are not, shape (rows,).
    terms : the least of each term, where terms are held anyway (see :func:`_least_terms`).
    """

    sums: Floats
    sizes: Floats
    opened: Floats
    wanted: bool
    terms: list[_LeastTerms]


@dataclass(frozen=True, eq=False)
class _AtMost:
    """Every side of a program as ``sum_j a_j x_j <= b``: its upper sides, its lower sides, the objective.

    Attributes
    ----------
    cost : of the objective, which is to be at most its own side. sides : b, shape (2 m + 1,).
    """

    program: Program
    cost: Floats
    sides: Floats

    @classmethod
    def of(cls, program: Program, incumbent: float) -> _AtMost:
        sign = -1.0 if program.sense == "max" else 1.0
        reached = sign * incumbent if np.isfinite(incumbent) else np.inf
        return cls(program, sign * program.cost, np.concatenate([program.row_upper, -program.row_lower, [reached]]))

    def __iter__(self) -> Iterator[Terms]:
        return self.terms()

    def terms(self) -> Iterator[Terms]:
        """Return the terms of rows that have a side, piece by piece, the objective's last."""
        height, width = self.program.shape
        for piece in small_pieces_of(self.program):
            yield self._with_side(*_both_ways(piece, height))
        columns = np.arange(width)
        yield self._with_side(np.full(width, len(self.sides) - 1), columns, self.cost)

    def joined(self) -> Terms:
        """Return all terms at once."""
        rows, columns, values = zip(*self.terms(), strict=True)
        return np.concatenate(rows), np.concatenate(columns), np.concatenate(values)

    def _with_side(self, row: Positions, column: Positions, value: Floats) -> Terms:
        limited = np.isfinite(self.sides[row]) & (value != 0)
        return row[limited], column[limited], value[limited]

    def counts(self, every: Iterable[Terms]) -> npt.NDArray[np.int64]:
        """Return how many roundings the sum of each row may have, shape (rows,)."""
        counts = np.full(len(self.sides), 4, dtype=np.int64)
        for row, _, _ in every:
            counts += np.bincount(row, minlength=len(counts))
        return counts

    def least(self, every: Iterable[Terms], lower: Floats, upper: Floats) -> _Least:
        """Return the least that each row can come to within bounds."""
        sums, sizes, opened = (np.zeros(len(self.sides)) for _ in range(3))
        wanted, terms = False, []
        for row, column, value in every:
            least, missing = _least_terms(column, value, lower, upper)
            if isinstance(every, list):
                terms.append((least, missing))
            wanted |= bool(missing.any())
            open_terms = ~np.isfinite(least)
            finite = np.where(open_terms, 0.0, least)
            for into, weights in ((opened, open_terms), (sums, finite), (sizes, np.abs(finite))):
                into += np.bincount(row, weights=weights, minlength=len(into))
        return _Least(sums, sizes, opened, wanted, terms)

    def implied(
        self, every: Iterable[Terms], lower: Floats, upper: Floats, counts: npt.NDArray[np.int64], least: _Least
    ) -> tuple[Floats, Floats] | None:
        """Return the bounds with those that single rows imply where there was none; None where no row implies any."""
        below, above, some = lower.copy(), upper.copy(), False
        for k, (row, column, value) in enumerate(every):
            terms, missing = least.terms[k] if least.terms else _least_terms(column, value, lower, upper)
            open_terms = ~np.isfinite(terms)
            usable = missing & (least.opened[row] == open_terms)  # nothing is open, or only the column's own term
            at, column_at, value_at = row[usable], column[usable], value[usable]
            own = np.where(open_terms, 0.0, terms)[usable]
            slip = counts[at] * _SLIP * (least.sizes[at] + np.abs(self.sides[at])) + 1e-300
            bounds = (self.sides[at] - (least.sums[at] - own) + slip) / value_at
            bounds += np.sign(value_at) * (np.abs(bounds) * 4 * _SLIP + 5e-324)
            sound, up = np.isfinite(bounds), value_at > 0
            np.minimum.at(above, column_at[sound & up], bounds[sound & up])
            np.maximum.at(below, column_at[sound & ~up], bounds[sound & ~up])
            some |= bool(sound.any())
        return (below, above) if some else None


def _both_ways(piece: Piece, height: int) -> Terms:
    """Return a piece's terms twice: of rows that are at most their upper sides, and negated, minus their lower."""
    entries = sp.coo_array(sp.csr_array(piece.matrix))
    row, column = entries.row.astype(np.intp) + piece.rows.start, entries.col.astype(np.intp) + piece.columns.start
    return np.concatenate([row, row + height]), np.tile(column, 2), np.concatenate([entries.data, -entries.data])


def _least_terms(column: Positions, value: Floats, lower: Floats, upper: Floats) -> _LeastTerms:
    """Return the least of each term within bounds, and whether its column lacks the bound that its row could imply."""
    rising = value > 0
    least = value * np.where(rising, lower[column], upper[column])
    return least, np.where(rising, np.isposinf(upper)[column], np.isneginf(lower)[column])

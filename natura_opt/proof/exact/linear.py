"""Square sparse systems over the rationals: enclosed by lifting as closely as a sign needs, or solved outright.

A system ``N x = b`` of doubles is solved by the digits (Wan, "An algorithm to solve integer linear systems exactly
using numerical methods", 2006): an LU factorisation in doubles gives some forty bits of the solution, the residual is
formed in whole numbers, magnified, and gives the next forty. A rigorous bound on the inverse turns the residual into
a bound on the error. What remains within that bound of zero *is* zero once the bound is smaller than one over the
determinant's denominator (Cramer's rule, Hadamard's bound); so most signs cost a few steps, and every sign is
decided in the end. Where doubles cannot factorise, FLINT solves the system modulo a prime and lifts from there
(Dixon).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

import flint
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse import csgraph
from scipy.sparse.linalg import splu

from ...base.arrays import Floats
from .budget import Budget
from .lifting import DoublesFailError, Lifted, Solution
from .whole import WholeMatrix, WholeRows, Wholes, low_exponent, odd_parts, power, wholes

Positions = npt.NDArray[np.int64]
#: Systems this small are solved outright.
SMALL = 24
#: Bits after the point that a solution may take to count as short.
_SHORT = 1_000
#: Above this many rows FLINT's dense solution takes minutes; its seconds per row to the third power, as measured.
_DENSE = 1_000
_DENSE_SECONDS = 2.5e-8
_CHUNK = 256
_EPS = float(np.finfo(np.float64).eps)


class SingularError(Exception):
    """The columns of a basis depend on each other."""


class TooLargeError(Exception):
    """The system is too ill-conditioned for doubles and too large for dense rational arithmetic."""


class Nucleus:
    """A square part of a matrix, to be solved with both ways.

    Parameters
    ----------
    rows, columns : positions of the part in the matrix; the part has shape (k, k).
    """

    def __init__(self, matrix: WholeMatrix, rows: Positions, columns: Positions, budget: Budget) -> None:
        self.size, self._budget = len(rows), budget
        self._matrix, self._rows, self._columns = matrix, rows, columns
        self._outright = self.size <= SMALL

    def solve(self, side: Wholes, exponent: int, transposed: bool = False) -> Solution:
        """Solve ``N x = side * 2 ** exponent`` (or ``N' x``).

        Raises
        ------
        SingularError : there is no unique solution.
        """
        if self.size == 0:
            return Solution(wholes(()), 1)
        if not self._outright:
            try:
                return self._lifted(side, exponent, transposed)
            except DoublesFailError:
                self._outright = True
        return self._solved(side, exponent, transposed)

    def _product(
        self, terms: Wholes, terms_exponent: int, side: Wholes, exponent: int, transposed: bool
    ) -> Fraction | None:
        """Return terms times the solution for a side, where the transposed system tells it in short numbers.

        ``f N^-1 b`` is ``b`` times the solution of ``N' z = f``, which often has few and short numbers where that for
        ``b`` has many and long ones. None where it has not.
        """
        rational = self.solve(terms, terms_exponent, not transposed).simple(_SHORT)
        return None if rational is None else Fraction(int((rational[0] * side).sum()), rational[1]) * power(exponent)

    def _lifted(self, side: Wholes, exponent: int, transposed: bool) -> Solution:
        factors, norms = self._factors
        reached = self._reached(side, transposed)

        def in_doubles(residual: Floats) -> Floats:
            return np.where(reached, factors.solve(residual, "T" if transposed else "N"), 0.0)  # type: ignore[call-overload]

        return Lifted(
            self._by_columns if transposed else self._by_rows,
            side,
            exponent,
            in_doubles,
            norms[1 if transposed else 0],
            reached,
            lambda: self._denominators(side, exponent, transposed, reached),
            lambda terms, at: self._product(terms, at, side, exponent, transposed),
            lambda: self._solved(side, exponent, transposed),
            self._budget,
        )

    @cached_property
    def _doubles(self) -> sp.csc_array:
        return sp.csc_array(self._matrix.doubles[:, self._columns][self._rows, :])

    @cached_property
    def _by_rows(self) -> WholeRows:
        return self._matrix.cut(self._rows, self._columns)

    @cached_property
    def _by_columns(self) -> WholeRows:
        return self._matrix.cut(self._rows, self._columns, by_columns=True)

    @cached_property
    def _factors(self) -> tuple[sp.linalg.SuperLU, tuple[float, float]]:
        """LU factors in doubles, and rigorous bounds on the largest row and column sum of the inverse.

        With ``R`` an approximate inverse, row by row, and ``E = I - R N`` smaller than one in norm, ``N`` has an
        inverse and its norm is at most that of ``R`` divided by ``1 - |E|``.
        """
        try:
            factors = splu(self._doubles)
        except RuntimeError:
            raise DoublesFailError from None
        k = self.size
        matrix, sizes = self._doubles.T.tocsr(), abs(self._doubles).T.tocsr()
        terms = float(np.diff(self._doubles.indptr).max()) + 3.0
        rounding = terms * _EPS
        row_sums, row_errors = 0.0, 0.0
        column_sums, column_errors = np.zeros(k), np.zeros(k)
        for start in range(0, k, _CHUNK):
            self._budget.check()
            unit = np.zeros((k, min(_CHUNK, k - start)))
            unit[np.arange(start, start + unit.shape[1]), np.arange(unit.shape[1])] = 1.0
            inverse = factors.solve(unit, "T")  # type: ignore[call-overload]
            if not np.isfinite(inverse).all():
                raise DoublesFailError
            size = np.abs(inverse)
            error = np.abs(matrix @ inverse - unit) + rounding * (sizes @ size + unit)
            row_sums = max(row_sums, float(size.sum(axis=0).max()))
            row_errors = max(row_errors, float(error.sum(axis=0).max()))
            column_sums += size.sum(axis=1)
            column_errors += error.sum(axis=1)
        worst = max(row_errors, float(column_errors.max()))
        if not worst < 0.5:
            raise DoublesFailError
        # sums of k doubles round by less than k eps; 1.01 and 0.51 are generous for any k that fits in memory
        norms = tuple(1.01 * value / (1.0 - 1.01 * worst) for value in (row_sums, float(column_sums.max())))
        if not all(np.isfinite(norms)):
            raise DoublesFailError
        return factors, (norms[0], norms[1])

    @cached_property
    def _graph(self) -> tuple[sp.csr_array, Positions]:
        """Return which unknown stands in the row that each other unknown is matched to, and the matching by rows."""
        matched = csgraph.maximum_bipartite_matching(sp.csr_array(self._doubles), perm_type="column").astype(np.int64)
        if (matched < 0).any():
            raise SingularError
        entries = sp.coo_array(self._doubles)
        ones = np.ones(entries.nnz, dtype=np.int8)
        return sp.csr_array((ones, (entries.col, matched[entries.row])), shape=self._doubles.shape), matched

    def _reached(self, side: Wholes, transposed: bool) -> npt.NDArray[np.bool_]:
        """Return the unknowns that are not zero by structure: those reached from a right-hand side that is not zero."""
        graph, matched = self._graph
        filled = np.flatnonzero(side != 0)
        reached = np.zeros(self.size, dtype=bool)
        if not len(filled):
            return reached
        k = self.size
        starts = filled if transposed else matched[filled]
        edges = sp.csr_array(graph.T) if transposed else graph
        source = np.concatenate([edges.indices, starts])  # one node more, from which the starts are reached
        ends = np.append(edges.indptr, len(source))
        graph = sp.csr_array((np.ones(len(source), dtype=np.int8), source, ends), shape=(k + 1, k + 1))
        order = csgraph.breadth_first_order(graph, k, return_predecessors=False)
        unknowns = order[order < k].astype(np.int64)
        if transposed:  # unknown rows, matched to equation columns
            by_column = np.empty(k, dtype=np.int64)
            by_column[matched] = np.arange(k)
            unknowns = by_column[unknowns]
        reached[unknowns] = True
        return reached

    def _denominators(
        self, side: Wholes, exponent: int, transposed: bool, reached: npt.NDArray[np.bool_]
    ) -> tuple[int, Positions]:
        """Return (h, c): unknown j is a whole number times ``2 ** c_j``, divided by a number below ``2 ** h``.

        The system is brought to whole numbers by powers of two on rows and columns; Hadamard bounds its determinant.
        """
        entries = sp.coo_array(self._doubles.T if transposed else self._doubles)
        row, column, data = entries.row, entries.col, entries.data
        matched = self._graph[1]
        in_row = np.isin(np.arange(self.size), matched[reached]) if transposed else reached[matched]
        used = in_row[row] & reached[column]
        row, column, data = row[used], column[used], data[used]
        low, top = odd_parts(data)[1], np.frexp(data)[1].astype(np.float64)
        side_low = np.array([low_exponent(int(value), exponent) for value in side], dtype=np.int64)
        best: tuple[int, Positions] | None = None
        for rows_first in (False, True):
            by_row, by_column = np.zeros(self.size, dtype=np.int64), np.zeros(self.size, dtype=np.int64)
            for of_rows in (rows_first, not rows_first):
                target, place = (by_row, row) if of_rows else (by_column, column)
                least = np.full(self.size, np.iinfo(np.int64).max)
                np.minimum.at(least, place, low + by_row[row] + by_column[column])
                filled = least < np.iinfo(np.int64).max
                target[filled] = -least[filled]
            sizes = top + by_row[row] + by_column[column]  # log2, rounded up
            bits = min(_hadamard(row, sizes, self.size), _hadamard(column, sizes, self.size))
            below = np.where(in_row, side_low + by_row, 0)
            bits += max(0, -int(below.min(initial=0)))
            if best is None or bits < best[0]:
                best = bits, by_column
        assert best is not None
        return best

    def _solved(self, side: Wholes, exponent: int, transposed: bool) -> Solution:
        """Solve outright, dense: FLINT chooses between fraction-free elimination and Dixon's lifting."""
        k = self.size
        if k > _DENSE:
            raise TooLargeError(f"a system of {k:,} rows is too ill-conditioned for doubles, and too large without")
        self._budget.expect(_DENSE_SECONDS * k**3)
        rows = self._by_columns if transposed else self._by_rows
        counts = np.diff(rows.indptr)
        if not counts.all():
            raise SingularError
        # each row is divided by its common power of two, and its side is too; -spare makes the sides whole again
        bits = np.array([low_exponent(value) for value in rows.data], dtype=np.int64)
        least = np.minimum.reduceat(bits, rows.indptr[:-1])
        dense = np.zeros(k * k, dtype=object)
        dense[np.repeat(np.arange(k) * k, counts) + rows.indices] = rows.data >> np.repeat(least, counts).astype(object)
        shifts = exponent - rows.exponent - least
        spare = min(int(shifts.min()), 0)
        right = [int(value) << int(up - spare) for value, up in zip(side, shifts, strict=True)]
        try:
            solved: Any = flint.fmpz_mat(k, k, dense.tolist()).solve(flint.fmpz_mat(k, 1, right))
        except ZeroDivisionError:
            raise SingularError from None
        tops, bottom = solved.numer_denom()
        numerators = wholes(int(value) for value in tops.entries())
        bottom = int(bottom)
        return Solution(numerators, bottom << -spare)


def _hadamard(place: npt.NDArray[np.integer], sizes: Floats, count: int) -> int:
    """Return a bound on log2 of a determinant from the norms of its rows (or columns); entries of ``2 ** sizes``."""
    if not len(sizes):
        return 1
    largest = np.full(count, -np.inf)
    np.maximum.at(largest, place, sizes)
    shares = np.exp2(2.0 * (sizes - largest[place]))
    sums = np.bincount(place, weights=shares, minlength=count)
    filled = np.isfinite(largest)
    return int(np.ceil((largest[filled] + 0.5 * np.log2(sums[filled])).sum() * (1 + 1e-9))) + 1

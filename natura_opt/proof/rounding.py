"""Sums whose rounding is known: every proof leans on these.

A sum of ``k`` products in extended precision (unit roundoff ``u``) lies within ``(k + 2) u S`` of the true one, ``S``
the sum of the sizes of its terms. Where that leaves the sign open, the sum is taken exactly: each product of doubles
is split into two doubles without error (Dekker 1971), and Python's ``fsum`` rounds the exact sum of all of them once
(Shewchuk 1997).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import ProgramError
from ..program.pieces import Counts, column_counts, row_counts, small_pieces_of, with_arrays
from ..program.protocol import Positions, Program

Extended = npt.NDArray[np.longdouble]

#: Unit roundoff of extended precision, with room for what the bounds themselves lose.
_UNIT = 1.01 * float(np.finfo(np.longdouble).eps) / 2.0
#: What the sizes, kept in double, may have lost to underflow.
_UNDERFLOW = 1e-300
#: Products within this range split into two doubles without error.
_LEAST_PRODUCT, _LARGEST_PRODUCT, _LARGEST_FACTOR = 1e-250, 1e290, 1e150
#: Coefficients whose products are split at a time.
_TOGETHER = 4_000_000
_SPLITTER = 134217729.0  # 2**27 + 1


@dataclass(frozen=True, eq=False)
class Products:
    """``A x`` and ``A' y`` in extended precision, with the sums of the sizes of their terms.

    Attributes
    ----------
    rows, row_sizes : shape (m,). columns, column_sizes : shape (n,).
    program : what was multiplied, for how many coefficients each has.
    coefficients : how many came.
    """

    rows: Extended
    row_sizes: Floats
    columns: Extended
    column_sizes: Floats
    program: Program
    coefficients: int

    @property
    def row_errors(self) -> Floats:
        """How far each entry of ``rows`` may lie from the true sum."""
        return rounding(self.row_sizes, self.row_counts)

    @cached_property
    def row_counts(self) -> Counts:
        """How many coefficients each row has."""
        return self._as_many(row_counts(self.program))

    @cached_property
    def column_counts(self) -> Counts:
        """How many coefficients each column has."""
        return self._as_many(column_counts(self.program))

    def _as_many(self, counts: Counts) -> Counts:
        """Refuse a program that has fewer coefficients when asked again: nothing is proved of what is not the same."""
        if counts.sum() != self.coefficients:
            raise ProgramError(
                f"the program's pieces hold {counts.sum():,} coefficients, and held {self.coefficients:,} before: "
                "pieces() must make them anew with every call"
            )
        return counts


def products(program: Program, point: Extended, multipliers: Extended) -> Products:
    """Multiply in extended precision, piece by piece; the sizes, which only measure, in double.

    However a sum is cut into pieces, its terms are as many, and so are the roundings of their products and additions.
    """
    height, width = program.shape
    rows, columns = np.zeros(height, np.longdouble), np.zeros(width, np.longdouble)
    row_sizes, column_sizes, coefficients = np.zeros(height), np.zeros(width), 0
    sizes = np.abs(point).astype(np.float64), np.abs(multipliers).astype(np.float64)
    extended_data, absolute_data = np.empty(0, np.longdouble), np.empty(0)  # room for a piece, used again
    with np.errstate(over="ignore", invalid="ignore"):
        for piece in small_pieces_of(program):
            matrix, places = piece.matrix, (piece.matrix.indices, piece.matrix.indptr, piece.matrix.shape)
            count = len(matrix.data)
            coefficients += count
            if count > len(extended_data):
                extended_data, absolute_data = np.empty(count, np.longdouble), np.empty(count)
            extended_data[:count] = matrix.data
            extended = with_arrays(matrix, extended_data[:count], *places)
            rows[piece.rows] += np.asarray(extended @ point[piece.columns])
            columns[piece.columns] += np.asarray(extended.T @ multipliers[piece.rows])
            np.abs(matrix.data, out=absolute_data[:count])
            absolute = with_arrays(matrix, absolute_data[:count], *places)
            row_sizes[piece.rows] += np.asarray(absolute @ sizes[0][piece.columns])
            column_sizes[piece.columns] += np.asarray(absolute.T @ sizes[1][piece.rows])
    return Products(rows, row_sizes, columns, column_sizes, program, coefficients)


def rounding(sizes: Floats, counts: Counts) -> Floats:
    """Return how far sums of ``counts`` products, of these sizes in all, may lie from the true ones."""
    return np.where(counts > 0, (counts + 3) * _UNIT * (sizes + _UNDERFLOW), 0.0)


def total(values: Extended) -> tuple[np.longdouble, np.longdouble]:
    """Return a sum of products, each rounded once, and how far it may lie from the true one."""
    sizes = np.longdouble(1.01) * np.abs(values.astype(np.float64)).sum()
    return values.sum(), sizes * (len(values) + 3) * _UNIT


def batches(lines: Positions, counts: Counts) -> Iterator[Positions]:
    """Cut rows (or columns) whose sums are to be exact into runs whose coefficients are few enough to be held together.

    Parameters
    ----------
    lines : positions. counts : how many coefficients each row (or column) of the program has.
    """
    so_far = np.cumsum(counts[lines])
    cuts = np.flatnonzero(np.diff(so_far // _TOGETHER)) + 1
    yield from np.split(lines, cuts)


def exact_sums(matrix: sp.csc_array | sp.csr_array, lines: Positions, factors: Floats, start: Floats) -> Floats:
    """Return ``start_j + sum_i a_ij factors_i`` for chosen lines, each rounded once: the sign is the true one.

    Parameters
    ----------
    matrix : by columns, for sums over rows; or by rows, for sums over columns.
    lines : which columns (or rows), shape (k,); ``start`` has one entry for each of these.
    factors : one per row (or column).
    """
    counts = matrix.indptr[lines + 1] - matrix.indptr[lines]
    if (counts > _TOGETHER).any():
        sums, long = np.empty(len(lines)), counts > _TOGETHER
        sums[~long] = exact_sums(matrix, lines[~long], factors, start[~long])
        for k in np.flatnonzero(long).tolist():
            span = slice(matrix.indptr[lines[k]], matrix.indptr[lines[k] + 1])
            sums[k] = _long_sum(matrix.data[span], matrix.indices[span], factors, float(start[k]))
        return sums
    ends = np.concatenate([[0], np.cumsum(counts)])
    at = np.arange(ends[-1]) + np.repeat(matrix.indptr[lines] - ends[:-1], counts)
    values, chosen = matrix.data[at], factors[matrix.indices[at]]
    product, error, sound = _exact_products(values, chosen)
    sums = np.empty(len(lines))
    alone = counts == 1
    alone[alone] = (sound & (error == 0))[ends[:-1][alone]]  # a product without error, and one addition
    sums[alone] = start[alone] + product[ends[:-1][alone]]
    for k in np.flatnonzero(~alone).tolist():
        first, last = int(ends[k]), int(ends[k + 1])
        if sound[first:last].all():
            sums[k] = math.fsum([start[k], *product[first:last].tolist(), *error[first:last].tolist()])
        else:
            sums[k] = _as_fractions(values[first:last], chosen[first:last], float(start[k]))
    return sums


def _exact_products(values: Floats, factors: Floats) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return products, what they lost, and where these two are exact."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        product = values * factors
        high, low = _split(values)
        other_high, other_low = _split(factors)
        error = ((high * other_high - product) + high * other_low + low * other_high) + low * other_low
        sizes = np.abs(product)
        sound = (sizes >= _LEAST_PRODUCT) & (sizes <= _LARGEST_PRODUCT)
        sound &= (np.abs(values) <= _LARGEST_FACTOR) & (np.abs(factors) <= _LARGEST_FACTOR)
    nothing = (values == 0) | (factors == 0)
    error[nothing] = 0.0  # the other factor may have been too large to split
    return product, error, sound | nothing


def _long_sum(values: Floats, places: npt.NDArray[np.integer], factors: Floats, start: float) -> float:
    """Return the sum of one line of many millions of terms, of which only some are split at a time."""
    sound = True

    def terms() -> Iterator[float]:
        nonlocal sound
        yield start
        for first in range(0, len(values), _TOGETHER // 8):
            some = slice(first, first + _TOGETHER // 8)
            product, error, exact = _exact_products(values[some], factors[places[some]])
            sound = sound and bool(exact.all())
            yield from product.tolist()
            yield from error.tolist()

    nearest = math.fsum(terms())
    return nearest if sound else _as_fractions(values, factors[places], start)


def _as_fractions(values: Floats, factors: Floats, start: float) -> float:
    """Return a sum whose products no two doubles hold, rounded once."""
    pairs = zip(values.tolist(), factors.tolist(), strict=True)
    return nearest_of_its_sign(sum((Fraction(a) * Fraction(f) for a, f in pairs), Fraction(start)))


def nearest_of_its_sign(value: Fraction) -> float:
    """Return the double nearest to a fraction, but never zero for what is not, nor infinite for what is finite."""
    try:
        nearest = float(value)
    except OverflowError:  # which asking a fraction of that size for its sign as a double would be again
        return math.copysign(np.finfo(np.float64).max, 1.0 if value > 0 else -1.0)
    return nearest if nearest != 0 or value == 0 else math.copysign(5e-324, value)


def _split(values: Floats) -> tuple[Floats, Floats]:
    """Split doubles into halves of 26 bits: exact (Dekker)."""
    large = _SPLITTER * values
    high = large - (large - values)
    return high, values - high


def are_doubles(values: Extended) -> bool:
    """Whether extended numbers are doubles: only these are summed exactly."""
    return bool((values == values.astype(np.float64)).all())


def relative_max(violations: npt.NDArray[np.floating], sizes: npt.NDArray[np.floating]) -> float:
    """Return the largest violation relative to its size; zero where nothing is violated, infinite where a size is
    beyond doubles: nothing is small beside what is not known.
    """
    violated = violations != 0
    if not violated.any():
        return 0.0
    some, beside = violations[violated], sizes[violated]
    if not (np.isfinite(some).all() and np.isfinite(beside).all()):
        return float("inf")
    with np.errstate(divide="ignore", over="ignore"):
        return float(np.max(some / beside))

"""Doubles as the rational numbers they are: whole numbers with a power of two that they share.

Arrays of Python's whole numbers (dtype ``object``) carry them; sums and products are exact whatever their size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...base.arrays import Floats

#: Python's whole numbers, any size.
Wholes = npt.NDArray[np.object_]
#: The exponent that stands for zero: above that of any double.
_NOTHING = 1 << 20


def wholes(values: Iterable[Any]) -> Wholes:
    """Return an array of Python's whole numbers."""
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def odd_parts(values: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return odd whole numbers and exponents with ``value = odd * 2 ** exponent``, exactly; that of zero is
    above any.

    >>> odd_parts(np.array([0.75, -6.0]))
    (array([ 3, -3]), array([-2,  1]))
    """
    fraction, exponent = np.frexp(values)
    mantissa = (fraction * 2.0**53).astype(np.int64)
    low = np.where(mantissa == 0, 1, mantissa & -mantissa)
    zeros = np.round(np.log2(low.astype(np.float64))).astype(np.int64)
    exponents = exponent.astype(np.int64) - 53 + zeros
    return mantissa >> zeros, np.where(mantissa == 0, _NOTHING, exponents)


def common(values: Floats) -> tuple[Wholes, int]:
    """Return whole numbers and one exponent, at most 0, with ``value = whole * 2 ** exponent``, exactly."""
    odd, exponents = odd_parts(values)
    least = min(int(exponents.min(initial=0)), 0)
    shifts = np.where(odd == 0, 0, exponents - least)
    return wholes(int(o) << int(s) for o, s in zip(odd, shifts, strict=True)), least


def low_exponent(value: int, exponent: int = 0) -> int:
    """Return the exponent of the lowest bit set in ``value * 2 ** exponent``; large for zero."""
    return (value & -value).bit_length() - 1 + exponent if value else _NOTHING


def ratio(top: int, bottom: int, exponent: int = 0) -> float:
    """Return ``top / bottom * 2 ** exponent`` as the nearest double (``bottom > 0``); infinite beyond the largest."""
    try:
        if exponent >= 0:
            return (top << exponent) / bottom
        return top / (bottom << -exponent)
    except OverflowError:
        return float("inf") if top > 0 else float("-inf")


def nearest(value: Fraction) -> float:
    """Return the double nearest to a rational number; infinite beyond the largest."""
    return ratio(value.numerator, value.denominator)


def power(exponent: int) -> Fraction:
    """Return ``2 ** exponent``."""
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


@dataclass(frozen=True, eq=False)
class WholeRows:
    """A sparse matrix by rows, its entries ``data * 2 ** exponent``; shape (rows, columns) as the arrays say."""

    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int64]
    data: Wholes
    exponent: int

    def times(self, vector: Wholes) -> Wholes:
        """Return ``data @ vector`` (the exponent left aside)."""
        return _sums(self.indptr, self.data * vector[self.indices])

    def sizes(self) -> Wholes:
        """Return the sums of the sizes of the rows' entries."""
        return _sums(self.indptr, np.abs(self.data))

    def within(self, columns: npt.NDArray[np.int64], width: int) -> WholeRows:
        """Return the part in some columns, of so many there are, renumbered in their order."""
        numbers = np.full(width, -1, dtype=np.int64)
        numbers[columns] = np.arange(len(columns))
        indices = numbers[self.indices]
        inside = indices >= 0
        indptr = np.concatenate([[0], np.cumsum(inside)])[self.indptr]
        return WholeRows(indptr, indices[inside], self.data[inside], self.exponent)

    def only(self, columns: npt.NDArray[np.bool_]) -> WholeRows:
        """Return the rows with zeros in all but some columns."""
        inside = columns[self.indices]
        return self if inside.all() else WholeRows(self.indptr, self.indices, self.data * inside, self.exponent)

    def rows(self, chosen: npt.NDArray[np.int64]) -> WholeRows:
        """Return some of the rows."""
        counts = np.diff(self.indptr)[chosen]
        indptr = np.concatenate([[0], np.cumsum(counts)])
        places = np.repeat(self.indptr[chosen] - indptr[:-1], counts) + np.arange(indptr[-1])
        return WholeRows(indptr, self.indices[places], self.data[places], self.exponent)


def _sums(indptr: npt.NDArray[np.int64], terms: Wholes) -> Wholes:
    filled = np.flatnonzero(np.diff(indptr) > 0)
    sums = np.zeros(len(indptr) - 1, dtype=object)
    if len(filled):
        sums[filled] = np.add.reduceat(terms, indptr[filled])
    return sums


class WholeMatrix:
    """A sparse matrix of doubles as whole numbers, cut by rows or by columns.

    Attributes
    ----------
    doubles : the csc array, canonical and without zeros.
    by_rows, by_columns : the whole numbers; those by columns are the rows of the transposed matrix.
    exponent : the power of two they share.
    """

    def __init__(self, doubles: sp.csc_array) -> None:
        self.doubles = doubles
        data, self.exponent = common(doubles.data)
        places = sp.csr_array(
            sp.csc_array((np.arange(doubles.nnz), doubles.indices, doubles.indptr), shape=doubles.shape)
        )
        self.by_columns = WholeRows(
            doubles.indptr.astype(np.int64), doubles.indices.astype(np.int64), data, self.exponent
        )
        self.by_rows = WholeRows(
            places.indptr.astype(np.int64), places.indices.astype(np.int64), data[places.data], self.exponent
        )

    def cut(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], by_columns: bool = False) -> WholeRows:
        """Return the part in these rows and columns, by rows; ``by_columns`` transposes it."""
        height, width = self.doubles.shape
        if by_columns:
            return self.by_columns.rows(columns).within(rows, height)
        return self.by_rows.rows(rows).within(columns, width)

"""One table of an economy: labelled numbers, sparse where it is a matrix, and the checks that every number passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import DataError
from ..tables.spec import TableSpec

#: By rows; where the columns are labelled by a range and it was given by columns, a csc array in its place.
Matrix = sp.csr_array
#: Slices of a table: ``None`` holds for every period; otherwise the key is a period's position, or the number of
#: periods ahead for tables that are kept so.
Slices = Mapping[int | None, Any]


@dataclass(frozen=True, eq=False)
class Table:
    """A table's numbers: one slice for all periods, or one per period (or per number of periods ahead).

    Attributes
    ----------
    spec : what the table is.
    slices : csr arrays of shape (rows, columns), or float vectors of shape (rows,), by period position (or ``None``).
        A csc array whose columns are labelled by a range stays one, and is not copied.
    """

    spec: TableSpec
    slices: Slices

    def at(self, period: int) -> Any:
        """Return the slice that holds in a period (0-based position)."""
        return self.slices[None] if None in self.slices else self.slices[period]

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return sum(part.nnz if self.spec.is_matrix else part.size for part in self.slices.values())

    @property
    def constant(self) -> bool:
        """Whether one slice holds for every period."""
        return None in self.slices


@dataclass(frozen=True, eq=False)
class TidyTable(Table):
    """A table that is a list of rows instead of numbers along axes: it has no slices."""

    @property
    def listed(self) -> pd.DataFrame:
        """Its rows: a frame with the columns of the table's ``tidy``."""
        raise NotImplementedError

    @property
    def count(self) -> int:
        """How many rows it holds."""
        return len(self.listed)

    @property
    def constant(self) -> bool:
        """Whether it is the same for every period; its rows say themselves of which they speak."""
        return True


def checked(spec: TableSpec, slices: Slices, axes: Mapping[str, pd.Index], where: str) -> Table:
    """Return the table after checking shape, finiteness and sign of every number.

    Raises
    ------
    DataError : naming the table, row and column of the first number that is wrong.
    """
    shape = tuple(len(axes[axis]) for axis in spec.axes)
    for key, values in slices.items():
        if values.shape != shape:
            wanted = " x ".join(f"{len(axes[axis])} {axis}" for axis in spec.axes)
            raise DataError(f"{where}: table {spec.name!r} has shape {values.shape}; it must be {wanted}")
        numbers = values.data if spec.is_matrix else values
        bad = np.isnan(numbers) if spec.sign == "limit" else ~np.isfinite(numbers)
        if bad.any():
            raise DataError(f"{place(spec, values, bad, axes, where, key)} is {numbers[bad][0]}; give a finite number")
        _check_sign(spec, values, numbers, axes, where, key)
    return Table(spec, slices)


def _check_sign(
    spec: TableSpec, values: Any, numbers: Floats, axes: Mapping[str, pd.Index], where: str, key: int | None
) -> None:
    fault = sign_fault(spec, numbers)
    if fault is not None:
        bad, sentence = fault
        raise DataError(f"{place(spec, values, bad, axes, where, key)} is {shown(numbers[bad][0])}; {sentence}")


def sign_fault(spec: TableSpec, numbers: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.bool_], str] | None:
    """Return which numbers a table may not hold, and why; ``None`` if it may hold them all."""
    if spec.sign == "any":
        return None
    if spec.sign == "positive-integer" and (bad := (numbers < 1) | (numbers != np.round(numbers))).any():
        return bad, "it must be a whole number from 1 up"
    if spec.sign == "positive" and (bad := numbers <= 0).any():
        return bad, "it must be above zero"
    if (bad := numbers < 0).any():
        return bad, "; ".join(filter(None, ("it must not be negative", spec.advice)))
    if spec.sign == "rate" and (bad := numbers > 1).any():
        return bad, "a rate lies between 0 and 1"
    return None


def shown(number: float) -> str:
    """Return a number for a message: short where that is exact, else with all its digits.

    >>> shown(-1.0), shown(1.0000001)
    ('-1', '1.0000001')
    """
    short = f"{number:g}"
    return short if float(short) == number else repr(float(number))


def place(
    spec: TableSpec,
    values: Any,
    bad: npt.NDArray[np.bool_],
    axes: Mapping[str, pd.Index],
    where: str,
    key: int | None,
) -> str:
    """Name the first bad number of a slice: table, row, column, period."""
    first = int(np.flatnonzero(bad)[0])
    if spec.is_matrix:
        row, column = int(np.searchsorted(values.indptr, first, side="right")) - 1, int(values.indices[first])
        row, column = (column, row) if values.format == "csc" else (row, column)
        cell = f"row {axes[spec.axes[0]][row]!r}, column {axes[spec.axes[1]][column]!r}"
    else:
        cell = f"row {axes[spec.axes[0]][first]!r}"
    if key is None:
        return f"{where}: table {spec.name!r}, {cell}"
    when = f"{key} periods ahead" if spec.ahead else f"period {axes['periods'][key]!r}"
    return f"{where}: table {spec.name!r}, {cell}, {when}"


def as_csr(values: Any) -> Matrix:
    """Return a canonical float64 csr array (sorted, no duplicates, no explicit zeros)."""
    matrix: Matrix = _canonical(sp.csr_array(values, dtype=np.float64), values)
    return matrix


def as_csc(values: Any) -> sp.csc_array:
    """Return a canonical float64 csc array (sorted, no duplicates, no explicit zeros)."""
    matrix: sp.csc_array = _canonical(sp.csc_array(values, dtype=np.float64), values)
    return matrix


def _canonical(matrix: Any, values: Any) -> Any:
    """Return a compressed matrix in order; one that is so already as it is, and never what was given changed."""
    if matrix is values or np.shares_memory(matrix.data, getattr(values, "data", matrix.data)):
        canonical = matrix.has_canonical_format and not (matrix.data == 0).any()
        if canonical:
            return matrix
        matrix = matrix.copy()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix

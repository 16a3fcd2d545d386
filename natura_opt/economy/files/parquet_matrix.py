"""A long Parquet table (``row``, ``column``, ``value``) to a compressed matrix, block by block.

Arrays for values and positions are made once, as long as the file says it is, and filled a block of rows at a time: 12
bytes per coefficient, and no second copy. That needs the rows in the order in which they are written here: by column,
then by row. Rows in another order are sorted, which takes 28 bytes per coefficient more and some four times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.errors import DataError, unknown
from ...base.numbers import doubles
from ...tables.spec import AXES, TableSpec
from ..coerce import spelled, with_pairs
from ..ranges import Positions, as_choices, position_of_text, positions_in
from ..table import shown, sign_fault
from .parquet import ParquetColumns

#: The columns of a long table that is the same in every period.
LONG = ("row", "column", "value")


def read_matrix(source: ParquetColumns, spec: TableSpec, axes: Mapping[str, pd.Index]) -> sp.csc_array:
    """Return the matrix of a long table, csc, shape (rows, columns) by the axes.

    Raises
    ------
    DataError : columns of other kinds, unknown and missing names, cells that are no numbers or none the table may hold,
        pairs given twice, a damaged file; row (or row group) and column are named.
    """
    values = _Values(source, spec)
    rows, columns = (_Lines(source, name, axis, axes[axis]) for name, axis in zip(LONG, spec.axes, strict=False))
    for part in (values, rows, columns):
        part.refuse_other_kinds()
    filled = _Filled.of(source, len(rows.index), len(columns.index))
    for first, block in source.blocks():
        numbers = values.of(block, first)
        filled.take(first, rows.of(block, first), columns.of(block, first), numbers)
    return filled.matrix()


@dataclass(eq=False)
class _Filled:
    """A matrix by columns that is being filled.

    Attributes
    ----------
    data, indices : values and rows, in the order of the file.
    counts : coefficients per column, one place up, so that their sums say where columns start.
    columns : the column of each coefficient, once one came out of order; None before.
    """

    source: ParquetColumns
    height: int
    data: Floats
    indices: npt.NDArray[Any]
    counts: npt.NDArray[Any]
    columns: npt.NDArray[Any] | None = None
    last: int = -1

    @classmethod
    def of(cls, source: ParquetColumns, height: int, width: int) -> _Filled:
        kind = np.int32 if len(source) < 2**31 else np.int64
        return cls(source, height, np.empty(len(source)), np.empty(len(source), kind), np.zeros(width + 1, kind))

    def take(self, first: int, rows: Positions, columns: Positions, values: Floats) -> None:
        """Take a block of coefficients whose first is that of row ``first`` of the file."""
        if not len(rows):
            return
        span = slice(first, first + len(rows))
        self.data[span], self.indices[span] = values, rows
        keys = columns * self.height + rows
        steps = np.diff(keys, prepend=self.last)
        self.last = int(keys[-1])
        if self.columns is None and (steps > 0).all():
            low = int(columns[0])
            counts = np.bincount(columns - low)
            self.counts[low + 1 : low + 1 + len(counts)] += counts.astype(self.counts.dtype)
            return
        if self.columns is None:
            before = np.repeat(np.arange(len(self.counts) - 1, dtype=np.int32), self.counts[1:])
            self.columns = np.empty(len(self.data), dtype=np.int32)
            self.columns[:first] = before
        self.columns[span] = columns

    def matrix(self) -> sp.csc_array:
        """Return the matrix; its rows are put in order where they were in none.

        Raises
        ------
        DataError : a pair is given twice, naming the row in which it is for the second time.
        """
        if self.columns is not None:
            keys = self.columns.astype(np.int64) * self.height + self.indices
            order = np.argsort(keys, kind="stable")
            again = order[1:][np.diff(keys[order]) == 0]
            if len(again):
                raise DataError(f"{self.source.line(int(again.min()))}: the pair is given twice")
            self.data, self.indices = self.data[order], self.indices[order]
            self.counts[1:] = np.bincount(self.columns, minlength=len(self.counts) - 1)
        starts = np.cumsum(self.counts, out=self.counts)
        made = sp.csc_array((self.height, len(starts) - 1))
        made.data, made.indices, made.indptr = self.data, self.indices, starts  # scipy's own way copies some of them
        return made


@dataclass(frozen=True)
class _Values:
    """The column of values."""

    source: ParquetColumns
    spec: TableSpec

    def refuse_other_kinds(self) -> None:
        """Raise where it holds no numbers."""
        import pyarrow as pa

        kind = self.source.kind("value")
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            raise DataError(f"{self.source.name}, column 'value': holds {kind}, not numbers; write doubles")

    def of(self, block: Any, first: int) -> Floats:
        """Return the values of a block; the first that the table may not hold is named."""
        cells = block.column(self.source.header.index("value"))
        if cells.null_count:
            at = int(np.flatnonzero(cells.is_null().to_numpy(zero_copy_only=False))[0])
            raise DataError(f"{self._place(block, first, at)}: the cell is empty; write 0 where there is none")
        try:
            values = doubles(cells.to_numpy(zero_copy_only=False))
        except ValueError as error:
            raise DataError(f"{self.source.name}, column 'value', from row {first + 1} on: {error}") from None
        bad = np.isnan(values) if self.spec.sign == "limit" else ~np.isfinite(values)
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            raise DataError(f"{self._place(block, first, at)}: {values[at]} is not a finite number")
        fault = sign_fault(self.spec, values)
        if fault is not None:
            at = int(np.flatnonzero(fault[0])[0])
            raise DataError(f"{self._place(block, first, at)} is {shown(values[at])}; {fault[1]}")
        return values

    def _place(self, block: Any, first: int, at: int) -> str:
        cells = (block.column(k)[at].as_py() for k, name in enumerate(self.source.header) if name != "value")
        return f"{self.source.line(first + at)} ({', '.join(repr(str(cell)) for cell in cells)}), column 'value'"


@dataclass(frozen=True)
class _Lines:
    """A column of names, as positions on an axis."""

    source: ParquetColumns
    heading: str
    axis: str
    index: pd.Index

    def refuse_other_kinds(self) -> None:
        """Raise where it holds no names."""
        import pyarrow as pa

        kind = self.source.kind(self.heading)
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)):
            raise DataError(f"{self.source.name}, column {self.heading!r}: holds {kind}, not names; write text")

    def of(self, block: Any, first: int) -> Positions:
        """Return the positions of a block's names; the first that is not there is named."""
        import pyarrow as pa

        cells = block.column(self.source.header.index(self.heading))
        if cells.null_count:
            at = int(np.flatnonzero(cells.is_null().to_numpy(zero_copy_only=False))[0])
            raise DataError(f"{self.source.line(first + at)}, column {self.heading!r}: the name is missing")
        if isinstance(self.index, pd.RangeIndex) and pa.types.is_integer(cells.type):
            found = positions_in(self.index, cells.to_numpy())
        else:
            listed = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
            names = [str(name).strip() for name in listed.dictionary.to_pylist()]
            found = self._positions(names)[listed.indices.to_numpy(zero_copy_only=False).astype(np.int64)]
        if (found < 0).any():
            at = int(np.flatnonzero(found < 0)[0])
            said = unknown(AXES[self.axis], str(cells[at].as_py()).strip(), as_choices(self.index))
            raise DataError(f"{self.source.line(first + at)}: {said}")
        return found

    def _positions(self, names: list[str]) -> Positions:
        if isinstance(self.index, pd.RangeIndex):
            return np.array([position_of_text(self.index, name) for name in names], dtype=np.int64)
        listed = with_pairs(pd.Index(names, dtype=object), self._spelled)
        found: Positions = self._spelled.get_indexer(listed).astype(np.int64)
        return found

    @cached_property
    def _spelled(self) -> pd.Index:
        return spelled(self.index)

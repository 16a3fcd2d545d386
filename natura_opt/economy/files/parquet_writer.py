"""Tables to Parquet files, a block of rows at a time: nothing is made that is as long as the table.

A matrix is written long, by column and then by row, as its compressed columns hold it, so that it is read back straight
into them. Labels of a range are written as whole numbers, others as dictionaries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...tables.spec import AXES
from ..economy import Economy
from ..table import Table
from .parquet import BLOCK, write_columns
from .parquet_matrix import LONG
from .table_layout import layout, texts, vectors_of


def write_parquet(path: Path, table: Table, economy: Economy) -> None:
    """Write a table.

    Raises
    ------
    DataError : a label cannot be written (empty names; dates).
    """
    spec = table.spec
    axes = [economy.axes[axis] for axis in spec.axes]
    if spec.is_matrix and not spec.tidy and table.constant:
        _write_long(path, sp.csc_array(table.slices[None]), *axes)
    elif not spec.is_matrix and not spec.tidy and isinstance(axes[0], pd.RangeIndex):
        _write_values(path, AXES[spec.axes[0]], axes[0], vectors_of(table, economy))
    else:
        laid_out = layout(table, economy, path.name, long=True)
        write_columns(path, laid_out.names, dict(zip(laid_out.headings, laid_out.values.T, strict=True)))


def _write_long(path: Path, matrix: sp.csc_array, rows: pd.Index, columns: pd.Index) -> None:
    import pyarrow as pa

    row, column = _Labels(rows, path.name), _Labels(columns, path.name)
    schema = pa.schema(list(zip(LONG, (row.kind, column.kind, pa.float64()), strict=True)))

    def blocks() -> Iterator[list[Any]]:
        ends: Any = matrix.indptr
        for first in range(0, matrix.nnz, BLOCK):
            last = min(first + BLOCK, matrix.nnz)
            low, high = np.searchsorted(ends, first, side="right") - 1, np.searchsorted(ends, last)
            lines = np.repeat(np.arange(low, high), np.diff(np.clip(ends[low : high + 1], first, last)))
            yield [row.of(matrix.indices[first:last]), column.of(lines), pa.array(matrix.data[first:last])]

    _write_blocks(path, schema, blocks())


def _write_values(path: Path, heading: str, index: pd.RangeIndex, values: Mapping[str, Any]) -> None:
    import pyarrow as pa

    labels = _Labels(index, path.name)

    def blocks() -> Iterator[list[Any]]:
        for first in range(0, len(index), BLOCK):
            some = np.arange(first, min(first + BLOCK, len(index)))
            yield [labels.of(some), *(pa.array(vector[some]) for vector in values.values())]

    schema = pa.schema([(heading, labels.kind), *((name, pa.float64()) for name in values)])
    _write_blocks(path, schema, blocks())


def _write_blocks(path: Path, schema: Any, blocks: Iterator[list[Any]]) -> None:
    """Write blocks of rows as row groups, with check sums."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts_of = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    with pq.ParquetWriter(path, schema, use_dictionary=texts_of, write_page_checksum=True) as file:
        for block in blocks:
            file.write_batch(pa.record_batch(block, schema=schema))


class _Labels:
    """The labels of an axis as a column: whole numbers of a range, or texts by their place in a dictionary.

    Parameters
    ----------
    index : of the axis.
    place : the file, for messages.
    """

    def __init__(self, index: pd.Index, place: str) -> None:
        import pyarrow as pa

        self._range = index if isinstance(index, pd.RangeIndex) else None
        if isinstance(index, pd.RangeIndex):
            small = min(index.start, index.stop) >= -(2**31) and max(index.start, index.stop) < 2**31
            self.kind: Any = pa.int32() if small else pa.int64()
            self._names: Any = None
        else:
            self.kind, self._names = pa.dictionary(pa.int32(), pa.string()), pa.array(texts(index, place), pa.string())

    def of(self, positions: Any) -> Any:
        """Return the labels at some positions."""
        import pyarrow as pa

        if self._range is None:
            return pa.DictionaryArray.from_arrays(pa.array(positions.astype(np.int32)), self._names)
        labels = positions.astype(np.int64) * self._range.step + self._range.start
        return pa.array(labels.astype(self.kind.to_pandas_dtype()))

"""Tables in Parquet files: columns of names and numbers, read and written without touching single cells.

Long for a matrix (``row``, ``column``, ``value`` and perhaps ``period`` or ``ahead``), or as in CSV files: a column of
names, then ``value`` or one column per period (or per column of a matrix). Five million coefficients are read in a few
seconds. What is written here carries check sums, so that damage is found; in a file that another program wrote without
them, damage that leaves it readable cannot be told from numbers that were meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...base.errors import DataError
from ...base.input_files import DEFAULT_LIMITS, LIMITS_IN_BLOCKS, ReadingLimits, size_of
from ...base.numbers import doubles
from .cells import Names, Numbers

#: Rows that are read, and written, at a time.
BLOCK = 1 << 20


@dataclass(frozen=True)
class ParquetColumns:
    """The columns of a Parquet file, as a :class:`natura_opt.economy.files.cells.Source`."""

    path: Path
    limits: ReadingLimits = DEFAULT_LIMITS

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.path.name

    @cached_property
    def header(self) -> list[str]:
        """The headings of the columns."""
        headings = [str(heading).strip() for heading in self._about[0].names]
        twice = [heading for k, heading in enumerate(headings) if heading in headings[:k]]
        if twice:
            raise DataError(f"{self.name}: the column {twice[0]!r} is given twice")
        return headings

    @property
    def heading(self) -> str:
        """The place of the headings."""
        return self.name

    def __len__(self) -> int:
        return int(self._about[1].num_rows)

    def line(self, row: int) -> str:
        """Name the place of a row, counted from 1."""
        return f"{self.name}, row {row + 1}"

    def names(self, column: int) -> Names:
        """Return a column of names; whole numbers count as names, an empty one is an error."""
        import pyarrow as pa

        cells = self._table.column(column)
        kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)):
            raise DataError(f"{self.name}, column {self.header[column]!r}: holds {kind}, not names; write text")
        if cells.null_count:
            row = int(np.flatnonzero(cells.is_null().to_numpy())[0])
            raise DataError(f"{self.line(row)}, column {self.header[column]!r}: the name is missing")
        if not pa.types.is_dictionary(cells.type):
            cells = cells.dictionary_encode()
        whole = cells.unify_dictionaries().combine_chunks()
        if isinstance(whole, pa.ChunkedArray):  # no rows at all
            whole = whole.chunk(0) if whole.num_chunks else pa.array([], type=cells.type)
        names = Names.of(str(name).strip() for name in whole.dictionary.to_pylist())  # blanks apart, some may be alike
        return Names(names.codes[whole.indices.to_numpy(zero_copy_only=False).astype(np.int64)], names.distinct)

    def numbers(self, columns: Sequence[int], infinite: bool = False) -> Numbers:
        """Return chosen columns as numbers, shape (rows, columns); the first that is not one is named."""
        import pyarrow as pa

        matrix = np.empty((len(self), len(columns)))
        for k, column in enumerate(columns):
            cells, heading = self._table.column(column), self.header[column]
            if not (pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type)):
                raise DataError(f"{self.name}, column {heading!r}: holds {cells.type}, not numbers; write doubles")
            if cells.null_count:
                row = int(np.flatnonzero(cells.is_null().to_numpy())[0])
                raise DataError(f"{self.place(row, column)}: the cell is empty; write 0 where there is none")
            try:
                matrix[:, k] = doubles(cells.to_numpy())
            except ValueError as error:
                raise DataError(f"{self.name}, column {heading!r}: {error}") from None
            bad = np.isnan(matrix[:, k]) if infinite else ~np.isfinite(matrix[:, k])
            if bad.any():
                row = int(np.flatnonzero(bad)[0])
                raise DataError(f"{self.place(row, column)}: {matrix[row, k]} is not a finite number")
        return matrix

    def place(self, row: int, column: int) -> str:
        """Name a cell: the row, the names in it, and the column."""
        named = [k for k, heading in enumerate(self.header) if heading in ("row", "column", "period", "ahead")] or [0]
        names = ", ".join(repr(str(self._table.column(k)[row].as_py())) for k in named if k != column)
        return f"{self.line(row)} ({names}), column {self.header[column]!r}"

    def kind(self, heading: str) -> Any:
        """Return what a column holds; of a dictionary, what is listed in it."""
        import pyarrow as pa

        kind = self._about[0].field(self.header.index(heading)).type
        return kind.value_type if pa.types.is_dictionary(kind) else kind

    def integers(self, column: int) -> Any:
        """Return a column of whole numbers as they are; None where it holds texts, or some are missing."""
        import pyarrow as pa

        cells = self._table.column(column)
        return cells.to_numpy() if pa.types.is_integer(cells.type) and not cells.null_count else None

    def blocks(self) -> Iterator[tuple[int, Any]]:
        """Read the file a block of rows at a time, row group by row group: (row of the block's first, its columns).

        Raises
        ------
        DataError : the file is damaged, naming the row group.
        """
        first, group = 0, 0
        try:
            with self._open() as file:
                for group in range(file.metadata.num_row_groups):
                    for block in file.iter_batches(batch_size=BLOCK, row_groups=[group]):
                        block.validate(full=True)
                        yield first, block
                        first += block.num_rows
        except DataError:
            raise
        except Exception as error:  # damaged files raise many kinds
            raise DataError(
                f"{self.line(first)} (row group {group + 1}): damaged, and cannot be read: {error}"
            ) from None
        self._refuse_fewer(first)

    def _open(self) -> Any:
        import pyarrow as pa
        import pyarrow.parquet as pq

        texts = [
            field.name
            for field in self._about[0]
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]
        return pq.ParquetFile(self.path, read_dictionary=texts, page_checksum_verification=True)

    def _refuse_fewer(self, rows: int) -> None:
        if rows != len(self):
            raise DataError(f"{self.name}: damaged: it says it has {len(self)} rows, and has {rows}")

    @cached_property
    def _about(self) -> tuple[Any, Any]:
        """The schema, and what the file says of its row groups; files too large are refused."""
        import pyarrow.parquet as pq

        usual = self.limits == DEFAULT_LIMITS
        size = size_of(self.path, self.name, LIMITS_IN_BLOCKS if usual else self.limits)
        try:
            with pq.ParquetFile(self.path) as file:
                schema, about = file.schema_arrow, file.metadata
                groups = [about.row_group(k) for k in range(about.num_row_groups)]
            unpacked = sum(group.total_byte_size for group in groups)
        except Exception as error:  # damaged files raise many kinds
            raise DataError(f"{self.name}: not a Parquet file that can be read: {error}") from None
        self.limits.refuse_cells(self.name, about.num_rows, max(len(schema), 1), size)
        self.limits.refuse_unpacked(self.name, unpacked, size)
        return schema, about

    @cached_property
    def _table(self) -> Any:
        """The whole file, for tables that are short."""
        self.header  # noqa: B018  # two columns of one name are said as such
        try:
            with self._open() as file:
                table = file.read()
            table.validate(full=True)
        except Exception as error:  # as above
            raise DataError(f"{self.name}: damaged, and cannot be read: {error}") from None
        self._refuse_fewer(table.num_rows)
        return table


def write_columns(path: Path, names: Mapping[str, Names], values: Mapping[str, Any]) -> None:
    """Write columns of names (as dictionaries) and of numbers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {
        heading: pa.DictionaryArray.from_arrays(
            pa.array(part.codes.astype(np.int32)), pa.array(part.distinct, pa.string())
        )
        for heading, part in names.items()
    }
    columns |= {heading: pa.array(np.asarray(part, dtype=np.float64)) for heading, part in values.items()}
    pq.write_table(pa.table(columns), path, write_page_checksum=True)

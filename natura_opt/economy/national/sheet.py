"""A sheet as a statistical office publishes it: titles, notes and several tables on one page, of which parts are read.

Cells are called as spreadsheets call them, in CSV files too. A table is a rectangle of figures; the names of its rows
stand in a column to its left, its headings in a row above it. Where they stand is found, or said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...base.errors import DataError, OptionError, listed, shortened, unknown
from ...base.input_files import DEFAULT_LIMITS, as_path, read_text
from ..coerce import as_labels
from ..files.cells import NUMBER, Odd, column_letters, number
from ..files.sheet_cells import Rows
from ..files.spreadsheet import Workbook
from .ranges_of_sheets import Range

_WORKBOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Sheet:
    """The cells of a CSV file or of one sheet of a workbook.

    Attributes
    ----------
    name : the file, or the file and its sheet, for messages.
    cells : texts by row number (from 1) and column (from 0); empty cells are not there.
    merged : ranges of merged cells, of which only the first shows anything, and how they are written.
    zeros : texts that stand for no amount.
    """

    name: str
    cells: Rows
    merged: tuple[tuple[Range, str], ...] = ()
    zeros: Collection[str] = ()

    @classmethod
    def of(cls, file: str | Path, sheet: str | None = None, zeros: Collection[str] = ()) -> Sheet:
        """Read a CSV file, or a sheet of a workbook (``.xlsx``); without its name, the only one.

        Raises
        ------
        DataError : no such file or sheet, a damaged or empty one, columns separated by semicolons.
        """
        path = as_path(file, "a file")
        if path.suffix.lower() not in _WORKBOOKS:
            if sheet is not None:
                raise DataError(f"{path.name}: only workbooks (.xlsx) have sheets, so there is no sheet {sheet!r}")
            return cls(path.name, _cells_of_csv(path), (), zeros)
        book = Workbook.open(path, DEFAULT_LIMITS)
        if sheet is None and len(book.parts) != 1:
            raise DataError(f"{path.name}: has the sheets {listed(book.parts, 20)}; say which one (sheet=...)")
        title = next(iter(book.parts)) if sheet is None else sheet
        if title not in book.parts:
            raise DataError(f"{path.name}: {unknown('sheet', title, book.parts)}")
        merged: list[str] = []
        name, cells = f"{path.name}, sheet {title!r}", book.rows(title, merged=merged)
        if not cells:
            raise DataError(f"{name}: the sheet is empty")
        return cls(name, cells, tuple(filter(None, map(_merged, merged))), zeros)

    def cell(self, row: int, column: int) -> str:
        """Return the text of a cell; empty where there is none."""
        return self.cells.get(row, {}).get(column, "")

    def width(self, row: int) -> int:
        """Return the number of columns up to the last cell of a row."""
        return max(self.cells.get(row, {}), default=-1) + 1

    def rows_named(self, name: str, before: int) -> list[int]:
        """Return the rows in which a name stands in a column before ``before``."""
        return [row for row, cells in self.cells.items() if any(cells.get(k) == name for k in cells if k < before)]

    def row_of(self, name: str, before: int) -> int:
        """Return the one row of a name.

        Raises
        ------
        DataError : it stands in no row, or in several.
        """
        found = self.rows_named(name, before)
        if len(found) == 1:
            return found[0]
        if found:
            raise DataError(
                f"{self.name}: {name!r} names the rows {', '.join(map(str, found))}; say which, as 'row {found[-1]}'"
            )
        known = {cells[k] for cells in self.cells.values() for k in cells if k < before and not _is_number(cells[k])}
        raise DataError(f"{self.name}: {unknown('row', name, known)}")

    def name_column(self, rows: Sequence[int], before: int | None) -> int:
        """Return the column of the names of rows: the nearest before some column that is filled, and not by numbers
        alone; the first such column where none is said.

        Raises
        ------
        DataError : there is none.
        """
        width = max((self.width(row) for row in rows), default=0)
        columns = range(width) if before is None else range(before - 1, -1, -1)
        for column in columns:
            if self._names_something([self.cell(row, column) for row in rows]):
                return column
        where = "" if before is None else f" to the left of column {column_letters(before)}"
        raise DataError(
            f"{self.name}, rows {rows[0]} to {rows[-1]}: no column{where} names all of these rows; say in which column "
            "the names stand (codes='column B'), or correct the range"
        )

    def heading_row(self, columns: Sequence[int], above: int) -> int:
        """Return the row of the headings of columns: the nearest above that is filled, and not by numbers alone.

        Raises
        ------
        DataError : there is none.
        """
        for row in range(above - 1, 0, -1):
            if self._names_something([self.cell(row, column) for column in columns]):
                return row
        first, last = column_letters(columns[0]), column_letters(columns[-1])
        raise DataError(
            f"{self.name}: no row above row {above} has a heading over each of the columns {first} to {last}; say in "
            "which row they stand (headings='row 3'), or correct the range"
        )

    def headed_columns(self, headings: int, after: int) -> list[int]:
        """Return the columns after ``after`` that have a heading, up to the first without."""
        columns = []
        for column in range(after + 1, self.width(headings)):
            if not self.cell(headings, column):
                break
            columns.append(column)
        return columns

    def _names_something(self, texts: list[str]) -> bool:
        return all(texts) and not all(_is_number(text) for text in texts)

    def names(self, cells: Sequence[tuple[int, int]], what: str) -> pd.Index:
        """Return the names that stand in some cells.

        Raises
        ------
        DataError : an empty cell, one that is no name, the same name twice; naming the cell.
        """
        texts: dict[str, str] = {}
        hidden = self._hidden([row for row, _ in cells], [column for _, column in cells])
        for row, column in cells:
            text, place = self.cell(row, column), self.place(row, column)
            if (row, column) in hidden:
                raise DataError(f"{place}: lies under the merged cells {hidden[row, column]}; give each its name")
            if not text:
                raise DataError(f"{place}: the cell is empty where the name of one of the {what} is expected")
            if isinstance(text, Odd):
                raise DataError(f"{place}: {str(text)!r} is {text.kind}, not a name; write text")
            if text in texts:
                raise DataError(f"{place}: {text!r} already stands in {texts[text]}; every name must be given once")
            texts[text] = f"{column_letters(column)}{row}"
        return as_labels(list(texts), what, self.name)

    def place(self, row: int, column: int) -> str:
        """Name a cell."""
        return f"{self.name}, cell {column_letters(column)}{row}"

    def figures(
        self, rows: Sequence[int], columns: Sequence[int], row_names: pd.Index, column_names: pd.Index
    ) -> pd.DataFrame:
        """Return a rectangle of figures under its names.

        Raises
        ------
        DataError : an empty cell, text, a merged cell, NaN; naming cell, row and column.
        """
        values = np.empty((len(rows), len(columns)))
        hidden = self._hidden(rows, columns)
        for r, row in enumerate(rows):
            for c, column in enumerate(columns):
                try:
                    if (row, column) in hidden:
                        raise ValueError(f"lies under the merged cells {hidden[row, column]}; write each entry")
                    values[r, c] = self._figure(self.cell(row, column))
                except ValueError as error:
                    named = f"row {str(row_names[r])!r}, column {str(column_names[c])!r}"
                    raise DataError(f"{self.place(row, column)}, {named}: {error}") from None
        return pd.DataFrame(values, row_names, column_names)

    def _hidden(self, rows: Sequence[int], columns: Sequence[int]) -> dict[tuple[int, int], str]:
        """Return those of the cells that lie under merged ones, and the range of the merging."""
        hidden: dict[tuple[int, int], str] = {}
        for covered, given in self.merged:
            (top, bottom), (left, right) = covered.rows or (0, 0), covered.columns or (0, 0)
            for row in {row for row in rows if top <= row <= bottom}:
                for column in {column for column in columns if left <= column <= right}:
                    if (row, column) != (top, left):
                        hidden[row, column] = given
        return hidden

    def _figure(self, text: str) -> float:
        if text in self.zeros and not isinstance(text, Odd):
            return 0.0
        try:
            return number(text)
        except ValueError as error:
            none = f"; where it stands for none, say so (zeros=[{shortened(text)}]), in a shell by --zero"
            advice = "" if isinstance(text, Odd) else none
            grouped = text.replace(",", "").replace(" ", "").replace("\xa0", "").replace("\u202f", "").replace("'", "")
            if text and grouped != text and "," not in text[-3:] and NUMBER.fullmatch(grouped):
                advice = f"; are thousands separated? write {grouped}"
            raise ValueError(f"{error}{advice}") from None


def sides(text: Range | None, rows: Sequence[int], columns: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return row numbers and columns of a range, an open side taken from what is known."""
    taken_rows = list(rows) if text is None or text.rows is None else list(range(text.rows[0], text.rows[1] + 1))
    taken_columns = (
        list(columns) if text is None or text.columns is None else list(range(text.columns[0], text.columns[1] + 1))
    )
    return taken_rows, taken_columns


def _is_number(text: str) -> bool:
    return not isinstance(text, Odd) and NUMBER.fullmatch(text) is not None


def _cells_of_csv(path: Path) -> Rows:
    reader = csv.reader(io.StringIO(read_text(path, path.name, DEFAULT_LIMITS), newline=""), strict=True)
    rows: Rows = {}
    try:
        for at, row in enumerate(reader, 1):
            filled = {column: cell.strip() for column, cell in enumerate(row) if cell.strip()}
            if filled:
                rows[at] = filled
    except csv.Error as error:
        raise DataError(f"{path.name}, line {reader.line_num}: not a CSV file: {error}") from None
    if not rows:
        raise DataError(f"{path.name}: the file is empty")
    if all(len(cells) == 1 for cells in rows.values()) and any(";" in cells.get(0, "") for cells in rows.values()):
        raise DataError(f"{path.name}: columns are separated by ';'; use commas, and a point for decimals")
    return rows


def _merged(given: str) -> tuple[Range, str] | None:
    """Return the range of merged cells and how it is written; None where it is none."""
    with suppress(OptionError):
        covered = Range.of(given)
        if covered is not None and covered.rows and covered.columns:
            return covered, given
    return None


def as_zeros(zeros: object) -> tuple[str, ...]:
    """Return the texts that stand for no amount.

    Raises
    ------
    OptionError : what is no text, and a number other than a text would be.
    """
    texts = [zeros] if isinstance(zeros, str) else list(zeros) if isinstance(zeros, Iterable) else [zeros]
    for text in texts:
        if not isinstance(text, str) or NUMBER.fullmatch(text.strip()):
            raise OptionError(f"zeros are texts that stand for no amount, such as '-' or '', not {shortened(text)}")
    return tuple(text.strip() for text in texts if isinstance(text, str))

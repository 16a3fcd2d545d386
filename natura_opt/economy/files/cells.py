"""Files to names and numbers, knowing the place of every cell.

A :class:`Source` is one table as it stands in a file: a header, columns of names and columns of numbers. CSV files and
Excel sheets are grids of cells (:class:`Grid`); Parquet files are columns (``parquet.py``). What reads economies knows
only sources.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...base.arrays import Floats
from ...base.errors import DataError, shortened
from ...base.input_files import DEFAULT_LIMITS, ReadingLimits, read_text
from ...base.numbers import EXACT

Numbers = np.ndarray[tuple[int, int], np.dtype[np.float64]]


class Odd(str):
    """The text of a spreadsheet's cell that is neither text nor a number, and what it is instead."""

    kind: str

    @classmethod
    def of(cls, text: str, kind: str) -> Odd:
        """Return the text of a cell of some kind; it never looks like a number."""
        cell = cls(f"{kind}, {text}" if _PLAIN.issuperset(text) else text.strip())
        cell.kind = kind
        return cell


@dataclass(frozen=True)
class Names:
    """A column of names.

    Attributes
    ----------
    codes : shape (rows,), the position in ``distinct`` of the name in each row.
    distinct : the names, without outer blanks.
    """

    codes: npt.NDArray[np.int64]
    distinct: list[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """Return names in their order of appearance."""
        codes, distinct = pd.factorize(np.array(list(names), dtype=object))
        return cls(codes.astype(np.int64), [str(name) for name in distinct])

    def listed(self) -> list[str]:
        """Return the name in each row."""
        return [self.distinct[code] for code in self.codes.tolist()]


class Source(Protocol):
    """A table as it stands in a file."""

    @property
    def name(self) -> str:
        """What it is called in messages."""

    @property
    def header(self) -> list[str]:
        """The headings of the columns."""

    @property
    def heading(self) -> str:
        """The place of the headings."""

    def __len__(self) -> int:
        """Return the number of rows below the header."""

    def line(self, row: int) -> str:
        """Name the place of a row."""

    def place(self, row: int, column: int) -> str:
        """Name the place of a cell."""

    def names(self, column: int) -> Names:
        """Return a column of names."""

    def numbers(self, columns: Sequence[int], infinite: bool = False) -> Numbers:
        """Return chosen columns as numbers, shape (rows, columns).

        Raises
        ------
        DataError : an empty cell, text, a decimal comma, NaN or (unless ``infinite``) an infinity, with its place.
        """


@dataclass(frozen=True)
class Grid:
    """The cells of a CSV file or an Excel sheet as text, stripped of blanks.

    Attributes
    ----------
    name : the file, or the file and its sheet.
    header : the first row.
    rows : the other rows, all as long as the header.
    lines : line number in the file, or row number in the sheet, of each row.
    top : line or row number of the header.
    sheet : whether it is a sheet, whose cells have names such as ``B3``.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    top: int = 1
    sheet: bool = False

    @property
    def heading(self) -> str:
        """The place of the headings."""
        return f"{self.name}, {'row' if self.sheet else 'line'} {self.top}"

    def __len__(self) -> int:
        return len(self.rows)

    def line(self, row: int) -> str:
        """Name the place of a row."""
        return f"{self.name}, {'row' if self.sheet else 'line'} {self.lines[row]}"

    def place(self, row: int, column: int) -> str:
        """Name a cell as people find it: file and line (or sheet and cell), row name and column name."""
        where = f"{self.name}, cell {column_letters(column)}{self.lines[row]}" if self.sheet else self.line(row)
        long = self.header[:2] == ["row", "column"] and column > 1
        pair = f" ({self.rows[row][1]!r})" if long else ""
        return f"{where}, row {self.rows[row][0]!r}{pair}, column {self.header[column]!r}"

    def column(self, name: str) -> list[str]:
        """Return a column by its heading."""
        at = self.header.index(name)
        return [row[at] for row in self.rows]

    def names(self, column: int) -> Names:
        """Return a column of names."""
        for at, row in enumerate(self.rows):
            cell = row[column]
            if isinstance(cell, Odd):
                raise DataError(f"{self.place(at, column)}: {cell!r} is {cell.kind}, not a name; write text")
        return Names.of(row[column] for row in self.rows)

    def numbers(self, columns: Sequence[int], infinite: bool = False) -> Numbers:
        """Return chosen columns as numbers, shape (rows, columns); the first cell that is not one is named."""
        cells = [[row[k] for k in columns] for row in self.rows]
        values = np.empty((len(cells), len(columns)))
        for r, row in enumerate(cells):
            if not _filled(values[r], row):
                for k, cell in enumerate(row):
                    try:
                        values[r, k] = number(cell, infinite)
                    except ValueError as error:
                        raise DataError(f"{self.place(r, columns[k])}: {error}") from None
        return values


def _filled(values: Floats, cells: list[str]) -> bool:
    """Fill in numbers written plainly; whether all are, and none needs a closer look."""
    try:
        values[:] = [float(cell) for cell in cells]
    except ValueError:
        return False
    size = np.abs(values)
    zeros = cells.count("0") + cells.count("0.0")
    return (
        _PLAIN.issuperset("".join(cells)) and not (size >= EXACT).any() and np.count_nonzero(size) + zeros == len(cells)
    )


def read_grid(path: Path, header: bool = True, limits: ReadingLimits = DEFAULT_LIMITS) -> Grid:
    """Read a CSV file; rows of the wrong length, an empty file, a wrong separator and stray quotes are errors.

    Parameters
    ----------
    header : False for a file of numbers only: the header is then made of the positions 1, 2, …
    """
    text = read_text(path, path.name, limits)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        read = [([cell.strip() for cell in row], reader.line_num) for row in reader]
    except csv.Error as error:
        raise DataError(f"{path.name}, line {reader.line_num}: not a CSV file: {error}") from None
    filled = [(row, line) for row, line in read if any(row)]
    if not filled:
        raise DataError(f"{path.name}: the file is empty")
    if header:
        (top, line), body = filled[0], filled[1:]
    else:
        top, line, body = [str(k + 1) for k in range(len(filled[0][0]))], 1, filled
    if len(top) == 1 and ";" in top[0]:
        raise DataError(f"{path.name}: columns are separated by ';'; use commas, and a point for decimals")
    grid = Grid(path.name, top, [row for row, _ in body], [line for _, line in body], line)
    for at, row in enumerate(grid.rows):
        if len(row) != len(top):
            advice = "; is there a decimal comma? write 1.5, not 1,5" if len(row) > len(top) else ""
            raise DataError(
                f"{grid.line(at)}, row {shortened(row[0])}: {len(row)} cells where the header has {len(top)}{advice}"
            )
    return grid


def column_letters(column: int) -> str:
    """Return what a spreadsheet calls a column (0-based position).

    >>> [column_letters(k) for k in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


#: The characters of a number written plainly.
_PLAIN = frozenset("0123456789+-.eE")
NUMBER = re.compile(r"[+-]?(?P<digits>[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)


def number(cell: str, infinite: bool = False) -> float:
    """Return the number that a cell's text writes: the nearest double to it.

    Raises
    ------
    ValueError : saying what is wrong: the cell is empty; text, a decimal comma or digits of another script; NaN, or
        (unless ``infinite``) an infinity; a number no double is near; a whole number that no double is.

    >>> number("1.5e3"), number("-inf", infinite=True)
    (1500.0, -inf)
    """
    if not cell:
        raise ValueError("the cell is empty; write 0 where there is none")
    given = shortened(str(cell))
    if isinstance(cell, Odd):
        raise ValueError(f"{given} is not a number but {cell.kind}")
    plain = NUMBER.fullmatch(cell)
    if plain is None:
        if infinite and _INFINITE.fullmatch(cell):
            return float(cell)
        without = cell.replace("_", "")
        if _INFINITE.fullmatch(cell) or without.lower().lstrip("+-") == "nan" or NUMBER.fullmatch(without):
            raise ValueError(f"{given} is not a finite number")
        raise ValueError(f"{given} is {'a decimal comma; write a point' if ',' in cell else 'not a number'}")
    value = float(cell)
    if np.isinf(value):
        raise ValueError(f"{given} is not a finite number: doubles end at 1.8e308")
    if value == 0 and plain["digits"].strip("0."):
        raise ValueError(f"{given} is too near zero: doubles begin at 5e-324")
    if abs(value) >= EXACT and cell.lstrip("+-").isdigit() and int(value) != int(cell):
        raise ValueError(f"{given} is a whole number that no double is; write {value!r} if that is near enough")
    return value


def single(values: npt.NDArray[np.float64]) -> Floats:
    """Return the only column of a table of one column."""
    return np.ascontiguousarray(values[:, 0])

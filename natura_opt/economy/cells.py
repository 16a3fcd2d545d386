"""CSV files to names and numbers, knowing the place of every cell."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DataError
from .table import Vector


@dataclass(frozen=True)
class Grid:
    """The cells of a file, stripped of blanks, with the line each row stands on.

    Attributes
    ----------
    path : the file.
    header : the first row.
    rows : the other rows, all as long as the header.
    lines : line number in the file of each row.
    """

    path: Path
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def place(self, row: int, column: int) -> str:
        """Name a cell as people find it: file, line, row name and column name."""
        return f"{self.path.name}, line {self.lines[row]}, row {self.rows[row][0]!r}, column {self.header[column]!r}"

    def column(self, name: str) -> list[str]:
        """Return a column by its heading."""
        at = self.header.index(name)
        return [row[at] for row in self.rows]


def read_grid(path: Path, header: bool = True) -> Grid:
    """Read a CSV file; rows of the wrong length, an empty file and a wrong separator are errors.

    Parameters
    ----------
    header : False for a file of numbers only: the header is then made of the positions 1, 2, …
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            read = [([cell.strip() for cell in row], reader.line_num) for row in reader]
    except FileNotFoundError:
        raise DataError(f"{path.name}: there is no such file in {path.parent.name or '.'}") from None
    except IsADirectoryError:
        raise DataError(f"{path.name}: is a folder, not a CSV file") from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name}: not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8"
        ) from None
    except csv.Error as error:
        raise DataError(f"{path.name}: not a CSV file: {error}") from None
    filled = [(row, line) for row, line in read if any(row)]
    if not filled:
        raise DataError(f"{path.name}: the file is empty")
    if header:
        (top, _), body = filled[0], filled[1:]
    else:
        top, body = [str(k + 1) for k in range(len(filled[0][0]))], filled
    if len(top) == 1 and ";" in top[0]:
        raise DataError(f"{path.name}: columns are separated by ';'; use commas, and a point for decimals")
    for row, line in body:
        if len(row) != len(top):
            advice = "; is there a decimal comma? write 1.5, not 1,5" if len(row) > len(top) else ""
            raise DataError(
                f"{path.name}, line {line}, row {row[0]!r}: {len(row)} cells where the header has {len(top)}{advice}"
            )
    return Grid(path, top, [row for row, _ in body], [line for _, line in body])


def numbers(grid: Grid, columns: Sequence[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return chosen columns as numbers, shape (rows, columns); the first cell that is not one is named.

    Errors
    ------
    DataError : an empty cell, text, a decimal comma, NaN or an infinity, with its place.
    """
    cells = [[row[k] for k in columns] for row in grid.rows]
    try:
        values = np.array(cells, dtype=np.float64).reshape(len(cells), len(columns))
        sound = bool(np.isfinite(values).all()) and not any("_" in cell for row in cells for cell in row)
    except ValueError:
        sound = False
    if not sound:
        for r, row in enumerate(cells):
            for k, cell in zip(columns, row, strict=True):
                _number(cell, grid, r, k)
    return values


def _number(cell: str, grid: Grid, row: int, column: int) -> float:
    place = grid.place(row, column)
    if not cell:
        raise DataError(f"{place}: the cell is empty; write 0 where there is none")
    try:
        value = float(cell)
    except ValueError:
        advice = "a decimal comma; write a point" if "," in cell else "not a number"
        raise DataError(f"{place}: {cell!r} is {advice}") from None
    if not np.isfinite(value) or "_" in cell:
        raise DataError(f"{place}: {cell!r} is not a finite number")
    return value


def single(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Vector:
    """Return the only column of a table of one column."""
    return np.ascontiguousarray(values[:, 0])

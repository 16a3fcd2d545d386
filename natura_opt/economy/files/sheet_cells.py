"""The cells of a sheet of a workbook, as its XML goes by.

A cell is taken as it is stored: a number by its digits, a text by its characters. What has no plain text (a truth, a
date, an error, a formula whose result was never saved) is an :class:`.cells.Odd` text and is refused
where a name or number is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from ...base.errors import DataError, shortened
from .cells import NUMBER, Odd, column_letters

#: What a sheet holds at most, by the format.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384

_REFERENCE = re.compile(r"(?P<column>[A-Z]{1,3})(?P<row>[1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WHOLE = re.compile(r"[+-]?[0-9]+")

#: Cells of a sheet by row number and column (0-based).
Rows = dict[int, dict[int, str]]
Attributes = Mapping[str, str]


class Texts:
    """Collect texts: every ``si`` of the shared ones, runs joined, readings of signs left out."""

    def __init__(self, element: str = "si") -> None:
        self.texts: list[str] = []
        self._element = element
        self._parts: list[str] = []
        self._inside = False
        self._aside = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == self._element:
            self._parts = []
        elif name == "rPh":
            self._aside += 1
        elif name == "t":
            self._inside = not self._aside

    def text(self, text: str) -> None:
        if self._inside:
            self._parts.append(text)

    def end(self, name: str) -> None:
        if name == "t":
            self._inside = False
        elif name == "rPh":
            self._aside -= 1
        elif name == self._element:
            self.texts.append(unescaped("".join(self._parts)))


class SheetReader:
    """The cells of a sheet as its XML goes by."""

    def __init__(
        self,
        place: str,
        texts: list[str],
        dates: Collection[int],
        figures: set[tuple[int, int]] | None,
        refuse_cells: Callable[[int, int], None],
        merged: list[str] | None = None,
    ) -> None:
        self.rows: Rows = {}
        self._refuse_cells, self._width = refuse_cells, 0  # columns of the first row that has any
        self._place, self._shared, self._dates, self._figures = place, texts, dates, figures
        self._merged = merged
        self._inside = False  # of the element that holds the cells
        self._row, self._column = 0, -1
        self._cell: Attributes = {}
        self._value: list[str] | None = None
        self._stored, self._formula = "", False
        self._text = Texts("is")

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "mergeCell" and self._merged is not None:
            self._merged.append(attributes.get("ref", ""))
        elif name == "mergeCell":
            raise DataError(
                f"{self._place}: the cells {shortened(attributes.get('ref'))} are merged, which hides all but one "
                "of them; a table has one cell for each entry"
            )
        if not self._inside:
            self._inside = name == "sheetData"
        elif name == "row":
            self._next_row(attributes.get("r"))
        elif name == "c":
            self._next_cell(attributes)
        elif name == "v":
            self._value = []
        elif name == "f":
            self._formula = True
        else:
            self._text.start(name, attributes)

    def text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)
        else:
            self._text.text(text)

    def end(self, name: str) -> None:
        if name == "sheetData":
            self._inside = False
        elif not self._inside:
            return
        elif name == "v" and self._value is not None:
            self._stored, self._value = "".join(self._value), None
        elif name == "c":
            self._put()
        else:
            self._text.end(name)

    def _next_row(self, given: str | None) -> None:
        row = self._row + 1 if given is None else _whole(given)
        if not self._row < row <= MOST_ROWS:
            raise DataError(f"{self._place}: row {given!r} after row {self._row}; rows go up, to {MOST_ROWS:,} at most")
        self._width = self._width or max(self.rows.get(self._row) or (-1,)) + 1
        self._refuse_cells(len(self.rows), self._width)
        self._row, self._column = row, -1
        self.rows[row] = {}

    def _next_cell(self, attributes: Attributes) -> None:
        given = attributes.get("r")
        column = self._column + 1
        if given is not None:
            match = _REFERENCE.fullmatch(given)
            if match is None or int(match["row"]) != self._row:
                raise DataError(f"{self._place}: a cell of row {self._row} is called {shortened(given)}")
            column = column_number(match["column"])
        if not self._column < column < MOST_COLUMNS:
            raise DataError(
                f"{self._place}, row {self._row}: the cell {column_letters(column)} after "
                f"{column_letters(self._column) or 'none'}; cells stand in order, each once"
            )
        self._cell, self._column = attributes, column
        self._stored, self._formula = "", False
        self._text.texts.clear()

    def _put(self) -> None:
        content = self._content(self._cell.get("t", "n"), self._stored)
        if content:
            self.rows.setdefault(self._row, {})[self._column] = content

    def _content(self, kind: str, stored: str) -> str:
        if kind == "inlineStr":
            return self._tidy("".join(self._text.texts))
        if self._formula and not stored and kind != "str":
            return Odd.of("=", "a formula whose result was never saved")
        if kind == "s":
            at = _whole(stored)
            if not 0 <= at < len(self._shared):
                raise DataError(f"{self._here()}: refers to text {shortened(stored)}, which is not in the file")
            return self._shared[at]
        if kind == "str":
            return self._tidy(unescaped(stored))
        if kind == "b":
            return Odd.of({"1": "True", "0": "False"}.get(stored.strip(), stored), "a truth")
        if kind == "e":
            return Odd.of(stored, "an error")
        if kind == "d":
            return Odd.of(stored, "a date")
        if kind != "n":
            raise DataError(f"{self._here()}: is of an unknown kind {shortened(kind)}")
        return self._number(stored.strip())

    def _tidy(self, text: str) -> str:
        return text.strip() if self._figures is None else text

    def _number(self, stored: str) -> str:
        """Return a number as a CSV file would hold it: all digits, whole ones without a point."""
        if not stored:
            return ""
        if _whole(self._cell.get("s", "0")) in self._dates:
            return Odd.of(stored, "a date")
        if not NUMBER.fullmatch(stored):
            return Odd.of(stored, "a damaged cell")
        if self._figures is not None:
            self._figures.add((self._row, self._column))
        value = float(stored)
        if value.is_integer() and abs(value) < 1e15 and (value or not stored.strip("0.")):
            return str(int(value))
        sound = value - value == 0 and not _WHOLE.fullmatch(stored) and value
        return repr(value) if sound else stored

    def _here(self) -> str:
        return f"{self._place}, cell {column_letters(self._column)}{self._row}"


def unescaped(text: str) -> str:
    """Return a text whose characters that XML has no room for were written as ``_x000D_``.

    >>> unescaped("a_x0041_b_x005F_x0041_")
    'aAb_x0041_'
    """
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def escaped(text: str) -> str:
    """Return a text such that what looks like an escape in it is read as it stands.

    >>> escaped("a_x0041_"), unescaped(escaped("a_x0041_"))
    ('a_x005F_x0041_', 'a_x0041_')
    """
    return _ESCAPED.sub(lambda match: f"_x005F{match[0]}", text) if "_x" in text else text


def column_number(letters: str) -> int:
    """Return the 0-based position of the column that a spreadsheet calls so.

    >>> [column_number(letters) for letters in ("A", "Z", "AA", "ZZ", "AAA")]
    [0, 25, 26, 701, 702]
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _whole(text: str) -> int:
    """Return a whole number of few digits, or -1."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

"""Where the tables of a workbook stand, as far as it was said, and what follows for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ...base.errors import DataError, OptionError, listed, shortened
from ..files.cells import column_letters
from .ranges_of_sheets import FORMS, Range, said
from .sheet import Sheet, sides

#: Where a row of an account stands: its number, a range, or its name; or several, which are added.
Row = int | str
Rows = Mapping[str, Row | Sequence[Row]] | Iterable[str]
_FILES = (".csv", ".xlsx", ".xlsm")


@dataclass
class Pages:
    """The sheets that ranges speak of; each is read once.

    Attributes
    ----------
    file, sheet : those meant where a range says none.
    zeros : texts that stand for no amount.
    """

    file: Path
    sheet: str | None
    zeros: tuple[str, ...]

    def __post_init__(self) -> None:
        self._read: dict[tuple[Path, str | None], Sheet] = {}
        self.place = self.file.name if self.sheet is None else f"{self.file.name}, sheet {self.sheet!r}"

    def of(self, text: str) -> tuple[Sheet, str]:
        """Return the sheet of a place such as ``Supply!C4:BI62``, and the place in it."""
        before, separator, after = text.rpartition("!")
        if not separator:
            return self._sheet(self.file, self.sheet), text
        page = before.strip().strip("'\"")
        if Path(page).suffix.lower() in _FILES:
            return self._sheet(self.file.parent / page, None), after
        return self._sheet(self.file, page), after

    def _sheet(self, file: Path, title: str | None) -> Sheet:
        if (file, title) not in self._read:
            self._read[file, title] = Sheet.of(file, title, self.zeros)
        return self._read[file, title]


@dataclass(frozen=True)
class Layout:
    """Where tables stand, as far as it was said.

    Attributes
    ----------
    pages : the sheets.
    industries : columns of the industries, where a table leaves its columns open.
    codes : the column in which products are named; ``None`` to look for it.
    headings : the row in which industries are named; ``None`` to look for it.
    """

    pages: Pages
    industries: tuple[int, int] | None
    codes: int | None
    headings: int | None

    @classmethod
    def of(cls, pages: Pages, *, industries: str | None, codes: str | None, headings: str | int | None) -> Layout:
        """Return a layout from what was said.

        Raises
        ------
        OptionError : a range that is none, or of the wrong side.
        """
        across, down = said(industries, "industries", "columns"), said(codes, "codes", "columns")
        above = said(headings, "headings", "rows")
        return cls(pages, across, None if down is None else down[0], None if above is None else above[0])

    def table(self, text: str, what: str) -> pd.DataFrame:
        """Return a table of products by industries."""
        page, rows, columns = self._sides(text, what)
        return self._figures(page, rows, columns, "techniques")

    def beside(self, given: str | Iterable[str], table: str, what: str) -> pd.DataFrame:
        """Return columns by product that stand beside a table, by their range or by their headings."""
        texts = names_given(given, what)
        page, inner = self.pages.of(texts[0])
        chosen = Range.of(inner) if len(texts) == 1 else None
        if chosen is None:
            page, rows, columns = self._sides(table, what)
            heads = self._heading_row(page, columns, rows[0])
            return self._figures(page, rows, [_headed(page, text, heads) for text in texts], "categories")
        if chosen.columns is None:
            raise OptionError(f"{what}={texts[0]!r}: say the columns, such as 'BP:BW', or their headings")
        rows, columns = sides(chosen, self._sides(table, what)[1], ())
        return self._figures(page, rows, columns, "categories")

    def accounts(self, given: Rows, table: str, what: str) -> pd.DataFrame:
        """Return totals by industry, a row for each name; several rows of one name are added."""
        wanted = given if isinstance(given, Mapping) else {text: text for text in names_given(given, what)}
        if not wanted:
            raise OptionError(f"{what} is empty; name rows, or leave it out")
        made: dict[str, pd.Series] = {}
        for name, where in wanted.items():
            parts = list(where) if isinstance(where, list | tuple) else [where]
            if not parts:
                raise OptionError(f"{what}: {name}: no row is named")
            frames = [self._account(part, table, f"{what}: {name}") for part in parts]
            made[str(name)] = pd.concat(frames).sum(axis=0)
        return pd.DataFrame(made).T

    def _account(self, where: object, table: str, what: str) -> pd.DataFrame:
        if isinstance(where, bool) or not isinstance(where, int | str):
            raise OptionError(f"{what}: a row is its number, a range or its name, not {shortened(where)}")
        beside, _, columns = self._sides(table, what)
        text = f"row {where}" if isinstance(where, int) else where
        page, inner = self.pages.of(text) if "!" in text else (beside, text)
        chosen = Range.of(inner)
        if chosen is None:
            at = page.row_of(inner, columns[0])
            chosen = Range(rows=(at, at))
        if chosen.rows is None:
            raise OptionError(f"{what}: {text!r}: say the rows, such as 'row 86', or their names")
        rows, columns = sides(chosen, (), columns)
        heads = self._heads(page, columns, rows[0], "techniques")
        return page.figures(rows, columns, pd.Index([f"row {row}" for row in rows]), heads)

    def _figures(self, page: Sheet, rows: list[int], columns: list[int], what: str) -> pd.DataFrame:
        names = self.codes if self.codes is not None else page.name_column(rows, columns[0])
        goods = page.names([(row, names) for row in rows], "goods")
        return page.figures(rows, columns, goods, self._heads(page, columns, rows[0], what))

    def _sides(self, text: str, what: str) -> tuple[Sheet, list[int], list[int]]:
        """Return the sheet, the row numbers and the columns of a table."""
        page, inner = self.pages.of(text)
        chosen = Range.of(inner)
        if chosen is None or chosen.rows is None:
            raise OptionError(f"{what}: {text!r} is no range of rows; write {FORMS}")
        rows, columns = sides(Range(chosen.rows, chosen.columns or self.industries), (), ())
        if columns:
            return page, rows, columns
        first = self.codes if self.codes is not None else page.name_column(rows, None)
        heads = self._heading_row(page, [first + 1], rows[0])
        columns = page.headed_columns(heads, first)
        if not columns:
            raise DataError(
                f"{page.place(heads, first + 1)}: no heading; say the columns of the industries (industries='C:BI')"
            )
        return page, rows, columns

    def _heading_row(self, page: Sheet, columns: list[int], above: int) -> int:
        return self.headings if self.headings is not None else page.heading_row(columns, above)

    def _heads(self, page: Sheet, columns: list[int], above: int, what: str) -> pd.Index:
        row = self._heading_row(page, columns, above)
        return page.names([(row, column) for column in columns], what)


def _headed(page: Sheet, text: str, row: int) -> int:
    """Return the column of a heading."""
    found = [column for column, cell in page.cells.get(row, {}).items() if cell == text]
    if len(found) == 1:
        return found[0]
    if found:
        where = [column_letters(column) for column in found]
        raise DataError(
            f"{page.name}, row {row}: {text!r} heads the columns {', '.join(where)}; say which, by its letter"
        )
    there = listed(page.cells.get(row, {}).values(), 90)
    raise DataError(f"{page.name}, row {row}: no column is headed {text!r}; there are {there}")


def names_given(given: object, what: str) -> list[str]:
    """Return names that were given, one or a list of them.

    Raises
    ------
    OptionError : none, or what is no text.
    """
    listing = isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping)
    texts = list(given) if listing and isinstance(given, Iterable) else [given]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise OptionError(f"{what} must be names, not {shortened(given)}")
    return [str(text) for text in texts]

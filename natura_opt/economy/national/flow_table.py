"""A table of flows as it stands in a file: which names are goods, and what else there is around them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...base.errors import DataError, listed, unknown
from ..coerce import as_labels
from ..files.cells import NUMBER, Odd, column_letters
from .ranges_of_sheets import said
from .sheet import Sheet


@dataclass(frozen=True)
class FlowTable:
    """A table of flows and what stands around it.

    Attributes
    ----------
    sheet : its cells.
    goods : names that head a column and a row, in the order of the columns.
    across : the cells of every heading.
    down : the cells of every name of a row.
    second : names by code, of a second column of names; empty where there is none.
    taken : headings and names that were asked for.
    """

    sheet: Sheet
    goods: pd.Index
    across: dict[str, list[tuple[int, int]]]
    down: dict[str, list[tuple[int, int]]]
    second: dict[str, str]
    taken: set[str]

    @classmethod
    def of(
        cls,
        sheet: Sheet,
        headings: str | int | None = None,
        codes: str | None = None,
        besides: Collection[str] = (),
    ) -> FlowTable:
        """Find out what a table holds.

        Parameters
        ----------
        headings : the row of the headings, as ``"row 3"``; by default the first that is filled.
        codes : the column of the names, as ``"column B"``; by default the first.
        besides : names that head a column and a row and are no goods all the same: totals, what else is asked for.

        Raises
        ------
        DataError : no goods, and a good named twice.
        """
        above, beside = said(headings, "headings", "rows"), said(codes, "codes", "columns")
        top = min(sheet.cells) if above is None else above[0]
        first = 0 if beside is None else beside[0]
        across = _by_name(sheet, [(top, column) for column in sheet.cells.get(top, {}) if column > first])
        down = _by_name(sheet, [(row, first) for row in sheet.cells if row > top])
        shared = [text for text in across if text in down and text not in besides]
        if not shared:
            raise DataError(
                f"{sheet.name}: no name heads both a column (in row {top}) and a row (in column "
                f"{column_letters(first)}), so there are no goods; columns: {listed(across)}; rows: {listed(down)}; "
                "say where they stand (headings='row 3', codes='column B')"
            )
        for lines in (across, down):
            for text in shared:
                sheet.names(lines[text], "goods")  # each once
        goods = as_labels(shared, "goods", sheet.name)
        second: dict[str, str] = {}
        described = first + 1
        if min(across[text][0][1] for text in shared) > described:
            texts = {text: sheet.cell(down[text][0][0], described) for text in shared}
            if not any(NUMBER.fullmatch(text) for text in texts.values()):
                second = texts
                across = {text: cells for text, cells in across.items() if cells[0][1] != described}
        return cls(sheet, goods, across, down, second, set())

    def columns(self, headings: Sequence[str]) -> pd.DataFrame:
        """Return columns of the goods' rows, goods x headings."""
        for heading in headings:
            if heading not in self.across:
                raise DataError(f"{self.sheet.name}: {unknown('column', heading, self.around(self.across))}")
        self.taken.update(headings)
        columns = [self._only(self.across, heading)[1] for heading in headings]
        rows = [self.down[good][0][0] for good in self.goods]
        return self.sheet.figures(rows, columns, self.goods, pd.Index(headings, dtype=object))

    def row(self, name: str, called: str) -> pd.DataFrame:
        """Return a row of the goods' columns, shape (1, goods)."""
        self.taken.add(name)
        columns = [self.across[good][0][1] for good in self.goods]
        return self.sheet.figures([self._only(self.down, name)[0]], columns, pd.Index([called]), self.goods)

    def output(self, name: str) -> pd.Series:
        """Return the outputs, from the row or the column of a name."""
        in_row, in_column = name in self.down, name in self.across
        if not (in_row or in_column):
            known = dict.fromkeys([*self.down, *self.across])
            raise DataError(f"{self.sheet.name}: output: {unknown('row or column', name, known)}")
        series = self.row(name, name).iloc[0] if in_row else self.columns([name])[name]
        if in_row and in_column and name not in self.goods:
            other = self.columns([name])[name]
            apart = np.flatnonzero(~np.isclose(series, other, rtol=1e-6))
            if len(apart):
                at = apart[0]
                raise DataError(
                    f"{self.sheet.name}: {name!r} is a row and a column, which differ for {str(self.goods[at])!r}: "
                    f"{series.iloc[at]:g} and {other.iloc[at]:g}"
                )
        return pd.Series(series)

    def _only(self, lines: Mapping[str, list[tuple[int, int]]], name: str) -> tuple[int, int]:
        """Return the one cell of a name."""
        self.sheet.names(lines[name], "rows and columns")
        return lines[name][0]

    def around(self, lines: Iterable[str]) -> list[str]:
        """Return names of rows or columns that are no goods."""
        return [text for text in lines if text not in self.goods]

    def left_out(self) -> list[str]:
        """Say which rows and columns were not asked for."""
        notes = []
        for what, lines in (("row", self.down), ("column", self.across)):
            rest = [text for text in self.around(lines) if text not in self.taken]
            if rest:
                notes.append(f"{len(rest)} {what}{'' if len(rest) == 1 else 's'} left out: {listed(rest, 50)}")
        return notes


def _by_name(sheet: Sheet, cells: Iterable[tuple[int, int]]) -> dict[str, list[tuple[int, int]]]:
    """Return the cells of every name; those without one are passed over."""
    named: dict[str, list[tuple[int, int]]] = {}
    for row, column in cells:
        text = sheet.cell(row, column)
        if text and not isinstance(text, Odd):
            named.setdefault(text, []).append((row, column))
    return named

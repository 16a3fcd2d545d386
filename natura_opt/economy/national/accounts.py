"""Accounts by industry that stand beside a table of flows: hours, capital stocks, emissions, in rows or columns."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ...base.errors import DataError, listed, unknown
from .sheet import Sheet


@dataclass(frozen=True)
class Accounts:
    """Where the accounts of each industry can be found.

    Attributes
    ----------
    sheet : the file.
    industries : as the tables call them.
    lines : of each account by name: the row (or column) it stands in.
    across : the column (or row) of each industry.
    in_rows : whether an account is a row, rather than a column.
    """

    sheet: Sheet
    industries: pd.Index
    lines: dict[str, list[int]]
    across: list[int]
    in_rows: bool

    @classmethod
    def of(cls, sheet: Sheet, industries: pd.Index) -> Accounts:
        """Find the accounts of a file: the row or the column that names all industries says how it lies.

        Raises
        ------
        DataError : no row and no column names every industry, or some industry stands in it twice.
        """
        wanted = set(industries)
        for row, cells in sheet.cells.items():
            if wanted <= set(cells.values()):
                return cls._lying(sheet, industries, row, list(cells.items()), in_rows=True)
        columns = sorted({column for cells in sheet.cells.values() for column in cells})
        held = {column: [(row, sheet.cell(row, column)) for row in sheet.cells] for column in columns}
        for column, down in held.items():
            if wanted <= {text for _, text in down}:
                return cls._lying(sheet, industries, column, down, in_rows=False)
        best = max((wanted & {text for _, text in down} for down in held.values()), key=len, default=set())
        raise DataError(
            f"{sheet.name}: no row and no column names every industry; without {listed(sorted(wanted - best))}"
        )

    @classmethod
    def _lying(
        cls, sheet: Sheet, industries: pd.Index, line: int, cells: list[tuple[int, str]], in_rows: bool
    ) -> Accounts:
        at: dict[str, int] = {}
        for position, text in cells:
            if text in at and text in industries:
                raise DataError(
                    f"{sheet.name}: the industry {text!r} stands twice beside the accounts; choose one year"
                )
            at[text] = position
        lines: dict[str, list[int]] = {}
        if in_rows:
            first = min(at[name] for name in industries)
            for row, row_cells in sheet.cells.items():
                if row != line:
                    for column in range(first):
                        if text := row_cells.get(column, ""):
                            lines.setdefault(text, []).append(row)
                            break
        else:
            top = sheet.cells[min(sheet.cells)]
            for column, text in top.items():
                if column != line:
                    lines.setdefault(text, []).append(column)
        return cls(sheet, industries, lines, [at[name] for name in industries], in_rows)

    def has(self, name: str) -> bool:
        """Whether there is an account of this name."""
        return name in self.lines

    def row(self, name: str, called: str) -> pd.DataFrame:
        """Return one account, shape (1, industries).

        Raises
        ------
        DataError : no account, or several, of this name, and figures that are none.
        """
        found = self.lines.get(name, [])
        if not found:
            raise DataError(f"{self.sheet.name}: {unknown('account', name, self.lines)}")
        if len(found) > 1:
            raise DataError(f"{self.sheet.name}: {name!r} stands {len(found)} times; every account must be given once")
        if self.in_rows:
            return self.sheet.figures(found, self.across, pd.Index([called]), self.industries)
        return self.sheet.figures(self.across, found, self.industries, pd.Index([called])).T

"""The flows of a tidy file, one a row: by matrix, by product and by industry (or kind of final demand)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ...base.errors import DataError, listed, unknown
from ..files.cells import NUMBER, Odd
from .sheet import Sheet

#: Headings by what stands under them, in small letters without signs.
_HEADINGS = {
    "matrix": ("matnames", "matname", "matrix", "matrixname"),
    "row": ("rownames", "rowname", "row"),
    "column": ("colnames", "colname", "column", "columnname"),
    "value": ("matvals", "matval", "value", "values", "vals", "edot", "xdot", "exdot", "qdot"),
    "ledger": ("ledgerside", "side"),
    "flow": ("flow",),
    "product": ("product",),
    "unit": ("unit", "units"),
}
#: What a row needs to say in either layout.
_OF_MATRICES = ("matrix", "row", "column", "value")
_OF_BALANCES = ("ledger", "flow", "product", "value")
#: Columns that say more of a row's or a column's name, and choose nothing.
_ASIDE = ("rowtypes", "rowtype", "coltypes", "coltype", "flowaggregationpoint")
_MATRICES = ("R", "V", "U", "U_feed", "U_EIOU", "Y", "S_units")
#: How the industries that take from nature are called in energy balances.
_NATURE = "resources"


@dataclass(frozen=True)
class TidyFlows:
    """The flows of a file that were chosen.

    Attributes
    ----------
    entries : values by matrix (R, V, U, Y), each by product and the other name.
    units : of the products, as far as they are said.
    notes : how many rows were left out.
    """

    entries: dict[str, dict[tuple[str, str], float]]
    units: dict[str, str]
    notes: list[str]

    @classmethod
    def of(cls, page: Sheet, only: Mapping[str, Any]) -> TidyFlows:
        """Read the rows that are meant.

        Parameters
        ----------
        page : with headings in its first row.
        only : an entry, or several, by the heading of a column.

        Raises
        ------
        DataError : headings or rows that are not understood, a column that holds several things and is not chosen from.
        """
        top, *rows = page.cells
        names = page.names([(top, column) for column in page.cells[top]], "headings")
        headings = dict(zip(names, page.cells[top], strict=True))
        at = {what: column for what, known in _HEADINGS.items() if (column := _headed(headings, known)) is not None}
        layout = _OF_MATRICES if "matrix" in at else _OF_BALANCES
        missing = [what for what in layout if what not in at]
        if missing:
            raise DataError(
                f"{page.name}, row {top}: no column of the {listed(missing)}; give matnames, rownames, colnames and "
                f"matvals, or LedgerSide, Flow, Product and a value; there are {listed(headings, 30)}"
            )
        kept = _chosen(page, rows, headings, set(at.values()), only)
        left = len(rows) - len(kept)
        made = cls({}, {}, [f"{left} of {len(rows)} rows left out"] if left else [])
        for row in kept:
            texts = {what: page.cell(row, column) for what, column in at.items()}
            made._put(page, row, texts, at["value"])
        return made

    def table(self, *matrices: str) -> pd.DataFrame:
        """Return the sum of matrices, products x industries (or kinds of final demand)."""
        entries: dict[tuple[str, str], float] = {}
        for matrix in matrices:
            for key, value in self.entries.get(matrix, {}).items():
                entries[key] = entries.get(key, 0.0) + value
        products = pd.Index(list(dict.fromkeys(product for product, _ in entries)), dtype=object)
        others = pd.Index(list(dict.fromkeys(other for _, other in entries)), dtype=object)
        frame = pd.DataFrame(0.0, products, others)
        for (product, other), value in entries.items():
            frame.loc[product, other] = value
        return frame

    def _put(self, page: Sheet, row: int, texts: Mapping[str, str], column: int) -> None:
        """Take in one row."""
        matrix, product, other = _written(page, row, texts) if "matrix" in texts else _balanced(page, row, texts)
        for text in (product, other):
            if not text or isinstance(text, Odd):
                raise DataError(
                    f"{page.name}, row {row}: {text!r} is no name; each row names a product and an industry"
                )
        figures = page.figures([row], [column], pd.Index([product]), pd.Index([other]))
        value = float(figures.to_numpy()[0, 0])
        if matrix == "S_units":
            if value:
                self._measure(page, row, product, other)
            return
        if texts.get("unit"):
            self._measure(page, row, product, texts["unit"])
        table = self.entries.setdefault("U" if matrix.startswith("U") else matrix, {})
        if (product, other) in table and "ledger" not in texts and matrix in ("R", "V", "U", "Y"):
            raise DataError(f"{page.name}, row {row}: {product!r} and {other!r} stand in {matrix} twice")
        value = -value if matrix == "U" and "ledger" in texts else value  # a ledger's uses stand below zero
        table[product, other] = table.get((product, other), 0.0) + value

    def _measure(self, page: Sheet, row: int, product: str, unit: str) -> None:
        known = self.units.setdefault(product, unit)
        if known != unit:
            raise DataError(f"{page.name}, row {row}: {product!r} is measured in {known!r} and in {unit!r}")


def _plain(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _alike(text: str) -> str | float:
    """Return what an entry is known by: 2000 and 2000.0 are the same year."""
    return float(text) if NUMBER.fullmatch(text) else text


def _headed(headings: Mapping[str, int], known: tuple[str, ...]) -> int | None:
    plain = {_plain(text): column for text, column in headings.items()}
    return next((plain[text] for text in known if text in plain), None)


def _chosen(
    page: Sheet, rows: list[int], headings: Mapping[str, int], read: set[int], only: Mapping[str, Any]
) -> list[int]:
    """Return the rows that are meant; a further column that then still holds several things is refused."""
    for heading, wanted in only.items():
        if heading not in headings:
            raise DataError(f"{page.name}: only: {unknown('column', heading, headings)}")
        column = headings[heading]
        held = {_alike(page.cell(row, column)): page.cell(row, column) for row in rows}
        texts = [str(one) for one in (wanted if isinstance(wanted, list | tuple | set) else [wanted])]
        for text in texts:
            if _alike(text) not in held:
                raise DataError(f"{page.name}: only: column {heading!r}: {unknown('entry', text, held.values())}")
        meant = set(map(_alike, texts))
        rows = [row for row in rows if _alike(page.cell(row, column)) in meant]
    if not rows:
        raise DataError(f"{page.name}: there are no flows, only headings")
    for heading, column in headings.items():
        several = {page.cell(row, column) for row in rows}
        if column not in read and _plain(heading) not in _ASIDE and heading not in only and len(several) > 1:
            raise DataError(
                f"{page.name}: column {heading!r} holds {listed(sorted(several), 20)}; say which is meant "
                f"(only={{{heading!r}: ...}})"
            )
    return rows


def _written(page: Sheet, row: int, texts: Mapping[str, str]) -> tuple[str, str, str]:
    """Return matrix, product and the other name of a row that names its matrix."""
    matrix = texts["matrix"]
    if matrix not in _MATRICES:
        raise DataError(f"{page.name}, row {row}: {unknown('matrix', matrix, _MATRICES)}")
    if matrix in ("R", "V"):
        return matrix, texts["column"], texts["row"]
    return matrix, texts["row"], texts["column"]


def _balanced(page: Sheet, row: int, texts: Mapping[str, str]) -> tuple[str, str, str]:
    """Return matrix, product and the other name of a row of an energy balance."""
    side, product, flow = texts["ledger"].lower(), texts["product"], texts["flow"]
    if side == "consumption":
        return "Y", product, flow
    if side != "supply":
        sides = ("Supply", "Consumption")
        raise DataError(f"{page.name}, row {row}: {unknown('side of the ledger', texts['ledger'], sides)}")
    if texts["value"].startswith("-"):
        return "U", product, flow
    return "R" if flow.lower().startswith(_NATURE) else "V", product, flow

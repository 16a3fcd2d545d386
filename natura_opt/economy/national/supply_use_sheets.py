"""Supply and use tables as statistical offices publish them, in a workbook or CSV file: each table is a range of it.

A range is written as in a spreadsheet (``C4:BI62``), and a side that it leaves open is taken from what is known: rows
alone (``4:62``, ``row 86``) stand in the columns of the industries, columns alone (``BP:BW``) in the rows of ``use``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...base.entrance import checked_arguments
from ...base.errors import DataError, listed
from ..economy import Economy
from .asked import asked
from .balance import TOLERANCE, checked_balance, refuse_tolerance
from .layout import Layout, Pages, Rows
from .naming import Names, check_labels, relabelled
from .sheet import as_zeros
from .supply_use import from_supply_use
from .totals import refuse_totals


@checked_arguments("resources", "emissions", "names", "units", "final_demand", "zeros")
def read_supply_use(
    file: str | Path,
    supply: str,
    use: str,
    final_demand: str | Iterable[str],
    *,
    sheet: str | int | None = None,
    industries: str | None = None,
    imports: str | None = None,
    resources: Rows | None = None,
    emissions: Rows | None = None,
    capital: str | None = None,
    codes: str | None = None,
    headings: str | int | None = None,
    labels: str = "codes",
    names: Names = None,
    zeros: Iterable[str] = (),
    weights: Mapping[str, float] | None = None,
    resource_limits: Any = "base",
    tolerance: float = TOLERANCE,
    negatives: str = "error",
    units: Mapping[str, str | Iterable[str] | Mapping[Any, str]] | None = None,
    name: str = "",
    objective: str | None = None,
    **options: Any,
) -> Economy:
    """Read an economy from supply and use tables that stand somewhere in a workbook or CSV file.

    Parameters
    ----------
    file : ``.xlsx`` or CSV.
    supply, use : where the figures stand, products x industries: ``"C4:BI62"``, or ``"4:62"`` (rows) where
        ``industries`` says the columns. Before a ``!`` may stand another sheet, or another file beside this one:
        ``"Supply!C4:BI62"``, ``"make.csv!B2:K11"``.
    final_demand : its columns: ``"BP:BW"``, or headings, in the rows of ``use``; or a whole range.
    sheet : the sheet of a workbook that has several.
    industries : the columns of the industries in all tables that leave them open, such as ``"C:BI"``; by default those
        with a heading, from the names of the rows to the first without.
    imports : columns (in the rows of ``supply``) or a range of what came from outside, by product.
    resources, emissions : rows of totals by industry: ``{"hours": "row 86", "wages": ["Wages", "Social security"]}``,
        by row number or by the name of the row; or a list of names. Several rows are added.
    capital : a range of stocks, products x industries.
    codes : the column in which products are named, as ``"column B"``; by default the nearest to the left that names all
        rows.
    headings : the row in which industries are named, as ``"row 3"``; by default the nearest above that names all
        columns.
    labels, names : what products and industries are called: their ``"codes"``, as they stand; or the ``"names"`` that a
        file (a column of codes and, after it, one of names) or a mapping gives them; or ``"both"``.
    zeros : texts that stand for no amount, such as ``""`` (an empty cell), ``"-"`` or ``".."``.
    weights : by resource, for the question ``least-resources``; one resource weighs 1.
    resource_limits : by resource; ``"base"`` for as much as the base year used; ``None`` for none.
    tolerance : how far what is made and brought in may be from what goes out, as a part of the larger, row by row;
        ``float("inf")`` for tables that are not of one valuation.
    negatives, units, name : as in :func:`natura_opt.from_supply_use`; the name is by default the file's.
    objective : of the only question; by default ``least-resources`` and ``assortment`` are asked, and ``default``
        is the former, or the latter where there are stocks of capital.
    options : further arguments of :func:`natura_opt.from_supply_use` (``levels``, ``title``, ``source``, …).

    Raises
    ------
    DataError : cells that are no numbers, merged or missing names, a total among the entries, rows that do not balance;
        naming cell, row and column. OptionError : a range that is none.
    """
    check_labels(labels, names)
    refuse_tolerance(tolerance)
    pages = Pages(Path(file), None if sheet is None else str(sheet), as_zeros(zeros))
    spread = Layout.of(pages, industries=industries, codes=codes, headings=headings)
    place = name or Path(file).stem
    used = _entries(spread.table(use, "use"), f"{pages.place}: use")
    made = _entries(spread.table(supply, "supply"), f"{pages.place}: supply")
    wanted = _entries(spread.beside(final_demand, use, "final_demand"), f"{pages.place}: final_demand")
    brought = None if imports is None else spread.beside(imports, supply, "imports")
    spent, emitted = (
        None if rows is None else spread.accounts(rows, supply, what)
        for rows, what in ((resources, "resources"), (emissions, "emissions"))
    )
    stocks = None if capital is None else spread.table(capital, "capital")
    _same(used, made, pages.place)
    goods = relabelled(made.index, labels, names, "goods")
    called = dict(zip(made.index, goods, strict=True))
    branches = dict(zip(made.columns, relabelled(made.columns, labels, names, "techniques"), strict=True))
    notes = _balance(made, used, wanted, brought, pages.place, tolerance)
    given = {
        **asked(spent, weights, None if "questions" in options else objective, place, stocks is not None),
        "resource_limits": None if spent is None else resource_limits,
        "units": units,
        "source": pages.place,
        **options,
    }
    economy = from_supply_use(
        made.rename(index=called, columns=branches),
        used.rename(index=called, columns=branches),
        final_demand=wanted.rename(index=called),
        imports=None if brought is None else brought.rename(index=called).sum(axis=1),
        resources=None if spent is None else spent.rename(columns=branches),
        emissions=None if emitted is None else emitted.rename(columns=branches),
        capital=None if stocks is None else stocks.rename(index=called, columns=branches),
        negatives=negatives,
        name=place,
        **given,
    )
    return economy.with_changes(notes=[*notes, *economy.notes])


def _entries(table: pd.DataFrame, place: str) -> pd.DataFrame:
    """Return a table, once it is sure that no total is among its entries."""
    refuse_totals(table, place)
    return table


def _same(used: pd.DataFrame, made: pd.DataFrame, place: str) -> None:
    """Raise unless supply and use speak of the same products and industries."""
    for what, one, other in (("products", used.index, made.index), ("industries", used.columns, made.columns)):
        extra, missing = one.difference(other), other.difference(one)
        if len(extra) or len(missing):
            raise DataError(
                f"{place}: the {what} of use are not those of supply: "
                + "; ".join(
                    f"{word} {listed(names)}" for word, names in (("without", missing), ("with", extra)) if len(names)
                )
            )


def _balance(
    made: pd.DataFrame,
    used: pd.DataFrame,
    wanted: pd.DataFrame,
    brought: pd.DataFrame | None,
    place: str,
    tolerance: float,
) -> list[str]:
    there = made.sum(axis=1) if brought is None else made.sum(axis=1) + brought.sum(axis=1).reindex(made.index)
    out = (used.sum(axis=1) + wanted.sum(axis=1).reindex(used.index)).reindex(made.index)
    if out.isna().any() or there.isna().any():  # names that do not match are refused further on
        return []
    return checked_balance(np.asarray(there), np.asarray(out), made.index, place, tolerance)

"""Physical supply and use tables in tidy form, one flow a row, as Recca and matsindf keep them.

Two layouts are read. Of matrices: each row says its matrix (``matnames``: R, V, U or its parts U_feed and U_EIOU, Y;
also S_units), row, column and value. V and R are industries x products, U products x industries, Y products x final
demand. Of energy balances: each row says its side of the ledger, the flow (an industry) and the product; supplied
above zero is made (R where the flow is a resource, V otherwise), supplied below zero is used (U), consumed is final
demand (Y).

The industries of R take from nature: each becomes a technique that uses a resource of its name, one unit of it for each
of its output.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ...base.entrance import checked_arguments
from ...base.errors import DataError, listed
from ..economy import Economy
from .asked import asked
from .balance import TOLERANCE, checked_balance, refuse_tolerance
from .sheet import Sheet
from .supply_use import from_supply_use
from .tidy_flows import TidyFlows
from .unit_names import in_own_words


@checked_arguments("units")
def read_psut(
    file: str | Path,
    only: Mapping[str, Any] | None = None,
    *,
    sheet: str | int | None = None,
    weights: Mapping[str, float] | None = None,
    resource_limits: Any = "base",
    tolerance: float = TOLERANCE,
    negatives: str = "error",
    unit: str = "",
    name: str = "",
    objective: str | None = None,
    **options: Any,
) -> Economy:
    """Read an economy from a tidy file of physical supply and use tables (PSUT).

    Parameters
    ----------
    file : CSV or ``.xlsx``, with headings in the first row: matrix, row, column, value (``matnames``, ``rownames``,
        ``colnames``, ``matvals``); or ledger side, flow, product, value; and any others, such as Country and Year.
    only : which rows are meant, by the heading of a column that holds several things: ``{"LastStage": "Final"}``.
    sheet : the sheet of a workbook that has several.
    weights : by resource, for the question ``least-resources``; by default 1 of each, where they are measured alike.
    resource_limits : by resource; ``"base"`` for as much as the base year used; ``None`` for none.
    tolerance : how far what is made may be from what goes out, as a part of the larger, product by product.
    negatives : as in :func:`natura_opt.from_supply_use`.
    unit : of all products, where the file has no column of units and no matrix S_units.
    name : by default the file's.
    objective : of the only question; by default ``least-resources`` and ``assortment`` are asked, and ``default`` is
        the former.
    options : further arguments of :func:`natura_opt.from_supply_use`.

    Raises
    ------
    DataError : a column that holds several things and is not chosen from, unknown matrices, a flow given twice, an
        industry whose products are not measured alike, products that do not balance; naming the place.
    """
    refuse_tolerance(tolerance)
    page = Sheet.of(file, None if sheet is None else str(sheet))
    flows, place = TidyFlows.of(page, only or {}), name or Path(file).stem
    made, used, wanted = flows.table("V", "R"), flows.table("U"), flows.table("Y")
    goods = pd.Index(list(dict.fromkeys([*made.index, *used.index, *wanted.index])), dtype=object)
    industries = made.columns
    if not len(industries):
        raise DataError(f"{page.name}: nothing is made; there must be flows in V (or supplied above zero)")
    lost = used.columns.difference(industries)
    if len(lost):
        raise DataError(f"{page.name}: the industries {listed(lost)} use products but make none; correct the table")
    made = made.reindex(index=goods, fill_value=0.0)
    used = used.reindex(index=goods, columns=industries, fill_value=0.0)
    demand = wanted.sum(axis=1).reindex(goods, fill_value=0.0)
    out = used.sum(axis=1) + demand
    found = checked_balance(made.sum(axis=1).to_numpy(), out.to_numpy(), goods, page.name, tolerance)
    measured = {good: flows.units.get(good, unit) for good in goods}
    levels, level_units = _levels(made, measured, page.name)
    natural = [industry for industry in flows.table("R").columns if levels[industry] > 0]
    taken = pd.DataFrame([levels.where(industries == industry, 0.0) for industry in natural], natural)
    spent = taken if natural else None
    alike = len({level_units[industry] for industry in natural}) == 1
    units, renamed = in_own_words(
        {
            "goods": list(measured.values()),
            "techniques": list(level_units.values()),
            "resources": [level_units[industry] for industry in natural],
        }
    )
    weighed = dict.fromkeys(natural, 1.0) if weights is None and alike else weights
    given = {
        **asked(spent, weighed, None if "questions" in options else objective, place),
        "resource_limits": None if spent is None else resource_limits,
        "units": units,
        "source": page.name,
        **options,
    }
    economy = from_supply_use(
        made,
        used,
        final_demand=demand,
        resources=spent,
        levels=levels,
        negatives=negatives,
        name=place,
        **given,
    )
    return economy.with_changes(notes=[*flows.notes, *found, *renamed, *economy.notes])


def _levels(made: pd.DataFrame, units: Mapping[str, str], place: str) -> tuple[pd.Series, dict[str, str]]:
    """Return each industry's output in the base year, and its unit: that of its products."""
    measured = {}
    for industry in made.columns:
        kinds = {units[str(good)] for good in made.index[made[industry] != 0]}
        if len(kinds) > 1:
            raise DataError(
                f"{place}: {str(industry)!r} makes products measured in {listed(sorted(kinds))}, which cannot be "
                "added; split it, or write them in one unit"
            )
        measured[str(industry)] = next(iter(kinds), "")
    return made.clip(lower=0.0).sum(axis=0), measured

"""The make and use tables of the US Bureau of Economic Analysis (detail or summary level, codes as names).

The layout is that of the CSV files published with useeior: the make table has industries as rows and commodities as
columns; the use table has commodities and then value added (``V…``) as rows, industries and then final demand (``F…``)
as columns; totals have codes that begin with ``T0``. Values are millions of dollars.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ...base.entrance import checked_arguments
from ...base.errors import DataError, listed
from ..coerce import as_labels
from ..economy import Economy
from ..files.cells import read_grid
from .naming import Names, check_labels, relabelled
from .supply_use import from_supply_use

#: Imports stand in the use table as a (mostly negative) column of final demand.
IMPORTS = "F05000"
COMPENSATION = "V00100"


@checked_arguments("commodity_names", "industry_names")
def read_bea(
    make: str | Path,
    use: str | Path,
    *,
    imports: bool = True,
    labels: str = "codes",
    commodity_names: Names = None,
    industry_names: Names = None,
    negatives: str = "error",
    name: str = "",
    objective: str | None = "least-resources",
    **options: Any,
) -> Economy:
    """Read an economy from the make and the use table of one year.

    Goods are commodities, techniques are industries (by their codes), the activity unit is one unit of an industry's
    total output. The one resource is ``labour``, counted by what is paid for it (compensation of employees), with the
    weight 1 and the base year's total as its limit.

    Parameters
    ----------
    make, use : the files.
    imports : whether what was imported in that year is on hand; without, it must be made at home or done without.
    labels : what commodities and industries are called: their ``"codes"``, their ``"names"``, or ``"both"``.
    commodity_names, industry_names : names by code: a file (a column of codes and, after it, one of names) or a
        mapping.
    negatives : ``"error"``, ``"as-output"`` or ``"other-side"``, as in :func:`natura_opt.from_supply_use`.
    name : of the economy; by default the name of the use file.
    objective : of its default question; ``None`` where ``questions`` are among the options.
    options : further arguments of :func:`natura_opt.from_supply_use` (``capital``, ``levels``, ``questions``, …), by
        the labels chosen; ``resources`` adds resources to labour, and then ``resource_weights`` must name them all.

    Raises
    ------
    DataError : naming file, row and column.
    """
    for names in (commodity_names, industry_names):
        check_labels(labels, names)
    make_table, use_table = _table(Path(make)), _table(Path(use))
    industries = make_table.index[~_totals(make_table.index)]
    commodities = make_table.columns[~_totals(make_table.columns)]
    place = Path(use).name
    final, added = use_table.columns.str.startswith("F"), use_table.index.str.startswith("V")
    _same(use_table.columns[~final & ~_totals(use_table.columns)], industries, "industries", place)
    _same(use_table.index[~added & ~_totals(use_table.index)], commodities, "commodities", place)
    for code, codes, what in ((COMPENSATION, use_table.index, "row"), (IMPORTS, use_table.columns, "column")):
        if code not in codes:
            raise DataError(f"{place}: there is no {what} {code!r}")
    demand = use_table.loc[commodities, use_table.columns[final]].drop(columns=IMPORTS)
    brought = -use_table.loc[commodities, IMPORTS]
    sent_back = brought < 0  # entered as exports of what was imported: a use
    if imports:
        demand = demand.assign(sent_back=(-brought).where(sent_back, 0.0))
    goods = dict(zip(commodities, relabelled(commodities, labels, commodity_names, "goods"), strict=True))
    techniques = dict(zip(industries, relabelled(industries, labels, industry_names, "techniques"), strict=True))
    labour = use_table.loc[[COMPENSATION], industries].set_axis(["labour"]).rename(columns=techniques)
    more = options.pop("resources", None)
    given = {
        "resources": labour if more is None else pd.concat([labour, more]),
        "resource_limits": "base",
        "resource_weights": pd.Series([1.0], ["labour"]) if more is None else None,
        "source": "US Bureau of Economic Analysis",
        "units": {"goods": ["USD_million"] * len(commodities)},
        **options,
    }
    return from_supply_use(
        make_table.loc[industries, commodities].T.rename(index=goods, columns=techniques),
        use_table.loc[commodities, industries].rename(index=goods, columns=techniques),
        final_demand=demand.rename(index=goods),
        imports=brought.where(~sent_back, 0.0).rename(index=goods) if imports else None,
        negatives=negatives,
        name=name or Path(use).stem,
        objective=None if "questions" in options else objective,
        **given,
    )


def _table(path: Path) -> pd.DataFrame:
    grid = read_grid(path)
    rows = as_labels([row[0] for row in grid.rows], "rows", path.name)
    columns = as_labels(grid.header[1:], "columns", f"{path.name}, line 1")
    return pd.DataFrame(grid.numbers(range(1, len(grid.header))), index=rows, columns=columns)


def _totals(codes: pd.Index) -> Any:
    return codes.str.startswith("T0")


def _same(given: pd.Index, wanted: pd.Index, what: str, place: str) -> None:
    extra, missing = given.difference(wanted), wanted.difference(given)
    if len(extra) or len(missing):
        raise DataError(
            f"{place}: the {what} are not those of the make table: "
            f"{'without ' + listed(missing) if len(missing) else 'with ' + listed(extra)}"
        )

"""Reports of curves, as rows of a frame or by name, to the table ``curves``: names decide, nothing is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import DataError, shortened, unknown
from ..base.labels import name_of
from ..curves.curve import Beyond, Curve
from ..curves.fits import fitted_curve
from ..curves.formula import Formula
from ..curves.making import composed
from ..curves.observed import Fit
from ..curves.stacking import stacked_curve
from ..tables.curves import IN_PLACE_OF, NEEDED, OPTIONAL
from ..tables.spec import TableSpec
from .coerce import position, reads, spelled
from .curve_reports import rows_of_mapping
from .curve_table import CurveTable, PlacedCurve, Unit
from .table import Table
from .tidy_rows import Place, cells_in, check_headings, found_on, numbers_in, text_in

#: So many quantities of a piece with a formula are looked at for totals below nothing.
_LOOKED_AT = 65
#: What some texts of a report may say.
_CHOICES: dict[str, tuple[str, ...]] = {"fit": get_args(Fit), "beyond": get_args(Beyond)}


def curve_table(
    spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str, place: Place | None = None
) -> CurveTable:
    """Return the checked table of curves from whatever a user holds it in.

    Parameters
    ----------
    value : a frame with the columns technique, name, quantity and total (and perhaps of, unit, formula, fit, beyond); a
        mapping from (technique, name) or (technique, name, table) to a curve, a frame or list of (quantity, total), or
        a function of quantities with its range, ``(function, end)``; or a table of another economy.
    place : says where a row stands, for messages.

    Raises
    ------
    DataError : naming the row, or the technique and the name, and what is wrong with it.
    """
    here = f"{where}: table {spec.name!r}"
    if isinstance(value, CurveTable):
        frame = value.rows
    elif isinstance(value, Table):
        raise DataError(f"{here}: is no table of curves")
    elif isinstance(value, pd.DataFrame):
        frame = value
    elif isinstance(value, Mapping):
        frame = rows_of_mapping(value, here)
    else:
        raise DataError(
            f"{here}: must be a frame with the columns {', '.join(NEEDED)}, or a mapping from (technique, name) to a "
            f"curve, not {shortened(value)}"
        )
    at = place or (lambda row: f"{here}, row {row + 1}")
    rows = _checked_rows(frame, axes, here, at)
    parts = list(rows.groupby(["technique", "of", "name"], sort=False))
    placed = [_placed(key, part, axes, at) for key, part in parts]
    if not placed:
        raise DataError(f"{here} is empty; leave it out, or report something")
    for one, (_, part) in zip(placed, parts, strict=True):
        _fill_totals(rows, part, one)
    return CurveTable.of(spec, placed, rows)


def _fill_totals(rows: pd.DataFrame, part: pd.DataFrame, placed: PlacedCurve) -> None:
    """Write down what formulas give where a report left its total out, so that every row can be written and read."""
    if not part["total"].isna().any():
        return
    curves = {unit.name: unit.curve for unit in placed.units} or {"": placed.curve}
    for unit, own in part[part["total"].isna()].groupby("unit", sort=False):
        curve = curves[str(unit)]
        ends = np.searchsorted(curve.quantities, own["quantity"].to_numpy()) - 1
        rows.loc[own.index, "total"] = curve.ends[ends]


def _checked_rows(frame: pd.DataFrame, axes: Mapping[str, pd.Index], here: str, at: Place) -> pd.DataFrame:
    """Return the reports with every column, names as labels of the axes, numbers as doubles and texts as texts."""
    check_headings(frame, (*NEEDED, *OPTIONAL), [heading for heading in NEEDED if heading != "total"], here)
    if "total" not in frame.columns and "formula" not in frame.columns:
        raise DataError(f"{here}: the column 'total' is missing")
    count = len(frame)
    rows: dict[str, Any] = {heading: numbers_in(frame, heading, here) for heading in ("quantity", "total")}
    for heading in OPTIONAL:
        choices = _CHOICES.get(heading, ())
        cells = cells_in(frame, heading)
        rows[heading] = [text_in(cells[k], heading, at(k), choices, heading == "unit") for k in range(count)]
    techniques = found_on(frame["technique"].tolist(), axes["techniques"], "techniques", at)
    rows["technique"] = [axes["techniques"][k] for k in techniques]
    names = frame["name"].tolist()
    spelled_on = {
        table: dict.fromkeys(spelled(axes[axis])) for table, axis in IN_PLACE_OF.items() if table != "capital"
    }
    rows["of"] = [_table_meant(rows["of"][k], names[k], spelled_on, at, k) for k in range(count)]
    rows["name"] = [None] * count
    for table, axis in IN_PLACE_OF.items():
        mine = [k for k in range(count) if rows["of"][k] == table]
        found = found_on([names[k] for k in mine], axes[axis], axis, _at_some(at, mine))
        for k, place_on_axis in zip(mine, found, strict=True):
            rows["name"][k] = axes[axis][place_on_axis]
    columns = {
        h: pd.Series(rows[h], dtype=float if h in ("quantity", "total") else object) for h in (*NEEDED, *OPTIONAL)
    }
    return pd.DataFrame(columns)


def _at_some(at: Place, rows: list[int]) -> Place:
    return lambda k: at(rows[k])


def _table_meant(of: str, name: Any, spelled_on: Mapping[str, Mapping[Any, None]], at: Place, row: int) -> str:
    """Return the table that a row's curve stands in: the one it says, or the only one whose axis has the name.

    Parameters
    ----------
    spelled_on : how the names on the axis of each table read, in order; of tables that a row need not say.
    """
    if of:
        if of not in IN_PLACE_OF:
            raise DataError(f"{at(row)}, column 'of': {unknown('table', of, IN_PLACE_OF)}")
        return of
    tables = [table for table, spellings in spelled_on.items() if reads(name) in spellings]
    if len(tables) > 1:
        raise DataError(f"{at(row)}: {name_of(name)!r} may stand in {' or '.join(tables)}; say which under 'of'")
    if not tables:
        known = dict.fromkeys(name_of(one) for spellings in spelled_on.values() for one in spellings)
        raise DataError(f"{at(row)}: {unknown('good, resource or pollutant', name_of(name), known)}")
    return tables[0]


def _placed(key: Any, rows: pd.DataFrame, axes: Mapping[str, pd.Index], at: Place) -> PlacedCurve:
    """Return the curve that the rows of one technique and name make."""
    technique, of, name = key
    axis = axes[IN_PLACE_OF[of]]
    where = f"{at(int(rows.index[0]))}: the curve of {name_of(name)!r} in {name_of(technique)!r}"
    beyond = _one_of_all(rows, "beyond", where) or "error"
    row, column = position(axis, name), position(axes["techniques"], technique)
    try:
        if of != "emissions":
            _refuse_negative_reports(rows, at)
        if (rows["unit"] == "").all():
            curve = _one_curve(rows, where, cast(Beyond, beyond))
            _refuse_negative(curve, of)
            return PlacedCurve(of, row, column, curve)
        if (rows["unit"] == "").any():
            raise DataError("some of its rows name a unit and some do not; name one in each, or in none")
        units = []
        for unit, part in rows.groupby("unit", sort=False):
            own = _one_curve(part, where, "error")
            units.append(Unit(str(unit), own, own.reported))
        whole = stacked_curve([(unit.name, unit.curve, unit.capacity) for unit in units], beyond=cast(Beyond, beyond))
        _refuse_negative(whole, of)
        return PlacedCurve(of, row, column, whole, tuple(units))
    except DataError as error:
        said = str(error).startswith(at(int(rows.index[0])).split(",")[0])
        raise DataError(str(error) if said else f"{where}: {error}") from None


def _refuse_negative_reports(rows: pd.DataFrame, at: Place) -> None:
    """Raise where a row reports less than nothing, which only emissions may be."""
    below = np.flatnonzero(rows["total"].to_numpy() < 0.0)
    if len(below):
        row = rows.iloc[below[0]]
        raise DataError(
            f"{at(int(rows.index[below[0]]))}: the total {row['total']:g} at quantity {row['quantity']:g} of "
            f"{name_of(row['name'])!r} in {name_of(row['technique'])!r} must not be negative; what a technique makes "
            "stands in 'outputs'"
        )


def _refuse_negative(curve: Curve, of: str) -> None:
    """Raise where a curve that is no emission goes below nothing between or beyond its reports."""
    if of == "emissions":
        return
    lowest = np.minimum(curve.starts, curve.ends)
    for k, formula in enumerate(curve.formulas):
        if formula is not None:
            lowest[k] = curve.total(np.linspace(curve.quantities[k], curve.quantities[k + 1], _LOOKED_AT)).min()
    k = int(np.argmin(lowest))
    if lowest[k] < 0.0:
        raise DataError(
            f"between quantity {curve.quantities[k]:g} and {curve.quantities[k + 1]:g} the total goes down to "
            f"{lowest[k]:g}; it must not be negative: only emissions may be"
        )


def _one_curve(rows: pd.DataFrame, where: str, beyond: Beyond) -> Curve:
    quantities: Floats = rows["quantity"].to_numpy()
    totals: Floats = rows["total"].to_numpy()
    fit = _one_of_all(rows, "fit", where)
    formulas = [Formula.read(text) if text else None for text in rows["formula"]]
    if fit:
        if any(formulas):
            raise DataError("observed samples have no formula; remove one of 'fit' and 'formula'")
        return fitted_curve(quantities, totals, cast(Fit, fit), beyond=beyond)
    return composed(quantities, totals, formulas, beyond=beyond)


def _one_of_all(rows: pd.DataFrame, column: str, where: str) -> str:
    """Return what a column says of a curve: the same in every row that says something."""
    said = [text for text in dict.fromkeys(rows[column]) if text]
    if len(said) > 1:
        raise DataError(f"{where}: {column!r} is {said[0]!r} in one row and {said[1]!r} in another; make them one")
    return said[0] if said else ""

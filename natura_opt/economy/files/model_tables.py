"""Sources to the axes and tables of an economy: names decide, nothing is filled in.

A source is a CSV file, an Excel sheet or a Parquet file (:class:`.cells.Source`); what is wrong is
said with its place there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from ...base.errors import DataError, listed, shortened, unknown
from ...tables.spec import AXES, TableSpec
from ..coerce import MOST_AHEAD, as_labels, matched, matched_in_range, spelled, with_pairs
from ..ranges import as_choices
from ..table import shown, sign_fault
from ..units import Units, wanted_unit
from .cells import Names, Numbers, Source, single
from .parquet import ParquetColumns
from .parquet_matrix import LONG, read_matrix

Positions = npt.NDArray[np.int64]


def read_axis(source: Source, axis: str) -> tuple[pd.Index, list[str]]:
    """Return the labels of an axis and their units (``""`` where none is given).

    Raises
    ------
    DataError : a file without the columns of an axis, or with labels that are none; its place is named.
    """
    for k, heading in enumerate(source.header):
        if heading not in ("name", "unit"):
            raise DataError(f"{source.heading}: {unknown('column', heading, ('name', 'unit'))}")
        if heading in source.header[:k]:
            raise DataError(f"{source.heading}: the column {heading!r} is given twice")
    if not len(source):
        raise DataError(f"{source.name}: names no {axis}; give one name per row, or remove it")
    if "name" not in source.header:
        raise DataError(f"{source.heading}: the column 'name' is missing")
    names = source.names(source.header.index("name")).listed()
    if "" in names:
        raise DataError(f"{source.line(names.index(''))}: the name is empty")
    units = source.names(source.header.index("unit")).listed() if "unit" in source.header else [""] * len(names)
    return as_labels(names, axis, source.name), units


def read_table(source: Source, spec: TableSpec, axes: Mapping[str, pd.Index]) -> Any:
    """Return a table's slices by period label (or periods ahead), or its one slice, in the order of the axes.

    Raises
    ------
    DataError : headings or names that do not match the axes, and cells that are no numbers; their place is named.
    """
    if spec.is_matrix and source.header[:2] == ["row", "column"]:
        if isinstance(source, ParquetColumns) and sorted(source.header) == sorted(LONG) and not spec.ahead:
            return read_matrix(source, spec, axes)
        return _long_matrix(source, spec, axes)
    if spec.is_matrix and spec.ahead:
        raise DataError(f"{source.name}: must be long: header row,column,ahead,value")
    rows = _row_order(source, spec, axes)
    every = range(1, len(source.header))
    if spec.is_matrix:
        columns = _named(source.header[1:], axes[spec.axes[1]], spec.axes[1], source.heading)
        return sp.csr_array(checked_numbers(source, spec, every)[rows][:, columns])
    if spec.ahead:
        slots = [_whole(slot, source.heading) for slot in source.header[1:]]
        if len(set(slots)) < len(slots):
            raise DataError(f"{source.heading}: a number of periods ahead is given twice")
        values = checked_numbers(source, spec, every)[rows]
        return {slot: np.ascontiguousarray(values[:, k]) for k, slot in enumerate(slots)}
    if source.header[1:] == ["value"]:
        return single(checked_numbers(source, spec, [1])[rows])
    columns = _named(source.header[1:], axes["periods"], "periods", source.heading)
    return checked_numbers(source, spec, every)[rows][:, columns]


def read_reports(source: Source, spec: TableSpec) -> pd.DataFrame:
    """Return a table of rows: columns of texts, and its figures as numbers.

    Raises
    ------
    DataError : unknown headings, and cells that are no numbers; their place is named.
    """
    columns: dict[str, Any] = {}
    for k, heading in enumerate(source.header):
        if heading not in spec.tidy:
            raise DataError(f"{source.heading}: {unknown('column', heading, spec.tidy)}")
        if heading in columns:
            raise DataError(f"{source.heading}: the column {heading!r} is given twice")
        number = heading in spec.figures
        columns[heading] = single(source.numbers([k])) if number else pd.Series(source.names(k).listed(), dtype=object)
    return pd.DataFrame(columns)


def checked_numbers(source: Source, spec: TableSpec, columns: Sequence[int]) -> Numbers:
    """Return columns of a source as numbers the table may hold; the first other one is named with its place."""
    values = source.numbers(columns, infinite=spec.sign == "limit")
    fault = sign_fault(spec, values)
    if fault is not None:
        row, k = np.argwhere(fault[0])[0].tolist()
        raise DataError(f"{source.place(row, columns[k])} is {shown(values[row, k])}; {fault[1]}")
    return values


def converted(
    spec: TableSpec,
    value: Any,
    written: str,
    axes: Mapping[str, pd.Index],
    units: Mapping[str, list[str]],
    converter: Units,
) -> Any:
    """Turn a table written in one unit into the units of its rows (and columns).

    Raises
    ------
    DataError : a unit that cannot be turned into that of a row or column.
    """
    if not isinstance(written, str):
        raise DataError(f"table_units: the unit of {spec.name!r} must be text, not {shortened(written)}")
    row_units = units.get(spec.axes[0], [""] * len(axes[spec.axes[0]]))
    place = f"table_units, table {spec.name!r}"
    if not spec.is_matrix:
        factors = np.array([converter.factor(written, wanted_unit(spec, unit), place) for unit in row_units])
        if isinstance(value, dict):
            return {key: part * factors for key, part in value.items()}
        return value * (factors if np.ndim(value) == 1 else factors[:, None])
    column_units = units.get(spec.axes[1], [""] * len(axes[spec.axes[1]]))
    rows, row_kind = np.unique(row_units, return_inverse=True)
    columns, column_kind = np.unique(column_units, return_inverse=True)
    grid = np.array(
        [[converter.factor(written, wanted_unit(spec, str(r), str(c)), place) for c in columns] for r in rows]
    )

    def turned(matrix: Any) -> Any:
        triplets = sp.coo_array(matrix)
        return sp.csr_array(
            (triplets.data * grid[row_kind[triplets.row], column_kind[triplets.col]], (triplets.row, triplets.col)),
            triplets.shape,
        )

    return {key: turned(part) for key, part in value.items()} if isinstance(value, dict) else turned(value)


def _row_order(source: Source, spec: TableSpec, axes: Mapping[str, pd.Index]) -> Any:
    wanted = axes[spec.axes[0]]
    if isinstance(wanted, pd.RangeIndex) and isinstance(source, ParquetColumns):
        numbers = source.integers(0)
        if numbers is not None:
            return matched_in_range(numbers, wanted, spec.axes[0], source.name)
    names = source.names(0)
    _positions(source, names, wanted, spec.axes[0])
    return _named(names.listed(), wanted, spec.axes[0], source.name)


def _named(names: list[str], wanted: pd.Index, axis: str, place: str) -> Any:
    return matched(as_labels(names, axis, place), wanted, axis, place)


def _positions(source: Source, names: Names, wanted: pd.Index, axis: str) -> Positions:
    """Return the position in an axis of the name in each row; the first name that is not there is named."""
    distinct = pd.Index(names.distinct, dtype=object)
    texts = spelled(wanted)
    positions: Positions = texts.get_indexer(with_pairs(distinct, texts))[names.codes].astype(np.int64)
    if (positions < 0).any():
        at = int(np.flatnonzero(positions < 0)[0])
        said = unknown(AXES[axis], names.distinct[names.codes[at]], as_choices(wanted))
        raise DataError(f"{source.line(at)}: {said}")
    return positions


def _long_matrix(source: Source, spec: TableSpec, axes: Mapping[str, pd.Index]) -> Any:
    by = "ahead" if spec.ahead else "period"
    header = source.header
    if sorted(header) not in (["column", "row", "value"], sorted(["column", "row", "value", by])):
        raise DataError(f"{source.heading}: a long table has the header row,column,value (and perhaps {by})")
    if spec.ahead and by not in header:
        raise DataError(f"{source.heading}: the column 'ahead' is missing")
    values = single(checked_numbers(source, spec, [header.index("value")]))
    row, column = (
        _positions(source, source.names(header.index(heading)), axes[axis], axis)
        for heading, axis in (("row", spec.axes[0]), ("column", spec.axes[1]))
    )
    shape = (len(axes[spec.axes[0]]), len(axes[spec.axes[1]]))
    if by not in header:
        _refuse_pairs_given_twice(source, row * shape[1] + column)
        return sp.csr_array((values, (row, column)), shape=shape)
    slots = source.names(header.index(by))
    _refuse_pairs_given_twice(source, (slots.codes * shape[0] + row) * shape[1] + column)
    if not spec.ahead and slots.distinct != [""]:
        _positions(source, slots, axes["periods"], "periods")
        absent = spelled(axes["periods"]).difference(pd.Index(slots.distinct, dtype=object), sort=False)
        if len(absent) and not spec.may_skip_periods:
            raise DataError(f"{source.name}: is given by period, but not for {listed(absent)}; write a 0 there")
    if spec.ahead and len({_whole(slot, source.name) for slot in slots.distinct}) < len(slots.distinct):
        raise DataError(f"{source.name}: a number of periods ahead is written in two ways")
    slices: dict[Any, Any] = {}
    for code, slot in enumerate(slots.distinct):
        chosen = slots.codes == code
        key = _whole(slot, source.name) if spec.ahead else slot
        slices[key] = sp.csr_array((values[chosen], (row[chosen], column[chosen])), shape=shape)
    return slices[""] if list(slices) == [""] else slices


def _refuse_pairs_given_twice(source: Source, cells: Positions) -> None:
    """Raise, naming the first row whose (slot, row, column) stood in an earlier row."""
    if (np.diff(cells) > 0).all():  # in order, as written by this package: no need to sort
        return
    order = np.argsort(cells, kind="stable")
    again = order[1:][np.diff(cells[order]) == 0]
    if len(again):
        raise DataError(f"{source.line(int(again.min()))}: the pair is given twice")


def _whole(slot: str, place: str) -> int:
    if not (slot.isascii() and slot.isdigit() and len(slot) < 10 and int(slot) <= MOST_AHEAD):
        raise DataError(f"{place}: {shortened(slot)} under 'ahead' is not a whole number of periods")
    return int(slot)

"""A model folder to an economy: ``economy.toml`` and one CSV file per axis and table.

The reader never executes anything in a model folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..errors import DataError, unknown
from .build import build_economy
from .cells import Grid, numbers, read_grid, single
from .coerce import as_labels, matched
from .economy import Economy
from .question import Question
from .registry import AXES, TABLES, TableSpec
from .units import Units, wanted_unit

FORMAT = 1
_KEYS = ("format", "name", "title", "source", "periods", "own_units", "table_units", "questions")
_NAMED_AXES = ("goods", "techniques", "resources", "pollutants", "profiles")


def read_folder(folder: Path) -> Economy:
    """Read a model folder.

    Errors
    ------
    DataError : naming file, row and column: unknown keys or files, missing tables, unmatched or duplicate names, cells
        that are not finite numbers, units that do not fit.
    """
    settings = _settings(folder)
    if not isinstance(settings.get("periods", []), list):
        raise DataError(f"{folder.name}/economy.toml: periods must be a list of names")
    periods = [str(label) for label in settings.get("periods", ["1"])]
    axes: dict[str, pd.Index] = {axis: pd.Index([], dtype=object) for axis in AXES}
    axes["periods"] = as_labels(periods, "periods", f"{folder.name}/economy.toml")
    units: dict[str, list[str]] = {}
    for axis in _NAMED_AXES:
        path = folder / f"{axis}.csv"
        if path.exists():
            axes[axis], units[axis] = _read_axis(path, axis)
    if not len(axes["goods"]):
        raise DataError(f"{folder.name}: goods.csv is missing; it names the goods (header: name,unit)")
    if not (folder / "techniques.csv").exists():
        axes["techniques"], units["techniques"] = axes["goods"], units["goods"]
    known = Units(settings.get("own_units", ()))
    for axis, strings in units.items():
        for label, unit in zip(axes[axis], strings, strict=True):
            known.check(unit, f"{axis}.csv, row {label!r}")
    tables = _read_tables(folder, axes, units, known, settings.get("table_units", {}))
    return build_economy(
        name=settings.get("name", folder.name),
        title=settings.get("title", ""),
        source=settings.get("source", ""),
        goods=axes["goods"],
        techniques=axes["techniques"],
        resources=axes["resources"],
        pollutants=axes["pollutants"],
        profiles=axes["profiles"],
        periods=axes["periods"],
        units=units,
        questions=_questions(settings, folder),
        **tables,
    )


def _settings(folder: Path) -> Mapping[str, Any]:
    place = f"{folder.name}/economy.toml"
    try:
        settings = tomllib.loads((folder / "economy.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{folder.name}: no economy.toml in this folder; a model folder needs one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{place}: {error}") from None
    for key in settings:
        if key not in _KEYS:
            raise DataError(f"{place}: {unknown('key', key, _KEYS)}")
    if settings.get("format") != FORMAT:
        raise DataError(f"{place}: format is {settings.get('format')!r}; this version reads format = {FORMAT}")
    for key in ("name", "title", "source"):
        if not isinstance(settings.get(key, ""), str):
            raise DataError(f"{place}: {key} must be text, not {settings[key]!r}")
    for key, kind in (("own_units", list), ("table_units", dict), ("questions", dict)):
        if not isinstance(settings.get(key, kind()), kind):
            raise DataError(f"{place}: {key} must be a {'list' if kind is list else 'table'}, not {settings[key]!r}")
    return settings


def _questions(settings: Mapping[str, Any], folder: Path) -> dict[str, Question]:
    asked = settings.get("questions", {})
    for name, entry in asked.items():
        if not isinstance(entry, dict):
            raise DataError(f"{folder.name}/economy.toml: [questions.{name}] must be a table")
    return {name: Question.from_mapping(name, entry) for name, entry in asked.items()} or {"default": Question()}


def _read_axis(path: Path, axis: str) -> tuple[pd.Index, list[str]]:
    grid = read_grid(path)
    for heading in grid.header:
        if heading not in ("name", "unit"):
            raise DataError(f"{path.name}, line 1: {unknown('column', heading, ('name', 'unit'))}")
    if "name" not in grid.header:
        raise DataError(f"{path.name}, line 1: the column 'name' is missing")
    names = grid.column("name")
    if "" in names:
        raise DataError(f"{path.name}, line {grid.lines[names.index('')]}: the name is empty")
    return as_labels(names, axis, path.name), grid.column("unit") if "unit" in grid.header else [""] * len(names)


def _read_tables(
    folder: Path,
    axes: Mapping[str, pd.Index],
    units: Mapping[str, list[str]],
    known: Units,
    table_units: Mapping[str, str],
) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for path in sorted(folder.glob("*.csv")):
        if path.stem in _NAMED_AXES:
            continue
        if path.stem not in TABLES:
            raise DataError(f"{path.name}: {unknown('table', path.stem, [*TABLES, *_NAMED_AXES])}")
        spec = TABLES[path.stem]
        for axis in spec.axes:
            if not len(axes[axis]):
                raise DataError(f"{path.name}: needs {axis}.csv, which names the {axis} (header: name,unit)")
        tables[path.stem] = _read_table(path, spec, axes)
    for name, unit in table_units.items():
        if name not in tables:
            raise DataError(f"{folder.name}/economy.toml, table_units: {unknown('table', name, tables)}")
        tables[name] = _converted(TABLES[name], tables[name], unit, axes, units, known)
    return tables


def _read_table(path: Path, spec: TableSpec, axes: Mapping[str, pd.Index]) -> Any:
    """Return a table's slices by period label, or its one slice, in the order of the axes."""
    grid = read_grid(path)
    if spec.is_matrix and grid.header[:2] == ["row", "column"]:
        return _long_matrix(grid, spec, axes)
    if spec.ahead:
        raise DataError(f"{path.name}: must be long: header row,column,ahead,value")
    rows = _row_order(grid, spec, axes)
    if spec.is_matrix:
        columns = _named(grid.header[1:], axes[spec.axes[1]], spec.axes[1], f"{path.name}, line 1")
        return sp.csr_array(numbers(grid, range(1, len(grid.header)))[rows][:, columns])
    if grid.header[1:] == ["value"]:
        return single(numbers(grid, [1])[rows])
    columns = _named(grid.header[1:], axes["periods"], "periods", f"{path.name}, line 1")
    return numbers(grid, range(1, len(grid.header)))[rows][:, columns]


def _row_order(grid: Grid, spec: TableSpec, axes: Mapping[str, pd.Index]) -> Any:
    names = [row[0] for row in grid.rows]
    wanted = axes[spec.axes[0]]
    for name, line in zip(names, grid.lines, strict=True):
        if name not in wanted:
            raise DataError(f"{grid.path.name}, line {line}: {unknown(AXES[spec.axes[0]], name, wanted)}")
    return _named(names, wanted, spec.axes[0], grid.path.name)


def _named(names: list[str], wanted: pd.Index, axis: str, place: str) -> Any:
    return matched(as_labels(names, axis, place), wanted, axis, place)


def _long_matrix(grid: Grid, spec: TableSpec, axes: Mapping[str, pd.Index]) -> Any:
    by = "ahead" if spec.ahead else "period"
    if sorted(grid.header) not in (["column", "row", "value"], sorted(["column", "row", "value", by])):
        raise DataError(f"{grid.path.name}, line 1: a long table has the header row,column,value (and perhaps {by})")
    if spec.ahead and by not in grid.header:
        raise DataError(f"{grid.path.name}, line 1: the column 'ahead' is missing")
    values = single(numbers(grid, [grid.header.index("value")]))
    position = {}
    for heading, axis in (("row", spec.axes[0]), ("column", spec.axes[1])):
        names = grid.column(heading)
        position[heading] = axes[axis].get_indexer(pd.Index(names, dtype=object))
        if (position[heading] < 0).any():
            at = int(np.flatnonzero(position[heading] < 0)[0])
            raise DataError(f"{grid.path.name}, line {grid.lines[at]}: {unknown(AXES[axis], names[at], axes[axis])}")
    slots = grid.column(by) if by in grid.header else [""] * len(values)
    shape = (len(axes[spec.axes[0]]), len(axes[spec.axes[1]]))
    keys = np.array(
        [f"{slot}\n{r}\n{c}" for slot, r, c in zip(slots, position["row"], position["column"], strict=True)]
    )
    _, first = np.unique(keys, return_index=True)
    if len(first) != len(keys):
        at = int(np.setdiff1d(np.arange(len(keys)), first)[0])
        raise DataError(f"{grid.path.name}, line {grid.lines[at]}: the pair is given twice")
    made: dict[Any, Any] = {}
    for slot in dict.fromkeys(slots):
        chosen = np.array([s == slot for s in slots])
        pairs = (position["row"][chosen], position["column"][chosen])
        key: Any = slot
        if spec.ahead:
            if not slot.isdigit():
                raise DataError(f"{grid.path.name}: {slot!r} under 'ahead' is not a whole number")
            key = int(slot)
        made[key] = sp.csr_array((values[chosen], pairs), shape=shape)
    return made[""] if list(made) == [""] else made


def _converted(
    spec: TableSpec,
    value: Any,
    written: str,
    axes: Mapping[str, pd.Index],
    units: Mapping[str, list[str]],
    known: Units,
) -> Any:
    """Turn a table written in one unit into the units of its rows (and columns)."""
    if not isinstance(written, str):
        raise DataError(f"table_units: the unit of {spec.name!r} must be text, not {written!r}")
    row_units = units.get(spec.axes[0], [""] * len(axes[spec.axes[0]]))
    place = f"table_units, table {spec.name!r}"
    if not spec.is_matrix:
        factors = np.array([known.factor(written, wanted_unit(spec, unit), place) for unit in row_units])
        return value * (factors if np.ndim(value) == 1 else factors[:, None])
    column_units = units.get(spec.axes[1], [""] * len(axes[spec.axes[1]]))
    rows, row_kind = np.unique(row_units, return_inverse=True)
    columns, column_kind = np.unique(column_units, return_inverse=True)
    grid = np.array([[known.factor(written, wanted_unit(spec, str(r), str(c)), place) for c in columns] for r in rows])

    def turned(matrix: Any) -> Any:
        found = sp.coo_array(matrix)
        return sp.csr_array(
            (found.data * grid[row_kind[found.row], column_kind[found.col]], (found.row, found.col)), found.shape
        )

    return {key: turned(part) for key, part in value.items()} if isinstance(value, dict) else turned(value)

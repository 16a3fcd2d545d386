"""A model in one Excel workbook: the sheets are named as the files of a model folder.

The sheet ``economy`` (header ``key``, ``value``) holds what ``economy.toml`` holds: ``format``, ``name``, ``title``,
``source``; one row per period (key ``periods``), own unit (``own_units``) and note (``notes``); ``table_units.TABLE``;
and the questions, as ``questions.NAME.objective``, ``questions.NAME.leave_out`` (one row per table left out) and so on.
A sheet is a grid of cells like a CSV file and passes the same checks.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from ...base.errors import DataError, unknown
from ...base.input_files import DEFAULT_LIMITS, ReadingLimits
from ..economy import Economy
from .cells import Grid, Odd
from .excel import SETTINGS
from .model_files import LISTS_AT_TOP, TEXTS, ModelFiles, economy_of
from .sheet_cells import Rows
from .spreadsheet import Workbook

#: What a question lists, one row each.
_LISTS_OF_QUESTION = ("leave_out",)


def read_workbook(path: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> Economy:
    """Read a model from a workbook.

    Cells are taken as Excel shows their values (formulas by the result saved last).

    Raises
    ------
    DataError : as for a model folder, naming sheet and cell.
    """
    book = Workbook.open(path, limits)
    if SETTINGS not in book.parts:
        raise DataError(f"{path.name}: there is no sheet {SETTINGS!r}; a model needs one (header: key,value)")
    name = partial(_sheet_name, path)

    def grid(sheet: str) -> Grid:
        return _grid(name(sheet), book.rows(sheet))

    return economy_of(
        ModelFiles(
            place=path.name,
            settings=_settings(name(SETTINGS), book),
            settings_place=name(SETTINGS),
            name=path.stem,
            sources={sheet: partial(grid, sheet) for sheet in book.parts if sheet != SETTINGS},
            called=name,
        )
    )


def _sheet_name(path: Path, sheet: str) -> str:
    return f"{path.name}, sheet {sheet!r}"


def _grid(name: str, cells: Rows) -> Grid:
    """Return the cells of a sheet as a table; blank rows, and blank columns at the right, do not count."""
    if not cells:
        raise DataError(f"{name}: the sheet is empty")
    (line, top), *body = cells.items()
    header = [top.get(k, "") for k in range(max(top) + 1)]
    if "" in header:
        raise DataError(f"{name}, row {line}: column {header.index('') + 1} has no heading")
    odd = [cell for cell in header if isinstance(cell, Odd)]
    if odd:
        raise DataError(f"{name}, row {line}: the heading {odd[0]!r} is {odd[0].kind}; write text or a number")
    for at, row in body:
        if max(row) >= len(header):
            raise DataError(
                f"{name}, row {at}, row {row.get(0, '')!r}: has cells to the right of the {len(header)} of the header"
            )
    rows = [[row.get(k, "") for k in range(len(header))] for _, row in body]
    return Grid(name, header, rows, [at for at, _ in body], line, sheet=True)


def _settings(place: str, book: Workbook) -> dict[str, Any]:
    """Return the settings in the shape of ``economy.toml``."""
    figures: set[tuple[int, int]] = set()
    grid = _grid(place, book.rows(SETTINGS, figures))
    if grid.header != ["key", "value"]:
        raise DataError(f"{grid.heading}: the header must be key,value")
    settings: dict[str, Any] = {}
    for at, (key, given) in enumerate(grid.rows):
        key, text = key.strip(), given if isinstance(given, Odd) else given.strip()
        if not given:
            raise DataError(f"{grid.line(at)}, row {key!r}: the value is empty; remove the row or fill it")
        odd = next((cell for cell in (grid.rows[at][0], given) if isinstance(cell, Odd)), None)
        if odd is not None:
            raise DataError(f"{grid.line(at)}, row {key!r}: {odd!r} is {odd.kind}; write text or a number")
        value = _value(text, (grid.lines[at], 1) in figures)
        inside, setting, several = settings, key, key in LISTS_AT_TOP
        if key.startswith("table_units."):
            inside, setting = settings.setdefault("table_units", {}), key.removeprefix("table_units.")
        elif key.startswith("questions."):
            name, _, setting = key.removeprefix("questions.").rpartition(".")
            if not name:
                raise DataError(f"{grid.line(at)}: {unknown('key', key, ['questions.NAME.objective'])}")
            inside = settings.setdefault("questions", {}).setdefault(name, {})
            several = setting in _LISTS_OF_QUESTION
        if several:
            inside.setdefault(setting, []).append(given if setting == "notes" else text)
        elif setting in inside:
            raise DataError(f"{grid.line(at)}: the key {key!r} is given twice")
        else:
            inside[setting] = given if setting in TEXTS else value
    return settings


def _value(text: str, figure: bool) -> Any:
    """Return a setting as TOML would hold it."""
    if not figure:
        return text
    if len(text) > 400:  # no setting has so many digits
        return text
    return float(text) if set(text) & set(".eE") else int(text)

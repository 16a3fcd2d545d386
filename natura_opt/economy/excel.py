"""A model in one Excel workbook: the sheets are named as the files of a model folder.

The sheet ``economy`` (header ``key``, ``value``) holds what ``economy.toml`` holds: ``format``, ``name``, ``title``,
``source``; one row per period (key ``periods``), own unit (``own_units``) and note (``notes``); ``table_units.TABLE``;
and the questions, as ``questions.NAME.objective``, ``questions.NAME.leave_out`` (one row per table left out) and so on.
A sheet is a grid of cells like a CSV file and passes the same checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import DataError, OutputError, unknown
from .cells import Grid, column_letters
from .economy import Economy
from .model_files import ModelFiles, economy_of
from .question import Question

SETTINGS = "economy"
#: What a sheet holds at most, by the format.
MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
#: What XML cannot hold, carriage returns (which it turns into line feeds), and what Excel reads as an escaped sign.
_NOT_IN_CELLS = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")

_LISTS = ("periods", "own_units", "notes")
_LISTS_OF_QUESTION = tuple(field.name for field in fields(Question) if isinstance(field.default, tuple))


def read_workbook(path: Path) -> Economy:
    """Read a model from a workbook.

    Cells are taken as Excel shows their values (formulas by the result saved last).

    Errors
    ------
    DataError : as for a model folder, naming sheet and cell.
    """
    sheets = _sheets(path)
    if SETTINGS not in sheets:
        raise DataError(f"{path.name}: there is no sheet {SETTINGS!r}; a model needs one (header: key,value)")
    settings = sheets.pop(SETTINGS)
    name = partial(_sheet_name, path)
    return economy_of(
        ModelFiles(
            place=path.name,
            settings=_settings(_grid(name(SETTINGS), settings), settings),
            settings_place=name(SETTINGS),
            name=path.stem,
            sources={sheet: partial(_grid, name(sheet), rows) for sheet, rows in sheets.items()},
            called=name,
        )
    )


def write_workbook(path: Path, sheets: Mapping[str, list[list[Any]]], called: str) -> None:
    """Write sheets of texts, whole numbers and floats; floats keep all their digits.

    openpyxl writes 16 digits, which is not always the same binary number; so floats are written as texts whose cells
    are then declared numbers. Texts are declared texts, also where they begin like a formula.

    Parameters
    ----------
    sheets : the rows of each, by its name.
    called : what the workbook is called in messages.

    Errors
    ------
    OutputError : more rows or columns than a sheet holds, or a text that a cell cannot hold, with its place.
    """
    from zipfile import ZIP_DEFLATED, ZipFile

    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.writer.excel import ExcelWriter

    for name, rows in sheets.items():
        _check_sheet(f"{called}, sheet {name!r}", rows)
    book = Workbook(write_only=True)
    ends: list[Any] = []
    try:
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append([_cell(WriteOnlyCell, sheet, value) for value in row])
        archive = ZipFile(path, "w", ZIP_DEFLATED)
        ends.append(archive)
        ExcelWriter(book, archive).save()
    except BaseException:
        for end in ends + book.worksheets:  # they would end later, and complain on standard error
            with suppress(Exception):
                end.close()
        raise


def _cell(kind: Any, sheet: Any, value: Any) -> Any:
    made = kind(sheet, value=repr(value) if isinstance(value, float) else value)
    if isinstance(value, float) and value - value == 0:  # infinities stay texts: Excel has none
        made.data_type = "n"
    elif isinstance(value, str):
        made.data_type = "s"
    return made


def _check_sheet(place: str, rows: list[list[Any]]) -> None:
    """Raise on what a sheet cannot hold: openpyxl cuts long texts in silence and fails on others half way."""
    if len(rows) > MOST_ROWS:
        raise OutputError(f"{place}: {len(rows):,} rows; a sheet holds {MOST_ROWS:,}; write a folder of files instead")
    for r, row in enumerate(rows):
        if len(row) > MOST_COLUMNS:
            raise OutputError(
                f"{place}: {len(row):,} columns; a sheet holds {MOST_COLUMNS:,}; write a folder of files instead"
            )
        for c, value in enumerate(row):
            if not isinstance(value, str):
                continue
            cell = f"{place}, cell {column_letters(c)}{r + 1}"
            if len(value) > MOST_CHARACTERS:
                raise OutputError(
                    f"{cell}: {value!r} has {len(value):,} characters; a cell holds {MOST_CHARACTERS:,}; shorten it, "
                    "or write a folder of files instead"
                )
            found = _NOT_IN_CELLS.search(value)
            if found:
                raise OutputError(
                    f"{cell}: {value!r} holds {found.group()!r}, which a workbook cannot keep; rename it, or write a "
                    "folder of files instead"
                )


def is_model_workbook(path: Path) -> bool:
    """Whether a file is a workbook with the sheet that makes it a model."""
    return SETTINGS in first_rows(path, rows=1)


def first_rows(path: Path, rows: int) -> dict[str, list[tuple[Any, ...]]]:
    """Return the first rows of each sheet of a file; nothing where it is no workbook, whatever is wrong with it."""
    import warnings

    from openpyxl import load_workbook

    try:
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            book = load_workbook(file, read_only=True, data_only=True)
            return {s.title: list(s.iter_rows(max_row=rows, values_only=True)) for s in book.worksheets}
    except MemoryError:
        raise
    except Exception:  # openpyxl raises nearly anything on what is not quite a workbook
        return {}


def settings_rows(settings: Mapping[str, Any]) -> list[list[Any]]:
    """Return the rows of the sheet ``economy`` from settings in the shape of ``economy.toml``."""
    rows: list[list[Any]] = [["key", "value"]]

    def put(key: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for part, inner in value.items():
                put(f"{key}.{part}" if key else str(part), inner)
        else:
            rows.extend([key, single] for single in (value if isinstance(value, list) else [value]))

    put("", settings)
    return rows


def _sheet_name(path: Path, sheet: str) -> str:
    return f"{path.name}, sheet {sheet!r}"


def _sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise DataError(f"{path.name}: not an Excel workbook (.xlsx): {error}") from None
    try:
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    finally:
        book.close()


def _grid(name: str, cells: list[tuple[Any, ...]]) -> Grid:
    """Return the cells of a sheet as text; blank rows, and blank columns at the right, do not count."""
    rows = [([_text(cell) for cell in row], line) for line, row in enumerate(cells, start=1)]
    filled = [(row, line) for row, line in rows if any(row)]
    if not filled:
        raise DataError(f"{name}: the sheet is empty")
    (top, line), body = filled[0], filled[1:]
    width = max((k + 1 for k, cell in enumerate(top) if cell), default=0)
    made = []
    for row, at in body:
        if any(row[width:]):
            raise DataError(f"{name}, row {at}, row {row[0]!r}: has cells to the right of the {width} of the header")
        made.append([*row, *[""] * width][:width])
    if "" in top[:width]:
        raise DataError(f"{name}, row {line}: column {top.index('') + 1} has no heading")
    return Grid(name, top[:width], made, [at for _, at in body], line, sheet=True)


def _text(cell: Any) -> str:
    """Return a cell as a CSV file would hold it: floats with all digits, whole ones without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return (repr(cell) if isinstance(cell, float) else str(cell)).strip()


def _settings(grid: Grid, cells: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Return the settings in the shape of ``economy.toml``."""
    if grid.header != ["key", "value"]:
        raise DataError(f"{grid.heading}: the header must be key,value")
    made: dict[str, Any] = {}
    for at, (key, text) in enumerate(grid.rows):
        if not text:
            raise DataError(f"{grid.line(at)}, row {key!r}: the value is empty; remove the row or fill it")
        value = cells[grid.lines[at] - 1][1]
        value = text if isinstance(value, str) else value
        inside, setting, several = made, key, key in _LISTS
        if key.startswith("table_units."):
            inside, setting = made.setdefault("table_units", {}), key.removeprefix("table_units.")
        elif key.startswith("questions."):
            name, _, setting = key.removeprefix("questions.").rpartition(".")
            if not name:
                raise DataError(f"{grid.line(at)}: {unknown('key', key, ['questions.NAME.objective'])}")
            inside = made.setdefault("questions", {}).setdefault(name, {})
            several = setting in _LISTS_OF_QUESTION
        if several:
            inside.setdefault(setting, []).append(text)
        elif setting in inside:
            raise DataError(f"{grid.line(at)}: the key {key!r} is given twice")
        else:
            inside[setting] = text if setting in ("name", "title", "source") else value
    return made

"""A model to one Excel workbook; ``workbook.py`` says what its sheets are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...base.errors import OutputError
from .cells import column_letters
from .sheet_cells import MOST_COLUMNS, MOST_ROWS, escaped

SETTINGS = "economy"
#: What a cell holds at most, by the format.
MOST_CHARACTERS = 32_767
#: What XML cannot hold, and carriage returns (which it turns into line feeds).
_NOT_IN_CELLS = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")


def write_workbook(path: Path, sheets: Mapping[str, list[list[Any]]], called: str) -> None:
    """Write sheets of texts, whole numbers and floats; floats keep all their digits.

    openpyxl writes 16 digits, which is not always the same binary number; so floats are written as texts whose cells
    are then declared numbers. Texts are declared texts, also where they begin like a formula.

    Parameters
    ----------
    sheets : the rows of each, by its name.
    called : what the workbook is called in messages.

    Raises
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
    text = escaped(value) if isinstance(value, str) else value
    cell = kind(sheet, value=repr(value) if isinstance(value, float) else text)
    if isinstance(value, float) and value - value == 0:  # infinities stay texts: Excel has none
        cell.data_type = "n"
    elif isinstance(value, str):
        cell.data_type = "s"
    return cell


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
            illegal = _NOT_IN_CELLS.search(value)
            if illegal:
                raise OutputError(
                    f"{cell}: {value!r} holds {illegal.group()!r}, which a workbook cannot keep; rename it, or write a "
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

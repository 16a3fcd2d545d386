"""A model to one Excel workbook; ``workbook.py`` says what its sheets are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .sheet_cells import escaped

SETTINGS = "economy"


def write_workbook(path: Path, sheets: Mapping[str, Iterable[list[Any]]]) -> None:
    """Write sheets of texts, whole numbers and floats; floats keep all their digits.

    openpyxl writes 16 digits, which is not always the same binary number; so floats are written as texts whose cells
    are then declared numbers.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)

        def cell(value: Any, sheet: Any = sheet) -> Any:
            text = escaped(value) if isinstance(value, str) else value
            made = WriteOnlyCell(sheet, value=repr(value) if isinstance(value, float) else text)
            if isinstance(value, float) and value - value == 0:  # infinities stay texts: Excel has none
                made.data_type = "n"
            elif isinstance(value, str):
                made.data_type = "s"  # also where it begins like a formula
            return made

        for row in rows:
            sheet.append([cell(value) for value in row])
    book.save(path)


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

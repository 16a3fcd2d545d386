"""An economy to a model folder or a workbook that :func:`natura_opt.read` reads back to the same economy."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import Any

from ..entrance import checked_arguments
from ..errors import DataError, OptionError, unknown
from .economy import Economy
from .excel import SETTINGS, settings_rows, write_workbook
from .model_files import FORMAT
from .parquet import write_columns
from .question import Question
from .sheet_cells import MOST_COLUMNS, MOST_ROWS
from .table_layout import Layout, has_whole_numbers, layout, texts
from .units import own_names


@checked_arguments()
def write(economy: Economy, path: str | Path, own_units: Iterable[str] = (), tables: str = "csv") -> Path:
    """Write an economy as a model folder, or as one Excel workbook.

    A folder holds ``economy.toml`` and one file per axis and table; a workbook (``path`` ends in ``.xlsx``) holds
    sheets of the same names. Numbers are written so that reading them back gives the same binary numbers.

    Parameters
    ----------
    path : the folder, or a file ``NAME.xlsx``.
    own_units : units of your own to declare; those among the economy's units that pint does not know are added.
    tables : ``csv``, or ``parquet`` for large tables (axes and settings stay text); only for a folder.

    Errors
    ------
    DataError : there is a model already, a label cannot be written (pairs; empty names), or a table is too large for a
        sheet.

    >>> import tempfile, natura_opt as no
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     no.read(no.write(no.read("excavators"), f"{folder}/excavators.xlsx")).techniques.to_list()[:3]
    ['A on M1', 'A on M2', 'A on M3']
    """
    if tables not in ("csv", "parquet"):
        raise OptionError(unknown("form of tables", tables, ("csv", "parquet")))
    target = Path(path)
    settings = _settings(economy, own_names(own_units, chain(*economy.units.values())))
    if target.suffix.lower() == ".xlsx":
        if tables != "csv":
            raise OptionError(f"{target.name}: a workbook holds its tables itself; tables={tables!r} is for a folder")
        if target.exists():
            raise DataError(f"{target.name}: exists already; choose another file, or remove it first")
        write_workbook(target, _sheets(economy, settings, target.name))
        return target
    if (target / "economy.toml").exists():
        raise DataError(f"{target.name}: holds a model already; choose another folder, or remove it first")
    target.mkdir(parents=True, exist_ok=True)
    for axis, rows in _axes(economy, ".csv"):
        _write_csv(target / f"{axis}.csv", rows)
    for name, table in economy.tables.items():
        file = target / f"{name}.{tables}"
        if tables == "csv":
            made = layout(table, economy, file.name)
            _write_csv(file, [made.header, *([v if isinstance(v, str) else repr(v) for v in r] for r in made.rows())])
        else:
            made = layout(table, economy, file.name, long=True)
            write_columns(file, made.names, dict(zip(made.headings, made.values.T, strict=True)))
    (target / "economy.toml").write_text(_toml(settings), encoding="utf-8")
    return target


def _settings(economy: Economy, own_units: list[str]) -> dict[str, Any]:
    """Return what ``economy.toml`` or the sheet ``economy`` says; what is as by default is left out."""
    made: dict[str, Any] = {"format": FORMAT}
    made |= {key: getattr(economy, key) for key in ("name", "title", "source") if getattr(economy, key)}
    made["periods"] = texts(economy.periods, "periods")
    numbered = [axis for axis, labels in economy.axes.items() if has_whole_numbers(labels)]
    if numbered:
        made["whole_number_names"] = numbered
    made |= {key: found for key, found in (("own_units", own_units), ("notes", list(economy.notes))) if found}
    made["questions"] = {name: asked(question) for name, question in economy.questions.items()}
    return made


def asked(question: Question) -> dict[str, Any]:
    settings: dict[str, Any] = {"objective": question.objective}
    for field in fields(question):
        value = getattr(question, field.name)
        if field.name not in ("name", "objective") and value != field.default:
            settings[field.name] = list(value) if isinstance(value, tuple) else value
    return settings


def _toml(settings: Mapping[str, Any]) -> str:
    """Return economy.toml (TOML strings, lists and numbers are written as JSON writes them)."""
    lines = [f"{key} = {_value(value)}" for key, value in settings.items() if key != "questions"]
    for name, question in settings["questions"].items():
        lines += ["", f"[questions.{_value(name)}]", *(f"{key} = {_value(value)}" for key, value in question.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML forbids DEL, JSON does not


def _axes(economy: Economy, suffix: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Give the rows of each axis that has a file; techniques that are the goods have none."""
    for axis, index in economy.axes.items():
        units = economy.units.get(axis)
        same = axis == "techniques" and index.equals(economy.goods) and units == economy.units.get("goods")
        if axis == "periods" or not len(index) or same:
            continue
        names = texts(index, f"{axis}{suffix}")
        if units is None:
            yield axis, [["name"], *([name] for name in names)]
        else:
            yield axis, [["name", "unit"], *(list(pair) for pair in zip(names, units, strict=True))]


def _sheets(economy: Economy, settings: Mapping[str, Any], book: str) -> dict[str, list[list[Any]]]:
    sheets: dict[str, list[list[Any]]] = {SETTINGS: settings_rows(settings), **dict(_axes(economy, ""))}
    for name, table in economy.tables.items():
        place = f"{book}, sheet {name!r}"
        made = layout(table, economy, place)
        if not _fits(made):
            made = layout(table, economy, place, long=True)
        if not _fits(made):
            raise DataError(
                f"{place}: {len(made.values):,} rows do not fit a sheet ({MOST_ROWS:,}); write a folder with "
                "tables='parquet'"
            )
        sheets[name] = [made.header, *made.rows()]
    return sheets


def _fits(made: Layout) -> bool:
    return len(made.values) < MOST_ROWS and len(made.header) <= MOST_COLUMNS


def _write_csv(path: Path, rows: Iterable[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)

"""An economy to a model folder or a workbook that :func:`natura_opt.read` reads back to the same economy."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from ...base.entrance import checked_arguments
from ...base.errors import DataError, OptionError, listed, shortened, unknown
from ...base.output_files import whole_file, whole_folder
from ...base.places import Kind, entries, exists_already
from ..economy import Economy
from ..question import Question
from ..ranges import is_counted
from ..units import own_names
from .excel import SETTINGS, settings_rows, write_workbook
from .model_files import FORMAT, NAMED_AXES
from .parquet_writer import write_parquet
from .sheet_cells import MOST_COLUMNS, MOST_ROWS
from .table_layout import Layout, has_pairs, has_whole_numbers, layout, texts

Quoting = Literal[0, 1]


@checked_arguments()
def write(economy: Economy, path: str | Path, own_units: Iterable[str] = (), tables: str = "csv") -> Path:
    """Write an economy as a model folder, or as one Excel workbook.

    A folder holds ``economy.toml`` and one file per axis and table; a workbook (``path`` ends in ``.xlsx``) holds
    sheets of the same names. Numbers are written so that reading them back gives the same binary numbers. The model is
    written whole or not at all.

    Parameters
    ----------
    economy : what is written.
    path : the folder, or a file ``NAME.xlsx``.
    own_units : units of your own to declare; those among the economy's units that pint does not know are added.
    tables : ``csv``, or ``parquet`` for large tables (axes and settings stay text); only for a folder.

    Raises
    ------
    OutputError : something stands there already, the place cannot be written, or a sheet cannot hold a table or a name.
    DataError : a label cannot be written (empty names; dates), or a table is too large for a sheet.

    >>> import tempfile, natura_opt as no
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     no.read(no.write(no.read("excavators"), f"{folder}/excavators.xlsx")).techniques.to_list()[:3]
    ['A on M1', 'A on M2', 'A on M3']
    """
    if tables not in ("csv", "parquet"):
        raise OptionError(unknown("form of tables", tables, ("csv", "parquet")))
    kind = kind_of(path)
    settings = _settings(economy, own_names(own_units, chain(*economy.units.values())))
    if not kind.folder:
        if tables != "csv":
            raise OptionError(
                f"{Path(path).name}: a workbook holds its tables itself; tables={tables!r} is for a folder"
            )
        with whole_file(path, kind) as building:
            book = Path(path).name
            write_workbook(building, _sheets(economy, settings, book), called=book)
        return Path(path)
    quoting = quoting_of(*economy.axes.values())
    with whole_folder(path, kind) as building:
        for axis, rows in _axes(economy, ".csv"):
            _write_csv(building / f"{axis}.csv", rows, quoting)
        for name, table in economy.tables.items():
            file = building / f"{name}.{tables}"
            if tables == "parquet":
                write_parquet(file, table, economy)
                continue
            laid_out = layout(table, economy, file.name)
            body = ([v if isinstance(v, str) else repr(v) for v in row] for row in laid_out.rows())
            _write_csv(file, chain([laid_out.header], body), quoting)
        (building / "economy.toml").write_text(_toml(settings), encoding="utf-8")
    return Path(path)


def kind_of(path: str | Path) -> Kind:
    """Return the kind of output that the name of a model to be written asks for."""
    return _WORKBOOK if str(path).lower().endswith(".xlsx") else _FOLDER


def _kept_folder(place: Path) -> str:
    return f"holds {listed(entries(place), 3)} already, and a model is written into a new or an empty folder"


_WORKBOOK = Kind("a model as a workbook", (".xlsx",), "NAME.xlsx", False, exists_already)
_FOLDER = Kind(
    "a model", ("",), "NAME.xlsx for a workbook, or a folder without an ending (its tables may be parquet)", True,
    _kept_folder,
)  # fmt: skip


def _settings(economy: Economy, own_units: list[str]) -> dict[str, Any]:
    """Return what ``economy.toml`` or the sheet ``economy`` says; what is as by default is left out."""
    settings: dict[str, Any] = {"format": FORMAT}
    settings |= {key: getattr(economy, key) for key in ("name", "title", "source") if getattr(economy, key)}
    settings["periods"] = texts(economy.periods, "periods")
    settings |= {axis: len(economy.axes[axis]) for axis in NAMED_AXES if _is_counted(economy, axis)}
    named = [axis for axis in (*NAMED_AXES, "periods") if not (axis in settings and axis in NAMED_AXES)]
    if "goods" in settings and _are_the_goods(economy, "techniques"):
        named.remove("techniques")
    numbered = [axis for axis in named if has_whole_numbers(economy.axes[axis])]
    if numbered:
        settings["whole_number_names"] = numbered
    paired = [axis for axis in named if has_pairs(economy.axes[axis])]
    if paired:
        settings["pair_names"] = paired
    settings |= {key: entries for key, entries in (("own_units", own_units), ("notes", list(economy.notes))) if entries}
    settings["questions"] = {name: question_settings(question) for name, question in economy.questions.items()}
    return settings


def question_settings(question: Question) -> dict[str, Any]:
    """Return a question as ``economy.toml`` says it; what is as by default is left out.

    Raises
    ------
    DataError : a setting that no file can hold, such as a function.
    """
    settings: dict[str, Any] = {"objective": question.objective, **question.settings}
    if question.leave_out:
        settings["leave_out"] = list(question.leave_out)
    for name, value in settings.items():
        if not isinstance(value, str | bool | int | float | list):
            raise DataError(
                f"question {question.name!r}: {name} is {shortened(value)}, which a file cannot hold; give it by a name"
            )
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
        if axis not in NAMED_AXES or not len(index) or _are_the_goods(economy, axis) or _is_counted(economy, axis):
            continue
        names = texts(index, f"{axis}{suffix}")
        if units is None:
            yield axis, [["name"], *([name] for name in names)]
        else:
            yield axis, [["name", "unit"], *(list(pair) for pair in zip(names, units, strict=True))]


def _are_the_goods(economy: Economy, axis: str) -> bool:
    """Whether the techniques are the goods, so that nothing is written of them."""
    same = axis == "techniques" and economy.techniques.equals(economy.goods)
    return same and economy.units.get("techniques") == economy.units.get("goods")


def _is_counted(economy: Economy, axis: str) -> bool:
    """Whether the settings say how many there are, and no file names them: labels 1, 2, … without units."""
    return is_counted(economy.axes[axis]) and axis not in economy.units and not _are_the_goods(economy, axis)


def _sheets(economy: Economy, settings: Mapping[str, Any], book: str) -> dict[str, list[list[Any]]]:
    sheets: dict[str, list[list[Any]]] = {SETTINGS: settings_rows(settings), **dict(_axes(economy, ""))}
    for name, table in economy.tables.items():
        place = f"{book}, sheet {name!r}"
        laid_out = layout(table, economy, place)
        if not _fits(laid_out):
            laid_out = layout(table, economy, place, long=True)
        if not _fits(laid_out):
            raise DataError(
                f"{place}: {len(laid_out.values):,} rows do not fit a sheet ({MOST_ROWS:,}); write a folder with "
                "tables='parquet'"
            )
        sheets[name] = [laid_out.header, *laid_out.rows()]
    return sheets


def _fits(laid_out: Layout) -> bool:
    return len(laid_out.values) < MOST_ROWS and len(laid_out.header) <= MOST_COLUMNS


def _write_csv(path: Path, rows: Iterable[list[str]], quoting: Quoting) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n", quoting=quoting).writerows(rows)


def quoting_of(*axes: Iterable[Any]) -> Quoting:
    """Return how a CSV file of these names is quoted: a carriage return ends a row, but csv does not quote it."""
    spelled_out = (axis for axis in axes if not isinstance(axis, pd.RangeIndex))
    returns = any("\r" in str(name) for axis in spelled_out for name in axis)
    return csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL

"""A plan as files: one workbook, or a folder of CSV or Parquet files, a table in each; written whole or not at all.

A name such as ``=1+1`` is text in every form: in a workbook its cell is declared text; in a CSV file, where a
spreadsheet would take it for a formula, an apostrophe stands before it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ..base.errors import OutputError
from ..base.labels import name_of
from ..base.output_files import whole_file, whole_folder
from ..base.places import Kind, ending, not_only
from ..economy.files.excel import first_rows, is_model_workbook, write_workbook
from ..economy.files.folder_writer import quoting_of
from .export import known_tables

#: Rows of every plan's summary, by which an earlier plan is known.
_FACTS = {"model", "question", "method", "status"}
#: Beginnings that spreadsheets take for a formula when they open a CSV file; the last four are the full-width signs.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
#: The most bytes of a file's name without its ending, and the most characters of a sheet's.
_LONGEST_FILE, _LONGEST_SHEET = 200, 31
_NOT_OURS = "is not of a plan written by natura-opt"


def to_excel(tables: Mapping[str, pd.DataFrame], path: str | Path) -> Path:
    """Write one sheet per table."""
    named = _named(tables, _LONGEST_SHEET, len)
    with whole_file(path, WORKBOOK) as building:
        sheets = {name: list(_rows(frame)) for name, frame in named.items()}
        write_workbook(building, sheets, called=Path(path).name)
    return Path(path)


def to_csv(tables: Mapping[str, pd.DataFrame], folder: str | Path) -> Path:
    """Write one CSV file per table."""
    with whole_folder(folder, CSV_FOLDER) as building:
        for name, frame in _named(tables, _LONGEST_FILE, _bytes).items():
            texts = (frame.iloc[:, k] for k in range(frame.shape[1]) if not _is_numeric(frame, k))
            quoting = quoting_of(frame.index, frame.columns, *texts)
            _guarded(frame).to_csv(building / f"{name}.csv", encoding="utf-8", quoting=quoting)
    return Path(folder)


def to_parquet(tables: Mapping[str, pd.DataFrame], folder: str | Path) -> Path:
    """Write one Parquet file per table (labels as columns)."""
    with whole_folder(folder, PARQUET_FOLDER) as building:
        for name, frame in _named(tables, _LONGEST_FILE, _bytes).items():
            flat = frame.reset_index()
            flat.columns = flat.columns.astype(str)
            for column in flat.columns[: frame.index.nlevels]:  # labels may be numbers or pairs among words
                flat[column] = [name_of(label) for label in flat[column]]
            flat.to_parquet(building / f"{name}.parquet", index=False)
    return Path(folder)


def form_of(out: Path) -> tuple[Kind, Callable[[Mapping[str, pd.DataFrame], str | Path], Path]]:
    """Return the kind of output that a name asks for, and what writes it.

    Raises
    ------
    OutputError : the ending is none of those known.
    """
    suffix = ending(out)
    for kind, write in ((WORKBOOK, to_excel), (CSV_FOLDER, to_csv), (PARQUET_FOLDER, to_parquet)):
        if suffix in kind.endings:
            return kind, write
    raise OutputError(
        f"{out}: the ending {suffix!r} is not known for a plan; write NAME.xlsx for a workbook, NAME.parquet for a "
        "folder of Parquet files, or a name without an ending for a folder of CSV files"
    )


def _kept_workbook(place: Path) -> str:
    if is_model_workbook(place):
        return "exists already and holds a model"
    sheets = first_rows(place, rows=40)
    ours = "summary" in sheets and _is_summary(sheets["summary"]) and all(map(_is_table, sheets))
    return "" if ours else f"exists already and {_NOT_OURS}"


def _kept_folder(suffix: str, rows: Callable[[Path], list[tuple[Any, ...]]]) -> Callable[[Path], str]:
    def kept(place: Path) -> str:
        others = not_only(place, lambda file: file.suffix == suffix and _is_table(file.stem), _NOT_OURS)
        if others:
            return others
        try:
            ours = _is_summary(rows(place / f"summary{suffix}"))
        except (OSError, ValueError, csv.Error):
            ours = False
        return "" if ours else f"holds files already whose summary{suffix} {_NOT_OURS}"

    return kept


def _csv_rows(path: Path) -> list[tuple[Any, ...]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [tuple(row) for row in csv.reader(file)]


def _parquet_rows(path: Path) -> list[tuple[Any, ...]]:
    frame = pd.read_parquet(path)
    return [tuple(frame.columns), *frame.itertuples(index=False, name=None)]


def _is_summary(rows: list[tuple[Any, ...]]) -> bool:
    return rows[:1] == [("what", "value")] and {row[0] for row in rows if row} >= _FACTS


def _is_table(name: str) -> bool:
    return name in known_tables() or name.startswith("extra_")


WORKBOOK = Kind("a plan as a workbook", (".xlsx",), "NAME.xlsx", False, _kept_workbook)
CSV_FOLDER = Kind(
    "a plan as CSV files", ("",), "the name of a folder, without an ending", True, _kept_folder(".csv", _csv_rows)
)
PARQUET_FOLDER = Kind(
    "a plan as Parquet files",
    (".parquet", ""),
    "the name of a folder, NAME.parquet or without an ending",
    True,
    _kept_folder(".parquet", _parquet_rows),
)


def _named(frames: Mapping[str, pd.DataFrame], longest: int, size: Callable[[str], int]) -> dict[str, pd.DataFrame]:
    """Return tables by names that files and sheets can have, each once."""
    named: dict[str, pd.DataFrame] = {}
    for name, frame in frames.items():
        plain = "".join(c if c.isalnum() or c in "_-" else "_" for c in name)
        names_in_use = {other.casefold() for other in named}
        short, number = _cut(plain, longest, size), 2
        while short.casefold() in names_in_use:
            short, number = f"{_cut(plain, longest - len(str(number)) - 1, size)}_{number}", number + 1
        named[short] = frame
    return named


def _cut(name: str, longest: int, size: Callable[[str], int]) -> str:
    while size(name) > longest:
        name = name[:-1]
    return name


def _bytes(name: str) -> int:
    return len(name.encode("utf-8", errors="replace"))


def _rows(frame: pd.DataFrame) -> Iterator[list[Any]]:
    """Give a table as rows of texts and numbers, headings first; a cell that has no value is empty."""
    yield [*("" if name is None else name for name in frame.index.names), *map(_cell, frame.columns)]
    columns = [frame.iloc[:, k].tolist() for k in range(frame.shape[1])]
    for label, *values in zip(frame.index, *columns, strict=True):
        parts = label if isinstance(frame.index, pd.MultiIndex) else (label,)
        yield [*map(_cell, parts), *map(_cell, values)]


def _cell(value: Any) -> Any:
    if value is pd.NA or value == "":
        return None
    if isinstance(value, float):
        return None if value != value else value
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _guarded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts no spreadsheet takes for formulas."""
    plain = frame.set_axis(_guarded_labels(frame.columns), axis=1)
    if isinstance(plain.index, pd.MultiIndex):
        levels: list[Any] = [_guarded_labels(level) for level in plain.index.levels]
        codes: list[Any] = list(plain.index.codes)
        plain.index = pd.MultiIndex(levels=levels, codes=codes, names=plain.index.names)
    else:
        plain.index = _guarded_labels(plain.index)
    for k in range(plain.shape[1]):
        if not _is_numeric(plain, k):
            plain.isetitem(k, plain.iloc[:, k].map(_guard).array)
    return plain


def _guarded_labels(labels: pd.Index) -> pd.Index:
    guarded: pd.Index = pd.Index([_guard(label) for label in labels], name=labels.name, tupleize_cols=False)
    return guarded


def _is_numeric(frame: pd.DataFrame, column: int) -> bool:
    return bool(pd.api.types.is_numeric_dtype(frame.dtypes.iloc[column]))


def _guard(label: Any) -> Any:
    return f"'{label}" if isinstance(label, str) and _FORMULA.match(label) else label

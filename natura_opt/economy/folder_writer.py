"""An economy to a model folder that :func:`natura_opt.read` reads back to the same economy."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..errors import DataError
from .economy import Economy
from .folder import FORMAT
from .registry import AXES
from .table import Table

#: Matrices with more cells than this, or mostly zeros, are written long.
_WIDE_CELLS = 10_000


def write(economy: Economy, folder: str | Path, own_units: Iterable[str] = ()) -> Path:
    """Write an economy as a model folder: ``economy.toml`` and one CSV file per axis and table.

    Numbers are written so that reading them back gives the same binary numbers.

    Parameters
    ----------
    own_units : units among the economy's that pint does not know.

    Errors
    ------
    DataError : the folder already holds a model, or a label cannot be written (pairs; empty names).
    """
    path = Path(folder)
    if (path / "economy.toml").exists():
        raise DataError(f"{path.name}: holds a model already; choose another folder, or remove it first")
    path.mkdir(parents=True, exist_ok=True)
    for axis, index in economy.axes.items():
        if axis != "periods" and len(index):
            same = axis == "techniques" and index.equals(economy.goods)
            if not (same and economy.units.get(axis) == economy.units.get("goods")):
                _write_axis(path / f"{axis}.csv", index, economy.units.get(axis))
    for name, table in economy.tables.items():
        _write_table(path / f"{name}.csv", table, economy)
    (path / "economy.toml").write_text(_settings(economy, list(own_units)), encoding="utf-8")
    return path


def _settings(economy: Economy, own_units: list[str]) -> str:
    """Return economy.toml (TOML strings and lists are written as JSON writes them)."""
    lines = [f"format = {FORMAT}"]
    for key in ("name", "title", "source"):
        if getattr(economy, key):
            lines.append(f"{key} = {json.dumps(getattr(economy, key), ensure_ascii=False)}")
    lines.append(f"periods = {json.dumps([str(label) for label in economy.periods], ensure_ascii=False)}")
    if own_units:
        lines.append(f"own_units = {json.dumps(own_units)}")
    for name, question in economy.questions.items():
        lines += ["", f"[questions.{json.dumps(name)}]", f"objective = {json.dumps(question.objective)}"]
        if question.floor is not None:
            lines.append(f"floor = {float(question.floor)!r}")
        if question.leave_out:
            lines.append(f"leave_out = {json.dumps(list(question.leave_out))}")
    return "\n".join(lines) + "\n"


def _write_axis(path: Path, index: pd.Index, units: tuple[str, ...] | None) -> None:
    names = [_text(label, path) for label in index]
    rows = [[name] for name in names] if units is None else [list(pair) for pair in zip(names, units, strict=True)]
    _write(path, ["name"] if units is None else ["name", "unit"], rows)


def _write_table(path: Path, table: Table, economy: Economy) -> None:
    spec = table.spec
    rows = [_text(label, path) for label in economy.axes[spec.axes[0]]]
    if not spec.is_matrix:
        if table.constant:
            columns, values = ["value"], np.asarray(table.slices[None])[:, None]
        else:
            columns = [str(label) for label in economy.periods]
            values = np.column_stack([table.at(t) for t in range(len(columns))])
        _write(path, [AXES[spec.axes[0]], *columns], _rows(rows, values))
        return
    columns = [_text(label, path) for label in economy.axes[spec.axes[1]]]
    if table.constant:
        matrix = table.slices[None]
        cells = matrix.shape[0] * matrix.shape[1]
        if cells <= _WIDE_CELLS or matrix.nnz > cells / 3:
            _write(path, [AXES[spec.axes[0]], *columns], _rows(rows, matrix.toarray()))
            return
    slot = [] if table.constant else ["ahead" if spec.ahead else "period"]
    entries: list[list[Any]] = []
    for key, matrix in table.slices.items():
        found = sp.coo_array(matrix)
        when = [] if key is None else [key if spec.ahead else str(economy.periods[key])]
        for r, c, value in zip(found.row, found.col, found.data, strict=True):
            entries.append([rows[r], columns[c], *when, repr(float(value))])
        if not found.nnz and when:  # a period without entries is still given
            entries.append([rows[0], columns[0], *when, "0.0"])
    _write(path, ["row", "column", *slot, "value"], entries)


def _rows(names: list[str], values: np.ndarray) -> list[list[str]]:
    return [[name, *map(repr, row)] for name, row in zip(names, values.tolist(), strict=True)]


def _write(path: Path, header: list[str], rows: Iterable[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _text(label: object, path: Path) -> str:
    text = str(label)
    if isinstance(label, tuple) or not text.strip() or text != text.strip():
        raise DataError(f"{path.name}: the name {label!r} cannot be written; use plain names without outer blanks")
    return text

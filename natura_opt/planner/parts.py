"""What a sweep has found so far, in files: one per block, beside the table that they become.

Beside ``NAME.parquet`` stands the folder ``NAME.parquet.parts``, whose ``sweep.json`` says which sweep it is of. A
block is written whole or not at all; a sweep that was ended goes on with the blocks that are missing, and the table is
the same to the byte. When all are there the table is written, the seconds and iterations of each point beside it, and
the folder goes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..base.errors import OutputError
from ..base.output_files import check_place, whole_file
from ..base.places import Kind, entries, exists_already
from .blocks import Row, Task

#: Under which a table says which sweep it is of.
_KEY = b"natura-opt sweep"


TABLE = Kind("the table of a sweep", (".parquet",), "NAME.parquet", False, exists_already)
_EFFORTS = ("point", "iterations", "seconds")


def _no_seconds(place: Path) -> str:
    """Say that what stands at a place is no seconds of a sweep; "" where it is."""
    with place.open("rb") as file:
        return "" if file.readline(99).strip() == ",".join(_EFFORTS).encode() else "exists already"


_SECONDS = Kind("the seconds of a sweep", (".csv",), "NAME.csv", False, _no_seconds)
_PART = Kind("a part of a sweep", (".json",), "NAME.json", False, lambda place: "")


@dataclass(frozen=True, eq=False)
class Parts:
    """The files of a sweep.

    Attributes
    ----------
    out : the table. sweep : which sweep it is of.
    """

    out: Path
    sweep: str

    @property
    def folder(self) -> Path:
        """Where the blocks are."""
        return self.out.with_name(f"{self.out.name}.parts")

    @property
    def efforts(self) -> Path:
        """Where the seconds and iterations of each point are."""
        return self.out.with_name(f"{self.out.stem}.seconds.csv")

    def begin(self) -> set[int] | None:
        """Return the blocks that are there already; None where the table itself is.

        Raises
        ------
        OutputError : another sweep stands there, or the place cannot be written.
        """
        header = self.folder / "sweep.json"
        if self.out.exists():
            if _sweep_of(self.out) == self.sweep:
                if _said_in(header) == self.sweep:  # it was ended when the table was there already
                    shutil.rmtree(self.folder)
                return None
            check_place(self.out, TABLE)  # says what stands there
        if header.exists() or (self.folder.exists() and (not self.folder.is_dir() or entries(self.folder))):
            if _said_in(header) != self.sweep:
                raise OutputError(
                    f"{self.folder}: holds parts of another sweep (another economy, question, points, or version); "
                    "choose another file, or remove them first"
                )
        else:
            check_place(self.out, TABLE)
            check_place(self.efforts, _SECONDS)
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(header, {"sweep": self.sweep})
        return {int(part.stem.partition("-")[2]) for part in self.folder.glob("block-*.json")}

    def write(self, number: int, rows: list[Row], efforts: list[Row]) -> None:
        """Write what was found in a block, whole."""
        _write(self.folder / f"block-{number:06d}.json", {"rows": rows, "efforts": efforts})

    def read(self, numbers: Iterable[int]) -> tuple[list[Row], list[Row]]:
        """Return what was found in blocks, in order."""
        rows: list[Row] = []
        efforts: list[Row] = []
        for number in sorted(numbers):
            part = json.loads((self.folder / f"block-{number:06d}.json").read_text("utf-8"))
            rows += part["rows"]
            efforts += part["efforts"]
        return rows, efforts

    def finish(self, table: pd.DataFrame, efforts: pd.DataFrame) -> None:
        """Write the table and the seconds, and take the parts away."""
        arrow = pa.Table.from_pandas(table, preserve_index=False)
        arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), _KEY: self.sweep.encode()})
        with whole_file(self.efforts, _SECONDS) as building:
            efforts.to_csv(building, index=False)
        with whole_file(self.out, TABLE) as building:
            pq.write_table(arrow, building)
        shutil.rmtree(self.folder)

    def finished(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the table and the seconds of a sweep that is done."""
        efforts = pd.read_csv(self.efforts) if self.efforts.exists() else pd.DataFrame()
        return pd.read_parquet(self.out), efforts


def _sweep_of(place: Path) -> str:
    """Return which sweep a table is of; empty where it is of none."""
    try:
        said: bytes = (pq.read_schema(place).metadata or {}).get(_KEY, b"")
        return said.decode()
    except (OSError, pa.ArrowInvalid):
        return ""


def _said_in(header: Path) -> str:
    """Return which sweep parts are of; empty where that is not to be read."""
    try:
        said = json.loads(header.read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    return str(said.get("sweep", "")) if isinstance(said, dict) else ""


def _write(path: Path, what: dict[str, Any]) -> None:
    with whole_file(path, _PART) as building:
        building.write_text(json.dumps(what), encoding="utf-8")


def fingerprint(task: Task) -> str:
    """Return a word that is another one for another sweep: by every number, name, setting and point of it."""
    economy, question, known = task.economy, task.question, hashlib.sha256()

    def take(*parts: object) -> None:
        for part in parts:
            known.update(part if isinstance(part, bytes) else repr(part).encode())
            known.update(b"\0")

    take("1", version("highspy"), version("scipy"), task.size, task.valuations, sorted(task.options.items(), key=str))
    take(question.objective, sorted(question.settings.items(), key=str), question.leave_out)
    take([knob.name for knob in task.knobs], task.points)
    take(*((axis, index.to_list()) for axis, index in sorted(economy.axes.items())))
    for name, table in sorted(economy.tables.items()):
        take(name)
        if table.spec.tidy:
            take(pd.util.hash_pandas_object(economy.frame(name).astype(str), index=False).to_numpy().tobytes())
            continue
        slices: dict[Any, Any] = dict(table.slices)
        for key, values in sorted(slices.items(), key=str):
            arrays = (values.indptr, values.indices, values.data) if table.spec.is_matrix else (values,)
            take(key, *(np.ascontiguousarray(array).tobytes() for array in arrays))
    return known.hexdigest()

"""A model folder to an economy: ``economy.toml`` and one CSV or Parquet file per axis and table.

The reader never executes anything in a model folder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ...base.errors import DataError
from ...base.input_files import DEFAULT_LIMITS, ReadingLimits, read_text
from ..economy import Economy
from .cells import Source, read_grid
from .model_files import ModelFiles, economy_of
from .parquet import ParquetColumns

SETTINGS = "economy.toml"
_ENDLESS_KEY = re.compile(r"""(?<![\w"'-])(?:[\w"'-]+[ \t]*\.[ \t]*){100}""")


def read_folder(folder: Path, limits: ReadingLimits = DEFAULT_LIMITS) -> Economy:
    """Read a model folder.

    Raises
    ------
    DataError : naming file, row and column: unknown keys or files, missing tables, unmatched or duplicate names, cells
        that are not finite numbers, units that do not fit; files that are no files, or larger than the limits.
    """
    folder = folder.absolute()  # so that "." has a name too
    settings = _settings(folder, limits)
    files: dict[str, Path] = {}
    for path in _tables(folder):
        if path.suffix != path.suffix.lower():
            raise DataError(f"{path.name}: write the ending in small letters, {path.suffix.lower()}")
        if path.stem in files:
            raise DataError(f"{folder.name}: {files[path.stem].name} and {path.name} hold the same table; remove one")
        files[path.stem] = path
    return economy_of(
        ModelFiles(
            place=folder.name,
            settings=settings,
            settings_place=f"{folder.name}/economy.toml",
            name=folder.name,
            sources={name: _opener(path, limits) for name, path in files.items()},
            called=lambda name: files[name].name if name in files else f"{name}.csv",
        )
    )


def _tables(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in (".csv", ".parquet"))
    except OSError as error:
        raise DataError(f"{folder.name}: cannot be read: {error.strerror or error}") from None


def _opener(path: Path, limits: ReadingLimits) -> Callable[[], Source]:
    return partial(ParquetColumns if path.suffix == ".parquet" else read_grid, path, limits=limits)


def _settings(folder: Path, limits: ReadingLimits) -> dict[str, Any]:
    file, place = folder / SETTINGS, f"{folder.name}/{SETTINGS}"
    if not file.exists():
        raise DataError(f"{folder.name}: no {SETTINGS} in this folder; a model folder needs one")
    text = read_text(file, place, limits, "settings_bytes")
    if _ENDLESS_KEY.search(text):  # every part of it would be looked at for every other
        raise DataError(f"{place}: a key of a hundred parts is none of an economy's")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise DataError(f"{place}: lists or tables are nested too deep to be read") from None
    except ValueError as error:  # of TOML, and numbers of thousands of digits
        raise DataError(f"{place}: {error}") from None

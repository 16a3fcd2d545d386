"""A model folder to an economy: ``economy.toml`` and one CSV or Parquet file per axis and table.

The reader never executes anything in a model folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import DataError
from .cells import Source, read_grid
from .economy import Economy
from .model_files import ModelFiles, economy_of
from .parquet import ParquetColumns


def read_folder(folder: Path) -> Economy:
    """Read a model folder.

    Errors
    ------
    DataError : naming file, row and column: unknown keys or files, missing tables, unmatched or duplicate names, cells
        that are not finite numbers, units that do not fit.
    """
    folder = folder.absolute()  # so that "." has a name too
    settings = _settings(folder)
    files: dict[str, Path] = {}
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in (".csv", ".parquet")):
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
            sources={name: _opener(path) for name, path in files.items()},
            called=lambda name: files[name].name if name in files else f"{name}.csv",
        )
    )


def _opener(path: Path) -> Callable[[], Source]:
    return partial(ParquetColumns if path.suffix == ".parquet" else read_grid, path)


def _settings(folder: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / "economy.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{folder.name}: no economy.toml in this folder; a model folder needs one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{folder.name}/economy.toml: {error}") from None

"""Models found by name: those shipped with the package, and any model folder or workbook by its path."""

from __future__ import annotations

from pathlib import Path

from ..errors import DataError, unknown
from .economy import Economy
from .excel import read_workbook
from .folder import read_folder

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_folder() -> Path:
    """Return the folder of the shipped models: inside an installed package, or beside it in a checkout."""
    installed = _PACKAGE / "_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def shipped_models() -> dict[str, Path]:
    """Return the shipped models: folder by name."""
    found = sorted(path.parent for path in shipped_folder().glob("*/economy.toml"))
    return {folder.name: folder for folder in found}


def read(model: str | Path) -> Economy:
    """Read an economy: a model folder, an Excel workbook (``.xlsx``), or the name of a shipped model.

    Errors
    ------
    DataError : no such folder or model (with the nearest name), or anything wrong in the files, with its place.

    >>> import natura_opt as no
    >>> no.read("wheat_cloth").goods.to_list()
    ['wheat', 'cloth']
    """
    if not isinstance(model, str | Path):
        raise DataError(f"an economy, or the name or folder of a model, is needed, not {type(model).__name__}")
    folder = Path(model)
    shipped = shipped_models()
    if str(model) in shipped and not (folder / "economy.toml").exists():
        return read_folder(shipped[str(model)])
    if folder.is_dir():
        return read_folder(folder)
    if folder.suffix.lower() == ".xlsx" and folder.is_file():
        return read_workbook(folder)
    if folder.exists():
        if {".mps", ".lp"} & {suffix.lower() for suffix in folder.suffixes[-2:]}:
            raise DataError(f"{model}: is a linear program, not an economy; solve(read_program({folder.name!r}))")
        raise DataError(f"{model}: is a file; name the folder that holds economy.toml")
    if folder.suffix.lower() == ".xlsx":
        raise DataError(f"{folder.name}: there is no such file in {folder.parent.name or '.'}")
    raise DataError(f"{unknown('model', model, shipped)}; nor is there a folder of this name")

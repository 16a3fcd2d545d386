"""Models found by name: those shipped with the package, and any model folder or workbook by its path."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from ...base.errors import DataError, shortened, unknown
from ...base.input_files import ReadingLimits, as_path, limits_given
from ..economy import Economy
from .folder import SETTINGS, read_folder
from .shipped import shipped_models
from .workbook import read_workbook

#: How many neighbours of a folder that is not there, and signs of its name, are compared for a hint.
_LOOKED_AT = 500


def read(model: str | Path, *, limits: ReadingLimits | None = None) -> Economy:
    """Read an economy: a model folder, an Excel workbook (``.xlsx``), or the name of a shipped model.

    Parameters
    ----------
    model : the folder, the workbook, or the model's name; a folder of that name comes first.
    limits : how much to take from a file before it is refused (:class:`natura_opt.ReadingLimits`); the usual limits
        leave room for tens of millions of numbers, and none for a small file that unpacks to gigabytes.

    Raises
    ------
    DataError : no such folder or model (with the nearest name), or anything wrong in the files, with its place.

    >>> import natura_opt as no
    >>> no.read("wheat_cloth").goods.to_list()
    ['wheat', 'cloth']
    """
    if not isinstance(model, str | Path):
        raise DataError(f"an economy, or the name or folder of a model, is needed, not {type(model).__name__}")
    path, allowed = as_path(model, "a model"), limits_given(limits)
    shipped = shipped_models()
    try:
        if str(model) in shipped and not (path / SETTINGS).exists():
            return read_folder(shipped[str(model)], allowed)
        if path.is_dir():
            return read_folder(path, allowed)
        exists = path.exists()
    except OSError as error:
        raise DataError(f"{shortened(str(model))}: cannot be read: {error.strerror or error}") from None
    if path.suffix.lower() == ".xlsx":
        return read_workbook(path, allowed)
    if exists:
        if {".mps", ".lp"} & {suffix.lower() for suffix in path.suffixes[-2:]}:
            raise DataError(f"{model}: is a linear program, not an economy; solve(read_program({path.name!r}))")
        advice = "; a table of flows is read by read_flows, or natura-opt import flows" if path.suffix == ".csv" else ""
        raise DataError(f"{model}: is a file; name the folder that holds economy.toml{advice}")
    near = _beside(path)
    if near is not None:
        raise DataError(f"unknown model {shortened(str(model))}; did you mean the folder {shortened(near)}?")
    raise DataError(f"{unknown('model', model, shipped)}; nor is there a folder of this name")


def _beside(path: Path) -> str | None:
    """Return the model folder beside it that is called most nearly so, if any is."""
    try:
        folders = [one.name for one in islice(path.parent.iterdir(), _LOOKED_AT) if (one / SETTINGS).is_file()]
    except OSError:  # no such place, or none that may be read: then there is no hint
        return None
    near = get_close_matches(path.name[:_LOOKED_AT], folders, n=1)
    return str(path.parent / near[0]) if near else None

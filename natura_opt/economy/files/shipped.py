"""The models that come with the package, by name: where they stand, and nothing of what is in them."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def shipped_folder() -> Path:
    """Return the folder of the shipped models: inside an installed package, or beside it in a checkout."""
    installed = _PACKAGE / "_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def shipped_models() -> dict[str, Path]:
    """Return the shipped models: folder by name."""
    folders = sorted(path.parent for path in shipped_folder().glob("*/economy.toml"))
    return {folder.name: folder for folder in folders}

"""The settings of objectives and methods, as they are declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING
from typing import Any

from ..base.settings import Settings
from ..economy.question import SETTINGS_OF_LAWS
from ..methods.registry import METHODS
from ..objectives import OBJECTIVES
from .topic import Topic


def _rows(own: object) -> Iterator[tuple[str, ...]]:
    of: list[tuple[str, type[Settings]]] = []
    of += [(f"objective {name}", objective.settings) for name, objective in OBJECTIVES.items()]
    of += [(f"law of {name}", settings) for name, settings in SETTINGS_OF_LAWS.items()]
    of += [(f"method {name}", method.settings) for name, method in METHODS.items()]
    for whose, settings in of:
        for one in settings.described():
            yield one.name, whose, one.allowed.words, _default(one.default), one.meaning


def _default(value: Any) -> str:
    """Return what stands for a setting that is not given."""
    if value is MISSING:
        return "must be given"
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "name", value))


SETTINGS = Topic(
    "settings",
    "What objectives and methods can be told: --setting NAME=VALUE, or an argument of natura_opt.solve; of an "
    "objective also in economy.toml and in natura_opt.Question.",
    ("setting", "of", "may be", "if missing", "meaning"),
    _rows,
)

"""The cases: one module each under :mod:`benchmarks.cases`, imported when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from .measuring import SIZES, Result


@dataclass(frozen=True)
class Case:
    """A case: its name, what it measures, and the function that runs it at a size."""

    name: str
    title: str
    run: Callable[..., Result]


#: Every case, in the order they run; a module of :mod:`benchmarks.cases` with ``TITLE`` and ``run(size)``.
NAMES = (
    "build",
    "read",
    "solve",
    "hot",
    "horizon",
    "demand_changed",
    "window_moved",
    "limits_swept",
    "why_not",
    "certify",
    "exact",
    "startup",
    "product",
    "curves_iteration",
    "leontief",
    "harmony_1990",
    "prices",
    "capacities",
    "scale",
    "cluster",
    "methods",
    "million",
    "asking",
    "programs",
    "curves",
)
#: The cases that take files of the user's own.
OF_FILES = ("programs",)


def case(name: str) -> Case:
    """Return a case by name.

    Errors
    ------
    KeyError : there is no case of this name.
    """
    if name not in NAMES:
        raise KeyError(f"no case {name!r}; there are {', '.join(NAMES)}")
    module = import_module(f".cases.{name}", __package__)
    return Case(name, module.TITLE, module.run)


def run(name: str, size: str = "small", files: Path | None = None) -> Result:
    """Run a case at a size (``tiny``, ``small`` or ``full``), on the files of a folder where it takes them."""
    if size not in SIZES:
        raise KeyError(f"no size {size!r}; there are {', '.join(SIZES)}")
    return case(name).run(size, files) if name in OF_FILES else case(name).run(size)

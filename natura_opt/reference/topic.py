"""A topic of the reference: a heading, columns, and rows that are read from a registry when they are asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ..laws.law import Law
from .public import HOMES


@dataclass(frozen=True)
class Topic:
    """One table of the reference.

    Attributes
    ----------
    name : what ``natura-opt help`` calls it.
    about : what its rows are, in a sentence or two.
    columns : headings; the first names the row, the last says what it means.
    read : called with laws (and the like) of one's own, returns the rows, as texts in the order of the columns.
    """

    name: str
    about: str
    columns: tuple[str, ...]
    read: Callable[[Sequence[Law]], Iterable[Sequence[str]]]

    def rows(self, own: Sequence[Law] = ()) -> list[tuple[str, ...]]:
        """Return the rows as they stand in the registries now, and those of laws of one's own."""
        return [tuple(row) for row in self.read(own)]

    def facts(self) -> dict[str, Any]:
        """Return what the topic is, as plain values."""
        return {"topic": self.name, "about": self.about}

    def records(self) -> list[dict[str, str]]:
        """Return the rows by heading."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows()]


def public_value(name: str) -> Any:
    """Return what a public name stands for."""
    return getattr(import_module(f"natura_opt.{HOMES[name]}"), name)


def first_sentence(documented: object) -> str:
    """Return the first sentence of a docstring, on one line, without marks of formatting.

    >>> first_sentence(Topic)
    'One table of the reference'
    """
    paragraph = (inspect.getdoc(documented) or "").partition("\n\n")[0]
    text = " ".join(paragraph.split()).replace("``", "")
    return text.partition(". ")[0].removesuffix(".")

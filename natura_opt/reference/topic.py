"""A topic of the reference: a heading, columns, and rows that are read from a registry when they are asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Topic:
    """One table of the reference.

    Attributes
    ----------
    name : what ``natura-opt help`` calls it.
    about : what its rows are, in a sentence or two.
    columns : headings; the first names the row, the last says what it means.
    read : returns the rows, as texts in the order of the columns.
    """

    name: str
    about: str
    columns: tuple[str, ...]
    read: Callable[[], Iterable[Sequence[str]]]

    def rows(self) -> list[tuple[str, ...]]:
        """Return the rows as they stand in the registries now."""
        return [tuple(row) for row in self.read()]

    def facts(self) -> dict[str, Any]:
        """Return what the topic is, as plain values."""
        return {"topic": self.name, "about": self.about}

    def records(self) -> list[dict[str, str]]:
        """Return the rows by heading."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows()]


def first_sentence(documented: object) -> str:
    """Return the first sentence of a docstring, on one line, without marks of formatting.

    >>> first_sentence(Topic)
    'One table of the reference'
    """
    paragraph = (inspect.getdoc(documented) or "").partition("\n\n")[0]
    text = " ".join(paragraph.split()).replace("``", "")
    return text.partition(". ")[0].removesuffix(".")

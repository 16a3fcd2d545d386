"""A program whose columns and rows have names of their own, as a file gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from .canonical import Block
from .linear import LinearProgram

#: The blocks of a program that was read: labels are the file's names.
COLUMNS, ROWS = "columns", "rows"


@dataclass(frozen=True, eq=False, repr=False)
class NamedProgram(LinearProgram):
    """A linear program read from a file: one block of ``columns`` and one of ``rows``, labelled as written.

    Attributes
    ----------
    name : what the file calls itself, or the file's own name.
    objective_name : what it calls the objective.
    notes : what its format made of what was written, where that can surprise: limits taken as infinite, a second set
        of right-hand sides left out, whole-number columns between 0 and 1. None means: read as it stands.
    """

    name: str = "program"
    objective_name: str = "objective"
    notes: tuple[str, ...] = ()

    named: ClassVar[bool] = True

    def __repr__(self) -> str:
        return "\n".join([f"{self.name!r}: {super().__repr__()}", *(f"  note: {note}" for note in self.notes)])


def named_block(name: str, labels: Sequence[str]) -> tuple[Block, ...]:
    """Return the one block of a program with names of its own."""
    return (Block(name, pd.Index(list(labels), dtype=object), 0),)

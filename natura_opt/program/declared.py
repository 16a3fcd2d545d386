"""What a law says of its blocks of rows and columns.

Whatever shows, explains, exports, draws or diagnoses a plan reads these declarations, so that a new law appears in all
of it without a line of theirs being touched. A block without a declaration is a user's own, and known by name only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..base.errors import ProgramError

RowSense = Literal[">=", "<=", "=="]
#: What a unit more means: of the right-hand side as written, or of what is on hand on the left (the side falls).
Valued = Literal["side", "on hand"]
#: Which of its rows count as a limit from outside where the objective is taken apart: all that are worth something,
#: those whose side is not zero, or none (rows that only tie columns together still count by a side that is not zero).
Outside = Literal["always", "where given", "by its side"]


@dataclass(frozen=True)
class Columns:
    """A block of columns that a law declares.

    Attributes
    ----------
    name : the block's name, e.g. ``"investment"``.
    axes : the axes of the economy that its labels lie on, the first fastest, e.g. ``("techniques", "periods")``; a
        label of a holding lies on goods and techniques. Empty: one column, of the block's name.
    meaning : what a value is, in words.
    unit : the axis whose label gives the unit of a value; empty for pure numbers.
    table : the plan's table that it fills (``plan.tables()``); empty: none.
    supplies, uses : what it is called where goods flow, as a supply and as a use; empty: it is accounted for elsewhere
        (activities by technique, deliveries as final use).
    """

    name: str
    axes: tuple[str, ...]
    meaning: str
    unit: str = ""
    table: str = ""
    supplies: str = ""
    uses: str = ""


@dataclass(frozen=True)
class Rows:
    """A block of rows that a law declares.

    Attributes
    ----------
    name : the block's name, e.g. ``"resource_limit"``.
    axes : the axes of the economy that its labels lie on, the first fastest; without ``"periods"`` a row holds for all
        periods together.
    sense : in which the law is written.
    meaning : what a row says, in words.
    kind : what its side is called among the limits, valuations and explanations of a plan, e.g. ``"resource"``; empty:
        its valuations are no kind of their own.
    called : how a row is called in the sentence of a diagnosis, before its label, e.g. ``"the limit of"``.
    unit : the axis whose label gives the unit of the side; empty for pure numbers.
    valued : what the valuation is of.
    outside : which rows count as limits from outside.
    table : the plan's table that its valuations fill, besides ``valuations``; empty: none.
    """

    name: str
    axes: tuple[str, ...]
    sense: RowSense
    meaning: str
    kind: str = ""
    called: str = ""
    unit: str = ""
    valued: Valued = "side"
    outside: Outside = "by its side"
    table: str = ""

    @property
    def by_period(self) -> bool:
        """Whether there is a row per period."""
        return "periods" in self.axes


@dataclass(frozen=True)
class Declarations:
    """What is declared of the blocks of a program, by name.

    Attributes
    ----------
    rows, columns : the declarations of blocks of rows and of columns.
    """

    rows: Mapping[str, Rows] = field(default_factory=dict)
    columns: Mapping[str, Columns] = field(default_factory=dict)

    def with_more(self, rows: Iterable[Rows], columns: Iterable[Columns]) -> Declarations:
        """Return these and others.

        Raises
        ------
        ProgramError : a name is declared twice.
        """
        more_rows, more_columns = tuple(rows), tuple(columns)
        for known, more in ((self.rows, more_rows), (self.columns, more_columns)):
            names = [*known, *(block.name for block in more)]
            twice = [name for name in names if names.count(name) > 1]
            if twice:
                raise ProgramError(f"the block {twice[0]!r} is declared twice; give one of them another name")
        return Declarations(
            {**self.rows, **{block.name: block for block in more_rows}},
            {**self.columns, **{block.name: block for block in more_columns}},
        )

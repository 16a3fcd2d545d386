"""What a law says of its blocks of rows and columns.

Whatever shows, explains, exports, draws or diagnoses a plan reads these declarations, so that a new law appears in all
of it without a line of theirs being touched. A block without a declaration is a user's own, and known by name only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ..base.entrance import refuse_other_kinds
from ..base.errors import ProgramError, shortened, unknown

RowSense = Literal[">=", "<=", "=="]
#: What a unit more means: of the right-hand side as written, or of what is on hand on the left (the side falls).
Valued = Literal["side", "on hand"]
#: Which of its rows count as a limit from outside where the objective is taken apart: all that are worth something,
#: those whose side is not zero, or none (rows that only tie columns together still count by a side that is not zero).
Outside = Literal["always", "where given", "by its side"]


def _where(kind: str, name: Any) -> str:
    return f"declared {kind} {shortened(name)}"


@dataclass(frozen=True)
class Columns:
    """A block of columns that a law declares.

    Raises
    ------
    ProgramError : a field of another kind.

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
    called : how a column is called in the sentence of a diagnosis, before its label; None: by the block's name.
    numbered : True where a part of the law's own stands in the labels before the others, such as ``"piece 2"``.
    adds_to : the table of the economy in the place of whose numbers its values stand, e.g. ``"inputs"``: what its
        technique needs by it is shown as the technique's own. Its labels are (name, technique, period).
    kind : what its bounds are called among the limits of a plan; empty: ``"bound"``.
    bound : how its bounds are called in such a sentence, before the label without what is numbered, e.g. ``"the
        reported range of"``; empty: the bound of the column.
    """

    name: str
    axes: tuple[str, ...]
    meaning: str
    unit: str = ""
    table: str = ""
    supplies: str = ""
    uses: str = ""
    called: str | None = None
    numbered: bool = False
    adds_to: str = ""
    kind: str = ""
    bound: str = ""

    def __post_init__(self) -> None:
        refuse_other_kinds(self, _where("columns", self.name), ProgramError)


@dataclass(frozen=True)
class Rows:
    """A block of rows that a law declares.

    Raises
    ------
    ProgramError : a field of another kind, or a sense or word that is none of those known.

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
    levels : the plan's table that the levels of its left sides fill, e.g. ``"resource_use"``; empty: none.
    partly : True where only some labels of the axes have a row, by the data; tables leave the others out.
    named : what the only row of a period (or of all periods) is called; empty: as its kind.
    when : of rows of no period, what stands for it, e.g. ``"the end"``.
    explained : the kind under which a plan explains it; empty: its own.
    taken : what those who take part in a row take, in the accounts of a plan, e.g. ``"use of stock"``; empty: its kind.
    heading : the heading of its valuations in a picture; empty: made of its kind.
    place : where its kind stands among the kinds of valuations, lower first.
    numbered : True where a part of the law's own stands in the labels before the others, such as ``"piece 2"``.
    ties : True where it only ties activities to columns that stand for what they need (:attr:`Columns.adds_to`):
        accounts say these needs by their names, not what the row is worth.
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
    levels: str = ""
    partly: bool = False
    named: str = ""
    when: str = "all periods"
    explained: str = ""
    taken: str = ""
    heading: str = ""
    place: int = 9
    numbered: bool = False
    ties: bool = False

    def __post_init__(self) -> None:
        where = _where("rows", self.name)
        refuse_other_kinds(self, where, ProgramError, "valued", "outside")
        for name, known in (("sense", RowSense), ("valued", Valued), ("outside", Outside)):
            if getattr(self, name) not in get_args(known):
                raise ProgramError(f"{where}: {unknown(name, getattr(self, name), get_args(known))}")

    @property
    def by_period(self) -> bool:
        """Whether there is a row per period."""
        return "periods" in self.axes

    @property
    def words(self) -> str:
        """What its side is called: its kind, or the block's name where it has none."""
        return self.kind or self.name.replace("_", " ")


@dataclass(frozen=True)
class Declarations:
    """What is declared of the blocks of a program, by name.

    Attributes
    ----------
    rows, columns : the declarations of blocks of rows and of columns.
    elsewhere : names of blocks of rows that only laws declare which the question does not call for.
    """

    rows: Mapping[str, Rows] = field(default_factory=dict)
    columns: Mapping[str, Columns] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()

    def agree(self, rows: str, sense: str) -> None:
        """Raise where rows are opened in no sense, or another than is declared, which would turn their valuation.

        Raises
        ------
        ProgramError : naming the senses.
        """
        if sense not in get_args(RowSense):
            raise ProgramError(f"rows {rows!r}: the sense must be '>=', '<=' or '==', not {sense!r}")
        if rows in self.rows and self.rows[rows].sense != sense:
            raise ProgramError(
                f"rows {rows!r} are opened with {sense!r} and declared with {self.rows[rows].sense!r}; make them one"
            )

    def opened(self, rows: str, opened: Mapping[str, object], what: str) -> bool:
        """Return whether rows that a law adds to are there: those that some law declares may be opened by none.

        Parameters
        ----------
        opened : the blocks of rows that laws opened, by name.
        what : is added, for the message.

        Raises
        ------
        ProgramError : no law opens or declares rows of this name.
        """
        if rows in opened:
            return True
        if rows in self.rows or rows in self.elsewhere:
            return False
        raise ProgramError(f"{what}: {unknown('block of rows', rows, {*opened, *self.rows, *self.elsewhere})}")

    def with_more(self, rows: Iterable[Rows], columns: Iterable[Columns]) -> Declarations:
        """Return these and others.

        Raises
        ------
        ProgramError : a name or a kind of limit is declared twice, or a table is filled already.
        """
        more_rows, more_columns = tuple(rows), tuple(columns)
        for declared, more in ((self.rows, more_rows), (self.columns, more_columns)):
            names = [*declared, *(block.name for block in more)]
            twice = [name for name in names if names.count(name) > 1]
            if twice:
                raise ProgramError(f"the block {twice[0]!r} is declared twice; give one of them another name")
        kinds = [block.kind for block in (*self.rows.values(), *more_rows) if block.kind]
        several = [kind for kind in kinds if kinds.count(kind) > 1]
        if several:
            raise ProgramError(f"two blocks of rows are of the kind {several[0]!r}; call the kind of one otherwise")
        tables = ({r.table for r in self.rows.values()} | {c.table for c in self.columns.values()}) - {""}
        for name, table in [(r.name, r.table) for r in more_rows] + [(c.name, c.table) for c in more_columns]:
            if table in tables:
                raise ProgramError(
                    f"the block {name!r} fills the table {table!r}, which another law fills; call it otherwise"
                )
        return Declarations(
            {**self.rows, **{block.name: block for block in more_rows}},
            {**self.columns, **{block.name: block for block in more_columns}},
            self.elsewhere,
        )

"""What a plan is of: the question, the laws it keeps, the program that states them, and where things stand in it.

Rows and columns are found by what their laws declare of them (:mod:`natura_opt.program.declared`), never by a block's
name, so that a law that comes later is found as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import NaturaError, NotProvedError, QuestionError
from ..economy.curve_table import CurveTable
from ..economy.economy import Economy
from ..economy.question import Question
from ..formulate import asked_of, declared_with, laws_of, objective_in_words, program_of_laws
from ..laws.balance import BALANCE
from ..laws.law import Law
from ..objectives import Objective, objective_of
from ..program.canonical import Block
from ..program.declared import Columns, Declarations, Rows
from ..program.linear import LinearProgram
from ..program.pieces import column_sums, held_whole, row_sums
from ..program.protocol import Program
from ..proof.leximin import Stage
from ..tables.spec import AXES
from .added import Added
from .answer import Answered
from .bracket import Bracket
from .layout import frame, held, places
from .price_rounds import PriceRounds

#: Proved to this tolerance, a plan lies near enough to its own basis.
_CLOSE = 1e-8
#: What is declared of the rows that every plan has: the balances of goods.
GOODS = BALANCE.rows[0]


@dataclass(frozen=True, eq=False, repr=False)
class Stated(Answered):
    """A question with its laws, and a point of the program that states them: see :class:`natura_opt.Plan`."""

    economy: Economy
    question: Question
    program: Program
    primal: Floats
    dual: Floats
    added: Added | None = None
    own_laws: tuple[Law, ...] = ()
    approximation: CurveTable | None = None
    bracket: Bracket | None = None
    raised: tuple[Stage, ...] = ()
    coordination: PriceRounds | None = None

    @cached_property
    def of(self) -> Objective:
        """What its objective declares of itself."""
        return objective_of(self.question)

    @property
    def what(self) -> str:
        """What was asked for, in words."""
        return f"plan of {self.economy.name!r}"

    @cached_property
    def objective_name(self) -> str:
        """What is to be best, in words; an objective that was put in another's place says so."""
        if self.added is not None and self.added.objective_name:
            return self.added.objective_name
        return objective_in_words(self.program, self._planned, self.question)

    @property
    def by_prices(self) -> PriceRounds:
        """The rounds of price coordination that it came from.

        Raises
        ------
        QuestionError : it came otherwise.
        """
        if self.coordination is None:
            raise QuestionError(
                f"{self.economy.name}: the plan is by {self.method!r}, and only price coordination has rounds of "
                "prices: ask it with method='prices'"
            )
        return self.coordination

    @property
    def has_intervals(self) -> bool:
        """Whether the plan is proved closely enough for intervals of its valuations, which look for a basis at it."""
        return not self._why_no_intervals

    @property
    def _why_no_intervals(self) -> str:
        """Why valuations have no intervals, and sides and costs no ranges; empty where they have."""
        if self.added is not None and self.added.why_no_intervals:
            return self.added.why_no_intervals
        if held_whole(self.program) is None:
            return "the plan's program is made piece by piece, and these belong to a basis of its whole matrix"
        if self.program.integer.any():
            return "the plan has whole-number columns, and these belong to a linear program"
        if not self.proved:
            return f"the plan is {self.status}, and these are those of a proved plan: {self.certificate}"
        if self.certificate.tolerance > _CLOSE:
            return (
                f"the plan is proved to {self.certificate.tolerance:g} only, and these need a proof to {_CLOSE:g}: "
                f"solve with tolerance={_CLOSE:g} or less"
            )
        return ""

    def no_intervals(self, what: str) -> NaturaError:
        """Return the error that says why there is none of what is asked for: it cannot be, or it is not proved."""
        kind = QuestionError if self.added is not None and self.added.why_no_intervals else NotProvedError
        return kind(f"{what}: {self._why_no_intervals}")

    @property
    def _whole(self) -> LinearProgram:
        """The program of a plan that has intervals."""
        assert isinstance(self.program, LinearProgram)
        return self.program

    @cached_property
    def asked(self) -> Economy:
        """The economy as the question sees it: without the tables it leaves out, its curves in the pieces that were
        solved.
        """
        return asked_of(self._planned, self.question)

    @property
    def _planned(self) -> Economy:
        """The economy with its curves in the pieces that were solved."""
        return self.economy if self.approximation is None else self.economy.with_curves(self.approximation)

    @cached_property
    def laws(self) -> list[Law]:
        """The laws it keeps, a user's own that declare themselves included."""
        return laws_of(self._planned, self.question, self.own_laws)

    @cached_property
    def declared(self) -> Declarations:
        """What all laws say of their blocks, whether this question calls for them or not."""
        return declared_with(self.question, self.own_laws)

    @cached_property
    def as_stated(self) -> LinearProgram:
        """The program as its laws state it; what was solved may have been changed by hand."""
        return program_of_laws(self._planned, self.question, self.own_laws)

    @cached_property
    def reduced(self) -> Floats:
        """∂objective/∂(value) of every column of the program: its reduced cost."""
        self.require_point()
        reduced: Floats = self.program.cost - column_sums(self.program, self.dual)
        return reduced

    @cached_property
    def row_levels(self) -> Floats:
        """The left side of every row of the program."""
        self.require_point()
        return row_sums(self.program, self.primal)

    @property
    def balance(self) -> Block | None:
        """The balances of goods."""
        return self.program.row_block(GOODS.name)

    @cached_property
    def kinds(self) -> list[tuple[Block, Rows]]:
        """The rows whose sides are of a kind, with their declarations, in the order of their kinds."""
        declared = [(block, block.declared) for block in self.program.rows if isinstance(block.declared, Rows)]
        return sorted([(block, says) for block, says in declared if says.kind], key=lambda one: one[1].place)

    def rows_filling(self, table: str) -> list[Block]:
        """Return the rows whose valuations fill a table."""
        return [b for b in self.program.rows if isinstance(b.declared, Rows) and b.declared.table == table]

    def levels_filling(self, table: str) -> list[Block]:
        """Return the rows whose levels fill a table."""
        return [b for b in self.program.rows if isinstance(b.declared, Rows) and b.declared.levels == table]

    def columns_filling(self, table: str) -> Block | None:
        """Return the columns that fill a table."""
        filling = (b for b in self.program.columns if isinstance(b.declared, Columns) and b.declared.table == table)
        return next(filling, None)

    def is_own(self, block: Block) -> bool:
        """Whether rows or columns are of the user's own: undeclared, or of a law of one's own."""
        return block.declared is None or any(block.declared in (*law.rows, *law.columns) for law in self.own_laws)

    def sign_of(self, rows: Rows) -> float:
        """Return what turns ∂objective/∂side into the valuation of a row: -1 where that is of what is on hand."""
        return -1.0 if rows.valued == "on hand" and self.program.sense == "max" else 1.0

    def places_of(self, block: Block, axis: pd.Index) -> Any:
        """Return where each row or column labelled (name, period) stands among names x periods, a period's together."""
        return places(block.index, axis, self.economy.periods)

    def laid_out(self, says: Rows | Columns, block: Block | None, values: Floats, title: str = "name") -> pd.DataFrame:
        """Lay the values of a block out as its declaration says: names x periods, by its labels alone.

        Parameters
        ----------
        block : None where the question calls for no such rows or columns: zeros then, of every name.
        title : what heads the names where they lie on one axis of the economy.
        """
        index = pd.Index([]) if block is None else block.index
        periods, names = self.economy.periods, [axis for axis in says.axes if axis != "periods"]
        if "periods" not in says.axes:
            return pd.DataFrame({"all periods": values}, index=index)
        if not names:
            laid = pd.Series(values, index=index, dtype=float).reindex(periods, fill_value=0.0)
            called = (says.named or says.words) if isinstance(says, Rows) else says.name
            return laid.to_frame(called).T
        if len(names) > 1:
            return held(
                values, index, [self.economy.axes[axis] for axis in names], [AXES[axis] for axis in names], periods
            )
        return frame(values, index, self.economy.axes[names[0]], periods, title)

    def _values(self, block: Block | None) -> Floats:
        self.require_point()
        return np.empty(0) if block is None else self.primal[block.span]

    def _column_table(self, table: str) -> pd.DataFrame:
        """Return the table that columns fill."""
        block = self.columns_filling(table)
        every = [] if block is None else [block.declared]
        every += [columns for columns in self.declared.columns.values() if columns.table == table]
        says = next(columns for columns in every if isinstance(columns, Columns))
        title = AXES.get(says.axes[0], "name") if says.axes else "name"
        return self.laid_out(says, block, self._values(block), title)

    def _by_period(self, at: Any, rows: pd.Index) -> pd.DataFrame:
        self.require_point()
        values = [at(t) for t in range(len(self.economy.periods))]
        return pd.DataFrame(np.column_stack(values), index=rows, columns=self.economy.periods)

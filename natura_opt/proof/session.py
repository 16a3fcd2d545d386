"""A linear program that is changed and solved again, hot, in the user's units; every answer is certified.

>>> import natura_opt as no
>>> from natura_opt.testing.small import program
>>> with no.Session(program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 0.0], "<=", 3.0)])) as session:
...     first = session.solve()
...     session.change_rhs("at most", 6.0, labels=[0])
...     second = session.solve()
>>> first.certificate.objective, second.certificate.objective, second.certificate.unconditional
(11.0, 15.0, True)
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from threading import RLock
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd

from ..backends.configured import check_highs_options
from ..backends.highs import HighsSession
from ..backends.options import SolveOptions
from ..backends.session import HotSession
from ..base.entrance import checked_arguments
from ..base.errors import OptionError, RefusedError
from ..base.status import Status
from ..program.checks import checked
from ..program.declared import RowSense
from ..program.editing import (
    with_bounds,
    with_coefficients,
    with_columns,
    with_costs,
    with_offset,
    with_rhs,
    with_rows,
    with_sides,
    without_rows,
)
from ..program.linear import LinearProgram
from ..program.places import Positions
from .judging import Verdict, prove
from .standing import Standing, alone, which_held


class Session:
    """One linear program, one HiGHS object with its basis, and changes between solves.

    A change is made to the data (:attr:`program` is always the exact program as it stands, never read back from the
    solver); at the next :meth:`solve` HiGHS is told of the entries that are other than they were, and goes on from its
    last basis, also after an answer of "infeasible", a time limit or Ctrl-C. What it then says is proved as
    :func:`natura_opt.solve` proves it; where it cannot be proved, or HiGHS fails, the program is solved once more from
    nothing. So a session gives the verdict that a solve of its own would give, sooner.

    Scaling is kept from solve to solve; :mod:`natura_opt.backends.session` says when the program is scaled anew.
    Whole-number programs start each time from nothing, and PDLP leaves no basis. Interior point is for the first solve:
    from its basis simplex goes on.

    Blocks are named and labels are those of their index: all of them where none are given. Numbers are in the user's
    units: one for all, or one per label in that order (a Series must have these very labels). Many changes cost less
    when they are given at once: each of coefficients, rows or columns copies the matrix. Several threads may use one
    session; a call waits until the one before it is done.

    Parameters
    ----------
    program : what to begin with; it is copied.
    options : how to solve; ``time_limit`` is of each solve.
    first : the method of solves from nothing, where another is quicker for this program; what it does not prove is
        solved again by that of ``options``.

    Attributes
    ----------
    rescalings : how often the program was scaled anew.

    Raises
    ------
    DataError : arrays of the program do not fit together, or hold what is no number.
    NaturaError : a coefficient of it is infinite, or a limit infinite the wrong way round.
    OptionError : an option that HiGHS does not know.
    """

    @checked_arguments()
    def __init__(self, program: LinearProgram, options: SolveOptions | None = None, first: str | None = None) -> None:
        self._options = options or SolveOptions()
        self._first = replace(self._options, method=self._options.method if first is None else first)
        check_highs_options(self._options)
        given = checked(program)
        self._state: Standing | None = Standing.as_held(given)
        self._hot: HotSession | None = None
        self.rescalings = 0
        self._lock = RLock()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @alone
    def close(self) -> None:
        """Let go of HiGHS and its memory; the session is of no use after it."""
        self._hot = self._state = None

    @property
    def program(self) -> LinearProgram:
        """The program as it stands, in the user's units; its arrays are not to be written to, and later changes
        leave it as it is.

        Raises
        ------
        OptionError : the session is closed.
        """
        return self._standing.program

    @property
    def _standing(self) -> Standing:
        if self._state is None:
            raise OptionError("the session is closed; open another one")
        return self._state

    @alone
    def solve(self) -> Verdict:
        """Solve the program as it stands, from the last basis, and prove the answer.

        Returns
        -------
        The verdict as of :func:`natura_opt.proof.judging.prove`; its iterations and seconds are those of this solve.

        Raises
        ------
        RefusedError : HiGHS does not take the numbers, and rational arithmetic does not decide either.
        OptionError : the session is closed.
        """
        program, begun = self.program, time.monotonic()
        hot = self._hot is not None and self._hot.is_hot
        verdict: Verdict | None = None
        try:
            verdict = prove(program, self._first, self._brought_up_to_date)
        except RefusedError:
            if not hot:
                raise
        otherwise = hot or self._first != self._options
        if verdict is not None and (verdict.status is not Status.UNPROVED or not otherwise):
            return verdict
        if self._hot is not None:
            self._hot.forget()
        options, limit = self._options, self._options.time_limit
        if limit is not None:
            options = replace(options, time_limit=max(limit - (time.monotonic() - begun), 1e-3))
        again = prove(program, options)
        if verdict is None:
            return again
        iterations = verdict.answer.iterations + again.answer.iterations
        seconds = verdict.answer.seconds + again.answer.seconds
        return replace(again, answer=replace(again.answer, iterations=iterations, seconds=seconds))

    def _brought_up_to_date(self, program: LinearProgram, options: SolveOptions) -> HighsSession:
        """Return the HiGHS object, told of the program as it stands."""
        hot, self._hot = self._hot, None  # one that is stopped half way through a change is not used again
        if hot is None:
            hot = HotSession(program, options)
        elif hot.hold(program, self._standing.rows, self._standing.columns):
            self.rescalings += 1
        self._hot, self._state = hot, Standing.as_held(program)
        return hot

    @alone
    def change_rhs(self, rows: str, amounts: Any, labels: Iterable[Any] | None = None) -> None:
        """Change right-hand sides of rows as they were written: the side that a row has, or both of an equality.

        Parameters
        ----------
        rows : the name of a block of rows.
        amounts : one for all, or one per label in that order, in the rows' units; an infinite one takes the side away.
        labels : which of them; all, where none are given.

        Raises
        ------
        ProgramError : no such block or label, a label given twice, a wrong length, a number that is none, or a row
            without a side or with two that differ (:meth:`change_sides`).
        NaturaError : a number is infinite where it cannot be; nothing is changed then.
        OptionError : an argument of another kind, or the session is closed.
        """
        self._become(with_rhs(self.program, rows, amounts, labels))

    @alone
    def change_sides(
        self, rows: str, labels: Iterable[Any] | None = None, *, lower: Any = None, upper: Any = None
    ) -> None:
        """Change the lower or upper sides of rows, or both; a side that is not given stays, an infinite one is none.

        Parameters
        ----------
        rows : the name of a block of rows.
        labels : which of them; all, where none are given.
        lower, upper : one for all, or one per label in that order, in the rows' units.

        Raises
        ------
        ProgramError : no such block or label, a label given twice, a wrong length, or a number that is none.
        NaturaError : a number is infinite where it cannot be; nothing is changed then.
        OptionError : an argument of another kind, or the session is closed.
        """
        self._become(with_sides(self.program, rows, labels, lower, upper))

    @alone
    def free_rows(self, rows: str, labels: Iterable[Any] | None = None) -> None:
        """Take both sides from rows: they keep their places, and limit nothing until they are given sides again.

        Parameters
        ----------
        rows : the name of a block of rows.
        labels : which of them; all, where none are given.

        Raises
        ------
        ProgramError : no such block or label, or a label given twice.
        OptionError : an argument of another kind, or the session is closed.
        """
        self._become(with_sides(self.program, rows, labels, -np.inf, np.inf))

    @alone
    def change_bounds(
        self, columns: str, labels: Iterable[Any] | None = None, *, lower: Any = None, upper: Any = None
    ) -> None:
        """Change the lower or upper bounds of columns, or both; one that is not given stays, an infinite one is none.

        Parameters
        ----------
        columns : the name of a block of columns.
        labels : which of them; all, where none are given.
        lower, upper : one for all, or one per label in that order, in the columns' units.

        Raises
        ------
        ProgramError : no such block or label, a label given twice, a wrong length, or a number that is none.
        NaturaError : a number is infinite where it cannot be; nothing is changed then.
        OptionError : an argument of another kind, or the session is closed.
        """
        self._become(with_bounds(self.program, columns, labels, lower, upper))

    @alone
    def change_costs(self, columns: str, costs: Any, labels: Iterable[Any] | None = None) -> None:
        """Change costs of columns; the sense of the objective stays.

        Parameters
        ----------
        columns : the name of a block of columns.
        costs : one for all, or one per label in that order, in units of the objective per unit of
            the column.
        labels : which of them; all, where none are given.

        Raises
        ------
        ProgramError : no such block or label, a label given twice, a wrong length, or a number that is none.
        NaturaError : a number is infinite where it cannot be; nothing is changed then.
        OptionError : an argument of another kind, or the session is closed.
        """
        self._become(with_costs(self.program, columns, costs, labels))

    @alone
    def change_offset(self, offset: float) -> None:
        """Change the constant in the objective.

        Parameters
        ----------
        offset : the constant, in the objective's units.

        Raises
        ------
        ProgramError : it is not finite.
        OptionError : an argument of another kind, or the session is closed.
        """
        self._become(with_offset(self.program, offset))

    @alone
    def change_coefficients(
        self, rows: str, columns: str, coefficients: Any, at: tuple[Iterable[Any], Iterable[Any]] | None = None
    ) -> None:
        """Change the coefficients of a block of columns in a block of rows.

        Parameters
        ----------
        rows, columns : the names of the blocks.
        coefficients : all of them, shape (rows, columns), sparse or not; what is zero or not there is zero then. With
            ``at``: one per pair (or one for all), and the others stay.
        at : a list of row labels and one of column labels, of one length: the pairs that change.

        Raises
        ------
        ProgramError : no such block or label, a pair given twice, a wrong shape or length, or what is no number.
        NaturaError : a coefficient is not finite; nothing is changed then.
        OptionError : an argument of another kind, or the session is closed.
        """
        self._become(with_coefficients(self.program, rows, columns, coefficients, at))

    @alone
    def add_rows(self, name: str, index: pd.Index, sense: RowSense, rhs: Any, terms: Mapping[str, Any]) -> None:
        """Add a block of rows, after the others; they enter the basis.

        Parameters
        ----------
        name : of the block; no other block of rows has it.
        index : the labels of the rows.
        sense : ``">="``, ``"<="`` or ``"=="``.
        rhs : one right-hand side per label, or one for all (another side: :meth:`change_sides`).
        terms : coefficients by block of columns, each of shape (len(index), columns of the block).

        Raises
        ------
        ProgramError : the name is taken, no such block of columns, a wrong sense, shape or length, or no number.
        NaturaError : a number is infinite where it cannot be; nothing is changed then.
        OptionError : an argument of another kind, or the session is closed.
        """
        program = with_rows(self.program, name, index, sense, rhs, terms)
        self._become(program, np.append(self._standing.rows, np.full(len(index), -1)))

    @alone
    def add_columns(
        self,
        name: str,
        index: pd.Index,
        terms: Mapping[str, Any],
        *,
        lower: Any = 0.0,
        upper: Any = np.inf,
        cost: Any = 0.0,
        integer: bool = False,
    ) -> None:
        """Add a block of columns, after the others; they stand at a bound, outside the basis.

        Parameters
        ----------
        name : of the block; no other block of columns has it.
        index : the labels of the columns.
        terms : coefficients by block of rows, each of shape (rows of the block, len(index)).
        lower, upper, cost : one per label, or one for all.
        integer : whether they must be whole.

        Raises
        ------
        ProgramError : the name is taken, no such block of rows, a wrong shape or length, or what is no number.
        NaturaError : a number is infinite where it cannot be; nothing is changed then.
        OptionError : an argument of another kind, or the session is closed.
        """
        self._become(
            with_columns(self.program, name, index, terms, lower=lower, upper=upper, cost=cost, integer=integer)
        )

    @alone
    def delete_rows(self, rows: str, labels: Iterable[Any] | None = None) -> None:
        """Delete a block of rows, or some of its rows; positions of later rows move up.

        Parameters
        ----------
        rows : the name of a block of rows.
        labels : which of them; all, where none are given. A block of which none is left is gone.

        Raises
        ------
        ProgramError : no such block or label, or a label given twice.
        OptionError : an argument of another kind, or the session is closed.
        """
        program, left = without_rows(self.program, rows, labels)
        self._become(program, self._standing.rows[left])

    @alone
    def become(self, program: LinearProgram, rows: Any = None, columns: Any = None) -> None:
        """Take another program in the place of the one that stands, with what the basis says of rows and columns.

        Parameters
        ----------
        program : the whole of it; it is copied.
        rows : which of the rows that stand each of its rows is, or stands for (-1: none of them), by position; a row
            may stand for several. The same rows, where they are not given.
        columns : the same of its columns.

        Raises
        ------
        ProgramError : positions that are none, or not one per row and column.
        DataError, NaturaError : arrays of the program do not fit together, or hold what stands for no number.
        OptionError : an argument of another kind, or the session is closed.
        """
        before, given = self._standing, checked(program)
        size, other = before.program.shape, given.shape
        at_rows = which_held(before.rows, rows, size[0], other[0], "rows")
        self._state = Standing(given, at_rows, which_held(before.columns, columns, size[1], other[1], "columns"))

    def _become(self, program: LinearProgram, rows: Positions | None = None) -> None:
        """Take a changed program, in one step: Ctrl-C finds the one before it or this one; new columns are last."""
        before = self._standing
        columns = np.append(before.columns, np.full(program.shape[1] - len(before.columns), -1))
        self._state = Standing(program, before.rows if rows is None else rows, columns)

"""A planner: an economy and a question that change, one HiGHS object with its basis, and a proved plan for each state.

>>> import natura_opt as no
>>> with no.Planner("five_year_plan") as planner:
...     first = planner.solve()
...     planner.change("targets", {"bread": 2.5}, period="year3")
...     second = planner.solve()
>>> round(first.objective, 6), round(second.objective, 6), second.proved
(8.797299, 8.576268, True)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd

from ..backends.choosing import way_for
from ..backends.options import SolveOptions
from ..base.entrance import checked_arguments
from ..base.errors import OptionError
from ..economy.economy import Economy
from ..economy.entries import with_entries, with_slice
from ..economy.question import Question
from ..economy.some_periods import of_periods
from ..formulate import posed
from ..laws.law import Law
from ..methods.curves.settling import prove_plan
from ..methods.linear import ExtraLaw
from ..methods.method import Common
from ..methods.registry import ask, method_named
from ..methods.solve import as_asked
from ..plan.plan import Plan
from ..program.linear import LinearProgram
from ..proof.judging import Verdict
from ..proof.session import Session
from ..tables.registry import TABLES
from .carrying import carry_over
from .left_of_rules import refuse_sums_over_windows
from .matching import same_places


class Planner:
    """A plan problem that is changed and solved again, hot.

    A change is made to the economy or to the question, and checked as :func:`natura_opt.build_economy` and
    :class:`natura_opt.Question` check; a change that is refused leaves both as they were. At the next :meth:`solve` the
    program is spelled anew by the laws (so it is always the program of the economy as it stands), HiGHS is told of the
    numbers that differ, and goes on from its last basis; where rows or columns come, go or change places, they are
    matched by name. Every answer is a :class:`natura_opt.Plan` with its valuations and its proof, and the one that
    :func:`natura_opt.solve` gives where the best plan is unique.

    What is hot is a linear program: an objective in stages has its first stage solved so. Plans with whole numbers,
    curves that are not straight, and objectives with a concave term are answered as :func:`natura_opt.solve` does, from
    nothing.

    Parameters
    ----------
    problem, question : an economy (or a model's name), and what is asked of it, as in :func:`natura_opt.solve`.
    objective, method, tolerance, certificate, extra_laws, time_limit, options : as there; the time limit is of each
        solve.
    window : how many periods are planned at a time, from the first on; all, where it is not given.
    settings : of the objective or of the method, by name.

    Attributes
    ----------
    economy, question : as they stand; the economy with all periods that are left, also those beyond the window.
    method : who answers.

    Raises
    ------
    DataError, QuestionError, OptionError : the data, the question or the options are not usable.
    """

    @checked_arguments()
    def __init__(
        self,
        problem: Economy | str | Path,
        question: Question | str | None = None,
        *,
        objective: str | None = None,
        method: str = "auto",
        tolerance: float | None = None,
        certificate: str = "auto",
        extra_laws: Iterable[ExtraLaw | Law] = (),
        time_limit: float | None = None,
        options: Mapping[str, Any] | None = None,
        window: int | None = None,
        **settings: Any,
    ) -> None:
        if window is not None and window < 1:
            raise OptionError(f"window: a plan is of one period at least, not of {window}")
        economy, asked = posed(problem, question)
        self._named = method_named(method)
        self._common = Common(
            certificate=certificate,
            extra_laws=tuple(extra_laws),
            time_limit=time_limit,
            options=dict(options or {}),
            tolerance=tolerance,
        )
        self._window = window
        self._session: Session | None = None
        self._plan: Plan | None = None
        self._solves: Economy | None = None
        self._periods: Mapping[Any, Any] | None = None
        self._closed = False
        self.method, self.economy, self.question, self._settings = as_asked(
            economy, asked, objective, self._named, settings, self._common
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of HiGHS and its memory; the planner is of no use after it."""
        self.forget()
        self._closed = True

    def forget(self) -> None:
        """Let the next solve start from nothing."""
        if self._session is not None:
            self._session.close()
        self._session = None

    @checked_arguments()
    def change(self, table: str, values: Any, period: Any = None) -> None:
        """Change numbers of a table; what is not named stays.

        Parameters
        ----------
        table : one of :data:`natura_opt.TABLES`, also one that was not given until now.
        values : numbers by label, such as ``{"bread": 12.0}`` (of a matrix by ``(row, column)``); one number for every
            label of a vector; the whole table in any form that :func:`natura_opt.build_economy` takes; or None, which
            takes the table away.
        period : the label of the only period in which they change (of tables by periods ahead: how many); without it,
            all.

        Raises
        ------
        DataError : an unknown table, label or period, or numbers that the table cannot hold: which table, row and
            column. Nothing is changed then.
        """
        self.economy = _changed(self.economy, table, values, period)

    @checked_arguments()
    def ask(self, question: Question | str | None = None, *, objective: str | None = None, **settings: Any) -> None:
        """Ask something else, or with other settings; those that are not named stay.

        Parameters
        ----------
        question : another question; the one asked until now, where it is not given.
        objective : another objective over its laws.
        settings : of the objective or of the method, by name.

        Raises
        ------
        QuestionError, SettingError : what is asked is not known, or not allowed. Nothing is changed then.
        """
        asked = self.question if question is None else posed(self.economy, question)[1]
        self.method, self.economy, self.question, of_method = as_asked(
            self.economy, asked, objective, self._named, settings, self._common
        )
        self._settings = {**self._settings, **of_method}

    @checked_arguments()
    def pose(self, economy: Economy, question: Question | None = None) -> None:
        """Take another economy, and perhaps another question; the basis is kept as far as names are the same.

        Parameters
        ----------
        economy : in the place of the one that stands.
        question : in the place of the one that stands; it stays, where none is given.
        """
        self.economy = economy
        if question is not None:
            self.ask(question)

    def solve(self) -> Plan:
        """Find the best plan of the economy as it stands, from the last basis, and prove it.

        Raises
        ------
        QuestionError : the question cannot be asked of the economy.
        CannotAnswerError : the method cannot answer it, or a rule of all years together is asked of a window of some.
        OptionError : the planner is closed.
        """
        if self._closed:
            raise OptionError("the planner is closed; open another one")
        count = len(self.economy.periods)
        last = count if self._window is None else min(self._window, count)
        if last < count:
            refuse_sums_over_windows(self.economy, self.question)
        self._solves = of_periods(self.economy, 0, last)
        common = replace(self._common, prover=self._prove)
        self._plan = ask(self.method, self._solves, self.question, self._settings, common)
        return self._plan

    def advance(self) -> None:
        """Let the first period of the last plan be over, and move on by one.

        What is left at its end is what the next begins with (:func:`natura_opt.planner.carrying.carry_over`); the next
        solve is of the next window, from the same basis moved by a period. What comes otherwise than it was planned is
        told by :meth:`change` afterwards. Nothing is changed where it cannot be done.

        Raises
        ------
        OptionError : nothing was planned yet, or no period is left.
        NotProvedError : there is no plan to go on from.
        CannotAnswerError : a table of which it is not known what is left after a period.
        """
        if self._plan is None:
            raise OptionError("nothing was planned yet: solve, and then advance")
        before = self._plan.economy.periods
        self.economy, self._plan = carry_over(self._plan, self.economy), None
        self._moved(before, self.economy.periods)

    def _moved(self, before: pd.Index, left: pd.Index) -> None:
        """Remember which of the periods that were planned those stand for that come now.

        A window that moves on begins and ends as the one before did, and so each period stands for the one in its
        place; where it becomes shorter its periods are those that were planned. (Statuses of the same year, and of the
        last year twice, take HiGHS two to four times the pivots.)
        """
        coming = left if self._window is None else left[: self._window]
        self._periods = dict(zip(coming, before, strict=True)) if len(coming) == len(before) else None

    @property
    def program(self) -> LinearProgram | None:
        """The program that HiGHS holds, as it was last solved; None where it holds none."""
        return None if self._session is None else self._session.program

    def _prove(self, economy: Economy, question: Question, program: LinearProgram, options: SolveOptions) -> Verdict:
        """Solve a question's program from the last basis, and prove the answer."""
        if program.integer.any() or economy is not self._solves:
            return prove_plan(economy, question, program, options)
        if self._session is None:
            way, _ = way_for(economy, program, options)  # of the first solve; from its basis simplex goes on
            self._session = Session(program, options, first=way)
        else:
            self._session.become(program, *same_places(self._session.program, program, self._periods))
            self._periods = None
        return self._session.solve()


def _changed(economy: Economy, table: str, values: Any, period: Any) -> Economy:
    """Return an economy with other numbers in a table; see :meth:`Planner.change`."""
    if isinstance(values, Mapping) and all(np.ndim(value) == 0 for value in values.values()):
        return with_entries(economy, table, values, period)
    spec = TABLES.get(table)
    if values is not None and np.ndim(values) == 0 and spec is not None and not (spec.is_matrix or spec.tidy):
        return with_entries(economy, table, dict.fromkeys(economy.axes[spec.axes[0]], values), period)
    return economy.with_changes(**{table: values}) if period is None else with_slice(economy, table, values, period)

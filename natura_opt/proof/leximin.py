r"""Leximin: the least of some levels as high as can be, then the least of those that can still rise, and so on.

A program maximises one column, ``m``, under rows ``level - m >= 0``, one per level; the others are its laws. It is
solved stage after stage on one HiGHS object. With ``m*`` reached and the multipliers ``y`` of these rows, which sum to
one or more, every point that keeps the laws and all levels at ``m*`` has

.. math::  y_i\,(\text{level}_i - m^*) \le L - m^*

where ``L`` is the bound that the stage's own multipliers prove. So ``m* + (L - m*) / y_i`` is the most that level i can
be: where that is ``m*`` within the tolerance, the level is **proved held by the dual** (complementary slackness, with
what rounding leaves open counted in). Where no multiplier proves any, levels are maximised one by one, the others kept,
and one whose proved bound is ``m*`` is **held by a program of its own**. Then a held level's row becomes ``level >=
m*``, and the rest is raised. A level that is not proved held stays among the rest: if it cannot rise, the next stage
has the same ``m*`` and finds it. At least one level is held in a stage, so there are no more stages than levels.

**Drift.** A held row asks for what a plan is known to reach that meets every row of its stage exactly, last digits and
all (``Certificate.reached``): that plan meets the rows of the next stage as well, so no stage is made impossible by the
rounding of the one before. Where no such plan is known, the row asks for a tenth of the tolerance less. Either is less
than the true optimum of the stage by no more than ``L - m*``; what later levels gain by that is at most the sum, over
the held rows, of their multiplier times what they are short. Every stage says it (``drift``).

Sources: Ogryczak, Pioro and Tomaszewski, "Telecommunications network design and max-min optimization problem" (2005)
on the sequence and its duals; models 3 and 6 of the design notes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import CannotAnswerError, ProgramError
from ..base.status import Status
from ..program.canonical import Block
from ..program.linear import LinearProgram
from .certificate import certify
from .judging import Verdict
from .session import Session

#: How a level is proved held.
BY_DUAL, BY_PROGRAM = "dual", "own program"


@dataclass(frozen=True)
class Held:
    """A level that is proved to be at its stage's value in every best plan.

    Attributes
    ----------
    label : of its row. place : of the row in its block.
    most : what it is proved to be at most.
    proof : :data:`BY_DUAL` or :data:`BY_PROGRAM`.
    weight : the multiplier of its row: how much of the stage's value one unit of this level would cost.
    """

    label: Any
    place: int
    most: float
    proof: str
    weight: float


@dataclass(frozen=True, eq=False)
class Stage:
    """A stage: what the least of the levels that are left comes to, and which are held at it.

    Attributes
    ----------
    value : of the least level. asked : what the rows of the levels held ask for from here on.
    held : the levels proved held, none where the stage is not proved.
    verdict : the stage's answer and certificate: its valuations stand in ``verdict.answer.dual``.
    drift : most that the value owes to levels of earlier stages that stand below their true optimum.
    """

    value: float
    asked: float
    held: tuple[Held, ...]
    verdict: Verdict
    drift: float


@dataclass(frozen=True, eq=False)
class Leximin:
    """The stages, and the last one's program and verdict, which are the answer."""

    program: LinearProgram
    verdict: Verdict
    stages: tuple[Stage, ...]


def raise_levels(session: Session, rows: str, column: str, tolerance: float, first: Verdict | None = None) -> Leximin:
    """Raise the levels of a program, the least first, until each of them is proved held.

    Parameters
    ----------
    session : holds a program that maximises ``column``; its program is another one afterwards.
    rows : the block of rows ``level - m >= 0``.
    column : the block of the one column ``m``, the only one with a cost.
    tolerance : a level is held where it is proved to rise by no more than this share of the highest level.
    first : the verdict of the program as it stands, where it is known.

    Returns
    -------
    Leximin : its verdict is not optimal where a stage could not be proved, or no level be proved held.

    Raises
    ------
    ProgramError : no such blocks, or another objective.
    CannotAnswerError : columns that must be whole, whose program has no multipliers.
    """
    return _Raising(session, rows, column, tolerance).run(first)


class _Raising:
    """Levels under way."""

    def __init__(self, session: Session, rows: str, column: str, tolerance: float) -> None:
        program = session.program
        levels, least = program.row_block(rows), program.column_block(column)
        if levels is None or least is None or len(least.index) != 1:
            raise ProgramError(f"leximin: the program has no rows {rows!r}, or no single column {column!r}")
        if program.sense != "max" or np.flatnonzero(program.cost).tolist() != [least.start]:
            raise ProgramError(f"leximin: the program does not maximise {column!r} alone")
        if program.integer.any():
            raise CannotAnswerError(
                "leximin holds a level where valuations prove it, and with columns that must be whole there are none "
                "(indivisible plants, or curves that open in jumps); ask for max-min, or leave their tables out"
            )
        self.session, self.tolerance = session, tolerance
        self.levels: Block = levels
        self.least: Block = least
        others = np.ones(program.shape[1])
        others[least.start] = 0.0
        self.terms = sp.csr_array(program.matrix.tocsr()[levels.span] * others)
        self.open = np.ones(len(levels.index), dtype=bool)
        self.short = np.zeros(len(levels.index))  # how far held levels may stand below their true optimum

    def run(self, first: Verdict | None) -> Leximin:
        stages: list[Stage] = []
        verdict = self.session.solve() if first is None else first
        while True:
            program = self.session.program
            if verdict.status is not Status.OPTIMAL:
                return Leximin(program, verdict, tuple(stages))
            stage = self._stage(program, verdict)
            stages.append(stage)
            if not stage.held:
                return Leximin(program, replace(verdict, status=Status.UNPROVED), tuple(stages))
            self._hold(stage)
            if not self.open.any():
                return Leximin(program, verdict, tuple(stages))
            verdict = self.session.solve()

    def _stage(self, program: LinearProgram, verdict: Verdict) -> Stage:
        """Find the levels that a stage's optimum holds."""
        known = verdict.certificate
        value = known.objective
        highest = float(np.max(self.terms @ verdict.answer.primal, initial=abs(value)))
        allowed = self.tolerance * highest
        asked = value - 0.1 * allowed
        if known.reached is not None:  # rounded to a double, perhaps upwards
            asked = float(np.nextafter(min(known.reached, value), -np.inf))
        weight = np.maximum(-verdict.answer.dual[self.levels.span], 0.0)
        over = max(self._bound(program, verdict) - value, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.where(weight > 0.0, value + over / weight, np.inf)
        held = [
            Held(self.levels.index[int(k)], int(k), float(most[k]), BY_DUAL, float(weight[k]))
            for k in np.flatnonzero(self.open & (most <= value + allowed))
        ]
        drift = float((weight * self.short)[~self.open].sum())
        if not held:
            held = self._held_by_program(value, asked, allowed, weight)
        return Stage(value, asked, tuple(held), verdict, drift)

    @staticmethod
    def _bound(program: LinearProgram, verdict: Verdict) -> float:
        """Return the bound that the stage's own multipliers prove, which the argument of the module speaks of."""
        answer, known = verdict.answer, verdict.certificate
        return certify(program, answer.primal, answer.dual, known.tolerance, nearby=known.within).dual_objective

    def _held_by_program(self, value: float, asked: float, allowed: float, weight: Floats) -> list[Held]:
        """Maximise open levels, the others kept at the stage's value, until one is proved to be there."""
        before = self.session.program
        name = self.least.name
        self.session.change_bounds(name, lower=asked, upper=asked)
        found: list[Held] = []
        for k in np.flatnonzero(self.open)[np.argsort(-weight[self.open], kind="stable")]:
            self._aim(self.terms[[k]].toarray().ravel())
            verdict = self.session.solve()
            most = verdict.certificate.dual_objective
            if verdict.status is Status.OPTIMAL and most <= value + allowed:
                found.append(Held(self.levels.index[int(k)], int(k), float(most), BY_PROGRAM, float(weight[k])))
                break
        self.session.change_bounds(name, lower=before.lower[self.least.span], upper=before.upper[self.least.span])
        self._aim(before.cost)
        return found

    def _aim(self, cost: Floats) -> None:
        """Let the session maximise something else."""
        for block in self.session.program.columns:
            if not np.array_equal(cost[block.span], self.session.program.cost[block.span]):
                self.session.change_costs(block.name, cost[block.span])

    def _hold(self, stage: Stage) -> None:
        """Turn the rows of held levels into ``level >= value``."""
        labels = [one.label for one in stage.held]
        at = [one.place for one in stage.held]
        self.open[at] = False
        self.short[at] = [max(one.most - stage.asked, 0.0) for one in stage.held]
        if self.open.any():
            column = list(self.least.index) * len(labels)
            self.session.change_coefficients(self.levels.name, self.least.name, 0.0, at=(labels, column))
            self.session.change_rhs(self.levels.name, stage.asked, labels)

"""What follows the first program of an objective in stages."""

from __future__ import annotations

from dataclasses import dataclass

from ..backends.options import SolveOptions
from ..base.errors import QuestionError
from ..base.status import Status
from ..objectives import Objective
from ..plan.answer import Attempt
from ..program.linear import LinearProgram
from ..proof.judging import Verdict, prove
from ..proof.leximin import Stage, raise_levels
from ..proof.session import Session


@dataclass(frozen=True, eq=False)
class Last:
    """The last stage: its program and verdict, what was tried after the first, and the levels that were raised."""

    program: LinearProgram
    verdict: Verdict
    attempts: tuple[Attempt, ...] = ()
    stages: tuple[Stage, ...] = ()


def last_stage(
    objective: Objective, program: LinearProgram, verdict: Verdict, options: SolveOptions, session: Session | None
) -> Last:
    """Go on from a first program and its verdict to the last one; a stage that is not proved optimal is the last.

    Parameters
    ----------
    session : holds the program, hot from its solve, where there is such a one.

    Raises
    ------
    QuestionError : a user's ``next_stage`` returns no program.
    CannotAnswerError : levels are to be raised in a program with whole-number columns.
    """
    if verdict.status is not Status.OPTIMAL:
        return Last(program, verdict)
    if objective.raises:
        least = next((block.name for block in program.columns if program.cost[block.span].any()), "")
        with session or Session(program, options) as held:
            raised = raise_levels(held, objective.raises, least, options.tolerance, verdict)
        tried = [stage.verdict for stage in raised.stages]
        if raised.verdict not in tried:
            tried.append(raised.verdict)
        return Last(raised.program, raised.verdict, tuple(map(attempt, tried[1:])), raised.stages)
    tried = []
    while objective.next_stage is not None and verdict.status is Status.OPTIMAL:
        further: object = objective.next_stage(program, verdict.answer.primal)
        if further is None:
            break
        if not isinstance(further, LinearProgram):
            raise QuestionError(
                f"objective {objective.name!r}: next_stage must return a program or None, not {further!r:.100}"
            )
        program, verdict = further, prove(further, options)
        tried.append(verdict)
    return Last(program, verdict, tuple(map(attempt, tried)))


def attempt(verdict: Verdict, why: str = "") -> Attempt:
    """Return what HiGHS claimed of arrays, with the proof of it, and which way it took where that was chosen for it."""
    said = f"HiGHS, scaled arrays, by {why}" if why else "HiGHS, scaled arrays"
    return Attempt(f"{said}: {verdict.answer.message}", verdict.answer.claim, verdict.certificate)

"""Price coordination of economies with convex curves: every piece a technique, its extent a scarce thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...backends.answer import Answer
from ...backends.options import SolveOptions
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import linear_program
from ...laws.curves import CURVES
from ...plan.answer import Attempt
from ...plan.plan import Plan
from ...program.linear import LinearProgram
from ...proof.certificate import certify
from ...proof.judging import judge
from ..curves.as_techniques import AsTechniques
from .price_coordination import solve_by_prices
from .unanswered import PRICED, refuse


def refuse_in_pieces(economy: Economy, question: Question) -> None:
    """Raise unless the question is one that price coordination can answer piece by piece.

    Raises
    ------
    QuestionError : as of an economy without curves. CannotAnswerError : curves that are not convex, or not straight.
    """
    refuse(economy, question, (*PRICED, CURVES))
    AsTechniques.of(economy, question, "prices")


def solve_in_pieces(economy: Economy, question: Question, *, tolerance: float, **options: Any) -> Plan:
    """Answer a question as :func:`.price_coordination.solve_by_prices`; the proof is of the program of the curves.

    Parameters
    ----------
    tolerance, options : as there.

    Raises
    ------
    QuestionError : as :func:`refuse_in_pieces`; too many scarce things, pieces among them.
    """
    split = AsTechniques.of(economy, question, "prices")
    left = tuple(table for table in question.leave_out if table in split.economy.tables)
    asked = Question(question.objective, question.settings, leave_out=left, name=question.name)
    plan = solve_by_prices(split.economy, asked, tolerance=tolerance, **options)
    program = linear_program(economy, question)
    assert isinstance(plan.program, LinearProgram)
    primal, dual = split.columns_and_rows(program, plan.program, plan.primal, plan.dual)
    certificate = certify(program, primal, dual, tolerance)
    (attempt,) = plan.attempts
    answer = Answer(attempt.claim, primal, dual, attempt.message, iterations=plan.iterations)
    status, impossibility = judge(program, answer, certificate, SolveOptions(tolerance=tolerance))
    return replace(
        plan,
        economy=economy,
        question=question,
        program=program,
        primal=primal,
        dual=dual,
        status=status,
        certificate=certificate,
        impossibility=impossibility,
        attempts=(Attempt(attempt.message, attempt.claim, certificate),),
    )

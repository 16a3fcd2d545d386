"""Proving a plan with curves that need binaries: those that follow from a known plan are settled first."""

from __future__ import annotations

import time
from dataclasses import replace

from ...backends.highs import HighsSession
from ...backends.options import SolveOptions
from ...base.status import Status
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import asked_of
from ...laws.curve_layout import Pieces
from ...program.linear import LinearProgram
from ...proof.judging import Verdict, prove
from .narrowing import narrowed
from .scale_search import Placed

#: Programs with fewer binaries, or fewer rows and columns together, are quick (or enumerated exactly) as they are.
_FEW_BINARIES, _SMALL = 6, 300


def prove_plan(economy: Economy, question: Question, program: LinearProgram, options: SolveOptions) -> Verdict:
    """Solve and prove the program of a question; see :func:`natura_opt.proof.judging.prove`.

    Where binaries open the pieces of curves, and the program is not small, a plan is looked for and binaries that
    follow from it are settled before HiGHS branches on the others. The bound is then HiGHS's word, as of any program
    with whole numbers.
    """
    opened = program.column_block("piece_opened")
    count = 0 if opened is None else len(opened.index)
    alone = int(program.integer.sum()) == count
    if count < _FEW_BINARIES or not alone or sum(program.shape) < _SMALL or options.certificate == "exact":
        return prove(program, options)
    began = time.monotonic()
    try:
        found = narrowed(Placed(program, Pieces.of(asked_of(economy, question), question)), options)
    except KeyboardInterrupt:
        return prove(program, replace(options, time_limit=1e-3))
    if found is None:
        return prove(program, options)
    spent = time.monotonic() - began
    left = options if options.time_limit is None else replace(options, time_limit=max(options.time_limit - spent, 1e-3))

    def from_known(one: LinearProgram, chosen: SolveOptions) -> HighsSession:
        session = HighsSession(one, chosen)
        if one.integer.any():
            session.start_at(found.known)
        return session

    verdict = prove(found.program, left, from_known)
    if verdict.status in (Status.INFEASIBLE, Status.UNBOUNDED):  # of what is left only
        return prove(program, left)
    told = f"{verdict.answer.message}; {found.settled} of {found.binaries} binaries settled by the ranges of scale"
    certificate = replace(verdict.certificate, bound="solver")
    answer = replace(verdict.answer, message=told, seconds=verdict.answer.seconds + spent)
    return replace(verdict, answer=answer, certificate=certificate)

"""Linear questions about economies with curves that are not straight, answered in rounds.

Each round solves, and proves, two programs: one whose curves lie below the true ones, and one whose curves lie above.
Whatever the true curves allow, the first allows too, so that its bound holds for them; what the second allows, they
allow, so that its plan can be done. Where the two are further apart than was asked, the curves are cut where the plans
run, and the next round begins.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from ...backends.answer import Claim
from ...base.arrays import Floats
from ...base.errors import QuestionError
from ...base.status import Status
from ...economy.economy import Economy
from ...economy.question import Question
from ...laws.curve_settings import CurveSettings
from ...plan.bracket import ROUNDS, Bracket, nearby, relative
from ...plan.plan import Plan
from ..method import Common
from .enclosures import Enclosures

#: Answers a linear question of an economy whose curves are straight, with these common options.
Solve = Callable[[Economy, Question, Common], Plan]
#: What HiGHS says where it finds no plan at all.
_NO_PLAN = (Claim.INFEASIBLE, Claim.INFEASIBLE_OR_UNBOUNDED)


def solve_in_rounds(economy: Economy, question: Question, common: Common, solve: Solve) -> Plan:
    """Return a plan that the true curves allow, with the bracket that says how far from the best it is.

    Parameters
    ----------
    solve : answers a linear question where every curve is straight.

    Raises
    ------
    QuestionError, OptionError : as of a plan without curves.
    """
    assert economy.curves is not None
    settings = CurveSettings.among(question.settings, f"question {question.name!r}", QuestionError)
    pieces = Enclosures.first(economy.curves)
    # rational arithmetic for every program of every round would take longer than all the rest
    chosen = replace(common, certificate="doubles") if common.certificate == "auto" else common
    began, rows = time.monotonic(), list[tuple[float, ...]]()
    within, best = 0.0, None
    widest: Plan | None = None
    while len(rows) < settings.curve_rounds:
        outer = solve(economy.with_curves(pieces.below), question, _left(chosen, began))
        if outer.attempts[-1].claim in _NO_PLAN and outer.status is Status.UNPROVED:
            outer = solve(economy.with_curves(pieces.below), question, _left(common, began))
        if outer.status is Status.INFEASIBLE:  # needs less than the true curves, and still there is no plan
            return replace(outer, economy=economy, approximation=pieces.below)
        inner = solve(economy.with_curves(pieces.above), question, _left(chosen, began))
        if inner.status is Status.UNBOUNDED:  # needs more than the true curves, and still nothing limits it
            return replace(inner, economy=economy, approximation=pieces.above)
        rows.append(_row(inner, outer))
        if inner.proved and (best is None or _better(inner, best)):
            best = replace(inner, economy=economy, approximation=pieces.above)
        if outer.proved:
            widest = replace(outer, economy=economy, approximation=pieces.below)
        within = max(within, *(nearby(plan.certificate) for plan in (inner, outer)))
        frame = pd.DataFrame(rows, columns=list(ROUNDS))
        bracket = Bracket(frame, outer.program.sense, settings.curve_tolerance, within)
        stopped = _stopped(inner) or _stopped(outer)
        if bracket.holds or stopped:
            break
        pieces, new = pieces.cut_at(_levels(economy, [inner, outer]))
        if not new:
            break
    shown = best or widest or replace(inner, economy=economy, approximation=pieces.above)
    bracket.rounds.index = pd.RangeIndex(1, len(rows) + 1, name="round")
    status = shown.status if bracket.holds else stopped or (Status.UNPROVED if best is None else Status.ITERATION_LIMIT)
    return replace(shown, bracket=bracket, status=status)


def _row(inner: Plan, outer: Plan) -> tuple[float, ...]:
    """Return what a round is remembered by."""
    doable = inner.certificate.objective if inner.proved else float("nan")
    bound = outer.certificate.dual_objective if outer.status not in (Status.INFEASIBLE, Status.UNBOUNDED) else np.nan
    program = inner.program
    pieces = program.column_block("curve_piece")
    count = 0 if pieces is None else len(pieces.index)
    return float(count), float(program.integer.sum()), doable, bound, relative(doable, bound)


def _better(one: Plan, other: Plan) -> bool:
    gain = one.certificate.objective - other.certificate.objective
    return gain > 0 if one.program.sense == "max" else gain < 0


def _stopped(plan: Plan) -> Status | None:
    """Return how a round was stopped from outside; None where it was not."""
    return plan.status if plan.status in (Status.TIME_LIMIT, Status.INTERRUPTED) else None


def _levels(economy: Economy, plans: list[Plan]) -> list[Floats]:
    """Return the levels at which each technique runs in any period of plans."""
    found = [plan.activities.to_numpy() for plan in plans if plan.status not in (Status.INFEASIBLE, Status.UNBOUNDED)]
    levels = np.concatenate(found, axis=1) if found else np.zeros((len(economy.techniques), 0))
    return list(levels)


def _left(common: Common, began: float) -> Common:
    """Return the options with what is left of the time limit."""
    if common.time_limit is None or not common.time_limit > 0.0:  # what is no limit is refused where it is read
        return common
    return replace(common, time_limit=max(common.time_limit - (time.monotonic() - began), 1e-3))

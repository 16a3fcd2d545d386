"""A harmony question to its plan, by any of the methods, with its proof."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np

from ...backends.answer import Answer, Claim
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import CannotAnswerError, NaturaError, QuestionError, listed
from ...base.status import Status
from ...economy.economy import Economy
from ...economy.furthest import furthest_number
from ...economy.question import Question
from ...formulate import laws_of
from ...plan.answer import Attempt
from ...plan.plan import Plan
from ...plan.trace import TracePoint
from ...proof.concave_gap import proves_bound
from ...proof.diagnose import Impossibility, is_feasible, prove_unbounded
from ...proof.judging import judge
from ..method import Common
from .found import Found, UnlimitedError
from .methods import by_harmony, by_tangents
from .problem import HarmonyProblem, harmony_problem
from .settings import StepSettings, TangentSettings

#: Programs up to this many coefficients are looked through for a ray or a contradiction when no proof was found.
_DIAGNOSED = 2_000_000


def answer_harmony(
    economy: Economy,
    question: Question,
    method: str,
    find: Callable[[HarmonyProblem, SolveOptions], Found],
    tolerance: float,
    common: Common,
) -> Plan:
    """Find the plan of greatest harmony under a question's laws by a method, and prove how far it is from the best.

    Parameters
    ----------
    find : the method, its settings given.
    tolerance : the gap per good, and the largest relative residual, at which the plan counts as proved.
    common : of it, ``time_limit`` in seconds (the historical algorithms run their iterations anyway, and their bound is
        sought within it) and ``prices``: multipliers of the problem's rows from a better method, to bound what a
        historical algorithm arrives at; where there are none, they are found, as exactly as they are then held to.

    Raises
    ------
    QuestionError : the question cannot be asked, or the method cannot answer it.
    """
    options = SolveOptions(tolerance=tolerance, time_limit=common.time_limit)
    begun = time.perf_counter()
    problem = harmony_problem(economy, question)
    _refuse_whole_numbers(problem)
    _refuse_formulas(problem)
    built = time.perf_counter()
    plan = _found_and_proved(problem, method, find, options, common.prices)
    return replace(plan, seconds={"build": built - begun, **plan.seconds})


def _refuse_whole_numbers(problem: HarmonyProblem) -> None:
    """Raise where laws ask for whole numbers: a concave program has none.

    Raises
    ------
    CannotAnswerError : naming the laws and their tables.
    """
    program = problem.program
    whole = {block.name for block in program.columns if program.integer[block.span].any()}
    laws = [law for law in laws_of(problem.original, problem.question) if whole & {block.name for block in law.columns}]
    if laws:
        tables = [name for name in problem.economy.tables if any(name in law.tables for law in laws)]
        raise CannotAnswerError(
            f"{problem.original.name}: harmony is planned without whole numbers, which the table {listed(tables)} asks "
            f"for ({listed([law.name for law in laws])}); ask for another objective, or put it under leave_out"
        )


def _refuse_formulas(problem: HarmonyProblem) -> None:
    """Raise where curves are not straight: nothing would say how far the plan is from the best on the true ones.

    Raises
    ------
    CannotAnswerError : naming what to do.
    """
    curves = problem.economy.curves
    if curves is not None and not curves.is_straight:
        raise CannotAnswerError(
            f"{problem.original.name}: harmony is planned on curves of straight pieces, and some of these are formulas "
            "that only linear objectives refine: report breakpoints, or ask for another objective"
        )


def _found_and_proved(
    problem: HarmonyProblem,
    method: str,
    find: Callable[[HarmonyProblem, SolveOptions], Found],
    options: SolveOptions,
    prices: Floats | None,
) -> Plan:
    begun = time.perf_counter()
    unlimited = _unlimited(problem, options, method)
    if unlimited is not None:
        return unlimited
    try:
        found = find(problem, options)
    except UnlimitedError:
        endless = _endless(problem, options)
        if endless is None:
            raise
        return _without_end(problem, endless, options, time.perf_counter() - begun, method)
    if not np.isfinite(found.primal).all():
        raise QuestionError(
            f"method {method!r}: the plan's levels are beyond numbers; the number furthest from one is to blame: "
            f"{furthest_number(problem.original)}; use other units there"
        )
    solved = time.perf_counter()
    late = found.dual is not None and options.time_limit is not None and solved - begun >= options.time_limit
    plan = _proved(problem, found, options, method, prices, late)
    return replace(plan, seconds={"solve": solved - begun, "prove": time.perf_counter() - solved})


def _proved(
    problem: HarmonyProblem, found: Found, options: SolveOptions, method: str, prices: Floats | None, late: bool
) -> Plan:
    """Recompute the proof of what a method found and make a plan of it."""
    dual, reason = found.dual, found.reason
    if dual is None:
        dual, source = _bounding_prices(problem, options, prices)
        reason = f"{reason}; bound by {source}"
    stated = replace(found.problem, function=problem.function)
    if found.proof is None or not problem.function.concave:
        seen = stated.certify(found.primal, dual, options.tolerance)
    else:
        seen = found.proof
    primal, tangents, certificate = stated.certify_lawful(found.primal, dual, options.tolerance, seen)
    course = found.trace if found.course is None else found.course
    end = TracePoint.of(max([found.passes, *(point.passes for point in course)]), certificate)
    exact = found.dual is not None  # what a historical algorithm misses says nothing of what is possible
    off = max(certificate.primal_residual, certificate.dual_residual if exact else 0.0)
    claim = Claim.OPTIMAL if off <= options.tolerance else Claim.FAILED
    if claim is Claim.FAILED and tangents.matrix.nnz > _DIAGNOSED:
        claim = Claim.ITERATION_LIMIT
    if late and not certificate.proved:
        claim = Claim.TIME_LIMIT
    if found.interrupted and not certificate.proved:
        claim = Claim.INTERRUPTED
    aimless = replace(stated.program, cost=np.zeros(stated.program.shape[1]))  # a ray of the tangents proves nothing
    status, impossibility = Status.UNPROVED, None
    with suppress(NaturaError):  # HiGHS cannot hold numbers so far apart: nothing more is known
        status, impossibility = judge(aimless, Answer(claim, primal, dual), certificate, options)
        if status is Status.UNPROVED and claim is Claim.FAILED:
            endless = _endless(stated, options)
            if endless is not None and is_feasible(aimless, options):
                status, impossibility = Status.UNBOUNDED, endless
    return Plan(
        economy=problem.original,
        question=problem.question,
        program=tangents,
        primal=primal,
        dual=dual,
        status=status,
        certificate=certificate,
        impossibility=impossibility,
        method=method,
        attempts=(Attempt(found.message, claim, certificate),),
        iterations=found.iterations,
        added=stated.course(found.trace, (*course, end), found.passes, reason),
    )


def _bounding_prices(problem: HarmonyProblem, options: SolveOptions, known: Floats | None) -> tuple[Floats, str]:
    """Return prices that bound what any plan attains, as exact as a bound is held to, and where they are from.

    Those known, else those of ``harmony``; where these prove nothing, those of HiGHS by tangents, if it has any.
    """
    smooth = replace(problem, function=problem.function.envelope)
    dual, source = known, "the prices of 'harmony'"
    if dual is None:
        priced = by_harmony(StepSettings(), smooth, options)
        assert priced.dual is not None
        dual = priced.dual
    nothing = np.zeros(problem.program.shape[1])
    if not proves_bound(problem.certify(nothing, dual, options.tolerance)[1]):
        with suppress(NaturaError):
            straight = by_tangents(TangentSettings(), smooth, options)
            if straight.proof is not None and straight.dual is not None and proves_bound(straight.proof[1]):
                dual, source = straight.dual, "the prices of 'harmony-tangents'"
    return dual, source


def _unlimited(problem: HarmonyProblem, options: SolveOptions, method: str) -> Plan | None:
    """Return the plan that says harmony has no optimum, where no law but the balance is there to limit it."""
    if any(block.name not in ("balance", "storage_limit") for block in problem.program.rows):
        return None
    begun, endless = time.perf_counter(), None
    with suppress(NaturaError):  # HiGHS cannot hold numbers so far apart: the methods may
        endless = _endless(problem, options)
    if endless is None:
        return None
    return _without_end(problem, endless, options, time.perf_counter() - begun, method)


def _endless(problem: HarmonyProblem, options: SolveOptions) -> Impossibility | None:
    """Return the proof that harmony grows for ever: deliveries do, nothing is harmed, and H has no ceiling.

    (The tangents of a harmony that damage or a ceiling bounds may have a ray; harmony has none then.)
    """
    if not np.diff(problem.function.envelope.value(np.array([1e100, 1e150])))[0] > 1.0:
        return None
    cost = np.zeros(problem.program.shape[1])
    cost[problem.deliveries] = problem.weights / problem.targets
    upper = np.where(problem.program.cost < 0, 0.0, problem.program.upper)
    found = prove_unbounded(replace(problem.program, cost=cost, upper=upper), options)
    return found if found.proved else None


def _without_end(
    problem: HarmonyProblem, endless: Impossibility, options: SolveOptions, seconds: float, method: str
) -> Plan:
    nothing = np.zeros(problem.program.shape[1])
    dual = np.zeros(problem.program.shape[0])
    tangents, certificate = problem.certify(nothing, dual, options.tolerance)
    return Plan(
        economy=problem.original, question=problem.question, program=tangents, primal=nothing, dual=dual,
        status=Status.UNBOUNDED, certificate=certificate, impossibility=endless, method=method, attempts=(),
        added=problem.course((), (), 0, "no law limits what can be made"), seconds={"prove": seconds},
    )  # fmt: skip

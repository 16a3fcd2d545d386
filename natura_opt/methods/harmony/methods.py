"""The methods that plan for harmony, each laid out as column values and multipliers of one harmony program."""

from __future__ import annotations

import time
from dataclasses import replace

from ...backends.options import SolveOptions
from ...base.errors import OptionError, QuestionError
from ...base.settings import NoSettings
from .found import Found, UnlimitedError
from .problem import HarmonyProblem, worst_figure
from .settings import STEPS, StepSettings, TangentSettings

#: What prices get of a time limit; the primal-dual method gets the rest, and at least an instant (seconds).
_SHARE_OF_PRICES, _INSTANT = 0.5, 1e-3


def by_harmony(settings: StepSettings, problem: HarmonyProblem, options: SolveOptions) -> Found:
    """Prices where they decide the plan, else the primal-dual method on the concave envelope.

    Raises
    ------
    UnlimitedError : prices find nothing that limits a good.
    """
    from .by_prices import harmonise
    from .one_period import one_period
    from .primal_dual import solve_primal_dual
    from .standing_idle import PricesUndecidedError

    begun = time.perf_counter()
    form, why = one_period(problem)
    priced: Found | None = None
    if form is not None and settings.max_iterations is None:
        share = None if options.time_limit is None else _SHARE_OF_PRICES * options.time_limit
        try:
            answer = harmonise(
                form.form, tolerance=options.tolerance * 0.5, time_limit=share, names=problem.economy.goods
            )
        except PricesUndecidedError as error:
            why = str(error)
        except QuestionError as error:
            raise UnlimitedError(str(error)) from None
        else:
            primal, dual = form.into_plan(answer)
            proof = problem.certify(primal, dual, options.tolerance)
            reason = f"by prices ({why}; {answer.reason})"
            priced = Found(
                problem, primal, dual, "prices", answer.evaluations, answer.passes, answer.trace, reason, proof,
                interrupted=answer.interrupted,
            )  # fmt: skip
            if proof[1].proved or answer.interrupted:
                return priced
            why = "prices alone left a gap"
    if form is None and settings.max_iterations is None:
        priced, why = _by_choice(problem, options, why)
        if priced is not None and priced.proof is not None and (priced.proof[1].proved or priced.interrupted):
            return priced
    left = None
    if options.time_limit is not None:
        left = max(options.time_limit - (time.perf_counter() - begun), _INSTANT)
    smooth = replace(problem, function=problem.function.envelope)
    most = STEPS if settings.max_iterations is None else settings.max_iterations
    try:
        steps = solve_primal_dual(smooth, tolerance=options.tolerance, time_limit=left, max_iterations=most)
    except OptionError:  # a function it cannot step along
        if priced is None:
            raise
        return priced
    stepped = Found(
        problem, steps.primal, steps.dual, "primal-dual steps", steps.iterations, steps.passes, steps.trace,
        f"by the primal-dual method ({why})", (steps.program, steps.certificate),
    )  # fmt: skip
    return stepped if priced is None or _nearer(stepped, priced) else priced


def _by_choice(problem: HarmonyProblem, options: SolveOptions, why: str) -> tuple[Found | None, str]:
    """Find prices at which industries choose, where that is the question; None, and why, where it is not."""
    from .by_choice import NoChoiceError, harmonise_choice
    from .choice_period import choice_period

    form, reason = choice_period(problem)
    if form is None:
        return None, reason
    share = None if options.time_limit is None else _SHARE_OF_PRICES * options.time_limit
    try:
        answer = harmonise_choice(form.form, tolerance=options.tolerance * 0.5, time_limit=share)
    except NoChoiceError as error:
        return None, str(error)
    primal, dual = form.into_plan(answer)
    proof = problem.certify(primal, dual, options.tolerance)
    said = f"by prices ({reason}; {answer.plans} plans mixed)"
    found = Found(
        problem, primal, dual, "prices", len(answer.trace), answer.passes, answer.trace, said, proof,
        interrupted=answer.interrupted,
    )  # fmt: skip
    return found, "prices alone left a gap"


def _nearer(one: Found, other: Found) -> bool:
    """Whether the proof of one answer is nearer to passing than the other's."""
    assert one.proof is not None and other.proof is not None
    return worst_figure(one.proof[1]) < worst_figure(other.proof[1])


def by_cvxpy(settings: NoSettings, problem: HarmonyProblem, options: SolveOptions) -> Found:
    """The conic program of the concave envelope, by Clarabel."""
    from .conic import solve_conic

    smooth = replace(problem, function=problem.function.envelope)
    answer = solve_conic(smooth, tolerance=options.tolerance, time_limit=options.time_limit)
    return Found(
        answer.problem, answer.primal, answer.dual, answer.message, answer.iterations, 0,
        reason=answer.message, proof=(answer.program, answer.certificate),
    )  # fmt: skip


def by_tangents(settings: TangentSettings, problem: HarmonyProblem, options: SolveOptions) -> Found:
    """Linear programs with tangents of the concave envelope, by HiGHS."""
    from .tangents import solve_by_tangents

    smooth = replace(problem, function=problem.function.envelope)
    answer = solve_by_tangents(smooth, tolerance=options.tolerance, max_rounds=settings.max_rounds, options=options)
    return Found(
        problem, answer.primal, answer.dual, answer.message, answer.iterations, 0, answer.trace, answer.message,
        (answer.program, answer.certificate),
    )  # fmt: skip

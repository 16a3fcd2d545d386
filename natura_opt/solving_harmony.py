"""One call from an economy to the most harmonious plan, by any of the methods, with its proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .backends.answer import Answer, Claim
from .backends.options import SolveOptions
from .certificate import Certificate
from .diagnose import Impossibility, is_feasible, prove_unbounded
from .economy.catalog import read
from .economy.economy import Economy
from .economy.question import Question
from .entrance import checked_arguments
from .errors import OptionError, QuestionError, refuse_unknown_settings, unknown
from .harmony_plan import HarmonyPlan
from .laws.capital import Holdings
from .other_methods import settings_of
from .plan import Attempt
from .program import Floats, LinearProgram
from .solvers.harmony_functions import HarmonyFunction
from .solvers.harmony_problem import HarmonyProblem, harmony_problem
from .solvers.trace import TracePoint
from .solving import judge
from .status import Status

#: Programs up to this many coefficients are looked through for a ray or a contradiction when no proof was found.
_DIAGNOSED = 2_000_000
#: How exact, per good, the bound of a historical algorithm has to be.
_ROUGH = 1e-4
#: What solve_harmony hands to every method itself.
_SHARED = ("function", "tolerance", "time_limit", "options")


@dataclass(frozen=True, eq=False)
class _Found:
    """What a method found: column values, multipliers (None: it has none) and how it went."""

    problem: HarmonyProblem
    primal: Floats
    dual: Floats | None
    message: str
    iterations: int
    passes: int
    trace: tuple[TracePoint, ...] = ()
    reason: str = ""
    proof: tuple[LinearProgram, Certificate] | None = None


@checked_arguments("model")
def solve_harmony(
    model: Economy | str | Path,
    question: Question | str | None = None,
    *,
    method: str = "harmony",
    function: str | HarmonyFunction = "2018",
    tolerance: float | None = 1e-6,
    time_limit: float | None = None,
    **settings: Any,
) -> HarmonyPlan:
    """Find the plan of greatest harmony under the laws of a question, and prove how far it is from the best.

    The question's tables and laws hold; its objective gives way to harmony (and a floor to nothing).

    Parameters
    ----------
    model : an economy, or the name or folder of a model.
    method : ``harmony`` (prices for one-period plans of one product per technique, a first-order primal-dual method for
        all others), ``harmony-cvxpy`` (exact, by Clarabel), ``harmony-tangents`` (HiGHS), ``harmony-1990`` or
        ``harmony-2018`` (the historical algorithms, as they are).
    function : ``2018``, ``1993`` (not concave: bounded by its envelope) or a function of your own.
    tolerance : the gap per good, and the largest relative residual, at which the plan counts as proved.
    settings : the method's own: ``version=``, ``scale=``, ``seed=`` … of ``harmony-1990``, ``rounds=`` … of
        ``harmony-2018``, ``max_iterations=`` of ``harmony``.

    Returns
    -------
    HarmonyPlan. The historical algorithms have no bound of their own; theirs is proved by the prices of ``harmony``.

    >>> import natura_opt as no
    >>> plan = no.solve_harmony("excavators")
    >>> plan.status, round(plan.harmony, 5)
    (<Status.OPTIMAL: 'optimal'>, 12.8642)
    """
    options = SolveOptions(tolerance=1e-6 if tolerance is None else tolerance, time_limit=time_limit)
    economy = model if isinstance(model, Economy) else read(model)
    asked = question if isinstance(question, Question) else economy.question(question)
    begun = time.perf_counter()
    problem = harmony_problem(economy, asked, function)
    built = time.perf_counter()
    plan = plan_for_harmony(problem, method, options, settings)
    return replace(plan, seconds={"build": built - begun, **plan.seconds})


def plan_for_harmony(
    problem: HarmonyProblem,
    method: str,
    options: SolveOptions,
    settings: Mapping[str, Any],
    prices: Floats | None = None,
) -> HarmonyPlan:
    """Answer a harmony problem by one of the methods.

    Parameters
    ----------
    prices : multipliers of the problem's rows from a better method, to bound what a historical algorithm arrives at;
        where there are none, they are found roughly.
    """
    if method not in HARMONY_METHODS:
        raise OptionError(unknown("method", method, HARMONY_METHODS))
    begun = time.perf_counter()
    unlimited = _unlimited(problem, options)
    if unlimited is not None:
        return replace(unlimited, method=method)
    try:
        found = HARMONY_METHODS[method](problem, options, settings)
    except QuestionError:  # prices find nothing that limits a good
        endless = _endless(problem, options) if method == "harmony" else None
        if endless is None:
            raise
        return _without_end(problem, endless, options, time.perf_counter() - begun)
    solved = time.perf_counter()
    late = found.dual is not None and options.time_limit is not None and solved - begun >= options.time_limit
    plan = _proved(problem, found, options, method, prices, late)
    return replace(plan, seconds={"solve": solved - begun, "prove": time.perf_counter() - solved})


def _proved(
    problem: HarmonyProblem, found: _Found, options: SolveOptions, method: str, prices: Floats | None, late: bool
) -> HarmonyPlan:
    """Recompute the proof of what a method found and make a plan of it."""
    dual, reason = found.dual if found.dual is not None else prices, found.reason
    if dual is None:
        rough = replace(options, tolerance=max(options.tolerance, _ROUGH))
        priced = _by_harmony(replace(problem, function=problem.function.envelope), rough, {})
        assert priced.dual is not None
        dual = priced.dual
    if found.dual is None:
        reason = f"{reason}; bound by the prices of 'harmony'"
    stated = replace(found.problem, function=problem.function)
    if found.proof is None or not problem.function.concave:
        tangents, certificate = stated.certify(found.primal, dual, options.tolerance)
    else:
        tangents, certificate = found.proof
    exact = found.dual is not None  # what a historical algorithm misses says nothing of what is possible
    off = max(certificate.primal_residual, certificate.dual_residual if exact else 0.0)
    claim = Claim.OPTIMAL if off <= options.tolerance else Claim.FAILED
    if claim is Claim.FAILED and tangents.matrix.nnz > _DIAGNOSED:
        claim = Claim.ITERATION_LIMIT
    if late and not certificate.proved:
        claim = Claim.TIME_LIMIT
    aimless = replace(stated.program, cost=np.zeros(stated.program.shape[1]))  # a ray of the tangents proves nothing
    status, impossibility = judge(aimless, Answer(claim, found.primal, dual), certificate, options)
    if status is Status.UNPROVED and claim is Claim.FAILED:
        endless = _endless(stated, options)
        if endless is not None and is_feasible(aimless, options):
            status, impossibility = Status.UNBOUNDED, endless
    return HarmonyPlan(
        economy=problem.original,
        question=problem.question,
        program=tangents,
        primal=found.primal,
        dual=dual,
        status=status,
        certificate=certificate,
        impossibility=impossibility,
        method=method,
        attempts=(Attempt(found.message, claim, certificate),),
        iterations=found.iterations,
        problem=stated,
        trace=found.trace,
        passes=found.passes,
        reason=reason,
    )


def _unlimited(problem: HarmonyProblem, options: SolveOptions) -> HarmonyPlan | None:
    """Return the plan that says harmony has no optimum, where no law but the balance is there to limit it."""
    if not len(problem.targets):
        raise QuestionError(f"{problem.economy.name}: no good has a target and a weight, so harmony has no meaning")
    if any(block.name not in ("balance", "storage_limit") for block in problem.program.rows):
        return None
    begun = time.perf_counter()
    endless = _endless(problem, options)
    if endless is None:
        return None
    return _without_end(problem, endless, options, time.perf_counter() - begun)


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


def _without_end(problem: HarmonyProblem, endless: Impossibility, options: SolveOptions, seconds: float) -> HarmonyPlan:
    nothing = np.zeros(problem.program.shape[1])
    dual = np.zeros(problem.program.shape[0])
    tangents, certificate = problem.certify(nothing, dual, options.tolerance)
    return HarmonyPlan(
        economy=problem.original, question=problem.question, program=tangents, primal=nothing, dual=dual,
        status=Status.UNBOUNDED, certificate=certificate, impossibility=endless, method="harmony", attempts=(),
        problem=problem, reason="no law limits what can be made", seconds={"prove": seconds},
    )  # fmt: skip


def _by_harmony(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> _Found:
    """Prices where they decide the plan, else the primal-dual method on the concave envelope."""
    from .solvers.harmony_one_period import one_period
    from .solvers.harmony_prices import harmonise
    from .solvers.primal_dual import solve_primal_dual

    _check(settings, "harmony", solve_primal_dual)
    form, why = one_period(problem)
    if form is not None and not settings:
        answer = harmonise(
            form.form, tolerance=options.tolerance * 0.5, time_limit=options.time_limit, names=problem.economy.goods
        )
        primal, dual = form.into_plan(answer)
        tangents, certificate = problem.certify(primal, dual, options.tolerance)
        if certificate.proved or options.time_limit is not None:
            reason = f"by prices ({why}; {answer.reason})"
            return _Found(
                problem, primal, dual, "prices", answer.evaluations, answer.passes, answer.trace, reason,
                (tangents, certificate),
            )  # fmt: skip
        why = "prices alone left a gap"
    smooth = replace(problem, function=problem.function.envelope)
    steps = solve_primal_dual(smooth, tolerance=options.tolerance, time_limit=options.time_limit, **settings)
    return _Found(
        problem, steps.primal, steps.dual, "primal-dual steps", steps.iterations, steps.passes, steps.trace,
        f"by the primal-dual method ({why})", (steps.program, steps.certificate),
    )  # fmt: skip


def _by_cvxpy(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> _Found:
    from .solvers.harmony_cvxpy import solve_conic

    _check(settings, "harmony-cvxpy", solve_conic)
    answer = solve_conic(replace(problem, function=problem.function.envelope), tolerance=options.tolerance, **settings)
    return _Found(
        answer.problem, answer.primal, answer.dual, answer.message, answer.iterations, 0,
        reason=answer.message, proof=(answer.program, answer.certificate),
    )  # fmt: skip


def _by_tangents(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> _Found:
    from .solvers.harmony_tangents import solve_by_tangents

    _check(settings, "harmony-tangents", solve_by_tangents)
    answer = solve_by_tangents(
        replace(problem, function=problem.function.envelope), tolerance=options.tolerance, options=options, **settings
    )
    trace = tuple(TracePoint(k + 1, low, high, 0.0) for k, (low, high) in enumerate(answer.bounds))
    return _Found(
        problem, answer.primal, answer.dual, answer.message, answer.iterations, 0, trace, answer.message,
        (answer.program, answer.certificate),
    )  # fmt: skip


def _by_1990(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> _Found:
    from .solvers.harmony_1990 import harmony_1990

    _check(settings, "harmony-1990", harmony_1990)
    answer = harmony_1990(problem.economy, function=problem.function.name, **settings)
    primal = _column_values(problem, np.asarray(answer.intensities).reshape(-1, 1), None)
    trace = _trace_of(answer.harmony, answer.passes)
    said = "stood still" if answer.converged else "stopped at the limit of iterations"
    return _Found(
        problem, primal, None, f"version {answer.version}, {said}", answer.iterations, round(answer.passes), trace,
        f"the algorithm of 1990, version {answer.version}, scale {answer.scale}: {said}",
    )  # fmt: skip


def _by_2018(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> _Found:
    from .solvers.harmony_2018 import harmony_2018

    _check(settings, "harmony-2018", harmony_2018)
    answer = harmony_2018(problem.economy, function=problem.function, **settings)
    primal = _column_values(problem, answer.intensities, answer.investment)
    return _Found(
        problem, primal, None, f"{answer.iterations} rounds", answer.iterations, answer.passes,
        _trace_of(answer.harmony, answer.passes), f"the program of 2018, {answer.iterations} rounds",
    )  # fmt: skip


def _check(settings: Mapping[str, Any], method: str, answer: Callable[..., Any]) -> None:
    """Refuse settings that the method's function does not have; what every method shares is no setting of its own."""
    refuse_unknown_settings(method, [name for name in settings_of(answer) if name not in _SHARED], settings)


def _trace_of(harmony: Any, passes: float) -> tuple[TracePoint, ...]:
    steps = max(len(harmony) - 1, 1)
    return tuple(
        TracePoint(round(passes * k / steps), float(value), float("inf"), 0.0) for k, value in enumerate(harmony)
    )


def _column_values(problem: HarmonyProblem, activities: Floats, investment: Floats | None) -> Floats:
    """Lay activities (techniques x periods) and investment (holdings x periods) out as the program's columns.

    Stocks are what the start and the investment leave; what the balance then leaves is delivered.
    """
    program, economy = problem.program, problem.economy
    spans = {block.name: block.span for block in program.columns}
    primal = np.zeros(program.shape[1])
    primal[spans["activities"]] = activities.T.ravel()
    if "capital_stock" in spans:
        held, count = Holdings.of(economy), len(economy.periods)
        built = np.zeros((held.count, count)) if investment is None else np.asarray(investment, dtype=float)
        lag = economy.vector("investment_lag", 0, missing=1.0)[held.goods].astype(int)
        stock = np.zeros((held.count, count))
        for t in range(count):
            stock[:, t] = held.given(t)
            if t > 0:
                stock[:, t] += held.surviving(t - 1) * stock[:, t - 1]
                arriving = t - lag
                there = arriving >= 0
                stock[there, t] += built[there, arriving[there]]
        primal[spans["capital_stock"]] = stock.T.ravel()
        if "investment" in spans:
            primal[spans["investment"]] = built[:, : count - 1].T.ravel()
    balance = program.row_block("balance")
    delivered = program.column_block("delivered")
    assert balance is not None and delivered is not None
    left = (program.matrix @ primal)[balance.span] - program.row_lower[balance.span]
    primal[delivered.span] = np.maximum(left[balance.index.get_indexer(delivered.index)], 0.0)
    return primal


#: The methods that plan for harmony.
HARMONY_METHODS: dict[str, Callable[[HarmonyProblem, SolveOptions, Mapping[str, Any]], _Found]] = {
    "harmony": _by_harmony,
    "harmony-cvxpy": _by_cvxpy,
    "harmony-tangents": _by_tangents,
    "harmony-1990": _by_1990,
    "harmony-2018": _by_2018,
}

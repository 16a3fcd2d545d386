"""One call from an economy to the most harmonious plan, by any of the methods, with its proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
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
from .economy.furthest import furthest_number
from .economy.question import Question
from .errors import NaturaError, OptionError, QuestionError, refuse_unknown_settings, unknown
from .harmony_plan import HarmonyPlan
from .laws.capital import Holdings
from .other_methods import settings_of
from .plan import Attempt
from .program import Floats, LinearProgram
from .proof.judging import judge
from .solvers.harmony_functions import HarmonyFunction
from .solvers.harmony_gap import proves_bound
from .solvers.harmony_problem import HarmonyProblem, harmony_problem, worst_figure
from .solvers.trace import TracePoint
from .status import Status

#: Programs up to this many coefficients are looked through for a ray or a contradiction when no proof was found.
_DIAGNOSED = 2_000_000
#: What prices get of a time limit; the primal-dual method gets the rest, and at least an instant (seconds).
_SHARE_OF_PRICES, _INSTANT = 0.5, 1e-3
#: What solve_harmony hands to every method itself.
_SHARED = ("function", "tolerance", "time_limit", "options", "watch")


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
    course: tuple[TracePoint, ...] | None = None  # where it is not the trace, recomputed


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
    time_limit : seconds; the historical algorithms run their iterations anyway, and their bound is sought within it.
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
        where there are none, they are found, as exactly as they are then held to.
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
    problem: HarmonyProblem, found: _Found, options: SolveOptions, method: str, prices: Floats | None, late: bool
) -> HarmonyPlan:
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
    aimless = replace(stated.program, cost=np.zeros(stated.program.shape[1]))  # a ray of the tangents proves nothing
    status, impossibility = Status.UNPROVED, None
    with suppress(NaturaError):  # HiGHS cannot hold numbers so far apart: nothing more is known
        status, impossibility = judge(aimless, Answer(claim, primal, dual), certificate, options)
        if status is Status.UNPROVED and claim is Claim.FAILED:
            endless = _endless(stated, options)
            if endless is not None and is_feasible(aimless, options):
                status, impossibility = Status.UNBOUNDED, endless
    return HarmonyPlan(
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
        problem=stated,
        trace=found.trace,
        course=(*course, end),
        passes=found.passes,
        reason=reason,
    )


def _bounding_prices(problem: HarmonyProblem, options: SolveOptions, known: Floats | None) -> tuple[Floats, str]:
    """Return prices that bound what any plan attains, as exact as a bound is held to, and where they are from.

    Those known, else those of ``harmony``; where these prove nothing, those of HiGHS by tangents, if it has any.
    """
    smooth = replace(problem, function=problem.function.envelope)
    dual, source = known, "the prices of 'harmony'"
    if dual is None:
        priced = _by_harmony(smooth, options, {})
        assert priced.dual is not None
        dual = priced.dual
    nothing = np.zeros(problem.program.shape[1])
    if not proves_bound(problem.certify(nothing, dual, options.tolerance)[1]):
        with suppress(NaturaError):
            straight = _by_tangents(smooth, options, {})
            if straight.proof is not None and straight.dual is not None and proves_bound(straight.proof[1]):
                dual, source = straight.dual, "the prices of 'harmony-tangents'"
    return dual, source


def _unlimited(problem: HarmonyProblem, options: SolveOptions) -> HarmonyPlan | None:
    """Return the plan that says harmony has no optimum, where no law but the balance is there to limit it."""
    if not len(problem.targets):
        raise QuestionError(f"{problem.economy.name}: no good has a target and a weight, so harmony has no meaning")
    if any(block.name not in ("balance", "storage_limit") for block in problem.program.rows):
        return None
    begun, endless = time.perf_counter(), None
    with suppress(NaturaError):  # HiGHS cannot hold numbers so far apart: the methods may
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
    from .solvers.standing_idle import PricesUndecidedError

    _check(settings, "harmony", solve_primal_dual)
    begun = time.perf_counter()
    form, why = one_period(problem)
    priced: _Found | None = None
    if form is not None and not settings:
        share = None if options.time_limit is None else _SHARE_OF_PRICES * options.time_limit
        try:
            answer = harmonise(
                form.form, tolerance=options.tolerance * 0.5, time_limit=share, names=problem.economy.goods
            )
        except PricesUndecidedError as error:
            why = str(error)
        else:
            primal, dual = form.into_plan(answer)
            proof = problem.certify(primal, dual, options.tolerance)
            reason = f"by prices ({why}; {answer.reason})"
            priced = _Found(
                problem, primal, dual, "prices", answer.evaluations, answer.passes, answer.trace, reason, proof
            )
            if proof[1].proved:
                return priced
            why = "prices alone left a gap"
    left = None
    if options.time_limit is not None:
        left = max(options.time_limit - (time.perf_counter() - begun), _INSTANT)
    smooth = replace(problem, function=problem.function.envelope)
    try:
        steps = solve_primal_dual(smooth, tolerance=options.tolerance, time_limit=left, **settings)
    except OptionError:  # a function it cannot step along
        if priced is None:
            raise
        return priced
    stepped = _Found(
        problem, steps.primal, steps.dual, "primal-dual steps", steps.iterations, steps.passes, steps.trace,
        f"by the primal-dual method ({why})", (steps.program, steps.certificate),
    )  # fmt: skip
    return stepped if priced is None or _nearer(stepped, priced) else priced


def _nearer(one: _Found, other: _Found) -> bool:
    """Whether the proof of one answer is nearer to passing than the other's."""
    assert one.proof is not None and other.proof is not None
    return worst_figure(one.proof[1]) < worst_figure(other.proof[1])


def _by_cvxpy(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> _Found:
    from .solvers.harmony_cvxpy import solve_conic

    _check(settings, "harmony-cvxpy", solve_conic)
    smooth = replace(problem, function=problem.function.envelope)
    answer = solve_conic(smooth, tolerance=options.tolerance, time_limit=options.time_limit, **settings)
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
    return _Found(
        problem, answer.primal, answer.dual, answer.message, answer.iterations, 0, answer.trace, answer.message,
        (answer.program, answer.certificate),
    )  # fmt: skip


def _by_1990(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> _Found:
    from .solvers.harmony_1990 import harmony_1990

    _check(settings, "harmony-1990", harmony_1990)
    seen = _Witnessed(problem)
    answer = harmony_1990(problem.economy, function=problem.function.name, watch=seen, **settings)
    primal = seen.columns(answer.intensities, None)
    said = "stood still" if answer.converged else "stopped at the limit of iterations"
    return _Found(
        problem, primal, None, f"version {answer.version}, {said}", answer.iterations, round(answer.passes),
        _trace_of(answer.harmony, answer.passes),
        f"the algorithm of 1990, version {answer.version}, scale {answer.scale}: {said}", course=seen.course,
    )  # fmt: skip


def _by_2018(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> _Found:
    from .solvers.harmony_2018 import harmony_2018

    _check(settings, "harmony-2018", harmony_2018)
    seen = _Witnessed(problem)
    answer = harmony_2018(problem.economy, function=problem.function, watch=seen, **settings)
    primal = seen.columns(answer.intensities, answer.investment)
    return _Found(
        problem, primal, None, f"{answer.iterations} rounds", answer.iterations, answer.passes,
        _trace_of(answer.harmony, answer.passes), f"the program of 2018, {answer.iterations} rounds",
        course=seen.course,
    )  # fmt: skip


def _check(settings: Mapping[str, Any], method: str, answer: Callable[..., Any]) -> None:
    """Refuse settings that the method's function does not have; what every method shares is no setting of its own."""
    refuse_unknown_settings(method, [name for name in settings_of(answer) if name not in _SHARED], settings)


class _Witnessed:
    """What a historical algorithm had after each iteration, its harmony recomputed as that of any other plan."""

    def __init__(self, problem: HarmonyProblem) -> None:
        self._problem = problem
        self._points: list[TracePoint] = []

    def __call__(self, levels: Floats, investment: Floats | None, passes: float, shortage: float) -> None:
        """Note a state; one that is short of goods breaks a law."""
        attained = self._problem.harmony(self.columns(levels, investment))
        self._points.append(TracePoint(round(passes), attained, float("inf"), shortage))

    def columns(self, levels: Floats, investment: Floats | None) -> Floats:
        """Return levels and investment as column values."""
        activities = np.asarray(levels).reshape(len(self._problem.economy.techniques), -1)
        return _column_values(self._problem, activities, investment)

    @property
    def course(self) -> tuple[TracePoint, ...]:
        return tuple(self._points)


def _trace_of(harmony: Any, passes: float) -> tuple[TracePoint, ...]:
    """Return how harmony went as a historical algorithm counts it: not every goal is a target, and laws may break."""
    steps = max(len(harmony) - 1, 1)
    return tuple(
        TracePoint(round(passes * k / steps), float(value), float("inf"), float("inf"))
        for k, value in enumerate(harmony)
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
        stock = np.zeros((held.count, count))
        for t in range(count):
            stock[:, t] = held.given(t)
            if t > 0:
                stock[:, t] += held.surviving(t - 1) * stock[:, t - 1]
                arriving = t - held.lags
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

"""The methods that plan for harmony, each laid out as column values and multipliers of one harmony program."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import OptionError, refuse_unknown_settings
from ...laws.capital import Holdings
from ...program.linear import LinearProgram
from ...proof.certificate import Certificate
from ..registry import settings_of
from .problem import HarmonyProblem, worst_figure
from .trace import TracePoint

#: What prices get of a time limit; the primal-dual method gets the rest, and at least an instant (seconds).
_SHARE_OF_PRICES, _INSTANT = 0.5, 1e-3
#: What every method is handed without being asked.
_SHARED = ("function", "tolerance", "time_limit", "options", "watch")


@dataclass(frozen=True, eq=False)
class Found:
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


def by_harmony(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> Found:
    """Prices where they decide the plan, else the primal-dual method on the concave envelope."""
    from .by_prices import harmonise
    from .one_period import one_period
    from .primal_dual import solve_primal_dual
    from .standing_idle import PricesUndecidedError

    _check(settings, "harmony", solve_primal_dual)
    begun = time.perf_counter()
    form, why = one_period(problem)
    priced: Found | None = None
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
            priced = Found(
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
    stepped = Found(
        problem, steps.primal, steps.dual, "primal-dual steps", steps.iterations, steps.passes, steps.trace,
        f"by the primal-dual method ({why})", (steps.program, steps.certificate),
    )  # fmt: skip
    return stepped if priced is None or _nearer(stepped, priced) else priced


def _nearer(one: Found, other: Found) -> bool:
    """Whether the proof of one answer is nearer to passing than the other's."""
    assert one.proof is not None and other.proof is not None
    return worst_figure(one.proof[1]) < worst_figure(other.proof[1])


def by_cvxpy(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> Found:
    from .conic import solve_conic

    _check(settings, "harmony-cvxpy", solve_conic)
    smooth = replace(problem, function=problem.function.envelope)
    answer = solve_conic(smooth, tolerance=options.tolerance, time_limit=options.time_limit, **settings)
    return Found(
        answer.problem, answer.primal, answer.dual, answer.message, answer.iterations, 0,
        reason=answer.message, proof=(answer.program, answer.certificate),
    )  # fmt: skip


def by_tangents(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> Found:
    from .tangents import solve_by_tangents

    _check(settings, "harmony-tangents", solve_by_tangents)
    answer = solve_by_tangents(
        replace(problem, function=problem.function.envelope), tolerance=options.tolerance, options=options, **settings
    )
    return Found(
        problem, answer.primal, answer.dual, answer.message, answer.iterations, 0, answer.trace, answer.message,
        (answer.program, answer.certificate),
    )  # fmt: skip


def by_1990(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> Found:
    from ..history.harmony_1990 import harmony_1990

    _check(settings, "harmony-1990", harmony_1990)
    seen = _Witnessed(problem)
    answer = harmony_1990(problem.economy, function=problem.function.name, watch=seen, **settings)
    primal = seen.columns(answer.intensities, None)
    said = "stood still" if answer.converged else "stopped at the limit of iterations"
    return Found(
        problem, primal, None, f"version {answer.version}, {said}", answer.iterations, round(answer.passes),
        _trace_of(answer.harmony, answer.passes),
        f"the algorithm of 1990, version {answer.version}, scale {answer.scale}: {said}", course=seen.course,
    )  # fmt: skip


def by_2018(problem: HarmonyProblem, options: SolveOptions, settings: Mapping[str, Any]) -> Found:
    from ..history.harmony_2018 import harmony_2018

    _check(settings, "harmony-2018", harmony_2018)
    seen = _Witnessed(problem)
    answer = harmony_2018(problem.economy, function=problem.function, watch=seen, **settings)
    primal = seen.columns(answer.intensities, answer.investment)
    return Found(
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
HARMONY_METHODS: dict[str, Callable[[HarmonyProblem, SolveOptions, Mapping[str, Any]], Found]] = {
    "harmony": by_harmony,
    "harmony-cvxpy": by_cvxpy,
    "harmony-tangents": by_tangents,
    "harmony-1990": by_1990,
    "harmony-2018": by_2018,
}

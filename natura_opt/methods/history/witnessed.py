"""The historical algorithms, each state they come by recomputed as that of any other plan."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import CannotAnswerError
from ...formulate import asked_of
from ...laws.curve_settings import CurveSettings
from ...plan.trace import TracePoint
from ...tables.time import PERIOD_WEIGHTS
from ..harmony.found import Found
from ..harmony.problem import HarmonyProblem
from ..refusing import unread_setting
from .settings import Settings1990, Settings2018


def by_1990(settings: Settings1990, problem: HarmonyProblem, options: SolveOptions) -> Found:
    """The algorithm of 1990; it is handed the economy without weights, which it does not know."""
    from .harmony_1990 import harmony_1990

    _refuse_settings("harmony-1990", problem)
    seen = _Witnessed(problem)
    answer = harmony_1990(problem.economy, function=problem.function.name, watch=seen, **vars(settings))
    primal = seen.columns(answer.intensities, None)
    ending = "stood still" if answer.converged else "stopped at the limit of iterations"
    return Found(
        problem, primal, None, f"version {answer.version}, {ending}", answer.iterations, round(answer.passes),
        _trace_of(answer.harmony, answer.passes),
        f"the algorithm of 1990, version {answer.version}, scale {answer.scale}: {ending}", course=seen.course,
    )  # fmt: skip


def by_2018(settings: Settings2018, problem: HarmonyProblem, options: SolveOptions) -> Found:
    """The program of 2018; it is handed the economy without weights, which it does not know."""
    from .harmony_2018 import harmony_2018

    _refuse_settings("harmony-2018", problem)
    seen = _Witnessed(problem)
    answer = harmony_2018(problem.economy, function=problem.function, watch=seen, **vars(settings))
    primal = seen.columns(answer.intensities, answer.investment)
    return Found(
        problem, primal, None, f"{answer.iterations} rounds", answer.iterations, answer.passes,
        _trace_of(answer.harmony, answer.passes), f"the program of 2018, {answer.iterations} rounds",
        course=seen.course,
    )  # fmt: skip


def _refuse_settings(method: str, problem: HarmonyProblem) -> None:
    """Raise where a law has a setting, or years count differently: neither algorithm knows more than its goals.

    Raises
    ------
    CannotAnswerError : naming the setting or the table.
    """
    if asked_of(problem.original, problem.question).has(PERIOD_WEIGHTS.name):
        raise CannotAnswerError(
            f"{problem.original.name}: method {method!r} does not take the table {PERIOD_WEIGHTS.name!r} into account: "
            "use another method, or put it under leave_out"
        )
    unread = unread_setting(method, CurveSettings.names(), problem.original, problem.question)
    if unread:
        raise CannotAnswerError(unread)


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
        return self._problem.columns_of(activities, investment)

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

"""Harmony of any plan problem (n years, capital, joint products, technique choice) by a first-order primal-dual method.

Restarted, reflected Halpern steps of the primal-dual hybrid gradient on the concave program: two products with the
matrix a step, no factorisation, whatever the laws. What it finds is only believed after
:meth:`HarmonyProblem.certify`.

Sources: Lu and Yang 2024 (restarted Halpern PDHG); Applegate et al. 2021 (PDLP: restarts, primal weight).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from ...base.arrays import Floats
from ...base.errors import OptionError
from ...plan.trace import TracePoint
from ...program.linear import LinearProgram
from ...proof.certificate import Certificate
from .problem import HarmonyProblem, worst_figure
from .restarted_steps import RestartedSteps
from .settings import STEPS, StepSettings
from .step_program import KINDS, StepProgram

_FIRST_CHECK, _CHECK_GROWTH = 40, 1.2
#: Rounds of shrinking in which an iterate becomes a plan within the laws, or does not count as one.
_SWEEPS = 20


@dataclass(frozen=True, eq=False)
class PrimalDualAnswer:
    """The best point found with its proof.

    Attributes
    ----------
    primal, dual : column values and ∂objective/∂side, in the user's units.
    program, certificate : the tangent program and the recomputed proof.
    trace : what was proved on the way.
    iterations, passes : effort; an iteration is two passes over the matrix.
    """

    primal: Floats
    dual: Floats
    program: LinearProgram
    certificate: Certificate
    trace: tuple[TracePoint, ...]
    iterations: int
    passes: int


def solve_primal_dual(
    problem: HarmonyProblem,
    *,
    tolerance: float = 1e-6,
    max_iterations: int = STEPS,
    time_limit: float | None = None,
) -> PrimalDualAnswer:
    """Iterate until the recomputed proof passes, or the iterations or the time are used up."""
    StepSettings(max_iterations)
    if problem.function.name not in KINDS:
        raise OptionError(
            f"harmony function {problem.function.name!r}: the primal-dual method steps along {', '.join(KINDS)} only; "
            "for a function of your own use method='harmony-tangents'"
        )
    start = time.perf_counter()
    steps = RestartedSteps(StepProgram.of(problem))
    next_check = _FIRST_CHECK
    best: _Point | None = None
    trace: list[TracePoint] = []
    while True:
        error = steps.advance()
        lost = not np.isfinite(error)  # numbers too far apart: no step leads back
        out_of_time = time_limit is not None and time.perf_counter() - start > time_limit
        stop = steps.total >= max_iterations or out_of_time or error == 0.0 or lost
        if steps.total >= next_check or stop:
            next_check = int(steps.total * _CHECK_GROWTH) + _FIRST_CHECK
            point = _certified(problem, steps, tolerance, stop)
            trace.append(_noted(problem, 2 * steps.total, point.primal, point.certificate))
            if best is None or worst_figure(point.certificate) < worst_figure(best.certificate):
                best = point
            if point.certificate.proved or stop:
                break
        steps.restart_if_due(error)
    return PrimalDualAnswer(
        best.primal, best.dual, best.program, best.certificate, tuple(trace), steps.total, 2 * steps.total
    )


@dataclass(frozen=True, eq=False)
class _Point:
    """A point in the user's units, the tangent program and its recomputed proof."""

    primal: Floats
    dual: Floats
    program: LinearProgram
    certificate: Certificate


def _certified(problem: HarmonyProblem, steps: RestartedSteps, tolerance: float, last: bool) -> _Point:
    """Return where the steps stand with its proof; cleaned where that can mend it, and at last in any case."""
    primal, dual = steps.point()
    dual, tangents, certificate = problem.certify_signed(primal, dual, tolerance)
    if certificate.proved or not (last or certificate.dual_residual <= tolerance):  # nothing mends it yet
        return _Point(primal, dual, tangents, certificate)
    return _Point(*problem.certify_cleaned(primal, dual, tolerance, steps.program.column))


def _noted(problem: HarmonyProblem, passes: int, primal: Floats, certificate: Certificate) -> TracePoint:
    """Return what is proved, and what a plan within the laws attains that a few sweeps make of the point at hand."""
    seen = TracePoint.of(passes, certificate)
    if seen.lawful(certificate.tolerance):
        return seen
    plan, residual = problem.lawful(primal, _SWEEPS)
    return replace(seen, attained=problem.worth(plan), residual=residual)

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
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.errors import OptionError
from ...plan.trace import TracePoint
from ...program.linear import LinearProgram
from ...program.scaling import geometric_factors
from ...proof.certificate import Certificate
from .primal_dual_steps import HARMONY_1993, HARMONY_2018, LINEAR, anchored_steps
from .problem import HarmonyProblem, worst_figure
from .settings import STEPS, StepSettings

_KINDS = {"2018": HARMONY_2018, "1993": HARMONY_1993, "1993-envelope": HARMONY_1993}
_CHUNK = 40
#: Restart when the fixed-point error fell to this share of what it was at the anchor; or to the second and stalls.
_SUFFICIENT, _NECESSARY, _ARTIFICIAL = 0.2, 0.8, 0.1
_POWER_STEPS = 60
_RUIZ_SWEEPS = 10
_FIRST_CHECK, _CHECK_GROWTH = 40, 1.2
#: Rounds of shrinking in which an iterate becomes a plan within the laws, or does not count as one.
_SWEEPS = 20
#: The first primal weight, as a share of costs over sides.
_FIRST_WEIGHT = 0.1
#: Weights are kept below this, and above one over it.
_HEAVIEST = 1e100


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
    if problem.function.name not in _KINDS:
        raise OptionError(
            f"harmony function {problem.function.name!r}: the primal-dual method steps along {', '.join(_KINDS)} only; "
            "for a function of your own use method='harmony-tangents'"
        )
    start = time.perf_counter()
    kind = _KINDS[problem.function.name] if len(problem.targets) else LINEAR
    program = problem.program
    row, column = program_factors(program)
    matrix = sp.csc_array(program.matrix, copy=True)
    matrix.data *= row[matrix.indices] * np.repeat(column, np.diff(matrix.indptr))
    rows = sp.csr_array(matrix)
    by_column = (matrix.indptr, matrix.indices, matrix.data)
    by_row = (rows.indptr, rows.indices, rows.data)
    weight, target = np.zeros(len(column)), np.ones(len(column))
    weight[problem.deliveries] = problem.weights
    target[problem.deliveries] = problem.targets / column[problem.deliveries]
    cost = -program.cost * column
    bounds = (program.lower / column, program.upper / column)
    sides = (program.row_lower * row, program.row_upper * row)
    step = 0.998 / max(_norm(rows), 1.0 / _HEAVIEST)
    omega = _first_weight(problem, sides, target)
    z, y = np.clip(np.zeros(len(column)), *bounds), np.zeros(len(row))
    z_new, y_new = z.copy(), y.copy()
    anchor = (z.copy(), y.copy())
    since, total, next_check = 0, 0, _FIRST_CHECK
    at_anchor = last = np.inf
    best: tuple[float, Floats, Floats, LinearProgram, Certificate] | None = None
    trace: list[TracePoint] = []
    while True:
        steps = (step / omega, step * omega)
        error = anchored_steps(
            by_column, by_row, cost, bounds, sides, (weight, target), kind, steps, anchor,
            (z, y, z_new, y_new), since, _CHUNK,
        )  # fmt: skip
        if since == 0 and not np.isfinite(at_anchor):
            at_anchor = error
        since, total = since + _CHUNK, total + _CHUNK
        lost = not np.isfinite(error)  # numbers too far apart: no step leads back
        out_of_time = time_limit is not None and time.perf_counter() - start > time_limit
        stop = total >= max_iterations or out_of_time or error == 0.0 or lost
        if total >= next_check or stop:
            next_check = int(total * _CHECK_GROWTH) + _FIRST_CHECK
            primal, dual = _in_units(z_new, column), _in_units(-y_new, row)
            dual, tangents, certificate = problem.certify_signed(primal, dual, tolerance)
            if not certificate.proved and (stop or certificate.dual_residual <= tolerance):  # else nothing mends it yet
                primal, dual, tangents, certificate = problem.certify_cleaned(primal, dual, tolerance, column)
            worst = worst_figure(certificate)
            trace.append(_noted(problem, 2 * total, primal, certificate))
            if best is None or worst < best[0]:
                best = (worst, primal, dual, tangents, certificate)
            if certificate.proved or stop:
                break
        falls = error <= _SUFFICIENT * at_anchor
        stalls = error <= _NECESSARY * at_anchor and error > last
        if falls or stalls or since >= _ARTIFICIAL * total:
            moved = np.linalg.norm(z_new - anchor[0]), np.linalg.norm(y_new - anchor[1])
            if min(moved) > 1e-12:
                omega = _weight_within(np.exp(0.5 * np.log(moved[1] / moved[0]) + 0.5 * np.log(omega)))
            z[:], y[:] = z_new, y_new
            anchor = (z.copy(), y.copy())
            since, at_anchor, last = 0, np.inf, np.inf
        else:
            last = error
    assert best is not None
    _, primal, dual, tangents, certificate = best
    return PrimalDualAnswer(primal, dual, tangents, certificate, tuple(trace), total, 2 * total)


def _noted(problem: HarmonyProblem, passes: int, primal: Floats, certificate: Certificate) -> TracePoint:
    """Return what is proved, and what a plan within the laws attains that a few sweeps make of the point at hand."""
    seen = TracePoint.of(passes, certificate)
    if seen.lawful(certificate.tolerance):
        return seen
    plan, residual = problem.lawful(primal, _SWEEPS)
    return replace(seen, attained=problem.worth(plan), residual=residual)


def _in_units(scaled: Floats, factors: Floats) -> Floats:
    """Return values in the user's units; zeros where they are no numbers."""
    with np.errstate(over="ignore", invalid="ignore"):
        values: Floats = scaled * factors
    return values if np.isfinite(values).all() else np.zeros_like(values)


def _first_weight(problem: HarmonyProblem, sides: tuple[Floats, Floats], target: Floats) -> float:
    """Return how much longer dual steps are than primal ones at first: costs over sides, by their norms.

    Restarts settle it later; started at one, plans in natural units take about twice the steps.
    """
    finite = np.concatenate([side[np.isfinite(side)] for side in sides])
    costs = problem.weights / target[problem.deliveries]
    size = _length(finite)
    return _weight_within(_FIRST_WEIGHT * _length(costs) / size) if size > 0 else 1.0


def _length(values: Floats) -> float:
    """Return the Euclidean norm; squares of numbers that are far from one do not get lost in it."""
    largest = float(np.abs(values).max(initial=0.0))
    return largest * float(np.linalg.norm(values / largest)) if 0.0 < largest < np.inf else largest


def _weight_within(weight: float) -> float:
    """Return the primal weight kept among numbers to divide by; one where it is none."""
    return float(np.clip(weight, 1.0 / _HEAVIEST, _HEAVIEST)) if np.isfinite(weight) else 1.0


def program_factors(program: LinearProgram) -> tuple[Floats, Floats]:
    """Return row and column factors: geometric means near one, then largest entries, then sums (Pock and Chambolle).

    The first undoes the users' units; the others bound the norm, which lengthens the steps. (With one of the three left
    out, the European plan of 2006 in natural units is not solved in 60,000 iterations instead of in 10,000.)
    """
    row, column = geometric_factors(program.matrix)
    sizes = abs(sp.csr_array(program.matrix))
    for _ in range(_RUIZ_SWEEPS):
        scaled = sp.csr_array(sp.diags_array(row) @ sizes @ sp.diags_array(column))
        row = row / np.sqrt(_or_one(scaled.max(axis=1).toarray().ravel()))
        column = column / np.sqrt(_or_one(scaled.max(axis=0).toarray().ravel()))
    scaled = sp.csr_array(sp.diags_array(row) @ sizes @ sp.diags_array(column))
    return row / np.sqrt(_or_one(scaled.sum(axis=1))), column / np.sqrt(_or_one(scaled.sum(axis=0)))


def _or_one(sizes: Floats) -> Floats:
    """Return sizes to divide by: one where a row or column is empty."""
    return np.where(sizes > 0, sizes, 1.0)


def _norm(rows: sp.csr_array) -> float:
    """Return the largest singular value, a little from above."""
    v = np.random.default_rng(0).random(rows.shape[1]) + 0.5
    size = 1.0
    for _ in range(_POWER_STEPS):
        w = rows.T @ (rows @ v)
        size = float(np.linalg.norm(w))
        v = w / max(size, 1e-300)
    return 1.02 * float(np.sqrt(size))

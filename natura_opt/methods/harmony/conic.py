r"""Harmony exactly, as a conic program: stated in CVXPY law by law, solved by Clarabel.

A concave function in pieces is a sum of pieces that fill up one after another, the steepest first. With
``s = p - m``, ``p, m >= 0``:

.. math::  H_{2018}(s) = \max_{p - m = s}\; \ln(1 + p) - m - m^2/2

and the envelope of 1993, with ``s = -1/2 - m + l + p``, ``0 <= l <= 3/4``:
:math:`\max\; -\tfrac14 - m - m^2 + l + \sqrt{\tfrac14 + p} - \tfrac12`.

Clarabel gets the program twice if need be: as the laws' CVXPY spelling states it in the user's units, and, where the
recomputed proof of that fails, scaled. Both attempts are kept.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.errors import OptionError
from ...formulate import cvxpy_model, declared_with
from ...objectives.harmony_layers import CvxpyLayer
from ...program.linear import LinearProgram
from ...proof.certificate import Certificate
from .problem import HarmonyProblem, worst_figure
from .step_program import program_factors

#: Clarabel's tolerances: its own of 1e-8 leave gaps of 4e-6 per good once recomputed.
_ASKED = 1e-11
#: The least that Clarabel is given, in seconds.
_INSTANT = 1e-3


@dataclass(frozen=True, eq=False)
class ConicAnswer:
    """Clarabel's best point with its recomputed proof.

    Attributes
    ----------
    primal, dual : column values and ∂objective/∂side of ``problem``'s program, in the user's units.
    problem : the harmony problem as compiled back from CVXPY (or its matrices, where the scaled attempt is the better).
    program, certificate : the tangent program and the proof.
    message : which attempt it is, and what Clarabel said.
    """

    primal: Floats
    dual: Floats
    problem: HarmonyProblem
    program: LinearProgram
    certificate: Certificate
    message: str
    iterations: int


def solve_conic(problem: HarmonyProblem, *, tolerance: float = 1e-6, time_limit: float | None = None) -> ConicAnswer:
    """State the harmony program in CVXPY, solve it with Clarabel and recompute the proof.

    Parameters
    ----------
    time_limit : seconds, after which Clarabel is stopped and nothing more is tried.
    """
    if problem.function.stated is None:
        raise OptionError(
            f"harmony function {problem.function.name!r} has no conic form here; for a function of your own use "
            "method='harmony-tangents'"
        )
    begun = time.perf_counter()

    def left() -> float | None:
        return None if time_limit is None else time_limit - (time.perf_counter() - begun)

    first = _stated_by_laws(problem, tolerance, left)
    rest = left()
    if first.certificate.proved or (rest is not None and rest <= 0):
        return first
    second = _stated_scaled(problem, tolerance, left)
    return min(second, first, key=lambda answer: worst_figure(answer.certificate))


def _stated_by_laws(problem: HarmonyProblem, tolerance: float, left: Callable[[], float | None]) -> ConicAnswer:
    import cvxpy as cp

    from ...backends.cvxpy import compile_cvxpy

    model = cvxpy_model(
        problem.original,
        replace(problem.question, settings={**problem.question.settings, "function": problem.function}),
    )
    conic = model.problem()
    harmless = cp.Maximize(-sum(model.losses) + 0.0 * cp.sum(model.variables["delivered"]))
    laws = replace(model, objective=harmless, definitions=[])
    # the linear part, back to labelled rows, for the proof
    compiled = compile_cvxpy(laws, declared_with(model.question))
    said, iterations = _run(conic, left())
    primal, dual = np.zeros(compiled.program.shape[1]), np.zeros(compiled.program.shape[0])
    for variable, places in compiled.columns:
        if variable.value is not None:
            primal[places] = np.asarray(variable.value, dtype=float).ravel(order="F")
    for constraint, places in compiled.rows:
        if constraint.dual_value is not None:
            dual[places] = np.asarray(constraint.dual_value, dtype=float).ravel(order="F")
    block = compiled.program.column_block("delivered")
    own = problem.program.column_block("delivered")
    assert block is not None and own is not None
    order = own.index.get_indexer(block.index)
    stated = replace(
        problem,
        program=compiled.program,
        deliveries=np.arange(block.start, block.start + len(order)),
        targets=problem.targets[order],
        weights=problem.weights[order],
    )
    return _answer(stated, primal, dual * compiled.factor, tolerance, f"CVXPY, law by law: {said}", iterations)


def _stated_scaled(problem: HarmonyProblem, tolerance: float, left: Callable[[], float | None]) -> ConicAnswer:
    import cvxpy as cp

    program = problem.program
    row, column = _factors(program)
    matrix = sp.csr_array(sp.diags_array(row) @ program.matrix @ sp.diags_array(column))
    z = cp.Variable(len(column), nonneg=True)
    level = matrix @ z
    above, below = np.isfinite(program.row_upper), np.isfinite(program.row_lower)
    upper = level[np.flatnonzero(above)] <= (program.row_upper * row)[above]
    lower = level[np.flatnonzero(below)] >= (program.row_lower * row)[below]
    surplus = cp.multiply(column[problem.deliveries] / problem.targets, z[problem.deliveries]) - 1.0
    layer = CvxpyLayer(surplus.shape)
    assert problem.function.stated is not None
    harmonies = problem.function.stated(layer, surplus)
    sides = [side for side, there in ((upper, above), (lower, below)) if there.any()]
    if np.isfinite(program.upper).any():
        capped = np.flatnonzero(np.isfinite(program.upper))
        sides.append(z[capped] <= (program.upper / column)[capped])
    conic = cp.Problem(
        cp.Maximize(problem.weights @ harmonies + (program.cost * column) @ z), sides + layer.constraints
    )
    said, iterations = _run(conic, left())
    primal, dual = np.zeros(len(column)), np.zeros(len(row))
    if z.value is not None:
        primal = np.asarray(z.value, dtype=float) * column
        dual[above] += np.asarray(upper.dual_value, dtype=float) if above.any() else 0.0
        dual[below] -= np.asarray(lower.dual_value, dtype=float) if below.any() else 0.0
    return _answer(problem, primal, dual * row, tolerance, f"CVXPY, scaled: {said}", iterations)


def _factors(program: LinearProgram) -> tuple[Floats, Floats]:
    """Return row and column factors that bring the coefficients, and the sides, near one (Clarabel fails on others)."""
    row, column = program_factors(program)
    sides = np.abs(np.concatenate([program.row_lower * row, program.row_upper * row]))
    sides = sides[np.isfinite(sides) & (sides > 0)]
    size = float(np.exp(np.log(sides).mean())) if len(sides) else 1.0
    return row / size, column * size


def _run(conic: Any, seconds: float | None) -> tuple[str, int]:
    import cvxpy as cp

    stopped = {} if seconds is None else {"time_limit": max(seconds, _INSTANT)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the certificate says whether an answer is accurate
            conic.solve(solver=cp.CLARABEL, tol_gap_abs=_ASKED, tol_gap_rel=_ASKED, tol_feas=_ASKED, **stopped)
    except (cp.SolverError, ValueError, ArithmeticError) as error:  # of numbers that are none, CVXPY raises the others
        return f"Clarabel failed ({str(error).splitlines()[0]})", 0
    stats = conic.solver_stats
    return f"Clarabel, {conic.status}", int(stats.num_iters or 0) if stats is not None else 0


def _answer(
    problem: HarmonyProblem,
    primal: Floats,
    dual: Floats,
    tolerance: float,
    said: str,
    iterations: int,
) -> ConicAnswer:
    if not (np.isfinite(primal).all() and np.isfinite(dual).all()):  # numbers too far apart
        primal, dual = np.zeros_like(primal), np.zeros_like(dual)
    primal = np.clip(primal, problem.program.lower, problem.program.upper)
    dual = np.where(dual > 0, np.where(np.isfinite(problem.program.row_upper), dual, 0.0), dual)
    _, units = program_factors(problem.program)
    dual, _, _ = problem.certify_signed(primal, dual, tolerance)
    primal, dual, tangents, certificate = problem.certify_cleaned(primal, dual, tolerance, units)
    return ConicAnswer(primal, dual, problem, tangents, certificate, said, iterations)

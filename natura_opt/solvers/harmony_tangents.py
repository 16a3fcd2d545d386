r"""Harmony as a linear program: each concave function by its tangents, more of them where the optimum lies.

The highest of the tangents' minima is an outer approximation, so its optimum bounds the harmony program from above, and
the true harmony of its plan from below; each round adds the tangent at every delivery of the last plan and solves again
from the same basis (Kelley's cutting planes, separable). The stated bound is what is left between the two.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..backends.answer import Claim
from ..backends.highs import HighsSession
from ..backends.options import SolveOptions
from ..certificate import Certificate
from ..program import Block, Floats, LinearProgram
from .harmony_problem import HarmonyProblem, worst_figure

#: Surpluses of the first tangents.
_FIRST = np.array([-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 9.0])


@dataclass(frozen=True, eq=False)
class TangentAnswer:
    """The best plan found with its recomputed proof, and what the tangents could still be wrong by.

    Attributes
    ----------
    primal, dual : column values and ∂objective/∂side of the problem's program, in the user's units.
    program, certificate : the tangent program (one tangent per delivery) and the proof.
    bounds : after each round, (harmony attained less damage, optimum of the tangents).
    """

    primal: Floats
    dual: Floats
    program: LinearProgram
    certificate: Certificate
    bounds: tuple[tuple[float, float], ...]
    claim: Claim
    message: str
    iterations: int
    seconds: float


def solve_by_tangents(
    problem: HarmonyProblem, *, tolerance: float = 1e-6, max_rounds: int = 60, options: SolveOptions | None = None
) -> TangentAnswer:
    """Solve tangent programs with HiGHS until the recomputed proof passes or a round changes nothing."""
    begun = time.perf_counter()
    options = options or SolveOptions(tolerance=tolerance)
    envelope = problem.function.envelope
    count = len(problem.targets)
    cuts = [np.full(count, s) for s in _FIRST]
    bounds: list[tuple[float, float]] = []
    best: TangentAnswer | None = None
    iterations = 0
    for _ in range(max_rounds):
        program = _outer_program(problem, cuts)
        session = HighsSession(program, options)
        answer = session.solve()
        iterations += answer.iterations
        width, height = problem.program.shape[1], problem.program.shape[0]
        primal = np.clip(answer.primal[:width], problem.program.lower, problem.program.upper)
        tangents, certificate = problem.certify(primal, answer.dual[:height], tolerance)
        reached = float(program.cost @ answer.primal)
        bounds.append((certificate.objective, reached))
        message = f"HiGHS, {len(cuts)} tangents per delivery: {answer.message}"
        found = TangentAnswer(
            primal, answer.dual[:height], tangents, certificate, tuple(bounds), answer.claim, message, iterations,
            time.perf_counter() - begun,
        )  # fmt: skip
        if best is None or worst_figure(certificate) < worst_figure(best.certificate):
            best = found
        if answer.claim is not Claim.OPTIMAL or certificate.proved:
            break
        price = (problem.program.matrix.T @ answer.dual[:height])[problem.deliveries]
        price = price * problem.targets / problem.weights
        fair = envelope.best_surplus(np.maximum(price, 1e-9))
        cuts += [problem.surpluses(primal), np.minimum(fair, 1e9)]
    assert best is not None
    return replace(best, bounds=tuple(bounds), iterations=iterations, seconds=time.perf_counter() - begun)


def _outer_program(problem: HarmonyProblem, cuts: list[Floats]) -> LinearProgram:
    """Return the program with a column of harmony per delivery, below each of its tangents."""
    base, envelope, count = problem.program, problem.function.envelope, len(problem.targets)
    height, width = base.shape
    at = np.concatenate(cuts)
    slopes = envelope.slope(at) / np.tile(problem.targets, len(cuts))
    sides = envelope.value(at) - envelope.slope(at) * (1.0 + at)
    which = np.tile(np.arange(count), len(cuts))
    rows = np.arange(len(which))
    delivered = sp.coo_array((-slopes, (rows, problem.deliveries[which])), shape=(len(rows), width))
    harmony = sp.coo_array((np.ones(len(rows)), (rows, which)), shape=(len(rows), count))
    parts: list[Any] = [[base.matrix, None], [delivered, harmony]]
    matrix = sp.csc_array(sp.block_array(parts))
    index = base.column_block("delivered")
    assert index is not None
    return replace(
        base,
        columns=(*base.columns, Block("harmony", index.index, width)),
        rows=(*base.rows, Block("tangents", pd.RangeIndex(len(rows)), height)),
        cost=np.concatenate([base.cost, problem.weights]),
        lower=np.concatenate([base.lower, np.full(count, -np.inf)]),
        upper=np.concatenate([base.upper, np.full(count, np.inf)]),
        integer=np.concatenate([base.integer, np.zeros(count, dtype=bool)]),
        matrix=matrix,
        row_lower=np.concatenate([base.row_lower, np.full(len(rows), -np.inf)]),
        row_upper=np.concatenate([base.row_upper, sides]),
    )

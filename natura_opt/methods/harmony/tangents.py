r"""Harmony as a linear program: each concave function by its tangents, more of them where the optimum lies.

The highest of the tangents' minima is an outer approximation, so its optimum bounds the harmony program from above, and
the true harmony of its plan from below; each round adds the tangent at every delivery of the last plan and solves again
from the same basis (Kelley's cutting planes, separable). The stated bound is what is left between the two.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...backends.answer import Claim
from ...backends.highs import HighsSession
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import NaturaError, OptionError, QuestionError
from ...economy.furthest import furthest_number
from ...plan.trace import TracePoint
from ...program.canonical import Block
from ...program.linear import LinearProgram
from ...proof.certificate import Certificate
from .problem import HarmonyProblem, worst_figure
from .settings import TangentSettings

#: Programs larger than this start with the interior point method.
_LARGE = 50_000
#: Tangents with a smaller slope are left out.
_FLATTEST = 1e-9
#: Prices below this name no surplus that a tangent would be worth drawing at.
_CHEAPEST = 1e-9
#: Surpluses of the first tangents: far ones too, since a cheap good may be delivered a million times over.
_FIRST = np.concatenate([np.linspace(-1.0, 1.0, 9), np.geomspace(2.0, 1e6, 12)])


@dataclass(frozen=True, eq=False)
class TangentAnswer:
    """The best plan found with its recomputed proof, and what the tangents could still be wrong by.

    Attributes
    ----------
    primal, dual : column values and ∂objective/∂side of the problem's program, in the user's units.
    program, certificate : the tangent program (one tangent per delivery) and the proof.
    trace : the proof after each round; its passes are rounds.
    """

    primal: Floats
    dual: Floats
    program: LinearProgram
    certificate: Certificate
    trace: tuple[TracePoint, ...]
    message: str
    iterations: int


def solve_by_tangents(
    problem: HarmonyProblem, *, tolerance: float = 1e-6, max_rounds: int = 60, options: SolveOptions | None = None
) -> TangentAnswer:
    """Solve tangent programs with HiGHS until the recomputed proof passes or a round changes nothing.

    Raises
    ------
    QuestionError : HiGHS cannot hold the program; the number that is to blame is named.
    """
    TangentSettings(max_rounds)
    try:
        return _by_rounds(problem, tolerance, max_rounds, options or SolveOptions(tolerance=tolerance))
    except OptionError:
        raise
    except NaturaError as error:
        raise QuestionError(
            f"{error} (method 'harmony-tangents'). Its numbers are too far apart for HiGHS: "
            f"{furthest_number(problem.original)}; use other units there, or method='harmony'"
        ) from None


def _by_rounds(problem: HarmonyProblem, tolerance: float, max_rounds: int, options: SolveOptions) -> TangentAnswer:
    """Solve, draw the tangents at what was found, and solve again."""
    begun = time.perf_counter()
    height, width = problem.program.shape
    program = _with_harmony_columns(problem)
    large = program.matrix.nnz > _LARGE and options.method == "auto"
    session = HighsSession(program, replace(options, method="ipm") if large else options)
    cuts = [np.full(len(problem.targets), s) for s in _FIRST]
    count = 0
    trace: list[TracePoint] = []
    best: TangentAnswer | None = None
    for _ in range(max_rounds):
        session.add_rows(*_tangents(problem, np.concatenate(cuts), width, session.scaled.program.shape[0]))
        count += len(cuts)
        answer = session.solve()
        session.continue_by_simplex()  # from its basis, to which few tangents are new
        primal = np.clip(answer.primal[:width], problem.program.lower, problem.program.upper)
        dual = answer.dual[:height]
        dual, tangents, certificate = problem.certify_signed(primal, dual, tolerance)
        trace.append(TracePoint.of(len(trace) + 1, certificate))
        message = f"HiGHS, {count} tangents per delivery: {answer.message}"
        current = TangentAnswer(primal, dual, tangents, certificate, (), message, answer.iterations)
        if best is None or worst_figure(certificate) < worst_figure(best.certificate):
            best = current
        late = options.time_limit is not None and time.perf_counter() - begun > options.time_limit
        if answer.claim is not Claim.OPTIMAL or certificate.proved or late:
            break
        price = (problem.program.matrix.T @ dual)[problem.deliveries] * problem.targets / problem.weights
        fair = problem.function.envelope.best_surplus(np.maximum(price, _CHEAPEST))
        cuts = [problem.surpluses(primal), fair]
    assert best is not None
    return replace(best, trace=tuple(trace), iterations=session.iterations)


def _with_harmony_columns(problem: HarmonyProblem) -> LinearProgram:
    """Return the laws with a free column of harmony per delivery, whose sum is to be as large as tangents let it."""
    base, count = problem.program, len(problem.targets)
    delivered = base.column_block("delivered")
    assert delivered is not None
    return replace(
        base,
        columns=(*base.columns, Block("harmony", delivered.index, base.shape[1])),
        cost=np.concatenate([base.cost, problem.weights]),
        lower=np.concatenate([base.lower, np.full(count, -np.inf)]),
        upper=np.concatenate([base.upper, np.full(count, np.inf)]),
        integer=np.concatenate([base.integer, np.zeros(count, dtype=bool)]),
        matrix=sp.csc_array(sp.hstack([base.matrix, sp.csc_array((base.shape[0], count))])),
    )


def _tangents(
    problem: HarmonyProblem, surpluses: Floats, width: int, start: int
) -> tuple[Block, sp.csr_array, Floats, Floats]:
    """Return rows that keep each column of harmony below tangents at these surpluses, shape (rounds * deliveries,)."""
    envelope, count = problem.function.envelope, len(problem.targets)
    times = len(surpluses) // count
    which = np.tile(np.arange(count), times)
    steep = envelope.slope(surpluses) > _FLATTEST  # a flatter tangent would be lost in rounding; none is needed
    surpluses, which = surpluses[steep], which[steep]
    rows = np.arange(len(which))
    slopes = envelope.slope(surpluses)
    values = np.concatenate([-slopes / problem.targets[which], np.ones(len(rows))])
    columns = np.concatenate([problem.deliveries[which], width + which])
    matrix = sp.csr_array((values, (np.tile(rows, 2), columns)), shape=(len(rows), width + count))
    sides = envelope.value(surpluses) - slopes * (1.0 + surpluses)
    block = Block("tangents", pd.RangeIndex(len(rows)), start)
    return block, matrix, np.full(len(rows), -np.inf), sides

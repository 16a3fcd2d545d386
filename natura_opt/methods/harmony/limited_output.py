"""One period, one technique per good, limits on what is used: the form in which prices decide everything.

With inputs A (per unit of output), use K of what is limited and k of it there, outputs x and deliveries y are plans
where ``y <= x - A x``, ``K x <= k`` and ``x, y >= 0``. Everything here is recomputed from those numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import prange

from ...base.arrays import Floats
from ...base.compiling import compiled
from ...base.errors import QuestionError, listed
from ...input_output.coefficients import Coefficients
from ...input_output.krylov import solve_gmres
from ...input_output.system import Witness, rounding
from ...objectives.harmony_functions import HarmonyFunction
from .wishes import Wishes

_MOST_PASSES = 2_000
_CUTS = 60
#: Runs of rows that are looked through side by side.
_RUNS = 4
_EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class LimitedOutput(Wishes):
    """An economy in this form, with targets.

    Attributes
    ----------
    inputs : A, shape (n, n), goods used up per unit of output.
    use : K, shape (m, n), of each limited thing per unit of output.
    there : k >= 0, shape (m,).
    targets, weights : shape (n,); a good without target (0) is only a means.
    function : the harmony function, strictly concave.
    """

    inputs: Coefficients
    use: Coefficients
    there: Floats
    targets: Floats
    weights: Floats
    function: HarmonyFunction

    @property
    def passes(self) -> int:
        """Products with the matrix of inputs so far."""
        return self.inputs.passes

    def part(self, goods: Any, limits: Any) -> LimitedOutput:
        """Return some goods with their own industries, beside some of the limits (a mask)."""
        return LimitedOutput(
            inputs=Coefficients(self.inputs.matrix[goods][:, goods]),
            use=Coefficients(self.use.matrix[np.flatnonzero(limits)][:, goods]),
            there=self.there[limits],
            targets=self.targets[goods],
            weights=self.weights[goods],
            function=self.function,
        )


@dataclass(frozen=True, eq=False)
class Surplus:
    """Outputs u > 0 that leave some of every good, ``left <= u - A u``: a little of them mends shortages."""

    outputs: Floats
    left: Floats


def find_surplus(inputs: Coefficients, witness: Witness) -> Surplus:
    """Return outputs that leave about as much of every good, valued at the witness's prices."""
    wanted = 1.0 / witness.prices
    terms = rounding(inputs.longest_row)
    for accuracy in (0.05, 0.005, 1e-4, 1e-8):
        outputs = solve_weighed(inputs.times, wanted, None, accuracy, inputs, 1.0 / witness.prices)
        used = inputs.times(outputs)
        left = outputs - used - terms * (np.abs(outputs) + np.abs(used))
        if (outputs > 0).all() and (left > 0).all():
            return Surplus(outputs, left)
    raise QuestionError(
        "no surplus of every good could be found, though the economy is productive: its spectral radius is one to "
        "within rounding; lower its inputs"
    )


def solve_weighed(
    times: Callable[[Floats], Floats],
    side: Floats,
    start: Floats | None,
    accuracy: float,
    inputs: Coefficients,
    units: Floats,
) -> Floats:
    """Solve ``x - A x = side`` by GMRES in units of the goods that are not the user's, shape (n,).

    What the answer misses is charged to the proof, so it need not be exact.

    Parameters
    ----------
    times : the product, with A or its transpose.
    accuracy : of the residual, relative to the side.
    """
    rhs = side / units
    goal = accuracy * float(np.linalg.norm(rhs))
    if goal == 0.0:
        return np.zeros_like(side)
    first = None if start is None else start / units

    def apply(z: Floats) -> Floats:
        image: Floats = z - times(units * z) / units
        return image

    return units * solve_gmres(apply, rhs, first, goal, inputs, inputs.passes + _MOST_PASSES)


def proven_bound(
    problem: LimitedOutput, limit_prices: Floats, prices: Floats, witness: Witness
) -> tuple[float, Floats]:
    """Lower approximate prices of goods until they prove a bound, and return it with them.

    Prices bound harmony where no output costs less than its inputs and limits: ``p - A'p <= K'w``. What they miss of it
    (and what rounding may hide) is taken off along a witness v, ``v - A'v > 0``; then negative prices are put to zero,
    which keeps the inequality.
    """
    terms = problem.inputs.transposed_times(prices)
    costs = problem.use.transposed_times(limit_prices)
    hidden = rounding(problem.inputs.longest_column + problem.use.longest_column)
    missing = prices - terms - costs + hidden * (np.abs(prices) + np.abs(terms) + costs)
    lowered = prices - max(float((missing / witness.margins).max()), 0.0) * witness.prices
    lowered = np.maximum(lowered, 0.0)
    return problem.lagrangian(limit_prices, lowered), lowered


def feasible_outputs(
    problem: LimitedOutput, outputs: Floats, surplus: Surplus, by_industry: bool = True
) -> tuple[Floats, Floats]:
    """Turn nearly feasible outputs into a plan: return the better of two repairs, with its deliveries.

    One scales the whole plan into the tightest limit. The other scales every industry into the tightest limit it uses,
    then the users of every good that has become short, until none is.

    Parameters
    ----------
    by_industry : whether the other is tried as well; a plan that hardly passes its limits does not need it.
    """
    plans = [_within_limits_as_a_whole(problem, outputs, surplus)]
    if by_industry and problem.use.shape[0] > 1:
        plans.append(_within_limits_by_industry(problem, outputs, surplus))
    delivered = [(plan, *_delivered(problem, plan)) for plan in plans]
    feasible_plans = [(plan, y) for plan, y, feasible in delivered if feasible]
    if not feasible_plans:  # nothing produced at all is a plan
        feasible_plans = [(np.zeros_like(outputs), np.zeros_like(outputs))]
    return max(feasible_plans, key=lambda pair: problem.harmony(pair[1]))


def _delivered(problem: LimitedOutput, outputs: Floats) -> tuple[Floats, bool]:
    left = outputs - problem.inputs.times(outputs)
    rounding = 8.0 * _EPSILON * outputs
    within = bool((problem.use.times(outputs) <= problem.there * (1.0 + 1e-12)).all())
    return np.maximum(left, 0.0), within and bool((left >= -rounding).all())


def _without_deficits(problem: LimitedOutput, outputs: Floats, surplus: Surplus) -> Floats:
    """Add a little of everything where goods are short, or may be: by rounding, or by the tolerance of a solve."""
    used = problem.inputs.times(outputs)
    hidden = 2.0 * rounding(problem.inputs.longest_row) * (outputs + used)
    short = float(((hidden - (outputs - used)) / surplus.left).max())
    return outputs + max(short, 0.0) * (1.0 + 1e-9) * surplus.outputs if short > 0 else outputs


def _within_limits_as_a_whole(problem: LimitedOutput, outputs: Floats, surplus: Surplus) -> Floats:
    plan = _without_deficits(problem, np.maximum(outputs, 0.0), surplus)
    used = problem.use.times(plan)
    return plan / max(float((used / problem.there).max()), 1.0)


def _within_limits_by_industry(problem: LimitedOutput, outputs: Floats, surplus: Surplus) -> Floats:
    plan = np.maximum(outputs, 0.0)
    used = problem.use.times(plan)
    plan = plan * _least_of_users(problem.use, np.minimum(problem.there / np.maximum(used, 1e-300), 1.0))
    for _ in range(_CUTS):
        used = problem.inputs.times(plan)
        if (used <= plan).all():
            break
        ratio = np.where(used > plan, plan / np.maximum(used, 1e-300) * (1.0 - 1e-12), 1.0)
        plan = plan * _least_of_users(problem.inputs, ratio)
    return _within_limits_as_a_whole(problem, plan, surplus)


def _least_of_users(coefficients: Coefficients, of_row: Floats) -> Floats:
    """Return for each column the least value of the rows in which it has an entry, at most 1: a pass."""
    matrix = coefficients.matrix
    coefficients.passes += 1
    least = np.ones(matrix.shape[1])
    return np.asarray(_least_of_rows(matrix.indptr, matrix.indices, matrix.data, of_row, least))


@compiled(nogil=True, parallel=True)
def _least_of_rows(indptr: Any, indices: Any, data: Any, of_row: Any, least: Any) -> Any:
    """Return for each column the least value of the rows in which it has an entry, at most what it had."""
    rows, columns = len(indptr) - 1, len(least)
    partial = np.ones((_RUNS, columns))
    for run in prange(_RUNS):
        for i in range(run * rows // _RUNS, (run + 1) * rows // _RUNS):
            if of_row[i] < 1.0:
                for k in range(indptr[i], indptr[i + 1]):
                    if data[k] != 0.0 and of_row[i] < partial[run, indices[k]]:
                        partial[run, indices[k]] = of_row[i]
    for j in prange(columns):
        for run in range(_RUNS):
            least[j] = min(least[j], partial[run, j])
    return least


def refuse_unlimited(problem: LimitedOutput, prices: Floats, names: Any) -> None:
    """Raise where a good with a target needs nothing that is limited, so that its output has no bound."""
    free = np.flatnonzero(problem.wanted & (prices <= 0))
    if len(free):
        raise QuestionError(
            f"nothing limits the output of {listed([names[i] for i in free])}, so harmony has no optimum: give limits "
            "of resources or stocks that their production uses"
        )

r"""Harmony by prices: the dual of the concave program, one product per technique, one period.

For prices w of what is limited, the full cost of a good is ``p = A'p + K'w``, its best delivery a closed form of ``p``
alone, and the outputs are ``x = A x + y``. The dual function

.. math::  \theta(w) = w k + \sum_i \max_{y \ge 0} \big(h_i H(y/g_i - 1) - p_i y\big)

is smooth where H is strictly concave, its gradient is what is left unused, ``k - K x``, and every value of it
bounds the harmony of every plan. It is minimised over ``w >= 0`` by L-BFGS-B (scipy). With few limits the full contents
``(I - A')^{-1} K'`` are computed once and an evaluation needs no pass over the inputs; with many (a scarce stock
per good, as in 1990) an evaluation takes two Leontief solves, warm-started, as exact as the gap asks.

Sources: Cockshott 1990 (the problem); numerics of the design notes (the method).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize

from ...base.arrays import Floats
from ...base.errors import NaturaError, OptionError, listed
from ...input_output.cores import blas_on_one_core
from ...input_output.system import Witness
from ...input_output.witness import find_witness
from ...plan.trace import TracePoint
from ...proof.concave_gap import proven_gap
from .limited_output import (
    LimitedOutput,
    Surplus,
    feasible_outputs,
    find_surplus,
    proven_bound,
    refuse_unlimited,
    solve_weighed,
)
from .standing_idle import Idle, PricesUndecidedError, find_idle, idle_prices

#: Full contents of so many limits are kept, if they take no more than half the memory of the inputs.
_FEW = 64
_MEMORY = 40
#: A proof is tried when what is off has come near the tolerance, again so many iterations later, and in any case.
_HOPEFUL, _AGAIN, _OVERDUE = 10.0, 3, 30
#: The inner solves are this much more exact than the gap, within these ends.
_FINER, _COARSEST, _FINEST = 1e-3, 1e-4, 1e-11


@dataclass(frozen=True, eq=False)
class PricedHarmony:
    """The best plan found and the bound that its prices prove.

    Attributes
    ----------
    outputs, deliveries : shape (n,), in each good's unit; deliveries are what the outputs leave, recomputed.
    limit_prices, prices : of what is limited, shape (m,), and of goods, shape (n,), in harmony per unit; they satisfy
        ``p - A'p <= K'w``.
    harmony, bound : attained, and the most any plan can attain.
    gap_per_good : (bound - harmony) over the sum of weights.
    worst_fulfilment : least delivery over target, and ``worst_good`` where.
    idle : positions of the goods whose industries must stand idle (see :mod:`.standing_idle`).
    trace : what was proved on the way.
    passes : products with the matrix of inputs, those of the proof included.
    reason : how limits were handled.
    proved : whether the gap is within what was asked.
    """

    outputs: Floats
    deliveries: Floats
    limit_prices: Floats
    prices: Floats
    harmony: float
    bound: float
    gap_per_good: float
    worst_fulfilment: float
    worst_good: int
    trace: tuple[TracePoint, ...]
    evaluations: int
    passes: int
    seconds: float
    reason: str
    proved: bool
    idle: Any = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@blas_on_one_core
def harmonise(
    problem: LimitedOutput,
    *,
    tolerance: float = 1e-6,
    max_passes: int = 20_000,
    time_limit: float | None = None,
    names: Any = None,
) -> PricedHarmony:
    """Find the prices that make what everybody does on his own a plan, and prove how good it is.

    Parameters
    ----------
    tolerance : stop when the proven gap per unit of weight is at most this.
    names : of the goods, for messages.

    Raises
    ------
    OptionError : the harmony function is not strictly concave.
    QuestionError : nothing limits a good that is wanted. PricesUndecidedError : what is productive is too near to call.
    """
    if not (problem.function.concave and problem.function.strict):
        raise OptionError(
            f"harmony function {problem.function.name!r} is not strictly concave, so prices do not decide deliveries: "
            "the primal-dual method answers it (natura_opt.solve(…, objective='harmony') chooses)"
        )
    limits = (tolerance, max_passes, time_limit)
    if (problem.there > 0).all() and (problem.inputs.matrix.diagonal() < 1.0).all():
        try:
            footing = _footing(problem, names)
        except NaturaError:  # what cannot sustain itself stands idle
            pass
        else:
            return _Search(problem, *limits, names, *footing).run()
    idle = find_idle(problem)
    running = np.flatnonzero(~idle.goods)
    part = problem.part(running, problem.there > 0)
    own = None if names is None else [names[k] for k in running]
    answer = None
    if part.wanted.any():
        try:
            footing = _footing(part, own)
        except NaturaError as error:  # although every block of it has one
            raise PricesUndecidedError(str(error)) from None
        answer = _Search(part, *limits, own, *footing).run()
    return _beside_idle(problem, idle, running, answer, tolerance, names)


def _footing(problem: LimitedOutput, names: Any) -> tuple[Witness, Surplus]:
    """Return prices that leave every industry a margin, and outputs that leave some of every good."""
    witness = find_witness(problem.inputs, names)
    return witness, find_surplus(problem.inputs, witness)


def _beside_idle(
    problem: LimitedOutput, idle: Idle, running: Any, answer: PricedHarmony | None, tolerance: float, names: Any
) -> PricedHarmony:
    """Return the plan of the part that runs as one of the whole, with prices at which nothing else would run."""
    begun, limits = time.perf_counter(), problem.there > 0
    outputs, deliveries, prices = (np.zeros(len(problem.targets)) for _ in range(3))
    limit_prices = np.zeros(len(problem.there))
    if answer is not None:
        outputs[running], deliveries[running], prices[running] = answer.outputs, answer.deliveries, answer.prices
        limit_prices[limits] = answer.limit_prices
    limit_prices, prices = idle_prices(problem, idle, limit_prices, prices)
    harmony, bound = problem.harmony(deliveries), problem.lagrangian(limit_prices, prices)
    size = float(problem.weights[problem.wanted].sum())
    gap = proven_gap(harmony, bound, size, tolerance)
    rest = harmony - (0.0 if answer is None else answer.harmony)  # of goods that nobody gets
    trace = () if answer is None else answer.trace
    worst, worst_good = problem.worst_served(deliveries)
    return PricedHarmony(
        outputs=outputs,
        deliveries=deliveries,
        limit_prices=limit_prices,
        prices=prices,
        harmony=harmony,
        bound=bound,
        gap_per_good=gap,
        worst_fulfilment=worst,
        worst_good=worst_good,
        trace=tuple(replace(point, attained=point.attained + rest, bound=point.bound + rest) for point in trace),
        evaluations=0 if answer is None else answer.evaluations,
        passes=problem.passes + (0 if answer is None else answer.passes),
        seconds=time.perf_counter() - begun + (0.0 if answer is None else answer.seconds),
        reason="; ".join(filter(None, ("" if answer is None else answer.reason, _said(problem, idle, names)))),
        proved=gap <= tolerance,
        idle=np.flatnonzero(idle.goods),
    )


def _said(problem: LimitedOutput, idle: Idle, names: Any) -> str:
    """Say which industries stand idle, and which targets nothing can be delivered to."""

    def called(which: Any) -> str:
        return listed(np.flatnonzero(which) if names is None else [names[k] for k in np.flatnonzero(which)])

    words = f"standing idle: {called(idle.goods)}"
    if idle.sick.any():
        words += f", since making {called(idle.sick)} takes all that is made of it"
    missing = idle.goods & problem.wanted
    return words + (f"; none of {called(missing)} can be delivered" if missing.any() else "")


@dataclass(eq=False)
class _Search:
    """The state of one search over prices."""

    problem: LimitedOutput
    tolerance: float
    max_passes: int
    time_limit: float | None
    names: Any
    witness: Witness
    surplus: Surplus
    begun: float = field(default_factory=time.perf_counter)
    trace: list[TracePoint] = field(default_factory=list)
    evaluations: int = 0
    lowest: float = np.inf
    highest: float = -np.inf
    since_check: int = 0
    off: float = np.inf
    done: bool = False

    def run(self) -> PricedHarmony:
        problem = self.problem
        self.size = float(problem.weights[problem.wanted].sum())
        limits, goods = problem.use.shape
        few = limits <= _FEW and limits * goods * 8 * 2 <= max(problem.inputs.nbytes, 50_000_000)
        self.accuracy = _FINEST if few else _COARSEST
        self.outputs = np.zeros(goods)
        self.prices = np.zeros(goods)
        limits_of_none, goods_of_none = np.zeros(limits), np.zeros(goods)
        self.proving, self.planned = (limits_of_none, goods_of_none), (goods_of_none, goods_of_none)  # until better
        self.highest = problem.harmony(goods_of_none)
        self.contents = self._full_contents() if few else None
        self.reason = (
            f"{limits} limits: full contents once, prices without passes"
            if few
            else f"{limits:,} limits: two solves per evaluation"
        )
        every = self._prices_of(1.0 / problem.there)
        refuse_unlimited(problem, every, range(goods) if self.names is None else self.names)
        self.scale = self._spread(self._outputs_for(problem.targets, None, 1e-3))
        start = (self.size / self.scale) / (1.0 / self.scale).sum() * self.scale
        self.prices = np.zeros(goods)
        for _ in range(4):  # a line search that noise stopped is started again, with finer solves
            optimum = minimize(
                self._value, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * limits, callback=self._check,
                options={"maxiter": 5_000, "maxfun": 20_000, "maxcor": _MEMORY, "ftol": 0.0, "gtol": 1e-14},
            )  # fmt: skip
            start = optimum.x
            if self.done or self._finished(optimum.x):
                break
            self.accuracy = max(self.accuracy * 1e-2, _FINEST)
        return self._answer()

    def _value(self, scaled: Floats) -> tuple[float, Floats]:
        """Return the dual function and its gradient at scaled prices."""
        problem = self.problem
        self.evaluations += 1
        prices = scaled / (self.scale * problem.there)
        self.prices = self._prices_of(prices)
        deliveries = problem.best_deliveries(np.maximum(self.prices, 1e-100))
        if self.contents is not None:
            used = self.contents.T @ deliveries
        else:
            self.outputs = self._outputs_for(deliveries, self.outputs, self.accuracy)
            used = problem.use.times(self.outputs)
        value = problem.lagrangian(prices, np.maximum(self.prices, 1e-100))
        idle = (problem.there - used) / problem.there
        self.off = float(np.abs(scaled / self.scale * idle).sum()) / self.size  # the gap, if this were a plan
        self.accuracy = min(self.accuracy, max(_FINEST, self.off * _FINER))
        return value, idle / self.scale

    def _prices_of(self, limit_prices: Floats) -> Floats:
        """Return the full costs of goods."""
        if self.contents is not None:
            return np.asarray(self.contents @ limit_prices)
        costs = self.problem.use.transposed_times(limit_prices)
        return self._costs_of(costs, self.prices, self.accuracy)

    def _full_contents(self) -> Floats:
        """Return what a unit delivered takes of each limited thing, through all its inputs: shape (n, m)."""
        rows = self.problem.use.matrix.toarray()
        solved = [self._costs_of(row.astype(float), None, _FINEST) for row in rows]
        return np.column_stack(solved) if solved else np.zeros((self.problem.inputs.shape[0], 0))

    def _outputs_for(self, deliveries: Floats, start: Floats | None, accuracy: float) -> Floats:
        inputs = self.problem.inputs
        return solve_weighed(inputs.times, deliveries, start, accuracy, inputs, 1.0 / self.witness.prices)

    def _costs_of(self, costs: Floats, start: Floats | None, accuracy: float) -> Floats:
        inputs = self.problem.inputs
        return solve_weighed(inputs.transposed_times, costs, start, accuracy, inputs, self.witness.prices)

    def _spread(self, outputs: Floats) -> Floats:
        """Return over how many industries each limit is spread, as one over the root: it evens out the curvatures."""
        matrix = self.problem.use.matrix
        squares = type(matrix)((matrix.data.astype(float) ** 2, matrix.indices, matrix.indptr), shape=matrix.shape)
        used = np.maximum(self.problem.use.times(outputs), 1e-100)
        spread = np.sqrt(squares @ outputs**2) / used
        return np.where(spread > 0, spread, 1.0)

    def _check(self, intermediate_result: Any) -> None:
        """Prove what there is every few iterations, and stop when it is enough."""
        self.since_check += 1
        worth_it = self.off <= _HOPEFUL * self.tolerance and self.since_check >= _AGAIN
        overdue = self.since_check >= _OVERDUE or self.problem.passes >= self.max_passes or self._late()
        if not (worth_it or overdue):
            return
        self.since_check = 0
        if self._finished(intermediate_result.x):
            raise StopIteration

    @property
    def gap(self) -> float:
        """The proven gap per unit of weight so far."""
        return proven_gap(self.highest, self.lowest, self.size, self.tolerance)

    def _late(self) -> bool:
        return self.time_limit is not None and time.perf_counter() - self.begun > self.time_limit

    def _finished(self, scaled: Floats) -> bool:
        """Prove a bound and a plan from the latest prices; return whether to stop."""
        problem = self.problem
        limit_prices = np.maximum(scaled, 0.0) / (self.scale * problem.there)
        exact = max(_FINEST, min(self.accuracy, self.tolerance * 1e-2))
        if self.contents is None:
            costs = problem.use.transposed_times(limit_prices)
            self.prices = self._costs_of(costs, self.prices, exact)
        else:
            self.prices = self._prices_of(limit_prices)
        bound, prices = proven_bound(problem, limit_prices, self.prices, self.witness)
        if bound < self.lowest:
            self.lowest, self.proving = bound, (limit_prices, prices)
        deliveries = problem.best_deliveries(np.maximum(self.prices, 1e-100))
        self.outputs = self._outputs_for(deliveries, self.outputs, exact)
        outputs, left = feasible_outputs(problem, self.outputs, self.surplus)
        attained = problem.harmony(left)
        if attained > self.highest:
            self.highest, self.planned = attained, (outputs, left)
        self.trace.append(TracePoint(problem.passes, self.highest, self.lowest, 0.0))
        self.done = self.gap <= self.tolerance or problem.passes >= self.max_passes or self._late()
        return self.done

    def _answer(self) -> PricedHarmony:
        problem = self.problem
        outputs, deliveries = self.planned
        limit_prices, prices = self.proving
        worst, worst_good = problem.worst_served(deliveries)
        return PricedHarmony(
            outputs=outputs,
            deliveries=deliveries,
            limit_prices=limit_prices,
            prices=prices,
            harmony=self.highest,
            bound=self.lowest,
            gap_per_good=self.gap,
            worst_fulfilment=worst,
            worst_good=worst_good,
            trace=tuple(self.trace),
            evaluations=self.evaluations,
            passes=problem.passes,
            seconds=time.perf_counter() - self.begun,
            reason=self.reason,
            proved=self.gap <= self.tolerance,
        )

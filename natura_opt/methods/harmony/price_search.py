"""What a search over prices of limits keeps and proves, whichever way it goes from prices to prices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...base.arrays import Floats
from ...input_output.system import Witness
from ...plan.trace import TracePoint
from ...proof.concave_gap import proven_gap
from .limited_output import LimitedOutput, Surplus, feasible_outputs, proven_bound, solve_weighed

#: Prices of goods are at least this, so that what is worth delivering at them is a number.
LEAST = 1e-100


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
    trace : what was proved on the way, a point per round.
    passes : readings of all coefficients of the inputs, those of the proofs and repairs included.
    reason : how limits were handled.
    proved : whether the gap is within what was asked.
    interrupted : whether someone stopped the search.
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
    interrupted: bool = False


@dataclass(eq=False)
class Search:
    """One search: the best plan and the best bound so far, each with what proves it.

    Attributes
    ----------
    outputs, prices : of the latest proof, to start from.
    trace : a point per proof. evaluations : of the dual function.
    """

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
    reason: str = ""
    interrupted: bool = False

    def __post_init__(self) -> None:
        limits, goods = self.problem.use.shape
        self.size = float(self.problem.weights[self.problem.wanted].sum())
        self.outputs, self.prices = np.zeros(goods), np.zeros(goods)
        nothing = np.zeros(goods)
        self.proving, self.planned = (np.zeros(limits), nothing), (nothing, nothing)  # until there is better
        self.highest = self.problem.harmony(nothing)

    @property
    def gap(self) -> float:
        """The proven gap per unit of weight so far."""
        return proven_gap(self.highest, self.lowest, self.size, self.tolerance)

    @property
    def spent(self) -> bool:
        """Whether the passes or the time are used up."""
        late = self.time_limit is not None and time.perf_counter() - self.begun > self.time_limit
        return late or self.problem.passes >= self.max_passes

    @contextmanager
    def until_interrupted(self) -> Iterator[None]:
        """Keep what has been proved where someone stops the search."""
        try:
            yield
        except KeyboardInterrupt:
            self.interrupted = True

    def outputs_for(self, deliveries: Floats, start: Floats | None, accuracy: float) -> Floats:
        """Return outputs that leave deliveries, nearly: ``x = A x + y``."""
        inputs = self.problem.inputs
        return solve_weighed(inputs.times, deliveries, start, accuracy, inputs, 1.0 / self.witness.prices)

    def costs_of(self, limit_prices: Floats, start: Floats | None, accuracy: float) -> Floats:
        """Return full costs of goods, nearly: ``p = A'p + K'w``."""
        inputs, costs = self.problem.inputs, self.problem.use.transposed_times(limit_prices)
        return solve_weighed(inputs.transposed_times, costs, start, accuracy, inputs, self.witness.prices)

    def prove(self, limit_prices: Floats, accuracy: float, by_industry: bool) -> bool:
        """Prove a bound and a plan from prices; return whether the search is at its end.

        Parameters
        ----------
        accuracy : of the solves, relative.
        by_industry : whether the plan is also repaired industry by industry, which many limits need.
        """
        problem = self.problem
        self.prices = self.costs_of(limit_prices, self.prices, accuracy)
        bound, prices = proven_bound(problem, limit_prices, self.prices, self.witness)
        if bound < self.lowest:
            self.lowest, self.proving = bound, (limit_prices, prices)
        self.deliveries = problem.best_deliveries(np.maximum(self.prices, LEAST))
        self.outputs = self.outputs_for(self.deliveries, self.outputs, accuracy)
        outputs, left = feasible_outputs(problem, self.outputs, self.surplus, by_industry)
        attained = problem.harmony(left)
        if attained > self.highest:
            self.highest, self.planned = attained, (outputs, left)
        self.trace.append(TracePoint(problem.passes, self.highest, self.lowest, 0.0))
        return self.gap <= self.tolerance or self.spent

    def answer(self) -> PricedHarmony:
        """Return the best plan and the best bound."""
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
            interrupted=self.interrupted,
        )

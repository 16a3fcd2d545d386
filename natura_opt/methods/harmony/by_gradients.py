"""Prices of many limits, step by step: two Leontief solves for a value of the dual function and its gradient.

L-BFGS-B (scipy), from solves as exact as the gap asks, each from the last one's answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize

from ...base.arrays import Floats
from .limited_output import refuse_unlimited
from .price_search import LEAST, Search

_MEMORY = 40
#: Bytes that the memory of L-BFGS may take beside the coefficients: two vectors of prices a step.
_SPARE = 50_000_000
#: A proof is tried when what is off has come near the tolerance, again so many iterations later, and in any case.
_HOPEFUL, _AGAIN, _OVERDUE = 10.0, 3, 30
#: The inner solves are this much more exact than the gap, within these ends.
_FINER, _COARSEST, _FINEST = 1e-3, 1e-4, 1e-11


def search_by_gradients(search: Search) -> None:
    """Minimise the dual function of many prices, proving what there is on the way."""
    _ByGradients(search).run()


class _ByGradients:
    """The state of the minimisation."""

    def __init__(self, search: Search) -> None:
        self.search, self.problem = search, search.problem
        self.accuracy, self.off = _COARSEST, np.inf
        self.since_check = 0
        self.done = False

    def run(self) -> None:
        problem, search = self.problem, self.search
        limits, goods = problem.use.shape
        search.reason = "; ".join(filter(None, (search.reason, f"{limits:,} limits: two solves per evaluation")))
        every = search.costs_of(1.0 / problem.there, None, self.accuracy)
        refuse_unlimited(problem, every, range(goods) if search.names is None else search.names)
        self.scale = self._spread(search.outputs_for(problem.targets, None, 1e-3))
        start = (search.size / self.scale) / (1.0 / self.scale).sum() * self.scale
        if search.proving[0].any():  # what another way has found
            start = search.proving[0] * self.scale * problem.there
        search.prices = np.zeros(goods)
        memory = int(np.clip(max(problem.inputs.nbytes, _SPARE) // (16 * max(limits, 1)), 5, _MEMORY))
        for _ in range(4):  # a line search that noise stopped is started again, with finer solves
            optimum = minimize(
                self._value, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * limits, callback=self._check,
                options={"maxiter": 5_000, "maxfun": 20_000, "maxcor": memory, "ftol": 0.0, "gtol": 1e-14},
            )  # fmt: skip
            start = optimum.x
            if self.done or self._finished(optimum.x):
                return
            self.accuracy = max(self.accuracy * 1e-2, _FINEST)

    def _value(self, scaled: Floats) -> tuple[float, Floats]:
        """Return the dual function and its gradient at scaled prices."""
        problem, search = self.problem, self.search
        search.evaluations += 1
        limit_prices = scaled / (self.scale * problem.there)
        search.prices = search.costs_of(limit_prices, search.prices, self.accuracy)
        prices = np.maximum(search.prices, LEAST)
        search.outputs = search.outputs_for(problem.best_deliveries(prices), search.outputs, self.accuracy)
        idle = (problem.there - problem.use.times(search.outputs)) / problem.there
        self.off = float(np.abs(scaled / self.scale * idle).sum()) / search.size  # the gap, if this were a plan
        self.accuracy = min(self.accuracy, max(_FINEST, self.off * _FINER))
        return problem.lagrangian(limit_prices, prices), idle / self.scale

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
        worth_it = self.off <= _HOPEFUL * self.search.tolerance and self.since_check >= _AGAIN
        if not (worth_it or self.since_check >= _OVERDUE or self.search.spent):
            return
        self.since_check = 0
        if self._finished(intermediate_result.x):
            raise StopIteration

    def _finished(self, scaled: Floats) -> bool:
        """Prove a bound and a plan from the latest prices; return whether to stop."""
        exact = max(_FINEST, min(self.accuracy, self.search.tolerance * 1e-2))
        limit_prices = np.maximum(scaled, 0.0) / (self.scale * self.problem.there)
        self.done = self.search.prove(limit_prices, exact, by_industry=True)
        return self.done

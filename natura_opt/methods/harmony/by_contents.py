r"""Prices of few limits by way of their full contents: what a unit of each good takes of each, through all inputs.

With the contents ``C = (I - A')^{-1} K'`` the dual function is known without any pass over the inputs. They are found
only roughly (:mod:`...input_output.together`), and the minimum with them is corrected: at prices ``w_0`` full costs
``p_0`` and uses ``u_0`` are found exactly, and

.. math::  m(w) = w k + \sum_i \max_y (h_i H(y/g_i - 1) - p_i y) - (u_0 - C'y(p_0)) (w - w_0), \quad
           p = p_0 + C (w - w_0)

has the value and the slope of the dual function at ``w_0`` and nearly its curvature. Each such round makes the prices
more exact by about as many digits as the contents have.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from ...base.arrays import Floats
from ...input_output.together import solve_together
from .limited_output import refuse_unlimited
from .price_search import LEAST, Search

#: How exact contents are, and the solves of a round: by what is left of the gap, within these ends.
_CONTENTS, _FINER, _COARSEST, _FINEST = 1e-3, 1e-3, 1e-6, 1e-11
#: A minimum is found when what is over or short of a limit is at most this share of the tolerance, relative to it.
_IDLE = 0.02
#: Rounds that do not take the gap to this share of what it was two rounds ago are the last.
_WORTH_IT, _PATIENCE = 0.5, 2


def search_by_contents(search: Search) -> bool:
    """Minimise the dual function of few prices; return whether the search has come to its end."""
    contents = _Contents(search)
    if not contents.limit_everything():
        return False
    limit_prices = contents.lowest_prices(contents.first_prices())
    gaps = [np.inf] * _PATIENCE
    while np.isfinite(limit_prices).all():
        accuracy = min(max(_FINER * min(search.gap, 1.0), 0.01 * search.tolerance, _FINEST), _COARSEST)
        search.prices = np.maximum(contents.prices(limit_prices), 0.0)
        if search.prove(limit_prices, accuracy, by_industry=False):
            return True
        gaps.append(search.gap)
        if len(gaps) > 2 * _PATIENCE and not search.gap < _WORTH_IT * gaps[-1 - _PATIENCE]:
            break  # also where no bound is finite
        contents.correct(limit_prices)
        limit_prices = contents.lowest_prices(limit_prices)
    return False


class _Contents:
    """The dual function as the contents have it, corrected at some prices."""

    def __init__(self, search: Search) -> None:
        self.search, self.problem = search, search.problem
        limits, goods = self.problem.use.shape
        search.reason = f"{limits} limits: by their full contents"
        self.contents = solve_together(
            self.problem.inputs, True, self.problem.use.matrix.T.tocsc(), search.witness.prices, _CONTENTS
        )
        self.at, self.missed = np.zeros(limits), np.zeros(limits)
        self.costs = np.zeros(goods)

    def prices(self, limit_prices: Floats) -> Floats:
        """Return full costs of goods."""
        return np.asarray(self.costs + self.contents.times(limit_prices - self.at))

    def limit_everything(self) -> bool:
        """Whether contents that are only roughly known say of every good with a target that something limits it.

        Raises
        ------
        QuestionError : nothing limits one.
        """
        problem, names = self.problem, self.search.names
        every = self.prices(1.0 / problem.there)
        if not (problem.wanted & (every <= 0)).any():
            return True
        exactly = self.search.costs_of(1.0 / problem.there, None, _FINEST)
        refuse_unlimited(problem, exactly, range(len(exactly)) if names is None else names)
        return False

    def first_prices(self) -> Floats:
        """Return prices at which all that is there is worth as much as there are weights, and scales of the prices."""
        problem = self.problem
        used = np.maximum(self.contents.transposed_times(problem.targets), LEAST)
        each = np.sqrt(self.contents.squares_times(problem.targets**2)) / used
        self.scale = np.where(each > 0, each, 1.0)
        worth = self.search.size / self.scale / (1.0 / self.scale).sum()
        return np.asarray(worth / problem.there)

    def lowest_prices(self, start: Floats) -> Floats:
        """Return the prices that minimise the function."""
        scale = self.scale * self.problem.there
        enough = _IDLE * self.search.tolerance / float(self.scale.max())
        found = minimize(
            self._value, start * scale, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(start),
            options={"maxiter": 500, "maxfun": 1_000, "maxcor": max(len(start), 10), "ftol": 0.0, "gtol": enough},
        )  # fmt: skip
        return np.asarray(found.x / scale)

    def _value(self, scaled: Floats) -> tuple[float, Floats]:
        problem = self.problem
        self.search.evaluations += 1
        limit_prices = scaled / (self.scale * problem.there)
        prices = np.maximum(self.prices(limit_prices), LEAST)
        used = self.contents.transposed_times(problem.best_deliveries(prices)) + self.missed
        value = problem.lagrangian(limit_prices, prices) - float(self.missed @ (limit_prices - self.at))
        return value, (problem.there - used) / problem.there / self.scale

    def correct(self, limit_prices: Floats) -> None:
        """Take what was found exactly at some prices: full costs, and what is used of the limits."""
        search = self.search
        self.at, self.costs = limit_prices, search.prices
        used = self.problem.use.times(search.outputs)
        self.missed = used - self.contents.transposed_times(search.deliveries)

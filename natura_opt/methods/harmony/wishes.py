"""What is asked for: targets and weights of goods, what they are worth, and what prices make worth delivering."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from ...base.arrays import Floats
from ...objectives.harmony_functions import HarmonyFunction


class Wishes:
    """Harmony of deliveries, and its other side at prices; for whoever has targets, weights and limits.

    Attributes
    ----------
    there : k, shape (m,), of each limited thing.
    targets, weights : shape (n,); a good without target (0) is only a means.
    function : the harmony function, strictly concave.
    """

    there: Floats
    targets: Floats
    weights: Floats
    function: HarmonyFunction

    @cached_property
    def wanted(self) -> Any:
        """Which goods have a target and a weight."""
        return (self.targets > 0) & (self.weights > 0)

    def worst_served(self, deliveries: Floats) -> tuple[float, int]:
        """Return the least delivery over target, and the good it is of."""
        wanted = np.flatnonzero(self.wanted)
        fulfilment = deliveries[wanted] / self.targets[wanted]
        worst = int(fulfilment.argmin())
        return float(fulfilment[worst]), int(wanted[worst])

    def harmony(self, deliveries: Floats) -> float:
        """Return the weighted sum of harmonies of deliveries."""
        g, h = self.targets[self.wanted], self.weights[self.wanted]
        values = h * self.function.value(deliveries[self.wanted] / g - 1.0)
        return float(values.astype(np.longdouble).sum())

    def best_deliveries(self, prices: Floats) -> Floats:
        """Return what each good's price makes it worth delivering: the y >= 0 that maximises ``h H(y/g - 1) - p y``."""
        wanted, deliveries = self.wanted, np.zeros(len(prices))
        g, h = self.targets[wanted], self.weights[wanted]
        relative = np.maximum(prices[wanted] * g / h, 1e-100)
        deliveries[wanted] = g * (1.0 + self.function.best_surplus(relative))
        return deliveries

    def lagrangian(self, limit_prices: Floats, prices: Floats) -> float:
        """Return ``w k + sum_i max_y (h H(y/g - 1) - p y)``: a bound where ``p - A'p <= K'w`` and ``p >= 0``."""
        wanted = self.wanted
        if (prices[wanted] <= 0).any():
            return float("inf")
        g, h = self.targets[wanted], self.weights[wanted]
        relative = prices[wanted] * g / h
        surplus = self.function.best_surplus(relative)
        gain = h * (self.function.value(surplus) - relative * (1.0 + surplus))
        return float((limit_prices * self.there).astype(np.longdouble).sum() + gain.astype(np.longdouble).sum())

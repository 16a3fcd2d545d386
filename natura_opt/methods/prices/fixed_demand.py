r"""Fixed demand by prices: the least cost of serving the targets once, where the cost is one more scarce thing.

How many assortments can be made of what there is and a cost of at most z? For every z that is price coordination's own
question. A mix of plans that makes :math:`\lambda \ge 1` of them shows a plan of cost :math:`z / \lambda`, which is the
next z (Dinkelbach 1967); and rents w of the other things, c of the cost, at which an assortment costs v prove that no
plan costs less than :math:`(v - \sum w) / c`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...base.arrays import Floats
from .centre import Centre, Proposal, Standing, value
from .level_bundle import LevelBundle

_EPS = float(np.finfo(np.float64).eps)
#: The share of the value that falls on what is scarce beside the cost, to start with.
_ASIDE = 1e-6
#: How often the cost is lowered to that of the best mix, or raised where no mix serves all; by how much, and how often.
_LOWERED, _RAISED, _MOST_RAISED = 20, 4.0, 1e12
_NO_MATTER = 1e-12


class FixedDemand(Centre):
    """A centre that seeks the least cost; the last scarce thing is the cost.

    Parameters
    ----------
    there : how much there is of everything scarce for one assortment, if as many are made as are wanted.

    Attributes
    ----------
    bound, best : least cost that is proved, and cost of the best mix (infinite where none serves all yet).
    proving, costs : rents of things, that of the cost being one, and prices of goods, which prove the bound.
    """

    fixed = True

    def __init__(self, things: int, goods: int, there: float) -> None:
        super().__init__(LevelBundle(things), np.zeros(goods), np.full(things, there))
        self._each = there
        start = np.full(things, _ASIDE / max(things - 1, 1))
        start[-1] = 1.0 - _ASIDE if things > 1 else 1.0
        self.bundle.best = start
        self.proved, self.cheapest, self.first = 0.0, np.inf, 0.0
        self.proving, self.costs = np.zeros(things), np.zeros(goods)

    @property
    def bound(self) -> float:
        """No plan costs less."""
        return self.proved

    @property
    def best(self) -> float:
        """Cost of the best mix of the plans seen so far."""
        return self.cheapest

    @property
    def gap(self) -> float:
        """Difference between the two, relative to the cost."""
        if not np.isfinite(self.cheapest):
            return 1.0
        return max(1.0 - self.proved / self.cheapest, 0.0) if self.cheapest > 0 else 0.0

    @property
    def hopeless(self) -> bool:
        """Whether no mix serves the targets however much it costs, for all that has been seen."""
        return not np.isfinite(self.cheapest) and self.first > 0 and self.there[-1] > _MOST_RAISED * self.first

    def standing(self) -> Standing:
        """Return what is proved as it stands."""
        amounts = np.zeros(0) if self.mixed is None else self.mixed.amounts / self.mixed.amounts.sum() / self._each
        rents, prices = self.proving / self._each, self.costs / self._each
        return Standing(amounts, tuple(self.proposals), rents, prices, self.bound, self.best, self.gap)

    def kept(self) -> dict[str, Floats]:
        """Return what a checkpoint keeps of it."""
        numbers = np.array([self.proved, self.cheapest, self.first])
        return {"there": self.there, "numbers": numbers, "proving": self.proving, "costs": self.costs}

    def restore(self, kept: Mapping[str, Floats]) -> None:
        """Take back what was kept."""
        super().restore(kept)
        self.proved, self.cheapest, self.first = kept["numbers"].tolist()
        self.proving, self.costs = kept["proving"], kept["costs"]

    def hear_plan(self, proposal: Proposal, use: Floats) -> None:
        """Take a complete plan and what it uses; the cost allowed becomes that of the best mix."""
        if not self.first and use[-1] > 0:  # a plan that costs nothing says nothing of how much others do
            self.first = float(use[-1])
            self._allow(self.first)
        super().hear_plan(proposal, use)
        for _ in range(_LOWERED):
            made = 0.0 if self.mixed is None else float(self.mixed.amounts.sum())
            if made < 1.0:
                if not np.isfinite(self.cheapest):
                    self._allow(self.there[-1] * _RAISED)
                return
            assert self.mixed is not None
            share = float(self.mixed.amounts @ self.bundle.cuts[:, -1]) / made  # of the cost that is allowed
            self.cheapest = min(self.cheapest, (1.0 + 8 * _EPS) * share * float(self.there[-1]))
            if not self.cheapest > 0 or self.cheapest >= (1.0 - _NO_MATTER) * self.there[-1]:
                return
            self._allow(self.cheapest)
            self.mixed = self.bundle.mix() or self.mixed

    def hear_cost(self, rents: Floats, cost: float, prices: Floats) -> None:
        """Take what serving the targets once costs at some rents, and the prices of goods that prove it."""
        super().hear_cost(rents, cost, prices)
        if not rents[-1] > 0:
            return
        others = value(rents[:-1], self.there[:-1]) if len(rents) > 1 else 0.0
        proved = ((1.0 - 8 * _EPS) * cost - (1.0 + 8 * _EPS) * others) / float(rents[-1])
        if proved > self.proved:
            self.proved, self.proving, self.costs = proved, rents / rents[-1], prices / rents[-1]

    def _allow(self, cost: float) -> None:
        """Change the cost that is allowed: plans use other shares of it, and rents are other shares of the value."""
        rents = self.rents(self.bundle.best)
        factor = float(self.there[-1]) / cost
        self.there[-1] = cost
        worth = value(rents, self.there)
        self.bundle.rescale(factor, rents * self.there / worth, self.bundle.value / worth)

"""The centre of price coordination: it knows what is scarce, the plans it has been shown, and nothing of techniques."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ...base.arrays import Floats
from .level_bundle import LevelBundle, Mix
from .technique_table import Shares

_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Proposal:
    """A complete plan for one assortment: what is made of each good, by which techniques, shape (n,)."""

    outputs: Floats
    shares: Shares


@dataclass(frozen=True, eq=False)
class Standing:
    """What is proved after a whole round; see :class:`Centre`, of which this is a copy.

    ``amounts`` are of the proposals; ``rents`` of what is scarce and ``prices`` of goods are those at which an
    assortment costs one, or of fixed demand those of which one of the cost costs one.
    """

    amounts: Floats
    proposals: tuple[Proposal, ...]
    rents: Floats
    prices: Floats
    bound: float
    best: float
    gap: float


@dataclass
class Centre:
    """Who announces prices, as shares ``s``: the share of the value of all that is scarce that falls on each thing.

    Attributes
    ----------
    there : how much there is of each thing for an assortment, in the units in which the plans use it; ones by default.
    bundle : what the plans use of it, and the best prices so far. prices : of the goods, which prove the bound there.
    fixed : whether what is sought is the least cost of fixed demand, not the most assortments.
    proposals : the plans, in the order of the cuts. mixed : the best mix of them.
    """

    fixed: ClassVar[bool] = False
    bundle: LevelBundle
    prices: Floats
    there: Floats
    proposals: list[Proposal] = field(default_factory=list)
    mixed: Mix | None = None

    @classmethod
    def of(cls, things: int, goods: int) -> Centre:
        """Return a centre that knows nothing yet."""
        return cls(LevelBundle(things), np.zeros(goods), np.ones(things))

    @property
    def bound(self) -> float:
        """No plan makes more assortments: what all that is scarce is worth, over the cost of an assortment."""
        return (1.0 + 8 * _EPS) / self.bundle.value if self.bundle.value > 0 else np.inf

    @property
    def best(self) -> float:
        """How many assortments the plans seen so far can make."""
        return 0.0 if self.mixed is None else float(self.mixed.amounts.sum())

    @property
    def gap(self) -> float:
        """Relative difference between the two."""
        return max(1.0 - self.best / self.bound, 0.0) if np.isfinite(self.bound) else 1.0

    def rents(self, point: Floats) -> Floats:
        """Return what is paid for each thing as the plans use it, from the shares of the value of all there is."""
        return point / self.there

    def standing(self) -> Standing:
        """Return what is proved as it stands, which stays whatever happens in the next round."""
        amounts = np.zeros(0) if self.mixed is None else self.mixed.amounts
        cost = self.bundle.value if self.bundle.value > 0 else 1.0
        rents, prices = self.rents(self.bundle.best) / cost, self.prices / cost
        return Standing(amounts, tuple(self.proposals), rents, prices, self.bound, self.best, self.gap)

    def kept(self) -> dict[str, Floats]:
        """Return what a checkpoint keeps of it beside plans, cuts and the best prices."""
        return {"there": self.there}

    def restore(self, kept: Mapping[str, Floats]) -> None:
        """Take back what was kept."""
        self.there = np.array(kept["there"])

    def hear_plan(self, proposal: Proposal, use: Floats) -> None:
        """Take a complete plan, and what it uses of each scarce thing."""
        self.proposals.append(proposal)
        self.bundle.add(use / self.there)
        self.mixed = self.bundle.mix() or self.mixed

    def hear_cost(self, rents: Floats, cost: float, prices: Floats) -> None:
        """Take what an assortment costs at some rents of what is scarce, and the prices of goods that prove it."""
        total = value(rents, self.there)
        if self.bundle.offer(rents * self.there / total, cost / total):
            self.prices = prices / total


def value(prices: Floats, amounts: Floats) -> float:
    """Return ``prices @ amounts``, in extended precision: its rounding would be the bound's."""
    return float(prices.astype(np.longdouble) @ amounts.astype(np.longdouble))

r"""Harmony over laws that are rows: what a plan attains, and the proof of how far it is from the best.

Any multipliers make a linear program whose optimum no plan can pass: each harmony gives way to its tangent at their
price. The laws may be held as one matrix or made piece by piece; the proof is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np

from ...base.arrays import Floats
from ...economy.economy import Economy
from ...objectives.harmony_functions import HarmonyFunction
from ...plan.harmony import HarmonyCourse
from ...plan.trace import TracePoint
from ...program.linear import LinearProgram
from ...program.pieces import PiecedProgram, column_sums
from ...proof.certificate import Certificate, certify
from ...proof.concave_gap import proven_gap

P = TypeVar("P", LinearProgram, PiecedProgram)


@dataclass(frozen=True, eq=False)
class ConcaveProblem(Generic[P]):
    """Laws as rows, and a concave objective on deliveries.

    Attributes
    ----------
    economy : as the question sees it.
    program : the laws as rows; its cost is the damage (negative), to be maximised.
    deliveries : positions of the deliveries among the columns, one after the other, shape (k,).
    targets, weights : of each delivery, shape (k,), in the good's unit and as pure numbers.
    function : the harmony function.
    """

    economy: Economy
    program: P
    deliveries: Any
    targets: Floats
    weights: Floats
    function: HarmonyFunction

    @property
    def size(self) -> float:
        """The sum of the weights: what gaps are measured against."""
        return float(self.weights.sum())

    def surpluses(self, primal: Floats) -> Floats:
        """Return the relative surplus of each delivery, shape (k,), at least -1."""
        found: Floats = np.maximum(primal[self.deliveries], 0.0) / self.targets - 1.0
        return found

    def harmony(self, primal: Floats) -> float:
        """Return the weighted sum of harmonies of a plan, without damage."""
        values = self.function.value(self.surpluses(primal))
        return float(np.asarray(self.weights * values, dtype=np.longdouble).sum())

    def worth(self, primal: Floats) -> float:
        """Return harmony less damage."""
        return self.harmony(primal) + float(self.program.cost @ primal)

    def prices(self, dual: Floats) -> Floats:
        """Return what multipliers say a unit delivered costs, shape (k,)."""
        if not len(self.deliveries):
            return np.zeros(0)
        columns = slice(int(self.deliveries[0]), int(self.deliveries[-1]) + 1)
        found: Floats = column_sums(self.program, dual, columns)[self.deliveries - columns.start]
        return found

    def course(
        self, trace: tuple[TracePoint, ...], course: tuple[TracePoint, ...], passes: int, reason: str
    ) -> HarmonyCourse:
        """Return what a plan for harmony knows besides."""
        return HarmonyCourse(self.function, self.deliveries, self.targets, self.weights, trace, course, passes, reason)

    def tangent_program(self, dual: Floats, primal: Floats) -> P:
        """Return the linear program whose optimum bounds the concave one from above, made from multipliers.

        Each harmony is replaced by its tangent where the multipliers put the delivery, ``h H'(s)/g = price``; where
        they name no price, by its tangent at the plan's own delivery. A tangent lies nowhere below a concave function.
        """
        envelope = self.function.envelope
        prices = self.prices(dual)
        price = prices * self.targets / self.weights
        at = self.surpluses(primal)
        priced = price > 0
        with np.errstate(divide="ignore", over="ignore"):
            at[priced] = envelope.best_surplus(price[priced])
        at = np.where(np.isfinite(at), at, self.surpluses(primal))
        slopes = envelope.slope(at)
        interior = priced & (at > -1.0)
        kinked = interior & (np.abs(slopes - price) <= 1e-9 * price)  # the price itself, where the tangent has it
        slopes = np.where(kinked, price, slopes)
        cost = self.program.cost.copy()
        cost[self.deliveries] = np.where(kinked, prices, self.weights * slopes / self.targets)  # not off by rounding
        offset = np.asarray(self.weights * (envelope.value(at) - slopes * (1.0 + at)), dtype=np.longdouble).sum()
        return replace(self.program, cost=cost, offset=float(offset))

    def certify(self, primal: Floats, dual: Floats, tolerance: float) -> tuple[P, Certificate]:
        """Recompute the proof of a plan from its multipliers: what it attains and the bound nobody can pass.

        Returns
        -------
        The tangent program, whose certificate gives the bound, and the certificate with the plan's own harmony less
        damage as objective; gap and complementarity are per unit of weight (a gap of 1e-6 is 1e-6 per good).
        """
        tangents = self.tangent_program(dual, primal)
        seen = certify(tangents, primal, dual, tolerance, size=self.size)
        if seen.primal_residual > tolerance:  # what a plan beyond the laws is worth says nothing of the best one
            still = certify(tangents, np.zeros_like(primal), dual, tolerance, size=self.size)
            if still.dual_objective < seen.dual_objective:
                seen = replace(seen, dual_objective=still.dual_objective, dual_residual=still.dual_residual)
        attained = self.worth(primal)
        gap = proven_gap(attained, seen.dual_objective, self.size, tolerance)
        reached = None if seen.reached is None else attained
        return tangents, replace(seen, objective=attained, gap=gap, reached=reached)

"""What is known of one period of a plan: its valuations, its activities, and the tables that tie the two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..economy.economy import Economy
from ..program.pieces import column_sizes
from ..program.protocol import Program
from .account_lines import names
from .ahead import needed_at
from .needs import Marginal, marginal_needs
from .tables import PlanTables

#: A reduced cost below this share of its terms is the rounding of zero: the technique runs.
_RUNS = 1e-7


@dataclass(frozen=True, eq=False)
class PeriodOfPlan:
    """Every valuation of one period, and the tables that tie techniques to them.

    Attributes
    ----------
    t : position of the period.
    towards : 1 where the objective is maximised, -1 where it is minimised.
    """

    plan: PlanTables
    t: int

    @property
    def economy(self) -> Economy:
        return self.plan.asked

    @property
    def towards(self) -> float:
        return 1.0 if self.plan.program.sense == "max" else -1.0

    @cached_property
    def goods(self) -> Floats:
        """Valuations of goods, shape (goods,)."""
        valuations: Floats = self.plan.good_valuations.to_numpy()[:, self.t]
        return valuations

    @cached_property
    def level(self) -> Floats:
        """Activity levels, shape (techniques,)."""
        levels: Floats = self.plan.activities.to_numpy()[:, self.t]
        return levels

    @cached_property
    def loss(self) -> Floats:
        """What one more unit of each activity would cost the objective; zero where a technique runs."""
        losses: Floats = -self.towards * self.plan.reduced_costs.to_numpy()[:, self.t] + 0.0
        # an idle technique takes what its first piece says, also where the program has not opened it
        return losses - np.where(self.level > 0, 0.0, self.marginal.beyond)

    @cached_property
    def marginal(self) -> Marginal:
        """What one more unit of each activity takes by curves."""
        return marginal_needs(self.plan, self._columns, self.t)

    def use(self, table: str) -> Any:
        """Return what one more unit of each activity takes by a table, csr: its numbers, and the slopes of curves."""
        numbers = sp.csr_array(self.economy.matrix(table, self.t))
        return sp.csr_array(numbers + self.marginal.matrix(table, numbers.shape[0]))

    @cached_property
    def good_names(self) -> list[str]:
        return names(self.economy.goods)

    @cached_property
    def outputs(self) -> Any:
        return sp.csr_array(self.economy.matrix("outputs", self.t))

    @cached_property
    def inputs(self) -> Any:
        """What one more unit of each activity takes of goods in the period itself, csr, shape (goods, techniques)."""
        return sp.csr_array(self.use("inputs") + needed_at(self.plan, "inputs", self.t, self.t))

    @cached_property
    def runs(self) -> Any:
        """Which techniques run: at a level above zero, with a reduced cost that is zero beside its own terms.

        (What a plan that is not proved best, or not closely, does is taken as it is.)
        """
        if not self.plan.proved or self.plan.certificate.tolerance > _RUNS:
            return self.level > 0
        return (self.level > 0) & ((np.abs(self.loss) <= _RUNS * self._terms) | self.bounded)

    @cached_property
    def _columns(self) -> Any:
        """Return where the program's column of each technique stands."""
        return self.columns_in(self.plan.program)

    def columns_in(self, program: Program) -> Any:
        """Return where the column of each technique in this period stands in a program."""
        own = self.plan.columns_filling("activities")
        block = None if own is None else program.column_block(own.name)
        assert block is not None
        techniques = self.plan.economy.techniques
        place = self.plan.places_of(block, techniques)
        here = np.full(len(techniques), -1)
        mine = (place >= 0) & (place // len(techniques) == self.t)
        here[place[mine] % len(techniques)] = block.start + np.flatnonzero(mine)
        return here

    @cached_property
    def _terms(self) -> Floats:
        """The sum of the sizes of the terms of each activity's reduced cost."""
        program = self.plan.program
        sizes = np.abs(program.cost) + column_sizes(program, self.plan.dual)
        terms: Floats = sizes[self._columns]
        return terms

    @cached_property
    def bounded(self) -> Any:
        """Which activities have bounds of the user's own, or must be whole: these may carry a reduced cost and run."""
        program, at = self.plan.program, self._columns
        return (program.lower[at] != 0) | np.isfinite(program.upper[at]) | program.integer[at]

"""The accounts of a plan: what activities make and take at its valuations.

For technique j in a period, with valuations of goods p, and q of everything else that it takes (resources, the use of
stocks, emissions, rows of the user's own, costs that the objective itself counts),

    what it makes, sum_i p_i B_ij  =  what it takes, sum_i p_i A_ij + sum_k q_k R_kj,

wherever it runs: its reduced cost is zero. Both sides are built here from the economy's own tables and the plan's
duals; what they leave open against the program's reduced cost is a line of its own, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.labels import holding_name, name_of
from ..economy.coerce import position
from ..laws.capital import Holdings
from .limits import own_name
from .tables import PlanTables

if TYPE_CHECKING:
    from ..economy.economy import Economy

#: A reduced cost below this share of its terms is the rounding of zero: the technique runs.
_RUNS = 1e-7
#: What the tables leave open of a program's reduced cost, as a share of its terms, before a line says so.
_OPEN = 1e-9

#: Amounts of one kind with what a unit of each is worth: kind, names, amounts, valuations.
Lines = tuple[str, list[str], Floats, Floats]


@dataclass(frozen=True, eq=False)
class Accounts:
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
        found: Floats = self.plan.valuations_by_kind["good"].to_numpy()[:, self.t]
        return found

    @cached_property
    def level(self) -> Floats:
        """Activity levels, shape (techniques,)."""
        found: Floats = self.plan.activities.to_numpy()[:, self.t]
        return found

    @cached_property
    def loss(self) -> Floats:
        """What one more unit of each activity would cost the objective; zero where a technique runs."""
        found: Floats = -self.towards * self.plan.reduced_costs.to_numpy()[:, self.t] + 0.0
        return found

    @cached_property
    def good_names(self) -> list[str]:
        return names(self.economy.goods)

    @cached_property
    def outputs(self) -> Any:
        return sp.csr_array(self.economy.matrix("outputs", self.t))

    @cached_property
    def inputs(self) -> Any:
        return sp.csr_array(self.economy.matrix("inputs", self.t))

    @cached_property
    def runs(self) -> Any:
        """Which techniques run: at a level above zero, with a reduced cost that is zero beside its own terms.

        (What a plan that is not proved best, or not closely, does is taken as it is.)
        """
        if not self.plan.proved or self.plan.certificate.tolerance > _RUNS:
            return self.level > 0
        return (self.level > 0) & ((np.abs(self.loss) <= _RUNS * self._terms) | self._bounded)

    @cached_property
    def _columns(self) -> Any:
        """Return where the program's column of each technique stands."""
        block = self.plan.program.column_block("activities")
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
        sizes = np.abs(program.cost) + abs(program.matrix).T @ np.abs(self.plan.dual)
        found: Floats = sizes[self._columns]
        return found

    @cached_property
    def _bounded(self) -> Any:
        """Which activities have bounds of the user's own, or must be whole: these may carry a reduced cost and run."""
        program, at = self.plan.program, self._columns
        return (program.lower[at] != 0) | np.isfinite(program.upper[at]) | program.integer[at]

    def made(self, level: Floats) -> pd.DataFrame:
        """Return what activities (one level per technique) make: amounts, valuations and worth by (kind, name)."""
        return account([("output", self.good_names, self.outputs @ level, self.goods)])

    def taken(self, level: Floats, inputs: Floats | None = None, credited: Floats | None = None) -> pd.DataFrame:
        """Return what activities take: amounts, valuations and worth by (kind, name), the dearest first.

        Parameters
        ----------
        inputs : amounts of goods, where it is not all that the activities use up.
        credited : amounts of goods made beside what the account is for (kind ``joint product``, negative).
        """
        goods: list[Lines] = [("input", self.good_names, self.inputs @ level if inputs is None else inputs, self.goods)]
        if credited is not None:
            goods.append(("joint product", self.good_names, -credited, self.goods))
        return account([*goods, *self.outside(level), *self._still_open(level)])

    def outside(self, level: Floats) -> list[Lines]:
        """Return what activities take besides goods: resources, stocks, emissions and what is of the user's own."""
        plan, economy, t, towards = self.plan, self.economy, self.t, self.towards
        lines: list[Lines] = []
        plain = np.where(self._usual, level, 0.0)  # whose cost is the question's own
        if economy.has("resource_use"):
            use, resources = economy.matrix("resource_use", t), names(economy.resources)
            found = plan.valuations_by_kind.get("resource")
            limits = towards * found.to_numpy()[:, t] if found is not None else np.zeros(len(resources))
            weights = np.zeros(len(resources))
            if plan.of.weighs_resources:
                weights = economy.vector("resource_weights", t)
            if np.array_equal(plain, level):
                lines.append(("resource", resources, use @ level, limits + weights))
            else:
                lines += [
                    ("resource", resources, use @ level, limits),
                    ("weight of resource", resources, use @ plain, weights),
                ]
        if economy.has("capital"):
            held = Holdings.of(economy)
            rents = towards * plan.rents.to_numpy()[:, t]
            tied = held.tied_up(t) @ level
            lines.append(("use of stock", [holding_name(label) for label in plan.rents.index], tied, rents))
        if economy.has("emissions"):
            emitted = economy.matrix("emissions", t)
            pollutants, costs = names(economy.pollutants), plan.abatement_costs.to_numpy()
            limits, damage = costs[:, t] + costs[:, -1], economy.vector("damage_weights", t)
            if np.array_equal(plain, level):
                lines.append(("emission", pollutants, emitted @ level, limits + damage))
            else:
                lines += [
                    ("emission", pollutants, emitted @ level, limits),
                    ("damage", pollutants, emitted @ plain, damage),
                ]
        for block in plan.program.rows:
            if block.declared is None:
                rows = sp.csr_array(plan.program.matrix[block.span, :])[:, self._columns]
                named = [" in ".join(filter(None, own_name(plan, block.name, label))) for label in block.index]
                lines.append(("own row", named, rows @ level, towards * plan.dual[block.span]))
        techniques = names(economy.techniques) if not self._usual.all() or self._bounded.any() else []
        if techniques:
            lines.append(("own objective", techniques, level * (self._own_cost != 0), self._own_cost))
            lines.append(("own bound", techniques, level * self._bounded, -self.loss))
        return lines

    @cached_property
    def _own_cost(self) -> Floats:
        """What the objective itself counts per unit of activity where that is not the question's: a user's own."""
        counted: Floats = -self.towards * self.plan.program.cost[self._columns]
        return np.where(self._usual, 0.0, counted)

    @cached_property
    def _usual(self) -> Any:
        """Which activities the objective counts as the question says: by their weighted resources and their damage."""
        plan, economy, t = self.plan, self.economy, self.t
        usual = economy.matrix("emissions", t).T @ economy.vector("damage_weights", t)
        size = abs(economy.matrix("emissions", t)).T @ economy.vector("damage_weights", t)
        if plan.of.weighs_resources:
            weighted = economy.matrix("resource_use", t).T @ economy.vector("resource_weights", t)
            usual, size = usual + weighted, size + weighted
        counted = -self.towards * plan.program.cost[self._columns]
        return np.abs(counted - usual) <= 1e-9 * np.maximum(size, np.abs(counted))

    def _still_open(self, level: Floats) -> list[Lines]:
        """Return what the tables leave open against the program: coefficients that were changed by hand."""
        goods = (self.inputs - self.outputs) @ level
        known = float(goods @ self.goods)
        for _, _, amounts, valuations in self.outside(level):
            known += float(amounts @ valuations)
        open_ = float(self.loss @ np.where(self._bounded, 0.0, level)) - known
        size = float(self._terms @ np.abs(level))
        return [("changed by hand", ["coefficients"], np.ones(1), np.array([open_]))] * (abs(open_) > _OPEN * size)

    def maker(self, good: int) -> int | None:
        """Return the running technique that makes most of a good; None where none does."""
        made = self.outputs[[good]].toarray().ravel() * np.where(self.runs, self.level, 0.0)
        return int(np.argmax(made)) if made.max(initial=0.0) > 0 else None


def account(lines: list[Lines]) -> pd.DataFrame:
    """Return lines as a table, the dearest first, without what amounts to nothing."""
    kinds, called, amounts, valuations = [], [], [], []
    for kind, known, amount, valuation in lines:
        for k in np.flatnonzero(amount):
            kinds.append(kind)
            called.append(known[k])
            amounts.append(float(amount[k]))
            valuations.append(float(valuation[k]))
    frame = pd.DataFrame({"amount": amounts, "valuation": valuations}, dtype=float) + 0.0
    frame.index = pd.MultiIndex.from_arrays([kinds, called], names=["kind", "name"])
    frame["worth"] = frame["amount"] * frame["valuation"]
    return frame.iloc[np.argsort(-frame["worth"].to_numpy(), kind="stable")]


def names(index: pd.Index) -> list[str]:
    return [name_of(label) for label in index]


def one_unit(count: int, at: int) -> Floats:
    level = np.zeros(count)
    level[at] = 1.0
    return level


def of_period(plan: PlanTables, period: Any) -> Accounts:
    """Return the accounts of a period by its label."""
    return Accounts(plan, position(plan.economy.periods, period))

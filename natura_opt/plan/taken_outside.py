"""What activities take besides the goods of their tables: what laws declare rows for, and what is of the user's own.

The coefficients are those that the laws state, not those of the program that was solved: what was changed by hand shows
as what the account leaves open.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.labels import holding_name, name_of
from ..laws.emissions import counted_weights
from ..program.canonical import Block
from ..program.declared import Rows
from ..program.linear import LinearProgram
from ..program.pieces import rows_of
from ..tables.registry import TABLES
from .account_lines import Lines, names
from .ahead import needed_at
from .naming import own_name, parts_of
from .needs import cells_of, columns_adding_to
from .period_of_plan import PeriodOfPlan
from .stated import GOODS

#: Amounts that differ by less than this share are one amount, summed in another order.
_SAME = 1e-12


class TakenOutside(PeriodOfPlan):
    """What activities of one period take besides goods, at the plan's valuations."""

    def outside(self, level: Floats) -> list[Lines]:
        """Return what activities take besides goods: resources, stocks, emissions and whatever else laws limit; what
        is of the user's own; and rents of scale, where a technique runs at the end of a piece of its curves.
        """
        lines = [*self._limited(level), *self._other_goods(level)]
        for counted, apart, called, amounts, weights in self._counted(level):
            lines = _with_weights(lines, (counted, called, amounts, weights), apart)
        lines += [("own row", named, rows @ level, self.towards * duals) for named, rows, duals in self._own_rows]
        rents = np.where(self.level > 0, self.marginal.beyond, 0.0)
        if rents.any():
            lines.append(("rent of scale", names(self.economy.techniques), level * (rents != 0), rents))
        techniques = names(self.economy.techniques) if not self._usual.all() or self.bounded.any() else []
        if techniques:
            lines.append(("own objective", techniques, level * (self._own_cost != 0), self._own_cost))
            lines.append(("own bound", techniques, level * self.bounded, -self.loss))
        return lines

    @cached_property
    def _own_rows(self) -> list[tuple[list[str], Any, Floats]]:
        """The rows that no law declares: names, what a unit of each activity takes of them, ∂objective/∂side."""
        plan, found = self.plan, []
        for block in plan.program.rows:
            if block.declared is None:
                rows = rows_of(plan.program, np.arange(block.span.start, block.span.stop))[:, self._columns]
                named = [" in ".join(filter(None, own_name(plan.economy, block.name, label))) for label in block.index]
                found.append((named, rows, plan.dual[block.span]))
        return found

    def _limited(self, level: Floats) -> list[Lines]:
        """Return what activities take of everything but goods that laws declare rows for."""
        totals: dict[tuple[str, str], list[float]] = {}
        for block, says, rows in self._stated_rows:
            if block.name == GOODS.name:
                continue
            amounts = rows @ level
            for k in np.flatnonzero(amounts).tolist():
                key = (says.taken or says.words, self._row_name(block, says, k))
                valuation = self.towards * float(self._duals[block.name][k])
                before = totals.get(key)
                if before is not None and _same(before[0], amounts[k]):  # a cap and a budget limit the same emission
                    before[1] += valuation
                else:
                    totals[key if before is None else (says.words, key[1])] = [float(amounts[k]), valuation]
        return [
            (kind, [name], np.array([amount]), np.array([value])) for (kind, name), (amount, value) in totals.items()
        ]

    def _other_goods(self, level: Floats) -> list[Lines]:
        """Return the goods that activities spend ahead, their own inputs in earlier periods; and those that laws let
        them take beyond inputs and outputs.
        """
        lines: list[Lines] = []
        for block, says, beyond, ahead in self._beyond_tables:
            for kind, taken in (("input", ahead), ("other use", beyond)):
                uses = taken @ level
                at = np.flatnonzero(uses)
                called = [self._row_name(block, says, k) for k in at.tolist()]
                lines.append((kind, called, uses[at], -self.towards * self._duals[block.name][at]))
        return lines

    @cached_property
    def _beyond_tables(self) -> list[tuple[Block, Rows, Any, Any]]:
        """What the balances as the laws state them take of goods per unit of activity, beyond inputs less outputs, and
        what of that is spent ahead of the output.
        """
        balances = []
        for block, says, rows in self._stated_rows:
            if block.name == GOODS.name:
                goods = len(self.plan.economy.goods)
                place = self.plan.places_of(block, self.plan.economy.goods)
                usual: Any = sp.diags_array((place // goods == self.t).astype(float))
                usual = usual @ sp.csr_array(self.inputs - self.outputs)[place % goods]
                ahead = self._spent_ahead[place]
                beyond = sp.csr_array(-rows - usual - ahead)
                beyond = sp.csr_array(beyond.multiply(abs(beyond) > _SAME * (abs(rows) + abs(usual) + ahead)))
                beyond.eliminate_zeros()
                balances += [(block, says, beyond, ahead)] * bool(beyond.nnz or ahead.nnz)
        return balances

    @cached_property
    def _spent_ahead(self) -> Any:
        """What a unit of each activity takes of goods in other periods, csr, shape (goods x periods, techniques)."""
        every = range(len(self.plan.economy.periods))
        parts = [needed_at(self.plan, "inputs", at, self.t) for at in every]
        return sp.csr_array(sp.vstack([float(at != self.t) * part for at, part in zip(every, parts, strict=True)]))

    def _counted(self, level: Floats) -> list[tuple[str, str, list[str], Floats, Floats]]:
        """Return what the objective itself counts, per unit of what its rows limit too: weights of resources, damage.

        Each has two names: beside the valuation of the same amount, and alone.
        """
        plain = np.where(self._usual, level, 0.0)  # whose cost is the question's own
        lines = []
        for together, alone, called, amounts, weights in self._counting:
            if not np.array_equal(plain, level):
                lines.append((together, alone, called, amounts @ level, np.zeros(len(weights))))
                together = alone
            lines.append((together, alone, called, amounts @ plain, weights))
        return lines

    @cached_property
    def _counting(self) -> list[tuple[str, str, list[str], Any, Floats]]:
        """What the objective may count: its two names, what is counted, how much of it a unit of each activity takes,
        csr, and its weights.
        """
        plan, economy, t, found = self.plan, self.economy, self.t, []
        for table, levels, axis, weighs, alone in (
            ("resource_use", "resource_use", "resources", "resource_weights", "weight of resource"),
            ("emissions", "emissions", "pollutants", "damage_weights", "damage"),
        ):
            if not economy.has(table) and not economy.has_curves(table):
                continue
            says = next(rows for rows in plan.declared.rows.values() if rows.levels == levels)
            weights = economy.vector(weighs, t)
            if weighs == "damage_weights":
                weights = counted_weights(economy, plan.question, weighs)[t]
            if weighs == "resource_weights" and not plan.of.weighs_resources:
                weights = np.zeros(len(weights))
            found.append((says.taken or says.words, alone, names(economy.axes[axis]), self.use(table), weights))
        return found

    @cached_property
    def _stated_rows(self) -> list[tuple[Block, Rows, Any]]:
        """The declared rows that activities of this period stand in, with their coefficients as the laws state them."""
        program = self.plan.as_stated
        mine = sp.csr_array(program.matrix[:, self.columns_in(program)]) + self._through_needs(program)
        declared = [(block, block.declared, sp.csr_array(mine)[block.span]) for block in program.rows]
        return [
            (block, says, rows)
            for block, says, rows in declared
            if isinstance(says, Rows) and rows.nnz and not says.ties
        ]

    def _through_needs(self, program: LinearProgram) -> Any:
        """Return what one more unit of each activity takes of rows through the columns of what it needs by curves."""
        taken: Any = sp.csr_array((program.shape[0], len(self.level)))
        marginal = self.marginal
        for table in dict.fromkeys(marginal.tables):
            block = columns_adding_to(program, table)
            assert block is not None
            at, called, techniques = cells_of(self.plan, block, self.t)
            slopes = marginal.matrix(table, len(self.economy.axes[TABLES[table].axes[0]]))[called, techniques]
            by_need = sp.csr_array((slopes, (np.arange(len(at)), techniques)), shape=(len(at), len(self.level)))
            taken = taken + sp.csr_array(program.matrix[:, at]) @ by_need
        return taken

    @cached_property
    def _duals(self) -> dict[str, Floats]:
        """∂objective/∂side of the rows as the laws state them; zero where a spelling did not need to state one."""
        plan, duals_by_block = self.plan, {}
        for block, _, _ in self._stated_rows:
            own = plan.program.row_block(block.name)
            at = np.full(len(block.index), -1) if own is None else own.index.get_indexer(block.index)
            duals = np.zeros(1) if own is None else plan.dual[own.span]
            duals_by_block[block.name] = np.where(at >= 0, duals[at], 0.0)
        return duals_by_block

    def _row_name(self, block: Block, says: Rows, at: int) -> str:
        """Return the name of a row, and its period where that is another one; each is made once."""
        if block.name not in self._names_of_rows:
            self._names_of_rows[block.name] = (block.index.tolist(), {}, self.economy.periods[self.t])
        labels, names_made, period_here = self._names_of_rows[block.name]
        called = names_made.get(at)
        if called is None:
            parts, period = parts_of(self.economy, says, labels[at])
            called = holding_name(parts) if parts else says.named or says.words
            if period is not None and period != period_here:
                called = f"{called} in {name_of(period)}"
            names_made[at] = called
        return called

    @cached_property
    def _names_of_rows(self) -> dict[str, tuple[list[Any], dict[int, str], Any]]:
        """What is known of the names of rows, by block: labels, names made so far by position, and the period."""
        return {}

    @cached_property
    def _own_cost(self) -> Floats:
        """What the objective itself counts per unit of activity where that is not the question's: a user's own."""
        counted: Floats = -self.towards * self.plan.program.cost[self._columns]
        return np.where(self._usual, 0.0, counted)

    @cached_property
    def _usual(self) -> Any:
        """Which activities the objective counts as the question says: by their weighted resources and their damage."""
        plan, economy, t = self.plan, self.economy, self.t
        # what its curves need counts by columns of their own
        weights = counted_weights(economy, plan.question, "damage_weights")[t]
        usual, size = economy.matrix("emissions", t).T @ weights, abs(economy.matrix("emissions", t)).T @ weights
        if plan.of.weighs_resources:
            weighted = economy.matrix("resource_use", t).T @ economy.vector("resource_weights", t)
            usual, size = usual + weighted, size + weighted
        counted = -self.towards * plan.program.cost[self._columns]
        return np.abs(counted - usual) <= 1e-9 * np.maximum(size, np.abs(counted))


def _with_weights(lines: list[Lines], counted: Lines, apart: str) -> list[Lines]:
    """Add what the objective counts of things to the lines of the same amounts, or as lines of their own."""
    kind, called, amounts, weights = counted
    of_kind = {line[1][0]: k for k, line in enumerate(lines) if line[0] == kind and len(line[1]) == 1}
    weighted = list(lines)
    for name, amount, weight in zip(called, amounts.tolist(), weights.tolist(), strict=True):
        k = of_kind.get(name)
        if k is None:
            weighted.append((kind, [name], np.array([amount]), np.array([weight])))
        elif _same(float(lines[k][2][0]), amount):
            weighted[k] = (kind, [name], lines[k][2], lines[k][3] + weight)
        elif weight:  # other laws add to what is limited, and not to what counts
            weighted.append((apart, [name], np.array([amount]), np.array([weight])))
    return weighted


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(abs(one), abs(other))

"""What everything in a plan is worth: valuations by kind, rents, costs of abatement, and the intervals they lie in."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import QuestionError, shortened
from ..base.labels import holding_name
from ..laws.rules import RULES
from ..program.canonical import Block
from ..program.declared import Rows
from ..proof.sensitivity import ValuationIntervals
from .finding import find_row
from .layout import frame
from .naming import row_words, rows_of
from .stated import GOODS, Stated


class Worths(Stated):
    """The valuations of a plan, one column per period: see :class:`natura_opt.Plan`."""

    @cached_property
    def valuations(self) -> pd.DataFrame:
        """What one more unit is worth, in units of the objective: index (kind, name), one column per period.

        ``good``: of one more unit on hand (in a least-cost question: what one more demanded costs).
        ``resource``: of one more unit available, ∂objective/∂limit. ``stock``: of one more unit of a capital stock at
        the start of the period. ``storage``: of one more unit of room in store at the end of the period. ``emission
        cap``: of one more unit that may be emitted in the period. ``floor``: of the floor raised by one. Any other kind
        is declared by the law whose rows it is of (:class:`natura_opt.Rows`): ∂objective/∂side.

        What has no value per period (budgets of emissions, rows of your own) stands in ``limits``, ``abatement_costs``,
        ``totals`` and ``extra``.
        """
        parts = self.valuations_by_kind
        joined = pd.concat(parts.values(), ignore_index=True)
        names = pd.Index([name for part in parts.values() for name in part.index], tupleize_cols=False)
        kinds = np.repeat(np.arange(len(parts)), [len(part) for part in parts.values()])
        unique = names.unique()  # pairs among strings cannot be sorted, so the levels are laid by hand
        levels: list[Any] = [pd.Index(list(parts)), unique]
        codes: list[Any] = [kinds, unique.get_indexer(names)]
        joined.index = pd.MultiIndex(levels=levels, codes=codes, names=["kind", "name"])
        return joined

    @cached_property
    def valuations_by_kind(self) -> dict[str, pd.DataFrame]:
        """The valuations of each kind, its names x periods; pairs such as (region, good) stay whole labels."""
        self.require_point()
        parts = {} if self.balance else {GOODS.kind: self.laid_out(GOODS, None, np.empty(0))}
        for block, says in self.kinds:
            if says.by_period and not (says.partly and not len(block.index)):
                parts[says.kind] = self.of_kind(says, block, self.sign_of(says) * self.dual[block.span])
        return {kind: part + 0.0 for kind, part in parts.items()}  # no negative zeros

    @property
    def good_valuations(self) -> pd.DataFrame:
        """Valuations of goods: goods x periods."""
        return self.valuations_by_kind[GOODS.kind]

    @cached_property
    def resource_valuations(self) -> pd.DataFrame | None:
        """Valuations of resources: resources x periods; None where they are not limited."""
        blocks = self.levels_filling("resource_use")
        return self.valuations_by_kind[rows_of(blocks[0]).kind] if blocks else None

    @cached_property
    def stock_valuations(self) -> pd.DataFrame:
        """Valuations of capital stocks at the start of each period, labelled as ``stocks``."""
        return self._row_table("stock_valuations")

    @cached_property
    def rents(self) -> pd.DataFrame:
        """Rents of capital stocks, labelled as ``stocks``: ∂objective/∂(stock in use in that period alone)."""
        return self._row_table("rents")

    @cached_property
    def reduced_costs(self) -> pd.DataFrame:
        """∂objective/∂activity: techniques x periods; zero where the technique runs."""
        block, values = self.columns_filling("activities"), self.reduced
        index = pd.Index([]) if block is None else block.index
        own = np.empty(0) if block is None else values[block.span]
        return frame(own, index, self.economy.techniques, self.economy.periods, "technique")

    @cached_property
    def abatement_costs(self) -> pd.DataFrame:
        """Marginal abatement costs: what one unit less allowed costs, pollutants x periods, then ``budget``.

        In units of the objective; zero where a cap does not bind or there is none.
        """
        self.require_point()
        costly = 1.0 if self.program.sense == "max" else -1.0
        pollutants, periods = self.economy.pollutants, self.economy.periods
        costs, budget = frame(np.empty(0), pd.Index([]), pollutants, periods, "name"), np.zeros(len(pollutants))
        for block in self.rows_filling("abatement_costs"):
            if rows_of(block).by_period:
                costs = costly * frame(self.dual[block.span], block.index, pollutants, periods, "name")
            else:
                budget[pollutants.get_indexer(block.index)] = costly * self.dual[block.span]
        whole = pd.DataFrame(np.column_stack([costs.to_numpy(), budget]), index=costs.index) + 0.0
        return whole.set_axis([*costs.columns, "budget"], axis=1)

    @cached_property
    def rules(self) -> pd.DataFrame:
        """Rules by name: index (rule, period), ``all periods`` where all years count together.

        Columns: sense, level (of what it counts), limit and valuation (∂objective/∂limit), in the rule's unit.
        """
        self.require_point()
        rows: list[tuple[Any, ...]] = []
        for block in self.program.rows:
            says = block.declared
            if not isinstance(says, Rows) or says not in RULES.rows:
                continue
            valuations = self.dual[block.span] + 0.0
            sides = np.where(says.sense == "<=", self.program.row_upper[block.span], self.program.row_lower[block.span])
            for k, label in enumerate(block.index):
                name, period, unit = row_words(self.economy, says, label)
                level = float(self.row_levels[block.start + k]) + 0.0
                rows.append((name, period, says.sense, level, float(sides[k]), float(valuations[k]), unit))
        columns = ["rule", "period", "sense", "level", "limit", "valuation", "unit"]
        order = {name: k for k, name in enumerate(self.economy.axes["rules"])}
        rows.sort(key=lambda row: order[row[0]])  # periods stay in order
        return pd.DataFrame(rows, columns=columns).set_index(["rule", "period"])

    @checked_arguments()
    def valuation_interval(self, block: str, label: Any) -> tuple[float, float]:
        """Return the least and greatest valuation of a row: the one the plan shows lies between them.

        They differ where the plan is degenerate: in a maximum, one more brings the least, one less costs the greatest.

        Parameters
        ----------
        block, label : the row, as ``plan.program`` names it: ``"balance", (good, period)``, ``"resource_limit",
            (resource, period)``, ``"accumulation"`` (stocks at the start of a period) and ``"capacity"`` (rents),
            ``(good, technique, period)`` or ``(good, period)`` where pooled, ``"floor", period``, ``"storage_limit",
            (good, period)``, ``"emission_cap", (pollutant, period)``, ``"emission_budget", pollutant``.

        Raises
        ------
        QuestionError : the plan has no such row.
        NotProvedError : the plan is not proved (closely enough), has whole-number columns, or no interval was found.
        """
        self.require_point()
        if self._why_no_intervals:
            raise self.no_intervals("no interval of a valuation")
        rows = self.program.row_block(block)
        place = None if rows is None else find_row(rows, label)
        if rows is None or place is None:
            raise QuestionError(f"the plan has no row {block!r} {shortened(label)}; plan.program names its rows")
        low, high = self.valuation_intervals.of_row(rows.start + place)
        if isinstance(rows.declared, Rows) and self.sign_of(rows.declared) < 0:
            low, high = -high, -low  # the row says what is demanded, the valuation what is on hand
        return low + 0.0, high + 0.0

    @cached_property
    def valuation_intervals(self) -> ValuationIntervals:
        """The intervals of all valuations, row by row; of proved plans only (``has_intervals``)."""
        return ValuationIntervals(self._whole, self.primal, self.dual)

    def of_kind(self, says: Rows, block: Block, values: Floats) -> pd.DataFrame:
        """Lay values of declared rows out as ``valuations_by_kind`` does theirs: zeros where there is no row."""
        laid = self.laid_out(says, block, values)
        names = [axis for axis in says.axes if axis != "periods"]
        if len(names) > 1:
            return laid.set_axis(pd.Index([holding_name(label) for label in laid.index], tupleize_cols=False), axis=0)
        if says.partly and names:
            return laid[np.isin(np.arange(len(laid)), self.places_of(block, laid.index) % len(laid))]
        return laid

    def _row_table(self, table: str) -> pd.DataFrame:
        """Return the table that valuations of rows fill, periods in its columns."""
        self.require_point()
        blocks = self.rows_filling(table)
        if blocks:
            return self.laid_out(rows_of(blocks[0]), blocks[0], self.dual[blocks[0].span])
        says = next(rows for rows in self.declared.rows.values() if rows.table == table)
        return self.laid_out(says, None, np.empty(0))

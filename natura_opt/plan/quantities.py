"""What is done in a plan: activities, goods, resources, stocks and emissions, in the user's names and units."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import QuestionError
from ..economy.wanted import demand_by_profile
from ..laws.emissions import counted_weights
from ..objectives import Demand
from .ahead import spent_for_later
from .layout import frame
from .needs import needed
from .stated import GOODS, Stated

#: Goods that differ by less than this share of what is made are the same, summed in another order.
_ROUNDING = 1e-12


class Quantities(Stated):
    """The quantities of a plan, one column per period: see :class:`natura_opt.Plan`."""

    @cached_property
    def activities(self) -> pd.DataFrame:
        """Activity levels: techniques x periods, in the technique's unit."""
        return self._column_table("activities")

    @cached_property
    def output(self) -> pd.DataFrame:
        """Gross output ``B x``: goods x periods."""
        return self._by_period(lambda t: self.asked.matrix("outputs", t) @ self._level(t), self.economy.goods)

    @cached_property
    def net_output(self) -> pd.DataFrame:
        """Net output, ``(B - A) x`` less what curves say and is spent ahead: goods x periods (before investment)."""
        return self.output - self._used("inputs", self.economy.goods)

    @cached_property
    def plants(self) -> pd.DataFrame:
        """Indivisible plants that run: techniques x periods; none where a technique runs without."""
        return self._column_table("plants")

    @cached_property
    def resource_use(self) -> pd.DataFrame:
        """Resource use of techniques, by curves too, and of plants: resources x periods; of limited ones with all that
        laws add.
        """
        plants, names = self.plants.to_numpy(), self.economy.resources
        of_plants = self._by_period(lambda t: self.asked.matrix("plant_resources", t) @ plants[:, t], names)
        return self._with_levels("resource_use", self._used("resource_use", names) + of_plants)

    @cached_property
    def fulfilment(self) -> pd.Series:
        """Fulfilment of each period's targets (1 = met): the level promised to all, or that of the worst-served.

        Raises
        ------
        QuestionError : the objective has no targets.
        """
        periods, demand = self.economy.periods, self.of.demand
        if demand is Demand.NONE:
            raise QuestionError(f"{self.what}: the objective {self.question.objective!r} has no targets to fulfil")
        if demand is Demand.DELIVERED:
            return self.fulfilment_by_good.min(axis=0).rename("fulfilment")
        block = self.program.column_block(self.of.columns) if demand is Demand.LEVEL else None
        values = self._values(block)
        if block is None or self.of.whole_sets:
            return pd.Series(1.0 if block is None else values[0], index=periods, name="fulfilment")
        return pd.Series(values, index=block.index, name="fulfilment").reindex(periods)

    @cached_property
    def fulfilment_by_good(self) -> pd.DataFrame:
        """Delivered over target: goods x periods; empty (NaN) where there is no target."""
        targets = np.column_stack([self.asked.vector("targets", t) for t in range(len(self.economy.periods))])
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(targets > 0, self.consumption.to_numpy() / targets, np.nan)
        return pd.DataFrame(ratio, index=self.economy.goods, columns=self.economy.periods)

    @cached_property
    def consumption(self) -> pd.DataFrame:
        """Goods delivered to the targets: goods x periods."""
        demand = self.of.demand
        if demand is Demand.DELIVERED:
            return self._column_table("consumption")
        if demand is Demand.NONE:
            return self._by_period(lambda t: np.zeros(len(self.economy.goods)), self.economy.goods)
        levels = self.fulfilment.to_numpy()
        return self._by_period(lambda t: levels[t] * self.asked.vector("targets", t), self.economy.goods)

    @cached_property
    def demand_by_profile(self) -> pd.DataFrame:
        """What each profile is to get of each good where targets are met: (profile, good) x periods; empty without."""
        left = dict.fromkeys(self.question.leave_out)
        return demand_by_profile(self.economy.with_changes(**left) if left else self.economy)

    @cached_property
    def surplus(self) -> pd.DataFrame:
        """Goods left over in the balance: goods x periods."""
        self.require_point()
        block = self.balance
        if block is None:
            return self.laid_out(GOODS, None, np.empty(0), "good")
        surplus = self.row_levels[block.span] - self.program.row_lower[block.span]
        return frame(np.maximum(surplus, 0.0), block.index, self.economy.goods, self.economy.periods, "good")

    @cached_property
    def other_uses(self) -> pd.DataFrame:
        """What laws let activities take of goods (negative: give) beyond their inputs and outputs: goods x periods."""
        program, goods, techniques = self.as_stated, self.economy.goods, self.economy.techniques
        own = self.columns_filling("activities")
        rows, columns = program.row_block(GOODS.name), None if own is None else program.column_block(own.name)
        if rows is None or columns is None:
            return self.laid_out(GOODS, None, np.empty(0), "good")
        level = self.activities.to_numpy().ravel(order="F")[self.places_of(columns, techniques)]
        terms = program.matrix[:, columns.span][rows.span]
        in_balance = frame(terms @ level, rows.index, goods, self.economy.periods, "good")
        by_tables = self.net_output + self._by_period(lambda t: needed(self, "inputs", t).sum(axis=1), goods)
        size = frame(abs(terms) @ level, rows.index, goods, self.economy.periods, "good")
        return (by_tables - in_balance).where(lambda other: other.abs() > _ROUNDING * (size + self.output), 0.0)

    @cached_property
    def investment(self) -> pd.DataFrame:
        """Investment: (good, technique) x periods, or goods x periods where stocks are pooled."""
        return self._column_table("investment")

    @cached_property
    def stocks(self) -> pd.DataFrame:
        """Capital stocks at the start of each period: (good, technique) x periods, or goods x periods where pooled."""
        return self._column_table("stocks")

    @cached_property
    def stored(self) -> pd.DataFrame:
        """Goods in store at the end of each period: goods x periods."""
        return self._column_table("stored")

    @cached_property
    def emissions(self) -> pd.DataFrame:
        """Emissions: pollutants x periods; where a cap limits them, with all that laws add to ``E x``."""
        return self._with_levels("emissions", self._emitted)

    @cached_property
    def damage(self) -> pd.Series:
        """Damage per period: the weighted emissions of techniques, and what has piled up weighted, in all years of the
        period that count, later ones discounted; in units of the objective."""
        done = np.zeros(len(self.economy.periods))
        for table, amounts in (("damage_weights", self._emitted), ("stock_damage_weights", self.pollutant_stocks)):
            weights = counted_weights(self.asked, self.question, table)
            done += np.einsum("te,et->t", weights, amounts.to_numpy())
        return pd.Series(done, index=self.economy.periods, name="damage")

    @cached_property
    def pollutant_stocks(self) -> pd.DataFrame:
        """What has piled up of pollutants at the end of each period: pollutants x periods; zeros without their law."""
        return self._column_table("pollutant_stocks")

    @cached_property
    def _emitted(self) -> pd.DataFrame:
        return self._used("emissions", self.economy.pollutants)

    def _used(self, table: str, rows: pd.Index) -> pd.DataFrame:
        """Return what techniques take or emit by a table: its numbers times their levels, totals by curve, and what
        they spend ahead of later output.
        """
        numbers = self._by_period(lambda t: self.asked.matrix(table, t) @ self._level(t), rows)
        numbers += self._by_period(lambda t: needed(self, table, t).sum(axis=1), rows)
        levels = self.activities.to_numpy()
        return numbers + self._by_period(lambda t: spent_for_later(self, table, t, levels).sum(axis=1), rows)

    def _with_levels(self, table: str, by_techniques: pd.DataFrame) -> pd.DataFrame:
        """Put the levels of the rows that fill a table in the place of what techniques alone account for."""
        values = by_techniques.to_numpy(copy=True)
        for block in self.levels_filling(table):
            place = self.places_of(block, by_techniques.index)
            inside = place >= 0
            period, name = np.divmod(place[inside], max(len(values), 1))
            values[name, period] = self.row_levels[block.span][inside]
        return pd.DataFrame(values, index=by_techniques.index, columns=by_techniques.columns)

    def _level(self, period: int) -> Floats:
        return self.activities.iloc[:, period].to_numpy()

"""The tables of a plan in the user's names and units: what is done, and what everything is worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import NaturaError, NotProvedError, QuestionError, shortened
from ..base.labels import holding_name
from ..economy.economy import Economy
from ..economy.question import Question
from ..formulate import asked_of, laws_of, objective_in_words
from ..laws.law import Law
from ..objectives import Demand, Objective, objective_of
from ..program.canonical import Block
from ..program.linear import LinearProgram
from ..proof.sensitivity import ValuationIntervals
from .added import Added
from .answer import Answered
from .finding import find_row
from .layout import frame, held, places

#: Proved to this tolerance, a plan lies near enough to its own basis.
_CLOSE = 1e-8


@dataclass(frozen=True, eq=False, repr=False)
class PlanTables(Answered):
    """The tables of a plan, as data: see :class:`natura_opt.Plan`."""

    economy: Economy
    question: Question
    program: LinearProgram
    primal: Floats
    dual: Floats
    added: Added | None = None
    own_laws: tuple[Law, ...] = ()

    @cached_property
    def of(self) -> Objective:
        """What its objective declares of itself."""
        return objective_of(self.question)

    @property
    def what(self) -> str:
        """What was asked for, in words."""
        return f"plan of {self.economy.name!r}"

    @cached_property
    def objective_name(self) -> str:
        """What is to be best, in words; an objective that was put in another's place says so."""
        return objective_in_words(self.program, self.economy, self.question)

    @property
    def has_intervals(self) -> bool:
        """Whether the plan is proved closely enough for intervals of its valuations, which look for a basis at it."""
        return not self._why_no_intervals

    @property
    def _why_no_intervals(self) -> str:
        """Why valuations have no intervals, and sides and costs no ranges; empty where they have."""
        if self.added is not None and self.added.why_no_intervals:
            return self.added.why_no_intervals
        if self.program.integer.any():
            return "the plan has whole-number columns, and these belong to a linear program"
        if not self.proved:
            return f"the plan is {self.status}, and these are those of a proved plan: {self.certificate}"
        if self.certificate.tolerance > _CLOSE:
            return (
                f"the plan is proved to {self.certificate.tolerance:g} only, and these need a proof to {_CLOSE:g}: "
                f"solve with tolerance={_CLOSE:g} or less"
            )
        return ""

    def no_intervals(self, what: str) -> NaturaError:
        """Return the error that says why there is none of what is asked for: it cannot be, or it is not proved."""
        kind = QuestionError if self.added is not None and self.added.why_no_intervals else NotProvedError
        return kind(f"{what}: {self._why_no_intervals}")

    @cached_property
    def activities(self) -> pd.DataFrame:
        """Activity levels: techniques x periods, in the technique's unit."""
        return self._columns("activities", self.economy.techniques, "technique")

    @cached_property
    def output(self) -> pd.DataFrame:
        """Gross output ``B x``: goods x periods."""
        return self._by_period(lambda t: self.asked.matrix("outputs", t) @ self._level(t), self.economy.goods)

    @cached_property
    def net_output(self) -> pd.DataFrame:
        """Net output ``(B - A) x``: goods x periods (investment is taken out of it)."""
        used = self._by_period(lambda t: self.asked.matrix("inputs", t) @ self._level(t), self.economy.goods)
        return self.output - used

    @cached_property
    def resource_use(self) -> pd.DataFrame:
        """Resource use ``R x``: resources x periods."""
        return self._by_period(lambda t: self.asked.matrix("resource_use", t) @ self._level(t), self.economy.resources)

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
        if block is None or self.of.whole_sets:
            return pd.Series(1.0 if block is None else self._values(block.name)[0], index=periods, name="fulfilment")
        return pd.Series(self._values(block.name), index=block.index, name="fulfilment").reindex(periods)

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
            return self._columns(self.of.columns, self.economy.goods, "good")
        if demand is Demand.NONE:
            return self._by_period(lambda t: np.zeros(len(self.economy.goods)), self.economy.goods)
        levels = self.fulfilment.to_numpy()
        return self._by_period(lambda t: levels[t] * self.asked.vector("targets", t), self.economy.goods)

    @cached_property
    def surplus(self) -> pd.DataFrame:
        """Goods left over in the balance: goods x periods."""
        self.require_point()
        block = self.program.row_block("balance")
        if block is None:
            return self._by_period(lambda t: np.zeros(len(self.economy.goods)), self.economy.goods)
        made = (self.program.matrix @ self.primal)[block.span] - self.program.row_lower[block.span]
        return frame(np.maximum(made, 0.0), block.index, self.economy.goods, self.economy.periods, "good")

    @cached_property
    def investment(self) -> pd.DataFrame:
        """Investment: (good, technique) x periods, or goods x periods where stocks are pooled."""
        return self._holdings("investment")

    @cached_property
    def stocks(self) -> pd.DataFrame:
        """Capital stocks at the start of each period: (good, technique) x periods, or goods x periods where pooled."""
        return self._holdings("capital_stock")

    @cached_property
    def stored(self) -> pd.DataFrame:
        """Goods in store at the end of each period: goods x periods."""
        return self._columns("stored", self.economy.goods, "good")

    @cached_property
    def valuations(self) -> pd.DataFrame:
        """What one more unit is worth, in units of the objective: index (kind, name), one column per period.

        ``good``: of one more unit on hand (in a least-cost question: what one more demanded costs).
        ``resource``: of one more unit available, ∂objective/∂limit. ``stock``: of one more unit of a capital stock at
        the start of the period. ``storage``: of one more unit of room in store at the end of the period. ``emission
        cap``: of one more unit that may be emitted in the period. ``floor``: of the floor raised by one.

        What has no value per period (budgets of emissions, rows of your own) stands in ``limits``, ``abatement_costs``
        and ``extra``.
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
        worth = -1.0 if self.program.sense == "max" else 1.0
        parts = {"good": worth * self._row_values("balance", self.economy.goods)}
        if self.program.row_block("resource_limit"):
            parts["resource"] = self._row_values("resource_limit", self.economy.resources)
        if self.program.row_block("accumulation"):
            stocks = self._stock_rows("accumulation")
            stocks.index = pd.Index([holding_name(label) for label in stocks.index], tupleize_cols=False)
            parts["stock"] = stocks
        for kind, block_name, labels in (
            ("storage", "storage_limit", self.economy.goods),
            ("emission cap", "emission_cap", self.economy.pollutants),
        ):
            block = self.program.row_block(block_name)
            if block is not None and len(block.index):
                kept = np.isin(np.arange(len(labels)), self.places_of(block, labels) % len(labels))
                parts[kind] = self._row_values(block_name, labels)[kept]
        floor = self.program.row_block("floor")
        if floor is not None:
            raised = pd.Series(self.dual[floor.span], index=floor.index).reindex(self.economy.periods)
            parts["floor"] = raised.to_frame("fulfilment").T
        return {kind: part + 0.0 for kind, part in parts.items()}  # no negative zeros

    @cached_property
    def stock_valuations(self) -> pd.DataFrame:
        """Valuations of capital stocks at the start of each period, labelled as ``stocks``."""
        return self._stock_rows("accumulation")

    @cached_property
    def rents(self) -> pd.DataFrame:
        """Rents of capital stocks, labelled as ``stocks``: ∂objective/∂(stock in use in that period alone)."""
        return self._stock_rows("capacity")

    @cached_property
    def reduced_costs(self) -> pd.DataFrame:
        """∂objective/∂activity: techniques x periods; zero where the technique runs."""
        block = self.program.column_block("activities")
        values = self.reduced
        if block is None:
            return frame(np.empty(0), pd.Index([]), self.economy.techniques, self.economy.periods, "technique")
        return frame(values[block.span], block.index, self.economy.techniques, self.economy.periods, "technique")

    @cached_property
    def reduced(self) -> Floats:
        """∂objective/∂(value) of every column of the program: its reduced cost."""
        self.require_point()
        found: Floats = self.program.cost - self.program.matrix.T @ self.dual
        return found

    @cached_property
    def emissions(self) -> pd.DataFrame:
        """Emissions ``E x``: pollutants x periods."""
        return self._by_period(lambda t: self.asked.matrix("emissions", t) @ self._level(t), self.economy.pollutants)

    @cached_property
    def damage(self) -> pd.Series:
        """Damage per period: weighted emissions, in units of the objective."""
        weights = [self.asked.vector("damage_weights", t) for t in range(len(self.economy.periods))]
        weighted = [weight @ self.emissions.iloc[:, t].to_numpy() for t, weight in enumerate(weights)]
        return pd.Series(weighted, index=self.economy.periods, name="damage")

    @cached_property
    def abatement_costs(self) -> pd.DataFrame:
        """Marginal abatement costs: what one unit less allowed costs, pollutants x periods, then ``budget``.

        In units of the objective; zero where a cap does not bind or there is none.
        """
        costly = 1.0 if self.program.sense == "max" else -1.0
        costs = costly * self._row_values("emission_cap", self.economy.pollutants)
        block = self.program.row_block("emission_budget")
        budget = np.zeros(len(self.economy.pollutants))
        if block is not None:
            budget[self.economy.pollutants.get_indexer(block.index)] = costly * self.dual[block.span]
        whole = pd.DataFrame(np.column_stack([costs.to_numpy(), budget]), index=costs.index) + 0.0
        return whole.set_axis([*costs.columns, "budget"], axis=1)

    @cached_property
    def extra(self) -> dict[str, pd.DataFrame]:
        """What you added: values and reduced costs of columns, values and valuations of rows, by block name.

        A row's ``value`` is that of its left side, with the variables there and the constants on the right, and its
        ``valuation`` is ∂objective/∂(right side). Rows written in Pyomo or CVXPY have one reading, on whichever side
        things were written: a row whose coefficients all have one sign is read with positive ones (``coal <= 30``);
        others with constants that are not negative (``b - a <= 10``); where there is no constant, ``a >= b`` and
        ``b <= a`` and ``0 <= a - b`` all read ``a - b >= 0``, and an equality has the variable that stands first in
        ``program`` positive. A range has its variables in the middle. Rows of matrices are read as they are stated.
        """
        self.require_point()
        found: dict[str, pd.DataFrame] = {}
        for block in self.program.columns:
            if block.declared is None:
                columns = {"value": self.primal[block.span], "reduced cost": self.reduced[block.span]}
                found[block.name] = pd.DataFrame(columns, index=block.index)
        level = self.program.matrix @ self.primal
        for block in self.program.rows:
            if block.declared is None:
                rows = {"value": level[block.span], "valuation": self.dual[block.span]}
                name = block.name if block.name not in found else f"{block.name} (rows)"
                found[name] = pd.DataFrame(rows, index=block.index) + 0.0
        return found

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
        if (
            block == "balance" and self.program.sense == "max"
        ):  # the row says what is demanded, the valuation what is on hand
            low, high = -high, -low
        return low + 0.0, high + 0.0

    @cached_property
    def valuation_intervals(self) -> ValuationIntervals:
        """The intervals of all valuations, row by row; of proved plans only (``has_intervals``)."""
        return ValuationIntervals(self.program, self.primal, self.dual)

    @cached_property
    def laws(self) -> list[Law]:
        """The laws it keeps, a user's own that declare themselves included."""
        return laws_of(self.economy, self.question, self.own_laws)

    @cached_property
    def asked(self) -> Economy:
        """The economy as the question sees it: without the tables it leaves out."""
        return asked_of(self.economy, self.question)

    def places_of(self, block: Block, axis: pd.Index) -> Any:
        """Return where each row or column labelled (name, period) stands among names x periods, a period's together."""
        return places(block.index, axis, self.economy.periods)

    def _values(self, block_name: str) -> Floats:
        self.require_point()
        block = self.program.column_block(block_name)
        return np.empty(0) if block is None else self.primal[block.span]

    def _level(self, period: int) -> Floats:
        return self.activities.iloc[:, period].to_numpy()

    def _columns(self, block_name: str, rows: pd.Index, axis: str) -> pd.DataFrame:
        self.require_point()
        block = self.program.column_block(block_name)
        index = pd.Index([]) if block is None else block.index
        return frame(self._values(block_name), index, rows, self.economy.periods, axis)

    def _row_values(self, block_name: str, rows: pd.Index) -> pd.DataFrame:
        self.require_point()
        block = self.program.row_block(block_name)
        if block is None:
            return frame(np.empty(0), pd.Index([]), rows, self.economy.periods, "name")
        return frame(self.dual[block.span], block.index, rows, self.economy.periods, "name")

    def _stock_rows(self, block_name: str) -> pd.DataFrame:
        self.require_point()
        block = self.program.row_block(block_name)
        return self._held(block.index, self.dual[block.span]) if block else self._held(pd.Index([]), np.empty(0))

    def _holdings(self, block_name: str) -> pd.DataFrame:
        block = self.program.column_block(block_name)
        return self._held(pd.Index([]) if block is None else block.index, self._values(block_name))

    def _held(self, index: pd.Index, values: Floats) -> pd.DataFrame:
        return held(values, index, self.economy)

    def _by_period(self, at: Any, rows: pd.Index) -> pd.DataFrame:
        self.require_point()
        values = [at(t) for t in range(len(self.economy.periods))]
        return pd.DataFrame(np.column_stack(values), index=rows, columns=self.economy.periods)

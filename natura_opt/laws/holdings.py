"""Who holds which capital good, what there is of it from outside, how it wears out, and when investment arrives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import QuestionError
from ..base.labels import labels, pair_labels
from ..economy.economy import Economy
from .periods import added_up, lasting, lengths


def has_capital(economy: Economy) -> bool:
    """Whether there are stocks of capital."""
    return economy.has("capital") or economy.has_curves("capital")


def refuse_mixed_capital(economy: Economy) -> None:
    """Raise unless stocks are either held by techniques or pooled, with the tables of that one kind."""
    if economy.has("initial_capital") == economy.has("capital_pool"):
        raise QuestionError(
            f"{economy.name}: table 'capital' needs either 'initial_capital' (stocks held by each technique) or "
            "'capital_pool' (stocks that any technique may use), and not both"
        )
    pooled = economy.has("capital_pool")
    for table in ("depreciation", "capital_orders") if pooled else ("pool_depreciation",):
        if economy.has(table):
            kind = "'capital_pool' (stocks that any technique may use)" if pooled else "stocks held by each technique"
            raise QuestionError(f"{economy.name}: table {table!r} does not go with {kind}; remove one of them")


@dataclass(frozen=True, eq=False)
class Invested:
    """Columns of investment, those of a period together in the order of the holdings.

    Attributes
    ----------
    holding : position of each column's holding.
    placed, arrives : positions of the periods in which it is made, and at whose start it can be used: the number of
        periods, or more, where that is after the end.
    amount : what stands of a unit a year when it arrives.
    """

    holding: Any
    placed: Any
    arrives: Any
    amount: Floats


@dataclass(frozen=True, eq=False)
class Holdings:
    """Who holds which capital good: one holding per (good, technique), or per good where stocks are pooled.

    Attributes
    ----------
    goods, techniques : positions of each holding's good and technique (``techniques`` is None where stocks are pooled).
    """

    economy: Economy
    goods: Any
    techniques: Any

    @classmethod
    def of(cls, economy: Economy) -> Holdings:
        """Find the holdings: the pairs (or goods) with a capital coefficient in any period."""
        pattern = sp.csr_array(economy.matrix("capital", 0))
        for t in range(1, 1 if economy.constant("capital") else len(economy.periods)):
            pattern = pattern + economy.matrix("capital", t)
        pattern = sp.csr_array(pattern + economy.curve_cells("capital"))
        if economy.has("capital_pool"):
            return cls(economy, np.flatnonzero(np.diff(pattern.indptr)), None)
        pairs = sp.coo_array(pattern)
        return cls(economy, pairs.row, pairs.col)

    @property
    def count(self) -> int:
        """Number of holdings."""
        return len(self.goods)

    @property
    def names(self) -> pd.Index:
        """Labels (good, technique), or goods where stocks are pooled."""
        if self.techniques is None:
            of_goods: pd.Index = self.economy.goods[self.goods]
            return of_goods
        labelled = self.labels(self.economy.periods[:1])
        assert isinstance(labelled, pd.MultiIndex)
        return labelled.droplevel(-1)

    def labels(self, periods: pd.Index) -> pd.Index:
        """Return labels (good, technique, period), or (good, period) where stocks are pooled."""
        if self.techniques is None:
            return labels(("good", self.economy.goods[self.goods]), ("period", periods))
        return pair_labels(self.economy.goods, self.economy.techniques, (self.goods, self.techniques), periods)

    def pick(self, table: str, period: int) -> Floats:
        """Return a table's value for each holding (a matrix by pair, a vector by good)."""
        if not self.count:
            return np.zeros(0)
        if self.techniques is None:
            stocks: Floats = self.economy.vector(table, period)[self.goods]
            return stocks
        picked: Floats = np.asarray(self.economy.matrix(table, period)[self.goods, self.techniques]).ravel()
        return picked

    @property
    def lags(self) -> Any:
        """Whole periods from investment to use of each holding; from the number of periods on, nobody uses it."""
        lags = self.economy.vector("investment_lag", 0)[self.goods]
        return np.minimum(lags, len(self.economy.periods)).astype(int)

    def wear(self, period: int) -> Floats:
        """Return the share of each holding that is lost in a year of a period."""
        return self.pick("depreciation" if self.techniques is not None else "pool_depreciation", period)

    def surviving(self, period: int) -> Floats:
        """Return the share of each holding that lasts from the start of a period to the start of the next."""
        kept: Floats = lasting(self.wear(period), float(lengths(self.economy)[period]))
        return kept

    def added(self, period: int) -> Floats:
        """Return what stands of each holding, when it arrives, of a unit a year invested throughout a period.

        It is put to use year by year in the period before that of its arrival, and wears out there; what arrives after
        the end wears as in the last period.
        """
        years = float(lengths(self.economy)[period])
        if years == 1.0:
            return np.ones(self.count)
        before = np.minimum(period + self.lags, len(self.economy.periods)) - 1
        added: Floats = np.zeros(self.count)
        for t in np.unique(before):
            added = np.where(before == t, added_up(self.wear(int(t)), years), added)
        return added

    def invested(self, count: int) -> Invested:
        """Return where the investment of the first so many periods goes."""
        every = np.tile(np.arange(self.count), count)
        placed = np.repeat(np.arange(count), self.count)
        amounts = np.concatenate([np.zeros(0), *(self.added(t) for t in range(count))])
        return Invested(every, placed, placed + self.lags[every], amounts)

    def given(self, period: int) -> Floats:
        """Return what is there of each holding from outside: at the start, or ordered before it."""
        arriving = self.pick("capital_orders", period) if self.economy.has("capital_orders") else np.zeros(self.count)
        if period > 0:
            return arriving
        return arriving + self.pick("initial_capital" if self.techniques is not None else "capital_pool", 0)

    def tied_up(self, period: int) -> Any:
        """Return the capital tied up per unit of activity: shape (holdings, techniques)."""
        capital = self.economy.matrix("capital", period)
        if self.techniques is None:
            return capital[self.goods, :]
        shape = (self.count, len(self.economy.techniques))
        return sp.csr_array((self.pick("capital", period), (np.arange(self.count), self.techniques)), shape=shape)

"""What is left of capital after a period: stocks, what is on order, and when what stands is taken out of service.

Capital follows its law, as an equality: what lasts of it, what was moved, what was invested and arrives, and what was
ordered. (The stocks of a plan may be lower than that where nobody uses them.) An investment that arrives later is an
order, and so is one that arrives just then and has a service life, for the law gives an order its life from its
arrival. Of what has arrived before, what is still due is a retirement, as of the start of the next period.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import CannotAnswerError, listed
from ..laws.holdings import Holdings, has_capital
from ..laws.terminal_settings import ends_open
from .executed import Executed, rounded_up

#: Stocks below zero by less than this share of what they are made of are none.
_ROUNDING = 1e-9


def capital_left(done: Executed) -> dict[str, Any]:
    """Return the tables of capital as they stand when a period is over.

    Raises
    ------
    CannotAnswerError : what was invested has no place in the tables: orders of pooled capital, what arrives after the
        end, or leaves service just then, where the question counts what is left.
    """
    if not has_capital(done.economy):
        return {}
    left = _Left(done)
    left.refuse_what_has_no_table()
    if left.holdings.techniques is None:
        pool = np.zeros(len(done.economy.goods))
        pool[left.holdings.goods] = rounded_up(left.lasting + left.arriving(1))
        return {"capital_pool": pool}
    return left.tables()


class _Left:
    """What the first period leaves of the stocks of each holding."""

    def __init__(self, done: Executed) -> None:
        self.economy, self.open = done.economy, ends_open(done.plan.question)
        self.holdings = holdings = Holdings.of(done.economy)
        self.count = len(done.economy.periods)
        self.lags = holdings.lags
        lives = done.economy.vector("service_life", 0)[holdings.goods]
        self.lives = np.minimum(lives, self.count + 1).astype(int)
        self.invested = holdings.added(0) * done.held("investment", holdings)
        self.kept = holdings.surviving(0)
        there = holdings.given(0) - self.ordered(0) - self.retired(0) - self.retired(1)
        moved = done.held("shifted_in", holdings) - done.held("shifted_out", holdings)
        #: Of what was there before, at the start of the next period.
        self.lasting = self.kept * (there + self.ordered(0) * (self.lives > 1)) + moved

    def ordered(self, t: int) -> Floats:
        """Return what was ordered before and arrives in a period, by holding."""
        there = self.economy.has("capital_orders")
        return self.holdings.pick("capital_orders", t) if there else np.zeros(self.holdings.count)

    def retired(self, t: int) -> Floats:
        """Return what is retired in a period of what was there at the start, by holding."""
        there = self.economy.has("retirements")
        return self.holdings.pick("retirements", t) if there else np.zeros(self.holdings.count)

    def arriving(self, t: int) -> Floats:
        """Return what of the period's investment arrives in a later one, by holding."""
        return np.where(self.lags == t, self.invested, 0.0)

    def refuse_what_has_no_table(self) -> None:
        """Raise where the tables have no place for what was invested."""
        beyond = (self.lags >= self.count) & (self.invested > 0)
        if not self.open:
            self._refuse(beyond, "arrives after the last period, where the question counts it, and 'capital_orders'")
        if self.holdings.techniques is not None:
            ends = (self.ordered(0) > 0) & (self.lives == self.count)
            if not self.open:
                self._refuse(ends, _DUE)
            return
        later = (self.lags > 1) & (self.lags < self.count) & (self.invested > 0)
        self._refuse(later, "arrives in the pool after the next period ('investment_lag'), and 'capital_orders'")
        due = self._short_lived() & (self.arriving(1) > 0)
        self._refuse(due, "leaves the pool again when its 'service_life' is over, and 'retirements'")

    def _short_lived(self) -> npt.NDArray[np.bool_]:
        """Return whether what arrives in the next period leaves while there is somebody who counts it."""
        within: npt.NDArray[np.bool_] = 1 + self.lives < self.count + (not self.open)
        return within

    def _refuse(self, which: npt.NDArray[np.bool_], why: str) -> None:
        if which.any():
            goods = self.economy.goods[np.unique(self.holdings.goods[which])]
            raise CannotAnswerError(
                f"{self.economy.name}: what was invested in {listed(goods)} {why} has no place for it; it cannot be "
                "carried over"
            )

    def tables(self) -> dict[str, Any]:
        """Return the tables of stocks held by techniques, those by arrival for the periods that are left."""
        count = self.count - 1
        orders = np.array([self.ordered(t + 1) + self.arriving(t + 1) for t in range(count)])
        as_order = self._short_lived()
        stock = self.lasting + np.where(as_order, 0.0, self.arriving(1))
        orders[0] -= np.where(as_order, 0.0, self.arriving(1))
        due = np.array([self.kept * self.retired(t + 1) * (t > 0) for t in range(count)])
        _add_due(due, self.lives - 1, self.kept * self.ordered(0))
        size = np.abs(stock) + self.kept * self.holdings.given(0) + self.arriving(1) + self.ordered(1)
        away = np.where(stock < -_ROUNDING * size, -stock, 0.0)  # moved on in the moment of its arrival
        if not self.open:
            self._refuse((away > 0) & (self.lives == count), _DUE)
        orders[0] = np.maximum(orders[0] - away, 0.0)
        _add_due(due, self.lives, away)
        stock = rounded_up(stock, size)
        tables: dict[str, Any] = {"initial_capital": self._placed(stock)}
        if orders.any() or self.economy.has("capital_orders"):
            tables["capital_orders"] = self._by_period(rounded_up(orders))
        if due.any() or self.economy.has("retirements"):
            tables["retirements"] = self._by_period(due)
        return tables

    def _by_period(self, amounts: Floats) -> dict[Any, sp.csr_array]:
        return dict(zip(self.economy.periods[1:], map(self._placed, amounts), strict=True))

    def _placed(self, amounts: Floats) -> sp.csr_array:
        shape = len(self.economy.goods), len(self.economy.techniques)
        return sp.csr_array((amounts, (self.holdings.goods, self.holdings.techniques)), shape=shape)


def _add_due(due: Floats, when: npt.NDArray[np.intp], amounts: Floats) -> None:
    """Add what leaves service in some period of those that are left; before and after them there is nothing to say."""
    within = np.flatnonzero((when > 0) & (when < len(due)))
    due[when[within], within] += amounts[within]


_DUE = (
    "leaves service just after the last period ('service_life'), where the question counts what is left, and "
    "'retirements'"
)

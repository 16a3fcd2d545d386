"""Stocks of capital, forward in time: what is there in each period of what was there, was ordered, and is invested."""

from __future__ import annotations

import numpy as np

from ..base.arrays import Floats
from .holdings import Holdings


def stocks_over_time(holdings: Holdings, investment: Floats | None = None, besides: Floats | None = None) -> Floats:
    """Return the stock of each holding at the start of each period, shape (holdings, periods).

    A stock is what is there from outside, what lasts of the period before, and the investment that arrives.

    Parameters
    ----------
    investment : made in a year of each period, shape (holdings, periods); nothing is invested where it is None.
    besides : what comes besides at the start of each period (below zero: goes), as by moving and retirement; shape
        (holdings, periods) or more.
    """
    count = len(holdings.economy.periods)
    built = None if investment is None else added_investment(holdings, investment)
    stock = np.zeros((holdings.count, count))
    for t in range(count):
        stock[:, t] = holdings.given(t) + (0.0 if besides is None else besides[:, t])
        if t > 0:
            stock[:, t] += holdings.surviving(t - 1) * stock[:, t - 1]
            if built is not None:
                arriving = t - holdings.lags
                within = arriving >= 0
                stock[within, t] += built[within, arriving[within]]
    return stock


def stocks_left(holdings: Holdings, stock: Floats, investment: Floats) -> Floats:
    """Return what is left of each holding after the last period: what lasts, and what has not arrived by then.

    Parameters
    ----------
    stock : at the start of each period, shape (holdings, periods).
    investment : made in a year of each period, shape (holdings, periods).
    """
    count = stock.shape[1]
    late = np.arange(count) + holdings.lags[:, None] >= count
    built = np.where(late, added_investment(holdings, investment), 0.0).sum(axis=1)
    left: Floats = holdings.surviving(count - 1) * stock[:, -1] + built
    return left


def added_investment(holdings: Holdings, investment: Floats) -> Floats:
    """Return what stands of the investment of each period when it arrives, shape (holdings, periods).

    Parameters
    ----------
    investment : made in a year of each period, shape (holdings, periods).
    """
    added = [holdings.added(t) * investment[:, t] for t in range(investment.shape[1])]
    return np.column_stack(added)

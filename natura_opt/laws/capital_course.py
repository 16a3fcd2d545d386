"""Stocks of capital, forward in time: what is there in each period of what was there, was ordered, and is invested."""

from __future__ import annotations

import numpy as np

from ..base.arrays import Floats
from .capital import Holdings


def stocks_over_time(holdings: Holdings, investment: Floats | None = None) -> Floats:
    """Return the stock of each holding at the start of each period, shape (holdings, periods).

    A stock is what is there from outside, what lasts of the period before, and the investment that arrives.

    Parameters
    ----------
    investment : made in each period, shape (holdings, periods); nothing is invested where it is None.
    """
    count = len(holdings.economy.periods)
    stock = np.zeros((holdings.count, count))
    for t in range(count):
        stock[:, t] = holdings.given(t)
        if t > 0:
            stock[:, t] += holdings.surviving(t - 1) * stock[:, t - 1]
            if investment is not None:
                arriving = t - holdings.lags
                within = arriving >= 0
                stock[within, t] += investment[within, arriving[within]]
    return stock

"""What has piled up of pollutants at the levels of activity that a plan has.

Where a stock costs nothing and no cap limits it, the rows that say it leave it open: it may be more than what lasts and
what was emitted. A plan that is shown has piled up no more than that.
"""

from __future__ import annotations

import numpy as np

from ..base.arrays import Floats
from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.pieces import row_sums
from ..program.protocol import Program
from .periods import added_up, lasting, lengths

#: Stocks that differ by less than this share of what they are made of are one, summed in another order.
_SAME = 1e-9


def per_year(economy: Economy) -> tuple[Floats, Floats]:
    """Return what a stock takes of the room for a year's emissions: negative, what lasts of that of the period before;
    and what that at the end of the period makes of it. Shapes (periods, pollutants), per unit of stock."""
    rates = [economy.vector("pollutant_decay", t) for t in range(len(economy.periods))]
    years = lengths(economy)
    gained = np.array([added_up(rate, n) for rate, n in zip(rates, years, strict=True)])
    kept = np.array([lasting(rate, n) for rate, n in zip(rates, years, strict=True)])
    return kept / gained, 1.0 / gained


def as_piled_up(program: Program, economy: Economy, question: Question, primal: Floats) -> Floats:
    """Return a point whose stocks are what lasts and what was emitted.

    What differs by rounding alone stays as it is, and so does a program that was changed by hand.

    Parameters
    ----------
    primal : column values, shape (n,).
    """
    rows, columns = program.row_block("pollutant_stock"), program.column_block("piled_up")
    if rows is None or columns is None:
        return primal
    every = labels(("pollutant", economy.pollutants), ("period", economy.periods))
    place, at = columns.index.get_indexer(every), rows.index.get_indexer(every)
    if (place < 0).any() or (at < 0).any():
        return primal
    left, there = per_year(economy)
    stocks = primal[columns.span][place].reshape(left.shape)
    levels = row_sums(program, primal)[rows.span][at].reshape(left.shape)
    sides = program.row_upper[rows.span][at].reshape(left.shape)
    earlier = np.vstack([np.zeros(left.shape[1]), stocks[:-1]])
    adding = levels + there * stocks - left * earlier - sides  # a year's emissions, and what was there at the start
    found = np.zeros_like(stocks)
    for t in range(len(found)):
        lasts = left[t] * found[t - 1] if t else 0.0
        found[t] = np.maximum((adding[t] + lasts) / there[t], 0.0)
    apart = stocks - found > _SAME * np.maximum(stocks, np.abs(adding) / there)
    point = primal.copy()
    point[columns.start + place] = np.where(apart, found, stocks).ravel()
    return point

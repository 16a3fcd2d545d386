"""Full contents: how much of each scarce thing a unit of each good takes in all, by the techniques in use.

Contents only say where to look for better prices, and prove nothing: they are found roughly, from where they stood
before, all columns in the same steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...base.arrays import Floats
from .shared_steps import SharedSteps
from .technique_table import Shares, Techniques

#: Steps before what has been found is added up; and how often.
_STEPS, _CYCLES = 6, 4
#: The least that a good counts for, beside the mean.
_COUNTS = 1e-2
#: Beyond so many numbers they are kept in single precision.
_DOUBLE = 4_000_000
#: Above so many scarce things, or so many bytes, contents are not asked for.
MOST_THINGS, MOST_BYTES = 64, 6 * 2**30


class Contents:
    """Full contents of all goods, shape (goods, things)."""

    def __init__(self, table: Techniques) -> None:
        shape = (table.goods, table.things)
        kind = np.float64 if table.goods * table.things <= _DOUBLE else np.float32
        self.table = table
        self.values = np.zeros(shape, dtype=kind)
        self._image, self._residual = np.empty_like(self.values), np.empty_like(self.values)
        self._steps = SharedSteps(shape, _STEPS, kind)

    @classmethod
    def bytes_of(cls, table: Techniques) -> int:
        """Return the memory that contents of a table take while they are found."""
        numbers = table.goods * table.things
        return numbers * (8 if numbers <= _DOUBLE else 4) * (_STEPS + 4)

    def find(self, shares: Shares, prices: Floats, outputs: Floats, exactness: float) -> None:
        """Bring contents up to the techniques in use.

        Parameters
        ----------
        prices, outputs : of the goods: errors count by value, and a little where nothing is made.
        exactness : what may be missed, beside direct use.
        """
        table = self.table
        direct = table.use_columns(shares, self._residual)
        values = prices * outputs
        mean = float(values.mean())
        least = np.where(prices > 0, _COUNTS * mean / np.where(prices > 0, prices, 1.0), 0.0)
        weights = np.maximum(outputs, least) ** 2
        sizes = np.einsum("i,ic,ic->c", weights, direct, direct, dtype=np.float64)
        factors = 1.0 / np.where(sizes > 0, sizes, 1.0)
        goal = exactness * float(np.sqrt((sizes > 0).sum()))
        for _ in range(_CYCLES):
            residual = self._left(shares)
            if self._steps.cycle(self._times(shares), self.values, residual, weights, factors, goal) <= goal:
                return

    def _times(self, shares: Shares) -> Any:
        return lambda columns: self.table.times_columns(shares, columns, self._image)

    def _left(self, shares: Shares) -> Any:
        residual = self.table.use_columns(shares, self._residual)
        residual += self.table.times_columns(shares, self.values, self._image)
        residual -= self.values
        return residual

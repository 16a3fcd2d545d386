"""Products of a technique table with several columns at once, which read every coefficient once for all of them.

Techniques stand in the order of the goods they make. What a technique needs is scattered into a fixed number of partial
sums, so that the answer does not depend on the number of cores.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba import get_num_threads, prange, set_num_threads

from ...base.arrays import Floats
from ...base.compiling import compiled
from ...input_output.coefficients import Coefficients

#: Partial sums of what techniques need, and parts of the goods that are otherwise worked on at once.
_SUMS, _PARTS = 4, 32
#: Up to this many coefficients a product is left to one core: it takes less than a busy second core keeps it waiting.
_ONE_CORE = 500_000


@compiled(nogil=True)
def _costs_of_goods(
    start: int, stop: int, first: Any, indptr: Any, indices: Any, data: Any, prices: Any, shares: Any, out: Any
) -> None:
    """Write what the inputs of some goods cost into ``out``, on average over their techniques, for every column."""
    columns = prices.shape[1]
    for i in range(start, stop):
        out[i, :] = 0.0
        for j in range(first[i], first[i + 1]):
            share = shares[j]
            for k in range(np.uint64(indptr[j]), np.uint64(indptr[j + 1])):
                here, weight = indices[k], share * data[k]
                for c in range(columns):
                    out[i, c] += weight * prices[here, c]


@compiled(nogil=True, parallel=True)
def _mean_costs(
    edges: Any, first: Any, indptr: Any, indices: Any, data: Any, prices: Any, shares: Any, out: Any
) -> None:
    for part in prange(len(edges) - 1):
        _costs_of_goods(edges[part], edges[part + 1], first, indptr, indices, data, prices, shares, out)


@compiled(nogil=True)
def _margins_of_goods(
    start: int, stop: int, first: Any, indptr: Any, indices: Any, data: Any, prices: Any, out: Any
) -> None:
    """Write each technique's price less what its inputs cost into ``out``, for every column."""
    columns = prices.shape[1]
    for i in range(start, stop):
        for j in range(first[i], first[i + 1]):
            for c in range(columns):
                out[j, c] = prices[i, c]
            for k in range(np.uint64(indptr[j]), np.uint64(indptr[j + 1])):
                here, amount = indices[k], data[k]
                for c in range(columns):
                    out[j, c] -= amount * prices[here, c]


@compiled(nogil=True, parallel=True)
def _margins(edges: Any, first: Any, indptr: Any, indices: Any, data: Any, prices: Any, out: Any) -> None:
    for part in prange(len(edges) - 1):
        _margins_of_goods(edges[part], edges[part + 1], first, indptr, indices, data, prices, out)


@compiled(nogil=True)
def _scatter(start: int, stop: int, indptr: Any, indices: Any, data: Any, levels: Any, sums: Any) -> None:
    """Add what techniques ``start`` to ``stop`` need at these levels to ``sums``, for every column."""
    columns = levels.shape[1]
    for j in range(start, stop):
        for k in range(np.uint64(indptr[j]), np.uint64(indptr[j + 1])):
            here, amount = indices[k], data[k]
            for c in range(columns):
                sums[here, c] += amount * levels[j, c]


@compiled(nogil=True, parallel=True)
def _needs(edges: Any, indptr: Any, indices: Any, data: Any, levels: Any, sums: Any, out: Any) -> None:
    for part in prange(len(edges) - 1):
        sums[part, :, :] = 0.0
        _scatter(edges[part], edges[part + 1], indptr, indices, data, levels, sums[part])
    for i in prange(len(out)):
        for c in range(out.shape[1]):
            total = 0.0
            for part in range(len(edges) - 1):
                total += sums[part, i, c]
            out[i, c] = total


@compiled(nogil=True)
def _spread(first: Any, indptr: Any, indices: Any, data: Any, weights: Any, mean: Any, out: Any) -> None:
    """Add to ``out`` how far the inputs of each good's techniques are from their mean: squares, by weight."""
    for i in range(len(first) - 1):
        total = 0.0
        for j in range(first[i], first[i + 1]):
            total += weights[j]
            for k in range(np.uint64(indptr[j]), np.uint64(indptr[j + 1])):
                mean[indices[k]] += weights[j] * data[k]
                out[indices[k]] += weights[j] * data[k] * data[k]
        for j in range(first[i], first[i + 1]):
            for k in range(np.uint64(indptr[j]), np.uint64(indptr[j + 1])):
                if total > 0.0:
                    out[indices[k]] -= mean[indices[k]] ** 2 / total
                mean[indices[k]] = 0.0


class ProductsByColumn:
    """A technique table that is read for several columns at once.

    Parameters
    ----------
    inputs : csr, shape (techniques, goods): inputs per unit made, techniques in the order of the goods they make.
    first : techniques of good i are ``first[i]`` to ``first[i + 1] - 1``, at least one.

    Attributes
    ----------
    good : which good each technique makes. passes : how often all coefficients have been read.
    """

    def __init__(self, inputs: Any, first: Any) -> None:
        table = Coefficients(inputs)
        self.matrix, self._parts, self.longest = table.matrix, table.parts, table.longest_row
        self.first = np.asarray(first, dtype=np.int64)
        self.good = np.repeat(np.arange(len(first) - 1), np.diff(first))
        self.passes = 0
        goods, techniques = len(self.first) - 1, len(self.good)
        self._goods = np.arange(_PARTS + 1) * goods // _PARTS
        self._techniques = np.arange(_SUMS + 1) * techniques // _SUMS
        self._sums = np.empty((_SUMS, goods, 1))
        self._cores = 1 if self.matrix.nnz <= _ONE_CORE else int(get_num_threads())

    @contextmanager
    def _on_its_cores(self) -> Iterator[None]:
        before = get_num_threads()
        set_num_threads(min(self._cores, before))
        try:
            yield
        finally:
            set_num_threads(before)

    def by_good(self, levels: Floats) -> Floats:
        """Return the sum of a number of each technique over the techniques of each good."""
        return np.asarray(np.add.reduceat(levels, self.first[:-1], axis=0))

    def margins(self, prices: Floats) -> Floats:
        """Return what a unit of each technique fetches less what its inputs cost, by column of prices."""
        columns = _columns(prices)
        out = np.empty((len(self.good), columns.shape[1]))
        with self._on_its_cores():
            _margins(self._goods, self.first, *self._parts, columns, out)
        self.passes += 1
        return out.reshape((len(self.good), *prices.shape[1:]))

    def mean_costs(self, shares: Floats, prices: Floats) -> Floats:
        """Return what the inputs of each good cost, its techniques weighted by ``shares``, by column of prices."""
        columns = _columns(prices)
        out = np.empty(columns.shape)
        with self._on_its_cores():
            _mean_costs(self._goods, self.first, *self._parts, columns, shares, out)
        self.passes += 1
        return out.reshape(prices.shape)

    def needs(self, levels: Floats) -> Floats:
        """Return what of each good goes into production at these levels of techniques, by column of levels."""
        columns = _columns(levels)
        goods = len(self.first) - 1
        if self._sums.shape[2] != columns.shape[1]:
            self._sums = np.empty((_SUMS, goods, columns.shape[1]))
        out = np.empty((goods, columns.shape[1]))
        with self._on_its_cores():
            _needs(self._techniques, *self._parts, columns, self._sums, out)
        self.passes += 1
        return out.reshape((goods, *levels.shape[1:]))

    def net(self, levels: Floats) -> Floats:
        """Return what production at these levels leaves over of each good."""
        return self.by_good(levels) - self.needs(levels)

    def spread(self, weights: Floats) -> Floats:
        """Return how differently a good's techniques use each good: weighted squares about the mean, summed."""
        goods = len(self.first) - 1
        out = np.zeros(goods)
        _spread(self.first, *self._parts, weights, np.zeros(goods), out)
        self.passes += 2
        return np.maximum(out, 0.0)


def _columns(given: Floats) -> Floats:
    return np.ascontiguousarray(given.reshape(len(given), -1), dtype=np.float64)

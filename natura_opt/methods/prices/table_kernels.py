"""Loops over a technique table: compiled, on every core, and of one result however many there are.

Goods are cut into blocks that depend on the table alone. What is gathered good by good does not depend on the blocks at
all; what is scattered or summed is added up block by block, always in the same order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from ...base.compiling import compiled
from ...input_output.column_kernels import add_columns
from ...input_output.kernels import _row


@compiled(nogil=True)
def ask_goods(
    start: Any,
    stop: Any,
    first: Any,
    rows: Any,
    indptr: Any,
    indices: Any,
    data: Any,
    scarcity: Any,
    prices: Any,
    lowest: Any,
    chosen: Any,
) -> None:
    """Write the lowest cost of goods ``start`` to ``stop`` and the first technique that has it."""
    for i in range(start, stop):
        best = rows[first[i]]
        least = np.inf
        for t in range(first[i], first[i + 1]):
            j = rows[t]
            cost = scarcity[j] + _row(indices, data, indptr[j], indptr[j + 1], prices)
            if cost < least:
                least = cost
                best = j
        lowest[i] = least
        chosen[i] = best


@compiled(nogil=True, parallel=True)
def ask(
    cuts: Any,
    first: Any,
    rows: Any,
    indptr: Any,
    indices: Any,
    data: Any,
    scarcity: Any,
    prices: Any,
    lowest: Any,
    chosen: Any,
) -> None:
    """Ask every good's industries, in blocks of goods cut at ``cuts``."""
    for block in prange(len(cuts) - 1):
        ask_goods(cuts[block], cuts[block + 1], first, rows, indptr, indices, data, scarcity, prices, lowest, chosen)


@compiled(nogil=True)
def times_goods(
    start: Any, stop: Any, begins: Any, used: Any, shares: Any, indptr: Any, indices: Any, data: Any, x: Any, out: Any
) -> None:
    """Write what the techniques in use of goods ``start`` to ``stop`` spend on inputs at prices x."""
    for i in range(start, stop):
        total = 0.0
        for t in range(begins[i], begins[i + 1]):
            j = used[t]
            total += shares[t] * _row(indices, data, indptr[j], indptr[j + 1], x)
        out[i] = total


@compiled(nogil=True, parallel=True)
def times(
    cuts: Any, begins: Any, used: Any, shares: Any, indptr: Any, indices: Any, data: Any, x: Any, out: Any
) -> None:
    """Write ``A x`` of the techniques in use."""
    for block in prange(len(cuts) - 1):
        times_goods(cuts[block], cuts[block + 1], begins, used, shares, indptr, indices, data, x, out)


@compiled(nogil=True)
def scatter_goods(
    start: Any, stop: Any, begins: Any, used: Any, shares: Any, indptr: Any, indices: Any, data: Any, q: Any, sums: Any
) -> None:
    """Add the inputs that outputs q of goods ``start`` to ``stop`` take to ``sums``."""
    for i in range(start, stop):
        if q[i] != 0.0:
            for t in range(begins[i], begins[i + 1]):
                j = used[t]
                weight = shares[t] * q[i]
                for k in range(np.uint64(indptr[j]), np.uint64(indptr[j + 1])):
                    sums[indices[k]] += data[k] * weight


@compiled(nogil=True, parallel=True)
def transposed(
    cuts: Any,
    begins: Any,
    used: Any,
    shares: Any,
    indptr: Any,
    indices: Any,
    data: Any,
    q: Any,
    partial: Any,
    out: Any,
) -> None:
    """Write ``A' q`` of the techniques in use: every block into sums of its own, added in the order of blocks."""
    count, goods = partial.shape
    for block in prange(count):
        partial[block, :] = 0.0
        scatter_goods(cuts[block], cuts[block + 1], begins, used, shares, indptr, indices, data, q, partial[block])
    for i in prange(goods):
        total = 0.0
        for block in range(count):
            total += partial[block, i]
        out[i] = total


@compiled(nogil=True, parallel=True)
def times_columns(
    cuts: Any,
    begins: Any,
    used: Any,
    shares: Any,
    indptr: Any,
    indices: Any,
    data: Any,
    x: Any,
    out: Any,
) -> None:
    """Write ``A X`` of the techniques in use, all columns in one reading of their coefficients."""
    columns = x.shape[1]
    for block in prange(len(cuts) - 1):
        sums = np.zeros(columns)
        for i in range(cuts[block], cuts[block + 1]):
            sums[:] = 0.0
            for t in range(begins[i], begins[i + 1]):
                j = used[t]
                add_columns(indptr[j], indptr[j + 1], shares[t], indices, data, x, sums)
            for c in range(columns):
                out[i, c] = sums[c]


@compiled(nogil=True, parallel=True)
def use_columns(cuts: Any, begins: Any, used: Any, shares: Any, indptr: Any, indices: Any, data: Any, out: Any) -> None:
    """Write what the techniques in use of each good use of each scarce thing, per unit made."""
    for block in prange(len(cuts) - 1):
        for i in range(cuts[block], cuts[block + 1]):
            out[i, :] = 0.0
            for t in range(begins[i], begins[i + 1]):
                j = used[t]
                for k in range(np.uint64(indptr[j]), np.uint64(indptr[j + 1])):
                    out[i, indices[k]] += shares[t] * data[k]


@compiled(nogil=True, parallel=True)
def total_use(
    cuts: Any, begins: Any, used: Any, shares: Any, indptr: Any, indices: Any, data: Any, q: Any, sums: Any, lost: Any
) -> None:
    """Add up use of each scarce thing by outputs q, block by block, with what rounding loses beside it (Neumaier)."""
    for block in prange(len(cuts) - 1):
        sums[block, :] = 0.0
        lost[block, :] = 0.0
        for i in range(cuts[block], cuts[block + 1]):
            if q[i] != 0.0:
                for t in range(begins[i], begins[i + 1]):
                    j = used[t]
                    weight = shares[t] * q[i]
                    for k in range(np.uint64(indptr[j]), np.uint64(indptr[j + 1])):
                        thing = indices[k]
                        term = data[k] * weight
                        before = sums[block, thing]
                        total = before + term
                        if before >= term:
                            lost[block, thing] += (before - total) + term
                        else:
                            lost[block, thing] += (term - total) + before
                        sums[block, thing] = total


@compiled(nogil=True, parallel=True)
def survey(
    cuts: Any,
    goods: Any,
    first: Any,
    rows: Any,
    begins: Any,
    used: Any,
    shares: Any,
    indptr: Any,
    indices: Any,
    data: Any,
    use_indptr: Any,
    use_indices: Any,
    use_data: Any,
    contents: Any,
    prices: Any,
    point: Any,
    there: Any,
    most: int,
    offsets: Any,
    out: Any,
) -> None:
    """Write what each technique takes beyond those in use of its good, of each scarce thing and in full.

    Parameters
    ----------
    cuts : blocks of ``goods``, those with a choice of techniques.
    contents : of every good, shape (goods, things). prices : exact ones at the rents ``point``, which contents
        only come near. there : of each thing; all there is is worth one at these rents.
    most : techniques of the good that has the most.
    offsets : where the techniques of each of ``goods`` begin in ``out``, whose rows they are.
    """
    things = contents.shape[1]
    for block in prange(len(cuts) - 1):
        mean = np.zeros(things)
        takes = np.zeros((most, things))
        costs = np.zeros(most)
        for place in range(cuts[block], cuts[block + 1]):
            i = goods[place]
            ways = first[i + 1] - first[i]
            for way in range(ways):
                j = rows[first[i] + way]
                takes[way, :] = 0.0
                cost = 0.0
                for k in range(np.uint64(use_indptr[j]), np.uint64(use_indptr[j + 1])):
                    thing = use_indices[k]
                    takes[way, thing] += use_data[k]
                    cost += use_data[k] * point[thing]
                add_columns(indptr[j], indptr[j + 1], 1.0, indices, data, contents, takes[way])
                costs[way] = cost + _row(indices, data, indptr[j], indptr[j + 1], prices)
            mean[:] = 0.0
            mean_cost = 0.0
            for t in range(begins[i], begins[i + 1]):
                for way in range(ways):
                    if rows[first[i] + way] == used[t]:
                        mean_cost += shares[t] * costs[way]
                        for c in range(things):
                            mean[c] += shares[t] * takes[way, c]
            for way in range(ways):
                near = 0.0
                for c in range(things):
                    near += (takes[way, c] - mean[c]) * point[c]
                # what contents miss of the difference is spread over all there is: the worth of that is one
                missed = (costs[way] - mean_cost) - near
                for c in range(things):
                    out[offsets[place] + way, c] = takes[way, c] - mean[c] + missed * there[c]

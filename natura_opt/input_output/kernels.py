"""Products with a sparse matrix on every core, row by row, and the sweeps that use a value as soon as it is known.

Compiled by numba without ``fastmath`` (reassociation makes LLVM emit vector gathers, which are slower than scalar loads
on common processors); four running sums per row hide the latency of additions instead. Positions are read as unsigned
numbers, so that no negative index has to be thought of at every coefficient, and the loop over rows stands in a
function of its own, because it is compiled badly inside a parallel one: together worth a third. A coefficient is
stored in single or double precision and always summed in double.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import prange

from ..base.compiling import compiled

Positions = npt.NDArray[np.unsignedinteger[Any]]

_ONE, _TWO, _THREE, _FOUR = (np.uint64(k) for k in (1, 2, 3, 4))


@compiled(nogil=True, inline="always")
def _row(indices: Any, data: Any, start: Any, stop: Any, x: Any) -> float:
    """Return the sum of ``data[k] x[indices[k]]`` over a run of entries."""
    a = b = c = d = 0.0
    k, end = np.uint64(start), np.uint64(stop)
    last = k + ((end - k) >> _TWO << _TWO)
    while k < last:
        a += data[k] * x[indices[k]]
        b += data[k + _ONE] * x[indices[k + _ONE]]
        c += data[k + _TWO] * x[indices[k + _TWO]]
        d += data[k + _THREE] * x[indices[k + _THREE]]
        k += _FOUR
    while k < end:
        a += data[k] * x[indices[k]]
        k += _ONE
    return (a + b) + (c + d)


@compiled(nogil=True)
def faults_of_rows(first: int, stop: int, indptr: Any, indices: Any, data: Any) -> int:
    """Return 1 if a row is not in strict order, plus 2 if a number is not finite, plus 4 if one is negative."""
    order = finite = sign = False
    for i in range(first, stop):
        last = -1
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            here = int(indices[k])
            order = order | (here <= last)
            last = here
            finite = finite | (not (abs(data[k]) < np.inf))
            sign = sign | (data[k] < 0.0)
    return int(order) + 2 * int(finite) + 4 * int(sign)


@compiled(nogil=True, parallel=True)
def find_faults(runs: Any, indptr: Any, indices: Any, data: Any, faults: Any) -> None:
    """Write what is wrong with each run of rows into ``faults``: see :func:`faults_of_rows`."""
    for part in prange(len(runs) - 1):
        faults[part] = faults_of_rows(runs[part], runs[part + 1], indptr, indices, data)


@compiled(nogil=True)
def product_of_rows(first: int, stop: int, indptr: Any, indices: Any, data: Any, x: Any, out: Any) -> None:
    """Write rows ``first`` to ``stop`` of ``A x`` into ``out``, on one core."""
    for i in range(first, stop):
        out[i] = _row(indices, data, indptr[i], indptr[i + 1], x)


@compiled(nogil=True, parallel=True)
def product(runs: Any, indptr: Any, indices: Any, data: Any, x: Any, out: Any) -> None:
    """Write ``A x`` into ``out``; ``runs`` cuts the rows into runs of about equally many coefficients."""
    for part in prange(len(runs) - 1):
        product_of_rows(runs[part], runs[part + 1], indptr, indices, data, x, out)


@compiled(nogil=True)
def scatter_rows(first: int, stop: int, indptr: Any, indices: Any, data: Any, y: Any, sums: Any) -> None:
    """Add ``A' y`` of rows ``first`` to ``stop`` to ``sums``, on one core."""
    for i in range(first, stop):
        weight = y[i]
        if weight != 0.0:
            for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                sums[indices[k]] += data[k] * weight


@compiled(nogil=True, parallel=True)
def transposed_product(runs: Any, indptr: Any, indices: Any, data: Any, y: Any, partial: Any, out: Any) -> None:
    """Write ``A' y`` into ``out`` from the rows of A: each run of rows is scattered into sums of its own.

    Parameters
    ----------
    runs : as many runs of rows as ``partial`` has rows.
    partial : room for the sums, shape (runs, columns of A).
    """
    count, columns = partial.shape
    for part in prange(count):
        partial[part, :] = 0.0
        scatter_rows(runs[part], runs[part + 1], indptr, indices, data, y, partial[part])
    for j in prange(columns):
        total = 0.0
        for part in range(count):
            total += partial[part, j]
        out[j] = total


@compiled(nogil=True)
def sweep(order: Any, indptr: Any, indices: Any, data: Any, rhs: Any, x: Any) -> None:
    """Set ``x_i = (rhs_i + sum_{j != i} a_ij x_j) / (1 - a_ii)`` for the rows in this order, in place.

    A Gauss-Seidel sweep of ``x = A x + rhs``; a substitution where every row comes after the rows it refers to.
    """
    for t in range(len(order)):
        i = order[t]
        x[i] = 0.0
        own = 0.0
        row = np.uint64(i)
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            if indices[k] == row:
                own = data[k]
        x[i] = (rhs[i] + _row(indices, data, indptr[i], indptr[i + 1], x)) / (1.0 - own)


@compiled(nogil=True)
def transposed_sweep(order: Any, indptr: Any, indices: Any, data: Any, residual: Any, x: Any) -> None:
    """Correct ``x = A' x + rhs`` good by good in this order; ``residual = rhs - x + A' x`` is kept up to date.

    A Gauss-Seidel sweep, from the rows of A: each correction is scattered along its row at once.
    """
    for t in range(len(order)):
        i = order[t]
        wrong = residual[i]
        if wrong != 0.0:
            own = 0.0
            row = np.uint64(i)
            for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                if indices[k] == row:
                    own = data[k]
            step = wrong / (1.0 - own)
            x[i] += step
            for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
                residual[indices[k]] += data[k] * step
            residual[i] = 0.0


@compiled(nogil=True)
def price_sweep(order: Any, margin: float, indptr: Any, indices: Any, data: Any, costs: Any, prices: Any) -> int:
    """Set prices above cost, good by good in this order: a witness, where every good comes before its users.

    Parameters
    ----------
    order : a good's row refers only to itself and to goods after it.
    margin : least share of the costs that is added to them; no price is below 1.
    costs : zeros, shape (n,); what each good's inputs cost, afterwards.

    Returns
    -------
    The first good that uses up more of itself than it makes, or -1; it has no price.
    """
    for t in range(len(order)):
        i = order[t]
        own = 0.0
        row = np.uint64(i)
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            if indices[k] == row:
                own = data[k]
        if own >= 1.0:
            return int(i)
        price = max(costs[i] * (1.0 + margin), 1.0) / (1.0 - own)
        prices[i] = price
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            costs[indices[k]] += data[k] * price
    return -1


@compiled(nogil=True)
def _before(indptr: Any, indices: Any, row: int, column: int) -> int:
    """Return where the entries of a row at or after a column begin."""
    low, high = int(indptr[row]), int(indptr[row + 1])
    while low < high:
        middle = (low + high) // 2
        if np.int64(indices[middle]) < column:
            low = middle + 1
        else:
            high = middle
    return int(low)


@compiled(nogil=True)
def _add_known(first: int, stop: int, edge: int, indptr: Any, indices: Any, data: Any, rhs: Any, x: Any) -> None:
    """Set ``x_i`` of some rows to ``rhs_i`` and what the columns from ``edge`` on, already known, add."""
    for i in range(first, stop):
        x[i] = rhs[i] + _row(indices, data, _before(indptr, indices, i, edge), indptr[i + 1], x)


@compiled(nogil=True)
def _within(start: int, edge: int, indptr: Any, indices: Any, data: Any, x: Any) -> None:
    """Finish the rows from ``edge`` up to ``start`` with the columns between them."""
    for i in range(edge - 1, start - 1, -1):
        first, stop = np.int64(indptr[i]), _before(indptr, indices, i, edge)
        own = 0.0
        if first < stop and np.int64(indices[first]) == i:
            own = data[first]
            first += 1
        x[i] = (x[i] + _row(indices, data, first, stop, x)) / (1.0 - own)


@compiled(nogil=True, parallel=True)
def substitute_upper(block: int, parts: int, indptr: Any, indices: Any, data: Any, rhs: Any, x: Any) -> None:
    """Solve ``x = A x + rhs`` for an upper triangular A with sorted rows, in blocks of rows from the last to the first.

    What a block's rows take from goods already known is summed on every core; what they take from each other is not.
    """
    edge = len(rhs)
    while edge > 0:
        start = max(edge - block, 0)
        rows = edge - start
        for part in prange(parts):
            first, stop = start + part * rows // parts, start + (part + 1) * rows // parts
            _add_known(first, stop, edge, indptr, indices, data, rhs, x)
        _within(start, edge, indptr, indices, data, x)
        edge = start

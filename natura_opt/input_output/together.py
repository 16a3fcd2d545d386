r"""Several systems ``Z = S + N Z`` of one non-negative matrix solved together: one pass serves every column.

What a unit of each good takes of ten limits is ten systems ``C = K' + A' C`` with one matrix. A product with ten
columns reads the coefficients once, and fetches ten neighbouring numbers where it would fetch one. The columns are held
in single precision: what is wanted of them is a direction, and whoever uses them corrects what they miss.

GMRES, a basis of its own for each column, all of them a step at a time. Sums over goods are in double precision, over
fixed blocks, so that they do not depend on the number of cores.

Source: Saad and Schultz 1986 (GMRES).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import get_num_threads, prange, set_num_threads

from ..base.arrays import Floats
from ..base.compiling import compiled
from .coefficients import Coefficients
from .cores import cut_evenly

Singles = npt.NDArray[np.float32]
#: Runs of rows that are summed apart where rows are scattered, and blocks of goods in sums over all.
_SCATTERED, _BLOCK = 4, 16_384
_RUNS = 64
#: Steps of a cycle, and products after which the columns are taken as they are.
_STEPS, _MOST = 8, 48
#: Bytes of a basis that are no matter beside the coefficients.
_SPARE = 50_000_000
#: Fewer products than this are left to one core.
_SMALL = 1_000_000


class Columns:
    """Columns ``Z`` that nearly solve ``Z = S + N Z``, N being A or its transpose, with ``C = v Z s``.

    Attributes
    ----------
    shares : Z, shape (n, m), in single precision.
    units : v > 0, shape (n,), in which the entries of a column are of one size.
    sizes : s, shape (m,), of the columns.
    """

    def __init__(self, shares: Singles, units: Floats, sizes: Floats) -> None:
        self.shares, self.units, self.sizes = shares, units, sizes

    def times(self, weights: Floats) -> Floats:
        """Return ``C w``, shape (n,)."""
        found = np.empty(len(self.units))
        with _cores(self.shares.size):
            _times_columns(self.shares, self.sizes * weights, found)
        return np.asarray(found * self.units)

    def transposed_times(self, amounts: Floats) -> Floats:
        """Return ``C' y``, shape (m,)."""
        return self.sizes * _over_goods(self.shares, self.units * amounts)

    def squares_times(self, amounts: Floats) -> Floats:
        """Return the sums of ``C**2 y``, shape (m,)."""
        return np.asarray(self.sizes**2 * _over_goods(self.shares**2, self.units**2 * amounts))


def solve_together(coefficients: Coefficients, transpose: bool, sides: Any, units: Floats, accuracy: float) -> Columns:
    """Return columns that solve ``C = sides + N C`` to about an accuracy, relative to each side.

    Parameters
    ----------
    transpose : whether N is the transpose of the coefficients.
    sides : csc array, shape (n, m), nothing negative.
    units : v > 0 with ``N v <= v``, shape (n,).
    """
    goods, count = sides.shape
    columns = [slice(int(start), int(stop)) for start, stop in pairwise(sides.indptr)]
    entries = [np.asarray(sides.data[at] / units[sides.indices[at]], dtype=np.float64) for at in columns]
    sizes = np.array([entry.max(initial=0.0) for entry in entries])
    sizes[sizes == 0.0] = 1.0
    shares = np.zeros((goods, count), dtype=np.float32)
    for k, at in enumerate(columns):
        shares[sides.indices[at], k] = entries[k] / sizes[k]
    del entries
    most = max(coefficients.nbytes, _SPARE) * 2 // (4 * goods * (_STEPS + 4 + _SCATTERED * transpose))
    groups = -(-count // int(np.clip(most, 1, max(count, 1))))
    with _cores(coefficients.nnz * max(count, 1)):
        for part in range(groups):
            own = slice(part * count // groups, (part + 1) * count // groups)
            side = np.ascontiguousarray(shares[:, own])
            shares[:, own] = _Together(coefficients, transpose, units, side.shape[1]).solve(side, accuracy)
    return Columns(shares, units, sizes)


@contextmanager
def _cores(work: int) -> Iterator[None]:
    """Leave small work to one core: it takes less than a busy second core keeps it waiting."""
    cores = get_num_threads()
    set_num_threads(1 if work < _SMALL else cores)
    try:
        yield
    finally:
        set_num_threads(cores)


class _Together:
    """GMRES for a few columns at once."""

    def __init__(self, coefficients: Coefficients, transpose: bool, units: Floats, count: int) -> None:
        self.coefficients, self.transpose, self.units = coefficients, transpose, units
        runs = _SCATTERED if transpose else _RUNS
        self.runs = cut_evenly(coefficients.matrix.indptr, runs)
        self.partial = np.empty((runs, len(units), count) if transpose else (0, 0, 0), dtype=np.float32)

    def apply(self, given: Singles) -> Singles:
        """Return ``Z - N Z`` in the units of the columns: a pass."""
        found = np.empty_like(given)
        parts = (self.runs, *self.coefficients.parts, self.units, given)
        if self.transpose:
            _scattered(*parts, self.partial, found)
        else:
            _gathered(*parts, found)
        self.coefficients.passes += 1
        return found

    def solve(self, side: Singles, accuracy: float) -> Singles:
        """Solve until no column's residual is above an accuracy, or the products are used up."""
        goal, made = accuracy * _norms(side), 0
        found, left = np.zeros_like(side), side
        while True:
            basis, weights, residual = self._cycle(left, goal, _MOST - made)
            for k, vector in enumerate(basis[: weights.shape[1]]):
                _add(found, vector, weights[:, k])
            made += weights.shape[1] + 1
            if (residual <= goal).all() or made >= _MOST:
                return found
            left = side - self.apply(found)

    def _cycle(self, left: Singles, goal: Floats, most: int) -> tuple[list[Singles], Floats, Floats]:
        """Return a basis, each column's weights of it, shape (m, steps), and the residuals these leave."""
        first = _norms(left)
        basis = [_scaled(left, first)]
        count, steps = left.shape[1], max(min(_STEPS, most), 1)
        table = np.zeros((count, steps + 1, steps))
        for k in range(steps):
            image = self.apply(basis[k])
            for j in range(k + 1):
                table[:, j, k] = _dots(basis[j], image)
                _add(image, basis[j], -table[:, j, k])
            table[:, k + 1, k] = _norms(image)
            weights, residual = _least_squares(table[:, : k + 2, : k + 1], first)
            if (residual <= goal).all() or k + 1 == steps:
                break
            basis.append(_scaled(image, table[:, k + 1, k]))
        return basis, weights, residual


def _least_squares(table: Floats, first: Floats) -> tuple[Floats, Floats]:
    """Return for each column the weights that leave the smallest residual, and its norm."""
    count, rows, steps = table.shape
    weights, residual = np.zeros((count, steps)), np.zeros(count)
    side = np.zeros(rows)
    for column in range(count):
        side[0] = first[column]
        weights[column] = np.linalg.lstsq(table[column], side, rcond=1e-7)[0]
        residual[column] = float(np.linalg.norm(side - table[column] @ weights[column]))
    return weights, residual


def _norms(given: Singles) -> Floats:
    return np.asarray(np.sqrt(_dots(given, given)))


def _scaled(given: Singles, norms: Floats) -> Singles:
    with np.errstate(divide="ignore"):
        inverse = np.where(norms > 0, 1.0 / norms, 0.0)
    found = np.zeros_like(given)
    _add(found, given, inverse)
    return found


def _dots(one: Singles, other: Singles) -> Floats:
    """Return the sums over goods of products, column by column."""
    blocks = -(-len(one) // _BLOCK)
    partial = np.zeros((max(blocks, 1), one.shape[1]))
    _dots_of_blocks(_BLOCK, one, other, partial)
    return np.asarray(partial.sum(axis=0))


def _over_goods(columns: Singles, amounts: Floats) -> Floats:
    blocks = -(-len(columns) // _BLOCK)
    partial = np.zeros((max(blocks, 1), columns.shape[1]))
    with _cores(columns.size):
        _sums_of_blocks(_BLOCK, columns, amounts, partial)
    return np.asarray(partial.sum(axis=0))


@compiled(nogil=True, parallel=True)
def _dots_of_blocks(block: int, one: Any, other: Any, partial: Any) -> None:
    for part in prange(len(partial)):
        for i in range(part * block, min((part + 1) * block, len(one))):
            for k in range(one.shape[1]):
                partial[part, k] += np.float64(one[i, k]) * np.float64(other[i, k])


@compiled(nogil=True, parallel=True)
def _sums_of_blocks(block: int, columns: Any, amounts: Any, partial: Any) -> None:
    for part in prange(len(partial)):
        for i in range(part * block, min((part + 1) * block, len(columns))):
            for k in range(columns.shape[1]):
                partial[part, k] += float(columns[i, k]) * amounts[i]


@compiled(nogil=True, parallel=True)
def _times_columns(columns: Any, weights: Any, found: Any) -> None:
    for i in prange(len(found)):
        total = 0.0
        for k in range(len(weights)):
            total += float(columns[i, k]) * weights[k]
        found[i] = total


@compiled(nogil=True, parallel=True)
def _add(found: Any, given: Any, weights: Any) -> None:
    """Add ``given * weights`` to ``found``, a weight per column."""
    for i in prange(len(found)):
        for k in range(len(weights)):
            found[i, k] += given[i, k] * weights[k]


@compiled(nogil=True)
def _gather_rows(
    first: int, stop: int, indptr: Any, indices: Any, data: Any, units: Any, given: Any, sums: Any, found: Any
) -> None:
    count = given.shape[1]
    for i in range(first, stop):
        sums[:] = 0.0
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            j = indices[k]
            share = data[k] * units[j]
            for c in range(count):
                sums[c] += share * given[j, c]
        for c in range(count):
            found[i, c] = given[i, c] - sums[c] / units[i]


@compiled(nogil=True, parallel=True)
def _gathered(runs: Any, indptr: Any, indices: Any, data: Any, units: Any, given: Any, found: Any) -> None:
    """Write ``Z - A Z`` in units of the goods."""
    for part in prange(len(runs) - 1):
        sums = np.zeros(given.shape[1])
        _gather_rows(runs[part], runs[part + 1], indptr, indices, data, units, given, sums, found)


@compiled(nogil=True)
def _scatter_rows(
    first: int, stop: int, indptr: Any, indices: Any, data: Any, units: Any, given: Any, sums: Any
) -> None:
    count = given.shape[1]
    for i in range(first, stop):
        for k in range(np.uint64(indptr[i]), np.uint64(indptr[i + 1])):
            j = indices[k]
            share = np.float32(data[k] * units[i] / units[j])
            for c in range(count):
                sums[j, c] += share * given[i, c]


@compiled(nogil=True, parallel=True)
def _scattered(
    runs: Any, indptr: Any, indices: Any, data: Any, units: Any, given: Any, partial: Any, found: Any
) -> None:
    """Write ``Z - A' Z`` in units of the goods: each run of rows is scattered into sums of its own."""
    for part in prange(len(partial)):
        partial[part] = np.float32(0.0)
        _scatter_rows(runs[part], runs[part + 1], indptr, indices, data, units, given, partial[part])
    for j in prange(len(found)):
        for c in range(found.shape[1]):
            total = np.float32(0.0)
            for part in range(len(partial)):
                total += partial[part, j, c]
            found[j, c] = given[j, c] - total

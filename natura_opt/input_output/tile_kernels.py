"""Products with a sparse matrix cut into tiles: the loops.

A tile's coefficients take from a stretch of x and add to a stretch of the sums that both stay in a core's own cache. So
no number is fetched from far away for a single coefficient, and one loop serves both directions: a core owns the bands
it adds to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from ..base.compiling import compiled

#: A place in a tile is one number of 32 bits: its row in the upper half, its column in the lower one.
_HALF, _LOW = np.uint32(16), np.uint32(0xFFFF)
_UPPER, _LOWER = np.uint32(16), np.uint32(0)
_ONE, _TWO, _THREE, _FOUR = (np.uint64(k) for k in (1, 2, 3, 4))


@compiled(nogil=True, inline="always")
def _add(to: Any, by: Any, start: Any, stop: Any, places: Any, data: Any, x: Any, sums: Any) -> None:
    """Add a tile's products to ``sums``: the half of a place shifted down by ``to`` is added to, that by ``by`` read.

    Neighbours mostly add to the same row, and a sum cannot be read before it is written: four quarters of the tile in
    turn keep neighbours apart.
    """
    k = np.uint64(start)
    quarter = (np.uint64(stop) - k) >> _TWO
    last = k + quarter
    half, third = quarter * _TWO, quarter * _THREE
    while k < last:
        p, q = places[k], places[k + quarter]
        sums[np.uint64((p >> to) & _LOW)] += data[k] * x[np.uint64((p >> by) & _LOW)]
        sums[np.uint64((q >> to) & _LOW)] += data[k + quarter] * x[np.uint64((q >> by) & _LOW)]
        p, q = places[k + half], places[k + third]
        sums[np.uint64((p >> to) & _LOW)] += data[k + half] * x[np.uint64((p >> by) & _LOW)]
        sums[np.uint64((q >> to) & _LOW)] += data[k + third] * x[np.uint64((q >> by) & _LOW)]
        k += _ONE
    k += third
    while k < np.uint64(stop):
        p = places[k]
        sums[np.uint64((p >> to) & _LOW)] += data[k] * x[np.uint64((p >> by) & _LOW)]
        k += _ONE


@compiled(nogil=True)
def product_of_bands(
    first: int, stop: int, high: int, wide: int, starts: Any, places: Any, data: Any, x: Any, out: Any
) -> None:
    """Write the bands ``first`` to ``stop`` of rows of ``A x`` into ``out``, on one core."""
    for i in range(first, stop):
        sums = out[i * high : (i + 1) * high]
        sums[:] = 0.0
        for j in range(starts.shape[1] - 1):
            part = x[j * wide : (j + 1) * wide]
            _add(_UPPER, _LOWER, starts[i, j], starts[i, j + 1], places, data, part, sums)


@compiled(nogil=True)
def transposed_product_of_bands(
    first: int, stop: int, high: int, wide: int, starts: Any, places: Any, data: Any, y: Any, out: Any
) -> None:
    """Write the bands ``first`` to ``stop`` of columns of ``A' y`` into ``out``, on one core."""
    for j in range(first, stop):
        sums = out[j * wide : (j + 1) * wide]
        sums[:] = 0.0
        for i in range(starts.shape[0]):
            part = y[i * high : (i + 1) * high]
            _add(_LOWER, _UPPER, starts[i, j], starts[i, j + 1], places, data, part, sums)


@compiled(nogil=True, parallel=True)
def tiled_product(runs: Any, high: int, wide: int, starts: Any, places: Any, data: Any, x: Any, out: Any) -> None:
    """Write ``A x`` into ``out``; ``runs`` cuts the bands of rows, of ``high`` rows each."""
    for part in prange(len(runs) - 1):
        product_of_bands(runs[part], runs[part + 1], high, wide, starts, places, data, x, out)


@compiled(nogil=True, parallel=True)
def transposed_tiled_product(
    runs: Any, high: int, wide: int, starts: Any, places: Any, data: Any, y: Any, out: Any
) -> None:
    """Write ``A' y`` into ``out``; ``runs`` cuts the bands of columns, of ``wide`` columns each."""
    for part in prange(len(runs) - 1):
        transposed_product_of_bands(runs[part], runs[part + 1], high, wide, starts, places, data, y, out)


@compiled(nogil=True)
def sort_bands(
    first: int,
    stop: int,
    bits: Any,
    rows: Any,
    indptr: Any,
    indices: Any,
    data: Any,
    starts: Any,
    places: Any,
    values: Any,
) -> None:
    """Write the coefficients of bands ``first`` to ``stop`` into tiles, on one core.

    Parameters
    ----------
    bits : binary digits of a row and of a column within a tile.
    rows : the rows of the table that are rows of the tiled matrix, in this order.
    starts : shape (bands of rows, bands of columns + 1); its first column says where each band begins, the others are
        written.
    """
    row_bits, column_bits = int(bits[0]), np.uint64(bits[1])
    low = (_ONE << column_bits) - _ONE
    columns = starts.shape[1] - 1
    at = np.empty(columns, dtype=np.int64)
    for band in range(first, stop):
        begin, end = band << row_bits, min((band + 1) << row_bits, len(rows))
        at[:] = 0
        for i in range(begin, end):
            row = np.uint64(rows[i])
            for k in range(np.uint64(indptr[row]), np.uint64(indptr[row + _ONE])):
                at[np.uint64(indices[k]) >> column_bits] += 1
        for j in range(columns):
            starts[band, j + 1] = starts[band, j] + at[j]
            at[j] = starts[band, j]
        for i in range(begin, end):
            row, upper = np.uint64(rows[i]), np.uint32(i - begin) << _HALF
            for k in range(np.uint64(indptr[row]), np.uint64(indptr[row + _ONE])):
                column = np.uint64(indices[k])
                here = column >> column_bits
                slot = np.uint64(at[here])
                at[here] += 1
                places[slot] = upper | np.uint32(column & low)
                values[slot] = data[k]


@compiled(nogil=True, parallel=True)
def sort_into_tiles(
    runs: Any,
    bits: Any,
    rows: Any,
    indptr: Any,
    indices: Any,
    data: Any,
    starts: Any,
    places: Any,
    values: Any,
) -> None:
    """Write every coefficient of some rows into its tile: see :func:`sort_bands`."""
    for part in prange(len(runs) - 1):
        sort_bands(runs[part], runs[part + 1], bits, rows, indptr, indices, data, starts, places, values)

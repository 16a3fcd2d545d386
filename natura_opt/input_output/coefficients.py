"""A matrix of input coefficients as the iterative methods use it: fast products both ways, counted.

A *pass* is one product: every coefficient read once, whatever the number of columns it is with.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numba
import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import DataError
from ..base.numbers import doubles, sparse_doubles
from .column_kernels import product_of_columns, product_of_columns_of_rows
from .cores import cut_evenly
from .kernels import faults_of_rows, find_faults, product, product_of_rows, scatter_rows, transposed_product
from .tiles import Tiles, tile_bytes

_RUNS_PER_THREAD = 8
#: Fewer coefficients than this are multiplied sooner than a second core is woken.
_SERIAL = 20_000
#: Fewer coefficients than this gain nothing by tiles.
_WORTH_TILES = 1_000_000
#: An x of fewer numbers than this stays in a core's own cache: A x is then faster from rows than from tiles.
_AT_HAND = 131_072
#: Most sums of its own that the transposed product keeps for each column.
_MOST_PARTIAL = 16
#: Bytes a core fetches at once.
_LINE = 64
#: Coefficients looked at together where a copy of them is made.
_PIECE = 2_000_000


class Coefficients:
    """A sparse matrix with fast products, counting passes over its coefficients.

    Parameters
    ----------
    matrix : any scipy sparse array, shape (m, n); csr with sorted indices, no entry twice and indices in 32 bits is
        used as it stands, without a copy. Coefficients may be in single precision: sums are in double all the same.

    Attributes
    ----------
    matrix : the csr array; indices in 32 bits where they fit.
    passes : products formed so far, and copies into tiles.
    negative : whether some coefficient is negative.

    Raises
    ------
    DataError : a coefficient is not a finite number, or this is not a matrix.
    """

    def __init__(self, matrix: Any) -> None:
        try:
            single = sp.issparse(matrix) and getattr(matrix, "dtype", None) == np.float32
            csr = sp.csr_array(matrix if single else sparse_doubles(matrix) if sp.issparse(matrix) else doubles(matrix))
        except (TypeError, ValueError) as error:
            raise DataError(f"the coefficients must be a matrix of numbers: {error}") from None
        if csr.ndim != 2:
            raise DataError(f"the coefficients must be a matrix, not of shape {csr.shape}")
        faults = _faults(csr)
        if faults & 1:  # sorted, and no entry twice: graph searches of scipy never end on those
            csr = sp.csr_array(csr, copy=True)
            csr.has_canonical_format = csr.has_sorted_indices = False
            csr.sum_duplicates()
        if faults & 2:
            raise DataError("the coefficients must be finite numbers")
        if csr.indices.dtype != np.int32 and max(csr.shape) < 2**31:
            wide, csr = csr, sp.csr_array(csr.shape, dtype=csr.dtype)
            pointers = wide.indptr.astype(np.int32) if wide.nnz < 2**31 else wide.indptr
            csr.data, csr.indices, csr.indptr = wide.data, wide.indices.astype(np.int32), pointers
        self.negative = bool(faults & 4)
        self.matrix = csr
        self.passes = 0
        self._threads = int(numba.get_num_threads()) if csr.nnz > _SERIAL else 1
        self._runs = cut_evenly(csr.indptr, self._threads * _RUNS_PER_THREAD)
        self._few = cut_evenly(csr.indptr, _partial_sums(csr))
        self._partial: Floats | None = None
        self._tiles: Tiles | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.matrix.shape
        return int(rows), int(columns)

    @property
    def nnz(self) -> int:
        """Number of coefficients."""
        return int(self.matrix.nnz)

    @property
    def nbytes(self) -> int:
        """Memory the coefficients take, with their tiles if there are any."""
        rows = int(self.matrix.data.nbytes + self.matrix.indices.nbytes + self.matrix.indptr.nbytes)
        return rows + (self._tiles.nbytes if self._tiles else 0)

    @property
    def tile_bytes(self) -> int:
        """Memory that :meth:`tile` takes: as much again as the coefficients; 0 where tiles would gain nothing."""
        if self.nnz < _WORTH_TILES:
            return 0
        return tile_bytes(self.shape, self.nnz, self.matrix.dtype.itemsize)

    @property
    def longest_row(self) -> int:
        """Most coefficients in a row."""
        return int(np.diff(self.matrix.indptr).max(initial=0))

    @cached_property
    def longest_column(self) -> int:
        """Most coefficients in a column."""
        count = np.zeros(self.shape[1], dtype=np.int64)
        for start in range(0, self.nnz, _PIECE):
            count += np.bincount(self.matrix.indices[start : start + _PIECE], minlength=self.shape[1])
        return int(count.max(initial=0))

    @property
    def parts(self) -> tuple[Any, Any, Any]:
        """Row pointers, column positions and values, as the kernels take them (positions unsigned)."""
        csr = self.matrix
        return csr.indptr, csr.indices.view(np.uint32 if csr.indices.dtype == np.int32 else np.uint64), csr.data

    def tile(self) -> Coefficients:
        """Copy the coefficients into tiles, with which products of vectors are two to three times as fast.

        Of fewer than 131,072 columns only the transposed product gains, about half as much again. The copy takes
        :attr:`tile_bytes` and the time of two or three products: whoever forms ten or more gains. It reads every
        coefficient, and counts as a pass. Nothing happens where nothing is to be gained. Sums are formed in another
        order from then on.
        """
        if self._tiles is None and self.tile_bytes:
            self._tiles = Tiles(self.matrix)
            self._partial = None
            self.passes += 1
        return self

    def times(self, x: Floats, out: Floats | None = None) -> Floats:
        """Return ``A x``; the result does not depend on the number of cores."""
        values = np.empty(self.shape[0]) if out is None else out
        given = _checked(x, (self.shape[1],))
        if self._tiles and self.shape[1] >= _AT_HAND:
            self._tiles.times(given, values)
        elif self._threads == 1:
            product_of_rows(0, self.shape[0], *self.parts, given, values)
        else:
            product(self._runs, *self.parts, given, values)
        self.passes += 1
        return values

    def times_columns(self, x: Any) -> Floats:
        """Return ``A X`` in one pass; the result does not depend on the number of cores.

        Parameters
        ----------
        x : shape (n, c), in double or single precision; sums are in double. At a million rows 4 columns take 1.3 to
            1.9 times as long as one, 8 two to three times, 10 three to four times: more than 8 numbers are not fetched
            at once.

        Returns
        -------
        Shape (m, c).

        Raises
        ------
        DataError : not n rows.
        """
        given = np.asarray(x)
        kind = np.float32 if given.dtype == np.float32 else np.float64
        given = _checked(given, (self.shape[1], given.shape[1] if given.ndim > 1 else 1), kind)
        values = np.empty((self.shape[0], given.shape[1]))
        if self._threads == 1:
            product_of_columns_of_rows(0, self.shape[0], *self.parts, given, values)
        else:
            product_of_columns(self._runs, *self.parts, _aligned(given), values)
        self.passes += 1
        return values

    def transposed_times(self, y: Floats, out: Floats | None = None) -> Floats:
        """Return ``A' y``, from the rows or tiles as they stand; the result does not depend on the number of cores."""
        values = np.empty(self.shape[1]) if out is None else out
        given = _checked(y, (self.shape[0],))
        if self._tiles:
            self._tiles.transposed_times(given, values)
        elif self._threads == 1:
            values[:] = 0.0
            for part, first in enumerate(self._few[:-1]):
                own = values if part == 0 else np.zeros_like(values)
                scatter_rows(first, self._few[part + 1], *self.parts, given, own)
                if part:
                    values += own
        else:
            if self._partial is None:
                self._partial = np.empty((len(self._few) - 1, self.shape[1]))
            transposed_product(self._few, *self.parts, given, self._partial, values)
        self.passes += 1
        return values

    def __repr__(self) -> str:
        return f"Coefficients {self.shape[0]:,} x {self.shape[1]:,}, {self.nnz:,} numbers, {self.passes:,} passes"


def _faults(csr: Any) -> int:
    """Look at every number once: 1 for rows out of order or entries given twice, 2 not finite, 4 negative."""
    if csr.nnz <= _SERIAL:
        return int(faults_of_rows(0, csr.shape[0], csr.indptr, csr.indices, csr.data))
    runs = cut_evenly(csr.indptr, int(numba.get_num_threads()) * _RUNS_PER_THREAD)
    faults = np.zeros(len(runs) - 1, dtype=np.int64)
    find_faults(runs, csr.indptr, csr.indices, csr.data, faults)
    return int(np.bitwise_or.reduce(faults))


def _partial_sums(csr: Any) -> int:
    """Return how many runs of rows have sums of their own: of the matrix alone, so that cores change no result."""
    if csr.nnz <= _SERIAL:
        return 1
    many = int(csr.nnz) // (16 * max(1, csr.shape[1]))
    return int(min(_MOST_PARTIAL, max(2, 1 << many.bit_length() >> 1)))


def _checked(x: Any, shape: tuple[int, ...], kind: Any = np.float64) -> Any:
    """Return contiguous numbers of this shape: the kernels test no bounds."""
    given = np.ascontiguousarray(x, dtype=kind)
    if given.shape != shape:
        raise DataError(f"numbers of shape {given.shape} cannot be multiplied with these coefficients; give {shape}")
    return given


def _aligned(x: Any) -> Any:
    """Return the same numbers in rows that do not straddle more lines of the cache than they must."""
    width = x.strides[0]
    if x.size == 0 or x.ctypes.data % min(width, _LINE) == 0 or (_LINE % width and width % _LINE):
        return x
    room = np.empty(x.nbytes + _LINE, dtype=np.uint8)
    start = -room.ctypes.data % _LINE
    moved = room[start : start + x.nbytes].view(x.dtype).reshape(x.shape)
    moved[:] = x
    return moved

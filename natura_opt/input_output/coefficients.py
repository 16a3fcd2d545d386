"""A matrix of input coefficients as the iterative methods use it: fast products both ways, counted.

A *pass* is one product: every coefficient read once.
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
from .kernels import faults_of_rows, find_faults, product, product_of_rows, scatter_rows, transposed_product

_RUNS_PER_THREAD = 8
#: Fewer coefficients than this are multiplied sooner than a second core is woken.
_SERIAL = 20_000
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
    passes : products formed so far.
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
        self._runs = cut(csr.indptr, self._threads * _RUNS_PER_THREAD)
        self._few = cut(csr.indptr, self._threads)
        self._partial: Floats | None = None

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
        """Memory the coefficients take."""
        return int(self.matrix.data.nbytes + self.matrix.indices.nbytes + self.matrix.indptr.nbytes)

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

    def times(self, x: Floats, out: Floats | None = None) -> Floats:
        """Return ``A x``; the result does not depend on the number of cores."""
        values = np.empty(self.shape[0]) if out is None else out
        given = np.ascontiguousarray(x, dtype=np.float64)
        if self._threads == 1:
            product_of_rows(0, self.shape[0], *self.parts, given, values)
        else:
            product(self._runs, *self.parts, given, values)
        self.passes += 1
        return values

    def transposed_times(self, y: Floats, out: Floats | None = None) -> Floats:
        """Return ``A' y``, from the rows as they stand (no transposed copy is made)."""
        values = np.empty(self.shape[1]) if out is None else out
        given = np.ascontiguousarray(y, dtype=np.float64)
        if self._threads == 1:
            values[:] = 0.0
            scatter_rows(0, self.shape[0], *self.parts, given, values)
        else:
            if self._partial is None:
                self._partial = np.empty((self._threads, self.shape[1]))
            transposed_product(self._few, *self.parts, given, self._partial, values)
        self.passes += 1
        return values

    def __repr__(self) -> str:
        return f"Coefficients {self.shape[0]:,} x {self.shape[1]:,}, {self.nnz:,} numbers, {self.passes:,} passes"


def _faults(csr: Any) -> int:
    """Look at every number once: 1 for rows out of order or entries given twice, 2 not finite, 4 negative."""
    if csr.nnz <= _SERIAL:
        return int(faults_of_rows(0, csr.shape[0], csr.indptr, csr.indices, csr.data))
    runs = cut(csr.indptr, int(numba.get_num_threads()) * _RUNS_PER_THREAD)
    faults = np.zeros(len(runs) - 1, dtype=np.int64)
    find_faults(runs, csr.indptr, csr.indices, csr.data, faults)
    return int(np.bitwise_or.reduce(faults))


def cut(indptr: Any, runs: int) -> Any:
    """Cut rows into runs of about equally many coefficients."""
    marks = np.linspace(0, int(indptr[-1]), runs + 1)
    cuts = np.searchsorted(indptr, marks).astype(np.int64)
    cuts[0], cuts[-1] = 0, len(indptr) - 1
    return np.maximum.accumulate(cuts)

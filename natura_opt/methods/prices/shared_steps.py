r"""GMRES for ``x = b + N x`` with one or several columns, all columns taking the same steps.

Each column's error is reduced by the same polynomial in N, chosen for all columns together: what is to be kept of a
step is as large as one block of columns, and each step reads N once. Unknowns are weighed, so that the answer does not
depend on units; sums are formed over fixed blocks, so that it does not depend on cores either.

Source: Saad and Schultz, "GMRES", SIAM Journal on Scientific and Statistical Computing 7 (1986).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import prange

from ...base.arrays import Floats
from ...base.compiling import compiled

#: Rows are summed in so many blocks, whatever the number of cores; and in one where there are few numbers.
_BLOCKS, _FEW = 32, 20_000


@compiled(nogil=True)
def _dots_of(start: Any, stop: Any, basis: Any, count: Any, vector: Any, weights: Any, factors: Any, sums: Any) -> None:
    columns = vector.shape[1]
    for k in range(count):
        total = 0.0
        for i in range(start, stop):
            part = 0.0
            for c in range(columns):
                part += factors[c] * basis[k, i, c] * vector[i, c]
            total += weights[i] * part
        sums[k] = total


@compiled(nogil=True, parallel=True)
def _dots(cuts: Any, basis: Any, count: Any, vector: Any, weights: Any, factors: Any, sums: Any) -> None:
    for block in prange(len(cuts) - 1):
        _dots_of(cuts[block], cuts[block + 1], basis, count, vector, weights, factors, sums[block])


@compiled(nogil=True)
def _add_of(start: Any, stop: Any, basis: Any, count: Any, amounts: Any, vector: Any) -> None:
    columns = vector.shape[1]
    for i in range(start, stop):
        for k in range(count):
            for c in range(columns):
                vector[i, c] += amounts[k] * basis[k, i, c]


@compiled(nogil=True, parallel=True)
def _add(cuts: Any, basis: Any, count: Any, amounts: Any, vector: Any) -> None:
    for block in prange(len(cuts) - 1):
        _add_of(cuts[block], cuts[block + 1], basis, count, amounts, vector)


class SharedSteps:
    """Room and sums for GMRES on arrays of one shape.

    Parameters
    ----------
    shape : rows and columns. steps : most steps before what has been found is added up.
    dtype : of the basis: single precision halves its memory, and costs a restart after seven digits.
    """

    def __init__(self, shape: tuple[int, int], steps: int, dtype: Any = np.float64) -> None:
        self.steps = min(steps, shape[0] * shape[1])
        self._basis = np.empty((self.steps + 1, *shape), dtype=dtype)
        blocks = 1 if shape[0] * shape[1] <= _FEW else _BLOCKS
        self._cuts = np.linspace(0, shape[0], blocks + 1).astype(np.int64)

    @property
    def nbytes(self) -> int:
        """Memory of the basis."""
        return int(self._basis.nbytes)

    def cycle(
        self, times: Callable[[Any], Any], x: Any, residual: Any, weights: Floats, factors: Floats, goal: float
    ) -> float:
        """Improve x in place; return the weighted norm of the residual that is left, as estimated.

        Parameters
        ----------
        times : ``N v``. residual : ``b + N x - x``, shape as x; overwritten.
        weights, factors : of rows and columns in the sum of squares that is made small.
        goal : the norm at which to stop.
        """
        basis = self._basis
        norm = self._norm(residual, weights, factors)
        if not norm > goal or not np.isfinite(norm):
            return norm
        basis[0] = residual / norm
        hessenberg = np.zeros((self.steps + 1, self.steps))
        left = norm
        for step in range(self.steps):
            image = np.subtract(basis[step], times(basis[step]), out=residual)
            along = self._against(step + 1, image, weights, factors)
            hessenberg[: step + 1, step] = along
            self._add(step + 1, -along, image)
            height = self._norm(image, weights, factors)
            if not np.isfinite(height):  # beyond any double: x stays as it is
                return np.inf
            hessenberg[step + 1, step] = height
            target = np.zeros(step + 2)
            target[0] = norm
            found = np.linalg.lstsq(hessenberg[: step + 2, : step + 1], target, rcond=None)[0]
            amounts = np.asarray(found, dtype=np.float64)
            left = float(np.linalg.norm(hessenberg[: step + 2, : step + 1] @ amounts - target))
            done = step + 1
            if not left > goal or not height > 1e-14 * norm:
                break
            np.divide(image, height, out=basis[step + 1])
        self._add(done, amounts, x)
        return left

    def _norm(self, vector: Any, weights: Floats, factors: Floats) -> float:
        sums = np.zeros((len(self._cuts) - 1, 1))
        self._sum(vector[None], 1, vector, weights, factors, sums)
        return float(np.sqrt(sums.sum()))

    def _against(self, count: int, vector: Any, weights: Floats, factors: Floats) -> Floats:
        sums = np.zeros((len(self._cuts) - 1, count))
        self._sum(self._basis, count, vector, weights, factors, sums)
        total: Floats = sums.sum(axis=0)
        return total

    def _sum(self, basis: Any, count: int, vector: Any, weights: Floats, factors: Floats, sums: Any) -> None:
        if len(self._cuts) == 2:
            _dots_of(0, vector.shape[0], basis, count, vector, weights, factors, sums[0])
        else:
            _dots(self._cuts, basis, count, vector, weights, factors, sums)

    def _add(self, count: int, amounts: Floats, vector: Any) -> None:
        if len(self._cuts) == 2:
            _add_of(0, vector.shape[0], self._basis, count, amounts, vector)
        else:
            _add(self._cuts, self._basis, count, amounts, vector)

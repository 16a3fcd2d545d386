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

from ...base.arrays import Floats


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
        self._flat = self._basis.reshape(self.steps + 1, -1)

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
        basis, flat = self._basis, self._flat
        scale = np.multiply.outer(weights, factors).astype(residual.dtype)
        norm = _norm(residual, scale)
        if not norm > goal or not np.isfinite(norm):
            return norm
        basis[0] = residual / norm
        hessenberg = np.zeros((self.steps + 1, self.steps))
        left = norm
        for step in range(self.steps):
            image = np.subtract(basis[step], times(basis[step]), out=residual)
            along = flat[: step + 1] @ (scale * image).ravel()
            hessenberg[: step + 1, step] = along
            image -= (along @ flat[: step + 1]).reshape(image.shape)
            height = _norm(image, scale)
            if not np.isfinite(height):  # beyond any double: x stays as it is
                return np.inf
            hessenberg[step + 1, step] = height
            target = np.zeros(step + 2)
            target[0] = norm
            amounts = np.linalg.lstsq(hessenberg[: step + 2, : step + 1], target, rcond=None)[0]
            left = float(np.linalg.norm(hessenberg[: step + 2, : step + 1] @ amounts - target))
            done = step + 1
            if not left > goal or not height > 1e-14 * norm:
                break
            np.divide(image, height, out=basis[step + 1])
        x += (amounts.astype(flat.dtype) @ flat[:done]).reshape(x.shape)
        return left


def _norm(vector: Any, scale: Any) -> float:
    with np.errstate(over="ignore"):  # not finite, which is looked at
        return float(np.sqrt(np.vdot(scale * vector, vector)))

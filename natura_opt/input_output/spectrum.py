"""The spectral radius of a non-negative matrix, enclosed; and what serves a demand."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..base.errors import DataError

#: Up to this size all eigenvalues are computed.
_SMALL = 300
#: Relative width of the enclosure at which power iteration stops, and the passes it is given before Arnoldi's method.
_ENCLOSED = 1e-12
_PASSES = 40
_BALANCED = 1e-13


def spectral_radius(matrix: Any) -> float:
    """Return the spectral radius of a non-negative square matrix in whose every column there is something.

    For any ``y > 0`` it lies between the least and the greatest ``(A'y)_j / y_j`` (Collatz, Wielandt); power iteration
    closes these bounds, or Arnoldi's method takes over where that is slow (nearly decomposable matrices).

    Raises
    ------
    DataError : neither settles.

    >>> import scipy.sparse as sp
    >>> round(spectral_radius(sp.csc_array([[0.5, 0.6], [0.9, 0.1]])), 5)
    1.06158
    """
    size = matrix.shape[0]
    if size <= _SMALL:
        return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())
    transposed = matrix.T
    vector = np.ones(size)
    for _ in range(_PASSES):
        image = transposed @ vector
        ratios = image / vector
        low, high = float(ratios.min()), float(ratios.max())
        if high - low <= _ENCLOSED * high:
            return 0.5 * (low + high)
        vector = image / image.max()
    from scipy.sparse.linalg import ArpackError, eigs

    try:
        eigenvalues = eigs(transposed, k=1, v0=vector, tol=1e-11, return_eigenvectors=False)
    except ArpackError as error:
        raise DataError(f"the spectral radius does not settle ({error}); take another seed or a smaller size") from None
    return float(np.abs(eigenvalues[0]))


def serving_levels(inputs: Any, demand: Floats) -> Floats:
    """Return ``x = (I − A)^{-1} d`` to rounding: every good's balance holds to 1e-13 of its own terms.

    Parameters
    ----------
    inputs : A, or its transpose for prices; sparse, spectral radius below 1.
    demand : d >= 0, shape (n,).

    Raises
    ------
    DataError : the balance does not close.
    """
    from scipy.sparse.linalg import LinearOperator, bicgstab

    size = len(demand)
    net = LinearOperator((size, size), matvec=lambda x: x - inputs @ x, dtype=np.float64)
    levels = np.zeros(size)
    for _ in range(20):  # refinement: each round solves for what the last left open
        used = inputs @ levels
        left = demand - levels + used
        if (np.abs(left) <= _BALANCED * (demand + np.abs(levels) + np.abs(used))).all():
            return levels
        levels = levels + bicgstab(net, left, rtol=1e-6, atol=0.0, maxiter=2000)[0]
        levels = demand + inputs @ levels  # one sweep, so that small components are as good as large ones
    raise DataError("the levels that serve the demand do not settle; take a smaller spectral radius")


def rounded(values: Floats, *, up: bool = False) -> Floats:
    """Return numbers with 24 binary digits, to the nearest or upwards: the same on machines that sum differently."""
    part, exponent = np.frexp(values)
    whole = np.ceil(part * 2.0**24) if up else np.round(part * 2.0**24)
    return np.ldexp(whole * 2.0**-24, exponent)

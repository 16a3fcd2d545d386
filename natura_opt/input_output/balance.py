"""Units in which coefficients are of one size: powers of two, so that nothing is rounded on the way into them."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

_STEPS = 5_000


def balanced_exponents(matrix: Any) -> Any:
    """Return whole exponents k such that coefficients ``a_ij 2^(k_j - k_i)`` are of one size, as nearly as can be.

    Least squares over the logarithms of all coefficients off the diagonal: a Laplacian system, solved by conjugate
    gradients. For a ring that is the best there is: all its coefficients become equal.
    """
    entries = sp.coo_array(matrix)
    off = (entries.row != entries.col) & (entries.data > 0)
    size = np.log2(entries.data[off].astype(np.float64))
    return exponents_of_links(entries.row[off], entries.col[off], size, matrix.shape[0])


def exponents_of_links(row: Any, column: Any, size: Any, count: int) -> Any:
    """Return whole exponents k with ``size + k_column - k_row`` as near to zero as can be, over all links."""
    if not len(row):
        return np.zeros(count, dtype=np.int64)
    met = np.bincount(row, minlength=count) + np.bincount(column, minlength=count)
    links = sp.csr_array((np.ones(len(row)), (row, column)), shape=(count, count))
    laplacian = sp.csr_array(sp.diags_array(met.astype(np.float64)) - links - links.T)
    side = np.bincount(row, size, count) - np.bincount(column, size, count)
    scale = 1.0 / np.maximum(met, 1)
    level, _ = spla.cg(
        laplacian, side, rtol=1e-6, atol=1e-3, maxiter=min(2 * count + 10, _STEPS), M=sp.diags_array(scale)
    )
    level = np.nan_to_num(level - level.mean())
    return np.round(level).astype(np.int64)

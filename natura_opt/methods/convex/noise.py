"""What an interior point leaves of zeros: amounts and multipliers that are nothing beside the others in their rows.

An interior point never reaches a bound: idle techniques run at 1e-12, and limits with room to spare are worth 1e-13.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...program.conic import ConicProgram

#: What is less than this share of the terms of every row (or column) that it stands in is taken for zero.
_NOTHING = 1e-10


def without_noise(conic: ConicProgram, primal: Floats, multipliers: Floats) -> tuple[Floats, Floats]:
    """Return amounts and multipliers with those at zero that are nothing beside the others.

    Parameters
    ----------
    primal : column values, shape (n,); only what may be zero and not less is looked at.
    multipliers : of the rows ``A x + s = b``, shape (m,); those of equations and of curved cones stay.
    """
    sizes = abs(sp.csc_array(conic.matrix))
    lower, _ = conic.bounds
    of_rows = np.asarray(sizes @ np.abs(primal))
    of_columns = np.abs(conic.cost) + conic.quadratic * np.abs(primal) + np.asarray(sizes.T @ np.abs(multipliers))
    bounding = conic.bounding
    share = _largest_share(sp.csc_array(sp.diags_array((~bounding).astype(float)) @ sizes), np.abs(primal), of_rows)
    amounts = np.where((lower == 0) & (share < _NOTHING), 0.0, primal)
    share = _largest_share(sp.csc_array(sizes.T), np.abs(multipliers), of_columns)
    fixed = conic.equal | conic.curved
    return amounts, np.where(~fixed & (share < _NOTHING), 0.0, multipliers)


def _largest_share(matrix: sp.csc_array, amounts: Floats, sizes: Floats) -> Floats:
    """Return the largest share of each column's terms in the rows that they stand in, shape (columns,)."""
    terms = matrix.data * np.repeat(amounts, np.diff(matrix.indptr))
    beside = sizes[matrix.indices]
    shares = np.where(terms > 0, terms / np.where(beside > 0, beside, 1.0), 0.0)
    largest = np.zeros(matrix.shape[1])
    np.maximum.at(largest, np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr)), shares)
    return largest

"""What a vector leaves over of itself, ``x - A x``, with its sign beyond doubt.

First in doubles, with all that rounding may hide taken off; where that does not decide, by exact sums. Each row is
looked at in units of its own x, so that no scale of the goods loses anything.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..proof.rounding import exact_sums

_EPS = float(np.finfo(np.float64).eps)
#: What underflow may take from one product, twice over.
TINY = float(np.finfo(np.float64).smallest_subnormal)
#: Terms below this, in units of the row's own x, are not added but charged; above its inverse they decide alone.
_LOST = -900
#: Most coefficients whose sums are formed exactly, one by one.
EXACT_SUMS = 2_000_000


def rounding(terms: int) -> float:
    """Return the most, relative to the sizes of its terms, by which a sum of so many products is rounded."""
    return (terms + 8) * _EPS / 2.0 * 1.01


def proven_surplus(x: Floats, used: Floats, terms: int) -> Floats:
    """Return lower bounds of ``x - A x`` where ``used`` is ``A x`` as computed in doubles, nothing negative.

    Parameters
    ----------
    terms : at least the number of products in any row.
    """
    hidden = rounding(terms) * (x + used) + (terms + 1) * TINY
    surplus: Floats = x - used - hidden
    return surplus


def exact_surplus(
    matrix: Any, vector: Floats, exponents: Any = 0, *, own: Any = None, at_least: bool = True
) -> tuple[Floats, Any]:
    """Bound ``(x - A x) / 2^k`` row by row, to one rounding, k the exponent of x in that row.

    Parameters
    ----------
    matrix : csr, non-negative. vector, exponents : x is ``vector * 2**exponents``, all positive.
    own : which x belongs to each row; by default the one at its position.
    at_least : bound from below; otherwise from above.

    Returns
    -------
    (the bounds, which are exact to one rounding where no term was too small to count; k).
    """
    parts, powers = np.frexp(vector)
    powers = powers + exponents
    mine = np.arange(matrix.shape[0]) if own is None else own
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    entries, scales = np.frexp(np.asarray(matrix.data, dtype=np.float64))
    shift = scales + powers[matrix.indices] - powers[mine[row]]
    scaled = np.ldexp(entries, np.clip(shift, _LOST, -_LOST))  # beyond the upper end, a term decides its row anyway
    scaled[(shift < _LOST) & (entries > 0)] = 2.0**_LOST if at_least else 0.0
    in_units = sp.csr_array((scaled, matrix.indices, matrix.indptr), shape=matrix.shape)
    return exact_sums(in_units, np.arange(matrix.shape[0]), -parts, parts[mine]), powers[mine]

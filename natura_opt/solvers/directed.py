"""Sums that prove: what a vector leaves over of itself, ``x - A x``, with its sign beyond doubt.

First in doubles with all that rounding may hide taken off. Where that does not decide, exactly: a product of two
doubles is the sum of two doubles (Dekker 1971), and ``math.fsum`` rounds the sum of any of them once, so its sign is
right. Each row is looked at in units of its own x, so that no scale of the goods loses anything.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..program import Floats

_EPS = float(np.finfo(np.float64).eps)
#: What underflow may take from one product, twice over.
TINY = float(np.finfo(np.float64).smallest_subnormal)
#: Terms below this, in units of the row's own x, are not added but charged; above its inverse they decide alone.
_LOST = -900
#: Most coefficients whose sums are formed exactly, one by one.
EXACT_SUMS = 2_000_000
_SPLITTER = 134217729.0  # 2^27 + 1


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
    entries, scales = np.frexp(np.asarray(matrix.data, dtype=np.float64))
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    high, low = _product(entries, parts[matrix.indices])
    shift = scales.astype(np.int64) + powers[matrix.indices] - powers[mine[row]]
    small = (shift < _LOST) & (high != 0.0)
    shift = np.clip(shift, _LOST, -_LOST)  # a term beyond the upper end decides its row however it is cut
    high, low = np.ldexp(high, shift), np.ldexp(low, shift)
    high[small], low[small] = (2.0**_LOST, 0.0) if at_least else (0.0, 0.0)
    surplus = np.empty(matrix.shape[0])
    for i in range(matrix.shape[0]):
        span = slice(matrix.indptr[i], matrix.indptr[i + 1])
        surplus[i] = math.fsum([parts[mine[i]], *(-high[span]).tolist(), *(-low[span]).tolist()])
    return surplus, powers[mine]


def _product(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> tuple[Floats, Floats]:
    """Return doubles whose sum is ``a b`` exactly; both below one, so that nothing overflows."""
    product = a * b
    a_high = _SPLITTER * a - (_SPLITTER * a - a)
    b_high = _SPLITTER * b - (_SPLITTER * b - b)
    a_low, b_low = a - a_high, b - b_high
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)

"""Finding a witness that an economy is productive: prices v > 0 with ``v > A'v``.

First plain powers of A', of which every combination is tried for free (their sum, as in Neumann's series, and the last
of them, as Collatz and Wielandt); where those would take long, a few Krylov steps, whose residual has only to be
smaller than the margin asked for. If instead the margins come out positive and some price is not, no economy is that:
``(I - A')^{-1}`` would be non-negative were it productive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from ..errors import OptionError
from .coefficients import Coefficients
from .kernels import Floats, price_sweep
from .krylov import solve_gmres
from .structure import Shape
from .system import Witness, rounding
from .unproductive import diagnose_unproductive

#: Powers tried before anything else, and at most where they are seen to be enough.
_FEW, _MANY = 6, 20
#: Margins below this share of the price make a poor bound in the maximum norm.
_FAIR = 1e-4
_KRYLOV_PASSES = 400
#: Margin on costs where prices are set good by good.
_MARGIN = 0.05
#: Economies up to this size are factorised where nothing else decides.
_FACTORISED = 3_000


def find_witness(
    coefficients: Coefficients,
    names: Sequence[object] | None = None,
    proposed: Floats | None = None,
    shape: Shape | None = None,
) -> Witness:
    """Return prices that leave every technique a margin.

    Parameters
    ----------
    names : of the goods, for the error.
    proposed : prices to try first: one pass, and the only one if they are good.
    shape : of the economy, where it is known: triangular ones are priced good by good, one pass.

    Errors
    ------
    UnproductiveError : there are none; the block of goods that is to blame is named.
    OptionError : the prices proposed are not positive numbers, one per good.
    """
    size = coefficients.shape[0]
    if proposed is not None:
        if np.shape(proposed) != (size,) or not (np.isfinite(proposed).all() and np.all(np.asarray(proposed) > 0)):
            raise OptionError(f"witness must be {size:,} positive numbers, one price per good")
        made = _checked(coefficients, np.asarray(proposed, dtype=np.float64))
        if made is not None:
            return made
    if shape is not None and shape.triangular:
        return _by_substitution(coefficients, shape, names)
    if size <= _SMALL:
        return _factorised(coefficients, names)
    made, scale = _by_powers(coefficients)
    if made is None:
        made = _by_krylov(coefficients, scale, names)
    return made


#: Economies up to this size are factorised at once.
_SMALL = 200


def _checked(coefficients: Coefficients, prices: Floats, used: Floats | None = None) -> Witness | None:
    """Return the witness if every margin is positive beyond rounding."""
    used = coefficients.transposed_times(prices) if used is None else used
    deepest = rounding(coefficients.shape[0])  # no column is longer than this
    margins = prices - used - deepest * (prices + used)
    return Witness(prices, margins) if bool((prices > 0).all() and (margins > 0).all()) else None


def _by_substitution(coefficients: Coefficients, shape: Shape, names: Sequence[object] | None) -> Witness:
    """Price each good above what it costs, where the goods can be put in an order in which that is known."""
    prices = np.ones(coefficients.shape[0])
    made = _checked(coefficients, prices)
    if made is not None and (made.margins >= _FAIR * made.prices).all():
        return made
    coefficients.passes += 1
    sick = price_sweep(shape.order[::-1].copy(), _MARGIN, *coefficients.parts, np.zeros_like(prices), prices)
    made = _checked(coefficients, prices) if sick < 0 and np.isfinite(prices).all() else None
    if made is None:
        raise diagnose_unproductive(coefficients, names)
    return made


def _by_powers(coefficients: Coefficients) -> tuple[Witness | None, Floats]:
    """Try prices made of ``y_k = A'^k 1`` and their sum; return also a positive vector in the goods' own scales."""
    first = np.ones(coefficients.shape[0])
    power, total, steps, allowed = first, np.zeros_like(first), 0, _FEW
    while True:
        following = coefficients.transposed_times(power)
        total = total + power
        steps += 1
        share = _share(first, power, following)
        prices = total if np.isinf(share) else power + share * total
        used = (total - first + following) if np.isinf(share) else following + share * (total - first + following)
        if share > 0:
            made = _checked(coefficients, prices, used)
            if made is not None and (made.margins >= _FAIR * made.prices).all():
                exact = _checked(coefficients, prices)  # sums of rounded powers prove nothing: one pass that does
                if exact is not None:
                    return exact, prices
        high = float((following / first).max(initial=0.0))
        falling = float(following.sum() / max(power.sum(), 1e-300))
        if not np.isfinite(high) or high == 0.0:
            return None, first
        power = following
        if steps >= allowed:
            more = np.log(max(high, 1.0)) / -np.log(falling) if falling < 1 else np.inf
            if allowed == _MANY or steps + more > _MANY:
                return None, power + max(power.mean(), 1e-300) * 1e-3 * total / max(total.mean(), 1e-300)
            allowed = _MANY


def _share(first: Floats, power: Floats, following: Floats) -> float:
    """Return how much of the sum to add to the last power so that every margin is positive; 0 where none does."""
    if (following < first).all():
        return float("inf")
    falls, over = power - following, following - first
    if (falls[over >= 0] <= 0).any():
        return 0.0
    risky = over > 0
    return float(0.5 * (falls[risky] / over[risky]).min(initial=1.0))


def _by_krylov(coefficients: Coefficients, scale: Floats, names: Sequence[object] | None) -> Witness:
    """Solve ``v - A'v = scale`` until what is left of it is smaller than the scale in every good."""
    size = len(scale)

    def apply(z: Floats) -> Floats:
        product: Floats = z - coefficients.transposed_times(scale * z) / scale
        return product

    z: Floats | None = None
    started = coefficients.passes
    for goal in (0.2, 0.05, 0.01, 0.002):
        z = solve_gmres(apply, np.ones(size), z, goal * np.sqrt(size), coefficients, started + _KRYLOV_PASSES)
        prices = scale * z
        used = coefficients.transposed_times(prices)
        if bool((prices > 0).all()):
            made = _checked(coefficients, prices, used)
            if made is not None:
                return made
        else:
            sizes = coefficients.transposed_times(np.abs(prices))
            deepest = rounding(size) * (np.abs(prices) + sizes)
            if bool((prices - used > deepest).all()) and bool((prices < -deepest).any()):
                raise diagnose_unproductive(coefficients, names)
        if coefficients.passes - started >= _KRYLOV_PASSES:
            break
    if size <= _FACTORISED:
        return _factorised(coefficients, names)
    raise diagnose_unproductive(coefficients, names)


def _factorised(coefficients: Coefficients, names: Sequence[object] | None) -> Witness:
    """Solve ``v - A'v = 1`` exactly, in units in which nothing is large or small, then once more for the answer.

    The second v comes near the eigenvector: no technique's margin is then much smaller a share of its price than any
    other's, which is what the bound in the maximum norm is worth.
    """
    scale: Any = _balance(coefficients)
    size = coefficients.shape[0]
    scaled = sp.diags_array(1.0 / scale) @ coefficients.matrix.T.astype(np.float64) @ sp.diags_array(scale)
    try:
        if size <= _SMALL:
            dense = np.eye(size) - scaled.toarray()
            z = np.linalg.solve(dense, np.ones(size))
            again = np.linalg.solve(dense, z)
        else:
            solve = spla.splu(sp.csc_array(sp.eye_array(size) - scaled)).solve
            z = solve(np.ones(size))
            again = solve(z)
    except (RuntimeError, np.linalg.LinAlgError):  # exactly singular: the radius is one
        raise diagnose_unproductive(coefficients, names) from None
    coefficients.passes += 1
    made = _checked(coefficients, scale * z) if np.isfinite(z).all() else None
    if made is None:
        raise diagnose_unproductive(coefficients, names)
    other = _checked(coefficients, scale * again) if np.isfinite(again).all() else None
    return made if other is None or _fairness(other) < _fairness(made) else other


def _fairness(witness: Witness) -> float:
    """Return the smallest margin as a share of its price."""
    return float((witness.margins / witness.prices).min(initial=1.0))


def _balance(coefficients: Coefficients) -> Floats:
    """Return a scale for each good in which its coefficients, as user and as used, are of one size on average."""
    entries = sp.coo_array(coefficients.matrix)
    off = (entries.row != entries.col) & (entries.data > 0)
    row, column, size = entries.row[off], entries.col[off], np.log2(entries.data[off].astype(np.float64))
    count = coefficients.shape[0]
    met = np.maximum(np.bincount(row, minlength=count) + np.bincount(column, minlength=count), 1)
    level = np.zeros(count)
    for _ in range(20):  # level[column] = level[row] + size where prices are in proportion to costs
        wanted = np.bincount(column, level[row] + size, count) + np.bincount(row, level[column] - size, count)
        level = 0.5 * (level + wanted / met)
    level -= level.mean() if count else 0.0
    scale: Floats = np.exp2(np.clip(np.round(level), -300, 300))
    return scale

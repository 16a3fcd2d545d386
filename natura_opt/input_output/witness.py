"""Finding a witness that an economy is productive: prices v > 0 with ``v > A'v``.

First plain powers of A', of which every combination is tried for free (their sum, as in Neumann's series, and the last
of them, as Collatz and Wielandt); where those would take long, a few Krylov steps, whose residual has only to be
smaller than the margin asked for. Where none of that finds prices, nothing is concluded from it: each block of goods
that need each other is judged by itself (:mod:`.block_verdict`), with a proof either way, and their
witnesses are joined, each block's high enough above what the others charge it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from ..base.arrays import Floats
from ..base.errors import OptionError
from .balance import balanced_exponents
from .block_verdict import judge_block
from .coefficients import Coefficients
from .directed import EXACT_SUMS, exact_surplus, proven_surplus
from .kernels import price_sweep
from .krylov import solve_gmres
from .structure import Shape, full_shape
from .system import Witness
from .unproductive import error_without_witness

#: Powers tried before anything else, and at most where they are seen to be enough.
_FEW, _MANY = 6, 20
#: Margins below this share of the price make a poor bound in the maximum norm.
_FAIR = 1e-4
_KRYLOV_PASSES = 400
#: Costs of techniques at equal prices that differ by more than this factor are a matter of units.
_UNEVEN = 1e4
#: Margin on costs where prices are set good by good.
_MARGIN = 0.05
#: Economies up to this size are factorised where nothing else decides.
_FACTORISED = 3_000
#: Exponents of prices that leave doubles room to multiply.
_SCALES = 960
#: How many times what other blocks charge it a block's prices make good; the second where the first spans too much.
_GENEROUS, _SPARING = 2.0, 1.01


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

    Raises
    ------
    UnproductiveError : there are none; the block of goods that is to blame is named.
    UndecidedError : none are to be had in doubles, and nothing is proved against the economy.
    OptionError : the prices proposed are not positive numbers, one per good.
    """
    size = coefficients.shape[0]
    if proposed is not None:
        if np.shape(proposed) != (size,) or not (np.isfinite(proposed).all() and np.all(np.asarray(proposed) > 0)):
            raise OptionError(f"witness must be {size:,} positive numbers, one price per good")
        witness = _checked(coefficients, np.asarray(proposed, dtype=np.float64))
        if witness is not None:
            return witness
    if shape is not None and shape.triangular:
        witness = _by_substitution(coefficients, shape)
    elif size <= _SMALL:
        witness = _factorised(coefficients)
    else:
        witness, scale = _by_powers(coefficients)
        if shape is None or shape.kind == "web" or shape.largest > _FACTORISED:
            witness = witness or _by_krylov(coefficients, scale)
    witness = witness or _by_blocks(coefficients)
    if witness is None:
        raise error_without_witness(coefficients.matrix, names)
    return witness


#: Economies up to this size are factorised at once.
_SMALL = 200


def _checked(coefficients: Coefficients, prices: Floats, used: Floats | None = None) -> Witness | None:
    """Return the witness if every margin is positive beyond rounding."""
    if not bool((prices > 0).all()):
        return None
    used = coefficients.transposed_times(prices) if used is None else used
    margins = proven_surplus(prices, used, coefficients.shape[0])  # no column is longer than this
    return Witness(prices, margins) if bool((margins > 0).all() and np.isfinite(margins).all()) else None


def _by_substitution(coefficients: Coefficients, shape: Shape) -> Witness | None:
    """Price each good above what it costs, where the goods can be put in an order in which that is known."""
    prices = np.ones(coefficients.shape[0])
    witness = _checked(coefficients, prices)
    if witness is not None and (witness.margins >= _FAIR * witness.prices).all():
        return witness
    coefficients.passes += 1
    sick = price_sweep(shape.order[::-1].copy(), _MARGIN, *coefficients.parts, np.zeros_like(prices), prices)
    return _checked(coefficients, prices) if sick < 0 and np.isfinite(prices).all() else None


def _by_powers(coefficients: Coefficients) -> tuple[Witness | None, Floats]:
    """Try prices made of ``y_k = A'^k 1`` and their sum; return also a positive vector in the goods' own scales."""
    first = np.ones(coefficients.shape[0])
    following = coefficients.transposed_times(first)
    costs = following[following > 0]
    if len(costs) and costs.max() > _UNEVEN * costs.min():  # the user's units, not prices, are what they show
        first = _own_scales(coefficients)
        following = coefficients.transposed_times(first)
    power, total, steps, allowed = first, np.zeros_like(first), 0, _FEW
    while True:
        total = total + power
        steps += 1
        share = _share(first, power, following)
        prices = total if np.isinf(share) else power + share * total
        used = (total - first + following) if np.isinf(share) else following + share * (total - first + following)
        if share > 0:
            witness = _checked(coefficients, prices, used)
            if witness is not None and (witness.margins >= _FAIR * witness.prices).all():
                exact = _checked(coefficients, prices)  # sums of rounded powers prove nothing: one pass that does
                if exact is not None:
                    return exact, prices
        high = float((following / first).max(initial=0.0))
        falling = float((following / first).sum() / max((power / first).sum(), 1e-300))
        if not np.isfinite(high) or high == 0.0:
            return None, first
        power = following
        if steps >= allowed:
            more = np.log(max(high, 1.0)) / -np.log(falling) if falling < 1 else np.inf
            if allowed == _MANY or steps + more > _MANY:
                return None, _mostly(power, total, first)
            allowed = _MANY
        following = coefficients.transposed_times(power)


def _mostly(power: Floats, total: Floats, first: Floats) -> Floats:
    """Return the last power and a thousandth of the sum of all, so that no good is left without a price."""
    last, every = float((power / first).mean()), float((total / first).mean())
    mixed: Floats = power + max(last, 1e-300) * 1e-3 * total / max(every, 1e-300)
    return mixed


def _share(first: Floats, power: Floats, following: Floats) -> float:
    """Return how much of the sum to add to the last power so that every margin is positive; 0 where none does."""
    if (following < first).all():
        return float("inf")
    falls, over = power - following, following - first
    if (falls[over >= 0] <= 0).any():
        return 0.0
    risky = over > 0
    return float(0.5 * (falls[risky] / over[risky]).min(initial=1.0))


def _by_krylov(coefficients: Coefficients, scale: Floats) -> Witness | None:
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
        witness = _checked(coefficients, prices)
        if witness is not None:
            return witness
        if (prices < 0).any() and (prices - coefficients.transposed_times(prices) > 0).all():
            return None  # were the economy productive, such prices would all be positive
        if coefficients.passes - started >= _KRYLOV_PASSES:
            break
    return _factorised(coefficients) if size <= _FACTORISED else None


def _factorised(coefficients: Coefficients) -> Witness | None:
    """Solve ``v - A'v = 1`` exactly, in units in which nothing is large or small, then once more for the answer.

    The second v comes near the eigenvector: no technique's margin is then much smaller a share of its price than any
    other's, which is what the bound in the maximum norm is worth.
    """
    size = coefficients.shape[0]
    scale: Any = _own_scales(coefficients)
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
    except (RuntimeError, np.linalg.LinAlgError):  # exactly singular, as it looks
        return None
    coefficients.passes += 1
    witness = _checked(coefficients, scale * z) if np.isfinite(z).all() else None
    if witness is None:
        return None
    other = _checked(coefficients, scale * again) if np.isfinite(again).all() else None
    return witness if other is None or _fairness(other) < _fairness(witness) else other


def _own_scales(coefficients: Coefficients) -> Floats:
    """Return a price for each good at which coefficients are of one size, whatever units the user counts goods in."""
    scale: Floats = np.exp2(np.clip(-balanced_exponents(coefficients.matrix), -_SCALES, _SCALES).astype(np.float64))
    return scale


def _fairness(witness: Witness) -> float:
    """Return the smallest margin as a share of its price."""
    return float((witness.margins / witness.prices).min(initial=1.0))


def _by_blocks(coefficients: Coefficients) -> Witness | None:
    """Price block after block, each above what it costs: by its own witness, raised above what other blocks charge it.

    Prices may rise along a chain of blocks beyond what a double holds; they are joined in extended precision, and
    checked as the doubles that they become.
    """
    techniques: Any = sp.csr_array(coefficients.matrix.astype(np.float64).T)
    priced: list[tuple[Any, Any, Any, Any]] = []
    for block in list(full_shape(coefficients).blocks())[::-1]:
        rows = techniques[block]
        inner = sp.csr_array(rows[:, block])
        verdict = judge_block(inner)
        if not verdict.productive:
            return None
        if inner.nnz > EXACT_SUMS:
            return None
        left, _ = exact_surplus(inner, verdict.vector, verdict.exponents)
        if not (left > 0).all():  # rational arithmetic knows of a margin; doubles do not
            return None
        share = left / np.frexp(verdict.vector)[0]
        priced.append((block, rows, np.ldexp(verdict.vector.astype(np.longdouble), verdict.exponents), share))
    for generous in (_GENEROUS, _SPARING):
        witness = _checked_exactly(coefficients, techniques, _joined(len(techniques.indptr) - 1, priced, generous))
        if witness is not None:
            return witness
    return None


def _joined(size: int, priced: list[tuple[Any, Any, Any, Any]], generous: float) -> Floats | None:
    """Return the blocks' own prices, each block's so many times as high as what others charge it demands."""
    prices = np.zeros(size, dtype=np.longdouble)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for block, rows, own, share in priced:
            needed = float((np.asarray(rows @ prices) / (own * share)).max())
            usual = np.exp2(-np.log2(own).mean())
            prices[block] = own * max(generous * needed, usual)
    if not (np.isfinite(prices).all() and (prices > 0).all()):
        return None
    _, powers = np.frexp(prices)
    middle = (int(powers.max()) + int(powers.min())) // 2
    if int(powers.max()) - middle > _SCALES:
        return None
    return np.asarray(np.ldexp(prices, -middle), dtype=np.float64)


def _checked_exactly(coefficients: Coefficients, techniques: Any, prices: Floats | None) -> Witness | None:
    """Return the witness if every margin is positive, by exact sums where rounding hides it."""
    if prices is None:
        return None
    witness = _checked(coefficients, prices)
    if witness is not None or techniques.nnz > EXACT_SUMS:
        return witness
    left, powers = exact_surplus(techniques, prices)
    if not (left > 0).all():
        return None
    with np.errstate(under="ignore"):
        margins = np.ldexp(left * (1.0 - 2.0**-50), powers)
    return Witness(prices, margins) if (margins > 0).all() else None

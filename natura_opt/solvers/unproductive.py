"""What is wrong with an economy that uses up more than it makes: which goods, and the proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from ..checks import spectral_radius
from ..errors import DataError, listed
from .coefficients import Coefficients
from .kernels import Floats

_STEPS = 2_000
_EPS = float(np.finfo(np.float64).eps)


class UnproductiveError(DataError):
    """The economy uses up as much of some goods as it makes, or more: no fixed point serves a demand.

    Attributes
    ----------
    block : positions of the goods that need each other and cannot sustain each other.
    radius : spectral radius of the block, computed.
    least : proven lower bound of it (Collatz and Wielandt), as far as it was found.
    """

    def __init__(self, sentence: str, block: Any, radius: float, least: float) -> None:
        super().__init__(sentence)
        self.block, self.radius, self.least = block, radius, least


def diagnose_unproductive(coefficients: Coefficients, names: Sequence[object] | None) -> UnproductiveError:
    """Find the strongly connected block with the largest spectral radius and say what is wrong with it."""
    matrix: Any = coefficients.matrix.astype(np.float64)
    radius, block = spectral_radius(matrix)
    part = matrix[block][:, block]
    least, _ = collatz_wielandt(part)
    if len(block) == 1:
        radius = least = float(part.diagonal()[0])
    called = listed(block if names is None else [names[k] for k in block])
    what = "the goods at positions" if names is None else "the block"
    proof = f"spectral radius {radius:.6g}, proven to be at least {least:.6g}"
    if radius < 1.0 - 1e-6:
        return UnproductiveError(
            f"the economy seems productive ({what} {called} have the largest spectral radius, {radius:.6g}), but no "
            "prices that prove it were found; state goods in units in which coefficients are of one size",
            block,
            radius,
            least,
        )
    if least < 1.0:
        return UnproductiveError(
            f"no witness was found that the economy is productive: {what} {called} have spectral radius {radius:.12g}, "
            "as good as 1; lower their inputs",
            block,
            radius,
            least,
        )
    return UnproductiveError(
        f"not productive: {what} {called} use up as much as they make of themselves or more ({proof}; it must be "
        "below 1); lower their inputs",
        block,
        radius,
        least,
    )


def collatz_wielandt(part: Any) -> tuple[float, Floats]:
    """Return a proven lower bound of the spectral radius of a non-negative matrix, and the vector that proves it.

    For any x >= 0 that is not zero, ``A x >= c x`` proves ``radius >= c``; x comes from power iteration with (I + A) /
    2.
    """
    longest = int(np.diff(sp.csr_array(part).indptr).max(initial=0))
    shave = 1.0 - (longest + 4) * _EPS
    x = np.ones(part.shape[0])
    best, proof = 0.0, x
    for step in range(_STEPS):
        y = part @ x
        ratios = y / x
        least = float(ratios.min(initial=np.inf)) * shave
        if least > best:
            best, proof = least, x
        if best >= 1.0 or (step > 20 and ratios.max() - ratios.min() <= 1e-13 * ratios.max()):
            break
        x = x + y
        x = np.maximum(x / x.max(), np.finfo(np.float64).tiny)
    return best, proof


def blocks_of(matrix: Any) -> tuple[int, Any]:
    """Return the number of strongly connected blocks of goods, and the block of each good."""
    count, block = connected_components(matrix, directed=True, connection="strong")
    return int(count), block

"""Is a block of goods that all need each other productive? A proof either way, or "undecided".

For a non-negative matrix B any x > 0 bounds the spectral radius from both sides, ``min (B x)_i / x_i <= radius <= max
(B x)_i / x_i`` (Collatz and Wielandt), so x need not be exact, only good. It is found by Noda's iteration ``x <- (u I -
B)^{-1} x``, u the present upper bound, which falls to the radius from above, in the end quadratically; each step is
taken in the units of the last x, in which every row sums to about the radius, after a first choice of units in which
coefficients are of one size. Where the bounds straddle one, signs are computed exactly, and small blocks are decided
in rational arithmetic.

Sources: Collatz 1942, Wielandt 1950; Noda 1971; Hawkins and Simon 1949.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from scipy.linalg.lapack import dgetrf, dgetrs

from ..base.arrays import Floats
from .balance import balanced_exponents
from .directed import EXACT_SUMS, TINY, exact_surplus, rounding
from .rational_block import judge_in_rationals

_EPS = float(np.finfo(np.float64).eps)
#: Steps of Noda's iteration; it needs a handful once it is near.
_STEPS = 60
#: The bounds are near enough when they are this close; in large blocks, once they say which side of one it is.
_CLOSE, _CLOSE_ENOUGH = 1e-12, 1e-9
#: Blocks up to this size are factorised as they are; larger ones only if hardly more than a ring.
_DENSE, _SPARSE, _THIN = 600, 50_000, 2.2
_POWER_STEPS, _KRYLOV_STEPS, _ARNOLDI_STEPS = 30, 200, 300


@dataclass(frozen=True, eq=False)
class Verdict:
    """What is proved of a block.

    Attributes
    ----------
    productive : whether the spectral radius is below one; None where that is undecided.
    least, most : proven bounds of the radius.
    vector : x > 0 with ``B x < x`` in every good where productive; the best that was found, otherwise. shape (n,).
    exponents : x is ``vector * 2**exponents``: it may span more than a double does.
    rational : rational arithmetic decided, since doubles could not.
    """

    productive: bool | None
    least: float
    most: float
    vector: Floats
    exponents: Any
    rational: bool = False

    @property
    def radius(self) -> float:
        """The radius, as well as it is known; never on the wrong side of one."""
        if self.productive is None:
            return 0.5 * (self.least + self.most)
        return min(self.most, 1.0 - _EPS / 2.0) if self.productive else max(self.least, 1.0)


def judge_block(part: Any) -> Verdict:
    """Decide whether a block is productive.

    Parameters
    ----------
    part : csr, square, non-negative; its goods need each other, directly or through others.
    """
    size = part.shape[0]
    matrix = sp.csr_array(part, dtype=np.float64, copy=True)
    matrix.eliminate_zeros()
    if size == 1:
        own = float(matrix.sum())
        return Verdict(own < 1.0, own, own, np.ones(1), np.zeros(1, dtype=np.int64))
    search = _Search(matrix)
    search.run()
    if search.most < 1.0:
        return Verdict(True, search.least, search.most, *search.highest)
    if search.least >= 1.0:
        return Verdict(False, search.least, search.most, *search.lowest)
    return _by_exact_signs(matrix, search) or _by_rationals(matrix, search) or search.undecided()


class _Search:
    """Noda's iteration on one block, and the best bounds seen on the way.

    Attributes
    ----------
    least, most : proven bounds of the radius. lowest, highest : the vectors (parts, exponents) that prove them.
    """

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix
        self.least, self.most = 0.0, float("inf")
        size = matrix.shape[0]
        self._row = np.repeat(np.arange(size), np.diff(matrix.indptr))
        self._hidden = rounding(int(np.diff(matrix.indptr).max(initial=0)))
        self._parts, self._exponents = np.ones(size), balanced_exponents(matrix)
        self.lowest = self.highest = (self._parts, self._exponents)

    @property
    def undecided_yet(self) -> bool:
        """Whether one lies between the bounds."""
        return self.least < 1.0 <= self.most

    def undecided(self) -> Verdict:
        """Say so."""
        return Verdict(None, self.least, self.most, *self.highest)

    def run(self) -> None:
        """Narrow the bounds until they are close, or no longer narrow."""
        idle = 0
        for step in range(_STEPS):
            scaled = self._in_units()
            before = self.most - self.least
            high = self._bounds(scaled)
            near = _CLOSE if self.undecided_yet or len(self._parts) <= _DENSE else _CLOSE_ENOUGH
            if not np.isfinite(high) or self.most - self.least <= near * self.most:
                return
            idle = 0 if self.most - self.least < 0.999 * before else idle + 1
            if idle > 3:
                return
            self._rescale(self._step(scaled, high, step))

    def _in_units(self) -> Any:
        """Return the block in the units of the present x: rows then sum to ratios ``(B x)_i / x_i``."""
        matrix, shift = self.matrix, self._exponents[self.matrix.indices] - self._exponents[self._row]
        with np.errstate(over="ignore", under="ignore"):
            data = np.ldexp(matrix.data, np.clip(shift, -5000, 5000)) * self._parts[matrix.indices]
            data = data / self._parts[self._row]
        return sp.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)

    def _bounds(self, scaled: Any) -> float:
        """Take the bounds that the present x proves; return its upper one."""
        sums = np.asarray(scaled.sum(axis=1)).ravel()
        count = np.diff(scaled.indptr)
        lost = 4.0 * TINY * count  # by underflow, where a coefficient all but vanishes in these units
        hidden = self._hidden + 4.0 * _EPS  # each term was rounded twice more, on its way into these units
        highest = float((sums * (1.0 + hidden) + lost).max())
        least = float((sums * (1.0 - hidden) - lost).min())
        if least > self.least:
            self.least, self.lowest = least, (self._parts, self._exponents)
        if highest < self.most:
            self.most, self.highest = highest, (self._parts, self._exponents)
        return highest

    def _step(self, scaled: Any, high: float, step: int) -> Floats:
        """Return the next x in units of the present one: positive, whatever happens."""
        size = scaled.shape[0]
        shifted = high * (1.0 + 4.0 * _EPS)
        vector: Floats | None = None
        if size > _DENSE and step == 0:
            _, vector = collatz_wielandt(scaled, _POWER_STEPS)
        elif size > _DENSE and step == 1:
            vector = _arnoldi(scaled)
        elif size <= _DENSE:
            vector = _dense_step(scaled, shifted)
        elif size <= _SPARSE and scaled.nnz <= _THIN * size:
            vector = _sparse_step(scaled, shifted)
        else:
            vector = _krylov_step(scaled, shifted)
        if vector is not None and np.isfinite(vector).all() and (vector > 0).all():
            return vector
        moved: Floats = 0.5 + np.asarray(scaled @ np.ones(size)) / (2.0 * high)  # a power step always goes on
        return np.maximum(moved, 1e-3)

    def _rescale(self, vector: Floats) -> None:
        parts, powers = np.frexp(self._parts * (vector / vector.max()))
        self._parts, self._exponents = parts, self._exponents + powers


def collatz_wielandt(part: Any, steps: int = 2_000) -> tuple[float, Floats]:
    """Return a proven lower bound of the spectral radius of a non-negative matrix, and the vector that proves it.

    For any x >= 0 that is not zero, ``A x >= c x`` proves ``radius >= c``; x comes from power iteration with (I + A) /
    2.
    """
    longest = int(np.diff(sp.csr_array(part).indptr).max(initial=0))
    shave = 1.0 - rounding(longest)
    x = np.ones(part.shape[0])
    best, proof = 0.0, x
    for step in range(steps):
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


def _dense_step(scaled: Any, shifted: float) -> Floats | None:
    """Solve ``(u I - B) y = 1``; transposed, the matrix is dominated by its diagonal and needs no pivots."""
    size = scaled.shape[0]
    factors, pivots, singular = dgetrf(np.diag(np.full(size, shifted)) - scaled.toarray().T)
    if singular:
        return None
    vector, _ = dgetrs(factors, pivots, np.ones(size), trans=1)
    return np.asarray(vector)


def _sparse_step(scaled: Any, shifted: float) -> Floats | None:
    system = sp.csc_array(sp.eye_array(scaled.shape[0]) * shifted - scaled)
    try:
        return np.asarray(spla.splu(system, diag_pivot_thresh=0.0).solve(np.ones(scaled.shape[0])))
    except RuntimeError:  # exactly singular
        return None


def _krylov_step(scaled: Any, shifted: float) -> Floats:
    size = scaled.shape[0]
    operator = spla.LinearOperator((size, size), matvec=lambda y: shifted * y - scaled @ y, dtype=np.float64)
    with np.errstate(all="ignore"):  # a breakdown shows in the answer, which is checked
        vector, _ = spla.gmres(operator, np.ones(size), rtol=1e-4, restart=50, maxiter=max(_KRYLOV_STEPS // 50, 1))
    return np.asarray(vector)


def _arnoldi(scaled: Any) -> Floats | None:
    """Return the eigenvector of the eigenvalue of largest real part, which by Perron and Frobenius is the radius."""
    try:
        _, vectors = spla.eigs(scaled, k=1, which="LR", v0=np.ones(scaled.shape[0]), tol=1e-13, maxiter=_ARNOLDI_STEPS)
    except (spla.ArpackError, RuntimeError, ValueError):
        return None
    return np.abs(vectors[:, 0])


def _by_exact_signs(matrix: Any, search: _Search) -> Verdict | None:
    """Decide by exact sums of what has been found, and of equal prices, at which tables in values often balance."""
    if matrix.nnz > EXACT_SUMS:
        return None
    size = matrix.shape[0]
    equal = (np.ones(size), np.zeros(size, dtype=np.int64))
    for parts, exponents in (search.highest, search.lowest, equal):
        left, _ = exact_surplus(matrix, parts, exponents)
        if (left > 0).all():
            return Verdict(True, search.least, search.most, parts, exponents)
        over, _ = exact_surplus(matrix, parts, exponents, at_least=False)
        if (over <= 0).all():
            one = bool((left == 0).all() and (over == 0).all())
            return Verdict(False, 1.0, 1.0 if one else search.most, parts, exponents)
    columns = sp.csr_array(matrix.T)  # a table whose columns sum to one makes nothing but what it uses up
    over, _ = exact_surplus(columns, equal[0], at_least=False)
    if (over <= 0).all():
        one = bool((over == 0).all() and (exact_surplus(columns, equal[0])[0] == 0).all())
        return Verdict(False, 1.0, 1.0 if one else search.most, *search.lowest)
    return None


def _by_rationals(matrix: Any, search: _Search) -> Verdict | None:
    """Decide by rational arithmetic, where that is little enough work."""
    exponents = search.highest[1]
    judged = judge_in_rationals(matrix, exponents)
    if judged is None:
        return None
    if judged.vector is not None:
        return Verdict(True, search.least, min(search.most, 1.0), judged.vector, exponents, rational=True)
    return Verdict(False, 1.0, 1.0 if judged.exactly_one else search.most, *search.lowest, rational=True)

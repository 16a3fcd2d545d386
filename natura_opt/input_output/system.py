r"""The system ``x = A x + d``, or transposed ``p = A' p + l``, and a proven bound on the error of any answer to it.

A *witness* v > 0 with ``m = v - A'v > 0`` in every good proves that A is productive (Hawkins and Simon), so that
``(I - A)^{-1}`` is non-negative, and turns a residual into a bound on the error. With ``r = d - x + A x``,

.. math::  \sum_i m_i |x_i - x^*_i| \le \sum_i v_i |r_i|, \qquad
           \max_j |p_j - p^*_j| / v_j \le \max_j |r_j| / m_j

the first for quantities, in a weighted sum norm, the second for prices, in a weighted maximum norm. Read v as prices
that leave every technique a margin m: the error, valued at margins, is at most the residual valued at prices. The
margins are computed from v, so v need not solve anything. Rounding of the residual and of the margins is bounded and
included.

Sources: Hawkins and Simon 1949 (productive economies); design notes, Leontief systems.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..base.arrays import Floats
from .coefficients import Coefficients
from .directed import TINY
from .directed import rounding as rounding

_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Witness:
    """Prices that leave every technique a margin: the proof that an economy is productive.

    Attributes
    ----------
    prices : v > 0, shape (n,).
    margins : lower bounds of ``v - A'v``, all positive, shape (n,).
    """

    prices: Floats
    margins: Floats


@dataclass(frozen=True)
class Bound:
    """A proven bound on an error.

    Attributes
    ----------
    error : the weighted norm of the error is at most this.
    relative : the same relative to the weighted norm of the exact answer; infinite where the error may be all of it.
    """

    error: float
    relative: float


@dataclass(eq=False)
class System:
    """``x = A x + demand``, or ``x = A' x + demand`` where transposed.

    Attributes
    ----------
    trace : (passes so far, estimate of the relative error) as the solve went on.
    """

    coefficients: Coefficients
    demand: Floats
    transpose: bool
    witness: Witness
    tolerance: float
    max_passes: int
    trace: list[tuple[int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        longest = self.coefficients.longest_column if self.transpose else self.coefficients.longest_row
        self.rounding = rounding(longest)
        self.underflow = (longest + 2) * TINY
        self.started = self.coefficients.passes

    @property
    def passes(self) -> int:
        """Passes made since the system was set up."""
        return self.coefficients.passes - self.started

    @property
    def exhausted(self) -> bool:
        """Whether no passes are left."""
        return self.passes >= self.max_passes

    @property
    def apply(self) -> Callable[[Floats], Floats]:
        """The product of the system: A x, or A' x."""
        return self.coefficients.transposed_times if self.transpose else self.coefficients.times

    def weigh(self, x: Floats) -> Floats:
        """Return x in units that do not depend on the user's: values for quantities, shares of v for prices."""
        return x / self.witness.prices if self.transpose else x * self.witness.prices

    def unweigh(self, z: Floats) -> Floats:
        """Return x from what :meth:`weigh` made of it."""
        return z * self.witness.prices if self.transpose else z / self.witness.prices

    def residual(self, x: Floats, used: Floats) -> Floats:
        """Return ``d - x + A x`` where ``used`` is ``A x``."""
        with np.errstate(over="ignore", invalid="ignore"):  # an iterate that grew beyond any double has no bound
            return self.demand - x + used

    def norm(self, x: Floats) -> np.longdouble:
        """Return the norm in which errors are bounded, in extended precision: it may span more than a double."""
        lengths = np.abs(x).astype(np.longdouble)
        if self.transpose:
            return np.longdouble((lengths / self.witness.prices).max(initial=0.0))
        return np.longdouble(self.witness.margins @ lengths)

    def in_units(self, x: Floats, bound: Bound, power: int) -> tuple[Floats, Bound]:
        """Return an answer and its bound times ``2**power``, with what that rounds away below the normal doubles.

        The answer is infinite where it is beyond the largest double.
        """
        with np.errstate(over="ignore", under="ignore"):
            given = np.ldexp(x, power)
            if not np.isfinite(given).all():
                return given, Bound(float("inf"), float("inf"))
            lost = x - np.ldexp(given, -power)
            error = np.longdouble(bound.error)
            relative = bound.relative
            if lost.any():
                size, error = self.norm(x) - error, error + self.norm(lost)
                relative = _above(error / size) if size > 0 else float("inf")
            return given, Bound(_above(np.ldexp(error, power)) if error > 0 else 0.0, relative)

    def bound(self, x: Floats, used: Floats | None = None, residual: Floats | None = None) -> Bound:
        """Bound the error of x.

        Parameters
        ----------
        used : ``A x`` (or ``A' x``), formed here where it is not given: a pass.
        residual : a residual known otherwise; by default formed from ``used``.
        """
        used = self.apply(x) if used is None else used
        if not np.isfinite(used).all():
            return Bound(float("inf"), float("inf"))
        left = self.residual(x, used) if residual is None else residual
        sizes = used if bool((x >= 0).all()) else self.apply(np.abs(x))
        wrong = np.abs(left) + self.rounding * (np.abs(self.demand) + np.abs(x) + sizes) + self.underflow
        prices, margins = self.witness.prices, self.witness.margins
        if self.transpose:
            error = (wrong / margins.astype(np.longdouble)).max(initial=0.0)
        else:
            error = prices @ wrong.astype(np.longdouble)
        size = self.norm(x)
        error *= 1.0 + (len(x) + 8) * _EPS
        if not np.isfinite(error):
            return Bound(float("inf"), float("inf"))
        bound = Bound(_above(error), _above(error / (size - error)) if size > error else float("inf"))
        self.trace.append((self.passes, bound.relative))
        return bound


def _above(number: np.longdouble) -> float:
    """Return a double that is not below a number of extended precision."""
    with np.errstate(under="ignore", over="ignore"):
        return float(np.nextafter(float(number), np.inf))

"""A solution over the rationals, known exactly or as closely as asked for; and the lifting that gives its digits."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..program import Floats
from .budget import Budget
from .whole import WholeRows, Wholes, wholes

#: Bits of a digit, of which the rounding of doubles spoils as many as the system's condition has.
_DIGIT = 50
#: A step that gives fewer bits than this is no progress.
_PROGRESS = 4
_FIRST_BITS = 64
#: What is known of a solution whose digits end.
_ALL = 1 << 40


class DoublesFailError(Exception):
    """The system is too ill-conditioned to be solved through doubles."""


class Solution:
    """The solution of a square system: ``numerators / denominator``, each off by at most ``radius / denominator``.

    Attributes
    ----------
    radius : 0 where the solution is exact.
    reached : which unknowns are not zero whatever the numbers; the others are exact.
    """

    def __init__(
        self, numerators: Wholes, denominator: int, radius: int = 0, reached: npt.NDArray[np.bool_] | None = None
    ) -> None:
        self.numerators, self.denominator, self.radius = numerators, denominator, radius
        self.reached = np.ones(len(numerators), dtype=bool) if reached is None else reached

    @property
    def is_exact(self) -> bool:
        """Whether the digits are all of it."""
        return self.radius == 0

    @property
    def bits(self) -> int:
        """Log2 of a bound on the common denominator of the solution, its powers of two left aside."""
        return self.denominator.bit_length()

    @property
    def column_exponents(self) -> npt.NDArray[np.int64]:
        """Unknown j is a whole number times ``2 ** column_exponents[j]``, divided by the common denominator."""
        return np.zeros(len(self.numerators), dtype=np.int64)

    def lift(self, bits: int) -> None:
        """Know the solution to at least so many bits after the point."""

    def exact(self) -> tuple[Wholes, int]:
        """Return the exact solution, as whole numbers and their common denominator."""
        return self.numerators, self.denominator


class Lifted(Solution):
    """A solution by its digits; more of them when asked.

    Parameters
    ----------
    matrix : the system by rows. side : its right-hand side, times ``2 ** exponent``.
    in_doubles : solves the system for a right-hand side of doubles.
    norm : rigorous bound on the largest row sum of the inverse.
    reached : the unknowns that are not zero by structure.
    bound : gives ``bits`` and ``column_exponents``.

    Errors
    ------
    DoublesFailError : the digits do not come.
    """

    def __init__(
        self,
        matrix: WholeRows,
        side: Wholes,
        exponent: int,
        in_doubles: Callable[[Floats], Floats],
        norm: float,
        reached: npt.NDArray[np.bool_],
        bound: Callable[[], tuple[int, npt.NDArray[np.int64]]],
        budget: Budget,
    ) -> None:
        self._matrix, self._in_doubles, self._bound, self._budget = matrix, in_doubles, bound, budget
        self._side, self._side_exponent = side, exponent
        self._norm = norm.as_integer_ratio()
        self._places = max(matrix.exponent - exponent, 0)
        self._residual = side << (exponent - matrix.exponent + self._places)
        self._known = -_ALL
        super().__init__(np.zeros(len(side), dtype=object), 1, 0, reached)
        self.lift(_FIRST_BITS)

    @property
    def is_exact(self) -> bool:
        return self._known == _ALL

    @cached_property
    def _bounds(self) -> tuple[int, npt.NDArray[np.int64]]:
        return self._bound()

    @property
    def bits(self) -> int:
        return self._bounds[0]

    @property
    def column_exponents(self) -> npt.NDArray[np.int64]:
        return self._bounds[1]

    def lift(self, bits: int) -> None:
        while self._known < bits:
            self._step()

    def _step(self) -> None:
        """One digit: solve for the residual in doubles, add the rounded solution, form the residual again."""
        self._budget.check()
        largest = max((abs(value) for value in self._residual), default=0)
        if largest == 0:
            self._known = _ALL
            return
        down = largest.bit_length() - 62
        tops = self._residual >> down if down > 0 else self._residual << -down
        correction = self._in_doubles(tops.astype(np.float64))
        most = float(np.abs(correction).max())
        if not (np.isfinite(most) and most > 0):
            raise DoublesFailError
        size = int(np.ceil(np.log2(most)))
        digits = np.round(np.ldexp(correction, _DIGIT - size)).astype(np.int64).astype(object)
        more = _DIGIT - size - down - self._matrix.exponent
        if more < 0:
            digits, more = digits << -more, 0
        self.numerators = (self.numerators << more) + digits
        self._places += more
        self._residual = (self._residual << more) - self._matrix.times(digits)
        left = max((abs(value) for value in self._residual), default=0)
        top, bottom = self._norm
        scaled_bottom = bottom << -self._matrix.exponent
        radius = -(-left * top // scaled_bottom)  # rounded up
        known = self._places - radius.bit_length() if radius else _ALL
        if known < self._known + _PROGRESS:
            raise DoublesFailError
        self._known, self.radius, self.denominator = known, radius, 1 << self._places

    def exact(self) -> tuple[Wholes, int]:
        """Return the exact solution: rationals rebuilt from their digits, and multiplied back to make sure."""
        while not self.is_exact:
            found = self._rebuilt()
            if found is not None:
                self.numerators, self.denominator = found
                self.radius, self._known = 0, _ALL
                break
            self.lift(2 * self._known)
        return self.numerators, self.denominator

    def _rebuilt(self) -> tuple[Wholes, int] | None:
        """Return the simplest rationals within the digits if they solve the system, None if they do not."""
        whole, under = 1, self.denominator
        tops: list[int] = []
        for value in self.numerators:
            top, off = divmod(int(value) * whole + (under >> 1), under)
            slack = max(self.radius * whole * 4, under >> (self._known // 4))
            if abs(off - (under >> 1)) > slack:
                top, factor = _simplest(int(value) * whole, under, max(self._known // 2, 1))
                if (whole * factor).bit_length() > self._known:
                    return None
                tops = [known * factor for known in tops]
                whole *= factor
            tops.append(top)
        found = wholes(tops)
        up = self._side_exponent - self._matrix.exponent
        product = self._matrix.times(found)
        if up >= 0:
            solves = (product == (self._side << up) * whole).all()
        else:
            solves = ((product << -up) == self._side * whole).all()
        return (found, whole) if solves else None


def _simplest(top: int, bottom: int, bits: int) -> tuple[int, int]:
    """Return the last convergent of ``top / bottom`` whose denominator has at most so many bits."""
    sign, top = (-1, -top) if top < 0 else (1, top)
    before, now = (0, 1), (1, 0)  # (numerator, denominator) of the last two convergents
    limit = 1 << bits
    rest, other = top, bottom
    while other:
        quotient, remainder = divmod(rest, other)
        following = (quotient * now[0] + before[0], quotient * now[1] + before[1])
        if following[1] > limit:
            break
        before, now, rest, other = now, following, other, remainder
    return sign * now[0], now[1]

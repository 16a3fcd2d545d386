"""A solution over the rationals, known exactly or as closely as asked for; and the lifting that gives its digits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ...base.arrays import Floats
from .budget import Budget
from .whole import WholeRows, Wholes, wholes

#: Bits of a digit, of which the rounding of doubles spoils as many as the system's condition has.
_DIGIT = 50
#: A step that gives fewer bits than this is no progress.
_PROGRESS = 4
_FIRST_BITS = 64
#: Bits by which digits must agree with a fraction beyond what any fraction of its length agrees with.
_SPARE = 16
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
        self._numerators, self.denominator, self.radius = numerators, denominator, radius
        self.reached = np.ones(len(numerators), dtype=bool) if reached is None else reached

    @property
    def numerators(self) -> Wholes:
        """The numerators, as far as they are known."""
        return self._numerators

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

    def product(self, terms: Wholes, exponent: int) -> Fraction | None:
        """Return ``terms * 2 ** exponent`` times the solution, exactly, where there is a short way to it; else None."""
        return None

    def lift(self, bits: int) -> None:
        """Know the solution to at least so many bits after the point."""

    def simple(self, bits: int) -> tuple[Wholes, int] | None:
        """Return the exact solution where that takes no more than so many bits after the point; else None."""
        return self.numerators, self.denominator

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
    product : tells terms times the solution exactly, where another way to it is short.
    outright : solves the system exactly in another way.

    Raises
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
        product: Callable[[Wholes, int], Fraction | None],
        outright: Callable[[], Solution],
        budget: Budget,
    ) -> None:
        self._matrix, self._in_doubles, self._bound, self._budget = matrix, in_doubles, bound, budget
        self._side, self._side_exponent = side, exponent
        self._product, self._outright = product, outright
        self._norm = norm.as_integer_ratio()
        self._places = max(matrix.exponent - exponent, 0)
        self._residual = side << (exponent - matrix.exponent + self._places)
        self._bits = -_ALL
        self._digits: list[tuple[Wholes, int]] = []
        super().__init__(np.zeros(len(side), dtype=object), 1, 0, reached)
        self.lift(_FIRST_BITS)

    @property
    def is_exact(self) -> bool:
        """Whether the digits ended, or were rebuilt as fractions."""
        return self._bits == _ALL

    @property
    def numerators(self) -> Wholes:
        """The numerators; digits found since the last look are joined pair by pair, so that few numbers are long."""
        parts = [(self._numerators, 0), *self._digits]
        while len(parts) > 1:
            pairs = zip(parts[::2], parts[1::2], strict=False)
            joined = [((high << down) + low, up + down) for (high, up), (low, down) in pairs]
            parts = joined + parts[len(parts) - len(parts) % 2 :]
        self._numerators, self._digits = parts[0][0], []
        return self._numerators

    def product(self, terms: Wholes, exponent: int) -> Fraction | None:
        """Ask the transposed system."""
        return self._product(terms, exponent)

    @cached_property
    def _bounds(self) -> tuple[int, npt.NDArray[np.int64]]:
        return self._bound()

    @property
    def bits(self) -> int:
        """Log2 of Hadamard's bound."""
        return self._bounds[0]

    @property
    def column_exponents(self) -> npt.NDArray[np.int64]:
        """The powers of two of Hadamard's bound."""
        return self._bounds[1]

    def lift(self, bits: int) -> None:
        """Find digits, as many as that takes; where they stop coming, solve outright."""
        while self._bits < bits:
            try:
                self._step()
            except DoublesFailError:
                if self._bits < _FIRST_BITS:
                    raise
                self._become(*self._outright().exact())

    def _become(self, numerators: Wholes, denominator: int) -> None:
        self._numerators, self._digits, self.denominator = numerators, [], denominator
        self.radius, self._bits = 0, _ALL

    def _step(self) -> None:
        """One digit: solve for the residual in doubles, add the rounded solution, form the residual again."""
        self._budget.check()
        largest = int(np.abs(self._residual).max())
        if largest == 0:
            self._bits = _ALL
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
        self._digits.append((digits, more))
        self._places += more
        self._residual = (self._residual << more) - self._matrix.times(digits)
        left = int(np.abs(self._residual).max())
        top, bottom = self._norm
        scaled_bottom = bottom << -self._matrix.exponent
        radius = -(-left * top // scaled_bottom)  # rounded up
        bits = self._places - radius.bit_length() if radius else _ALL
        if bits < self._bits + _PROGRESS:
            raise DoublesFailError
        self._bits, self.radius, self.denominator = bits, radius, 1 << self._places

    def simple(self, bits: int) -> tuple[Wholes, int] | None:
        """Return the exact solution, rebuilt from its digits and multiplied back to make sure."""
        while not self.is_exact:
            rebuilt = self._rebuilt()
            if rebuilt is not None:
                self._become(*rebuilt)
                break
            if self._bits >= bits:
                return None
            self.lift(2 * self._bits)
        return self.numerators, self.denominator

    def exact(self) -> tuple[Wholes, int]:
        """Return the exact solution, however many bits that takes."""
        solution = self.simple(_ALL)
        assert solution is not None
        return solution

    def _rebuilt(self) -> tuple[Wholes, int] | None:
        """Return the simplest rationals within the digits if they solve the system, None if they do not.

        Each number is first tried with the denominators of those before it, which mostly are its own.
        """
        numerators, whole = self.numerators, 1
        tops: list[int] = []
        half, below = 1 << (self._places - 1) if self._places else 0, (1 << self._places) - 1
        near = max(self._places - self._bits // 4, 0)
        places = np.flatnonzero(np.abs(numerators) > self.radius)
        for value in numerators[places]:
            self._budget.check()
            multiple = int(value) * whole + half
            top, off = multiple >> self._places, abs((multiple & below) - half)
            if off > self.radius * whole * 4 and off.bit_length() > near:
                rational = _simplest(int(value) * whole, self._places, self._bits // 2 - _SPARE)
                if rational is None or (whole * rational[1]).bit_length() > self._bits:
                    return None
                top, factor = rational
                tops = [earlier * factor for earlier in tops]
                whole *= factor
            tops.append(top)
        rebuilt = np.zeros(len(numerators), dtype=object)
        rebuilt[places] = wholes(tops)
        up = self._side_exponent - self._matrix.exponent
        product, side = self._matrix.times(rebuilt), self._side * whole
        solves = (product == side << up).all() if up >= 0 else (product << -up == side).all()
        return (rebuilt, whole) if solves else None


def _simplest(top: int, places: int, bits: int) -> tuple[int, int] | None:
    """Return the last convergent of ``top / 2 ** places`` whose denominator has at most so many bits.

    None where the next one is not much longer: then nothing says that this one is meant.
    """
    sign, top = (-1, -top) if top < 0 else (1, top)
    before, now = (0, 1), (1, 0)  # (numerator, denominator) of the last two convergents
    limit = 1 << max(bits, 0)
    rest, other = top, 1 << places
    while other:
        quotient, remainder = divmod(rest, other)
        following = (quotient * now[0] + before[0], quotient * now[1] + before[1])
        if following[1] > limit:
            if quotient.bit_length() < _SPARE:
                return None
            break
        before, now, rest, other = now, following, other, remainder
    return sign * now[0], now[1]

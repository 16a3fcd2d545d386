"""Linear functions of a solution, their signs and ratios decided exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ...base.arrays import Floats
from .lifting import Solution
from .whole import WholeRows, Wholes, low_exponent, power, ratio

Positions = npt.NDArray[np.int64]
#: What is not decided at an error of ``2 ** -_ACROSS`` is probably zero.
_ACROSS = 128


class Values:
    """Numbers ``terms @ x + constant * 2 ** exponent`` for the solution x of a system.

    Parameters
    ----------
    constant : one per row of the terms. exponent : theirs, at most that of the terms.

    Attributes
    ----------
    tops, radius, denominator : value k is within ``(tops[k] +- radius[k]) * 2 ** exponent / denominator``.
    """

    def __init__(self, solution: Solution, terms: WholeRows, constant: Wholes, exponent: int) -> None:
        self.solution, self._terms, self.constant, self.exponent = solution, terms, constant, exponent
        self._sizes = terms.only(solution.reached).sizes()
        self.evaluate()

    def __len__(self) -> int:
        return len(self.constant)

    def evaluate(self) -> None:
        """Evaluate at what is known of the solution now."""
        x, up = self.solution, self._terms.exponent - self.exponent
        self.tops = (self._terms.times(x.numerators) << up) + self.constant * x.denominator
        self.radius = (self._sizes * x.radius) << up
        self.denominator = x.denominator

    def part(self, chosen: Positions) -> Values:
        """Return some of the values."""
        return Values(self.solution, self._terms.rows(chosen), self.constant[chosen], self.exponent)

    def against(self, bound: Wholes, exponent: int) -> Values:
        """Return the values less a bound each, ``bound * 2 ** exponent``; the exponent is at least that of these."""
        shifted = self.constant - (bound << (exponent - self.exponent))
        return Values(self.solution, self._terms, shifted, self.exponent)

    def doubles(self) -> Floats:
        """Return the values as doubles, near enough to choose by."""
        return np.array([ratio(int(top), self.denominator, self.exponent) for top in self.tops], dtype=float)

    def signs(self) -> npt.NDArray[np.int8]:
        """Return the sign of each value, decided."""
        signs = np.zeros(len(self), dtype=np.int8)
        open_ones, values, looked_across = np.arange(len(self)), self, False
        while True:
            decided = np.array(np.abs(values.tops) > values.radius, dtype=bool)
            positive = np.array(values.tops > 0, dtype=bool)
            signs[open_ones[decided]] = np.where(positive[decided], 1, -1)
            rest = np.flatnonzero(~decided & np.array(values.radius > 0, dtype=bool))
            if not len(rest):
                return signs
            open_ones, values = open_ones[rest], values.part(rest)
            if self.solution.is_exact:
                continue
            if not looked_across and values.lift(_ACROSS):
                continue
            if not looked_across:
                looked_across = True
                exact = [self._from_transposed(int(k)) for k in open_ones]
                settled = np.array([value is not None for value in exact], dtype=bool)
                signs[open_ones[settled]] = [(value > 0) - (value < 0) for value in exact if value is not None]
                rest = np.flatnonzero(~settled)
                if not len(rest):
                    return signs
                open_ones, values = open_ones[rest], values.part(rest)
            beyond = values.finest() + 1
            within = np.array((np.abs(values.tops) + values.radius) << beyond, dtype=object)
            if np.array(within < (values.denominator << -values.exponent), dtype=bool).all():
                return signs
            values.lift(beyond + 1)

    def _from_transposed(self, k: int) -> Fraction | None:
        """Return a value exactly, where the transposed system tells it in short numbers."""
        span = slice(self._terms.indptr[k], self._terms.indptr[k + 1])
        dense = np.zeros(len(self.solution.reached), dtype=object)
        dense[self._terms.indices[span]] = self._terms.data[span]
        product = self.solution.product(dense, self._terms.exponent)
        return None if product is None else product + int(self.constant[k]) * power(self.exponent)

    def finest(self) -> int:
        """Return b such that no value but zero is smaller than ``2 ** -b``."""
        x = self.solution
        columns = x.column_exponents
        terms = self._terms.only(x.reached)
        lows = [low_exponent(int(value), terms.exponent) for value in terms.data]
        deepest = min((low + int(columns[j]) for low, j in zip(lows, terms.indices, strict=True)), default=0)
        constants = min((low_exponent(int(value), self.exponent) for value in self.constant), default=0)
        return x.bits + max(0, -deepest, -constants)

    def lift(self, enough: int) -> bool:
        """Know the values to twice the bits, at most to an error below ``2 ** -enough``; False where they are."""
        x = self.solution
        if self.denominator != x.denominator:  # others asked for more already
            self.evaluate()
            return True
        wanted = enough + 1 + max((int(size).bit_length() for size in self._sizes), default=0)
        bits = x.denominator.bit_length() - x.radius.bit_length()
        if x.is_exact or bits > wanted:
            return False
        x.lift(min(2 * max(bits, 1), wanted + 1))
        self.evaluate()
        return True


@dataclass
class Ratios:
    """Non-negative ratios ``|top| / |bottom|`` of values at the same places, and which of them is least.

    Attributes
    ----------
    tops, bottoms : the values; every bottom's sign is decided and none is zero.
    limit : one more candidate, a plain number ``limit * 2 ** exponent``, or None.
    """

    tops: Values
    bottoms: Values
    limit: tuple[int, int] | None = None

    def least(self) -> tuple[list[int], bool]:
        """Return the places that share the least ratio, and whether the limit is as small (or smaller: then none)."""
        enough: int | None = None
        while np.array(np.abs(self.bottoms.tops) <= self.bottoms.radius, dtype=bool).any():
            self.bottoms.lift(self.bottoms.finest() + 2)  # told across not to be zero, but not by their digits yet
        while True:
            candidates, limited = self._nearest()
            if len(candidates) + limited <= 1 or not (self.tops.radius.any() or self.bottoms.radius.any()):
                return candidates, limited
            if enough is None:  # a t_i b_k - t_k b_i that is not zero is at least 2 ** -enough
                enough = self.tops.finest() + self.bottoms.finest() + 4
                enough += abs(self.limit[0]).bit_length() - self.limit[1] if self.limit else 0
                enough += _magnitude(self.tops) + _magnitude(self.bottoms)
            lifted = self.tops.lift(enough)
            if not (self.bottoms.lift(enough) or lifted):
                return candidates, limited

    def _nearest(self) -> tuple[list[int], bool]:
        t, b = self.tops, self.bottoms
        sizes, below = np.abs(t.tops), np.abs(b.tops)
        t_low, t_high = np.maximum(sizes - t.radius, 0), sizes + t.radius
        b_low, b_high = below - b.radius, below + b.radius
        best: tuple[int, int] | None = None
        if self.limit is not None:
            best = self._limit()
        for top, bottom in zip(t_high, b_low, strict=True):
            if best is None or top * best[1] < best[0] * bottom:
                best = top, bottom
        assert best is not None
        candidates = [
            k for k, (top, bottom) in enumerate(zip(t_low, b_high, strict=True)) if top * best[1] <= best[0] * bottom
        ]
        limited = False
        if self.limit is not None:
            top, bottom = self._limit()
            limited = top * best[1] <= best[0] * bottom
        return candidates, limited

    def _limit(self) -> tuple[int, int]:
        """Return the limit as a ratio in the units of the others."""
        assert self.limit is not None
        value, exponent = self.limit
        up = exponent + self.bottoms.exponent - self.tops.exponent
        top, bottom = value * self.tops.denominator, self.bottoms.denominator
        return (top << up, bottom) if up >= 0 else (top, bottom << -up)


def _magnitude(values: Values) -> int:
    """Return an upper bound on log2 of the largest value, at least 0."""
    largest = max((int(size) for size in np.abs(values.tops) + values.radius), default=0)
    return max(largest.bit_length() + values.exponent - values.denominator.bit_length() + 1, 0)

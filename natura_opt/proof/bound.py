"""What multipliers prove of the optimum, rounding taken off (see :mod:`natura_opt.proof.certificate`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ..base.arrays import Floats
from ..program.pieces import Counts, columns_of, is_light
from ..program.protocol import Positions, Program
from .implied import implied_bounds
from .rounding import (
    Extended,
    Products,
    are_doubles,
    batches,
    exact_sums,
    nearest_of_its_sign,
    relative_max,
    rounding,
    total,
)

#: What rounding multipliers to doubles may make of a reduced cost of zero, relative to its terms.
_DOUBLES = 4.0 * float(np.finfo(np.float64).eps)
#: What rounding a sum once, to a double, may change, relative to it.
_ONCE = 1.2e-16


@dataclass(frozen=True, eq=False)
class Bound:
    """What multipliers prove.

    Attributes
    ----------
    value : the bound of the program, minimised and without its offset, rounding taken off; -inf where they prove
        nothing.
    charge : what reduced costs of the wrong sign took from it, those left out that are the rounding of multipliers to
        doubles (in ``value`` every one counts in full).
    slip : what was taken off for rounding.
    loose : the largest reduced cost of the wrong sign on a column that nothing bounds, relative to its terms.
    side, reduced, at : the side each row's multiplier speaks of, the reduced costs, and the bound each is charged at.
    """

    value: np.longdouble
    charge: np.longdouble
    slip: np.longdouble
    loose: float
    side: Floats
    reduced: Floats
    at: Floats


def bound_of(
    program: Program, multipliers: Extended, sums: Products, cutoff: float = np.inf, nearby: float = 0.0
) -> Bound:
    """Return the bound that multipliers give, whatever they are.

    Parameters
    ----------
    multipliers : ∂objective/∂side per row, shape (m,), none of a side that is not there.
    cutoff : an objective: plans worse than that need not be bounded, so the bound is at most this.
    nearby : see :func:`certify`.
    """
    sign = -1.0 if program.sense == "max" else 1.0
    minimised = multipliers if sign > 0 else -multipliers
    costs = _Reduced.of(program, sums)
    lower, upper = program.lower, program.upper
    if not is_light(program):  # what rows imply takes many looks at all pieces; exact sums take one
        costs.settle(minimised, np.flatnonzero(costs.unbounded(lower, upper)))
    cut = bool(costs.unbounded(lower, upper).any())
    if cut:
        lower, upper = implied_bounds(program, cutoff - program.offset)
        costs.settle(minimised, np.flatnonzero(costs.unbounded(lower, upper)))
        if nearby:
            costs.forgive(costs.unbounded(lower, upper) & (np.abs(costs.value) <= nearby * costs.terms))
    at = np.where(costs.value > 0, lower, np.where(costs.value < 0, upper, 0.0))
    side = np.where(minimised > 0, program.row_lower, np.where(minimised < 0, program.row_upper, 0.0))
    open_ends = costs.unbounded(lower, upper)
    if open_ends.any():
        worst = np.where(open_ends, np.maximum(np.abs(costs.value), costs.error), 0.0)
        infinite = np.longdouble(np.inf)
        loose = relative_max(worst, costs.terms)
        return Bound(-infinite, infinite, np.longdouble(0.0), loose, side, costs.value, at)
    row_sum, row_error = total(minimised * side)
    column_sum, column_error = total(np.where(costs.uncertain, 0.0, costs.reduced * at))
    slip = row_error + column_error + np.longdouble(1.01) * costs.losses(lower, upper, at).sum()
    slip += (abs(row_sum) + abs(column_sum)) * np.finfo(np.longdouble).eps
    value = row_sum + column_sum - slip
    if cut:
        value = min(value, np.longdouble(sign * (cutoff - program.offset)))
    return Bound(value, costs.charge(at), slip, 0.0, side, costs.value, at)


@dataclass(eq=False)
class _Reduced:
    """The reduced costs ``d = c - A'y`` of a program, minimised, and how far each is known.

    Attributes
    ----------
    reduced : in extended precision, shape (n,).
    value : in doubles, for signs and sizes: a double's rounding is far below where a sign is in doubt.
    terms : the sums of the sizes of their terms. error : how far each may lie from the true one.
    counts : how many coefficients each column has.
    """

    program: Program
    reduced: Extended
    value: Floats
    terms: Floats
    error: Floats
    counts: Counts

    @classmethod
    def of(cls, program: Program, sums: Products) -> _Reduced:
        reduced = program.cost - sums.columns if program.sense == "min" else sums.columns - program.cost
        terms = np.abs(program.cost) + sums.column_sizes
        counts = sums.column_counts
        return cls(program, reduced, reduced.astype(np.float64), terms, rounding(terms, counts), counts)

    def unbounded(self, lower: Floats, upper: Floats) -> npt.NDArray[np.bool_]:
        """Say which are, or may be, of a sign for which their column has no bound."""
        up, down = self.value + self.error > 0, self.value - self.error < 0
        return (up & ~np.isfinite(lower)) | (down & ~np.isfinite(upper))

    def settle(self, minimised: Extended, columns: Positions) -> None:
        """Sum some exactly, where multipliers are doubles: their signs are then the true ones."""
        if not len(columns) or not are_doubles(minimised):
            return
        sign = -1.0 if self.program.sense == "max" else 1.0
        factors = -minimised.astype(np.float64)
        for some in batches(columns, self.counts):
            by_column = columns_of(self.program, some)
            exact = exact_sums(by_column, np.arange(len(some)), factors, sign * self.program.cost[some])
            self.reduced[some] = self.value[some] = exact
        self.error[columns] = 0.0  # what rounding the sum once lost stands in the terms' slip

    def forgive(self, which: npt.NDArray[np.bool_]) -> None:
        """Count some as zero."""
        self.reduced[which] = self.value[which] = self.error[which] = 0.0

    @property
    def uncertain(self) -> npt.NDArray[np.bool_]:
        """Which have no certain sign: they count as the worse end of the interval that they lie in."""
        return np.abs(self.value) <= self.error

    def losses(self, lower: Floats, upper: Floats, at: Floats) -> Floats:
        """Return what rounding may have added to each column's part of the bound, charged at ``at``, shape (n,)."""
        farthest = np.maximum(
            np.where(np.isfinite(lower), np.abs(lower), 0.0), np.where(np.isfinite(upper), np.abs(upper), 0.0)
        )
        size = np.abs(self.value)
        certain = (self.error + _ONCE * size) * np.abs(at)
        return np.where(self.uncertain, (size + self.error) * farthest, certain)

    def charge(self, at: Floats) -> np.longdouble:
        """Return what those of the wrong sign for the column's own bounds take from the bound, beyond rounding."""
        program, value = self.program, self.value
        wrong = np.where(value > 0, np.isneginf(program.lower), np.isposinf(program.upper)) & (value != 0)
        wrong &= np.abs(value) > _DOUBLES * self.terms
        return np.longdouble(np.abs(value[wrong] * at[wrong]).sum())


def summed_exactly(program: Program, multipliers: Extended, bound: Bound) -> Bound:
    """Return the bound with nothing lost to rounding: every sum is one of fractions."""
    sign = Fraction(-1 if program.sense == "max" else 1)
    y = [Fraction(float(value)) for value in multipliers]
    matrix = columns_of(program, np.arange(program.shape[1]))
    ends, places, values = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    whole = sum((sign * a * Fraction(float(b)) for a, b in zip(y, bound.side, strict=True)), Fraction(0))
    for j, cost in enumerate(program.cost.tolist()):
        span = range(ends[j], ends[j + 1])
        reduced = sign * (Fraction(cost) - sum((Fraction(values[k]) * y[places[k]] for k in span), Fraction(0)))
        if reduced:
            end = program.lower[j] if reduced > 0 else program.upper[j]
            if not np.isfinite(end):  # charged at an implied bound: keep what was found for it
                end = bound.at[j] if (bound.reduced[j] > 0) == (reduced > 0) else np.nan
            if not np.isfinite(end):
                return bound
            whole += reduced * Fraction(float(end))
    nearest = nearest_of_its_sign(whole)
    below = nearest if Fraction(nearest) <= whole else np.nextafter(nearest, -np.inf)
    return replace(bound, value=np.longdouble(below), slip=np.longdouble(0.0))

"""What multipliers prove: the bound they give on the optimum, rounding taken off (see :mod:`natura_opt.certificate`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ..program import Floats, LinearProgram
from .implied import implied_bounds
from .rounding import Extended, Products, are_doubles, exact_sums, nearest, relative_max, rounding, total


@dataclass(frozen=True, eq=False)
class Bound:
    """What multipliers prove.

    Attributes
    ----------
    value : the bound of the program, minimised and without its offset, rounding taken off; -inf where they prove
        nothing.
    charge : what reduced costs of the wrong sign took from it.
    slip : what was taken off for rounding.
    loose : the largest reduced cost of the wrong sign on a column that nothing bounds, relative to its terms.
    side, reduced, at : the side each row's multiplier speaks of, the reduced costs, and the bound each is charged at.
    """

    value: np.longdouble
    charge: np.longdouble
    slip: np.longdouble
    loose: float
    side: Floats
    reduced: Extended
    at: Floats


def bound_of(
    program: LinearProgram, multipliers: Extended, sums: Products, cutoff: float = np.inf, nearby: float = 0.0
) -> Bound:
    """Return the bound that multipliers give, whatever they are.

    Parameters
    ----------
    multipliers : ∂objective/∂side per row, shape (m,), none of a side that is not there.
    cutoff : an objective: plans worse than that need not be bounded, so the bound is at most this.
    nearby : see :func:`certify`.
    """
    sign = -1.0 if program.sense == "max" else 1.0
    minimised = multipliers * sign
    reduced = (program.cost - sums.columns) * np.longdouble(sign)
    error = rounding(np.abs(program.cost) + sums.column_sizes, sums.column_counts)
    lower, upper = program.lower, program.upper
    low, high = reduced - error, reduced + error
    open_below, open_above = ~np.isfinite(lower), ~np.isfinite(upper)
    doubtful = ((high > 0) & open_below) | ((low < 0) & open_above)
    used_cutoff = False
    if doubtful.any():
        lower, upper = implied_bounds(program, cutoff - program.offset)
        used_cutoff = True
        open_below, open_above = ~np.isfinite(lower), ~np.isfinite(upper)
        left = np.flatnonzero(((high > 0) & open_below) | ((low < 0) & open_above))
        values = minimised.astype(np.float64)
        if len(left) and are_doubles(minimised):
            exact = exact_sums(program.matrix, left, -values, sign * program.cost[left])
            reduced[left] = low[left] = high[left] = exact
            error[left] = np.abs(exact) * 1.2e-16  # rounded once; the sign is the true one
        if nearby:
            open_ends = ((high > 0) & open_below) | ((low < 0) & open_above)
            forgiven = open_ends & (np.abs(reduced) <= nearby * (np.abs(program.cost) + sums.column_sizes))
            reduced[forgiven] = low[forgiven] = high[forgiven] = 0.0
    side = np.where(minimised > 0, _finite(program.row_lower), _finite(program.row_upper))
    row_terms = minimised * side
    with np.errstate(invalid="ignore", over="ignore"):
        from_below = np.where(low == 0, 0.0, low * lower), np.where(high == 0, 0.0, high * lower)
        from_above = np.where(low == 0, 0.0, low * upper), np.where(high == 0, 0.0, high * upper)
    worst_low = np.where(low >= 0, np.minimum(*from_below), np.where(high <= 0, np.minimum(*from_above), 0.0))
    mixed = (low < 0) & (high > 0)
    column_terms = np.where(mixed, np.minimum(from_above[0], from_below[1]), worst_low)
    at = np.where(reduced > 0, lower, upper)
    at = np.where(reduced == 0, 0.0, at)
    wrong = np.where(reduced > 0, ~np.isfinite(program.lower), ~np.isfinite(program.upper)) & (reduced != 0)
    with np.errstate(invalid="ignore"):
        charge = np.abs(np.where(wrong, reduced * at, 0.0)).sum()
    if not np.isfinite(column_terms).all():
        infinite = np.longdouble(np.inf)
        loosely = np.where(np.isfinite(column_terms), 0.0, np.maximum(np.abs(reduced), error))
        loose = relative_max(loosely, np.abs(program.cost) + sums.column_sizes)
        return Bound(-infinite, infinite, np.longdouble(0.0), loose, side, reduced, at)
    row_sum, row_error = total(row_terms)
    column_sum, column_error = total(column_terms)
    slip = row_error + column_error + (abs(row_sum) + abs(column_sum)) * np.finfo(np.longdouble).eps
    value = row_sum + column_sum - slip
    slip += np.abs(column_terms - np.where(np.isfinite(at), reduced * at, 0.0)).sum()
    if used_cutoff:
        value = min(value, np.longdouble(sign * (cutoff - program.offset)))
    return Bound(value, charge, slip, 0.0, side, reduced, at)


def summed_exactly(program: LinearProgram, multipliers: Extended, bound: Bound) -> Bound:
    """Return the bound with nothing lost to rounding: every sum is one of fractions."""
    sign = Fraction(-1 if program.sense == "max" else 1)
    y = [Fraction(float(value)) for value in multipliers]
    matrix = program.matrix
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
    return replace(bound, value=np.longdouble(nearest(whole)), slip=np.longdouble(0.0))


def _finite(values: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return np.where(np.isfinite(values), values, 0.0)

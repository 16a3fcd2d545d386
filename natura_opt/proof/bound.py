"""What multipliers prove of the optimum, rounding taken off (see :mod:`natura_opt.proof.certificate`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ..base.arrays import Floats
from ..program.linear import LinearProgram
from .implied import implied_bounds
from .rounding import Extended, Products, are_doubles, exact_sums, nearest_of_its_sign, relative_max, rounding, total

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
    minimised = multipliers if sign > 0 else -multipliers
    reduced = program.cost - sums.columns if sign > 0 else sums.columns - program.cost
    terms = np.abs(program.cost) + sums.column_sizes
    error = rounding(terms, sums.column_counts)
    lower, upper = program.lower, program.upper
    value = reduced.astype(np.float64)  # for signs and sizes; a double's rounding is far below where a sign is in doubt
    open_ends = _wrong(value, error, lower, upper)
    cut = bool(open_ends.any())
    if cut:
        lower, upper = implied_bounds(program, cutoff - program.offset)
        left = np.flatnonzero(_wrong(value, error, lower, upper))
        if len(left) and are_doubles(minimised):
            exact = exact_sums(program.matrix, left, -minimised.astype(np.float64), sign * program.cost[left])
            reduced[left] = value[left] = exact
            error[left] = 0.0  # the sign is the true one; what rounding it once lost stands in the terms' slip
        open_ends = _wrong(value, error, lower, upper)
        if nearby and open_ends.any():
            forgiven = open_ends & (np.abs(value) <= nearby * terms)
            reduced[forgiven] = value[forgiven] = error[forgiven] = 0.0
            open_ends &= ~forgiven
    at = np.where(value > 0, lower, np.where(value < 0, upper, 0.0))
    side = np.where(minimised > 0, program.row_lower, np.where(minimised < 0, program.row_upper, 0.0))
    if open_ends.any():
        loose = relative_max(np.where(open_ends, np.maximum(np.abs(value), error), 0.0), terms)
        infinite = np.longdouble(np.inf)
        return Bound(-infinite, infinite, np.longdouble(0.0), loose, side, value, at)
    uncertain = np.abs(value) <= error
    farthest = np.maximum(
        np.where(np.isfinite(lower), np.abs(lower), 0.0), np.where(np.isfinite(upper), np.abs(upper), 0.0)
    )
    losses = np.where(uncertain, (np.abs(value) + error) * farthest, (error + _ONCE * np.abs(value)) * np.abs(at))
    column_terms = np.where(uncertain, 0.0, reduced * at)
    wrong = np.where(value > 0, np.isneginf(program.lower), np.isposinf(program.upper)) & (value != 0)
    wrong &= np.abs(value) > _DOUBLES * terms
    charge = np.longdouble(np.abs(value[wrong] * at[wrong]).sum())
    row_sum, row_error = total(minimised * side)
    column_sum, column_error = total(column_terms)
    slip = row_error + column_error + np.longdouble(1.01) * losses.sum()
    slip += (abs(row_sum) + abs(column_sum)) * np.finfo(np.longdouble).eps
    found = row_sum + column_sum - slip
    if cut:
        found = min(found, np.longdouble(sign * (cutoff - program.offset)))
    return Bound(found, charge, slip, 0.0, side, value, at)


def _wrong(value: Floats, error: Floats, lower: Floats, upper: Floats) -> npt.NDArray[np.bool_]:
    """Say which reduced costs are, or may be, of a sign for which their column has no bound."""
    return ((value + error > 0) & ~np.isfinite(lower)) | ((value - error < 0) & ~np.isfinite(upper))


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
    found = nearest_of_its_sign(whole)
    below = found if Fraction(found) <= whole else np.nextafter(found, -np.inf)
    return replace(bound, value=np.longdouble(below), slip=np.longdouble(0.0))

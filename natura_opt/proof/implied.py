"""Bounds that rows put on columns which have none of their own.

A row ``sum_j a_j x_j <= b`` with ``a_k > 0`` bounds ``x_k`` from above, and one with ``a_k < 0`` from below, once every
other term is bounded from below; bounds found so let other rows bound more. Every quotient is rounded away from what it
bounds, by what its sum may have lost: an implied bound holds for every plan, exactly.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..program.linear import LinearProgram

#: How often bounds implied by rows are passed on to other rows.
_PROPAGATIONS = 100
#: Twice the unit roundoff of doubles, with room for the bounds' own rounding.
_SLIP = 2.5e-16


def implied_bounds(program: LinearProgram, incumbent: float = np.inf) -> tuple[Floats, Floats]:
    """Return bounds, lower and upper, shape (n,) each: the columns' own, and implied ones where there is none.

    Parameters
    ----------
    incumbent : a value of the objective (without the offset): the bounds hold for all plans no worse than that;
        infinite where all plans count.
    """
    sign = -1.0 if program.sense == "max" else 1.0
    matrix = sp.csr_array(program.matrix)
    no_worse = sp.csr_array(sign * program.cost.reshape(1, -1))
    at_most = sp.coo_array(sp.vstack([matrix, -matrix, no_worse]))
    reached = sign * incumbent if np.isfinite(incumbent) else np.inf
    sides = np.concatenate([program.row_upper, -program.row_lower, [reached]])
    kept = np.isfinite(sides[at_most.row]) & (at_most.data != 0)
    row, column, value = at_most.row[kept], at_most.col[kept], at_most.data[kept]
    lower, upper, count = program.lower.copy(), program.upper.copy(), len(sides)
    terms = np.bincount(row, minlength=count) + 4
    rising = value > 0
    for _ in range(_PROPAGATIONS):
        missing = np.where(rising, np.isposinf(upper)[column], np.isneginf(lower)[column])
        if not missing.any():
            break
        with np.errstate(over="ignore", invalid="ignore"):
            least = value * np.where(rising, lower[column], upper[column])
        open_terms = ~np.isfinite(least)
        finite = np.where(open_terms, 0.0, least)
        opened = np.bincount(row, weights=open_terms, minlength=count)
        usable = missing & (opened[row] == open_terms)  # nothing is open, or only the column's own term
        if not usable.any():
            break
        sums = np.bincount(row, weights=finite, minlength=count)
        sizes = np.bincount(row, weights=np.abs(finite), minlength=count)
        at, column_at, value_at = row[usable], column[usable], value[usable]
        with np.errstate(over="ignore", invalid="ignore"):
            slip = terms[at] * _SLIP * (sizes[at] + np.abs(sides[at])) + 1e-300
            bounds = (sides[at] - (sums[at] - finite[usable]) + slip) / value_at
            bounds += np.sign(value_at) * (np.abs(bounds) * 4 * _SLIP + 5e-324)
        sound, up = np.isfinite(bounds), value_at > 0
        np.minimum.at(upper, column_at[sound & up], bounds[sound & up])
        np.maximum.at(lower, column_at[sound & ~up], bounds[sound & ~up])
        if not sound.any():
            break
    return lower, upper

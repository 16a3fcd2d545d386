"""Whether a point meets bounds and rows, without any doubt."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..base.arrays import Floats
from ..program.pieces import rows_of
from ..program.protocol import Program
from .rounding import Extended, Products, are_doubles, batches, exact_sums

#: A violation above this, relative to the terms of its row, is none of the rounding of any sum.
_CLEARLY = 1e-12


def violations(program: Program, sums: Products) -> Floats:
    """Return by how much each row is broken (below zero: its room), shape (m,), as far as rounding lets it be told."""
    violation = np.full(len(sums.rows), -np.inf)
    for side, direction in ((program.row_lower, 1.0), (program.row_upper, -1.0)):
        finite = np.flatnonzero(np.isfinite(side))  # infinities in extended precision take a hundred times as long
        missing = (direction * (side[finite] - sums.rows[finite])).astype(np.float64)
        violation[finite] = np.maximum(violation[finite], missing)
    return violation


def meets_rows(program: Program, point: Extended, sums: Products) -> bool:
    """Whether a point meets every row, without any doubt: sums that rounding leaves open are taken exactly.

    Parameters
    ----------
    point : column values, shape (n,), within their bounds; only doubles can be summed exactly.
    """
    broken = violations(program, sums)
    if (broken > _CLEARLY * sums.row_sizes).any():
        return False
    error = 2.0 * sums.row_errors
    if (broken > error).any():
        return False
    doubtful = np.flatnonzero(broken >= -error)
    if not len(doubtful):
        return True
    if not are_doubles(point):
        return False
    values = point.astype(np.float64)
    for rows in batches(doubtful, sums.row_counts):
        by_row = rows_of(program, rows)
        for side, direction in ((program.row_lower, 1.0), (program.row_upper, -1.0)):
            finite = np.flatnonzero(np.isfinite(side[rows]))
            if (direction * exact_sums(by_row, finite, values, -side[rows[finite]]) < 0).any():
                return False
    return True


def clean_point(
    program: Program, primal: npt.NDArray[np.floating], dual: npt.NDArray[np.floating]
) -> tuple[Extended, Extended]:
    """Move values into their bounds, and set multipliers to zero that speak of a side that is not there."""
    point = np.clip(primal, program.lower, program.upper).astype(np.longdouble)
    sign = -1.0 if program.sense == "max" else 1.0
    minimised = dual * sign
    absent = np.where(minimised > 0, ~np.isfinite(program.row_lower), ~np.isfinite(program.row_upper))
    return point, np.where(absent, 0.0, dual).astype(np.longdouble)

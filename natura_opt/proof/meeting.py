"""Whether a point meets bounds and rows, without any doubt."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..program import LinearProgram
from .rounding import Extended, Products, are_doubles, exact_sums


def meets_rows(program: LinearProgram, point: Extended, sums: Products) -> bool:
    """Whether a point meets every row, without any doubt: sums that rounding leaves open are taken exactly.

    Parameters
    ----------
    point : column values, shape (n,), within their bounds; only doubles can be summed exactly.
    """
    error = sums.row_errors
    for side, above in ((program.row_lower, True), (program.row_upper, False)):
        room = np.where(np.isfinite(side), sums.rows - side if above else side - sums.rows, np.inf)
        if (room < -error).any():
            return False
        doubtful = np.flatnonzero(room < error)
        if not len(doubtful):
            continue
        values = point.astype(np.float64)
        if not are_doubles(point):
            return False
        slack = exact_sums(program.matrix.tocsr(), doubtful, values, -side[doubtful])
        if ((slack < 0) if above else (slack > 0)).any():
            return False
    return True


def clean_point(
    program: LinearProgram, primal: npt.NDArray[np.floating], dual: npt.NDArray[np.floating]
) -> tuple[Extended, Extended]:
    """Move values into their bounds, and set multipliers to zero that speak of a side that is not there."""
    point = np.clip(primal, program.lower, program.upper).astype(np.longdouble)
    sign = -1.0 if program.sense == "max" else 1.0
    minimised = dual * sign
    absent = np.where(minimised > 0, ~np.isfinite(program.row_lower), ~np.isfinite(program.row_upper))
    return point, np.where(absent, 0.0, dual).astype(np.longdouble)

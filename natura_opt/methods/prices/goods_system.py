"""Systems ``x = given + N x`` over all goods, nothing negative, each good to the same relative residual.

GMRES on the goods in units of the last estimate, until every good is as near as asked; where that fails, the slower and
surer ways of :mod:`natura_opt.input_output.positive_system`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...base.arrays import Floats
from ...input_output.positive_system import positive_solution
from .shared_steps import SharedSteps

#: Up to so many goods elimination is sooner done; steps before what has been found is added up; and how often that is.
_FEW, _STEPS, _CYCLES = 200, 15, 30
#: The mean residual asked for, beside the largest; steps of the system itself that may even it out, each time.
_MEAN, _EVENING = 0.25, 2
#: Unknowns below this, beside their own size, are no rounding: the system has no solution that is nowhere negative.
_NEGATIVE = 1e-3


class GoodsSystem:
    """Room for the solution of systems over so many goods."""

    def __init__(self, goods: int) -> None:
        self._steps = SharedSteps((goods, 1), _STEPS) if goods > _FEW else None

    def solve(
        self, times: Callable[[Floats], Floats], matrix: Callable[[], Any], given: Floats, start: Floats, tol: float
    ) -> Floats | None:
        """Return the solution to a relative residual of ``tol`` good by good; None where there is no positive one.

        Parameters
        ----------
        times : ``N x``. matrix : N itself, for elimination.
        start : an estimate, positive or not.
        """
        if self._steps is None:
            return positive_solution(times, matrix, given, start, tol)
        x = np.maximum(start, 0.0)
        last = np.inf
        for cycle in range(_CYCLES):
            right = given + times(x)
            for _ in range(_EVENING):
                if _near(x, right, tol):
                    return x
                if cycle == 0 or not _near(x, right, 10.0 * tol):
                    break
                x = right
                right = given + times(x)
            with np.errstate(all="ignore"):  # what has grown beyond any double shows in the next line
                unit = np.where(x > 0, x, np.where(right > 0, right, 1.0))
                weights = unit**-2.0
                residual = right - x
                size = float(np.sqrt((residual**2 * weights).sum()))
            if not size < last * 0.9:
                break
            last = size
            z = x.copy()
            goal = max(_MEAN * 0.3 ** (cycle // 2) * tol * len(x) ** 0.5, _MEAN * tol)
            self._steps.cycle(lambda v: times(v[:, 0])[:, None], z[:, None], residual[:, None], weights, _ONE, goal)
            if not np.isfinite(z).all() or bool((z < -_NEGATIVE * unit).any() and cycle > 1):
                break
            x = np.where((unit > 0) & (right > 0) & (z > 0), z, np.where(right > 0, right, 0.0))
        return positive_solution(times, matrix, given, x, tol)


_ONE = np.ones(1)


def _near(x: Floats, right: Floats, tolerance: float) -> bool:
    return bool((np.abs(right - x) <= tolerance * right).all())

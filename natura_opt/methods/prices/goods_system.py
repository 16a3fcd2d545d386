"""Systems ``x = given + N x`` over all goods, nothing negative, solved so that an inequality holds good by good.

Of a plan, what is made must reach what is wanted and used up, and a little more of a good is no matter; of prices, none
may exceed its costs, and a little less is no matter. So the system is asked for a little more than that (or less), is
solved by GMRES as exactly as what is missed in value, and what still falls short is made good step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from ...base.arrays import Floats
from ...input_output.positive_system import positive_solution
from .shared_steps import SharedSteps

#: Up to so many goods elimination is sooner done; steps before what has been found is added up.
_FEW, _STEPS = 200, 15
#: How often it is tried, each time so much more exactly; and how often what falls short is made good.
_TRIES, _FINER, _MENDED = 12, 0.3, 6
#: How near its goal a cycle must have come for its solution to be mended.
_NEARLY = 2.0
#: The least that a good counts for, beside the mean, and the most it is raised by for that: what is worth little now
#: may not be so in another system.
_COUNTS, _RAISED = 1e-3, 1e100
#: An estimate so many times too large or too small is led nearer by plain steps, at most so many: a good counts by what
#: the others seem to need for it, and GMRES does not move where a good of no value needs one that will have some.
_APART, _LED = 1e3, 20
_ONE = np.ones(1)


class GoodsSystem:
    """Room for the solution of systems over so many goods.

    Parameters
    ----------
    rounding : relative error that a computed right-hand side stays below.
    """

    def __init__(self, goods: int, rounding: float) -> None:
        self._steps = SharedSteps((goods, 1), _STEPS) if goods > _FEW else None
        self._rounding = rounding

    @property
    def eliminates(self) -> bool:
        """Whether solutions are exact whatever is asked."""
        return self._steps is None

    def at_least(self, *given: Any, slack: float, aim: float) -> Floats | None:
        """Return x with ``x >= given + N x``; see :meth:`_solve`."""
        return self._solve(*given, slack=slack, aim=aim, up=True)

    def at_most(self, *given: Any, slack: float, aim: float) -> Floats | None:
        """Return x with ``x <= given + N x``; see :meth:`_solve`."""
        return self._solve(*given, slack=slack, aim=aim, up=False)

    def _solve(
        self,
        times: Callable[[Floats], Floats],
        matrix: Callable[[], Any],
        wanted: Floats,
        start: Floats,
        worth: Floats,
        *,
        slack: float,
        aim: float,
        up: bool,
    ) -> Floats | None:
        """Solve ``x = f (wanted + N x)``, f being 1 + slack or 1 - slack; None where there is no positive solution.

        Parameters
        ----------
        times : ``N x``. matrix : N itself, for elimination.
        start : an estimate, positive or not.
        worth : of a unit of each good, in which errors are measured.
        aim : what may be missed in all, relative to the worth of the solution; beyond the slack nothing is proved.
        """
        factor = 1.0 + slack if up else 1.0 - slack

        def surely(estimate: Floats) -> Floats | None:
            return positive_solution(
                lambda x: factor * times(x), lambda: factor * matrix(), factor * wanted, estimate, slack / 4
            )

        if self._steps is None:
            x = np.maximum(_eliminated(factor * matrix(), factor * wanted), 0.0)
            mended = self._mended(times, wanted, x, factor, worth, np.inf, up) if np.isfinite(x).all() else None
            if mended is not None:
                return mended
            return surely(start)
        x = np.maximum(start, 0.0)
        root = len(x) ** 0.5
        finer = 1.0
        for _ in range(_TRIES):
            right = factor * (wanted + times(x))
            for _ in range(_LED):
                apart = (x < right / _APART) | (right < x / _APART)
                if not apart.any():
                    break
                x = np.where(apart, right, x)
                right = factor * (wanted + times(x))
            values = worth * right
            total = float(values.sum())
            if not np.isfinite(total):
                break
            mean = total / len(x)
            if not mean > 0:
                return right if not right.any() else None
            raised = np.clip(_COUNTS * mean / np.where(values > 0, values, mean), 1.0, _RAISED)
            weights = np.where(right > 0, worth * raised, 0.0)
            goal = finer * aim * total / root
            left = self._steps.cycle(
                lambda v: factor * times(v[:, 0])[:, None], x[:, None], (right - x)[:, None], weights**2, _ONE, goal
            )
            if not np.isfinite(x).all():
                break
            x = np.where(x > 0, x, right)
            if left > goal * _NEARLY or float(worth @ x) < total / 2:
                continue  # not there yet, or what may be missed was measured by an estimate far above the solution
            if aim > slack:
                return x
            mended = self._mended(times, wanted, x, factor, worth, slack * total, up)
            if mended is not None:
                return mended
            finer *= _FINER
        start = np.where(np.isfinite(start) & (start > 0), start, 0.0)
        return surely(start)

    def _mended(
        self,
        times: Callable[[Floats], Floats],
        wanted: Floats,
        x: Floats,
        factor: float,
        worth: Floats,
        most: float,
        up: bool,
    ) -> Floats | None:
        """Raise x where it falls short (or lower it) until it does nowhere; None where that takes too much."""
        safe = 1.0 + self._rounding if up else 1.0 - self._rounding
        for _ in range(_MENDED):
            right = wanted + times(x)
            wrong = x < safe * right if up else x > safe * right
            if not wrong.any():
                return x
            better = np.where(wrong, factor * right, x)
            if not float(worth @ np.abs(better - x)) <= most:
                return None
            x = better
        return None


def _eliminated(matrix: Any, given: Floats) -> Floats:
    """Return the solution of ``x = given + N x``, or nan where there is none."""
    system = sp.eye_array(len(given), format="csc") - sp.csc_array(matrix)
    try:
        return np.asarray(splu(system).solve(given))
    except RuntimeError:  # singular
        return np.full(len(given), np.nan)

r"""A level bundle method: the centre's side of price coordination.

Maximise a concave function v over the simplex ``s >= 0, sum s = 1``, of which each evaluation gives the value and a
cut :math:`v(s') \le a \cdot s'`. All cuts together are a model of v from above; its maximum is a linear program whose
other side mixes the cuts, :math:`\max \sum \lambda` with :math:`\sum \lambda_k a_k \le 1`. The next point is not the
maximum of the model, which jumps about, but the point nearest to the best one so far where the model still promises a
good part of what is left to gain.

Source: Lemaréchal, Nemirovskii and Nesterov, "New variants of bundle methods", Mathematical Programming 69 (1995).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import nnls

from ...backends.answer import Claim
from ...backends.highs import solve_arrays
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...input_output.directed import rounding
from ...program.canonical import Block
from ...program.linear import LinearProgram

#: The share of what is left to gain that is given away for staying near the best point: at most, at least, and by what
#: it changes when a step gains what it promised, or does not.
_NEARNESS, _LEAST = 0.7, 0.1
_BOLDER, _SHYER = 0.6, 1.4
#: How much of what it promised a step must gain.
_KEPT = 0.9
#: What of a limit a plan may use without being limited by it.
_NOTHING = 1e-15


@dataclass(frozen=True, eq=False)
class Mix:
    """The best mix of what the cuts stand for: ``amounts`` of each, and the model's maximum ``1 / sum(amounts)``."""

    amounts: Floats
    most: float


class LevelBundle:
    """Cuts of a concave function on the simplex, and where to evaluate it next.

    Parameters
    ----------
    size : number of components of a point.

    Attributes
    ----------
    best, value : the best point so far and the function there.
    memory : what else it knows beside its cuts: the share of what is left to gain that is given away, and what the last
        step was to reach.
    """

    def __init__(self, size: int) -> None:
        self.best: Floats = np.full(size, 1.0 / size)
        self.value = 0.0
        self._nearness, self._level = _NEARNESS, np.inf
        self._cuts: list[Floats] = []

    @property
    def memory(self) -> tuple[float, float]:
        """What a bundle of the same cuts and best point needs to go on in the same way."""
        return self._nearness, self._level

    @memory.setter
    def memory(self, memory: tuple[float, float]) -> None:
        self._nearness, self._level = memory

    @property
    def cuts(self) -> Floats:
        """All cuts, shape (cuts, size)."""
        return np.array(self._cuts)

    def add(self, cut: Floats) -> None:
        """Add a cut ``v(s) <= cut @ s``."""
        self._cuts.append(cut)

    def rescale(self, factor: float, best: Floats, value: float) -> None:
        """Count the last component in another unit: cuts have ``factor`` times as much of it.

        Parameters
        ----------
        best, value : the best point and the function there, in the new unit.
        """
        for cut in self._cuts:
            cut[-1] *= factor
        self.best, self.value, self._level = best, value, np.inf

    def offer(self, point: Floats, value: float) -> bool:
        """Keep a point if it is the best so far; say whether it is."""
        self._nearness *= _BOLDER if value - self.value >= _KEPT * (self._level - self.value) else _SHYER
        self._nearness = min(max(self._nearness, _LEAST), _NEARNESS)
        if value <= self.value:
            return False
        self.best, self.value = point, value
        return True

    def mix(self) -> Mix | None:
        """Solve the linear program of the mix; every component of ``amounts @ cuts`` is at most one. None if HiGHS
        fails.
        """
        cuts = self.cuts
        count, size = cuts.shape
        largest = cuts.max(axis=1)
        shares = cuts / largest[:, None]
        shares[shares < _NOTHING] = 0.0  # what a plan all but leaves alone does not limit it
        program = LinearProgram(
            sense="max",
            columns=(Block("plans", pd.RangeIndex(count), 0),),
            rows=(Block("limits", pd.RangeIndex(size), 0),),
            cost=largest.min() / largest,
            lower=np.zeros(count),
            upper=np.full(count, np.inf),
            integer=np.zeros(count, dtype=bool),
            matrix=sp.csc_array(shares.T),
            row_lower=np.full(size, -np.inf),
            row_upper=np.ones(size),
        )
        answer = solve_arrays(program, SolveOptions())
        if answer.claim is Claim.INTERRUPTED:
            raise KeyboardInterrupt
        amounts = np.maximum(answer.primal, 0.0) / largest
        used = float((amounts @ cuts).max(initial=0.0))
        if answer.claim is not Claim.OPTIMAL or not used > 0:
            return None
        # the solver's own feasibility is no proof: the tightest limit is met exactly, less what rounding may hide
        amounts = amounts / (used * (1.0 + rounding(count)))
        return Mix(amounts, 1.0 / float(amounts.sum()))

    def next_point(self, most: float, centre: Floats | None = None) -> Floats:
        """Project a point onto the points where the model reaches the level.

        Parameters
        ----------
        most : maximum of the model.
        centre : what is projected: the best point by default; one that never moves leads to the nearest maximum.
        """
        self._level = level = most - self._nearness * (most - self.value)
        point = nearest(self.best if centre is None else centre, self.cuts, level)
        point = np.maximum(point, 0.0)
        return np.asarray(point / point.sum())


def nearest(point: Floats, cuts: Floats, level: float) -> Floats:
    """Return the point of the simplex with ``cuts @ s >= level`` that is nearest to a point of it.

    Least distance programming by non-negative least squares (Lawson and Hanson, "Solving Least Squares Problems", 1974,
    chapter 23), in the directions that keep the sum.

    >>> nearest(np.array([0.5, 0.5]), np.array([[1.0, 3.0]]), 2.5).round(6).tolist()
    [0.25, 0.75]
    """
    size = len(point)
    if size == 1:
        return point.copy()
    rows = np.vstack([cuts, np.eye(size)])
    short = np.concatenate([level - cuts @ point, -point])
    if (short <= 0).all():
        return point.copy()
    norms = np.abs(rows).max(axis=1)
    rows, short = rows / norms[:, None], short / norms
    size_of_step = float(short.max())
    directions = _keeping_the_sum(size)
    system = np.vstack([(rows @ directions).T, short / size_of_step])
    aim = np.zeros(size)
    aim[-1] = 1.0
    weights, _ = nnls(system, aim, maxiter=50 * sum(system.shape))
    left = system @ weights - aim
    if not left[-1] < 0:
        return point.copy()
    return np.asarray(point + directions @ (-left[:-1] / left[-1]) * size_of_step)


def _keeping_the_sum(size: int) -> Floats:
    """Return an orthonormal basis of the directions whose components sum to zero: shape (size, size - 1)."""
    mirror = np.full(size, size**-0.5)
    mirror[0] -= 1.0  # reflects the first axis onto (1, ..., 1)
    basis = np.eye(size) - 2.0 * np.outer(mirror, mirror) / max(float(mirror @ mirror), 1e-300)
    return np.asarray(basis[:, 1:])

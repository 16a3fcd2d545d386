"""Newton's and Anderson's iterations for ``x = F(x) x + d``: quick, from wherever they start, to some solution.

Nothing holds them to the least one; what they arrive at is compared with it afterwards (:mod:`.which`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from ...base.arrays import Floats
from ...base.settings import one_of, real, whole
from ..coefficients import Coefficients
from ..cores import blas_on_one_core
from ..krylov import solve_gmres
from ..stationary import WINDOW, mixed
from .least import MOST_PASSES, STARTS, Start
from .outcome import ScaleSolution, UnsettledError, largest_relative
from .system import ScaleSystem
from .which import solution_at

#: Up to this many goods a derivative is factorised.
_FACTORISED = 3_000
_HALVINGS = 12
#: A mixed round that leaves more than this many times the residual is dropped, and what is mixed with it.
_WORSE = 2.0
_LINEAR, _LINEAR_PASSES = 1e-3, 200


def newton(
    system: ScaleSystem,
    demand: Any,
    *,
    start: Start = "demand",
    tolerance: float = 1e-12,
    max_passes: int = MOST_PASSES,
) -> ScaleSolution:
    """Solve ``x - F(x) x = d`` by Newton's method, steps shortened where the residual would grow.

    Parameters
    ----------
    demand, start, max_passes : as of :func:`.least.least_solution`.
    tolerance : largest residual of a good, relative to what is made or needed of it, at which it stops.

    Raises
    ------
    UnsettledError : it arrives nowhere, which proves nothing. UnmeetableError : no plan serves the demand, proved.
    """
    return settled(system, demand, start, tolerance, max_passes, "newton", _newton)


def anderson(
    system: ScaleSystem,
    demand: Any,
    *,
    start: Start = "demand",
    tolerance: float = 1e-12,
    max_passes: int = MOST_PASSES,
) -> ScaleSolution:
    """Solve by rounds of orders, each mixed with the last few so that their residuals cancel (Anderson 1965).

    Parameters, raises
    ------------------
    as of :func:`newton`.
    """
    return settled(system, demand, start, tolerance, max_passes, "anderson", _anderson)


@blas_on_one_core
def settled(
    system: ScaleSystem, demand: Any, start: Start, tolerance: float, max_passes: int, method: str, walk: Any
) -> ScaleSolution:
    one_of("start", start, STARTS)
    real("tolerance", tolerance, 0.0, 1.0, above=True)
    whole("max_passes", max_passes, 1)
    wanted = system.demand(demand)
    before = system.passes
    x = np.zeros(system.size) if start == "zero" else np.minimum(wanted, system.ends)
    x, left, jumps = walk(system, wanted, x, max(tolerance, 4.0 * system.rounding), before + max_passes)
    passes = system.passes - before
    if left > tolerance and left > 8.0 * system.rounding:
        raise UnsettledError(
            f"{method} did not settle in {passes:,} passes: the largest relative residual is {left:.1e}. This proves "
            "nothing; the monotone iteration finds the least plan, or proves that there is none",
            x, left,
        )  # fmt: skip
    found = solution_at(system, wanted, x, max(tolerance, 1e-9), method)
    return replace(found, start=start, passes=passes, jumps=jumps)


def _newton(system: ScaleSystem, demand: Floats, x: Floats, tolerance: float, last: int) -> tuple[Floats, float, int]:
    """Return where Newton's steps end, the largest relative residual there, and how many there were."""
    jumps, step = 0, np.zeros(0)
    needs = system.needs(x)
    left = _left(x, needs, demand)
    while left > tolerance and system.passes < last:
        more = needs + demand - x
        direction = _direction(system, x, more)
        jumps += 1
        for halving in range(_HALVINGS + 1):
            step = more if direction is None or halving == _HALVINGS else direction * 0.5**halving
            near = np.clip(x + step, 0.0, system.ends)
            needs_near = system.needs(near)
            left_near = _left(near, needs_near, demand)
            if left_near < left or direction is None or system.passes >= last:
                break
        if (near == x).all():
            break
        x, needs, left = near, needs_near, left_near
    return x, left, jumps


def _direction(system: ScaleSystem, x: Floats, more: Floats) -> Floats | None:
    """Return ``(I - J)^{-1} r``; None where there is none in doubles."""
    jacobian = system.jacobian(x)
    if not np.isfinite(jacobian.data).all():
        return None
    size = len(x)
    if size <= _FACTORISED:
        try:
            step = splu(sp.csc_array(sp.eye_array(size) - jacobian)).solve(more)
        except RuntimeError:  # exactly singular
            return None
    else:
        inputs = Coefficients(jacobian)
        unit = np.maximum(x, float(x.mean()) * np.finfo(np.float64).eps + np.finfo(np.float64).tiny)
        right = more / unit
        goal = _LINEAR * float(np.linalg.norm(right))
        step = unit * solve_gmres(
            lambda z: z - inputs.times(unit * z) / unit, right, None, goal, inputs, inputs.passes + _LINEAR_PASSES
        )
    return np.asarray(step) if np.isfinite(step).all() else None


def _anderson(system: ScaleSystem, demand: Floats, x: Floats, tolerance: float, last: int) -> tuple[Floats, float, int]:
    """Return where mixed rounds end, and the largest relative residual there; nothing is solved on the way."""
    points: list[Floats] = []
    steps: list[Floats] = []
    best, least = x, np.inf
    while True:
        needs = system.needs(x)
        left = _left(x, needs, demand)
        if left < least:
            best, least = x, left
        if left <= tolerance or system.passes >= last:
            return best, least, 0
        if left > _WORSE * least:
            points, steps = [], []
        points, steps = [*points[-WINDOW:], x], [*steps[-WINDOW:], needs + demand - x]
        unit = np.where(x > 0, x, 1.0)
        near = np.clip(mixed(lambda step, unit=unit: step / unit, points, steps), 0.0, system.ends)  # type: ignore[misc]
        x = near if np.isfinite(near).all() else np.minimum(needs + demand, system.ends)


def _left(x: Floats, needs: Floats, demand: Floats) -> float:
    return largest_relative(x - needs - demand, x, needs + demand)

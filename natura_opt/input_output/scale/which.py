r"""Which of several solutions one is: the least, proved, or another.

Where every total is convex and the economy is productive at the scale of x (Hawkins and Simon, for the derivatives
J there), x is the least solution: for the least one x0, convexity gives ``x - x0 <= J (x - x0) + r``, r what x leaves
over, so ``x - x0 <= (I - J)^{-1} r``. Elsewhere x is compared with the enclosure that the monotone iteration proves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...base.arrays import Floats
from ..coefficients import Coefficients
from ..unproductive import UnproductiveError
from ..witness import find_witness
from .least import MOST_PASSES, least_solution
from .outcome import ScaleSolution, UnsettledError, largest_relative, widest
from .sufficient import sufficient, upper_step
from .system import ScaleSystem

#: What is proved to be the same solution differs by no more than this share where one is known only up to rounding.
_SAME = 1e-3
#: A solution is proved to be the least to within this much, or it is compared with the least one.
_PROVED = 1e-4


def solution_at(system: ScaleSystem, demand: Floats, x: Floats, tolerance: float, method: str) -> ScaleSolution:
    """Return what is proved of outputs that were arrived at by an iteration.

    Raises
    ------
    UnmeetableError : however small the residual is, no plan serves the demand.
    """
    needs = system.needs(x)
    residual = x - needs - demand
    found = ScaleSolution(
        x=x,
        residual=residual,
        relative=largest_relative(residual, x, needs + demand),
        which="a solution",
        lower=None,
        upper=None,
        proof="others were not looked for",
        method=method,
        start="",
        passes=0,
        jumps=0,
    )
    return _by_hawkins_simon(system, demand, needs, found) or _by_comparison(system, demand, found, tolerance)


def _by_hawkins_simon(system: ScaleSystem, demand: Floats, needs: Floats, found: ScaleSolution) -> ScaleSolution | None:
    """Prove from the derivatives at x alone that it is the least solution, where every total is convex."""
    slopes = system.slopes(found.x)
    if not (system.chords.convex.all() and system.chords.rising.all() and np.isfinite(slopes).all()):
        return None
    jacobian = Coefficients(system.with_slopes(slopes * (1.0 + 2.0 * system.rounding)))
    try:
        find_witness(jacobian)
    except UnproductiveError:
        return None
    hidden = 4.0 * system.rounding * (np.abs(found.x) + needs + demand)
    over = np.maximum(found.residual, 0.0) + hidden
    most = upper_step(jacobian.matrix, 1.01 * over)
    if most is None or not (most * (1.0 - 2.0 * system.rounding) >= jacobian.times(most) + over).all():
        return None
    lower = np.maximum(found.x - most, 0.0)
    upper = sufficient(system, demand, found.x, needs, np.maximum(-found.residual, 0.0) + hidden, 0.0)
    if upper is None or widest(lower, upper) > _PROVED:
        return None
    why = "every total is convex, and the economy is productive at this scale (Hawkins and Simon)"
    return replace(found, which="least", lower=lower, upper=upper, proof=why)


def _by_comparison(system: ScaleSystem, demand: Floats, found: ScaleSolution, tolerance: float) -> ScaleSolution:
    """Compare x with the least solution, which is looked for from below."""
    if not system.chords.rising.all():
        return replace(found, proof="a total falls, so that nothing holds the others from below")
    try:
        least = least_solution(system, demand, tolerance=tolerance, max_passes=MOST_PASSES)
    except UnsettledError:
        return replace(found, proof="the monotone iteration did not settle, so the least solution is not known")
    highest = least.x if least.upper is None else least.upper
    if (found.x <= highest * (1.0 + _SAME)).all():
        lower = np.minimum(least.lower, found.x) if least.lower is not None else None
        upper = None if least.upper is None else np.maximum(least.upper, found.x)
        return replace(
            found, which="least", lower=lower, upper=upper, proof="it agrees with the monotone iteration's from below"
        )
    more = np.flatnonzero(found.x > highest * (1.0 + _SAME))
    worst = more[np.argmax(found.x[more] / np.maximum(highest[more], np.finfo(np.float64).tiny))]
    why = f"a plan serves the same demand with {highest[worst]:.10g} of {system.called([worst])} instead"
    return replace(found, which="another", lower=least.lower, upper=None, proof=why)

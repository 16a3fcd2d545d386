"""Outputs that suffice for a demand: the proof that a plan exists, and that the least one is no larger."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...base.arrays import Floats
from ..coefficients import Coefficients
from ..positive_system import positive_solution
from .system import ScaleSystem

#: How far beyond Newton's estimate outputs are tried.
_BEYOND = (1.25, 3.0, 30.0)
#: How exactly an estimate is solved for; what it leads to is checked.
_ESTIMATE = 1e-6


def sufficient(
    system: ScaleSystem, demand: Floats, low: Floats, needs: Floats, more: Floats, margin: float
) -> Floats | None:
    """Return outputs u >= low with ``F(u) u + d <= u``, rounding included; None where none were found.

    By Tarski's theorem a solution then exists, and the least one is at most u.

    Parameters
    ----------
    low, needs : outputs, and what they need. more : ``needs + demand - low`` where it is positive, else 0.
    margin : what u should leave over beyond rounding, as a share of what is needed of each good.
    """
    wanted = needs + demand
    if (wanted <= low).all() and not (wanted > 0).any():
        return low
    step = upper_step(_estimated(system, low), more + (margin + 8.0 * system.rounding) * wanted)
    if step is None:
        return None
    for factor in _BEYOND:
        found = np.minimum(low + factor * step, system.ends)
        needed = (system.needs(found) + demand) * (1.0 + 2.0 * system.rounding)
        if (needed <= found).all():
            return needed  # a round down from outputs that suffice suffices as well
    return None


def upper_step(slopes: Any, more: Floats) -> Floats | None:
    """Return an estimate of ``(I - J)^{-1} r``; None where there is none that is positive. Nothing is proved of it."""
    jacobian = Coefficients(slopes)
    return positive_solution(jacobian.times, lambda: jacobian.matrix, more, more, _ESTIMATE)


def _estimated(system: ScaleSystem, x: Floats) -> Any:
    """Return the derivative with nothing where it is infinite (as that of a root at 0) or negative."""
    slopes = system.slopes(x)
    return system.with_slopes(np.where(np.isfinite(slopes), np.maximum(slopes, 0.0), 0.0))

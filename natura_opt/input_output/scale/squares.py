r"""Nonlinear least squares for ``x = F(x) x + d``, with the papers' gradient put right.

Samothrakis (2020, 2021) gives the gradient of ``|(I - F(x)) x - d|^2 / n`` as
``((I - F(x)) x - d)(I - F(x) - F'(x) x) / n``. The derivative of a sum of squares has a factor 2, and the residual is
multiplied by the derivative's *transpose*:

.. math::  \nabla |r|^2 = 2 J' r, \qquad r = x - F(x) x - d, \qquad J = I - \frac{d\,(F(x) x)}{dx}.

Without the transpose the direction need not even lead down. A least-squares method ends where this gradient is zero:
that may be no solution at all, and a solution need not be the least.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import least_squares as scipy_least_squares

from ...base.arrays import Floats
from .least import MOST_PASSES, Start
from .newton import settled
from .outcome import ScaleSolution, largest_relative
from .system import ScaleSystem

#: Up to this many goods scipy is given a dense derivative.
_DENSE = 500
#: The least tolerance scipy knows: it goes on until nothing improves.
_NOTHING = 4.0 * float(np.finfo(np.float64).eps)
#: Rounds of orders before the first step, so that every good that is needed is made.
_ROUNDS = 3


def papers_gradient(system: ScaleSystem, x: Floats, demand: Floats) -> Floats:
    """Return the gradient of ``|x - F(x) x - d|^2``: ``2 J' r``, shape (n,). The papers' mean is this divided by n."""
    residual = system.residual(x, demand)
    gradient: Floats = 2.0 * (residual - system.jacobian(x).T @ residual)
    return gradient


def least_squares(
    system: ScaleSystem,
    demand: Any,
    *,
    start: Start = "demand",
    tolerance: float = 1e-9,
    max_passes: int = MOST_PASSES,
) -> ScaleSolution:
    """Solve ``x - F(x) x = d`` as the least squares of its residuals: scipy's trust region, within the reports.

    Each residual is taken as a share of its good's scale at the start, so that the answer does not depend on units.

    Parameters
    ----------
    demand, start, max_passes : as of :func:`.least.least_solution`.
    tolerance : largest residual of a good, relative to what is made or needed of it, at which it counts as solved.

    Raises
    ------
    UnsettledError : it ends where residuals are left, which proves nothing.
    UnmeetableError : no plan serves the demand, proved.
    """
    return settled(system, demand, start, tolerance, max_passes, "least-squares", _walk)


def _walk(system: ScaleSystem, demand: Floats, x: Floats, tolerance: float, last: int) -> tuple[Floats, float, int]:
    """Return where scipy ends, the largest relative residual there, and how often it took a derivative."""
    for _ in range(_ROUNDS):
        x = np.minimum(system.needs(x) + demand, system.ends)
    if not x.any():
        return x, largest_relative(system.residual(x, demand), x, demand), 0
    unit = np.where(x > 0, x, 1.0)
    identity = sp.eye_array(system.size)

    def residual(z: Floats) -> Floats:
        return system.residual(np.clip(z * unit, 0.0, system.ends), demand) / unit

    def derivative(z: Floats) -> Any:
        slopes = system.slopes(np.clip(z * unit, 0.0, system.ends))
        jacobian = identity - system.with_slopes(np.where(np.isfinite(slopes), slopes, 0.0))
        scaled = sp.csr_array(sp.diags_array(1.0 / unit) @ jacobian @ sp.diags_array(unit))
        return scaled.toarray() if system.size <= _DENSE else scaled

    found = scipy_least_squares(
        residual,
        x / unit,
        derivative,
        bounds=(0.0, np.maximum(system.ends / unit, np.finfo(np.float64).tiny)),
        ftol=_NOTHING,
        xtol=_NOTHING,
        gtol=_NOTHING,
        max_nfev=max(last - system.passes, 1),
    )
    x = np.clip(found.x * unit, 0.0, system.ends)
    needs = system.needs(x)
    return x, largest_relative(x - needs - demand, x, needs + demand), int(found.njev or 0)

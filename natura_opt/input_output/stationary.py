"""Stationary methods for a Leontief system, and Anderson's acceleration; all stop on the proven bound.

Neumann's series is the economist's rounds of orders: demand, what its makers need, what *their* suppliers need, and so
on. A Gauss-Seidel sweep lets each industry use what others have just announced. Anderson mixes the last few rounds so
that they cancel each other's errors.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..base.arrays import Floats
from .kernels import sweep, transposed_sweep
from .system import Bound, System

#: Rounds Anderson's method mixes.
WINDOW = 6
#: Vectors of it that may be so nearly parallel.
_PARALLEL = 1e-12


def neumann(system: System, start: Floats | None) -> tuple[Floats, Bound]:
    """Solve by rounds ``x <- A x + d``: the step is the residual, so every round knows its bound."""
    x = system.demand.copy() if start is None else start.copy()
    while True:
        used = system.apply(x)
        bound = system.bound(x, used)
        if bound.relative <= system.tolerance or system.exhausted:
            return x, bound
        x = used + system.demand


def gauss_seidel(system: System, start: Floats | None) -> tuple[Floats, Bound]:
    """Solve by sweeps that use each value as soon as it is known, in the order of the goods as they stand.

    Quantities go from the last good to the first, prices from the first to the last, so that an upper triangular
    economy is solved in one sweep. The sweep for prices keeps its residual; the one for quantities is checked by a
    product whenever the last check says that it may be enough.
    """
    coefficients, order = system.coefficients, np.arange(len(system.demand))
    x = np.zeros(len(system.demand)) if start is None else start.copy()
    used = system.apply(x) if start is not None else np.zeros(len(x))
    if system.transpose:
        while True:
            residual = system.residual(x, used)
            transposed_sweep(order, *coefficients.parts, residual, x)
            coefficients.passes += 1
            used = system.apply(x)
            bound = system.bound(x, used)
            if bound.relative <= system.tolerance or system.exhausted:
                return x, bound
    bound, sweeps, rate = Bound(np.inf, np.inf), 1, 0.0
    while True:
        for _ in range(sweeps):
            sweep(order[::-1].copy(), *coefficients.parts, system.demand, x)
        coefficients.passes += sweeps
        before, bound = bound, system.bound(x)
        if bound.relative <= system.tolerance or system.exhausted:
            return x, bound
        if np.isfinite(before.relative) and bound.relative < before.relative:
            rate = np.log(before.relative / bound.relative) / sweeps
            wanted = int(np.ceil(np.log(bound.relative / system.tolerance) / rate))
            sweeps = max(1, min(wanted, 2 * sweeps + 2, system.max_passes - system.passes - 1))


def anderson(system: System, start: Floats | None) -> tuple[Floats, Bound]:
    """Solve by rounds, each mixed with the last few so that their residuals cancel (Anderson 1965)."""
    x = system.demand.copy() if start is None else start.copy()
    points: list[Floats] = []
    steps: list[Floats] = []
    best: tuple[Floats, Bound] | None = None
    while True:
        used = system.apply(x)
        bound = system.bound(x, used)
        if best is None or bound.relative < best[1].relative:
            best = (x, bound)
        if bound.relative <= system.tolerance or system.exhausted:
            return best
        points = [*points[-WINDOW:], x]
        steps = [*steps[-WINDOW:], system.residual(x, used)]
        x = mixed(system.weigh, points, steps)


def mixed(weigh: Callable[[Floats], Floats], points: list[Floats], steps: list[Floats]) -> Floats:
    """Return the point whose residual, were everything linear, would be least, and its step taken.

    Parameters
    ----------
    weigh : puts a residual in units in which its components compare.
    points, steps : the last rounds, the newest last: where each was, and how far it went.
    """
    if len(points) == 1:
        return points[0] + steps[0]
    plain: Floats = points[-1] + steps[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        weighed = np.array([weigh(step) for step in steps])
    largest = float(np.abs(weighed).max())
    if not 0.0 < largest < np.inf:
        return plain
    weighed = weighed / largest  # whose squares no double overflows
    newest, changes = weighed[-1], list(weighed[:-1] - weighed[-1])
    gram = np.array([[a @ b for b in changes] for a in changes])
    sizes = np.sqrt(np.maximum(gram.diagonal(), np.finfo(np.float64).tiny))
    scaled = gram / np.outer(sizes, sizes)
    against = np.array([-(change @ newest) for change in changes]) / sizes
    values, vectors = np.linalg.eigh(scaled)
    independent = values > _PARALLEL * values[-1]
    shares = vectors[:, independent] @ ((vectors[:, independent].T @ against) / values[independent]) / sizes
    x = plain
    for share, point, step in zip(shares, points[:-1], steps[:-1], strict=True):
        x = x + share * (point + step - points[-1] - steps[-1])
    return x

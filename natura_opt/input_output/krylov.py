"""Krylov methods for a Leontief system: scipy's GMRES and BiCGSTAB with our product, in units that are not the user's.

Unknowns are weighed by the witness's prices (quantities become values, prices become shares), so that the answer does
not depend on units and the residual's size is, up to norms, the error bound. GMRES keeps a basis of vectors: as many
as a third of the matrix's memory holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse.linalg as spla

from ..base.arrays import Floats
from .coefficients import Coefficients
from .system import Bound, System

#: Vectors of GMRES's basis: at least, at most; and bytes that are no matter.
_LEAST, _MOST = 12, 200
_SPARE = 4_000_000
_ROUNDS = 6
#: Steps of the one cycle of GMRES that is tried first.
_CYCLE = 40


class _OutOfPassesError(Exception):
    """The operator has been applied as often as allowed."""


def basis_size(coefficients: Coefficients) -> int:
    """Return how many vectors GMRES may keep within a third of the matrix's memory."""
    vector = max(8 * coefficients.shape[0], 1)
    return int(np.clip(max(coefficients.nbytes // 3, _SPARE) // vector, _LEAST, _MOST))


def solve_gmres(
    apply: Callable[[Floats], Floats],
    rhs: Floats,
    start: Floats | None,
    goal: float,
    coefficients: Coefficients,
    last: int,
    seen: Callable[[float], None] | None = None,
) -> Floats:
    """Reduce the 2-norm of the residual to ``goal``, or stop when the coefficients' passes reach ``last``."""
    restart = min(basis_size(coefficients), max(len(rhs), 1), max(last - coefficients.passes, 1))
    operator = spla.LinearOperator((len(rhs), len(rhs)), matvec=apply, dtype=np.float64)
    size = float(np.linalg.norm(rhs))
    z = start
    while True:
        before = coefficients.passes
        with np.errstate(all="ignore"):  # a breakdown shows in the answer, which is checked
            z, info = spla.gmres(
                operator,
                rhs,
                x0=z,
                rtol=0.0,
                atol=goal,
                restart=restart,
                maxiter=1,
                callback=(lambda norm: seen(norm * size)) if seen else None,
                callback_type="pr_norm",
            )
        if info == 0 or coefficients.passes >= last or coefficients.passes == before:
            return np.asarray(z, dtype=np.float64)


def solve_bicgstab(
    apply: Callable[[Floats], Floats],
    rhs: Floats,
    start: Floats | None,
    goal: float,
    coefficients: Coefficients,
    last: int,
    seen: Callable[[float], None] | None = None,
) -> Floats:
    """Reduce the 2-norm of the residual as :func:`solve_gmres`; scipy does not show its residual on the way."""
    operator = spla.LinearOperator((len(rhs), len(rhs)), matvec=apply, dtype=np.float64)
    allowed = max((last - coefficients.passes) // 2, 1)
    with np.errstate(all="ignore"):  # as above
        z, _ = spla.bicgstab(operator, rhs, x0=start, rtol=0.0, atol=goal, maxiter=allowed)
    return np.asarray(z, dtype=np.float64)


def gmres(system: System, start: Floats | None) -> tuple[Floats, Bound]:
    """Solve by GMRES: one pass a step, as many vectors kept as memory allows."""
    return _until_proved(system, start, solve_gmres)


def gmres_once(system: System, start: Floats | None) -> tuple[Floats, Bound]:
    """Solve by one cycle of GMRES, of at most so many steps: what most systems need, and the others lose little by."""
    limit = system.coefficients.passes + min(_CYCLE, basis_size(system.coefficients))

    def solve(
        apply: Any, rhs: Floats, z: Floats | None, goal: float, inputs: Coefficients, last: int, seen: Any
    ) -> Floats:
        return solve_gmres(apply, rhs, z, goal, inputs, min(last, limit), seen)

    return _until_proved(system, start, solve, rounds=2)


def bicgstab(system: System, start: Floats | None) -> tuple[Floats, Bound]:
    """Solve by BiCGSTAB: two passes a step, eight vectors kept."""
    return _until_proved(system, start, solve_bicgstab)


def _until_proved(
    system: System, start: Floats | None, solve: Callable[..., Floats], rounds: int = _ROUNDS
) -> tuple[Floats, Bound]:
    """Solve to the 2-norm that should do, bound the error, and go on until the bound is within the tolerance."""

    def apply(z: Floats) -> Floats:
        left: Floats = z - system.weigh(system.apply(system.unweigh(z)))
        return left

    rhs = system.weigh(system.demand)
    root = np.sqrt(max(len(rhs), 1))
    if system.transpose:  # of a residual spread evenly the largest part is a few times the mean
        norm = float(np.abs(rhs).max(initial=0.0) * (system.witness.margins / system.witness.prices).min(initial=1.0))
        spread = min(8.0 / root, 1.0)
    else:
        norm, spread = float(np.abs(rhs).sum()), 0.8 * root
    goal = 0.9 * system.tolerance * norm / spread

    def seen(residual: float) -> None:
        system.trace.append((system.passes, residual * spread / norm))

    z = None if start is None else system.weigh(start)
    best: tuple[Floats, Bound] | None = None
    for _ in range(rounds):
        z = solve(apply, rhs, z, goal, system.coefficients, system.started + system.max_passes - 1, seen)
        x = system.unweigh(np.where(np.isfinite(z), z, 0.0))
        bound = system.bound(x)
        if best is None or bound.relative < best[1].relative:
            best = (x, bound)
        if bound.relative <= system.tolerance or system.exhausted or not np.isfinite(z).all():
            break
        goal *= 0.7 * min(system.tolerance / bound.relative, 0.5)
    assert best is not None
    return best

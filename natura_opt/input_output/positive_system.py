"""Non-negative systems ``x = given + N x``, solved good by good: every unknown to the same relative residual."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import LinearOperator, bicgstab, splu

from ..base.arrays import Floats

#: Up to this many unknowns a system is solved by elimination.
_DENSE = 200
_KRYLOV_STEPS = 400
_KRYLOV_TRIES = 6
_SWEEPS = 20_000
#: What grows beyond this grows without limit.
DIVERGED = 1e200


def positive_solution(
    times: Callable[[Floats], Floats], matrix: Callable[[], Any], given: Floats, start: Floats, tolerance: float
) -> Floats | None:
    """Solve ``x = given + N x`` with nothing negative, each component to a relative residual of ``tolerance``.

    BiCGSTAB on the unknowns in units of the last estimate, which makes them all about one (and the answer independent
    of the user's units); elimination where the system is small; sweeps to finish with.

    Parameters
    ----------
    times : ``N x``. matrix : N itself, for elimination.
    start : an estimate, positive or not.

    Returns
    -------
    The solution, exactly zero where it must be; None where there is none that is positive (N is not productive).
    """
    needed = _support(times, given)
    if not needed.any():
        return np.zeros(len(given))
    x = np.where(needed, np.maximum(start, 0.0), 0.0)
    while True:  # every component gets a first estimate
        right = given + times(x)
        if (x[needed] > 0).all():
            break
        x = right
    aim = tolerance * max(0.1 * len(x) ** 0.5, 1.0)  # for a sum of squares, of which no term should stand out
    for tried in range(_KRYLOV_TRIES):
        if _close(x, right, tolerance):
            return x
        estimate = (
            _eliminated(matrix(), given, needed) if len(x) <= _DENSE else _krylov(times, given, x, aim * 0.1**tried)
        )
        estimate = np.where(needed, estimate, 0.0)
        if not np.isfinite(estimate).all():
            break
        sound = estimate > 0
        x = np.where(needed & ~sound, right, estimate)
        right = given + times(x)
        if len(x) <= _DENSE:
            break
    residual = np.inf
    for sweep in range(_SWEEPS):
        if _close(x, right, tolerance):
            return x
        with np.errstate(invalid="ignore", divide="ignore"):  # not a number where it has grown beyond any double
            worst = float((np.abs(right - x)[needed] / right[needed]).max())
        if not worst < DIVERGED or (sweep % 50 == 49 and worst > 0.9 * residual):
            return None
        residual = worst if sweep % 50 == 49 else residual
        with np.errstate(over="ignore", invalid="ignore"):
            x, right = right, given + times(right)
    return None


def _close(x: Floats, right: Floats, tolerance: float) -> bool:
    with np.errstate(invalid="ignore"):
        return bool((np.abs(right - x) <= tolerance * right).all())


def _support(times: Callable[[Floats], Floats], given: Floats) -> npt.NDArray[np.bool_]:
    """Return where the solution is positive: what is given, and whatever that leads to."""
    reached: npt.NDArray[np.bool_] = given > 0
    while not reached.all():
        further = reached | (times(reached.astype(np.float64)) > 0)
        if (further == reached).all():
            break
        reached = further
    return reached


def _eliminated(matrix: Any, given: Floats, needed: npt.NDArray[np.bool_]) -> Floats:
    places = np.flatnonzero(needed)
    system = sp.eye_array(len(places), format="csc") - sp.csc_array(sp.csr_array(matrix)[places][:, places])
    solution = np.zeros(len(given))
    try:
        solution[places] = splu(system).solve(given[places])
    except RuntimeError:  # singular
        solution[:] = np.nan
    return solution


def _krylov(times: Callable[[Floats], Floats], given: Floats, estimate: Floats, tolerance: float) -> Floats:
    unit = np.where(estimate > 0, estimate, 1.0)
    size = len(given)
    system = LinearOperator((size, size), matvec=lambda z: z - times(unit * z) / unit, dtype=np.float64)
    with np.errstate(all="ignore"):  # a breakdown shows in the answer, which is checked
        scaled, _ = bicgstab(
            system, given / unit, np.where(estimate > 0, 1.0, 0.0), rtol=0.0, atol=tolerance, maxiter=_KRYLOV_STEPS
        )
    return np.asarray(scaled * unit)

"""Where an interior point ends too early: rounds of linear programs that touch the convex one where the last plan was.

Each round's program has every plan of the convex one among its own, so that its proved optimum is a bound; its plan,
taken at the user's own objective, is worth no more. Every cone that it leaves is cut where it left it, and HiGHS goes
on from its basis (Kelley, "The cutting-plane method for solving convex programs", 1960).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...backends.conic_model import CompiledConvex
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import NaturaError
from ...base.status import Status
from ...proof.certificate import Certificate
from ...proof.session import Session
from ...proof.touching import Touching, cuts_at, in_users_terms
from .values import is_met, missed_rows, worth_of

#: Rounds, and rounds without a better gap, after which there are no more.
_MOST, _PATIENCE = 60, 8


@dataclass(frozen=True, eq=False)
class Rounds:
    """What rounds arrived at.

    Attributes
    ----------
    primal : the best plan, columns of the convex program in cones, shape (n,).
    multipliers : of its rows, from the last program, shape (m,).
    certificate : the proof. count : how many rounds. iterations : HiGHS's.
    """

    primal: Floats
    multipliers: Floats
    certificate: Certificate
    count: int
    iterations: int


def in_rounds(
    compiled: CompiledConvex, touched: Touching, known: Certificate, idle: float, options: SolveOptions
) -> Rounds | None:
    """Go on from a claimed point by linear programs until the proof passes, or they help no more.

    Parameters
    ----------
    touched, known : at the point, and what is proved of it; it counts among the plans if it meets its rows.
    idle : see :func:`natura_opt.proof.touching.certify_convex`.
    options : ``time_limit`` is of all rounds together.

    Returns
    -------
    The best that was found; None where nothing was.
    """
    begun = time.monotonic()
    quietly = replace(options, method="auto", options={}, verbose=False, log_file=None)
    better = 1.0 if compiled.conic.sign > 0 else -1.0
    plan = touched.point if known.primal_residual <= options.tolerance and np.isfinite(known.objective) else None
    worth, missed, reached = known.objective, known.primal_residual, known.reached
    best: Rounds | None = None
    iterations, stale = 0, 0
    try:
        with Session(touched.program, quietly) as session:
            for count in range(1, _MOST + 1):
                left = None if options.time_limit is None else options.time_limit - (time.monotonic() - begun)
                if left is not None and left <= 0:
                    break
                verdict = session.solve()
                iterations += verdict.answer.iterations
                if verdict.status is not Status.OPTIMAL or not np.isfinite(verdict.certificate.dual_objective):
                    break
                point = verdict.answer.primal[: len(touched.point)]
                found, off = worth_of(compiled, point), missed_rows(compiled)
                if np.isfinite(found) and off <= options.tolerance and (plan is None or better * (found - worth) < 0):
                    plan, worth, missed = point, found, max(off, verdict.certificate.primal_residual)
                    reached = found if is_met(compiled, point) else None
                if plan is not None:
                    seen = in_users_terms(touched, verdict.certificate, worth, reached, idle, missed)
                    seen = replace(seen, complementarity=max(seen.complementarity, seen.gap), bound="recomputed")
                    better_gap = best is None or seen.gap < best.certificate.gap
                    stale = 0 if best is None or seen.gap < 0.9 * best.certificate.gap else stale + 1
                    if better_gap:
                        best = Rounds(plan, touched.multipliers(verdict.answer.dual), seen, count, iterations)
                    if seen.proved or stale >= _PATIENCE:
                        break
                matrix, sides = cuts_at(touched, verdict.answer.primal)
                if not matrix.shape[0]:
                    break
                session.add_rows(f"cut {count}", pd.RangeIndex(len(sides)), ">=", sides, {"column": matrix})
    except NaturaError:
        pass
    return best

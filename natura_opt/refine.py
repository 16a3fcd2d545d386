"""From a solver's claim to a proved answer: iterative refinement on the recomputed residuals.

A floating-point solver stops within absolute tolerances of its own. Its answer is improved by solving the *residual*
problem, magnified: shift bounds and sides by the point, costs by the multipliers, blow both up by the size of the
error, solve from the same basis, and add the shrunken correction (Gleixner, Steffy and Wolter, "Iterative
Refinement for Linear Programming", 2016). Each round gains several digits; everything is recomputed in extended
precision.
"""

from __future__ import annotations

import numpy as np

from .backends.answer import Answer, Claim
from .backends.highs import HighsSession
from .backends.options import SolveOptions
from .certificate import Certificate, Extended, certify, clean_point, products
from .program import Floats, LinearProgram

_ROUNDS = 6
_LARGEST_MAGNIFICATION = 2.0**40


def solve_proved(program: LinearProgram, options: SolveOptions) -> tuple[Answer, Certificate]:
    """Solve through arrays and refine until the certificate passes or no round helps any more.

    Returns
    -------
    The best answer and its certificate; a certificate that does not pass is returned as it is.
    """
    session = HighsSession(program, options)
    answer = session.solve()
    certificate = certify(program, answer.primal, answer.dual, options.tolerance)
    if answer.claim is not Claim.OPTIMAL or program.integer.any():
        return answer, certificate
    for _ in range(_ROUNDS):
        if certificate.proved or session.interrupted:
            break
        if options.method != "pdlp":
            session.use_simplex()
        better = _refined(program, session, answer)
        if better is None:
            break
        improved = certify(program, better.primal, better.dual, options.tolerance)
        if worst(improved) >= worst(certificate):
            break
        answer, certificate = better, improved
    return answer, certificate


def worst(certificate: Certificate) -> float:
    """Return the largest figure of a certificate."""
    c = certificate
    return float(np.nanmax([c.primal_residual, c.dual_residual, c.complementarity, c.gap, 0.0]))


def _refined(program: LinearProgram, session: HighsSession, answer: Answer) -> Answer | None:
    """Solve the magnified residual problem and return the corrected answer, or None where HiGHS did not solve it."""
    scaled = session.scaled
    target = scaled.program
    primal, dual = clean_point(target, answer.primal / scaled.column * scaled.size, _scaled_dual(session, answer.dual))
    sums = products(target, primal, dual)
    reduced = target.cost - sums.columns
    row_lower, row_upper = target.row_lower - sums.rows, target.row_upper - sums.rows
    infeasibility = max(_largest(row_lower), _largest(-row_upper), 0.0)
    wrong = np.where(reduced > 0, primal - target.lower, target.upper - primal)
    suspicious = np.abs(reduced)[wrong > 0]
    magnify_primal = _magnification(infeasibility)
    magnify_dual = _magnification(float(suspicious.max()) if len(suspicious) else 0.0)
    session.change(
        (reduced * magnify_dual).astype(np.float64),
        ((target.lower - primal) * magnify_primal).astype(np.float64),
        ((target.upper - primal) * magnify_primal).astype(np.float64),
        (row_lower * magnify_primal).astype(np.float64),
        (row_upper * magnify_primal).astype(np.float64),
    )
    claim, step, multipliers = session.run()
    if claim is not Claim.OPTIMAL:
        return None
    better_primal = (primal + step / np.longdouble(magnify_primal)).astype(np.float64)
    better_dual = (dual + multipliers / np.longdouble(magnify_dual)).astype(np.float64)
    return Answer(
        claim=Claim.OPTIMAL,
        primal=scaled.primal(better_primal),
        dual=scaled.dual(better_dual),
        message=answer.message + ", refined",
        iterations=session.iterations,
        seconds=session.spent,
    )


def _scaled_dual(session: HighsSession, dual: Floats) -> Floats:
    scaled = session.scaled
    return dual * scaled.sign * scaled.worth / scaled.row


def _largest(values: Extended) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if len(finite) else 0.0


def _magnification(error: float) -> float:
    """Return the power of two that brings an error near one, within reason."""
    if error <= 0:
        return _LARGEST_MAGNIFICATION
    return float(np.exp2(np.clip(-np.floor(np.log2(error)), 0.0, np.log2(_LARGEST_MAGNIFICATION))))

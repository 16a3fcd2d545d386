"""From a solver's claim to a proved answer: iterative refinement on the recomputed residuals.

A floating-point solver stops within absolute tolerances of its own. Its answer is improved by solving the *residual*
problem, magnified: shift bounds and sides by the point, costs by the multipliers, blow both up by the size of the
error, solve from the same basis, and add the shrunken correction (Gleixner, Steffy and Wolter, "Iterative
Refinement for Linear Programming", 2016). Each round gains several digits; everything is recomputed in extended
precision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .backends.answer import Answer, Claim
from .backends.highs import HighsSession
from .backends.options import SolveOptions
from .certificate import Certificate, Extended, certify, clean_point, products
from .program import Floats, LinearProgram

_ROUNDS = 8
#: Powers of two by which a residual problem is magnified: at first, and at most.
_FIRST_LEVEL, _LAST_LEVEL = 20.0, 60.0
#: By how many powers of two costs are magnified less where HiGHS does not bear them, and the claims that say so.
_STEP_DOWN = 5.0
_TOO_DEAR = (Claim.FAILED, Claim.UNBOUNDED, Claim.INFEASIBLE_OR_UNBOUNDED)
#: Values this small beside the largest are tried as zeros: most are what is left of a sum that cancels.
_NOISE = (0.0, 1e-18, 1e-16, 1e-14)


def solve_proved(program: LinearProgram, options: SolveOptions) -> tuple[Answer, Certificate]:
    """Solve through arrays and refine until the certificate passes or no round helps any more.

    Returns
    -------
    The best answer and its certificate; a certificate that does not pass is returned as it is.
    """
    session = HighsSession(program, options)
    answer = inside(program, session.solve())
    certificate = certify(program, answer.primal, answer.dual, options.tolerance)
    final = certificate.proved or program.integer.any() or session.interrupted
    if answer.claim is not Claim.OPTIMAL or final or options.method == "pdlp":  # PDLP leaves no basis to go on from
        return answer, certificate
    for better in (inside(program, refined) for refined in _refinements(session, answer)):
        improved = certify(program, better.primal, better.dual, options.tolerance)
        if worst(improved) < worst(certificate):
            answer, certificate = better, improved
        if certificate.proved:
            break
    return answer, certificate


def inside(program: LinearProgram, answer: Answer) -> Answer:
    """Return the answer with values moved into their bounds and no multipliers of absent sides: what is certified."""
    point, multipliers = clean_point(program, answer.primal, answer.dual)
    return replace(answer, primal=point.astype(np.float64), dual=multipliers.astype(np.float64))


def worst(certificate: Certificate) -> float:
    """Return the largest figure of a certificate."""
    c = certificate
    return float(np.nanmax([c.primal_residual, c.dual_residual, c.complementarity, c.gap, 0.0]))


def _refinements(session: HighsSession, answer: Answer) -> Iterator[Answer]:
    """Solve magnified residual problems and yield the corrected answers.

    The rows are written ``A x - s = 0`` with a column ``s`` per row between its sides: the multiplier of a row is
    then the reduced cost of its ``s``, and stays in the objective of the residual problem. (Shifting ``A x >= b`` alone
    would drop it: then any plan would do, whatever it leaves unused.)

    Magnified costs can be more than HiGHS bears: its dual ratio test adds a tolerance to every reduced cost, and where
    that sum rounds to the reduced cost itself (1e8 + 1e-9) it finds no pivot and gives up; or the rounding of a reduced
    cost of zero, magnified, seems to gain without end. Such a problem is solved again, from the same basis, with
    smaller costs. (A limit beforehand would hide the small costs of a program that also has very large ones.)
    """
    scaled = session.scaled
    target = scaled.program
    columns = target.shape[1]
    inner = session.with_side_columns()
    bounds = inner.scaled.program
    primal: Extended = (answer.primal / scaled.column * scaled.size).astype(np.longdouble)
    dual: Extended = (answer.dual * scaled.sign * scaled.worth / scaled.row).astype(np.longdouble)
    side: Extended | None = None
    level, dearest = _FIRST_LEVEL, _LAST_LEVEL
    for _ in range(_ROUNDS):
        primal, dual = clean_point(target, primal, dual)
        sums = products(target, primal, dual)
        side = _settled(np.asarray(sums.rows) if side is None else side, dual, target)
        point = np.concatenate([primal, side])
        reduced = np.concatenate([target.cost - sums.columns, dual])
        missing = side - sums.rows
        movable = np.where(reduced > 0, point > bounds.lower, point < bounds.upper)
        up = _magnification(float(np.abs(missing).max(initial=0.0)), level)
        dear = _magnification(float(np.abs(reduced[movable]).max(initial=0.0)), min(level, dearest))
        shortfall = (missing * up).astype(np.float64)
        inner.change(
            (reduced * dear).astype(np.float64),
            ((bounds.lower - point) * up).astype(np.float64),
            ((bounds.upper - point) * up).astype(np.float64),
            shortfall,
            shortfall,
        )
        before, basis = inner.iterations, inner.basis()
        claim, step, multipliers = inner.run()
        if claim in _TOO_DEAR and dear > 1.0 and not inner.interrupted:
            dearest = max(np.log2(dear) - _STEP_DOWN, 0.0)
            inner.start_from(basis)
            continue
        if claim is not Claim.OPTIMAL or inner.interrupted:
            return
        # without a pivot nothing more is to be seen at this magnification
        level = min(level + _FIRST_LEVEL, _LAST_LEVEL) if inner.iterations == before else _FIRST_LEVEL
        point = point + step / np.longdouble(up)
        primal, side = point[:columns], point[columns:]
        dual = dual + multipliers / np.longdouble(dear)
        for noise in _NOISE:
            yield replace(
                answer,
                primal=scaled.primal(_without(primal, noise)),
                dual=scaled.dual(_without(dual, noise)),
                message=f"{answer.message}, refined",
                iterations=session.iterations + inner.iterations,
                seconds=inner.spent,
            )


def _settled(side: Extended, dual: Extended, target: LinearProgram) -> Extended:
    """Move the levels of rows within their sides, and onto the side that a multiplier says they stand on."""
    side = np.clip(side, target.row_lower, target.row_upper)
    near = 1e-9 * (1.0 + np.abs(side))
    side = np.where((dual > 0) & (np.abs(side - target.row_lower) < near), target.row_lower, side)
    return np.where((dual < 0) & (np.abs(side - target.row_upper) < near), target.row_upper, side)


def _without(values: Extended, noise: float) -> Floats:
    """Return values with those set to zero that are nothing beside the largest."""
    sizes = np.abs(values)
    return np.where(sizes <= noise * sizes.max(initial=0.0), 0.0, values).astype(np.float64)


def _magnification(error: float, level: float) -> float:
    """Return the power of two that brings an error near one, at most ``2 ** level``."""
    return float(np.exp2(level if error <= 0 else np.clip(-np.floor(np.log2(error)), 0.0, level)))

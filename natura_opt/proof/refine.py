"""From a solver's claim to a proved answer: iterative refinement on the recomputed residuals, then a safe pair.

A floating-point solver stops within absolute tolerances of its own. Its answer is improved by solving the *residual*
problem, magnified: shift bounds and sides by the point, costs by the multipliers, blow both up by the size of the
error, solve from the same basis, and add the shrunken correction (Gleixner, Steffy and Wolter, "Iterative
Refinement for Linear Programming", 2016). Each round gains several digits; everything is recomputed in extended
precision.

What refinement ends at is a vertex, rounded: it misses rows, and signs of reduced costs, by the last digit. One more
residual problem asks for a hair more than every side, and for reduced costs a hair above zero: its answer meets rows
and signs in spite of rounding, and what that costs is charged (Jansson, "Rigorous lower and upper bounds in linear
programming", 2004).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..backends.answer import Answer, Claim
from ..backends.highs import HighsSession, Opening
from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..base.errors import RefusedError
from ..program.linear import LinearProgram
from .certificate import ROUNDING, Certificate, Safe, certify
from .meeting import clean_point
from .rounding import Extended, Products, products

_ROUNDS = 8
#: Powers of two by which a residual problem is magnified: at first, and at most.
_FIRST_LEVEL, _LAST_LEVEL = 20.0, 60.0
#: By how many powers of two costs are magnified less where HiGHS does not bear them, and the claims that say so.
_STEP_DOWN = 5.0
_TOO_DEAR = (Claim.FAILED, Claim.UNBOUNDED, Claim.INFEASIBLE_OR_UNBOUNDED)
#: Values this small beside the largest are tried as zeros: most are what is left of a sum that cancels.
_NOISE = (0.0, 1e-18, 1e-16, 1e-14)
#: What a safe pair keeps away from sides and signs, relative to their terms: well above a double's rounding.
_MARGINS = (2.0**-46, 2.0**-42, 2.0**-37)


@dataclass(frozen=True, eq=False)
class Solved:
    """The best answer, its certificate, and the safe pair beside it where one was found."""

    answer: Answer
    certificate: Certificate
    safe: Safe | None = None


def solve_proved(
    program: LinearProgram, options: SolveOptions, opened: Opening = HighsSession
) -> tuple[Answer, Certificate]:
    """Solve through arrays and refine until the certificate passes or no round helps any more.

    Parameters
    ----------
    opened : gives the session of the program that is solved first.

    Returns
    -------
    The best answer and its certificate; a certificate that does not pass is returned as it is.
    """
    solved = solve_safely(program, options, opened)
    return solved.answer, solved.certificate


def solve_safely(program: LinearProgram, options: SolveOptions, opened: Opening = HighsSession) -> Solved:
    """Solve as :func:`solve_proved` does, and keep the safe pair.

    Where HiGHS's own choice of method does not get to a proof, its interior point is tried.
    """
    first = _solve_by(opened(program, options), program, options)
    ended = (Claim.TIME_LIMIT, Claim.INTERRUPTED, Claim.INFEASIBLE, Claim.UNBOUNDED)
    if first.certificate.proved or first.answer.claim in ended or program.integer.any() or options.method != "auto":
        return first
    left = None if options.time_limit is None else options.time_limit - first.answer.seconds
    if left is not None and left <= 0:
        return first
    by_interior_point = replace(options, method="ipm", time_limit=left)
    other = _solve_by(HighsSession(program, by_interior_point), program, by_interior_point)
    if other.answer.claim is not Claim.OPTIMAL or not (
        other.certificate.proved or worst(other.certificate) < worst(first.certificate)
    ):
        return first
    answer = replace(
        other.answer,
        iterations=first.answer.iterations + other.answer.iterations,
        seconds=first.answer.seconds + other.answer.seconds,
    )
    return replace(other, answer=answer)


def _solve_by(session: HighsSession, program: LinearProgram, options: SolveOptions) -> Solved:
    first = answer = inside(program, session.solve())
    certificate = certify(program, answer.primal, answer.dual, options.tolerance)
    final = certificate.unconditional or program.integer.any() or session.interrupted
    if answer.claim is not Claim.OPTIMAL or final or options.method == "pdlp":  # PDLP leaves no basis to go on from
        safe = Safe(answer.primal, answer.dual) if certificate.unconditional else None
        return Solved(answer, certificate, safe)
    refinement = Refinement(session, answer)
    near = certify(program, answer.primal, answer.dual, options.tolerance, nearby=ROUNDING)
    if not near.proved:
        for better in (inside(program, refined) for refined in refinement.rounds()):
            improved = certify(program, better.primal, better.dual, options.tolerance, nearby=ROUNDING)
            if improved.proved or worst(improved) < worst(near):
                answer, near = better, improved
            if near.proved:
                break
    if not near.proved or refinement.stopped:
        return Solved(answer, near)
    if answer is not first:  # else it was certified without allowance already
        certificate = certify(program, answer.primal, answer.dual, options.tolerance)
    return _enclosed(program, refinement, Solved(answer, near), certificate)


def _enclosed(program: LinearProgram, refinement: Refinement, near: Solved, strict: Certificate) -> Solved:
    """Return the answer with a safe pair that encloses the optimum; ``near`` where there is none.

    Where there is one, and it is worth something else than the answer, the proof for nearby data is worth nothing.

    Parameters
    ----------
    near : the answer, proved for data within rounding of those given.
    strict : its certificate for the data as they are written.
    """
    answer, tolerance = near.answer, strict.tolerance
    if strict.unconditional:
        return Solved(answer, strict, Safe(answer.primal, answer.dual))
    best: Solved | None = None
    for margin in _MARGINS:
        safe = refinement.inwards(answer, margin)
        if safe is None:
            break
        enclosed = certify(program, answer.primal, answer.dual, tolerance, safe=safe)
        if enclosed.unconditional:
            return Solved(answer, enclosed, safe)
        if enclosed.reached is not None and np.isfinite(enclosed.dual_objective):
            best = Solved(answer, enclosed, safe) if best is None else best
    if best is not None:
        return best
    return Solved(answer, strict) if strict.proved else near


def inside(program: LinearProgram, answer: Answer) -> Answer:
    """Return the answer with values moved into their bounds and no multipliers of absent sides: what is certified."""
    point, multipliers = clean_point(program, answer.primal, answer.dual)
    return replace(answer, primal=point.astype(np.float64), dual=multipliers.astype(np.float64))


def worst(certificate: Certificate) -> float:
    """Return the largest figure of a certificate; where it has no bound, of the others."""
    c = certificate
    gap = c.gap if np.isfinite(c.gap) else 0.0
    return float(np.nanmax([c.primal_residual, c.dual_residual, c.complementarity, gap, 0.0]))


class Refinement:
    """Residual problems of one session, from the basis it ended at.

    The rows are written ``A x - s = 0`` with a column ``s`` per row between its sides: the multiplier of a row is
    then the reduced cost of its ``s``, and stays in the objective of the residual problem. (Shifting ``A x >= b`` alone
    would drop it: then any plan would do, whatever it leaves unused.)

    Magnified costs can be more than HiGHS bears: its dual ratio test adds a tolerance to every reduced cost, and where
    that sum rounds to the reduced cost itself (1e8 + 1e-9) it finds no pivot and gives up; or the rounding of a reduced
    cost of zero, magnified, seems to gain without end. Such a problem is solved again, from the same basis, with
    smaller costs. (A limit beforehand would hide the small costs of a program that also has very large ones.)
    """

    def __init__(self, session: HighsSession, answer: Answer) -> None:
        self._session, self._answer = session, answer
        self._inner = session.with_side_columns()
        self._dearest = _LAST_LEVEL
        self.stopped = False

    def rounds(self) -> Iterator[Answer]:
        """Solve magnified residual problems and yield the corrected answers."""
        target = self._session.scaled.program
        columns = target.shape[1]
        primal, dual = self._scaled_point(self._answer)
        side: Extended | None = None
        level = _FIRST_LEVEL
        for _ in range(_ROUNDS):
            primal, dual = clean_point(target, primal, dual)
            sums = products(target, primal, dual)
            side = _settled(np.asarray(sums.rows) if side is None else side, dual, target)
            point = np.concatenate([primal, side])
            before = self._inner.iterations
            correction = self._step(point, dual, sums, level)
            if correction is None:
                if self.stopped:
                    return
                continue
            # without a pivot nothing more is to be seen at this magnification
            level = min(level + _FIRST_LEVEL, _LAST_LEVEL) if self._inner.iterations == before else _FIRST_LEVEL
            point = point + correction[0]
            primal, side = point[:columns], point[columns:]
            dual = dual + correction[1]
            for noise in _NOISE:
                yield self._in_user_units(_without(primal, noise), _without(dual, noise))

    def inwards(self, answer: Answer, margin: float) -> Safe | None:
        """Return a plan that meets every row, and multipliers of the right signs, by a margin relative to their terms.

        Rows that are equalities, and columns that are free, cannot be kept away from: these are as they come out.
        """
        target = self._session.scaled.program
        columns = target.shape[1]
        primal, dual = clean_point(target, *self._scaled_point(answer))
        sums = products(target, primal, dual)
        away = (margin * (sums.row_sizes + _least_side(target))).astype(np.float64)
        room = target.row_upper - target.row_lower > 4 * away
        row_lower = np.where(room, target.row_lower + away, target.row_lower)
        row_upper = np.where(room, target.row_upper - away, target.row_upper)
        dearer = (margin * (np.abs(target.cost) + sums.column_sizes)).astype(np.float64)
        rising = np.isfinite(target.lower) & np.isposinf(target.upper)
        falling = np.isneginf(target.lower) & np.isfinite(target.upper)
        shift = np.where(rising, -dearer, np.where(falling, dearer, 0.0))
        point = np.concatenate([primal, np.clip(sums.rows, row_lower, row_upper)])
        correction = self._step(point, dual, sums, _LAST_LEVEL, (row_lower, row_upper), shift)
        if correction is None:
            return None
        moved = self._in_user_units(
            (point + correction[0])[:columns].astype(np.float64), (dual + correction[1]).astype(np.float64)
        )
        return Safe(moved.primal, moved.dual)

    def _step(
        self,
        point: Extended,
        dual: Extended,
        sums: Products,
        level: float,
        sides: tuple[Floats, Floats] | None = None,
        shift: Floats | None = None,
    ) -> tuple[Extended, Extended] | None:
        """Solve the residual problem of a point (columns, then levels of rows); return what to add to it and to dual.

        Parameters
        ----------
        sides : of the rows, where they are to be others than the program's. shift : of the costs.
        """
        target, bounds, inner = self._session.scaled.program, self._inner.scaled.program, self._inner
        columns = target.shape[1]
        row_lower, row_upper = (target.row_lower, target.row_upper) if sides is None else sides
        lower = np.concatenate([bounds.lower[:columns], row_lower])
        upper = np.concatenate([bounds.upper[:columns], row_upper])
        cost = target.cost if shift is None else target.cost + shift
        reduced = np.concatenate([cost - sums.columns, dual])
        missing = point[columns:] - sums.rows
        movable = np.where(reduced > 0, point > lower, point < upper)
        up = _magnification(float(np.abs(missing).max(initial=0.0)), level)
        dear = _magnification(float(np.abs(reduced[movable]).max(initial=0.0)), min(level, self._dearest))
        shortfall = (missing * up).astype(np.float64)
        basis = inner.basis()
        try:
            inner.change(
                (reduced * dear).astype(np.float64),
                ((lower - point) * up).astype(np.float64),
                ((upper - point) * up).astype(np.float64),
                shortfall,
                shortfall,
            )
        except RefusedError:  # magnified beyond what HiGHS takes
            self.stopped = sides is None
            return None
        claim, step, multipliers = inner.run()
        if claim in _TOO_DEAR and dear > 1.0 and not inner.interrupted:
            self._dearest = max(np.log2(dear) - _STEP_DOWN, 0.0)
            inner.start_from(basis)
            return None
        if claim is not Claim.OPTIMAL or inner.interrupted:
            inner.start_from(basis)
            self.stopped = sides is None or inner.interrupted
            return None
        return step / np.longdouble(up), multipliers / np.longdouble(dear)

    def _scaled_point(self, answer: Answer) -> tuple[Extended, Extended]:
        scaled = self._session.scaled
        primal: Extended = (answer.primal / scaled.column * scaled.rhs_scale).astype(np.longdouble)
        dual: Extended = (answer.dual * scaled.sign * scaled.objective_scale / scaled.row).astype(np.longdouble)
        return primal, dual

    def _in_user_units(self, primal: Floats, dual: Floats) -> Answer:
        scaled = self._session.scaled
        return replace(
            self._answer,
            primal=scaled.primal(primal),
            dual=scaled.dual(dual),
            message=f"{self._answer.message}, refined",
            iterations=self._session.iterations + self._inner.iterations,
            seconds=self._inner.spent,
        )


def _least_side(target: LinearProgram) -> Floats:
    """Return the size of each row's sides: of the larger one that is there."""
    sizes = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (target.row_lower, target.row_upper)]
    return np.maximum(*sizes)


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

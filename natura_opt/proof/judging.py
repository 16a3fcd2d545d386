"""From a program to a verdict: what is known of its optimum, and by which proof."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from ..backends.answer import Answer, Claim
from ..backends.highs import HighsSession, Opening
from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..base.errors import RefusedError
from ..base.status import Status
from ..program.linear import LinearProgram
from .certificate import ROUNDING, Certificate, certify
from .diagnose import Impossibility, from_exact, is_feasible, prove_infeasible, prove_unbounded
from .exact.basis import Basis
from .exact.proof import exact_proof
from .meeting import clean_point, violations
from .refine import solve_proved, solve_safely
from .rounding import products

#: How near, relative to it, the nearest double is to any number.
_NEXT_DOUBLE = 2.0**-53
#: Rows and columns up to which the exact judge is asked unbidden: where nothing is proved, and where nearby data are.
_WORTH_DECIDING, _WORTH_CONFIRMING = 6_000, 600
#: And up to which it looks for the bound of a whole-number program's tree itself.
_WORTH_ENUMERATING = 200
#: How many seconds it may then take.
_SECONDS_TO_DECIDE, _SECONDS_TO_CONFIRM, _SECONDS_TO_ENUMERATE = 20.0, 5.0, 2.0


@dataclass(frozen=True, eq=False)
class Verdict:
    """What is proved of a program: an answer, its best certificate, and the status that follows from them.

    (What rational arithmetic alone says is an :class:`~.exact.verdict.ExactVerdict`; :func:`settle` takes it in.)

    Attributes
    ----------
    answer : the best answer. certificate : of it. status : what they prove.
    impossibility : the proof that there is no plan, or no best one, where there is one.
    """

    answer: Answer
    certificate: Certificate
    status: Status
    impossibility: Impossibility | None = None


class _Deadline:
    """What is left of the seconds a solve may take."""

    def __init__(self, options: SolveOptions, spent: float) -> None:
        self._options = options
        self._end = None if options.time_limit is None else time.monotonic() + options.time_limit - spent

    @property
    def passed(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end

    @property
    def options(self) -> SolveOptions:
        """The options, with what is left of the time limit."""
        if self._end is None:
            return self._options
        return replace(self._options, time_limit=max(self._end - time.monotonic(), 1e-3))


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def prove(program: LinearProgram, options: SolveOptions, opened: Opening = HighsSession) -> Verdict:
    """Solve a program and prove the answer: in doubles, and by the exact judge where they leave it open.

    The exact judge is asked where nothing is proved, where what is proved holds for nearby data only, or always
    (``options.certificate == "exact"``); of itself only as far as it is quick.

    Parameters
    ----------
    opened : gives the session of the program that is solved first.
    """
    try:
        answer, certificate = solve_any(program, options, opened)
    except RefusedError:  # numbers too far apart for HiGHS, which rational arithmetic does not mind
        rows, columns = program.shape
        answer = Answer(Claim.FAILED, np.zeros(columns), np.zeros(rows), message="not taken by HiGHS")
        unknown = Certificate(*(float("inf"),) * 6, tolerance=options.tolerance)
        verdict = settle(program, Verdict(answer, unknown, Status.UNPROVED), options)
        if verdict.status is Status.UNPROVED:
            raise
        return verdict
    try:
        status, impossibility = judge(program, answer, certificate, options)
    except KeyboardInterrupt:
        return Verdict(answer, certificate, Status.INTERRUPTED)
    except RefusedError:
        status, impossibility = Status.UNPROVED, None
    return settle(program, Verdict(answer, certificate, status, impossibility), options)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def settle(program: LinearProgram, verdict: Verdict, options: SolveOptions) -> Verdict:
    """Return the verdict of the exact judge where it is wanted and decides, else the one found."""
    limit = _exact_seconds(program, verdict, options)
    if limit is None:
        return verdict
    start: Answer | Basis | None = verdict.answer if verdict.status is Status.OPTIMAL else None
    if verdict.answer.claim is Claim.FAILED:
        start = Basis.slack(program)
    try:
        exact = exact_proof(program, start, options, time_limit=limit or None, fraction=False)
    except KeyboardInterrupt:
        return replace(verdict, status=Status.INTERRUPTED)
    if not exact.proved:
        return verdict
    if exact.status is Status.OPTIMAL and not (np.isfinite(exact.primal).all() and np.isfinite(exact.objective)):
        return verdict  # the optimum is known, and no double is its plan
    unasked = options.certificate != "exact"
    if unasked and exact.status is Status.INFEASIBLE and _by_rounding_alone(program, verdict):
        return replace(verdict, certificate=replace(verdict.certificate, exactly=str(exact.status)))
    if exact.status is not Status.OPTIMAL:
        return replace(verdict, status=exact.status, impossibility=from_exact(program, exact, options))
    value = exact.objective
    # the optimum is a fraction, and the objective the double next to it
    tolerance = max(options.tolerance, _NEXT_DOUBLE)
    certificate = Certificate(value, value, 0.0, 0.0, 0.0, _NEXT_DOUBLE, tolerance, "exact", value)
    answer = replace(
        verdict.answer,
        claim=Claim.OPTIMAL,
        primal=exact.primal,
        dual=exact.dual,
        message=f"{verdict.answer.message}, {exact.pivots} pivots in rational arithmetic",
        bound=value,
    )
    return Verdict(answer, certificate, Status.OPTIMAL)


def _by_rounding_alone(program: LinearProgram, verdict: Verdict) -> bool:
    """Whether a plan misses its rows by no more than what summing their terms in doubles rounds away: a table whose
    limits are the sums of what it uses is not to be called impossible for its last digits, and the certificate says
    what holds exactly.
    """
    if not verdict.certificate.conditional or verdict.certificate.within > ROUNDING:
        return False
    point, none = clean_point(program, verdict.answer.primal, np.zeros(program.shape[0]))
    sums = products(program, point, none)
    return bool((violations(program, sums) <= ROUNDING * sums.row_counts * sums.row_sizes).all())


def _exact_seconds(program: LinearProgram, verdict: Verdict, options: SolveOptions) -> float | None:
    """Return how long the exact judge may take (0: as long as it likes), or None where it is not to be asked."""
    left = None if options.time_limit is None else options.time_limit - verdict.answer.seconds
    if verdict.answer.claim is Claim.INTERRUPTED or (left is not None and left <= 0):
        return None
    if options.certificate == "exact":
        return left or 0.0
    if options.certificate == "doubles" or options.tolerance < _NEXT_DOUBLE:  # no double is that near
        return None
    size = sum(program.shape)
    open_still = verdict.status is Status.UNPROVED and verdict.answer.claim is not Claim.ITERATION_LIMIT
    if open_still and size <= _WORTH_DECIDING:
        seconds = _SECONDS_TO_DECIDE
    elif verdict.status is Status.OPTIMAL and verdict.certificate.conditional and size <= _WORTH_CONFIRMING:
        seconds = _SECONDS_TO_CONFIRM
    elif verdict.status is Status.OPTIMAL and verdict.certificate.bound == "solver" and size <= _WORTH_ENUMERATING:
        seconds = _SECONDS_TO_ENUMERATE
    else:
        return None
    return seconds if left is None else min(left, seconds)


def solve_any(
    program: LinearProgram, options: SolveOptions, opened: Opening = HighsSession
) -> tuple[Answer, Certificate]:
    """Solve a program, with whole-number columns or without, and certify the answer."""
    if program.integer.any():
        if not _is_settled(program):
            return solve_whole(program, options, opened)
        program = replace(program, integer=np.zeros_like(program.integer))
    answer, certificate = solve_proved(program, options, opened)
    return answer, certify_claim(program, answer, options) if options.method == "pdlp" else certificate


def _is_settled(program: LinearProgram) -> bool:
    """Whether every column that must be whole is held at a whole number: a linear program is left, with its proof."""
    whole = program.lower[program.integer]
    return bool(np.array_equal(whole, program.upper[program.integer]) and np.array_equal(whole, np.round(whole)))


def certify_claim(program: LinearProgram, answer: Answer, options: SolveOptions) -> Certificate:
    """Certify the answer of a solver that leaves no basis to find a safe pair from.

    Where it is right but for the tolerance, the pair comes from a solve of our own.
    """
    certificate = certify(program, answer.primal, answer.dual, options.tolerance)
    if certificate.unconditional or answer.claim is not Claim.OPTIMAL or program.integer.any():
        return certificate
    near = certify(program, answer.primal, answer.dual, options.tolerance, nearby=options.tolerance)
    if not near.proved:
        return near
    safe = solve_safely(program, replace(options, method="auto", options={})).safe
    if safe is not None:
        return certify(program, answer.primal, answer.dual, options.tolerance, safe=safe)
    return certificate if certificate.proved else near


def proved_or_stopped(claim: Claim, certificate: Certificate) -> Status | None:
    """Return the status of a plan that is proved, or of one that was stopped before; None where more must be asked."""
    if certificate.proved and claim not in (Claim.INFEASIBLE, Claim.UNBOUNDED):
        return Status.OPTIMAL
    stopped = {
        Claim.TIME_LIMIT: Status.TIME_LIMIT,
        Claim.INTERRUPTED: Status.INTERRUPTED,
        Claim.ITERATION_LIMIT: Status.ITERATION_LIMIT,
    }
    return stopped.get(claim)


def judge(
    program: LinearProgram, answer: Answer, certificate: Certificate, options: SolveOptions
) -> tuple[Status, Impossibility | None]:
    """Turn a claim into a status; only a proof that passes makes one."""
    status = proved_or_stopped(answer.claim, certificate)
    if status is not None:
        return status, None
    near = answer.claim is Claim.OPTIMAL and certificate.primal_residual <= options.tolerance
    if near and np.isfinite(certificate.gap):
        return Status.UNPROVED, None
    left = _Deadline(options, answer.seconds)
    unbounded = near or answer.claim is Claim.UNBOUNDED
    none = None if unbounded else prove_infeasible(program, left.options)
    if none is not None and none.proved:
        return Status.INFEASIBLE, none
    if left.passed:
        return Status.TIME_LIMIT, None
    # doubles are fractions: some multiple of a ray is whole where it must be, so from a whole plan it goes on for ever
    endless = prove_unbounded(program, left.options)
    if endless.proved and _has_plan(program, left.options):
        return Status.UNBOUNDED, endless
    if endless.proved and unbounded and not left.passed:  # it could grow for ever, were there any plan to start from
        none = prove_infeasible(program, left.options)
        if none.proved:
            return Status.INFEASIBLE, none
    return (Status.TIME_LIMIT if left.passed else Status.UNPROVED), None


def _has_plan(program: LinearProgram, options: SolveOptions) -> bool:
    """Whether some plan meets every row, whole where it must be, without any doubt."""
    if not program.integer.any():
        return is_feasible(program, options)
    aimless = replace(program, cost=np.zeros_like(program.cost), offset=0.0)
    return solve_whole(aimless, options)[1].reached is not None


def moved(program: LinearProgram, verdict: Verdict, point: Floats) -> Verdict:
    """Return the verdict with another plan of the same worth in the place of its own, where that proves no less.

    What was proved of the optimum stays; how far the plan misses its rows, and stands away from what its valuations
    lean on, is recomputed: of a whole-number program, with its whole numbers fixed as they are in this plan.
    """
    before = verdict.certificate
    if np.array_equal(point, verdict.answer.primal):
        return verdict
    fixed = program
    if program.integer.any():
        fixed = replace(
            program,
            lower=np.where(program.integer, point, program.lower),
            upper=np.where(program.integer, point, program.upper),
            integer=np.zeros_like(program.integer),
        )
    checked = certify(fixed, point, verdict.answer.dual, before.tolerance)
    worse = max(checked.primal_residual, checked.complementarity)
    most = before.tolerance if before.proved else max(before.primal_residual, before.complementarity)
    outside = ((point < program.lower) | (point > program.upper)) & program.integer
    worth_the_same = abs(checked.objective - before.objective) <= ROUNDING * abs(before.objective)
    if outside.any() or not worth_the_same or not worse <= most:
        return verdict
    certificate = replace(before, primal_residual=checked.primal_residual, complementarity=checked.complementarity)
    return replace(verdict, answer=replace(verdict.answer, primal=point), certificate=certificate)


def solve_whole(
    program: LinearProgram, options: SolveOptions, opened: Opening = HighsSession
) -> tuple[Answer, Certificate]:
    """Solve a program with whole-number columns.

    The linear program left when they are fixed at the incumbent is certified; the tree's bound is HiGHS's word, and
    without one the gap is infinite.
    """
    answer = opened(program, options).solve()
    stopped = answer.claim in (Claim.TIME_LIMIT, Claim.INTERRUPTED) and np.any(answer.primal)
    if answer.claim is not Claim.OPTIMAL and not stopped:
        return answer, certify(program, answer.primal, answer.dual, options.tolerance)
    whole = np.where(program.integer, np.round(answer.primal), 0.0)
    fixed = replace(
        program,
        lower=np.where(program.integer, whole, program.lower),
        upper=np.where(program.integer, whole, program.upper),
        integer=np.zeros_like(program.integer),
    )
    linear, certificate = solve_proved(fixed, options)
    worse = 1.0 if program.sense == "min" else -1.0
    bound = answer.bound if answer.bound is not None and np.isfinite(answer.bound) else -worse * np.inf
    outside = ((whole < program.lower) | (whole > program.upper)) & program.integer
    size = max(abs(certificate.objective), abs(bound) if np.isfinite(bound) else 0.0, 1e-300)
    tree = abs(certificate.objective - bound) / size if bound != certificate.objective else 0.0
    certificate = replace(
        certificate,
        primal_residual=float("inf") if outside.any() else certificate.primal_residual,
        dual_objective=float(bound),
        gap=max(certificate.gap, float(tree)),
        bound="solver",
    )
    return replace(linear, claim=answer.claim, message=answer.message, bound=answer.bound), certificate

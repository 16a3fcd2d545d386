"""A CVXPY model with a convex objective or rows to its plan: solved by Clarabel, proved by its own duals."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from ...backends.answer import Answer, Claim
from ...backends.clarabel import solve_cones
from ...backends.conic_model import CompiledConvex
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import OptionError
from ...base.status import Status
from ...formulate import asked_of
from ...objectives import objective_of
from ...plan.answer import Attempt
from ...plan.convex import ConvexCourse
from ...plan.plan import Plan
from ...proof.certificate import Certificate
from ...proof.judging import proved_or_stopped
from ...proof.touching import Touching, certify_convex, touching
from .impossible import none_or_endless
from .noise import without_noise
from .rounds import in_rounds
from .values import curved_rows, is_met, touching_program, worth_of, worth_of_nothing

_SOLVER = "Clarabel (an interior point method on cones)"
_BY_DUALS = "proved by the convex program's own duals"
_BY_PROGRAM = "proved by the duals of the linear program that touches the convex one at the plan"
_BY_RAY = "proved by a linear program outside, or inside, of its cones"
#: How Clarabel is asked, in order, until a proof passes: (scaled, with short steps).
_WAYS = ((True, False), (True, True), (False, False))
#: A point that misses rows by more than this touches nothing worth solving, and one with a wider gap little.
_NEAR, _NEAR_GAP = 1e-4, 0.5
#: By how much, relative to their terms, rows are tightened for a plan that meets them without doubt.
_MARGINS = (1e-11, 1e-10)
#: Programs with more coefficients than this are solved once.
_TWICE = 1_000_000


@dataclass(frozen=True, eq=False)
class _Tried:
    """A claim of Clarabel's with what is proved of it.

    Attributes
    ----------
    touched : the linear program that touches the convex one at Clarabel's point.
    primal, multipliers : the point that is certified, and of the rows in cones. proof : by which, in words.
    """

    answer: Answer
    touched: Touching
    certificate: Certificate
    primal: Floats
    multipliers: Floats
    proof: str

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """What makes one claim better than another, the best least."""
        seen = self.certificate
        figures = (seen.primal_residual, seen.dual_residual, seen.complementarity, seen.gap)
        worst = float("inf") if np.isnan(figures).any() else max(figures)
        return not seen.proved, self.answer.claim is Claim.FAILED, worst


def refuse_options(options: SolveOptions, solver: str) -> None:
    """Raise on options that are HiGHS's.

    Raises
    ------
    OptionError : naming the option.
    """
    why = "the CVXPY model has rows or an objective that are not linear, and Clarabel solves it"
    if options.method != "auto":
        raise OptionError(f"method={options.method!r} is HiGHS's: {why}")
    if solver != "highs":
        raise OptionError(f"solver={solver!r} is reached through Pyomo: {why}")
    if options.certificate == "exact":
        raise OptionError(f"certificate='exact' is of linear programs: {why}, and its optimum is no fraction")
    if options.log_file is not None:
        raise OptionError(f"log_file= is HiGHS's: {why}; verbose=True shows its log")


def solve_convex(compiled: CompiledConvex, options: SolveOptions, seconds: dict[str, float]) -> Plan:
    """Solve a convex model and prove the answer by its duals.

    Parameters
    ----------
    seconds : spent before, by stage.
    """
    spent = {**seconds, "solve": 0.0, "prove": 0.0}
    attempts: list[Attempt] = []
    best: _Tried | None = None

    def left() -> float | None:
        return None if options.time_limit is None else options.time_limit - spent["solve"] - spent["prove"]

    def charge(stage: str, since: float) -> None:
        spent[stage] += time.perf_counter() - since

    for scaled, patient in _WAYS:
        rest = left()
        if rest is not None and rest <= 0 and best is not None:
            break
        begun = time.perf_counter()
        answer = _asked(compiled, replace(options, time_limit=rest), scaled, patient)
        charge("solve", begun)
        begun = time.perf_counter()
        tried = _certified(compiled, answer, options)
        attempts.append(Attempt(answer.message, answer.claim, tried.certificate))
        tried = _in_rounds(compiled, tried, attempts, replace(options, time_limit=left()), _NEAR_GAP)
        best = tried if best is None else min(best, tried, key=lambda one: one.rank)
        charge("prove", begun)
        if tried.certificate.proved or answer.claim is Claim.INTERRUPTED:
            break
    assert best is not None
    begun = time.perf_counter()
    if best.proof is _BY_DUALS and best.answer.claim in (Claim.OPTIMAL, Claim.ITERATION_LIMIT):
        best = _in_rounds(compiled, best, attempts, replace(options, time_limit=left()), np.inf)
    plan = _judged(compiled, best, attempts, options)
    charge("prove", begun)
    return replace(plan, seconds=spent)


def _asked(compiled: CompiledConvex, options: SolveOptions, scaled: bool, patient: bool) -> Answer:
    """Ask Clarabel; Ctrl-C ends it without a point."""
    try:
        return solve_cones(compiled.conic, options, scaled, patient=patient)
    except KeyboardInterrupt:
        height, width = compiled.conic.shape
        return Answer(Claim.INTERRUPTED, np.zeros(width), np.zeros(height), message="interrupted")


def _certified(compiled: CompiledConvex, answer: Answer, options: SolveOptions, tight: bool = False) -> _Tried:
    """Certify a claim, values brought into their bounds; in tightened rows noise stays: it keeps them clear."""
    lower, upper = compiled.conic.bounds
    primal = compiled.completed(np.clip(answer.primal, lower, np.maximum(lower, upper)) + 0.0)
    tried = _certified_at(compiled, answer, primal, answer.dual, options)
    if tight or not tried.certificate.proved:
        return tried
    clean = _certified_at(compiled, answer, *without_noise(compiled.conic, primal, answer.dual), options)
    return clean if clean.certificate.proved and clean.certificate.gap <= 0.5 * options.tolerance else tried


def _certified_at(
    compiled: CompiledConvex, answer: Answer, primal: Floats, multipliers: Floats, options: SolveOptions
) -> _Tried:
    touched = touching(compiled.conic, primal, multipliers)
    idle = worth_of_nothing(compiled)
    worth = worth_of(compiled, primal)  # last: the model holds these values
    reached = worth if np.isfinite(worth) and is_met(compiled, primal) else None
    certificate = certify_convex(touched, worth, reached, idle, options)
    return _Tried(answer, touched, certificate, primal, touched.multipliers(touched.dual), _BY_DUALS)


def _in_rounds(
    compiled: CompiledConvex, tried: _Tried, attempts: list[Attempt], options: SolveOptions, widest: float
) -> _Tried:
    """Return what linear programs that touch it make of a point that is not proved, or the point itself.

    Parameters
    ----------
    widest : a gap; what is further from its bound is left as it is.
    """
    before = tried.certificate
    late = options.time_limit is not None and options.time_limit <= 0
    if before.proved or late or tried.answer.claim is Claim.INTERRUPTED or not before.primal_residual <= _NEAR:
        return tried
    idle = worth_of_nothing(compiled)
    near = before.gap <= widest or (np.isinf(before.gap) and before.dual_residual <= widest)
    if not (near or abs(before.objective - before.dual_objective) <= widest * idle):
        return tried
    found = in_rounds(compiled, tried.touched, before, idle, options)
    if found is None or not found.certificate.gap < before.gap:
        return tried
    several = (
        f"{found.count} linear programs that touch it" if found.count > 1 else "the linear program that touches it"
    )
    attempts.append(Attempt(f"HiGHS, {several}", Claim.OPTIMAL, found.certificate))
    answer = replace(tried.answer, iterations=tried.answer.iterations + found.iterations)
    return _Tried(answer, tried.touched, found.certificate, found.primal, found.multipliers, _BY_PROGRAM)


def _judged(compiled: CompiledConvex, best: _Tried, attempts: list[Attempt], options: SolveOptions) -> Plan:
    """Return the plan of the best claim."""
    certificate, claimed = best.certificate, best.answer.claim
    status, impossibility = proved_or_stopped(claimed, certificate), None
    if status is Status.OPTIMAL:
        certificate = _reached(compiled, best, options)
    elif status is None:
        status = Status.UNPROVED
        if claimed is not Claim.OPTIMAL or certificate.primal_residual > options.tolerance:
            impossibility = none_or_endless(compiled, best.answer, options)
            status = Status.UNPROVED if impossibility is None else Status(impossibility.kind)
    proof = best.proof if status is Status.OPTIMAL else "not proved" if impossibility is None else _BY_RAY
    compiled.put(best.primal, best.multipliers)
    program, values, valuations = touching_program(compiled, best.primal, best.multipliers, certificate.objective)
    model = compiled.model
    return Plan(
        economy=model.economy,
        question=model.question,
        program=program,
        own_laws=model.own_laws,
        primal=values,
        dual=valuations,
        status=status,
        certificate=certificate,
        impossibility=impossibility,
        method="clarabel",
        attempts=tuple(attempts),
        iterations=best.answer.iterations,
        added=ConvexCourse(_called(compiled), _SOLVER, proof, curved_rows(compiled)),
    )


def _reached(compiled: CompiledConvex, best: _Tried, options: SolveOptions) -> Certificate:
    """Return a proved certificate with what a plan beside is worth that meets every row, where one is found.

    It is the best plan of rows that are tighter by a hair, so that its own last digits cannot put it outside.
    """
    conic, certificate = compiled.conic, best.certificate
    if (
        certificate.reached is not None
        or best.proof is _BY_PROGRAM
        or conic.matrix.nnz > _TWICE
        or compiled.model.definitions
    ):
        return certificate
    sizes = np.asarray(abs(sp.csr_array(conic.matrix)) @ np.abs(best.answer.primal)) + np.abs(conic.side)
    scaled, patient = (f", {way}" in best.answer.message for way in ("scaled", "short steps"))
    for margin in _MARGINS:
        tight = replace(compiled, conic=conic.tightened(margin * sizes))
        answer = solve_cones(tight.conic, replace(options, verbose=False), scaled, conic, patient)
        beside = _certified(compiled, answer, options, tight=True).certificate
        if beside.reached is not None:
            ends = (certificate.objective, certificate.dual_objective, beside.reached)
            size = max(abs(certificate.objective), abs(certificate.dual_objective))
            size = max(size, abs(certificate.objective - certificate.dual_objective) / max(certificate.gap, 1e-300))
            gap = (max(ends) - min(ends)) / size if size > 0 else np.inf
            if gap <= certificate.tolerance:
                return replace(certificate, reached=beside.reached, gap=max(float(gap), certificate.gap))
    return certificate


def _called(compiled: CompiledConvex) -> str:
    """Return what is made best, in words."""
    model = compiled.model
    if not model.has_own_objective:
        words = objective_of(model.question).words(asked_of(model.economy, model.question), model.question)
        return f"{words}, with rows of your own" if compiled.curved else words
    sense = "max" if compiled.conic.sign < 0 else "min"
    text = " ".join(str(model.objective.expr).split())
    return f"your own objective ({sense} {text if len(text) <= 80 else f'{text[:79]}…'})"

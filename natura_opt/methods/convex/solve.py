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
from ...plan.answer import Attempt
from ...plan.convex import ConvexCourse
from ...plan.plan import Plan
from ...proof.certificate import Certificate
from ...proof.judging import proved_or_stopped
from ...proof.touching import Touching, certify_convex, touching
from .impossible import none_or_endless
from .rounds import in_rounds
from .values import curved_rows, is_met, touching_program, worth_of

_SOLVER = "Clarabel (an interior point method on cones)"
_BY_DUALS = "proved by the convex program's own duals"
_BY_PROGRAM = "proved by the duals of the linear program that touches the convex one at the plan"
#: How Clarabel is asked, in order, until a proof passes: (scaled, with short steps).
_WAYS = ((True, False), (True, True), (False, False))
#: A point that misses rows by more than this touches nothing worth solving.
_NEAR = 1e-4
#: By how much, relative to their terms, rows are tightened for a plan that meets them without doubt.
_MARGINS = (1e-11, 1e-10)
#: Programs with more coefficients than this are solved once.
_TWICE = 1_000_000


@dataclass(frozen=True, eq=False)
class _Tried:
    """A claim of Clarabel's with what is proved of it."""

    answer: Answer
    touched: Touching
    certificate: Certificate

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """What makes one claim better than another, the best least."""
        seen = self.certificate
        figures = (seen.primal_residual, seen.dual_residual, seen.complementarity, seen.gap)
        worst = float("inf") if np.isnan(figures).any() else max(figures)
        return not seen.proved, self.answer.claim is Claim.FAILED, worst

    @property
    def primal(self) -> Floats:
        """Column values in cones."""
        return self.touched.point


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
    every: list[_Tried] = []
    for scaled, patient in _WAYS:
        begun = time.perf_counter()
        left = None if options.time_limit is None else options.time_limit - spent["solve"] - spent["prove"]
        if left is not None and left <= 0 and every:
            break
        answer = _asked(compiled, replace(options, time_limit=left), scaled, patient)
        solved = time.perf_counter()
        every.append(_certified(compiled, answer, options))
        spent["solve"] += solved - begun
        spent["prove"] += time.perf_counter() - solved
        attempts.append(Attempt(answer.message, answer.claim, every[-1].certificate))
        if every[-1].certificate.proved or answer.claim is Claim.INTERRUPTED:
            break
    begun = time.perf_counter()
    plan = _judged(compiled, min(every, key=lambda tried: tried.rank), attempts, options)
    spent["prove"] += time.perf_counter() - begun
    return replace(plan, seconds=spent)


def _asked(compiled: CompiledConvex, options: SolveOptions, scaled: bool, patient: bool) -> Answer:
    """Ask Clarabel; Ctrl-C ends it without a point."""
    try:
        return solve_cones(compiled.conic, options, scaled, patient=patient)
    except KeyboardInterrupt:
        height, width = compiled.conic.shape
        return Answer(Claim.INTERRUPTED, np.zeros(width), np.zeros(height), message="interrupted")


def _certified(compiled: CompiledConvex, answer: Answer, options: SolveOptions) -> _Tried:
    """Certify a claim, with values brought into the bounds of their columns."""
    conic = compiled.conic
    lower, upper = conic.bounds
    primal = np.clip(answer.primal, lower, np.maximum(lower, upper)) + 0.0
    touched = touching(conic, primal, answer.dual)
    worth = worth_of(compiled, primal)
    reached = worth if np.isfinite(worth) and is_met(compiled, primal) else None
    return _Tried(answer, touched, certify_convex(touched, worth, reached, options))


def _judged(compiled: CompiledConvex, best: _Tried, attempts: list[Attempt], options: SolveOptions) -> Plan:
    """Return the plan of the best claim, with the strongest proof that is found for it."""
    certificate, multipliers, proof = best.certificate, best.touched.multipliers(best.touched.dual), _BY_DUALS
    primal, claimed, iterations = best.primal, best.answer.claim, best.answer.iterations
    if not certificate.proved and claimed is not Claim.INTERRUPTED and certificate.primal_residual <= _NEAR:
        found = in_rounds(compiled, best.touched, certificate, options)
        if found is not None and found.certificate.gap < certificate.gap:
            primal, multipliers, certificate, proof = found.primal, found.multipliers, found.certificate, _BY_PROGRAM
            iterations += found.iterations
            said = f"HiGHS, {found.count} linear programs that touch it"
            attempts.append(Attempt(said, Claim.OPTIMAL, certificate))
    status, impossibility = proved_or_stopped(claimed, certificate), None
    if status is Status.OPTIMAL:
        certificate = _reached(compiled, best, certificate, options)
    elif status is None:
        status = Status.UNPROVED
        if claimed is not Claim.OPTIMAL or certificate.primal_residual > options.tolerance:
            impossibility = none_or_endless(compiled, best.answer, options)
            status = Status.UNPROVED if impossibility is None else Status(impossibility.kind)
    compiled.put(primal, multipliers)
    program, values, valuations = touching_program(compiled, primal, multipliers, certificate.objective)
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
        iterations=iterations,
        added=ConvexCourse(_called(compiled), _SOLVER, proof, curved_rows(compiled)),
    )


def _reached(compiled: CompiledConvex, best: _Tried, certificate: Certificate, options: SolveOptions) -> Certificate:
    """Return a proved certificate with what a plan beside is worth that meets every row, where one is found.

    It is the best plan of rows that are tighter by a hair, so that its own last digits cannot put it outside.
    """
    conic = compiled.conic
    if certificate.reached is not None or certificate.within or conic.matrix.nnz > _TWICE or compiled.model.definitions:
        return certificate
    sizes = np.asarray(abs(sp.csr_array(conic.matrix)) @ np.abs(best.primal)) + np.abs(conic.side)
    scaled = "scaled" in best.answer.message
    for margin in _MARGINS:
        tight = replace(compiled, conic=conic.tightened(margin * sizes))
        answer = solve_cones(tight.conic, replace(options, verbose=False), scaled, like=conic)
        beside = _certified(compiled, answer, options).certificate
        if beside.reached is not None:
            ends = (certificate.objective, certificate.dual_objective, beside.reached)
            size = max(abs(certificate.objective), abs(certificate.dual_objective))
            size = max(size, abs(certificate.objective - certificate.dual_objective) / max(certificate.gap, 1e-300))
            gap = (max(ends) - min(ends)) / size if size > 0 else np.inf
            if gap <= certificate.tolerance:
                return replace(certificate, reached=beside.reached, gap=max(float(gap), certificate.gap))
    return certificate


def _called(compiled: CompiledConvex) -> str:
    """Return what is made best, in words; empty where it is the question's own objective."""
    model = compiled.model
    if not model.has_own_objective:
        return ""
    sense = "max" if compiled.conic.sign < 0 else "min"
    text = " ".join(str(model.objective.expr).split())
    return f"your own objective ({sense} {text if len(text) <= 80 else f'{text[:79]}…'})"

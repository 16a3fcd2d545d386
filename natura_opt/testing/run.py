"""Trying cases on backends: everything a case states is checked on a proof recomputed from the program."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from ..backends.answer import Answer, Claim
from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..base.errors import NaturaError
from ..base.status import Status
from ..economy.economy import Economy
from ..program.canonical import Block
from ..program.linear import LinearProgram
from ..proof.certificate import Certificate, certify
from ..proof.diagnose import Impossibility
from ..proof.judging import Verdict, certify_claim, judge, settle
from .backend import BACKENDS, Backend
from .case import Case, Feature
from .cases import CASES

#: By how much a side is moved, relative to its size, to see what it is worth.
_STEP = 1e-4


@dataclass(frozen=True)
class Result:
    """What came of a case on a backend.

    Attributes
    ----------
    faults : what was stated and did not hold; none where the case passed.
    skipped : the features it needs and the backend does not declare; "" where it was run.
    """

    case: str
    backend: str
    faults: tuple[str, ...]
    skipped: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether it was run and everything held."""
        return not self.faults and not self.skipped

    def __repr__(self) -> str:
        word = f"skipped ({self.skipped}: not declared)" if self.skipped else "passed" if self.passed else "FAILED"
        return "\n  ".join([f"{self.case} on {self.backend}: {word}", *self.faults])


def run_case(case: Case, backend: Backend) -> Result:
    """Try one case on one backend."""
    missing = sorted(case.needs - backend.features)
    if missing:
        return Result(case.name, backend.name, (), ", ".join(missing), 0.0)
    started = time.perf_counter()
    options = SolveOptions(method=backend.method, tolerance=backend.tolerance, time_limit=case.time_limit)
    problem = case.make()
    try:
        of_case = _economy_faults if isinstance(problem, Economy) else _program_faults
        faults = list(of_case(case, backend, problem, options))  # type: ignore[arg-type]
    except Exception as error:  # whatever a backend raises is its fault, and the other cases are still to be tried
        faults = [f"raised {type(error).__name__}: {error}"]
    return Result(case.name, backend.name, tuple(faults), "", time.perf_counter() - started)


def run_all(
    backends: Iterable[Backend] | None = None, cases: Iterable[Case] | None = None, *, verbose: bool = False
) -> list[Result]:
    """Try every case (or some) on every backend (or some of one's own).

    Parameters
    ----------
    verbose : print each result as it comes.
    """
    results = []
    for backend in BACKENDS.values() if backends is None else backends:
        for case in CASES.values() if cases is None else cases:
            results.append(run_case(case, backend))
            if verbose:
                print(results[-1])
    return results


def summary(results: Iterable[Result]) -> str:
    """Say how many passed, failed and were skipped, and for want of what.

    >>> summary([Result("feasible", "mine", (), "", 0.1), Result("time limit", "mine", (), "time limit", 0.0)])
    'conformance: 2 cases x 1 backends, 1 passed, 0 failed, 1 skipped (1 for want of time limit: mine)'
    """
    every = list(results)
    cases, backends = len({r.case for r in every}), len({r.backend for r in every})
    passed, failed = sum(r.passed for r in every), sum(bool(r.faults) for r in every)
    wanting: dict[str, list[str]] = {}
    for result in every:
        if result.skipped:
            wanting.setdefault(result.skipped, []).append(result.backend)
    reasons = "; ".join(f"{len(of)} for want of {what}: {', '.join(sorted(set(of)))}" for what, of in wanting.items())
    counts = f"conformance: {cases} cases x {backends} backends, {passed} passed, {failed} failed"
    return f"{counts}, {len(every) - passed - failed} skipped" + (f" ({reasons})" if reasons else "")


def _program_faults(case: Case, backend: Backend, program: LinearProgram, options: SolveOptions) -> Iterator[str]:
    with _interrupting(case.interrupt_after):
        answer = backend.solve(program, options)
    status, certificate, impossibility = _judged(program, answer, options)
    if status not in case.statuses:
        yield f"status is {status}, not {case.status} ({answer.claim}; {certificate}; {impossibility})"
        return
    yield from _proof_faults(status, certificate, impossibility)
    yield from _claim_faults(status, answer.claim)
    if status is not Status.OPTIMAL:
        return
    tolerance = backend.tolerance
    yield from _number_faults("the objective", certificate.objective, case.objective, tolerance)
    for name, wanted in case.columns.items():
        block = program.column_block(name)
        assert block is not None
        yield from _vector_faults(name, answer.primal[block.span], wanted, tolerance)
    for name, wanted in case.valuations.items():
        rows = program.row_block(name)
        assert rows is not None
        yield from _vector_faults(f"valuations of {name!r}", answer.dual[rows.span], wanted, tolerance)
        yield from _moved_faults(backend, program, rows, certificate.objective, wanted, options)
    if case.edits:
        yield from _edit_faults(case, backend, program, options)


def _judged(
    program: LinearProgram, answer: Answer, options: SolveOptions
) -> tuple[Status, Certificate, Impossibility | None]:
    """Recompute the proof, and judge by it; of whole numbers, the point is checked and the bound is the solver's."""
    if program.integer.any() and answer.claim is Claim.OPTIMAL:
        whole = np.where(program.integer, np.round(answer.primal), answer.primal)
        point = certify(program, whole, answer.dual, options.tolerance)
        off = float(np.abs(whole - answer.primal).max(initial=0.0))
        gap = 0.0 if off <= 1e-6 else np.inf
        point = replace(point, dual_residual=0.0, complementarity=0.0, gap=gap, bound="solver")
        return (Status.OPTIMAL if point.proved else Status.UNPROVED), point, None
    certificate = certify_claim(program, answer, options)
    status, impossibility = judge(program, answer, certificate, options)
    verdict = settle(program, Verdict(answer, certificate, status, impossibility), options)
    return verdict.status, verdict.certificate, verdict.impossibility


def _proof_faults(status: Status, certificate: Certificate, impossibility: Impossibility | None) -> Iterator[str]:
    if status is Status.OPTIMAL and not certificate.proved:
        yield f"optimal without a proof: {certificate}"
    if status in (Status.INFEASIBLE, Status.UNBOUNDED):
        if impossibility is None or not impossibility.proved or impossibility.kind != str(status):
            yield f"{status} without a proof: {impossibility}"
        elif not impossibility.sentence:
            yield f"{status} without a word on why"


def _claim_faults(status: Status, claim: Claim) -> Iterator[str]:
    """What was proved without the solver's help must not be the opposite of what it said."""
    none = {Claim.INFEASIBLE, Claim.UNBOUNDED, Claim.INFEASIBLE_OR_UNBOUNDED}
    if status in (Status.INFEASIBLE, Status.UNBOUNDED) and claim not in none:
        yield f"the solver's word is {claim!s} where the problem is {status}"


def _moved_faults(
    backend: Backend,
    program: LinearProgram,
    rows: Block,
    objective: float,
    wanted: Sequence[float],
    options: SolveOptions,
) -> Iterator[str]:
    """Move each side and solve again: the objective must move by the valuation times the step."""
    for k, valuation in enumerate(wanted):
        row = rows.start + k
        side = np.where(np.isfinite(program.row_upper[row]), program.row_upper[row], program.row_lower[row])
        step = _STEP * (abs(float(side)) or 1.0)
        lower, upper = program.row_lower.copy(), program.row_upper.copy()
        lower[row], upper[row] = lower[row] + step, upper[row] + step
        moved = replace(program, row_lower=lower, row_upper=upper)
        answer = backend.solve(moved, options)
        status, certificate, _ = _judged(moved, answer, options)
        label = f"{rows.name!r}[{k}]"
        if status is not Status.OPTIMAL:
            yield f"with the side of {label} moved by {step:g}: {status} ({answer.claim}; {certificate})"
        else:
            about = f"the objective after the side of {label} was moved by {step:g}"
            yield from _number_faults(about, certificate.objective, objective + valuation * step, backend.tolerance)


def _edit_faults(case: Case, backend: Backend, program: LinearProgram, options: SolveOptions) -> Iterator[str]:
    programs = [program]
    for edit in case.edits:
        programs.append(edit.change(programs[-1]))
    if Feature.RESOLVES in case.needs and backend.resolve is not None:
        answers = list(backend.resolve(programs, options))[1:]
    else:
        answers = [backend.solve(edited, options) for edited in programs[1:]]
    for edit, edited, answer in zip(case.edits, programs[1:], answers, strict=True):
        status, certificate, impossibility = _judged(edited, answer, options)
        if status is not edit.status:
            yield f"{edit.about}: {status}, not {edit.status} ({answer.claim}; {certificate}; {impossibility})"
            continue
        yield from _proof_faults(status, certificate, impossibility)
        yield from _claim_faults(status, answer.claim)
        yield from _number_faults(edit.about, certificate.objective, edit.objective, backend.tolerance)


def _economy_faults(case: Case, backend: Backend, economy: Economy, options: SolveOptions) -> Iterator[str]:
    assert backend.plan is not None
    plan = backend.plan(economy, options)
    if plan.status not in case.statuses:
        yield f"status is {plan.status}, not {case.status}: {plan}"
        return
    yield from _proof_faults(plan.status, plan.certificate, plan.impossibility)
    if plan.status is not Status.OPTIMAL:
        return
    if len(plan.attempts) > 1 and not case.rescued:
        yield f"its own answer was not proved: {plan.attempts[0].claim}, {plan.attempts[0].certificate}"
    yield from _number_faults("the objective", plan.objective, case.objective, max(backend.tolerance, 1e-9))
    for name, wanted in case.columns.items():
        block = plan.program.column_block(name)
        assert block is not None
        yield from _vector_faults(name, plan.primal[block.span], wanted, backend.tolerance)
    for kind, wanted in case.valuations.items():
        valuations = plan.valuations.loc[kind].to_numpy().ravel()
        yield from _vector_faults(f"valuations of each {kind}", valuations, wanted, backend.tolerance)


def _number_faults(what: str, value: float, wanted: float | None, tolerance: float) -> Iterator[str]:
    if wanted is not None and not abs(value - wanted) <= 10 * tolerance * (abs(wanted) or 1.0):
        yield f"{what} is {value!r}, not {wanted!r}"


def _vector_faults(what: str, values: Floats, wanted: Sequence[float], tolerance: float) -> Iterator[str]:
    """Compare vectors; an entry may be off by what counts for nothing beside the largest of them."""
    expected = np.asarray(wanted, dtype=float)
    size = float(np.abs(expected).max(initial=0.0)) or 1.0
    if len(values) != len(expected) or not np.all(np.abs(values - expected) <= 100 * tolerance * size):
        yield f"{what} are {values.tolist()}, not {expected.tolist()}"


@contextmanager
def _interrupting(after: float | None) -> Iterator[None]:
    """Press Ctrl-C after so many seconds, and keep what is pressed too late from the caller."""
    if after is None:
        yield
        return
    timer = threading.Timer(after, _thread.interrupt_main)
    timer.start()
    try:
        yield
        timer.cancel()
        timer.join()
    except KeyboardInterrupt:
        raise NaturaError("Ctrl-C was not taken as the end of the solve") from None

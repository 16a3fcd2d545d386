"""A linear question, or a model changed by hand, to a plan with its proof, in any of the three spellings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..backends.answer import Answer, Claim
from ..backends.choosing import way_for
from ..backends.configured import check_highs_options
from ..backends.options import SolveOptions
from ..base.errors import OptionError, QuestionError, UnstatableError, unknown
from ..base.status import Status
from ..economy.economy import Economy
from ..economy.question import Question
from ..formulate import asked_of, cvxpy_model, declared_with, laws_of, linear_program, pyomo_model
from ..laws.coefficients import pyomo_names
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law, refuse_strange_labels
from ..objectives import objective_of
from ..plan.answer import Attempt
from ..plan.plan import Plan
from ..program.linear import LinearProgram
from ..proof.judging import Verdict, certify_claim, judge, moved, settle
from ..proof.refine import inside
from ..proof.session import Session
from .convex.solve import refuse_options, solve_convex
from .curves.settling import prove_plan
from .method import Common
from .stages import attempt, last_stage

#: Each backend and the spelling it solves.
BACKENDS: dict[str, str] = {"highs": "matrix", "pyomo": "pyomo", "cvxpy": "cvxpy"}


@dataclass(frozen=True)
class ExtraLaw:
    """A law of the user's own, in one spelling.

    Attributes
    ----------
    spelling : ``matrix``, ``pyomo`` or ``cvxpy``.
    write : called with (program builder or model, economy, question); adds columns, rows and terms to a
        :class:`natura_opt.ProgramBuilder`, components to a Pyomo model, or constraints to a CVXPY
        model (``model.add``).

    What the value and the valuation of such a row mean, on whichever side things were written, is said at
    :attr:`natura_opt.Plan.extra`.
    """

    spelling: str
    write: Callable[[Any, Economy, Question], None]

    def __post_init__(self) -> None:
        if not callable(self.write):
            raise OptionError(f"an extra law must be written by a function, not {type(self.write).__name__}")
        if not isinstance(self.spelling, str):
            raise OptionError(f"the spelling of an extra law must be text, not {type(self.spelling).__name__}")
        if self.spelling not in BACKENDS.values():
            raise OptionError(unknown("spelling", self.spelling, BACKENDS.values()))


@dataclass
class _Clock:
    """Seconds spent per stage."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.perf_counter)

    def stop(self, stage: str, of_which: tuple[str, float] | None = None) -> None:
        """Charge the time since the last stop to a stage, except what is known to belong to another."""
        now = time.perf_counter()
        other, known = of_which or (stage, 0.0)
        known = min(known, now - self._since)
        self.seconds[other] = self.seconds.get(other, 0.0) + known
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since - known
        self._since = now


def solve_linear(problem: Any, question: Question | None, way: str, common: Common, tolerance: float = 1e-9) -> Plan:
    """Answer a linear question, stage by stage where its objective has several, and prove the answer.

    Parameters
    ----------
    problem : an economy; or a model spelled by hand in Pyomo or CVXPY, which carries its question.
    way : one of :data:`natura_opt.backends.options.METHODS`.

    Raises
    ------
    OptionError, QuestionError : options that do not fit together, or a question that cannot be asked.
    """
    wanted = tolerance if common.tolerance is None else common.tolerance
    chosen = SolveOptions(
        way, wanted, common.verbose, common.log_file, common.time_limit, dict(common.options), common.certificate
    )
    backend, solver = common.backend, common.solver
    if backend not in BACKENDS:
        raise OptionError(unknown("backend", backend, BACKENDS))
    if solver != "highs" and backend != "pyomo":
        raise OptionError(f"solver={solver!r} is reached through Pyomo: add backend='pyomo'")
    if solver == "highs" and not isinstance(problem, CvxpyModel):
        check_highs_options(chosen)
    elif solver != "highs" and way != "auto":
        raise OptionError(f"method={way!r} is HiGHS's; give {solver!r} its own options through options=")
    clock = _Clock()
    spelled = _spelled(problem, question, backend, common.extra_laws)
    from ..backends.conic_model import CompiledConvex

    if isinstance(spelled.compiled, CompiledConvex):
        refuse_options(chosen, solver)
        clock.stop("build")
        return solve_convex(spelled.compiled, chosen, clock.seconds)
    if isinstance(problem, CvxpyModel) and solver == "highs":
        check_highs_options(chosen)
    by_hand = spelled.compiled is not None  # any block may have been changed
    written = laws_of(spelled.economy, spelled.question, spelled.own_laws) if by_hand else spelled.own_laws
    refuse_strange_labels(written, spelled.program, spelled.economy.axes)
    clock.stop("build")
    attempts: list[Attempt] = []
    answer: Answer | None = None
    program = spelled.program
    if backend != "highs" and spelled.compiled is not None:
        answer = inside(program, spelled.answer(chosen, solver))
        clock.stop("solve")
        checked = certify_claim(program, answer, chosen)
        clock.stop("prove")
        attempts.append(Attempt(answer.message, answer.claim, checked))
        if not (answer.claim is Claim.OPTIMAL and checked.proved) and answer.claim is not Claim.INTERRUPTED:
            answer = None  # its word is not proved: the compiled program is scaled and solved again, through arrays
            if common.time_limit is not None:
                chosen = replace(chosen, time_limit=max(common.time_limit - clock.seconds["solve"], 1e-3))
            if solver != "highs":
                chosen = replace(chosen, options={})
    objective = objective_of(spelled.question)
    session: Session | None = None
    why = ""
    if answer is None:
        if objective.raises:  # the stages after it go on from its basis
            way, why = way_for(spelled.economy, program, chosen)
            session = Session(program, chosen, first=way)
            verdict = session.solve()
        elif common.prover is not None:
            verdict = common.prover(spelled.economy, spelled.question, program, chosen)
        else:
            way, why = way_for(spelled.economy, program, chosen)
            verdict = prove_plan(spelled.economy, spelled.question, program, replace(chosen, method=way))
            left = None if chosen.time_limit is None else chosen.time_limit - verdict.answer.seconds
            if why and verdict.status is Status.UNPROVED and (left is None or left > 0):  # HiGHS's choice, after all
                clock.stop("prove", of_which=("solve", verdict.answer.seconds))
                attempts.append(attempt(verdict, why))
                verdict = prove_plan(spelled.economy, spelled.question, program, replace(chosen, time_limit=left))
                why = ""
        clock.stop("prove", of_which=("solve", verdict.answer.seconds))
        attempts.append(attempt(verdict, why))
    else:
        status, impossibility = judge(program, answer, checked, chosen)
        verdict = settle(program, Verdict(answer, checked, status, impossibility), chosen)
    last = last_stage(objective, program, verdict, chosen, session)
    program, verdict = last.program, last.verdict
    laws = laws_of(spelled.economy, spelled.question, spelled.own_laws)
    verdict = _as_laws_say(laws, spelled, program, verdict)
    clock.stop("prove")
    return Plan(
        economy=spelled.economy,
        question=spelled.question,
        program=program,
        own_laws=spelled.own_laws,
        primal=verdict.answer.primal,
        dual=verdict.answer.dual,
        status=verdict.status,
        certificate=verdict.certificate,
        impossibility=verdict.impossibility,
        method=backend if solver == "highs" else f"{backend}:{solver}",
        attempts=(*attempts, *last.attempts),
        iterations=verdict.answer.iterations,
        seconds=clock.seconds,
        raised=last.stages,
    )


def _as_laws_say(laws: Iterable[Law], spelled: _Spelled, program: LinearProgram, verdict: Verdict) -> Verdict:
    """Return a verdict whose point holds the columns of laws at what they stand for, where that proves no less."""
    if verdict.impossibility is not None:
        return verdict
    asked = asked_of(spelled.economy, spelled.question)
    for law in laws:
        if law.canonical is not None:
            verdict = moved(program, verdict, law.canonical(program, asked, spelled.question, verdict.answer.primal))
    return verdict


@dataclass(frozen=True, eq=False)
class _Spelled:
    """A plan problem in the spelling its backend solves, compiled to a program."""

    economy: Economy
    question: Question
    program: LinearProgram
    compiled: Any = None
    own_laws: tuple[Law, ...] = ()

    def answer(self, options: SolveOptions, solver: str) -> Answer:
        """Solve the compiled model through its own modelling layer; Ctrl-C ends it without a point."""
        from ..backends.pyomo import CompiledPyomo, solve_pyomo

        try:
            if isinstance(self.compiled, CompiledPyomo):
                return solve_pyomo(self.compiled, options, solver)
            from ..backends.cvxpy import solve_cvxpy

            return solve_cvxpy(self.compiled, options)
        except KeyboardInterrupt:
            rows, columns = self.program.shape
            return Answer(Claim.INTERRUPTED, np.zeros(columns), np.zeros(rows), message="interrupted")


def _spelled(problem: Any, question: Question | None, backend: str, extra: tuple[ExtraLaw | Law, ...]) -> _Spelled:
    """Spell the problem for its backend; a Pyomo or CVXPY law is compiled to arrays when HiGHS is to solve it."""
    for law in extra:
        if not isinstance(law, ExtraLaw | Law):
            raise OptionError(
                "extra_laws takes natura_opt.Law(...) or natura_opt.ExtraLaw(spelling, write), "
                f"not {type(law).__name__}"
            )
    own = tuple(law for law in extra if isinstance(law, Law))
    written = tuple(law for law in extra if isinstance(law, ExtraLaw))
    spellings = {law.spelling for law in written}
    if isinstance(problem, Economy):
        asked = problem.question() if question is None else question
        spelling = spellings.pop() if len(spellings) == 1 else BACKENDS[backend]
        if spellings:
            raise OptionError("extra_laws are given in several spellings; give them all in one")
        if backend != "highs" and spelling != BACKENDS[backend]:
            raise OptionError(
                f"a law spelled in {spelling} cannot be solved by backend={backend!r}; use backend='highs'"
            )
        if spelling == "matrix":
            program = linear_program(problem, asked, [*own, *(law.write for law in written)])
            return _Spelled(problem, asked, program, own_laws=own)
        try:
            spell = pyomo_model if spelling == "pyomo" else cvxpy_model
            model = spell(problem, asked, own)
        except UnstatableError:
            if written:
                raise
            # arrays can state it, and disprove it
            return _Spelled(problem, asked, linear_program(problem, asked, own), own_laws=own)
    else:
        model = problem
        spelling = "cvxpy" if isinstance(model, CvxpyModel) else "pyomo"
        if question is not None:
            raise OptionError("a model already carries its question; ask another one of the economy")
        if own:
            raise OptionError(f"a model already carries its laws; give them to {spelling}_model(extra_laws=[...])")
        if not isinstance(getattr(model, "economy", None), Economy):
            raise QuestionError("solve takes an economy, or a model made by natura_opt.pyomo_model or cvxpy_model")
        if objective_of(model.question).concave and spelling != "cvxpy":
            raise QuestionError(
                f"{model.economy.name}: the objective {model.question.objective!r} has a concave term, and a model "
                "spelled by hand in Pyomo is solved as a linear program: spell it in CVXPY (natura_opt.cvxpy_model), "
                "or hand natura_opt.solve the economy"
            )
        if backend not in ("highs", spelling) or spellings - {spelling}:
            raise OptionError(f"a model spelled in {spelling} is solved by backend='highs' or {spelling!r}")
        own = model.own_laws
    for law in written:
        law.write(model, model.economy, model.question)
    if spelling == "pyomo":
        from ..backends.pyomo import compile_pyomo

        compiled: Any = compile_pyomo(model, declared_with(model.question, own), _original_labels(model.economy))
    else:
        from ..backends.conic_model import compile_convex, is_linear
        from ..backends.cvxpy import compile_cvxpy
        from ..backends.cvxpy_models import refuse_unusable

        refuse_unusable(model)
        if not is_linear(model):
            convex = compile_convex(model, declared_with(model.question, own))
            return _Spelled(model.economy, model.question, convex.linear.program, convex, own)
        compiled = compile_cvxpy(model, declared_with(model.question, own))
    return _Spelled(model.economy, model.question, compiled.program, compiled, own)


def _original_labels(economy: Economy) -> dict[str, Any]:
    """Return what Pyomo's names for labels such as (region, good) stand for."""
    names: dict[str, Any] = {}
    for index in economy.axes.values():
        for given, name in zip(index, pyomo_names(index), strict=True):
            if isinstance(given, tuple):
                names[name] = given
    return names

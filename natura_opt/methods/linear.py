"""One call from an economy (or a model changed by hand) to a plan with its proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from ..backends.answer import Answer, Claim
from ..backends.configured import check_highs_options
from ..backends.options import METHODS, SolveOptions
from ..base.entrance import checked_arguments
from ..base.errors import OptionError, QuestionError, UnstatableError, unknown
from ..economy.economy import Economy
from ..economy.files.catalog import read
from ..economy.question import Question
from ..formulate import cvxpy_model, declared_with, linear_program, pyomo_model
from ..laws.coefficients import pyomo_names
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..plan.answer import Attempt
from ..plan.plan import Plan
from ..program.linear import LinearProgram
from ..proof.judging import Verdict, certify_claim, judge, prove, settle
from ..proof.refine import inside
from .registry import METHODS_OF_THE_PLAN, answer_by

if TYPE_CHECKING:
    from ..plan.program_solution import ProgramSolution

#: Each backend and the spelling it solves.
BACKENDS: dict[str, str] = {"highs": "matrix", "pyomo": "pyomo", "cvxpy": "cvxpy"}

_SETTINGS = (
    "question",
    "backend",
    "solver",
    "method",
    "tolerance",
    "certificate",
    "extra_laws",
    "verbose",
    "log_file",
    "time_limit",
)


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


@overload
def solve(problem: LinearProgram, question: None = None, **options: Any) -> ProgramSolution: ...
@overload
def solve(
    problem: Economy | CvxpyModel | str | Path | Any,
    question: Question | str | None = None,
    *,
    backend: str = "highs",
    solver: str = "highs",
    method: str = "auto",
    tolerance: float | None = None,
    certificate: str = "auto",
    extra_laws: Iterable[ExtraLaw | Law] = (),
    verbose: bool = False,
    log_file: str | Path | None = None,
    time_limit: float | None = None,
    options: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Plan: ...
@checked_arguments()
def solve(
    problem: Economy | CvxpyModel | str | Path | Any,
    question: Question | str | None = None,
    *,
    backend: str = "highs",
    solver: str = "highs",
    method: str = "auto",
    tolerance: float | None = None,
    certificate: str = "auto",
    extra_laws: Iterable[ExtraLaw | Law] = (),
    verbose: bool = False,
    log_file: str | Path | None = None,
    time_limit: float | None = None,
    options: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Plan | ProgramSolution:
    """Find the best plan, and prove it.

    Parameters
    ----------
    problem : an economy (or the name or folder of a model); or a Pyomo model from :func:`natura_opt.pyomo_model`, or a
        CVXPY model from :func:`natura_opt.cvxpy_model`, changed by hand as you like; or any linear program: a
        :class:`natura_opt.LinearProgram`, read from a file by :func:`natura_opt.read_program` or built.
    question : what is asked; a name of one of the economy's questions, or a :class:`natura_opt.Question`.
    backend : ``highs`` (arrays straight in), ``pyomo`` or ``cvxpy``: the same law, three spellings.
    solver : with ``backend="pyomo"``, any solver Pyomo reaches.
    method : ``auto``, ``simplex``, ``ipm`` or ``pdlp`` (HiGHS); or a method of another kind: ``fixed-point``,
        ``prices``, ``harmony`` (and ``harmony-cvxpy``, ``harmony-tangents``, ``harmony-1990``, ``harmony-2018``).
    tolerance : largest relative residual and gap at which the plan counts as proved; 1e-9, or 1e-6 per good for prices
        and harmony.
    certificate : ``auto``: recomputed in doubles, and in rational arithmetic where these cannot decide and the program
        is not large. ``exact``: in rational arithmetic, for plans up to some thousands of rows.
    extra_laws : laws of your own: :class:`natura_opt.Law`, in as many spellings as you give it, with what it declares
        of its rows and columns; or :class:`natura_opt.ExtraLaw`, a function, all of these in one spelling.
    verbose, log_file, time_limit, options : the solver's log on standard error, or in a file; seconds; HiGHS options.
    settings : of a method of another kind, e.g. ``function="1993"`` for harmony.

    Returns
    -------
    Plan, whatever happened: look at ``plan.status`` or call ``plan.assert_optimal()``. Of a linear program, a
    :class:`natura_opt.ProgramSolution`, which has the same.

    Raises
    ------
    DataError, QuestionError, OptionError : the data, the question or the options are not usable.

    >>> import natura_opt as no
    >>> plan = no.solve("kantorovich_machines")
    >>> plan.status, round(plan.objective, 4)
    (<Status.OPTIMAL: 'optimal'>, 86.6667)
    """
    if isinstance(problem, LinearProgram):
        from .programs import solve_program

        plans_only = {
            "question": question,
            "backend": backend != "highs",
            "solver": solver != "highs",
            "extra_laws": tuple(extra_laws),
            f"method {method!r}": method in METHODS_OF_THE_PLAN,
            **dict.fromkeys(settings, True),
        }
        return solve_program(
            problem,
            method=method,
            tolerance=tolerance,
            verbose=verbose,
            log_file=log_file,
            time_limit=time_limit,
            options=options,
            certificate=certificate,
            of_economies=plans_only,
        )
    if method in METHODS_OF_THE_PLAN:
        highs = {"extra_laws": tuple(extra_laws), "log_file": log_file, "options": options, "verbose": verbose}
        given = [name for name, value in highs.items() if value] + ["backend"] * (backend != "highs")
        given += ["certificate"] * (certificate != "auto")
        if given or solver != "highs":
            raise OptionError(f"method {method!r} is not HiGHS's and takes no {', '.join(given) or 'solver'}")
        return answer_by(problem, question, method, tolerance, time_limit, settings)
    if method not in METHODS:
        raise OptionError(unknown("method", method, [*METHODS, *METHODS_OF_THE_PLAN]))
    if settings:
        raise OptionError(unknown("setting", next(iter(settings)), [*_SETTINGS, "options"]))
    tolerance = 1e-9 if tolerance is None else tolerance
    chosen = SolveOptions(method, tolerance, verbose, log_file, time_limit, dict(options or {}), certificate)
    if backend not in BACKENDS:
        raise OptionError(unknown("backend", backend, BACKENDS))
    if solver != "highs" and backend != "pyomo":
        raise OptionError(f"solver={solver!r} is reached through Pyomo: add backend='pyomo'")
    if solver == "highs":
        check_highs_options(chosen)
    elif method != "auto":
        raise OptionError(f"method={method!r} is HiGHS's; give {solver!r} its own options through options=")
    clock = _Clock()
    if isinstance(problem, str | Path):
        problem = read(problem)
        clock.stop("read")
    spelled = _spelled(problem, question, backend, tuple(extra_laws))
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
            if time_limit is not None:
                chosen = replace(chosen, time_limit=max(time_limit - clock.seconds["solve"], 1e-3))
            if solver != "highs":
                chosen = replace(chosen, options={})
    if answer is None:
        verdict = prove(program, chosen)
        clock.stop("prove", of_which=("solve", verdict.answer.seconds))
        attempts.append(
            Attempt(f"HiGHS, scaled arrays: {verdict.answer.message}", verdict.answer.claim, verdict.certificate)
        )
    else:
        status, impossibility = judge(program, answer, checked, chosen)
        verdict = settle(program, Verdict(answer, checked, status, impossibility), chosen)
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
        attempts=tuple(attempts),
        iterations=verdict.answer.iterations,
        seconds=clock.seconds,
    )


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


def _spelled(
    problem: Any, question: Question | str | None, backend: str, extra: tuple[ExtraLaw | Law, ...]
) -> _Spelled:
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
        asked = question if isinstance(question, Question) else problem.question(question)
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
        if backend not in ("highs", spelling) or spellings - {spelling}:
            raise OptionError(f"a model spelled in {spelling} is solved by backend='highs' or {spelling!r}")
        own = model.own_laws
    for law in written:
        law.write(model, model.economy, model.question)
    if spelling == "pyomo":
        from ..backends.pyomo import compile_pyomo

        compiled: Any = compile_pyomo(model, declared_with(own), _original_labels(model.economy))
    else:
        from ..backends.cvxpy import compile_cvxpy

        compiled = compile_cvxpy(model, declared_with(own))
    return _Spelled(model.economy, model.question, compiled.program, compiled, own)


def _original_labels(economy: Economy) -> dict[str, Any]:
    """Return what Pyomo's names for labels such as (region, good) stand for."""
    names: dict[str, Any] = {}
    for index in economy.axes.values():
        for given, name in zip(index, pyomo_names(index), strict=True):
            if isinstance(given, tuple):
                names[name] = given
    return names

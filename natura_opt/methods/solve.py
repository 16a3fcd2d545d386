"""One call from an economy (or a model changed by hand) to a plan with its proof, by any of the methods."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ..base.entrance import checked_arguments
from ..base.errors import OptionError
from ..economy.economy import Economy
from ..economy.files.catalog import read
from ..economy.question import Question
from ..formulate import with_objective
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..objectives import objective_named
from ..plan.plan import Plan
from ..program.linear import LinearProgram
from .linear import ExtraLaw, solve_linear
from .method import Common, Method
from .registry import ask, chosen_for, method_named, told_apart

if TYPE_CHECKING:
    from ..plan.program_solution import ProgramSolution


@overload
def solve(problem: LinearProgram, question: None = None, **options: Any) -> ProgramSolution: ...
@overload
def solve(
    problem: Economy | CvxpyModel | str | Path | Any,
    question: Question | str | None = None,
    *,
    objective: str | None = None,
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
    progress: Callable[[str], None] | None = None,
    **settings: Any,
) -> Plan: ...
@checked_arguments()
def solve(
    problem: Economy | CvxpyModel | str | Path | Any,
    question: Question | str | None = None,
    *,
    objective: str | None = None,
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
    progress: Callable[[str], None] | None = None,
    **settings: Any,
) -> Plan | ProgramSolution:
    """Find the best plan, and prove it.

    Parameters
    ----------
    problem : an economy (or the name or folder of a model); or a Pyomo model from :func:`natura_opt.pyomo_model`, or a
        CVXPY model from :func:`natura_opt.cvxpy_model`, changed by hand as you like, convex objectives and rows
        included; or any linear program: a :class:`natura_opt.LinearProgram`, read from a file by
        :func:`natura_opt.read_program` or built.
    question : what is asked; a name of one of the economy's questions, or a :class:`natura_opt.Question`.
    objective : another objective over the question's laws, such as ``harmony``; what the question's own objective alone
        asked for (its settings, tables that no other law uses) goes with it.
    backend : ``highs`` (arrays straight in), ``pyomo`` or ``cvxpy``: the same law, three spellings.
    solver : with ``backend="pyomo"``, any solver Pyomo reaches.
    method : one of :data:`natura_opt.methods.registry.METHODS`; ``auto`` takes the first that answers the objective.
    tolerance : largest relative residual and gap at which the plan counts as proved; by default the method's own, 1e-9,
        or 1e-6 per good for prices and harmony.
    certificate : ``auto``: recomputed in doubles, and in rational arithmetic where these cannot decide and the program
        is not large. ``exact``: in rational arithmetic, for plans up to some thousands of rows. ``doubles``: in doubles
        alone, which is quick; what they cannot decide stays open.
    extra_laws : laws of your own: :class:`natura_opt.Law`, in as many spellings as you give it, with what it declares
        of its rows and columns; or :class:`natura_opt.ExtraLaw`, a function, all of these in one spelling.
    verbose, log_file, time_limit, options : the solver's log on standard error, or in a file; seconds; HiGHS options
        (Clarabel's, of a CVXPY model that is not linear).
    progress : called with a line after each round of price coordination, e.g. ``print``.
    settings : of the objective, e.g. ``floor=0.5`` or ``function="1993"``, or of the method, e.g. ``max_rounds=50``;
        those of the objective are put in place of the question's.

    Returns
    -------
    Plan, whatever happened: look at ``plan.status`` or call ``plan.assert_optimal()``. Of a linear program, a
    :class:`natura_opt.ProgramSolution`, which has the same.

    Raises
    ------
    DataError, QuestionError, OptionError : the data, the question or the options are not usable.
    CannotAnswerError : the method cannot answer the question; the sentence says why.

    >>> import natura_opt as no
    >>> plan = no.solve("kantorovich_machines")
    >>> plan.status, round(plan.objective, 4)
    (<Status.OPTIMAL: 'optimal'>, 86.6667)
    >>> plan = no.solve("excavators", objective="harmony")
    >>> plan.status, round(plan.harmony.total, 5)
    (<Status.OPTIMAL: 'optimal'>, 12.8642)
    """
    named = method_named(method)
    common = Common(
        backend,
        solver,
        certificate,
        tuple(extra_laws),
        verbose,
        log_file,
        time_limit,
        dict(options or {}),
        tolerance,
        progress=progress,
    )
    if isinstance(problem, LinearProgram):
        from .programs import solve_program

        plans_only = {
            "question": question,
            "objective": objective,
            "backend": backend != "highs",
            "solver": solver != "highs",
            "extra_laws": common.extra_laws,
            f"method {method!r}": not named.way,
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
    named.refuse_options(common)
    began = time.perf_counter()
    economy = read(problem) if isinstance(problem, str | Path) else problem
    reading = time.perf_counter() - began
    if not isinstance(economy, Economy):
        if not named.way or objective is not None:
            what = f"method {method!r}" if not named.way else "objective="
            raise OptionError(f"{what} takes an economy, not a model spelled by hand")
        if question is not None:
            raise OptionError("a model already carries its question; ask another one of the economy")
        told_apart(None, named, settings, PARAMETERS)
        return solve_linear(economy, None, named.way, common)
    asked = question if isinstance(question, Question) else economy.question(question)
    plan = ask(*as_asked(economy, asked, objective, named, settings, common), common)
    return plan if economy is problem else replace(plan, seconds={"read": reading, **plan.seconds})


def as_asked(
    economy: Economy,
    question: Question,
    objective: str | None,
    method: Method,
    settings: Mapping[str, Any],
    common: Common,
) -> tuple[Method, Economy, Question, dict[str, Any]]:
    """Return who answers a question under an objective and settings, the economy, the question, and his own settings.

    Parameters
    ----------
    objective : in the place of the question's own; None for that. method : as it was named. settings : of the
        objective, or of the method.

    Raises
    ------
    QuestionError, SettingError, OptionError : what is asked is not known, or does not fit together.
    """
    wanted = objective_named(question.objective if objective is None else objective, f"{economy.name}: ")
    chosen = chosen_for(method, wanted)
    chosen.refuse_options(common)
    of_objective, of_method = told_apart(wanted, chosen, settings, PARAMETERS)
    return chosen, economy, with_objective(economy, question, wanted.name, of_objective), of_method


#: What :func:`solve` itself takes by name.
PARAMETERS: tuple[str, ...] = tuple(
    name for name, parameter in inspect.signature(solve).parameters.items() if parameter.kind is parameter.KEYWORD_ONLY
)

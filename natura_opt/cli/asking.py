"""From what a command line says to what is asked: problems by name, settings, and the plan of a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..base.errors import CannotAnswerError, DataError, OptionError, RefusedError, shown
from ..methods.registry import METHODS
from .console import named_values, print_json, standard_output_kept_clean, working

if TYPE_CHECKING:
    from ..plan.plan import Plan
    from ..plan.program_solution import ProgramSolution
    from ..plan.why_not import WhyNot

#: Options of ``solve`` in Python that are called otherwise here.
_FLAGS = {"certificate": "exact", "options": "option"}


def problem_of(model: str) -> Any:
    """Return the linear program that a file holds, or the model's name as it stands."""
    from ..program.reading.read import read_program
    from ..program.reading.text import format_of

    return read_program(model) if format_of(model) is not None and not Path(model).is_dir() else model


def settings_of(pairs: list[str]) -> dict[str, Any]:
    """Read settings of the objective or the method; what has an option of its own is said there.

    A setting that its record declares as text is taken as it is written: ``function=1993`` is a name.
    """
    from ..economy.question import SETTINGS_OF_LAWS
    from ..methods.solve import PARAMETERS
    from ..objectives import OBJECTIVES

    records = [record.settings for record in OBJECTIVES.values()] + [record.settings for record in METHODS.values()]
    records += SETTINGS_OF_LAWS.values()
    texts = {one.name for declared in records for one in declared.described() if one.allowed.text}
    settings = named_values(pairs, "--setting", texts)
    for name in settings:
        if name == "extra_laws":
            raise DataError(f"--setting {name}=…: laws of your own are given in Python, to natura_opt.solve")
        if name in PARAMETERS:
            raise DataError(f"--setting {name}=…: write --{_FLAGS.get(name, name.replace('_', '-'))}")
    return settings


def planned(
    model: str,
    question: str | None,
    objective: str | None,
    method: str,
    setting: list[str] | None,
    time_limit: float | None,
) -> Plan:
    """Return the plan of a model, for commands that show something of it."""
    from ..economy.files.catalog import read
    from ..methods.solve import solve

    settings = settings_of(setting or [])
    with working(f"planning {model}") as progress, standard_output_kept_clean():
        return solve(
            read(model),
            question,
            objective=objective,
            method=method,
            time_limit=time_limit,
            progress=progress,
            **settings,
        )


def facts_of(plan: Plan) -> dict[str, Any]:
    """Return what is known of a plan of which something is shown, fit for JSON."""
    asked = {"model": plan.economy.name, "question": plan.question.name, "method": plan.method}
    proved = plan.proved or (plan.impossibility is not None and plan.impossibility.proved)
    return asked | {"status": str(plan.status), "proved": proved}


def without_point(plan: Plan, as_json: bool, time_limit: float | None) -> bool:
    """Whether a plan has nothing that could be shown of it; then what is known of it is printed, and why."""
    if plan.impossibility is None:
        return False
    if as_json:
        print_json(facts_of(plan) | {"reason": plan.impossibility.sentence})
    else:
        show_plan(plan, as_json, time_limit)
    return True


def show_plan(
    plan: Plan | ProgramSolution,
    as_json: bool,
    time_limit: float | None,
    tables: bool = False,
    period: str | None = None,
) -> None:
    """Print a plan: for people, or its JSON object, with every table where that is asked for."""
    when = _period_of(plan, period)
    page = why_not_of(plan, time_limit)
    if as_json:
        facts = plan.summary() if page is None else plan.summary() | {"why_not": page.summary()}
        if tables:
            from .tables_json import tables_as_facts

            facts |= {"tables": tables_as_facts(plan.tables())}
        print_json(facts)
        return
    from .render import print_plan

    print_plan(plan, period=when)
    if page is not None:
        typer.echo("\n".join(shown(line) for line in page.lines()))


def _period_of(plan: Plan | ProgramSolution, period: str | None) -> Any:
    from ..plan.plan import Plan

    if period is None:
        return None
    if not isinstance(plan, Plan):
        raise OptionError(f"--period {period}: a linear program has no periods")
    from .render_made import period_named

    return period_named(plan, period)


def why_not_of(plan: Plan | ProgramSolution, time_limit: float | None) -> WhyNot | None:
    """Return the page of a plan that is proved infeasible; None of any other, and of a linear program."""
    from ..plan.plan import Plan

    if not isinstance(plan, Plan) or plan.status.value != "infeasible":
        return None
    try:
        return plan.why_not(time_limit=time_limit)
    except (CannotAnswerError, RefusedError):  # that there is no plan stands without the page
        return None

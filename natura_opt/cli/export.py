"""The command line's ``export``: the linear program of a model, or of a file, in a form that other solvers read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..base.errors import CannotAnswerError, OptionError, OutputError, shown
from . import completion as complete
from .arguments import Asked, Json, OtherObjective, Problem, Setting, TimeLimit
from .asking import problem_of, settings_of
from .console import print_json, readable_errors, standard_output_kept_clean, working

if TYPE_CHECKING:
    from ..program.linear import LinearProgram


def export(
    model: Problem,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="NAME.mps, NAME.lp, or NAME.py: a script in plain Pyomo that needs nothing of this package.",
            autocompletion=complete.ending(".mps", ".lp", ".py"),
        ),
    ],
    question: Asked = None,
    objective: OtherObjective = None,
    setting: Setting = None,
    time_limit: TimeLimit = None,
    as_json: Json = False,
) -> None:
    """Write the linear program of MODEL to FILE, by its ending.

    Objectives in stages and curves that are not straight are solved first: what is written is the program that proves
    the plan.
    """
    with readable_errors():
        from ..base.output_files import check_place
        from ..program.forms import form_of

        kind, write = form_of(file)
        if Path(model).exists() and file.exists() and file.samefile(model):
            raise OutputError(f"{file}: is the program that is read; choose another name")
        check_place(file, kind)
        settings = settings_of(setting or [])
        with working(f"spelling {model}"), standard_output_kept_clean():
            problem = problem_of(model)
            if isinstance(problem, str):
                program, notes = _of_model(problem, question, objective, settings, time_limit)
            else:
                given = {
                    "--question": question,
                    "--objective": objective,
                    "--setting": setting,
                    "--time-limit": time_limit,
                }
                refused = [name for name, value in given.items() if value is not None]
                if refused:
                    raise OptionError(
                        f"{refused[0]}: of models; {model} holds a program, which is written as it stands"
                    )
                program, notes = problem, list(problem.notes)
            write(program, file)
        rows, columns = program.shape
        facts = {"model": model, "file": str(file), "rows": rows, "columns": columns}
        facts |= {"coefficients": int(program.matrix.nnz), "notes": notes}
        if as_json:
            print_json(facts)
        else:
            typer.echo(shown(f"{file}: {rows:,} rows, {columns:,} columns, {program.matrix.nnz:,} coefficients"))
            for note in notes:
                typer.echo(shown(f"note: {note}"))


def _of_model(
    model: str, question: str | None, objective: str | None, settings: dict[str, object], time_limit: float | None
) -> tuple[LinearProgram, list[str]]:
    """Return the program whose best point is the best plan, and what is to be said of it."""
    from ..formulate import asked_of, linear_program, posed
    from ..methods.method import Common
    from ..methods.registry import method_named
    from ..methods.solve import as_asked, solve
    from ..objectives import objective_of
    from ..objectives.objective import Kind
    from ..program.linear import LinearProgram

    economy, asked = posed(model, question)
    _, economy, asked, _ = as_asked(economy, asked, objective, method_named("auto"), settings, Common())
    stages = objective_of(asked).kind is Kind.STAGES
    if not stages and not asked_of(economy, asked).has("curves"):
        return linear_program(economy, asked), []
    program = solve(economy, asked, time_limit=time_limit).assert_optimal().program
    if not isinstance(program, LinearProgram):
        raise CannotAnswerError(f"{economy.name}: its program is made piece by piece, and never held whole")
    if stages:
        return program, [f"the last stage of {asked.objective}, what the earlier ones reached held"]
    return program, ["curves in the pieces by which the plan is proved; curves that are not straight lie between"]

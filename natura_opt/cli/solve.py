"""The command line's ``solve``: the best plan of a model, or the best point of a linear program, proved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..base.errors import OptionError, OutputError, shown
from ..base.exit_codes import ExitCode
from . import completion as complete
from .arguments import Asked, By, InPeriod, Json, OtherObjective, Problem, Setting, TimeLimit, Tolerance
from .asking import problem_of, settings_of, show_plan
from .console import named_values, readable_errors, standard_output_kept_clean, working
from .reporting import ReportFile, report_writer

if TYPE_CHECKING:
    from ..plan.plan import Plan
    from ..plan.program_solution import ProgramSolution


def solve(
    model: Problem,
    question: Asked = None,
    objective: OtherObjective = None,
    backend: Annotated[
        str,
        typer.Option(
            help="highs, pyomo or cvxpy: the same law, three spellings.",
            autocompletion=complete.among(*complete.BACKENDS),
        ),
    ] = "highs",
    solver: Annotated[str, typer.Option(help="With --backend pyomo: any solver Pyomo reaches.")] = "highs",
    method: By = "auto",
    tolerance: Tolerance = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Prove it in rational arithmetic (up to some thousands of rows).")
    ] = False,
    time_limit: TimeLimit = None,
    option: Annotated[list[str] | None, typer.Option(help="A HiGHS option, NAME=VALUE; may be repeated.")] = None,
    setting: Setting = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="With --method prices: keep in this file what is known after each round; after a kill the same "
            "command goes on from it."
        ),
    ] = None,
    log_file: Annotated[Path | None, typer.Option(help="Write the solver's log to this file.")] = None,
    verbose: Annotated[
        bool, typer.Option(help="Show the solver's log, or rounds of prices, on standard error.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the plan: NAME.xlsx, a folder NAME.parquet, or any other folder for CSV files."),
    ] = None,
    report: ReportFile = None,
    period: InPeriod = None,
    tables: Annotated[bool, typer.Option("--tables", help="With --json: every table of the plan too.")] = False,
    as_json: Json = False,
) -> None:
    """Find the best plan of MODEL, or the best point of a linear program, and prove it."""
    with readable_errors():
        from ..methods.solve import solve as solve_plan

        if tables and not as_json:
            raise OptionError("--tables goes with --json; for files of tables, --out NAME.xlsx or --out FOLDER")
        if period is not None and as_json:
            raise OptionError("--period chooses what is printed for people; --json --tables holds every period")
        write, write_page = _plan_writer(out, log_file), report_writer(report, out, log_file)
        problem = problem_of(model)
        if report is not None and not isinstance(problem, str):
            raise OptionError(
                f"--report: {model} is a linear program, and pages are of plans; ask with --json or --out"
            )
        settings = settings_of([*(setting or []), *([] if checkpoint is None else [f"checkpoint={checkpoint}"])])
        options = named_values(option or [])
        with working(f"planning {model}", quiet=verbose) as progress, standard_output_kept_clean():
            plan = solve_plan(
                problem,
                question,
                objective=objective,
                backend=backend,
                solver=solver,
                method=method,
                tolerance=tolerance,
                certificate="exact" if exact else "auto",
                time_limit=time_limit,
                options=options,
                log_file=log_file,
                verbose=verbose,
                progress=progress,
                **settings,
            )
        stopped = plan.status.value == "interrupted"
        if stopped and not getattr(getattr(plan, "coordination", None), "rounds", ()):
            raise KeyboardInterrupt
        try:
            write(plan)
            write_page(plan)
        finally:  # what was found is shown also where it cannot be written
            show_plan(plan, as_json, time_limit, tables, period)
        ended = ExitCode.AS_ASKED if plan.proved else ExitCode.INTERRUPTED if stopped else ExitCode.NOT_AS_HOPED
        raise typer.Exit(ended)


def _plan_writer(out: Path | None, log_file: Path | None) -> Callable[[Plan | ProgramSolution], None]:
    """Return what writes the plan to ``--out``, once it is sure that it can be written there."""
    if out is None:
        return lambda plan: None
    from ..base.output_files import check_place
    from ..plan.files import form_of

    kind, write = form_of(out)
    if log_file is not None and log_file.resolve().is_relative_to(out.resolve()):
        raise OutputError(f"--log-file {log_file}: stands in --out, which is for the plan alone; choose another place")
    check_place(out, kind)

    def writer(plan: Plan | ProgramSolution) -> None:
        write(plan.tables(), out)
        typer.echo(shown(f"plan written to {out}"), err=True)

    return writer

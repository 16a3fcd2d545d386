"""The command line: ``natura-opt solve | sweep | compare | check | generate | import | models | help``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..base.errors import CannotAnswerError, DataError, OutputError, RefusedError, shown
from ..base.exit_codes import ExitCode, sentence_after, sentence_of_all
from ..methods.registry import METHODS
from .console import (
    ReadableGroup,
    named_values,
    print_json,
    readable_errors,
    standard_output_kept_clean,
    working,
)
from .generate import generate
from .help import print_help
from .imports import imports
from .sweep import sweep

if TYPE_CHECKING:
    from ..comparison.comparison import Comparison
    from ..plan.plan import Plan
    from ..plan.program_solution import ProgramSolution
    from ..plan.why_not import WhyNot

app = typer.Typer(
    name="natura-opt",
    help="Plan an economy in its own physical units: the best plan, the prices behind it, and a recomputed proof.",
    epilog=sentence_of_all(),
    cls=ReadableGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(imports, name="import")
app.command(epilog=sentence_after("generate"))(generate)
app.command(epilog=sentence_after("sweep"))(sweep)
app.command("help", epilog=sentence_after("help"))(print_help)

#: Every method's settings, and the tolerance at which its answers count as proved, for the help.
_METHOD_SETTINGS = "; ".join(
    f"{method.name}: {', '.join(method.settings.names())}" for method in METHODS.values() if method.settings.names()
)
_TOLERANCES = "; ".join(
    f"{tolerance:g} of {', '.join(name for name, method in METHODS.items() if method.tolerance == tolerance)}"
    for tolerance in sorted({method.tolerance for method in METHODS.values()})
)
#: Options of ``solve`` in Python that are called otherwise here.
_FLAGS = {"certificate": "exact", "options": "option"}

_Problem = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A model folder, a workbook (.xlsx), or the name of a shipped model; or any linear program: a file .mps "
        "or .lp, also packed (.gz, .bz2).",
    ),
]
_Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="A model folder, a workbook (.xlsx), or the name of a shipped model.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


@app.command(epilog=sentence_after("solve"))
def solve(
    model: _Problem,
    question: Annotated[str | None, typer.Option(help="Which of the model's questions to ask.")] = None,
    objective: Annotated[
        str | None,
        typer.Option(help="Another objective over the question's laws, e.g. harmony; an unknown one lists all."),
    ] = None,
    backend: Annotated[str, typer.Option(help="highs, pyomo or cvxpy: the same law, three spellings.")] = "highs",
    solver: Annotated[str, typer.Option(help="With --backend pyomo: any solver Pyomo reaches.")] = "highs",
    method: Annotated[
        str,
        typer.Option(help=f"{', '.join(METHODS)}; auto takes the first that answers the objective."),
    ] = "auto",
    tolerance: Annotated[
        float | None, typer.Option(help=f"Largest relative residual and gap that counts as proved ({_TOLERANCES}).")
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Prove it in rational arithmetic (up to some thousands of rows).")
    ] = False,
    time_limit: Annotated[float | None, typer.Option(help="Seconds allowed for the solver.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="A HiGHS option, NAME=VALUE; may be repeated.")] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            help="A setting of the objective or of the method, NAME=VALUE, e.g. floor=0.5 or function=1993; may be "
            f"repeated. Of methods: {_METHOD_SETTINGS}."
        ),
    ] = None,
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
    as_json: _Json = False,
) -> None:
    """Find the best plan of MODEL, or the best point of a linear program, and prove it."""
    with readable_errors():
        from ..methods.solve import solve as solve_plan

        write = _plan_writer(out, log_file)
        with working(f"planning {model}", quiet=verbose) as progress, standard_output_kept_clean():
            plan = solve_plan(
                _problem_of(model),
                question,
                objective=objective,
                backend=backend,
                solver=solver,
                method=method,
                tolerance=tolerance,
                certificate="exact" if exact else "auto",
                time_limit=time_limit,
                options=named_values(option or []),
                log_file=log_file,
                verbose=verbose,
                progress=progress,
                **_settings([*(setting or []), *([] if checkpoint is None else [f"checkpoint={checkpoint}"])]),
            )
        stopped = plan.status.value == "interrupted"
        if stopped and not getattr(getattr(plan, "coordination", None), "rounds", ()):
            raise KeyboardInterrupt
        try:
            write(plan)
        finally:  # what was found is shown also where it cannot be written
            _show_plan(plan, as_json, time_limit)
        ended = ExitCode.AS_ASKED if plan.proved else ExitCode.INTERRUPTED if stopped else ExitCode.NOT_AS_HOPED
        raise typer.Exit(ended)


@app.command(epilog=sentence_after("compare"))
def compare(
    model: _Model,
    question: Annotated[str | None, typer.Option(help="Which of the model's questions to ask.")] = None,
    methods: Annotated[
        str | None, typer.Option(help="Methods, separated by commas; without it: the linear program and all planners.")
    ] = None,
    function: Annotated[str, typer.Option(help="Harmony function: 2018, 1993 or 1993-envelope.")] = "2018",
    tolerance: Annotated[float | None, typer.Option(help="Of every proof; each method's own without it.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds allowed for each method.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the comparison to this file (.svg, .png, .pdf).")] = None,
    as_json: _Json = False,
) -> None:
    """Ask the same question of several methods: how far each got, how fast, and how far from the proved optimum."""
    with readable_errors():
        from ..comparison.comparing import compare as compare_methods

        draw = _picture_writer(picture)
        chosen = None if methods is None else [name.strip() for name in methods.split(",") if name.strip()]
        with working(f"comparing methods on {model}"), standard_output_kept_clean():
            comparison = compare_methods(
                model, question, methods=chosen, function=function, tolerance=tolerance, time_limit=time_limit
            )
        try:
            draw(comparison)
        finally:
            _show_comparison(comparison, as_json)
        raise typer.Exit(ExitCode.AS_ASKED if comparison.optimum.proved else ExitCode.NOT_AS_HOPED)


@app.command(epilog=sentence_after("check"))
def check(model: _Model, as_json: _Json = False) -> None:
    """Run every named check on MODEL and say what is wrong and where."""
    with readable_errors():
        from ..checks import check as run_checks
        from ..economy.files.catalog import read

        with working(f"checking {model}"):
            findings = run_checks(read(model))
        passed = all(finding.passed for finding in findings)
        if as_json:
            rows = [{"check": f.check, "passed": f.passed, "message": f.message} for f in findings]
            print_json({"model": model, "passed": passed, "findings": rows})
        else:
            for finding in findings:
                typer.echo(shown(str(finding)))
        raise typer.Exit(ExitCode.AS_ASKED if passed else ExitCode.NOT_AS_HOPED)


@app.command(epilog=sentence_after("models"))
def models(as_json: _Json = False) -> None:
    """List the models that come with the package."""
    with readable_errors():
        from ..economy.files.catalog import read, shipped_models

        shipped = [(name, read(folder)) for name, folder in shipped_models().items()]
        if as_json:
            rows = [
                {
                    "model": name,
                    "title": e.title,
                    "goods": len(e.goods),
                    "periods": len(e.periods),
                    "questions": list(e.questions),
                }
                for name, e in shipped
            ]
            print_json({"models": rows})
            return
        width = max(len(name) for name, _ in shipped)
        for name, e in shipped:
            typer.echo(f"{name:<{width}}  {e.title} ({len(e.goods)} goods, {len(e.periods)} periods)")


def _problem_of(model: str) -> Any:
    """Return the linear program that a file holds, or the model's name as it stands."""
    from ..program.reading.read import read_program
    from ..program.reading.text import format_of

    return read_program(model) if format_of(model) is not None and not Path(model).is_dir() else model


def _show_plan(plan: Plan | ProgramSolution, as_json: bool, time_limit: float | None) -> None:
    page = _why_not(plan, time_limit)
    if as_json:
        print_json(plan.summary() if page is None else plan.summary() | {"why_not": page.summary()})
    else:
        from .render import print_plan

        print_plan(plan)
        if page is not None:
            typer.echo("\n".join(shown(line) for line in page.lines()))


def _why_not(plan: Plan | ProgramSolution, time_limit: float | None) -> WhyNot | None:
    """Return the page of a plan that is proved infeasible; None of any other, and of a linear program."""
    from ..plan.plan import Plan

    if not isinstance(plan, Plan) or plan.status.value != "infeasible":
        return None
    try:
        return plan.why_not(time_limit=time_limit)
    except (CannotAnswerError, RefusedError):  # that there is no plan stands without the page
        return None


def _show_comparison(comparison: Comparison, as_json: bool) -> None:
    if as_json:
        print_json(comparison.summary())
    else:
        from .render import print_comparison

        print_comparison(comparison)


def _settings(pairs: list[str]) -> dict[str, Any]:
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


def _picture_writer(picture: Path | None) -> Callable[[Comparison], None]:
    """Return what draws the comparison to ``--picture``, once it is sure that it can be drawn there."""
    if picture is None:
        return lambda comparison: None
    from ..base.output_files import check_place, whole_file
    from ..plan.pictures.style import PICTURE

    check_place(picture, PICTURE)

    def drawer(comparison: Comparison) -> None:
        with whole_file(picture, PICTURE) as building:
            comparison.plot().savefig(building)
        typer.echo(shown(f"picture drawn to {picture}"), err=True)

    return drawer

"""The command line's ``compare``: one question, several methods, side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..base.errors import shown
from ..base.exit_codes import ExitCode
from . import completion as complete
from .arguments import Asked, Json, Model
from .console import print_json, readable_errors, standard_output_kept_clean, working
from .reporting import ReportFile, report_writer

if TYPE_CHECKING:
    from ..comparison.comparison import Comparison


def compare(
    model: Model,
    question: Asked = None,
    methods: Annotated[
        str | None,
        typer.Option(
            help="Methods, separated by commas; without it: the linear program and all planners.",
            autocompletion=complete.compared,
        ),
    ] = None,
    function: Annotated[
        str,
        typer.Option(
            help="Harmony function: 2018, 1993 or 1993-envelope.",
            autocompletion=complete.among("2018", "1993", "1993-envelope"),
        ),
    ] = "2018",
    tolerance: Annotated[float | None, typer.Option(help="Of every proof; each method's own without it.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds allowed for each method.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the comparison to this file (.svg, .png, .pdf).")] = None,
    report: ReportFile = None,
    as_json: Json = False,
) -> None:
    """Ask the same question of several methods: how far each got, how fast, and how far from the proved optimum."""
    with readable_errors():
        from ..comparison.comparing import compare as compare_methods

        draw, write_page = _picture_writer(picture), report_writer(report)
        chosen = None if methods is None else [name.strip() for name in methods.split(",") if name.strip()]
        with working(f"comparing methods on {model}"), standard_output_kept_clean():
            comparison = compare_methods(
                model, question, methods=chosen, function=function, tolerance=tolerance, time_limit=time_limit
            )
        try:
            draw(comparison)
            write_page(comparison)
        finally:
            _show_comparison(comparison, as_json)
        raise typer.Exit(ExitCode.AS_ASKED if comparison.optimum.proved else ExitCode.NOT_AS_HOPED)


def _show_comparison(comparison: Comparison, as_json: bool) -> None:
    if as_json:
        print_json(comparison.summary())
    else:
        from .render import print_comparison

        print_comparison(comparison)


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

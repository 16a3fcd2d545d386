"""The command line's ``sweep``: one question at many points, in one table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..base.errors import DataError, shown
from ..base.exit_codes import ExitCode
from . import completion as complete
from .arguments import Asked, Json, Model, OtherObjective, Setting
from .console import named_values, print_json, readable_errors, standard_output_kept_clean
from .reporting import ReportFile, report_writer


def sweep(
    model: Model,
    over: Annotated[
        list[str],
        typer.Option(
            help="What is turned, NAME=VALUE,VALUE,… or NAME=FIRST:LAST:COUNT, e.g. emission_caps.CO2=10:99:50, "
            "targets.bread@year3=1,2, floor=0,0.5,1; may be repeated: every combination is a point.",
            autocompletion=complete.turned,
        ),
    ],
    out: Annotated[Path, typer.Option(help="The table, NAME.parquet; asked for again, an ended sweep goes on.")],
    question: Asked = None,
    objective: OtherObjective = None,
    setting: Setting = None,
    valuation: Annotated[
        list[str] | None,
        typer.Option(help="A row whose valuation is wanted, e.g. emission_cap.CO2@year1; may be repeated."),
    ] = None,
    cores: Annotated[int | None, typer.Option(help="Processes that solve; as many as the machine has.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask cluster that solves instead.")] = None,
    report: ReportFile = None,
    as_json: Json = False,
) -> None:
    """Ask MODEL the same question at many points, each solved from the one before, and write one table."""
    with readable_errors():
        from ..planner.sweep import sweep as sweep_points

        points = _points(over)
        write_page = report_writer(report, out)
        with standard_output_kept_clean():
            found = sweep_points(
                model,
                points,
                question,
                objective=objective,
                valuations=valuation or [],
                out=out,
                cores=cores,
                cluster=cluster,
                progress=True,
                **named_values(setting or [], "--setting"),
            )
        table = found.table
        write_page(found)
        counts = {str(status): int(count) for status, count in table.status.value_counts().sort_index().items()}
        if as_json:
            print_json({"model": model, "table": str(out), "points": len(table), "statuses": counts})
        else:
            said = ", ".join(f"{count} {status}" for status, count in counts.items())
            typer.echo(shown(f"{out}: {len(table)} {'point' if len(table) == 1 else 'points'}, {said}"))
        raise typer.Exit(ExitCode.AS_ASKED if set(counts) <= {"optimal"} else ExitCode.NOT_AS_HOPED)


def _points(pairs: list[str]) -> dict[str, list[Any]]:
    """Read what is turned: lists of values, or ranges."""
    made: dict[str, list[Any]] = {}
    for pair in pairs:
        name, separator, text = pair.rpartition("=")
        if not separator or not name or not text:
            raise DataError(f"--over {pair!r}: write NAME=VALUE,VALUE or NAME=FIRST:LAST:COUNT")
        if name in made:
            raise DataError(f"--over {name}=…: given twice; give it once")
        made[name] = _values(text, pair)
    return made


def _values(text: str, pair: str) -> list[Any]:
    if ":" in text and "," not in text:
        try:
            first, last, count = text.split(":")
            import numpy as np

            return list(np.linspace(float(first), float(last), int(count)).tolist())
        except ValueError:
            raise DataError(f"--over {pair!r}: write FIRST:LAST:COUNT, two numbers and a whole number") from None
    return [named_values([f"value={part}"], "--over")["value"] for part in text.split(",")]

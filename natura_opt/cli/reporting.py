"""The option ``--report`` of solve, compare and sweep: a page of what was found, its place tried beforehand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from ..base.errors import OutputError, shown

ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report", help="Write a page for people, NAME.html: one file that any browser opens, with nothing outside it."
    ),
]


def report_writer(report: Path | None, *others: Path | None) -> Callable[[Any], None]:
    """Return what writes an answer to ``--report``, once it is sure that it can be written there.

    Parameters
    ----------
    others : where else the command writes; the page may not stand in any of them.

    Raises
    ------
    OutputError : the place holds anything but an earlier report, cannot be written, or is another output's.
    """
    if report is None:
        return lambda answer: None
    from ..base.output_files import check_place
    from ..reports.write import REPORT
    from ..reports.write import report as write_report

    for other in others:
        if other is not None and report.resolve().is_relative_to(other.resolve()):
            raise OutputError(f"--report {report}: stands in {other}, which is for other output; choose another place")
    check_place(report, REPORT)

    def writer(answer: Any) -> None:
        write_report(answer, report)
        typer.echo(shown(f"report written to {report}"), err=True)

    return writer

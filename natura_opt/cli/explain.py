"""The command line's ``explain``: why something is worth what it is, or why a technique runs or stands idle."""

from __future__ import annotations

from typing import Annotated

import typer

from ..base.errors import shown
from ..base.exit_codes import ExitCode
from . import completion as complete
from .arguments import Asked, By, Json, Model, OtherObjective, Setting, TimeLimit
from .asking import facts_of, planned, without_point
from .console import print_json, readable_errors, working


def explain(
    model: Model,
    name: Annotated[
        str,
        typer.Argument(
            help="A good, resource, pollutant, technique, stock ('iron in coal') or other limit.",
            autocompletion=complete.names,
        ),
    ],
    period: Annotated[
        str | None,
        typer.Argument(
            metavar="[PERIOD]", help="Without it: that in which it is worth most.", autocompletion=complete.periods
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="Which is meant, where a name has several meanings; an unknown one lists all.")
    ] = None,
    question: Asked = None,
    objective: OtherObjective = None,
    method: By = "auto",
    setting: Setting = None,
    time_limit: TimeLimit = None,
    as_json: Json = False,
) -> None:
    """Explain what NAME is worth in the best plan of MODEL: what limits it, and what one more takes."""
    with readable_errors():
        plan = planned(model, question, objective, method, setting, time_limit)
        if not without_point(plan, as_json, time_limit):
            with working(f"explaining {name}"):
                told = plan.explain(name, period, kind)
            if as_json:
                print_json(facts_of(plan) | told.summary())
            else:
                if not plan.proved:
                    typer.echo(f"of a plan that is NOT proved ({plan.status}): {shown(str(plan.certificate))}")
                typer.echo("\n".join(shown(line) for line in told.lines))
        raise typer.Exit(ExitCode.AS_ASKED if plan.proved else ExitCode.NOT_AS_HOPED)

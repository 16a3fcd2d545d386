"""What several commands are given: their arguments and options, each with its help and what completes it."""

from __future__ import annotations

from typing import Annotated

import typer

from ..methods.registry import METHODS
from . import completion as complete

#: Every method's settings, and the tolerance at which its answers count as proved, for the help.
_METHOD_SETTINGS = "; ".join(
    f"{method.name}: {', '.join(method.settings.names())}" for method in METHODS.values() if method.settings.names()
)
_TOLERANCES = "; ".join(
    f"{tolerance:g} of {', '.join(name for name, method in METHODS.items() if method.tolerance == tolerance)}"
    for tolerance in sorted({method.tolerance for method in METHODS.values()})
)

Problem = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A model folder, a workbook (.xlsx), or the name of a shipped model; or any linear program: a file .mps "
        "or .lp, also packed (.gz, .bz2).",
        autocompletion=complete.problems,
    ),
]
Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A model folder, a workbook (.xlsx), or the name of a shipped model.",
        autocompletion=complete.models,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Asked = Annotated[
    str | None, typer.Option(help="Which of the model's questions to ask.", autocompletion=complete.questions)
]
OtherObjective = Annotated[
    str | None,
    typer.Option(
        help="Another objective over the question's laws, e.g. harmony; an unknown one lists all.",
        autocompletion=complete.objectives,
    ),
]
By = Annotated[
    str,
    typer.Option(
        help=f"{', '.join(METHODS)}; auto takes the first that answers the objective.", autocompletion=complete.methods
    ),
]
Tolerance = Annotated[
    float | None, typer.Option(help=f"Largest relative residual and gap that counts as proved ({_TOLERANCES}).")
]
TimeLimit = Annotated[float | None, typer.Option(help="Seconds allowed for the solver.")]
Setting = Annotated[
    list[str] | None,
    typer.Option(
        help="A setting of the objective or of the method, NAME=VALUE, e.g. floor=0.5 or function=1993; may be "
        f"repeated. Of methods: {_METHOD_SETTINGS}.",
        autocompletion=complete.settings,
    ),
]
InPeriod = Annotated[str | None, typer.Option(help="Of this period alone.", autocompletion=complete.periods)]

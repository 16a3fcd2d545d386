"""The command line: ``natura-opt`` and its commands, each in a module of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from ..base.exit_codes import sentence_after, sentence_of_all
from .compare import compare
from .console import ReadableGroup
from .explain import explain
from .explore import explore
from .export import export
from .generate import generate
from .help import print_help
from .imports import imports
from .models import check, models
from .picture import picture
from .solve import solve
from .sweep import sweep

app = typer.Typer(
    name="natura-opt",
    help="Plan an economy in its own physical units: the best plan, the prices behind it, and a recomputed proof.",
    epilog=sentence_of_all(),
    cls=ReadableGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
_COMMANDS: dict[str, Callable[..., None]] = {
    "solve": solve,
    "explain": explain,
    "picture": picture,
    "compare": compare,
    "sweep": sweep,
    "explore": explore,
    "check": check,
    "export": export,
    "generate": generate,
    "models": models,
    "help": print_help,
}
for name, command in _COMMANDS.items():
    app.command(name, epilog=sentence_after(name))(command)
app.add_typer(imports, name="import")


def _print_version(asked: bool) -> None:
    if asked:
        package = __name__.partition(".")[0]
        typer.echo(f"natura-opt {sys.modules[package].__version__}")
        raise typer.Exit


@app.callback()
def _of_all(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """Plan an economy in its own physical units: the best plan, the prices behind it, and a recomputed proof."""

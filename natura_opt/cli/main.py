"""The entry point: Ctrl-C is waited for before the command line, which takes its time, is imported."""

from __future__ import annotations

from typing import NoReturn

from .streams import run


def main() -> NoReturn:
    """Run the command line."""
    run(_command_line, _complain)


def _command_line() -> None:
    from .app import app

    app()


def _complain(message: str) -> None:
    from .console import complain

    complain(message)

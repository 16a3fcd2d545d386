"""The exit codes of the command line, in general and after each command."""

from __future__ import annotations

from ..base.exit_codes import COMMANDS, ExitCode, codes_after
from .topic import Topic


def _rows(own: object) -> list[tuple[str, ...]]:
    general: list[tuple[str, ...]] = [(str(int(code)), "any", code.meaning) for code in ExitCode]
    special: list[tuple[str, ...]] = [
        (str(int(code)), command, meaning)
        for command in COMMANDS
        for code, meaning in codes_after(command).items()
        if meaning != code.meaning
    ]
    return general + special


EXIT_CODES = Topic(
    "exit-codes",
    "How a command of natura-opt ends. A reader that closes the pipe early changes none of them.",
    ("exit code", "command", "meaning"),
    _rows,
)

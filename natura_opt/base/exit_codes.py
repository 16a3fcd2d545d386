"""The exit codes of the command line: what each says, in general and after each command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended.

    Attributes
    ----------
    meaning : what the code says after any command.
    """

    meaning: str

    def __new__(cls, value: int, meaning: str) -> ExitCode:
        """Return a code with what it means."""
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    AS_ASKED = 0, "as asked: proved, all checks pass, model written"
    NOT_AS_HOPED = 1, "answered, but not as hoped: infeasible, unbounded, unproved, a check fails"
    REFUSED = 2, "bad input, or a place or standard output that cannot be written"
    INTERRUPTED = 130, "after Ctrl-C; nothing is left half written"
    TERMINATED = 143, "after being ended from outside; nothing is left half written"


#: What a code says after one command, where that is more than it says after any.
COMMANDS: dict[str, dict[ExitCode, str]] = {
    "solve": {
        ExitCode.AS_ASKED: "a proved plan",
        ExitCode.NOT_AS_HOPED: "an infeasible, unbounded or unproved one",
        ExitCode.REFUSED: "bad input, or a place that cannot be written (looked at before solving)",
    },
    "sweep": {
        ExitCode.AS_ASKED: "a proved plan at every point",
        ExitCode.NOT_AS_HOPED: "none at some: infeasible, unbounded, unproved, or not to be asked",
        ExitCode.REFUSED: "bad input, or a place that cannot be written or holds another sweep",
    },
    "compare": {
        ExitCode.AS_ASKED: "the optimum is proved, so that the gaps mean something",
        ExitCode.NOT_AS_HOPED: "it is not",
        ExitCode.REFUSED: "bad input, or a place that cannot be written",
    },
    "explain": {
        ExitCode.AS_ASKED: "explained, of a proved plan",
        ExitCode.NOT_AS_HOPED: "there is no plan, or it is not proved",
        ExitCode.REFUSED: "bad input, or no such name, period or kind",
    },
    "picture": {
        ExitCode.AS_ASKED: "a proved plan is drawn",
        ExitCode.NOT_AS_HOPED: "there is no plan, and nothing is drawn; or it is drawn and not proved",
        ExitCode.REFUSED: "bad input, or a place that cannot be written (looked at before solving)",
    },
    "explore": {
        ExitCode.REFUSED: "bad input, a port that is taken, a place that cannot be written, or Dash is not installed",
        ExitCode.INTERRUPTED: "Ctrl-C, which ends it; nothing is left half written",
    },
    "export": {
        ExitCode.AS_ASKED: "the program is written",
        ExitCode.REFUSED: "bad input, or a place that cannot be written",
    },
    "check": {
        ExitCode.AS_ASKED: "all checks pass",
        ExitCode.NOT_AS_HOPED: "one fails",
        ExitCode.REFUSED: "the model cannot be read",
    },
    "generate": {
        ExitCode.AS_ASKED: "the model is written",
        ExitCode.REFUSED: "bad input, or a place that cannot be written",
    },
    **{
        f"import {form}": {
            ExitCode.AS_ASKED: "the model is written",
            ExitCode.REFUSED: "bad input, or a place that cannot be written",
        }
        for form in ("five-year", "flows", "supply-use", "bea", "psut")
    },
    "models": {ExitCode.AS_ASKED: "the models are listed"},
    "help": {
        ExitCode.AS_ASKED: "the reference is printed",
        ExitCode.REFUSED: "there is no such topic",
    },
}


def codes_after(command: str) -> dict[ExitCode, str]:
    """Return the codes a command may end with, and what each says after it.

    >>> [int(code) for code in codes_after("models")]
    [0, 2, 130, 143]
    """
    every = {code: code.meaning for code in ExitCode if code is not ExitCode.NOT_AS_HOPED}
    return dict(sorted((every | COMMANDS[command]).items()))


def sentence_after(command: str) -> str:
    """Return the exit codes of a command in one sentence, for its help.

    >>> sentence_after("check")[:62]
    'Exit codes: 0 all checks pass; 1 one fails; 2 the model cannot'
    """
    listing = "; ".join(f"{int(code)} {meaning.partition(';')[0]}" for code, meaning in codes_after(command).items())
    return f"Exit codes: {listing}."


def sentence_of_all() -> str:
    """Return what the codes say after any command, for the help of all."""
    listing = "; ".join(f"{int(code)} {code.meaning.partition(';')[0]}" for code in ExitCode)
    return f"Exit codes of every command: {listing}. A reader that closes the pipe early changes none of them."

"""What every command does with its results and with what goes wrong: one object, one sentence, one exit code of
:mod:`natura_opt.base.exit_codes`."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from ..base.errors import DataError, NaturaError, shown
from ..base.exit_codes import ExitCode
from .streams import INTERRUPTED_SENTENCE

#: The most characters of an error on a terminal.
_LONGEST = 1_500
#: Seconds that nothing is shown of what is going on.
_UNSEEN = 1.0


class ReadableGroup(TyperGroup):
    """Commands whose usage errors are one line on standard error, as all other errors are."""

    def main(  # type: ignore[override]  # of the same parameters, the others left as they are
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; exit with its code, or return it."""
        try:
            code = super().main(args, prog_name, standalone_mode=False, **extra)
        except OSError as error:  # of the help text, which goes to standard output before any command
            _complain_of(error)
            code = ExitCode.REFUSED
        except Exception as error:
            said = getattr(error, "format_message", None)
            if said is None or not standalone_mode:
                raise
            if type(error).__name__ == "NoArgsIsHelpError":
                typer.echo(said(), err=True, nl=False)
            else:
                context = getattr(error, "ctx", None)
                message = said().rstrip(".")
                join = " See" if message.endswith("?") else "; see"
                complain(f"{message}{join} {context.command_path} --help" if context is not None else message)
            code = ExitCode.REFUSED
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else 0)
        return code


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn whatever goes wrong into one message on standard error and an exit code."""
    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        typer.echo(INTERRUPTED_SENTENCE, err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except NaturaError as error:
        complain(str(error))
    except OSError as error:
        _complain_of(error)
    except MemoryError:
        complain("there is not enough memory for this; ask it of a smaller model, or on a larger machine")
    except Exception as error:
        if sys.flags.dev_mode:  # python -X dev shows where
            raise
        complain(f"this should not happen ({type(error).__name__}: {error}); please report it, with the command")
    else:
        return
    raise typer.Exit(ExitCode.REFUSED)


def complain(message: str) -> None:
    """Print an error as one line on standard error."""
    typer.echo(f"error: {shown(' '.join(message.splitlines()), _LONGEST)}", err=True)


def _complain_of(error: OSError) -> None:
    complain(f"{error.filename or 'a file'}: {error.strerror or error}")


def print_json(facts: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output, in signs that any terminal and file can hold."""
    typer.echo(json.dumps(facts, allow_nan=False))


@contextmanager
def working(what: str, quiet: bool = False) -> Iterator[Callable[[str], None] | None]:
    """Show that something is going on, and for how long, on a terminal; give what is told how far it has come.

    Nothing is shown of what takes less than a second, and to nobody: where standard error is no terminal, there is no
    one to be told.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, soft_wrap=False)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
    task = bar.add_task(shown(what, _LONGEST), total=None)
    waiting = threading.Timer(_UNSEEN, bar.start)
    waiting.daemon = True
    waiting.start()
    try:
        yield lambda line: bar.update(task, description=shown(f"{what}: {line}", _LONGEST))
    finally:
        waiting.cancel()
        waiting.join()
        bar.stop()


@contextmanager
def standard_output_kept_clean() -> Iterator[None]:
    """Send what solvers print past Python, at any log level, to standard error: standard output holds results only."""
    try:
        output = sys.stdout.fileno()
    except (OSError, ValueError):  # captured, so nothing can be printed past Python
        yield
        return
    sys.stdout.flush()
    kept = os.dup(output)
    try:
        os.dup2(sys.stderr.fileno(), output)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, output)
        os.close(kept)


#: Numbers as people write them, which JSON is stricter about: ``.5``, ``5.``, ``+5``.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def named_values(pairs: list[str], option: str = "--option", texts: Container[str] = ()) -> dict[str, Any]:
    """Read NAME=VALUE pairs; numbers and true/false are taken as such, but for names whose values are texts."""
    made: dict[str, Any] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            raise DataError(f"{option} {pair!r}: write NAME=VALUE")
        if name in made:
            raise DataError(f"{option} {name}=…: given twice; give it once")
        if name in texts:
            made[name] = value
            continue
        try:
            made[name] = json.loads(value)
        except json.JSONDecodeError:
            made[name] = float(value) if _NUMBER.fullmatch(value) else value
    return made

"""The process around a command: closed and broken streams, full disks, Ctrl-C.

Standard output that no one reads (a closed pipe, a closed stream) changes neither what is done nor the exit code. A
result that standard output cannot take (a full disk) is an error: exit code 2. Ctrl-C ends the process at once,
wherever it is: Python hands it to the program only between two of its own steps, and a solver can take minutes over
one of them, so a thread of its own waits for it. This module imports little, so that it waits before the rest is there.
"""

from __future__ import annotations

import io
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn, TextIO

from ..base.exit_codes import ExitCode
from ..base.interruption import hear, let_pass

INTERRUPTED_SENTENCE = "interrupted: what was not finished was not written"
#: Signals after which nothing half written is left, with the exit code and the word for each.
_ENDINGS = {
    "SIGINT": (ExitCode.INTERRUPTED, INTERRUPTED_SENTENCE),
    "SIGTERM": (ExitCode.TERMINATED, "ended: what was not finished was not written"),
}


def run(command: Callable[[], Any], complain: Callable[[str], None]) -> NoReturn:
    """Run a command line to its exit code, and end the process; ``complain`` says what could not be printed."""
    _open_closed_streams()
    _watch_for_endings()
    sys.stdout = _stream(sys.stdout, 1, results=True)
    sys.stderr = _stream(sys.stderr, 2, results=False)
    code: Any = 0
    try:
        command()
    except SystemExit as ended:
        code = ended.code
    code = _flushed(code, complain)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done; Python has still to take itself down
    sys.exit(code)


class _Stream(io.FileIO):
    """A standard stream that may break: to a closed pipe it goes on into nothing."""

    def __init__(self, number: int, results: bool) -> None:
        super().__init__(number, "w", closefd=False)
        self._results = results
        self.failed = False

    def write(self, data: Any) -> int:
        """Write all or some of the bytes; raise where results are lost that someone waits for."""
        try:
            written = super().write(data)
            while written is None:  # not ready yet, where whoever reads made the pipe so
                select.select([], [self.fileno()], [])
                written = super().write(data)
            return written
        except OSError as error:
            _to_nowhere(self.fileno())
            if self._results and not isinstance(error, BrokenPipeError):
                self.failed = True
                raise OSError(error.errno, error.strerror, "standard output") from None
            return len(memoryview(data).cast("B"))


def _stream(stream: TextIO | Any, number: int, results: bool) -> TextIO:
    """Return a standard stream that does not break; one that stands for another file is left alone."""
    try:
        if stream is not None and stream.fileno() != number:
            return stream
    except (OSError, ValueError):
        return stream
    coded = "utf-8" if stream is None else stream.encoding
    line_by_line = not results or os.isatty(number)
    # a terminal that cannot show a sign shows "?"
    return io.TextIOWrapper(
        io.BufferedWriter(_Stream(number, results)), coded, errors="replace", line_buffering=line_by_line
    )


def _open_closed_streams() -> None:
    """Open nothing in the place of closed streams, so that no file takes their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            _to_nowhere(number)


def _to_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, number)
    if nowhere != number:
        os.close(nowhere)


def _flushed(code: Any, complain: Callable[[str], None]) -> Any:
    """Return the exit code after all that was printed has gone where it can."""
    try:
        sys.stdout.flush()
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}")
    failed = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return ExitCode.REFUSED if isinstance(failed, _Stream) and failed.failed else code


def _watch_for_endings() -> None:
    """Wait for Ctrl-C and its like in a thread; those that are ignored (as under nohup) stay so."""
    if threading.current_thread() is not threading.main_thread():
        return
    waited = [name for name in _ENDINGS if hasattr(signal, name)]
    kept = {name for name in waited if signal.getsignal(getattr(signal, name)) in (signal.SIG_IGN, None)}
    hears, tells = os.pipe()
    os.set_blocking(tells, False)
    signal.set_wakeup_fd(tells, warn_on_full_buffer=False)
    for name in set(waited) - kept:
        signal.signal(getattr(signal, name), _stop)
    threading.Thread(target=_end_when_told, args=(hears,), daemon=True).start()


def _stop(number: int, frame: Any) -> None:
    """Interrupt what stops by itself; everything else is ended by the thread that waits for signals."""
    if number == signal.SIGINT:
        hear()


def _end_when_told(hears: int) -> None:
    """End the process at the first signal; its output takes its place whole, or goes."""
    while True:
        for number in os.read(hears, 64):
            if number == signal.SIGINT and let_pass():
                continue  # the program stops by itself, with what it has; the next Ctrl-C ends it
            ending = _ENDINGS.get(signal.Signals(number).name)
            if ending is None:
                continue
            code, word = ending
            from ..base.output_files import discard_unfinished

            discard_unfinished()
            with suppress(OSError):
                shown = b"\r\x1b[K\x1b[?25h" if os.isatty(2) else b""  # the line of what is going on goes
                os.write(2, shown + word.encode() + b"\n")
            os._exit(code)

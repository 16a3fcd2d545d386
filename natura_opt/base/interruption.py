"""Ctrl-C where there is something worth keeping: the first one asks for an orderly stop, the second ends at once.

The command line ends its process at the first Ctrl-C, wherever it is; not while a computation says that it will stop by
itself, with what it has found so far. A thread waits for Ctrl-C, and the program itself hears of it between two of its
own steps, sooner or later than the thread; so each counts what it has let pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_counts = {"computing": 0, "let pass": 0, "heard": 0}


@contextmanager
def stopping_by_itself() -> Iterator[None]:
    """Ask for a KeyboardInterrupt in place of the process's end, at the first Ctrl-C within."""
    _counts["computing"] += 1
    try:
        yield
    finally:
        _counts["computing"] -= 1


def let_pass() -> bool:
    """Whether a Ctrl-C is left to the program, which stops by itself; of the thread that waits for it."""
    heard = _counts["heard"] > _counts["let pass"]
    if heard or (_counts["computing"] and _counts["heard"] == _counts["let pass"]):
        _counts["let pass"] += 1
        return True
    return False


def hear() -> None:
    """Raise KeyboardInterrupt where a Ctrl-C is left to the program; of the program itself."""
    if _counts["computing"] or _counts["let pass"] > _counts["heard"]:
        _counts["heard"] += 1
        raise KeyboardInterrupt

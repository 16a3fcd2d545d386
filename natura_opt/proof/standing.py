"""The program of a session as it stands, what of it HiGHS holds already, and calls that wait for each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from ..base.entrance import Call, checked_arguments
from ..base.errors import ProgramError
from ..program.linear import LinearProgram
from ..program.places import Positions


def alone(call: Call) -> Call:
    """Check what a call is given, and let one of a session at a time go on: a change made by another thread is neither
    lost nor half told.
    """

    @wraps(call)
    def waiting(session: Any, *given: Any, **named: Any) -> Any:
        with session._lock:
            return call(session, *given, **named)

    return checked_arguments()(waiting)  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class Standing:
    """A program, and which of the rows and columns that HiGHS holds each of its own is (-1: a new one)."""

    program: LinearProgram
    rows: Positions
    columns: Positions

    def __post_init__(self) -> None:
        p = self.program  # is handed out: nobody is to change it behind the session's back
        for array in (p.cost, p.lower, p.upper, p.integer, p.row_lower, p.row_upper, p.matrix.data):
            array.flags.writeable = False

    @classmethod
    def as_held(cls, program: LinearProgram) -> Standing:
        """Return a program of which HiGHS holds every row and column."""
        return cls(program, *(np.arange(count) for count in program.shape))


def which_held(held: Positions, given: Any, before: int, count: int, kind: str) -> Positions:
    """Return which of the rows or columns that HiGHS holds each of another program's is.

    Parameters
    ----------
    held : which of them each of those of the program before is.
    given : which of these each of the other program's is (-1: none); the same, where it is None.
    before, count : how many the program before and the other have.
    kind : ``rows`` or ``columns``, for the message.

    Raises
    ------
    ProgramError : positions that are none, or not one for each.
    """
    at = np.arange(before) if given is None else np.asarray(given)
    if at.shape != (count,) or not (np.issubdtype(at.dtype, np.integer) or not count):
        raise ProgramError(f"{kind}: give a whole number for each of the {count}; there are {at.size}")
    if len(at) and not (at.min() >= -1 and at.max() < before):
        raise ProgramError(f"{kind}: positions lie between 0 and {before - 1}, or are -1")
    found: Positions = np.append(held, -1)[at.astype(np.intp)]
    return found

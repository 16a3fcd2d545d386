"""The section BOUNDS of an MPS file: limits of columns, and which are whole numbers."""

from __future__ import annotations

import math

from ...base.errors import listed
from .draft import Draft
from .mps_records import BARE, VALUED, Record
from .mps_sides import Sets
from .text import shown


def _limits(kind: str, value: float) -> dict[str, float]:
    """Return what a bound of this kind says of the lower and the upper limit."""
    if kind in ("FX", "FR", "BV"):
        lower, upper = {"FX": (value, value), "FR": (-math.inf, math.inf), "BV": (0.0, 1.0)}[kind]
        return {"lower": lower, "upper": upper}
    if kind in ("UP", "UI", "PL"):
        return {"upper": math.inf if kind == "PL" else value}
    return {"lower": -math.inf if kind == "MI" else value}


class Bounds:
    """States the limits of columns as the lines of BOUNDS come."""

    def __init__(self, draft: Draft) -> None:
        self._draft, self._sets = draft, Sets(draft, "BOUNDS")

    def add(self, record: Record, line: int) -> None:
        """Take a line of BOUNDS."""
        draft = self._draft
        kind, set_name, rest = record[0].upper(), record[1], record[2]
        if kind in ("SC", "SI"):
            draft.fail(line, f"bound {kind}: semi-continuous columns; only linear programs are read")
        if kind not in (*VALUED, *BARE):
            draft.fail(line, f"bound {shown(record[0])}; known are {', '.join((*VALUED[:5], *BARE))}")
        if not rest or len(rest) > 2 or (kind in VALUED and len(rest) != 2):
            draft.fail(line, f"bound {kind}: a column and {'a' if kind in VALUED else 'no'} value are needed")
        name = rest[0]
        column = draft.position(draft.columns, name, line)
        what = f"the {kind} bound of column {shown(name)}"
        value = draft.limit(rest[1], line, what) if kind in VALUED else 0.0
        if kind in BARE and len(rest) == 2:
            self._bare(kind, rest[1], line, what)
        limits = _limits(kind, value)
        if not self._sets.holds(set_name, line):
            if any(column in (draft.lower if side == "lower" else draft.upper) for side in limits):
                self._sets.again(set_name)
            return
        if kind in ("UI", "LI", "BV"):
            draft.integer.setdefault(column, line)
        for side, limit in limits.items():
            draft.bound(side, column, name, limit, line)

    def _bare(self, kind: str, text: str, line: int, what: str) -> None:
        """Accept the value that some writers put where none is needed, if it says nothing else."""
        value = self._draft.limit(text, line, what)
        idle = (0.0, 1.0) if kind == "BV" else (0.0, math.inf, -math.inf)
        if value not in idle:
            self._draft.fail(line, f"{what} needs no value, and {shown(text)} is one; remove it, or write UP, LO or FX")

    def finish(self) -> None:
        """Apply what the format takes for granted, and note it."""
        draft = self._draft
        names = list(draft.columns.position)
        opened = [at for at, (value, _) in draft.upper.items() if value < 0 and at not in draft.lower]
        for at in opened:
            draft.lower[at] = (-math.inf, draft.upper[at][1])
        if opened:
            draft.note(
                "a negative upper limit takes the lower limit of zero away, as the format has it: "
                + listed(names[at] for at in opened)
            )
        small = [at for at in draft.integer if at not in draft.lower and at not in draft.upper]
        for at in small:
            draft.upper[at] = (1.0, draft.integer[at])
        if small:
            draft.note(
                "whole-number columns without any bound lie between 0 and 1, as the format has it: "
                + listed(names[at] for at in small)
            )
        self._sets.note()

"""The sections RHS and RANGES of an MPS file: the sides of rows, and the constant of the objective."""

from __future__ import annotations

import math

from .draft import Draft
from .mps_records import Record
from .numbers import exact
from .text import shown


class Sets:
    """The set in use of a section that may hold several: the first that is named; a line without a name belongs to it.

    The lines of another set are left out, and that is noted. A name that interrupts a set, or whose lines say nothing
    that the first set says too, is a misspelling sooner than another set, and refused.
    """

    def __init__(self, draft: Draft, section: str) -> None:
        self._draft, self._section = draft, section
        self._used = ""
        self._others: dict[str, int] = {}
        self._again: set[str] = set()

    def holds(self, name: str, line: int) -> bool:
        """Whether a line of this set counts."""
        self._used = self._used or name
        if name and name != self._used:
            self._others.setdefault(name, line)
            return False
        if self._others:
            other, at = next(iter(self._others.items()))
            self._draft.fail(
                line,
                f"the set {shown(self._used)} of {self._section} goes on after the set {shown(other)} of line {at}; "
                "if that is a misspelling, mend it; if not, keep each set's lines together",
            )
        return True

    def again(self, name: str) -> None:
        """Take note that another set speaks of something that the first speaks of too."""
        self._again.add(name)

    def note(self) -> None:
        """Say which sets were left out."""
        for name, line in self._others.items():
            if name not in self._again:
                self._draft.fail(
                    line,
                    f"the set {shown(name)} of {self._section} says nothing of what {shown(self._used)} speaks of; if "
                    "that is a misspelling, mend it; if not, remove the set that does not count",
                )
            self._draft.note(
                f"{self._section}: the set {shown(name)} (from line {line}) is left out, {shown(self._used)} counts"
            )


class Sides:
    """Collects right-hand sides and ranges, and makes the sides of rows of them when the file ends.

    Parameters
    ----------
    kinds : N, L, G or E of every row, filled by the reader of rows.
    """

    def __init__(self, draft: Draft, kinds: list[str]) -> None:
        self._draft, self._kinds = draft, kinds
        self._stated: dict[str, dict[int, tuple[float, str, int]]] = {"RHS": {}, "RANGES": {}}
        self._sets = {section: Sets(draft, section) for section in self._stated}

    def add(self, section: str, record: Record, line: int) -> None:
        """Take a line of RHS or RANGES."""
        draft, stated = self._draft, self._stated[section]
        _, name, rest = record
        counts = self._sets[section].holds(name, line)
        for row_name, text in zip(rest[::2], rest[1::2], strict=True):
            row = draft.position(draft.rows, row_name, line)
            what = f"the {'right-hand side' if section == 'RHS' else 'range'} of row {shown(row_name)}"
            free = self._kinds[row] == "N"
            if free and section == "RANGES":
                draft.fail(line, f"a range of row {shown(row_name)}, which is an N row and has no sides")
            value = draft.number(text, line, what) if free or not counts else draft.limit(text, line, what)
            if not counts:
                if row in stated:
                    self._sets[section].again(name)
                continue
            if row in stated:
                draft.fail(line, f"{what} came already at line {stated[row][2]}; give one")
            stated[row] = (value, text, line)

    def finish(self, objective: int) -> None:
        """Set the sides of every row, and the objective's constant."""
        draft, rhs, ranges = self._draft, self._stated["RHS"], self._stated["RANGES"]
        if objective in rhs:
            draft.offset = -rhs[objective][0] + 0.0
        names = list(draft.rows.position)
        for row, kind in enumerate(self._kinds):
            if kind == "N":
                if row in rhs and row != objective and rhs[row][0]:
                    draft.note(f"the right-hand side of the N row {shown(names[row])} has no meaning and is left out")
                draft.sides.append((-math.inf, math.inf))
                continue
            side, text, line = rhs.get(row, (0.0, "0", 0))
            wrong = {"L": side == -math.inf, "G": side == math.inf, "E": math.isinf(side)}[kind]
            if wrong:
                draft.fail(
                    line, f"the right-hand side of the {kind} row {shown(names[row])} is {side}: nothing meets it"
                )
            if row in ranges:
                draft.sides.append(self._ranged(kind, side, text, *ranges[row], names[row]))
            else:
                draft.sides.append((-math.inf if kind == "L" else side, math.inf if kind == "G" else side))
        for sets in self._sets.values():
            sets.note()

    def _ranged(
        self, kind: str, side: float, side_text: str, size: float, text: str, line: int, name: str
    ) -> tuple[float, float]:
        """Return both sides of a row with a range; the far one is the exact sum, rounded once."""
        if math.isinf(side):
            self._draft.fail(line, f"a range of row {shown(name)}, whose right-hand side is infinite")
        down = kind == "L" or (kind == "E" and size < 0)
        if math.isinf(size):
            far = -math.inf if down else math.inf
        else:
            reach = abs(exact(text))
            try:
                far = float(exact(side_text) + (-reach if down else reach)) + 0.0
            except OverflowError:
                self._draft.fail(line, f"the range of row {shown(name)} leads beyond every double; change the unit")
        return (far, side) if down else (side, far)

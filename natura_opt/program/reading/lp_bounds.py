"""The sections of an LP file that speak of columns: bounds, and which are whole numbers."""

from __future__ import annotations

import math

from ...base.errors import listed
from .lp_tokens import Token
from .lp_words import TURNED, Words, direction
from .text import shown

_NAMED = 3


class ColumnSections:
    """States limits and whole numbers as the lines come, and what follows from them when the file ends."""

    def __init__(self, words: Words) -> None:
        self._words, self._draft = words, words.draft
        self._binaries: dict[int, int] = {}
        self._idle: list[str] = []

    def bound(self) -> None:
        """Take the bounds of one column."""
        draft, words = self._draft, self._words
        start = words.peek()
        stated: list[tuple[str, float]] = []
        if words.side_ahead():
            value = words.side("a bound")
            stated.append((TURNED[direction(words.next().text)], value))
        token = words.next()
        if token.kind != "name":
            draft.fail(
                token.line, f"{shown(token.text)} where the bounds of a column are expected, such as 1 <= x <= 5"
            )
        column = self._late(token)
        where = f"the bound of {shown(token.text)}"
        after = words.peek()
        if after.kind == "sense":
            stated.append((direction(words.next().text), words.side(where)))
        elif after.kind == "name" and after.text.lower() == "free" and not stated:
            words.next()
            stated = [(">", -math.inf), ("<", math.inf)]
        elif not stated:
            draft.fail(after.line, f"{where}: {shown(after.text)} where <=, >=, = or free is expected")
        if len(stated) == 2 and {sense for sense, _ in stated} != {"<", ">"}:
            draft.fail(token.line, f"{where}: the two senses do not make a lower and an upper limit; write 1 <= x <= 5")
        for where_to, value in stated:
            if where_to in ">=":
                draft.bound("lower", column, token.text, value, token.line)
            if where_to in "<=":
                draft.bound("upper", column, token.text, value, token.line)
        rest = words.peek()
        if rest.line == start.line and rest.kind not in ("heading", "end"):
            draft.fail(
                rest.line, f"{where}: {shown(rest.text)} after it; write each column's bounds on a line of their own"
            )

    def whole(self) -> tuple[int, int]:
        """Take a name from a list of whole-number columns; return its position and line."""
        token = self._words.next()
        if token.kind != "name":
            self._draft.fail(
                token.line, f"{shown(token.text)} in a list of whole-number columns; only names stand there"
            )
        column = self._late(token)
        if column in self._draft.integer:
            came = self._draft.integer[column]
            self._draft.fail(token.line, f"column {shown(token.text)} is listed already at line {came}; list it once")
        self._draft.integer[column] = token.line
        return column, token.line

    def binary(self) -> None:
        """Take a name from a list of columns that are 0 or 1."""
        column, line = self.whole()
        self._binaries[column] = line

    def finish(self) -> None:
        """Bound binary columns, and note upper limits below the lower limit of zero."""
        draft = self._draft
        names = list(draft.columns.position)
        for column, line in self._binaries.items():
            lower, upper = draft.lower.get(column, (0.0, line)), draft.upper.get(column, (1.0, line))
            if lower[0] < 0 or upper[0] > 1:
                draft.fail(
                    line,
                    f"column {shown(names[column])} is binary and has other bounds; list it as Integer, or mend them",
                )
            draft.lower[column], draft.upper[column] = lower, upper
        if self._idle:
            more = f" and {len(self._idle) - _NAMED} more" if len(self._idle) > _NAMED else ""
            draft.note(
                f"columns that stand in no row and not in the objective: {', '.join(self._idle[:_NAMED])}{more}; "
                "are they misspelt?"
            )
        crossed = [names[at] for at, (value, _) in draft.upper.items() if value < 0 and at not in draft.lower]
        if crossed:
            draft.note(
                "a negative upper limit leaves the lower limit at zero, as the format has it, so that no value fits: "
                + listed(crossed)
            )

    def _late(self, token: Token) -> int:
        """Return the position of a column that bounds or lists speak of; one that came nowhere before is noted."""
        if token.text not in self._draft.columns.position:
            self._idle.append(f"{shown(token.text)} (line {token.line})")
        return self._words.column(token)

"""LP files in CPLEX's format, every number exactly as written.

An objective with an optional constant, rows with an optional name and one or two sides (``1 <= x + y <= 5``), bounds,
lists of whole-number columns. Columns lie between zero and infinity unless said otherwise; a negative upper limit
leaves the lower one at zero, as CPLEX has it, so that no plan exists. A binary column lies between 0 and 1, or within
what its bounds say. Limits of 1e20 and more are infinite. What some readers add up or take the last of (a column twice
in a row, two upper limits) is refused, and so are columns or constants on both sides of a row.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable

from ..errors import listed
from ..named_program import NamedProgram
from .draft import Draft
from .lp_tokens import REFUSED, RESERVED, Token, tokens
from .text import shown

_TURNED = {"<": ">", ">": "<", "=": "="}


class LpReader:
    """Reads the words of one file."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._binaries: dict[int, int] = {}
        self._ahead: deque[Token] = deque()

    def read(self, lines: Iterable[tuple[int, str]]) -> NamedProgram:
        """Read the whole file."""
        draft = self.draft
        self._tokens = tokens(lines, draft)
        first = self._next()
        if first.kind != "heading" or first.text not in ("min", "max"):
            draft.fail(first.line, f"{shown(first.text)}: an LP file begins with Minimize or Maximize")
        draft.sense = "max" if first.text == "max" else "min"
        self._objective()
        sections: dict[str, Callable[[], object]] = {
            "rows": self._row,
            "bounds": self._bound,
            "integer": self._whole,
            "binary": self._binary,
        }
        came: dict[str, int] = {}
        while (heading := self._next()).text != "end":
            section = heading.text
            if heading.kind != "heading":
                draft.fail(heading.line, f"{shown(section)} where Subject To or another heading is expected")
            if section in REFUSED:
                draft.fail(heading.line, f"section of {section}: only linear programs are read")
            if section in ("min", "max"):
                draft.fail(heading.line, "a second objective; no column of that name can open a line")
            if section in came and section in ("rows", "bounds"):
                draft.fail(heading.line, f"this section came already at line {came[section]}; put them together")
            if section == "rows" and came:
                draft.fail(heading.line, "rows come before the other sections")
            came[section] = heading.line
            while self._peek().kind not in ("heading", "end"):
                sections[section]()
        self._next()  # nothing may come after it
        self._finish()
        return draft.program()

    def _peek(self, ahead: int = 0) -> Token:
        while len(self._ahead) <= ahead:
            self._ahead.append(next(self._tokens, Token("end", "", 0)))
        return self._ahead[ahead]

    def _next(self) -> Token:
        self._peek()
        return self._ahead.popleft()

    def _label(self) -> Token | None:
        """Take a name and its colon, where they stand."""
        if self._peek().kind != "name" or self._peek(1).kind != "colon":
            return None
        name = self._next()
        self._next()
        return name

    def _objective(self) -> None:
        label = self._label()
        self.draft.objective = label.text if label else ""
        terms, constant = self._terms("the objective", constants=True)
        self.draft.cost, self.draft.offset = terms, constant or 0.0

    def _row(self) -> None:
        draft, label, start = self.draft, self._label(), self._peek()
        name = label.text if label else self._free_name()
        where = f"row {shown(name)}"
        row = draft.new(draft.rows, name, label.line if label else start.line)
        left = None
        if self._side_ahead():
            left = self._side(where)
            sense = self._next().text
        terms, _ = self._terms(where, constants=False)
        if not terms and (label is None or left is not None):
            draft.fail(start.line, f"{where}: {shown(start.text)} where its columns are expected")
        sides = [-math.inf, math.inf]
        if left is not None:
            self._set_side(sides, _TURNED[_direction(sense)], left, where, start.line)
        after = self._peek()
        if after.kind == "sense":
            if left is not None and _direction(after.text) != _direction(sense):
                draft.fail(after.line, f"{where}: {sense} and {after.text} point different ways; write 1 <= x + y <= 5")
            if left is not None and _direction(after.text) == "=":
                draft.fail(after.line, f"{where} has two equal signs; write one")
            self._next()
            self._set_side(sides, _direction(after.text), self._side(where), where, after.line)
            self._alone(where, after.line)
        elif left is None:
            draft.fail(after.line, f"{where} has no <=, >= or = before {shown(after.text) or 'the end'}")
        draft.sides.append((sides[0], sides[1]))
        for column, value in terms.items():
            draft.entry(row, column, value)

    def _free_name(self) -> str:
        """Return the name of a row without one: its place, as CPLEX counts."""
        name = base = f"c{len(self.draft.rows) + 1}"
        number = 1
        while name in self.draft.rows.position:
            number += 1
            name = f"{base}_{number}"
        return name

    def _terms(self, where: str, constants: bool) -> tuple[dict[int, float], float | None]:
        """Read ``3 x - y + 5`` up to what cannot belong to it."""
        draft, terms, constant = self.draft, dict[int, float](), None
        lines: dict[int, int] = {}
        while self._peek().kind in ("sign", "number", "name"):
            start, sign, signed = self._peek(), 1.0, False
            while self._peek().kind == "sign":
                sign, signed = sign * (-1.0 if self._next().text == "-" else 1.0), True
            token = self._next()
            if token.kind not in ("number", "name"):
                draft.fail(token.line, f"{where}: a sign without a term after it, before {shown(token.text)}")
            if not signed and (terms or constant is not None):
                draft.fail(
                    start.line, f"{where}: {shown(start.text)} without a sign before it; write + or - between terms"
                )
            size = 1.0
            if token.kind == "number":
                size = draft.number(token.text, token.line, f"{where}: the number")
                if self._peek().kind == "name":
                    token = self._next()
                elif not constants:
                    draft.fail(token.line, f"{where}: the constant {shown(token.text)}; put it on the other side")
                elif constant is not None:
                    draft.fail(token.line, f"{where}: a second constant, {shown(token.text)}; give their sum")
                else:
                    constant = sign * size + 0.0
                    continue
            column = self._column(token)
            if column in lines:
                draft.fail(
                    token.line,
                    f"{where}: column {shown(token.text)} came already at line {lines[column]}; give one coefficient",
                )
            lines[column], terms[column] = token.line, sign * size
        return terms, constant

    def _column(self, token: Token) -> int:
        """Return the position of a column, a new one where its name is new."""
        if token.text.lower() in RESERVED:
            self.draft.fail(
                token.line, f"{shown(token.text)} cannot be the name of a column; it is a word of the format"
            )
        columns = self.draft.columns
        at = columns.position.get(token.text)
        return columns.add(token.text, token.line) if at is None else at

    def _side_ahead(self) -> bool:
        """Whether a number (or an infinity) with a sense after it comes next."""
        at = 0
        while self._peek(at).kind == "sign":
            at += 1
        return self._is_side(self._peek(at)) and self._peek(at + 1).kind == "sense"

    def _is_side(self, token: Token) -> bool:
        return token.kind == "number" or (token.kind == "name" and token.text.lower() in RESERVED[:2])

    def _side(self, where: str) -> float:
        sign = ""
        while self._peek().kind == "sign":
            sign = "-" if (self._next().text == "-") != (sign == "-") else ""
        token = self._next()
        if not self._is_side(token):
            what = f"not {shown(token.text)}" if token.text else "and there is none"
            self.draft.fail(
                token.line, f"{where}: a number is needed beside the sense, {what}; columns stand on one side"
            )
        return self.draft.limit(sign + token.text, token.line, f"{where}: the limit")

    def _alone(self, where: str, line: int) -> None:
        """Raise where more stands on the line after a side than the name of a next row."""
        after = self._peek()
        labelled = after.kind == "name" and self._peek(1).kind == "colon"
        if after.line == line and after.kind in ("name", "number", "sign", "sense") and not labelled:
            self.draft.fail(
                line, f"{where}: {shown(after.text)} after the number on its right; keep columns on one side"
            )

    def _set_side(self, sides: list[float], direction: str, value: float, where: str, line: int) -> None:
        wrong = {"<": value == -math.inf, ">": value == math.inf, "=": math.isinf(value)}[direction]
        if wrong:
            self.draft.fail(line, f"{where}: its limit is infinite the wrong way round; nothing meets it")
        if direction in "<=":
            sides[1] = value
        if direction in ">=":
            sides[0] = value

    def _bound(self) -> None:
        draft, start = self.draft, self._peek()
        stated: list[tuple[str, float]] = []
        if self._side_ahead():
            value = self._side("a bound")
            stated.append((_TURNED[_direction(self._next().text)], value))
        token = self._next()
        if token.kind != "name":
            draft.fail(
                token.line, f"{shown(token.text)} where the bounds of a column are expected, such as 1 <= x <= 5"
            )
        column = draft.position(draft.columns, token.text, token.line)
        where = f"the bound of {shown(token.text)}"
        after = self._peek()
        if after.kind == "sense":
            stated.append((_direction(self._next().text), self._side(where)))
        elif after.kind == "name" and after.text.lower() == "free" and not stated:
            self._next()
            stated = [(">", -math.inf), ("<", math.inf)]
        elif not stated:
            draft.fail(after.line, f"{where}: {shown(after.text)} where <=, >=, = or free is expected")
        if len(stated) == 2 and {direction for direction, _ in stated} != {"<", ">"}:
            draft.fail(token.line, f"{where}: the two senses do not make a lower and an upper limit; write 1 <= x <= 5")
        for direction, value in stated:
            if direction in ">=":
                draft.bound("lower", column, token.text, value, token.line)
            if direction in "<=":
                draft.bound("upper", column, token.text, value, token.line)
        rest = self._peek()
        if rest.line == start.line and rest.kind not in ("heading", "end"):
            draft.fail(
                rest.line, f"{where}: {shown(rest.text)} after it; write each column's bounds on a line of their own"
            )

    def _binary(self) -> None:
        column, line = self._whole()
        self._binaries[column] = line

    def _whole(self) -> tuple[int, int]:
        token = self._next()
        if token.kind != "name":
            self.draft.fail(
                token.line, f"{shown(token.text)} in a list of whole-number columns; only names stand there"
            )
        column = self.draft.position(self.draft.columns, token.text, token.line)
        if column in self.draft.integer:
            came = self.draft.integer[column]
            self.draft.fail(token.line, f"column {shown(token.text)} is listed already at line {came}; list it once")
        self.draft.integer[column] = token.line
        return column, token.line

    def _finish(self) -> None:
        """Bound binary columns, and note upper limits below the lower limit of zero."""
        draft = self.draft
        names = list(draft.columns.position)
        for column, line in self._binaries.items():
            lower, upper = draft.lower.get(column, (0.0, line)), draft.upper.get(column, (1.0, line))
            if lower[0] < 0 or upper[0] > 1:
                draft.fail(
                    line,
                    f"column {shown(names[column])} is binary and has other bounds; list it as Integer, or mend them",
                )
            draft.lower[column], draft.upper[column] = lower, upper
        crossed = [names[at] for at, (value, _) in draft.upper.items() if value < 0 and at not in draft.lower]
        if crossed:
            draft.note(
                "a negative upper limit leaves the lower limit at zero, as the format has it, so that no value fits: "
                + listed(crossed)
            )


def _direction(sense: str) -> str:
    """Return ``<``, ``>`` or ``=`` for a sense in any of its spellings."""
    return "<" if "<" in sense else ">" if ">" in sense else "="

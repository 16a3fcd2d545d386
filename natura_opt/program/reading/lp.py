"""LP files in CPLEX's format, every number exactly as written.

An objective with an optional constant, rows with an optional name and one or two sides (``1 <= x + y <= 5``), bounds,
lists of whole-number columns. Columns lie between zero and infinity unless said otherwise; a negative upper limit
leaves the lower one at zero, as CPLEX has it, so that no plan exists. A binary column lies between 0 and 1, or within
what its bounds say. Limits of 1e20 and more are infinite. What some readers add up or take the last of (a column twice
in a row, two upper limits) is refused, and so are columns or constants on both sides of a row. A column that only
bounds or lists name is one, and noted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from ..named import NamedProgram
from .draft import Draft
from .lp_bounds import ColumnSections
from .lp_tokens import REFUSED
from .lp_words import TURNED, Words, direction
from .text import shown


class LpReader:
    """Reads one file into a draft."""

    def __init__(self, draft: Draft, lines: Iterable[tuple[int, str]]) -> None:
        self.draft, self._words = draft, Words(lines, draft)
        self._unnamed: list[int] = []

    def read(self) -> NamedProgram:
        """Read the whole file."""
        draft, columns = self.draft, ColumnSections(self._words)
        first = self._words.next()
        if first.kind != "heading" or first.text not in ("min", "max"):
            draft.fail(first.line, f"{shown(first.text)}: an LP file begins with Minimize or Maximize")
        draft.sense = "max" if first.text == "max" else "min"
        self._objective()
        sections: dict[str, Callable[[], object]] = {
            "rows": self._row,
            "bounds": columns.bound,
            "integer": columns.whole,
            "binary": columns.binary,
        }
        came: dict[str, int] = {}
        while (heading := self._words.next()).text != "end":
            section = heading.text
            if heading.kind != "heading":
                draft.fail(heading.line, f"{shown(section)} where Subject To or another heading is expected")
            if section in REFUSED:
                if self._words.peek().kind not in ("heading", "end"):  # HiGHS writes headings without anything below
                    draft.fail(heading.line, f"section of {section}: only linear programs are read")
                continue
            if section in ("min", "max"):
                draft.fail(heading.line, "a second objective; no column of that name can open a line")
            if section in came and section in ("rows", "bounds"):
                draft.fail(heading.line, f"this section came already at line {came[section]}; put them together")
            if section == "rows" and came:
                draft.fail(heading.line, "rows come before the other sections")
            came[section] = heading.line
            while self._words.peek().kind not in ("heading", "end"):
                sections[section]()
        self._words.next()  # nothing may come after it
        columns.finish()
        self._name_rows()
        return draft.program()

    def _objective(self) -> None:
        label = self._words.label()
        self.draft.objective = label.text if label else ""
        terms, constant = self._terms("the objective", constants=True)
        self.draft.cost, self.draft.offset = terms, constant or 0.0

    def _row(self) -> None:
        draft, label, start = self.draft, self._words.label(), self._words.peek()
        if label:
            row, where = draft.new(draft.rows, label.text, label.line), f"row {shown(label.text)}"
        else:  # a blank is in no label
            row, where = draft.new(draft.rows, f" {len(draft.rows)}", start.line), f"row {len(draft.rows)}"
            self._unnamed.append(row)
        left = None
        if self._words.side_ahead():
            left = self._words.side(where)
            sense = self._words.next().text
        terms, _ = self._terms(where, constants=False)
        if not terms and (label is None or left is not None):
            draft.fail(start.line, f"{where}: {shown(start.text)} where its columns are expected")
        sides = [-math.inf, math.inf]
        if left is not None:
            self._set_side(sides, TURNED[direction(sense)], left, where, start.line)
        after = self._words.peek()
        if after.kind == "sense":
            if left is not None and direction(after.text) != direction(sense):
                draft.fail(after.line, f"{where}: {sense} and {after.text} point different ways; write 1 <= x + y <= 5")
            if left is not None and direction(after.text) == "=":
                draft.fail(after.line, f"{where} has two equal signs; write one")
            self._words.next()
            self._set_side(sides, direction(after.text), self._words.side(where), where, after.line)
            self._alone(where, after.line)
        elif left is None:
            draft.fail(after.line, f"{where} has no <=, >= or = before {shown(after.text) or 'the end'}")
        draft.sides.append((sides[0], sides[1]))
        for column, value in terms.items():
            draft.entry(row, column, value)

    def _name_rows(self) -> None:
        """Call rows without a name after their place, as CPLEX does: ``c1``, ``c2``, …"""
        names = list(self.draft.rows.position)
        used = set(names)
        for row in self._unnamed:
            name = base = f"c{row + 1}"
            number = 1
            while name in used:
                number += 1
                name = f"{base}_{number}"
            used.add(name)
            names[row] = name
        self.draft.rows.position = {name: at for at, name in enumerate(names)}

    def _terms(self, where: str, constants: bool) -> tuple[dict[int, float], float | None]:
        """Read ``3 x - y + 5`` up to what cannot belong to it."""
        draft, terms, constant = self.draft, dict[int, float](), None
        lines: dict[int, int] = {}
        while self._words.peek().kind in ("sign", "number", "name"):
            start, sign, signed = self._words.peek(), 1.0, False
            while self._words.peek().kind == "sign":
                sign, signed = sign * (-1.0 if self._words.next().text == "-" else 1.0), True
            token = self._words.next()
            if token.kind not in ("number", "name"):
                draft.fail(token.line, f"{where}: a sign without a term after it, before {shown(token.text)}")
            if not signed and (terms or constant is not None):
                draft.fail(
                    start.line, f"{where}: {shown(start.text)} without a sign before it; write + or - between terms"
                )
            size = 1.0
            if token.kind == "number":
                size = draft.number(token.text, token.line, f"{where}: the number")
                if self._words.peek().kind == "name":
                    token = self._words.next()
                elif not constants:
                    draft.fail(token.line, f"{where}: the constant {shown(token.text)}; put it on the other side")
                elif constant is not None:
                    draft.fail(token.line, f"{where}: a second constant, {shown(token.text)}; give their sum")
                else:
                    constant = sign * size + 0.0
                    continue
            column = self._words.column(token)
            if column in lines:
                draft.fail(
                    token.line,
                    f"{where}: column {shown(token.text)} came already at line {lines[column]}; give one coefficient",
                )
            lines[column], terms[column] = token.line, sign * size
        return terms, constant

    def _alone(self, where: str, line: int) -> None:
        """Raise where more stands on the line after a side than the name of a next row."""
        after = self._words.peek()
        labelled = after.kind == "name" and self._words.peek(1).kind == "colon"
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

"""MPS files, as CPLEX, Gurobi and HiGHS read them, every number exactly as written.

The rules that are not obvious: the first N row (or the one that ``OBJNAME`` names) is the objective, other N rows are
rows without limits. The right-hand side of the objective is its constant with the sign turned. A range R makes of an
L row ``[b - |R|, b]``, of a G row ``[b, b + |R|]``, of an E row ``[b, b + R]`` or, where R is negative, ``[b + R, b]``;
the sum is rounded once. A negative ``UP`` on a column without a lower limit takes its lower limit of zero away. A
column between ``INTORG`` and ``INTEND`` without any bound lies between 0 and 1. Of several sets of right-hand sides,
ranges or bounds the first counts. Limits of 1e20 and more are infinite. What surprises is noted in the program.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...base.errors import listed, unknown
from ..named import NamedProgram
from .draft import Draft, Names
from .mps_bounds import Bounds
from .mps_records import LayoutError, Record, fixed_record, free_record
from .mps_sides import Sides
from .text import shown

_SECTIONS = ("NAME", "OBJSENSE", "OBJNAME", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "ENDATA")
_NEEDS = {"COLUMNS": "ROWS", "RHS": "ROWS", "RANGES": "ROWS", "BOUNDS": "COLUMNS"}
#: What other programs than linear ones have; a linear program cannot say it.
_REFUSED = {
    **dict.fromkeys(("QUADOBJ", "QMATRIX", "QSECTION", "QCMATRIX", "CSECTION"), "quadratic or conic terms"),
    **dict.fromkeys(("SOS", "SOS1", "SOS2", "SETS"), "special ordered sets"),
    **dict.fromkeys(("INDICATORS", "GENCONS", "PWLOBJ"), "conditions that are not linear"),
    **dict.fromkeys(("LAZYCONS", "USERCUTS"), "lazy rows or cuts; put them among the ROWS"),
}
_SENSES = {"MIN": "min", "MINIMIZE": "min", "MINIMISE": "min", "MAX": "max", "MAXIMIZE": "max", "MAXIMISE": "max"}


class MpsReader:
    """Reads the lines of one file in one of the two layouts."""

    def __init__(self, draft: Draft, fixed: bool) -> None:
        self.draft, self._fixed = draft, fixed
        self._section, self._began = "", {"": 0}
        self._kinds: list[str] = []
        self.line = self._sense_line = self._whole_since = 0
        self._column = -1
        self._met: dict[int, int] = {}
        self._costs: list[tuple[int, int, float]] = []
        self._sides, self._bounds = Sides(draft, self._kinds), Bounds(draft)

    def read(self, lines: Iterable[tuple[int, str]]) -> NamedProgram:
        """Read the whole file."""
        for line, text in lines:
            if not text.strip() or text[0] == "*":
                continue
            self.line = line
            if self._section == "ENDATA":
                self.draft.fail(line, f"{shown(text.strip())} after ENDATA; remove it, or ENDATA")
            if text[0] not in " \t":
                self._begin(text.split(), line)
            elif text.lstrip()[0] == "*":
                self.draft.fail(line, "a comment begins with its * in the first position of the line")
            else:
                self._data(text, line)
        if self._section != "ENDATA":
            self.draft.fail(self.line, "the file ends without ENDATA; it seems cut off")
        return self._finished()

    def _begin(self, words: list[str], line: int) -> None:
        section = words[0].upper()
        self._end_section(line)
        if section not in _SECTIONS and section not in _REFUSED:
            message = unknown("section", words[0][:60], _SECTIONS)
            self.draft.fail(line, f"{message}; a line of data begins with a blank")
        if section in self._began:
            self.draft.fail(line, f"section {section} came already at line {self._began[section]}; put them together")
        needed = _NEEDS.get(section)
        if needed and needed not in self._began:
            self.draft.fail(line, f"section {section} before {needed}; {needed} comes first")
        self._section, self._began[section] = section, line
        if section == "NAME":
            rest = words[1:-1] if len(words) > 2 and words[-1].upper() in ("FREE", "FIXED") else words[1:]
            self.draft.name = " ".join(rest)
        elif len(words) > 1 and section not in _REFUSED:
            if section != "OBJSENSE" or len(words) > 2:
                self.draft.fail(line, f"{shown(' '.join(words[1:]))} beside {section}; put it on a line of its own")
            self._sense(words[1], line)

    def _end_section(self, line: int) -> None:
        if self._section == "COLUMNS" and self._whole_since:
            self.draft.fail(line, f"the marker INTORG of line {self._whole_since} has no INTEND before this section")
        if self._section == "OBJSENSE" and not self._sense_line:
            self.draft.fail(line, "section OBJSENSE says neither MAX nor MIN")

    def _data(self, text: str, line: int) -> None:
        section = self._section
        if section in ("OBJSENSE", "OBJNAME"):
            word = text.strip()
            if section == "OBJSENSE":
                self._sense(word, line)
            elif self.draft.objective:
                self.draft.fail(line, "a second name of the objective; give one")
            else:
                self.draft.objective = word
            return
        if section in _REFUSED:
            self.draft.fail(line, f"section {section}: {_REFUSED[section]}; only linear programs are read")
        if section not in ("ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS"):
            self.draft.fail(
                line, f"data {f'in section {section}' if section else 'before any section'}, which has none"
            )
        try:
            record = fixed_record(section, text) if self._fixed else free_record(section, text, self._columns.position)
        except LayoutError as error:
            self.draft.fail(line, f"section {section}: {error}")
        if section == "ROWS":
            self._row(record, line)
        elif section == "COLUMNS":
            self._entries(record, line)
        elif section == "BOUNDS":
            self._bounds.add(record, line)
        else:
            self._sides.add(section, record, line)

    @property
    def _columns(self) -> Names:
        return self.draft.columns

    def _sense(self, word: str, line: int) -> None:
        if self._sense_line:
            self.draft.fail(line, f"the sense was given already at line {self._sense_line}; give it once")
        if word.upper() not in _SENSES:
            self.draft.fail(line, f"the sense is {shown(word)}; write MAX or MIN")
        self.draft.sense, self._sense_line = "max" if _SENSES[word.upper()] == "max" else "min", line

    def _row(self, record: Record, line: int) -> None:
        kind, name, _ = record
        if kind.upper() not in ("N", "L", "G", "E") or not name:
            self.draft.fail(line, f"a row has a kind, N, L, G or E, and a name, not {shown(kind)} and {shown(name)}")
        self.draft.new(self.draft.rows, name, line)
        self._kinds.append(kind.upper())

    def _entries(self, record: Record, line: int) -> None:
        _, name, rest = record
        if rest[0].strip("'").upper() == "MARKER" and rest[0] not in self.draft.rows.position:
            if rest[0].strip("'") != "MARKER":
                self.draft.fail(line, f"{shown(rest[0])}: write 'MARKER' in capitals")
            self._marker(rest, line)
            return
        if not name:
            self.draft.fail(line, "values without the name of a column")
        at = self._columns.position.get(name, -1)
        if at < 0 or at != self._column:
            if at >= 0:
                came = self._columns.lines[at]
                self.draft.fail(
                    line, f"column {shown(name)} began at line {came} and comes again; keep its lines together"
                )
            at = self._column = self._columns.add(name, line)
            self._met = {}
            if self._whole_since:
                self.draft.integer[at] = line
        for row_name, text in zip(rest[::2], rest[1::2], strict=True):
            row = self.draft.position(self.draft.rows, row_name, line)
            value = self.draft.number(text, line, f"the value of {shown(name)} in {shown(row_name)}")
            if row in self._met:
                self.draft.fail(
                    line,
                    f"column {shown(name)} has a value in row {shown(row_name)} already, at line {self._met[row]}; "
                    "give one",
                )
            self._met[row] = line
            if self._kinds[row] == "N":
                self._costs.append((row, at, value))
            else:
                self.draft.entry(row, at, value)

    def _marker(self, rest: list[str], line: int) -> None:
        word = rest[-1].strip("'").upper()
        if word not in ("INTORG", "INTEND"):
            what = "special ordered sets; only linear programs are read" if "SOS" in word else "write INTORG or INTEND"
            self.draft.fail(line, f"marker {shown(rest[-1])}: {what}")
        if (word == "INTORG") == bool(self._whole_since):
            what = f"there is one open since line {self._whole_since}" if self._whole_since else "there is no INTORG"
            self.draft.fail(line, f"marker {word}: {what}")
        self._whole_since = line if word == "INTORG" else 0
        self._column = -1

    def _finished(self) -> NamedProgram:
        """Take the objective out of the rows, and say what the format made of sides and bounds."""
        draft, kinds = self.draft, self._kinds
        free = [at for at, kind in enumerate(kinds) if kind == "N"]
        names = list(draft.rows.position)
        if draft.objective and draft.objective not in draft.rows.position:
            draft.fail(self._began["OBJNAME"], unknown("row", draft.objective[:60], names))
        objective = draft.rows.position[draft.objective] if draft.objective else free[0] if free else -1
        if objective >= 0 and kinds[objective] != "N":
            draft.fail(self._began["OBJNAME"], f"the objective {shown(draft.objective)} is no N row")
        if objective < 0:
            draft.note("no N row: there is no objective, any plan is as good as another")
        else:
            draft.objective = names[objective]
        for row, column, value in self._costs:
            if row == objective:
                draft.cost[column] = value
            else:
                draft.entry(row, column, value)
        self._sides.finish(objective)
        self._bounds.finish()
        others = [names[at] for at in free if at != objective]
        if others:
            draft.note(f"N rows other than the objective are kept as rows without limits: {listed(others)}")
        return draft.program(objective)

"""What a file has stated so far, and from it the program: every name once, every side of a column once."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from itertools import islice
from typing import NoReturn

import numpy as np
import scipy.sparse as sp

from ...base.errors import DataError, unknown
from ..canonical import Sense
from ..named import COLUMNS, ROWS, NamedProgram, named_block
from .numbers import limit, number
from .text import shown

_NAMED = 3
#: For messages: the longest names, and how many of the first are searched for one that is near.
_SHORT, _SEARCHED = 30, 1000


@dataclass
class Names:
    """Names in order, each once, with the line that brought it.

    Attributes
    ----------
    what : ``column`` or ``row``, for messages.
    """

    what: str
    position: dict[str, int] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, name: str, line: int) -> int:
        """Add a name that is not there yet and return its position."""
        self.position[name] = len(self.lines)
        self.lines.append(line)
        return len(self.lines) - 1


class Draft:
    """The program as far as its file has been read.

    Attributes
    ----------
    file : name of the file, for messages.
    infinity : limits of this size and more are infinite.
    sides : lower and upper side of every row.
    lower, upper : stated limits of columns: value and line by position.
    integer : whole-number columns: line by position.
    """

    def __init__(self, file: str, infinity: float) -> None:
        self.file, self.infinity = file, infinity
        self.sense: Sense = "min"
        self.name, self.objective, self.offset = "", "", 0.0
        self.columns, self.rows = Names("column"), Names("row")
        self.cost: dict[int, float] = {}
        self.sides: list[tuple[float, float]] = []
        self.lower: dict[int, tuple[float, int]] = {}
        self.upper: dict[int, tuple[float, int]] = {}
        self.integer: dict[int, int] = {}
        self.notes: list[str] = []
        self._row, self._column, self._value = array("q"), array("q"), array("d")
        self._endless: list[str] = []

    def fail(self, line: int, message: str) -> NoReturn:
        """Raise a :class:`DataError` that names the file and the line."""
        raise DataError(f"{self.file}, line {line}: {message}")

    def number(self, text: str, line: int, what: str) -> float:
        """Read a number, or say which one is none."""
        try:
            return number(text)
        except ValueError as error:
            self.fail(line, f"{what}, {shown(text)}, {error}")

    def limit(self, text: str, line: int, what: str) -> float:
        """Read a limit, which may be infinite; one that is infinite by its size alone is noted."""
        try:
            value = limit(text, self.infinity)
        except ValueError as error:
            self.fail(line, f"{what}, {shown(text)}, {error}")
        if math.isinf(value) and "n" not in text.lower():
            self._endless.append(f"{what} (line {line})")
        return value

    def position(self, names: Names, name: str, line: int) -> int:
        """Return the position of a name that must be there."""
        at = names.position.get(name)
        if at is None:
            candidates = [other for other in islice(names.position, _SEARCHED) if len(other) <= _SHORT]
            short = len(name) <= _SHORT
            self.fail(line, unknown(names.what, name, candidates) if short else f"unknown {names.what} {shown(name)}")
        return at

    def new(self, names: Names, name: str, line: int) -> int:
        """Add a name that must not be there yet."""
        if name in names.position:
            came = names.lines[names.position[name]]
            self.fail(
                line, f"{names.what} {shown(name)} came already at line {came}; give it one place, or another name"
            )
        return names.add(name, line)

    def entry(self, row: int, column: int, value: float) -> None:
        """Add a coefficient; the reader has made sure that it is the only one at its place."""
        self._row.append(row)
        self._column.append(column)
        self._value.append(value)

    def bound(self, side: str, column: int, name: str, value: float, line: int) -> None:
        """State the lower or upper limit of a column, once."""
        stated = self.lower if side == "lower" else self.upper
        if column in stated:
            self.fail(
                line,
                f"column {shown(name)} got its {side} limit already at line {stated[column][1]}; state it once",
            )
        if value == (math.inf if side == "lower" else -math.inf):
            self.fail(line, f"the {side} limit of column {shown(name)} is infinite the wrong way round: no value fits")
        stated[column] = (value, line)

    def note(self, sentence: str) -> None:
        """Keep a sentence on what the format made of what was written."""
        self.notes.append(sentence)

    def program(self, objective: int = -1) -> NamedProgram:
        """Return the program that was read; zeros stated as coefficients are none.

        Parameters
        ----------
        objective : position of the row that is the objective, and so no row of the program; negative for none.
        """
        rows, columns = len(self.rows), len(self.columns)
        constraint = np.arange(rows) != objective
        triplets = (np.array(self._value), (np.array(self._row), np.array(self._column)))
        matrix = sp.csc_array(sp.csr_array(sp.coo_array(triplets, shape=(rows, columns)))[constraint])
        matrix.eliminate_zeros()
        matrix.sort_indices()
        cost, lower, upper = np.zeros(columns), np.zeros(columns), np.full(columns, np.inf)
        for array_, values in ((cost, self.cost.items()), (lower, _values(self.lower)), (upper, _values(self.upper))):
            for at, value in values:
                array_[at] = value
        integer = np.zeros(columns, dtype=bool)
        integer[list(self.integer)] = True
        sides = np.array(self.sides, dtype=np.float64).reshape(rows, 2)[constraint]
        if self._endless:
            more = len(self._endless) - _NAMED
            listed = ", ".join(self._endless[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            self.note(f"limits of {self.infinity:g} and more are infinite, as the format has it: {listed}")
        return NamedProgram(
            sense=self.sense,
            columns=named_block(COLUMNS, list(self.columns.position)),
            rows=named_block(ROWS, [name for name, keep in zip(self.rows.position, constraint, strict=True) if keep]),
            cost=cost,
            lower=lower,
            upper=upper,
            integer=integer,
            matrix=matrix,
            row_lower=np.ascontiguousarray(sides[:, 0]),
            row_upper=np.ascontiguousarray(sides[:, 1]),
            offset=self.offset,
            name=self.name or self.file,
            objective_name=self.objective or "objective",
            notes=tuple(self.notes),
        )


def _values(stated: dict[int, tuple[float, int]]) -> list[tuple[int, float]]:
    return [(at, value) for at, (value, _) in stated.items()]

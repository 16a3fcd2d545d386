"""A linear program collected block by block, in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import ProgramError, unknown
from ..base.numbers import doubles, sparse_doubles
from .canonical import Block, Sense, laid_out
from .declared import Declarations, RowSense
from .linear import LinearProgram
from .pieces import PiecedProgram
from .summing import Term, runs_of_terms, summed


@dataclass
class ProgramBuilder:
    """Collects blocks and terms, in any order, and costs of columns that are there; lays them out as one program.

    Attributes
    ----------
    declared : what the laws that may write into it say of their blocks.
    """

    declared: Declarations = field(default_factory=Declarations)
    _columns: dict[str, tuple[pd.Index, Floats, Floats, bool]] = field(default_factory=dict)
    _rows: dict[str, tuple[pd.Index, RowSense, Floats, Any]] = field(default_factory=dict)
    _terms: list[tuple[str, str, Any, float]] = field(default_factory=list)
    _supplies: list[tuple[str, Any]] = field(default_factory=list)
    _losses: list[tuple[str, Floats]] = field(default_factory=list)
    _cost: dict[str, Floats] = field(default_factory=dict)
    _sense: Sense | None = None

    @checked_arguments()
    def columns(self, name: str, index: pd.Index, lower: Any = 0.0, upper: Any = np.inf, integer: bool = False) -> None:
        """Add a block of columns.

        Parameters
        ----------
        name : of the block.
        index : its labels, one per column.
        lower, upper : bounds in the unit of the column, one for all or one per label.
        integer : whether the columns must be whole numbers.

        Raises
        ------
        ProgramError : there is a block of this name, or not one bound per label.
        """
        if name in self._columns:
            raise ProgramError(f"columns {name!r} declared twice")
        self._columns[name] = (
            index,
            spread(lower, index, f"columns {name!r}, lower"),
            spread(upper, index, f"columns {name!r}, upper"),
            bool(integer),
        )

    @checked_arguments()
    def rows(self, name: str, index: pd.Index, sense: RowSense, rhs: Any, stated: Any = None) -> None:
        """Add a block of rows.

        Parameters
        ----------
        name : of the block.
        index : its labels.
        sense : ``">="``, ``"<="`` or ``"=="``.
        rhs : right-hand sides in the unit of the row, one for all or one per label.
        stated : which labels have a row (truths, one per label), where not all have one. Terms and supplies may be
            given over all labels, or over those that have one.

        Raises
        ------
        ProgramError : there is a block of this name, the sense is none, or there is not one side per label.
        """
        if name in self._rows:
            raise ProgramError(f"rows {name!r} declared twice")
        self.declared.agree(name, sense)
        self._rows[name] = (index, sense, spread(rhs, index, f"rows {name!r}"), stated)

    @checked_arguments()
    def terms(self, rows: str, columns: str, matrix: Any, times: float = 1.0) -> None:
        """Add coefficients of a block of columns in a block of rows.

        Terms in rows that some law declares, and none of this question opens, say nothing and are left out.

        Parameters
        ----------
        rows, columns : names of the blocks.
        matrix : shape (len(rows), len(columns)), dense or sparse, in units of the row per unit of the column; a csc or
            csr array of doubles is not copied.
        times : what every coefficient is multiplied by.

        Raises
        ------
        ProgramError : entries that are no numbers; when the program is built, blocks or shapes that do not fit.
        """
        part = coefficients(matrix, f"terms of columns {columns!r} in rows {rows!r}")
        self._terms.append((rows, columns, part, float(times)))

    def supply(self, rows: str, amounts: Any) -> None:
        """Lower the right-hand sides of a block of rows by what is there from outside.

        Parameters
        ----------
        rows : name of the block.
        amounts : in the unit of the row, one for all or one per label; negative where it is demanded.

        Raises
        ------
        ProgramError : when the program is built, no such block, or not one number per label.
        """
        self._supplies.append((rows, amounts))

    @checked_arguments()
    def objective(self, sense: Sense, cost: Mapping[str, Any]) -> None:
        """Set the objective.

        Parameters
        ----------
        sense : ``"min"`` or ``"max"``.
        cost : by block of columns, in units of the objective per unit of the column, one for all or one per label.

        Raises
        ------
        ProgramError : another sense, no such block, or not one cost per label.
        """
        if sense not in ("min", "max"):
            raise ProgramError(f"the sense of an objective must be 'min' or 'max', not {sense!r}")
        for name in cost:
            if name not in self._columns:
                raise ProgramError(f"objective: {unknown('block of columns', name, self._columns)}")
        self._sense = sense
        self._cost = {
            name: spread(values, self._columns[name][0], f"cost of {name!r}") for name, values in cost.items()
        }

    @property
    def sense(self) -> Sense | None:
        """Whether the objective is a ``min`` or a ``max``; None where none was set."""
        return self._sense

    def loss(self, name: str, cost: Any) -> None:
        """Count a cost against the objective, whatever its sense.

        Parameters
        ----------
        name : of a block of columns.
        cost : in units of the objective per unit of the column, one for all or one per label.

        Raises
        ------
        ProgramError : no such block, or not one number per label.
        """
        if name not in self._columns:
            raise ProgramError(f"loss: {unknown('block of columns', name, self._columns)}")
        self._losses.append((name, spread(cost, self._columns[name][0], f"loss of {name!r}")))

    def build(self) -> LinearProgram:
        """Lay the blocks out, in the order they were declared, and sum the terms.

        Raises
        ------
        ProgramError : terms or supplies of a block that was not declared, or of another shape than it has.
        """
        parts = self._laid_out()
        terms = self._placed(parts["rows"], parts["columns"])
        widths = [len(block.index) for block in parts["columns"]]
        return LinearProgram(**parts, matrix=summed(terms.values(), widths, len(parts["row_lower"])))

    def in_pieces(self) -> PiecedProgram:
        """Lay the blocks out as :meth:`build`, and leave the terms where they are: nothing as long as they are is made.

        Raises
        ------
        ProgramError : as of :meth:`build`.
        """
        parts = self._laid_out()
        terms = self._placed(parts["rows"], parts["columns"])
        starts = {block.name: block.start for block in parts["columns"]}
        placed = tuple((starts[name], term) for name, block in terms.items() for term in block)
        return PiecedProgram(**parts, generate=partial(runs_of_terms, placed))  # no function of its own: it is pickled

    def _laid_out(self) -> dict[str, Any]:
        """Return what a program is made of besides its matrix."""
        stated = {name: entry[0] if entry[3] is None else entry[0][entry[3]] for name, entry in self._rows.items()}
        columns = laid_out({name: entry[0] for name, entry in self._columns.items()}, self.declared.columns)
        rows = laid_out(stated, self.declared.rows)
        at_column = {block.name: block for block in columns}
        cost = np.zeros(sum(len(block.index) for block in columns))
        for name, part_cost in self._cost.items():
            cost[at_column[name].span] = part_cost
        for name, loss in self._losses:
            cost[at_column[name].span] += -loss if self._sense == "max" else loss
        sides = list(zip([entry[1] for entry in self._rows.values()], self._sides(), strict=True))
        entries = list(self._columns.values())
        return {
            "sense": self._sense or "min",
            "columns": columns,
            "rows": rows,
            "cost": cost,
            "lower": _joined([entry[1] for entry in entries]),
            "upper": _joined([entry[2] for entry in entries]),
            "integer": np.concatenate([np.full(len(e[0]), e[3]) for e in entries] or [np.empty(0, bool)]),
            "row_lower": _joined([np.full(len(side), -np.inf) if sense == "<=" else side for sense, side in sides]),
            "row_upper": _joined([np.full(len(side), np.inf) if sense == ">=" else side for sense, side in sides]),
        }

    def _placed(self, rows: tuple[Block, ...], columns: tuple[Block, ...]) -> dict[str, list[Term]]:
        """Return the terms of each block of columns, in the blocks of rows as they are laid out."""
        at_row, at_column = ({block.name: block for block in blocks} for blocks in (rows, columns))
        terms: dict[str, list[Term]] = {block.name: [] for block in columns}
        for row_name, column_name, part, times in self._terms:
            what = f"terms of columns {column_name!r} in rows {row_name!r}: no such block was declared"
            if column_name not in at_column:
                raise ProgramError(f"{what}: {unknown('block of columns', column_name, at_column)}")
            if not self.declared.opened(row_name, at_row, what):
                continue
            every, among = self._rows[row_name][0], self._rows[row_name][3]
            expected = (len(at_row[row_name].index), len(at_column[column_name].index))
            if among is not None and part.shape == (len(every), expected[1]):
                part = sp.csr_array(part)[among]
            if part.shape != expected:
                raise ProgramError(f"terms of {column_name!r} in {row_name!r} have shape {part.shape}, not {expected}")
            terms[column_name].append(Term(at_row[row_name].start, sp.csc_array(part), times))
        return terms

    def _sides(self) -> list[Floats]:
        """Return the right-hand sides of each block, less what is supplied."""
        sides = {name: rhs.copy() if among is None else rhs[among] for name, (_, _, rhs, among) in self._rows.items()}
        for name, amounts in self._supplies:
            if not self.declared.opened(name, sides, "supply"):
                continue
            index, _, _, among = self._rows[name]
            over_all = among is not None and np.shape(amounts) == (len(index),)
            stated = index if among is None else index[among]
            numbers = spread(amounts, index if over_all else stated, f"supply of rows {name!r}")
            sides[name] -= numbers[among] if over_all else numbers
        return list(sides.values())


def spread(values: Any, index: pd.Index, what: str) -> Floats:
    """Return one number per label from numbers or a single one.

    Raises
    ------
    ProgramError : naming ``what`` they are.
    """
    try:
        return np.array(np.broadcast_to(doubles(values), (len(index),)))
    except ValueError as error:
        raise ProgramError(f"{what}: one number, or one per label ({len(index):,}), is needed: {error}") from None


def coefficients(values: Any, what: str) -> Any:
    """Return coefficients of one block in another, given as a sparse matrix or anything that is a table of numbers.

    Raises
    ------
    ProgramError : naming ``what`` they are.
    """
    try:
        if isinstance(values, sp.csc_array | sp.csr_array) and values.dtype == np.float64:
            values.check_format(full_check=True)
            return values
        return sp.coo_array(sparse_doubles(values) if sp.issparse(values) else doubles(values))
    except (TypeError, ValueError) as error:
        raise ProgramError(f"{what}: {error}") from None


def _joined(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)

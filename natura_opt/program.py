"""The canonical model: a linear program in named, labelled blocks of sparse rows and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from .economy.numbers import doubles, sparse_doubles
from .entrance import checked_arguments
from .errors import ProgramError, unknown

Sense = Literal["max", "min"]
RowSense = Literal[">=", "<=", "=="]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Block:
    """A run of columns or rows that belong together.

    Attributes
    ----------
    name : the block's name, e.g. ``"activities"`` or ``"balance"``.
    index : one label per column or row.
    start : position of its first column or row in the program.
    """

    name: str
    index: pd.Index
    start: int

    @property
    def span(self) -> slice:
        """Positions of the block in the program's arrays."""
        return slice(self.start, self.start + len(self.index))


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """``max or min c x + offset``  subject to  ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``.

    Attributes
    ----------
    sense : ``"max"`` or ``"min"``.
    columns, rows : the blocks, in order.
    cost : shape (n,), in units of the objective per unit of the column.
    lower, upper : shape (n,).
    integer : shape (n,), which columns must be whole numbers.
    matrix : csc array of shape (m, n).
    row_lower, row_upper : shape (m,).
    """

    sense: Sense
    columns: tuple[Block, ...]
    rows: tuple[Block, ...]
    cost: Floats
    lower: Floats
    upper: Floats
    integer: npt.NDArray[np.bool_]
    matrix: sp.csc_array
    row_lower: Floats
    row_upper: Floats
    offset: float = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return self.matrix.shape

    @checked_arguments()
    def column_block(self, name: str) -> Block | None:
        """Return the block of columns of this name, if there is one."""
        return next((block for block in self.columns if block.name == name), None)

    @checked_arguments()
    def row_block(self, name: str) -> Block | None:
        """Return the block of rows of this name, if there is one."""
        return next((block for block in self.rows if block.name == name), None)

    @checked_arguments()
    def row_label(self, row: int) -> tuple[str, Any]:
        """Return the block name and label of a row."""
        return _label(self.rows, row)

    @checked_arguments()
    def column_label(self, column: int) -> tuple[str, Any]:
        """Return the block name and label of a column."""
        return _label(self.columns, column)

    def to_mps(self, path: str | Path) -> Path:
        """Write the program as an MPS file (free format), every number with all its digits."""
        from .program_files import to_mps

        return to_mps(self, path)

    def to_lp(self, path: str | Path) -> Path:
        """Write the program as an LP file, every number with all its digits."""
        from .program_files import to_lp

        return to_lp(self, path)

    def __repr__(self) -> str:
        rows, columns = self.shape
        lines = [f"LinearProgram ({self.sense}): {rows:,} rows x {columns:,} columns, {self.matrix.nnz:,} coefficients"]
        lines += [f"  columns {block.name:<16} {len(block.index):>10,}" for block in self.columns]
        lines += [f"  rows    {block.name:<16} {len(block.index):>10,}" for block in self.rows]
        return "\n".join(lines)


def _label(blocks: Sequence[Block], position: int) -> tuple[str, Any]:
    block = next(block for block in blocks if block.start <= position < block.start + len(block.index))
    return block.name, block.index[position - block.start]


@dataclass
class ProgramBuilder:
    """Collects blocks, terms and costs, in any order, and lays them out as one :class:`LinearProgram`."""

    _columns: dict[str, tuple[pd.Index, Floats, Floats, bool]] = field(default_factory=dict)
    _rows: dict[str, tuple[pd.Index, RowSense, Floats]] = field(default_factory=dict)
    _terms: list[tuple[str, str, Any]] = field(default_factory=list)
    _supplies: list[tuple[str, Any]] = field(default_factory=list)
    _losses: list[tuple[str, Any]] = field(default_factory=list)
    _cost: dict[str, Floats] = field(default_factory=dict)
    _sense: Sense = "min"

    @checked_arguments()
    def columns(self, name: str, index: pd.Index, lower: Any = 0.0, upper: Any = np.inf, integer: bool = False) -> None:
        """Add a block of columns with bounds (scalars or one per label)."""
        if name in self._columns:
            raise ProgramError(f"columns {name!r} declared twice")
        self._columns[name] = (
            index,
            spread(lower, index, f"columns {name!r}, lower"),
            spread(upper, index, f"columns {name!r}, upper"),
            bool(integer),
        )

    @checked_arguments()
    def rows(self, name: str, index: pd.Index, sense: RowSense, rhs: Any) -> None:
        """Add a block of rows with one right-hand side per label (or a scalar)."""
        if name in self._rows:
            raise ProgramError(f"rows {name!r} declared twice")
        if sense not in (">=", "<=", "=="):
            raise ProgramError(f"rows {name!r}: the sense must be '>=', '<=' or '==', not {sense!r}")
        self._rows[name] = (index, sense, spread(rhs, index, f"rows {name!r}"))

    @checked_arguments()
    def terms(self, rows: str, columns: str, matrix: Any) -> None:
        """Add coefficients of a block of columns in a block of rows: shape (len(rows), len(columns))."""
        part = coefficients(matrix, f"terms of columns {columns!r} in rows {rows!r}")
        self._terms.append((rows, columns, part))

    def supply(self, rows: str, amounts: Any) -> None:
        """Lower the right-hand sides of a block of rows by what is there from outside (negative: is demanded)."""
        self._supplies.append((rows, amounts))

    @checked_arguments()
    def objective(self, sense: Sense, cost: Mapping[str, Any]) -> None:
        """Set the sense and the cost of each block of columns (scalars or one per label)."""
        if sense not in ("min", "max"):
            raise ProgramError(f"the sense of an objective must be 'min' or 'max', not {sense!r}")
        for name in cost:
            if name not in self._columns:
                raise ProgramError(f"objective: {unknown('block of columns', name, self._columns)}")
        self._sense = sense
        self._cost = {
            name: spread(values, self._columns[name][0], f"cost of {name!r}") for name, values in cost.items()
        }

    def loss(self, name: str, cost: Any) -> None:
        """Count a cost per unit of a block of columns against the objective, whatever its sense."""
        self._losses.append((name, cost))

    def build(self) -> LinearProgram:
        """Lay the blocks out, in the order they were declared, and sum the terms."""
        columns = _laid_out({name: entry[0] for name, entry in self._columns.items()})
        rows = _laid_out({name: entry[0] for name, entry in self._rows.items()})
        at_column = {block.name: block for block in columns}
        at_row = {block.name: block for block in rows}
        shape = (sum(len(block.index) for block in rows), sum(len(block.index) for block in columns))
        row_positions, column_positions, values = [], [], []
        for row_name, column_name, part in self._terms:
            if row_name not in at_row or column_name not in at_column:
                raise ProgramError(f"terms of columns {column_name!r} in rows {row_name!r}: no such block was declared")
            expected = (len(at_row[row_name].index), len(at_column[column_name].index))
            if part.shape != expected:
                raise ProgramError(f"terms of {column_name!r} in {row_name!r} have shape {part.shape}, not {expected}")
            row_positions.append(part.row.astype(np.int64) + at_row[row_name].start)
            column_positions.append(part.col.astype(np.int64) + at_column[column_name].start)
            values.append(part.data.astype(np.float64))
        empty: list[Any] = [np.empty(0, dtype=np.int64)]
        triplets = (
            np.concatenate(values or [np.empty(0)]),
            (np.concatenate(row_positions or empty), np.concatenate(column_positions or empty)),
        )
        matrix = sp.csc_array(sp.coo_array(triplets, shape=shape))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        cost = np.zeros(shape[1])
        for name, part_cost in self._cost.items():
            cost[at_column[name].span] = part_cost
        for name, loss in self._losses:
            cost[at_column[name].span] += -loss if self._sense == "max" else loss
        senses = [entry[1] for entry in self._rows.values()]
        rhs = [entry[2].copy() for entry in self._rows.values()]
        for name, amounts in self._supplies:
            rhs[list(self._rows).index(name)] -= amounts
        return LinearProgram(
            sense=self._sense,
            columns=columns,
            rows=rows,
            cost=cost,
            lower=_joined([entry[1] for entry in self._columns.values()]),
            upper=_joined([entry[2] for entry in self._columns.values()]),
            integer=np.concatenate([np.full(len(e[0]), e[3]) for e in self._columns.values()] or [np.empty(0, bool)]),
            matrix=matrix,
            row_lower=_joined([np.full(len(b), -np.inf) if s == "<=" else b for s, b in zip(senses, rhs, strict=True)]),
            row_upper=_joined([np.full(len(b), np.inf) if s == ">=" else b for s, b in zip(senses, rhs, strict=True)]),
        )


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


def coefficients(values: Any, what: str) -> sp.coo_array:
    """Return coefficients of one block in another, given as a sparse matrix or anything that is a table of numbers.

    Raises
    ------
    ProgramError : naming ``what`` they are.
    """
    try:
        return sp.coo_array(sparse_doubles(values) if sp.issparse(values) else doubles(values))
    except (TypeError, ValueError) as error:
        raise ProgramError(f"{what}: {error}") from None


def _joined(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)


def _laid_out(indexes: Mapping[str, pd.Index]) -> tuple[Block, ...]:
    blocks, start = [], 0
    for name, index in indexes.items():
        blocks.append(Block(name, index, start))
        start += len(index)
    return tuple(blocks)


def labels(*axes: tuple[str, pd.Index]) -> pd.Index:
    """Return the labels of a block over several axes; the first axis runs fastest (so a period's labels stand
    together).

    >>> labels(("good", pd.Index(["a", "b"])), ("period", pd.Index(["1", "2"]))).to_list()
    [('a', '1'), ('b', '1'), ('a', '2'), ('b', '2')]
    """
    sizes = [len(index) for _, index in axes]
    total = int(np.prod(sizes))
    codes: list[Any] = []
    inner = 1
    for size in sizes:
        codes.append(np.tile(np.repeat(np.arange(size), inner), total // max(inner * size, 1)))
        inner *= size
    levels: list[Any] = [index for _, index in axes]
    return pd.MultiIndex(levels=levels, codes=codes, names=[name for name, _ in axes], verify_integrity=False)


def pair_labels(rows: pd.Index, columns: pd.Index, pairs: Any, periods: pd.Index) -> pd.Index:
    """Return labels (good, technique, period) for chosen pairs, pairs running fastest.

    Parameters
    ----------
    pairs : positions ``(row positions, column positions)`` of the pairs.
    """
    row, column = pairs
    count = len(periods)
    levels: list[Any] = [rows, columns, periods]
    codes: list[Any] = [np.tile(row, count), np.tile(column, count), np.repeat(np.arange(count), len(row))]
    names = ["good", "technique", "period"]
    return pd.MultiIndex(levels=levels, codes=codes, names=names, verify_integrity=False)

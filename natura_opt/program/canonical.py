"""The canonical form of a linear program: named, labelled blocks of sparse rows and columns, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from .declared import Columns, Rows

Sense = Literal["max", "min"]


@dataclass(frozen=True, eq=False)
class Block:
    """A run of columns or rows that belong together.

    Attributes
    ----------
    name : the block's name, e.g. ``"activities"`` or ``"balance"``.
    index : one label per column or row.
    start : position of its first column or row in the program.
    declared : what the law it belongs to says of it; None of a user's own.
    """

    name: str
    index: pd.Index
    start: int
    declared: Rows | Columns | None = None

    @property
    def span(self) -> slice:
        """Positions of the block in the program's arrays."""
        return slice(self.start, self.start + len(self.index))


@dataclass(frozen=True, eq=False)
class CanonicalForm:
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

    #: Whether labels are names that rows and columns came with, and keep in files.
    named: ClassVar[bool] = False

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

    def __repr__(self) -> str:
        rows, columns = self.shape
        size = f"{rows:,} rows x {columns:,} columns, {self.matrix.nnz:,} coefficients"
        lines = [f"LinearProgram ({self.sense}): {size}"]
        lines += [f"  columns {block.name:<16} {len(block.index):>10,}" for block in self.columns]
        lines += [f"  rows    {block.name:<16} {len(block.index):>10,}" for block in self.rows]
        return "\n".join(lines)


def _label(blocks: Sequence[Block], position: int) -> tuple[str, Any]:
    block = next(block for block in blocks if block.start <= position < block.start + len(block.index))
    return block.name, block.index[position - block.start]

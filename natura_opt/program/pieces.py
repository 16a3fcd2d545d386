"""Programs whose coefficients are made piece by piece, and what is read from pieces: products and single lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from .canonical import Block, Labelled, Piece, Sense
from .protocol import Positions, Program


@dataclass(frozen=True, eq=False, repr=False)
class PiecedProgram(Labelled):
    """``max or min c x + offset``  subject to  ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``, A not held.

    Attributes
    ----------
    sense : ``"max"`` or ``"min"``.
    columns, rows : the blocks, in order.
    cost : shape (n,), in units of the objective per unit of the column.
    lower, upper : shape (n,).
    integer : shape (n,), which columns must be whole numbers.
    row_lower, row_upper : shape (m,).
    made : makes the pieces of A, shape (m, n), anew with every call: see :class:`~natura_opt.program.protocol.Program`.
    """

    sense: Sense
    columns: tuple[Block, ...]
    rows: tuple[Block, ...]
    cost: Floats
    lower: Floats
    upper: Floats
    integer: npt.NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    made: Callable[[], Iterator[Piece]]
    offset: float = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return len(self.row_lower), len(self.cost)

    def pieces(self) -> Iterator[Piece]:
        """Return the pieces of A."""
        return self.made()

    def __repr__(self) -> str:
        rows, columns = self.shape
        return "\n".join([f"Program in pieces ({self.sense}): {rows:,} rows x {columns:,} columns", *self._blocks()])


def held_whole(program: Program) -> sp.csc_array | None:
    """Return the matrix of a program that holds it as one; None where it is made piece by piece."""
    matrix: sp.csc_array | None = getattr(program, "matrix", None)
    return matrix


def row_sums(program: Program, point: Floats) -> Floats:
    """Return ``A x`` in doubles, shape (m,)."""
    found = np.zeros(program.shape[0])
    for piece in program.pieces():
        found[piece.rows] += piece.matrix @ point[piece.columns]
    return found


def column_sums(program: Program, multipliers: Floats) -> Floats:
    """Return ``A' y`` in doubles, shape (n,)."""
    found = np.zeros(program.shape[1])
    for piece in program.pieces():
        found[piece.columns] += piece.matrix.T @ multipliers[piece.rows]
    return found


def column_sizes(program: Program, multipliers: Floats) -> Floats:
    """Return ``|A|' |y|``, the sums of the sizes of the terms of ``A' y``, shape (n,)."""
    found, sizes = np.zeros(program.shape[1]), np.abs(multipliers)
    for piece in program.pieces():
        found[piece.columns] += np.asarray(abs(piece.matrix).T @ sizes[piece.rows])
    return found


def rows_of(program: Program, rows: Positions) -> sp.csr_array:
    """Return some rows of A (in increasing order), shape (k, n); what two pieces give one place stands there twice."""
    return sp.csr_array(_lines(program, rows, 0))


def columns_of(program: Program, columns: Positions) -> sp.csc_array:
    """Return some columns of A (in increasing order), shape (m, k); what two pieces give one place stands there
    twice."""
    return sp.csc_array(_lines(program, columns, 1).T)


def _lines(program: Program, lines: Positions, axis: int) -> sp.csr_array:
    """Return lines of A as rows, its rows (``axis`` 0) or its columns, entry by entry as the pieces have them."""
    places: list[Positions] = [np.zeros(0, dtype=np.intp)]
    across: list[Positions] = [np.zeros(0, dtype=np.intp)]
    values: list[Floats] = [np.zeros(0)]
    for piece in program.pieces():
        along, other = (piece.rows, piece.columns) if axis == 0 else (piece.columns, piece.rows)
        first, last = np.searchsorted(lines, (along.start, along.stop))
        if first == last:
            continue
        compressed = sp.csr_array(piece.matrix if axis == 0 else piece.matrix.T)
        picked = compressed[lines[first:last] - along.start]
        places.append(np.repeat(np.arange(first, last), np.diff(picked.indptr)))
        across.append(picked.indices.astype(np.intp) + other.start)
        values.append(picked.data)
    place, at, value = np.concatenate(places), np.concatenate(across), np.concatenate(values)
    order = np.argsort(place, kind="stable")
    ends = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(lines)))])
    return sp.csr_array((value[order], at[order], ends), shape=(len(lines), program.shape[1 - axis]))

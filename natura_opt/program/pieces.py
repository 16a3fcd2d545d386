"""Programs whose coefficients are made piece by piece, and what is read from pieces: products and single lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import ProgramError, shortened
from ..base.numbers import doubles
from .canonical import Block, Labelled, Piece, Sense
from .protocol import Positions, Program

Counts = npt.NDArray[np.int64]

#: A table is cut into so many runs, or fewer: what every run adds to a whole row or column of sums costs as much again.
_PARTS = 16
#: Coefficients that are a piece at least.
_SMALL = 1_000_000
#: Coefficients of a program that is copied without a thought.
LIGHT = 5_000_000


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
    generate : makes the pieces of A, shape (m, n), anew with every call: see
        :class:`~natura_opt.program.protocol.Program`.
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
    generate: Callable[[], Iterator[Piece]]
    offset: float = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return len(self.row_lower), len(self.cost)

    def pieces(self) -> Iterator[Piece]:
        """Return the pieces of A."""
        return self.generate()

    def __repr__(self) -> str:
        rows, columns = self.shape
        return "\n".join([f"Program in pieces ({self.sense}): {rows:,} rows x {columns:,} columns", *self._blocks()])


def largest_part(coefficients: int) -> int:
    """Return how many coefficients a piece may have, so that all that is made of one is little beside them all."""
    return max(_SMALL, coefficients // _PARTS)


def runs_of(matrix: Any, row: int, column: int, sign: float, most: int) -> Iterator[Piece]:
    """Cut a sparse matrix into runs of its rows (of columns, where it is csc), as pieces of a program.

    Parameters
    ----------
    row, column : where its first row and column stand in the program.
    sign : its coefficients enter times this, 1 or -1; only then are they copied, a run at a time.
    most : coefficients of a run; a single row (or column) may have more.
    """
    whole = sp.csc_array(matrix) if matrix.format == "csc" else sp.csr_array(matrix)
    ends, lines, (height, width) = whole.indptr, len(whole.indptr) - 1, whole.shape
    first = 0
    while first < lines:
        last = max(int(np.searchsorted(ends, ends[first] + most, side="right")) - 1, first + 1)
        part = slice(ends[first], ends[last])
        data = whole.data[part].astype(np.float64, copy=False)
        data = data if sign == 1.0 else sign * data
        arrays = (data, whole.indices[part], ends[first : last + 1] - ends[first])
        if whole.format == "csr":
            tile = with_arrays(whole, *arrays, (last - first, width))
            yield Piece(slice(row + first, row + last), slice(column, column + width), tile)
        else:
            tile = with_arrays(whole, *arrays, (height, last - first))
            yield Piece(slice(row, row + height), slice(column + first, column + last), tile)
        first = last


def with_arrays(like: sp.csc_array | sp.csr_array, data: Any, indices: Any, indptr: Any, shape: tuple[int, int]) -> Any:
    """Return a matrix of the same format on other arrays as they are: scipy's own way copies parts of longer ones."""
    matrix = type(like)(shape, dtype=data.dtype)
    matrix.data, matrix.indices, matrix.indptr = data, indices, indptr
    return matrix


def held_whole(program: Program) -> sp.csc_array | None:
    """Return the matrix of a program that holds it as one; None where it is made piece by piece."""
    matrix: sp.csc_array | None = getattr(program, "matrix", None)
    return matrix


def is_light(program: Program) -> bool:
    """Whether a program is held as one and so small that copies of it cost nothing worth a thought."""
    matrix = held_whole(program)
    return matrix is not None and matrix.nnz <= LIGHT


def pieces_of(program: Program) -> Iterator[Piece]:
    """Return the pieces of A, each held against the size of the program: numpy would spread, cut or cast what does not
    fit.

    Raises
    ------
    ProgramError : what comes is no piece, lies beyond the program, or holds what is no double.
    """
    shape = program.shape
    for piece in program.pieces():
        if not isinstance(piece, Piece) or getattr(piece.matrix, "format", "") not in ("csc", "csr"):
            raise ProgramError(f"the program's pieces must be Piece of a csc or csr array, not {shortened(piece)}")
        for run, most, size in zip((piece.rows, piece.columns), shape, piece.matrix.shape, strict=True):
            whole = isinstance(run.start, int | np.integer) and isinstance(run.stop, int | np.integer)
            if not whole or run.step not in (None, 1) or not 0 <= run.start <= run.stop <= most:
                raise ProgramError(f"a piece of the program lies at {run} of {most:,}; say start and stop within them")
            if size != run.stop - run.start:
                raise ProgramError(
                    f"a piece of the program has {size:,} lines for the {run.stop - run.start:,} of {run}"
                )
        yield piece if piece.matrix.dtype == np.float64 else replace(piece, matrix=_in_doubles(piece.matrix))


def small_pieces_of(program: Program) -> Iterator[Piece]:
    """Return the pieces of A cut into runs, so that what is made of one at a time is little beside them all."""
    for piece in pieces_of(program):
        most = largest_part(piece.matrix.nnz)
        if piece.matrix.nnz <= most:
            yield piece
        else:
            yield from runs_of(piece.matrix, piece.rows.start, piece.columns.start, 1.0, most)


def _in_doubles(matrix: Any) -> Any:
    """Return a matrix of other numbers as doubles, where each of them is one."""
    try:
        data = doubles(matrix.data)
    except ValueError as error:
        raise ProgramError(f"the coefficients of a program: {error}") from None
    if (data != matrix.data).any():
        raise ProgramError(f"the coefficients of a program must be doubles; not every one of these {matrix.dtype} is")
    return with_arrays(matrix, data, matrix.indices, matrix.indptr, matrix.shape)


def row_sums(program: Program, point: Floats) -> Floats:
    """Return ``A x`` in doubles, shape (m,)."""
    sums = np.zeros(program.shape[0])
    for piece in pieces_of(program):
        sums[piece.rows] += piece.matrix @ point[piece.columns]
    return sums


def column_sums(program: Program, multipliers: Floats, columns: slice | None = None) -> Floats:
    """Return ``A' y`` in doubles, shape (n,), or of a run of columns; pieces beside the run are not multiplied."""
    sums = np.zeros(program.shape[1])
    wanted = slice(0, len(sums)) if columns is None else columns
    for piece in pieces_of(program):
        if piece.columns.start < wanted.stop and wanted.start < piece.columns.stop:
            sums[piece.columns] += piece.matrix.T @ multipliers[piece.rows]
    return sums[wanted]


def row_sizes(program: Program, point: Floats) -> Floats:
    """Return ``|A| |x|``, the sums of the sizes of the terms of ``A x``, shape (m,)."""
    sums, sizes = np.zeros(program.shape[0]), np.abs(point)
    for piece in small_pieces_of(program):
        sums[piece.rows] += np.asarray(abs(piece.matrix) @ sizes[piece.columns])
    return sums


def column_sizes(program: Program, multipliers: Floats) -> Floats:
    """Return ``|A|' |y|``, the sums of the sizes of the terms of ``A' y``, shape (n,)."""
    sums, sizes = np.zeros(program.shape[1]), np.abs(multipliers)
    for piece in small_pieces_of(program):
        sums[piece.columns] += np.asarray(abs(piece.matrix).T @ sizes[piece.rows])
    return sums


def row_counts(program: Program) -> Counts:
    """Return how many coefficients each row has, shape (m,)."""
    counts = np.zeros(program.shape[0], dtype=np.int64)
    for piece in small_pieces_of(program):
        counts[piece.rows] += _per_line(piece.matrix, 0)
    return counts


def column_counts(program: Program) -> Counts:
    """Return how many coefficients each column has, shape (n,)."""
    counts = np.zeros(program.shape[1], dtype=np.int64)
    for piece in pieces_of(program):
        counts[piece.columns] += _per_line(piece.matrix, 1)
    return counts


def _per_line(matrix: sp.csc_array | sp.csr_array, axis: int) -> Counts:
    """Return how many coefficients each row (``axis`` 0) or column has."""
    if (matrix.format == "csr") == (axis == 0):
        return np.diff(matrix.indptr).astype(np.int64)
    return np.bincount(matrix.indices, minlength=matrix.shape[axis])


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
    for piece in pieces_of(program):
        along, other = (piece.rows, piece.columns) if axis == 0 else (piece.columns, piece.rows)
        first, last = np.searchsorted(lines, (along.start, along.stop))
        if first == last:
            continue
        for place, at, value in _entries(piece.matrix, axis, lines[first:last] - along.start):
            places.append(place + first)
            across.append(at + other.start)
            values.append(value)
    place, at, value = np.concatenate(places), np.concatenate(across), np.concatenate(values)
    ends = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(lines)))])
    if (place[1:] >= place[:-1]).all():
        return sp.csr_array((value, at, ends), shape=(len(lines), program.shape[1 - axis]))
    order = np.argsort(place, kind="stable")
    return sp.csr_array((value[order], at[order], ends), shape=(len(lines), program.shape[1 - axis]))


def _entries(piece: Any, axis: int, rows: Positions) -> Iterator[tuple[Positions, Positions, Floats]]:
    """Return the entries of some rows (``axis`` 1: columns) of a sparse matrix: which of them, which column, what.

    By columns, the matrix is looked through a run at a time: turned into rows, it would be held twice.
    """
    matrix = piece if axis == 0 else piece.T
    if matrix.format == "csr":
        picked = matrix[rows]
        yield np.repeat(np.arange(len(rows)), np.diff(picked.indptr)), picked.indices.astype(np.intp), picked.data
        return
    which = np.full(matrix.shape[0], -1, dtype=np.int32)
    which[rows] = np.arange(len(rows))
    for run in runs_of(matrix, 0, 0, 1.0, largest_part(matrix.nnz)):
        found = which[run.matrix.indices]
        at = np.flatnonzero(found >= 0)
        column = np.searchsorted(run.matrix.indptr, at, side="right") - 1 + run.columns.start
        yield found[at].astype(np.intp), column, run.matrix.data[at]

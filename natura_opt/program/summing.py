"""The matrix of a program from its terms: summed a run of columns at a time, into arrays that are made once.

A program of a hundred million coefficients holds them twelve bytes each; what is made beside them is a run of some
million. The terms stay where they are, such as in the tables of an economy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from .canonical import Piece
from .pieces import largest_part, runs_of, with_arrays

#: Coefficients that are summed at a time.
_TOGETHER = 4_000_000


@dataclass(frozen=True, eq=False)
class Term:
    """What a block of columns adds to a block of rows.

    Attributes
    ----------
    start : the program's row at which the block of rows begins.
    matrix : csc array of doubles, shape (rows of the block, columns of the block).
    times : what every coefficient is multiplied by.
    """

    start: int
    matrix: Any
    times: float


def summed(terms: Iterable[Sequence[Term]], widths: Sequence[int], height: int) -> sp.csc_array:
    """Return the sum of all terms, csc without zeros, rows in order.

    Parameters
    ----------
    terms : of each block of columns, in order.
    widths : columns of each block.
    height : rows of the program.

    >>> ones = sp.csc_array(np.eye(2))
    >>> summed([[Term(0, ones, 1.0), Term(0, ones, -1.0), Term(1, ones, 3.0)]], [2], 3).toarray().tolist()
    [[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]]
    """
    every = list(terms)
    most, width = sum(term.matrix.nnz for block in every for term in block), sum(widths)
    kind: Any = np.int32 if most < 2**31 and max(height, width) < 2**31 else np.int64
    data, rows, starts = np.empty(most), np.empty(most, dtype=kind), np.zeros(width + 1, dtype=kind)
    done, at = 0, 0
    for block, columns in zip(every, widths, strict=True):
        for first, last in _runs(block, columns):
            part = _run(block, first, last, height)
            span = slice(done, done + part.nnz)
            data[span], rows[span] = part.data, part.indices
            starts[at + first + 1 : at + last + 1] = part.indptr[1:] + kind(done)
            done += part.nnz
        at += columns
    made: sp.csc_array = with_arrays(sp.csc_array((height, width)), data[:done], rows[:done], starts, (height, width))
    return made


def runs_of_terms(placed: Sequence[tuple[int, Term]]) -> Iterator[Piece]:
    """Return the terms as pieces of a program, a run of columns at a time.

    Parameters
    ----------
    placed : terms, each with the program's column at which its block of columns begins.
    """
    most = largest_part(max((term.matrix.nnz for _, term in placed), default=0))
    for column, term in placed:
        yield from runs_of(term.matrix, term.start, column, term.times, most)


def _runs(block: Sequence[Term], columns: int) -> Iterator[tuple[int, int]]:
    """Cut a block of columns into runs of some million coefficients, at least one column each."""
    ends: Any = np.zeros(columns + 1, dtype=np.int64)
    for term in block:
        ends += term.matrix.indptr
    first = 0
    while first < columns:
        last = int(np.searchsorted(ends, ends[first] + _TOGETHER, side="right")) - 1
        last = min(max(last, first + 1), columns)
        yield first, last
        first = last


def _run(block: Sequence[Term], first: int, last: int, height: int) -> sp.csc_array:
    """Return the sum of the terms in a run of columns."""
    values, rows, columns = [np.zeros(0)], [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
    for term in block:
        ends: Any = term.matrix.indptr[first : last + 1]
        span = slice(ends[0], ends[-1])
        values.append(term.matrix.data[span] * term.times)
        rows.append(term.matrix.indices[span] + term.matrix.indices.dtype.type(term.start))
        columns.append(np.repeat(np.arange(last - first, dtype=np.int32), np.diff(ends)))
    triplets = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    made = sp.csc_array(sp.coo_array(triplets, shape=(height, last - first)))
    made.sum_duplicates()
    made.eliminate_zeros()
    return made

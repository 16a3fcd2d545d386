"""A linear program with something changed in it: from data to data, by block and label, in the user's units.

Nothing is changed in place, and what does not change is shared. A block is named; labels are those of its index, all of
them where none are given. Numbers are one for all, or one per label in that order; a Series must have these labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import ProgramError
from .canonical import Block
from .checks import check_finite
from .declared import RowSense
from .linear import LinearProgram
from .places import Positions, block_named, called, chosen, listed_labels, numbers, positions, terms_of


def with_rhs(program: LinearProgram, rows: str, amounts: Any, labels: Iterable[Any] | None = None) -> LinearProgram:
    """Return the program with other right-hand sides: of each row the side it has, or both of an equality.

    Raises
    ------
    ProgramError : a row has no side, or two that differ: these are for :func:`with_sides`.
    """
    labels = None if labels is None else listed_labels(labels, f"rows {rows!r}")
    block, at, names = chosen(program, "rows", rows, labels)
    given = numbers(amounts, names, f"rows {rows!r}")
    lower, upper = program.row_lower[at], program.row_upper[at]
    bounded, capped = np.isfinite(lower), np.isfinite(upper)
    unclear = np.flatnonzero(np.where(bounded & capped, lower != upper, ~bounded & ~capped))
    if len(unclear):
        row, none = called(names, unclear[0]), not bounded[unclear[0]]
        what = "has no side" if none else "has two sides"
        raise ProgramError(f"rows {block.name!r}, {row}: it {what}, so say lower= or upper= (change_sides)")
    return with_sides(program, rows, labels, np.where(bounded, given, lower), np.where(capped, given, upper))


def with_sides(
    program: LinearProgram, rows: str, labels: Iterable[Any] | None = None, lower: Any = None, upper: Any = None
) -> LinearProgram:
    """Return the program with other sides of rows; a side that is not given stays, an infinite one is none."""
    _, at, names = chosen(program, "rows", rows, labels)
    low, high = _limits((program.row_lower, program.row_upper), at, (lower, upper), names, f"rows {rows!r}")
    return _sound(replace(program, row_lower=low, row_upper=high))


def with_bounds(
    program: LinearProgram, columns: str, labels: Iterable[Any] | None = None, lower: Any = None, upper: Any = None
) -> LinearProgram:
    """Return the program with other bounds of columns; a bound that is not given stays, an infinite one is none."""
    _, at, names = chosen(program, "columns", columns, labels)
    low, high = _limits((program.lower, program.upper), at, (lower, upper), names, f"columns {columns!r}")
    return _sound(replace(program, lower=low, upper=high))


def with_costs(program: LinearProgram, columns: str, costs: Any, labels: Iterable[Any] | None = None) -> LinearProgram:
    """Return the program with other costs of columns, in units of the objective per unit of the column."""
    _, at, names = chosen(program, "columns", columns, labels)
    cost = _placed(program.cost, at, numbers(costs, names, f"costs of columns {columns!r}"))
    return _sound(replace(program, cost=cost))


def with_offset(program: LinearProgram, offset: float) -> LinearProgram:
    """Return the program with another constant in its objective.

    Raises
    ------
    ProgramError : it is not a finite number.
    """
    if not np.isfinite(offset):
        raise ProgramError(f"the program's offset is {offset}; it must be a finite number")
    return replace(program, offset=float(offset))


def with_coefficients(
    program: LinearProgram,
    rows: str,
    columns: str,
    coefficients: Any,
    at: tuple[Iterable[Any], Iterable[Any]] | None = None,
) -> LinearProgram:
    """Return the program with other coefficients of a block of columns in a block of rows.

    Parameters
    ----------
    coefficients : all of them, shape (rows, columns), sparse or not; what is zero or not there is zero then. With
        ``at``: one per pair (or one for all), and the others stay.
    at : a list of row labels and one of column labels, of one length: the pairs that change.

    Raises
    ------
    ProgramError : coefficients of another shape or with other labels, labels that are no pairs, a pair given twice.
    """
    in_rows, in_columns = block_named(program, "rows", rows), block_named(program, "columns", columns)
    old, height = sp.coo_array(program.matrix), program.shape[0]
    row: npt.NDArray[np.integer]
    column: npt.NDArray[np.integer]
    if at is None:
        part = terms_of(coefficients, in_rows, in_columns)
        row, column, value = part.row + in_rows.start, part.col + in_columns.start, part.data
        below, right = old.row - in_rows.start, old.col - in_columns.start
        stays = (below < 0) | (below >= len(in_rows.index)) | (right < 0) | (right >= len(in_columns.index))
    else:
        what = f"terms of columns {columns!r} in rows {rows!r}"
        if len(at) != 2:
            raise ProgramError(f"{what}: at= must be two lists, labels of rows and labels of columns, not {len(at)}")
        row = positions(in_rows, listed_labels(at[0], f"{what}, at"), "rows", repeated=True)
        column = positions(in_columns, listed_labels(at[1], f"{what}, at"), "columns", repeated=True)
        if len(row) != len(column):
            raise ProgramError(f"{what}: {len(row)} labels of rows and {len(column)} of columns are no pairs")
        pairs = column * height + row
        if len(np.unique(pairs)) < len(pairs):
            raise ProgramError(f"{what}: a pair of labels is given twice")
        value = numbers(coefficients, pd.RangeIndex(len(row)), f"{what}, pairs")
        stays = ~np.isin(old.col.astype(np.intp) * height + old.row, pairs)
    matrix = _assembled([(old.row[stays], old.col[stays], old.data[stays]), (row, column, value)], program.shape)
    return _sound(replace(program, matrix=matrix))


def with_rows(
    program: LinearProgram, name: str, index: pd.Index, sense: RowSense, rhs: Any, terms: Mapping[str, Any]
) -> LinearProgram:
    """Return the program with a block of rows more, after the others.

    Parameters
    ----------
    rhs : one right-hand side per label, or one for all.
    terms : coefficients by block of columns, each of shape (len(index), columns of the block).

    Raises
    ------
    ProgramError : a name that is there already, a sense that is none, or sides or terms of another shape.
    """
    block = _new_block(program.rows, "rows", name, index, program.shape[0])
    if sense not in (">=", "<=", "=="):
        raise ProgramError(f"rows {name!r}: the sense must be '>=', '<=' or '==', not {sense!r}")
    sides = numbers(rhs, block.index, f"rows {name!r}")
    matrix = _with_terms(program, "rows", block, terms)
    low, high = (np.where(sense == other, none, sides) for other, none in (("<=", -np.inf), (">=", np.inf)))
    return _sound(
        replace(
            program,
            rows=(*program.rows, block),
            matrix=matrix,
            row_lower=np.concatenate([program.row_lower, low]),
            row_upper=np.concatenate([program.row_upper, high]),
        )
    )


def with_columns(
    program: LinearProgram,
    name: str,
    index: pd.Index,
    terms: Mapping[str, Any],
    *,
    lower: Any = 0.0,
    upper: Any = np.inf,
    cost: Any = 0.0,
    integer: bool = False,
) -> LinearProgram:
    """Return the program with a block of columns more, after the others.

    Parameters
    ----------
    terms : coefficients by block of rows, each of shape (rows of the block, len(index)).
    lower, upper, cost : one per label, or one for all.
    integer : whether they must be whole.
    """
    block = _new_block(program.columns, "columns", name, index, program.shape[1])
    what = f"columns {name!r}"
    return _sound(
        replace(
            program,
            columns=(*program.columns, block),
            matrix=_with_terms(program, "columns", block, terms),
            lower=np.concatenate([program.lower, numbers(lower, block.index, f"{what}, lower")]),
            upper=np.concatenate([program.upper, numbers(upper, block.index, f"{what}, upper")]),
            cost=np.concatenate([program.cost, numbers(cost, block.index, f"cost of {what}")]),
            integer=np.concatenate([program.integer, np.full(len(block.index), bool(integer))]),
        )
    )


def without_rows(
    program: LinearProgram, rows: str, labels: Iterable[Any] | None = None
) -> tuple[LinearProgram, Positions]:
    """Return the program without a block of rows, or without some of its rows, and which of its rows are left."""
    fewer, at, _ = chosen(program, "rows", rows, labels)
    left = np.setdiff1d(np.arange(program.shape[0]), at)
    blocks: list[Block] = []
    for block in program.rows:
        index = block.index.delete(at - block.start) if block is fewer else block.index
        start = blocks[-1].span.stop if blocks else 0
        if block is not fewer or len(index):
            blocks.append(replace(block, index=index, start=start))
    smaller = replace(
        program,
        rows=tuple(blocks),
        matrix=sp.csc_array(program.matrix[left]),
        row_lower=program.row_lower[left],
        row_upper=program.row_upper[left],
    )
    return smaller, left


def _limits(
    limits: tuple[Floats, Floats], at: Positions, given: tuple[Any, Any], labels: pd.Index, what: str
) -> tuple[Floats, Floats]:
    """Return limits with those of some positions replaced, where they are given at all."""
    if given[0] is None and given[1] is None:
        raise ProgramError(f"{what}: say lower=, upper= or both")
    names = ("lower", "upper")
    low, high = (
        old if values is None else _placed(old, at, numbers(values, labels, f"{what}, {name}"))
        for old, values, name in zip(limits, given, names, strict=True)
    )
    return low, high


def _placed(values: Floats, at: Positions, given: Floats) -> Floats:
    changed = values.copy()
    changed[at] = given
    return changed


def _with_terms(program: LinearProgram, kind: str, block: Block, terms: Mapping[str, Any]) -> sp.csc_array:
    """Return the matrix with the coefficients of a block of rows, or of columns, added at its end."""
    of_rows, size = kind == "rows", len(block.index)
    old = sp.coo_array(program.matrix)
    parts = [(old.row, old.col, old.data)]
    for name, values in terms.items():
        other = block_named(program, "columns" if of_rows else "rows", name)
        rows, columns = (block, other) if of_rows else (other, block)
        part = terms_of(values, rows, columns)
        parts.append((part.row + rows.start, part.col + columns.start, part.data))
    height, width = program.shape
    return _assembled(parts, (height + size, width) if of_rows else (height, width + size))


def _assembled(parts: Iterable[tuple[Any, Any, Floats]], shape: tuple[int, int]) -> sp.csc_array:
    row, column, value = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    matrix = sp.csc_array(sp.coo_array((value, (row, column)), shape=shape))
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def _new_block(blocks: tuple[Block, ...], kind: str, name: str, index: pd.Index, start: int) -> Block:
    if any(block.name == name for block in blocks):
        raise ProgramError(f"{kind} {name!r}: there is a block of this name already")
    return Block(name, index, start)


def _sound(program: LinearProgram) -> LinearProgram:
    """Return the program, if no number of it is none or infinite where it cannot be."""
    check_finite(program)
    return program

"""Where blocks and labels stand in a program, and what is given for them: one number each, or a sentence."""

from __future__ import annotations

from collections.abc import Iterable, KeysView, Mapping, Set
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import ProgramError, listed, shortened, unknown
from ..base.labels import name_of
from .builder import coefficients, spread
from .canonical import Block
from .linear import LinearProgram

Positions = npt.NDArray[np.intp]
Kind = Literal["rows", "columns"]


def block_named(program: LinearProgram, kind: Kind, name: str) -> Block:
    """Return the block of rows or columns of this name.

    Raises
    ------
    ProgramError : there is none.
    """
    blocks = program.rows if kind == "rows" else program.columns
    for block in blocks:
        if block.name == name:
            return block
    raise ProgramError(unknown(f"block of {kind}", name, [block.name for block in blocks]))


def chosen(
    program: LinearProgram, kind: Kind, name: str, labels: Iterable[Any] | None
) -> tuple[Block, Positions, pd.Index]:
    """Return a block, the positions of some of its labels in the program, and these labels; of all, if none are
    given.
    """
    block = block_named(program, kind, name)
    if labels is None:
        return block, np.arange(block.span.start, block.span.stop), block.index
    given = listed_labels(labels, f"{kind} {name!r}")
    at = positions(block, given, kind)
    return block, at, block.index[at - block.start]


def listed_labels(labels: Any, what: str) -> list[Any]:
    """Return labels as a list, in the order in which numbers are given for them.

    Raises
    ------
    ProgramError : they are no list, or have no order (a set).
    """
    if isinstance(labels, Set) and not isinstance(labels, KeysView):
        raise ProgramError(f"{what}: a set of labels has no order; give a list")
    if isinstance(labels, str | bytes | Mapping) or not isinstance(labels, Iterable):
        raise ProgramError(f"{what}: labels must be a list, not {shortened(labels)}")
    return list(labels)


def positions(block: Block, labels: list[Any], kind: Kind, repeated: bool = False) -> Positions:
    """Return where labels of a block stand in the program.

    Raises
    ------
    ProgramError : a label is not in the block, or is given twice; or labels of the block occur more than once.
    """
    if not block.index.is_unique:
        raise ProgramError(f"{kind} {block.name!r}: labels occur more than once in it, so give the whole block")
    try:
        places = {label: k for k, label in enumerate(block.index)}
        missing = [label for label in labels if label not in places]
    except TypeError as error:  # a label that is a list
        raise ProgramError(f"{kind} {block.name!r}: labels are no lists: {error}") from None
    if missing:
        names = map(name_of, block.index)
        raise ProgramError(f"{kind} {block.name!r}: {unknown('label', name_of(missing[0]), names)}")
    if not repeated and len(set(labels)) < len(labels):
        twice = [name_of(label) for k, label in enumerate(labels) if label in labels[:k]]
        raise ProgramError(f"{kind} {block.name!r}: given twice: {listed(twice)}")
    return np.array([places[label] for label in labels], dtype=np.intp) + block.start


def numbers(values: Any, labels: pd.Index, what: str) -> Floats:
    """Return one number per label; a Series must have just these labels, in this order.

    Raises
    ------
    ProgramError : other labels than these, another length, or a number that is none.
    """
    if isinstance(values, pd.Series) and not values.index.equals(labels):
        raise ProgramError(f"{what}: the Series has other labels, or in another order; nothing is aligned by itself")
    array = spread(values, labels, what)
    if np.isnan(array).any():
        raise ProgramError(f"{what}: what is given for {called(labels, int(np.isnan(array).argmax()))} is not a number")
    return array


def terms_of(values: Any, rows: Block, columns: Block) -> sp.coo_array:
    """Return the coefficients of a block of columns in a block of rows; a DataFrame must have just their labels.

    Raises
    ------
    ProgramError : other labels than theirs, or another shape.
    """
    what = f"terms of columns {columns.name!r} in rows {rows.name!r}"
    framed = isinstance(values, pd.DataFrame)
    if framed and not (values.index.equals(rows.index) and values.columns.equals(columns.index)):
        raise ProgramError(f"{what}: the DataFrame has other labels, or in another order; nothing is aligned by itself")
    part, shape = sp.coo_array(coefficients(values, what)), (len(rows.index), len(columns.index))
    if part.shape != shape:
        raise ProgramError(f"{what} have shape {part.shape}, not {shape}")
    return part


def called(labels: pd.Index, at: int) -> str:
    """Return a label for a message."""
    return repr(name_of(labels[at]))

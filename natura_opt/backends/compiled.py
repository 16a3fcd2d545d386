"""Laying a compiled model out as a :class:`LinearProgram`: blocks by name, rows in the sense users write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..program.canonical import Block
from ..program.declared import Columns, Rows
from ..program.linear import LinearProgram


def blocks_of(
    labelled: Sequence[tuple[str, Any]], declared: Mapping[str, Rows | Columns]
) -> tuple[tuple[Block, ...], Any]:
    """Group labelled columns (or rows) into blocks by name.

    Parameters
    ----------
    labelled : (block name, label) of each, in any order; a label is a scalar or a tuple.
    declared : what laws say of blocks of these names.

    Returns
    -------
    The blocks, in order of first appearance, and the positions that sort the given order into them.
    """
    names = list(dict.fromkeys(name for name, _ in labelled))
    by_name: dict[str, list[int]] = {name: [] for name in names}
    for position, (name, _) in enumerate(labelled):
        by_name[name].append(position)
    blocks, start = [], 0
    for name in names:
        labels = [labelled[position][1] for position in by_name[name]]
        index = pd.MultiIndex.from_tuples(labels) if isinstance(labels[0], tuple) else pd.Index(labels)
        blocks.append(Block(name, index, start, declared.get(name)))
        start += len(index)
    order = [position for name in names for position in by_name[name]]
    return tuple(blocks), np.array(order, dtype=np.int64)


def oriented(program: LinearProgram) -> tuple[LinearProgram, Floats]:
    """Turn the rows of known blocks into the sense their law is written in, and a user's own rows by one rule.

    A modelling layer turns ``a >= b`` into ``b - a <= 0`` and ``a - b >= 0`` into itself, so the side on which a user
    put things says nothing about which sign was meant. A row of the user's own is read the same however it was written
    (:func:`_own_factors`).

    Returns
    -------
    The program and the factor (1 or -1) each row was multiplied by.
    """
    factor = np.ones(program.shape[0])
    by_row = sp.csr_array(program.matrix)
    for block in program.rows:
        sense = block.declared.sense if isinstance(block.declared, Rows) else None
        lower, upper = program.row_lower[block.span], program.row_upper[block.span]
        if sense is None:
            factor[block.span] = _own_factors(sp.csr_array(by_row[block.span]), lower, upper)
        elif sense == ">=":
            factor[block.span] = np.where(np.isneginf(lower) & np.isfinite(upper), -1.0, 1.0)
        elif sense == "<=":
            factor[block.span] = np.where(np.isfinite(lower) & np.isposinf(upper), -1.0, 1.0)
    turned = factor < 0
    lower = np.where(turned, -program.row_upper, program.row_lower)
    upper = np.where(turned, -program.row_lower, program.row_upper)
    matrix = sp.csc_array(sp.diags_array(factor) @ program.matrix)
    turned_round = LinearProgram(
        sense=program.sense,
        columns=program.columns,
        rows=program.rows,
        cost=program.cost,
        lower=program.lower,
        upper=program.upper,
        integer=program.integer,
        matrix=matrix,
        row_lower=lower + 0.0,
        row_upper=upper + 0.0,
        offset=program.offset,
    )
    return turned_round, factor


def _own_factors(matrix: sp.csr_array, lower: Floats, upper: Floats) -> Floats:
    """Return the factor (1 or -1) by which each row of a user's own block is read, however it was written.

    With the variables on the left and the constants on the right,

    1. a row whose coefficients all have one sign is read with positive coefficients: ``coal <= 30``, ``a + b >= 5``;
    2. other rows, all those of a block alike, so that their constants are not negative (in sum): ``b - a <= 10``;
    3. where those are zero, an inequality reads ``what is greater - what is smaller >= 0``, and an equality has its
       first variable (in the order of the program's columns) positive.

    A range ``low <= row <= high`` has its variables in the middle and stays as it is.
    """
    matrix = sp.csr_array(matrix, copy=True)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    signs = np.sign(matrix.data)
    filled = np.diff(matrix.indptr) > 0
    starts = matrix.indptr[:-1][filled]
    first, most, least = np.ones(len(lower)), np.ones(len(lower)), np.ones(len(lower))
    first[filled] = signs[starts]
    if len(starts):
        most[filled], least[filled] = np.maximum.reduceat(signs, starts), np.minimum.reduceat(signs, starts)
    equal = lower == upper
    one_sided = np.isfinite(lower) != np.isfinite(upper)
    factor = np.where(equal, first, np.where(one_sided & np.isfinite(upper), -1.0, 1.0))
    one_sign = most == least
    for kind in (equal, one_sided):
        mixed = kind & ~one_sign
        sides = np.where(np.isfinite(lower[mixed]), lower[mixed], upper[mixed])
        if (factor[mixed] * sides).sum() < 0:
            factor[mixed] *= -1.0
    read_positive = one_sign & (equal | one_sided)
    factor[read_positive] = most[read_positive]
    return factor

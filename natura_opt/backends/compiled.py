"""Laying a compiled model out as a :class:`LinearProgram`: blocks by name, rows in the sense users write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..program import Block, Floats, LinearProgram, RowSense


def blocks_of(labelled: Sequence[tuple[str, Any]]) -> tuple[tuple[Block, ...], Any]:
    """Group labelled columns (or rows) into blocks by name.

    Parameters
    ----------
    labelled : (block name, label) of each, in any order; a label is a scalar or a tuple.

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
        found = [labelled[position][1] for position in by_name[name]]
        index = pd.MultiIndex.from_tuples(found) if isinstance(found[0], tuple) else pd.Index(found)
        blocks.append(Block(name, index, start))
        start += len(index)
    order = [position for name in names for position in by_name[name]]
    return tuple(blocks), np.array(order, dtype=np.int64)


def oriented(program: LinearProgram, senses: Mapping[str, RowSense]) -> tuple[LinearProgram, Floats]:
    """Turn one-sided rows of known blocks into the sense their law is written in.

    Returns
    -------
    The program and the factor (1 or -1) each row was multiplied by.
    """
    factor = np.ones(program.shape[0])
    for block in program.rows:
        sense = senses.get(block.name)
        lower, upper = program.row_lower[block.span], program.row_upper[block.span]
        if sense == ">=":
            factor[block.span] = np.where(np.isneginf(lower) & np.isfinite(upper), -1.0, 1.0)
        elif sense == "<=":
            factor[block.span] = np.where(np.isfinite(lower) & np.isposinf(upper), -1.0, 1.0)
    turned = factor < 0
    lower = np.where(turned, -program.row_upper, program.row_lower)
    upper = np.where(turned, -program.row_lower, program.row_upper)
    matrix = sp.csc_array(sp.diags_array(factor) @ program.matrix)
    made = LinearProgram(
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
    return made, factor

"""To which period each row of a program belongs, by what laws declare of their blocks and by labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .canonical import Block
from .declared import Rows
from .protocol import Program


def periods_of_rows(program: Program) -> Any:
    """Return the place of the period of each row, from zero; shape (rows,).

    What is asked of all periods together (a row with a lower side) is of the last, what limits them together of the
    first: so the rows up to a place are what a plan of the periods up to it would have to keep. All zeros where rows
    have no periods.
    """
    periods = _periods(program)
    found = np.empty(program.shape[0], dtype=int)
    for block in program.rows:
        own = _places(block, periods)
        asks = np.isfinite(program.row_lower[block.span])
        found[block.span] = np.where(own >= 0, own, np.where(asks, max(len(periods) - 1, 0), 0))
    return found


def _periods(program: Program) -> pd.Index:
    """Return the periods, in the order in which the rows that have the most of them name them."""
    named = [_last(b).unique() for b in program.rows if isinstance(b.declared, Rows) and b.declared.by_period]
    return max(named, key=len, default=pd.Index([]))


def _places(block: Block, periods: pd.Index) -> Any:
    """Return the place of each row's period, or -1."""
    says = block.declared
    if not len(periods) or (isinstance(says, Rows) and not says.by_period):
        return np.full(len(block.index), -1)
    return periods.get_indexer(_last(block))


def _last(block: Block) -> pd.Index:
    """Return the last part of each label of a block."""
    index = block.index
    return index.get_level_values(-1) if index.nlevels > 1 else index

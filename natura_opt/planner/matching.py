"""Which rows and columns of one program are those of another, by their names; or stand for them, in another period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..program.canonical import Block
from ..program.linear import LinearProgram
from ..program.places import Positions

#: The level of an index that says in which period a row or column holds.
_PERIOD = "period"


def same_places(
    before: LinearProgram, now: LinearProgram, periods: Mapping[Any, Any] | None = None
) -> tuple[Positions, Positions]:
    """Return which of the rows and of the columns of a program those of another are: -1 for those it does not have.

    Parameters
    ----------
    before, now : the one and the other.
    periods : the period of ``before`` that a period of ``now`` is or stands for; each the one of its name, where it is
        not given.
    """
    return _of_blocks(before.rows, now.rows, periods), _of_blocks(before.columns, now.columns, periods)


def _of_blocks(before: tuple[Block, ...], now: tuple[Block, ...], periods: Mapping[Any, Any] | None) -> Positions:
    named = {block.name: block for block in before}
    found = [_of_block(named.get(block.name), block, periods) for block in now]
    return np.concatenate([np.zeros(0, dtype=np.intp), *found])


def _of_block(before: Block | None, now: Block, periods: Mapping[Any, Any] | None) -> Positions:
    if before is None or not before.index.is_unique:
        return np.full(len(now.index), -1, dtype=np.intp)
    wanted = now.index if periods is None else _in_other_periods(now.index, periods)
    if wanted.equals(before.index):
        return np.arange(before.start, before.start + len(wanted))
    if wanted.nlevels != before.index.nlevels:
        return np.full(len(wanted), -1, dtype=np.intp)
    at = before.index.get_indexer(wanted).astype(np.intp)
    return np.where(at >= 0, at + before.start, -1)


def _in_other_periods(index: pd.Index, periods: Mapping[Any, Any]) -> pd.Index:
    """Return labels with other periods in the place of theirs."""
    if isinstance(index, pd.MultiIndex) and _PERIOD in index.names:
        level = index.names.index(_PERIOD)
        parts = [index.get_level_values(k) for k in range(index.nlevels)]
        parts[level] = parts[level].map(lambda period: periods.get(period, period))
        return pd.MultiIndex.from_arrays(parts, names=index.names)
    return index.map(lambda period: periods.get(period, period)) if index.name == _PERIOD else index

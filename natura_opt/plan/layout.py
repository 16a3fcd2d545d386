"""Laying labelled values out as tables: names x periods, in the economy's order, by their labels alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats


def frame(values: Floats, index: pd.Index, rows: pd.Index, periods: pd.Index, axis: str | None) -> pd.DataFrame:
    """Lay values labelled (name…, period) out as rows x periods; a label that was not stated counts nothing."""
    laid = np.zeros(len(rows) * len(periods))
    if len(index):
        place = places(index, rows, periods)
        laid[place[place >= 0]] = values[place >= 0]
    table = pd.DataFrame(laid.reshape(len(periods), len(rows)).T, index=rows, columns=periods)
    return table.rename_axis(index=axis) if axis and not isinstance(rows, pd.MultiIndex) else table


def held(values: Floats, index: pd.Index, axes: list[pd.Index], titles: list[str], periods: pd.Index) -> pd.DataFrame:
    """Lay values labelled (holding…, period) out as holdings x periods, in the order of the axes they lie on.

    Parameters
    ----------
    axes, titles : labels and heading of each part of a holding; a pooled one has the first only.
    """
    if not len(index):
        return pd.DataFrame(index=pd.Index([], name="holding"), columns=periods, dtype=float)
    return frame(values, index, _in_order(_without_period(index).unique(), axes, titles), periods, None)


def places(index: pd.Index, axis: pd.Index, periods: pd.Index) -> Any:
    """Return where labels (name…, period) stand among names x periods, a period's together, or -1."""
    at_row, at_period = axis.get_indexer(_without_period(index)), periods.get_indexer(index.get_level_values(-1))
    return np.where((at_row >= 0) & (at_period >= 0), at_period * len(axis) + at_row, -1)


def positions(index: pd.Index, axes: list[pd.Index]) -> Any:
    """Return where labels over several axes stand in a block of all their labels, the first axis fastest, or -1."""
    if len(axes) == 1:
        return axes[0].get_indexer(index)
    at, inside, stride = np.zeros(len(index), dtype=int), np.ones(len(index), dtype=bool), 1
    for level, axis in enumerate(axes):
        place = axis.get_indexer(index.get_level_values(level))
        at, inside, stride = at + stride * place, inside & (place >= 0), stride * len(axis)
    return np.where(inside, at, -1)


def _in_order(holdings: pd.Index, axes: list[pd.Index], titles: list[str]) -> pd.Index:
    """Put holdings in the order of the axes of the economy, whatever order a spelling states them in."""
    levels = [holdings.get_level_values(k) for k in range(holdings.nlevels)]
    at = [axis.get_indexer(pd.Index(level, tupleize_cols=False)) for axis, level in zip(axes, levels, strict=False)]
    ordered = holdings[np.lexsort(at[::-1])]
    if isinstance(ordered, pd.MultiIndex):
        return ordered.set_names(titles)
    return ordered.rename(titles[0])


def _without_period(index: pd.Index) -> pd.Index:
    """Drop the last level of a block's labels, which is the period."""
    assert isinstance(index, pd.MultiIndex)
    return index.droplevel(index.nlevels - 1)

"""Rows of tidy tables: their headings, names, numbers and texts, each looked at where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import DataError, shortened, unknown
from ..base.labels import spoken
from ..base.numbers import doubles
from ..tables.spec import AXES
from .coerce import positions_of

#: Says where a row stands.
Place = Callable[[int], str]


def check_headings(frame: pd.DataFrame, known: Sequence[str], needed: Sequence[str], here: str) -> None:
    """Raise on headings that are unknown, given twice or missing.

    Raises
    ------
    DataError : naming the heading.
    """
    for heading in frame.columns:
        if heading not in known:
            raise DataError(f"{here}: {unknown('column', heading, known)}")
    if not frame.columns.is_unique:
        raise DataError(f"{here}: the column {frame.columns[frame.columns.duplicated()][0]!r} is given twice")
    missing = [heading for heading in needed if heading not in frame.columns]
    if missing:
        raise DataError(f"{here}: the column {missing[0]!r} is missing")


def numbers_in(frame: pd.DataFrame, heading: str, here: str) -> Floats:
    """Return a column of numbers as doubles; not given where it is missing.

    Raises
    ------
    DataError : what is no number.
    """
    given = frame[heading] if heading in frame.columns else pd.Series(np.nan, frame.index)
    try:
        return doubles(given)
    except (TypeError, ValueError) as error:
        raise DataError(f"{here}, column {heading!r}: not numbers: {error}") from None


def cells_in(frame: pd.DataFrame, heading: str) -> list[Any]:
    """Return the cells of a column; empty texts where it is missing."""
    cells: list[Any] = frame[heading].tolist() if heading in frame.columns else [""] * len(frame)
    return cells


def text_in(value: Any, heading: str, place: str, choices: Sequence[str] = (), numbered: bool = False) -> str:
    """Return a cell that holds text, or nothing.

    Parameters
    ----------
    choices : what it may say; anything, where there are none.
    numbered : whether a whole number may stand for its text.

    Raises
    ------
    DataError : naming the place and the column.
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if numbered and isinstance(value, int | np.integer) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise DataError(f"{place}, column {heading!r}: must be text, not {shortened(value)}")
    text = value.strip()
    if choices and text and text not in choices:
        raise DataError(f"{place}, column {heading!r}: {unknown(heading, text, choices)}")
    return text


def found_on(given: Sequence[Any], axis: pd.Index, name: str, at: Place) -> list[int]:
    """Return the positions of names on an axis.

    Raises
    ------
    DataError : the first name that is not there, with its place.
    """
    positions = positions_of(given, axis)
    bad = next((k for k, position in enumerate(positions) if position < 0), None)
    if bad is not None:
        raise DataError(f"{at(bad)}: {unknown(AXES[name], spoken(given[bad]), map(spoken, axis))}")
    return positions

"""Labelled tables to arrays with their signs looked at: what an account has below zero is named, and moved if so told.

National accounts hold negative entries: an industry's sales of scrap as a negative input, imports and stocks drawn
down as negative final demand. An economy has none: what is used below zero is made, and what is wanted below zero is
there from outside. Nothing is moved unless the reader is told to, and what is moved is listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import pandas as pd

from ...base.arrays import Floats
from ...base.errors import DataError, OptionError, unknown
from ...base.numbers import doubles
from ..coerce import as_labels, matched

Negatives = Literal["error", "as-output"]
#: So many entries are listed by name in a note.
_LISTED = 50


def check_choice(negatives: str) -> None:
    """Raise unless ``negatives`` is one of its two values."""
    if not isinstance(negatives, str) or negatives not in ("error", "as-output"):
        raise OptionError(unknown("way to treat negatives", negatives, ("error", "as-output")))


def aligned(table: pd.DataFrame, rows: pd.Index | None, columns: pd.Index, place: str, axes: tuple[str, str]) -> Floats:
    """Return a labelled table as an array in the order wanted.

    Parameters
    ----------
    rows : the row labels wanted, each once; ``None`` keeps the table's own.
    axes : what rows and columns are (names of axes, for messages).

    Raises
    ------
    DataError : not a DataFrame, unmatched or duplicate names, an entry that is not a finite number.
    """
    if not isinstance(table, pd.DataFrame):
        raise DataError(f"{place}: must be a DataFrame with names of rows and columns, not {type(table).__name__}")
    order = matched(as_labels(table.columns, axes[1], place), columns, axes[1], place)
    given = as_labels(table.index, axes[0], place)
    try:
        values = doubles(table)[:, order]
    except (TypeError, ValueError) as error:
        raise DataError(f"{place}: not numbers: {error}") from error
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        r, c = bad[0]
        raise DataError(f"{place}, row {given[r]!r}, column {columns[c]!r} is {values[r, c]}; give a finite number")
    return values if rows is None else values[matched(given, rows, axes[0], place)]


def moved_inputs(
    inputs: Floats, rows: pd.Index, columns: pd.Index, place: str, negatives: str
) -> tuple[Floats, Floats, list[str]]:
    """Split inputs into those above zero and, turned positive, those below, which are outputs.

    Returns
    -------
    inputs, outputs : both non-negative, shape as given; their difference is what was given.
    notes : one line that lists what was moved, if anything was.

    Raises
    ------
    DataError : there are negative inputs and ``negatives`` is ``"error"``.
    """
    negative = np.argwhere(inputs < 0).tolist()
    if not len(negative):
        return inputs, np.zeros_like(inputs), []
    entries = _enumerated(f"{inputs[r, c]:g} of {str(rows[r])!r} in {str(columns[c])!r}" for r, c in negative)
    if negatives == "error":
        raise DataError(
            f"{place}: {_counted(len(negative), 'negative input')}: {entries}; an input below zero is an output: "
            "correct the table, or give negatives='as-output'"
        )
    return (
        np.maximum(inputs, 0.0),
        np.maximum(-inputs, 0.0),
        [f"{_counted(len(negative), 'negative input')} turned into outputs: {entries}"],
    )


def moved_demand(demand: Floats, goods: pd.Index, place: str, negatives: str) -> tuple[Floats, Floats, list[str]]:
    """Split final demand into what is wanted and, where it is below zero, what is there from outside.

    Returns and errors as :func:`moved_inputs`.
    """
    negative = np.flatnonzero(demand < 0)
    if not len(negative):
        return demand, np.zeros_like(demand), []
    entries = _enumerated(f"{demand[k]:g} of {str(goods[k])!r}" for k in negative.tolist())
    if negatives == "error":
        raise DataError(
            f"{place}: {_counted(len(negative), 'negative final demand')}: {entries}; leave out the categories "
            "that are supplies (imports, stocks drawn down), or give negatives='as-output' to count them as goods on "
            "hand"
        )
    return (
        np.maximum(demand, 0.0),
        np.maximum(-demand, 0.0),
        [f"{_counted(len(negative), 'negative final demand')} counted as goods on hand: {entries}"],
    )


def per_unit(totals: Floats, levels: Floats, columns: pd.Index, place: str) -> Floats:
    """Divide totals of a base year by activity levels, column by column.

    Raises
    ------
    DataError : a technique that did not run has an entry.
    """
    idle = levels == 0
    if (totals[:, idle] != 0).any():
        at = int(np.flatnonzero(idle & (totals != 0).any(axis=0))[0])
        raise DataError(
            f"{place}, column {str(columns[at])!r}: has entries but made nothing, so its coefficients are not "
            "defined; leave it out, or correct the table"
        )
    return np.asarray(totals / np.where(idle, 1.0, levels))


def summed(final_demand: Any, goods: pd.Index, place: str) -> Floats:
    """Return final demand by good: a Series, or the sum over the columns of a DataFrame.

    Raises
    ------
    DataError : goods that do not match, and entries that are no finite numbers.
    """
    frame = final_demand.to_frame() if isinstance(final_demand, pd.Series) else final_demand
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"{place}: must be a Series or a DataFrame with the names of the goods")
    return np.asarray(aligned(frame, goods, pd.Index(frame.columns), place, ("goods", "categories")).sum(axis=1))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _enumerated(entries: Iterable[str]) -> str:
    every = list(entries)
    more = f" and {len(every) - _LISTED} more" if len(every) > _LISTED else ""
    return ", ".join(every[:_LISTED]) + more

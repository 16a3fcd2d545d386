"""Labelled tables to arrays with their signs looked at: what an account has below zero is named, and moved if so told.

National accounts hold negative entries: an industry's sales of scrap as a negative input, a by-product taken back as a
negative output, imports and stocks drawn down as negative final demand, subsidies as negative costs. An economy has
none: what is used below zero is made, what is made below zero is used, what is wanted below zero is there from outside
and the other way round. Nothing is moved unless the reader is told to, and what is moved is listed.
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

Negatives = Literal["error", "as-output", "other-side"]
#: What each way does: refuse all; move inputs and final demand below zero; move whatever is below zero.
WAYS: tuple[Negatives, ...] = ("error", "as-output", "other-side")
#: So many entries are listed by name in a note.
_LISTED = 50


def check_choice(negatives: str) -> None:
    """Raise unless ``negatives`` is one of its values."""
    if not isinstance(negatives, str) or negatives not in WAYS:
        raise OptionError(unknown("way to treat negatives", negatives, WAYS))


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
    count, entries = _below_zero(inputs, rows, columns)
    if not count:
        return inputs, np.zeros_like(inputs), []
    if negatives == "error":
        raise DataError(
            f"{place}: {_counted(count, 'negative input')}: {entries}; an input below zero is an output: "
            "correct the table, or give negatives='as-output'"
        )
    notes = [f"{_counted(count, 'negative input')} turned into outputs: {entries}"]
    return np.maximum(inputs, 0.0), np.maximum(-inputs, 0.0), notes


def moved_outputs(
    outputs: Floats, rows: pd.Index, columns: pd.Index, place: str, negatives: str
) -> tuple[Floats, Floats, list[str]]:
    """Split outputs into those above zero and, turned positive, those below, which are inputs.

    Returns as :func:`moved_inputs`.

    Raises
    ------
    DataError : there are negative outputs and ``negatives`` is not ``"other-side"``.
    """
    count, entries = _below_zero(outputs, rows, columns)
    if not count:
        return outputs, np.zeros_like(outputs), []
    if negatives != "other-side":
        r, c = np.argwhere(outputs < 0)[0]
        raise DataError(
            f"{place}, row {rows[r]!r}, column {columns[c]!r} is {outputs[r, c]:g}; it must not be negative; an "
            "output below zero is an input: put it into 'use', or give negatives='other-side'"
        )
    notes = [f"{_counted(count, 'negative output')} turned into inputs: {entries}"]
    return np.maximum(outputs, 0.0), np.maximum(-outputs, 0.0), notes


def moved_imports(imports: Floats, goods: pd.Index, place: str, negatives: str) -> tuple[Floats, Floats, list[str]]:
    """Split imports into what is there from outside and, where they are below zero, what is wanted outside.

    Returns and errors as :func:`moved_outputs`.
    """
    negative = np.flatnonzero(imports < 0)
    if not len(negative):
        return imports, np.zeros_like(imports), []
    entries = _enumerated(f"{imports[k]:g} of {str(goods[k])!r}" for k in negative.tolist())
    if negatives != "other-side":
        raise DataError(
            f"{place}: {_counted(len(negative), 'negative import')}: {entries}; what is brought in below zero is "
            "wanted outside: put it into final demand, or give negatives='other-side'"
        )
    notes = [f"{_counted(len(negative), 'negative import')} counted as final demand: {entries}"]
    return np.maximum(imports, 0.0), np.maximum(-imports, 0.0), notes


def without_receipts(
    totals: Floats, rows: pd.Index, columns: pd.Index, place: str, negatives: str
) -> tuple[Floats, list[str]]:
    """Return what industries spend of each resource; what they receive (a subsidy, a loss) is left out and listed.

    No resource is made by an industry, so what is below zero has no other side.

    Raises
    ------
    DataError : there are negative entries and ``negatives`` is not ``"other-side"``.
    """
    count, entries = _below_zero(totals, rows, columns)
    if not count:
        return totals, []
    if negatives != "other-side":
        raise DataError(
            f"{place}: {_counted(count, 'entry', 'entries')} below zero: {entries}; no industry makes a resource: "
            "leave the row out, correct it, or give negatives='other-side' to count what is received as nothing spent"
        )
    return np.maximum(totals, 0.0), [
        f"{_counted(count, 'entry', 'entries')} of resources below zero counted as nothing spent: {entries}"
    ]


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


def _below_zero(values: Floats, rows: pd.Index, columns: pd.Index) -> tuple[int, str]:
    """Return how many entries are below zero, and which."""
    negative = np.argwhere(values < 0).tolist()
    return len(negative), _enumerated(
        f"{values[r, c]:g} of {str(rows[r])!r} in {str(columns[c])!r}" for r, c in negative
    )


def _counted(count: int, what: str, several: str = "") -> str:
    return f"{count} {what if count == 1 else several or f'{what}s'}"


def _enumerated(entries: Iterable[str]) -> str:
    every = list(entries)
    more = f" and {len(every) - _LISTED} more" if len(every) > _LISTED else ""
    return ", ".join(every[:_LISTED]) + more

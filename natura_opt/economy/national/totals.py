"""Totals that were taken for entries: a row or column that is the sum of all the others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...base.arrays import Floats
from ...base.errors import DataError

#: Rounded tables: each entry may be half a unit off, and a total with them.
_HALF = 0.5
#: So far, in parts of the total, rounding may carry.
_PART = 0.01
#: Fewer lines or entries than these agree by chance.
_LEAST_LINES, _LEAST_ENTRIES = 3, 2


def refuse_totals(table: pd.DataFrame, place: str, advice: str = "leave it out of the range") -> None:
    """Raise on a row or a column that is the sum of all others.

    Parameters
    ----------
    table : as it was read.
    place : where it stands, for the message.
    advice : what to do about it.

    Raises
    ------
    DataError : naming the row or column.
    """
    values = table.to_numpy(dtype=float)
    for what, lines, names in (("row", values, table.index), ("column", values.T, table.columns)):
        at = _total(lines)
        if at is not None:
            name = str(names[at])
            raise DataError(
                f"{place}, {what} {name!r} is the sum of the other {len(names) - 1} {what}s: a total among them? "
                f"{advice.format(name)}; if it is none, give the tables to natura_opt.from_supply_use"
            )


def _total(lines: Floats) -> int | None:
    """Return the position of a line that is the sum of all others, shape (lines, entries)."""
    if len(lines) < _LEAST_LINES or np.count_nonzero(lines.any(axis=0)) < _LEAST_ENTRIES:
        return None
    others = lines.sum(axis=0)[None, :] - lines
    whole = bool((lines == np.round(lines)).all())
    allowed = (
        np.minimum(_HALF * len(lines) if whole else np.inf, _PART * np.abs(lines)) if whole else 1e-9 * np.abs(lines)
    )
    same = (np.abs(others - lines) <= allowed).all(axis=1) & (np.count_nonzero(lines, axis=1) >= _LEAST_ENTRIES)
    found = np.flatnonzero(same)
    return int(found[0]) if len(found) else None

"""Whether what a table says is made is what it says goes out, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...base.arrays import Floats
from ...base.errors import DataError, OptionError

#: So much of a row may be missing unasked: published tables are rounded, and their small rows with them.
TOLERANCE = 0.01
#: Below this a difference is rounding in the last digits, of which nothing need be said.
_SILENT = 1e-12
#: So many rows are named.
_NAMED = 5


def refuse_tolerance(tolerance: float) -> None:
    """Raise unless a part of a row's total, 0 or more (or infinity, for no check)."""
    if not tolerance >= 0:
        raise OptionError(f"tolerance must be 0 or more, a part of each row's total, not {tolerance}")


def checked_balance(made: Floats, used: Floats, goods: pd.Index, place: str, tolerance: float) -> list[str]:
    """Return a note of the largest difference between what is made and what goes out.

    Parameters
    ----------
    made, used : totals of each row, shape (goods,).
    goods : names of the rows.
    place : the table, for messages.
    tolerance : largest difference allowed, as a part of the larger of the two totals.

    Raises
    ------
    DataError : naming the rows that differ by more, the worst first.
    """
    larger = np.maximum(np.abs(made), np.abs(used))
    apart = np.abs(made - used) / np.where(larger > 0, larger, 1.0)
    worst = np.argsort(-apart, kind="stable")
    beyond = [int(at) for at in worst if apart[at] > tolerance]
    if beyond:
        rows = "; ".join(
            f"{str(goods[at])!r} makes {made[at]:.10g}, and {used[at]:.10g} go out" for at in beyond[:_NAMED]
        )
        more = f"; and {len(beyond) - _NAMED} more" if len(beyond) > _NAMED else ""
        needed = f"{apart[beyond[0]]:.2g}"
        raise DataError(
            f"{place}: {len(beyond)} of {len(goods)} rows do not balance: {rows}{more}; name all columns of final "
            f"demand and no total among them, correct the table, or allow it (tolerance={needed} or more)"
        )
    if not len(goods) or apart[worst[0]] <= _SILENT:
        return []
    return [
        f"what is made and what goes out differ by at most {apart[worst[0]]:.1e} of a row ({str(goods[worst[0]])!r})"
    ]

"""Labels that cost nothing: axes whose names are whole numbers one after the other, kept as a first and a last.

An axis of twelve million goods whose names are 1, 2, … 12,000,000 is a :class:`pandas.RangeIndex`; no name of it is
spelled out anywhere, and where a label stands is arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import DataError, shortened
from ..base.labels import spoken

Positions = npt.NDArray[np.int64]
#: As many labels as positions of 32 bits tell apart.
MOST = 2**31 - 1
_WHOLE = re.compile("0|-?[1-9][0-9]{0,17}")


def counted(count: Any, axis: str, where: str) -> pd.RangeIndex:
    """Return the labels 1, 2, … of an axis that is given by how many there are.

    Raises
    ------
    DataError : a number out of range.

    >>> counted(3, "goods", "economy").to_list()
    [1, 2, 3]
    """
    if not 1 <= count <= MOST:
        raise DataError(
            f"{where}: {axis} must be names, or how many there are, from 1 to {MOST:,}, not {shortened(count)}"
        )
    return pd.RangeIndex(1, int(count) + 1)


def is_counted(index: pd.Index) -> bool:
    """Whether the labels are 1, 2, …, so that their number says them all."""
    return isinstance(index, pd.RangeIndex) and len(index) > 0 and index.start == 1 and index.step == 1


def as_choices(index: Iterable[Any]) -> Iterable[Any]:
    """Return labels as :func:`natura_opt.base.errors.unknown` lists them: those of a range are not spelled out."""
    return range(index.start, index.stop, index.step) if isinstance(index, pd.RangeIndex) else map(spoken, index)


def positions_in(index: pd.RangeIndex, labels: Any) -> Positions:
    """Return where whole numbers stand in a range, shape (k,); -1 for those that do not.

    >>> positions_in(pd.RangeIndex(1, 4), np.array([3, 4, 1, 0])).tolist()
    [2, -1, 0, -1]
    """
    given = np.asarray(labels)
    if given.dtype.kind == "u":  # none of a range is beyond what signed numbers hold
        given = np.where(given > np.uint64(2**62), -(2**62), given.astype(np.int64))
    found: Positions = given.astype(np.int64, copy=False) - index.start
    inside = (found >= 0) & (found < len(index))
    if index.step != 1:
        found, beside = np.divmod(found, index.step)
        inside = (found >= 0) & (found < len(index)) & (beside == 0)
    if not inside.all():
        found[~inside] = -1
    return found


def position_of_text(index: pd.RangeIndex, text: str) -> int:
    """Return where the label that reads so stands in a range; -1 where there is none.

    >>> position_of_text(pd.RangeIndex(1, 4), "2"), position_of_text(pd.RangeIndex(1, 4), "02")
    (1, -1)
    """
    if not _WHOLE.fullmatch(text):
        return -1
    return int(positions_in(index, np.array([int(text)]))[0])

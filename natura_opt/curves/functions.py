"""Curves from Python functions of the activity: as formulas where they can be traced, else read at quantities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..base.errors import DataError, shortened
from ..base.numbers import double, doubles
from .curve import Beyond, Curve
from .making import AGREEMENT, composed, curve_through
from .tracing import traced


def curve_from_function(
    function: Callable[[Any], Any],
    *,
    end: float | None = None,
    quantities: Any = None,
    beyond: Beyond = "error",
) -> Curve:
    """Return the curve of a function of the activity.

    Parameters
    ----------
    function : the total at an activity, in the unit of what is needed. What it says at 0, where that is more than 0, is
        needed as soon as the technique runs.
    end : the largest activity that the function is meant for: it becomes a formula from 0 to there.
    quantities : in place of ``end``: the activities at which it is read, straight pieces between them.
    beyond : what holds beyond the last of them.

    Raises
    ------
    DataError : neither or both given; a function that cannot be written as a formula; a value that is no number.

    >>> curve_from_function(lambda q: q**2 / 1000, end=500).formulas[0].text
    'q**2 / 1000'
    >>> curve_from_function(lambda q: max(q, 10), quantities=[0, 10, 20]).total([0, 5, 15]).tolist()
    [0.0, 10.0, 15.0]
    """
    if (end is None) == (quantities is None):
        raise DataError("a function needs either its end (it becomes a formula) or the quantities at which to read it")
    if quantities is not None:
        return _read(function, quantities, beyond)
    try:
        stop = double(end)
    except ValueError as error:
        raise DataError(f"the end of a function is {error}") from None
    if not (np.isfinite(stop) and stop > 0.0):
        raise DataError(f"the end of a function is {stop:g}; it is a finite activity above 0")
    formula = traced(function)
    for level in stop * np.array([0.25, 0.5, 1.0]):
        said, written = _value(function, float(level)), float(formula.values(level))
        if abs(said - written) > AGREEMENT * max(abs(said), abs(written)):
            raise DataError(
                f"{shortened(function)} gives {said:.12g} at {level:g}, but {written:.12g} when traced: it does not do "
                "the same with every argument; give the quantities at which to read it"
            )
    return composed([0.0, stop], [0.0, np.nan], [None, formula], beyond)


def _read(function: Callable[[Any], Any], quantities: Any, beyond: Beyond) -> Curve:
    try:
        levels = doubles(quantities)
    except ValueError as error:
        raise DataError(f"the quantities at which a function is read: {error}") from None
    if levels.ndim != 1 or not len(levels) or levels[0] != 0.0:
        raise DataError("the quantities at which a function is read are a list that begins with 0")
    totals: Floats = np.array([_value(function, float(level)) for level in levels])
    if totals[0] != 0.0:
        levels, totals = np.concatenate([[0.0], levels]), np.concatenate([[0.0], totals])
    return curve_through(levels, totals, beyond)


def _value(function: Callable[[Any], Any], level: float) -> float:
    try:
        value = function(level)
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        found = double(value)
    except DataError:
        raise
    except Exception as error:
        raise DataError(f"{shortened(function)} gives no number at {level:g}: {error}") from None
    if not np.isfinite(found):
        raise DataError(f"{shortened(function)} gives {found} at {level:g}; a total is a finite number")
    return found

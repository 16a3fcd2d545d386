"""Production units filled in a stated order: one curve of them all (the factories of the village papers, model 5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..base.entrance import checked_arguments
from ..base.errors import DataError, shortened
from .curve import Beyond, Curve
from .formula import Formula
from .making import assembled


@checked_arguments("beyond")
def stacked_curve(units: Sequence[tuple[str, Curve, float | None]], beyond: Beyond = "error") -> Curve:
    """Return the total of production units of which each begins when the one before it is full.

    What the fixed order loses, a plan shows that has the units as techniques of their own.

    Parameters
    ----------
    units : name, curve in the unit's own quantities, and capacity (None: all that its curve was reported for).
    beyond : what holds beyond the last unit's capacity.

    Raises
    ------
    DataError : no units, a capacity that is no number above 0 or beyond what the unit's curve says.

    >>> from natura_opt.curves.making import curve_through
    >>> small, large = curve_through([0, 10], [0, 30]), curve_through([0, 50], [0, 100])
    >>> stacked_curve([("small", small, 10), ("large", large, 40)]).total([10, 11, 50]).tolist()
    [30.0, 32.0, 110.0]
    """
    if not units:
        raise DataError("no production units to stack; give at least one")
    points, starts, ends = [0.0], [], []
    formulas: list[Formula | None] = []
    filled, needed = 0.0, 0.0
    for name, curve, capacity in units:
        room = _capacity(name, curve, capacity)
        for k in range(curve.count):
            if curve.quantities[k] >= room:
                break
            formula = curve.formulas[k]
            stop = min(float(curve.quantities[k + 1]), room)
            points.append(filled + stop)
            starts.append(needed + float(curve.starts[k]))
            ends.append(needed + float(curve.total(stop)))
            formulas.append(None if formula is None else formula.shifted(filled, needed))
        filled, needed = points[-1], ends[-1]
    if not np.all(np.diff(points) > 0.0):
        k = int(np.argmin(np.diff(points)))
        raise DataError(f"a unit's piece at {points[k]:g} is too narrow beside what is filled before it")
    return assembled(np.array(points), np.array(starts), np.array(ends), formulas, beyond)


def _capacity(name: str, curve: Curve, capacity: float | None) -> float:
    room = curve.reported if capacity is None else float(capacity)
    if not (np.isfinite(room) and room > 0.0):
        raise DataError(f"unit {shortened(name)}: a capacity is a finite number above 0, not {room:g}")
    if room > curve.end:
        raise DataError(
            f"unit {shortened(name)} has a capacity of {room:g}, but its curve was reported only up to {curve.end:g}; "
            "report more of it, or choose how it goes on"
        )
    return room

"""What a whole curve is: straight, convex, concave or mixed; and whether its total never falls."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..base.arrays import Floats
from .curvature import cells_of
from .curve import Curve

Shape = Literal["linear", "convex", "concave", "mixed"]

#: Slopes that differ by less than this part of the steeper one are the same slope, rounded.
_SAME = 1e-12


def shape_of(curve: Curve) -> Shape:
    """Return the curvature of all of a curve, from 0 on.

    A jump above 0 makes it mixed; one at 0, with what is linear or concave after it, concave.

    Raises
    ------
    DataError : the curvature of a formula cannot be proved.
    """
    if (curve.jumps[1:] > 0.0).any():
        return "mixed"
    signs = {cell.sign for cell in cells_of(curve)} - {0}
    signs |= {-1} if curve.jumps[0] > 0.0 else set()
    before, after = _slopes_at_joints(curve)
    with np.errstate(invalid="ignore"):
        turns = np.where(before == after, 0.0, after - before)
        room = _SAME * np.maximum(np.abs(before), np.abs(after))
    signs |= {int(sign) for sign in np.sign(turns[(np.abs(turns) > room) | np.isinf(turns)])} - {0}
    if not signs:
        return "linear"
    return "mixed" if len(signs) > 1 else "convex" if signs == {1} else "concave"


def is_rising(curve: Curve) -> bool:
    """Whether the total never falls, proved: by the slopes of straight lines and at the lower end of curved cells.

    Raises
    ------
    DataError : the curvature of a formula cannot be proved.
    """
    for k, formula in enumerate(curve.formulas):
        if formula is None and curve.slopes[k] < 0.0:
            return False
    for cell in cells_of(curve):
        if cell.stop == np.inf:
            continue
        start, stop = curve.total([cell.start, cell.stop])
        if cell.sign == 0:
            rises = stop >= start
        else:
            convex = cell.sign > 0
            least = curve.slope(cell.start) if convex else curve.slope(cell.stop, side="left")
            rises = float(least) >= -_SAME * abs(stop - start) / (cell.stop - cell.start)
        if not rises:
            return False
    return True


def _slopes_at_joints(curve: Curve) -> tuple[Floats, Floats]:
    joints = curve.quantities[1:-1]
    return curve.slope(joints, side="left"), curve.slope(joints, side="right")

"""Where to cut a curve: cuts to begin with, and how far its enclosure is open on each part."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.arrays import Floats
from .curvature import cells_of
from .curve import Curve
from .enclosing import cells_between, lower, piece_at, upper

#: Octaves that the samples of a cell are graded over, towards each of its ends.
_OCTAVES = 44


class Opening(NamedTuple):
    """How far an enclosure is open on a part of a curve.

    Attributes
    ----------
    start, stop : the part, activity levels in the technique's unit.
    size : largest upper less lower total on it, in the unit of what is needed.
    cut : where cutting it closes it most: where its tangents meet, or close to an infinite slope.
    """

    start: float
    stop: float
    size: float
    cut: float


def openings(curve: Curve, cuts: object) -> list[Opening]:
    """Return how far the enclosure with these cuts is open, on each cell of a formula in order.

    On a straight piece it is open only where it meets a formula, and no further than there.

    Raises
    ------
    DataError : as :func:`natura_opt.curves.enclosing.lower`.
    """
    above, below = upper(curve, cuts), lower(curve, cuts)
    levels = np.union1d(above.quantities, below.quantities)
    starts, stops = levels[:-1], levels[1:]
    finite = np.isfinite(stops)
    at_start = _inside(above, starts, starts) - _inside(below, starts, starts)
    at_stop = np.where(
        finite,
        _inside(above, starts, np.where(finite, stops, 0.0)) - _inside(below, starts, np.where(finite, stops, 0.0)),
        0.0,
    )
    found = []
    for cell in cells_between(curve, cuts):
        if cell.is_bracket or curve.formulas[piece_at(curve, cell.start)] is None:
            continue
        mine = (starts < cell.stop) & (stops > cell.start)
        sizes = np.maximum(at_start[mine], at_stop[mine])
        found.append(Opening(cell.start, cell.stop, max(float(sizes.max()), 0.0), _cut(curve, cell.start, cell.stop)))
    return found


def gap(curve: Curve, cuts: object) -> Opening:
    """Return the widest opening of the enclosure with these cuts; that of a straight curve has size 0."""
    whole = Opening(0.0, curve.end, 0.0, curve.reported / 2.0)
    return max(openings(curve, cuts), key=lambda opening: opening.size, default=whole)


def _inside(straight: Curve, starts: Floats, levels: Floats) -> Floats:
    """Return totals as seen from the piece that begins at or before ``starts``."""
    piece = np.clip(np.searchsorted(straight.quantities, starts, side="right") - 1, 0, straight.count - 1)
    totals: Floats = straight.starts[piece] + straight.slopes[piece] * (levels - straight.quantities[piece])
    return totals


def _cut(curve: Curve, start: float, stop: float) -> float:
    slopes = float(curve.slope(start)), float(curve.slope(stop, side="left"))
    if not np.isfinite(slopes[0]):
        return start + (stop - start) / 16.0
    if not np.isfinite(slopes[1]):
        return stop - (stop - start) / 16.0
    return start + (stop - start) / 2.0


def initial_cuts(curve: Curve, count: int) -> Floats:
    """Return cuts that make the enclosure about equally wide everywhere, fine where the slope changes fast.

    They divide the integral of ``sqrt(|second derivative|)`` equally, read from how far the curve is from its chord on
    samples graded towards the ends of each cell, over 44 octaves.

    Parameters
    ----------
    count : number of cuts, shared by all curved cells.

    Raises
    ------
    DataError : the curvature of a formula cannot be proved.
    """
    octaves = 2.0 ** np.arange(-_OCTAVES, 0)
    shares = np.unique(np.concatenate([[0.0], octaves, np.linspace(0.0, 1.0, 65), 1.0 - octaves]))
    starts, stops, weights = [], [], []
    for cell in cells_of(curve):
        if cell.sign == 0:
            continue
        levels = np.unique(np.clip(cell.start + shares * (cell.stop - cell.start), cell.start, cell.stop))
        middles = levels[:-1] + np.diff(levels) / 2.0
        totals = curve.total(levels)
        totals[0] = _inside_total(curve, cell.start)
        bulge = np.abs(curve.total(middles) - (totals[:-1] + totals[1:]) / 2.0)
        bulge[bulge < 1e-14 * np.abs(totals[1:])] = 0.0  # rounding
        starts.append(levels[:-1])
        stops.append(levels[1:])
        weights.append(np.sqrt(bulge))
    if not starts:
        return np.zeros(0)
    low, high, weight = np.concatenate(starts), np.concatenate(stops), np.concatenate(weights)
    reached = np.concatenate([[0.0], np.cumsum(weight)])
    wanted = reached[-1] * np.arange(1, count + 1) / (count + 1)
    at = np.clip(np.searchsorted(reached, wanted, side="right") - 1, 0, len(weight) - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(weight[at] > 0.0, (wanted - reached[at]) / weight[at], 0.5)
    cuts: Floats = np.unique(low[at] + share * (high[at] - low[at]))
    return cuts


def _inside_total(curve: Curve, start: float) -> float:
    """Return the total where a cell begins, above a jump."""
    piece = piece_at(curve, start)
    formula = curve.formulas[piece]
    return float(curve.starts[piece]) if formula is None else float(formula.values(start))

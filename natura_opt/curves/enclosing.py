"""Straight curves on either side of a curve, and how far apart they are.

On a cell of one curvature chords are on one side and tangents on the other. The totals and slopes that they are made of
come from interval arithmetic and are moved outwards by 4 units in the last place, so that rounding never turns an
enclosure around; it holds for the formulas as they are written, not for the rounding in one evaluation of them
(:meth:`natura_opt.curves.formula.Formula.errors`), nor for the brackets of inflections (1e-12 of the totals), nor for
totals that agree with their formula only to 1e-9: those are taken for the same.

Where a total begins to rise infinitely fast no line through the point is above it: the upper curve takes the tangent at
the next cut all the way, and lies above the curve at the point itself, by as much as that cut is away. Cut such places
finely (:func:`initial_cuts`). At 0 that is a jump in the upper curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from ..base.arrays import Floats
from ..base.errors import DataError
from ..base.numbers import doubles
from .curvature import Cell, cells_of
from .curve import Curve
from .formula import UNIT, Formula
from .series import point_of
from .shape import is_rising

Side = Literal["lower", "upper"]

#: A cut nearer to an inflection than this part of its quantity changes nothing.
_NARROWEST = 1e-10


@dataclass
class _Stretch:
    """A line of an enclosure from one quantity to another, as long as it is not final (mirrored: always an upper one).

    ``joined`` says whether the curve is continuous at its start, ``bracket`` whether it is that of an inflection, at
    the start of a piece or inside it.
    """

    start: float
    stop: float
    begin: float
    end: float
    joined: bool
    bracket: Literal["", "first", "inside"] = ""


def chords(curve: Curve, cuts: Any) -> Curve:
    """Return the straight curve through points of a curve: its breakpoints and these cuts, jumps kept.

    Between two points it is on one side of the curve only where no inflection lies between them.

    Parameters
    ----------
    cuts : activity levels, in the technique's unit; on straight pieces they change nothing.

    Raises
    ------
    DataError : cuts that are no activity levels within the curve.
    """
    levels = _levels(curve, cuts)
    stretches: list[_Stretch] = []
    for k, formula in enumerate(curve.formulas):
        start, stop = float(curve.quantities[k]), float(curve.quantities[k + 1])
        points = np.array([start, stop])
        if formula is not None:
            points = np.concatenate([[start], levels[(levels > start) & (levels < stop)], [stop]])
        values = np.array([curve.starts[k], *curve.total(points[1:])])
        for j in range(len(points) - 1):
            stretches.append(_Stretch(points[j], points[j + 1], values[j], values[j + 1], True))
    return _straight(curve, stretches)


def lower(curve: Curve, cuts: Any) -> Curve:
    """Return a straight curve that is nowhere above a curve: chords where it is concave, tangents where convex.

    Parameters
    ----------
    cuts : as of :func:`chords`.

    Raises
    ------
    DataError : cuts that are no activity levels within the curve, a curvature that cannot be proved, or a total that
        falls infinitely fast at 0.
    """
    return _enclosure(curve, _levels(curve, cuts), "lower")


def upper(curve: Curve, cuts: Any) -> Curve:
    """Return a straight curve that is nowhere below a curve: tangents where it is concave, chords where convex.

    Parameters and errors are those of :func:`lower`.
    """
    return _enclosure(curve, _levels(curve, cuts), "upper")


def cells_between(curve: Curve, cuts: Any) -> list[Cell]:
    """Return the cells of a curve, those of formulas cut further, in order.

    Raises
    ------
    DataError : as :func:`lower`.
    """
    return [cell for cell, _ in _cells(curve, _levels(curve, cuts))]


def piece_at(curve: Curve, start: float) -> int:
    """Return the piece that a cell beginning at a level lies on."""
    return int(np.searchsorted(curve.quantities, start, side="right")) - 1


def _levels(curve: Curve, cuts: Any) -> Floats:
    try:
        levels = np.unique(doubles(cuts))
    except ValueError as error:
        raise DataError(f"the cuts of a curve: {error}") from None
    if levels.size and not (levels[0] >= 0.0 and levels[-1] <= curve.end):
        raise DataError(f"the cuts of a curve lie between {levels[0]:g} and {levels[-1]:g}, it ends at {curve.end:g}")
    return levels[levels > 1e-15 * curve.reported]  # nearer to 0 a slope may be one that no double is


def _cells(curve: Curve, levels: Floats) -> list[tuple[Cell, int]]:
    """Return cells in order, each with the number of its piece."""
    found = []
    cells = cells_of(curve)
    for k, cell in enumerate(cells):
        piece = piece_at(curve, cell.start)
        if curve.formulas[piece] is None:
            found.append((cell, piece))
            continue
        after = _NARROWEST * cell.stop * (k > 0 and cells[k - 1].is_bracket)
        before = _NARROWEST * cell.stop * (k + 1 < len(cells) and cells[k + 1].is_bracket)
        inside = levels[(levels > cell.start + after) & (levels < cell.stop - before) & (not cell.is_bracket)]
        points = [cell.start, *(float(level) for level in inside), cell.stop]
        found += [(Cell(a, b, cell.sign), piece) for a, b in pairwise(points)]
    return found


def _enclosure(curve: Curve, levels: Floats, side: Side) -> Curve:
    if curve.is_straight:
        return curve
    mirror = 1.0 if side == "upper" else -1.0
    stretches: list[_Stretch] = []
    for cell, piece in _cells(curve, levels):
        formula = curve.formulas[piece]
        opens = cell.start == curve.quantities[piece]
        joined = not opens or curve.jumps[piece] == 0.0
        if formula is None:
            ends = mirror * curve.starts[piece], mirror * curve.ends[piece]
            stretches.append(_Stretch(cell.start, cell.stop, *ends, joined))
        else:
            lines = _lines(formula, cell, mirror)
            if opens:  # what the pieces agree on counts, where they agree to rounding
                exact = mirror * float(curve.starts[piece])
                lines[0].begin = exact if cell.start == 0.0 and not _is_steep(formula, cell, mirror) else lines[0].begin
                lines[0].begin = max(lines[0].begin, exact)
            if cell.stop == curve.quantities[piece + 1]:
                lines[-1].end = max(lines[-1].end, mirror * float(curve.ends[piece]))
            lines[0].joined = joined
            if cell.is_bracket:
                lines[0].bracket = "first" if opens else "inside"
            stretches += lines
    stretches = _met(_without_brackets(stretches), mirror)
    if is_rising(curve):
        _keep_rising(stretches, side)
    for stretch in stretches:
        stretch.begin, stretch.end = mirror * stretch.begin, mirror * stretch.end
    if stretches[0].begin < 0.0:
        raise DataError(
            "a total falls infinitely fast at 0: no straight line is below it; report quantities and totals instead"
        )
    return _straight(curve, stretches)


def _lines(formula: Formula, cell: Cell, mirror: float) -> list[_Stretch]:
    """Return the upper lines of one cell, mirrored: its chord, or its tangents up to where they meet."""
    a, b, _ = cell
    width = b - a
    (low_a, *slopes_a), (low_b, *slopes_b) = (_seen(formula, level, mirror) for level in (a, b))
    room = 8.0 * UNIT * max(abs(low_a), abs(low_b))
    if cell.is_bracket:
        room += abs(low_b - low_a)
    if mirror * cell.sign >= 0.0:
        return [_Stretch(a, b, low_a + room, low_b + room, True)]
    slope_a, slope_b = slopes_a[1], slopes_b[0]  # the steeper one at the start, the flatter one at the end
    if not np.isfinite(slope_a):
        return [_Stretch(a, b, low_b - slope_b * width + room, low_b + room, True)]
    if not np.isfinite(slope_b):
        return [_Stretch(a, b, low_a + room, low_a + slope_a * width + room, True)]
    bend = slope_a - slope_b
    at = a + ((low_b - low_a) - slope_b * width) / bend if bend > 0.0 else a
    if not a < at < b:
        top = max(low_a + slope_a * width, low_b)
        return [_Stretch(a, b, max(low_a, low_b - slope_b * width) + room, top + room, True)]
    top = max(low_a + slope_a * (at - a), low_b - slope_b * (b - at)) + room
    return [_Stretch(a, at, low_a + room, top, True), _Stretch(at, b, top, low_b + room, True)]


def _seen(formula: Formula, level: float, mirror: float) -> tuple[float, float, float]:
    """Return the mirrored total at a level, and bounds on its mirrored slope; infinite where it has none."""
    point = point_of(formula, level)
    total = point.high if mirror > 0.0 else -point.low
    if not np.isfinite(total):  # interval arithmetic cannot say (the root of what is zero but for rounding)
        value, error = float(formula.values(level)), float(formula.errors(level))
        total = mirror * value + (error if np.isfinite(error) else 0.0)
    if np.isfinite(point.slope_low):
        slopes = sorted((mirror * point.slope_low, mirror * point.slope_high))
        return total, slopes[0], slopes[1]
    slope = mirror * float(formula.slopes(level))
    return total, slope, slope


def _is_steep(formula: Formula, cell: Cell, mirror: float) -> bool:
    """Whether a cell's upper line, mirrored, has to begin above the curve."""
    return mirror * cell.sign < 0.0 and not np.isfinite(_seen(formula, cell.start, mirror)[2])


def _without_brackets(stretches: list[_Stretch]) -> list[_Stretch]:
    """Let the lines beside the bracket of an inflection meet at its end: no program needs a piece that narrow."""
    found: list[_Stretch] = []
    first: _Stretch | None = None
    for stretch in stretches:
        if stretch.bracket == "first":
            first = stretch
        elif stretch.bracket == "inside" and first is None:
            found[-1].stop = stretch.stop
            found[-1].end = max(found[-1].end, stretch.begin, stretch.end)
        else:
            if first is not None:
                stretch.start, stretch.begin, stretch.joined = first.start, first.begin, first.joined
                first = None
            found.append(stretch)
    return found


def _met(stretches: list[_Stretch], mirror: float) -> list[_Stretch]:
    """Let neighbours meet where the curve is continuous, at the upper of the two; mirrored jumps stay jumps.

    A straight line that would have to be lifted at its end far above the curve is cut short of it, so that it is lifted
    only there.
    """
    found = [stretches[0]]
    for after in stretches[1:]:
        before = found[-1]
        lift = after.begin - before.end
        straight = after.joined and lift > 64.0 * UNIT * abs(before.end) and before.start < before.stop < np.inf
        if straight and not after.stop - after.start >= before.stop - before.start:
            at = before.stop - (after.stop - after.start)
            share = (at - before.start) / (before.stop - before.start)
            if before.start < at < before.stop:
                level = before.begin + share * (before.end - before.begin)
                level += 8.0 * UNIT * max(abs(before.begin), abs(before.end))
                found[-1] = _Stretch(before.start, at, before.begin, level, before.joined)
                before = _Stretch(at, before.stop, level, before.end, True)
                found.append(before)
        if after.joined:
            before.end = after.begin = max(before.end, after.begin)
        elif mirror > 0.0:
            after.begin = max(before.end, after.begin)
        else:
            before.end = max(before.end, after.begin)
        found.append(after)
    return found


def _keep_rising(stretches: list[_Stretch], side: Side) -> None:
    """Keep an enclosure of a total that never falls from falling by what it was moved outwards (mirrored, in place)."""
    if side == "upper":
        least = -np.inf
        for stretch in stretches:
            stretch.begin = least = max(least, stretch.begin)
            stretch.end = least = max(least, stretch.end)
        return
    least = -np.inf
    for stretch in reversed(stretches):
        stretch.end = least = max(least, stretch.end)
        stretch.begin = least = max(least, stretch.begin)
    for stretch in stretches:
        stretch.begin, stretch.end = min(stretch.begin, 0.0), min(stretch.end, 0.0)


def _straight(curve: Curve, stretches: list[_Stretch]) -> Curve:
    quantities = np.array([*(stretch.start for stretch in stretches), stretches[-1].stop])
    starts = np.array([stretch.begin for stretch in stretches])
    ends = np.array([stretch.end for stretch in stretches])
    with np.errstate(invalid="ignore"):
        slopes = (ends - starts) / np.diff(quantities)
    if np.isinf(quantities[-1]):
        slopes[-1] = curve.slopes[-1]
    return Curve(quantities, starts, ends, slopes, (None,) * len(starts), curve.reported, curve.beyond)

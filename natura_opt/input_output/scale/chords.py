r"""How fast totals must rise at least from where they are: proven lower bounds of chords, whatever the curvature.

From a level ``low`` the total at any level q in ``(low, high]`` is at least ``phi(low) + s (q - low)``, where s is the
least slope of a chord from ``low``. For a convex total s is its slope at ``low``, for a concave one that of the chord
to ``high``; in general it is found cell by cell, where cells are straight, convex or concave (:mod:`.curvature` of
curves, which proves it).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...base.arrays import Floats
from ...curves.curvature import cells_of_formula
from ...curves.curve import Curve
from ...curves.formula import Formula

#: Curvature of a cell; of one in which it changes, only that the total rises is used.
_CONCAVE, _STRAIGHT, _CONVEX, _TURNING = -1, 0, 1, 2
#: A difference of two totals is known to within this share of them, and so is a slope.
_HIDDEN = 32.0 * float(np.finfo(np.float64).eps)
#: Levels at which the rounding of a formula is looked up.
_LOOKS = 65
#: A slope that is negative by less than this share of the steepest of its cell is none.
_LEVEL = 1e-12


class Chords:
    """The cells of many curves, laid out one after another.

    Parameters
    ----------
    curves : the curves, in the order in which levels are given below.

    Attributes
    ----------
    rising : whether each total never falls, shape (curves,).
    convex : whether each total is convex and starts without a jump, shape (curves,).
    rounding : the most, relative to it, by which a total read off a formula may be rounded, as 65 places show it.

    Raises
    ------
    DataError : the curvature of a formula cannot be proved.
    """

    def __init__(self, curves: Sequence[Curve]) -> None:
        self.rounding = max((_rounding(curve) for curve in curves if not curve.is_straight), default=0.0)
        parts = [_of_straight(curve) if curve.is_straight else _of_formulas(curve) for curve in curves]
        counts = [part.shape[1] for part in parts]
        self._first = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
        self._curve = np.repeat(np.arange(len(curves)), counts)
        every = np.concatenate(parts, axis=1) if parts else np.zeros((7, 0))
        self._from, self._to, self._starts, self._ends, self._bends, self._entering, leaving = every
        inner = np.concatenate([[False], self._curve[1:] == self._curve[:-1]])
        before, slope_before = np.roll(self._ends, 1), np.roll(leaving, 1)
        jumps = self._starts - np.where(inner, before, 0.0)
        steepest = np.maximum(np.abs(self._entering), np.abs(leaving))
        steepest = np.where(np.isfinite(steepest), steepest, 0.0)
        with np.errstate(invalid="ignore"):
            least = np.where(self._bends == _CONCAVE, leaving, self._entering)
            rises = (least >= -_LEVEL * steepest) & (jumps >= 0.0) & (self._ends >= self._starts)
            kinks = ~inner | (self._entering >= slope_before)
        self.rising, self.convex = np.ones(len(curves), dtype=bool), np.ones(len(curves), dtype=bool)
        np.logical_and.at(self.rising, self._curve, rises)
        np.logical_and.at(self.convex, self._curve, kinks & (jumps == 0.0) & np.isin(self._bends, (_STRAIGHT, _CONVEX)))

    def least_slopes(
        self, low: Floats, at_low: Floats, slopes: Floats, high: Floats | None = None, at_high: Floats | None = None
    ) -> Floats:
        """Return lower bounds of ``(phi(q) - phi(low)) / (q - low)`` over ``low < q <= high``, none negative.

        Parameters
        ----------
        low, at_low, slopes : levels, the totals there and the slopes from the right, shape (curves,).
        high, at_high : levels above and the totals there; the ends of the curves where they are not given.

        Returns
        -------
        shape (curves,); 0 where nothing lies between, or the curve is not known to rise by anything.
        """
        if not len(low):
            return np.zeros(0)
        anchor, base = low[self._curve], at_low[self._curve]
        cut = np.zeros(len(self._to), dtype=bool)
        until, value = self._to, self._ends
        if high is not None and at_high is not None:
            most = high[self._curve]
            cut = most < self._to
            until, value = np.where(cut, most, self._to), np.where(cut, at_high[self._curve], self._ends)
        inside = (self._from < anchor) & (anchor < self._to)  # the piece on which the level itself lies
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            chord = _chord(value, base, until, anchor)
            tangent = _chord(self._starts + self._entering * (until - self._from), base, until, anchor)
            floor = np.where(inside, 0.0, _chord(self._starts, base, until, anchor))
        straight = self._bends == _STRAIGHT
        chord = np.where(straight & (inside | ((self._from == anchor) & (self._starts == base))), self._entering, chord)
        chord = np.where(np.isinf(until), self._entering, chord)
        least = np.select(
            [self._bends == _CONVEX, self._bends == _TURNING],
            [np.where(inside, slopes[self._curve], np.minimum(chord, tangent)), floor],
            chord,
        )
        least = np.where((self._to <= anchor) | (self._from >= until), np.inf, least)
        found = np.minimum.reduceat(least, self._first[:-1])
        bounds: Floats = np.where(np.isfinite(found), np.maximum(found * (1.0 - _HIDDEN), 0.0), 0.0)
        return bounds


def _chord(value: Floats, base: Floats, until: Floats, anchor: Floats) -> Floats:
    """Return the slope between two points, less what rounding of the totals may hide."""
    slope: Floats = (value - base - _HIDDEN * (np.abs(value) + np.abs(base))) / (until - anchor)
    return slope


def _of_straight(curve: Curve) -> Floats:
    """Return the cells of a curve of straight lines: from, to, totals there, curvature, slopes there."""
    bends = np.full(curve.count, float(_STRAIGHT))
    return np.array(
        [curve.quantities[:-1], curve.quantities[1:], curve.starts, curve.ends, bends, curve.slopes, curve.slopes]
    )


def _of_formulas(curve: Curve) -> Floats:
    """Return the cells of a curve that has formulas, as :func:`_of_straight`."""
    return np.array([cell for k in range(curve.count) for cell in _cells(curve, k)]).T


def _cells(curve: Curve, k: int) -> Iterator[tuple[float, ...]]:
    first, last = float(curve.quantities[k]), float(curve.quantities[k + 1])
    formula = curve.formulas[k]
    if formula is None:
        slope = float(curve.slopes[k])
        yield first, last, float(curve.starts[k]), float(curve.ends[k]), _STRAIGHT, slope, slope
        return
    for cell in cells_of_formula(formula, first, last):
        ends = np.array([cell.start, cell.stop])
        begins, stops = formula.values(ends).tolist()
        begins = float(curve.starts[k]) if cell.start == first else begins
        stops = float(curve.ends[k]) if cell.stop == last else stops
        entering, leaving = formula.slopes(ends).tolist()
        line = cell.sign == _STRAIGHT and (cell.start, cell.stop) == (first, last)
        yield cell.start, cell.stop, begins, stops, cell.sign if cell.sign or line else _TURNING, entering, leaving


def _rounding(curve: Curve) -> float:
    """Return the most by which a total of formulas may be rounded, relative to it, where that is known and not 0."""
    return max(
        _relative_rounding(formula, np.linspace(curve.quantities[k], curve.quantities[k + 1], _LOOKS))
        for k, formula in enumerate(curve.formulas)
        if formula is not None
    )


def _relative_rounding(formula: Formula, levels: Floats) -> float:
    errors, values = formula.errors(levels), np.abs(formula.values(levels))
    known = np.isfinite(errors) & (values > 0)
    return float((errors[known] / values[known]).max(initial=0.0))

"""Curves from what was reported: rows of a quantity and the total at it, checked one by one.

Between two rows the total is a straight line. A quantity that stands twice is a jump: the first total is what is needed
up to it, the second where the next piece begins (what is needed as soon as more is made).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np

from ..base.arrays import Floats
from ..base.errors import DataError, shortened, unknown
from ..base.numbers import doubles
from .curvature import cells_of_formula
from .curve import Beyond, Curve
from .formula import Formula

#: A reported total and the formula that gives it agree to this part of the total there, beside the formula's rounding.
AGREEMENT = 1e-9


def curve_through(quantities: Any, totals: Any, beyond: Beyond = "error") -> Curve:
    """Return the curve of straight pieces through reported points.

    Parameters
    ----------
    quantities : activity levels, in the technique's unit, not falling, the first one 0, shape (rows,).
    totals : what is needed in all at each, in the unit of what is needed, the first one 0, shape (rows,).
    beyond : what holds beyond the last row: ``"error"`` (nothing is said), ``"line"`` (the last slope) or
        ``"average"`` (the last total per unit).

    Raises
    ------
    DataError : a row that is no report; the message names it by its position (the first row is row 1) and its figures.

    >>> curve = curve_through([0, 0, 500, 500, 1000], [0, 10, 60, 80, 100])
    >>> curve.total([0, 1, 500, 501, 1000]).tolist()
    [0.0, 10.1, 60.0, 80.04, 100.0]
    """
    levels, needed = _columns(quantities, totals)
    missing = ~np.isfinite(needed)
    if missing.any():
        raise DataError(f"{_row(levels, needed, int(np.argmax(missing)))} has no finite total; leave the row out")
    points, firsts, lasts = _points(levels, needed)
    return assembled(points, lasts[:-1], firsts[1:], (None,) * (len(points) - 1), beyond)


def composed(quantities: Any, totals: Any, formulas: Sequence[Formula | None], beyond: Beyond = "error") -> Curve:
    """Return the curve whose pieces are straight or follow formulas.

    Parameters
    ----------
    quantities, totals : rows as in :func:`curve_through`; a total may be left out (NaN) where a formula gives it: in
        the row that its piece ends in, and where a jump's start is said by the formula that begins there.
    formulas : of each row, the total on the piece that ends there, or None where it is straight, shape (rows,). Where a
        formula begins higher than the piece before it ends, the total jumps. One that is a straight line becomes one.
    beyond : what holds beyond the last row.

    Raises
    ------
    DataError : a row that is no report, a formula that contradicts a reported total by more than 1e-9 of it, or one
        whose curvature cannot be proved on its piece.

    >>> curve = composed([0, 500, 1000], [0, 1, np.nan], [None, None, Formula.read("1 + sqrt(q - 500) / 100")])
    >>> float(curve.total(600))
    1.1
    """
    levels, needed = _columns(quantities, totals)
    rows = len(levels)
    if len(formulas) != rows:
        raise DataError(f"a curve has {rows} rows and {len(formulas)} formulas; give one or none per row")
    ending = np.array([formula is not None for formula in formulas])
    beginning = np.append(ending[1:], False)
    repeated = np.diff(levels, prepend=-1.0) == 0.0
    if (ending & repeated).any() or ending[0]:
        k = int(np.argmax(ending & repeated)) if not ending[0] else 0
        raise DataError(
            f"{_row(levels, needed, k)} has a formula but no piece ends there: it stands at the piece's end"
        )
    missing = ~np.isfinite(needed) & ~(ending | (beginning & repeated))
    missing |= np.isinf(needed)
    if missing.any():
        raise DataError(f"{_row(levels, needed, int(np.argmax(missing)))} has no finite total and no formula gives it")
    for k in map(int, np.flatnonzero(ending)):
        formula = formulas[k]
        assert formula is not None
        ends = formula.values(levels[k - 1 : k + 1])
        needed[k] = _agreed(needed[k], ends, 1, levels, k, formula)
        if repeated[k - 1]:
            needed[k - 1] = _agreed(needed[k - 1], ends, 0, levels, k - 1, formula)
    points, firsts, lasts = _points(levels, needed)
    starts = lasts[:-1].copy()
    pieces: list[Formula | None] = [None] * len(starts)
    for k in map(int, np.flatnonzero(ending)):
        formula = formulas[k]
        assert formula is not None
        at = int(np.searchsorted(points, levels[k])) - 1
        cells = cells_of_formula(formula, float(points[at]), float(points[at + 1]))
        if any(cell.sign for cell in cells):
            pieces[at] = formula
        ends = formula.values(points[at : at + 2])
        if abs(ends[0] - starts[at]) > _agreement(formula, points[at], ends[0]):
            starts[at] = ends[0]
    return assembled(points, starts, firsts[1:], pieces, beyond)


def _agreed(reported: float, ends: Floats, which: int, levels: Floats, at: int, formula: Formula) -> float:
    """Return the total that a formula gives at an end of its piece, where what was reported does not contradict it."""
    computed = float(ends[which])
    if np.isfinite(reported) and abs(reported - computed) > _agreement(formula, levels[at], computed):
        raise DataError(
            f"row {at + 1} (quantity {levels[at]:g}) reports a total of {reported:.12g}, its formula "
            f"{shortened(formula.text)} gives {computed:.12g}, which differs by {computed - reported:.3g}; "
            "correct one, or leave the total out"
        )
    return computed


def _agreement(formula: Formula, level: float, total: float) -> float:
    """Return how far another total may be from what a formula gives at a level and still be that.

    What the formula gives elsewhere does not count: on a long piece of it a fixed cost at its beginning would drown.
    """
    return AGREEMENT * abs(total) + float(formula.errors(np.array([level]))[0])


def assembled(
    points: Floats, starts: Floats, ends: Floats, formulas: Sequence[Formula | None], beyond: Beyond
) -> Curve:
    """Return the curve of these pieces, continued as asked.

    Parameters
    ----------
    points : finite quantities at which pieces meet, rising from 0, shape (pieces + 1,).
    starts, ends : totals where each piece begins and ends, shape (pieces,).
    formulas : of each piece, or None.

    Raises
    ------
    DataError : a total that falls by a jump, a slope that no double is, no such continuation.
    """
    if beyond not in get_args(Beyond):
        raise DataError(f"how a curve goes on beyond its last row: {unknown('continuation', beyond, get_args(Beyond))}")
    fall = starts < np.concatenate([[0.0], ends[:-1]])
    if fall.any():
        k = int(np.argmax(fall))
        before = 0.0 if k == 0 else ends[k - 1]
        raise DataError(
            f"at quantity {points[k]:g} the total falls from {_figure(before)} to {_figure(starts[k])} at once; a "
            "total may fall along a line, not by a jump: nothing says which of the two holds there"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        slopes = (ends - starts) / np.diff(points)
    if not np.isfinite(slopes).all():
        k = int(np.argmin(np.isfinite(slopes)))
        raise DataError(
            f"between quantity {points[k]:g} and {points[k + 1]:g} the total goes from {starts[k]:g} to {ends[k]:g}: "
            "a slope that no double is; report it in other units"
        )
    reported = float(points[-1])
    if beyond == "error":
        return Curve(points, starts, ends, slopes, tuple(formulas), reported)
    last = formulas[-1]
    slope = float(slopes[-1])
    if beyond == "average":
        slope = float(ends[-1] / reported)
    elif last is not None:
        slope = float(last.slopes(points[-1:])[0])
    if not np.isfinite(slope):
        raise DataError(f"the curve cannot go on beyond {reported:g} by its last slope, which is not finite there")
    return Curve(
        np.append(points, np.inf),
        np.append(starts, ends[-1]),
        np.append(ends, np.copysign(np.inf, slope) if slope else ends[-1]),
        np.append(slopes, slope),
        (*formulas, None),
        reported,
        beyond,
    )


def _figure(number: float) -> str:
    """Return a number with as many digits as it takes to tell it from its neighbours."""
    short = f"{number:g}"
    return short if float(short) == number else repr(float(number))


def number_columns(whose: str, **given: Any) -> list[Floats]:
    """Return what was given by name as columns of numbers, each an array of its own.

    Raises
    ------
    DataError : naming the column, and whose it is: what is no number, or no single column.
    """
    columns = []
    for name, values in given.items():
        try:
            column = np.array(doubles(values), dtype=float)
        except ValueError as error:
            raise DataError(f"the {name} of {whose}: {error}") from None
        if column.ndim != 1:
            raise DataError(f"the {name} of {whose} are one column, not an array of shape {column.shape}")
        columns.append(column)
    return columns


def _columns(quantities: Any, totals: Any) -> tuple[Floats, Floats]:
    """Return the two columns as arrays of equal length; what is wrong with the quantities raises, totals may be NaN."""
    levels, needed = number_columns("a curve", quantities=quantities, totals=totals)
    if len(levels) != len(needed):
        raise DataError(f"a curve has {len(levels)} quantities and {len(needed)} totals; give one total per quantity")
    if len(levels) < 2:
        raise DataError(f"a curve has {len(levels)} row{'s' * (len(levels) != 1)}; report its total at two quantities")
    bad = ~(np.isfinite(levels) & (levels >= 0.0))
    if bad.any():
        raise DataError(f"{_row(levels, needed, int(np.argmax(bad)))}: a quantity is a finite number from 0 upwards")
    if levels[0] != 0.0 or needed[0] != 0.0:
        raise DataError(
            f"{_row(levels, needed, 0)}: a curve begins at quantity 0 with total 0. Say what it needs at 0; for what "
            "is needed as soon as it runs write quantity 0 twice, the second time with that total"
        )
    return levels + 0.0, needed + 0.0  # no negative zeros


def _points(levels: Floats, needed: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the quantities without repetition, and the first and last total at each."""
    steps = np.diff(levels)
    if steps.min() > 0.0:
        return levels, needed, needed
    if steps.min() < 0.0:
        k = int(np.argmax(steps < 0.0))
        raise DataError(
            f"{_row(levels, needed, k + 1)} follows quantity {levels[k]:g}; sort the rows by quantity, "
            "the total of a jump's start first"
        )
    first = np.append(True, steps > 0.0)
    last = np.append(steps > 0.0, True)
    inside = ~first & ~last
    if inside.any():
        raise DataError(
            f"{_row(levels, needed, int(np.argmax(inside)) + 1)}: this quantity stands more than twice; two rows say a "
            "jump, the total up to it and the total as soon as more is made"
        )
    if not first[-1]:
        raise DataError(
            f"{_row(levels, needed, len(levels) - 1)}: the last quantity stands twice; a jump needs a row after it, "
            "which says how the total goes on"
        )
    return levels[first], needed[first], needed[last]


def _row(levels: Floats, needed: Floats, at: int) -> str:
    return f"row {at + 1} (quantity {levels[at]:g}, total {needed[at]:g})"

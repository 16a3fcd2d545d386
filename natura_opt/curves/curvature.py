"""The curvature of a curve, proved: cells on which a total is straight, convex or concave.

Where the second derivative of a formula changes its sign, the point is bracketed to about 1e-12 of the quantity, and
the bracket is a cell of sign 0: a straight line there differs from the formula by less than 1e-12 of the totals, far
below every tolerance of a plan.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import NamedTuple

from .bisection import bisected_cells
from .composition import composed_curvature
from .curve import Curve
from .formula import Formula
from .rational import rational_cells


class Cell(NamedTuple):
    """A part of a curve's range with one curvature.

    Attributes
    ----------
    start, stop : activity levels, in the technique's unit.
    sign : of the second derivative: 1 convex, -1 concave, 0 a straight line.
    """

    start: float
    stop: float
    sign: int

    @property
    def is_bracket(self) -> bool:
        """Whether it is so narrow that it brackets an inflection, or an infinite slope where a formula begins."""
        return self.sign == 0 and self.stop < inf and self.stop - self.start <= 1e-8 * self.stop


@lru_cache(maxsize=4096)
def cells_of_formula(formula: Formula, start: float, stop: float) -> tuple[Cell, ...]:
    """Return the cells of a formula on an interval, in order; they cover it.

    By composition of the whole, else exactly where it is a quotient of polynomials, else by interval arithmetic.

    Raises
    ------
    DataError : the curvature cannot be proved, or the formula has no finite value somewhere.
    """
    formula.values([start, stop])
    whole = composed_curvature(formula.expression, start, stop)
    if whole is not None:
        return (Cell(start, stop, whole),)
    found = rational_cells(formula.expression, start, stop)
    if found is None:
        found = bisected_cells(formula, start, stop)
    cells = [Cell(*cell) for cell in found]
    return tuple(_without_touches(cells))


def _without_touches(cells: list[Cell]) -> list[Cell]:
    """Join cells whose second derivative touches zero without changing its sign."""
    joined: list[Cell] = []
    for cell in cells:
        joined.append(cell)
        if len(joined) > 2 and joined[-2].sign == 0 and joined[-3].sign == cell.sign:
            joined[-3:] = [Cell(joined[-3].start, cell.stop, cell.sign)]
        elif len(joined) > 1 and joined[-2].sign == cell.sign:
            joined[-2:] = [Cell(joined[-2].start, cell.stop, cell.sign)]
    return joined


def cells_of(curve: Curve) -> list[Cell]:
    """Return the cells of all of a curve, piece by piece in order.

    Raises
    ------
    DataError : the curvature of a formula cannot be proved.
    """
    cells: list[Cell] = []
    for k, formula in enumerate(curve.formulas):
        start, stop = float(curve.quantities[k]), float(curve.quantities[k + 1])
        cells += [Cell(start, stop, 0)] if formula is None else cells_of_formula(formula, start, stop)
    return cells

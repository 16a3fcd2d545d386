"""Which prices could be others: the intervals of valuations, looked for where a picture shows them.

Where a plan is degenerate, several sets of valuations prove it optimal; a picture that draws one of them as if it were
the only one says too much.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...base.arrays import Floats
from ...base.errors import NotProvedError
from ...program.canonical import Block
from ...program.declared import Rows
from ..limits import has_quick_intervals
from ..tables import PlanTables

#: Positions of rows in the program, -1 where there is none; shape things x periods.
RowNumbers = npt.NDArray[np.intp]
#: Ends that differ by a smaller share of the larger are one.
_SAME = 1e-7
#: A row with less slack than this share of its level and side has none.
_TIGHT = 1e-9

#: The colour of what could be another price.
OPEN = "#b5673a"
MARKED = "brown: the plan is degenerate, and any price in this range serves as well"
NOT_LOOKED_FOR = "whether other prices serve as well was not looked for"


def rows_shown(plan: PlanTables, block: Block, says: Rows) -> RowNumbers:
    """Return the row behind each valuation of a kind, laid out as ``plan.valuations_by_kind`` lays out its values."""
    laid = plan.of_kind(says, block, np.arange(1.0, len(block.index) + 1)).to_numpy().astype(np.intp)
    return np.where(laid > 0, laid - 1 + block.start, -1)


def ends_of(plan: PlanTables, rows: RowNumbers, sign: float) -> tuple[Floats, Floats]:
    """Return the least and the greatest valuation of rows, shape as the rows: zeros where there is no row, NaN where
    they are not looked for, or in vain.

    Parameters
    ----------
    sign : what ∂objective/∂side is multiplied by to be the valuation.
    """
    low, high = np.full(rows.shape, np.nan), np.full(rows.shape, np.nan)
    low[rows < 0] = high[rows < 0] = 0.0
    if not has_quick_intervals(plan):
        return low, high
    for place in zip(*np.nonzero(rows >= 0), strict=True):
        try:
            ends = plan.valuation_intervals.of_row(int(rows[place]))
        except NotProvedError:
            continue
        low[place], high[place] = sorted(sign * end + 0.0 for end in ends)
    return low, high


def could_be_scarce(plan: PlanTables, rows: RowNumbers) -> npt.NDArray[np.bool_]:
    """Return which rows are met to the last unit, so that they may be worth something though the plan's prices say not.

    What there is more than enough of is worth nothing at any prices that prove the plan.
    """
    lower, upper, level = plan.program.row_lower, plan.program.row_upper, plan.row_levels
    with np.errstate(invalid="ignore"):
        slack = np.minimum(np.abs(level - lower), np.abs(upper - level))
    tight = slack <= _TIGHT * (np.abs(level) + np.where(np.isfinite(lower), np.abs(lower), np.abs(upper)))
    return np.where(rows >= 0, tight[rows], False)


def summed(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return the ends of sums of two valuations, NaN where both can vary: they need not do so together."""
    both = open_places(*one) & open_places(*other)
    low, high = (np.where(both, np.nan, a + b) for a, b in zip(one, other, strict=True))
    return low, high


def open_places(low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    """Return where a valuation could be another as well; not where that is unknown."""
    with np.errstate(invalid="ignore"):  # infinity less infinity
        wide = high - low
        return np.isinf(wide) | (wide > _SAME * np.maximum(np.abs(low), np.abs(high)))

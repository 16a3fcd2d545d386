"""The first period of a plan, as it was executed: what its columns say, by the names of the economy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..economy.economy import Economy
from ..laws.holdings import Holdings
from ..laws.periods import lengths
from ..plan.plan import Plan
from ..program.pieces import row_sums

#: By how much of what it is made of an amount is rounded up.
_LAST_DIGITS = 1e-12


def rounded_up(amounts: Floats, made_of: Floats | None = None) -> Floats:
    """Return amounts that are left as large as they may be, since a plan meets its limits up to rounding.

    A plan uses up what there is to the last digit, and the next one is judged in exact arithmetic: what it needs must
    not be missing because a difference was rounded down. Nothing stays nothing.

    Parameters
    ----------
    made_of : sizes of the amounts that they are a sum or difference of; their own, where it is None.
    """
    sizes = amounts if made_of is None else made_of
    rounded: Floats = np.where(amounts > 0, amounts + _LAST_DIGITS * sizes, 0.0)
    return rounded


@dataclass(frozen=True, eq=False)
class Executed:
    """The first period of a plan.

    Attributes
    ----------
    economy : all periods that were left when it began, as the question sees them. plan : whose first period it is.
    """

    economy: Economy
    plan: Plan

    @property
    def years(self) -> float:
        """How many years it lasted."""
        return float(lengths(self.economy)[0])

    def vector(self, block: str, axis: str, period: int = 0) -> Floats:
        """Return a block of columns along an axis in a period of the plan, zero where it has no column."""
        values = np.zeros(len(self.economy.axes[axis]))
        for label, value in self._columns(block, period).items():
            values[self.economy.axes[axis].get_loc(label)] = value
        return values

    def held(self, block: str, holdings: Holdings) -> Floats:
        """Return a block of columns by holdings, shape (holdings,); zero where it has no column."""
        found = self._columns(block, 0)
        return np.array([found.get(name, 0.0) for name in holdings.names])

    def used(self) -> Floats:
        """Return what was used in a year of the resources that stand in a stock, shape (resources,).

        What is drawn may be more, where nothing is gained by drawing less.
        """
        use, program = self.vector("drawn", "resources"), self.plan.program
        rows = program.row_block("resource_drawn")
        if rows is not None:
            beyond = row_sums(program, self.plan.primal)[rows.span]
            for label, value in _of_period(rows.index, beyond, self.economy.periods[0]).items():
                use[self.economy.resources.get_loc(label)] += value
        return np.maximum(use, 0.0)

    def _columns(self, block: str, period: int) -> dict[Any, float]:
        """Return the values of a block of columns in a period by label without the period; a plan may miss zero by a
        last digit."""
        found = self.plan.program.column_block(block)
        if found is None:
            return {}
        return _of_period(found.index, np.maximum(self.plan.primal[found.span], 0.0), self.economy.periods[period])


def _of_period(index: pd.Index, values: Floats, period: Any) -> dict[Any, float]:
    """Return the values whose label ends in a period, by label without it."""
    now = [(label[:-1], value) for label, value in zip(index, values.tolist(), strict=True) if label[-1] == period]
    return {(rest[0] if len(rest) == 1 else rest): value for rest, value in now}

r"""A curve: the total that a technique needs (or emits) of one thing, against its activity.

What a production unit reports is the total ``phi(q)``, never the coefficient ``f(q) = phi(q) / q``: between two reports
a total is a straight line, a coefficient is not (Samothrakis 2021, eq. 3-4; Lahiri 1976; model 5 of the design notes).

A curve is a row of pieces. Piece k lies on ``quantities[k] .. quantities[k + 1]``, begins at the total ``starts[k]``
and ends at ``ends[k]``; it is a straight line, or a formula. Where a piece begins higher than the one before it ends,
the total jumps: at the quantity itself the lower of the two holds (what is needed *as soon as* more is made).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..base.arrays import Floats
from ..base.errors import DataError, shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .formula import Formula
    from .observed import Observed

#: What holds beyond the last report: an error, the last slope, or the last average per unit.
Beyond = Literal["error", "line", "average"]


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """The total requirement of one thing against activity.

    Made by :func:`natura_opt.curves.making.curve_through` and its neighbours, which check what they are given.

    Attributes
    ----------
    quantities : activity levels at which pieces meet, in the technique's unit, shape (pieces + 1,): from 0 upwards, the
        last one infinite where the curve is continued beyond what was reported.
    starts, ends : totals where each piece begins and ends, in the unit of what is needed, shape (pieces,); the end of
        an infinite piece is infinite, unless it is level.
    slopes : of the straight pieces, total per unit of activity, shape (pieces,); of formulas, that of their chord.
    formulas : of each piece, or None where it is straight.
    reported : the last quantity that was reported; beyond it the curve is what ``beyond`` says.
    beyond : what holds beyond the reported range.
    observed : the samples it was fitted to, with residuals, where it was.
    """

    quantities: Floats
    starts: Floats
    ends: Floats
    slopes: Floats
    formulas: tuple[Formula | None, ...]
    reported: float
    beyond: Beyond = "error"
    observed: Observed | None = None

    @property
    def end(self) -> float:
        """The largest activity that it says anything of, in the technique's unit; infinite where it is continued."""
        return float(self.quantities[-1])

    @property
    def count(self) -> int:
        """Number of pieces."""
        return len(self.starts)

    @cached_property
    def is_straight(self) -> bool:
        """Whether every piece is a straight line: the curve is then its own linearisation."""
        return all(formula is None for formula in self.formulas)

    @cached_property
    def jumps(self) -> Floats:
        """How much the total rises at the start of each piece, shape (pieces,)."""
        before = np.concatenate([[0.0], self.ends[:-1]])
        jumps: Floats = self.starts - before
        return jumps

    def total(self, quantity: Any) -> Floats:
        """Return the total at activity levels, in the unit of what is needed; shape as given.

        Parameters
        ----------
        quantity : levels of activity, in the technique's unit, of any shape.

        Raises
        ------
        DataError : a level below 0 or beyond what the curve says.
        """
        levels = np.asarray(quantity, dtype=float)
        flat = np.atleast_1d(levels).ravel()
        self._require_range(flat)
        piece = np.clip(np.searchsorted(self.quantities, flat, side="left") - 1, 0, self.count - 1)
        totals = np.where(flat > 0.0, self.starts[piece] + self.slopes[piece] * (flat - self.quantities[piece]), 0.0)
        for k in {int(k) for k in piece if self.formulas[k] is not None}:
            mine = (piece == k) & (flat > 0.0)
            formula = self.formulas[k]
            assert formula is not None
            totals[mine] = formula.values(flat[mine])
        at_end = flat == self.quantities[piece + 1]
        totals[at_end] = self.ends[piece[at_end]]
        return totals.reshape(levels.shape)

    def slope(self, quantity: Any, side: Literal["left", "right"] = "right") -> Floats:
        """Return the derivative of the total at activity levels, from one side; shape as given.

        Parameters
        ----------
        quantity : levels of activity, in the technique's unit, of any shape.
        side : at 0 the right one is always meant, and the left one at the end of the curve.

        Raises
        ------
        DataError : a level below 0 or beyond what the curve says.
        """
        levels = np.asarray(quantity, dtype=float)
        flat = np.atleast_1d(levels).ravel()
        self._require_range(flat)
        piece = np.searchsorted(self.quantities, flat, side=side) - 1
        piece = np.clip(piece, 0, self.count - 1)
        slopes = self.slopes[piece].copy()
        for k in {int(k) for k in piece if self.formulas[k] is not None}:
            formula = self.formulas[k]
            assert formula is not None
            mine = piece == k
            slopes[mine] = formula.slopes(flat[mine])
        return slopes.reshape(levels.shape)

    def plot(self, title: str = "", quantity_unit: str = "", total_unit: str = "") -> Figure:
        """Draw the total, and what is needed per unit of activity, against activity (the figure of the papers).

        Parameters
        ----------
        title : above the picture.
        quantity_unit, total_unit : of activity and of what is needed, for the labels.
        """
        from .drawing import curve_figure

        return curve_figure(self, title, quantity_unit, total_unit)

    def __repr__(self) -> str:
        formulas = sum(formula is not None for formula in self.formulas)
        parts = [f"{self.count} piece{'s' * (self.count != 1)}"]
        parts += [f"{formulas} by formula"] * (formulas > 0) + [f"{int((self.jumps > 0).sum())} jumps"] * bool(
            (self.jumps > 0).any()
        )
        parts += [f"{self.observed.how} fit of {self.observed.number} samples"] if self.observed is not None else []
        reported = float(self.total(self.reported))
        going_on = {"error": "", "line": ", then its last slope", "average": ", then its last average"}[self.beyond]
        return f"Curve: {', '.join(parts)}; {reported:g} in all at {self.reported:g}{going_on}"

    def _require_range(self, levels: Floats) -> None:
        outside = ~((levels >= 0.0) & (levels <= self.end))
        if outside.any():
            raise DataError(
                f"a curve reported from 0 to {self.reported:g} says nothing of {shortened(float(levels[outside][0]))}; "
                "report more of it, or choose how it goes on: beyond='line' (the last slope) or 'average' (the last "
                "total per unit)"
            )

"""Where levels of activity, and what they are worth at the margin, stand in a program with curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...base.arrays import Floats
from ...economy.economy import Economy
from ...economy.question import Question
from ...input_output.positive_system import positive_solution
from ...laws.curve_layout import TOTALS, Pieces
from ...objectives.levels import weights_of_periods
from ...program.linear import LinearProgram
from ..curves.as_techniques import price_curves
from .curved_system import CurvedSystem

#: Relative residual to which valuations are solved.
_CLOSE = 1e-13


@dataclass(eq=False)
class Layout:
    """Where levels of activity stand in a program with curves."""

    economy: Economy
    question: Question
    program: LinearProgram

    def __post_init__(self) -> None:
        self._pieces = None if self.economy.curves is None else Pieces.of(self.economy, self.question)

    @property
    def counts(self) -> tuple[int, int]:
        """How many pieces and binaries there are."""
        return (0, 0) if self._pieces is None else (len(self._pieces.owner), len(self._pieces.opened))

    def columns(self, levels: Floats) -> Floats:
        """Return the columns of activities, pieces filled in order, binaries and totals.

        Parameters
        ----------
        levels : activities, shape (techniques, periods).
        """
        primal = np.zeros(self.program.shape[1])
        for t in range(levels.shape[1]):
            self._place(primal, "activities", t, levels[:, t])
            if self._pieces is not None:
                self._fill(primal, self._pieces, t, levels[:, t])
        return primal

    def _fill(self, primal: Floats, pieces: Pieces, period: int, levels: Floats) -> None:
        """Fill the pieces of a period in order, open those that are entered, and write what they need in all."""
        at = np.array([one.technique for one in pieces.techniques])[pieces.owner]
        begins = np.concatenate([np.concatenate([[0.0], np.cumsum(one.widths[:-1])]) for one in pieces.techniques])
        filled = np.clip(levels[at] - begins, 0.0, pieces.widths)
        opened = (levels[at] > begins)[pieces.opened].astype(np.float64)
        self._place(primal, "curve_piece", period, filled)
        self._place(primal, "piece_opened", period, opened)
        for table, name in TOTALS.items():
            if pieces.standing_in(table):
                total = pieces.slopes(table) @ filled
                self._place(primal, name, period, total + pieces.jumps(table) @ opened if len(opened) else total)

    def multipliers(self, asked: Economy, systems: list[CurvedSystem], levels: Floats) -> Floats:
        """Return marginal valuations: of goods, at the slopes of the true curves, and of the program's curves.

        Parameters
        ----------
        asked : the economy with its true curves.
        """
        dual = np.zeros(self.program.shape[0])
        balance = self.program.row_block("balance")
        assert balance is not None
        counts = weights_of_periods(asked, self.question)
        for t, system in enumerate(systems):
            jacobian, cost = _marginal(asked, system, levels[:, t], t)
            worth = positive_solution(lambda p, j=jacobian: j.T @ p, lambda j=jacobian: j.T, cost, cost, _CLOSE)  # type: ignore[misc]
            if worth is not None:
                goods = counts[t] * system.by_good(worth)
                dual[balance.span.start + t * len(goods) : balance.span.start + (t + 1) * len(goods)] = goods
        if self._pieces is not None:
            price_curves(self._pieces, self.program, dual)
        return dual

    def over_limits(self, primal: Floats) -> bool:
        """Whether a plan takes more of some resource than there is."""
        block = self.program.row_block("resource_limit")
        if block is None:
            return False
        use = self.program.matrix[block.span] @ primal
        return bool((use > self.program.row_upper[block.span] * (1.0 + 1e-9)).any())

    def _place(self, primal: Floats, block: str, period: int, values: Floats) -> None:
        placed = self.program.column_block(block)
        if placed is not None and len(values):
            first = placed.span.start + period * len(values)
            primal[first : first + len(values)] = values


def _marginal(economy: Economy, system: CurvedSystem, level: Floats, period: int) -> tuple[Any, Floats]:
    """Return the derivative of all needs, and what one more unit of each activity costs, from the left."""
    weights = economy.vector("resource_weights", period)
    cost = economy.matrix("resource_use", period).T @ weights
    for one in [] if economy.curves is None else economy.curves.standing_in("resource_use"):
        slope = float(one.curve.slope(level[one.technique], side="left"))
        cost[one.technique] += weights[one.row] * slope
    slopes = np.array(
        [
            float(one.curve.slope(level[one.technique], side="left"))
            for one in ([] if economy.curves is None else economy.curves.standing_in("inputs"))
        ]
    )
    return system.scale.with_slopes(system.scale.in_units(slopes)), np.asarray(cost)

r"""The central path of an assortment: outputs, prices and rents that approach the best plan from within.

In units where there is one of everything scarce, the largest number of assortments l has

.. math::  B q = l g, \quad U' q + t = 1, \quad z = U w - B' p, \quad g p = 1, \quad q, t, w, z \ge 0

and at the optimum ``q z = 0``, ``t w = 0``. Steps aim at ``q z = t w = m``, m falling to nothing (primal-dual interior
point; predictor and corrector of Mehrotra 1992). Limits of one industry are folded into its costs, so that each step is
one system in the prices of goods (:mod:`.substitution`), with a column for every limit that industries share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...base.arrays import Floats
from .columns_of_products import ProductsByColumn
from .own_limits import Bend, OwnLimits
from .substitution import Substitution

#: What the systems may leave over, against the distance from the path; and how many steps they may take.
_EXACT, _MOST_STEPS = 0.01, 400
#: How much rougher a system is solved at first, for all columns, and how often it is solved again for what is left.
_ROUGHLY, _AGAIN = 2.0, 3
#: How much of the way to the nearest edge is gone.
_INSIDE = 0.99
#: How the share of a step that plans cannot go holds the aim back.
_PATIENT = 3.0
#: Room that a limit has at the start, at least, as a share of what is used of it.
_ROOM = 0.5
#: The number of assortments is known no better than by this share when a step is sought.
_LEAST_CHANGE = 1e-4


@dataclass(frozen=True, eq=False)
class Point:
    """A point within: ``outputs`` q, ``room`` t, ``scarcity`` w, ``losses`` z, ``prices`` p, ``number`` l."""

    outputs: Floats
    room: Floats
    scarcity: Floats
    losses: Floats
    prices: Floats
    number: float

    @property
    def distance(self) -> float:
        """How far the path still leads: the mean of ``q z`` and ``t w``."""
        total = self.outputs @ self.losses + self.room @ self.scarcity
        return float(total) / (len(self.outputs) + len(self.room))


class _Change(NamedTuple):
    outputs: Floats
    room: Floats
    scarcity: Floats
    losses: Floats
    prices: Floats
    number: float


class CentralPath:
    """Steps along the path.

    Parameters
    ----------
    table : the techniques. limits : what is scarce. wanted : one assortment.
    """

    def __init__(self, table: ProductsByColumn, limits: OwnLimits, wanted: Floats) -> None:
        self._table, self._limits, self.wanted = table, limits, wanted

    def start(self, outputs: Floats, scarcity: Floats, prices: Floats) -> Point:
        """Return a point within, near outputs that make one assortment and prices at which it costs one."""
        used = self._limits.used(outputs)
        room = np.maximum(1.0 - used, _ROOM * used)
        good = self._table.good
        even = np.minimum(float(scarcity.sum()) / len(scarcity) / outputs, prices[good])
        losses = np.maximum(self._limits.costs(scarcity) - self._table.margins(prices), even)
        return Point(outputs, room, scarcity, np.maximum(losses, 1e-12 * losses.max()), prices, 1.0)

    def next_point(self, point: Point, gap: float) -> Point:
        """Go one step, by a predictor and a corrector.

        Parameters
        ----------
        gap : relative, of the plan and the bound known so far.
        """
        step = _Step(self._table, self._limits, self.wanted, point, gap)
        aimed = step.change(-point.outputs * point.losses, -point.room * point.scarcity)
        forth, back = _lengths(point, aimed)
        reached = (point.outputs + forth * aimed.outputs) @ (point.losses + back * aimed.losses)
        reached += (point.room + forth * aimed.room) @ (point.scarcity + back * aimed.scarcity)
        distance = point.distance
        mean = float(reached) / (len(point.outputs) + len(point.room))
        behind = (1.0 - min(forth, 1.0)) ** _PATIENT  # what is missing yet must not be outrun
        centre = distance * max(min(max(mean / distance, 0.0), 1.0) ** 3, behind)
        change = step.change(
            centre - point.outputs * point.losses - aimed.outputs * aimed.losses,
            centre - point.room * point.scarcity - aimed.room * aimed.scarcity,
        )
        forth, back = (min(_INSIDE * length, 1.0) for length in _lengths(point, change))
        return Point(
            point.outputs + forth * change.outputs,
            point.room + forth * change.room,
            point.scarcity + back * change.scarcity,
            point.losses + back * change.losses,
            point.prices + back * change.prices,
            point.number + forth * change.number,
        )


class _Step:
    """The linear systems at one point."""

    def __init__(self, table: ProductsByColumn, limits: OwnLimits, wanted: Floats, point: Point, gap: float) -> None:
        self._table, self._limits, self._wanted, self._point = table, limits, wanted, point
        self._short = point.number * wanted - table.net(point.outputs)
        self._over = 1.0 - limits.used(point.outputs) - point.room
        self._unpaid = table.margins(point.prices) + point.losses - limits.costs(point.scarcity)
        self._dear = 1.0 - float(wanted @ point.prices)
        rents = point.scarcity / point.room
        self._bend: Bend = limits.bent(point.losses / point.outputs, np.where(limits.is_local, rents, 0.0))
        self._system = Substitution(table, self._bend)
        floor = point.distance * _EXACT**2
        sizes = np.concatenate([[min(max(gap, _LEAST_CHANGE), 1.0) * point.number], point.scarcity[limits.shared]])
        self._floor, self._floors = floor, floor / sizes**2
        self._shared = self._bend.answer(limits.by_shared)
        self._columns = np.column_stack([wanted, table.net(self._shared)])
        self._answers: Floats | None = None
        self._tied = np.zeros((len(sizes), len(sizes)))
        self._tied[1:, 1:] = limits.by_shared.T @ self._shared
        self._tied[1:, 1:] += np.diag((point.room / point.scarcity)[limits.shared])

    def change(self, outputs: Floats, room: Floats) -> _Change:
        """Return the change by which ``q z`` and ``t w`` change so much, to first order."""
        point, limits, table, shared = self._point, self._limits, self._table, self._limits.shared
        moved = (room - point.scarcity * self._over) / point.room
        offered = self._unpaid + outputs / point.outputs - limits.costs(np.where(limits.is_local, moved, 0.0))
        made = self._bend.answer(offered)
        right = np.concatenate([[self._dear], self._over[shared] - (room / point.scarcity)[shared]])
        right[1:] -= limits.by_shared.T @ made
        prices, known = self._solve(self._short - table.net(made), right)
        more = self._bend.answer(table.margins(prices)) - self._shared @ known[1:] + made
        left = self._over - limits.used(more)
        return _Change(
            more,
            left,
            (room - point.scarcity * left) / point.room,
            (outputs - point.losses * more) / point.outputs,
            prices,
            float(known[0]),
        )

    def _solve(self, short: Floats, right: Floats) -> tuple[Floats, Floats]:
        """Solve ``K p = short + C u``, ``C' p = right + E u`` for p and u, again for what is left over of it."""
        prices, known = np.zeros_like(short), np.zeros_like(right)
        left, other = short, right
        for _ in range(_AGAIN):
            if self._answers is None:
                both = np.column_stack([left, self._columns])
                floors = np.concatenate([[self._floor], self._floors])
                answers, _ = self._system.solve(both, _ROUGHLY**2 * floors, _MOST_STEPS)
                first, self._answers = answers[:, 0], answers[:, 1:]
            else:
                first = self._system.solve(left[:, None], np.array([self._floor]), _MOST_STEPS)[0][:, 0]
            small = self._columns.T @ self._answers - self._tied
            more = np.linalg.lstsq(small, other - self._columns.T @ first)[0]
            prices, known = prices + first + self._answers @ more, known + more
            left = short + self._columns @ known - self._system.times(prices[:, None])[:, 0]
            other = right + self._tied @ known - self._columns.T @ prices
            if float(left @ self._system.led(left[:, None])[:, 0]) <= self._floor:
                break
        return prices, known


def _lengths(point: Point, change: _Change) -> tuple[float, float]:
    """Return how far plans and prices can go, at most the whole way."""
    forth = min(_length(point.outputs, change.outputs), _length(point.room, change.room))
    return forth, min(_length(point.scarcity, change.scarcity), _length(point.losses, change.losses))


def _length(values: Floats, changes: Floats) -> float:
    falling = changes < 0
    return min(1.0 / _INSIDE, float((values[falling] / -changes[falling]).min(initial=np.inf)))

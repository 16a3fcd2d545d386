r"""What prices would bring if every industry answered them from what it pays now: the next prices, and who changes.

Around the techniques in use, a technique j of good i costs :math:`d_j w` more per unit than those of its good, d being
what it takes of scarce things beyond them, directly and in its inputs. So an assortment costs about

.. math::  v(w) \approx u w + \sum_i q_i \min_{j \in i} d_j w

with q the outputs and u what they use. That is exact to first order in the outputs that change technique, as a step of
Newton's method is; it needs no reading of the table, since d is known; and it is concave in w, with as many kinks as
there are goods with a choice. It is maximised over the prices by the level bundle that the centre uses itself; the mix
of its cuts says which share of each good is to be made by which technique.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import prange

from ...base.arrays import Floats
from ...base.compiling import compiled
from .contents import Contents
from .level_bundle import LevelBundle
from .technique_table import Choice, Shares, Techniques

_ROUNDS = 80
#: Shares below this are left to the other techniques.
_NO_SHARE = 1e-9
_BLOCKS, _FEW = 32, 5_000


@compiled(nogil=True, inline="always")
def _cheapest(place: Any, offsets: Any, beyond: Any, point: Any) -> Any:
    """Return which of a good's techniques takes least at these rents."""
    least = np.inf
    best = offsets[place]
    for t in range(offsets[place], offsets[place + 1]):
        cost = 0.0
        for c in range(point.shape[0]):
            cost += beyond[t, c] * point[c]
        if cost < least:
            least = cost
            best = t
    return best


@compiled(nogil=True)
def _answers_of(start: Any, stop: Any, offsets: Any, beyond: Any, outputs: Any, point: Any, sums: Any) -> None:
    for place in range(start, stop):
        best = _cheapest(place, offsets, beyond, point)
        for c in range(point.shape[0]):
            sums[c] += outputs[place] * beyond[best, c]


@compiled(nogil=True, parallel=True)
def _answers(cuts: Any, offsets: Any, beyond: Any, outputs: Any, point: Any, sums: Any) -> None:
    for block in prange(len(cuts) - 1):
        _answers_of(cuts[block], cuts[block + 1], offsets, beyond, outputs, point, sums[block])


@compiled(nogil=True, parallel=True)
def _add_choices(cuts: Any, offsets: Any, beyond: Any, point: Any, weight: Any, shares: Any) -> None:
    for block in prange(len(cuts) - 1):
        for place in range(cuts[block], cuts[block + 1]):
            shares[_cheapest(place, offsets, beyond, point)] += weight


@dataclass(frozen=True, eq=False)
class Prospect:
    """Where the model is best.

    Attributes
    ----------
    point : shares of what is scarce, shape (things,). prices : of the goods there, about.
    shares : the techniques in use there, mixed. chosen : the cheapest of each good.
    """

    point: Floats
    prices: Floats
    shares: Shares
    chosen: Choice


class LocalModel:
    """The cost of an assortment near a point, by what every technique takes beyond those in use.

    Parameters
    ----------
    table : techniques. contents : of the goods by the techniques in use, about.
    """

    def __init__(self, table: Techniques, contents: Contents) -> None:
        self.table, self.contents = table, contents
        ways = table.ways[table.choosing]
        self._offsets = np.concatenate([[0], np.cumsum(ways)])
        self._beyond = np.empty((int(self._offsets[-1]), table.things), dtype=contents.values.dtype)
        blocks = 1 if len(table.choosing) <= _FEW else _BLOCKS
        self._cuts = np.linspace(0, len(table.choosing), blocks + 1).astype(np.int64)

    def best_near(
        self,
        point: Floats,
        prices: Floats,
        shares: Shares,
        outputs: Floats,
        use: Floats,
        there: Floats,
        tolerance: float,
        exactness: float,
    ) -> Prospect:
        """Maximise the model of the techniques in use.

        Parameters
        ----------
        point, prices : shares of what is scarce, and what goods cost there.
        shares, outputs, use : techniques in use, what they make for an assortment, what that takes of what is scarce.
        there : how much there is of each scarce thing.
        tolerance : relative gap between the model's maximum and what is found of it.
        exactness : of the contents.
        """
        self.contents.find(shares, prices, outputs, exactness)
        self.table.survey(shares, self.contents.values, prices, point / there, there, self._beyond)
        made = outputs[self.table.choosing]
        bundle, points = LevelBundle(len(point)), []
        bundle.best, here = point, point
        for _ in range(_ROUNDS):
            self.table.look_up()
            cut = (use + self._changes(made, here / there)) / there
            points.append(here)
            bundle.add(np.maximum(cut, 0.0))
            bundle.offer(here, float(cut @ here))
            mix = bundle.mix() if (cut > 0).any() else None
            if mix is None or mix.most - bundle.value <= tolerance * mix.most:
                break
            here = bundle.next_point(mix.most, point)
        amounts = np.eye(len(points))[-1] if mix is None else mix.amounts / mix.amounts.sum()
        return self._prospect(bundle.best, point, prices, there, amounts, points)

    def _changes(self, made: Floats, point: Floats) -> Floats:
        """Return what use of scarce things changes by when everybody answers these prices."""
        sums = np.zeros((len(self._cuts) - 1, len(point)))
        if len(sums) == 1:
            _answers_of(0, len(made), self._offsets, self._beyond, made, point, sums[0])
        else:
            _answers(self._cuts, self._offsets, self._beyond, made, point, sums)
        self.table.told["use"] += len(made) * len(point)
        total: Floats = sums.sum(axis=0)
        return total

    def _prospect(
        self, best: Floats, point: Floats, prices: Floats, there: Floats, amounts: Floats, points: list[Floats]
    ) -> Prospect:
        moved = prices + self.contents.values @ ((best - point) / there).astype(self.contents.values.dtype)
        of_techniques = np.zeros(len(self._beyond))
        for amount, where in zip(amounts, points, strict=True):
            if amount > _NO_SHARE:
                _add_choices(self._cuts, self._offsets, self._beyond, where / there, amount, of_techniques)
        cheapest = np.zeros(len(self._beyond))
        _add_choices(self._cuts, self._offsets, self._beyond, best / there, 1.0, cheapest)
        return Prospect(best, np.maximum(moved, 0.0), self._shares(of_techniques), self._shares(cheapest).used)

    def _shares(self, of_choosing: Floats) -> Shares:
        """Return shares of all techniques from those of the goods with a choice."""
        table = self.table
        every = np.ones(len(table.rows))
        every[np.repeat(table.ways > 1, table.ways)] = of_choosing
        kept = np.flatnonzero(every > _NO_SHARE)
        good = np.repeat(np.arange(table.goods), table.ways)[kept]
        begins = np.searchsorted(good, np.arange(table.goods + 1)).astype(np.int64)
        amounts = every[kept] / np.add.reduceat(every[kept], begins[:-1])[good]
        return Shares(begins, np.asarray(table.rows[kept], dtype=np.int64), amounts)

"""Scarce things without number: a capacity or stock for every industry, and a few things that industries share.

Price coordination (:mod:`.price_coordination`) keeps a price for everything scarce and learns them by cuts, which needs
few. Where every industry has limits of its own, the centre follows the central path instead (:mod:`.central_path`);
every round ends with a plan that can be carried out and a bound that prices prove (:mod:`.closed_rents`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...backends.answer import Claim
from ...base.arrays import Floats
from ...base.errors import QuestionError
from ...input_output.cores import blas_on_one_core
from ...plan.price_rounds import PriceRound
from .central_path import CentralPath, Point
from .closed_rents import Bound, Makes, Proofs
from .columns_of_products import ProductsByColumn
from .own_limits import OwnLimits

#: More limits than this that several industries share are too many: each is a column of every system.
MOST_SHARED = 100
#: Rounds stop at this share of the tolerance, so that the proof recomputed from the data stays within it.
_SHARE = 0.9
#: Plans exceed their needs by this share of the tolerance.
_SLACK = 1e-2
#: Rounds without progress after which there will be none; and what progress is, as a share.
_GIVEN_UP, _GAIN = 12, 1e-2
#: How strongly cheaper techniques are preferred at the start, until their mix is productive.
_PREFERENCES = (0.0, 2.0, 8.0, 32.0, 128.0)
_FIRST_SWEEPS = 12
#: At the start this share of the limits holds; the path leads back to where all do.
_HOLDING = 0.9


@dataclass(frozen=True, eq=False)
class ManyScarce:
    """What the rounds ended with.

    Attributes
    ----------
    claim : ``optimal`` when the gap is within the tolerance, or what stopped it.
    outputs : of each technique; they make ``best`` assortments.
    prices, scarcity : of goods and scarce things, at which an assortment costs one; all that is scarce is worth
        ``bound``.
    rounds : the trace.
    """

    claim: Claim
    outputs: Floats
    prices: Floats
    scarcity: Floats
    best: float
    bound: float
    gap: float
    rounds: tuple[PriceRound, ...]
    seconds: float


@blas_on_one_core
def coordinate_many(
    inputs: Any,
    use: Any,
    first: Any,
    wanted: Floats,
    *,
    rows: Any = None,
    tolerance: float = 1e-4,
    max_rounds: int = 1000,
    time_limit: float | None = None,
) -> ManyScarce:
    """Find the largest number of assortments that limits without number allow.

    Parameters
    ----------
    inputs : csr, shape (techniques, goods): inputs per unit made.
    use : csr, shape (techniques, scarce things): share of all there is of each, per unit made.
    first, rows : techniques of good i are ``rows[first[i]]`` to ``rows[first[i + 1] - 1]``, at least one; without
        ``rows``, ``first[i]`` to ``first[i + 1] - 1``.
    wanted : the assortment, shape (goods,).
    tolerance : relative gap between the bound and the plan at which to stop.
    max_rounds, time_limit : rounds and seconds allowed (one round is always finished).

    Raises
    ------
    QuestionError : more than ``MOST_SHARED`` limits are shared by several industries, or no productive choice of
        techniques is found to start from.

    Two goods, two techniques of the first; each technique has a capacity of its own.

    >>> import scipy.sparse as sp
    >>> inputs = sp.csr_array(np.array([[0.0, 0.5], [0.0, 0.1], [0.2, 0.0]]))
    >>> use = sp.csr_array(np.diag([0.5, 0.2, 0.1]))
    >>> found = coordinate_many(inputs, use, np.array([0, 2, 3]), np.ones(2), tolerance=1e-6)
    >>> round(found.best, 4), round(found.bound, 4)
    (5.5833, 5.5833)
    """
    began = time.perf_counter()
    rounds: list[PriceRound] = []
    order = np.arange(int(first[-1])) if rows is None else np.asarray(rows)
    in_order = bool((order == np.arange(len(order))).all())
    table = ProductsByColumn(inputs if in_order else sp.csr_array(inputs)[order], first)
    limits = OwnLimits(use if in_order else sp.csr_array(use)[order], table.good)
    if len(limits.shared) > MOST_SHARED:
        raise QuestionError(
            f"{len(limits.shared):,} limits are shared by several industries, and price coordination follows at most "
            f"{MOST_SHARED} beside those that each industry has alone; ask it with method='auto'"
        )
    known = _Known()
    claim = Claim.ITERATION_LIMIT
    try:
        for done in _rounds(table, limits, wanted, tolerance, known):
            rounds.append(done)
            if done.gap <= _SHARE * tolerance:
                claim = Claim.OPTIMAL
                break
            if time_limit is not None and time.perf_counter() - began > time_limit:
                claim = Claim.TIME_LIMIT
                break
            if len(rounds) >= max_rounds:
                break
    except KeyboardInterrupt:
        claim = Claim.INTERRUPTED
    plan = known.plan or Makes(0.0, np.zeros(len(table.good)))
    proof = known.proof or Bound(np.inf, np.zeros(len(wanted)), np.zeros(limits.use.shape[1]))
    cost = float(proof.prices @ wanted) or 1.0
    outputs = np.zeros(len(plan.outputs))
    outputs[order] = plan.outputs
    return ManyScarce(
        claim,
        outputs,
        proof.prices / cost,
        proof.scarcity / cost,
        plan.number,
        proof.number,
        known.gap,
        tuple(rounds),
        time.perf_counter() - began,
    )


@dataclass
class _Known:
    """The best plan and bound so far."""

    plan: Makes | None = None
    proof: Bound | None = None

    def hear(self, plan: Makes, proof: Bound) -> None:
        if self.plan is None or plan.number > self.plan.number:
            self.plan = plan
        if self.proof is None or proof.number < self.proof.number:
            self.proof = proof

    @property
    def gap(self) -> float:
        """Relative difference between the two."""
        if self.plan is None or self.proof is None or not np.isfinite(self.proof.number):
            return 1.0
        return max(1.0 - self.plan.number / self.proof.number, 0.0)


def _rounds(
    table: ProductsByColumn, limits: OwnLimits, wanted: Floats, tolerance: float, known: _Known
) -> Iterator[PriceRound]:
    """Follow the path, with a plan and a bound at every point of it."""
    shares, outputs = _start(table, limits, wanted)
    unit = _HOLDING / float(np.quantile(limits.used(outputs)[limits.used(outputs) > 0], _HOLDING))
    ours = unit * wanted
    proofs = Proofs(table, limits, ours, _SLACK * tolerance)
    path = CentralPath(table, limits, ours)
    point = _first_point(path, proofs, limits, unit * outputs, shares, table)
    stalled = 0
    for number in count(1):
        before = known.gap
        made = proofs.plan(point.outputs, point.number)
        proved = proofs.bound(point.prices, point.scarcity)
        known.hear(
            Makes(made.number * unit, made.outputs),
            Bound(proved.number * unit, proved.prices, proved.scarcity),
        )
        assert known.plan is not None and known.proof is not None
        yield PriceRound(number, known.proof.number, known.plan.number, known.gap, float(table.passes))
        gained = known.gap < (1.0 - _GAIN) * before or 1.0 - known.gap > (1.0 + _GAIN) * (1.0 - before)
        stalled = 0 if gained else stalled + 1
        if stalled >= _GIVEN_UP:
            return
        with np.errstate(all="ignore"):  # a breakdown shows in the point, which is looked at
            point = path.next_point(point, known.gap)
        if not _within(point):
            return


def _within(point: Point) -> bool:
    inside = (point.outputs, point.room, point.scarcity, point.losses)
    return all(bool((values > 0).all()) for values in inside) and bool(np.isfinite(point.prices).all())


def _start(table: ProductsByColumn, limits: OwnLimits, wanted: Floats) -> tuple[Floats, Floats]:
    """Return shares of techniques, in the proportions of their limits, that are productive; and outputs by technique.

    Raises
    ------
    QuestionError : none are found.
    """
    paid = limits.costs(np.full(limits.use.shape[1], 1.0 / limits.use.shape[1]))
    typical = table.by_good(paid) / np.diff(table.first)
    weight = np.maximum(paid, 0.1 * typical[table.good])
    weight = np.where(weight > 0, weight, 1.0)
    prices = np.zeros(len(wanted))
    cost = paid
    for _ in range(_FIRST_SWEEPS):
        cost = prices[table.good] - table.margins(prices) + paid
        prices = np.minimum.reduceat(cost, table.first[:-1])
    proofs = Proofs(table, limits, wanted, 1e-6)
    for preference in _PREFERENCES:
        cheap = np.where(cost > 0, prices[table.good] / np.where(cost > 0, cost, 1.0), 1.0)
        likely = np.maximum(cheap, 1e-3) ** preference / weight
        shares = likely / table.by_good(likely)[table.good]
        outputs = proofs.outputs(shares, wanted, wanted)
        if outputs is not None and (outputs > 0).all():
            return shares, shares * outputs[table.good]
    raise QuestionError(
        "no productive choice of techniques was found to start from: every mix tried uses up as much of some goods as "
        "it makes; correct their inputs, or ask it with method='auto'"
    )


def _first_point(
    path: CentralPath, proofs: Proofs, limits: OwnLimits, outputs: Floats, shares: Floats, table: ProductsByColumn
) -> Point:
    """Return a point within: rents in the proportion of what limits leave, prices that cover costs."""
    used = limits.used(outputs)
    scarcity = 1.0 / np.maximum(1.0 - used, 0.5 * used)
    scarcity /= scarcity.sum()
    prices = proofs.costs(shares, limits.costs(scarcity), np.zeros(len(path.wanted)))
    if prices is None or not (prices > 0).any():
        prices = np.ones(len(path.wanted))
    worth = float(prices @ path.wanted)
    return path.start(outputs, scarcity / worth, prices / worth)

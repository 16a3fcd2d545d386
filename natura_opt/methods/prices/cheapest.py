r"""The industries' side of price coordination: at these prices, which of your techniques is cheapest?

Every good i is made by one or more techniques j, each described per unit it makes: inputs :math:`A_j` of other goods
and use :math:`U_j` of what is scarce. At prices w of the scarce things the full cost of a good is

.. math::  p_i = \min_{j \in i} \; (U_j w + A_j p)

where inputs are charged at their own full cost: a Markov decision process. It is solved by policy iteration (Howard
1960): price the chosen techniques, ask every industry again, until nobody has a cheaper one.

Two inequalities make what comes of it a *proof*, although the systems are only solved approximately: any prices with
:math:`p \le \min_j (U_j w + A_j p)` bound every plan from above, and outputs with :math:`q \ge g + A_\pi' q` are a
plan. So the systems solved are ``p = (1 - e)(U w + A p)`` and ``q = (1 + e)(g + A' q)``, to less than e, good by good.
All terms are non-negative, so that the rounding of the sums is known beforehand and allowed for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...base.arrays import Floats
from ...input_output.directed import TINY, exact_surplus
from ...input_output.productivity import Productivity, judge_productivity
from .goods_system import GoodsSystem
from .technique_table import Choice, Shares, Techniques, TechniqueTable

_EPS = float(np.finfo(np.float64).eps)
#: Steps of production from which industries first choose; and of lowering prices, before they are given up.
_FIRST_STEPS, _STEPS = 3, 20_000
#: How exact the first prices and plans are.
_START = 1e-6
#: A technique undercuts a price by at least this share of it, or by nothing that rounding could not make.
_CLEARLY = 1e-14
_ROUNDS_OF_ASKING = 200
#: How exactly prices are first found, in value; then to this part of what the last ones were off; and how far from
#: their costs they may lie, beside the slack, once nobody undercuts them.
_FIRST_LOOK, _FORCING, _CLOSE = 1e-2, 0.1, 4.0


@dataclass(frozen=True, eq=False)
class Offer:
    """What the industries answer to prices of what is scarce.

    Attributes
    ----------
    prices : full costs p of the goods, rigorously at most what any technique costs at them, shape (n,).
    chosen : the technique of each good, shape (n,).
    """

    prices: Floats
    chosen: Choice


@dataclass(frozen=True, eq=False)
class Hopeless:
    """Goods of which no choice of techniques makes more than it uses up; or none was found, where not ``proved``."""

    goods: npt.NDArray[np.intp]
    proved: bool


class Industries:
    """Industries that know their techniques, and answer one question about them.

    Parameters
    ----------
    inputs : csr, shape (techniques, goods): inputs per unit made; techniques in the order of the goods they make.
    use : csr, shape (techniques, scarce things): use per unit made.
    first, rows : the techniques of each good, as in :class:`.technique_table.TechniqueTable`.

    Attributes
    ----------
    rounding : relative error that any computed cost of a technique stays below.
    """

    def __init__(self, inputs: Any, use: Any, first: Choice, rows: Choice | None = None) -> None:
        self._know(TechniqueTable(inputs, use, first, rows))

    @classmethod
    def of(cls, table: Techniques) -> Industries:
        """Return the industries whose techniques are in a table, wherever that is kept."""
        industries = cls.__new__(cls)
        industries._know(table)
        return industries

    def _know(self, table: Techniques) -> None:
        self.table = table
        self.rounding = (2 * self.table.longest + 16) * _EPS
        self._underflow = (2 * self.table.longest + 4) * TINY
        self._system = GoodsSystem(self.table.goods, 4 * self.rounding)
        self._sole = _used_by_one(self.table.sole_use())

    @property
    def passes(self) -> float:
        """How often every coefficient of the technique table has been read."""
        return self.table.passes

    def cheapest(self, scarcity: Floats, prices: Floats) -> tuple[Floats, Choice]:
        """Answer the one question: each good's lowest cost at these prices, and its technique.

        Parameters
        ----------
        scarcity : what each technique pays for scarce things per unit made, ``U w``.
        prices : prices of the goods.
        """
        return self.table.ask(scarcity, prices)

    def full_costs(self, scarcity: Floats, start: Offer, slack: float, outputs: Floats | None = None) -> Offer:
        """Ask again and again until nobody knows a cheaper technique: prices that prove a bound.

        Parameters
        ----------
        start : an earlier offer; its techniques must be productive.
        slack : the ``e`` above: prices are below the true costs by about as much, in relation to them.
        outputs : about how much is made of each good, by which its price counts; each good alike by default.
        """
        prices, proper, chosen = start.prices, start.chosen, start.chosen
        aim = slack if self._system.eliminates else _FIRST_LOOK
        counts = _per_value(prices) if outputs is None else outputs
        for asked in range(_ROUNDS_OF_ASKING):
            if asked:
                costs = self._priced(scarcity, chosen, prices, slack, aim, counts)
                if costs is None:  # techniques chosen at rough prices may not be productive together
                    chosen, aim = proper, slack
                    costs = self._priced(scarcity, chosen, prices, slack, aim, counts)
                    if costs is None:
                        break
                prices, proper = costs, chosen if aim <= slack else proper
            lowest, cheaper = self.cheapest(scarcity, prices)
            too_high = prices > self._surely(lowest)
            worth, short = float(counts @ lowest), float(counts @ np.abs(lowest - prices))
            if aim <= slack and asked:
                if not too_high.any() and short <= _CLOSE * slack * worth:
                    return Offer(prices, chosen)
                if float(counts[too_high] @ (prices - lowest)[too_high]) <= slack * worth:
                    break
            changed = np.where(prices > (1.0 - slack) * lowest, cheaper, chosen)
            if aim <= slack and asked and (changed == chosen).all():
                break
            chosen, aim = changed, max(min(aim, _FORCING * short / max(worth, 1e-300)), slack)
        return Offer(self._lowered(scarcity, prices, slack), proper)

    def plan(
        self, shares: Shares, wanted: Floats, start: Floats, slack: float, prices: Floats | None = None
    ) -> Floats | None:
        """Return outputs of the techniques in use that leave at least ``wanted`` over; None if they are not found.

        Parameters
        ----------
        slack : outputs are more than needed by about as much, in relation to them.
        prices : by which each good counts; each alike by default.
        """
        return self._system.at_least(
            lambda q: self.table.transposed(shares, q),
            lambda: self._read_rows(shares).T,
            wanted,
            start,
            _per_value(start if start.any() else wanted) if prices is None else prices,
            slack=slack,
            aim=slack,
        )

    def without_idle_rents(self, scarce_prices: Floats, prices: Floats) -> Floats:
        """Lower the price of what one technique alone uses to what makes that technique just pay.

        The bound that the prices of goods prove gains by it, and they still prove it.

        Parameters
        ----------
        scarce_prices : prices w at which the prices of goods were found.
        """
        things, rows, uses = self._sole
        if not len(things):
            return scarce_prices
        scarcity = self.table.scarcity(scarce_prices)
        others = self.table.costs_of(rows, scarcity, prices) - uses * scarce_prices[things]
        rents = np.maximum((1.0 + 4 * self.rounding) * prices[self.table.makes[rows]] - others, 0.0) / uses
        lowered = scarce_prices.copy()
        lowered[things] = np.minimum(rents, scarce_prices[things])
        lowest, _ = self.cheapest(self.table.scarcity(lowered), prices)
        return lowered if (prices <= self._surely(lowest)).all() else scarce_prices

    def start(self, scarcity: Floats) -> Offer | Hopeless:
        """Find productive techniques to start from; or, where there are none, the goods that show it.

        Costs rise from nothing, one step of production at a time, and every industry keeps to what is cheapest. Whether
        its choice is productive is decided with a proof. Where it is not, some prices z of a block of goods show it,
        none of them below cost; industries that know of a technique which undercuts z take it up, and if there is none,
        no choice of techniques makes more of those goods than it uses up.
        """
        scarcity = np.maximum(scarcity, 1e-9 * max(float(scarcity.max(initial=0.0)), 1e-290))  # nothing is quite free
        prices = np.zeros(self.table.goods)
        for _ in range(_FIRST_STEPS):
            prices, chosen = self.cheapest(scarcity, prices)
        offer = None if self._system.eliminates else self._plainly_productive(scarcity, chosen)
        if offer is not None:
            return offer
        everything = np.ones(len(prices))
        for _ in range(_ROUNDS_OF_ASKING):
            shares = Shares.of(chosen)
            if self.plan(shares, everything, np.zeros(len(prices)), _START) is not None:
                return self._offer(scarcity, chosen)
            productivity = judge_productivity(self._read_rows(shares))
            if productivity.productive:
                return self._offer(scarcity, chosen)
            if productivity.productive is None:
                return Hopeless(productivity.block, False)
            better = self._undercutting(productivity)
            if isinstance(better, Hopeless):
                return better
            chosen = chosen.copy()
            chosen[productivity.block] = np.where(better >= 0, better, chosen[productivity.block])
        return Hopeless(productivity.block, False)

    def _plainly_productive(self, scarcity: Floats, chosen: Choice) -> Offer | None:
        """Return rough prices if they leave every technique something over what its inputs cost: that is a proof."""
        nothing = np.zeros(self.table.goods)
        prices = self._priced(scarcity, chosen, nothing, _START, _FIRST_LOOK, _per_value(scarcity[chosen]))
        if prices is None or not (prices > 0).all():
            return None
        spent = self.table.times(Shares.of(chosen), prices)
        sound = prices > (1.0 + 4 * self.rounding) * spent + self._underflow
        return Offer(prices, chosen) if sound.all() else None

    def _offer(self, scarcity: Floats, chosen: Choice) -> Offer:
        """Return what productive techniques cost, roughly."""
        nothing = np.zeros(self.table.goods)
        priced = self._priced(scarcity, chosen, nothing, _START, _START, _per_value(scarcity[chosen]))
        return Offer(nothing if priced is None else priced, chosen)

    def _undercutting(self, productivity: Productivity) -> Choice | Hopeless:
        """Return the technique that undercuts the prices by which a choice is shown unproductive, -1 where none does.

        Prices z of a block with ``A_j z >= z_i`` for every technique j of every good i in it prove each choice
        unproductive, exactly as they are checked here.
        """
        block, verdict = productivity.block, productivity.verdict
        table = self.table
        count = table.ways[block]
        rows = np.concatenate([table.rows[table.first[i] : table.first[i + 1]] for i in block])
        own = np.repeat(np.arange(len(block)), count)
        techniques = sp.csr_array(table.inputs_of(rows)[:, block])
        left, _ = exact_surplus(techniques, verdict.vector, verdict.exponents, own=own, at_least=False)
        if (left <= 0).all() or (count == 1).all():
            return Hopeless(block, True)
        best = np.full(len(block), -1)
        gains = left / np.frexp(verdict.vector)[0][own]
        for place in np.argsort(gains, kind="stable"):
            if gains[place] > _CLEARLY:
                best[own[place]] = rows[place]
        return best if (best >= 0).any() else Hopeless(block, False)

    def _priced(
        self, scarcity: Floats, chosen: Choice, start: Floats, slack: float, aim: float, counts: Floats
    ) -> Floats | None:
        """Return full costs of the chosen techniques, a little low; None where they are not productive."""
        shares = Shares.of(chosen)
        return self._system.at_most(
            lambda p: self.table.times(shares, p),
            lambda: self._read_rows(shares),
            scarcity[chosen],
            start,
            counts,
            slack=slack,
            aim=aim,
        )

    def _lowered(self, scarcity: Floats, prices: Floats, slack: float) -> Floats:
        """Lower prices until no technique undercuts them; zero, which always holds, where that takes too long."""
        for _ in range(_STEPS):
            lowest, _ = self.cheapest(scarcity, prices)
            too_high = prices > self._surely(lowest)
            if not too_high.any():
                return prices
            prices = np.where(too_high, np.maximum((1.0 - slack) * self._surely(lowest), 0.0), prices)
        return np.zeros(len(prices))

    def _surely(self, lowest: Floats) -> Floats:
        """Return what costs are at least, whatever rounding and underflow took from them or added."""
        return np.maximum((1.0 - self.rounding) * lowest - self._underflow, 0.0)

    def _read_rows(self, shares: Shares) -> Any:
        """Return the inputs of the techniques in use, csr, shape (goods, goods)."""
        return shares.mixed(self.table.inputs_of(shares.used))


def _per_value(amounts: Floats) -> Floats:
    """Return what each good must count for so that all amounts count alike."""
    positive = amounts > 0
    return np.where(positive, 1.0 / np.where(positive, amounts, 1.0), 0.0 if positive.any() else 1.0)


def _used_by_one(use: Any) -> tuple[Choice, Choice, Floats]:
    """Return the scarce things that a single technique uses (one per technique), that technique, and its use."""
    columns = sp.csc_array(use)
    things = np.flatnonzero(np.diff(columns.indptr) == 1)
    rows, first = np.unique(columns.indices[columns.indptr[things]], return_index=True)
    things = things[first]
    return things, rows.astype(np.int64), columns.data[columns.indptr[things]]

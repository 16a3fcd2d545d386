r"""Harmony by prices where goods have several techniques: prices out, techniques and complete plans back.

At prices w of what is scarce a good costs what its cheapest technique does, ``p_i = min_j (U_j w + A_j p)``, its best
delivery is a closed form of that, and the dual function

.. math::  \theta(w) = \sum_l w_l + \sum_i \max_{y \ge 0} \big(h_i H(y/g_i - 1) - p_i y\big)

bounds the harmony of every plan, whatever the prices. (All there is of each scarce thing counts as one; weights sum to
one.) Where choices switch it has kinks, and no single plan is best: the centre mixes the plans that it was shown
(:mod:`.choice_bundle`). The smooth part of its model is the dual function at the techniques of the latest round, with
full contents that are only roughly known, so that it bends as the dual function does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...input_output.coefficients import Coefficients
from ...input_output.cores import blas_on_one_core
from ...input_output.positive_system import positive_solution
from ...input_output.together import Columns, solve_together
from ...plan.trace import TracePoint
from ..prices.cheapest import Hopeless, Industries, Offer
from ..prices.technique_table import Choice
from .choice_bundle import Next, Round, lowest, mix
from .choice_model import LEAST_SHARE, ChoiceModel, dense_contents, representatives
from .chosen_output import ChosenHarmony, ChosenOutput
from .price_search import LEAST

#: How exact contents are; how exact prices and plans of a round are: shares of the gap and of the tolerance.
_CONTENTS, _PRICES, _PLANS, _SURE = 1e-3, 1e-2, 1e-2, 1e-2
_ROUGHEST, _FINEST = 1e-4, 8.0
#: The share of the worth of what is scarce that is always spread evenly over it: nothing is ever quite free.
_SPREAD = 1e-12
#: So many plans are kept to mix, and after so many rounds without progress there will be none.
_KEPT, _PATIENCE = 40, 12
#: A good of which one technique makes all but this share is made by one.
_PURE = 1e-6


class NoChoiceError(Exception):
    """Industries found no techniques to start from, or nothing limits what they make."""


@blas_on_one_core
def harmonise_choice(
    problem: ChosenOutput, *, tolerance: float = 1e-6, max_rounds: int = 300, time_limit: float | None = None
) -> ChosenHarmony:
    """Find the prices, and the mix of plans, whose gap is proved to be small.

    Parameters
    ----------
    tolerance : of the gap per unit of weight.
    max_rounds, time_limit : rounds and seconds allowed; one round is always finished.

    Raises
    ------
    NoChoiceError : no techniques that are productive together were found, or nothing limits a good.
    """
    begun = time.perf_counter()
    size = float(problem.weights[problem.wanted].sum())
    normed = ChosenOutput(
        problem.inputs, problem.use, problem.first, problem.targets, problem.weights / size, problem.function
    )
    centre = _Centre(normed, tolerance)
    interrupted = False
    try:
        for number, _ in enumerate(centre.rounds(), 1):
            late = time_limit is not None and time.perf_counter() - begun > time_limit
            if centre.gap <= tolerance or late or number >= max_rounds:
                break
    except KeyboardInterrupt:
        interrupted = True
    trace = (TracePoint(p.passes, size * p.attained, size * p.bound, 0.0) for p in centre.trace)
    return ChosenHarmony(
        levels=centre.levels(),
        scarce_prices=size * centre.proving[0],
        prices=size * centre.proving[1],
        harmony=size * centre.highest,
        bound=size * centre.lowest,
        gap_per_good=centre.gap,
        trace=tuple(trace),
        plans=int((centre.amounts > 0).sum()),
        passes=centre.passes,
        proved=centre.gap <= tolerance,
        interrupted=interrupted,
    )


class _Centre:
    """Who announces prices, and mixes the plans that come back.

    Attributes
    ----------
    lowest, highest : the best bound and the harmony of the mix so far. proving : the prices of the bound.
    """

    def __init__(self, problem: ChosenOutput, tolerance: float) -> None:
        self.problem, self.tolerance = problem, tolerance
        self.industries = Industries(problem.inputs, problem.use, problem.first)
        goods, scarce = len(problem.targets), problem.use.shape[1]
        self.lowest, self.highest = np.inf, problem.harmony(np.zeros(goods))
        self.proving = (np.zeros(scarce), np.zeros(goods))
        self.shown: list[Round] = []
        self.plans: list[Floats] = []
        self.amounts = np.zeros(0)
        self.trace: list[TracePoint] = []
        self.spent = 0.0

    @property
    def gap(self) -> float:
        """The proved gap."""
        return max(self.lowest - self.highest, 0.0)

    @property
    def passes(self) -> int:
        """Readings of all coefficients so far, begun ones included."""
        return int(np.ceil(self.industries.passes + self.spent))

    def levels(self) -> Floats:
        """Return the outputs of all techniques in the mix."""
        levels = np.zeros(self.problem.inputs.shape[0])
        for amount, plan in zip(self.amounts, self.plans, strict=True):
            levels += amount * plan
        return levels

    def rounds(self) -> Iterator[None]:
        """Announce prices, hear plans and mix them, round after round, until nothing is gained any more."""
        problem, industries = self.problem, self.industries
        finest = _FINEST * industries.rounding
        count = problem.use.shape[1]
        prices, best, stalled = np.full(count, 1.0 / count), np.inf, 0
        offer = industries.start(problem.use @ prices)
        if isinstance(offer, Hopeless):
            raise NoChoiceError("no techniques that are productive together were found")
        outputs = np.zeros(len(problem.targets))
        switches: Floats | None = None
        while stalled < _PATIENCE:
            finer, gap = 0.1 ** (stalled // 3), min(self.gap, 1.0)
            prices = prices + _SPREAD * max(float(prices.sum()), LEAST) / count
            slack = max(finer * min(_PRICES * gap, _ROUGHEST), finest)
            offer = industries.full_costs(problem.use @ prices, offer, slack)
            if not (offer.prices[problem.wanted] > 0).all():
                raise NoChoiceError("nothing limits a good that is wanted")
            value = problem.lagrangian(prices, offer.prices)
            if value < self.lowest:
                self.lowest, self.proving = value, (prices, offer.prices)
            deliveries = problem.best_deliveries(offer.prices)
            shares = self._shares(offer.chosen, switches)
            slack = max(finer * min(_PLANS * gap, _ROUGHEST), _SURE * self.tolerance, finest)
            planned = self._plan(shares, deliveries, outputs, slack)
            if planned is not None:
                outputs = planned
                self._mix(shares, prices, deliveries, outputs)
            self.trace.append(TracePoint(self.passes, self.highest, self.lowest, 0.0))
            yield
            stalled = 0 if self.gap < 0.9 * best else stalled + 1
            best = min(best, self.gap)
            contents = self._contents(offer)
            model = self._model(prices, offer, contents, outputs, shares)
            following = lowest(model, self.shown, max(1e-3 * self.gap, 1e-2 * self.tolerance))
            switches = self._switched(model, following)
            costs = offer.prices + contents.times(following.prices - prices)
            offer = Offer(np.maximum(costs, LEAST_SHARE * offer.prices), offer.chosen)
            prices = following.prices

    def _shares(self, chosen: Choice, switches: Floats | None) -> Any:
        """Return which share of each good is made by each technique: csr, shape (n, techniques)."""
        goods, techniques = len(chosen), self.problem.inputs.shape[0]
        if switches is None:
            return sp.csr_array((np.ones(goods), (np.arange(goods), chosen)), shape=(goods, techniques))
        good = np.repeat(np.arange(goods), np.diff(self.problem.first))
        mixed = (np.maximum.reduceat(switches, self.problem.first[:-1]) < 1.0 - _PURE)[good]
        pure = np.zeros(techniques)
        pure[chosen] = 1.0
        levels = np.where(mixed, switches, pure)
        used = np.flatnonzero(levels)
        return sp.csr_array((levels[used], (good[used], used)), shape=(goods, techniques))

    def _switched(self, model: ChoiceModel, following: Next) -> Floats | None:
        """Return the share of its good that each technique makes where switches balance; None where nearly one does."""
        if model.share > 1.0:
            return None
        shares = np.zeros(self.problem.inputs.shape[0])
        shares[model.chosen] = 1.0
        for share, taken in following.switches:
            shares[model.rivals[taken]] += share
            shares[model.chosen[model.owner[taken]]] -= share
        return np.clip(shares, 0.0, 1.0)

    def _plan(self, shares: Any, deliveries: Floats, start: Floats, slack: float) -> Floats | None:
        """Return outputs that leave at least the deliveries over; None if they are not found."""
        inputs = Coefficients((1.0 + slack) * sp.csr_array(shares @ self.problem.inputs))
        outputs = positive_solution(
            inputs.transposed_times, lambda: inputs.matrix.T, (1.0 + slack) * deliveries, start, slack / 4
        )
        self.spent += (inputs.passes + 1) * inputs.nnz / max(self.problem.inputs.nnz, 1)
        return outputs

    def _model(self, prices: Floats, offer: Offer, contents: Columns, outputs: Floats, shares: Any) -> ChoiceModel:
        """Return the model around some prices."""
        problem, first = self.problem, self.problem.first
        goods = representatives(len(problem.targets))
        share = len(problem.targets) / len(goods)
        counts = np.diff(first)[goods]
        owner = np.repeat(np.arange(len(goods)), counts)
        rows = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first[goods], counts)
        own = dense_contents(contents, goods)
        rival = rows != offer.chosen[goods][owner]
        rivals, owner = rows[rival], owner[rival]
        table = problem.inputs[rivals]
        self.spent += table.nnz / max(problem.inputs.nnz, 1)
        turns = problem.use[rivals].toarray() + table @ dense_contents(contents, np.arange(len(problem.targets)))
        loss = problem.use[rivals] @ prices + table @ offer.prices - offer.prices[goods][owner]
        bare = ChoiceModel(
            at=prices,
            goods=goods,
            share=share,
            wishes=problem.of(goods),
            costs=offer.prices[goods],
            contents=own,
            chosen=offer.chosen[goods],
            rivals=rivals,
            owner=owner,
            loss=np.maximum(loss, 0.0),
            turns=turns - own[owner],
            outputs=outputs[goods],
            constant=0.0,
            linear=np.zeros(len(prices)),
        )
        made = np.asarray(shares.T @ outputs)[rivals]  # what rivals make in the plan, the techniques chosen would
        used = self.shown[-1].used - share * (made @ bare.turns)
        value, slope = bare.smooth(prices)
        return replace(bare, constant=problem.lagrangian(prices, offer.prices) - value, linear=1.0 - used - slope)

    def _mix(self, shares: Any, prices: Floats, deliveries: Floats, outputs: Floats) -> None:
        """Hear a plan, and mix it with those before."""
        problem = self.problem
        levels = np.asarray(shares.T @ outputs)
        used = np.asarray(problem.use.T @ levels)
        value = problem.harmony(deliveries) + float(prices @ (1.0 - used))  # of the plan at these prices: no more
        self.shown.append(Round(prices, value, used, deliveries))
        self.plans.append(levels)
        start = np.append(self.amounts, 0.0)
        if not start.any():
            start[-1] = 1.0 / max(float(used.max()), 1e-300)
        amounts = mix(problem, self.shown, start)
        mixed = sum(a * done.deliveries for a, done in zip(amounts, self.shown, strict=True))
        harmony = problem.harmony(mixed)
        if harmony > self.highest:
            self.highest, self.amounts = harmony, amounts
        else:
            self.amounts = start
        if len(self.shown) > _KEPT:
            self._fold()

    def _fold(self) -> None:
        """Make one plan of the two of which the mix has least, so that the mix stays as it is."""
        one, other = np.sort(np.argsort(self.amounts[:-1], kind="stable")[:2]).tolist()
        both = self.amounts[one] + self.amounts[other]
        share = float(self.amounts[one] / both) if both > 0 else 0.0
        first, second = self.shown[one], self.shown[other]
        used = share * first.used + (1.0 - share) * second.used
        deliveries = share * first.deliveries + (1.0 - share) * second.deliveries
        value = self.problem.harmony(deliveries) + float(second.prices @ (1.0 - used))
        self.shown[other] = Round(second.prices, value, used, deliveries)
        self.plans[other] = share * self.plans[one] + (1.0 - share) * self.plans[other]
        self.amounts[other] = both
        del self.shown[one], self.plans[one]
        self.amounts = np.delete(self.amounts, one)

    def _contents(self, offer: Offer) -> Columns:
        """Return roughly what a unit of each good takes of each scarce thing, by the techniques of an offer."""
        chosen = Coefficients(self.problem.inputs[offer.chosen])
        units = np.where(offer.prices > 0, offer.prices, 1.0)
        found = solve_together(chosen, False, sp.csc_array(self.problem.use[offer.chosen]), units, _CONTENTS)
        self.spent += chosen.passes * chosen.nnz / max(self.problem.inputs.nnz, 1)
        return found

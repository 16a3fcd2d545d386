"""The rounds of price coordination: prices out, techniques back, a bound and a plan each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from ...base.arrays import Floats
from ...base.errors import QuestionError, listed
from .centre import Centre, Proposal, value
from .cheapest import Industries, Offer
from .contents import MOST_BYTES, MOST_THINGS, Contents
from .local_model import LocalModel, Prospect
from .own_units import OwnUnits
from .priced_economy import PricedEconomy
from .technique_table import Choice, Shares
from .unpriceable import first_offer

#: How exact the industries' prices and plans are: with the local model this share of the square of the gap, since that
#: is where a round leads, and at least this share of the tolerance; by the cuts alone, which are worse for it, this
#: share of the gap and of the tolerance. At most so rough, and at least so many times what rounding hides.
_AHEAD, _OF_TOLERANCE, _OF_GAP, _ROUGHEST, _FINEST = 0.1, 3e-2, 1e-2, 1e-4, 8.0
#: The share of the value of what is scarce that is always spread evenly over it: nothing is ever quite free.
_SPREAD = 1e-12
#: Rounds without progress after which the answers become ten times as exact.
_PATIENCE = 4
#: Rounds without progress, at the most exact answers, after which there will be none.
_GIVEN_UP = 100
#: A round by the local model should leave at most this part of the gap; if so many in a row do not, contents being made
#: ten times as exact each time, every other round is by the cuts.
_KEEPS_UP, _DOUBTED = 0.5, 2
#: How much dearer than the cheapest a technique may be that shares in making a good.
_NEARLY = 1e-3
#: With a choice for fewer goods than this, the cuts alone are as good as a model of what everybody answers.
_MANY = 200
#: How exactly the local model is maximised, beside the gap.
_OF_MODEL = 1e-3
#: How exact contents are: the square root of the gap, within these ends.
_FINEST_CONTENTS, _ROUGHEST_CONTENTS = 1e-3, 1e-2


@dataclass(frozen=True)
class PriceRound:
    """A round: ``best`` assortments are possible with the plans seen so far, more than ``bound`` never.

    ``gap`` is relative to the bound; ``passes`` counts how often the technique table has been read so far, and ``wire``
    the bytes that have gone to a cluster and come back.
    """

    round: int
    bound: float
    best: float
    gap: float
    passes: float
    wire: int = 0


def coordinated_rounds(
    ours: OwnUnits, industries: Industries, centre: Centre, tolerance: float
) -> Iterator[PriceRound]:
    """Coordinate, round after round, until nothing has been gained for long by the most exact answers there are."""
    laid, table, finest = ours.laid, industries.table, _FINEST * industries.rounding
    model = _model(industries)
    point = centre.bundle.best
    offer = first_offer(laid, industries, table.scarcity(centre.rents(point)))
    outputs, stalled, prospect, doubt = np.zeros(table.goods), 0, None, 0
    for number in count(1):
        before, finer = centre.gap, 0.1 ** (stalled // _PATIENCE)
        slack, slack_of_plan = (max(finer * rough, finest) for rough in _roughly(model, centre.gap, tolerance))
        point = (1.0 - _SPREAD) * point + _SPREAD / len(point)
        rents = centre.rents(point)
        scarcity = table.scarcity(rents)
        offer = industries.full_costs(scarcity, offer, slack, outputs if outputs.any() else None)
        shares = _in_use(industries, scarcity, offer, prospect)
        planned = industries.plan(shares, ours.wanted, outputs, slack_of_plan, offer.prices)
        used = np.zeros(table.things)
        if planned is not None:
            outputs = planned
            used = table.total_use(shares, planned)
            if not used.any():
                raise QuestionError(
                    f"{laid.economy.name}: the assortment can be made without anything scarce, so without end (for "
                    f"example {listed(_names(laid, shares.main[planned > 0], 3))}); give what its techniques use a "
                    "limit"
                )
            centre.hear_plan(Proposal(planned, shares), used)
        trimmed = industries.without_idle_rents(rents, offer.prices)
        centre.hear_cost(trimmed, value(offer.prices, ours.wanted), offer.prices)
        bound, best = ours.assortments(centre.bound), ours.assortments(centre.best)
        yield PriceRound(number, bound, best, centre.gap, industries.passes, table.wire)
        stalled = stalled + 1 if centre.gap >= before else 0
        if stalled > _GIVEN_UP and max(slack, slack_of_plan) <= finest:
            return
        if prospect is not None:
            doubt = 0 if centre.gap <= _KEEPS_UP * before else doubt + 1
        by_model = model is not None and planned is not None and (prospect is None or doubt < _DOUBTED)
        prospect = None
        if model is not None and by_model:
            exact = max(_OF_MODEL * min(centre.gap, 1.0) ** 2, 1e-3 * tolerance)
            nearly = min(max(centre.gap**0.5, _FINEST_CONTENTS), _ROUGHEST_CONTENTS) * 0.1 ** min(doubt, _DOUBTED)
            prospect = model.best_near(point, offer.prices, shares, outputs, used, centre.there, exact, nearly)
            point, offer = prospect.point, Offer(prospect.prices, prospect.chosen)
        elif centre.mixed is not None:
            point = centre.bundle.next_point(centre.mixed.most)


def _roughly(model: LocalModel | None, gap: float, tolerance: float) -> tuple[float, float]:
    """Return how rough prices may be, and plans."""
    if model is None:
        return min(_OF_GAP * gap, _ROUGHEST), _OF_GAP * tolerance
    rough = min(max(_AHEAD * gap**2, _OF_TOLERANCE * tolerance), _ROUGHEST)
    return rough, rough


def _model(industries: Industries) -> LocalModel | None:
    """Return room for the local model where many goods have a choice, and not too much is scarce."""
    table = industries.table
    if len(table.choosing) < _MANY or table.things > MOST_THINGS or Contents.bytes_of(table) > MOST_BYTES:
        return None
    return LocalModel(table, Contents(table))


def _in_use(industries: Industries, scarcity: Floats, offer: Offer, prospect: Prospect | None) -> Shares:
    """Return the cheapest technique of each good, and mixed ones where they cost all but the same.

    Parameters
    ----------
    prospect : the mix that the model foresaw.
    """
    if prospect is None:
        return Shares.of(offer.chosen)
    table, foreseen = industries.table, prospect.shares
    several = np.repeat(np.diff(foreseen.begins) > 1, np.diff(foreseen.begins))
    rows, goods = foreseen.used[several], foreseen.goods[several]
    if not len(rows):
        return Shares.of(offer.chosen)
    costs = table.costs_of(rows, scarcity, offer.prices)
    lowest = np.full(table.goods, np.inf)
    np.minimum.at(lowest, goods, costs)
    dearest = np.zeros(table.goods)
    np.maximum.at(dearest, goods, costs)
    mixed = dearest <= (1.0 + _NEARLY) * np.minimum(lowest, offer.prices)
    return _with_mixes(offer.chosen, foreseen, mixed)


def _with_mixes(chosen: Choice, foreseen: Shares, mixed: Any) -> Shares:
    """Return the chosen techniques, and the foreseen shares of the goods that are mixed."""
    kept = mixed[foreseen.goods] & (np.diff(foreseen.begins) > 1)[foreseen.goods]
    whole = np.flatnonzero(~np.isin(np.arange(len(chosen)), foreseen.goods[kept]))
    goods = np.concatenate([whole, foreseen.goods[kept]])
    order = np.argsort(goods, kind="stable")
    used = np.concatenate([chosen[whole], foreseen.used[kept]])[order]
    shares = np.concatenate([np.ones(len(whole)), foreseen.shares[kept]])[order]
    return Shares(np.searchsorted(goods[order], np.arange(len(chosen) + 1)).astype(np.int64), used, shares)


def _names(laid: PricedEconomy, rows: Choice, most: int) -> list[str]:
    places = laid.techniques[rows]
    return [str(name) for name in laid.economy.techniques[places[places >= 0]][:most]]

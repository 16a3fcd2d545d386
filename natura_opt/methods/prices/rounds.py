"""The rounds of price coordination: prices out, techniques back, a bound and a plan each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from ...base.arrays import Floats
from ...base.errors import QuestionError, listed
from ...plan.price_rounds import PriceRound
from .centre import Centre, Proposal, value
from .cheapest import Industries, Offer
from .contents import MOST_BYTES, MOST_THINGS, Contents
from .course import Course
from .fixed_demand import FixedDemand
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


def begun(ours: OwnUnits, industries: Industries, centre: Centre) -> Course:
    """Let the industries find productive techniques to begin with.

    Raises
    ------
    QuestionError : there are none; the goods are named.
    """
    point = centre.bundle.best
    return Course(point, first_offer(ours.laid, industries, industries.table.scarcity(centre.rents(point))))


def coordinated_rounds(
    ours: OwnUnits, industries: Industries, centre: Centre, tolerance: float, course: Course
) -> Iterator[PriceRound]:
    """Coordinate, round after round, until nothing has been gained for long by the most exact answers there are.

    Parameters
    ----------
    course : from where; brought up to date with each round, as the centre is.
    """
    table, finest = industries.table, _FINEST * industries.rounding
    model = _model(industries)
    if model is not None:
        if course.contents is not None:
            model.contents.values[:] = course.contents
        course.contents = model.contents.values
    outputs = centre.proposals[-1].outputs if centre.proposals else np.zeros(table.goods)
    while True:
        prospect = None
        if course.number:
            course.stalled = course.stalled + 1 if centre.gap >= course.before else 0
            if course.stalled > _GIVEN_UP and course.exhausted:
                return
            prospect = _moved(course, centre, model, tolerance)
        course.before, finer = centre.gap, 0.1 ** (course.stalled // _PATIENCE)
        slack, slack_of_plan = (max(finer * rough, finest) for rough in _roughly(model, centre.gap, tolerance))
        course.exhausted = max(slack, slack_of_plan) <= finest
        point = course.point = (1.0 - _SPREAD) * course.point + _SPREAD / len(course.point)
        rents = centre.rents(point)
        scarcity = table.scarcity(rents)
        offer = industries.full_costs(scarcity, course.offer, slack, outputs if outputs.any() else None)
        shares = _in_use(industries, scarcity, offer, prospect)
        planned = industries.plan(shares, ours.wanted, outputs, slack_of_plan, offer.prices)
        if planned is not None:
            outputs = planned
            used = table.total_use(shares, planned)
            if not used.any():
                _refuse_endless(ours.laid, shares.main[planned > 0])
            centre.hear_plan(Proposal(planned, shares), used)
            if isinstance(centre, FixedDemand) and centre.hopeless:
                _refuse_unserved(ours.laid)
        trimmed = industries.without_idle_rents(rents, offer.prices)
        centre.hear_cost(trimmed, value(offer.prices, ours.wanted), offer.prices)
        course.number, course.offer = course.number + 1, offer
        course.point = rents * centre.there / value(rents, centre.there)
        course.planned, course.foreseen = planned is not None, prospect is not None
        bound, best = (ours.told(number, centre.fixed) for number in (centre.bound, centre.best))
        yield PriceRound(course.number, bound, best, centre.gap, industries.passes, tuple(point.tolist()), table.wire)


def _moved(course: Course, centre: Centre, model: LocalModel | None, tolerance: float) -> Prospect | None:
    """Move to the next point: by the local model while it keeps what it promises, else by the cuts."""
    if course.foreseen:
        course.doubt = 0 if centre.gap <= _KEEPS_UP * course.before else course.doubt + 1
    if model is not None and course.planned and (not course.foreseen or course.doubt < _DOUBTED):
        exact = max(_OF_MODEL * min(centre.gap, 1.0) ** 2, 1e-3 * tolerance)
        nearly = min(max(centre.gap**0.5, _FINEST_CONTENTS), _ROUGHEST_CONTENTS) * 0.1 ** min(course.doubt, _DOUBTED)
        last, used = centre.proposals[-1], centre.bundle.cuts[-1] * centre.there
        prospect = model.best_near(
            course.point, course.offer.prices, last.shares, last.outputs, used, centre.there, exact, nearly
        )
        course.point, course.offer = prospect.point, Offer(prospect.prices, prospect.chosen)
        return prospect
    if centre.mixed is not None:
        course.point = centre.bundle.next_point(centre.mixed.most)
    return None


def _refuse_unserved(laid: PricedEconomy) -> NoReturn:
    raise QuestionError(
        f"{laid.economy.name}: method 'prices' found no plan that serves the targets within the limits, at whatever "
        "cost; ask it with method='auto', which proves whether there is one"
    )


def _refuse_endless(laid: PricedEconomy, rows: Choice) -> NoReturn:
    raise QuestionError(
        f"{laid.economy.name}: the assortment can be made without anything scarce, so without end (for example "
        f"{listed(_names(laid, rows, 3))}); give what its techniques use a limit"
    )


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

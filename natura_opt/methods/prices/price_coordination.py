r"""Price coordination: a centre that knows prices, industries that know techniques.

The largest number of assortments is found without any linear program over the techniques. Each round

1. the centre announces prices w of what is scarce;
2. every industry answers one question: "at these prices, which of your techniques is cheapest?"; their answers settle
   the full costs p of all goods (:mod:`natura_opt.methods.prices.cheapest`);
3. the chosen techniques are one complete plan, of which an assortment takes :math:`u_\pi` of what is scarce; the
   centre mixes the plans it has seen, :math:`\max \sum \lambda` with :math:`\sum \lambda_\pi u_\pi \le r`, and moves
   the prices (:mod:`natura_opt.methods.prices.level_bundle`).

The value of all that is scarce over the cost of an assortment, :math:`w r / p g`, bounds every plan from above,
whatever the prices; the mix is a plan. Their gap is known, and proved, in every round.

Sources: Kantorovich 1939 (resolving multipliers); Dantzig and Wolfe 1960; models 2 and 6 of the design notes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from ...backends.answer import Answer, Claim
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import QuestionError, listed
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import linear_program
from ...input_output.cores import blas_on_one_core
from ...objectives import objective_of
from ...plan.answer import Attempt
from ...plan.plan import Plan
from ...program.linear import LinearProgram
from ...proof.certificate import certify
from ...proof.judging import judge
from .cheapest import Choice, Industries, Offer
from .level_bundle import LevelBundle, Mix
from .own_units import OwnUnits, in_own_units
from .priced_economy import PricedEconomy, priced_economy
from .settings import PriceSettings

#: Rounds stop at this share of the tolerance, so that the recomputed proof, with its own rounding, stays within it.
_SHARE = 0.9
#: How exact the industries' prices are: this share of the gap, at most so rough, and at least so many times what
#: rounding hides; their plans: this share of the tolerance.
_EXACTNESS, _ROUGHEST, _FINEST = 1e-2, 1e-4, 8.0
#: The share of the value of what is scarce that is always spread evenly over it: nothing is ever quite free.
_SPREAD = 1e-12
#: Rounds without progress after which the answers become ten times as exact.
_PATIENCE = 4
#: Rounds without progress, at the most exact answers, after which there will be none.
_GIVEN_UP = 100
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class PriceRound:
    """A round: ``best`` assortments are possible with the plans seen so far, more than ``bound`` never.

    ``gap`` is relative to the bound; ``passes`` counts how often the technique table has been read so far.
    """

    round: int
    bound: float
    best: float
    gap: float
    passes: float


@dataclass(frozen=True, eq=False)
class Coordination:
    """What a price coordination ended with.

    Attributes
    ----------
    claim : ``optimal`` when the gap is within the tolerance, or what stopped it.
    mix : assortments made by each plan of the mix, by the round in which it was proposed.
    activities : level of each technique. assortments : how many the mix makes (the last ``best``).
    resource_prices, good_prices : prices at which an assortment costs one.
    stock_prices : rents of the stocks of capital, by position among the economy's holdings.
    rounds : the trace.
    bound, gap, passes, seconds : as in the last round.
    """

    claim: Claim
    mix: pd.Series
    activities: pd.Series
    assortments: float
    resource_prices: pd.Series
    good_prices: pd.Series
    stock_prices: Floats
    rounds: tuple[PriceRound, ...]
    bound: float
    gap: float
    passes: float
    seconds: float


@dataclass
class _Centre:
    """Who announces prices: knows what is scarce, and the plans it has been shown; of techniques it knows nothing.

    Prices are announced as shares ``s``: the share of the value of all that is scarce that falls on each thing.
    """

    bundle: LevelBundle
    prices: Floats
    plans: list[Floats] = field(default_factory=list)
    mixed: Mix | None = None

    @property
    def bound(self) -> float:
        """No plan makes more assortments: what all that is scarce is worth, over the cost of an assortment."""
        return (1.0 + 8 * _EPS) / self.bundle.value if self.bundle.value > 0 else np.inf

    @property
    def best(self) -> float:
        """How many assortments the plans seen so far can make."""
        return 0.0 if self.mixed is None else float(self.mixed.amounts.sum())

    @property
    def gap(self) -> float:
        """Relative difference between the two."""
        return max(1.0 - self.best / self.bound, 0.0) if np.isfinite(self.bound) else 1.0

    def hear_plan(self, activities: Floats, use: Floats) -> None:
        """Take a complete plan per assortment, and the share it uses of all there is of each scarce thing."""
        self.plans.append(activities)
        self.bundle.add(use)
        self.mixed = self.bundle.mix() or self.mixed

    def hear_cost(self, shares: Floats, cost: float, prices: Floats) -> None:
        """Take what an assortment costs at some prices of what is scarce, and the prices of goods that prove it."""
        if self.bundle.offer(shares, cost):
            self.prices = prices


@blas_on_one_core
def coordinate(
    economy: Economy,
    question: Question,
    *,
    tolerance: float = 1e-6,
    max_rounds: int = 1000,
    time_limit: float | None = None,
) -> Coordination:
    """Find the largest number of assortments by prices out and techniques back.

    Parameters
    ----------
    tolerance : relative gap between the bound and the plan at which to stop.
    max_rounds, time_limit : rounds and seconds allowed (one round is always finished).

    Raises
    ------
    QuestionError : the question is not one for this method, or there is nothing to coordinate; the message says why.

    >>> import natura_opt as no
    >>> machines = no.read("kantorovich_machines")
    >>> found = coordinate(machines, machines.question())
    >>> round(found.assortments, 3), round(found.bound, 3)
    (86.667, 86.667)
    >>> found.good_prices.round(4).to_dict()
    {'item1': 0.6667, 'item2': 0.3333}
    """
    options = SolveOptions(tolerance=tolerance, time_limit=time_limit)
    PriceSettings(max_rounds)
    began = time.perf_counter()
    laid = priced_economy(economy, question)
    ours = in_own_units(laid)
    industries = Industries(ours.inputs, ours.use, laid.first)
    centre = _Centre(LevelBundle(len(laid.amounts)), np.zeros(len(laid.wanted)))
    rounds: list[PriceRound] = []
    claim = Claim.ITERATION_LIMIT
    try:
        for done in _rounds(ours, industries, centre, options.tolerance):
            rounds.append(done)
            if done.gap <= _SHARE * options.tolerance:
                claim = Claim.OPTIMAL
                break
            if options.time_limit is not None and time.perf_counter() - began > options.time_limit:
                claim = Claim.TIME_LIMIT
                break
            if len(rounds) >= max_rounds:
                break
    except KeyboardInterrupt:
        claim = Claim.INTERRUPTED
    return _written_out(ours, centre, claim, tuple(rounds), time.perf_counter() - began)


def _rounds(ours: OwnUnits, industries: Industries, centre: _Centre, tolerance: float) -> Iterator[PriceRound]:
    """Coordinate, round after round, until nothing has been gained for long by the most exact answers there are."""
    laid, finest = ours.laid, _FINEST * industries.rounding
    shares = centre.bundle.best
    offer = _first_offer(laid, industries, ours.use @ shares)
    outputs, stalled = np.zeros(len(laid.wanted)), 0
    for number in count(1):
        finer = 0.1 ** (stalled // _PATIENCE)
        slack = max(finer * min(_EXACTNESS * centre.gap, _ROUGHEST), finest)
        slack_of_plans = max(finer * _EXACTNESS * tolerance, finest)
        shares = (1.0 - _SPREAD) * shares + _SPREAD / len(shares)
        offer = industries.full_costs(ours.use @ shares, offer, slack)
        planned = industries.plan(offer.chosen, ours.wanted, outputs, slack_of_plans)
        if planned is not None:
            outputs = planned
            used = _sums(ours.use[offer.chosen].T, planned)
            if not used.any():
                raise QuestionError(
                    f"{laid.economy.name}: the assortment can be made without anything scarce, so without end (for "
                    f"example {listed(_names(laid, offer.chosen[planned > 0], 3))}); give what its techniques use a "
                    "limit"
                )
            centre.hear_plan(laid.activities_of(offer.chosen, ours.outputs(planned)), used)
        before = centre.gap
        trimmed = industries.without_idle_rents(shares, offer.prices)
        total = _sum(trimmed, np.ones(len(trimmed)))
        centre.hear_cost(trimmed / total, _sum(offer.prices, ours.wanted) / total, offer.prices / total)
        bound, best = ours.assortments(centre.bound), ours.assortments(centre.best)
        yield PriceRound(number, bound, best, centre.gap, industries.passes)
        stalled = stalled + 1 if centre.gap >= before else 0
        if stalled > _GIVEN_UP and slack <= finest and slack_of_plans <= finest:
            return
        if centre.mixed is not None:
            shares = centre.bundle.next_point(centre.mixed.most)


def _first_offer(laid: PricedEconomy, industries: Industries, scarcity: Floats) -> Offer:
    """Let industries find productive techniques to start from, or say what cannot be produced."""
    offer = industries.start(scarcity)
    if isinstance(offer, Offer):
        return offer
    name, goods = laid.economy.name, listed(laid.economy.goods[laid.goods[offer.goods]])
    if offer.proved and _can_do_without(laid, offer.goods):
        raise QuestionError(
            f"{name}: method 'prices' cannot price {goods}, of which every choice of techniques uses up as much as it "
            "makes, or more, although the assortment can be made without; leave out the techniques that need them, or "
            "ask it with method='auto'"
        )
    if offer.proved:
        raise QuestionError(
            f"{name}: the economy is not productive: whichever techniques are chosen, as much of {goods} is used up as "
            "made, or more; correct their inputs, or leave out the techniques that need them"
        )
    raise QuestionError(
        f"{name}: undecided whether any choice of techniques is productive: {goods} use up what they make of "
        "themselves to within rounding; correct their inputs, or leave out the techniques that need them"
    )


def _can_do_without(laid: PricedEconomy, goods: Any) -> bool:
    """Whether what is wanted has techniques that need none of some goods, directly or through others."""
    makeable = np.ones(len(laid.wanted), dtype=bool)
    makeable[goods] = False
    made_good = np.repeat(np.arange(len(laid.wanted)), np.diff(laid.first))
    while True:
        runs = makeable[made_good] & (laid.inputs @ (~makeable).astype(np.float64) == 0)
        now = makeable & (np.bincount(made_good[runs], minlength=len(makeable)) > 0)
        if (now == makeable).all():
            return bool(makeable[laid.wanted > 0].all())
        makeable = now


def _sum(prices: Floats, amounts: Floats) -> float:
    """Return ``prices @ amounts``, in extended precision: its rounding would be the bound's."""
    return float(prices.astype(np.longdouble) @ amounts.astype(np.longdouble))


def _sums(matrix: Any, outputs: Floats) -> Floats:
    """Return ``A q``, in extended precision, rounded once."""
    return np.asarray(matrix.astype(np.longdouble) @ outputs.astype(np.longdouble), dtype=np.float64)


def _names(laid: PricedEconomy, rows: Choice, most: int) -> list[str]:
    places = laid.techniques[rows]
    return [str(name) for name in laid.economy.techniques[places[places >= 0]][:most]]


def _written_out(
    ours: OwnUnits, centre: _Centre, claim: Claim, rounds: tuple[PriceRound, ...], seconds: float
) -> Coordination:
    """Mix the plans, and name everything as the user does."""
    laid, economy = ours.laid, ours.laid.economy
    amounts = np.zeros(0) if centre.mixed is None else centre.mixed.amounts
    levels = np.zeros(len(economy.techniques))
    for amount, plan in zip(amounts, centre.plans, strict=False):
        levels += amount * plan
    cost = centre.bundle.value if centre.bundle.value > 0 else 1.0
    scarce = ours.scarce_prices(centre.bundle.best / cost)
    goods, limits = laid.all_prices(scarce, ours.good_prices(centre.prices / cost))
    rents = np.zeros(0 if laid.holdings is None else laid.holdings.count)
    rents[laid.limiting_holdings] = limits[laid.resources :]
    resources = np.zeros(len(economy.resources))
    resources[: laid.resources] = limits[: laid.resources]
    mixed = ours.mixed(amounts)
    mix = pd.Series(mixed, index=pd.RangeIndex(1, len(amounts) + 1, name="plan"), name="assortments")
    return Coordination(
        claim=claim,
        mix=mix[mix > 0],
        activities=pd.Series(levels, index=economy.techniques, name="activities"),
        assortments=ours.assortments(centre.best),
        resource_prices=pd.Series(resources, index=economy.resources, name="prices"),
        good_prices=pd.Series(goods, index=economy.goods, name="prices"),
        stock_prices=rents,
        rounds=rounds,
        bound=ours.assortments(centre.bound),
        gap=centre.gap,
        passes=rounds[-1].passes if rounds else 0.0,
        seconds=seconds,
    )


def solve_by_prices(
    economy: Economy,
    question: Question,
    *,
    tolerance: float = 1e-6,
    max_rounds: int = 1000,
    time_limit: float | None = None,
) -> Plan:
    """Answer a question by :func:`coordinate`, as a plan with its proof recomputed from the data.

    Parameters
    ----------
    tolerance, max_rounds, time_limit : as there; the tolerance is also the certificate's.

    Raises
    ------
    QuestionError : the question is not one for this method; the message says why.

    >>> import natura_opt as no
    >>> machines = no.read("excavators")
    >>> plan = solve_by_prices(machines, machines.question())
    >>> plan.status, round(plan.objective, 3)
    (<Status.OPTIMAL: 'optimal'>, 70.493)
    """
    began = time.perf_counter()
    coordination = coordinate(economy, question, tolerance=tolerance, max_rounds=max_rounds, time_limit=time_limit)
    built = time.perf_counter()
    program = linear_program(economy, question)
    primal, dual = _as_columns_and_rows(program, coordination, objective_of(question).columns)
    proved = time.perf_counter()
    certificate = certify(program, primal, dual, tolerance)
    message = (
        f"{len(coordination.rounds)} rounds of prices, {coordination.passes:.0f} passes, gap {coordination.gap:.1e}"
    )
    answer = Answer(
        coordination.claim, primal, dual, message, iterations=len(coordination.rounds), seconds=coordination.seconds
    )
    status, impossibility = judge(program, answer, certificate, SolveOptions(tolerance=tolerance))
    return Plan(
        economy=economy,
        question=question,
        program=program,
        primal=primal,
        dual=dual,
        status=status,
        certificate=certificate,
        impossibility=impossibility,
        method="prices",
        attempts=(Attempt(f"prices: {message}", coordination.claim, certificate),),
        iterations=len(coordination.rounds),
        seconds={"solve": built - began, "build": proved - built, "prove": time.perf_counter() - proved},
    )


def _as_columns_and_rows(program: LinearProgram, coordination: Coordination, served: str) -> tuple[Floats, Floats]:
    """Fill the blocks of the canonical program: levels and stocks; prices, in the objective's sense.

    Parameters
    ----------
    served : the block of columns that says how many assortments are made.
    """
    rows, columns = program.shape
    primal, dual, worth = np.zeros(columns), np.zeros(rows), 1.0
    for block in program.columns:
        if block.name == "activities":
            primal[block.span] = coordination.activities
        elif block.name == served:
            primal[block.span] = coordination.assortments
            worth = float(program.cost[block.start])  # of an assortment, which prices take as one
        elif block.name == "capital_stock":  # all that is there is held
            accumulation = program.row_block("accumulation")
            assert accumulation is not None
            primal[block.span] = program.row_upper[accumulation.span]
    for block in program.rows:
        if block.name == "balance":
            dual[block.span] = -coordination.good_prices
        elif block.name == "resource_limit":
            dual[block.span] = coordination.resource_prices
        elif block.name in ("capacity", "accumulation"):
            dual[block.span] = coordination.stock_prices
    return primal, worth * dual

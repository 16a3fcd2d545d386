r"""Price coordination: a centre that knows prices, industries that know techniques.

The largest number of assortments is found without any linear program over the techniques. Each round

1. the centre announces prices w of what is scarce;
2. every industry answers one question: "at these prices, which of your techniques is cheapest?"; their answers settle
   the full costs p of all goods (:mod:`natura_opt.methods.prices.cheapest`);
3. the chosen techniques are one complete plan, of which an assortment takes :math:`u_\pi` of what is scarce; the
   centre mixes the plans it has seen, :math:`\max \sum \lambda` with :math:`\sum \lambda_\pi u_\pi \le r`, and moves
   the prices to where a model of everybody's answer is best (:mod:`natura_opt.methods.prices.local_model`), or, where
   few choose or that fails, by the cuts of the plans (:mod:`natura_opt.methods.prices.level_bundle`).

The value of all that is scarce over the cost of an assortment, :math:`w r / p g`, bounds every plan from above,
whatever the prices; the mix is a plan. Their gap is known, and proved, in every round.

Sources: Kantorovich 1939 (resolving multipliers); Dantzig and Wolfe 1960; models 2 and 6 of the design notes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...backends.answer import Claim
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import OptionError
from ...base.interruption import stopping_by_itself
from ...base.status import Status
from ...economy.economy import Economy
from ...economy.memory import Size, stated
from ...economy.question import Question
from ...formulate import linear_program, program_in_pieces
from ...input_output.cores import blas_on_one_core
from ...objectives import objective_of
from ...objectives.objective import Demand
from ...plan.answer import Attempt
from ...plan.plan import Plan
from ...plan.price_rounds import PriceRound, PriceRounds
from ...program.pieces import LIGHT
from ...program.protocol import Program
from ...proof.certificate import certify
from ...proof.judging import proved_or_stopped
from .centre import Centre, Standing
from .cheapest import Industries
from .checkpoint import Checkpoint
from .course import Course
from .fixed_demand import FixedDemand
from .many_limits import stand_by_many
from .on_cluster import table_on_cluster
from .own_units import OwnUnits, in_own_units
from .priced_economy import priced_economy
from .rounds import begun, coordinated_rounds
from .settings import PriceSettings
from .technique_table import TechniqueTable
from .unanswered import MOST_SCARCE

#: Rounds stop at this share of the tolerance, so that the recomputed proof, with its own rounding, stays within it.
_SHARE = 0.9


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
    course : the rounds, with what was announced and told in them.
    bound, gap, seconds : as in the last round.
    """

    claim: Claim
    mix: pd.Series
    activities: pd.Series
    assortments: float
    resource_prices: pd.Series
    good_prices: pd.Series
    stock_prices: Floats
    course: PriceRounds
    bound: float
    gap: float
    seconds: float

    @property
    def rounds(self) -> tuple[PriceRound, ...]:
        """The trace."""
        return self.course.rounds

    @property
    def passes(self) -> float:
        """How often the technique table was read."""
        return self.rounds[-1].passes if self.rounds else 0.0


@blas_on_one_core
def coordinate(
    economy: Economy,
    question: Question,
    *,
    tolerance: float = 1e-6,
    max_rounds: int = 1000,
    time_limit: float | None = None,
    checkpoint: str | Path | None = None,
    cluster: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Coordination:
    """Find the largest number of assortments by prices out and techniques back.

    Stopped at any moment (by the gap, the time, or Ctrl-C), it returns what was proved in the last whole round.

    Parameters
    ----------
    tolerance : relative gap between the bound and the plan at which to stop.
    max_rounds, time_limit : rounds and seconds allowed (one round is always finished).
    checkpoint : a file that holds all that is known after each round; where it is there already, the rounds go on from
        it.
    cluster : address of a Dask cluster whose workers keep the techniques and answer for them; the answer is the same.
    progress : called with a line on each round.

    Raises
    ------
    OptionError : the cluster cannot be used.
    QuestionError : the question is not one for this method, or there is nothing to coordinate; the message says why.
    DataError, OutputError : the checkpoint is of another economy or torn, or cannot be written.

    >>> import natura_opt as no
    >>> machines = no.read("kantorovich_machines")
    >>> found = coordinate(machines, machines.question())
    >>> round(found.assortments, 3), round(found.bound, 3)
    (86.667, 86.667)
    >>> found.good_prices.round(4).to_dict()
    {'item1': 0.6667, 'item2': 0.3333}
    """
    options = SolveOptions(tolerance=tolerance, time_limit=time_limit)
    PriceSettings(max_rounds, cluster=cluster)
    began = time.perf_counter()
    laid = priced_economy(economy, question)
    ours = in_own_units(laid)
    if len(laid.amounts) > MOST_SCARCE:
        if checkpoint is not None or cluster is not None:
            raise OptionError(
                f"{len(laid.amounts):,} scarce things are priced along the central path, which takes no checkpoint and "
                "no cluster; leave those out"
            )
        fixed = objective_of(question).demand is Demand.FIXED
        standing, claim, path = stand_by_many(
            ours, fixed, tolerance=options.tolerance, max_rounds=max_rounds, time_limit=options.time_limit
        )
        along = PriceRounds(path, laid.names_of_scarce, {}, len(laid.goods), laid.coefficients)
        return _written_out(ours, standing, fixed, claim, along, time.perf_counter() - began)
    if progress is not None:
        stated("planning by prices", memory_of_rounds(economy, len(laid.amounts)), progress)
    here = TechniqueTable(ours.inputs, ours.use, laid.first, laid.rows)
    centre = _centre(ours, question)
    rounds: list[PriceRound] = []
    last = centre.standing(), 0, dict(here.told)
    claim = Claim.ITERATION_LIMIT

    def look_up() -> None:
        if rounds and options.time_limit is not None and time.perf_counter() - began > options.time_limit:
            raise _TimeIsUpError

    try:
        with nullcontext(here) if cluster is None else table_on_cluster(here, cluster) as table, stopping_by_itself():
            industries = Industries.of(table)
            course = Course.resumable(len(laid.amounts)) if checkpoint else begun(ours, industries, centre)
            kept = Checkpoint(checkpoint, ours, industries, centre, course) if checkpoint else None
            if kept is not None:
                rounds += kept.resumed()
                if not rounds:
                    first = begun(ours, industries, centre)
                    course.point, course.offer = first.point, first.offer
                last = centre.standing(), len(rounds), dict(table.told)
            table.look_up = look_up
            going_on = coordinated_rounds(ours, industries, centre, options.tolerance, course)
            while True:
                if rounds and centre.gap <= _SHARE * options.tolerance:
                    claim = Claim.OPTIMAL
                    break
                if len(rounds) >= max_rounds:
                    break
                look_up()
                done = next(going_on, None)
                if done is None:
                    break
                rounds.append(done)
                last = centre.standing(), len(rounds), dict(table.told)
                if kept is not None:
                    kept.write(tuple(rounds))
                if progress is not None:
                    progress(f"{done}, {time.perf_counter() - began:.1f} s")
    except _TimeIsUpError:
        claim = Claim.TIME_LIMIT
    except KeyboardInterrupt:
        claim = Claim.INTERRUPTED
    standing, count, told = last
    seen = PriceRounds(tuple(rounds[:count]), laid.names_of_scarce, told, len(laid.goods), laid.coefficients)
    return _written_out(ours, standing, centre.fixed, claim, seen, time.perf_counter() - began)


def memory_of_rounds(economy: Economy, things: int) -> int:
    """Return about how many bytes an economy and the rounds take at most, with so many scarce things and a choice.

    Per good: contents in single precision with their Krylov basis, that of prices and plans, and a few plans; per
    technique: what it takes beyond those in use, and its place; and use of all there is, beside the table of use.
    """
    size = Size.of(economy)
    return size.solving(goods=6.0 * things + 75.0, techniques=0.5 * things + 8.0) + 8 * size.resource_use


class _TimeIsUpError(Exception):
    """The time limit is over in the middle of a round."""


def _written_out(
    ours: OwnUnits, standing: Standing, fixed: bool, claim: Claim, course: PriceRounds, seconds: float
) -> Coordination:
    """Mix the plans, and name everything as the user does."""
    laid, economy = ours.laid, ours.laid.economy
    levels = np.zeros(len(economy.techniques))
    for amount, proposal in zip(standing.amounts, standing.proposals, strict=False):
        if amount > 0:
            levels += amount * laid.activities_of(proposal.shares, ours.outputs(proposal.outputs))
    goods, limits = laid.all_prices(ours.scarce_prices(standing.rents), ours.good_prices(standing.prices))
    rents = np.zeros(0 if laid.holdings is None else laid.holdings.count)
    rents[laid.limiting_holdings] = limits[laid.resources :]
    resources = np.zeros(len(economy.resources))
    resources[: laid.resources] = limits[: laid.resources]
    mixed = ours.mixed(standing.amounts)
    mix = pd.Series(mixed, index=pd.RangeIndex(1, len(mixed) + 1, name="plan"), name="assortments")
    return Coordination(
        claim=claim,
        mix=mix[mix > 0],
        activities=pd.Series(levels, index=economy.techniques, name="activities"),
        assortments=ours.told(standing.best, fixed),
        resource_prices=pd.Series(resources, index=economy.resources, name="prices"),
        good_prices=pd.Series(goods, index=economy.goods, name="prices"),
        stock_prices=rents,
        course=course,
        bound=ours.told(standing.bound, fixed),
        gap=standing.gap,
        seconds=seconds,
    )


def _centre(ours: OwnUnits, question: Question) -> Centre:
    """Return a centre that knows how much is wanted, and what there is for it."""
    things, goods = len(ours.laid.amounts), len(ours.laid.wanted)
    if objective_of(question).demand is not Demand.FIXED:
        return Centre.of(things, goods)
    return FixedDemand(things, goods, float(np.ldexp(1.0, ours.assortment)))


def solve_by_prices(
    economy: Economy,
    question: Question,
    *,
    tolerance: float = 1e-6,
    max_rounds: int = 1000,
    time_limit: float | None = None,
    checkpoint: str | Path | None = None,
    cluster: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Plan:
    """Answer a question by :func:`coordinate`, as a plan with its proof recomputed from the data.

    Parameters
    ----------
    tolerance, max_rounds, time_limit, checkpoint, cluster, progress : as there; the tolerance also the certificate's.

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
    coordination = coordinate(
        economy,
        question,
        tolerance=tolerance,
        max_rounds=max_rounds,
        time_limit=time_limit,
        checkpoint=checkpoint,
        cluster=cluster,
        progress=progress,
    )
    built = time.perf_counter()
    large = Size.of(economy).coefficients > LIGHT  # then no copy of the tables is made
    program = program_in_pieces(economy, question) if large else linear_program(economy, question)
    primal, dual = _as_columns_and_rows(program, coordination, objective_of(question).columns)
    proved = time.perf_counter()
    certificate = certify(program, primal, dual, tolerance)
    message = (
        f"{len(coordination.rounds)} rounds of prices, {coordination.passes:.0f} passes, gap {coordination.gap:.1e}"
    )
    if cluster is not None:
        message += f", {coordination.rounds[-1].wire if coordination.rounds else 0:,} bytes to the cluster and back"
    # whoever has a plan and a bound from prices has no need of another judge: what is not proved is said to be so
    status = proved_or_stopped(coordination.claim, certificate) or Status.UNPROVED
    return Plan(
        economy=economy,
        question=question,
        program=program,
        primal=primal,
        dual=dual,
        status=status,
        certificate=certificate,
        impossibility=None,
        method="prices",
        attempts=(Attempt(f"prices: {message}", coordination.claim, certificate),),
        iterations=len(coordination.rounds),
        coordination=coordination.course,
        seconds={"solve": built - began, "build": proved - built, "prove": time.perf_counter() - proved},
    )


def _as_columns_and_rows(program: Program, coordination: Coordination, served: str) -> tuple[Floats, Floats]:
    """Fill the blocks of the canonical program: levels and stocks; prices, in the objective's sense.

    Parameters
    ----------
    served : the block of columns that says how many assortments are made.
    """
    rows, columns = program.shape
    primal, dual, worth = np.zeros(columns), np.zeros(rows), 1.0 if program.sense == "max" else -1.0
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

r"""Harmony by prices: the dual of the concave program, one product per technique, one period.

For prices w of what is limited, the full cost of a good is ``p = A'p + K'w``, its best delivery a closed form of ``p``
alone, and the outputs are ``x = A x + y``. The dual function

.. math::  \theta(w) = w k + \sum_i \max_{y \ge 0} \big(h_i H(y/g_i - 1) - p_i y\big)

is smooth where H is strictly concave, its gradient is what is left unused, ``k - K x``, and every value of it
bounds the harmony of every plan. With few limits it is minimised by way of their full contents, roughly known
(:mod:`.by_contents`); with many (a scarce stock per good, as in 1990) step by step (:mod:`.by_gradients`).

Sources: Cockshott 1990 (the problem); numerics of the design notes (the method).
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from ...base.errors import NaturaError, OptionError, listed
from ...input_output.cores import blas_on_one_core
from ...input_output.system import Witness
from ...input_output.witness import find_witness
from ...proof.concave_gap import proven_gap
from .by_contents import search_by_contents
from .by_gradients import search_by_gradients
from .limited_output import LimitedOutput, Surplus, find_surplus
from .price_search import PricedHarmony, Search
from .standing_idle import Idle, PricesUndecidedError, find_idle, idle_prices

#: So many limits are few, if their full contents take no more than the inputs do, or no more than is no matter.
_FEW, _SPARE = 64, 50_000_000


@blas_on_one_core
def harmonise(
    problem: LimitedOutput,
    *,
    tolerance: float = 1e-6,
    max_passes: int = 20_000,
    time_limit: float | None = None,
    names: Any = None,
) -> PricedHarmony:
    """Find the prices that make what everybody does on his own a plan, and prove how good it is.

    Parameters
    ----------
    tolerance : stop when the proven gap per unit of weight is at most this.
    names : of the goods, for messages.

    Raises
    ------
    OptionError : the harmony function is not strictly concave.
    QuestionError : nothing limits a good that is wanted. PricesUndecidedError : what is productive is too near to call.
    """
    if not (problem.function.concave and problem.function.strict):
        raise OptionError(
            f"harmony function {problem.function.name!r} is not strictly concave, so prices do not decide deliveries: "
            "the primal-dual method answers it (natura_opt.solve(…, objective='harmony') chooses)"
        )
    limits = (tolerance, max_passes, time_limit)
    if (problem.there > 0).all() and (problem.inputs.matrix.diagonal() < 1.0).all():
        try:
            footing = _footing(problem, names)
        except NaturaError:  # what cannot sustain itself stands idle
            pass
        else:
            return _searched(problem, limits, names, footing)
    idle = find_idle(problem)
    running = np.flatnonzero(~idle.goods)
    part = problem.part(running, problem.there > 0)
    own = None if names is None else [names[k] for k in running]
    answer = None
    if part.wanted.any():
        try:
            footing = _footing(part, own)
        except NaturaError as error:  # although every block of it has one
            raise PricesUndecidedError(str(error)) from None
        answer = _searched(part, limits, own, footing)
    return _beside_idle(problem, idle, running, answer, tolerance, names)


def _searched(
    problem: LimitedOutput, limits: tuple[float, int, float | None], names: Any, footing: tuple[Witness, Surplus]
) -> PricedHarmony:
    """Search by contents where limits are few, and by gradients where they are many or contents did not do."""
    search = Search(problem, *limits, names, *footing)
    count, goods = problem.use.shape
    with search.until_interrupted():
        if not (
            count <= _FEW and count * goods * 4 <= max(problem.inputs.nbytes, _SPARE) and search_by_contents(search)
        ):
            search_by_gradients(search)
    return search.answer()


def _footing(problem: LimitedOutput, names: Any) -> tuple[Witness, Surplus]:
    """Return prices that leave every industry a margin, and outputs that leave some of every good."""
    witness = find_witness(problem.inputs, names)
    return witness, find_surplus(problem.inputs, witness)


def _beside_idle(
    problem: LimitedOutput, idle: Idle, running: Any, answer: PricedHarmony | None, tolerance: float, names: Any
) -> PricedHarmony:
    """Return the plan of the part that runs as one of the whole, with prices at which nothing else would run."""
    begun, limits = time.perf_counter(), problem.there > 0
    outputs, deliveries, prices = (np.zeros(len(problem.targets)) for _ in range(3))
    limit_prices = np.zeros(len(problem.there))
    if answer is not None:
        outputs[running], deliveries[running], prices[running] = answer.outputs, answer.deliveries, answer.prices
        limit_prices[limits] = answer.limit_prices
    limit_prices, prices = idle_prices(problem, idle, limit_prices, prices)
    harmony, bound = problem.harmony(deliveries), problem.lagrangian(limit_prices, prices)
    size = float(problem.weights[problem.wanted].sum())
    gap = proven_gap(harmony, bound, size, tolerance)
    rest = harmony - (0.0 if answer is None else answer.harmony)  # of goods that nobody gets
    trace = () if answer is None else answer.trace
    worst, worst_good = problem.worst_served(deliveries)
    return PricedHarmony(
        outputs=outputs,
        deliveries=deliveries,
        limit_prices=limit_prices,
        prices=prices,
        harmony=harmony,
        bound=bound,
        gap_per_good=gap,
        worst_fulfilment=worst,
        worst_good=worst_good,
        trace=tuple(replace(point, attained=point.attained + rest, bound=point.bound + rest) for point in trace),
        evaluations=0 if answer is None else answer.evaluations,
        passes=problem.passes + (0 if answer is None else answer.passes),
        seconds=time.perf_counter() - begun + (0.0 if answer is None else answer.seconds),
        reason="; ".join(filter(None, ("" if answer is None else answer.reason, _said(problem, idle, names)))),
        proved=gap <= tolerance,
        interrupted=answer is not None and answer.interrupted,
        idle=np.flatnonzero(idle.goods),
    )


def _said(problem: LimitedOutput, idle: Idle, names: Any) -> str:
    """Say which industries stand idle, and which targets nothing can be delivered to."""

    def called(which: Any) -> str:
        return listed(np.flatnonzero(which) if names is None else [names[k] for k in np.flatnonzero(which)])

    words = f"standing idle: {called(idle.goods)}"
    if idle.sick.any():
        words += f", since making {called(idle.sick)} takes all that is made of it"
    missing = idle.goods & problem.wanted
    return words + (f"; none of {called(missing)} can be delivered" if missing.any() else "")

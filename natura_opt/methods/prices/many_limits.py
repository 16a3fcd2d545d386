"""Where every industry has limits of its own: plans by the central path, told as price coordination tells its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...backends.answer import Claim
from ...base.errors import QuestionError
from ...plan.price_rounds import PriceRound
from .centre import Proposal, Standing
from .many_scarce import coordinate_many
from .own_units import OwnUnits
from .technique_table import Shares


def stand_by_many(
    ours: OwnUnits, fixed: bool, *, tolerance: float, max_rounds: int, time_limit: float | None
) -> tuple[Standing, Claim, tuple[PriceRound, ...]]:
    """Answer for an economy in own units; see :func:`.many_scarce.coordinate_many`.

    Parameters
    ----------
    fixed : whether what is sought is the least cost of fixed demand.

    Raises
    ------
    QuestionError : fixed demand, too many limits that industries share, or nothing productive to start from.
    """
    laid = ours.laid
    if fixed:
        raise QuestionError(
            f"{laid.economy.name}: method 'prices' finds the least cost of fixed demand under few limits, and there "
            f"are {len(laid.amounts):,}; ask it with method='auto'"
        )
    try:
        found = coordinate_many(
            ours.inputs,
            ours.use,
            laid.first,
            ours.wanted,
            rows=laid.rows,
            tolerance=tolerance,
            max_rounds=max_rounds,
            time_limit=time_limit,
        )
    except QuestionError as error:
        raise QuestionError(f"{laid.economy.name}: method 'prices': {error}") from None
    ways = np.diff(laid.first)
    outputs = found.outputs[laid.rows]
    made = np.add.reduceat(outputs, laid.first[:-1])
    each = np.repeat(made, ways)
    shares = np.where(each > 0, outputs / np.where(each > 0, each, 1.0), np.repeat(1.0 / ways, ways))
    proposal = Proposal(made / max(found.best, 1e-300), Shares(laid.first, laid.rows, shares))
    standing = Standing(
        np.array([found.best]), (proposal,), found.scarcity, found.prices, found.bound, found.best, found.gap
    )
    told = ours.assortments
    rounds = tuple(replace(one, bound=told(one.bound), best=told(one.best)) for one in found.rounds)
    return standing, found.claim, rounds

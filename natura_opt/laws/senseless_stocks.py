"""Stocks of resources that say two things at once, or nothing: refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base.errors import QuestionError, listed
from ..base.labels import name_of
from ..economy.economy import Economy
from .drawn import STOCKS, standing_in
from .periods import lengths


def refuse_senseless_stocks(economy: Economy) -> None:
    """Raise where a resource stands in two stocks, or labour comes or is trained of a kind of which there is none.

    Raises
    ------
    QuestionError : naming the tables and the resources.
    """
    given = [table for table in STOCKS if economy.has(table)]
    for k, one in enumerate(given):
        for other in given[k + 1 :]:
            both = np.intersect1d(standing_in(economy, one), standing_in(economy, other))
            if len(both):
                raise QuestionError(
                    f"{economy.name}: {listed(economy.resources[both])} cannot stand both in {one!r} and in {other!r}; "
                    "give one of them as infinite, or two resources"
                )
    _refuse_endless_regrowth(economy)
    if not economy.has("labour_force"):
        return
    none = np.isinf(economy.vector("labour_force", 0))
    for table in ("labour_entering", "training"):
        parts: list[Any] = list(economy.tables[table].slices.values()) if economy.has(table) else []
        there = np.zeros(len(none), dtype=bool)
        for part in parts:
            there |= (abs(part).sum(axis=1) if table == "training" else part) > 0
        if (there & none).any():
            raise QuestionError(
                f"{economy.name}: {table!r} is of {listed(economy.resources[there & none])}, which stand in no "
                "'labour_force'; say there how much of it there is at the start, 0 if none"
            )


def _refuse_endless_regrowth(economy: Economy) -> None:
    """Raise where what regrows in a period is more than a number can say."""
    if not economy.has("renewable_stocks"):
        return
    stocks = standing_in(economy, "renewable_stocks")
    for t, years in enumerate(lengths(economy)):
        rates = economy.vector("regrowth_rates", t)[stocks]
        endless = stocks[np.log1p(rates) * years > np.log(np.finfo(float).max)]
        if len(endless):
            raise QuestionError(
                f"{economy.name}: 'regrowth_rates' of {listed(economy.resources[endless])} over the {years:g} years of "
                f"{name_of(economy.periods[t])} make more than any number: give rates per year, such as 0.02 for 2 %, "
                "or shorter periods"
            )

"""What price coordination cannot answer, said before anything is priced."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...base.arrays import Floats
from ...base.errors import QuestionError, listed
from ...economy.economy import Economy
from ...economy.makers import Makers, Places
from ...economy.question import Question
from ...formulate import asked_of, laws_of
from ...laws.activities import ACTIVITIES
from ...laws.balance import BALANCE
from ...laws.capital import CAPITAL
from ...laws.curve_settings import CurveSettings
from ...laws.emissions import EMISSIONS
from ...laws.holdings import Holdings
from ...laws.law import Law
from ...laws.resources import RESOURCES
from ...laws.storage import STORAGE
from ...objectives import objective_of
from ...objectives.assortment import ASSORTMENT
from ...objectives.fulfilment import FULFILMENT
from ...objectives.least_resources import LEAST_RESOURCES
from ..refusing import unread_setting

_OTHERS = "ask it with method='auto'"
#: The laws that prices of goods, resources and stocks answer to; over one period nothing is stored.
PRICED = (ACTIVITIES, RESOURCES, CAPITAL, STORAGE, BALANCE)
#: Settings of laws that leave it as it is: how curves are stated, and how much a later year than the only one counts.
_READ = (*CurveSettings.names(), "discount_factor")
#: The objectives that price coordination answers.
ANSWERED = (ASSORTMENT, FULFILMENT, LEAST_RESOURCES)
#: More scarce things than this are priced along the central path, not by cuts.
MOST_SCARCE = 1_000


def refuse_count(name: str, count: int) -> None:
    """Refuse an economy in which nothing is scarce."""
    if not count:
        raise QuestionError(
            f"{name}: method 'prices' prices what is scarce, and nothing is: no resource, stock or capital limits what "
            "the assortment needs, so it can be made without end; add 'resource_limits'"
        )


def refuse(economy: Economy, question: Question, priced: tuple[Law, ...] = PRICED) -> None:
    """Raise unless the question is one that price coordination can answer.

    Parameters
    ----------
    priced : the laws that are taken into account.
    """
    name = economy.name
    laws = laws_of(economy, question)
    if objective_of(question) not in ANSWERED:
        raise QuestionError(
            f"{name}: method 'prices' makes as many assortments as it can, or serves the targets once at "
            f"least cost; the objective {question.objective!r} is "
            f"another question: {_OTHERS}"
        )
    if len(economy.periods) > 1:
        raise QuestionError(
            f"{name}: method 'prices' plans one period, and there are {len(economy.periods)}: goods, stocks and "
            f"investment of several periods would need prices of their own; {_OTHERS}"
        )
    if EMISSIONS in laws:
        raise QuestionError(
            f"{name}: method 'prices' does not price emissions; {_OTHERS}, or put their tables under leave_out"
        )
    unread = unread_setting("prices", _READ, economy, question)
    if unread:
        raise QuestionError(unread)
    unpriced = [law for law in laws if law not in priced and law is not objective_of(question).law]
    if unpriced:
        known = frozenset[str]().union(*(law.tables for law in laws if law not in unpriced))
        others = frozenset[str]().union(*(law.tables for law in unpriced)) - known
        given = asked_of(economy, question).tables
        tables = [table for table in given if table in others] or [t for t in given if t in unpriced[0].tables]
        raise QuestionError(
            f"{name}: method 'prices' does not price the table {listed(tables)} ({unpriced[0].name}); {_OTHERS}, or "
            "put it under leave_out"
        )
    several = Makers.of(asked_of(economy, question).matrix("outputs", 0)).joint
    if len(several):
        raise QuestionError(
            f"{name}: technique {str(economy.techniques[several[0]])!r} makes several goods; method 'prices' asks for "
            f"each good which technique is cheapest, and joint products leave that open: {_OTHERS}"
        )


def refuse_unmakeable(
    economy: Economy,
    runs: Any,
    aside: tuple[tuple[int, int], ...],
    makes: Places,
    wanted: Floats,
    stock: Floats,
    resources: int,
    limiting: Places,
    capital: Holdings | None,
) -> None:
    makeable = np.zeros(len(wanted), dtype=bool)
    makeable[makes[runs]] = True
    missing = np.flatnonzero((wanted > 0) & ~makeable & (stock <= 0))
    if not len(missing):
        return
    good = str(economy.goods[missing[0]])
    why = "no technique makes it"
    reasons = dict(aside)
    makers = [technique for technique in reasons if makes[technique] == missing[0]]
    if makers:
        reason = reasons[makers[0]]
        if reason < resources:
            what = f"resource {str(economy.resources[reason])!r}, of which there is none"
        elif reason < resources + len(limiting):
            assert capital is not None
            stock_good = economy.goods[capital.goods[limiting[reason - resources]]]
            what = f"a stock of {str(stock_good)!r}, of which there is none"
        else:
            what = f"good {str(economy.goods[reason - resources - len(limiting)])!r}, which cannot be made"
        why = f"technique {str(economy.techniques[makers[0]])!r} needs {what}"
    raise QuestionError(
        f"{economy.name}: method 'prices' cannot price {good!r}, which is wanted and cannot be made ({why}), so no "
        "assortment is possible; correct the tables, or take it out of the targets"
    )

"""Which questions ``auto`` puts to price coordination first: large ones of its structure, to the tolerance asked.

What ``auto`` promises does not change with who answers: the tolerance that was asked, 1e-9 where none was, or HiGHS is
asked after all. A plan by prices has no basis, so no intervals of its valuations.

Measured, processor seconds of a whole solve with its proof, to 1e-9, 2 techniques for each good, 10 resources, 20
inputs, two cores that others used too:

| goods | coefficients | prices | simplex | interior point |
| --- | --- | --- | --- | --- |
| 100, planned | 5,297 | .45 | .06 | .04 |
| 300, planned | 16,018 | .49 | .25 | .22 |
| 300, lognormal | 18,451 | 2.1 | .17 | .22 |
| 1,000, planned | 53,509 | 1.6 | 10.9 | 1.6 |
| 1,000, lognormal | 62,565 | 13.0 | 5.7 | 4.5 |
| 2,000, planned | 106,996 | 1.1 | not within 60 s | 12.2 |
| 2,000, lognormal | 125,578 | 1.5 | not within 60 s | 13.0 |

At 1e-6 prices take one or two rounds less. So they are ahead from about 100,000 coefficients on, whatever the economy.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ..backends.answer import Claim
from ..base.errors import QuestionError
from ..formulate import asked_of
from ..objectives import objective_of
from .prices.contents import MOST_THINGS
from .prices.price_coordination import solve_by_prices
from .prices.record import PRICES
from .prices.unanswered import ANSWERED

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..economy.economy import Economy
    from ..economy.question import Question
    from ..plan.plan import Plan
    from .method import Common

#: Coefficients from which prices are ahead of HiGHS; rounds after which HiGHS is asked.
LARGE, ROUNDS = 100_000, 60
#: The tables whose coefficients count, and those whose entries may each be a scarce thing.
_TABLES, _LIMITS = ("inputs", "resource_use"), ("resource_limits", "initial_stocks")


def prices_first(economy: Economy, question: Question, common: Common, by_highs: Callable[[Common], Plan]) -> Plan:
    """Answer a question by prices where they are ahead and prove it, else by HiGHS; the attempts say which, and why.

    Parameters
    ----------
    by_highs : called with what is left of the options.
    """
    why = _why_prices(economy, question, common)
    if not why:
        return by_highs(common)
    tolerance = 1e-9 if common.tolerance is None else common.tolerance
    began = time.perf_counter()
    try:
        plan = solve_by_prices(
            economy,
            question,
            tolerance=tolerance,
            max_rounds=ROUNDS,
            time_limit=common.time_limit,
            progress=common.progress,
        )
    except QuestionError as error:  # what is seen only when it is tried: nothing scarce, or nothing productive
        plan = by_highs(_left(common, began))
        first, *others = plan.attempts
        told = replace(first, message=f"{first.message}; HiGHS, since price coordination declines: {error}")
        return replace(plan, attempts=(told, *others))
    (attempt,) = plan.attempts
    if plan.proved or attempt.claim in (Claim.TIME_LIMIT, Claim.INTERRUPTED):
        assert plan.coordination is not None
        return replace(
            plan,
            attempts=(replace(attempt, message=f"{attempt.message}; {why}"),),
            coordination=replace(plan.coordination, why=why),
        )
    tried = replace(attempt, message=f"{attempt.message}, not proved to {tolerance:g}, so HiGHS is asked")
    found = by_highs(_left(common, began))
    return replace(found, attempts=(tried, *found.attempts))


def _why_prices(economy: Economy, question: Question, common: Common) -> str:
    """Return why a question is put to prices first; empty where it is not."""
    if set(common.given()) - {"time_limit"} or common.prover is not None or len(economy.periods) > 1:
        return ""
    if objective_of(question) not in ANSWERED:
        return ""
    asked = asked_of(economy, question)
    coefficients = sum(int(asked.matrix(table, 0).nnz) for table in _TABLES if asked.has(table))
    if coefficients < LARGE or asked.has("capital") or asked.curves is not None:
        return ""
    things = sum(int((asked.vector(table, 0) > 0).sum()) for table in _LIMITS if asked.has(table))
    if things > MOST_THINGS or PRICES.refuses(economy, question):
        return ""
    return (
        f"price coordination, since one product per technique, one period and {things} scarce things are its structure "
        f"and from about {LARGE:,} coefficients on (here {coefficients:,}) it is ahead of HiGHS"
    )


def _left(common: Common, began: float) -> Common:
    """Return the options with what is left of the time."""
    if common.time_limit is None:
        return common
    return replace(common, time_limit=max(common.time_limit - (time.perf_counter() - began), 1e-3))

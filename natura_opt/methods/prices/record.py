"""Price coordination as a method."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..method import TIMED, Common, Method
from ..refusing import reason_of
from .settings import PriceSettings

if TYPE_CHECKING:
    from ...economy.economy import Economy
    from ...economy.question import Question
    from ...objectives import Objective
    from ...plan.plan import Plan


def _has_curves(economy: Economy, question: Question) -> bool:
    from ...formulate import asked_of

    return asked_of(economy, question).curves is not None


def _answers(objective: Objective) -> bool:
    from .unanswered import ANSWERED

    return objective in ANSWERED


def _refuses(economy: Economy, question: Question) -> str:
    from .in_pieces import refuse_in_pieces
    from .unanswered import refuse

    return reason_of(refuse_in_pieces if _has_curves(economy, question) else refuse, economy, question)


def _answer(economy: Economy, question: Question, settings: PriceSettings, common: Common) -> Plan:
    from .in_pieces import solve_in_pieces
    from .price_coordination import solve_by_prices

    tolerance = PRICES.tolerance if common.tolerance is None else common.tolerance
    solve = solve_in_pieces if _has_curves(economy, question) else solve_by_prices
    return solve(
        economy,
        question,
        tolerance=tolerance,
        max_rounds=settings.max_rounds,
        time_limit=common.time_limit,
        checkpoint=settings.checkpoint,
        cluster=settings.cluster,
        progress=_printed if common.verbose else common.progress,
    )


def _printed(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


PRICES = Method(
    name="prices",
    words="price coordination: a centre that knows prices, industries that know techniques; one period",
    answers=_answers,
    refuses=_refuses,
    answer=_answer,
    settings=PriceSettings,
    takes=TIMED | {"verbose"},
    tolerance=1e-6,
)

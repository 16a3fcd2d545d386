"""Lahiri's iteration as a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..method import Common, Method
from ..refusing import reason_of
from .settings import LahiriSettings

if TYPE_CHECKING:
    from ...economy.economy import Economy
    from ...economy.question import Question
    from ...objectives import Objective
    from ...plan.plan import Plan


def _answers(objective: Objective) -> bool:
    from .curved_system import ANSWERED

    return objective in ANSWERED


def _refuses(economy: Economy, question: Question) -> str:
    from .curved_system import refuse

    return reason_of(refuse, economy, question)


def _answer(economy: Economy, question: Question, settings: LahiriSettings, common: Common) -> Plan:
    from .answer import solve_lahiri

    tolerance = LAHIRI.tolerance if common.tolerance is None else common.tolerance
    return solve_lahiri(economy, question, settings, tolerance=tolerance)


LAHIRI = Method(
    name="lahiri",
    words="the least plan there is where needs depend on scale, as the limit of rounds of orders x <- F(x) x + d",
    answers=_answers,
    refuses=_refuses,
    answer=_answer,
    settings=LahiriSettings,
    instead={"time_limit": "say max_passes="},
)

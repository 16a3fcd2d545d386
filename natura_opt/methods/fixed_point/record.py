"""The fixed point as a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..method import Common, Method
from ..refusing import reason_of
from .settings import FixedPointSettings

if TYPE_CHECKING:
    from ...economy.economy import Economy
    from ...economy.question import Question
    from ...objectives import Objective
    from ...plan.plan import Plan


def _answers(objective: Objective) -> bool:
    from .one_technique import ANSWERED

    return objective in ANSWERED


def _refuses(economy: Economy, question: Question) -> str:
    from .one_technique import refuse

    return reason_of(refuse, economy, question)


def _answer(economy: Economy, question: Question, settings: FixedPointSettings, common: Common) -> Plan:
    from .fixed_point import solve_fixed_point

    tolerance = FIXED_POINT.tolerance if common.tolerance is None else common.tolerance
    return solve_fixed_point(economy, question, tolerance=tolerance, max_passes=settings.max_passes)


FIXED_POINT = Method(
    name="fixed-point",
    words="the least plan there is as a fixed point x = A x + d, where every good has one technique",
    answers=_answers,
    refuses=_refuses,
    answer=_answer,
    settings=FixedPointSettings,
    instead={"time_limit": "say max_passes="},
)

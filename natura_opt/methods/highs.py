"""HiGHS's ways as methods: they answer every objective that is linear, or a sequence of linear programs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .method import OF_HIGHS, Common, Method
from .refusing import other_objective

if TYPE_CHECKING:
    from ..economy.economy import Economy
    from ..economy.question import Question
    from ..objectives import Objective
    from ..plan.plan import Plan


def _answers(objective: Objective) -> bool:
    return not objective.concave


def _answer(way: str, economy: Economy, question: Question, settings: Any, common: Common) -> Plan:
    if way == AUTO.name:
        from .by_structure import prices_first

        return prices_first(economy, question, common, lambda left: _by_highs(way, economy, question, left))
    return _by_highs(way, economy, question, common)


def _by_highs(way: str, economy: Economy, question: Question, common: Common) -> Plan:
    from .linear import solve_linear

    curves = economy.curves
    if curves is None or curves.is_straight or "curves" in question.leave_out:
        return solve_linear(economy, question, way, common)
    from .curves.rounds import solve_in_rounds

    return solve_in_rounds(economy, question, common, lambda one, asked, left: solve_linear(one, asked, way, left))


def _way(name: str, words: str) -> Method:
    return Method(
        name=name,
        words=words,
        answers=_answers,
        refuses=partial(other_objective, name, _answers),
        answer=partial(_answer, name),
        takes=OF_HIGHS,
        way=name,
        passes=False,
    )


AUTO = _way(
    "auto",
    "HiGHS as it chooses, large programs over several periods by its interior point; large ones of one period and one "
    "product per technique by prices first; of an objective with a concave term, the first method that answers it",
)
SIMPLEX = _way("simplex", "HiGHS's dual simplex")
IPM = _way("ipm", "HiGHS's interior point method, with crossover")
PDLP = _way("pdlp", "HiGHS's first-order method; proved at about 1e-6")

"""Refusals as sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..base.errors import CannotAnswerError, QuestionError
from ..laws.terminal_settings import ends_open, terminal_of

if TYPE_CHECKING:
    from ..economy.economy import Economy
    from ..economy.question import Question
    from ..objectives import Objective


def reason_of(refuse: Callable[[Economy, Question], object], economy: Economy, question: Question) -> str:
    """Return why something that raises a QuestionError refuses a question; empty where it does not."""
    try:
        refuse(economy, question)
    except QuestionError as error:
        return str(error)
    return ""


def other_objective(method: str, answers: Callable[[Objective], bool], economy: Economy, question: Question) -> str:
    """Say that a question's objective is none that a method answers, and which are; empty where it is one."""
    from ..objectives import OBJECTIVES, objective_of

    if answers(objective_of(question)):
        return ""
    known = [name for name, objective in OBJECTIVES.items() if answers(objective)]
    others = " or ".join(map(repr, known))
    return (
        f"{economy.name}: method {method!r} answers the objective {others}, and {question.objective!r} is asked: ask "
        f"it with method='auto', or with objective={known[0]!r}"
    )


def refuse_an_end(method: str, economy: Economy, question: Question) -> None:
    """Raise where a question says what the plan is to leave behind, to a method that leaves nothing on purpose.

    Raises
    ------
    CannotAnswerError : with what to do.
    """
    if not ends_open(question):
        raise CannotAnswerError(
            f"{economy.name}: method {method!r} does not take into account what is left at the end, and the question "
            f"has terminal = {terminal_of(question).terminal!r}; ask it with method='auto', or with terminal = 'none'"
        )

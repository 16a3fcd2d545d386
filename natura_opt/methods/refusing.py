"""Refusals as sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from ..base.errors import QuestionError

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


def unread_setting(method: str, read: Collection[str], economy: Economy, question: Question) -> str:
    """Say which setting of a law, given otherwise than by default, a method would leave out of account; empty without.

    Parameters
    ----------
    read : names of the settings of laws that the method takes into account, or that say nothing of what it answers.
    """
    from ..economy.question import SETTINGS_OF_LAWS

    for law, settings in SETTINGS_OF_LAWS.items():
        for described in settings.described():
            given = question.settings.get(described.name, described.default)
            if described.name not in read and given != described.default:
                return (
                    f"{economy.name}: method {method!r} does not take the setting {described.name!r} into account, and "
                    f"the question says {described.name} = {given!r} ({law}): ask it with method='auto', or take it "
                    "out of the question"
                )
    return ""

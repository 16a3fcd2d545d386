"""The methods that plan for harmony with a bound of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ...base.settings import NoSettings, Settings
from ..method import TIMED, Common, Method
from ..refusing import other_objective
from .settings import StepSettings, TangentSettings

if TYPE_CHECKING:
    from ...economy.economy import Economy
    from ...economy.question import Question
    from ...objectives import Objective
    from ...plan.plan import Plan
    from .found import Find

#: The gap per good, and the largest relative residual, at which a harmony plan counts as proved.
TOLERANCE = 1e-6


def answers_harmony(objective: Objective) -> bool:
    """Whether an objective is harmony."""
    from ...objectives.harmony import HARMONY

    return objective is HARMONY


def harmony_method(
    name: str,
    words: str,
    find: Callable[[], Find],
    settings: type[Settings] = NoSettings,
    **more: Any,
) -> Method:
    """Return the record of a method that plans for harmony.

    Parameters
    ----------
    find : returns the function that finds column values and multipliers; what it needs is imported only then.
    """

    def answer(economy: Economy, question: Question, own: Any, common: Common) -> Plan:
        from .answer import answer_harmony

        tolerance = TOLERANCE if common.tolerance is None else common.tolerance
        return answer_harmony(economy, question, name, partial(find(), own), tolerance, common)

    return Method(
        name=name,
        words=words,
        answers=answers_harmony,
        refuses=partial(other_objective, name, answers_harmony),
        answer=answer,
        settings=settings,
        takes=TIMED,
        tolerance=TOLERANCE,
        **more,
    )


def _steps() -> Find:
    from .methods import by_harmony

    return by_harmony


def _conic() -> Find:
    from .methods import by_cvxpy

    return by_cvxpy


def _tangents() -> Find:
    from .methods import by_tangents

    return by_tangents


HARMONY = harmony_method(
    "harmony",
    "harmony by prices where they decide the plan (one period, one product per technique), else by primal-dual steps",
    _steps,
    StepSettings,
)
CONIC = harmony_method("harmony-cvxpy", "harmony exactly, as a conic program stated in CVXPY, by Clarabel", _conic)
TANGENTS = harmony_method(
    "harmony-tangents", "harmony by tangents (cutting planes), by HiGHS", _tangents, TangentSettings
)

"""Every method, in the order in which ``auto`` looks for one that answers an objective: a new one is one line here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..base.errors import CannotAnswerError, OptionError, SettingError, unknown
from .fixed_point.record import FIXED_POINT
from .harmony.record import CONIC, HARMONY, TANGENTS
from .highs import AUTO, IPM, PDLP, SIMPLEX
from .history.record import OF_1990, OF_2018
from .lahiri.record import LAHIRI
from .method import Common, Method
from .prices.record import PRICES

if TYPE_CHECKING:
    from ..economy.economy import Economy
    from ..economy.question import Question
    from ..objectives import Objective
    from ..plan.plan import Plan

#: Every method by its name.
METHODS: dict[str, Method] = {
    method.name: method
    for method in (AUTO, SIMPLEX, IPM, PDLP, FIXED_POINT, LAHIRI, PRICES, HARMONY, CONIC, TANGENTS, OF_1990, OF_2018)
}


def method_named(name: str) -> Method:
    """Return the method of a name.

    Raises
    ------
    OptionError : there is none, with the nearest that is.
    """
    if name not in METHODS:
        raise OptionError(unknown("method", name, METHODS))
    return METHODS[name]


def chosen_for(method: Method, objective: Objective) -> Method:
    """Return the method itself, or of ``auto`` the first one that answers an objective."""
    if method is not AUTO:
        return method
    return next((one for one in METHODS.values() if one.answers(objective)), method)


def told_apart(
    objective: Objective | None, method: Method, settings: Mapping[str, Any], others: Iterable[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (the settings of an objective, those of a method), each known by the records.

    Parameters
    ----------
    others : names that are no settings, but may have been meant.

    Raises
    ------
    SettingError : a name that neither has, with the nearest that one of them has; or one that both have.
    """
    from ..economy.question import names_of_laws  # not with the registry, which the command line reads to start

    asked = () if objective is None else (*objective.settings.names(), *names_of_laws())
    own = method.settings.names()
    of = f"method {method.name!r}" + ("" if objective is None else f", objective {objective.name!r}")
    for name in settings:
        if name in asked and name in own:
            raise SettingError(f"{of}: both have a setting {name!r}; give the objective's in the Question")
        if name not in asked and name not in own:
            raise SettingError(f"{of}: {unknown('setting', name, dict.fromkeys([*asked, *own, *others]))}")
    return (
        {name: value for name, value in settings.items() if name in asked},
        {name: value for name, value in settings.items() if name in own},
    )


def ask(method: Method, economy: Economy, question: Question, settings: Mapping[str, Any], common: Common) -> Plan:
    """Ask a method a question.

    Raises
    ------
    SettingError : its settings. OptionError : common options that it does not take. CannotAnswerError : it cannot.
    """
    method.refuse_options(common)
    own = method.read(settings)
    from ..objectives import objective_of

    objective = objective_of(question)
    if not any(one.answers(objective) for one in METHODS.values()):
        raise CannotAnswerError(
            f"{economy.name}: no method answers the objective {objective.name!r}, which has a concave term of its own: "
            "natura_opt.cvxpy_model states it, and natura_opt.solve answers that model"
        )
    why = method.refuses(economy, question)
    if why:
        raise CannotAnswerError(why)
    return method.answer(economy, question, own, common)

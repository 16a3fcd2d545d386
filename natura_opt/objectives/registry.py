"""Every objective by its name, the user's own among them."""

from __future__ import annotations

from ..base.errors import OptionError, QuestionError, shortened, unknown
from ..economy.question import OWN, SETTINGS_OF, SETTINGS_OF_LAWS, Question, names_of_laws
from ..laws.curve_settings import CurveSettings
from ..laws.periods import TimeSettings
from ..laws.terminal_settings import TerminalSettings
from .assortment import ASSORTMENT
from .fulfilment import FULFILMENT
from .harmony import HARMONY
from .least_resources import LEAST_RESOURCES
from .leximin import LEXIMIN
from .max_min import MAX_MIN
from .most_resources import MOST_RESOURCES
from .objective import Objective
from .output import OUTPUT
from .terminal_stocks import TERMINAL_STOCKS

#: The objectives that come with the package.
SHIPPED = (
    LEAST_RESOURCES,
    MOST_RESOURCES,
    ASSORTMENT,
    FULFILMENT,
    MAX_MIN,
    LEXIMIN,
    OUTPUT,
    TERMINAL_STOCKS,
    HARMONY,
)
#: Every objective, by the name a question calls it.
OBJECTIVES: dict[str, Objective] = {}


def register_objective(objective: Objective) -> Objective:
    """Make an objective of one's own one that questions, model files and the command line can name.

    It is then asked and checked as those of the package are: ``Question("its-name", its_setting=…)``.

    Parameters
    ----------
    objective : the record of it.

    Raises
    ------
    OptionError : it is no :class:`Objective`; its name is taken; or a setting bears a name that questions use.

    Returns
    -------
    The objective, so that it can be registered where it is made.
    """
    if not isinstance(objective, Objective):
        raise OptionError(f"register_objective takes a natura_opt.Objective, not {shortened(objective)}")
    if objective.name in OBJECTIVES:
        raise OptionError(f"objective {objective.name!r}: there is one of this name already; give it another")
    for name in objective.settings.names():
        if name in (*OWN, "name", "settings", *names_of_laws()):
            raise OptionError(f"objective {objective.name!r}: {name!r} is a question's own; call the setting otherwise")
    OBJECTIVES[objective.name] = objective
    SETTINGS_OF[objective.name] = objective.settings
    return objective


def forget_objective(name: str) -> None:
    """Take an objective of one's own back.

    Raises
    ------
    OptionError : there is none of this name, or it came with the package.
    """
    own = {known: objective for known, objective in OBJECTIVES.items() if objective not in SHIPPED}
    if name not in own:
        raise OptionError(unknown("objective of your own", name, own))
    del OBJECTIVES[name], SETTINGS_OF[name]


def objective_of(question: Question) -> Objective:
    """Return the objective that a question names.

    Raises
    ------
    QuestionError : there is none of this name.
    """
    return objective_named(question.objective, f"question {question.name!r}: ")


def objective_named(name: str, where: str = "") -> Objective:
    """Return the objective of a name.

    Raises
    ------
    QuestionError : there is none, with the nearest that is; the message begins with ``where``.
    """
    if name not in OBJECTIVES:
        raise QuestionError(f"{where}{unknown('objective', name, OBJECTIVES)}")
    return OBJECTIVES[name]


SETTINGS_OF_LAWS.update(
    {
        "needs that depend on scale": CurveSettings,
        "lengths of periods": TimeSettings,
        "terminal condition": TerminalSettings,
    }
)
for _objective in SHIPPED:
    register_objective(_objective)

"""What is asked of an economy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..base.entrance import checked_arguments
from ..base.errors import QuestionError, shortened, unknown
from ..base.settings import Settings

#: The settings of each objective, by its name: told by whoever declares objectives, who stands above this room.
SETTINGS_OF: dict[str, type[Settings]] = {}
#: The settings of each law that has some, by its name: they go with any objective.
SETTINGS_OF_LAWS: dict[str, type[Settings]] = {}
#: What a question says besides the settings of its objective.
OWN = ("objective", "leave_out")


@dataclass(frozen=True, init=False)
class Question:
    """What is to be best, and which tables are deliberately left out of account.

    Attributes
    ----------
    objective : name of an objective (``natura_opt.objectives.OBJECTIVES``).
    settings : the settings of the objective, and of laws, as they were given, by name. They may be given by their names
        (``Question("fulfilment", floor=0.5)``), as a mapping, or both; None stands for one that is not given.
    leave_out : tables of the economy this question does not use. A table that is neither used nor left out is refused
        by name, so that nothing is ignored in silence.
    name : the question's name in its economy.

    Raises
    ------
    QuestionError : no names; or, of an objective that is known, a setting that it does not have or does not allow.
    """

    objective: str
    settings: Mapping[str, Any] = field(hash=False)
    leave_out: tuple[str, ...]
    name: str

    def __init__(
        self,
        objective: str = "fulfilment",
        settings: Mapping[str, Any] | None = None,
        *,
        leave_out: tuple[str, ...] | list[str] = (),
        name: str = "default",
        **more: Any,
    ) -> None:
        if not isinstance(name, str):
            raise QuestionError(f"the name of a question must be text, not {shortened(name)}")
        where = f"question {name!r}"
        if not isinstance(objective, str):
            raise QuestionError(f"{where}: objective must be a name, not {shortened(objective)}")
        listed = isinstance(leave_out, tuple | list) and all(isinstance(table, str) for table in leave_out)
        if not listed:
            raise QuestionError(f"{where}: leave_out must be a list of table names, not {shortened(leave_out)}")
        if settings is not None and not isinstance(settings, Mapping):
            raise QuestionError(f"{where}: settings must be a mapping from name to value, not {shortened(settings)}")
        given = {key: value for key, value in {**(settings or {}), **more}.items() if value is not None}
        allowed = SETTINGS_OF.get(objective)
        if allowed is not None:
            for key in given:
                if key not in allowed.names() and key not in names_of_laws():
                    raise QuestionError(f"{where}: {_unknown(key, objective, allowed)}")
            for settings_of in (allowed, *SETTINGS_OF_LAWS.values()):
                settings_of.among(given, where, QuestionError)
        for key, value in (
            ("objective", objective), ("settings", given), ("leave_out", tuple(leave_out)), ("name", name),
        ):  # fmt: skip
            object.__setattr__(self, key, value)

    @classmethod
    @checked_arguments()
    def from_mapping(cls, name: str, settings: Mapping[str, Any]) -> Question:
        """Build a question from a table of ``economy.toml``.

        Parameters
        ----------
        name : of the question.
        settings : its keys: ``objective``, ``leave_out`` and the objective's settings.

        Raises
        ------
        QuestionError : a key that is none of them, or a value that is not allowed.
        """
        for key in ("name", "settings"):
            if key in settings:
                objective = str(settings.get("objective", "fulfilment"))
                allowed = SETTINGS_OF.get(objective, Settings)
                raise QuestionError(f"question {name!r}: {_unknown(key, objective, allowed)}")
        return cls(name=name, **settings)


def names_of_laws() -> tuple[str, ...]:
    """Return the names of the settings that laws have."""
    return tuple(name for settings in SETTINGS_OF_LAWS.values() for name in settings.names())


def _unknown(key: str, objective: str, allowed: type[Settings]) -> str:
    """Return the sentence for a setting that an objective does not have, and whose it is."""
    others = [repr(name) for name, settings in SETTINGS_OF.items() if key in settings.names()]
    whose = f"; it is a setting of the objective {' or '.join(others)}, not of {objective!r}" if others else ""
    return f"{unknown('setting', key, [*OWN, *allowed.names(), *names_of_laws()])}{whose}"


def as_questions(questions: Any, where: str) -> dict[str, Question]:
    """Return questions by name, each knowing its own.

    Raises
    ------
    QuestionError : not a mapping from names to questions.
    """
    if not isinstance(questions, Mapping):
        raise QuestionError(f"{where}: questions must be a mapping from name to Question, not {shortened(questions)}")
    for name, question in questions.items():
        if not isinstance(name, str) or not isinstance(question, Question):
            raise QuestionError(
                f"{where}: questions must be a mapping from name to Question, not {shortened({name: question})}"
            )
    return {name: replace(question, name=name) for name, question in questions.items()}

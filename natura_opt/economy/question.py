"""What is asked of an economy."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ..base.entrance import checked_arguments
from ..base.errors import QuestionError, shortened, unknown

LARGEST = sys.float_info.max


@dataclass(frozen=True)
class Question:
    """What is to be best, and which tables are deliberately left out of account.

    Attributes
    ----------
    objective : name of an objective (``natura_opt.objectives.OBJECTIVES``).
    floor : least fulfilment of every period (pure number, 1 = the target is met); only for ``fulfilment``.
    leave_out : tables of the economy this question does not use. A table that is neither used nor left out is refused
        by name, so that nothing is ignored in silence.
    name : the question's name in its economy.
    """

    objective: str = "fulfilment"
    floor: float | None = None
    leave_out: tuple[str, ...] = ()
    name: str = "default"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise QuestionError(f"the name of a question must be text, not {shortened(self.name)}")
        if not isinstance(self.objective, str):
            raise QuestionError(f"question {self.name!r}: objective must be a name, not {shortened(self.objective)}")
        listed = isinstance(self.leave_out, tuple | list) and all(isinstance(table, str) for table in self.leave_out)
        if not listed:
            raise QuestionError(
                f"question {self.name!r}: leave_out must be a list of table names, not {shortened(self.leave_out)}"
            )
        object.__setattr__(self, "leave_out", tuple(self.leave_out))
        if self.floor is not None and not (
            isinstance(self.floor, int | float) and not isinstance(self.floor, bool) and 0 <= self.floor < LARGEST
        ):
            raise QuestionError(
                f"question {self.name!r}: floor must be a number of at least 0, not {shortened(self.floor)}"
            )

    @classmethod
    @checked_arguments()
    def from_mapping(cls, name: str, settings: Mapping[str, Any]) -> Question:
        """Build a question from a table of ``economy.toml``; unknown keys are an error."""
        own = {field.name for field in fields(cls)} - {"name"}
        for key in settings:
            if key not in own:
                raise QuestionError(f"question {name!r}: {unknown('setting', key, own)}")
        return cls(name=name, **settings)


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

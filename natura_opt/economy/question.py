"""What is asked of an economy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..errors import QuestionError, unknown


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
        if not isinstance(self.objective, str):
            raise QuestionError(f"question {self.name!r}: objective must be a name, not {self.objective!r}")
        listed = isinstance(self.leave_out, tuple | list) and all(isinstance(table, str) for table in self.leave_out)
        if not listed:
            raise QuestionError(
                f"question {self.name!r}: leave_out must be a list of table names, not {self.leave_out!r}"
            )
        object.__setattr__(self, "leave_out", tuple(self.leave_out))
        if self.floor is not None and not (
            isinstance(self.floor, int | float)
            and not isinstance(self.floor, bool)
            and math.isfinite(self.floor)
            and self.floor >= 0
        ):
            raise QuestionError(f"question {self.name!r}: floor must be a number of at least 0, not {self.floor!r}")

    @classmethod
    def from_mapping(cls, name: str, settings: Mapping[str, Any]) -> Question:
        """Build a question from a table of ``economy.toml``; unknown keys are an error."""
        known = {field.name for field in fields(cls)} - {"name"}
        for key in settings:
            if key not in known:
                raise QuestionError(f"question {name!r}: {unknown('setting', key, known)}")
        return cls(name=name, **settings)

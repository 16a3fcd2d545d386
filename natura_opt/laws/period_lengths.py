"""The lengths of periods as a law: they stand in the rows of the other laws, which read them from :mod:`.periods`."""

from __future__ import annotations

from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from ..tables.spec import names_of
from ..tables.time import PERIOD_LENGTH
from .law import Law


def _stands_in_other_rows(program: Any, economy: Economy, question: Question) -> None:
    """Say nothing: a row of its own it has not."""


PERIOD_LENGTHS = Law(
    name="lengths of periods",
    tables=names_of(PERIOD_LENGTH),
    applies=lambda economy, question: economy.has("period_length"),
    matrix=_stands_in_other_rows,
    pyomo=_stands_in_other_rows,
    cvxpy=_stands_in_other_rows,
)

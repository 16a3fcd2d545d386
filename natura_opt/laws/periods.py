r"""Time: how long periods last, and how much their years count.

Activities, flows, limits and targets are per year; stocks are amounts. With ``n_t`` years in period t
(``period_length``, 1 where there is none) and ``y_t`` years before it:

.. math::
    \text{survival of a share } 1 - \delta: \; (1-\delta)^{n_t}, \qquad
    \text{of what is added evenly: } \sum_{m<n_t} (1-\delta)^m = \frac{1 - (1-\delta)^{n_t}}{\delta}

    \text{years that count: } \gamma^{y_t} \sum_{m<n_t} \gamma^m

so that one period of n years uses up, adds and counts what n periods of a year do in all of which activities are the
same. Stocks of capital and labour are looked at once a period: what is there at its start serves in all of its years.
``gamma`` is the question's ``discount_factor``. Years need not be whole numbers.

Source: model 6 of the design notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..base.errors import QuestionError
from ..base.settings import Real, Settings, setting
from ..economy.economy import Economy
from ..economy.question import Question


@dataclass(frozen=True)
class TimeSettings(Settings):
    """Settings of questions about several periods."""

    discount_factor: float = setting(
        1.0, "how much a year counts beside the year before (1: as much)", Real(0.0, above=True, most=1.0)
    )


def lengths(economy: Economy) -> Floats:
    """Return the years of each period, shape (periods,)."""
    return economy.vector("period_length", 0)


def same_lengths(economy: Economy) -> bool:
    """Whether all periods last equally long."""
    return not np.ptp(lengths(economy)).any()


def years_before(economy: Economy) -> Floats:
    """Return the years from the start to each period, shape (periods,)."""
    years = lengths(economy)
    return np.cumsum(years) - years


def lasting(rates: Any, years: float) -> Any:
    """Return the share that is left after some years of what loses these shares in a year."""
    return (1.0 - rates) ** years


def added_up(rates: Any, years: float) -> Any:
    """Return what is there at the end of some years of what is added evenly, one a year, and loses shares in a year.

    What is added in a year loses nothing in it, so of one year it is one.

    >>> float(added_up(0.0, 5.0)), float(added_up(0.5, 2.0)), float(added_up(0.25, 1.0))
    (5.0, 1.5, 1.0)
    """
    kept = 1.0 - np.asarray(rates, dtype=float)
    lost = np.where(kept == 1.0, 1.0, 1.0 - kept)
    return np.where(kept == 1.0, years, (1.0 - kept**years) / lost)


def discount_factor(question: Question) -> float:
    """Return how much a year counts beside the year before, as a question says it."""
    return TimeSettings.among(question.settings, f"question {question.name!r}", QuestionError).discount_factor


def counted_years(economy: Economy, question: Question) -> Floats:
    """Return how many years each period counts for: those it lasts, later ones discounted; shape (periods,)."""
    factor = discount_factor(question)
    lost = 1.0 - factor
    began: Floats = factor ** years_before(economy)
    counted: Floats = began * np.array([float(added_up(lost, years)) for years in lengths(economy)])
    return counted

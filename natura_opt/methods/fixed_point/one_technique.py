"""Economies with one technique per good: what is needed of everything for what is wanted, period by period."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ...base.arrays import Floats
from ...base.errors import CannotAnswerError, listed
from ...economy.economy import Economy
from ...economy.makers import Makers
from ...economy.question import Question
from ...formulate import asked_of
from ...input_output.coefficients import Coefficients
from ...laws.curve_settings import CurveSettings
from ...objectives import Objective
from ...objectives.assortment import ASSORTMENT
from ...objectives.fulfilment import FULFILMENT
from ...objectives.least_resources import LEAST_RESOURCES
from ..refusing import other_objective, unread_setting

#: Tables a fixed point takes into account; with any other, this method has no answer.
_KNOWN = frozenset(
    {
        "inputs",
        "outputs",
        "targets",
        "resource_use",
        "resource_limits",
        "resource_weights",
        "initial_stocks",
        "emissions",
        "capital",
    }
    | {"capital_pool", "initial_capital", "capital_orders", "depreciation", "pool_depreciation", "investment_lag"}
)


#: Settings of laws that leave it as it is, or that it reads: how curves are stated, and how much later years count.
_READ = (*CurveSettings.names(), "discount_factor")
#: The objectives that a fixed point answers.
ANSWERED = (LEAST_RESOURCES, ASSORTMENT, FULFILMENT)


class OneTechnique:
    """The goods' own system of one period: ``q = A q + d`` in gross outputs q.

    Attributes
    ----------
    coefficients : inputs per unit of gross output, goods x goods.
    maker : position of the technique that makes each good, shape (n,).
    output_coefficients : what one unit of its activity makes, shape (n,).
    """

    def __init__(self, economy: Economy, period: int) -> None:
        makers = _one_each(economy, period)
        self.maker, self.output_coefficients = makers.technique, makers.amount
        self.coefficients = Coefficients(makers.per_output(economy.matrix("inputs", period)))

    def activities(self, outputs: Floats) -> Floats:
        """Return the activity levels that make gross outputs."""
        levels = np.empty(len(outputs))
        levels[self.maker] = np.maximum(outputs, 0.0) / self.output_coefficients
        return levels

    def per_output(self, per_activity: Floats) -> Floats:
        """Return what is counted per unit of activity per unit of gross output."""
        counted: Floats = per_activity[self.maker] / self.output_coefficients
        return counted


def refuse(economy: Economy, question: Question) -> None:
    """Raise unless a question is one that fixed points can answer, as far as the tables show it.

    Raises
    ------
    CannotAnswerError : as :func:`refuse_tables`.
    """
    refuse_tables(economy, question, "fixed-point", ANSWERED, _KNOWN)


def refuse_tables(
    economy: Economy, question: Question, method: str, answered: Collection[Objective], known: Collection[str]
) -> None:
    """Raise unless each good has one technique, and the objective and the tables are among those that a method knows.

    Raises
    ------
    CannotAnswerError : another objective, several techniques, joint products, initial stocks, or tables that ask for
        more than this.
    """
    other = other_objective(method, lambda objective: objective in answered, economy, question)
    if other:
        raise CannotAnswerError(other)
    unread = unread_setting(method, _READ, economy, question)
    if unread:
        raise CannotAnswerError(unread)
    seen = asked_of(economy, question)
    beyond = [table for table in seen.tables if table not in known]
    if beyond:
        raise CannotAnswerError(
            f"{economy.name}: a fixed point does not take the table {listed(beyond)} into account; solve it as a "
            "linear program"
        )
    if seen.vector("initial_stocks", 0).any():
        raise CannotAnswerError(
            f"{economy.name}: a fixed point makes everything anew, and there are initial stocks; "
            "solve it as a linear program, or leave out 'initial_stocks'"
        )
    for period in range(1 if seen.constant("outputs") else len(seen.periods)):
        _one_each(seen, period)


def _one_each(economy: Economy, period: int) -> Makers:
    """Return who makes what, where each good has one technique and each technique one good."""
    makers = Makers.of(economy.matrix("outputs", period))
    several = np.flatnonzero(makers.per_good != 1)
    if len(several):
        number = "several techniques" if makers.per_good[several[0]] else "no technique"
        raise CannotAnswerError(
            f"{economy.name}: a fixed point needs one technique per good, and it has {number} for "
            f"{listed(economy.goods[several])}; solve it as a linear program"
        )
    if (makers.per_technique != 1).any():
        odd = listed(economy.techniques[makers.per_technique != 1])
        raise CannotAnswerError(
            f"{economy.name}: a fixed point needs techniques that make one good each, and {odd} does not; "
            "solve it as a linear program"
        )
    return makers


def systems_of(economy: Economy, question: Question) -> list[OneTechnique]:
    """Return the system of each period (the same one where tables do not change).

    Raises
    ------
    CannotAnswerError : as :func:`refuse`.
    """
    refuse(economy, question)
    seen = asked_of(economy, question)
    if seen.constant("inputs", "outputs"):
        return [OneTechnique(seen, 0)] * len(seen.periods)
    return [OneTechnique(seen, t) for t in range(len(seen.periods))]

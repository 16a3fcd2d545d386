"""An economy with curves as the system ``x = F(x) x + d`` of its techniques, one per good."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.errors import CannotAnswerError
from ...economy.economy import Economy
from ...economy.makers import Makers
from ...economy.question import Question
from ...formulate import asked_of
from ...input_output.scale.system import ScaleSystem
from ...objectives.least_resources import LEAST_RESOURCES
from ..fixed_point.one_technique import refuse_tables

#: The objectives that it answers: those whose demand is fixed.
ANSWERED = (LEAST_RESOURCES,)
#: Tables that it takes into account.
_KNOWN = frozenset(
    {"inputs", "outputs", "targets", "resource_use", "resource_limits", "resource_weights", "initial_stocks"}
    | {"emissions", "curves"}
)


def refuse(economy: Economy, question: Question) -> None:
    """Raise unless a question is one that the iteration can answer, as far as the tables show it.

    Raises
    ------
    CannotAnswerError : another objective, several techniques of a good, joint products, initial stocks, tables that ask
        for more than this, or resources that it would be well to use more of.
    """
    refuse_tables(economy, question, "lahiri", ANSWERED, _KNOWN)
    seen = asked_of(economy, question)
    weights = [seen.vector("resource_weights", t) for t in range(len(seen.periods))]
    if any((one < 0).any() for one in weights):
        raise CannotAnswerError(
            f"{economy.name}: the least plan is not the best where a resource's weight is negative; solve it as a "
            "program"
        )


class CurvedSystem:
    """The system of one period, in units of the techniques' activity; without curves it is ``x = A x + d``.

    Attributes
    ----------
    scale : ``x = F(x) x + d``; the good that each technique makes stands in its row.
    demand : d, in units of the activity of the technique that makes the good, shape (techniques,).
    good : position of the good that each technique makes. amount : how much of it one unit of activity makes.
    """

    def __init__(self, economy: Economy, period: int) -> None:
        makers = Makers.of(economy.matrix("outputs", period))
        count = len(economy.techniques)
        self.good, self.amount = np.empty(count, dtype=np.intp), np.empty(count)
        self.good[makers.technique] = np.arange(count)
        self.amount[makers.technique] = makers.amount
        inputs = sp.csr_array(economy.matrix("inputs", period))[self.good]
        standing = [] if economy.curves is None else economy.curves.standing_in("inputs")
        limits = np.full(count, np.inf)  # a curve of work or emissions says nothing beyond its end either
        for one in () if economy.curves is None else economy.curves.placed:
            limits[one.technique] = min(limits[one.technique], one.curve.end)
        rows = makers.technique[np.array([one.row for one in standing], dtype=np.intp)]
        self.scale = ScaleSystem(
            sp.diags_array(1.0 / self.amount) @ inputs,
            [one.curve for one in standing],
            rows,
            np.array([one.technique for one in standing], dtype=np.intp),
            names=list(economy.goods[self.good]),
            units=1.0 / self.amount[rows],
            limits=limits,
        )
        self.demand = economy.vector("targets", period)[self.good] / self.amount

    def by_good(self, values: Floats) -> Floats:
        """Return what belongs to techniques, per unit of activity, per unit of the good that each makes."""
        goods = np.empty(len(values))
        goods[self.good] = values / self.amount
        return goods


def systems_of(economy: Economy, question: Question) -> list[CurvedSystem]:
    """Return the system of each period.

    Raises
    ------
    CannotAnswerError : as :func:`refuse`.
    """
    refuse(economy, question)
    seen = asked_of(economy, question)
    return [CurvedSystem(seen, t) for t in range(len(seen.periods))]

r"""The greatest weighted sum of activities for a fixed final demand.

.. math::  \max \sum_t c_t \sum_j w_{jt}\, x_{jt} \quad\text{with the balance of goods serving } d_{it}

with weights ``w`` (``activity_weights``: what a unit of activity counts) and ``c_t``, what a period counts in the sum:
the years it lasts, discounted, times its ``period_weights``. Where no final demand is given (``targets``), none is
served. With weights of one for the techniques of some years it is their total output.

Dual: the balance's valuations, ∂(objective)/∂(goods on hand).

Source: Williams, Model Building in Mathematical Programming (economic planning, total output).
"""

from __future__ import annotations

from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.coefficients import by_period, pyomo_names
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..program.builder import ProgramBuilder
from ..tables.objectives import ACTIVITY_WEIGHTS, TARGETS
from ..tables.spec import names_of
from ..tables.time import PERIOD_WEIGHTS
from .final_demand import DEMAND, demand_as_matrix, demand_in_cvxpy, demand_in_pyomo
from .levels import named_weights, weights_of_periods
from .objective import Demand, Objective


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    counts = weights_of_periods(economy, question)
    weights = by_period(len(counts), lambda t: counts[t] * economy.vector("activity_weights", t))
    program.objective("max", {"activities": weights})
    demand_as_matrix(program, economy, question)


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    techniques, counts = pyomo_names(economy.techniques), named_weights(economy, question)
    weights = {
        p: dict(zip(techniques, (counts[p] * economy.vector("activity_weights", t)).tolist(), strict=True))
        for t, p in enumerate(economy.periods)
    }
    demand_in_pyomo(m, economy)
    m.laws.objective(
        "weighted_output",
        pyo.maximize,
        lambda: pyo.quicksum(weights[t][j] * m.activities[j, t] for t in m.PERIODS for j in techniques),
        "weighted sum of activities",
    )


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x, counts = model.variables["activities"], weights_of_periods(economy, question)
    demand_in_cvxpy(model, economy)
    model.goal("max", sum(count * (economy.vector("activity_weights", t) @ x[:, t]) for t, count in enumerate(counts)))


OUTPUT = Objective(
    name="output",
    law=Law(
        name="largest weighted sum of activities",
        tables=names_of(TARGETS, ACTIVITY_WEIGHTS, PERIOD_WEIGHTS),
        applies=lambda economy, question: True,
        matrix=_matrix,
        pyomo=_pyomo,
        cvxpy=_cvxpy,
        given=(DEMAND,),
    ),
    demand=Demand.FIXED,
    sums_years=True,
    needs=("activity_weights",),
)

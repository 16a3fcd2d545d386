r"""Least resource use for a fixed final demand.

.. math::
    \min \sum_t c_t \sum_r w_{rt}\, (\text{use of resource r in period t})
    \quad\text{with the balance of goods serving } d_{it}

with the weighted use of :mod:`.resource_use` and final demand ``d`` (``targets``), which enters the balance as a use.
With one technique per good this is Leontief's fixed-demand system and the valuations of goods are their full contents
of the weighted resources (labour values, where the resource is labour).

Dual: the balance's valuations, ∂(objective)/∂(demand).

Sources: Leontief 1936; Kantorovich 1939; model 1 of the design notes.
"""

from __future__ import annotations

from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..program.builder import ProgramBuilder
from ..tables.objectives import RESOURCE_WEIGHTS, TARGETS
from ..tables.plants import PLANT_RESOURCES
from ..tables.resources import RESOURCE_USE
from ..tables.spec import names_of
from ..tables.time import PERIOD_WEIGHTS
from .final_demand import DEMAND, demand_as_matrix, demand_in_cvxpy, demand_in_pyomo
from .objective import Demand, Objective
from .resource_use import use_as_costs, use_in_cvxpy, use_in_pyomo, without_use


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    program.objective("min", use_as_costs(economy, question))
    demand_as_matrix(program, economy, question)


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    demand_in_pyomo(m, economy)
    use = use_in_pyomo(m, economy, question)
    m.laws.objective("weighted_resource_use", pyo.minimize, use, "weighted resource use")


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    demand_in_cvxpy(model, economy)
    model.goal("min", use_in_cvxpy(model, economy, question))


LEAST_RESOURCES = Objective(
    name="least-resources",
    law=Law(
        name="least resource use for fixed demand",
        tables=names_of(TARGETS, RESOURCE_WEIGHTS, RESOURCE_USE, PLANT_RESOURCES, PERIOD_WEIGHTS),
        applies=lambda economy, question: True,
        matrix=_matrix,
        pyomo=_pyomo,
        cvxpy=_cvxpy,
        given=(DEMAND,),
    ),
    sense="min",
    demand=Demand.FIXED,
    sums_years=True,
    needs=("targets", "resource_weights"),
    refuses=lambda economy, settings: without_use(economy, "least-resources"),
)

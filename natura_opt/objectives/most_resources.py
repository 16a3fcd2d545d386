r"""Most resource use for a fixed final demand: the plan that employs most.

.. math::
    \max \sum_t c_t \sum_r w_{rt}\, (\text{use of resource r in period t})
    \quad\text{with the balance of goods serving } d_{it}

with the weighted use of :mod:`.resource_use` and final demand ``d`` (``targets``), if any, which enters the balance as
a use. What limits it is all that production needs besides: it has no end where nothing else is scarce.

Dual: the balance's valuations, ∂(objective)/∂(goods on hand).

Source: Williams, Model Building in Mathematical Programming (economic planning, manpower).
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
    program.objective("max", use_as_costs(economy, question))
    demand_as_matrix(program, economy, question)


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    demand_in_pyomo(m, economy)
    use = use_in_pyomo(m, economy, question)
    m.laws.objective("weighted_resource_use", pyo.maximize, use, "weighted resource use")


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    demand_in_cvxpy(model, economy)
    model.goal("max", use_in_cvxpy(model, economy, question))


MOST_RESOURCES = Objective(
    name="most-resources",
    law=Law(
        name="most resource use for fixed demand",
        tables=names_of(TARGETS, RESOURCE_WEIGHTS, RESOURCE_USE, PLANT_RESOURCES, PERIOD_WEIGHTS),
        applies=lambda economy, question: True,
        matrix=_matrix,
        pyomo=_pyomo,
        cvxpy=_cvxpy,
        given=(DEMAND,),
    ),
    sense="max",
    demand=Demand.FIXED,
    sums_years=True,
    needs=("resource_weights",),
    refuses=lambda economy, settings: without_use(economy, "most-resources"),
)

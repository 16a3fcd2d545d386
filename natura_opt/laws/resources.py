r"""Limits of resources that flow.

For every resource r and period t:

.. math::  \sum_j R_{rj,t}\, x_{jt} \le r_{rt}

with resource use ``R`` per unit of activity and ``r`` what is there in the period (labour, machine hours, land).
What indivisible plants use whatever their output (``plant_resources``) is added by the law of plants.

Dual: the valuation of the resource in that period: what one more unit of it is worth in units of the objective.

Source: Kantorovich 1939; model 2 of the design notes.
"""

from __future__ import annotations

from typing import Any

from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Rows
from ..tables import resources as tables
from ..tables.plants import PLANT_RESOURCES
from ..tables.spec import names_of
from .coefficients import by_period, by_row, over_periods, pyomo_names
from .cvxpy_model import CvxpyModel
from .law import Law


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count = len(economy.periods)
    available = by_period(count, lambda t: economy.vector("resource_limits", t))
    program.rows(
        "resource_limit", labels(("resource", economy.resources), ("period", economy.periods)), "<=", available
    )
    use = over_periods(count, economy.constant("resource_use"), lambda t: economy.matrix("resource_use", t))
    program.terms("resource_limit", "activities", use)


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    resources, techniques = pyomo_names(economy.resources), pyomo_names(economy.techniques)
    uses = {p: by_row(economy.matrix("resource_use", t), resources, techniques) for t, p in enumerate(economy.periods)}
    available = {
        (r, p): float(economy.vector("resource_limits", t)[k])
        for t, p in enumerate(economy.periods)
        for k, r in enumerate(resources)
    }

    m.laws.rows(
        "resource_limit",
        m.RESOURCES,
        m.PERIODS,
        sense="<=",
        side=lambda r, t: available[r, t],
        meaning="use of a resource stays within what is there",
    )

    def used(r: Any, t: Any) -> Any:
        return pyo.quicksum(use * m.activities[j, t] for j, use in uses[t][r])

    m.laws.terms("resource_limit", used)


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x = model.variables["activities"]
    for t in range(len(economy.periods)):
        index = labels(("resource", economy.resources), ("period", economy.periods[t : t + 1]))
        model.rows("resource_limit", t, index, "<=", economy.vector("resource_limits", t))
    model.terms("resource_limit", lambda t: economy.matrix("resource_use", t) @ x[:, t])


RESOURCES = Law(
    name="limits of resources",
    tables=names_of(*tables.RESOURCES, PLANT_RESOURCES),
    applies=lambda economy, question: economy.has("resource_limits"),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "resource_limit",
            ("resources", "periods"),
            "<=",
            "use of a resource stays within what is there in the period",
            kind="resource",
            called="the limit of",
            unit="resources",
            outside="always",
            levels="resource_use",
            heading="Resources: one more unit available",
            place=1,
        ),
    ),
)

r"""The most valuable stocks at the end, for a fixed final demand.

.. math::  \max \sum_i v_i\, (\text{stocks of good i left after the last period})
    \quad\text{with the balance of goods serving } d_{it}

with values ``v`` (``salvage_values``). What is left, and what it counts, is the terminal condition ``salvage``
(:mod:`natura_opt.laws.terminal`), which the question must say; this objective adds nothing to it but the final demand
(``targets``), if any.

Dual: the balance's valuations, ∂(objective)/∂(goods on hand).

Sources: Williams, Model Building in Mathematical Programming (economic planning, total capacity); Dorfman, Samuelson
and Solow 1958 (the turnpike problem).
"""

from __future__ import annotations

from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..program.builder import ProgramBuilder
from ..tables.objectives import TARGETS
from ..tables.spec import names_of
from .final_demand import DEMAND, demand_as_matrix, demand_in_cvxpy, demand_in_pyomo
from .objective import Demand, Objective


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    program.objective("max", {})
    demand_as_matrix(program, economy, question)


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    demand_in_pyomo(m, economy)
    m.laws.objective("value_of_stocks", pyo.maximize, lambda: 0.0, "value of the stocks left at the end")


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    demand_in_cvxpy(model, economy)
    model.goal("max", 0.0)


TERMINAL_STOCKS = Objective(
    name="terminal-stocks",
    law=Law(
        name="most valuable stocks at the end",
        tables=names_of(TARGETS),
        applies=lambda economy, question: True,
        matrix=_matrix,
        pyomo=_pyomo,
        cvxpy=_cvxpy,
        given=(DEMAND,),
    ),
    demand=Demand.FIXED,
    needs=("salvage_values",),
    terminal="salvage",
)

r"""Activity levels.

For every technique j and period t a level ``x_jt >= 0``, in units of the technique. Every other law speaks of these.

Reduced cost: what running technique j at one more unit would lose, in units of the objective; zero where it runs.

Source: Koopmans' activity analysis; Kantorovich 1939.
"""

from __future__ import annotations

from typing import Any

from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns
from .coefficients import pyomo_names
from .cvxpy_model import CvxpyModel
from .law import Law


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    program.columns("activities", labels(("technique", economy.techniques), ("period", economy.periods)))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    m.GOODS = pyo.Set(initialize=pyomo_names(economy.goods), doc="goods")
    m.TECHNIQUES = pyo.Set(initialize=pyomo_names(economy.techniques), doc="techniques")
    m.RESOURCES = pyo.Set(initialize=pyomo_names(economy.resources), doc="resources that are not produced")
    m.PERIODS = pyo.Set(initialize=list(economy.periods), doc="periods, in order")
    m.activities = pyo.Var(m.TECHNIQUES, m.PERIODS, domain=pyo.NonNegativeReals, doc="activity levels x")


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    index = labels(("technique", economy.techniques), ("period", economy.periods))
    model.variable("activities", index, (len(economy.techniques), len(economy.periods)))


ACTIVITIES = Law(
    name="activity levels",
    tables=frozenset(),
    applies=lambda economy, question: True,
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    columns=(
        Columns("activities", ("techniques", "periods"), "level of activity", "techniques", "activities", called=""),
    ),
)

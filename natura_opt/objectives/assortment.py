r"""The largest number of assortments.

.. math::  \max z \quad\text{with the balance of goods serving } z\, g_{it} \text{ in every period}

with the assortment ``g`` (``targets``): so many complete sets of goods as can be made, the same number in every period.
One number is no sum over years, so a discount factor has no say in it, nor have weights of periods: only damage is
discounted, and a question that gives either without need is refused.

Dual: the balance's valuations; they value one assortment at one, summed over the periods.

Source: Kantorovich 1939 (the plan ray); model 2 of the design notes.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.coefficients import by_period, column, pyomo_names
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..program.builder import ProgramBuilder
from ..program.declared import Columns
from ..tables.objectives import TARGETS
from ..tables.spec import names_of
from .objective import Demand, Objective
from .targets import without_targets


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    wanted = by_period(len(economy.periods), lambda t: economy.vector("targets", t))
    program.columns("assortments", pd.Index(["assortments"]))
    program.terms("balance", "assortments", -column(wanted))
    program.objective("max", {"assortments": 1.0})


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    goods = pyomo_names(economy.goods)
    wanted = {
        (i, p): float(economy.vector("targets", t)[k])
        for t, p in enumerate(economy.periods)
        for k, i in enumerate(goods)
    }
    m.assortments = pyo.Var(domain=pyo.NonNegativeReals, doc="number of assortments z")
    m.laws.terms("balance", lambda i, t: -wanted[i, t] * m.assortments)
    m.laws.objective("number_of_assortments", pyo.maximize, lambda: m.assortments, "assortments made, less damage")


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    z = model.variable("assortments", pd.Index(["assortments"]), (1,))
    model.terms("balance", lambda t: -economy.vector("targets", t) * z[0])
    model.goal("max", z[0])


ASSORTMENT = Objective(
    name="assortment",
    law=Law(
        name="largest number of assortments",
        tables=names_of(TARGETS),
        applies=lambda economy, question: True,
        matrix=_matrix,
        pyomo=_pyomo,
        cvxpy=_cvxpy,
        columns=(Columns("assortments", (), "number of complete assortments", "", "fulfilment"),),
    ),
    demand=Demand.LEVEL,
    columns="assortments",
    whole_sets=True,
    needs=("targets",),
    refuses=lambda economy, settings: without_targets(economy, every=False),
)

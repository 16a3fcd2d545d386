r"""The least of the periods' fulfilments, as high as it can be.

.. math::  \max m \quad\text{with the balance of goods serving } z_t\, g_{it}, \qquad z_t \ge m

with the targets ``g`` (``targets``): in period t every target is met to at least ``z_t``. No period counts more than
another, so lengths, weights and a discount factor have no say in it. Periods above the least are left as they fall;
``leximin`` raises them as well.

Duals: of ``above_least``, less the weight of the period: the weights of the periods that hold the least down add up to
one, and the balance's valuations value the targets of a period at its weight.

Source: model 6 of the design notes; Rawls 1971 on maximin.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables.objectives import TARGETS
from ..tables.spec import names_of
from .levels import LEVELS, levels_as_matrix, levels_in_cvxpy, levels_in_pyomo
from .objective import Demand, Objective
from .targets import without_targets

#: The column that is raised, and the rows that keep every level above it.
LEAST, ABOVE = "least", "above_least"


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count = len(economy.periods)
    levels_as_matrix(program, economy)
    program.columns(LEAST, pd.Index([LEAST]))
    program.rows(ABOVE, economy.periods, ">=", 0.0)
    program.terms(ABOVE, LEVELS.name, sp.eye_array(count))
    program.terms(ABOVE, LEAST, sp.coo_array(-np.ones((count, 1))))
    program.objective("max", {LEAST: 1.0})


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    z = levels_in_pyomo(m, economy)
    m.least = pyo.Var(domain=pyo.NonNegativeReals, doc="least fulfilment of a period")
    m.laws.rows(ABOVE, m.PERIODS, sense=">=", side=lambda t: 0.0, meaning="no period falls below the least")
    m.laws.terms(ABOVE, lambda t: z[t] - m.least)
    m.laws.objective("least_fulfilment", pyo.maximize, lambda: m.least, "least fulfilment of a period")


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    z = levels_in_cvxpy(model, economy)
    least = model.variable(LEAST, pd.Index([LEAST]), (1,))
    model.rows(ABOVE, None, economy.periods, ">=", 0.0)
    model.terms(ABOVE, lambda _: z - least[0])
    model.goal("max", least[0])


LAW = Law(
    name="least fulfilment of a period",
    tables=names_of(TARGETS),
    applies=lambda economy, question: True,
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            ABOVE,
            ("periods",),
            ">=",
            "no period's fulfilment falls below the least",
            kind="least level",
            called="the least level of",
            named="fulfilment",
            heading="Least level: raised by one",
            place=5,
        ),
    ),
    columns=(LEVELS, Columns(LEAST, (), "least fulfilment of a period")),
)
MAX_MIN = Objective(
    name="max-min",
    law=LAW,
    demand=Demand.LEVEL,
    columns=LEVELS.name,
    needs=("targets",),
    refuses=lambda economy, settings: without_targets(economy, every=True),
)

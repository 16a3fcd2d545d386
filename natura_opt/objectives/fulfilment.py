r"""The sum of every period's fulfilment.

.. math::  \max \sum_t z_t \quad\text{with the balance of goods serving } z_t\, g_{it}, \qquad z_t \ge \text{floor}

with the targets ``g`` (``targets``): in period t every target is met to at least ``z_t``. An optional floor keeps
any period from being given up for the sake of others.

Duals: the balance's valuations (those of a period value its targets at one, or more where its floor binds); of
``floor``, what raising the floor of that period costs.

Source: Cockshott's n-year plan (5yearplan); models 2 and 6 of the design notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import scipy.sparse as sp

from ..base.settings import Real, Settings, setting
from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.coefficients import column, pyomo_names
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables.objectives import TARGETS
from ..tables.spec import names_of
from .objective import Demand, Objective, settings_of
from .targets import without_targets


@dataclass(frozen=True)
class FulfilmentSettings(Settings):
    """Settings of the objective ``fulfilment``."""

    floor: float | None = setting(None, "least fulfilment of every period (1 = the target is met)", Real(0))


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count = len(economy.periods)
    program.columns("fulfilment", economy.periods)
    wanted = sp.block_diag([column(economy.vector("targets", t)) for t in range(count)], format="coo")
    program.terms("balance", "fulfilment", -wanted)
    program.objective("max", {"fulfilment": 1.0})
    floor = settings_of(FulfilmentSettings, question).floor
    if floor is not None:
        program.rows("floor", economy.periods, ">=", floor)
        program.terms("floor", "fulfilment", sp.eye_array(count))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    goods = pyomo_names(economy.goods)
    wanted = {
        (i, p): float(economy.vector("targets", t)[k])
        for t, p in enumerate(economy.periods)
        for k, i in enumerate(goods)
    }
    m.fulfilment = pyo.Var(m.PERIODS, domain=pyo.NonNegativeReals, doc="fulfilment of the period's targets z")
    m.laws.terms("balance", lambda i, t: -wanted[i, t] * m.fulfilment[t])
    floor = settings_of(FulfilmentSettings, question).floor
    if floor is not None:
        m.laws.rows("floor", m.PERIODS, sense=">=", side=lambda t: floor, meaning="no period falls below the floor")
        m.laws.terms("floor", lambda t: m.fulfilment[t])

    m.laws.objective(
        "total_fulfilment",
        pyo.maximize,
        lambda: pyo.quicksum(m.fulfilment[t] for t in m.PERIODS),
        "sum of yearly fulfilment",
    )


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    z = model.variable("fulfilment", economy.periods, (len(economy.periods),))
    model.terms("balance", lambda t: -economy.vector("targets", t) * z[t])
    floor = settings_of(FulfilmentSettings, question).floor
    if floor is not None:
        model.rows("floor", None, economy.periods, ">=", floor)
        model.terms("floor", lambda _: z)
    model.goal("max", cp.sum(z))


FULFILMENT = Objective(
    name="fulfilment",
    law=Law(
        name="sum of yearly fulfilment",
        tables=names_of(TARGETS),
        applies=lambda economy, question: True,
        matrix=_matrix,
        pyomo=_pyomo,
        cvxpy=_cvxpy,
        rows=(
            Rows(
                "floor",
                ("periods",),
                ">=",
                "no period's fulfilment falls below the floor",
                kind="floor",
                called="the floor of",
                outside="always",
                named="fulfilment",
                heading="Floor: raised by one",
                place=5,
            ),
        ),
        columns=(Columns("fulfilment", ("periods",), "fulfilment of the period's targets (1: met)", "", "fulfilment"),),
    ),
    settings=FulfilmentSettings,
    demand=Demand.LEVEL,
    columns="fulfilment",
    needs=("targets",),
    refuses=lambda economy, settings: without_targets(economy, every=True),
)

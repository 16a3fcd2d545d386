r"""The sum of every period's fulfilment.

.. math::  \max \sum_t w_t z_t \quad\text{with the balance of goods serving } z_t\, g_{it}, \qquad z_t \ge \text{floor}

with the targets ``g`` (``targets``): in period t every target is met to at least ``z_t``. A period counts for the years
it lasts, discounted by the question's ``discount_factor`` (:func:`natura_opt.laws.periods.counted_years`), times what a
year of it counts (``period_weights``): their product is ``w_t``, which is one where nothing of this is given. An
optional floor keeps any period from being given up for the sake of others.

Duals: the balance's valuations (those of a period value its targets at ``w_t``, or more where its floor binds); of
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
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..program.builder import ProgramBuilder
from ..program.declared import Rows
from ..tables.objectives import TARGETS
from ..tables.spec import names_of
from ..tables.time import PERIOD_WEIGHTS
from .levels import LEVELS, levels_as_matrix, levels_in_cvxpy, levels_in_pyomo, named_weights, weights_of_periods
from .objective import Demand, Objective, settings_of
from .targets import without_targets, without_weights


@dataclass(frozen=True)
class FulfilmentSettings(Settings):
    """Settings of the objective ``fulfilment``."""

    floor: float | None = setting(None, "least fulfilment of every period (1 = the target is met)", Real(0))


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    levels_as_matrix(program, economy)
    program.objective("max", {LEVELS.name: weights_of_periods(economy, question)})
    floor = settings_of(FulfilmentSettings, question).floor
    if floor is not None:
        program.rows("floor", economy.periods, ">=", floor)
        program.terms("floor", LEVELS.name, sp.eye_array(len(economy.periods)))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    z, weights = levels_in_pyomo(m, economy), named_weights(economy, question)
    floor = settings_of(FulfilmentSettings, question).floor
    if floor is not None:
        m.laws.rows("floor", m.PERIODS, sense=">=", side=lambda t: floor, meaning="no period falls below the floor")
        m.laws.terms("floor", lambda t: z[t])

    m.laws.objective(
        "total_fulfilment",
        pyo.maximize,
        lambda: pyo.quicksum(weights[t] * z[t] for t in m.PERIODS),
        "sum of yearly fulfilment",
    )


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    z = levels_in_cvxpy(model, economy)
    floor = settings_of(FulfilmentSettings, question).floor
    if floor is not None:
        model.rows("floor", None, economy.periods, ">=", floor)
        model.terms("floor", lambda _: z)
    model.goal("max", weights_of_periods(economy, question) @ z)


FULFILMENT = Objective(
    name="fulfilment",
    law=Law(
        name="sum of yearly fulfilment",
        tables=names_of(TARGETS, PERIOD_WEIGHTS),
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
        columns=(LEVELS,),
    ),
    settings=FulfilmentSettings,
    demand=Demand.LEVEL,
    columns=LEVELS.name,
    sums_years=True,
    needs=("targets",),
    refuses=lambda economy, settings: without_targets(economy, every=True) or without_weights(economy),
)

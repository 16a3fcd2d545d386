r"""Least activities.

For every technique j and period t that must run at some level:

.. math::  x_{jt} \ge \text{least}_{jt}

A least activity of zero says nothing. It is per year, as activities are.

Dual: what one more unit of activity that must be brings, in units of the objective: never more than zero where that is
maximised, never less where it is minimised; zero where the technique runs at more by itself.

Source: Koopmans' activity analysis; model 6 of the design notes (what is already under way and must go on).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Rows
from ..tables import plants as tables
from ..tables.spec import names_of
from .coefficients import by_period, pyomo_names
from .cvxpy_model import CvxpyModel
from .law import Law


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    least = by_period(len(economy.periods), lambda t: economy.vector("least_activities", t))
    every = labels(("technique", economy.techniques), ("period", economy.periods))
    program.rows("least_activity", every, ">=", least, stated=least > 0)
    program.terms("least_activity", "activities", sp.eye_array(len(every)))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    least = {
        (j, p): float(economy.vector("least_activities", t)[k])
        for t, p in enumerate(economy.periods)
        for k, j in enumerate(pyomo_names(economy.techniques))
    }
    m.laws.rows(
        "least_activity",
        m.TECHNIQUES,
        m.PERIODS,
        sense=">=",
        side=lambda j, t: least[j, t],
        meaning="a technique runs at no less than it must",
        stated=lambda j, t: least[j, t] != 0,
    )
    m.laws.terms("least_activity", lambda j, t: m.activities[j, t])


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x = model.variables["activities"]
    for t in range(len(economy.periods)):
        least = economy.vector("least_activities", t)
        stated = np.flatnonzero(least)
        index = labels(("technique", economy.techniques[stated]), ("period", economy.periods[t : t + 1]))
        model.rows("least_activity", t, index, ">=", least[stated], stated)
    model.terms("least_activity", lambda t: x[:, t])


LEAST_ACTIVITIES = Law(
    name="least activities",
    tables=names_of(*tables.LEAST_ACTIVITIES),
    applies=lambda economy, question: economy.has("least_activities"),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "least_activity",
            ("techniques", "periods"),
            ">=",
            "a technique runs at no less than it must",
            kind="least activity",
            called="the least activity of",
            unit="techniques",
            outside="always",
            partly=True,
            explained="technique",
            heading="Least activities: one more unit that must be",
            place=5,
        ),
    ),
)

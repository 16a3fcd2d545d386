r"""Limits of activities.

For every technique j and period t that has a limit:

.. math::  x_{jt} \le \text{limit}_{jt}

A limit of infinity is no limit.

Dual: what one more unit of activity of the technique in that period is worth, in units of the objective.

Source: Koopmans' activity analysis; model 5 of the design notes (a piece of a convex curve is a technique so limited).
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
    limits = by_period(len(economy.periods), lambda t: economy.vector("activity_limits", t))
    every = labels(("technique", economy.techniques), ("period", economy.periods))
    program.rows("activity_limit", every, "<=", limits, stated=np.isfinite(limits))
    program.terms("activity_limit", "activities", sp.eye_array(len(every)))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    limits = {
        (j, p): float(economy.vector("activity_limits", t)[k])
        for t, p in enumerate(economy.periods)
        for k, j in enumerate(pyomo_names(economy.techniques))
    }
    m.laws.rows(
        "activity_limit",
        m.TECHNIQUES,
        m.PERIODS,
        sense="<=",
        side=lambda j, t: limits[j, t],
        meaning="a technique runs at no more than its limit",
        stated=lambda j, t: not np.isinf(limits[j, t]),
    )
    m.laws.terms("activity_limit", lambda j, t: m.activities[j, t])


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x = model.variables["activities"]
    for t in range(len(economy.periods)):
        limits = economy.vector("activity_limits", t)
        stated = np.flatnonzero(np.isfinite(limits))
        index = labels(("technique", economy.techniques[stated]), ("period", economy.periods[t : t + 1]))
        model.rows("activity_limit", t, index, "<=", limits[stated], stated)
    model.terms("activity_limit", lambda t: x[:, t])


ACTIVITY_LIMITS = Law(
    name="limits of activities",
    tables=names_of(*tables.ACTIVITY_LIMITS),
    applies=lambda economy, question: economy.has("activity_limits"),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "activity_limit",
            ("techniques", "periods"),
            "<=",
            "a technique runs at no more than its limit",
            kind="activity limit",
            called="the activity limit of",
            unit="techniques",
            outside="always",
            partly=True,
            explained="technique",
            heading="Activity limits: one more unit of activity",
            place=5,
        ),
    ),
)

r"""Externalities: limits on what is emitted, and damage that counts against the objective.

For every pollutant e and period t of ``n_t`` years, with emissions ``E`` per unit of activity (negative where a
technique abates):

.. math::
    \sum_j E_{ej,t}\, x_{jt} \le \text{cap}_{et}, \qquad \sum_t n_t \sum_j E_{ej,t}\, x_{jt} \le \text{budget}_e

and, with damage weights ``w_et`` per unit emitted (in units of the objective) and ``m_t`` years that count (those of
the period, later ones discounted as in the objective: :func:`.periods.counted_years`), the damage

.. math::  \sum_t m_t \sum_e w_{et} \sum_j E_{ej,t}\, x_{jt}

is taken off an objective that is maximised and added to one that is minimised. A limit of infinity is no limit. Caps
are per year, budgets of all years together.

Duals: of a cap or budget, the marginal abatement cost: what one unit less allowed would cost in units of the objective.

Sources: Leontief 1970 (pollution and abatement activities); Samothrakis 2021, eq. 6; model 7 of the design notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Rows
from ..tables import emissions as tables
from ..tables.spec import names_of
from .coefficients import by_period, by_row, entries, over_periods, pyomo_names
from .cvxpy_model import CvxpyModel
from .law import Law
from .periods import counted_years, lengths


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count = len(economy.periods)
    emitted = over_periods(count, economy.constant("emissions"), lambda t: economy.matrix("emissions", t))
    if economy.has("emission_caps"):
        caps = by_period(count, lambda t: economy.vector("emission_caps", t))
        limited = np.isfinite(caps)
        every = labels(("pollutant", economy.pollutants), ("period", economy.periods))
        program.rows("emission_cap", every, "<=", caps, stated=limited)
        program.terms("emission_cap", "activities", emitted)
    if economy.has("emission_budgets"):
        budgets = economy.vector("emission_budgets", 0)
        limited = np.isfinite(budgets)
        years = lengths(economy)
        whole = sp.hstack([years[t] * economy.matrix("emissions", t) for t in range(count)], format="csr")
        program.rows("emission_budget", economy.pollutants, "<=", budgets, stated=limited)
        program.terms("emission_budget", "activities", whole)
    if economy.has("damage_weights"):
        weights = counted_weights(economy, question, "damage_weights")
        program.loss("activities", by_period(count, lambda t: economy.matrix("emissions", t).T @ weights[t]))


def emits(economy: Economy) -> bool:
    """Whether anything is emitted, by coefficients or by curves."""
    return economy.has("emissions") or economy.has_curves("emissions")


def counted_weights(economy: Economy, question: Question, table: str) -> Floats:
    """Return what a year's amount of each pollutant in a period counts against the objective: its weight, times the
    years that count; shape (periods, pollutants)."""
    weights = np.array([economy.vector(table, t) for t in range(len(economy.periods))])
    counted: Floats = counted_years(economy, question)[:, None] * weights
    return counted


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    pollutants, techniques = pyomo_names(economy.pollutants), pyomo_names(economy.techniques)
    periods = list(economy.periods)
    m.POLLUTANTS = pyo.Set(initialize=pollutants, doc="pollutants")
    emits = {p: by_row(economy.matrix("emissions", t), pollutants, techniques) for t, p in enumerate(periods)}

    def emitted(e: Any, t: Any) -> Any:
        return pyo.quicksum(amount * m.activities[j, t] for j, amount in emits[t][e])

    if economy.has("emission_caps"):
        caps = {
            (e, p): float(economy.vector("emission_caps", t)[k])
            for t, p in enumerate(periods)
            for k, e in enumerate(pollutants)
        }

        m.laws.rows(
            "emission_cap",
            m.POLLUTANTS,
            m.PERIODS,
            sense="<=",
            side=lambda e, t: caps[e, t],
            meaning="emissions of a period stay within their cap",
            stated=lambda e, t: not np.isinf(caps[e, t]),
        )
        m.laws.terms("emission_cap", emitted)

    if economy.has("emission_budgets"):
        budgets = dict(zip(pollutants, economy.vector("emission_budgets", 0).tolist(), strict=True))

        m.laws.rows(
            "emission_budget",
            m.POLLUTANTS,
            sense="<=",
            side=lambda e: budgets[e],
            meaning="emissions of all years together stay within their budget",
            stated=lambda e: not np.isinf(budgets[e]),
        )
        years = dict(zip(periods, lengths(economy).tolist(), strict=True))
        m.laws.terms("emission_budget", lambda e: pyo.quicksum(years[t] * emitted(e, t) for t in m.PERIODS))

    if economy.has("damage_weights"):
        counted = counted_years(economy, question)
        weights = {
            p: dict(zip(pollutants, (float(counted[t]) * economy.vector("damage_weights", t)).tolist(), strict=True))
            for t, p in enumerate(periods)
        }
        rates = {p: entries(economy.matrix("emissions", t), pollutants, techniques) for t, p in enumerate(periods)}
        m.laws.losses.append(
            lambda: pyo.quicksum(
                weights[t][e] * amount * m.activities[j, t] for t in m.PERIODS for (e, j), amount in rates[t].items()
            )
        )


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x = model.variables["activities"]
    count = len(economy.periods)
    emitted = [economy.matrix("emissions", t) @ x[:, t] for t in range(count)]
    if economy.has("emission_caps"):
        for t in range(count):
            caps = economy.vector("emission_caps", t)
            stated = np.flatnonzero(np.isfinite(caps))
            index = labels(("pollutant", economy.pollutants[stated]), ("period", economy.periods[t : t + 1]))
            model.rows("emission_cap", t, index, "<=", caps[stated], stated)
        model.terms("emission_cap", lambda t: emitted[t])
    if economy.has("emission_budgets"):
        budgets = economy.vector("emission_budgets", 0)
        stated = np.flatnonzero(np.isfinite(budgets))
        model.rows("emission_budget", None, economy.pollutants[stated], "<=", budgets[stated], stated)
        years = lengths(economy)
        model.terms("emission_budget", lambda _: sum(years[t] * emitted[t] for t in range(count)))
    if economy.has("damage_weights"):
        counted = counted_years(economy, question)
        model.losses += [counted[t] * economy.vector("damage_weights", t) @ emitted[t] for t in range(count)]


EMISSIONS = Law(
    name="emissions and their damage",
    tables=names_of(*tables.EMISSIONS),
    applies=lambda economy, question: emits(economy),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "emission_cap",
            ("pollutants", "periods"),
            "<=",
            "emissions of a period stay within their cap",
            kind="emission cap",
            called="the emission cap of",
            unit="pollutants",
            outside="always",
            table="abatement_costs",
            levels="emissions",
            partly=True,
            explained="pollutant",
            taken="emission",
            place=4,
        ),
        Rows(
            "emission_budget",
            ("pollutants",),
            "<=",
            "emissions of all years together stay within their budget",
            kind="emission budget",
            called="the emission budget of",
            unit="pollutants",
            outside="always",
            table="abatement_costs",
            partly=True,
            explained="pollutant",
            taken="emission",
            place=4,
        ),
    ),
)

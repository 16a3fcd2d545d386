r"""Pollutants that pile up, and decay.

For every pollutant e and period t of ``n_t`` years, with emissions ``E`` per unit of activity, ``delta`` the share of
what has piled up that is gone after a year, and P what has piled up at the end of the period (``P_0`` at the start):

.. math::
    P_{et} \ge \lambda_{et}\, P_{e,t-1} + \alpha_{et} \sum_j E_{ej,t}\, x_{jt}, \qquad
    \lambda_{et} = (1 - \delta_{et})^{n_t}, \quad \alpha_{et} = \sum_{m < n_t} (1 - \delta_{et})^m

    0 \le P_{et} \le \text{cap}_{et}

The first is stated per year, divided by ``alpha``, so that emissions enter it as they enter a cap on emissions. What is
emitted in a year decays from the next year on. Emissions may be negative (abatement takes out of the stock), the stock
may not. With weights ``w_et`` the damage of stocks, ``sum_t m_t sum_e w_et P_et`` over ``m_t`` years that count
(:func:`.periods.counted_years`), is taken off an objective that is maximised and added to one that is minimised.

Duals: of ``pollutant_stock``, what one unit emitted in a year of the period costs by all that it adds to later stocks;
of ``pollutant_stock_cap``, what one unit less allowed would cost.

Sources: Nordhaus 1992 (the carbon cycle of DICE, with one reservoir); Leontief 1970; model 7 of the design notes.
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
from ..program.declared import Columns, Rows
from ..tables import emissions as tables
from ..tables.spec import names_of
from .coefficients import by_period, by_row, over_periods, pyomo_names
from .cvxpy_model import CvxpyModel
from .emissions import counted_weights, emits
from .law import Given, Law
from .periods import added_up, counted_years, lasting, lengths
from .pollutant_point import as_piled_up, per_year


def _before(economy: Economy) -> Floats:
    """Return what lasts of the stocks before the first period, per year of it: shape (pollutants x periods,)."""
    before = np.zeros((len(economy.periods), len(economy.pollutants)))
    before[0] = per_year(economy)[0][0] * economy.vector("pollutant_stocks", 0)
    return before.ravel()


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count, kinds = len(economy.periods), len(economy.pollutants)
    every = labels(("pollutant", economy.pollutants), ("period", economy.periods))
    left, there = per_year(economy)
    program.columns("piled_up", every)
    program.rows("pollutant_stock", every, "<=", -_before(economy))
    emitted = over_periods(count, economy.constant("emissions"), lambda t: economy.matrix("emissions", t))
    program.terms("pollutant_stock", "activities", emitted)
    program.terms("pollutant_stock", "piled_up", sp.diags_array(-there.ravel()))
    earlier = sp.diags_array(left[1:].ravel(), offsets=-kinds, shape=(len(every), len(every)))
    program.terms("pollutant_stock", "piled_up", earlier)
    if economy.has("pollutant_stock_caps"):
        caps = by_period(count, lambda t: economy.vector("pollutant_stock_caps", t))
        program.rows("pollutant_stock_cap", every, "<=", caps, stated=np.isfinite(caps))
        program.terms("pollutant_stock_cap", "piled_up", sp.eye_array(len(every)))
    if economy.has("stock_damage_weights"):
        program.loss("piled_up", counted_weights(economy, question, "stock_damage_weights").ravel())


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    pollutants, techniques = pyomo_names(economy.pollutants), pyomo_names(economy.techniques)
    periods = list(economy.periods)
    emitted = {p: by_row(economy.matrix("emissions", t), pollutants, techniques) for t, p in enumerate(periods)}
    before = dict(zip(periods[1:], periods[:-1], strict=True))
    years = dict(zip(periods, lengths(economy).tolist(), strict=True))

    def numbers(table: str) -> dict[tuple[Any, Any], float]:
        return {
            (e, p): float(economy.vector(table, t)[k]) for t, p in enumerate(periods) for k, e in enumerate(pollutants)
        }

    gone, start = numbers("pollutant_decay"), numbers("pollutant_stocks")
    kept = {(e, t): float(lasting(rate, years[t])) for (e, t), rate in gone.items()}
    gained = {(e, t): float(added_up(rate, years[t])) for (e, t), rate in gone.items()}
    m.piled_up = pyo.Var(
        m.POLLUTANTS, m.PERIODS, domain=pyo.NonNegativeReals, doc="what has piled up at the end of a period"
    )
    m.laws.rows(
        "pollutant_stock",
        m.POLLUTANTS,
        m.PERIODS,
        sense="<=",
        side=lambda e, t: 0.0 if t in before else -kept[e, t] * start[e, t] / gained[e, t],
        meaning="what is emitted piles up on what lasts, per year",
    )

    def piling_up(e: Any, t: Any) -> Any:
        flow = pyo.quicksum(amount * m.activities[j, t] for j, amount in emitted[t][e])
        lasts = kept[e, t] * m.piled_up[e, before[t]] if t in before else 0.0
        return flow - (m.piled_up[e, t] - lasts) / gained[e, t]

    m.laws.terms("pollutant_stock", piling_up)
    if economy.has("pollutant_stock_caps"):
        caps = numbers("pollutant_stock_caps")
        m.laws.rows(
            "pollutant_stock_cap",
            m.POLLUTANTS,
            m.PERIODS,
            sense="<=",
            side=lambda e, t: caps[e, t],
            meaning="no more has piled up than may have",
            stated=lambda e, t: not np.isinf(caps[e, t]),
        )
        m.laws.terms("pollutant_stock_cap", lambda e, t: m.piled_up[e, t])
    if economy.has("stock_damage_weights"):
        weights = numbers("stock_damage_weights")
        counted = dict(zip(periods, counted_years(economy, question).tolist(), strict=True))
        m.laws.losses.append(
            lambda: pyo.quicksum(counted[t] * weight * m.piled_up[e, t] for (e, t), weight in weights.items())
        )


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    x, count = model.variables["activities"], len(economy.periods)
    every = labels(("pollutant", economy.pollutants), ("period", economy.periods))
    stock = model.variable("piled_up", every, (len(economy.pollutants), count))
    rates = [economy.vector("pollutant_decay", t) for t in range(count)]
    years = lengths(economy)
    start = economy.vector("pollutant_stocks", 0)

    def added(t: int) -> Any:
        """What a year of the period adds to the stock, as it must have been emitted."""
        kept, gained = lasting(rates[t], years[t]), added_up(rates[t], years[t])
        earlier = cp.multiply(kept, stock[:, t - 1]) if t > 0 else np.zeros(len(start))
        return cp.multiply(1.0 / gained, stock[:, t] - earlier)

    for t in range(count):
        index = labels(("pollutant", economy.pollutants), ("period", economy.periods[t : t + 1]))
        given = lasting(rates[t], years[t]) * start / added_up(rates[t], years[t]) if t == 0 else np.zeros(len(start))
        model.rows("pollutant_stock", t, index, "<=", -given)
    model.terms("pollutant_stock", lambda t: economy.matrix("emissions", t) @ x[:, t] - added(t))
    if economy.has("pollutant_stock_caps"):
        for t in range(count):
            caps = economy.vector("pollutant_stock_caps", t)
            stated = np.flatnonzero(np.isfinite(caps))
            index = labels(("pollutant", economy.pollutants[stated]), ("period", economy.periods[t : t + 1]))
            model.rows("pollutant_stock_cap", t, index, "<=", caps[stated], stated)
        model.terms("pollutant_stock_cap", lambda t: stock[:, t])
    if economy.has("stock_damage_weights"):
        counted = counted_years(economy, question)
        model.losses += [counted[t] * economy.vector("stock_damage_weights", t) @ stock[:, t] for t in range(count)]


_TABLES = names_of(*tables.POLLUTANT_STOCKS)

POLLUTANT_STOCKS = Law(
    name="stocks of pollutants",
    tables=_TABLES,
    applies=lambda economy, question: emits(economy) and any(economy.has(table) for table in _TABLES),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    canonical=as_piled_up,
    rows=(
        Rows(
            "pollutant_stock",
            ("pollutants", "periods"),
            "<=",
            "what is emitted piles up on what lasts, per year",
            kind="pollutant stock",
            called="the stock of",
            unit="pollutants",
            table="pollution_costs",
            taken="emission",
            heading="Stocks of pollutants: one unit a year that does not pile up",
            place=6,
        ),
        Rows(
            "pollutant_stock_cap",
            ("pollutants", "periods"),
            "<=",
            "no more of a pollutant has piled up than may have",
            kind="pollutant stock cap",
            called="the cap on the stock of",
            unit="pollutants",
            outside="always",
            table="stock_abatement_costs",
            partly=True,
            heading="Caps on stocks of pollutants: one more unit allowed",
            place=6,
        ),
    ),
    columns=(
        Columns(
            "piled_up",
            ("pollutants", "periods"),
            "what has piled up of a pollutant at the end of a period",
            "pollutants",
            "pollutant_stocks",
            called="the stock of",
        ),
    ),
    given=(
        Given(
            rows="pollutant_stock",
            kind="pollutant left from before, per year",
            amounts=lambda economy, question: _before(economy),
        ),
    ),
)

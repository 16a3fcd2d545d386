r"""Capital: stocks of goods that production ties up, that wear out and are renewed by investment.

For every capital good i in technique j (or, pooled, for every capital good i) and period t:

.. math::
    C_{ij,t}\, x_{jt} \le k_{ijt} \qquad\text{(pooled: } \textstyle\sum_j C_{ij,t}\, x_{jt} \le k_{it}\text{)}

    k_{ij,1} \le k^0_{ij}, \qquad
    k_{ij,t} \le (1 - \delta_{ij,t-1})^{n_{t-1}}\, k_{ij,t-1}
        + \Big(\sum_{m < n_{t-\tau_i}} (1 - \delta_{ij,t-1})^m\Big)\, a_{ij,t-\tau_i} + o_{ijt}

with capital coefficients ``C``, depreciation ``delta`` a year, ``n`` years a period, investment ``a >= 0`` a year taken
out of the balance of goods of the period in which it is made and usable ``tau >= 1`` periods later, and stocks ``o``
ordered before the first period that arrive in period t. Stocks belong to a technique where ``initial_capital`` is
given, to all where ``capital_pool`` is. What must be left at the end is said by :mod:`natura_opt.laws.terminal`; where
it asks for nothing, stocks may run down, and nothing is invested in the last period.

Duals: of ``capacity``, what the use of one more unit of the stock in that period is worth (its rent); of
``accumulation``, what one more unit of the stock at the start of the period is worth for good (its valuation).

Sources: Leontief's dynamic input-output system; Cockshott's n-year plan; model 6 of the design notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import capital as tables
from ..tables.spec import names_of
from .capital_pyomo import spell_pyomo
from .coefficients import by_period, over_periods
from .cvxpy_model import CvxpyModel
from .holdings import Holdings
from .law import Law
from .terminal_settings import setting_aside


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    holdings = Holdings.of(economy)
    count, periods = len(economy.periods), economy.periods
    aside = setting_aside(economy, question)
    every = holdings.labels(periods)
    program.columns("capital_stock", every)
    program.columns("investment", holdings.labels(aside))
    program.rows("capacity", every, "<=", 0.0)
    program.terms("capacity", "activities", over_periods(count, economy.constant("capital"), holdings.tied_up))
    program.terms("capacity", "capital_stock", -sp.eye_array(len(every)))
    program.rows("accumulation", every, "<=", by_period(count, holdings.given))
    program.terms("accumulation", "capital_stock", sp.eye_array(len(every)))
    if count > 1:
        lasts = sp.diags_array(
            by_period(count - 1, holdings.surviving), offsets=-holdings.count, shape=(len(every), len(every))
        )
        program.terms("accumulation", "capital_stock", -lasts)
    made = holdings.invested(len(aside))
    column = np.arange(len(made.amount))
    usable = made.arrives < count
    row = made.arrives * holdings.count + made.holding
    arriving = sp.coo_array((-made.amount[usable], (row[usable], column[usable])), shape=(len(every), len(made.amount)))
    program.terms("accumulation", "investment", arriving)
    taken_from = made.placed * len(economy.goods) + holdings.goods[made.holding]
    shape = (count * len(economy.goods), len(made.amount))
    program.terms("balance", "investment", sp.coo_array((-np.ones(len(column)), (taken_from, column)), shape=shape))


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    holdings = Holdings.of(economy)
    if not holdings.count:
        return
    count, periods = len(economy.periods), economy.periods
    aside = setting_aside(economy, question)
    x = model.variables["activities"]
    k = model.variable("capital_stock", holdings.labels(periods), (holdings.count, count))
    a: Any = model.variable("investment", holdings.labels(aside), (holdings.count, len(aside))) if len(aside) else None
    lag = economy.vector("investment_lag", 0)[holdings.goods]
    to_goods = sp.csr_array(
        (np.ones(holdings.count), (holdings.goods, np.arange(holdings.count))),
        shape=(len(economy.goods), holdings.count),
    )
    if a is not None:
        model.terms("balance", lambda t: -(to_goods @ a[:, t]) if t < len(aside) else 0.0)

    def tied_up(t: int) -> Any:
        if holdings.techniques is None:
            return economy.matrix("capital", t)[holdings.goods, :] @ x[:, t]
        return cp.multiply(holdings.pick("capital", t), x[holdings.techniques, t])

    def lasting(t: int) -> Any:
        """What is there of the stocks of the period before, and of what was invested long enough before."""
        if t == 0:
            return 0.0
        stock = cp.multiply(holdings.surviving(t - 1), k[:, t - 1])
        for wait in np.unique(lag[lag <= t]).astype(int):
            stock = stock + cp.multiply((lag == wait) * holdings.added(t - wait), a[:, t - wait])
        return stock

    for t in range(count):
        index = holdings.labels(periods[t : t + 1])
        model.rows("capacity", t, index, "<=", 0.0)
        model.rows("accumulation", t, index, "<=", holdings.given(t))
    model.terms("capacity", lambda t: tied_up(t) - k[:, t])
    model.terms("accumulation", lambda t: k[:, t] - lasting(t))


CAPITAL = Law(
    name="capital stocks",
    tables=names_of(*tables.CAPITAL),
    applies=lambda economy, question: economy.has("capital") or economy.has_curves("capital"),
    matrix=_matrix,
    pyomo=spell_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "capacity",
            ("goods", "techniques", "periods"),
            "<=",
            "capital tied up by production is there",
            called="the capacity of",
            unit="goods",
            table="rents",
            taken="use of stock",
        ),
        Rows(
            "accumulation",
            ("goods", "techniques", "periods"),
            "<=",
            "a stock is what lasts, what was invested and what was given",
            kind="stock",
            called="the stock of",
            unit="goods",
            outside="where given",
            table="stock_valuations",
            heading="Capital stocks: one more unit at the start of the period",
            place=2,
        ),
    ),
    columns=(
        Columns(
            "capital_stock",
            ("goods", "techniques", "periods"),
            "stock of a capital good at the start of a period",
            "goods",
            "stocks",
        ),
        Columns(
            "investment",
            ("goods", "techniques", "periods"),
            "goods added to a stock of capital",
            "goods",
            "investment",
            supplies="investment",
            uses="investment",
        ),
    ),
)

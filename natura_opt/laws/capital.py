r"""Capital: stocks of goods that production ties up, that wear out and are renewed by investment.

For every capital good i in technique j (or, pooled, for every capital good i) and period t:

.. math::
    C_{ij,t}\, x_{jt} \le k_{ijt} \qquad\text{(pooled: } \textstyle\sum_j C_{ij,t}\, x_{jt} \le k_{it}\text{)}

    k_{ij,1} \le k^0_{ij}, \qquad
    k_{ij,t} \le (1 - \delta_{ij,t-1})\, k_{ij,t-1} + a_{ij,t-\tau_i} + o_{ijt}

with capital coefficients ``C``, depreciation ``delta``, investment ``a >= 0`` taken out of the balance of goods of
the period in which it is made and usable ``tau >= 1`` periods later, and stocks ``o`` ordered before the first
period that arrive in period t. Stocks belong to a technique where ``initial_capital`` is given, to all where
``capital_pool`` is. There is no terminal condition: stocks may run down.

Duals: of ``capacity``, what the use of one more unit of the stock in that period is worth (its rent); of
``accumulation``, what one more unit of the stock at the start of the period is worth for good (its valuation).

Sources: Leontief's dynamic input-output system; Cockshott's n-year plan; model 6 of the design notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import QuestionError
from ..base.labels import labels, pair_labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import capital as tables
from ..tables.spec import names_of
from .capital_pyomo import spell_pyomo
from .coefficients import by_period, over_periods
from .cvxpy_model import CvxpyModel
from .law import Law


def refuse_mixed_capital(economy: Economy) -> None:
    """Raise unless stocks are either held by techniques or pooled, with the tables of that one kind."""
    if economy.has("initial_capital") == economy.has("capital_pool"):
        raise QuestionError(
            f"{economy.name}: table 'capital' needs either 'initial_capital' (stocks held by each technique) or "
            "'capital_pool' (stocks that any technique may use), and not both"
        )
    pooled = economy.has("capital_pool")
    for table in ("depreciation", "capital_orders") if pooled else ("pool_depreciation",):
        if economy.has(table):
            kind = "'capital_pool' (stocks that any technique may use)" if pooled else "stocks held by each technique"
            raise QuestionError(f"{economy.name}: table {table!r} does not go with {kind}; remove one of them")


@dataclass(frozen=True, eq=False)
class Holdings:
    """Who holds which capital good: one holding per (good, technique), or per good where stocks are pooled.

    Attributes
    ----------
    goods, techniques : positions of each holding's good and technique (``techniques`` is None where stocks are pooled).
    """

    economy: Economy
    goods: Any
    techniques: Any

    @classmethod
    def of(cls, economy: Economy) -> Holdings:
        """Find the holdings: the pairs (or goods) with a capital coefficient in any period."""
        pattern = sp.csr_array(economy.matrix("capital", 0))
        for t in range(1, 1 if economy.constant("capital") else len(economy.periods)):
            pattern = pattern + economy.matrix("capital", t)
        pattern = sp.csr_array(pattern + economy.curve_cells("capital"))
        if economy.has("capital_pool"):
            return cls(economy, np.flatnonzero(np.diff(pattern.indptr)), None)
        pairs = sp.coo_array(pattern)
        return cls(economy, pairs.row, pairs.col)

    @property
    def count(self) -> int:
        """Number of holdings."""
        return len(self.goods)

    def labels(self, periods: pd.Index) -> pd.Index:
        """Return labels (good, technique, period), or (good, period) where stocks are pooled."""
        if self.techniques is None:
            return labels(("good", self.economy.goods[self.goods]), ("period", periods))
        return pair_labels(self.economy.goods, self.economy.techniques, (self.goods, self.techniques), periods)

    def pick(self, table: str, period: int) -> Floats:
        """Return a table's value for each holding (a matrix by pair, a vector by good)."""
        if not self.count:
            return np.zeros(0)
        if self.techniques is None:
            stocks: Floats = self.economy.vector(table, period)[self.goods]
            return stocks
        picked: Floats = np.asarray(self.economy.matrix(table, period)[self.goods, self.techniques]).ravel()
        return picked

    @property
    def lags(self) -> Any:
        """Whole periods from investment to use of each holding; from the number of periods on, nobody uses it."""
        lags = self.economy.vector("investment_lag", 0)[self.goods]
        return np.minimum(lags, len(self.economy.periods)).astype(int)

    def surviving(self, period: int) -> Floats:
        """Return the share of each holding that lasts from a period to the next."""
        return 1.0 - self.pick("depreciation" if self.techniques is not None else "pool_depreciation", period)

    def given(self, period: int) -> Floats:
        """Return what is there of each holding from outside: at the start, or ordered before it."""
        arriving = self.pick("capital_orders", period) if self.economy.has("capital_orders") else np.zeros(self.count)
        if period > 0:
            return arriving
        return arriving + self.pick("initial_capital" if self.techniques is not None else "capital_pool", 0)

    def tied_up(self, period: int) -> Any:
        """Return the capital tied up per unit of activity: shape (holdings, techniques)."""
        capital = self.economy.matrix("capital", period)
        if self.techniques is None:
            return capital[self.goods, :]
        shape = (self.count, len(self.economy.techniques))
        return sp.csr_array((self.pick("capital", period), (np.arange(self.count), self.techniques)), shape=shape)


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    holdings = Holdings.of(economy)
    count, periods = len(economy.periods), economy.periods
    every = holdings.labels(periods)
    program.columns("capital_stock", every)
    program.columns("investment", holdings.labels(periods[:-1]))
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
        lag = holdings.lags
        placed = np.repeat(np.arange(count - 1), holdings.count)  # period of each investment column
        column = np.arange(len(placed))
        arrives = placed + np.tile(lag, count - 1)
        usable = arrives < count
        row = arrives * holdings.count + np.tile(np.arange(holdings.count), count - 1)
        shape = (len(every), len(placed))
        ones = np.ones(int(usable.sum()))
        program.terms("accumulation", "investment", sp.coo_array((-ones, (row[usable], column[usable])), shape=shape))
        taken_from = placed * len(economy.goods) + np.tile(holdings.goods, count - 1)
        shape = (count * len(economy.goods), len(placed))
        program.terms("balance", "investment", sp.coo_array((-np.ones(len(placed)), (taken_from, column)), shape=shape))


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    holdings = Holdings.of(economy)
    if not holdings.count:
        return
    count, periods = len(economy.periods), economy.periods
    x = model.variables["activities"]
    k = model.variable("capital_stock", holdings.labels(periods), (holdings.count, count))
    a: Any = (
        model.variable("investment", holdings.labels(periods[:-1]), (holdings.count, count - 1)) if count > 1 else None
    )
    lag = economy.vector("investment_lag", 0)[holdings.goods]
    to_goods = sp.csr_array(
        (np.ones(holdings.count), (holdings.goods, np.arange(holdings.count))),
        shape=(len(economy.goods), holdings.count),
    )
    if a is not None:
        model.terms("balance", lambda t: -(to_goods @ a[:, t]) if t < count - 1 else 0.0)

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
            stock = stock + cp.multiply((lag == wait).astype(float), a[:, t - wait])
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

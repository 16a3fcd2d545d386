r"""What is drawn from stocks of resources: those that run out, those that regrow, and labour of several kinds.

For every resource r that stands in a stock (a finite number in ``exhaustible_stocks``, ``renewable_stocks`` or
``labour_force``) and period t, what is drawn in a year covers every use of it in that year:

.. math::
    \sum_j R_{rj,t}\, x_{jt} + \text{(what other laws add)}_{rt} \le \text{drawn}_{rt}, \qquad \text{drawn}_{rt} \ge 0

The laws of the stocks say how much can be drawn. A limit of the same resource as a flow (``resource_limits``) stands
beside it, and needs not be given.

Dual: what one more unit of the resource in a year of the period is worth, in units of the objective.

Source: Hotelling 1931; model 2 of the design notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import resources as tables
from ..tables.plants import PLANT_RESOURCES
from ..tables.spec import names_of
from .coefficients import by_row, over_periods, pyomo_names
from .cvxpy_model import CvxpyModel
from .law import Law

#: The tables of stocks that resources stand in; a resource stands in one of them, or in none.
STOCKS = ("exhaustible_stocks", "renewable_stocks", "labour_force")


def standing_in(economy: Economy, *stocks: str) -> Any:
    """Return the positions of the resources that stand in one of these stocks: a finite number is given."""
    return np.flatnonzero(np.any([np.isfinite(economy.vector(table, 0)) for table in stocks], axis=0))


def drawn_for(economy: Economy, stock: str) -> Any:
    """Return where the resources of a stock stand among those that are drawn: ones, shape (of the stock, drawn)."""
    drawn, mine = standing_in(economy, *STOCKS), standing_in(economy, stock)
    at = np.searchsorted(drawn, mine)
    return sp.csr_array((np.ones(len(mine)), (np.arange(len(mine)), at)), shape=(len(mine), len(drawn)))


def stock_labels(economy: Economy, *stocks: str) -> pd.Index:
    """Return (resource, period) for the resources that stand in these stocks."""
    return labels(("resource", economy.resources[standing_in(economy, *stocks)]), ("period", economy.periods))


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count, drawn = len(economy.periods), standing_in(economy, *STOCKS)
    index = stock_labels(economy, *STOCKS)
    program.columns("drawn", index)
    every = labels(("resource", economy.resources), ("period", economy.periods))
    stated = np.tile(np.isin(np.arange(len(economy.resources)), drawn), count)
    program.rows("resource_drawn", every, "<=", 0.0, stated=stated)
    use = over_periods(count, economy.constant("resource_use"), lambda t: economy.matrix("resource_use", t))
    program.terms("resource_drawn", "activities", use)
    program.terms("resource_drawn", "drawn", -sp.eye_array(len(index)))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    resources, techniques = pyomo_names(economy.resources), pyomo_names(economy.techniques)
    uses = {p: by_row(economy.matrix("resource_use", t), resources, techniques) for t, p in enumerate(economy.periods)}
    stocks = [dict(zip(resources, economy.vector(table, 0).tolist(), strict=True)) for table in STOCKS]
    names = [r for r in resources if any(not np.isinf(stock[r]) for stock in stocks)]
    m.DRAWN = pyo.Set(initialize=names, doc="resources that stand in a stock")
    m.drawn = pyo.Var(m.DRAWN, m.PERIODS, domain=pyo.NonNegativeReals, doc="drawn from a stock in a year")
    m.laws.rows(
        "resource_drawn", m.DRAWN, m.PERIODS, sense="<=", meaning="use of a resource is drawn from where it stands"
    )

    def beyond_what_is_drawn(r: Any, t: Any) -> Any:
        return pyo.quicksum(use * m.activities[j, t] for j, use in uses[t][r]) - m.drawn[r, t]

    m.laws.terms("resource_drawn", beyond_what_is_drawn)


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x, which = model.variables["activities"], standing_in(economy, *STOCKS)
    if not len(which):
        return
    drawn = model.variable("drawn", stock_labels(economy, *STOCKS), (len(which), len(economy.periods)))
    among = sp.csr_array(sp.eye_array(len(economy.resources), format="csr")[:, which])
    for t in range(len(economy.periods)):
        index = labels(("resource", economy.resources[which]), ("period", economy.periods[t : t + 1]))
        model.rows("resource_drawn", t, index, "<=", 0.0, which)
    model.terms("resource_drawn", lambda t: economy.matrix("resource_use", t) @ x[:, t] - among @ drawn[:, t])


DRAWN = Law(
    name="resources drawn from stocks",
    tables=names_of(tables.RESOURCE_USE, PLANT_RESOURCES),
    applies=lambda economy, question: any(economy.has(table) for table in STOCKS),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "resource_drawn",
            ("resources", "periods"),
            "<=",
            "use of a resource is drawn from where it stands",
            kind="resource drawn",
            called="what is drawn of",
            unit="resources",
            partly=True,
            taken="resource",
            heading="Resources drawn from stocks: one more unit in a year",
            place=1,
        ),
    ),
    columns=(
        Columns(
            "drawn", ("resources", "periods"), "drawn from a stock in a year", "resources", "drawn", called="drawn of"
        ),
    ),
)

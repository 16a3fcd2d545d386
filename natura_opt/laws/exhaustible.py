r"""Resources that are there once, for all periods together.

For every resource r with a finite ``exhaustible_stocks``, with ``n_t`` years in period t:

.. math::  \sum_t n_t\, \text{drawn}_{rt} \le \text{stock}_r

No terminal condition can keep such a stock, so none does: what is drawn does not come back. What is to be left of it
is taken off the stock.

Dual: what one more unit in the ground is worth, in units of the objective. Where years are discounted, a unit drawn
later serves less, so what it must bring then, in units of that year, rises at the discount rate (Hotelling's rule).

Source: Hotelling, The economics of exhaustible resources, 1931.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Rows
from ..tables import natural_stocks as tables
from ..tables.spec import names_of
from .coefficients import pyomo_names
from .cvxpy_model import CvxpyModel
from .drawn import drawn_for, standing_in
from .law import Law
from .periods import lengths


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    which = standing_in(economy, "exhaustible_stocks")
    program.rows("exhaustible_stock", economy.resources[which], "<=", economy.vector("exhaustible_stocks", 0)[which])
    years = lengths(economy)[None, :]
    program.terms("exhaustible_stock", "drawn", sp.kron(years, drawn_for(economy, "exhaustible_stocks")))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    names = pyomo_names(economy.resources)
    stock = dict(zip(names, economy.vector("exhaustible_stocks", 0).tolist(), strict=True))
    years = dict(zip(economy.periods, economy.vector("period_length", 0).tolist(), strict=True))
    m.laws.rows(
        "exhaustible_stock",
        m.DRAWN,
        sense="<=",
        side=lambda r: stock[r],
        meaning="all that is drawn is there once",
        stated=lambda r: not np.isinf(stock[r]),
    )
    m.laws.terms("exhaustible_stock", lambda r: pyo.quicksum(years[t] * m.drawn[r, t] for t in m.PERIODS))


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    which = standing_in(economy, "exhaustible_stocks")
    if len(which):
        drawn, years = model.variables["drawn"], lengths(economy)
        stock = economy.vector("exhaustible_stocks", 0)[which]
        model.rows("exhaustible_stock", None, economy.resources[which], "<=", stock)
        model.terms("exhaustible_stock", lambda _: drawn_for(economy, "exhaustible_stocks") @ (drawn @ years))


EXHAUSTIBLE = Law(
    name="exhaustible resources",
    tables=names_of(*tables.EXHAUSTIBLE),
    applies=lambda economy, question: economy.has("exhaustible_stocks"),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "exhaustible_stock",
            ("resources",),
            "<=",
            "all that is drawn of a resource is there once",
            kind="exhaustible stock",
            called="the stock of",
            unit="resources",
            outside="always",
            partly=True,
            place=4,
        ),
    ),
)

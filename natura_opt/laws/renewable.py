r"""Resources that regrow.

For every resource r with a finite ``renewable_stocks``, a stock S at the start of each period, of ``n_t`` years:

.. math::
    S_{r1} \le \text{stock}_r, \qquad n_t\, \text{drawn}_{rt} \le S_{rt}, \qquad
    S_{r,t+1} \le (1 + \rho_{rt})^{n_t}\, (S_{rt} - n_t\, \text{drawn}_{rt}), \qquad S_{rt} \le \text{capacity}_r

What is drawn in all years of a period is taken at its start, and what is left regrows at the rate ``rho`` of that
period in every year of it; so a long period does not count on what regrows within it.

Where the question's ``terminal`` is ``keep`` or ``growth``, what is left after the last period has regrown to as much
as there was at the start, as far as there is capacity for it. Otherwise nothing need be left.

Duals: of ``regrowth``, what one more unit in the stock at the start of the period is worth; of ``harvest``, what it is
worth that one more of it could be drawn; of ``regrowth_kept``, what keeping one more unit for afterwards changes.

Source: Gordon 1954; Clark, Mathematical Bioeconomics (with growth by a constant rate up to a capacity).
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
from ..tables import natural_stocks as tables
from ..tables.spec import names_of
from .coefficients import pyomo_names
from .cvxpy_model import CvxpyModel
from .drawn import drawn_for, standing_in, stock_labels
from .law import Law
from .periods import lengths
from .terminal_settings import terminal_of

_STOCK = "renewable_stocks"


def _kept(question: Question) -> bool:
    """Whether as much as at the start must be there after the last period."""
    return terminal_of(question).terminal in ("keep", "growth")


def _growth(economy: Economy) -> Floats:
    """Return by how much what is left in each period has grown at its end, shape (renewable resources, periods)."""
    which, years = standing_in(economy, _STOCK), lengths(economy)
    rates = [economy.vector("regrowth_rates", t)[which] for t in range(len(years))]
    grown: Floats = (1.0 + np.column_stack(rates)) ** years
    return grown


def _capacity(economy: Economy) -> Floats:
    room: Floats = economy.vector("renewable_capacity", 0)[standing_in(economy, _STOCK)]
    return room


def _at_start(economy: Economy) -> Floats:
    stock: Floats = economy.vector(_STOCK, 0)[standing_in(economy, _STOCK)]
    return stock


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    years, of_drawn, start = lengths(economy), drawn_for(economy, _STOCK), _at_start(economy)
    index, count, width = stock_labels(economy, _STOCK), len(years), len(start)
    program.columns("natural_stock", index, upper=np.tile(_capacity(economy), count))
    grown = _growth(economy)
    later = sp.eye_array(count * width, k=-width, format="csr") @ sp.diags_array(grown.ravel(order="F"))
    drawn = sp.kron(sp.diags_array(years), of_drawn)
    program.rows("regrowth", index, "<=", np.concatenate([start, np.zeros((count - 1) * width)]))
    program.terms("regrowth", "natural_stock", sp.eye_array(len(index)) - later)
    program.terms("regrowth", "drawn", later @ drawn)
    program.rows("renewable_use", index, "<=", 0.0)
    program.terms("renewable_use", "natural_stock", -sp.eye_array(len(index)))
    program.terms("renewable_use", "drawn", drawn)
    if _kept(question):
        resources = economy.resources[standing_in(economy, _STOCK)]
        program.rows("regrowth_kept", resources, ">=", np.minimum(start, _capacity(economy)))
        last = sp.eye_array(width, count * width, k=(count - 1) * width, format="csr")
        program.terms("regrowth_kept", "natural_stock", sp.diags_array(grown[:, -1]) @ last)
        program.terms("regrowth_kept", "drawn", -(sp.diags_array(grown[:, -1]) @ last @ drawn))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    names, periods = pyomo_names(economy.resources), list(economy.periods)
    start = dict(zip(names, economy.vector(_STOCK, 0).tolist(), strict=True))
    room = dict(zip(names, economy.vector("renewable_capacity", 0).tolist(), strict=True))
    years = dict(zip(periods, economy.vector("period_length", 0).tolist(), strict=True))
    rate = {p: dict(zip(names, economy.vector("regrowth_rates", t).tolist(), strict=True))
            for t, p in enumerate(periods)}  # fmt: skip
    before = dict(zip(periods[1:], periods[:-1], strict=True))
    m.RENEWABLE = pyo.Set(initialize=[r for r in names if not np.isinf(start[r])], doc="resources that regrow")
    m.natural_stock = pyo.Var(
        m.RENEWABLE,
        m.PERIODS,
        bounds=lambda m, r, t: (0.0, None if np.isinf(room[r]) else room[r]),
        doc="a stock that regrows, at the start of a period",
    )

    def left(r: Any, t: Any) -> Any:
        return (1.0 + rate[t][r]) ** years[t] * (m.natural_stock[r, t] - years[t] * m.drawn[r, t])

    m.laws.rows(
        "regrowth",
        m.RENEWABLE,
        m.PERIODS,
        sense="<=",
        side=lambda r, t: 0.0 if t in before else start[r],
        meaning="a stock is what was left of it, grown since",
    )
    m.laws.terms("regrowth", lambda r, t: m.natural_stock[r, t] - (left(r, before[t]) if t in before else 0.0))
    m.laws.rows("renewable_use", m.RENEWABLE, m.PERIODS, sense="<=", meaning="no more is drawn than there is")
    m.laws.terms("renewable_use", lambda r, t: years[t] * m.drawn[r, t] - m.natural_stock[r, t])
    if _kept(question):
        m.laws.rows(
            "regrowth_kept",
            m.RENEWABLE,
            sense=">=",
            side=lambda r: min(start[r], room[r]),
            meaning="as much is there after the last period as at the start",
        )
        m.laws.terms("regrowth_kept", lambda r: left(r, periods[-1]))


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    which, years = standing_in(economy, _STOCK), lengths(economy)
    if not len(which):
        return
    count, resources, grown, start = len(years), economy.resources[which], _growth(economy), _at_start(economy)
    upper = np.tile(_capacity(economy)[:, None], (1, count))
    stock = model.variable("natural_stock", stock_labels(economy, _STOCK), (len(which), count), upper=upper)
    taken = drawn_for(economy, _STOCK) @ model.variables["drawn"]

    def left(t: int) -> Any:
        return cp.multiply(grown[:, t], stock[:, t] - years[t] * taken[:, t])

    for t in range(count):
        index = labels(("resource", resources), ("period", economy.periods[t : t + 1]))
        model.rows("regrowth", t, index, "<=", 0.0 if t else start)
        model.rows("renewable_use", t, index, "<=", 0.0)
    model.terms("regrowth", lambda t: stock[:, t] - (left(t - 1) if t else 0.0))
    model.terms("renewable_use", lambda t: years[t] * taken[:, t] - stock[:, t])
    if _kept(question):
        model.rows("regrowth_kept", None, resources, ">=", np.minimum(start, _capacity(economy)))
        model.terms("regrowth_kept", lambda _: left(count - 1))


RENEWABLE = Law(
    name="renewable resources",
    tables=names_of(*tables.RENEWABLE),
    applies=lambda economy, question: economy.has(_STOCK),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "regrowth",
            ("resources", "periods"),
            "<=",
            "a stock that regrows is what was left of it, grown since",
            kind="renewable stock",
            called="the stock of",
            unit="resources",
            outside="where given",
            partly=True,
            heading="Stocks that regrow: one more unit at the start",
            place=4,
        ),
        Rows(
            "renewable_use",
            ("resources", "periods"),
            "<=",
            "no more is drawn in a period than there is at its start",
            called="the harvest of",
            unit="resources",
            partly=True,
        ),
        Rows(
            "regrowth_kept",
            ("resources",),
            ">=",
            "as much is there after the last period as at the start",
            kind="renewable stock to be kept",
            called="what is to be left of",
            unit="resources",
            outside="always",
            partly=True,
            place=4,
            when="the end",
        ),
    ),
    columns=(
        Columns(
            "natural_stock",
            ("resources", "periods"),
            "a stock that regrows, at the start of the period",
            "resources",
            "natural_stocks",
            called="the stock of",
            kind="renewable capacity",
            bound="the capacity for",
        ),
    ),
)

r"""The terminal condition: what a plan leaves behind.

A plan that says nothing of its end uses up what it stands on (``terminal = "none"``). Otherwise goods are invested and
stored up to the last period, and of every stock of capital there is left after the last period T

.. math::
    w_{ij} \le (1 - \delta_{ij,T})^{n_T}\, k_{ij,T} + \text{(all that was invested and has not arrived by then)}

and of every good that keeps, what is stored at its end, :math:`s_{iT}`. Then

* ``keep``: as much of each as there was at the start and on order then,
  :math:`w_{ij} \ge k^0_{ij} + \sum_t o_{ijt}` and :math:`s_{iT} \ge s^0_i`;
* ``growth``: enough to go on growing by the rate g (``terminal_growth``) a year,
  :math:`w_{ij} \ge (1 + g)^{n_T} k_{ij,T}` and :math:`s_{iT} \ge (1 + g)^{n_1 + \dots + n_T} s^0_i`: stores, which may
  well be empty in the last period, grow from what there was at the start;
* ``salvage``: what is left counts by ``salvage_values`` in units of the objective,
  :math:`\sum_{ij} v_i w_{ij} + \sum_i v_i s_{iT}`.

Under ``growth``, capital on order at the end counts as capital that is there, as it does under ``keep``: with an
investment lag of more than a period the condition is necessary for growth and not sufficient.

Duals: of ``capital_left``, what one more unit left behind is worth; of ``terminal_capital`` and ``terminal_stores``,
what asking for one unit more costs.

Sources: model 6 of the design notes; Dorfman, Samuelson & Solow, Linear Programming and Economic Analysis, ch. 12.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import capital as tables
from ..tables.spec import names_of
from .cvxpy_model import CvxpyModel
from .holdings import Holdings, has_capital
from .law import Law
from .periods import lengths
from .storage import storable
from .terminal_pyomo import spell_pyomo
from .terminal_settings import TerminalSettings, ends_open, setting_aside, terminal_of


def kept_capital(holdings: Holdings) -> Floats:
    """Return what there was of each holding at the start, and on order then; shape (holdings,)."""
    given: Floats = np.sum([holdings.given(t) for t in range(len(holdings.economy.periods))], axis=0)
    return given


def grown(asked: TerminalSettings, years: float) -> float:
    """Return by how much what is asked to be left grows in some years: not at all where stocks are to be kept."""
    return float((1.0 + asked.terminal_growth) ** years)


def _stores_asked(economy: Economy, asked: TerminalSettings, goods: Any) -> Floats:
    """Return what is to be in store at the end of each storable good."""
    least: Floats = economy.vector("initial_stocks", 0)[goods] * grown(asked, float(lengths(economy).sum()))
    return least


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    asked = terminal_of(question)
    values = economy.vector("salvage_values", 0)
    if has_capital(economy):
        holdings, aside = Holdings.of(economy), setting_aside(economy, question)
        _leave_capital(program, holdings, len(aside))
        if asked.terminal == "salvage":
            program.loss("capital_at_end", -values[holdings.goods])
        else:
            _ask_for_capital(program, holdings, asked)
    if economy.has("storage"):
        goods, periods, _ = storable(economy, question)
        at_end = np.arange(len(goods) * len(periods)) >= len(goods) * (len(periods) - 1)
        if asked.terminal == "salvage":
            program.loss("stored", -np.tile(values[goods], len(periods)) * at_end)
        else:
            least = _stores_asked(economy, asked, goods)
            program.rows("terminal_stores", economy.goods[goods], ">=", least)
            program.terms("terminal_stores", "stored", sp.eye_array(len(at_end), format="csr")[at_end])


def _leave_capital(program: ProgramBuilder, holdings: Holdings, placed: int) -> None:
    """State what can be left of capital: columns and rows by holding."""
    count, last = holdings.count, len(holdings.economy.periods) - 1
    program.columns("capital_at_end", holdings.names)
    program.rows("capital_left", holdings.names, "<=", 0.0)
    program.terms("capital_left", "capital_at_end", sp.eye_array(count))
    shape = (count, count * (last + 1))
    lasts = (-holdings.surviving(last), (np.arange(count), count * last + np.arange(count)))
    program.terms("capital_left", "capital_stock", sp.coo_array(lasts, shape=shape))
    made = holdings.invested(placed)
    late = np.flatnonzero(made.arrives > last)
    built = (-made.amount[late], (made.holding[late], late))
    program.terms("capital_left", "investment", sp.coo_array(built, shape=(count, len(made.amount))))


def _ask_for_capital(program: ProgramBuilder, holdings: Holdings, asked: TerminalSettings) -> None:
    """State what must be left of capital."""
    count, last = holdings.count, len(holdings.economy.periods) - 1
    growing = asked.terminal == "growth"
    program.rows("terminal_capital", holdings.names, ">=", 0.0 if growing else kept_capital(holdings))
    program.terms("terminal_capital", "capital_at_end", sp.eye_array(count))
    if growing:
        factor = grown(asked, float(lengths(holdings.economy)[last]))
        program.terms(
            "terminal_capital", "capital_stock", -factor * sp.eye_array(count, count * (last + 1), k=count * last)
        )


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    asked = terminal_of(question)
    last = len(economy.periods) - 1
    values = economy.vector("salvage_values", 0)
    if has_capital(economy):
        _cvxpy_capital(model, Holdings.of(economy), asked)
    if economy.has("storage"):
        goods, _, _ = storable(economy, question)
        if not len(goods):
            return
        stored = model.variables["stored"]
        if asked.terminal == "salvage":
            model.losses.append(-(values[goods] @ stored[:, last]))
        else:
            least = _stores_asked(economy, asked, goods)
            model.rows("terminal_stores", None, economy.goods[goods], ">=", least)
            model.terms("terminal_stores", lambda _: stored[:, last])


def _cvxpy_capital(model: CvxpyModel, holdings: Holdings, asked: TerminalSettings) -> None:
    """State what can and must be left of capital in CVXPY."""
    import cvxpy as cp

    if not holdings.count:
        return
    economy, last = holdings.economy, len(holdings.economy.periods) - 1
    k, a = model.variables["capital_stock"], model.variables["investment"]
    w = model.variable("capital_at_end", holdings.names, (holdings.count,))

    def left() -> Any:
        """What lasts of the last period's stocks, and what arrives after it."""
        stock = cp.multiply(holdings.surviving(last), k[:, last])
        for t in range(last + 1):
            late = t + holdings.lags > last
            stock = stock + cp.multiply(late * holdings.added(t), a[:, t])
        return stock

    model.rows("capital_left", None, holdings.names, "<=", 0.0)
    model.terms("capital_left", lambda _: w - left())
    if asked.terminal == "salvage":
        model.losses.append(-(economy.vector("salvage_values", 0)[holdings.goods] @ w))
        return
    growing = asked.terminal == "growth"
    model.rows("terminal_capital", None, holdings.names, ">=", 0.0 if growing else kept_capital(holdings))
    model.terms("terminal_capital", lambda _: w)
    if growing:
        factor = grown(asked, float(lengths(economy)[last]))
        model.terms("terminal_capital", lambda _: -factor * k[:, last])


TERMINAL = Law(
    name="terminal condition",
    tables=names_of(*tables.TERMINAL),
    applies=lambda economy, question: not ends_open(question),
    matrix=_matrix,
    pyomo=spell_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "capital_left",
            ("goods", "techniques"),
            "<=",
            "what is left of a stock is what lasts of it and what was invested and arrives after the end",
            called="what can be left of",
            unit="goods",
            taken="capital left",
            when="the end",
        ),
        Rows(
            "terminal_capital",
            ("goods", "techniques"),
            ">=",
            "after the end there is as much of a stock of capital as is asked for",
            kind="terminal capital",
            called="the terminal condition of",
            unit="goods",
            heading="Terminal condition: one more unit of capital left",
            place=4,
            when="the end",
        ),
        Rows(
            "terminal_stores",
            ("goods",),
            ">=",
            "at the end there is as much of a good in store as is asked for",
            kind="terminal stock",
            called="the terminal condition of the store of",
            unit="goods",
            partly=True,
            heading="Terminal condition: one more unit in store",
            place=4,
            when="the end",
        ),
    ),
    columns=(
        Columns(
            "capital_at_end",
            ("goods", "techniques"),
            "what is left of a stock of capital after the last period",
            "goods",
            "capital_left",
        ),
    ),
)

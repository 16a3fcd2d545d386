r"""The balance of goods.

For every good i and period t, what is made, and what was there, covers every use:

.. math::  \sum_j (B_{ij,t} - A_{ij,t})\, x_{jt} + s^0_i\,[t = 1] + \text{(what other laws add or take)}_{it} \ge 0

with activities ``x >= 0``, inputs ``A``, outputs ``B`` (several techniques per good and joint products allowed; the
identity where no table is given) and initial stocks ``s0``, which serve the first period: ``1/n_1`` of them in each of
its years. Investment, storage and the objective's demand enter the
same row. What is left over may be thrown away.

Dual: the valuation of good i in period t (Kantorovich's objectively determined valuation): what one more unit on hand
is worth in units of the objective; in a least-cost question, what one more unit demanded costs.

Sources: Leontief's input-output system; Kantorovich 1939; models 1 and 2 of the design notes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ..base.arrays import Floats
from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Rows
from ..tables import balance as tables
from ..tables.spec import names_of
from .coefficients import by_period, by_row, over_periods, pyomo_names
from .cvxpy_model import CvxpyModel
from .law import Given, Law
from .periods import lengths


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count = len(economy.periods)
    program.rows("balance", labels(("good", economy.goods), ("period", economy.periods)), ">=", 0.0)
    for table, sign in (("outputs", 1.0), ("inputs", -1.0)):
        matrix = over_periods(count, economy.constant(table), partial(economy.matrix, table))
        program.terms("balance", "activities", matrix, times=sign)
    program.supply("balance", initial_stocks(economy, question))


def on_hand(economy: Economy) -> Floats:
    """Return what is on hand of each good at the start, per year of the first period, shape (goods,)."""
    per_year: Floats = economy.vector("initial_stocks", 0) / lengths(economy)[0]
    return per_year


def initial_stocks(economy: Economy, question: Question) -> Floats:
    """Return what is on hand of each good at the start, per year of the first period, in the balances of all; shape
    (goods x periods,).
    """
    stocks = on_hand(economy)
    return by_period(len(economy.periods), lambda t: stocks if t == 0 else 0.0 * stocks)


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    goods, techniques = pyomo_names(economy.goods), pyomo_names(economy.techniques)
    makes, takes = {}, {}
    for t, period in enumerate(economy.periods):
        makes[period] = by_row(economy.matrix("outputs", t), goods, techniques)
        takes[period] = by_row(economy.matrix("inputs", t), goods, techniques)
    stocks = dict(zip(goods, economy.vector("initial_stocks", 0).tolist(), strict=True))
    first, years = economy.periods[0], float(lengths(economy)[0])

    m.laws.rows(
        "balance",
        m.GOODS,
        m.PERIODS,
        sense=">=",
        meaning="what is made, and was there, covers every use",
        unmet=lambda i, t, short: f"{economy.name}: nothing makes {i!r}, of which {short:g} is wanted in {t!r}",
    )

    def net_output(i: Any, t: Any) -> Any:
        output = pyo.quicksum(out * m.activities[j, t] for j, out in makes[t][i])
        used = pyo.quicksum(a * m.activities[j, t] for j, a in takes[t][i])
        return output - used

    m.laws.terms("balance", net_output)
    m.laws.terms("balance", lambda i, t: stocks[i] / years if t == first else 0.0)


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x = model.variables["activities"]
    for t in range(len(economy.periods)):
        model.rows("balance", t, labels(("good", economy.goods), ("period", economy.periods[t : t + 1])), ">=", 0.0)
    model.terms("balance", lambda t: economy.matrix("outputs", t) @ x[:, t] - economy.matrix("inputs", t) @ x[:, t])
    model.terms("balance", lambda t: on_hand(economy) if t == 0 else 0.0)


BALANCE = Law(
    name="balance of goods",
    tables=names_of(*tables.BALANCE),
    applies=lambda economy, question: True,
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "balance",
            ("goods", "periods"),
            ">=",
            "what is made of a good, and was there, covers every use",
            kind="good",
            called="the demand for",
            unit="goods",
            valued="on hand",
            heading="Goods: one more unit on hand",
            place=0,
        ),
    ),
    given=(Given("balance", "initial stock", initial_stocks),),
)

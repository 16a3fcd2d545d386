r"""The balance of goods.

For every good i and period t, what is made, and what was there, covers every use:

.. math::  \sum_j (B_{ij,t} - A_{ij,t})\, x_{jt} + s^0_i\,[t = 1] + \text{(what other laws add or take)}_{it} \ge 0

with activities ``x >= 0``, inputs ``A``, outputs ``B`` (several techniques per good and joint products allowed; the
identity where no table is given) and initial stocks ``s0``. Investment, storage and the objective's demand enter the
same row. What is left over may be thrown away.

Dual: the valuation of good i in period t (Kantorovich's objectively determined valuation): what one more unit on hand
is worth in units of the objective; in a least-cost question, what one more unit demanded costs.

Sources: Leontief's input-output system; Kantorovich 1939; models 1 and 2 of the design notes.
"""

from __future__ import annotations

from typing import Any

from ..base.errors import UnstatableError
from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..tables import balance as tables
from ..tables.spec import names_of
from .coefficients import by_period, by_row, over_periods, pyomo_names
from .law import CvxpyModel, Law


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count = len(economy.periods)
    program.rows("balance", labels(("good", economy.goods), ("period", economy.periods)), ">=", 0.0)
    net_output = over_periods(
        count,
        economy.constant("inputs", "outputs"),
        lambda t: economy.matrix("outputs", t) - economy.matrix("inputs", t),
    )
    program.terms("balance", "activities", net_output)
    stocks = economy.vector("initial_stocks", 0)
    program.supply("balance", by_period(count, lambda t: stocks if t == 0 else 0.0 * stocks))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    goods, techniques = pyomo_names(economy.goods), pyomo_names(economy.techniques)
    makes, takes = {}, {}
    for t, period in enumerate(economy.periods):
        makes[period] = by_row(economy.matrix("outputs", t), goods, techniques)
        takes[period] = by_row(economy.matrix("inputs", t), goods, techniques)
    on_hand = dict(zip(goods, economy.vector("initial_stocks", 0).tolist(), strict=True))
    first = economy.periods[0]

    @m.Constraint(m.GOODS, m.PERIODS, doc="what is made, and was there, covers every use")
    def balance(m: Any, i: Any, t: Any) -> Any:
        made = pyo.quicksum(out * m.activities[j, t] for j, out in makes[t][i])
        used = pyo.quicksum(a * m.activities[j, t] for j, a in takes[t][i])
        there = on_hand[i] if t == first else 0.0
        left = made - used + there + sum(supplied(i, t) for supplied in m.net_supply)
        if isinstance(left, int | float):  # no variable: a good that nobody makes, uses or stores
            if left < 0:
                raise UnstatableError(f"{economy.name}: nothing makes {i!r}, of which {-left:g} is wanted in {t!r}")
            return pyo.Constraint.Feasible
        return left >= 0


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x = model.variables["activities"]
    for t in range(len(economy.periods)):
        net = economy.matrix("outputs", t) @ x[:, t] - economy.matrix("inputs", t) @ x[:, t]
        if t == 0:
            net = net + economy.vector("initial_stocks", 0)
        for supplied in model.net_supply:
            net = net + supplied(t)
        model.add("balance", labels(("good", economy.goods), ("period", economy.periods[t : t + 1])), net >= 0)


BALANCE = Law(
    name="balance of goods",
    tables=names_of(*tables.BALANCE),
    applies=lambda economy, question: True,
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows={"balance": ">="},
)

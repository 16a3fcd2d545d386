r"""Goods stored from one period to the next.

Of what is stored of good i at the end of period t, an amount, the share ``keep_i`` lasts a year; the balance of goods,
which is per year, reads with the ``n_t`` years of the period

.. math::
    \dots + \frac{keep_i^{\,n_t}\, s_{i,t-1} - s_{it}}{n_t} \ge 0, \qquad s_{it} \le \text{capacity}_{it}

for goods with ``keep_i > 0``. Goods on hand at the start (``initial_stocks``) are supplied in the first period.
What must be stored at the end of the last period is said by :mod:`natura_opt.laws.terminal`; where it asks for nothing,
nothing is stored there.

Dual of ``storage_limit``: what one more unit of storage room is worth.

Source: Williams, Model Building in Mathematical Programming (economic planning); model 6 of the design notes.
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
from ..tables import storage as tables
from ..tables.spec import names_of
from .coefficients import by_period, pyomo_names
from .cvxpy_model import CvxpyModel
from .law import Law
from .periods import lengths
from .terminal_settings import setting_aside


def storable(economy: Economy, question: Question) -> tuple[Any, pd.Index, Any]:
    """Return positions of goods that keep, the periods at whose end they can be stored, and the shares that last a
    year.
    """
    keep = economy.vector("storage", 0)
    positions = np.flatnonzero(keep > 0)
    return positions, setting_aside(economy, question), keep[positions]


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    goods, periods, keep = storable(economy, question)
    years, count, every = lengths(economy), len(periods), len(economy.goods)
    index = labels(("good", economy.goods[goods]), ("period", periods))
    program.columns("stored", index)
    shape = (len(years) * every, len(index))
    put_in = np.repeat(1.0 / years[:count], len(goods))
    place = (np.arange(count)[:, None] * every + goods).ravel()
    program.terms("balance", "stored", sp.coo_array((-put_in, (place, np.arange(len(index)))), shape=shape))
    later = np.arange(1, len(years))[:, None]
    taken_out = (keep ** years[later] / years[later]).ravel()
    place = (later * every + goods).ravel()
    program.terms("balance", "stored", sp.coo_array((taken_out, (place, np.arange(len(place)))), shape=shape))
    if economy.has("storage_capacity"):
        room = by_period(count, lambda t: economy.vector("storage_capacity", t)[goods]) if count else 0.0
        program.rows("storage_limit", index, "<=", room)
        program.terms("storage_limit", "stored", sp.eye_array(len(index)))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    names, periods = pyomo_names(economy.goods), list(setting_aside(economy, question))
    shares = dict(zip(names, economy.vector("storage", 0).tolist(), strict=True))
    years = dict(zip(economy.periods, lengths(economy).tolist(), strict=True))
    keep = {name: share for name, share in shares.items() if share > 0}
    before = dict(zip(economy.periods[1:], economy.periods[:-1], strict=True))
    m.STORABLE = pyo.Set(initialize=list(keep), doc="goods that keep")
    m.STORING = pyo.Set(initialize=periods, doc="periods at whose end goods can be stored")
    m.stored = pyo.Var(m.STORABLE, m.STORING, domain=pyo.NonNegativeReals, doc="stored at the end of a period")

    def from_store(i: Any, t: Any) -> Any:
        if i not in keep:
            return 0.0
        taken_out = keep[i] ** years[t] / years[t] * m.stored[i, before[t]] if t in before else 0.0
        put_in = 1.0 / years[t] * m.stored[i, t] if t in m.STORING else 0.0
        return taken_out - put_in

    m.laws.terms("balance", from_store)
    if economy.has("storage_capacity"):
        place = {name: k for k, name in enumerate(names)}
        room = {t: economy.vector("storage_capacity", k) for k, t in enumerate(periods)}
        m.laws.rows(
            "storage_limit",
            m.STORABLE,
            m.STORING,
            sense="<=",
            side=lambda i, t: float(room[t][place[i]]),
            meaning="no more is stored than there is room for",
        )
        m.laws.terms("storage_limit", lambda i, t: m.stored[i, t])


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    goods, periods, keep = storable(economy, question)
    if not len(periods) or not len(goods):
        return
    years = lengths(economy)
    index = labels(("good", economy.goods[goods]), ("period", periods))
    stored = model.variable("stored", index, (len(goods), len(periods)))
    spread = sp.csr_array((np.ones(len(goods)), (goods, np.arange(len(goods)))), shape=(len(economy.goods), len(goods)))

    def from_store(t: int) -> Any:
        taken_out = keep ** years[t] / years[t]
        flow = spread @ cp.multiply(taken_out, stored[:, t - 1]) if t > 0 else np.zeros(len(economy.goods))
        return flow - spread @ (1.0 / years[t] * stored[:, t]) if t < len(periods) else flow

    model.terms("balance", from_store)
    if economy.has("storage_capacity"):
        for t in range(len(periods)):
            index = labels(("good", economy.goods[goods]), ("period", periods[t : t + 1]))
            model.rows("storage_limit", t, index, "<=", economy.vector("storage_capacity", t)[goods])
        model.terms("storage_limit", lambda t: stored[:, t])


STORAGE = Law(
    name="storage of goods",
    tables=names_of(*tables.STORAGE),
    applies=lambda economy, question: economy.has("storage"),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "storage_limit",
            ("goods", "periods"),
            "<=",
            "no more is stored at the end of a period than there is room for",
            kind="storage",
            called="the storage of",
            unit="goods",
            outside="always",
            partly=True,
            heading="Room in store: for one more unit at the end of the period",
            place=3,
        ),
    ),
    columns=(
        Columns(
            "stored",
            ("goods", "periods"),
            "in store at the end of a period",
            "goods",
            "stored",
            supplies="from store",
            uses="into store",
        ),
    ),
)

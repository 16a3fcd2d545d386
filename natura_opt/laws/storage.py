r"""Goods stored from one period to the next.

Of what is stored of good i at the end of period t, the share ``keep_i`` is there in period t + 1; the balance of goods
reads

.. math::  \dots - s_{it} + keep_i\, s_{i,t-1} \ge 0, \qquad s_{it} \le \text{capacity}_{it}

for goods with ``keep_i > 0``. Goods on hand at the start (``initial_stocks``) are supplied in the first period.
Nothing is stored at the end of the last period: there is no terminal condition on stores.

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


def _storable(economy: Economy) -> tuple[Any, pd.Index, Any]:
    """Return positions of goods that keep, the periods at whose end they can be stored, and the shares that last."""
    keep = economy.vector("storage", 0)
    positions = np.flatnonzero(keep > 0)
    return positions, economy.periods[:-1], keep[positions]


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    goods, periods, keep = _storable(economy)
    count, every = len(periods), len(economy.goods)
    index = labels(("good", economy.goods[goods]), ("period", periods))
    program.columns("stored", index)
    pick = sp.coo_array((np.ones(len(goods)), (goods, np.arange(len(goods)))), shape=(every, len(goods)))
    last = sp.coo_array((keep, (goods, np.arange(len(goods)))), shape=(every, len(goods)))
    put_in = sp.kron(sp.eye_array(count + 1, count), pick)
    taken_out = sp.kron(sp.eye_array(count + 1, count, k=-1), last)
    program.terms("balance", "stored", taken_out - put_in)
    if economy.has("storage_capacity"):
        room = by_period(count, lambda t: economy.vector("storage_capacity", t)[goods]) if count else 0.0
        program.rows("storage_limit", index, "<=", room)
        program.terms("storage_limit", "stored", sp.eye_array(len(index)))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    names, periods = pyomo_names(economy.goods), list(economy.periods)[:-1]
    shares = dict(zip(names, economy.vector("storage", 0).tolist(), strict=True))
    keep = {name: share for name, share in shares.items() if share > 0}
    before = dict(zip(economy.periods[1:], economy.periods[:-1], strict=True))
    m.STORABLE = pyo.Set(initialize=list(keep), doc="goods that keep")
    m.STORING = pyo.Set(initialize=periods, doc="periods at whose end goods can be stored")
    m.stored = pyo.Var(m.STORABLE, m.STORING, domain=pyo.NonNegativeReals, doc="stored at the end of a period")

    def from_store(i: Any, t: Any) -> Any:
        if i not in keep:
            return 0.0
        taken_out = keep[i] * m.stored[i, before[t]] if t in before else 0.0
        put_in = m.stored[i, t] if t in m.STORING else 0.0
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

    goods, periods, keep = _storable(economy)
    if not len(periods) or not len(goods):
        return
    index = labels(("good", economy.goods[goods]), ("period", periods))
    stored = model.variable("stored", index, (len(goods), len(periods)))
    spread = sp.csr_array((np.ones(len(goods)), (goods, np.arange(len(goods)))), shape=(len(economy.goods), len(goods)))

    def from_store(t: int) -> Any:
        flow = spread @ cp.multiply(keep, stored[:, t - 1]) if t > 0 else np.zeros(len(economy.goods))
        return flow - spread @ stored[:, t] if t < len(periods) else flow

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

r"""Labour of several kinds, which comes, leaves and is trained.

For every resource r with a finite ``labour_force``, how much of it L there is in each period, of ``n_t`` years:

.. math::
    L_{r1} \le \text{force}_r, \qquad \text{drawn}_{rt} \le L_{rt}

    L_{r,t+1} \le \text{lasting}(\lambda_{rt}, n_t)\, L_{rt}
        + \text{added}(\lambda_{rt}, n_t)\, \Big(\text{entering}_{rt} + \sum_j U_{rj,t}\, x_{jt}\Big)

with the share ``lambda`` that leaves in a year (``labour_leaving``), what comes in a year (``labour_entering``) and
what training U makes of a kind per unit of activity (``training``; below zero: taken from a kind). What comes or is
trained in a period works from the next period on; within a period of several years it comes evenly, and loses in every
year after its first what leaves (:func:`natura_opt.laws.periods.added_up`). What training takes, as teachers' and
pupils' time, is ``resource_use`` of the activity that trains. Nobody can be taken who is not there: ``L >= 0``, after
the last period too (``labour_left``, for the kinds that something may be taken from then).

No terminal condition asks for labour at the end: those who are there stay, and those who are trained in the last period
serve nobody in the plan.

Duals: of ``labour_there``, what one more of a kind at the start of the period is worth; of ``labour_drawn``, what one
more at work in the period alone is worth.

Source: Stone's demographic accounting; model 2 of the design notes.
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
from ..tables import labour as tables
from ..tables.spec import names_of
from .coefficients import by_row, pyomo_names
from .cvxpy_model import CvxpyModel
from .drawn import drawn_for, standing_in, stock_labels
from .law import Given, Law
from .periods import added_up, lasting, lengths

_STOCK = "labour_force"


def _stays(economy: Economy, t: int) -> Floats:
    """Return which share of each kind is left at the end of a period, shape (kinds,)."""
    share: Floats = lasting(economy.vector("labour_leaving", t)[standing_in(economy, _STOCK)], lengths(economy)[t])
    return share


def _joins(economy: Economy, t: int) -> Floats:
    """Return how much is there at the end of a period of what comes one a year, shape (kinds,)."""
    added: Floats = added_up(economy.vector("labour_leaving", t)[standing_in(economy, _STOCK)], lengths(economy)[t])
    return added


def _trained(economy: Economy, t: int) -> Any:
    """Return what training in a period adds to each kind of the next, csr, shape (kinds, techniques)."""
    return sp.diags_array(_joins(economy, t)) @ economy.matrix("training", t)[standing_in(economy, _STOCK)]


def entering(economy: Economy, question: Question) -> Floats:
    """Return what has come of each kind by the start of each period since the one before, shape (kinds x periods,)."""
    kinds = standing_in(economy, _STOCK)
    come = [_joins(economy, t) * economy.vector("labour_entering", t)[kinds] for t in range(len(economy.periods) - 1)]
    return np.concatenate([np.zeros(len(kinds)), *come])


def _come_last(economy: Economy) -> Floats:
    """Return what has come of each kind in the last period when it ends, shape (kinds,)."""
    last = len(economy.periods) - 1
    come: Floats = _joins(economy, last) * economy.vector("labour_entering", last)[standing_in(economy, _STOCK)]
    return come


def _taken_last(economy: Economy) -> Any:
    """Return which kinds something may be taken from in the last period, shape (kinds,)."""
    training = economy.matrix("training", len(economy.periods) - 1)[standing_in(economy, _STOCK)]
    return (training < 0).sum(axis=1) > 0


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    kinds, count = standing_in(economy, _STOCK), len(economy.periods)
    index, every = stock_labels(economy, _STOCK), range(len(economy.periods))
    program.columns("labour", index)
    start = np.concatenate([economy.vector(_STOCK, 0)[kinds], np.zeros((count - 1) * len(kinds))])
    program.rows("labour_there", index, "<=", start)
    program.supply("labour_there", -entering(economy, question))
    down = sp.eye_array(count * len(kinds), k=-len(kinds), format="csr")
    stays = sp.diags_array(np.concatenate([_stays(economy, t) for t in every]))
    program.terms("labour_there", "labour", sp.eye_array(len(index)) - down @ stays)
    program.terms("labour_there", "activities", -(down @ sp.block_diag([_trained(economy, t) for t in every])))
    program.rows("labour_drawn", index, "<=", 0.0)
    program.terms("labour_drawn", "labour", -sp.eye_array(len(index)))
    program.terms("labour_drawn", "drawn", sp.kron(sp.eye_array(count), drawn_for(economy, _STOCK)))
    program.rows("labour_left", economy.resources[kinds], ">=", -_come_last(economy), stated=_taken_last(economy))
    at_end = sp.eye_array(1, count, k=count - 1)
    program.terms("labour_left", "labour", sp.kron(at_end, sp.diags_array(_stays(economy, count - 1))))
    program.terms("labour_left", "activities", sp.kron(at_end, _trained(economy, count - 1)))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    names, techniques, periods = pyomo_names(economy.resources), pyomo_names(economy.techniques), list(economy.periods)
    force = dict(zip(names, economy.vector(_STOCK, 0).tolist(), strict=True))
    years = dict(zip(periods, economy.vector("period_length", 0).tolist(), strict=True))
    leaving, coming, trains = {}, {}, {}
    for t, p in enumerate(periods):
        leaving[p] = dict(zip(names, economy.vector("labour_leaving", t).tolist(), strict=True))
        coming[p] = dict(zip(names, economy.vector("labour_entering", t).tolist(), strict=True))
        trains[p] = by_row(economy.matrix("training", t), names, techniques)
    before = dict(zip(periods[1:], periods[:-1], strict=True))
    m.LABOUR = pyo.Set(initialize=[r for r in names if not np.isinf(force[r])], doc="kinds of labour")
    m.labour = pyo.Var(m.LABOUR, m.PERIODS, domain=pyo.NonNegativeReals, doc="labour of a kind that is there")

    def joins(r: Any, t: Any) -> float:
        """What is there at the end of a period of what comes one a year."""
        left = leaving[t][r]
        return float(years[t] if left == 0 else (1.0 - (1.0 - left) ** years[t]) / left)

    def side(r: Any, t: Any) -> float:
        return float(joins(r, before[t]) * coming[before[t]][r] if t in before else force[r])

    def beyond_who_stays(r: Any, t: Any) -> Any:
        if t not in before:
            return m.labour[r, t]
        p = before[t]
        trained = pyo.quicksum(joins(r, p) * made * m.activities[j, p] for j, made in trains[p][r])
        return m.labour[r, t] - (1.0 - leaving[p][r]) ** years[p] * m.labour[r, p] - trained

    m.laws.rows(
        "labour_there",
        m.LABOUR,
        m.PERIODS,
        sense="<=",
        side=side,
        meaning="labour is who stayed, who came and who was trained",
    )
    m.laws.terms("labour_there", beyond_who_stays)
    m.laws.rows("labour_drawn", m.LABOUR, m.PERIODS, sense="<=", meaning="no more work than there are")
    m.laws.terms("labour_drawn", lambda r, t: m.drawn[r, t] - m.labour[r, t])
    last = periods[-1]

    def who_stays(r: Any) -> Any:
        trained = pyo.quicksum(joins(r, last) * made * m.activities[j, last] for j, made in trains[last][r])
        return (1.0 - leaving[last][r]) ** years[last] * m.labour[r, last] + trained

    m.laws.rows(
        "labour_left",
        m.LABOUR,
        sense=">=",
        side=lambda r: -joins(r, last) * coming[last][r],
        meaning="nobody is taken in the last period who is not there",
        stated=lambda r: any(made < 0 for _, made in trains[last][r]),
    )
    m.laws.terms("labour_left", who_stays)


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    kinds, count, x = standing_in(economy, _STOCK), len(economy.periods), model.variables["activities"]
    if not len(kinds):
        return
    there = model.variable("labour", stock_labels(economy, _STOCK), (len(kinds), count))
    work = drawn_for(economy, _STOCK) @ model.variables["drawn"]
    given = entering(economy, question).reshape(count, len(kinds))
    for t in range(count):
        index = labels(("resource", economy.resources[kinds]), ("period", economy.periods[t : t + 1]))
        model.rows("labour_there", t, index, "<=", given[t] if t else economy.vector(_STOCK, 0)[kinds])
        model.rows("labour_drawn", t, index, "<=", 0.0)

    def beyond_who_stays(t: int) -> Any:
        if t == 0:
            return there[:, t]
        stayed = cp.multiply(_stays(economy, t - 1), there[:, t - 1])
        return there[:, t] - stayed - _trained(economy, t - 1) @ x[:, t - 1]

    model.terms("labour_there", beyond_who_stays)
    model.terms("labour_drawn", lambda t: work[:, t] - there[:, t])
    last, stated = count - 1, np.flatnonzero(_taken_last(economy))
    ending = economy.resources[kinds[stated]]
    model.rows("labour_left", None, ending, ">=", -_come_last(economy)[stated], stated)
    stayed = cp.multiply(_stays(economy, last), there[:, last])
    model.terms("labour_left", lambda _: stayed + _trained(economy, last) @ x[:, last])


LABOUR = Law(
    name="labour of several kinds",
    tables=names_of(*tables.LABOUR),
    applies=lambda economy, question: economy.has(_STOCK),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "labour_there",
            ("resources", "periods"),
            "<=",
            "labour of a kind is who stayed, who came and who was trained",
            kind="labour force",
            called="the labour force of",
            unit="resources",
            outside="where given",
            partly=True,
            taken="training",
            heading="Labour of a kind: one more at the start",
            place=4,
        ),
        Rows(
            "labour_drawn",
            ("resources", "periods"),
            "<=",
            "no more of a kind work than there are",
            called="the work of",
            unit="resources",
            partly=True,
        ),
        Rows(
            "labour_left",
            ("resources",),
            ">=",
            "nobody of a kind is taken in the last period who is not there",
            called="who is left of",
            unit="resources",
            partly=True,
            when="the end",
        ),
    ),
    columns=(
        Columns(
            "labour",
            ("resources", "periods"),
            "labour of a kind that is there",
            "resources",
            "labour",
            called="the labour force of",
        ),
    ),
    given=(Given("labour_there", "labour entering", entering, on_hand=False),),
)

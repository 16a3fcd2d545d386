r"""Indivisible plants.

A technique with a plant capacity runs in whole plants: for every such technique j and period t a whole number
``n_jt >= 0`` of plants that run, with

.. math::  x_{jt} \le \text{capacity}_{jt}\, n_{jt}, \qquad n_{jt} \le \text{plants}_{jt}

What a plant uses while it runs, whatever its output, enters the balance of goods and the limits of resources:

.. math::  \dots - \sum_j F_{ij,t}\, n_{jt} \ge 0, \qquad \dots + \sum_j G_{rj,t}\, n_{jt} \le r_{rt}

with goods ``F`` (``plant_inputs``) and resources ``G`` (``plant_resources``) per plant. One plant at most
(``plants`` = 1) with the highest level as its capacity is a fixed cost. A capacity of infinity: it needs no plants.

Duals are those of the linear program in which the numbers of plants stand fixed: of ``plant_capacity``, what one more
unit of activity in the plants that run is worth. Of a number of plants there is no marginal valuation, since it changes
by whole plants only.

Sources: Kantorovich 1939 (indivisible machines); model 5 of the design notes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import plants as tables
from ..tables.spec import names_of
from .coefficients import by_period, by_row, over_periods, pyomo_names
from .cvxpy_model import CvxpyModel
from .entering import ENTERING
from .law import Law


def in_plants(economy: Economy) -> npt.NDArray[np.intp]:
    """Return positions of the techniques that run in plants: those whose capacity is a number."""
    return np.flatnonzero(np.isfinite(economy.vector("plant_capacity", 0)))


#: What plants use whatever their output, and the table of what techniques need of the same.
_BESIDE = {"plant_inputs": "inputs", "plant_resources": "resource_use"}


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count, techniques = len(economy.periods), in_plants(economy)
    every = labels(("technique", economy.techniques[techniques]), ("period", economy.periods))
    program.columns("plants", every, integer=True)
    program.rows("plant_capacity", every, "<=", 0.0)
    chosen = sp.csr_array(sp.eye_array(len(economy.techniques)))[techniques]
    program.terms("plant_capacity", "activities", over_periods(count, True, lambda t: chosen))
    capacity = by_period(count, lambda t: economy.vector("plant_capacity", t)[techniques])
    program.terms("plant_capacity", "plants", -sp.diags_array(capacity))
    if economy.has("plants"):
        most = by_period(count, lambda t: economy.vector("plants", t)[techniques])
        program.rows("plant_number", every, "<=", most, stated=np.isfinite(most))
        program.terms("plant_number", "plants", sp.eye_array(len(every)))
    for table, beside in _BESIDE.items():
        taken = _per_plant(economy, table, techniques)
        for rows, sign in ENTERING[beside]:
            program.terms(rows, "plants", sign * taken)


def _per_plant(economy: Economy, table: str, techniques: npt.NDArray[np.intp]) -> Any:
    """Return what plants use: rows of the table and period x techniques that run in plants and period."""
    return over_periods(
        len(economy.periods), economy.constant(table), lambda t: economy.matrix(table, t)[:, techniques]
    )


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    names = pyomo_names(economy.techniques)
    goods, resources = pyomo_names(economy.goods), pyomo_names(economy.resources)
    capacity, most, takes, uses = {}, {}, {}, {}
    for t, p in enumerate(economy.periods):
        capacity[p] = dict(zip(names, economy.vector("plant_capacity", t).tolist(), strict=True))
        most[p] = dict(zip(names, economy.vector("plants", t).tolist(), strict=True))
        takes[p] = by_row(economy.matrix("plant_inputs", t), goods, names)
        uses[p] = by_row(economy.matrix("plant_resources", t), resources, names)
    first = economy.periods[0]
    m.IN_PLANTS = pyo.Set(
        initialize=[j for j in names if not np.isinf(capacity[first][j])], doc="techniques that run in whole plants"
    )
    m.plants = pyo.Var(m.IN_PLANTS, m.PERIODS, domain=pyo.NonNegativeIntegers, doc="plants that run n")

    m.laws.rows("plant_capacity", m.IN_PLANTS, m.PERIODS, sense="<=", meaning="a plant makes no more than it can")
    m.laws.terms("plant_capacity", lambda j, t: m.activities[j, t] - capacity[t][j] * m.plants[j, t])
    if economy.has("plants"):
        m.laws.rows(
            "plant_number",
            m.IN_PLANTS,
            m.PERIODS,
            sense="<=",
            side=lambda j, t: most[t][j],
            meaning="no more plants run than there are",
            stated=lambda j, t: not np.isinf(most[t][j]),
        )
        m.laws.terms("plant_number", lambda j, t: m.plants[j, t])
    for of, beside in ((takes, "inputs"), (uses, "resource_use")):
        for rows, sign in ENTERING[beside]:
            m.laws.terms(rows, partial(_taken_by_name, m, of, sign))


def _taken_by_name(m: Any, of: dict[Any, dict[Any, Any]], sign: float, name: Any, t: Any) -> Any:
    import pyomo.environ as pyo

    return sign * pyo.quicksum(use * m.plants[j, t] for j, use in of[t][name])


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    x, techniques, count = model.variables["activities"], in_plants(economy), len(economy.periods)
    if not len(techniques):
        return
    index = labels(("technique", economy.techniques[techniques]), ("period", economy.periods))
    n = model.variable("plants", index, (len(techniques), count), integer=True)
    for t in range(count):
        index = labels(("technique", economy.techniques[techniques]), ("period", economy.periods[t : t + 1]))
        model.rows("plant_capacity", t, index, "<=", 0.0)
        most = economy.vector("plants", t)[techniques]
        stated = np.flatnonzero(np.isfinite(most))
        model.rows("plant_number", t, index[stated], "<=", most[stated], stated)
    model.terms(
        "plant_capacity",
        lambda t: x[techniques, t] - cp.multiply(economy.vector("plant_capacity", t)[techniques], n[:, t]),
    )
    model.terms("plant_number", lambda t: n[:, t])
    for table, beside in _BESIDE.items():
        for rows, sign in ENTERING[beside]:
            model.terms(rows, partial(_taken, economy, table, techniques, n, sign))


def _taken(economy: Economy, table: str, techniques: npt.NDArray[np.intp], n: Any, sign: float, t: int) -> Any:
    return sign * (economy.matrix(table, t)[:, techniques] @ n[:, t])


PLANTS = Law(
    name="indivisible plants",
    tables=names_of(*tables.PLANTS),
    applies=lambda economy, question: economy.has("plant_capacity"),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "plant_capacity",
            ("techniques", "periods"),
            "<=",
            "a technique makes no more than the plants that run can",
            kind="plant capacity",
            called="the plant capacity of",
            unit="techniques",
            partly=True,
            explained="technique",
            heading="Plants that run: capacity for one more unit of activity",
            place=6,
        ),
        Rows(
            "plant_number",
            ("techniques", "periods"),
            "<=",
            "no more plants run than there are",
            called="the number of plants of",
            partly=True,
        ),
    ),
    columns=(
        Columns(
            "plants",
            ("techniques", "periods"),
            "plants that run",
            table="plants",
            supplies="plants",
            uses="plants",
            called="the plants of",
        ),
    ),
)

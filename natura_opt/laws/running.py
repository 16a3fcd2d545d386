r"""Techniques that run at a minimum scale or not at all, and what starting them takes.

For every technique j with a minimum scale or goods used for starting, and every period t, ``running_jt`` is 1 or 0:

.. math::
    \text{minimum}_{jt}\, running_{jt} \le x_{jt} \le \text{highest}_{jt}\, running_{jt}

    running_{jt} - running_{j,t-1} \le starts_{jt}, \qquad \dots - \sum_j \frac{U_{ij,t}}{n_t}\, starts_{jt} \ge 0

with goods ``U`` (``start_up_inputs``) used, spread over its years, in a period in which it runs and did not run in the
period before, and ``running_before`` in the place of the period before the first. The highest level is the lowest of
``activity_limits``, of what all ``plants`` together can make, and of the end of its ``curves``; where there is none the
question is refused, since the law needs one.
Where that is the activity limit, its row and this one bind together, and what it is worth may stand in either.
Without a minimum scale, however low a level counts as running: a technique may then be kept running at no cost.

Duals are those of the linear program in which ``running`` stands fixed: of ``minimum_scale``, what it costs that the
technique runs at no less.

Sources: unit commitment (Garver 1962); model 5 of the design notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import plants as tables
from ..tables.spec import names_of
from .coefficients import by_period, by_row, over_periods, pyomo_names
from .cvxpy_model import CvxpyModel
from .law import Law
from .periods import lengths, same_lengths


def starting(economy: Economy, first: int = 0) -> npt.NDArray[np.intp]:
    """Return positions of the techniques whose start takes goods in some period, from one on."""
    takes = [abs(economy.matrix("start_up_inputs", t)).sum(axis=0) for t in range(first, len(economy.periods))]
    return np.flatnonzero(np.sum(takes, axis=0))


def switched(economy: Economy) -> npt.NDArray[np.intp]:
    """Return positions of the techniques that run or do not: those with a minimum scale, or that start."""
    least = np.sum([economy.vector("minimum_scale", t) for t in range(len(economy.periods))], axis=0)
    return np.union1d(np.flatnonzero(least), starting(economy))


def highest_levels(economy: Economy, period: int) -> Floats:
    """Return the highest level of activity of each technique in a period, infinite where the tables set none."""
    capacity, plants = economy.vector("plant_capacity", period), economy.vector("plants", period)
    idle = (capacity == 0) | (plants == 0)  # nothing times however many is nothing
    together = np.multiply(capacity, plants, out=np.zeros(len(capacity)), where=~idle)
    highest: Floats = np.minimum(economy.vector("activity_limits", period), together)
    return np.minimum(highest, economy.reported_ends)


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count, techniques, starts = len(economy.periods), switched(economy), starting(economy)
    every = labels(("technique", economy.techniques[techniques]), ("period", economy.periods))
    program.columns("running", every, upper=1.0, integer=True)
    chosen = sp.csr_array(sp.eye_array(len(economy.techniques)))[techniques]
    levels = over_periods(count, True, lambda t: chosen)
    program.rows("running_limit", every, "<=", 0.0)
    program.terms("running_limit", "activities", levels)
    highest = by_period(count, lambda t: highest_levels(economy, t)[techniques])
    program.terms("running_limit", "running", -sp.diags_array(highest))
    least = by_period(count, lambda t: economy.vector("minimum_scale", t)[techniques])
    program.rows("minimum_scale", every, ">=", 0.0, stated=least > 0)
    program.terms("minimum_scale", "activities", levels)
    program.terms("minimum_scale", "running", -sp.diags_array(least))
    starters = labels(("technique", economy.techniques[starts]), ("period", economy.periods))
    program.columns("starts", starters)
    before = by_period(count, lambda t: economy.vector("running_before", 0)[starts] * (t == 0))
    program.rows("start", starters, "<=", before)
    among = sp.csr_array(chosen[:, starts].T)
    turns_on = sp.kron(sp.eye_array(count) - sp.eye_array(count, k=-1), among)
    program.terms("start", "running", turns_on)
    program.terms("start", "starts", -sp.eye_array(len(starters)))
    years = lengths(economy)
    takes = over_periods(
        count,
        economy.constant("start_up_inputs") and same_lengths(economy),
        lambda t: economy.matrix("start_up_inputs", t)[:, starts] / years[t],
    )
    program.terms("balance", "starts", -takes)


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    names, goods = pyomo_names(economy.techniques), pyomo_names(economy.goods)
    before = dict(zip(economy.periods[1:], economy.periods[:-1], strict=True))
    ran = dict(zip(names, economy.vector("running_before", 0).tolist(), strict=True))
    ends = dict(zip(names, economy.reported_ends.tolist(), strict=True))
    years = dict(zip(economy.periods, lengths(economy).tolist(), strict=True))
    least, highest, takes = {}, {}, {}
    for t, p in enumerate(economy.periods):
        limit, capacity, plants = (
            dict(zip(names, economy.vector(table, t).tolist(), strict=True))
            for table in ("activity_limits", "plant_capacity", "plants")
        )
        least[p] = dict(zip(names, economy.vector("minimum_scale", t).tolist(), strict=True))
        highest[p] = {
            j: min(limit[j], ends[j], capacity[j] * plants[j] if capacity[j] and plants[j] else 0.0) for j in names
        }
        takes[p] = by_row(economy.matrix("start_up_inputs", t), goods, names)
    starters = {j for p in economy.periods for i in goods for j, _ in takes[p][i]}
    m.STARTING = pyo.Set(initialize=[j for j in names if j in starters], doc="techniques whose start takes goods")
    m.SWITCHED = pyo.Set(
        initialize=[j for j in names if j in starters or any(least[p][j] for p in economy.periods)],
        doc="techniques that run or do not",
    )
    m.running = pyo.Var(m.SWITCHED, m.PERIODS, domain=pyo.Binary, doc="whether a technique runs")
    m.starts = pyo.Var(m.STARTING, m.PERIODS, domain=pyo.NonNegativeReals, doc="whether a technique starts to run")

    m.laws.rows("running_limit", m.SWITCHED, m.PERIODS, sense="<=", meaning="what does not run makes nothing")
    m.laws.terms("running_limit", lambda j, t: m.activities[j, t] - highest[t][j] * m.running[j, t])
    m.laws.rows(
        "minimum_scale",
        m.SWITCHED,
        m.PERIODS,
        sense=">=",
        meaning="what runs, runs at its minimum scale at least",
        stated=lambda j, t: least[t][j] > 0,
    )
    m.laws.terms("minimum_scale", lambda j, t: m.activities[j, t] - least[t][j] * m.running[j, t])
    m.laws.rows(
        "start",
        m.STARTING,
        m.PERIODS,
        sense="<=",
        side=lambda j, t: 0.0 if t in before else ran[j],
        meaning="what runs and did not run before was started",
    )

    def turns_on(j: Any, t: Any) -> Any:
        earlier = m.running[j, before[t]] if t in before else 0.0
        return m.running[j, t] - earlier - m.starts[j, t]

    m.laws.terms("start", turns_on)
    m.laws.terms("balance", lambda i, t: -pyo.quicksum(u / years[t] * m.starts[j, t] for j, u in takes[t][i]))


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    x, count = model.variables["activities"], len(economy.periods)
    techniques, starts = switched(economy), starting(economy)
    if not len(techniques):
        return
    every = labels(("technique", economy.techniques[techniques]), ("period", economy.periods))
    running = model.variable("running", every, (len(techniques), count), integer=True, upper=1.0)
    for t in range(count):
        index = labels(("technique", economy.techniques[techniques]), ("period", economy.periods[t : t + 1]))
        model.rows("running_limit", t, index, "<=", 0.0)
        stated = np.flatnonzero(economy.vector("minimum_scale", t)[techniques])
        model.rows("minimum_scale", t, index[stated], ">=", 0.0, stated)

    def beyond(levels: Any) -> Any:
        return lambda t: x[techniques, t] - cp.multiply(levels(t)[techniques], running[:, t])

    model.terms("running_limit", beyond(lambda t: highest_levels(economy, t)))
    model.terms("minimum_scale", beyond(lambda t: economy.vector("minimum_scale", t)))
    if not len(starts):
        return
    every = labels(("technique", economy.techniques[starts]), ("period", economy.periods))
    started = model.variable("starts", every, (len(starts), count))
    own = np.searchsorted(techniques, starts)
    ran = economy.vector("running_before", 0)[starts]
    for t in range(count):
        index = labels(("technique", economy.techniques[starts]), ("period", economy.periods[t : t + 1]))
        model.rows("start", t, index, "<=", 0.0 if t else ran)
    model.terms("start", lambda t: running[own, t] - (running[own, t - 1] if t else 0.0) - started[:, t])
    takes = [economy.matrix("start_up_inputs", t)[:, starts] / years for t, years in enumerate(lengths(economy))]
    model.terms("balance", lambda t: -(takes[t] @ started[:, t]))


RUNNING = Law(
    name="minimum scale and starting",
    tables=names_of(*tables.RUNNING),
    applies=lambda economy, question: economy.has("minimum_scale") or economy.has("start_up_inputs"),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "running_limit",
            ("techniques", "periods"),
            "<=",
            "a technique that does not run makes nothing, and one that runs no more than its highest level",
            called="the highest level of",
            unit="techniques",
            partly=True,
        ),
        Rows(
            "minimum_scale",
            ("techniques", "periods"),
            ">=",
            "a technique that runs, runs at its minimum scale at least",
            kind="minimum scale",
            called="the minimum scale of",
            unit="techniques",
            partly=True,
            explained="technique",
            heading="Minimum scales: one more unit of activity at least",
            place=7,
        ),
        Rows(
            "start",
            ("techniques", "periods"),
            "<=",
            "a technique that runs and did not run in the period before was started",
            called="the start of",
            partly=True,
        ),
    ),
    columns=(
        Columns(
            "running",
            ("techniques", "periods"),
            "whether it runs",
            table="running",
            called="the running of",
        ),
        Columns(
            "starts",
            ("techniques", "periods"),
            "whether it starts to run",
            table="starts",
            supplies="starting",
            uses="starting",
            called="the start of",
        ),
    ),
)

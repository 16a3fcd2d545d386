r"""Capital moved from one technique to another.

For every capital good i of which a share arrives (``shifting`` above 0), technique j that holds it, and period t in
which moving is of use, ``out`` and ``in`` are amounts moved in the period, as of the start of the next, in which they
stand in their new place:

.. math::
    k_{ij,t+1} \le (\text{what lasts, arrives and was ordered})_{ij,t+1} - out_{ijt} + in_{ijt}

    \sum_j in_{ijt} \le s_{it} \sum_j out_{ijt}, \qquad
    \sum_j R_{rj,t}\, x_{jt} + \dots + \sum_{ij} U_{ri,t}\, out_{ijt} / n_t \le r_{rt}

with the share ``s`` that arrives and resources ``U`` (``shifting_use``) used in the period of moving, of ``n`` years.

No more can be moved than there is: stocks are not negative, and over all techniques the rows add up to what there is
less ``(1 - s)`` of what is moved, so that going round gains nothing (and with ``s = 1`` and no resources used changes
nothing). What arrives just then may be moved on at the same losses. Plant that is to be retired, or that reaches the
end of its service life (:mod:`natura_opt.laws.retirement`), leaves the stock of the technique for which it was
installed: so much must stay there, or come back.

Duals: of ``shifting``, what one more unit of the good on arrival, to be placed where it is worth most, is worth.

Sources: Johansen, Substitution versus fixed production coefficients (1959), of capital that cannot be moved; model 6 of
the design notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import QuestionError, listed
from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import capital as tables
from ..tables.spec import names_of
from .coefficients import by_period, by_row, pyomo_names
from .cvxpy_model import CvxpyModel
from .entering import ENTERING
from .holdings import Holdings, has_capital
from .law import Law
from .periods import lengths
from .terminal_settings import setting_aside


def refuse_senseless_shifting(economy: Economy) -> None:
    """Raise where stocks that nobody holds alone are to be moved, or moving takes resources of what cannot be moved.

    Raises
    ------
    QuestionError : naming the table and the goods.
    """
    if economy.has("capital_pool"):
        raise QuestionError(
            f"{economy.name}: table 'shifting' moves stocks from one technique to another, and those of 'capital_pool' "
            "may be used by any: remove one of them"
        )
    uses: Any = sum(abs(economy.matrix("shifting_use", t)) for t in range(len(economy.periods)))
    takes = np.diff(sp.csc_array(uses).indptr) > 0
    stays = economy.goods[np.flatnonzero(takes & ~can_move(economy))]
    if len(stays):
        raise QuestionError(
            f"{economy.name}: table 'shifting_use' says what moving {listed(stays)} takes, of which nothing would "
            "arrive: give in 'shifting' the share that does"
        )


def can_move(economy: Economy) -> npt.NDArray[np.bool_]:
    """Return which goods can be moved in some period."""
    shares = [economy.vector("shifting", t) for t in range(len(economy.periods))]
    movable: npt.NDArray[np.bool_] = np.max(shares, axis=0) > 0
    return movable


def movable(holdings: Holdings) -> npt.NDArray[np.intp]:
    """Return positions of the holdings of goods that can be moved."""
    return np.flatnonzero(can_move(holdings.economy)[holdings.goods])


def resources_of_moving(holdings: Holdings, t: int) -> Any:
    """Return resources used in a year of a period per unit that is moved in it, shape (resources, movable holdings)."""
    uses = holdings.economy.matrix("shifting_use", t)[:, holdings.goods[movable(holdings)]]
    return uses / lengths(holdings.economy)[t]


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    holdings, aside = Holdings.of(economy), setting_aside(economy, question)
    at, count, last = movable(holdings), len(aside), len(economy.periods) - 1
    goods, of_good = np.unique(holdings.goods[at], return_inverse=True)
    every = _labels(holdings, at, economy, aside)
    index = labels(("good", economy.goods[goods]), ("period", aside))
    program.columns("shifted_out", every)
    program.columns("shifted_in", every)
    program.rows("shifting", index, "<=", 0.0)
    together = sp.coo_array((np.ones(len(at)), (of_good, np.arange(len(at)))), shape=(len(goods), len(at)))
    shares = by_period(count, lambda t: economy.vector("shifting", t)[goods]) if count else np.zeros(0)
    program.terms("shifting", "shifted_in", sp.kron(sp.eye_array(count), together))
    program.terms("shifting", "shifted_out", -sp.diags_array(shares) @ sp.kron(sp.eye_array(count), together))
    moved = np.tile(at, count) + holdings.count * (np.repeat(np.arange(count), len(at)) + 1)
    column = np.arange(len(every))
    within = moved < holdings.count * (last + 1)
    for block, sign in (("shifted_out", 1.0), ("shifted_in", -1.0)):
        stock = (np.full(int(within.sum()), sign), (moved[within], column[within]))
        program.terms("accumulation", block, sp.coo_array(stock, shape=(holdings.count * (last + 1), len(every))))
        end = (np.full(int((~within).sum()), sign), (moved[~within] % max(holdings.count, 1), column[~within]))
        program.terms("capital_left", block, sp.coo_array(end, shape=(holdings.count, len(every))))
    if economy.has("shifting_use") and count:
        used = sp.block_diag([resources_of_moving(holdings, t) for t in range(count)], format="csr")
        used.resize((len(economy.resources) * (last + 1), len(every)))
        for rows, _ in ENTERING["resource_use"]:
            program.terms(rows, "shifted_out", used)


def _labels(holdings: Holdings, at: npt.NDArray[np.intp], economy: Economy, periods: Any) -> Any:
    """Return labels of some holdings in some periods."""
    return Holdings(economy, holdings.goods[at], holdings.techniques[at]).labels(periods)


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    goods, resources, periods = pyomo_names(economy.goods), pyomo_names(economy.resources), list(economy.periods)
    years = dict(zip(periods, economy.vector("period_length", 0).tolist(), strict=True))
    share: dict[tuple[Any, Any], float] = {}
    uses = {}
    for t, p in enumerate(periods):
        share |= {(i, p): s for i, s in zip(goods, economy.vector("shifting", t).tolist(), strict=True)}
        uses[p] = by_row(economy.matrix("shifting_use", t), resources, goods)
    before = dict(zip(periods[1:], periods[:-1], strict=True))
    held = [(i, j) for i, j in m.HOLDINGS if any(share[i, p] > 0 for p in periods)]
    m.MOVABLE = pyo.Set(initialize=held, doc="who holds what can be moved")
    m.shifted_out = pyo.Var(m.MOVABLE, m.INVESTING, domain=pyo.NonNegativeReals, doc="taken away to be moved")
    m.shifted_in = pyo.Var(m.MOVABLE, m.INVESTING, domain=pyo.NonNegativeReals, doc="moved here")
    holders: dict[Any, list[Any]] = {}
    for i, j in held:
        holders.setdefault(i, []).append(j)

    def arriving(i: Any, t: Any) -> Any:
        taken_away = pyo.quicksum(m.shifted_out[i, j, t] for j in holders[i])
        return pyo.quicksum(m.shifted_in[i, j, t] for j in holders[i]) - share[i, t] * taken_away

    def leaving(i: Any, j: Any, t: Any) -> Any:
        if (i, j) not in m.MOVABLE or t not in m.INVESTING:
            return 0.0
        return m.shifted_out[i, j, t] - m.shifted_in[i, j, t]

    def used(r: Any, t: Any) -> Any:
        if t not in m.INVESTING:
            return 0.0
        return pyo.quicksum(
            use / years[t] * m.shifted_out[i, j, t] for i, use in uses[t][r] for j in holders.get(i, [])
        )

    m.laws.rows("shifting", list(holders), m.INVESTING, sense="<=", meaning="no more is placed than arrives")
    m.laws.terms("shifting", arriving)
    m.laws.terms("accumulation", lambda i, j, t: leaving(i, j, before[t]) if t in before else 0.0)
    m.laws.terms("capital_left", lambda i, j: leaving(i, j, periods[-1]))
    for rows, _ in ENTERING["resource_use"]:
        m.laws.terms(rows, used)


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    holdings, aside = Holdings.of(economy), setting_aside(economy, question)
    at = movable(holdings)
    if not len(at) or not len(aside):
        return
    every = _labels(holdings, at, economy, aside)
    out = model.variable("shifted_out", every, (len(at), len(aside)))
    into = model.variable("shifted_in", every, (len(at), len(aside)))
    goods, of_good = np.unique(holdings.goods[at], return_inverse=True)
    together = sp.csr_array((np.ones(len(at)), (of_good, np.arange(len(at)))), shape=(len(goods), len(at)))
    spread = sp.csr_array((np.ones(len(at)), (at, np.arange(len(at)))), shape=(holdings.count, len(at)))
    for t in range(len(aside)):
        model.rows("shifting", t, labels(("good", economy.goods[goods]), ("period", aside[t : t + 1])), "<=", 0.0)

    def arriving(t: int) -> Any:
        shares: Floats = economy.vector("shifting", t)[goods]
        return together @ into[:, t] - cp.multiply(shares, together @ out[:, t])

    def used(t: int) -> Any:
        return resources_of_moving(holdings, t) @ out[:, t] if t < len(aside) else 0.0

    model.terms("shifting", arriving)
    model.terms("accumulation", lambda t: spread @ (out[:, t - 1] - into[:, t - 1]) if t > 0 else 0.0)
    model.terms("capital_left", lambda _: spread @ (out[:, -1] - into[:, -1]))
    for rows, _ in ENTERING["resource_use"]:
        model.terms(rows, used)


SHIFTING = Law(
    name="shifting of capital",
    tables=names_of(*tables.SHIFTING),
    applies=lambda economy, question: economy.has("shifting") and has_capital(economy),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "shifting",
            ("goods", "periods"),
            "<=",
            "no more of a stock is placed elsewhere than arrives of what was taken away",
            called="the moving of",
            unit="goods",
            partly=True,
        ),
    ),
    columns=(
        Columns(
            "shifted_out",
            ("goods", "techniques", "periods"),
            "stock taken from a technique to be moved",
            "goods",
            "shifted_out",
            called="what is moved away of",
        ),
        Columns(
            "shifted_in",
            ("goods", "techniques", "periods"),
            "stock moved to a technique",
            "goods",
            "shifted_in",
            called="what is moved to",
        ),
    ),
)

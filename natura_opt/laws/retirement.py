r"""Plant taken out of service: what is invested serves for so many periods, what was there leaves when it is due.

A stock is what survives of what there was at the start and of each vintage that was added to it since. What is usable
from period ``v`` on, an amount ``b`` then, and has a ``service_life`` of L periods is out of service from ``v + L`` on;
of what there was at the start, ``retirements`` R leave at the start of their period. Both have worn until then:

.. math::
    k_{ijt} \le (\text{what lasts of } k_{ij,t-1}, \text{ arrives and was ordered})_{ijt}
        - \prod_{v \le s < t} (1 - \delta_{ijs})^{n_s}\, b_{ijv}\,[v + L_i = t]
        - \prod_{s < t} (1 - \delta_{ijs})^{n_s}\, R_{ijt}

with ``b`` what was invested (``tau`` periods before) or ordered before the start and arrives in ``v``. Amounts retired
are as of the start: 3 retired in the third year are what is left by then of 3 at the start. What there was at the start
has no service life besides. What is left after the end (:mod:`natura_opt.laws.terminal`) has lost what is due then.

Written from the stock of the period before this is the sum over the vintages that still serve: with every row an
equality, k is that sum and so never negative; a plan that threw away more could run no technique that this one cannot.
A stock too small for what is due is therefore no plan's fate, only that of one which moved away (``shifting``) what is
due where it stood.

Duals: those of ``accumulation`` stay what one more unit of lasting stock is worth; what is retired costs as much.

Sources: vintages as in Johansen, Substitution versus fixed production coefficients (1959); "one-hoss shay" service
lives as in OECD, Measuring Capital (2009); model 6 of the design notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import QuestionError, listed
from ..base.labels import holding_name
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..tables import capital as tables
from ..tables.spec import names_of
from .coefficients import by_period
from .cvxpy_model import CvxpyModel
from .holdings import Holdings, has_capital
from .law import Given, Law
from .retirement_pyomo import spell_pyomo
from .shifting import can_move
from .terminal_settings import ends_open, setting_aside

#: Amounts that were added up may exceed what there was by so much of it.
_ROUNDING = 1e-12


def refuse_senseless_retirement(economy: Economy) -> None:
    """Raise where service lives are no whole periods, or more is retired than there was at the start.

    What stands elsewhere at the start may come back to be retired, where it can be moved (``shifting``).

    Raises
    ------
    QuestionError : naming the table and the goods or holdings.
    """
    lives = economy.vector("service_life", 0)
    partly = economy.goods[np.flatnonzero(np.isfinite(lives) & ((lives < 1) | (lives != np.floor(lives))))]
    if len(partly):
        raise QuestionError(
            f"{economy.name}: table 'service_life' gives {listed(partly)} a life that is no whole number of periods, 1 "
            "or more: give one, or leave it without end (inf)"
        )
    if not economy.has("retirements"):
        return
    if economy.has("capital_pool"):
        raise QuestionError(
            f"{economy.name}: table 'retirements' speaks of stocks held by techniques, and 'capital_pool' belongs to "
            "all of them: remove one of them"
        )
    retired: Any = sum(economy.matrix("retirements", t) for t in range(len(economy.periods)))
    stays = sp.diags_array((~can_move(economy)).astype(float))
    beyond = sp.coo_array(stays @ (retired - (1 + _ROUNDING) * economy.matrix("initial_capital", 0)))
    pairs = [(beyond.row[k], beyond.col[k]) for k in np.flatnonzero(beyond.data > 0)]
    if pairs:
        names = [holding_name((economy.goods[i], economy.techniques[j])) for i, j in pairs]
        raise QuestionError(
            f"{economy.name}: table 'retirements' retires more of {listed(names)} than 'initial_capital' holds: retire "
            "no more in all periods together than there was at the start (amounts are as of the start)"
        )


class _Leaving:
    """What leaves service when, by holding."""

    def __init__(self, holdings: Holdings) -> None:
        economy = holdings.economy
        self.holdings, self.count = holdings, len(economy.periods)
        self.lives = np.minimum(economy.vector("service_life", 0)[holdings.goods], self.count + 1).astype(int)
        self._lasts = [holdings.surviving(t) for t in range(self.count)]

    def kept(self, first: Any, until: Any) -> Floats:
        """Return the share of each holding that lasts from the start of a period to that of a later one."""
        share: Floats = np.ones(self.holdings.count)
        for t, lasts in enumerate(self._lasts):
            share = np.where((first <= t) & (t < until), share * lasts, share)
        return share

    def of_vintages(self, placed: int) -> tuple[Any, Floats]:
        """Return when what is invested in a period leaves (the number of periods: at the end; more: after it), and how
        much of a unit a year; shape (holdings,)."""
        arrives = placed + self.holdings.lags
        ends = np.where(arrives < self.count, arrives + self.lives, self.count + 1)
        return ends, self.holdings.added(placed) * self.kept(arrives, ends)

    def given(self, t: int) -> Floats:
        """Return what leaves at the start of a period, or at the end, of what was there or ordered before the start."""
        economy = self.holdings.economy
        gone: Floats = np.zeros(self.holdings.count)
        if economy.has("retirements") and t < self.count:
            gone = gone + self.holdings.pick("retirements", t) * self.kept(0, t)
        if economy.has("capital_orders"):
            for arrived in range(t):
                due = arrived + self.lives == t
                gone = gone + due * self.holdings.pick("capital_orders", arrived) * self.kept(arrived, t)
        return gone


def retired(economy: Economy, question: Question) -> Floats:
    """Return what leaves service of what was there, or ordered before the start; shape (holdings x periods,)."""
    leaving = _Leaving(Holdings.of(economy))
    return by_period(leaving.count, leaving.given)


def leaving_service(holdings: Holdings, investment: Floats) -> Floats:
    """Return what leaves service at the start of each period, and after the last; shape (holdings, periods + 1).

    Parameters
    ----------
    investment : made in a year of each period, shape (holdings, periods).
    """
    leaving = _Leaving(holdings)
    gone = np.column_stack([leaving.given(t) for t in range(leaving.count + 1)])
    for placed in range(investment.shape[1]):
        ends, amounts = leaving.of_vintages(placed)
        due = np.flatnonzero(ends <= leaving.count)
        gone[due, ends[due]] += amounts[due] * investment[due, placed]
    return gone


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    holdings, placed = Holdings.of(economy), len(setting_aside(economy, question))
    leaving, size = _Leaving(holdings), holdings.count
    program.supply("accumulation", retired(economy, question))
    vintages = [leaving.of_vintages(q) for q in range(placed)]
    ends = np.concatenate([np.zeros(0, dtype=int), *(end for end, _ in vintages)])
    amounts = np.concatenate([np.zeros(0), *(amount for _, amount in vintages)])
    holding, column = np.tile(np.arange(size), placed), np.arange(size * placed)
    due = ends < leaving.count
    within = (amounts[due], ((ends * size + holding)[due], column[due]))
    program.terms("accumulation", "investment", sp.coo_array(within, shape=(size * leaving.count, len(column))))
    last = ends == leaving.count
    at_end = (amounts[last], (holding[last], column[last]))
    program.terms("capital_left", "investment", sp.coo_array(at_end, shape=(size, len(column))))
    if not ends_open(question):
        program.supply("capital_left", leaving.given(leaving.count))


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    holdings, placed = Holdings.of(economy), len(setting_aside(economy, question))
    leaving = _Leaving(holdings)
    if not holdings.count:
        return
    vintages = [leaving.of_vintages(q) for q in range(placed)]

    def gone(t: int) -> Any:
        """What leaves at the start of a period, or at the end."""
        amount: Any = leaving.given(t)
        for q, (ends, amounts) in enumerate(vintages):
            if np.any(ends == t):
                amount = amount + cp.multiply((ends == t) * amounts, model.variables["investment"][:, q])
        return amount

    model.terms("accumulation", gone)
    model.terms("capital_left", lambda _: gone(leaving.count))


RETIREMENT = Law(
    name="retirement of plant",
    tables=names_of(*tables.RETIREMENT),
    applies=lambda economy, question: (
        (economy.has("service_life") or economy.has("retirements")) and has_capital(economy)
    ),
    matrix=_matrix,
    pyomo=spell_pyomo,
    cvxpy=_cvxpy,
    given=(Given("accumulation", "retirement", retired),),
)

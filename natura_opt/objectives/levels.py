"""Levels of fulfilment, one per period, in three spellings: what objectives over years share."""

from __future__ import annotations

from typing import Any

import scipy.sparse as sp

from ..base.arrays import Floats
from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.coefficients import column, pyomo_names
from ..laws.cvxpy_model import CvxpyModel
from ..laws.periods import counted_years
from ..program.builder import ProgramBuilder
from ..program.declared import Columns

#: The block of columns: every target of a period is met to its level.
LEVELS = Columns("fulfilment", ("periods",), "fulfilment of the period's targets (1: met)", "", "fulfilment")


def weights_of_periods(economy: Economy, question: Question) -> Floats:
    """Return how much each period counts in a sum over years, shape (periods,): its years, discounted, times what a
    year of it counts (``period_weights``).
    """
    return counted_years(economy, question) * economy.vector("period_weights", 0)


def named_weights(economy: Economy, question: Question) -> dict[Any, float]:
    """Return how much each period counts in a sum over years, by its label."""
    return dict(zip(economy.periods, weights_of_periods(economy, question).tolist(), strict=True))


def levels_as_matrix(program: ProgramBuilder, economy: Economy) -> None:
    """Add the levels and what they take out of the balance."""
    program.columns(LEVELS.name, economy.periods)
    wanted = [column(economy.vector("targets", t)) for t in range(len(economy.periods))]
    program.terms("balance", LEVELS.name, -sp.block_diag(wanted, format="coo"))


def levels_in_pyomo(m: Any, economy: Economy) -> Any:
    """Add the levels and what they take out of the balance; return the variables, by period."""
    import pyomo.environ as pyo

    goods = pyomo_names(economy.goods)
    wanted = {
        (i, p): float(economy.vector("targets", t)[k])
        for t, p in enumerate(economy.periods)
        for k, i in enumerate(goods)
    }
    m.fulfilment = pyo.Var(m.PERIODS, domain=pyo.NonNegativeReals, doc="fulfilment of the period's targets z")
    m.laws.terms("balance", lambda i, t: -wanted[i, t] * m.fulfilment[t])
    return m.fulfilment


def levels_in_cvxpy(model: CvxpyModel, economy: Economy) -> Any:
    """Add the levels and what they take out of the balance; return the variables, shape (periods,)."""
    z = model.variable(LEVELS.name, economy.periods, (len(economy.periods),))
    model.terms("balance", lambda t: -economy.vector("targets", t) * z[t])
    return z

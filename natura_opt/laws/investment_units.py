r"""Indivisible investment: some goods are invested in whole pieces only.

For every holding of a good i with a piece of size ``u_i`` (``investment_units``) and every period t in which investing
is of use, a whole number of lots ``l``, with

.. math::  n_t\, a_{it} = u_i\, l_{it}

of the amount ``a`` invested a year in a period of ``n`` years. A piece is one holding's: techniques share none.

Duals are those of the linear program in which the numbers of lots stand fixed: of ``investment_unit``, what one more
unit of investment beside the lots would be worth, for nothing but the lots limits it then.

Sources: Kantorovich 1939 (indivisible machines); model 6 of the design notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import capital as tables
from ..tables.spec import names_of
from .coefficients import pyomo_names
from .cvxpy_model import CvxpyModel
from .holdings import Holdings, has_capital
from .law import Law
from .periods import lengths
from .terminal_settings import setting_aside


def _in_pieces(holdings: Holdings) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return positions of the holdings that grow in pieces, and the sizes of their pieces."""
    sizes = holdings.economy.vector("investment_units", 0)[holdings.goods]
    at = np.flatnonzero(sizes)
    return at, sizes[at]


def _among(holdings: Holdings, at: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
    """Return positions of some holdings among all of them in so many periods."""
    places: npt.NDArray[np.intp] = (np.arange(count)[:, None] * holdings.count + at).ravel()
    return places


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    holdings, aside = Holdings.of(economy), setting_aside(economy, question)
    at, sizes = _in_pieces(holdings)
    every = holdings.labels(aside)
    chosen = _among(holdings, at, len(aside))
    index = every[chosen]
    program.columns("investment_lots", index, integer=True)
    program.rows("investment_unit", index, "==", 0.0)
    years = np.repeat(lengths(economy)[: len(aside)], len(at))
    shape = (len(index), len(every))
    program.terms("investment_unit", "investment", sp.coo_array((years, (np.arange(len(index)), chosen)), shape=shape))
    program.terms("investment_unit", "investment_lots", -sp.diags_array(np.tile(sizes, len(aside))))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    sizes = dict(zip(pyomo_names(economy.goods), economy.vector("investment_units", 0).tolist(), strict=True))
    years = dict(zip(economy.periods, economy.vector("period_length", 0).tolist(), strict=True))

    def good(holding: Any) -> Any:
        return holding if economy.has("capital_pool") else holding[0]

    in_pieces = [holding for holding in m.HOLDINGS if sizes[good(holding)] > 0]
    m.IN_PIECES = pyo.Set(initialize=in_pieces, doc="holdings that grow in whole pieces")
    m.investment_lots = pyo.Var(m.IN_PIECES, m.INVESTING, domain=pyo.NonNegativeIntegers, doc="pieces invested")
    m.laws.rows("investment_unit", m.IN_PIECES, m.INVESTING, sense="==", meaning="what is invested is whole pieces")
    m.laws.terms(
        "investment_unit",
        lambda *label: years[label[-1]] * m.investment[label] - sizes[label[0]] * m.investment_lots[label],
    )


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    holdings, aside = Holdings.of(economy), setting_aside(economy, question)
    at, sizes = _in_pieces(holdings)
    if not len(at) or not len(aside):
        return
    every = holdings.labels(aside)
    lots = model.variable(
        "investment_lots", every[_among(holdings, at, len(aside))], (len(at), len(aside)), integer=True
    )
    invested, years = model.variables["investment"], lengths(economy)
    for t in range(len(aside)):
        model.rows("investment_unit", t, holdings.labels(aside[t : t + 1])[at], "==", 0.0)
    model.terms("investment_unit", lambda t: years[t] * invested[at, t] - cp.multiply(sizes, lots[:, t]))


INVESTMENT_UNITS = Law(
    name="indivisible investment",
    tables=names_of(*tables.INVESTMENT_UNITS),
    applies=lambda economy, question: economy.has("investment_units") and has_capital(economy),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "investment_unit",
            ("goods", "techniques", "periods"),
            "==",
            "what is invested in a period is a whole number of pieces",
            called="the pieces invested of",
            unit="goods",
            partly=True,
        ),
    ),
    columns=(
        Columns(
            "investment_lots",
            ("goods", "techniques", "periods"),
            "pieces invested in a period",
            table="investment_lots",
            called="the pieces of",
        ),
    ),
)

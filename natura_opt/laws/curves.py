r"""Needs that depend on scale: curves of the total against activity, in the place of coefficients.

For every technique j that has curves, cut into pieces (:mod:`.curve_pieces`), and period t:

.. math::
    x_{jt} \le \sum_k \delta_{jkt}, \qquad 0 \le \delta_{jkt} \le w_{jk}

    z_{ijt} \ge \sum_k s_{ijk}\, \delta_{jkt} + \sum_k g_{ijk}\, y_{jkt}

where z is the total need of i, which takes the place of ``A_ij x_j`` in the balance of goods (of ``R_rj x_j`` among
resources, ``C_ij x_j`` in the capacity of capital, ``E_ej x_j`` among emissions). Where pieces do not fill in order of
themselves, binaries y open them:

.. math::  \delta_{jmt} \le w_{jm}\, y_{jkt} \;(m \text{ in the run that } k \text{ opens}), \qquad
           \delta_{jmt} \ge w_{jm}\, y_{jkt} \;(m \text{ in the run before})

Where a total falls with scale somewhere, the pieces must not be filled further than activity is: ``sum_k delta <= x``.

Duals: of ``curve_level``, what one more unit of activity costs in all that its curves need (the marginal need, valued);
of ``goods_by_curve`` and its kin, the valuation of what is needed.

Sources: Lahiri 1976; Samothrakis 2021, eq. 3-4; Markowitz and Manne 1957 (incremental form); model 5 of the design
notes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.errors import QuestionError
from ..base.labels import name_of
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import curves as tables
from ..tables.curves import IN_PLACE_OF
from ..tables.spec import names_of
from .coefficients import by_period
from .curve_layout import TOTALS, Pieces, need_rows
from .curve_point import as_curves_say
from .curves_pyomo import spell_pyomo
from .cvxpy_model import CvxpyModel
from .emissions import counted_weights
from .entering import ENTERING
from .holdings import Holdings
from .law import Law
from .periods import counted_years, lengths


def _over_time(matrix: Any, count: int) -> Any:
    """Return a matrix of one period over all of them."""
    return matrix if count == 1 else sp.kron(sp.eye_array(count), matrix, format="coo")


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    pieces = Pieces.of(economy, question)
    count, every = len(economy.periods), np.arange(len(pieces.techniques))
    whole = np.arange(len(pieces.owner))
    program.columns("curve_piece", pieces.labels_of_pieces(whole), upper=np.tile(pieces.widths, count))
    for rows, which, sign in (("curve_level", every, 1.0), ("curve_level_least", pieces.falling, -1.0)):
        if len(which):
            program.rows(rows, pieces.labels_of_techniques(which), "<=", 0.0)
            program.terms(rows, "activities", _over_time(sign * pieces.levels(which), count))
            program.terms(rows, "curve_piece", _over_time(-sign * pieces.in_level(which), count))
    if len(pieces.opened):
        program.columns("piece_opened", pieces.labels_of_pieces(pieces.opened), upper=1.0, integer=True)
        for rows, binary_of, sign in (("piece_closed", pieces.opener, 1.0), ("piece_full", pieces.filler, -1.0)):
            ordered, widths = pieces.order(binary_of)
            if len(ordered):
                pick = sp.csr_array(sp.eye_array(len(whole), format="csr")[ordered])
                program.rows(rows, pieces.labels_of_pieces(ordered), "<=", 0.0)
                program.terms(rows, "curve_piece", _over_time(sign * pick, count))
                program.terms(rows, "piece_opened", _over_time(-sign * widths, count))
    for table, totals in TOTALS.items():
        standing = pieces.standing_in(table)
        if standing:
            index = pieces.labels_of_totals(table)
            program.columns(totals, index, lower=-np.inf if table == "emissions" else 0.0)
            program.rows(need_rows(table), index, ">=", 0.0)
            program.terms(need_rows(table), totals, sp.eye_array(len(index)))
            program.terms(need_rows(table), "curve_piece", _over_time(-pieces.slopes(table), count))
            if len(pieces.opened):
                program.terms(need_rows(table), "piece_opened", _over_time(-pieces.jumps(table), count))
            _use(program, pieces, economy, question, table)


def _use(program: ProgramBuilder, pieces: Pieces, economy: Economy, question: Question, table: str) -> None:
    """Let totals enter what limits them, as coefficients times activity would."""
    count = len(economy.periods)
    if table == "capital":
        program.terms("capacity", TOTALS[table], _over_time(_by_holding(economy, pieces), count))
        return
    at_row = pieces.rows_of_totals(table)
    for rows, sign in ENTERING[table]:
        program.terms(rows, TOTALS[table], _over_time(sign * at_row, count))
    if table == "emissions":
        years = lengths(economy)
        program.terms(
            "emission_budget", TOTALS[table], sp.hstack([years[t] * at_row for t in range(count)], format="coo")
        )
        weights = counted_weights(economy, question, "damage_weights")
        program.loss(TOTALS[table], by_period(count, lambda t: at_row.T @ weights[t]))


def _by_holding(economy: Economy, pieces: Pieces) -> Any:
    """Return which holding each total of capital ties up: ones, shape (holdings, totals)."""
    holdings = Holdings.of(economy)
    standing = pieces.standing_in("capital")
    if holdings.techniques is None:
        place = {int(i): h for h, i in enumerate(holdings.goods)}
        rows = [place[one.row] for *_, one in standing]
    else:
        held = {(int(i), int(j)): h for h, (i, j) in enumerate(zip(holdings.goods, holdings.techniques, strict=True))}
        rows = [held[one.row, one.technique] for *_, one in standing]
    return sp.csr_array((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(holdings.count, len(rows)))


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    pieces = Pieces.of(economy, question)
    if len(pieces.opened):
        one = pieces.techniques[pieces.owner[pieces.opened[0]]]
        raise QuestionError(
            f"{economy.name}: the curves of {name_of(economy.techniques[one.technique])!r} need binaries (they are not "
            "convex, or curve_form='incremental' asks for them), which the CVXPY spelling does not state; use "
            "backend='highs' or 'pyomo'"
        )
    count, every = len(economy.periods), np.arange(len(pieces.techniques))
    x = model.variables["activities"]
    shape = (len(pieces.owner), count)
    upper = np.tile(pieces.widths[:, None], (1, count))
    filled = model.variable("curve_piece", pieces.labels_of_pieces(np.arange(shape[0])), shape, upper=upper)
    for rows, which, sign in (("curve_level", every, 1.0), ("curve_level_least", pieces.falling, -1.0)):
        if len(which):
            index = pieces.labels_of_techniques(which)
            for t in range(count):
                model.rows(rows, t, index[t * len(which) : (t + 1) * len(which)], "<=", 0.0)
            above, below = pieces.levels(which), pieces.in_level(which)
            model.terms(rows, partial(_difference, sign, above, x, below, filled))
    for table, totals in TOTALS.items():
        standing = pieces.standing_in(table)
        if not standing:
            continue
        index, width = pieces.labels_of_totals(table), len(standing)
        z = model.variable(totals, index, (width, count), signed=table == "emissions")
        for t in range(count):
            model.rows(need_rows(table), t, index[t * width : (t + 1) * width], ">=", 0.0)
        model.terms(need_rows(table), partial(_above_slopes, z, pieces.slopes(table), filled))
        if table == "capital":
            model.terms("capacity", partial(_times, 1.0, _by_holding(economy, pieces), z))
            continue
        at_row = pieces.rows_of_totals(table)
        for rows, sign in ENTERING[table]:
            model.terms(rows, partial(_times, sign, at_row, z))
        if table == "emissions":
            model.terms("emission_budget", partial(_in_all, lengths(economy), at_row, z))
            counted = counted_years(economy, question)
            weights = [counted[t] * economy.vector("damage_weights", t) for t in range(count)]
            model.losses += [(at_row.T @ weights[t]) @ z[:, t] for t in range(count)]


def _difference(sign: float, above: Any, x: Any, below: Any, filled: Any, t: int) -> Any:
    return sign * (above @ x[:, t] - below @ filled[:, t])


def _above_slopes(z: Any, slopes: Any, filled: Any, t: int) -> Any:
    return z[:, t] - slopes @ filled[:, t]


def _times(sign: float, matrix: Any, z: Any, t: int) -> Any:
    return sign * (matrix @ z[:, t])


def _in_all(years: Any, matrix: Any, z: Any, _: Any) -> Any:
    return sum(years[t] * (matrix @ z[:, t]) for t in range(z.shape[1]))


def _totals(table: str, unit: str, axis: str) -> tuple[Columns, Rows]:
    """Declare the totals of a table's curves and the rows that say how large they are."""
    what = f"what a technique needs in all by its curve, of {axis}" if table != "emissions" else "emitted by curve"
    axes = (axis, "techniques", "periods")
    return (
        Columns(TOTALS[table], axes, what, unit, TOTALS[table], adds_to=table),
        Rows(
            need_rows(table),
            axes,
            ">=",
            "a total is what its curve says at the level of activity",
            called="the need by curve of",
            unit=unit,
            ties=True,
        ),
    )


_DECLARED = [_totals(table, axis, axis) for table, axis in IN_PLACE_OF.items()]

CURVES = Law(
    name="needs that depend on scale",
    tables=names_of(*tables.CURVES),
    applies=lambda economy, question: economy.curves is not None,
    matrix=_matrix,
    pyomo=spell_pyomo,
    cvxpy=_cvxpy,
    canonical=as_curves_say,
    rows=(
        Rows(
            "curve_level",
            ("techniques", "periods"),
            "<=",
            "activity is covered by the pieces that are filled",
            called="the curves of",
            unit="techniques",
            partly=True,
            ties=True,
        ),
        Rows(
            "curve_level_least",
            ("techniques", "periods"),
            "<=",
            "no more is filled of the pieces than there is activity",
            called="the falling curves of",
            unit="techniques",
            partly=True,
            ties=True,
        ),
        Rows(
            "piece_closed",
            ("techniques", "periods"),
            "<=",
            "a piece is filled only once it is opened",
            unit="techniques",
            partly=True,
            ties=True,
            numbered=True,
        ),
        Rows(
            "piece_full",
            ("techniques", "periods"),
            "<=",
            "a piece is full before the next one is opened",
            unit="techniques",
            partly=True,
            ties=True,
            numbered=True,
        ),
        *(rows for _, rows in _DECLARED),
    ),
    columns=(
        Columns(
            "curve_piece",
            ("techniques", "periods"),
            "activity on a piece of its curves",
            "techniques",
            called="the activity on",
            numbered=True,
            kind="rent of scale",
            bound="the reported range of",
        ),
        Columns(
            "piece_opened",
            ("techniques", "periods"),
            "whether a piece is opened",
            numbered=True,
            kind="cost of opening",
            bound="the reported range of",
        ),
        *(columns for columns, _ in _DECLARED),
    ),
)

"""The Pyomo spelling of :mod:`natura_opt.laws.curves`, written by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from ..tables.curves import IN_PLACE_OF
from .coefficients import pyomo_names
from .curve_layout import TOTALS, need_rows
from .curve_pieces import CurvedTechnique, curved_techniques
from .curves_piecewise import declare_functions, in_functions
from .entering import ENTERING
from .periods import counted_years, lengths


def spell_pyomo(m: Any, economy: Economy, question: Question) -> None:
    """Declare pieces, binaries and totals of curves in a Pyomo model, and let the totals enter what limits them."""
    import pyomo.environ as pyo

    techniques = pyomo_names(economy.techniques)
    every = {techniques[one.technique]: one for one in curved_techniques(economy, question)}
    functions = in_functions(economy, every) if m.laws.piecewise is not None else {}
    curved = {j: one for j, one in every.items() if j not in functions}
    width = {(_piece(k), j): float(one.widths[k]) for j, one in curved.items() for k in range(one.count)}
    opener = {(_piece(k), j): one.opened_by[k] for j, one in curved.items() for k in range(one.count)}
    filler = {(_piece(k), j): one.filled_for[k] for j, one in curved.items() for k in range(one.count)}
    pieces = {j: [_piece(k) for k in range(one.count)] for j, one in curved.items()}

    m.CURVED = pyo.Set(initialize=list(curved), doc="techniques whose needs depend on scale")
    m.FALLING = pyo.Set(initialize=[j for j, one in curved.items() if one.falls], doc="those with a total that falls")
    m.PIECES = pyo.Set(initialize=list(width), dimen=2, doc="pieces of their curves")
    m.OPENED = pyo.Set(
        initialize=[(_piece(k), j) for j, one in curved.items() for k in range(one.count) if one.opens[k]],
        dimen=2,
        doc="pieces that a binary opens",
    )
    m.CLOSED = pyo.Set(initialize=[key for key in width if opener[key] >= 0], dimen=2, doc="pieces in an opened run")
    m.FULL = pyo.Set(initialize=[key for key in width if filler[key] >= 0], dimen=2, doc="pieces before a run")
    m.curve_piece = pyo.Var(
        m.PIECES, m.PERIODS, bounds=lambda m, k, j, t: (0.0, width[k, j]), doc="activity on a piece of the curves"
    )
    m.piece_opened = pyo.Var(m.OPENED, m.PERIODS, domain=pyo.Binary, doc="whether a piece is opened")

    def uncovered(j: Any, t: Any) -> Any:
        return m.activities[j, t] - pyo.quicksum(m.curve_piece[k, j, t] for k in pieces[j])

    covered = "activity is covered by the pieces that are filled"
    m.laws.rows("curve_level", m.CURVED, m.PERIODS, sense="<=", meaning=covered)
    m.laws.terms("curve_level", uncovered)
    m.laws.rows(
        "curve_level_least", m.FALLING, m.PERIODS, sense="<=", meaning="no more is filled than there is activity"
    )
    m.laws.terms("curve_level_least", lambda j, t: -uncovered(j, t))
    m.laws.rows("piece_closed", m.CLOSED, m.PERIODS, sense="<=", meaning="a piece is filled once it is opened")
    m.laws.terms(
        "piece_closed",
        lambda k, j, t: m.curve_piece[k, j, t] - width[k, j] * m.piece_opened[_piece(opener[k, j]), j, t],
    )
    m.laws.rows("piece_full", m.FULL, m.PERIODS, sense="<=", meaning="a piece is full before the next is opened")
    m.laws.terms(
        "piece_full",
        lambda k, j, t: width[k, j] * m.piece_opened[_piece(filler[k, j]), j, t] - m.curve_piece[k, j, t],
    )
    for table in TOTALS:
        _spell_totals(m, economy, question, table, every, functions)


def _piece(k: int) -> str:
    return f"piece {k + 1}"


def _spell_totals(
    m: Any,
    economy: Economy,
    question: Question,
    table: str,
    curved: dict[Any, CurvedTechnique],
    functions: dict[Any, CurvedTechnique],
) -> None:
    """Declare the totals of one table's curves, those of some techniques as Pyomo's piecewise functions."""
    import pyomo.environ as pyo

    assert economy.curves is not None
    names = pyomo_names(economy.axes[IN_PLACE_OF[table]])
    placed = economy.curves.placed
    cells = {
        (names[placed[at].row], j): (one, c)
        for j, one in curved.items()
        for c, at in enumerate(one.curves)
        if placed[at].of == table
    }
    if not cells:
        return
    where = pyo.Set(initialize=list(cells), dimen=2, doc="what has a curve, and in which technique")
    domain = pyo.Reals if table == "emissions" else pyo.NonNegativeReals
    m.add_component(TOTALS[table].upper(), where)
    m.add_component(TOTALS[table], pyo.Var(where, m.PERIODS, domain=domain, doc="total by curve"))
    total = m.component(TOTALS[table])

    stated = {cell: of for cell, of in cells.items() if cell[1] in functions}
    function = declare_functions(m, TOTALS[table], stated) if stated else {}

    def beyond_its_curve(i: Any, j: Any, t: Any) -> Any:
        if j in functions:
            return total[i, j, t] - function[i, j, t](m.activities[j, t])
        one, c = cells[i, j]
        filled = pyo.quicksum(float(one.slopes[c, k]) * m.curve_piece[_piece(k), j, t] for k in range(one.count))
        opened = pyo.quicksum(
            float(one.jumps[c, k]) * m.piece_opened[_piece(k), j, t] for k in range(one.count) if one.jumps[c, k] != 0
        )
        return total[i, j, t] - filled - opened

    meaning = "a total is what its curve says at the level of activity"
    m.laws.rows(need_rows(table), where, m.PERIODS, sense=">=", meaning=meaning)
    m.laws.terms(need_rows(table), beyond_its_curve)
    users: dict[Any, list[Any]] = {}
    for i, j in cells:
        users.setdefault(i, []).append(j)

    def used(i: Any, t: Any) -> Any:
        return pyo.quicksum(total[i, j, t] for j in users.get(i, []))

    if table == "capital":
        pooled = economy.has("capital_pool")
        m.laws.terms(
            "capacity",
            lambda *label: used(*label) if pooled else total[label] if label[:-1] in cells else 0.0,
        )
        return
    for rows, sign in ENTERING[table]:
        m.laws.terms(rows, partial(_signed, sign, used))
    if table == "emissions":
        years = dict(zip(economy.periods, lengths(economy).tolist(), strict=True))
        m.laws.terms("emission_budget", lambda e: pyo.quicksum(years[t] * used(e, t) for t in m.PERIODS))
        counted = counted_years(economy, question)
        weights = {
            (name, p): float(counted[t] * economy.vector("damage_weights", t)[k])
            for t, p in enumerate(economy.periods)
            for k, name in enumerate(names)
        }
        m.laws.losses.append(lambda: pyo.quicksum(weights[i, t] * total[i, j, t] for i, j in cells for t in m.PERIODS))


def _signed(sign: float, used: Callable[..., Any], name: Any, t: Any) -> Any:
    return sign * used(name, t)

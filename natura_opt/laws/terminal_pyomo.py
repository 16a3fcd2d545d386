"""The Pyomo spelling of :mod:`natura_opt.laws.terminal`, written by name from the tables."""

from __future__ import annotations

from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from .capital_pyomo import CapitalByName
from .coefficients import pyomo_names
from .periods import added_up, lasting
from .terminal_settings import TerminalSettings, terminal_of


def spell_pyomo(m: Any, economy: Economy, question: Question) -> None:
    """Declare what is left of capital and of stores in a Pyomo model, and what must be left, or what it counts."""
    goods = pyomo_names(economy.goods)
    values = dict(zip(goods, economy.vector("salvage_values", 0).tolist(), strict=True))
    capital = CapitalByName.of(economy) if hasattr(m, "HOLDINGS") else None
    if capital is not None:
        _leave_capital(m, economy, terminal_of(question), capital, values)
    if hasattr(m, "STORABLE"):
        _leave_stores(m, economy, terminal_of(question), values)


def _leave_capital(
    m: Any, economy: Economy, asked: TerminalSettings, capital: CapitalByName, values: dict[Any, float]
) -> None:
    import pyomo.environ as pyo

    periods = list(economy.periods)
    last = periods[-1]
    m.capital_at_end = pyo.Var(m.HOLDINGS, domain=pyo.NonNegativeReals, doc="capital left after the last period w")

    def beyond_what_lasts(*holding: Any) -> Any:
        lag, left = capital.lags[holding[0]], m.capital_at_end[holding]
        wear = {t: capital.wear[t].get(holding, 0.0) for t in periods}
        left -= lasting(wear[last], capital.years[last]) * m.capital_stock[(*holding, last)]
        for made_in, t in enumerate(periods):
            if made_in + lag < len(periods):
                continue  # it arrives within the plan
            left -= float(added_up(wear[last], capital.years[t])) * m.investment[(*holding, t)]
        return left

    m.laws.rows(
        "capital_left",
        m.HOLDINGS,
        sense="<=",
        meaning="what is left of a stock is what lasts of it and what was invested and arrives after the end",
    )
    m.laws.terms("capital_left", beyond_what_lasts)
    if asked.terminal == "salvage":
        m.laws.losses.append(
            lambda: -pyo.quicksum(values[holding[0]] * m.capital_at_end[holding] for holding in capital.holdings)
        )
        return

    def at_start(*holding: Any) -> float:
        ordered = sum(capital.ordered[t].get(holding, 0.0) for t in periods)
        return capital.initial.get(holding, 0.0) + ordered

    growing = asked.terminal == "growth"
    m.laws.rows(
        "terminal_capital",
        m.HOLDINGS,
        sense=">=",
        side=(lambda *holding: 0.0) if growing else at_start,
        meaning="after the end there is as much of a stock of capital as is asked for",
    )
    m.laws.terms("terminal_capital", lambda *holding: m.capital_at_end[holding])
    if growing:
        factor = (1.0 + asked.terminal_growth) ** capital.years[last]
        m.laws.terms("terminal_capital", lambda *holding: -factor * m.capital_stock[(*holding, last)])


def _leave_stores(m: Any, economy: Economy, asked: TerminalSettings, values: dict[Any, float]) -> None:
    import pyomo.environ as pyo

    last = economy.periods[-1]
    if asked.terminal == "salvage":
        m.laws.losses.append(lambda: -pyo.quicksum(values[i] * m.stored[i, last] for i in m.STORABLE))
        return
    on_hand = dict(zip(pyomo_names(economy.goods), economy.vector("initial_stocks", 0).tolist(), strict=True))
    years = sum(economy.vector("period_length", 0).tolist())
    m.laws.rows(
        "terminal_stores",
        m.STORABLE,
        sense=">=",
        side=lambda i: on_hand[i] * (1.0 + asked.terminal_growth) ** years,
        meaning="at the end there is as much of a good in store as is asked for",
    )
    m.laws.terms("terminal_stores", lambda i: m.stored[i, last])

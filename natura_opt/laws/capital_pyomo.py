"""The Pyomo spelling of :mod:`natura_opt.laws.capital`, written by name from the tables."""

from __future__ import annotations

from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from .coefficients import entries, pyomo_names


def spell_pyomo(m: Any, economy: Economy, question: Question) -> None:
    """Declare capital stocks, investment, capacity and accumulation in a Pyomo model."""
    import pyomo.environ as pyo

    goods, techniques = pyomo_names(economy.goods), pyomo_names(economy.techniques)
    periods = list(economy.periods)
    before = dict(zip(periods[1:], periods[:-1], strict=True))
    pooled = economy.has("capital_pool")

    def of_holding(table: str, t: int) -> dict[Any, float]:
        if pooled:
            return dict(zip([(i,) for i in goods], economy.vector(table, t).tolist(), strict=True))
        return entries(economy.matrix(table, t), goods, techniques)

    needs = {p: entries(economy.matrix("capital", t), goods, techniques) for t, p in enumerate(periods)}
    pairs = sorted(
        {pair for found in needs.values() for pair in found}, key=lambda p: (goods.index(p[0]), techniques.index(p[1]))
    )
    wear = {p: of_holding("pool_depreciation" if pooled else "depreciation", t) for t, p in enumerate(periods)}
    initial = of_holding("capital_pool" if pooled else "initial_capital", 0)
    ordered = {p: entries(economy.matrix("capital_orders", t), goods, techniques) for t, p in enumerate(periods)}
    never = float(len(periods))  # a lag of so many periods, or more
    given = economy.vector("investment_lag", 0).tolist()
    lags = {good: int(min(lag, never)) for good, lag in zip(goods, given, strict=True)}
    holdings = list(dict.fromkeys((i,) for i, _ in pairs)) if pooled else pairs
    m.HOLDINGS = pyo.Set(
        initialize=[h[0] for h in holdings] if pooled else holdings, doc="who holds which capital good"
    )
    m.INVESTING = pyo.Set(initialize=periods[:-1], doc="periods whose investment can still be used")
    m.capital_stock = pyo.Var(m.HOLDINGS, m.PERIODS, domain=pyo.NonNegativeReals, doc="stock of capital goods k")
    m.investment = pyo.Var(m.HOLDINGS, m.INVESTING, domain=pyo.NonNegativeReals, doc="investment a")
    holders: dict[Any, list[Any]] = {}
    for holding in holdings:
        holders.setdefault(holding[0], []).append(holding)
    users: dict[Any, list[Any]] = {}
    for i, j in pairs:
        users.setdefault((i,) if pooled else (i, j), []).append(j)

    def invested(i: Any, t: Any) -> Any:
        if t not in m.INVESTING:
            return 0.0
        return -pyo.quicksum(m.investment[(*holding, t)] for holding in holders.get(i, []))

    m.laws.terms("balance", invested)

    def used(*label: Any) -> Any:
        holding, t = label[:-1], label[-1]
        tied_up = pyo.quicksum(needs[t].get((holding[0], j), 0.0) * m.activities[j, t] for j in users[holding])
        return tied_up - m.capital_stock[label]

    def there(*label: Any) -> float:
        holding, t = label[:-1], label[-1]
        return ordered[t].get(holding, 0.0) + (initial.get(holding, 0.0) if t not in before else 0.0)

    def beyond_what_lasts(*label: Any) -> Any:
        holding, t = label[:-1], label[-1]
        if t not in before:
            return m.capital_stock[label]
        lasting = (1.0 - wear[before[t]].get(holding, 0.0)) * m.capital_stock[(*holding, before[t])]
        placed = periods.index(t) - lags[holding[0]]
        arriving = m.investment[(*holding, periods[placed])] if placed >= 0 else 0.0
        return m.capital_stock[label] - lasting - arriving

    m.laws.rows("capacity", m.HOLDINGS, m.PERIODS, sense="<=", meaning="capital tied up by production is there")
    m.laws.terms("capacity", used)
    m.laws.rows(
        "accumulation",
        m.HOLDINGS,
        m.PERIODS,
        sense="<=",
        side=there,
        meaning="stock is what lasts, what was invested and what was given",
    )
    m.laws.terms("accumulation", beyond_what_lasts)

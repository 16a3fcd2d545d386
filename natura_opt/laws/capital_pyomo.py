"""The Pyomo spelling of :mod:`natura_opt.laws.capital`, written by name from the tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from .coefficients import entries, pyomo_names
from .periods import added_up, lasting, lengths
from .terminal_settings import setting_aside


def spell_pyomo(m: Any, economy: Economy, question: Question) -> None:
    """Declare capital stocks, investment, capacity and accumulation in a Pyomo model."""
    import pyomo.environ as pyo

    capital = CapitalByName.of(economy)
    periods = list(economy.periods)
    before = dict(zip(periods[1:], periods[:-1], strict=True))
    m.HOLDINGS = pyo.Set(
        initialize=[h[0] for h in capital.holdings] if economy.has("capital_pool") else capital.holdings,
        doc="who holds which capital good",
    )
    aside = list(setting_aside(economy, question))
    m.INVESTING = pyo.Set(initialize=aside, doc="periods whose investment is of use")
    m.capital_stock = pyo.Var(m.HOLDINGS, m.PERIODS, domain=pyo.NonNegativeReals, doc="stock of capital goods k")
    m.investment = pyo.Var(m.HOLDINGS, m.INVESTING, domain=pyo.NonNegativeReals, doc="investment a")
    holders: dict[Any, list[Any]] = {}
    for holding in capital.holdings:
        holders.setdefault(holding[0], []).append(holding)

    def invested(i: Any, t: Any) -> Any:
        if t not in m.INVESTING:
            return 0.0
        return -pyo.quicksum(m.investment[(*holding, t)] for holding in holders.get(i, []))

    m.laws.terms("balance", invested)

    def used(*label: Any) -> Any:
        holding, t = label[:-1], label[-1]
        coefficients, techniques = capital.coefficients[t], capital.users[holding]
        tied_up = pyo.quicksum(coefficients.get((holding[0], j), 0.0) * m.activities[j, t] for j in techniques)
        return tied_up - m.capital_stock[label]

    def given(*label: Any) -> float:
        holding, t = label[:-1], label[-1]
        return capital.ordered[t].get(holding, 0.0) + (capital.initial.get(holding, 0.0) if t not in before else 0.0)

    def beyond_what_lasts(*label: Any) -> Any:
        holding, t = label[:-1], label[-1]
        if t not in before:
            return m.capital_stock[label]
        wear = capital.wear[before[t]].get(holding, 0.0)
        kept = lasting(wear, capital.years[before[t]]) * m.capital_stock[(*holding, before[t])]
        placed = periods.index(t) - capital.lags[holding[0]]
        if placed < 0:
            return m.capital_stock[label] - kept
        made_in = periods[placed]
        arriving = float(added_up(wear, capital.years[made_in])) * m.investment[(*holding, made_in)]
        return m.capital_stock[label] - kept - arriving

    m.laws.rows("capacity", m.HOLDINGS, m.PERIODS, sense="<=", meaning="capital tied up by production is there")
    m.laws.terms("capacity", used)
    m.laws.rows(
        "accumulation",
        m.HOLDINGS,
        m.PERIODS,
        sense="<=",
        side=given,
        meaning="stock is what lasts, what was invested and what was given",
    )
    m.laws.terms("accumulation", beyond_what_lasts)


@dataclass(frozen=True, eq=False)
class CapitalByName:
    """The tables of capital by name. A holding is (good,) in a pool, else (good, technique).

    Attributes
    ----------
    coefficients : by period, the stock tied up per unit of activity by (good, technique).
    years : by period, how many it lasts.
    wear : by period, the share that wears out in a year by holding.
    initial : stock at the start by holding.
    ordered : by period, the stock that arrives by (good, technique).
    lags : by good, periods from investment to use, at most as many as there are.
    holdings : in the order of the goods.
    users : by holding, the techniques that tie it up.
    """

    coefficients: dict[Any, dict[Any, float]]
    years: dict[Any, float]
    wear: dict[Any, dict[Any, float]]
    initial: dict[Any, float]
    ordered: dict[Any, dict[Any, float]]
    lags: dict[Any, int]
    holdings: list[Any]
    users: dict[Any, list[Any]]

    @classmethod
    def of(cls, economy: Economy) -> CapitalByName:
        goods, techniques = pyomo_names(economy.goods), pyomo_names(economy.techniques)
        periods = list(enumerate(economy.periods))
        pooled = economy.has("capital_pool")
        coefficients = {p: entries(economy.matrix("capital", t), goods, techniques) for t, p in periods}
        curved = entries(economy.curve_cells("capital"), goods, techniques)
        pairs = sorted(
            {pair for entry in (*coefficients.values(), curved) for pair in entry},
            key=lambda pair: (goods.index(pair[0]), techniques.index(pair[1])),
        )
        users: dict[Any, list[Any]] = {}
        for i, j in pairs:
            users.setdefault((i,) if pooled else (i, j), []).append(j)
        given = economy.vector("investment_lag", 0).tolist()
        never = float(len(periods))  # a lag of so many periods, or more
        wear = "pool_depreciation" if pooled else "depreciation"
        return cls(
            coefficients=coefficients,
            years=dict(zip(economy.periods, lengths(economy).tolist(), strict=True)),
            wear={p: _by_holding(economy, wear, t) for t, p in periods},
            initial=_by_holding(economy, "capital_pool" if pooled else "initial_capital", 0),
            ordered={p: entries(economy.matrix("capital_orders", t), goods, techniques) for t, p in periods},
            lags={good: int(min(lag, never)) for good, lag in zip(goods, given, strict=True)},
            holdings=list(users),
            users=users,
        )


def _by_holding(economy: Economy, table: str, t: int) -> dict[Any, float]:
    goods = pyomo_names(economy.goods)
    if economy.has("capital_pool"):
        return dict(zip([(i,) for i in goods], economy.vector(table, t).tolist(), strict=True))
    return entries(economy.matrix(table, t), goods, pyomo_names(economy.techniques))

r"""Prices over time: what one unit is worth period by period, own rates of interest, and what capital brings.

Valuations are present values: units of the one objective for a unit that is there in period t, so that a discount
factor, weights of periods and scarcity all stand in them. With the worth ``p_it`` of one unit of good i in period t and
``y_t`` years from t to t + 1 (from middle to middle for what is a flow per year, from start to start for a stock):

.. math::
    \text{own rate of interest } \rho_{it} = \left(\frac{p_{it}}{p_{i,t+1}}\right)^{1/y_t} - 1

units of i given up in t buy :math:`(1 + \rho)^{y}` times as many in t + 1. The own rate of the target basket (a year's
targets of the period, bought together) is the plan's implied rate of return in real terms; against it all prices
are given as numbers of baskets. Where a price is zero there is no rate: the thing is free.

A holding of capital brings its rent and what is left of it, whose worth includes all that later periods, laws of the
end and retirement make of it; in present values a stock that is held brings exactly what it costs, an investment that
is made is worth what it takes (complementary slackness). Both returns are therefore reduced costs of the plan's
columns over what they cost, zero where something is held or invested, below zero where it would lose.

Sources: Sraffa, "Dr. Hayek on money and capital" (1932), own rates of interest; Dorfman, Samuelson and Solow, Linear
Programming and Economic Analysis (1958), ch. 12; Kantorovich's valuations of dynamic plans.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.labels import holding_name, name_of
from ..laws.periods import lengths
from ..program.declared import Rows
from .stated import GOODS
from .tables import PlanTables

#: A price below this share of the thing's own highest is what rounding left of nothing.
_NOISE = 1e-12
#: A rate below this is nothing.
_EVEN = 1e-9
#: So many periods are said in the summary.
_SHOWN = 8
BASKET = "target basket"
LAST, FREE, FREE_NEXT, TURNS = "last period", "free", "free in the next period", "changes sign"


def prices_over_time(plan: PlanTables) -> pd.DataFrame:
    """Return prices and own rates of the target basket, goods, resources and capital stocks: see :class:`Plan`."""
    periods, years = plan.economy.periods, lengths(plan.economy)
    between = (years[:-1] + years[1:]) / 2
    baskets = _basket_prices(plan)
    parts = [_long("", [], [], np.empty((0, len(periods))), between, baskets, periods)]
    if baskets is not None:
        parts.append(_long(BASKET, [BASKET], [""], baskets[np.newaxis], between, baskets, periods))
    for says, values in _priced(plan):
        stock = says.table == "stock_valuations"
        prices = (1.0 if says.valued == "on hand" else _better(plan)) * values.to_numpy() / (1.0 if stock else years)
        units = _units(plan, says, values.index, plan.stock_valuations.index if stock else values.index)
        names, apart = [holding_name(name) for name in values.index], years[:-1] if stock else between
        parts.append(_long(says.kind, names, units, prices, apart, baskets, periods))
    return _labelled(pd.concat(parts, ignore_index=True), "kind", "name", "period")


def basket_rates(plan: PlanTables) -> pd.DataFrame:
    """Return price, own rate and note of the target basket by period; empty where nothing has a target."""
    table = prices_over_time(plan)
    mine = table[table.index.get_level_values("kind") == BASKET]
    return mine.droplevel(["kind", "name"])[["price", "own_rate", "note"]]


def returns_on_capital(plan: PlanTables) -> pd.DataFrame:
    """Return what stocks and investments bring: see :class:`Plan`."""
    stocks, periods, pooled = plan.stocks, plan.economy.periods, plan.asked.has("capital_pool")
    holdings = stocks.index
    rents = _better(plan) * plan.rents.reindex(index=holdings).to_numpy(float) + 0.0
    value = _better(plan) * plan.stock_valuations.reindex(index=holdings).to_numpy(float) + 0.0
    brought = value + _gain(plan, "stocks", holdings)
    goods = list(holdings) if pooled else [good for good, _ in holdings]
    cost = plan.good_valuations.to_numpy()[plan.economy.goods.get_indexer(pd.Index(goods, tupleize_cols=False))]
    into = _gain(plan, "investment", holdings)
    made = plan.investment.reindex(index=holdings, fill_value=0.0).to_numpy(float)
    table = pd.DataFrame(
        {
            "name": np.repeat([holding_name(label) for label in holdings], len(periods)),
            "period": np.tile(np.asarray(periods, dtype=object), len(holdings)),
            "stock": stocks.to_numpy(float).ravel(),
            "valuation": value.ravel(),
            "rent": rents.ravel(),
            "kept": (brought - rents).ravel(),
            "return": _return(value, brought),
            "invested": made.ravel(),
            "cost": cost.ravel(),
            "return_on_investment": _return(cost, cost + into),
        }
    )
    says_something = (table[["stock", "valuation", "invested"]] != 0).any(axis=1)
    return _labelled(table[says_something], "name", "period")


def basket_line(plan: PlanTables) -> list[str]:
    """Say at what own rate of interest the target basket of one period stands against that of the next."""
    if len(plan.economy.periods) < 2:
        return []
    rates = basket_rates(plan)["own_rate"].dropna()
    if not (np.abs(rates) > _EVEN).any():
        return []
    said = [f"{name_of(period)}: {100 * rate:.4g} %" for period, rate in rates.items()]
    more = f"  … and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    return [
        "own rate of interest of the target basket per year, into the next period: " + "  ".join(said[:_SHOWN]) + more
    ]


def _priced(plan: PlanTables) -> Iterator[tuple[Rows, pd.DataFrame]]:
    """Return the declared rows of goods, resources and stocks with their valuations, names x periods."""
    yield GOODS, plan.good_valuations
    for block, says in plan.kinds:
        if len(block.index) and (says.levels == "resource_use" or says.table == "stock_valuations"):
            yield says, plan.valuations_by_kind[says.kind]


def _basket_prices(plan: PlanTables) -> Floats | None:
    """Return what a year's targets of each period cost together; None where nothing has a target."""
    if not plan.asked.has("targets"):
        return None
    years, values = lengths(plan.economy), plan.good_valuations.to_numpy()
    bought = [plan.asked.vector("targets", t) @ values[:, t] / years[t] for t in range(len(years))]
    return np.array(bought)


def _better(plan: PlanTables) -> float:
    """Return what turns ∂objective into what is gained by it."""
    return 1.0 if plan.program.sense == "max" else -1.0


def _units(plan: PlanTables, says: Rows, names: pd.Index, labels: pd.Index) -> list[str]:
    """Return the unit of each name; a holding is measured in the unit of its good."""
    several = len([axis for axis in says.axes if axis != "periods"]) > 1
    goods = [label[0] if several and isinstance(label, tuple) else label for label in labels]
    return [plan.economy.unit(says.unit, good) for good in goods] if len(goods) == len(names) else [""] * len(names)


def _long(
    kind: str,
    names: list[str],
    units: list[str],
    prices: Floats,
    years: Floats,
    baskets: Floats | None,
    periods: pd.Index,
) -> pd.DataFrame:
    """Return one row per name and period, with why there is no rate where there is none.

    Parameters
    ----------
    prices : of one unit, shape (names, periods).
    years : from each period to the next, shape (periods - 1,).
    baskets : what a basket costs, shape (periods,).
    """
    prices = np.where(np.abs(prices) <= _NOISE * np.abs(prices).max(axis=1, initial=0.0, keepdims=True), 0.0, prices)
    now, later = prices[:, :-1], prices[:, 1:]
    notes = np.full(prices.shape, LAST, dtype=object)
    notes[:, :-1] = np.select([now == 0, later == 0, now * later < 0], [FREE, FREE_NEXT, TURNS], "")
    notes[prices[:, -1] == 0, -1] = FREE
    rate = np.full(prices.shape, np.nan)
    has = notes[:, :-1] == ""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rate[:, :-1] = np.where(has, np.expm1((np.log(np.abs(now)) - np.log(np.abs(later))) / years), np.nan)
        relative = prices / baskets if baskets is not None else np.full(prices.shape, np.nan)
    return pd.DataFrame(
        {
            "kind": kind,
            "name": np.repeat(np.asarray(names, dtype=object), len(periods)),
            "period": np.tile(np.asarray(periods, dtype=object), len(names)),
            "unit": np.repeat(np.asarray(units, dtype=object), len(periods)),
            "price": prices.ravel() + 0.0,
            "in_baskets": _known(relative),
            "own_rate": _known(rate),
            "note": notes.ravel(),
        }
    )


def _labelled(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Put columns into the index, labels in the order in which they stand, so that parts of it can be looked up."""
    columns = [pd.Index(table[name], dtype=object, tupleize_cols=False) for name in names]
    levels: list[Any] = [column.unique() for column in columns]
    codes: list[Any] = [level.get_indexer(column) for level, column in zip(levels, columns, strict=True)]
    index = pd.MultiIndex(levels=levels, codes=codes, names=names)
    return table.drop(columns=list(names)).set_axis(index, axis=0)


def _gain(plan: PlanTables, table: str, holdings: pd.Index) -> Floats:
    """Return ∂objective/∂(value) of the columns that fill a table, as a gain: holdings x periods, NaN where none is."""
    block = plan.columns_filling(table)
    laid = np.full((len(holdings), len(plan.economy.periods)), np.nan)
    if block is not None and len(block.index):
        place = plan.places_of(block, holdings)
        at, name = np.divmod(place[place >= 0], len(holdings))
        laid[name, at] = _better(plan) * plan.reduced[block.span][place >= 0]
    return laid


def _return(paid: Floats, brought: Floats) -> Any:
    """Return what is brought over what is paid, less one; missing where what is paid is worth nothing."""
    most = np.abs(paid).max(axis=1, initial=0.0, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _known(np.where(np.abs(paid) > _NOISE * most, brought / paid - 1.0, np.nan))


def _known(values: Any) -> pd.api.extensions.ExtensionArray:
    """Return numbers of which some are missing: what does not exist is marked as missing, and is no NaN."""
    flat = np.asarray(values, dtype=float).ravel()
    missing = ~np.isfinite(flat)
    return pd.arrays.FloatingArray(np.where(missing, 0.0, flat), missing)

"""Explanations of what limits a plan: resources, stocks, room in store, floors, and rows of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import QuestionError
from ..base.labels import holding_name, name_of
from ..economy.coerce import position
from ..laws.drawn import DRAWN
from ..laws.holdings import Holdings
from ..program.canonical import Block
from ..program.pieces import rows_of as coefficients_of
from .account_lines import account
from .accounts import of_period
from .explanation import Explanation, between, dearest_period, explained_limit, interval_of, more_words
from .finding import find_row
from .naming import own_name, rows_of
from .tables import PlanTables
from .users import plants_using, user_lines, users_by_table, users_of

_SHOWN = 6


def explain_resource(plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain what a resource is worth in a period, how much of it is used, and by what."""
    at = position(plan.economy.resources, name)
    limits = plan.resource_valuations
    if period is None:
        values = plan.resource_use.to_numpy()[at] if limits is None else limits.to_numpy()[at]
        period = dearest_period(plan, values)
    t = position(plan.economy.periods, period)
    unit = plan.economy.unit("resources", name) or "unit"
    users = [*users_by_table(plan, "resource_use", at, t), *plants_using(plan, at, t)]
    used = float(plan.resource_use.to_numpy()[at, t])
    weight = float(plan.asked.vector("resource_weights", t)[at])
    weighs = plan.of.weighs_resources and plan.program.sense == "min"
    interval: tuple[float, float] | None
    if limits is not None:
        valuation = float(limits.to_numpy()[at, t])
        rows = plan.levels_filling("resource_use")[0]
        interval, missing = interval_of(plan, rows.name, (name, period))
        limit, place = float(plan.asked.vector("resource_limits", t)[at]), find_row(rows, (name, period))
        if place is not None:
            limit, users = float(plan.side_of(rows)[place]), users_of(plan, rows, place, plan.economy.periods[t])
        lines = [
            f"{name_of(name)}, {name_of(period)}: {used:.6g} of {limit:.6g} {unit} are used; one more {unit} "
            f"{more_words(plan)} {between(plan, valuation, interval, missing)}"
        ]
        if weighs and weight:
            lines.append(f"  each {unit} used counts {weight:g} in the objective, besides")
        if valuation == 0:
            lines.append(f"  {max(limit - used, 0.0):.6g} {unit} are left over, so it limits nothing")
    elif (stock := _drawn(plan, name)) is not None:
        valuation = float(stock[t])
        interval, missing = interval_of(plan, DRAWN.rows[0].name, (name, period))
        lines = [
            f"{name_of(name)}, {name_of(period)}: {used:.6g} {unit} are drawn from its stock in a year; one more "
            f"{unit} drawn in a year {more_words(plan)} {between(plan, valuation, interval, missing)}"
        ]
    else:
        valuation, interval = weight, (weight, weight)
        lines = [
            f"{name_of(name)}, {name_of(period)}: {used:.6g} {unit} are used; it is not limited and counts "
            f"{weight:g} per unit"
        ]
    lines += user_lines(users, unit)
    return explained_limit("resource", name_of(name), period, valuation, interval, account([]), lines)


def _drawn(plan: PlanTables, name: Any) -> Any:
    """Return what one more of a resource drawn from its stock in a year of each period is worth; None without one."""
    values = plan.valuations_by_kind.get(DRAWN.rows[0].kind)
    if values is None:
        return None
    at = np.flatnonzero([label == name for label in values.index])
    return values.to_numpy()[at[0]] if len(at) else None


def explain_stock(rows: Block, plan: PlanTables, named: Any, period: Any) -> Explanation:
    """Explain a stock at the start of a period: what it is worth for good, its rent then, whether all is in use."""
    by_name = {holding_name(holding): holding for holding in plan.stock_valuations.index}
    holding = by_name.get(named, named) if isinstance(named, str) else named
    place = list(plan.stock_valuations.index).index(holding)
    values = plan.stock_valuations.to_numpy()[place]
    if period is None:
        period = plan.economy.periods[0]
    t, name = position(plan.economy.periods, period), holding_name(holding)
    by_technique = isinstance(plan.stock_valuations.index, pd.MultiIndex)
    good = holding[0] if by_technique else holding
    unit = plan.economy.unit("goods", good) or "unit"
    label = (*holding, period) if by_technique else (holding, period)
    interval, missing = interval_of(plan, rows.name, label)
    valuation, rent = float(values[t]), float(plan.rents.to_numpy()[place, t])
    stock = float(plan.stocks.to_numpy()[place, t])
    tied = _tied_up(plan, label)
    idle = stock - tied if stock - tied > 1e-12 * stock else 0.0
    lines = [
        f"stock of {name}, {name_of(period)}: {stock:.6g} {unit} at the start; "
        f"one more {unit} {more_words(plan)} {between(plan, valuation, interval, missing)}",
        f"  {stock - idle:.6g} {unit} are in use, {idle:.6g} idle; "
        f"the use of one more in {name_of(period)} alone {more_words(plan)} {rent:.6g}",
    ]
    cost = account([("use", [f"{name} in {name_of(period)}"], np.ones(1), np.array([rent]))])
    if t + 1 < len(plan.economy.periods) and stock > 0:
        lasts = float(Holdings.of(plan.asked).surviving(t)[place])
        after = name_of(plan.economy.periods[t + 1])
        lasting: list[Any] = [("what lasts", [f"{name} of {after}"], np.array([lasts]), values[[t + 1]])]
        cost = pd.concat([cost, account(lasting)])
        lines.append(f"  {lasts:.6g} of it lasts to {after}, at {values[t + 1]:.6g}: {lasts * values[t + 1]:.6g}")
    return explained_limit(rows_of(rows).kind, name, period, valuation, interval, cost, lines)


def _tied_up(plan: PlanTables, label: Any) -> float:
    """Return what is in use of a stock: all that stands in its row beside the stock itself."""
    rows, stocks = plan.rows_filling("rents")[0], plan.columns_filling("stocks")
    place = find_row(rows, label)
    if place is None or stocks is None:
        return 0.0
    row = coefficients_of(plan.program, np.array([rows.start + place])).toarray().ravel() * plan.primal
    row[stocks.span] = 0.0
    return float(row.sum())


def explain_room(rows: Block, plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain what room for a good in store is worth at the end of a period."""
    rooms = plan.valuations_by_kind[rows_of(rows).kind]
    at = position(plan.economy.goods, name)
    values = rooms.to_numpy()[int(rooms.index.get_indexer(pd.Index([name], tupleize_cols=False))[0])]
    period = dearest_period(plan, values) if period is None else period
    t = position(plan.economy.periods, period)
    unit = plan.economy.unit("goods", name) or "unit"
    if t == len(plan.economy.periods) - 1:
        lines = [f"store of {name_of(name)}, {name_of(period)}: nothing is stored at the end of the last period"]
        return explained_limit(rows_of(rows).kind, name_of(name), period, 0.0, (0.0, 0.0), account([]), lines)
    room, stored = float(plan.asked.vector("storage_capacity", t)[at]), float(plan.stored.to_numpy()[at, t])
    valuation = float(values[t])
    interval, missing = interval_of(plan, rows.name, (name, period))
    lines = [
        f"store of {name_of(name)}, {name_of(period)}: {stored:.6g} of {room:.6g} {unit} are in store at the end; room "
        f"for one more {more_words(plan)} {between(plan, valuation, interval, missing)}"
    ]
    keep = float(plan.asked.vector("storage", 0)[at])
    here, after = of_period(plan, period), of_period(plan, plan.economy.periods[t + 1])
    lines.append(
        f"  one {unit} is worth {here.goods[at]:.6g} in {name_of(period)}; {keep:g} of it is there in "
        f"{name_of(after.plan.economy.periods[t + 1])}, where it is worth {keep * after.goods[at]:.6g}"
    )
    return explained_limit(rows_of(rows).kind, name_of(name), period, valuation, interval, account([]), lines)


def explain_floor(rows: Block, plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain what the floor of a period's fulfilment costs."""
    values = plan.valuations_by_kind[rows_of(rows).kind].to_numpy()[0]
    period = dearest_period(plan, values) if period is None else period
    t = position(plan.economy.periods, period)
    valuation, level = float(values[t]), float(plan.fulfilment.to_numpy()[t])
    interval, missing = interval_of(plan, rows.name, period)
    least = float(plan.program.row_lower[rows.start + int(rows.index.get_indexer(pd.Index([period]))[0])])
    lines = [
        f"floor of fulfilment, {name_of(period)}: {least:g}, and {level:.6g} is reached; raised by one "
        f"it would change the objective by {between(plan, valuation, interval, missing)}"
    ]
    if valuation == 0:
        lines.append("  it costs nothing: the period's targets are met beyond it in any case")
    return explained_limit(rows_of(rows).kind, rows_of(rows).named, period, valuation, interval, account([]), lines)


def explain_own(plan: PlanTables, name: str, period: Any) -> Explanation:
    """Explain the user's own rows (what they are at and what their sides are worth) or columns, of one block."""
    frame = plan.extra[name]
    values = frame.to_numpy(dtype=float)
    titles = [own_name(plan.economy, name, label) for label in frame.index]
    chosen = [k for k, (_, when) in enumerate(titles) if period is None or when == name_of(period)]
    if not chosen:
        raise QuestionError(f"{plan.economy.name}: {name!r} has nothing of {name_of(period)!r}")
    figure = str(frame.columns[1])
    dearest = max(chosen, key=lambda k: abs(values[k, 1]))
    row = plan.program.row_block(name.removesuffix(" (rows)")) if figure == "valuation" else None
    interval, missing = (None, "") if row is None else interval_of(plan, row.name, frame.index[dearest])
    words = "one more on its right side changes the objective by" if row is not None else "one more would change it by"
    lines = [
        f"{titles[dearest][0]}{', ' + titles[dearest][1] if titles[dearest][1] else ''}: your own "
        f"{'row' if row is not None else 'column'}, at {values[dearest, 0]:.6g}; {words} "
        f"{between(plan, float(values[dearest, 1]), interval, missing)}"
    ]
    others = sorted((k for k in chosen if k != dearest), key=lambda k: -abs(values[k, 1]))
    for k in others[:_SHOWN]:
        lines.append(f"    {' in '.join(filter(None, titles[k]))}: {values[k, 0]:.6g}, {figure} {values[k, 1]:.6g}")
    if len(others) > _SHOWN:
        lines.append(f"    and {len(others) - _SHOWN} more (plan.extra[{name!r}])")
    when = period if period is not None else titles[dearest][1] or None
    return explained_limit("own", name, when, float(values[dearest, 1]), interval, account([]), lines)

"""Explanations of what limits a plan: resources, stocks, room in store, pollutants, floors, and rows of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import QuestionError
from ..base.labels import holding_name, name_of
from ..economy.coerce import position
from ..laws.capital import Holdings
from .accounts import account, names, of_period
from .explanation import Explanation, between, interval_of, more_words
from .limits import own_name
from .tables import PlanTables

_SHOWN = 6


def explain_resource(plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain what a resource is worth in a period, how much of it is used, and by what."""
    at = position(plan.economy.resources, name)
    limits = plan.valuations_by_kind.get("resource")
    if period is None:
        values = plan.resource_use.to_numpy()[at] if limits is None else limits.to_numpy()[at]
        period = _dearest(plan, values)
    t = position(plan.economy.periods, period)
    unit = plan.economy.unit("resources", name) or "unit"
    use = plan.asked.matrix("resource_use", t)[[at]].toarray().ravel() * plan.activities.to_numpy()[:, t]
    used = float(use.sum())
    weight = float(plan.asked.vector("resource_weights", t)[at])
    weighs = plan.of.weighs_resources and plan.program.sense == "min"
    interval: tuple[float, float] | None
    if limits is not None:
        valuation = float(limits.to_numpy()[at, t])
        interval, missing = interval_of(plan, "resource_limit", (name, period))
        there = float(plan.asked.vector("resource_limits", t)[at])
        lines = [
            f"{name_of(name)}, {name_of(period)}: {used:.6g} of {there:.6g} {unit} are used; one more {unit} "
            f"{more_words(plan)} {between(plan, valuation, interval, missing)}"
        ]
        if weighs and weight:
            lines.append(f"  each {unit} used counts {weight:g} in the objective, besides")
        if valuation == 0:
            lines.append(f"  {max(there - used, 0.0):.6g} {unit} are left over, so it limits nothing")
    else:
        valuation, interval = weight, (weight, weight)
        lines = [
            f"{name_of(name)}, {name_of(period)}: {used:.6g} {unit} are used; it is not limited and counts "
            f"{weight:g} per unit"
        ]
    lines += _user_lines(use, names(plan.economy.techniques), unit)
    return _limit("resource", name_of(name), period, valuation, interval, account([]), lines)


def explain_stock(plan: PlanTables, holding: Any, period: Any) -> Explanation:
    """Explain a stock at the start of a period: what it is worth for good, its rent then, whether all is in use."""
    place = list(plan.stock_valuations.index).index(holding)
    values = plan.stock_valuations.to_numpy()[place]
    if period is None:
        period = plan.economy.periods[0]
    t, name = position(plan.economy.periods, period), holding_name(holding)
    held = isinstance(plan.stock_valuations.index, pd.MultiIndex)
    good = holding[0] if held else holding
    unit = plan.economy.unit("goods", good) or "unit"
    label = (*holding, period) if held else (holding, period)
    interval, missing = interval_of(plan, "accumulation", label)
    worth, rent = float(values[t]), float(plan.rents.to_numpy()[place, t])
    there = float(plan.stocks.to_numpy()[place, t])
    held_by = Holdings.of(plan.asked)
    tied = float((held_by.tied_up(t) @ plan.activities.to_numpy()[:, t])[place])
    idle = there - tied if there - tied > 1e-12 * there else 0.0
    lines = [
        f"stock of {name}, {name_of(period)}: {there:.6g} {unit} at the start; "
        f"one more {unit} {more_words(plan)} {between(plan, worth, interval, missing)}",
        f"  {there - idle:.6g} {unit} are in use, {idle:.6g} idle; "
        f"the use of one more in {name_of(period)} alone {more_words(plan)} {rent:.6g}",
    ]
    cost = account([("use", [f"{name} in {name_of(period)}"], np.ones(1), np.array([rent]))])
    if t + 1 < len(plan.economy.periods) and there > 0:
        lasts = float(held_by.surviving(t)[place])
        after = name_of(plan.economy.periods[t + 1])
        kept: list[Any] = [("what lasts", [f"{name} of {after}"], np.array([lasts]), values[[t + 1]])]
        cost = pd.concat([cost, account(kept)])
        lines.append(f"  {lasts:.6g} of it lasts to {after}, at {values[t + 1]:.6g}: {lasts * values[t + 1]:.6g}")
    return _limit("stock", name, period, worth, interval, cost, lines)


def explain_room(plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain what room for a good in store is worth at the end of a period."""
    rooms = plan.valuations_by_kind["storage"]
    at = position(plan.economy.goods, name)
    values = rooms.to_numpy()[int(rooms.index.get_indexer(pd.Index([name], tupleize_cols=False))[0])]
    period = _dearest(plan, values) if period is None else period
    t = position(plan.economy.periods, period)
    unit = plan.economy.unit("goods", name) or "unit"
    if t == len(plan.economy.periods) - 1:
        lines = [f"store of {name_of(name)}, {name_of(period)}: nothing is stored at the end of the last period"]
        return _limit("storage", name_of(name), period, 0.0, (0.0, 0.0), account([]), lines)
    room, stored = float(plan.asked.vector("storage_capacity", t)[at]), float(plan.stored.to_numpy()[at, t])
    valuation = float(values[t])
    interval, missing = interval_of(plan, "storage_limit", (name, period))
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
    return _limit("storage", name_of(name), period, valuation, interval, account([]), lines)


def explain_pollutant(plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain what one unit less emitted costs: by the cap of the period, the budget of all, and the damage."""
    economy, asked = plan.economy, plan.asked
    at = position(economy.pollutants, name)
    costs = plan.abatement_costs.to_numpy()[at]
    weights = np.array([asked.vector("damage_weights", k)[at] for k in range(len(economy.periods))])
    if period is None:
        period = _dearest(plan, costs[:-1] + weights)
    t = position(economy.periods, period)
    unit = economy.unit("pollutants", name) or "unit"
    cap, budget, weight = float(costs[t]), float(costs[-1]), float(weights[t])
    emitted = asked.matrix("emissions", t)[[at]].toarray().ravel() * plan.activities.to_numpy()[:, t]
    lines = [f"{name_of(name)}, {name_of(period)}: {float(emitted.sum()):.6g} {unit} are emitted"]
    intervals: list[tuple[float, float] | None] = []
    for what, cost, block_name, label, limit, whole in (
        ("cap of the period", cap, "emission_cap", (name, period), _limit_of(plan, "emission_caps", t, at),
         float(emitted.sum())),
        ("budget of all periods", budget, "emission_budget", name, _limit_of(plan, "emission_budgets", 0, at),
         float(plan.emissions.to_numpy()[at].sum())),
    ):  # fmt: skip
        if not np.isfinite(limit):
            continue
        found, missing = interval_of(plan, block_name, label)
        if found is not None and plan.program.sense == "min":  # what one unit less allowed costs
            found = (-found[1] + 0.0, -found[0] + 0.0)
        intervals.append(found)
        words = between(plan, cost, found, missing, saved=True)
        lines.append(
            f"  {what}: {whole:.6g} of {limit:.6g} {unit} allowed are emitted; one {unit} less allowed costs {words}"
        )
    if weight:
        lines.append(f"  damage: one {unit} emitted counts {weight:g} against the objective")
    if not intervals and not weight:
        lines.append("  it is only counted: no cap, no budget and no damage weight concerns it")
    lines += _user_lines(emitted, names(economy.techniques), unit)
    one = np.ones(1)
    cost_table = account(
        [(kind, [name_of(name)], one * (value != 0), np.array([value]))
         for kind, value in (("emission cap", cap), ("emission budget", budget), ("damage", weight))]
    )  # fmt: skip
    valuation = cap + budget if intervals else weight
    interval = _summed(intervals) if intervals else (weight, weight)
    return _limit("pollutant", name_of(name), period, valuation, interval, cost_table, lines)


def _limit_of(plan: PlanTables, table: str, t: int, at: int) -> float:
    return float(plan.asked.vector(table, t)[at])


def _summed(intervals: list[tuple[float, float] | None]) -> tuple[float, float] | None:
    """Return the interval of a sum of valuations where only one of them can vary; None where that is not known."""
    known = [interval for interval in intervals if interval is not None]
    if len(known) < len(intervals) or sum(high > low for low, high in known) > 1:
        return None
    return sum(low for low, _ in known), sum(high for _, high in known)


def explain_floor(plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain what the floor of a period's fulfilment costs."""
    values = plan.valuations_by_kind["floor"].to_numpy()[0]
    period = _dearest(plan, values) if period is None else period
    t = position(plan.economy.periods, period)
    valuation, level = float(values[t]), float(plan.fulfilment.to_numpy()[t])
    interval, missing = interval_of(plan, "floor", period)
    block = plan.program.row_block("floor")
    assert block is not None
    least = float(plan.program.row_lower[block.start + int(block.index.get_indexer(pd.Index([period]))[0])])
    lines = [
        f"floor of fulfilment, {name_of(period)}: {least:g}, and {level:.6g} is reached; raised by one "
        f"it would change the objective by {between(plan, valuation, interval, missing)}"
    ]
    if valuation == 0:
        lines.append("  it costs nothing: the period's targets are met beyond it in any case")
    return _limit("floor", "fulfilment", period, valuation, interval, account([]), lines)


def explain_own(plan: PlanTables, name: str, period: Any) -> Explanation:
    """Explain the user's own rows (what they are at and what their sides are worth) or columns, of one block."""
    frame = plan.extra[name]
    values = frame.to_numpy(dtype=float)
    titles = [own_name(plan, name, label) for label in frame.index]
    kept = [k for k, (_, when) in enumerate(titles) if period is None or when == name_of(period)]
    if not kept:
        raise QuestionError(f"{plan.economy.name}: {name!r} has nothing of {name_of(period)!r}")
    figure = str(frame.columns[1])
    dearest = max(kept, key=lambda k: abs(values[k, 1]))
    row = plan.program.row_block(name.removesuffix(" (rows)")) if figure == "valuation" else None
    interval, missing = (None, "") if row is None else interval_of(plan, row.name, frame.index[dearest])
    said = "one more on its right side changes the objective by" if row is not None else "one more would change it by"
    lines = [
        f"{titles[dearest][0]}{', ' + titles[dearest][1] if titles[dearest][1] else ''}: your own "
        f"{'row' if row is not None else 'column'}, at {values[dearest, 0]:.6g}; {said} "
        f"{between(plan, float(values[dearest, 1]), interval, missing)}"
    ]
    others = sorted((k for k in kept if k != dearest), key=lambda k: -abs(values[k, 1]))
    for k in others[:_SHOWN]:
        lines.append(f"    {' in '.join(filter(None, titles[k]))}: {values[k, 0]:.6g}, {figure} {values[k, 1]:.6g}")
    if len(others) > _SHOWN:
        lines.append(f"    and {len(others) - _SHOWN} more (plan.extra[{name!r}])")
    when = period if period is not None else titles[dearest][1] or None
    return _limit("own", name, when, float(values[dearest, 1]), interval, account([]), lines)


def _dearest(plan: PlanTables, values: Floats) -> Any:
    return plan.economy.periods[int(np.argmax(np.abs(values)))]


def _user_lines(amounts: Floats, called: list[str], unit: str) -> list[str]:
    """List who uses (or emits, or abates) how much, the largest first."""
    order = [int(k) for k in np.argsort(-np.abs(amounts), kind="stable") if amounts[k] != 0]
    lines = [f"    {amounts[k]:>12.6g} {unit} in {called[k]}" for k in order[:_SHOWN]]
    if len(order) > _SHOWN:
        lines.append(f"    {amounts[order[_SHOWN:]].sum():>12.6g} {unit} in {len(order) - _SHOWN} others")
    return lines


def _limit(
    kind: str,
    name: str,
    period: Any,
    valuation: float,
    interval: tuple[float, float] | None,
    cost: pd.DataFrame,
    lines: list[str],
) -> Explanation:
    return Explanation(name, kind, period, valuation, interval, cost, account([]), (), tuple(lines))

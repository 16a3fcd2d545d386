"""Why a good, resource or technique is worth what it is: what limits it, through which chain, and what one more costs.

For a technique that runs, what its output is worth equals what it takes, at the plan's valuations (its reduced cost is
zero): inputs at the valuations of goods, resources at theirs, capital at its rent, emissions at what they cost.
This identity is what the explanations spell out; the figures are recomputed, so a remainder would show.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .accounts import Prices, dearest_chain, one_unit, whole_account
from .economy.coerce import label_in, position
from .errors import DataError, QuestionError, unknown
from .labels import holding_name, name_of

if TYPE_CHECKING:
    from .plan import Plan

_SHOWN = 6


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """What stands behind a valuation, in words and numbers.

    Attributes
    ----------
    name, kind, period : what is explained (kind: ``good``, ``resource``, ``stock`` or ``technique``).
    valuation : what one more unit is worth, in units of the objective.
    interval : least and greatest valuation it can have; the two differ where the plan is degenerate;
        None where the plan is not proved closely enough to tell (harmony, prices).
    cost : what running the technique that makes it takes per unit of activity: index (kind, name), columns ``amount``,
        ``valuation``, ``worth``; empty where nothing runs.
    takes : what one more unit takes in all, through the whole chain of goods, in what limits the plan; as ``cost``.
    chain : the dearest chain of goods from it down to a limit.
    lines : the explanation in words.
    """

    name: str
    kind: str
    period: Any
    valuation: float
    interval: tuple[float, float] | None
    cost: pd.DataFrame
    takes: pd.DataFrame
    chain: tuple[str, ...]
    lines: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def explain(plan: Plan, name: Any, period: Any = None) -> Explanation:
    """Explain the valuation of a good, resource or stock (``"iron in coal"``), or why a technique runs or stands idle.

    Parameters
    ----------
    period : label of the period; without one, that in which the good or resource is worth most.

    Errors
    ------
    QuestionError : no such name or period.
    """
    economy = plan.economy
    if period is not None:
        try:
            period = label_in(economy.periods, period)
        except DataError as error:
            raise QuestionError(f"{economy.name}: {error}") from None
    if name in economy.goods:
        return _good(plan, name, _dearest(plan, "good", name) if period is None else period)
    if name in economy.resources:
        return _resource(plan, name, _dearest(plan, "resource", name) if period is None else period)
    stocks = {holding_name(label): label for label in plan.stock_valuations.index}
    if name in stocks or name in stocks.values():
        return _stock(plan, stocks.get(name, name), economy.periods[0] if period is None else period)
    if name in economy.techniques:
        return _technique(plan, name, economy.periods[0] if period is None else period)
    every = [*economy.goods, *economy.resources, *economy.techniques, *stocks]
    raise QuestionError(f"{economy.name}: {unknown('good, resource, stock or technique', name, every)}")


def _good(plan: Plan, name: Any, period: Any) -> Explanation:
    prices, economy = Prices(plan, period), plan.asked
    t, valuation = prices.t, prices.good(name)
    unit = economy.unit("goods", name) or "unit"
    interval = _interval(plan, "balance", (name, period))
    lines = [f"{name_of(name)}, {period}: one more {unit} {_worth_words(plan)} {_between(valuation, interval)}"]
    at = position(economy.goods, name)
    made, used = economy.matrix("outputs", t).tocsr()[[at]], economy.matrix("inputs", t).tocsr()[[at]]
    level = plan.activities[period].to_numpy()
    lines.append(_flow_words(plan, name, period, made, used, level))
    makers = made.indices[(level[made.indices] > 0)]
    if not len(makers):
        lines.append(_idle_words(plan, period, made.indices))
        empty = prices.parts(np.zeros(len(level)))
        return Explanation(name_of(name), "good", period, valuation, interval, empty, empty, (), tuple(lines))
    maker = int(makers[np.argmax((made.toarray().ravel() * level)[makers])])
    cost = prices.parts(one_unit(len(level), maker))
    output = float(made[0, maker])
    lines.append(
        f"  made by {name_of(economy.techniques[maker])!r}; for one unit of activity ({output:g} {unit} of it) "
        "that takes, at the plan's valuations:"
    )
    lines += _part_lines(cost)
    if not valuation > 0:
        lines.append("  there is more of it than can be used, so one more changes nothing")
    takes = whole_account(prices, at)
    if len(takes):
        total = takes["worth"].sum()
        lines.append(f"  in all, through every good it is made of, one more {unit} takes (worth {total:.6g}):")
        lines += _part_lines(takes)
    chain = dearest_chain(prices, name)
    if len(chain) > 1:
        lines.append("  the dearest chain: " + " <- ".join(chain))
    return Explanation(name_of(name), "good", period, valuation, interval, cost, takes, chain, tuple(lines))


def _resource(plan: Plan, name: Any, period: Any) -> Explanation:
    prices, economy = Prices(plan, period), plan.asked
    t, at = prices.t, position(economy.resources, name)
    unit = economy.unit("resources", name) or "unit"
    use = economy.matrix("resource_use", t).tocsr()[[at]]
    level = plan.activities[period].to_numpy()
    users = pd.Series(use.toarray().ravel() * level, index=[name_of(j) for j in economy.techniques])
    users = users[users != 0].sort_values(ascending=False, kind="stable")
    used = float(users.sum())
    empty = prices.parts(np.zeros(len(level)))
    if plan.program.row_block("resource_limit"):
        valuation = float(plan.valuations.loc[("resource", name), period])
        interval = _interval(plan, "resource_limit", (name, period))
        there = float(economy.vector("resource_limits", t)[at])
        lines = [
            f"{name_of(name)}, {period}: {used:.6g} of {there:.6g} {unit} are used; one more {unit} "
            f"{'is worth' if plan.program.sense == 'max' else 'changes the cost by'} {_between(valuation, interval)}"
        ]
        if valuation == 0:
            lines.append(f"  {there - used:.6g} {unit} are left over, so it limits nothing")
    else:
        weight = float(economy.vector("resource_weights", t)[at])
        valuation = weight
        interval = (weight, weight)
        lines = [
            f"{name_of(name)}, {period}: {used:.6g} {unit} are used; it is not limited and counts {weight:g} per unit"
        ]
    lines += [f"    {amount:>12.6g} {unit} in {user}" for user, amount in users.head(_SHOWN).items()]
    if len(users) > _SHOWN:
        lines.append(f"    {users.iloc[_SHOWN:].sum():>12.6g} {unit} in {len(users) - _SHOWN} others")
    return Explanation(name_of(name), "resource", period, valuation, interval, empty, empty, (), tuple(lines))


def _stock(plan: Plan, holding: Any, period: Any) -> Explanation:
    """A stock at the start of a period: what it is worth for good, its rent in that period, whether all is in use."""
    prices, name = Prices(plan, period), holding_name(holding)
    good = holding[0] if isinstance(holding, tuple) else holding
    unit = plan.economy.unit("goods", good) or "unit"
    label = (*holding, period) if isinstance(holding, tuple) else (holding, period)
    interval = _interval(plan, "accumulation", label)
    worth = float(plan.stock_valuations.loc[[holding], period].iloc[0])
    rent = float(plan.rents.loc[[holding], period].iloc[0])
    there = float(plan.stocks.loc[[holding], period].iloc[0])
    block = plan.program.row_block("capacity")
    assert block is not None
    row = block.start + int(block.index.get_indexer(pd.MultiIndex.from_tuples([label]))[0])
    idle = max(-float((plan.program.matrix[[row], :] @ plan.primal)[0]), 0.0) + 0.0
    more = "is worth" if plan.program.sense == "max" else "changes the cost by"
    lines = (
        f"stock of {name}, {period}: {there:.6g} {unit} at the start; "
        f"one more {unit} {more} {_between(worth, interval)}",
        f"  {there - idle:.6g} {unit} are in use, {idle:.6g} idle; "
        f"the use of one more in {period} alone {more} {rent:.6g}",
    )
    empty = prices.parts(np.zeros(len(plan.economy.techniques)))
    return Explanation(name, "stock", period, worth, interval, empty, empty, (), lines)


def _technique(plan: Plan, name: Any, period: Any) -> Explanation:
    prices, economy = Prices(plan, period), plan.asked
    at = position(economy.techniques, name)
    level = float(plan.activities.loc[name, period])
    reduced = float(plan.reduced_costs.loc[name, period])
    cost = prices.parts(one_unit(len(economy.techniques), at))
    outputs = economy.matrix("outputs", prices.t).tocsc()[:, [at]].toarray().ravel()
    income = float(outputs @ plan.valuations.loc["good"][period].to_numpy())
    unit = economy.unit("techniques", name) or "unit"
    lines = [
        f"{name_of(name)}, {period}: runs at {level:.6g} {unit}; what one unit of activity makes is worth "
        f"{income:.6g}, what it takes {cost['worth'].sum():.6g}"
    ]
    lines += _part_lines(cost)
    if level == 0:
        lines.append(f"  it stands idle: one unit of it would change the objective by {reduced:.6g}")
    return Explanation(name_of(name), "technique", period, -reduced, (-reduced, -reduced), cost, cost, (), tuple(lines))


def _interval(plan: Plan, block_name: str, label: tuple[Any, ...]) -> tuple[float, float] | None:
    """Return the interval of a row's valuation; zeros where the spelling did not need to state the row."""
    if not plan.has_intervals:
        return None
    block = plan.program.row_block(block_name)
    if block is None or label not in block.index:
        return 0.0, 0.0
    return plan.valuation_interval(block_name, label)


def _dearest(plan: Plan, kind: str, name: Any) -> object:
    if kind not in plan.valuations.index.get_level_values("kind"):
        return plan.economy.periods[0]
    return plan.valuations.loc[(kind, name)].abs().idxmax()


def _worth_words(plan: Plan) -> str:
    return "is worth" if plan.program.sense == "max" else "demanded costs"


def _between(valuation: float, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return f"{valuation:.6g}"
    low, high = interval
    if high - low <= 1e-7 * max(abs(low), abs(high)):
        return f"{valuation:.6g}"
    return f"{valuation:.6g} (the plan is degenerate: anything from {low:.6g} for one more to {high:.6g} for one less)"


def _flow_words(plan: Plan, name: Any, period: Any, made: Any, used: Any, level: np.ndarray) -> str:
    parts = [f"{float((made.toarray().ravel() * level).sum()):.6g} made"]
    parts.append(f"{float((used.toarray().ravel() * level).sum()):.6g} used up as input")
    parts.append(f"{plan.consumption.loc[name, period]:.6g} delivered")
    if len(plan.investment):
        held = plan.investment.index
        own = held.get_level_values(0) == name if isinstance(held, pd.MultiIndex) else held == name
        parts.append(f"{plan.investment.loc[own, period].sum():.6g} invested")
    if plan.economy.has("storage"):
        parts.append(f"{plan.stored.loc[name, period]:.6g} stored")
    return "  " + ", ".join(parts)


def _idle_words(plan: Plan, period: Any, makers: Any) -> str:
    if not len(makers):
        return "  no technique makes it"
    costs = plan.reduced_costs[period].to_numpy()[makers]
    nearest = int(np.argmin(np.abs(costs)))
    return (
        f"  nothing makes it now; the nearest technique, {name_of(plan.economy.techniques[makers[nearest]])!r}, would "
        f"change the objective by {costs[nearest]:.6g} per unit of activity"
    )


def _part_lines(parts: pd.DataFrame) -> list[str]:
    """Put what is taken into lines, the dearest first; what is not scarce is only counted."""
    dear = parts[parts["worth"].abs() > 1e-12 * parts["worth"].abs().max()] if len(parts) else parts
    lines = [
        f"    {amount:>12.6g} of {kind} {name}, at {valuation:.6g}: {worth:.6g}"
        for (kind, name), amount, valuation, worth in zip(
            dear.index[:_SHOWN], dear["amount"], dear["valuation"], dear["worth"], strict=False
        )
    ]
    if len(dear) > _SHOWN:
        lines.append(f"    and {len(dear) - _SHOWN} more, together {dear['worth'].iloc[_SHOWN:].sum():.6g}")
    if len(parts) > len(dear):
        lines.append(f"    and {len(parts) - len(dear)} that are not scarce")
    return lines

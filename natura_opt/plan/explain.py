"""Why things are worth what they are: what limits the plan, through which chain of goods, and what one more costs.

For a technique that runs, what it makes equals what it takes, at the plan's valuations (its reduced cost is zero):
:mod:`natura_opt.plan.accounts` builds both sides. The figures are recomputed, so a remainder shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import QuestionError, unknown
from ..base.labels import holding_name, name_of
from ..economy.coerce import position
from .accounts import Accounts, account, of_period, one_unit
from .chains import dearest_chain, whole_account
from .explain_limits import (
    explain_floor,
    explain_own,
    explain_pollutant,
    explain_resource,
    explain_room,
    explain_stock,
)
from .explanation import Explanation, between, interval_of, part_lines, remainder_line, worth_words
from .finding import find_label
from .tables import PlanTables

#: The kinds of things that can be explained, in the order in which a name is looked for.
KINDS = ("good", "resource", "pollutant", "stock", "technique", "storage", "floor", "own")

#: What is left over of a good counts as rounding below this share of what is made.
_ROUNDING = 1e-12


def explain(plan: PlanTables, name: Any, period: Any = None, kind: str | None = None) -> Explanation:
    """Explain a valuation, or why a technique runs or stands idle: see :meth:`natura_opt.Plan.explain`.

    Raises
    ------
    QuestionError : no such name, period or kind.
    """
    economy = plan.economy
    if kind is not None and kind not in KINDS:
        raise QuestionError(f"{economy.name}: {unknown('kind', kind, KINDS)}")
    when = None
    if period is not None:
        when = find_label(economy.periods, period)
        if when is None:
            raise QuestionError(f"{economy.name}: {unknown('period', period, economy.periods)}")
    found = [(called, label) for called, label in _meanings(plan, name) if kind in (None, called)]
    if not found:
        every = [name_of(label) for called in KINDS if kind in (None, called) for label in _labels(plan)[called]]
        what = kind if kind is not None else "good, resource, pollutant, stock, technique or row"
        raise QuestionError(f"{economy.name}: {unknown(what, name, every)}")
    called, label = found[0]
    told = _EXPLAIN[called](plan, label, when)
    others = [other for other, _ in found[1:]]
    if others:
        also = " or ".join(f"a {other} of that name is explained by kind={other!r}" for other in others)
        return told.with_line(f"  (this is the {called}; {also})")
    return told


def _meanings(plan: PlanTables, name: Any) -> Iterator[tuple[str, Any]]:
    """Return what a name can mean: (kind, label), the first meant unless another kind is asked for."""
    for kind, labels in _labels(plan).items():
        label = find_label(labels, name)
        if label is not None:
            yield kind, label


def _labels(plan: PlanTables) -> dict[str, pd.Index]:
    """Return the labels of each kind that the plan has."""
    economy = plan.economy
    rooms = plan.valuations_by_kind.get("storage")
    floor = ["floor"] if plan.program.row_block("floor") is not None else []
    stocks = [holding_name(label) for label in plan.stock_valuations.index]
    return {
        "good": economy.goods,
        "resource": economy.resources,
        "pollutant": economy.pollutants,
        "stock": pd.Index([*plan.stock_valuations.index, *stocks], tupleize_cols=False).unique(),
        "technique": economy.techniques,
        "storage": pd.Index([] if rooms is None else rooms.index.to_list(), dtype=object, tupleize_cols=False),
        "floor": pd.Index(floor, dtype=object),
        "own": pd.Index(list(plan.extra), dtype=object),
    }


def _explain_stock(plan: PlanTables, label: Any, period: Any) -> Explanation:
    by_name = {holding_name(holding): holding for holding in plan.stock_valuations.index}
    return explain_stock(plan, by_name.get(label, label) if isinstance(label, str) else label, period)


def _explain_good(plan: PlanTables, name: Any, period: Any) -> Explanation:
    at = position(plan.economy.goods, name)
    if period is None:
        values = plan.valuations_by_kind["good"].to_numpy()[at]
        period = plan.economy.periods[int(np.argmax(np.abs(values)))]
    accounts = of_period(plan, period)
    valuation = float(accounts.goods[at])
    unit = plan.economy.unit("goods", name) or "unit"
    interval, missing = interval_of(plan, "balance", (name, period))
    lines = [
        f"{name_of(name)}, {name_of(period)}: one more {unit} {worth_words(plan)} "
        f"{between(plan, valuation, interval, missing)}"
    ]
    lines.append(_flow_words(accounts, at))
    maker = accounts.maker(at)
    if maker is None:
        cost, makes, said = _from_store(accounts, at)
        lines += [said, *part_lines(cost)] if len(cost) else [_idle_words(accounts, at)]
        return Explanation(
            name_of(name), "good", period, valuation, interval, cost, account([]), (), tuple(lines), makes=makes
        )
    one = one_unit(len(accounts.level), maker)
    output = float(accounts.outputs[[at]].toarray().ravel()[maker])
    own = np.zeros(len(plan.economy.goods))
    own[at] = output
    makes = account([("output", accounts.good_names, own, accounts.goods)])
    cost = accounts.taken(one, credited=accounts.outputs @ one - own)
    lines.append(
        f"  made by {name_of(plan.economy.techniques[maker])!r}; for one unit of activity ({output:g} {unit} of it) "
        "that takes, at the plan's valuations:"
    )
    lines += [*part_lines(cost), *remainder_line(cost, makes)]
    if not valuation > 0 and (interval is None or not interval[1] > 0):
        lines.append("  there is more of it than can be used, so one more changes nothing")
    takes = whole_account(accounts, at)
    if len(takes):
        total = takes["worth"].sum()
        lines.append(f"  in all, through every good it is made of, one more {unit} takes (worth {total:.6g}):")
        lines += part_lines(takes)
    chain = dearest_chain(accounts, at)
    if len(chain) > 1:
        lines.append("  the dearest chain: " + " <- ".join(chain))
    return Explanation(
        name_of(name), "good", period, valuation, interval, cost, takes, chain, tuple(lines), makes=makes
    )


def _explain_technique(plan: PlanTables, name: Any, period: Any) -> Explanation:
    at = position(plan.economy.techniques, name)
    if period is None:  # the period in which it runs most, the first where it never runs
        period = plan.economy.periods[int(np.argmax(plan.activities.to_numpy()[at]))]
    accounts = of_period(plan, period)
    one = one_unit(len(plan.economy.techniques), at)
    level, reduced = float(accounts.level[at]), -accounts.towards * float(accounts.loss[at])
    makes, cost = accounts.made(one), accounts.taken(one)
    unit = plan.economy.unit("techniques", name) or "unit"
    lines = [
        f"{name_of(name)}, {name_of(period)}: runs at {level:.6g} {unit}; what one unit of activity makes is worth "
        f"{makes['worth'].sum():.6g}, what it takes {cost['worth'].sum():.6g}"
    ]
    if len(makes) > 1:
        lines += ["  it makes:", *part_lines(makes), "  it takes:"]
    lines += part_lines(cost)
    if accounts.runs[at]:
        lines += remainder_line(cost, makes)
    else:
        lines.append(f"  it stands idle: one unit of it would change the objective by {reduced:.6g}")
    worth = reduced + 0.0
    return Explanation(
        name_of(name), "technique", period, worth, (worth, worth), cost, cost, (), tuple(lines), makes=makes
    )


def _from_store(accounts: Accounts, good: int) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Return the account of a good that nothing makes and that comes from store: what it was worth a period before."""
    plan, t = accounts.plan, accounts.t
    nothing = account([])
    if t == 0 or not plan.stored.to_numpy()[good, t - 1] > 0:
        return nothing, nothing, ""
    keep = float(plan.asked.vector("storage", 0)[good])
    before, called = of_period(plan, plan.economy.periods[t - 1]), accounts.good_names[good]
    room = plan.valuations_by_kind.get("storage")
    label = plan.economy.goods[good]
    at = -1 if room is None else int(room.index.get_indexer(pd.Index([label], tupleize_cols=False))[0])
    rent = 0.0 if room is None or at < 0 else accounts.towards * float(room.to_numpy()[at, t - 1])
    amount = np.array([1.0 / keep])
    cost = account(
        [
            ("from store", [f"{called} of {name_of(plan.economy.periods[t - 1])}"], amount, before.goods[[good]]),
            ("room in store", [called], amount, np.array([rent])),
        ]
    )
    makes = account([("output", [called], np.ones(1), accounts.goods[[good]])])
    return cost, makes, "  nothing makes it in this period; it comes from store, where one unit of it took:"


def _flow_words(accounts: Accounts, good: int) -> str:
    """Say where a good comes from and where it goes in the period."""
    plan, t = accounts.plan, accounts.t
    made, used = accounts.outputs[[good]] @ accounts.level, accounts.inputs[[good]] @ accounts.level
    name = plan.economy.goods[good]
    parts = [f"{float(made[0]):.6g} made"]
    there = float(plan.asked.vector("initial_stocks", 0)[good]) if t == 0 else 0.0
    parts += [f"{there:.6g} on hand at the start"] * (there > 0)
    parts.append(f"{float(used[0]):.6g} used up as input")
    parts.append(f"{plan.consumption.to_numpy()[good, t]:.6g} delivered")
    if len(plan.investment):
        own = [(label[0] if isinstance(plan.investment.index, pd.MultiIndex) else label) == name
               for label in plan.investment.index]  # fmt: skip
        parts.append(f"{plan.investment.to_numpy()[own, t].sum():.6g} invested")
    if plan.asked.has("storage"):
        if t > 0:
            keep = float(plan.asked.vector("storage", 0)[good])
            parts.append(f"{keep * plan.stored.to_numpy()[good, t - 1]:.6g} from store")
        parts.append(f"{plan.stored.to_numpy()[good, t]:.6g} stored")
    left = float(plan.surplus.to_numpy()[good, t])
    parts.append(f"{left if left > _ROUNDING * float(made[0]) else 0.0:.6g} left over")
    return "  " + ", ".join(parts)


def _idle_words(accounts: Accounts, good: int) -> str:
    makers = accounts.outputs[[good]].indices
    if not len(makers):
        return "  no technique makes it"
    losses = accounts.loss[makers]
    nearest = int(np.argmin(np.abs(losses)))
    technique = accounts.economy.techniques[makers[nearest]]
    return (
        f"  nothing makes it now; the nearest technique, {name_of(technique)!r}, would change the objective by "
        f"{-accounts.towards * losses[nearest]:.6g} per unit of activity"
    )


_EXPLAIN: dict[str, Callable[[PlanTables, Any, Any], Explanation]] = {
    "good": _explain_good,
    "resource": explain_resource,
    "pollutant": explain_pollutant,
    "stock": _explain_stock,
    "technique": _explain_technique,
    "storage": explain_room,
    "floor": explain_floor,
    "own": explain_own,
}

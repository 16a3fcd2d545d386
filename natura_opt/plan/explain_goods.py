"""Explanations of goods and techniques: both sides of an account, and where a good comes from and goes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..base.labels import name_of
from ..economy.coerce import position
from ..laws.storage import STORAGE
from ..program.declared import Columns
from .account_lines import account
from .accounts import Accounts, of_period, one_unit
from .balance_words import balance_parts
from .chains import dearest_chain, whole_account
from .explanation import Explanation, between, interval_of, part_lines, remainder_line, worth_words
from .finding import find_row
from .scale_words import technique_lines
from .stated import GOODS
from .tables import PlanTables


def explain_good(plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain what a good is worth: who makes it, what that takes, and where it goes."""
    at = position(plan.economy.goods, name)
    if period is None:
        values = plan.good_valuations.to_numpy()[at]
        period = plan.economy.periods[int(np.argmax(np.abs(values)))]
    accounts = of_period(plan, period)
    valuation = float(accounts.goods[at])
    unit = plan.economy.unit("goods", name) or "unit"
    interval, missing = interval_of(plan, GOODS.name, (name, period))
    lines = [
        f"{name_of(name)}, {name_of(period)}: one more {unit} {worth_words(plan)} "
        f"{between(plan, valuation, interval, missing)}"
    ]
    lines.append(_flow_words(accounts, at))
    maker = accounts.maker(at)
    if maker is None:
        cost, makes, words = _from_store(accounts, at)
        lines += [words, *part_lines(cost)] if len(cost) else [_idle_words(accounts, at)]
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


def explain_technique(plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain why a technique runs, or stands idle: what it makes beside what it takes."""
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
    lines += _of_technique(plan, name, period)
    if len(makes) > 1:
        lines += ["  it makes:", *part_lines(makes), "  it takes:"]
    lines += part_lines(cost)
    lines += technique_lines(accounts, at)
    if accounts.runs[at]:
        lines += remainder_line(cost, makes)
    else:
        lines.append(f"  it stands idle: one unit of it would change the objective by {reduced:.6g}")
    valuation = reduced + 0.0
    return Explanation(
        name_of(name), "technique", period, valuation, (valuation, valuation), cost, cost, (), tuple(lines), makes=makes
    )


def _of_technique(plan: PlanTables, name: Any, period: Any) -> list[str]:
    """Say what further columns hold of a technique in a period, in their law's words: its plants, whether it runs."""
    lines = []
    for block in plan.program.columns:
        says = block.declared
        if isinstance(says, Columns) and says.axes == ("techniques", "periods") and says.called:
            at = find_row(block, (name, period))
            if at is not None:
                lines.append(f"  {says.meaning}: {float(plan.primal[block.start + at]):.6g}")
    return lines


def _from_store(accounts: Accounts, good: int) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Return the account of a good that nothing makes and that comes from store: what it was worth a period before."""
    plan, t = accounts.plan, accounts.t
    nothing = account([])
    if t == 0 or not plan.stored.to_numpy()[good, t - 1] > 0:
        return nothing, nothing, ""
    keep = float(plan.asked.vector("storage", 0)[good])
    before, called = of_period(plan, plan.economy.periods[t - 1]), accounts.good_names[good]
    room = plan.valuations_by_kind.get(STORAGE.rows[0].kind)
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
    said = [(float(part.amounts[good]), part) for part in balance_parts(accounts)]
    return "  " + ", ".join(f"{amount:.6g} {part.words}" for amount, part in said if amount or part.always)


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

"""What stands behind the valuation of every good in every period, as a page tells it when the good is clicked.

The same accounts that :meth:`natura_opt.Plan.explain` reads (what the technique that makes it takes, at the plan's
valuations; where the good comes from and goes), for all goods at once. The whole chain, which takes a solve for each of
them, and intervals, which take two, are told of smaller plans.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base.errors import NotProvedError
from ..base.labels import name_of
from ..plan.account_lines import Lines
from ..plan.accounts import Accounts, one_unit
from ..plan.balance_words import balance_parts
from ..plan.chains import whole_account
from ..plan.explanation import worth_words
from ..plan.limits import has_quick_intervals
from ..plan.plan import Plan
from ..plan.stated import GOODS
from .tables import Words, plain_number, units_of

#: Goods times periods that are told; of more goods those of which all that is made is worth most.
MOST_TOLD = 1_000
#: Lines of an account that are told singly, those that are worth most.
MOST_LINES = 6
#: Up to so many goods times periods the whole chain of each is told, and the interval of each valuation.
WHOLE_CHAINS, INTERVALS = 200, 24
#: Of an account's worth, what counts as nothing.
_NOTHING = 1e-12


def explanations(plan: Plan, words: Words) -> dict[str, Any]:
    """Return the explanation of every good in every period, as JSON holds it.

    Returns
    -------
    dict : ``goods`` and ``periods`` (places of their names), ``worth`` (the words before a valuation), ``left_out``
        (sentences), and ``told``: by period, by good, an entry with ``worth``, ``unit``, ``balance`` (amount and words
        of each part), and where a technique makes it ``maker``, ``output`` (of one unit of activity) and ``takes`` (an
        account); ``whole`` (an account) and ``interval`` where they are told. An account has ``lines`` (kind, name,
        amount and valuation of each), ``free`` (how many more are not scarce), and of those that are and are not listed
        ``others`` (how many, worth together).
    """
    economy = plan.economy
    goods = _told_goods(plan)
    pairs = len(goods) * len(economy.periods)
    chains = pairs <= WHOLE_CHAINS
    intervals = pairs <= INTERVALS and has_quick_intervals(plan)
    units, told = list(units_of(economy, "goods").values()), []
    for t in range(len(economy.periods)):
        accounts = Accounts(plan, t)
        parts = balance_parts(accounts)
        told.append(
            [
                _good(accounts, at, units[at], words, chains, intervals)
                | {
                    "balance": [
                        [plain_number(part.amounts[at]), words.place(part.words)]
                        for part in parts
                        if part.always or part.amounts[at]
                    ]
                }
                for at in goods
            ]
        )
    left_out = []
    if not chains:
        left_out.append("what it takes in all, through every good it is made of")
    if not intervals:
        left_out.append("the interval of its valuation")
    return {
        "goods": [words.place(name_of(economy.goods[at])) for at in goods],
        "periods": [words.place(name_of(period)) for period in economy.periods],
        "worth": worth_words(plan),
        "left_out": left_out,
        "told": told,
    }


def _told_goods(plan: Plan) -> list[int]:
    """Return the positions of the goods that are told, in order."""
    count, most = len(plan.economy.goods), MOST_TOLD // len(plan.economy.periods)
    if count <= most:
        return list(range(count))
    worth = (plan.good_valuations.abs().to_numpy() * plan.output.to_numpy()).sum(axis=1)
    return sorted(np.argsort(-worth, kind="stable")[:most].tolist())


def _good(accounts: Accounts, at: int, unit: str, words: Words, chains: bool, intervals: bool) -> dict[str, Any]:
    plan, good = accounts.plan, accounts.plan.economy.goods[at]
    entry: dict[str, Any] = {
        "worth": plain_number(accounts.goods[at]),
        "unit": words.place(unit or "unit"),
    }
    if intervals:
        try:
            ends = plan.valuation_interval(GOODS.name, (good, plan.economy.periods[accounts.t]))
            entry["interval"] = [plain_number(end) for end in ends]
        except NotProvedError:
            pass  # none was found
    maker = accounts.maker(at)
    if maker is None:
        return entry
    one = one_unit(len(accounts.level), maker)
    made = accounts.outputs @ one
    own = np.where(np.arange(len(made)) == at, made, 0.0)
    entry["maker"] = words.place(name_of(plan.economy.techniques[maker]))
    entry["output"] = plain_number(made[at])
    entry["takes"] = _account(accounts.lines_of_taken(one, credited=made - own), words)
    if chains:
        whole = whole_account(accounts, at)
        lines: list[Lines] = [
            (str(kind), [str(name)], np.array([amount]), np.array([valuation]))
            for (kind, name), amount, valuation in zip(whole.index, whole["amount"], whole["valuation"], strict=True)
        ]
        entry["whole"] = _account(lines, words)
    return entry


def _account(lines: list[Lines], words: Words) -> dict[str, Any]:
    """Return an account: its dearest lines, and what the others come to."""
    entries = [
        (kind, called[k], float(amounts[k]), float(valuations[k]))
        for kind, called, amounts, valuations in lines
        for k in np.flatnonzero(amounts).tolist()
    ]
    worths = np.array([amount * valuation for _, _, amount, valuation in entries])
    order = np.argsort(-np.abs(worths), kind="stable")
    most = float(np.abs(worths).max(initial=0.0))
    dear = [int(k) for k in order if abs(worths[k]) > _NOTHING * most]
    shown, others = dear[:MOST_LINES], dear[MOST_LINES:]
    account: dict[str, Any] = {
        "lines": [
            [words.place(entries[k][0]), words.place(entries[k][1]), *map(plain_number, entries[k][2:])] for k in shown
        ],
        "free": len(entries) - len(dear),
    }
    if others:
        account["others"] = [len(others), plain_number(worths[others].sum())]
    return account

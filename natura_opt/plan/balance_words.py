"""Where every good of a period comes from and where it goes, in the words that an explanation says it with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..laws.balance import on_hand
from .accounts import Accounts
from .goods_flows import flows_of_columns, words_of_flow

#: What is left over of a good counts as rounding below this share of what is made.
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the balances of goods.

    Attributes
    ----------
    words : what it is, after the amount: ``delivered``.
    amounts : of each good, in its unit, shape (goods,).
    always : whether it is said of a good of which it is nothing.
    """

    words: str
    amounts: Floats
    always: bool = True


def balance_parts(accounts: Accounts) -> list[Part]:
    """Return the parts of the balances of a period, those that supply goods first."""
    plan, t = accounts.plan, accounts.t
    goods = plan.economy.goods
    made = accounts.outputs @ accounts.level
    parts = [Part("made", made)]
    if t == 0:
        parts.append(Part("on hand at the start", on_hand(plan.asked), always=False))
    parts.append(Part("used up as input", plan.output.to_numpy()[:, t] - plan.net_output.to_numpy()[:, t]))
    parts.append(Part("delivered", plan.consumption.to_numpy()[:, t]))
    if len(plan.investment):
        pooled = plan.investment.index.nlevels == 1
        held = plan.investment.index if pooled else plan.investment.index.get_level_values(0)
        parts.append(Part("invested", _by_good(goods.get_indexer(held), plan.investment.to_numpy()[:, t], len(goods))))
    if plan.asked.has("storage"):
        stored = plan.stored.to_numpy()
        if t > 0:
            parts.append(Part("from store", plan.asked.vector("storage", 0) * stored[:, t - 1]))
        parts.append(Part("stored", stored[:, t]))
    parts += _further(accounts)
    left = plan.surplus.to_numpy()[:, t]
    return [*parts, Part("left over", np.where(left > _ROUNDING * made, left, 0.0))]


def _further(accounts: Accounts) -> list[Part]:
    """Return what further laws supply of goods, or take of them."""
    plan, t = accounts.plan, accounts.t
    count, parts = len(plan.economy.goods), []
    told = (plan.columns_filling("investment"), plan.columns_filling("stored"))
    for block, goods, amounts in flows_of_columns(plan, t):
        if block.declared is not None and block not in told:
            for sign, words in zip((1.0, -1.0), words_of_flow(block), strict=True):
                mine = _by_good(goods, np.maximum(sign * amounts, 0.0), count)
                parts.append(Part(words, mine, always=False))
    other = plan.other_uses.to_numpy()[:, t]
    parts.append(Part("other use", np.maximum(other, 0.0), always=False))
    parts.append(Part("other supply", np.maximum(-other, 0.0), always=False))
    return parts


def _by_good(goods: Any, amounts: Floats, count: int) -> Floats:
    return np.bincount(goods, amounts, minlength=count).astype(float)  # of nothing, it counts in whole numbers

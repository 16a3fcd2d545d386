"""Where price coordination cannot begin: goods that no choice of techniques makes more of than it uses up."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...base.arrays import Floats
from ...base.errors import QuestionError, listed
from .cheapest import Industries, Offer
from .priced_economy import PricedEconomy


def first_offer(laid: PricedEconomy, industries: Industries, scarcity: Floats) -> Offer:
    """Let industries find productive techniques to start from, or say what cannot be produced."""
    offer = industries.start(scarcity)
    if isinstance(offer, Offer):
        return offer
    name, goods = laid.economy.name, listed(laid.economy.goods[laid.goods[offer.goods]])
    if offer.proved and _can_do_without(laid, offer.goods):
        raise QuestionError(
            f"{name}: method 'prices' cannot price {goods}, of which every choice of techniques uses up as much as it "
            "makes, or more, although the assortment can be made without; leave out the techniques that need them, or "
            "ask it with method='auto'"
        )
    if offer.proved:
        raise QuestionError(
            f"{name}: the economy is not productive: whichever techniques are chosen, as much of {goods} is used up as "
            "made, or more; correct their inputs, or leave out the techniques that need them"
        )
    raise QuestionError(
        f"{name}: undecided whether any choice of techniques is productive: {goods} use up what they make of "
        "themselves to within rounding; correct their inputs, or leave out the techniques that need them"
    )


def _can_do_without(laid: PricedEconomy, goods: Any) -> bool:
    """Whether what is wanted has techniques that need none of some goods, directly or through others."""
    makeable = np.ones(len(laid.wanted), dtype=bool)
    makeable[goods] = False
    while True:
        runs = makeable[laid.made_good] & (laid.inputs @ (~makeable).astype(np.float64) == 0)
        now = makeable & (np.bincount(laid.made_good[runs], minlength=len(makeable)) > 0)
        if (now == makeable).all():
            return bool(makeable[laid.wanted > 0].all())
        makeable = now

"""What the width of a flow stands for: quantities, what they are worth, or shares of all there is of a good."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...base.arrays import Floats
from ...base.errors import OptionError, unknown
from ..tables import PlanTables

WIDTHS = ("auto", "quantity", "worth", "share")


def meaning_of(plan: PlanTables, flows: pd.DataFrame, widths: str) -> str:
    """Choose what widths stand for; ``auto`` takes the first of quantity, worth and share that has a meaning.

    Raises
    ------
    OptionError : ``widths`` is none of :data:`WIDTHS`.
    """
    if widths not in WIDTHS:
        raise OptionError(unknown("widths", widths, WIDTHS))
    if widths != "auto":
        return widths
    goods = plan.economy.goods[sorted(set(flows["good"]))]
    if len({plan.economy.unit("goods", good) for good in goods}) <= 1:
        return "quantity"
    return "worth" if flows["worth"].any() else "share"


def widths_of(plan: PlanTables, flows: pd.DataFrame, kind: str) -> Floats:
    """Return the width of every flow, as :func:`meaning_of` says."""
    if kind == "worth":
        return flows["worth"].to_numpy(dtype=float)
    amounts = flows["amount"].to_numpy(dtype=float)
    return amounts if kind == "quantity" else amounts / available(plan, flows)[flows["good"].to_numpy()]


def available(plan: PlanTables, flows: pd.DataFrame) -> Floats:
    """Return how much there is of each good: all that is used, or left over."""
    used = flows[flows["side"] == "used"]
    total = np.bincount(used["good"], used["amount"], minlength=len(plan.economy.goods))
    return np.where(total > 0, total, 1.0)

"""Capital stocks by good and holder, and goods in store: one panel per good, since stocks of a good share its unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ...base.labels import name_of
from ...economy.coerce import position
from ..tables import PlanTables
from .ranking import held_good, is_pooled, worth_of_goods, worth_of_stocks
from .stacks import Stack, draw_stacks, width_of
from .style import heading, without


def draw_stocks(plan: PlanTables, most: int = 8) -> Figure:
    """Draw stacked bars per period, named at the last one."""
    stacks = [*_capital(plan), *_stored(plan)]
    if not stacks:
        return without(plan, "Stocks", "This plan holds no capital stocks and stores no goods.")
    title = heading(plan, "Stocks", width_of(min(len(stacks), most)))
    return draw_stacks(stacks, title, most, "more goods, whose stocks are worth less, in plan.stocks")


def _capital(plan: PlanTables) -> Iterator[Stack]:
    """Yield one panel per capital good, in the order of the economy."""
    stocks, pooled = plan.stocks, is_pooled(plan)
    goods = [held_good(plan, holding) for holding in stocks.index]
    holders = [("", -1) if pooled else _holder(plan, holding[1]) for holding in stocks.index]
    worth = worth_of_stocks(plan).to_numpy()
    for good in dict.fromkeys(goods):
        mine = [k for k, other in enumerate(goods) if other == good]
        yield Stack(
            title=name_of(good),
            unit=plan.economy.unit("goods", good),
            what="start of period",
            parts=stocks.iloc[mine].set_axis([holders[k][0] for k in mine], axis=0),
            places=np.array([holders[k][1] for k in mine]),
            worth=float(worth[mine].sum()),
        )


def _holder(plan: PlanTables, technique: Any) -> tuple[str, int]:
    return name_of(technique), position(plan.economy.techniques, technique)


def _stored(plan: PlanTables) -> Iterator[Stack]:
    """Yield one panel per good that is in store at the end of some period."""
    stored = plan.stored
    worth = worth_of_goods(plan).to_numpy()
    for k, good in enumerate(stored.index):
        if plan.economy.has("storage") and stored.iloc[k].to_numpy().any():
            parts = stored.iloc[[k]].set_axis([""], axis=0)
            unit = plan.economy.unit("goods", good)
            yield Stack(name_of(good), unit, "in store at end", parts, np.array([-1]), float(worth[k]))

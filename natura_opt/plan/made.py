"""What a plan makes and how: its goods and its activities, those that are worth most first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from .pictures.ranking import worth_of_goods
from .tables import PlanTables


def goods_made(plan: PlanTables, period: Any = None, most: int | None = None) -> pd.DataFrame:
    """Return what is made of each good: index (good, period), goods of which most worth is made first.

    Columns: unit, target (NaN where the question has none), made (:attr:`natura_opt.Plan.output`), net_output and
    fulfilment (delivered over target; NaN without a target): numbers of the plan's own tables.

    Parameters
    ----------
    period : a period of the economy; all of them where none is given.
    most : of so many goods; of all where it is not given.
    """
    economy = plan.economy
    order = np.argsort(-worth_of_goods(plan).to_numpy(), kind="stable")[:most]
    chosen = [k for k, one in enumerate(economy.periods) if period is None or one == period]
    tables = [
        _targets(plan),
        *(table.to_numpy() for table in (plan.output, plan.net_output, plan.fulfilment_by_good)),
    ]
    index = pd.MultiIndex.from_product(
        [[economy.goods[i] for i in order], [economy.periods[t] for t in chosen]], names=["good", "period"]
    )
    figures = [table[np.ix_(order, np.array(chosen, dtype=int))].ravel() for table in tables]
    made = pd.DataFrame(dict(zip(("target", "made", "net_output", "fulfilment"), figures, strict=True)), index=index)
    made.insert(0, "unit", [economy.unit("goods", economy.goods[i]) for i in order for _ in chosen])
    return made


def largest_activities(plan: PlanTables) -> pd.DataFrame:
    """Return the activities that run, those whose products are worth most first: techniques x periods.

    Products are worth their valuations, so that no change of units changes the order; where nothing is worth anything,
    the order is the economy's.
    """
    levels, values = plan.activities.to_numpy(), np.abs(plan.good_valuations.to_numpy())
    worth = np.zeros(len(levels))
    for t in range(levels.shape[1]):
        made = abs(plan.asked.matrix("outputs", t)).T @ np.nan_to_num(values[:, t])
        worth = np.maximum(worth, made * np.abs(levels[:, t]))
    order = np.argsort(-worth, kind="stable")
    running = np.count_nonzero(levels, axis=1)
    return plan.activities.iloc[[i for i in order.tolist() if running[i]]]


def _targets(plan: PlanTables) -> Floats:
    """Return the targets of every good and period; NaN where there is none."""
    asked = plan.asked
    if not asked.has("targets"):
        return np.full((len(asked.goods), len(asked.periods)), np.nan)
    targets = np.column_stack([asked.vector("targets", t) for t in range(len(asked.periods))])
    return np.where(targets > 0, targets, np.nan)

"""Which of many things to draw: those of which all there is is worth most, a measure that no change of units moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...base.labels import name_of
from ...formulate import asked_of
from ..tables import PlanTables


def worth_of_goods(plan: PlanTables) -> pd.Series:
    """Return for each good the most its whole output is worth in a period."""
    return _most(plan.valuations_by_kind["good"].to_numpy() * plan.output.to_numpy(), plan.economy.goods)


def worth_of_resources(plan: PlanTables) -> pd.Series:
    """Return for each resource the most all that is available of it is worth in a period."""
    economy = asked_of(plan.economy, plan.question)
    limits = [economy.vector("resource_limits", t) for t in range(len(economy.periods))]
    found = plan.valuations_by_kind.get("resource")
    if found is None:
        return pd.Series(dtype=float)
    return _most(found.to_numpy() * np.column_stack(limits), economy.resources)


def worth_of_emissions(plan: PlanTables) -> pd.Series:
    """Return for each pollutant the most that all that is emitted of it costs by cap and budget in a period."""
    costs = plan.abatement_costs.to_numpy()
    return _most((costs[:, :-1] + costs[:, -1:]) * plan.emissions.to_numpy(), plan.economy.pollutants)


def worth_of_stocks(plan: PlanTables) -> pd.Series:
    """Return for each holding of a capital stock the most the whole of it is worth at the start of a period."""
    stocks = plan.stocks
    values = plan.stock_valuations.reindex(stocks.index).fillna(0.0) if len(stocks) else stocks
    return _most(values.to_numpy() * stocks.to_numpy(), stocks.index)


def is_pooled(plan: PlanTables) -> bool:
    """Whether capital stocks belong to all techniques together."""
    return asked_of(plan.economy, plan.question).has("capital_pool")


def held_good(plan: PlanTables, holding: Any) -> Any:
    """Return the good of a holding: of (good, technique), or of the good itself where stocks are pooled."""
    return holding if is_pooled(plan) else holding[0]


def holding_text(plan: PlanTables, holding: Any) -> str:
    """Return a holding in words: ``iron in coal``, or the good alone where stocks are pooled."""
    return name_of(holding) if is_pooled(plan) else " in ".join(name_of(part) for part in holding)


def _most(worth: np.ndarray, index: pd.Index) -> pd.Series:
    worth = np.abs(np.where(np.isfinite(worth), worth, 0.0))
    return pd.Series(worth.max(axis=1) if worth.size else np.zeros(len(index)), index=index)

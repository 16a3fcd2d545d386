"""Which of many things to draw: those of which all there is is worth most, a measure that no change of units moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...program.canonical import Block
from ..naming import rows_of
from ..tables import PlanTables


def worth_of_goods(plan: PlanTables) -> pd.Series:
    """Return for each good the most its whole output is worth in a period."""
    return _most(plan.good_valuations.to_numpy() * plan.output.to_numpy(), plan.economy.goods)


def worth_of_techniques(plan: PlanTables) -> pd.Series:
    """Return for each technique the most that all it makes is worth in a period."""
    values, levels = np.abs(plan.good_valuations.to_numpy()), plan.activities.to_numpy()
    made = [plan.asked.matrix("outputs", t).T @ values[:, t] * levels[:, t] for t in range(levels.shape[1])]
    return _most(np.column_stack(made), plan.economy.techniques)


def worth_of_rows(plan: PlanTables, block: Block) -> pd.Series:
    """Return for each name of declared rows the most that all of their side is worth in a period."""
    says = rows_of(block)
    of_rows = plan.side_of(block)
    sides = plan.laid_out(says, block, np.where(np.isfinite(of_rows), of_rows, 0.0))
    worth = plan.laid_out(says, block, plan.dual[block.span]).to_numpy() * sides.to_numpy()
    return _most(worth, sides.index)


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
    return plan.asked.has("capital_pool")


def held_good(plan: PlanTables, holding: Any) -> Any:
    """Return the good of a holding: of (good, technique), or of the good itself where stocks are pooled."""
    return holding if is_pooled(plan) else holding[0]


def _most(worth: np.ndarray, index: pd.Index) -> pd.Series:
    worth = np.abs(np.where(np.isfinite(worth), worth, 0.0))
    return pd.Series(worth.max(axis=1) if worth.size else np.zeros(len(index)), index=index)

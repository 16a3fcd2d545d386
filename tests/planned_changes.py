"""Seeded changes of economies for the tests of planners: numbers of any table, some of which leave no plan."""

from __future__ import annotations

from typing import Any

import numpy as np

import natura_opt as no

#: Tables that are changed entry by entry, and by how much at most.
SIDES = ("targets", "resource_limits", "initial_stocks", "capital_pool", "initial_capital", "storage_capacity")
COEFFICIENTS = ("inputs", "resource_use", "capital", "depreciation", "pool_depreciation", "resource_weights")


def change(planner: no.Planner, rng: np.random.Generator) -> str:
    """Change one thing of a planner's economy or question, and say what."""
    economy = planner.economy
    known = [name for name in (*SIDES, *COEFFICIENTS) if economy.has(name)]
    what = str(rng.choice([*known, "whole", "new", "impossible"]))
    if what == "impossible":
        planner.change("activity_limits", 1e-9)
        return what
    if economy.has("activity_limits"):  # back from where there was no plan worth having
        planner.change("activity_limits", None)
        return "possible"
    if what == "whole":
        planner.change("targets", economy.frame("targets") * rng.uniform(0.8, 1.25))
        return what
    if what == "new":  # a coefficient that was not there, perhaps a stock that production ties up from now on
        row, column = rng.choice(economy.goods), rng.choice(economy.techniques)
        planner.change("inputs", {(row, column): 0.01})
        return what
    entries(planner, what, rng)
    return what


def entries(planner: no.Planner, table: str, rng: np.random.Generator) -> None:
    """Change some numbers of a table, in one period or in all."""
    economy, spec = planner.economy, no.TABLES[table]
    once = spec.once or (economy.constant(table) and rng.random() < 0.5)
    t = int(rng.integers(len(economy.periods)))
    period: Any = None if once else economy.periods[t]
    rows = economy.axes[spec.axes[0]]
    if not spec.is_matrix:
        values = economy.vector(table, t)
        at = rng.choice(len(rows), min(3, len(rows)), replace=False)
        planner.change(table, {rows[k]: values[k] * rng.uniform(0.9, 1.1) for k in at}, period)
        return
    matrix = economy.matrix(table, t).tocoo()
    if not matrix.nnz:
        return
    columns = economy.axes[spec.axes[1]]
    at = rng.choice(matrix.nnz, min(3, matrix.nnz), replace=False)
    places = {(rows[matrix.row[k]], columns[matrix.col[k]]): matrix.data[k] * rng.uniform(0.9, 1.0) for k in at}
    planner.change(table, places, period)

"""Britain in twenty industries, 2015, a five-year plan in plain CVXPY: to learn from, and a check.

A year's output is shared between inputs, investment and consumption, and consumption reaches the fraction z
of the target; the plan makes the sum of the z greatest. The files are in millions of pounds. Here a good is
measured in its target of year 1 and labour in the supply of year 1: the solver then sees moderate figures,
and its tolerances mean what they say.
"""

from __future__ import annotations

from pathlib import Path

import cvxpy as cp
import pandas as pd

HERE = Path(__file__).parent
TOLERANCE = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def table(name: str) -> pd.DataFrame:
    """Read a table beside this file, with its row and column names."""
    return pd.read_csv(HERE / f"{name}.csv", index_col=0)


def solve() -> dict[str, float]:
    """Return the objective, the yearly fulfilments, outputs and the valuations of goods and labour."""
    targets, labour_supply = table("targets"), table("resource_limits").loc["labour"]
    goods, years = list(targets.index), list(targets.columns)
    unit, labour_unit = targets["year1"].to_numpy(), labour_supply["year1"]
    per_unit = unit[None, :] / unit[:, None]  # a coefficient in the new units: the column's unit over the row's
    inputs, capital = table("inputs").to_numpy() * per_unit, table("capital").to_numpy() * per_unit
    start, keep = table("initial_capital").to_numpy() / unit[:, None], 1 - table("depreciation").to_numpy()
    labour_use = table("resource_use").to_numpy()[0] * unit / labour_unit
    target, limit = targets.to_numpy() / unit[:, None], labour_supply.to_numpy() / labour_unit

    n, horizon = target.shape
    make = cp.Variable((n, horizon), nonneg=True, name="output")
    fulfilment = cp.Variable(horizon, nonneg=True, name="fulfilment")
    invest = [cp.Variable((n, n), nonneg=True, name=f"investment {year}") for year in years]
    stock = [cp.Variable((n, n), nonneg=True, name=f"stock {year}") for year in years]

    balance, labour, capacity, growth = [], [], [], [stock[0] <= start]
    for t in range(horizon):
        used = inputs @ make[:, t] + cp.sum(invest[t], axis=1)
        balance.append(fulfilment[t] * target[:, t] + used <= make[:, t])
        labour.append(labour_use @ make[:, t] <= limit[t])
        capacity.append(capital @ cp.diag(make[:, t]) <= stock[t])
        if t > 0:
            growth.append(stock[t] <= cp.multiply(keep, stock[t - 1]) + invest[t - 1])
    problem = cp.Problem(cp.Maximize(cp.sum(fulfilment)), balance + labour + capacity + growth)
    problem.solve(solver=cp.HIGHS, **TOLERANCE)
    assert problem.status == cp.OPTIMAL, problem.status

    figures = {"objective": float(problem.value)}
    for t, year in enumerate(years):
        figures[f"fulfilment {year}"] = float(fulfilment.value[t])
        figures[f"valuation labour {year}"] = float(labour[t].dual_value) / labour_unit
        for i, good in enumerate(goods):
            figures[f"activity {good} {year}"] = float(make.value[i, t] * unit[i])
            figures[f"valuation {good} {year}"] = float(balance[t].dual_value[i] / unit[i])
    return figures


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:52} {figure:.12g}")

"""Kantorovich's excavators (1939) in plain CVXPY: to learn from, and an independent check.

Three excavators can each do three kinds of work, at different rates. How should the time of each be divided
so that the three kinds of work go forward together, as fast as possible?
"""

from __future__ import annotations

from pathlib import Path

import cvxpy as cp
import pandas as pd

HERE = Path(__file__).parent


def table(name: str) -> pd.DataFrame:
    """Read a table beside this file, with its row and column names."""
    return pd.read_csv(HERE / f"{name}.csv", index_col=0)


def solve() -> dict[str, float]:
    """Return the amount of each work done, the time given to every technique, and the valuations."""
    outputs, resource_use = table("outputs"), table("resource_use")
    limit, target = table("resource_limits")["value"], table("targets")["value"]

    run = cp.Variable(outputs.shape[1], nonneg=True, name="time given to each technique [hour]")
    fulfilment = cp.Variable(nonneg=True, name="multiple of the target that is reached [1]")

    # Written as "need <= supply", so that each dual is what one more unit of the right-hand side would add.
    balance = fulfilment * target.to_numpy() <= outputs.to_numpy() @ run
    machine_time = resource_use.to_numpy() @ run <= limit.to_numpy()

    problem = cp.Problem(cp.Maximize(fulfilment), [balance, machine_time])
    problem.solve(solver=cp.HIGHS)
    assert problem.status == cp.OPTIMAL, problem.status

    figures = {"objective": float(problem.value)}
    for technique, hours in zip(outputs.columns, run.value, strict=True):
        figures[f"activity {technique}"] = float(hours)
    for good, valuation in zip(outputs.index, balance.dual_value, strict=True):
        figures[f"valuation {good}"] = float(valuation)
    for machine, valuation in zip(resource_use.index, machine_time.dual_value, strict=True):
        figures[f"valuation {machine}"] = float(valuation)
    return figures


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:24} {figure:.12g}")

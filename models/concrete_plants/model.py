"""Concrete from indivisible plants in plain Pyomo: to learn from, and an independent check.

A plant makes at most 1450 of concrete and uses 2.7 of cement, whatever its output. What is the least cement for
1500 of concrete, and for 1400? What is one more tonne of either good worth, with the plants that run?
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyomo.environ as pyo
from pyomo.contrib.solver.common.factory import SolverFactory

HERE = Path(__file__).parent


def table(name: str) -> pd.DataFrame:
    """Read a table beside this file, with its row and column names."""
    return pd.read_csv(HERE / f"{name}.csv", index_col=0)


def build(in_store: float = 0.0, divisible: bool = False) -> pyo.ConcreteModel:
    """Write the problem down, with so much concrete in store."""
    demand = float(table("targets").loc["concrete", "value"])
    capacity = float(table("plant_capacity").loc["concrete", "value"])
    cement_per_plant = float(table("plant_inputs").loc["cement", "concrete"])

    m = pyo.ConcreteModel("concrete plants")
    m.buy = pyo.Var(domain=pyo.NonNegativeReals, doc="cement bought [tonne]")
    m.make = pyo.Var(domain=pyo.NonNegativeReals, doc="concrete made [tonne]")
    m.run = pyo.Var(domain=pyo.NonNegativeReals if divisible else pyo.NonNegativeIntegers, doc="plants that run")

    m.concrete = pyo.Constraint(expr=m.make + in_store >= demand, doc="concrete meets the demand")
    m.cement = pyo.Constraint(expr=m.buy - cement_per_plant * m.run >= 0, doc="cement covers what plants use")
    m.capacity = pyo.Constraint(expr=m.make - capacity * m.run <= 0, doc="plants make no more than they can")
    m.total = pyo.Objective(expr=m.buy, sense=pyo.minimize, doc="cement bought")
    return m


def least_cement(in_store: float = 0.0, divisible: bool = False) -> tuple[float, pyo.ConcreteModel]:
    """Return the least cement, and the model at it."""
    m = build(in_store, divisible)
    result = SolverFactory("highs").solve(m)
    assert result.solution_status.name == "optimal", result.termination_condition
    return pyo.value(m.total), m


def solve() -> dict[str, float]:
    """Return the cement for both demands, the plants that run, and the valuations with those plants fixed."""
    whole, m = least_cement()
    plants = round(m.run.value)
    m.run.domain = pyo.Reals
    m.run.fix(plants)
    dual = SolverFactory("highs").solve(m).solution_loader.get_duals()
    in_store = float(table("initial_stocks").loc["concrete", "value"])
    return {
        "objective": whole,
        "plants": plants,
        "valuation cement": dual[m.cement],
        "valuation concrete": dual[m.concrete],
        "objective for 1400": least_cement(in_store)[0],
        "objective if plants were divisible": least_cement(divisible=True)[0],
    }


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:36} {figure:.10g}")

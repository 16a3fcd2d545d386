"""Kantorovich's machines (1939) in plain Pyomo: to learn from, and an independent check.

Three kinds of machine can each make two items, at different rates. How should their hours be divided so that
as many pairs (one item of each) as possible are made in an hour?
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


def build() -> pyo.ConcreteModel:
    """Write the problem down."""
    outputs, resource_use = table("outputs"), table("resource_use")
    limit, target = table("resource_limits")["value"], table("targets")["value"]

    m = pyo.ConcreteModel("Kantorovich's machines")
    m.GOODS = pyo.Set(initialize=list(outputs.index), doc="items")
    m.TECHNIQUES = pyo.Set(initialize=list(outputs.columns), doc="an item on a kind of machine")
    m.RESOURCES = pyo.Set(initialize=list(resource_use.index), doc="kinds of machine")

    m.run = pyo.Var(m.TECHNIQUES, domain=pyo.NonNegativeReals, doc="machine time given to a technique [hour]")
    m.sets = pyo.Var(domain=pyo.NonNegativeReals, doc="complete sets of items, as multiples of the target [1]")

    @m.Constraint(m.GOODS, doc="enough of every item for the sets")
    def balance(m: pyo.ConcreteModel, i: str) -> object:
        return m.sets * target[i] <= sum(outputs.loc[i, j] * m.run[j] for j in m.TECHNIQUES)

    @m.Constraint(m.RESOURCES, doc="no more machine time than there is")
    def resource(m: pyo.ConcreteModel, r: str) -> object:
        return sum(resource_use.loc[r, j] * m.run[j] for j in m.TECHNIQUES) <= limit[r]

    @m.Objective(sense=pyo.maximize, doc="complete sets of items")
    def total(m: pyo.ConcreteModel) -> object:
        return m.sets

    return m


def solve() -> dict[str, float]:
    """Return the pairs made, the machine time of each technique, and the valuations of items and machines."""
    m = build()
    result = SolverFactory("highs").solve(m)
    assert result.solution_status.name == "optimal", result.termination_condition
    dual = result.solution_loader.get_duals()
    figures = {"objective": pyo.value(m.total)}
    figures |= {f"activity {j}": m.run[j].value for j in m.TECHNIQUES}
    figures |= {f"valuation {i}": dual[m.balance[i]] for i in m.GOODS}
    return figures | {f"valuation {r}": dual[m.resource[r]] for r in m.RESOURCES}


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:28} {figure:.10g}")

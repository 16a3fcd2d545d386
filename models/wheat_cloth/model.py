"""Leontief's wheat and cloth (1970) in plain Pyomo: to learn from, and an independent check.

Wheat and cloth are made from each other and from labour. What is the least labour that leaves 55 bushels of
wheat and 30 yards of cloth over? What does one more bushel, or one more yard, cost in labour?
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
    inputs, resource_use = table("inputs"), table("resource_use")
    target, weight = table("targets")["value"], table("resource_weights")["value"]

    m = pyo.ConcreteModel("wheat and cloth")
    m.GOODS = pyo.Set(initialize=list(inputs.index), doc="goods, each made by one technique")
    m.RESOURCES = pyo.Set(initialize=list(resource_use.index), doc="what is used and not produced")

    m.make = pyo.Var(m.GOODS, domain=pyo.NonNegativeReals, doc="output [bushel, yard]")

    @m.Constraint(m.GOODS, doc="output less what all techniques use up meets the target")
    def balance(m: pyo.ConcreteModel, i: str) -> object:
        return m.make[i] - sum(inputs.loc[i, j] * m.make[j] for j in m.GOODS) >= target[i]

    @m.Expression(m.RESOURCES, doc="use of a resource [person-year]")
    def use(m: pyo.ConcreteModel, r: str) -> object:
        return sum(resource_use.loc[r, j] * m.make[j] for j in m.GOODS)

    @m.Objective(sense=pyo.minimize, doc="weighted use of resources")
    def total(m: pyo.ConcreteModel) -> object:
        return sum(weight[r] * m.use[r] for r in m.RESOURCES)

    return m


def solve() -> dict[str, float]:
    """Return the labour needed, both outputs, and the labour values of both goods."""
    m = build()
    result = SolverFactory("highs").solve(m)
    assert result.solution_status.name == "optimal", result.termination_condition
    dual = result.solution_loader.get_duals()
    figures = {"objective": pyo.value(m.total)}
    figures |= {f"activity {i}": m.make[i].value for i in m.GOODS}
    return figures | {f"valuation {i}": dual[m.balance[i]] for i in m.GOODS}


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:20} {figure:.10g}")

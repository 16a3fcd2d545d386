"""Leontief's wheat and cloth with pollution (1970) in plain Pyomo: to learn from, and an independent check.

Making wheat and cloth gives off smoke; a third technique takes smoke out of the air, with cloth and labour. What is the
least labour that leaves 55 bushels, 30 yards and at most 30 grams of smoke? What does one gram less cost?
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
    inputs, outputs = table("inputs"), table("outputs")
    labour, smoke = table("resource_use").loc["labour"], table("emissions").loc["smoke"]
    target, cap = table("targets")["value"], table("emission_caps")["value"]["smoke"]

    m = pyo.ConcreteModel("wheat, cloth and smoke")
    m.GOODS = pyo.Set(initialize=list(inputs.index), doc="goods")
    m.TECHNIQUES = pyo.Set(initialize=list(inputs.columns), doc="two ways of making, one of abating")

    m.run = pyo.Var(m.TECHNIQUES, domain=pyo.NonNegativeReals, doc="activity [bushel, yard, gram]")

    @m.Constraint(m.GOODS, doc="output less what all techniques use up meets the target")
    def balance(m: pyo.ConcreteModel, i: str) -> object:
        return sum((outputs.loc[i, j] - inputs.loc[i, j]) * m.run[j] for j in m.TECHNIQUES) >= target[i]

    @m.Constraint(doc="smoke given off, less what is abated, stays below its cap [gram]")
    def smoke_left(m: pyo.ConcreteModel) -> object:
        return sum(smoke[j] * m.run[j] for j in m.TECHNIQUES) <= cap

    @m.Objective(sense=pyo.minimize, doc="labour [person-year]")
    def total(m: pyo.ConcreteModel) -> object:
        return sum(labour[j] * m.run[j] for j in m.TECHNIQUES)

    return m


def solve() -> dict[str, float]:
    """Return the labour needed, the activities, the valuations of both goods and the cost of one gram less smoke."""
    m = build()
    result = SolverFactory("highs").solve(m)
    assert result.solution_status.name == "optimal", result.termination_condition
    dual = result.solution_loader.get_duals()
    figures = {"objective": pyo.value(m.total), "abatement cost smoke": -dual[m.smoke_left]}
    figures |= {f"activity {j}": m.run[j].value for j in m.TECHNIQUES}
    return figures | {f"valuation {i}": dual[m.balance[i]] for i in m.GOODS}


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:22} {figure:.10g}")

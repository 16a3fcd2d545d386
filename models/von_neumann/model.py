"""Gale's example of von Neumann's growth in plain Pyomo: to learn from, and an independent check.

What a technique needs must be there when a period begins, and is used up in it; what it makes is there when the next
one begins. How many complete sets of the goods, one tonne of each, can there be after thirteen periods?
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyomo.environ as pyo
from pyomo.contrib.solver.common.factory import SolverFactory

HERE = Path(__file__).parent


def table(name: str) -> pd.DataFrame:
    """Read a table beside this file, with its row and column names."""
    return pd.read_csv(HERE / f"{name}.csv", index_col=0)


def build() -> pyo.ConcreteModel:
    """Write the plan down."""
    needs, makes = table("capital"), table("outputs")
    start, wanted = table("capital_pool")["value"], table("targets")
    periods = list(wanted.columns)
    after = dict(pairwise(periods))

    m = pyo.ConcreteModel("von Neumann's growth")
    m.GOODS = pyo.Set(initialize=list(needs.index), doc="goods")
    m.TECHNIQUES = pyo.Set(initialize=list(needs.columns), doc="techniques, some with joint products")
    m.PERIODS = pyo.Set(initialize=periods, doc="periods of the plan")

    m.run = pyo.Var(m.TECHNIQUES, m.PERIODS, domain=pyo.NonNegativeReals, doc="activity [tonne]")
    m.kept = pyo.Var(m.GOODS, m.PERIODS, domain=pyo.NonNegativeReals, doc="kept for the next period [tonne]")
    m.sets = pyo.Var(domain=pyo.NonNegativeReals, doc="complete sets of the goods [1]")

    @m.Constraint(m.GOODS, m.PERIODS, doc="what is needed is there when the period begins")
    def needed(m: pyo.ConcreteModel, i: str, t: str) -> object:
        before = next((s for s in periods[:-1] if after[s] == t), None)
        there = start[i] if before is None else m.kept[i, before]
        return sum(needs.loc[i, j] * m.run[j, t] for j in m.TECHNIQUES) <= there

    @m.Constraint(m.GOODS, m.PERIODS, doc="what is made is kept, or handed over in complete sets")
    def balance(m: pyo.ConcreteModel, i: str, t: str) -> object:
        made = sum(makes.loc[i, j] * m.run[j, t] for j in m.TECHNIQUES)
        return made - (m.kept[i, t] if t in after else 0.0) >= wanted.loc[i, t] * m.sets

    m.total = pyo.Objective(expr=m.sets, sense=pyo.maximize, doc="complete sets after the last period")
    return m


def solve() -> dict[str, float]:
    """Return the number of sets, the activities of the last period, and the valuations of the goods in it."""
    m = build()
    result = SolverFactory("highs").solve(m)
    assert result.solution_status.name == "optimal", result.termination_condition
    dual = result.solution_loader.get_duals()
    last = m.PERIODS.last()
    figures = {"objective": pyo.value(m.total)} | {f"activity {j} {last}": m.run[j, last].value for j in m.TECHNIQUES}
    return figures | {f"valuation {i} {last}": dual[m.balance[i, last]] for i in m.GOODS}


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:24} {figure:.10g}")

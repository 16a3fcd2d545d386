"""The EU of 2006 over nine years, in plain Pyomo: the law of five_year_plan, and a lesson about units.

In millions of euro the solver says 'optimal' at anything from 10.659 to 10.700: it lets a valuation be wrong
by 1e-7, and a million euro is worth about 1e-7 here. In units of the targets' size it finds 10.7009597491.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyomo.environ as pyo
from pyomo.contrib.solver.common.factory import SolverFactory


def table(name: str) -> pd.DataFrame:
    """Read a table beside this file, with its row and column names."""
    return pd.read_csv(Path(__file__).parent / f"{name}.csv", index_col=0)


# A good is measured in its target of year 1, labour in the supply of year 1: all figures are then near 1.
UNIT, LABOUR_UNIT = table("targets")["year1"], table("resource_limits").loc["labour", "year1"]
# Labour falls short in year 1 by one part in 20 million: the solver must look closer than its usual 1e-7.
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def build() -> pyo.ConcreteModel:
    """Write the plan down: a row is divided by the unit of its good, a column multiplied by its own."""
    inputs, capital = (table(n).div(UNIT, axis=0).mul(UNIT).T.unstack() for n in ("inputs", "capital"))
    start, target = (table(n).div(UNIT, axis=0).T.unstack() for n in ("initial_capital", "targets"))
    labour_use = table("resource_use").loc["labour"] * UNIT / LABOUR_UNIT
    limit, loss = table("resource_limits").loc["labour"] / LABOUR_UNIT, table("depreciation")
    before = dict(zip(limit.index[1:], limit.index[:-1], strict=True))
    m = pyo.ConcreteModel("EU 2006")
    m.GOODS = pyo.Set(initialize=list(UNIT.index), doc="goods, each made by one industry")
    m.YEARS = pyo.Set(initialize=list(limit.index), doc="years of the plan")
    m.make = pyo.Var(m.GOODS, m.YEARS, domain=pyo.NonNegativeReals, doc="output [UNIT]")
    m.invest = pyo.Var(m.GOODS, m.GOODS, m.YEARS, domain=pyo.NonNegativeReals, doc="addition to stock [UNIT]")
    m.stock = pyo.Var(m.GOODS, m.GOODS, m.YEARS, domain=pyo.NonNegativeReals, doc="i in industry j [UNIT]")
    m.fulfilment = pyo.Var(m.YEARS, domain=pyo.NonNegativeReals, doc="share of the targets reached [1]")

    @m.Constraint(m.GOODS, m.YEARS, doc="consumption, inputs and investment come out of the year's output")
    def balance(m: pyo.ConcreteModel, i: str, t: str) -> object:
        used = sum(inputs[i, j] * m.make[j, t] + m.invest[i, j, t] for j in m.GOODS)
        return m.fulfilment[t] * target[i, t] + used <= m.make[i, t]

    @m.Constraint(m.YEARS, doc="no more labour than there is")
    def labour(m: pyo.ConcreteModel, t: str) -> object:
        return sum(labour_use[j] * m.make[j, t] for j in m.GOODS) <= limit[t]

    @m.Constraint(m.GOODS, m.GOODS, m.YEARS, doc="output needs its stock of each capital good")
    def capacity(m: pyo.ConcreteModel, i: str, j: str, t: str) -> object:
        return capital[i, j] * m.make[j, t] <= m.stock[i, j, t]

    @m.Constraint(m.GOODS, m.GOODS, m.YEARS, doc="what is left of last year's stock, and its investment")
    def growth(m: pyo.ConcreteModel, i: str, j: str, t: str) -> object:
        if t not in before:
            return m.stock[i, j, t] <= start[i, j]
        return m.stock[i, j, t] <= (1 - loss.loc[i, j]) * m.stock[i, j, before[t]] + m.invest[i, j, before[t]]

    m.total = pyo.Objective(expr=sum(m.fulfilment.values()), sense=pyo.maximize, doc="sum of the fulfilments")
    return m


def solve() -> dict[str, float]:
    """Return the objective and fulfilments, and outputs and valuations back in millions of euro."""
    m = build()
    result = SolverFactory("highs").solve(m, solver_options=TIGHT)
    assert result.solution_status.name == "optimal", result.termination_condition
    dual = result.solution_loader.get_duals()
    figures = {"objective": pyo.value(m.total)} | {f"fulfilment {t}": m.fulfilment[t].value for t in m.YEARS}
    figures |= {f"activity {i} {t}": m.make[i, t].value * UNIT[i] for i in m.GOODS for t in m.YEARS}
    figures |= {f"valuation {i} {t}": dual[m.balance[i, t]] / UNIT[i] for i in m.GOODS for t in m.YEARS}
    return figures | {f"valuation labour {t}": dual[m.labour[t]] / LABOUR_UNIT for t in m.YEARS}


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:32} {figure:.12g}")

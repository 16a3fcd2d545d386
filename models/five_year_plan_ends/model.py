"""Cockshott's five-year plan and its end in plain Pyomo: to learn from, and an independent check.

A year's output of a good goes to the inputs of all techniques, to investment in stocks of capital, and to
consumption, which reaches the fraction z of the year's target. The plan makes the sum of the z greatest; at its end
nothing need be left (none), as much as there was (keep), or what lets production go on growing by 2 % (growth).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyomo.environ as pyo
from pyomo.contrib.solver.common.factory import SolverFactory

HERE = Path(__file__).parent


def table(name: str) -> dict[tuple[str, str], float]:
    """Read a table beside this file as {(row name, column name): number}."""
    return pd.read_csv(HERE / f"{name}.csv", index_col=0).T.unstack().to_dict()


def build(end: str = "none") -> pyo.ConcreteModel:
    """Write the plan down."""
    inputs, labour_use, limit = table("inputs"), table("resource_use"), table("resource_limits")
    capital, start, loss = table("capital"), table("initial_capital"), table("depreciation")
    target, years = table("targets"), [year for _, year in limit]
    before = dict(zip(years[1:], years[:-1], strict=True))

    m = pyo.ConcreteModel("five-year plan")
    m.GOODS = pyo.Set(initialize=list(pd.read_csv(HERE / "goods.csv")["name"]), doc="goods and their makers")
    m.YEARS = pyo.Set(initialize=years, doc="years of the plan")
    m.STOCKS = pyo.Set(initialize=[pair for pair in capital if capital[pair] > 0], doc="capital i of maker j")

    m.make = pyo.Var(m.GOODS, m.YEARS, domain=pyo.NonNegativeReals, doc="output [tonne]")
    m.invest = pyo.Var(m.STOCKS, m.YEARS, domain=pyo.NonNegativeReals, doc="addition to a stock [tonne]")
    m.stock = pyo.Var(m.STOCKS, m.YEARS, domain=pyo.NonNegativeReals, doc="stock in use [tonne]")
    m.fulfilment = pyo.Var(m.YEARS, domain=pyo.NonNegativeReals, doc="share of the targets reached [1]")

    @m.Constraint(m.GOODS, m.YEARS, doc="consumption, inputs and investment come out of the year's output")
    def balance(m: pyo.ConcreteModel, i: str, t: str) -> object:
        used = sum(inputs[i, j] * m.make[j, t] for j in m.GOODS)
        invested = sum(m.invest[i, j, t] for j in m.GOODS if (i, j) in m.STOCKS)
        return m.fulfilment[t] * target[i, t] + used + invested <= m.make[i, t]

    @m.Constraint(m.YEARS, doc="no more labour than there is")
    def labour(m: pyo.ConcreteModel, t: str) -> object:
        return sum(labour_use["labour", j] * m.make[j, t] for j in m.GOODS) <= limit["labour", t]

    @m.Constraint(m.STOCKS, m.YEARS, doc="output needs its stock of each capital good")
    def capacity(m: pyo.ConcreteModel, i: str, j: str, t: str) -> object:
        return capital[i, j] * m.make[j, t] <= m.stock[i, j, t]

    @m.Constraint(m.STOCKS, m.YEARS, doc="what is left of last year's stock, and last year's investment")
    def growth(m: pyo.ConcreteModel, i: str, j: str, t: str) -> object:
        if t not in before:
            return m.stock[i, j, t] <= start[i, j]
        return m.stock[i, j, t] <= (1 - loss[i, j]) * m.stock[i, j, before[t]] + m.invest[i, j, before[t]]

    last = years[-1]

    @m.Constraint(m.STOCKS, doc="what is left after the last year")
    def left(m: pyo.ConcreteModel, i: str, j: str) -> object:
        if end == "none":
            return pyo.Constraint.Skip
        asked = start[i, j] if end == "keep" else 1.02 * m.stock[i, j, last]
        return (1 - loss[i, j]) * m.stock[i, j, last] + m.invest[i, j, last] >= asked

    m.total = pyo.Objective(expr=sum(m.fulfilment.values()), sense=pyo.maximize, doc="sum of the fulfilments")
    return m


def solve(end: str = "none") -> dict[str, float]:
    """Return the objective, the yearly fulfilments and outputs, and the valuations of goods and labour."""
    m = build(end)
    result = SolverFactory("highs").solve(m)
    assert result.solution_status.name == "optimal", result.termination_condition
    dual = result.solution_loader.get_duals()
    figures = {"objective": pyo.value(m.total)} | {f"fulfilment {t}": m.fulfilment[t].value for t in m.YEARS}
    figures |= {f"activity {i} {t}": m.make[i, t].value for i in m.GOODS for t in m.YEARS}
    figures |= {f"valuation {i} {t}": dual[m.balance[i, t]] for i in m.GOODS for t in m.YEARS}
    return figures | {f"valuation labour {t}": dual[m.labour[t]] for t in m.YEARS}


if __name__ == "__main__":
    for asked in ("none", "keep", "growth"):
        print(asked)
        for name, figure in solve(asked).items():
            print(f"  {name:28} {figure:.10g}")

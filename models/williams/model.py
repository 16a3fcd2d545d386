"""Williams' economic planning in plain Pyomo: to learn from, and an independent check.

Coal, steel and transport are made of coal, steel, transport and manpower, all spent a year ahead. New capacity takes
its inputs two years ahead of its first use. Every year consumers are served, and what is left over is stored.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
from pyomo.contrib.solver.common.factory import SolverFactory

GOODS = ["coal", "steel", "transport"]
INPUTS = dict(
    zip(GOODS, [(0.1, 0.5, 0.4), (0.1, 0.1, 0.2), (0.2, 0.1, 0.2)], strict=True)
)  # of coal, to make the three
BUILDING = dict(zip(GOODS, [(0.0, 0.7, 0.9), (0.1, 0.1, 0.2), (0.2, 0.1, 0.2)], strict=True))
MAKING_TAKES = dict(zip(GOODS, (0.6, 0.3, 0.2), strict=True))  # manpower
BUILDING_TAKES = dict(zip(GOODS, (0.4, 0.2, 0.1), strict=True))
CAPACITY, STOCK = dict(zip(GOODS, (300, 350, 280), strict=True)), dict(zip(GOODS, (150, 80, 100), strict=True))
DEMAND = dict(zip(GOODS, (60, 60, 30), strict=True))
MANPOWER, YEARS = 470, range(6)


def static_levels() -> dict[str, float]:
    """Return the outputs that serve the demand for ever, without building: (I - A) x = d."""
    inputs = np.array([INPUTS[i] for i in GOODS])
    levels = np.linalg.solve(np.eye(3) - inputs, [DEMAND[i] for i in GOODS])
    return dict(zip(GOODS, levels.tolist(), strict=True))


def build(question: str = "total_capacity") -> pyo.ConcreteModel:
    """Write the plan down for one of the three questions."""
    m, static = pyo.ConcreteModel(question), static_levels()
    m.GOODS = pyo.Set(initialize=GOODS)
    m.make = pyo.Var(m.GOODS, range(7), domain=pyo.NonNegativeReals, doc="output in a year x")
    m.build = pyo.Var(
        m.GOODS, range(2, 8), domain=pyo.NonNegativeReals, doc="capacity that can be used from a year on y"
    )
    m.store = pyo.Var(m.GOODS, YEARS, domain=pyo.NonNegativeReals, doc="in store at the end of a year s")
    served = {(i, t): DEMAND[i] if t and question != "total_output" else 0 for i in GOODS for t in YEARS}

    @m.Constraint(m.GOODS, YEARS, doc="what is made and in store goes to inputs, building, the store and consumers")
    def balance(m: pyo.ConcreteModel, i: str, t: int) -> object:
        there = m.make[i, t] + (m.store[i, t - 1] if t else STOCK[i])
        inputs = sum(a * m.make[j, t + 1] for j, a in zip(GOODS, INPUTS[i], strict=True))
        building = sum(k * m.build[j, t + 2] for j, k in zip(GOODS, BUILDING[i], strict=True))
        return there == inputs + building + m.store[i, t] + served[i, t]

    def spent(t: int) -> object:
        making = sum(MAKING_TAKES[j] * m.make[j, t + 1] for j in GOODS)
        return making + sum(BUILDING_TAKES[j] * m.build[j, t + 2] for j in GOODS)

    if question != "manpower":
        m.manpower = pyo.Constraint(
            YEARS, rule=lambda m, t: spent(t) <= MANPOWER, doc="manpower, a year ahead of output"
        )
    m.capacity = pyo.Constraint(
        m.GOODS,
        range(1, 7),
        rule=lambda m, j, t: m.make[j, t] <= CAPACITY[j] + sum(m.build[j, q] for q in range(2, t + 1)),
        doc="no more is made than there is capacity for",
    )
    for j in GOODS:
        m.make[j, 0].fix(0)
        m.make[j, 6].setlb(static[j])
        if question != "manpower":
            m.make[j, 6].fix(static[j])
    goals = {
        "total_capacity": lambda: sum(CAPACITY[j] + sum(m.build[j, q] for q in range(2, 6)) for j in GOODS),
        "total_output": lambda: sum(m.make[j, t] for j in GOODS for t in (4, 5)),
        "manpower": lambda: sum(spent(t) for t in range(1, 6)),
    }
    m.goal = pyo.Objective(expr=goals[question](), sense=pyo.maximize)
    return m


def solve(question: str = "total_capacity") -> dict[str, float]:
    """Return the objective, what is made, and the valuations of manpower and goods."""
    m = build(question)
    result = SolverFactory("highs").solve(m)
    assert result.solution_status.name == "optimal", result.termination_condition
    figures = {"objective": pyo.value(m.goal)}
    figures |= {f"static {j}": level for j, level in static_levels().items()}
    figures |= {f"activity {j} year{t}": pyo.value(m.make[j, t]) for j in GOODS for t in range(7)}
    dual = result.solution_loader.get_duals()
    if question != "manpower":
        figures |= {f"valuation manpower year{t}": dual[m.manpower[t]] for t in YEARS}
    return figures


if __name__ == "__main__":
    for asked in ("total_capacity", "total_output", "manpower"):
        print(asked)
        for name, figure in solve(asked).items():
            print(f"  {name:26} {figure:.10g}")

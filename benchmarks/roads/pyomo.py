"""Pyomo: our spelling, into its persistent HiGHS or by way of an LP file, and the plan in ``LinearExpression`` rows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

import natura_opt as no

from .tables import tables_of

NEEDS = ("pyomo",)


def build(economy: no.Economy) -> Any:
    """State the plan in our spelling and set it up in Pyomo's persistent HiGHS."""
    return _persistent(no.pyomo_model(economy, economy.question()))


def build_by_file(economy: no.Economy) -> Any:
    """State the plan in our spelling, write it as an LP file and let HiGHS read that."""
    import highspy

    model = no.pyomo_model(economy, economy.question())
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.lp")
        model.write(path)
        highs.readModel(path)
    return highs


def build_linear(economy: no.Economy) -> Any:
    """State the plan by rows of coefficients (``LinearExpression``), the fastest of Pyomo's own ways."""
    import pyomo.environ as pyo
    from pyomo.core.expr.numeric_expr import LinearExpression

    of = tables_of(economy)
    goods, years, held = range(of.goods), range(of.periods), range(of.holdings)
    m = pyo.ConcreteModel()
    m.x = pyo.Var(goods, years, domain=pyo.NonNegativeReals)
    m.k = pyo.Var(held, years, domain=pyo.NonNegativeReals)
    m.a = pyo.Var(held, range(of.periods - 1), domain=pyo.NonNegativeReals)
    m.z = pyo.Var(years, domain=pyo.NonNegativeReals)
    x = [[m.x[j, t] for j in goods] for t in years]
    bounds, places, values = of.net.indptr.tolist(), of.net.indices.tolist(), of.net.data.tolist()
    by_good = sp.csr_array(of.to_goods)
    holders = [part.tolist() for part in np.split(by_good.indices, by_good.indptr[1:-1])]
    targets, tied, lasts = of.targets.tolist(), of.tied.tolist(), of.lasts.tolist()
    initial, holder, labour = of.initial.tolist(), of.holder.tolist(), of.labour.tolist()

    def balance(m: Any, i: int, t: int) -> Any:
        start, end = bounds[i], bounds[i + 1]
        coefficients = [*values[start:end], -targets[i][t]]
        variables = [*[x[t][j] for j in places[start:end]], m.z[t]]
        if t < of.periods - 1:
            coefficients += [-1.0] * len(holders[i])
            variables += [m.a[h, t] for h in holders[i]]
        return LinearExpression(linear_coefs=coefficients, linear_vars=variables) >= 0

    def accumulation(m: Any, h: int, t: int) -> Any:
        if not t:
            return m.k[h, 0] <= initial[h]
        variables = [m.k[h, t], m.k[h, t - 1], m.a[h, t - 1]]
        return LinearExpression(linear_coefs=[1.0, -lasts[h], -1.0], linear_vars=variables) <= 0

    def capacity(m: Any, h: int, t: int) -> Any:
        return LinearExpression(linear_coefs=[tied[h], -1.0], linear_vars=[x[t][holder[h]], m.k[h, t]]) <= 0

    def work(m: Any, t: int) -> Any:
        return LinearExpression(linear_coefs=labour, linear_vars=x[t]) <= float(of.available[t])

    m.balance = pyo.Constraint(goods, years, rule=balance)
    m.labour = pyo.Constraint(years, rule=work)
    m.capacity = pyo.Constraint(held, years, rule=capacity)
    m.accumulation = pyo.Constraint(held, years, rule=accumulation)
    m.total = pyo.Objective(expr=pyo.quicksum(m.z[t] for t in years), sense=pyo.maximize)
    return _persistent(m)


def _persistent(model: Any) -> Any:
    from pyomo.contrib.solver.solvers.highs import Highs

    engine = Highs()
    engine.set_instance(model)
    return engine


def as_highs(built: Any) -> Any:
    """Return HiGHS with the model."""
    return getattr(built, "_solver_model", built)

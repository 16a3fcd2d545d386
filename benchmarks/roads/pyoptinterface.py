"""PyOptInterface, three ways: a numpy row at a time, its matrix call, and expressions as users write them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

import natura_opt as no

from .tables import Tables, tables_of

NEEDS = ("pyoptinterface", "highsbox")

#: Adds rows to a model: (model, matrix, the matrix's columns in the model, sense, sides).
_Add = Callable[[Any, sp.csr_array, np.ndarray, Any, np.ndarray], None]


def _new_model() -> Any:
    import pyoptinterface as poi
    from pyoptinterface import highs

    if not highs.is_library_loaded():
        highs.autoload_library()
    model = highs.Model()
    model.set_model_attribute(poi.ModelAttribute.Silent, True)
    return model


def build_rows(economy: no.Economy) -> Any:
    """One ``ScalarAffineFunction.from_numpy`` per row, of slices of arrays that are laid out beforehand."""
    import pyoptinterface as poi

    def add(model: Any, matrix: sp.csr_array, columns: np.ndarray, sense: Any, sides: np.ndarray) -> None:
        matrix = sp.csr_array(matrix)
        indices, data, bounds = columns[matrix.indices].astype(np.int32), matrix.data, matrix.indptr.tolist()
        expression, add_row = poi.ScalarAffineFunction.from_numpy, model.add_linear_constraint
        for start, end, side in zip(bounds[:-1], bounds[1:], sides.tolist(), strict=True):
            add_row(expression(data[start:end], indices[start:end]), sense, side)

    def variables(model: Any, count: int) -> np.ndarray:
        return np.array([model.add_variable(lb=0.0).index for _ in range(count)])

    def maximise(model: Any, columns: np.ndarray) -> None:
        goal = poi.ScalarAffineFunction.from_numpy(np.ones(len(columns)), columns.astype(np.int32))
        model.set_objective(goal, poi.ObjectiveSense.Maximize)

    return _by_matrices(economy, add, variables, maximise)


def build_matrices(economy: no.Economy) -> Any:
    """One ``add_m_linear_constraints`` per period and law."""
    import pyoptinterface as poi

    def add(model: Any, matrix: sp.csr_array, columns: np.ndarray, sense: Any, sides: np.ndarray) -> None:
        model.add_m_linear_constraints(sp.csr_array(matrix), columns, sense, sides)

    def variables(model: Any, count: int) -> np.ndarray:
        return np.asarray(model.add_m_variables(count, lb=0.0))

    def maximise(model: Any, columns: np.ndarray) -> None:
        model.set_objective(poi.quicksum(columns), poi.ObjectiveSense.Maximize)

    return _by_matrices(economy, add, variables, maximise)


def _by_matrices(
    economy: no.Economy,
    add: _Add,
    variables: Callable[[Any, int], np.ndarray],
    maximise: Callable[[Any, np.ndarray], None],
) -> Any:
    """State the plan period by period, each law as one sparse matrix over the columns it speaks of."""
    import pyoptinterface as poi

    of: Tables = tables_of(economy)
    model = _new_model()
    x = variables(model, of.periods * of.goods).reshape(of.periods, of.goods)
    k = variables(model, of.periods * of.holdings).reshape(of.periods, of.holdings)
    a = variables(model, (of.periods - 1) * of.holdings).reshape(of.periods - 1, of.holdings)
    z = variables(model, of.periods)
    maximise(model, z)
    eye = sp.eye_array(of.holdings, format="csr")
    tied = sp.csr_array((of.tied, (np.arange(of.holdings), of.holder)), shape=(of.holdings, of.goods))
    capacity = sp.hstack([tied, -eye], format="csr")
    accumulation = sp.hstack([eye, sp.diags_array(-of.lasts), -eye], format="csr")
    uses = sp.csr_array(of.labour[None, :])
    nothing, no_goods = np.zeros(of.holdings), np.zeros(of.goods)
    for t in range(of.periods):
        wanted = sp.csr_array(-of.targets[:, [t]])
        if t < of.periods - 1:
            balance, columns = sp.hstack([of.net, wanted, -of.to_goods], format="csr"), [x[t], z[[t]], a[t]]
        else:
            balance, columns = sp.hstack([of.net, wanted], format="csr"), [x[t], z[[t]]]
        add(model, balance, np.concatenate(columns), poi.Geq, no_goods)
        add(model, uses, x[t], poi.Leq, of.available[[t]])
        add(model, capacity, np.concatenate([x[t], k[t]]), poi.Leq, nothing)
        if t:
            add(model, accumulation, np.concatenate([k[t], k[t - 1], a[t - 1]]), poi.Leq, nothing)
        else:
            add(model, eye, k[0], poi.Leq, of.initial)
    return model


def build_expressions(economy: no.Economy) -> Any:
    """One ``ExprBuilder`` per row, term by term, with variables by name: as the manual shows it."""
    import pyoptinterface as poi

    of = tables_of(economy)
    model = _new_model()
    goods, years, holdings = range(of.goods), range(of.periods), range(of.holdings)
    x = model.add_variables(goods, years, lb=0.0)
    k = model.add_variables(holdings, years, lb=0.0)
    a = model.add_variables(holdings, range(of.periods - 1), lb=0.0)
    z = model.add_variables(years, lb=0.0)
    model.set_objective(poi.quicksum(z), poi.ObjectiveSense.Maximize)
    bounds, places, values = of.net.indptr.tolist(), of.net.indices.tolist(), of.net.data.tolist()
    net = [list(zip(places[s:e], values[s:e], strict=True)) for s, e in pairwise(bounds)]
    of_good: list[list[int]] = [[] for _ in goods]
    for h, i in enumerate(of.held.tolist()):
        of_good[i].append(h)
    labour, holder, targets = of.labour.tolist(), of.holder.tolist(), of.targets.tolist()
    tied, lasts, initial = of.tied.tolist(), of.lasts.tolist(), of.initial.tolist()
    for t in years:
        for i in goods:
            made = poi.ExprBuilder()
            for j, amount in net[i]:
                made.add_affine_term(x[j, t], amount)
            if t < of.periods - 1:
                for h in of_good[i]:
                    made.add_affine_term(a[h, t], -1.0)
            made.add_affine_term(z[t], -targets[i][t])
            model.add_linear_constraint(made, poi.Geq, 0.0)
        use = poi.ExprBuilder()
        for j in goods:
            use.add_affine_term(x[j, t], labour[j])
        model.add_linear_constraint(use, poi.Leq, float(of.available[t]))
        for h in holdings:
            model.add_linear_constraint(tied[h] * x[holder[h], t] - k[h, t], poi.Leq, 0.0)
            if t:
                model.add_linear_constraint(k[h, t] - lasts[h] * k[h, t - 1] - a[h, t - 1], poi.Leq, 0.0)
            else:
                model.add_linear_constraint(k[h, 0] + 0.0, poi.Leq, initial[h])
    return model


def as_highs(model: Any) -> Any:
    """Return the model in highspy's HiGHS, by way of an MPS file (PyOptInterface has a HiGHS library of its own)."""
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.mps")
        model.write(path)
        highs.readModel(path)
    return highs

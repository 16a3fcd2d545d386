r"""Least resource use for a fixed final demand.

.. math::
    \min \sum_t c_t \sum_r w_{rt} \Big(\sum_j \big(R_{rj,t}\, x_{jt} + G_{rj,t}\, n_{jt}\big)
        + \sum_{ij} U_{ri,t}\, out_{ijt} / n_t\Big)
    \quad\text{with the balance of goods serving } d_{it}

with resource weights ``w`` (``resource_weights``), resource use ``R``, what each of the ``n`` indivisible plants that
run uses whatever its output, ``G`` (``plant_resources``), what moving capital takes, ``U`` (``shifting_use``,
:mod:`natura_opt.laws.shifting`), and final demand ``d`` (``targets``), which enters the
balance as a use. A period counts for the years it lasts, discounted by the question's ``discount_factor``, times what a
year of it counts (``period_weights``): their product is ``c_t``, one where nothing of this is given.
Resources spent ahead of output (``resource_use_ahead``) cost what they cost in the period in which they are spent
(:mod:`natura_opt.laws.lags`); what was spent before the start, and what the terminal condition ``keep`` has spent for
after the end, is the same in every plan and left out. With one technique
per good this is Leontief's fixed-demand system and the valuations of goods are their full contents of the weighted
resources (labour values, where the resource is labour).

Dual: the balance's valuations, ∂(objective)/∂(demand).

Sources: Leontief 1936; Kantorovich 1939; model 1 of the design notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.coefficients import by_period, entries, pyomo_names
from ..laws.curve_layout import TOTALS
from ..laws.cvxpy_model import CvxpyModel
from ..laws.holdings import Holdings
from ..laws.lags import ahead, charged
from ..laws.law import Given, Law
from ..laws.plants import in_plants
from ..laws.shifting import resources_of_moving
from ..laws.terminal_settings import setting_aside
from ..program.builder import ProgramBuilder
from ..tables.objectives import RESOURCE_WEIGHTS, TARGETS
from ..tables.plants import PLANT_RESOURCES
from ..tables.resources import RESOURCE_USE
from ..tables.spec import names_of
from ..tables.time import PERIOD_WEIGHTS
from .levels import named_weights, weights_of_periods
from .objective import Demand, Objective
from .targets import without_weights


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count, weights = len(economy.periods), _weights(economy, question)
    cost = by_period(count, lambda t: economy.matrix("resource_use", t).T @ weights[t])
    for lead, use in ahead(economy, "resource_use_ahead").items():
        cost += (charged(economy, question, lead).T @ np.array([use.T @ w for w in weights])).ravel()
    costs = {"activities": cost}
    if economy.has("plant_resources"):
        techniques = in_plants(economy)
        costs["plants"] = by_period(count, lambda t: economy.matrix("plant_resources", t)[:, techniques].T @ weights[t])
    if economy.has_curves("resource_use"):
        at = _resources_by_curve(economy)
        costs[TOTALS["resource_use"]] = by_period(count, lambda t: weights[t][at])
    if economy.has("shifting_use"):
        holdings, moving = Holdings.of(economy), len(setting_aside(economy, question))
        worths = [resources_of_moving(holdings, t).T @ weights[t] for t in range(moving)]
        costs["shifted_out"] = np.concatenate([np.zeros(0), *worths])
    program.objective("min", costs)
    program.supply("balance", -final_demand(economy, question))


def _weights(economy: Economy, question: Question) -> list[Floats]:
    """Return what a unit of each resource costs in the objective, by period: shape (resources,) each."""
    counts = weights_of_periods(economy, question)
    return [count * economy.vector("resource_weights", t) for t, count in enumerate(counts)]


def _resources_by_curve(economy: Economy) -> Any:
    """Return the resource of each total need that a curve says."""
    assert economy.curves is not None
    return np.array([one.row for one in economy.curves.standing_in("resource_use")], dtype=int)


def final_demand(economy: Economy, question: Question) -> Floats:
    """Return the final demand of each good and period; shape (goods x periods,)."""
    return by_period(len(economy.periods), lambda t: economy.vector("targets", t))


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    goods, techniques = pyomo_names(economy.goods), pyomo_names(economy.techniques)
    resources, periods = pyomo_names(economy.resources), list(economy.periods)
    demand = {p: dict(zip(goods, economy.vector("targets", t).tolist(), strict=True)) for t, p in enumerate(periods)}
    uses = {p: entries(economy.matrix("resource_use", t), resources, techniques) for t, p in enumerate(periods)}
    fixed = {p: entries(economy.matrix("plant_resources", t), resources, techniques) for t, p in enumerate(periods)}
    moving = {p: entries(economy.matrix("shifting_use", t), resources, goods) for t, p in enumerate(periods)}
    years = dict(zip(periods, economy.vector("period_length", 0).tolist(), strict=True))
    counts = named_weights(economy, question)
    weights = {
        p: {r: counts[p] * w for r, w in zip(resources, economy.vector("resource_weights", t).tolist(), strict=True)}
        for t, p in enumerate(periods)
    }
    m.laws.terms("balance", lambda i, t: -demand[t][i])

    def weighted_use() -> Any:
        by_techniques = pyo.quicksum(
            weights[t][r] * use * m.activities[j, t] for t in m.PERIODS for (r, j), use in uses[t].items()
        )
        by_plants = pyo.quicksum(
            weights[t][r] * use * m.plants[j, t] for t in m.PERIODS for (r, j), use in fixed[t].items()
        )
        by_moving = pyo.quicksum(
            weights[t][r] * moving[t].get((r, i), 0.0) / years[t] * m.shifted_out[i, j, t]
            for i, j, t in (m.shifted_out if economy.has("shifting_use") else ())
            for r in resources
        )
        spent_ahead = pyo.quicksum(
            weights[t][r] * use * float(charged(economy, question, lead)[now, later]) * m.activities[j, periods[later]]
            for lead, part in ahead(economy, "resource_use_ahead").items()
            for (r, j), use in entries(part, resources, techniques).items()
            for now, t in enumerate(periods)
            for later in range(now, len(periods))
        )
        if not economy.has_curves("resource_use"):
            return by_techniques + by_plants + by_moving + spent_ahead
        total = m.component(TOTALS["resource_use"])
        by_curves = pyo.quicksum(weights[t][r] * total[r, j, t] for r, j, t in total)
        return by_techniques + by_plants + by_moving + spent_ahead + by_curves

    m.laws.objective("weighted_resource_use", pyo.minimize, weighted_use, "weighted resource use")


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x, weights = model.variables["activities"], _weights(economy, question)
    used = [w @ (economy.matrix("resource_use", t) @ x[:, t]) for t, w in enumerate(weights)]
    for lead, use in ahead(economy, "resource_use_ahead").items():
        shares = charged(economy, question, lead)
        used += [w @ (use @ (x @ shares[t])) for t, w in enumerate(weights)]
    if "plants" in model.variables:
        plants, n = in_plants(economy), model.variables["plants"]
        used += [w @ (economy.matrix("plant_resources", t)[:, plants] @ n[:, t]) for t, w in enumerate(weights)]
    if "shifted_out" in model.variables:
        holdings, out = Holdings.of(economy), model.variables["shifted_out"]
        used += [weights[t] @ (resources_of_moving(holdings, t) @ out[:, t]) for t in range(out.shape[1])]
    model.terms("balance", lambda t: -economy.vector("targets", t))
    if economy.has_curves("resource_use"):
        total, at = model.variables[TOTALS["resource_use"]], _resources_by_curve(economy)
        used += [w[at] @ total[:, t] for t, w in enumerate(weights)]
    model.goal("min", sum(used))


LEAST_RESOURCES = Objective(
    name="least-resources",
    law=Law(
        name="least resource use for fixed demand",
        tables=names_of(TARGETS, RESOURCE_WEIGHTS, RESOURCE_USE, PLANT_RESOURCES, PERIOD_WEIGHTS),
        applies=lambda economy, question: True,
        matrix=_matrix,
        pyomo=_pyomo,
        cvxpy=_cvxpy,
        given=(Given("balance", "demand", final_demand, on_hand=False),),
    ),
    sense="min",
    demand=Demand.FIXED,
    sums_years=True,
    needs=("targets", "resource_use", "resource_weights"),
    refuses=lambda economy, settings: without_weights(economy),
)

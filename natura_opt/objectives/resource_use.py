r"""The weighted use of resources, in three spellings.

.. math::
    \sum_t c_t \sum_r w_{rt} \Big(\sum_j \big(R_{rj,t}\, x_{jt} + G_{rj,t}\, n_{jt}\big)
        + \sum_{ij} U_{ri,t}\, out_{ijt} / n_t\Big)

with resource weights ``w`` (``resource_weights``), resource use ``R``, what each of the ``n`` indivisible plants that
run uses whatever its output, ``G`` (``plant_resources``), and what moving capital takes, ``U`` (``shifting_use``,
:mod:`natura_opt.laws.shifting`). A period counts for the years it lasts, discounted by the question's
``discount_factor``, times what a year of it counts (``period_weights``): their product is ``c_t``, one where nothing of
this is given. Resources spent ahead of output (``resource_use_ahead``) count in the period in which they are spent
(:mod:`natura_opt.laws.lags`); what was spent before the start, and what the terminal condition ``keep`` has spent for
after the end, is the same in every plan and left out.
"""

from __future__ import annotations

from collections.abc import Callable
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
from ..laws.plants import in_plants
from ..laws.shifting import resources_of_moving
from ..laws.terminal_settings import setting_aside
from ..tables.resources import RESOURCE_USE
from .levels import named_weights, weights_of_periods
from .targets import without_weights


def use_as_costs(economy: Economy, question: Question) -> dict[str, Floats]:
    """Return what each column takes of the weighted resources, by block of columns."""
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
    return costs


def _weights(economy: Economy, question: Question) -> list[Floats]:
    """Return what a unit of each resource costs in the objective, by period: shape (resources,) each."""
    counts = weights_of_periods(economy, question)
    return [count * economy.vector("resource_weights", t) for t, count in enumerate(counts)]


def _resources_by_curve(economy: Economy) -> Any:
    """Return the resource of each total need that a curve says."""
    assert economy.curves is not None
    return np.array([one.row for one in economy.curves.standing_in("resource_use")], dtype=int)


def use_in_pyomo(m: Any, economy: Economy, question: Question) -> Callable[[], Any]:
    """Return the weighted use of resources, to be called when all columns are there."""
    import pyomo.environ as pyo

    goods, techniques = pyomo_names(economy.goods), pyomo_names(economy.techniques)
    resources, periods = pyomo_names(economy.resources), list(economy.periods)
    uses = {p: entries(economy.matrix("resource_use", t), resources, techniques) for t, p in enumerate(periods)}
    fixed = {p: entries(economy.matrix("plant_resources", t), resources, techniques) for t, p in enumerate(periods)}
    moving = {p: entries(economy.matrix("shifting_use", t), resources, goods) for t, p in enumerate(periods)}
    years = dict(zip(periods, economy.vector("period_length", 0).tolist(), strict=True))
    counts = named_weights(economy, question)
    weights = {
        p: {r: counts[p] * w for r, w in zip(resources, economy.vector("resource_weights", t).tolist(), strict=True)}
        for t, p in enumerate(periods)
    }

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

    return weighted_use


def use_in_cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> Any:
    """Return the weighted use of resources."""
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
    if economy.has_curves("resource_use"):
        total, at = model.variables[TOTALS["resource_use"]], _resources_by_curve(economy)
        used += [w[at] @ total[:, t] for t, w in enumerate(weights)]
    return sum(used)


def without_use(economy: Economy, objective: str) -> str:
    """Say that nothing uses resources, or that no period counts; empty where something does and one does."""
    spent = any(economy.has(table) for table in (RESOURCE_USE.name, "resource_use_ahead"))
    if not spent and not economy.has_curves("resource_use"):
        return f"the objective {objective!r} needs the table 'resource_use'"
    return without_weights(economy)

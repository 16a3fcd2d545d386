"""An objective as a user writes one, in one file and through public names only: the most of one good.

Every target is met in full; of one good as much as possible is left beyond its target, over all periods.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, replace
from typing import Any

import numpy as np

import natura_opt as no
from natura_opt.base.settings import Given, Real


def _name(setting: str, value: Any) -> str:
    if not isinstance(value, str):
        raise no.OptionError(f"{setting} must be the name of a good, not {value!r}")
    return value


@dataclass(frozen=True)
class MostSettings(no.Settings):
    """Settings of the objective ``most-of-one``."""

    good: str = no.setting(MISSING, "the good of which there is to be most", Given("the name of a good", _name, True))
    worth: float = no.setting(1.0, "what one of it counts", Real(0.0, above=True))


def _targets(economy: no.Economy, question: no.Question) -> np.ndarray:
    """Return what must be delivered of each good and period, shape (goods x periods,)."""
    return np.concatenate([economy.vector("targets", t) for t in range(len(economy.periods))])


def _matrix(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
    settings = no.settings_of(MostSettings, question)
    goods, periods = economy.goods, economy.periods
    at = int(goods.get_loc(settings.good))
    matrix = np.zeros((len(goods) * len(periods), len(periods)))
    for t in range(len(periods)):
        matrix[t * len(goods) + at, t] = -1.0
    program.columns("beyond", periods)
    program.terms("balance", "beyond", matrix)
    program.supply("balance", -_targets(economy, question))
    program.objective("max", {"beyond": settings.worth})


def _pyomo(m: Any, economy: no.Economy, question: no.Question) -> None:
    import pyomo.environ as pyo

    settings = no.settings_of(MostSettings, question)
    wanted = {
        p: dict(zip(economy.goods, economy.vector("targets", t).tolist(), strict=True))
        for t, p in enumerate(economy.periods)
    }
    m.beyond = pyo.Var(m.PERIODS, domain=pyo.NonNegativeReals)
    m.laws.terms("balance", lambda i, t: -wanted[t][i] - (m.beyond[t] if i == settings.good else 0.0))
    m.laws.objective("most", pyo.maximize, lambda: settings.worth * sum(m.beyond[t] for t in m.PERIODS), "most of one")


def _cvxpy(model: Any, economy: no.Economy, question: no.Question) -> None:
    import cvxpy as cp

    settings = no.settings_of(MostSettings, question)
    beyond = model.variable("beyond", economy.periods, (len(economy.periods),))
    this = (economy.goods == settings.good).astype(float)
    model.terms("balance", lambda t: -economy.vector("targets", t) - this * beyond[t])
    model.goal("max", settings.worth * cp.sum(beyond))


def _refuses(economy: no.Economy, settings: MostSettings) -> str:
    return "" if settings.good in economy.goods else f"there is no good {settings.good!r} to have most of"


MOST = no.Objective(
    name="most-of-one",
    law=no.Law(
        name="most of one good, every target met",
        tables=frozenset({"targets"}),
        applies=lambda economy, question: True,
        matrix=_matrix,
        pyomo=_pyomo,
        cvxpy=_cvxpy,
        columns=(no.Columns("beyond", ("periods",), "made of the good beyond its target", uses="beyond its target"),),
        given=(no.Given("balance", "demand", _targets, on_hand=False),),
    ),
    settings=MostSettings,
    demand=no.Demand.FIXED,
    needs=("targets",),
    refuses=_refuses,
)


def _then_least_activity(program: no.LinearProgram, best: np.ndarray) -> no.LinearProgram | None:
    """The second stage: what was reached stays reached, with as little activity in all as can be."""
    beyond, activities = program.column_block("beyond"), program.column_block("activities")
    assert beyond is not None and activities is not None
    if program.cost[activities.span].any():
        return None
    lower, cost = program.lower.copy(), np.zeros(program.shape[1])
    lower[beyond.span] = best[beyond.span] * (1 - 1e-9)
    cost[activities.span] = -1.0
    return replace(program, lower=lower, cost=cost)


IN_STAGES = replace(MOST, name="most-then-least-activity", next_stage=_then_least_activity)

"""The Pyomo spelling of :mod:`natura_opt.laws.retirement`, written by name from the tables."""

from __future__ import annotations

from math import prod
from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from .capital_pyomo import CapitalByName
from .coefficients import entries, pyomo_names
from .periods import added_up, lasting


def spell_pyomo(m: Any, economy: Economy, question: Question) -> None:
    """Take out of the stocks of a Pyomo model what is retired and what has served its life."""
    import pyomo.environ as pyo

    capital, periods = CapitalByName.of(economy), list(economy.periods)
    goods, techniques = pyomo_names(economy.goods), pyomo_names(economy.techniques)
    lives = dict(zip(goods, economy.vector("service_life", 0).tolist(), strict=True))
    pooled = economy.has("capital_pool")
    retired = {
        p: {} if pooled else entries(economy.matrix("retirements", t), goods, techniques) for t, p in enumerate(periods)
    }

    def kept(holding: Any, first: int, until: int) -> float:
        within = periods[first:until]
        return prod(float(lasting(capital.wear[p].get(holding, 0.0), capital.years[p])) for p in within)

    def gone(holding: Any, end: int) -> Any:
        """What leaves a holding at the start of a period, or at the end, by its position."""
        lag, life = capital.lags[holding[0]], lives[holding[0]]
        vintages, given = [], 0.0
        if end < len(periods):
            given = retired[periods[end]].get(holding, 0.0) * kept(holding, 0, end)
        for usable, p in enumerate(periods[:end]):
            if usable + life != end:
                continue
            share = kept(holding, usable, end)
            given += capital.ordered[p].get(holding, 0.0) * share
            if usable >= lag and periods[usable - lag] in m.INVESTING:
                made_in = periods[usable - lag]
                worn = capital.wear[periods[usable - 1]].get(holding, 0.0)
                amount = float(added_up(worn, capital.years[made_in])) * share
                vintages.append(amount * m.investment[(*holding, made_in)])
        return pyo.quicksum(vintages) + given

    m.laws.terms("accumulation", lambda *label: gone(label[:-1], periods.index(label[-1])))
    m.laws.terms("capital_left", lambda *holding: gone(holding, len(periods)))

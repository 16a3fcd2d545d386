"""What is left of goods, resources and pollutants after a period, by the laws of their stocks.

- Goods in store: what lasts of what was put in. Goods on hand at the start that were not used are gone.
- An exhaustible stock is less by what was used of it; one that regrows has regrown, and labour has stayed, come and
  been trained, as much as their laws allow. (A plan may say less where nobody uses it.)
- A pollutant stands as it has piled up; a budget of emissions is less by what was emitted. Less than nothing is left
  of none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..laws.drawn import standing_in
from ..laws.emissions import emits
from ..laws.periods import added_up, lasting, lengths
from ..laws.pollutant_stocks import POLLUTANT_STOCKS
from .executed import Executed, rounded_up


def stores_left(done: Executed) -> dict[str, Any]:
    """Return what is on hand at the start of the next period: what lasts of what was stored."""
    economy = done.economy
    if not (economy.has("initial_stocks") or economy.has("storage")):
        return {}
    lasts = economy.vector("storage", 0) ** lengths(economy)[1]  # a store loses its share in each year it is drawn on
    return {"initial_stocks": rounded_up(lasts * done.vector("stored", "goods"))}


def exhaustible_left(done: Executed) -> dict[str, Any]:
    """Return what is left of what is there once."""
    if not done.economy.has("exhaustible_stocks"):
        return {}
    there = done.economy.vector("exhaustible_stocks", 0)
    return {"exhaustible_stocks": rounded_up(there - done.years * done.used(), there)}


def renewable_left(done: Executed) -> dict[str, Any]:
    """Return the stocks that regrow, grown since."""
    economy = done.economy
    if not economy.has("renewable_stocks"):
        return {}
    room, stock = economy.vector("renewable_capacity", 0), economy.vector("renewable_stocks", 0).copy()
    which = standing_in(economy, "renewable_stocks")
    there = np.minimum(stock, room)[which]
    spared = rounded_up(there - done.years * done.used()[which], there)
    grown = (1.0 + economy.vector("regrowth_rates", 0)[which]) ** done.years
    stock[which] = np.minimum(grown * spared, room[which])
    return {"renewable_stocks": stock}


def labour_left(done: Executed) -> dict[str, Any]:
    """Return how much labour of each kind there is: who stayed, who came and who was trained."""
    economy = done.economy
    if not economy.has("labour_force"):
        return {}
    force, leaving = economy.vector("labour_force", 0).copy(), economy.vector("labour_leaving", 0)
    kinds = standing_in(economy, "labour_force")
    come = economy.vector("labour_entering", 0) + economy.matrix("training", 0) @ done.vector(
        "activities", "techniques"
    )
    there = lasting(leaving, done.years)[kinds] * force[kinds] + (added_up(leaving, done.years) * come)[kinds]
    force[kinds] = rounded_up(there, np.maximum(there, force[kinds]))
    return {"labour_force": force}


def pollutants_left(done: Executed) -> dict[str, Any]:
    """Return what has piled up of pollutants."""
    if not (emits(done.economy) and any(map(done.economy.has, POLLUTANT_STOCKS.tables))):
        return {}
    piled_up = done.vector("piled_up", "pollutants")
    return {"pollutant_stocks": piled_up - (rounded_up(piled_up) - piled_up)}  # a cap on it may be met exactly


def budgets_left(done: Executed) -> dict[str, Any]:
    """Return what is left of the budgets of emissions."""
    economy = done.economy
    if not economy.has("emission_budgets"):
        return {}
    emitted = economy.matrix("emissions", 0) @ done.vector("activities", "techniques") * done.years
    budgets = economy.vector("emission_budgets", 0)
    return {"emission_budgets": rounded_up(budgets - emitted, budgets)}

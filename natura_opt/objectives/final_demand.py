"""Final demand that is met in full: the targets as a use in the balance of goods, in three spellings."""

from __future__ import annotations

from typing import Any

from ..base.arrays import Floats
from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.coefficients import by_period, pyomo_names
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Given
from ..program.builder import ProgramBuilder


def final_demand(economy: Economy, question: Question) -> Floats:
    """Return the final demand of each good and period; shape (goods x periods,)."""
    return by_period(len(economy.periods), lambda t: economy.vector("targets", t))


#: What is asked for in the balance of goods.
DEMAND = Given("balance", "demand", final_demand, on_hand=False)


def demand_as_matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    """Take final demand out of the balance."""
    program.supply("balance", -final_demand(economy, question))


def demand_in_pyomo(m: Any, economy: Economy) -> None:
    """Take final demand out of the balance."""
    goods = pyomo_names(economy.goods)
    wanted = {
        p: dict(zip(goods, economy.vector("targets", t).tolist(), strict=True)) for t, p in enumerate(economy.periods)
    }
    m.laws.terms("balance", lambda i, t: -wanted[t][i])


def demand_in_cvxpy(model: CvxpyModel, economy: Economy) -> None:
    """Take final demand out of the balance."""
    model.terms("balance", lambda t: -economy.vector("targets", t))

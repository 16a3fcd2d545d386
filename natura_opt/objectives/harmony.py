r"""Harmony: the weighted sum, over goods with a target and periods, of how well each target is met.

.. math::  \max \sum_{it} w_t h_{it} H\Big(\frac{y_{it} - g_{it}}{g_{it}}\Big),
    \qquad 0 \le y_{it} \le \text{what the balance of good i leaves in period t}

with deliveries ``y`` of goods with a target ``g`` (``targets``) and weights h (``target_weights``, 1 where there are
none), the weight ``w_t`` of a period (its years, discounted, times ``period_weights``), and a harmony function H that
is steep below a target and flat above it
(:mod:`natura_opt.objectives.harmony_functions`). Goods without a target are only means, so they have no harmony. The
laws are rows as of any other objective; the concave term stands beside them, in CVXPY and Pyomo in pieces.

Dual: the balance's valuations, in harmony per unit of a good.

Source: Cockshott 1990; model 4 of the design notes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import QuestionError
from ..base.settings import Given, Settings, setting
from ..economy.economy import Economy
from ..economy.question import Question
from ..laws.coefficients import by_period, pyomo_names
from ..laws.cvxpy_model import CvxpyModel
from ..laws.law import Law
from ..program.builder import ProgramBuilder
from ..program.declared import Columns
from ..tables.objectives import TARGET_WEIGHTS, TARGETS
from ..tables.spec import names_of
from ..tables.time import PERIOD_WEIGHTS
from .harmony_functions import H2018, HARMONY_FUNCTIONS, HarmonyFunction, harmony_function
from .harmony_layers import CvxpyLayer, PyomoLayer
from .levels import weights_of_periods
from .objective import Demand, Objective, settings_of

#: The table that only harmony uses.
WEIGHTS = TARGET_WEIGHTS.name
#: The tables that are told by the weights of deliveries.
IN_WEIGHTS = (WEIGHTS, PERIOD_WEIGHTS.name)


@dataclass(frozen=True)
class HarmonySettings(Settings):
    """Settings of the objective ``harmony``."""

    function: HarmonyFunction = setting(
        H2018,
        "the harmony function",
        Given(f"one of {', '.join(HARMONY_FUNCTIONS)}, or a HarmonyFunction", lambda _, f: harmony_function(f), True),
    )


@dataclass(frozen=True, eq=False)
class Deliveries:
    """What is delivered: the goods with a target and a weight, period by period.

    Attributes
    ----------
    index : labels (good, period), shape (k,).
    places : of each among goods x periods, a period's together, shape (k,).
    targets, weights : of each, in the good's unit and as pure numbers, shape (k,); a weight is that of the good times
        that of the period.
    """

    index: pd.MultiIndex
    places: Any
    targets: Floats
    weights: Floats

    @classmethod
    def of(cls, economy: Economy, question: Question) -> Deliveries:
        """Read them off an economy as the question sees it."""
        count, goods = len(economy.periods), economy.goods
        counts = weights_of_periods(economy, question)
        targets = by_period(count, lambda t: economy.vector("targets", t))
        weights = by_period(count, lambda t: counts[t] * economy.vector(WEIGHTS, t))
        wanted = np.flatnonzero((targets > 0) & (weights > 0))
        codes: list[Any] = [wanted % len(goods), wanted // len(goods)]
        levels: list[Any] = [goods, economy.periods]
        index = pd.MultiIndex(levels=levels, codes=codes, names=["good", "period"], verify_integrity=False)
        return cls(index, wanted, targets[wanted], weights[wanted])


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    found = Deliveries.of(economy, question)
    count = len(found.places)
    program.columns("delivered", found.index)
    shape = (len(economy.goods) * len(economy.periods), count)
    program.terms("balance", "delivered", sp.coo_array((-np.ones(count), (found.places, range(count))), shape))
    program.objective("max", {})


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    found, function = Deliveries.of(economy, question), _stated(question)
    goods, periods = pyomo_names(economy.goods), list(economy.periods)
    pairs = [(goods[k % len(goods)], periods[k // len(goods)]) for k in found.places]
    m.DELIVERIES = pyo.Set(dimen=2, initialize=pairs, doc="goods with a target and a weight, by period")
    m.delivered = pyo.Var(m.DELIVERIES, domain=pyo.NonNegativeReals, doc="deliveries to the targets y")
    wanted = set(pairs)
    m.laws.terms("balance", lambda i, t: -m.delivered[i, t] if (i, t) in wanted else 0.0)
    layer = PyomoLayer(m, m.DELIVERIES)
    surplus = np.array([m.delivered[p] / g - 1.0 for p, g in zip(pairs, found.targets.tolist(), strict=True)], object)
    harmonies = function.stated(layer, surplus)
    total = pyo.quicksum(h * one for h, one in zip(found.weights.tolist(), harmonies, strict=True))
    m.laws.objective("total_harmony", pyo.maximize, lambda: total, "total harmony, less damage")


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    import cvxpy as cp

    found, function = Deliveries.of(economy, question), _stated(question)
    delivered = model.variable("delivered", found.index, (len(found.targets),))
    goods = len(economy.goods)
    for t in range(len(economy.periods)):
        mine = np.flatnonzero(found.places // goods == t)
        shape = (goods, len(found.places))
        to_goods = sp.csr_array((np.ones(len(mine)), (found.places[mine] % goods, mine)), shape=shape)
        model.terms("balance", _in_period(t, -(to_goods @ delivered)))
    layer = CvxpyLayer((len(found.targets),))
    harmonies = function.stated(layer, cp.multiply(1.0 / found.targets, delivered) - 1.0)
    model.definitions += layer.constraints
    model.goal("max", found.weights @ harmonies)


def _in_period(period: int, supply: Any) -> Callable[[int], Any]:
    """Return a supply of one period as a function of the period."""
    return lambda at: supply if at == period else 0.0


def _stated(question: Question) -> Any:
    """Return the question's harmony function, which CVXPY and Pyomo must be able to state."""
    function = settings_of(HarmonySettings, question).function
    if function.stated is None:
        why = "it is not concave: state '1993-envelope'" if not function.concave else "it says nothing in `stated`"
        raise QuestionError(
            f"question {question.name!r}: harmony function {function.name!r} cannot be stated in CVXPY or Pyomo "
            f"({why}); natura_opt.solve needs no such statement"
        )
    return function


def _refuses(economy: Economy, settings: HarmonySettings) -> str:
    if len(Deliveries.of(economy, Question(HARMONY.name)).places):
        return ""
    return "no good has a target and a weight, so harmony has no meaning; give one good a target"


def _in_words(economy: Economy, settings: HarmonySettings) -> str:
    damage = ", less damage" if economy.has("damage_weights") or economy.has("stock_damage_weights") else ""
    return f"total harmony (function {settings.function.name}){damage}"


HARMONY = Objective(
    name="harmony",
    law=Law(
        name="total harmony",
        tables=names_of(TARGETS, TARGET_WEIGHTS, PERIOD_WEIGHTS),
        applies=lambda economy, question: True,
        matrix=_matrix,
        pyomo=_pyomo,
        cvxpy=_cvxpy,
        columns=(Columns("delivered", ("goods", "periods"), "delivered to its target", "goods", "consumption"),),
    ),
    settings=HarmonySettings,
    demand=Demand.DELIVERED,
    columns="delivered",
    sums_years=True,
    needs=("targets",),
    refuses=_refuses,
    in_words=_in_words,
    concave=True,
)

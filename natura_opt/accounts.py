"""The accounts of a plan: what activities take at its valuations, and what a good takes through the whole chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from .economy.coerce import position
from .economy.table import Vector
from .labels import holding_name, name_of
from .laws.capital import Holdings

if TYPE_CHECKING:
    from .plan import Plan


@dataclass(frozen=True, eq=False)
class Prices:
    """Every valuation of one period, and the tables that tie techniques to them."""

    plan: Plan
    period: Any

    @property
    def t(self) -> int:
        return position(self.plan.economy.periods, self.period)

    def good(self, name: Any) -> float:
        return float(self.plan.valuations.loc[("good", name), self.period])

    def parts(self, level: Vector) -> pd.DataFrame:
        """Return what activities (one level per technique) take: amounts, valuations and worth by (kind, name)."""
        plan, t = self.plan, self.t
        asked, towards = plan.asked, 1.0 if plan.program.sense == "max" else -1.0
        rows: list[tuple[str, str, Any, Any]] = []
        inputs = asked.matrix("inputs", t) @ level
        goods = plan.valuations.loc["good"][self.period].to_numpy()
        rows += [("input", name_of(g), a, v) for g, a, v in zip(asked.goods, inputs, goods, strict=True)]
        use = asked.matrix("resource_use", t) @ level
        worth = _resource_worth(plan, t, towards)
        rows += [("resource", name_of(r), a, v) for r, a, v in zip(asked.resources, use, worth, strict=True)]
        if asked.has("capital"):
            held = Holdings.of(asked)
            rents = towards * plan.rents[self.period].to_numpy() + 0.0
            tied = held.tied_up(t) @ level
            rows += [
                ("use of stock", holding_name(label), a, v)
                for label, a, v in zip(plan.rents.index, tied, rents, strict=True)
            ]
        if asked.has("emissions"):
            emitted = asked.matrix("emissions", t) @ level
            costs = plan.abatement_costs[self.period].to_numpy() + plan.abatement_costs["budget"].to_numpy()
            costs = costs + asked.vector("damage_weights", t)
            rows += [("emission", name_of(e), a, v) for e, a, v in zip(asked.pollutants, emitted, costs, strict=True)]
        frame = pd.DataFrame(rows, columns=["kind", "name", "amount", "valuation"]).set_index(["kind", "name"])
        frame["worth"] = frame["amount"] * frame["valuation"]
        return frame[frame["amount"] != 0.0].sort_values("worth", ascending=False, kind="stable")


def _resource_worth(plan: Plan, t: int, towards: float) -> Vector:
    """What a unit of each resource is worth where it is used: its limit's valuation and its weight in the objective."""
    worth = np.zeros(len(plan.economy.resources))
    if plan.program.row_block("resource_limit"):
        worth = worth + towards * plan.valuations.loc["resource"].to_numpy()[:, t]
    if plan.question.objective == "least-resources":
        worth = worth + plan.asked.vector("resource_weights", t)
    return worth


def whole_account(prices: Prices, good: int) -> pd.DataFrame:
    """What one more net unit of a good takes through every running technique, in inputs from outside, resources and
    stocks.

    Each good is made by the technique that makes most of it; where those do not form a regular system (joint products),
    there is no such account and the frame is empty.
    """
    plan, t = prices.plan, prices.t
    economy, level = plan.asked, plan.activities[prices.period].to_numpy()
    made = sp.csr_array(economy.matrix("outputs", t) * level[None, :])
    most = made.max(axis=1).toarray().ravel()
    makers = np.where(most > 0, np.asarray(made.argmax(axis=1)).ravel(), -1)
    goods = np.flatnonzero(makers >= 0)
    chosen = makers[goods]
    if good not in goods or len(np.unique(chosen)) != len(chosen):
        return prices.parts(np.zeros(len(level)))
    net = sp.csc_array((economy.matrix("outputs", t) - economy.matrix("inputs", t)).tocsr()[goods][:, chosen])
    wanted = (goods == good).astype(float)
    try:
        runs = spla.splu(net).solve(wanted)
    except RuntimeError:  # exactly singular
        return prices.parts(np.zeros(len(level)))
    activity = np.zeros(len(level))
    activity[chosen] = runs
    parts = prices.parts(activity)
    inside = [("input", name_of(name)) for name in economy.goods[goods].to_list()]
    return parts.drop(index=[label for label in inside if label in parts.index])


def dearest_chain(prices: Prices, name: Any) -> tuple[str, ...]:
    """Follow the dearest thing each good takes, from good to good, down to a resource or a stock."""
    plan, economy = prices.plan, prices.plan.asked
    level = plan.activities[prices.period].to_numpy()
    made = economy.matrix("outputs", prices.t).tocsr()
    bytext_of = {name_of(good): good for good in economy.goods}
    chain, seen, here = [name_of(name)], {name_of(name)}, name
    while True:
        row = made[[position(economy.goods, here)]].toarray().ravel() * level
        if row.max() <= 0:
            break
        parts = prices.parts(one_unit(len(level), int(row.argmax())))
        parts = parts[parts["worth"] > 0]
        fresh = [label for label in parts.index if not (label[0] == "input" and label[1] in seen)]
        if not fresh:
            break
        kind, follows = fresh[0]
        chain.append(follows if kind == "input" else f"{kind} {follows}")
        if kind != "input":
            break
        seen.add(follows)
        here = bytext_of[follows]
    return tuple(chain)


def one_unit(count: int, at: int) -> Vector:
    level = np.zeros(count)
    level[at] = 1.0
    return level

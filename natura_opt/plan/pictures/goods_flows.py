"""The flows of goods in a plan: who makes each good, who uses it, and where the rest goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...base.errors import DataError, QuestionError
from ...base.labels import name_of
from ...economy.coerce import position
from ...formulate import asked_of
from ..tables import PlanTables

#: What blocks of columns of the balance are called, as a supply and as a use; others go by their own name.
_CALLED = {"stored": ("from store", "into store"), "investment": ("investment", "investment")}


def goods_flows(plan: PlanTables, period: Any = None) -> pd.DataFrame:
    """Return every flow of a good in a period (by default in all of them), those in the same place added up.

    Columns
    -------
    good : position of the good.
    side : ``made`` (into the good) or ``used`` (out of it).
    kind : ``technique`` or ``other``.
    place : the technique's name, or ``final use``, ``investment``, ``left over`` …
    amount : in the good's unit, positive.
    worth : amount x valuation, in units of the objective.

    What is made of a good is what is used of it, in every period.
    """
    plan.objective  # noqa: B018  where there is no plan, this is the error that says so
    periods = plan.economy.periods
    try:
        chosen = range(len(periods)) if period is None else [position(periods, period)]
    except DataError as error:
        raise QuestionError(f"{plan.economy.name}: {error}") from None
    found = pd.concat([_in_period(plan, t) for t in chosen], ignore_index=True)
    whole = found.groupby(["good", "side", "kind", "place"], sort=False, as_index=False)[["amount", "worth"]].sum()
    return whole


def _in_period(plan: PlanTables, t: int) -> pd.DataFrame:
    economy = asked_of(plan.economy, plan.question)
    level = plan.activities.to_numpy()[:, t]
    names = [name_of(technique) for technique in economy.techniques]
    parts = []
    for table, side in (("outputs", "made"), ("inputs", "used")):
        flow = sp.coo_array(economy.matrix(table, t) * level[None, :])
        parts.append(_rows(flow.row, side, "technique", [names[j] for j in flow.col], flow.data))
    every = np.arange(len(economy.goods))
    parts.append(_rows(every, "used", "other", "final use", plan.consumption.to_numpy()[:, t]))
    if t == 0 and economy.has("initial_stocks"):
        parts.append(_rows(every, "made", "other", "on hand at the start", economy.vector("initial_stocks", 0)))
    parts += _other_blocks(plan, t)
    flows = pd.concat(parts, ignore_index=True)
    # what is made and not used is left over; the balance's own slack differs from it only by rounding
    made = np.bincount(flows["good"], flows["amount"] * (flows["side"] == "made"), minlength=len(every))
    used = np.bincount(flows["good"], flows["amount"] * (flows["side"] == "used"), minlength=len(every))
    spare = np.where(made - used > 1e-9 * np.maximum(made, used), made - used, 0.0)
    flows = pd.concat([flows, _rows(every, "used", "other", "left over", spare)], ignore_index=True)
    flows = flows[flows["amount"] > 0].copy()
    valuations = np.abs(plan.valuations_by_kind["good"].to_numpy()[:, t])
    flows["worth"] = flows["amount"] * valuations[flows["good"].to_numpy()]
    return flows


def _other_blocks(plan: PlanTables, t: int) -> list[pd.DataFrame]:
    """Return what every other column of the program adds to, or takes from, the balances of a period."""
    program, economy = plan.program, plan.economy
    balance = program.row_block("balance")
    if balance is None:
        return []
    assert isinstance(balance.index, pd.MultiIndex)
    in_period = economy.periods.get_indexer(balance.index.get_level_values(-1)) == t
    good = economy.goods.get_indexer(balance.index.droplevel(balance.index.nlevels - 1))
    terms = sp.csr_array(program.matrix)[balance.span]
    parts = []
    for block in program.columns:
        if block.name in ("activities", plan.of.columns):  # technique by technique, and as what is delivered
            continue
        flow = sp.coo_array(terms[:, block.span] * plan.primal[block.span][None, :])
        here = in_period[flow.row]
        rows, amounts = good[flow.row[here]], flow.data[here]
        as_supply, as_use = _CALLED.get(block.name, (block.name.replace("_", " "),) * 2)
        parts.append(_rows(rows, "made", "other", as_supply, np.maximum(amounts, 0.0)))
        parts.append(_rows(rows, "used", "other", as_use, np.maximum(-amounts, 0.0)))
    return parts


def _rows(good: Any, side: str, kind: str, place: str | Iterable[str], amount: Any) -> pd.DataFrame:
    where = [place] * len(good) if isinstance(place, str) else list(place)
    return pd.DataFrame({"good": good, "side": side, "kind": kind, "place": where, "amount": amount})

"""The flows of goods in a plan: who makes each good, who uses it, and where the rest goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import DataError, QuestionError
from ..base.labels import name_of
from ..economy.coerce import position
from ..laws.balance import BALANCE, on_hand
from ..objectives import OBJECTIVES
from ..program.canonical import Block
from ..program.declared import Columns
from ..program.pieces import rows_of
from .ahead import spent_for_later
from .limits import given_amounts
from .needs import needed
from .stated import GOODS
from .tables import PlanTables


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
    others = plan.other_uses.to_numpy()
    flows = pd.concat([_in_period(plan, t, others) for t in chosen], ignore_index=True)
    whole = flows.groupby(["good", "side", "kind", "place"], sort=False, as_index=False)[["amount", "worth"]].sum()
    return whole


def _in_period(plan: PlanTables, t: int, others: Floats) -> pd.DataFrame:
    economy = plan.asked
    levels = plan.activities.to_numpy()
    level = levels[:, t]
    names = [name_of(technique) for technique in economy.techniques]
    parts = []
    for table, side in (("outputs", "made"), ("inputs", "used")):
        by_table = economy.matrix(table, t) * level[None, :] + needed(plan, table, t)
        flow = sp.coo_array(by_table + spent_for_later(plan, table, t, levels))
        parts.append(_rows(flow.row, side, "technique", [names[j] for j in flow.col], flow.data))
    every = np.arange(len(economy.goods))
    parts.append(_rows(every, "used", "other", "final use", plan.consumption.to_numpy()[:, t]))
    if t == 0 and economy.has("initial_stocks"):
        parts.append(_rows(every, "made", "other", "on hand at the start", on_hand(economy)))
    parts += _given(plan, t)
    for block, good, amounts in flows_of_columns(plan, t):
        as_supply, as_use = words_of_flow(block)
        parts.append(_rows(good, "made", "other", as_supply, np.maximum(amounts, 0.0)))
        parts.append(_rows(good, "used", "other", as_use, np.maximum(-amounts, 0.0)))
    parts.append(_rows(every, "made", "other", "other supply", np.maximum(-others[:, t], 0.0)))
    parts.append(_rows(every, "used", "other", "other use", np.maximum(others[:, t], 0.0)))
    flows = pd.concat(parts, ignore_index=True)
    # what is made and not used is left over; the balance's own slack differs from it only by rounding
    output = np.bincount(flows["good"], flows["amount"] * (flows["side"] == "made"), minlength=len(every))
    used = np.bincount(flows["good"], flows["amount"] * (flows["side"] == "used"), minlength=len(every))
    spare = np.where(output - used > 1e-9 * np.maximum(output, used), output - used, 0.0)
    flows = pd.concat([flows, _rows(every, "used", "other", "left over", spare)], ignore_index=True)
    flows = flows[flows["amount"] > 0].copy()
    valuations = np.abs(plan.good_valuations.to_numpy()[:, t])
    flows["worth"] = flows["amount"] * valuations[flows["good"].to_numpy()]
    return flows


def flows_of_columns(plan: PlanTables, t: int) -> list[tuple[Block, Any, Floats]]:
    """Return what each block of columns adds to, or takes from, the balances of a period: positions of goods, amounts.

    Blocks that say they are accounted for elsewhere (activities technique by technique, deliveries as final use) are
    left out.
    """
    program, economy, balance = plan.program, plan.economy, plan.balance
    if balance is None:
        return []
    assert isinstance(balance.index, pd.MultiIndex)
    in_period = economy.periods.get_indexer(balance.index.get_level_values(-1)) == t
    good = economy.goods.get_indexer(balance.index.droplevel(balance.index.nlevels - 1))
    terms = rows_of(program, np.arange(balance.span.start, balance.span.stop))
    flows = []
    for block in program.columns:
        if any(words_of_flow(block)):
            flow = sp.coo_array(terms[:, block.span] * plan.primal[block.span][None, :])
            here = in_period[flow.row]
            flows.append((block, good[flow.row[here]], flow.data[here]))
    return flows


def words_of_flow(block: Block) -> tuple[str, str]:
    """Return what columns are called as a supply and as a use: in their law's words, or by their own name."""
    if isinstance(block.declared, Columns):
        return block.declared.supplies, block.declared.uses
    return (block.name.replace("_", " "),) * 2


def _given(plan: PlanTables, t: int) -> list[pd.DataFrame]:
    """Return what further laws put into the balances of a period, or ask of them, from outside."""
    if plan.balance is None:
        return []
    parts, goods = [], plan.economy.goods
    place = plan.places_of(plan.balance, goods)
    usual = (BALANCE, *(objective.law for objective in OBJECTIVES.values()))
    for given in (given for law in plan.laws if law not in usual for given in law.given):
        if given.rows == GOODS.name:
            amounts = np.zeros(len(goods) * len(plan.economy.periods))
            amounts[place[place >= 0]] = given_amounts(plan, plan.balance, given)[place >= 0]
            side = "made" if given.on_hand else "used"
            parts.append(_rows(np.arange(len(goods)), side, "other", given.kind, amounts.reshape(-1, len(goods))[t]))
    return parts


def _rows(good: Any, side: str, kind: str, place: str | Iterable[str], amount: Any) -> pd.DataFrame:
    where = [place] * len(good) if isinstance(place, str) else list(place)
    return pd.DataFrame({"good": good, "side": side, "kind": kind, "place": where, "amount": amount})

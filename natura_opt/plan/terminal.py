"""What a plan leaves behind: every stock at the start and after the last period, and what stocks are worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import QuestionError, unknown
from ..base.labels import holding_name
from ..laws.capital_course import stocks_left, stocks_over_time
from ..laws.holdings import Holdings, has_capital
from ..laws.retirement import leaving_service
from ..laws.terminal import kept_capital
from ..laws.terminal_settings import terminal_of
from .finding import find_label
from .layout import frame
from .tables import PlanTables

_INDEX = ["kind", "good", "technique"]
_COLUMNS = ["unit", "at_start", "left", "change", "share"]
#: The columns by which stocks are moved, and what a unit of each adds where it stands from the next period on.
_MOVED = {"shifted_in": 1.0, "shifted_out": -1.0}
#: What ends below the start by less than this share of it is there again.
_THERE = 1e-9
#: So many stocks are named, those of which the least is left first.
_SHOWN = 3


def terminal_stocks(plan: PlanTables) -> pd.DataFrame:
    """Return what there was at the start of every stock, and what is left: see :attr:`natura_opt.Plan.terminal_stocks`.

    Stocks of capital are followed from the start with what the plan invests, moves and retires, so that nothing is
    missing that a solver left out of account because it was worth nothing.
    """
    parts = [_capital(plan)] if has_capital(plan.asked) else []
    parts += [_stores(plan)] if plan.asked.has("storage") else []
    whole = pd.concat(parts) if parts else _table(plan, "", [], [], np.zeros(0), np.zeros(0))
    return whole


def _capital(plan: PlanTables) -> pd.DataFrame:
    holdings = Holdings.of(plan.asked)
    investment = _by_holding(plan, holdings, "investment")
    besides = -leaving_service(holdings, investment)
    for table, sign in _MOVED.items():
        besides[:, 1:] += sign * _by_holding(plan, holdings, table)
    stock = stocks_over_time(holdings, investment, besides)
    names = list(holdings.names)
    pooled = holdings.techniques is None
    goods = names if pooled else [good for good, _ in names]
    techniques = [""] * len(names) if pooled else [technique for _, technique in names]
    left = stocks_left(holdings, stock, investment) + besides[:, -1]
    return _table(plan, "capital", goods, techniques, kept_capital(holdings), left)


def _stores(plan: PlanTables) -> pd.DataFrame:
    keeps = np.flatnonzero(plan.asked.vector("storage", 0) > 0)
    goods = list(plan.asked.goods[keeps])
    left = plan.stored.to_numpy()[keeps, -1]
    return _table(plan, "store", goods, [""] * len(goods), plan.asked.vector("initial_stocks", 0)[keeps], left)


def _by_holding(plan: PlanTables, holdings: Holdings, table: str) -> Floats:
    """Return the values of the columns that fill a table, shape (holdings, periods)."""
    block = plan.columns_filling(table)
    periods = plan.asked.periods
    if block is None:
        return np.zeros((holdings.count, len(periods)))
    values: Floats = frame(plan.primal[block.span], block.index, holdings.names, periods, None).to_numpy()
    return values


def _table(
    plan: PlanTables, kind: str, goods: list[Any], techniques: list[Any], start: Floats, left: Floats
) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(start > 0, left / start, np.nan)
    figures = {
        "kind": [kind] * len(goods),
        "good": pd.Series(goods, dtype=object),
        "technique": pd.Series(techniques, dtype=object),
        "unit": [plan.economy.unit("goods", good) for good in goods],
        "at_start": start,
        "left": left,
        "change": left - start,
        "share": share,
    }
    return pd.DataFrame(figures, columns=[*_INDEX, *_COLUMNS]).set_index(_INDEX)


def eaten(table: pd.DataFrame) -> pd.DataFrame:
    """Return the stocks of which less is left than there was, those of which the least is left first."""
    below = table[table["left"] < (1.0 - _THERE) * table["at_start"]]
    return below.sort_values("share", kind="stable")


def share_left(plan: PlanTables, table: pd.DataFrame) -> float | None:
    """Return how much of the capital is left, by what it is worth at the start of the plan; None where there is none.

    Each stock counts by its valuation in the first period; where all of these are zero, every stock counts alike.
    """
    if "capital" not in table.index.get_level_values("kind"):
        return None
    capital = table.xs("capital", level="kind")
    start, left = capital["at_start"].to_numpy(), capital["left"].to_numpy()
    worth = np.abs(_valuations(plan, Holdings.of(plan.asked), 0)) * (start > 0)
    if not worth.any():
        worth = np.divide(1.0, start, out=np.zeros(len(start)), where=start > 0)
    return float(worth @ left / (worth @ start)) if worth.any() else None


def terminal_lines(plan: PlanTables) -> list[str]:
    """Say what a plan leaves behind, and warn where it eats its stocks because nobody said what is to be left."""
    table = terminal_stocks(plan)
    below, share = eaten(table), share_left(plan, table)
    lines = []
    if share is not None:
        named = "; ".join(f"{_name(label)}, {part:.0%}" for label, part in below["share"].head(_SHOWN).items())
        lines.append(
            f"the plan leaves {share:.0%} of its capital, by its worth at the start"
            + (f"; most eaten: {named}" if named else "")
        )
    if warns(plan, below):
        lines.append(
            f"WARNING: {len(below):,} of {len(table):,} stocks end below what there was at the start, and the question "
            "does not say what is to be left: ask with terminal = 'keep', 'salvage' or 'growth', or 'none' if stocks "
            "may be used up (plan.terminal_stocks)"
        )
    return lines


def warns(plan: PlanTables, below: pd.DataFrame) -> bool:
    """Whether a plan over time eats stocks of which its question says nothing."""
    return len(below) > 0 and len(plan.asked.periods) > 1 and "terminal" not in plan.question.settings


def terminal_facts(plan: PlanTables) -> dict[str, Any] | None:
    """Return what a plan leaves behind as plain values; None where nothing lasts."""
    table = terminal_stocks(plan)
    if not len(table):
        return None
    below, share = eaten(table), share_left(plan, table)
    of_capital = {} if share is None else {"capital_left": share}
    return of_capital | {
        "condition": terminal_of(plan.question).terminal,
        "stocks": len(table),
        "below_start": len(below),
        "warning": warns(plan, below),
        "most_eaten": [
            {"name": _name(label), "kind": str(label[0]), "at_start": float(row[1]), "left": float(row[2])}
            for label, row in zip(below.index[:_SHOWN], below.to_numpy(), strict=False)
        ],
    }


def _name(label: Any) -> str:
    """Return what a stock is called."""
    kind, good, technique = label
    if kind == "store":
        return f"{holding_name((good,))} in store"
    return holding_name((good, technique) if technique != "" else (good,))


def _valuations(plan: PlanTables, holdings: Holdings, t: int) -> Floats:
    """Return what one more unit of each holding at the start of a period is worth."""
    blocks = plan.rows_filling("stock_valuations")
    if not blocks:
        return np.zeros(holdings.count)
    periods = plan.asked.periods
    values: Floats = frame(plan.dual[blocks[0].span], blocks[0].index, holdings.names, periods, None).to_numpy()[:, t]
    return values


@checked_arguments()
def salvage_values(plan: PlanTables, period: Any = None) -> pd.Series:
    """Return what a unit of each good is worth as a stock, for the table ``salvage_values`` of another economy.

    For a good that is held as capital, the plan's valuation of one more unit at the start of the period; where several
    techniques hold it, their mean, weighted by the stocks they hold then (or the plain one, where none is held). For
    other goods that keep, the valuation of one more unit on hand in the period. Other goods count nothing. A plan for
    three years that is to leave what a longer one would has its values at the start of that one's fourth year.

    Parameters
    ----------
    plan : a plan with the same objective: the values are in its units.
    period : label of the period at whose start stocks are valued; the first one without.

    Returns
    -------
    Series : by good, in units of the objective per unit of the good.

    Raises
    ------
    QuestionError : the plan has no such period.
    NotProvedError : there is no plan.
    """
    plan.require_point()
    economy = plan.asked
    when = economy.periods[0] if period is None else find_label(economy.periods, period)
    if when is None:
        raise QuestionError(f"{economy.name}: {unknown('period', period, economy.periods)}")
    t = int(economy.periods.get_indexer(pd.Index([when], tupleize_cols=False))[0])
    years = float(economy.vector("period_length", 0)[t])
    on_hand = np.abs(plan.good_valuations.to_numpy()[:, t]) / years  # an amount on hand is so much a year
    values = np.where(economy.vector("storage", 0) > 0, on_hand, 0.0)
    if has_capital(economy):
        holdings = Holdings.of(economy)
        worth = np.abs(_valuations(plan, holdings, t))
        stock = np.maximum(_by_holding(plan, holdings, "stocks")[:, t], 0.0)
        for good in np.unique(holdings.goods):
            mine = holdings.goods == good
            weights = stock[mine] if stock[mine].any() else np.ones(int(mine.sum()))
            values[good] = weights @ worth[mine] / weights.sum()
    return pd.Series(values + 0.0, index=plan.economy.goods, name="salvage_values")

"""What an explanation is, and the words and lines that every kind of it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import NotProvedError
from ..base.labels import name_of
from .account_lines import account
from .finding import find_row
from .tables import PlanTables

_SHOWN = 6
#: Sides of an account that differ by less than this share of their terms are equal.
_EQUAL = 1e-7


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """What stands behind a valuation, in words and numbers.

    Attributes
    ----------
    name, kind, period : what is explained (kind: ``good``, ``resource``, ``pollutant``, ``stock``, ``technique``,
        ``storage``, ``floor``, ``own`` or a kind that a law declares).
    valuation : what one more unit is worth, in units of the objective; of a pollutant, what one unit less allowed
        costs; of a technique, ∂objective/∂activity.
    interval : least and greatest valuation it can have; the two differ where the plan is degenerate;
        None where the plan is not proved closely enough to tell (harmony, prices), or none was found.
    cost : what its valuation consists of: of a good, what running the technique that makes it takes per unit of
        activity, its other products credited (kind ``joint product``, negative); of a technique, what it takes; of a
        stock, its rent and what lasts of it; of a pollutant, its cap, budget and damage. Index (kind, name), columns
        ``amount``, ``valuation``, ``worth``; empty where nothing runs.
    makes : what that cost pays for: of a good, so much of it; of a technique, everything it makes; as ``cost``. Where
        the technique runs, the worths of both sum to the same.
    takes : what one more unit takes in all, through the whole chain of goods, in what limits the plan; as ``cost``.
    chain : the dearest chain of goods from it down to a limit.
    lines : the explanation in words.
    """

    name: str
    kind: str
    period: Any
    valuation: float
    interval: tuple[float, float] | None
    cost: pd.DataFrame
    takes: pd.DataFrame
    chain: tuple[str, ...]
    lines: tuple[str, ...] = field(default=())
    makes: pd.DataFrame = field(default_factory=lambda: account([]))

    def with_line(self, line: str) -> Explanation:
        """Return the explanation with one line more."""
        return replace(self, lines=(*self.lines, line))

    def summary(self) -> dict[str, Any]:
        """Return what the command line prints as JSON; a period or an interval only where there is one."""
        where = {} if self.period is None else {"period": name_of(self.period)}
        return {
            "name": self.name,
            "kind": self.kind,
            **where,
            "valuation": float(self.valuation),
            **({} if self.interval is None else {"interval": [float(end) for end in self.interval]}),
            "cost": _records(self.cost),
            "makes": _records(self.makes),
            "takes": _records(self.takes),
            "chain": list(self.chain),
            "lines": list(self.lines),
        }

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def _records(parts: pd.DataFrame) -> list[dict[str, Any]]:
    """Return an account as a list, one entry per line."""
    figures = zip(*(parts[name].tolist() for name in ("amount", "valuation", "worth")), strict=True)
    return [
        {"kind": kind, "name": name_of(name), "amount": amount, "valuation": valuation, "worth": worth}
        for (kind, name), (amount, valuation, worth) in zip(parts.index, figures, strict=True)
    ]


def interval_of(plan: PlanTables, block_name: str, label: Any) -> tuple[tuple[float, float] | None, str]:
    """Return the interval of a row's valuation, zeros where the spelling did not need to state the row; or None and,
    where one was looked for in vain, the words for that.
    """
    if not plan.has_intervals:
        return None, ""
    block = plan.program.row_block(block_name)
    if block is None or find_row(block, label) is None:
        return (0.0, 0.0), ""
    try:
        return plan.valuation_interval(block_name, label), ""
    except NotProvedError:
        return None, " (whether it could be another could not be found)"


def between(
    plan: PlanTables, valuation: float, interval: tuple[float, float] | None, missing: str = "", saved: bool = False
) -> str:
    """Say a valuation, and the interval it lies in where it has one.

    Parameters
    ----------
    saved : whether the valuation is what one more saves; otherwise it is ∂objective, and one more of a least-cost plan
        costs most.
    """
    if interval is None:
        return f"{valuation:.6g}{missing}"
    low, high = interval
    if high - low <= _EQUAL * max(abs(low), abs(high)):
        return f"{valuation:.6g}"
    more, less = (low, high) if saved or plan.program.sense == "max" else (high, low)
    return f"{valuation:.6g} (the plan is degenerate: anything from {more:.6g} for one more to {less:.6g} for one less)"


def worth_words(plan: PlanTables) -> str:
    return "is worth" if plan.program.sense == "max" else "demanded costs"


def more_words(plan: PlanTables) -> str:
    """Say what one more of a limit does, before the figure ∂objective/∂limit."""
    return "is worth" if plan.program.sense == "max" else "changes the cost by"


def part_lines(parts: pd.DataFrame) -> list[str]:
    """Put what is taken into lines, the dearest first; what is not scarce is only counted."""
    dear = parts[parts["worth"].abs() > 1e-12 * parts["worth"].abs().max()] if len(parts) else parts
    order = dear["worth"].abs().to_numpy().argsort(kind="stable")[::-1] if len(dear) > _SHOWN else range(len(dear))
    shown = dear.iloc[sorted(order[:_SHOWN])]
    lines = [
        f"    {amount:>12.6g} of {kind} {name}, at {valuation:.6g}: {worth:.6g}"
        for (kind, name), amount, valuation, worth in zip(
            shown.index, shown["amount"], shown["valuation"], shown["worth"], strict=True
        )
    ]
    if len(dear) > _SHOWN:
        rest = dear["worth"].sum() - shown["worth"].sum()
        lines.append(f"    and {len(dear) - _SHOWN} more, together {rest:.6g}")
    if len(parts) > len(dear):
        lines.append(f"    and {len(parts) - len(dear)} that are not scarce")
    return lines


def remainder_line(cost: pd.DataFrame, makes: pd.DataFrame) -> list[str]:
    """Say what the two sides of an account differ by, where a plan is not proved to the last digit."""
    rest = makes["worth"].sum() - cost["worth"].sum()
    if abs(rest) <= _EQUAL * (makes["worth"].abs().sum() + cost["worth"].abs().sum()):
        return []
    return [f"    {'':>12} left open, as far as the plan is from the best one: {rest:.6g}"]


def dearest_period(plan: PlanTables, values: Floats) -> Any:
    """Return the period in which something is worth most."""
    return plan.economy.periods[int(np.argmax(np.abs(values)))]


def explained_limit(
    kind: str,
    name: str,
    period: Any,
    valuation: float,
    interval: tuple[float, float] | None,
    cost: pd.DataFrame,
    lines: list[str],
) -> Explanation:
    """Return the explanation of a limit, which no technique makes."""
    return Explanation(name, kind, period, valuation, interval, cost, account([]), (), tuple(lines))

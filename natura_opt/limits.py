"""What binds a plan from outside: resources, initial stocks, room, caps and floors, with what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .labels import holding_name, name_of
from .sensitivity import ValuationIntervals

if TYPE_CHECKING:
    from .plan import Plan

#: The rows that hold a limit from outside: what it is called, its block of rows, the axis its first label lies on.
_LIMITS = (
    ("resource", "resource_limit", "resources"),
    ("stock", "accumulation", "goods"),
    ("storage", "storage_limit", "goods"),
    ("emission cap", "emission_cap", "pollutants"),
    ("emission budget", "emission_budget", "pollutants"),
    ("floor", "floor", "periods"),
)
#: Programs with more coefficients than this get no intervals in a summary: finding the first one may take seconds.
_QUICK = 50_000


def binding_limits(plan: Plan, intervals: int = 0) -> pd.DataFrame:
    """Return the limits from outside that bind, the most valuable first.

    Columns: kind, name, period, unit, available, valuation (per unit: gained, or saved in a least-cost plan), worth
    (of all of it: valuation x available; these sum to the objective), one_more and one_less (what one more unit
    brings, and one less costs: they differ where the plan is degenerate).

    Parameters
    ----------
    intervals : for how many limits ``one_more`` and ``one_less`` are found; for the others they are the valuation.
    """
    gain = 1.0 if plan.program.sense == "max" else -1.0
    rows: list[dict[str, Any]] = []
    for kind, block_name, axis in _LIMITS:
        block = plan.program.row_block(block_name)
        if block is None or not len(block.index):
            continue
        upper = plan.program.row_upper[block.span]
        side = np.where(np.isfinite(upper), upper, plan.program.row_lower[block.span])
        dual = gain * plan.dual[block.span] + 0.0
        counts = np.abs(dual) > 1e-12 * max(np.abs(dual).max(), 1e-300)
        if kind == "stock":  # most rows of accumulation hold no stock from outside
            counts &= side > 0
        for k in np.flatnonzero(counts).tolist():
            name, period = _named(block.index[k], kind)
            unit = "" if kind == "floor" else plan.economy.unit(axis, _first(block.index[k]))
            rows.append(
                {
                    "kind": kind,
                    "name": name,
                    "period": period,
                    "unit": unit,
                    "available": float(side[k]),
                    "valuation": float(dual[k]),
                    "worth": float(dual[k] * side[k]),
                    "one_more": float(dual[k]),
                    "one_less": float(dual[k]),
                    "row": block.start + k,
                }
            )
    rows.sort(key=lambda row: -abs(row["worth"]))
    if rows and intervals and plan.has_intervals and plan.program.matrix.nnz <= _QUICK:
        found = ValuationIntervals(plan.program, plan.primal)
        for row in rows[:intervals]:
            low, high = found.of_row(row["row"])
            row["one_more"], row["one_less"] = sorted((gain * low + 0.0, gain * high + 0.0))
    columns = ["kind", "name", "period", "unit", "available", "valuation", "worth", "one_more", "one_less"]
    return pd.DataFrame(rows, columns=columns)


def worth_in_words(limit: Mapping[Any, Any]) -> str:
    """Say what one more unit of a limit brings, and what one less costs where that differs."""
    more, less = limit["one_more"], limit["one_less"]
    if abs(less - more) <= 1e-7 * max(abs(less), abs(more)):
        return f"is worth {more:.6g}"
    return f"brings {more:.6g}, one less costs {less:.6g}"


def _named(label: Any, kind: str) -> tuple[str, str]:
    """Return (name, period) of a row's label."""
    if kind == "floor":
        return "fulfilment", str(label)
    if kind == "emission budget":
        return name_of(label), "all periods"
    return holding_name(tuple(label[:-1])), str(label[-1])


def _first(label: Any) -> Any:
    return label[0] if isinstance(label, tuple) else label

"""A plan in words: what is known, how far the targets are met, what binds and what is worth most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .objectives import OBJECTIVES
from .status import Status

if TYPE_CHECKING:
    from .plan import Plan

_SHOWN = 8


def summary(plan: Plan) -> str:
    """Return the plan's summary, most valuable limits first."""
    lines = [f"Plan of {plan.economy.name!r} ({OBJECTIVES[plan.question.objective].name}): {plan.status}"]
    if plan.impossibility is not None:
        return "\n".join([*lines, f"  {plan.impossibility}"])
    lines.append(f"  {plan.certificate}")
    if plan.status is Status.TIME_LIMIT or plan.status is Status.INTERRUPTED:
        lines.append(
            "  the solver was stopped; what it had is kept below, and the figures above say how far it had come"
        )
    lines.append(f"  objective   {plan.objective:.9g}   bound {plan.certificate.dual_objective:.9g}")
    if plan.question.objective != "least-resources":
        lines.append(
            "  fulfilment  " + "  ".join(f"{name_of(p)}: {z:.6g}" for p, z in plan.fulfilment.to_dict().items())
        )
    limits = binding_limits(plan)
    if len(limits):
        lines.append("  what binds, by what all of it is worth in the objective:")
        for row in limits.head(_SHOWN).to_dict("records"):
            lines.append(
                f"    {row['worth']:>12.6g}  {row['kind']} {row['name']} in {row['period']}: one more "
                f"{row['unit'] or 'unit'} is worth {row['valuation']:.6g}"
            )
        if len(limits) > _SHOWN:
            lines.append(f"    … and {len(limits) - _SHOWN} more (plan.valuations)")
    shown = [f"{name_of(name)} {value:.6g} ({period})" for name, period, value in dearest_goods(plan, 5) if value > 0]
    if shown:
        lines.append("  dearest goods per unit: " + ", ".join(shown))
    spent = ", ".join(f"{stage} {seconds:.3f} s" for stage, seconds in plan.seconds.items())
    lines.append(f"  by {plan.method}, {plan.iterations} iterations; {spent}")
    if len(plan.attempts) > 1:
        lines.append("  attempts:")
        lines += [f"    {attempt.message}: {attempt.claim}, {attempt.certificate}" for attempt in plan.attempts]
    return "\n".join(lines)


#: The rows that hold a limit from outside: what it is called, its block of rows, the axis its first label lies on.
_LIMITS = (
    ("resource", "resource_limit", "resources"),
    ("stock", "accumulation", "goods"),
    ("storage", "storage_limit", "goods"),
    ("emission cap", "emission_cap", "pollutants"),
    ("emission budget", "emission_budget", "pollutants"),
)


def binding_limits(plan: Plan) -> pd.DataFrame:
    """Return the limits from outside that bind, the most valuable first.

    Columns: kind, name, period, unit, available, valuation (what one more unit is worth: gained, or saved in a
    least-cost plan), worth (of all of it: valuation x available).
    """
    gain = 1.0 if plan.program.sense == "max" else -1.0
    rows: list[dict[str, Any]] = []
    for kind, block_name, axis in _LIMITS:
        block = plan.program.row_block(block_name)
        if block is None or not len(block.index):
            continue
        side = plan.program.row_upper[block.span]
        dual = gain * plan.dual[block.span] + 0.0
        counts = dual > 1e-12 * max(dual.max(), 1e-300)
        if kind == "stock":  # most rows of accumulation hold no stock from outside
            counts &= side > 0
        for k in np.flatnonzero(counts).tolist():
            label = block.index[k] if isinstance(block.index, pd.MultiIndex) else (block.index[k], "all periods")
            rows.append(
                {
                    "kind": kind,
                    "name": name_of(label[0]) if len(label) == 2 else f"{name_of(label[0])} in {name_of(label[1])}",
                    "period": label[-1],
                    "unit": plan.economy.unit(axis, label[0]),
                    "available": side[k],
                    "valuation": dual[k],
                    "worth": dual[k] * side[k],
                }
            )
    columns = ["kind", "name", "period", "unit", "available", "valuation", "worth"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("worth", ascending=False, kind="stable").reset_index(drop=True)


def dearest_goods(plan: Plan, count: int) -> list[tuple[Any, Any, float]]:
    """Return (good, period, valuation) of the dearest goods per unit, the dearest first."""
    goods = plan.valuations.loc["good"]
    values = goods.to_numpy()
    order = np.argsort(-values, axis=None, kind="stable")[:count]
    rows, columns = np.unravel_index(order, values.shape)
    return [(goods.index[r], goods.columns[c], float(values[r, c])) for r, c in zip(rows, columns, strict=True)]


def name_of(name: Any) -> str:
    return " ".join(map(str, name)) if isinstance(name, tuple) else str(name)

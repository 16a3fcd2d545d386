"""A plan in words: what is known, how far the targets are met, what binds and what is worth most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .labels import name_of
from .limits import binding_limits, worth_in_words
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
    limits = binding_limits(plan, intervals=_SHOWN)
    if len(limits):
        lines.append("  what binds, by what all of it is worth in the objective:")
        for row in limits.head(_SHOWN).to_dict("records"):
            lines.append(
                f"    {row['worth']:>12.6g}  {row['kind']} {row['name']} in {row['period']}: one more "
                f"{row['unit'] or 'unit'} {worth_in_words(row)}"
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


def dearest_goods(plan: Plan, count: int) -> list[tuple[Any, Any, float]]:
    """Return (good, period, valuation) of the dearest goods per unit, the dearest first."""
    goods = plan.valuations.loc["good"]
    values = goods.to_numpy()
    order = np.argsort(-values, axis=None, kind="stable")[:count]
    rows, columns = np.unravel_index(order, values.shape)
    return [(goods.index[r], goods.columns[c], float(values[r, c])) for r, c in zip(rows, columns, strict=True)]

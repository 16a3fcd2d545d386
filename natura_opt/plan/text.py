"""A plan in words: what is known, how far the targets are met, what binds and what is worth most."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base.labels import name_of
from ..base.status import Status
from ..economy.assumed import assumed
from ..laws.periods import lengths
from ..objectives import Demand
from .limits import binding_limits, count_limits, worth_in_words
from .naming import own_name
from .prices_over_time import basket_line
from .scale_words import curve_lines
from .stages import stage_lines
from .tables import PlanTables
from .terminal import terminal_lines

_SHOWN = 8
#: So many rows or columns of each of the user's own blocks are shown.
_OWN = 4


def further_lines(plan: PlanTables) -> list[str]:
    """Return what else a summary says of a plan, where there is something to say: a line or more of each part."""
    parts = (_price_lines, curve_lines, emission_lines, terminal_lines, basket_line, own_lines)
    return [*stage_lines(plan.raised), *(line for part in parts for line in part(plan))]


def summary(plan: PlanTables) -> str:
    """Return the plan's summary, most valuable limits first; or what its objective says in place of it."""
    return plain_summary(plan) if plan.added is None else plan.added.text(plan)


def plain_summary(plan: PlanTables) -> str:
    """Return the summary of a plan, whatever its objective adds."""
    lines = [f"Plan of {plan.economy.name!r} ({plan.objective_name}): {plan.status}"]
    if plan.impossibility is not None:
        return "\n".join([*lines, f"  {plan.impossibility}"])
    lines.append(f"  {plan.certificate}")
    if plan.bracket is not None:
        lines.append(f"  {plan.bracket}")
    if plan.status is Status.TIME_LIMIT or plan.status is Status.INTERRUPTED:
        lines.append(
            "  the solver was stopped; what it had is kept below, and the figures above say how far it had come"
        )
    lines.append(f"  objective   {plan.objective:.9g}   bound {plan.certificate.dual_objective:.9g}")
    if plan.of.demand not in (Demand.FIXED, Demand.NONE):
        lines.append(
            "  fulfilment  " + "  ".join(f"{name_of(p)}: {z:.6g}" for p, z in plan.fulfilment.to_dict().items())
        )
    limits = binding_limits(plan, intervals=_SHOWN, most=_SHOWN)
    if len(limits):
        whole = "objective" if plan.proved else "bound"
        lines.append(f"  what the {whole} is made of, by what all of each is worth in it:")
        for row in limits.to_dict("records"):
            when = f" in {row['period']}" if row["period"] else ""
            lines.append(
                f"    {row['worth']:>12.6g}  {row['kind']} {row['name']}{when}: one more "
                f"{row['unit'] or 'unit'} {worth_in_words(row, plan.program.sense)}"
            )
        more = count_limits(plan) - len(limits)
        if more:
            lines.append(f"    … and {more:,} more (plan.limits)")
    lines += [f"  {line}" for line in further_lines(plan)]
    shown = [f"{name_of(name)} {value:.6g} ({period})" for name, period, value in dearest_goods(plan, 5) if value > 0]
    if shown:
        lines.append("  dearest goods per unit: " + ", ".join(shown))
    lines += [f"  note: {sentence}" for sentence in assumed(plan.asked)]
    spent = ", ".join(f"{stage} {seconds:.3f} s" for stage, seconds in plan.seconds.items())
    lines.append(f"  by {plan.method}, {plan.iterations} iterations; {spent}")
    if len(plan.attempts) > 1:
        lines.append("  attempts:")
        lines += [f"    {attempt.message}: {attempt.claim}, {attempt.certificate}" for attempt in plan.attempts]
    return "\n".join(lines)


def _price_lines(plan: PlanTables) -> list[str]:
    """Say how prices were found."""
    return [] if plan.coordination is None else plan.coordination.lines()


def dearest_goods(plan: PlanTables, count: int) -> list[tuple[Any, Any, float]]:
    """Return (good, period, valuation) of the dearest goods per unit, the dearest first."""
    goods = plan.good_valuations
    values = goods.to_numpy()
    order = np.argsort(-values, axis=None, kind="stable")[:count]
    rows, columns = np.unravel_index(order, values.shape)
    return [(goods.index[r], goods.columns[c], float(values[r, c])) for r, c in zip(rows, columns, strict=True)]


def emission_lines(plan: PlanTables) -> list[str]:
    """Say what is emitted of each pollutant, what one unit less allowed costs, and the damage."""
    if not plan.asked.has("emissions") and not plan.asked.has_curves("emissions"):
        return []
    emitted, costs = plan.emissions.to_numpy(), plan.abatement_costs.to_numpy()
    lines = []
    for k, pollutant in enumerate(plan.economy.pollutants[:_SHOWN]):
        unit = plan.economy.unit("pollutants", pollutant)
        price = " and ".join(f"{cost:.6g} ({where})" for where, cost in _priced(plan, costs[k]))
        lines.append(
            f"emitted     {name_of(pollutant)} {emitted[k] @ lengths(plan.asked):.6g}{f' {unit}' if unit else ''}"
            + (f"; one {unit or 'unit'} less allowed costs {price}" if price else "")
        )
    if len(emitted) > _SHOWN:
        lines.append(f"… and {len(emitted) - _SHOWN} more pollutants (plan.emissions, plan.abatement_costs)")
    if plan.columns_filling("pollutant_stocks") is not None:
        lines += _stock_lines(plan)
    if plan.asked.has("damage_weights") or plan.asked.has("stock_damage_weights"):
        lines.append(f"damage      {plan.damage.sum():.6g} of the objective")
    return lines


def _stock_lines(plan: PlanTables) -> list[str]:
    """Say how much of each pollutant is there at the end, beside the start."""
    last, start = plan.pollutant_stocks.to_numpy()[:, -1], plan.asked.vector("pollutant_stocks", 0)
    units = [plan.economy.unit("pollutants", name) for name in plan.economy.pollutants[:_SHOWN]]
    return [
        f"piled up    {name_of(pollutant)} {last[k]:.6g}{f' {units[k]}' if units[k] else ''} at the end, "
        f"{start[k]:.6g} before the start"
        for k, pollutant in enumerate(plan.economy.pollutants[:_SHOWN])
    ]


def _priced(plan: PlanTables, costs: Any) -> list[tuple[str, float]]:
    """Return where one unit less allowed costs something, the dearest first, at most three of them."""
    places = [*(str(period) for period in plan.economy.periods), "budget"]
    order = [int(k) for k in np.argsort(-np.abs(costs), kind="stable")[:3] if costs[k] != 0]
    return [(places[k], float(costs[k])) for k in order]


def own_lines(plan: PlanTables) -> list[str]:
    """Say what the user's own rows and columns come to."""
    lines = []
    for block_name, frame in plan.extra.items():
        figure = frame.columns[1]
        for label, row in zip(frame.index[:_OWN], frame.to_numpy()[:_OWN], strict=True):
            name, period = own_name(plan.economy, block_name, label)
            when = f" in {period}" if period else ""
            lines.append(f"your own    {name}{when}: {row[0]:.6g}, {figure} {row[1]:.6g}")
        if len(frame) > _OWN:
            lines.append(f"… and {len(frame) - _OWN} more of {block_name} (plan.extra)")
    return lines

"""Needs that depend on scale, in words: forms of curves, what techniques lose at marginal prices, one technique."""

from __future__ import annotations

import numpy as np

from ..base.labels import name_of
from .accounts import Accounts
from .scale import (
    at_prices,
    curves_of,
    depends_on_scale,
    has_curves,
    losses_at_prices,
    sum_of_losses,
    techniques_of_scale,
)
from .tables import PlanTables

#: So many curves and losses are named.
_SHOWN = 4


def curve_lines(plan: PlanTables) -> list[str]:
    """Say how curves enter the program, what their valuations are, and what marginal prices do not pay."""
    if not has_curves(plan):
        return _loss_lines(plan) if depends_on_scale(plan) else []
    curves = curves_of(plan)
    single = curves[~curves.reset_index().duplicated(["technique", "name", "of"]).to_numpy()]
    chords, ordered = single[single["form"] == "chords"], single[single["form"] != "chords"]
    said = [f"{len(chords)} as chords (a linear program)"] * bool(len(chords))
    if len(ordered):
        by_technique = curves[~curves.reset_index().duplicated(["technique", "period"]).to_numpy()]
        binaries = int(by_technique["binaries"].sum())
        named = [
            f"{name} in {technique} ({why})"
            for (technique, name, *_), why in zip(ordered.index[:_SHOWN], ordered["why"], strict=False)
        ]
        named += [f"{len(ordered) - _SHOWN} more (plan.curves)"] * (len(ordered) > _SHOWN)
        said.append(f"{len(ordered)} in order by {binaries} binar{'ies' if binaries != 1 else 'y'}: {', '.join(named)}")
    lines = [f"curves      {', '.join(said)}"]
    if plan.bracket is None and plan.asked.curves is not None and not plan.asked.curves.is_straight:
        lines.append(
            "formulas stand in it as their chords: how far the plan is from the best on the true curves is not known; "
            "natura_opt.solve of the economy brackets it"
        )
    if plan.program.integer.any():
        lines.append("valuations are those of the linear program that is left when whole numbers stay as they are")
    return lines + _loss_lines(plan)


def _loss_lines(plan: PlanTables) -> list[str]:
    losses = losses_at_prices(plan)
    whole = sum_of_losses(losses)
    if not whole > 0.0:
        return []
    by_technique = -losses["rent"].clip(upper=0.0).groupby(level="technique", sort=False).sum()
    dearest = by_technique[by_technique > 0.0].sort_values(ascending=False, kind="stable")
    named = [f"{name} loses {loss:.6g}" for name, loss in dearest.iloc[:_SHOWN].items()]
    rest = dearest.iloc[_SHOWN:].sum()
    named += [f"{len(dearest) - _SHOWN} more lose {rest:.6g}"] * (len(dearest) > _SHOWN)
    return [
        f"at these prices {', '.join(named)} of the objective's {plan.objective:.6g}: increasing returns, what is made "
        "does not pay for all that is needed, so they do not support this plan (plan.loss_at_prices)"
    ]


def technique_lines(accounts: Accounts, technique: int) -> list[str]:
    """Say what a technique needs by its curves: in all, on average and for one more; and what marginal prices pay."""
    plan, period = accounts.plan, name_of(accounts.plan.economy.periods[accounts.t])
    name = name_of(plan.economy.techniques[technique])
    curves = curves_of(plan)
    levels = curves.index.get_level_values
    mine = curves[(levels("technique") == name) & (levels("period") == period)]
    lines = []
    for (_, need, *_), row in zip(mine.index, mine.to_dict("records"), strict=True):
        unit = row["unit"] or "unit"
        left, right = row["marginal_left"], row["marginal_right"]
        one_more = f"{right:.6g} for one more" if np.isfinite(right) else "any more takes infinitely much at first"
        less = "" if left == right or not np.isfinite(left) else f" (one less saves {left:.6g})"
        average = f", {row['average']:.6g} per unit of activity on average" if row["level"] > 0 else ""
        lines.append(f"  by curve: {row['total']:.6g} {unit} of {need} in all{average}, {one_more}{less}")
    if technique not in techniques_of_scale(plan):
        return []
    *_, average, marginal, rent = at_prices(accounts)[:, technique].tolist()
    if accounts.level[technique] > 0 and len(mine):
        lines.append(f"  what its curves take is worth {average:.6g} per unit on average, {marginal:.6g} for one more")
    if rent < 0.0:
        lines.append(
            f"  at these prices it loses {-rent:.6g} in all: increasing returns, what it makes does not pay for all "
            "that it needs"
        )
    elif rent > 0.0:
        lines.append(f"  at these prices it gains {rent:.6g} in all: its rent of scale")
    return lines

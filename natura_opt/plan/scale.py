"""Needs that depend on scale, in a plan: what each curve says at the level of activity, and what marginal prices pay.

Where a need is a curve ``phi(x)``, one more unit of activity takes its slope, all units together its total. Valuations
are marginal: a technique is paid ``lambda x`` for what it needs by curves (lambda: what one more unit of activity takes
of them), and needs ``sum_i v_i phi_i(x)``. The difference is its rent of scale; where returns increase it is a loss,
and these prices do not support the plan (Hotelling 1938; Samothrakis 2021). Where binaries order the pieces, valuations
are those of the linear program that is left when they are fixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.labels import name_of
from ..curves.curve import Curve
from ..economy.curve_table import PlacedCurve
from ..laws.curve_pieces import CurvedTechnique, curved_techniques, first_bend
from ..program.canonical import Block
from ..program.declared import Columns
from ..tables.curves import IN_PLACE_OF
from .accounts import Accounts
from .needs import columns_adding_to
from .tables import PlanTables

#: A level nearer to where a curve bends than this share of it stands there; rents below this share, or below what the
#: plan is proved to, are rounding.
_SAME = 1e-9
_CURVES = ["technique", "name", "of", "period"]
_LOSSES = ["technique", "period"]


def has_curves(plan: PlanTables) -> bool:
    """Whether needs of the plan are totals by curve: its program states them."""
    return plan.asked.curves is not None and any(columns_adding_to(plan.program, table) for table in IN_PLACE_OF)


def curves_of(plan: PlanTables) -> pd.DataFrame:
    """Return what every curve says at the level of activity: see :attr:`natura_opt.Plan.curves`."""
    rows: list[dict[str, Any]] = []
    if has_curves(plan):
        curves = plan.economy.curves  # as they were reported, where the program states them in straight pieces
        assert curves is not None
        levels = plan.activities.to_numpy()
        for one in curved_techniques(plan.asked, plan.question):
            for k, at in enumerate(one.curves):
                for t, period in enumerate(plan.economy.periods):
                    level = max(float(levels[one.technique, t]), 0.0)
                    rows.append(
                        _names(plan, curves.placed[at], period)
                        | _figures(curves.placed[at].curve, level)
                        | _form(one, k, curves.placed[at].curve)
                        | _samples(curves.placed[at].curve)
                    )
    columns = [*_CURVES, "unit", "level", "total", "average", "marginal_left", "marginal_right", "form", "why"]
    table = pd.DataFrame(rows, columns=[*columns, "pieces", "binaries", "samples", "residual"])
    figures = dict.fromkeys(("level", "total", "average", "marginal_left", "marginal_right", "residual"), float)
    counts = dict.fromkeys(("pieces", "binaries", "samples"), int)
    return table.astype({**figures, **counts}).set_index(_CURVES)


def _names(plan: PlanTables, one: PlacedCurve, period: Any) -> dict[str, str]:
    axis = IN_PLACE_OF[one.of]
    label = plan.economy.axes[axis][one.row]
    technique = name_of(plan.economy.techniques[one.technique])
    named = {"technique": technique, "name": name_of(label), "of": one.of, "period": name_of(period)}
    return named | {"unit": plan.economy.unit(axis, label)}


def _figures(curve: Curve, level: float) -> dict[str, float]:
    """Return what a curve says at a level; a level that rounding puts beside an end of a piece stands at it."""
    near = np.flatnonzero(np.abs(curve.quantities - level) <= _SAME * np.where(curve.quantities < np.inf, level, 0.0))
    level = float(curve.quantities[near[0]]) if len(near) else min(level, curve.end)
    total = float(curve.total(level))
    right = float(curve.slope(level, "right"))
    if len(near) and near[0] < curve.count and curve.jumps[near[0]] > 0.0:
        right = np.inf
    return {
        "level": level,
        "total": total,
        "average": total / level if level > 0.0 else np.nan,
        "marginal_left": float(curve.slope(level, "left")) if level > 0.0 else np.nan,
        "marginal_right": right,
    }


def _form(one: CurvedTechnique, at: int, curve: Curve) -> dict[str, Any]:
    """Return how a curve, as it was reported, enters the program, and why."""
    bend = first_bend(one, at)
    if bend is not None:
        jumps = curve.quantities[:-1][curve.jumps > 0.0]
        why = f"it jumps at {bend:g}" if bend in jumps else f"its slope falls at {bend:g}"
    elif one.form == "chords":
        why = "convex where more use hurts" if one.count > 1 else "one straight line"
    elif any(first_bend(one, k) is not None for k in range(len(one.curves))):
        why = "in order with another curve of its technique"
    else:
        why = "asked for by curve_form"
    return {"form": one.form, "why": why, "pieces": one.count, "binaries": int(one.opens.sum())}


def _samples(curve: Curve) -> dict[str, Any]:
    observed = curve.observed
    if observed is None:
        return {"samples": 0, "residual": np.nan}
    return {"samples": observed.number, "residual": observed.root_mean_square}


def losses_at_prices(plan: PlanTables) -> pd.DataFrame:
    """Return what techniques with curves gain or lose at prices: see :attr:`natura_opt.Plan.loss_at_prices`."""
    rows: list[tuple[Any, ...]] = []
    techniques = techniques_of_scale(plan)
    for t, period in enumerate(plan.economy.periods if techniques else ()):
        figures = at_prices(Accounts(plan, t))
        for j in techniques:
            rows.append((name_of(plan.economy.techniques[j]), name_of(period), *figures[:, j].tolist()))
    columns = ["level", "made", "taken", "by_curve", "average", "marginal", "rent"]
    table = pd.DataFrame(rows, columns=[*_LOSSES, *columns])
    table = table.astype(dict.fromkeys(columns, float))
    return table.sort_values("technique", key=lambda names: pd.factorize(names)[0], kind="stable").set_index(_LOSSES)


def techniques_of_scale(plan: PlanTables) -> list[int]:
    """Return the techniques whose needs depend on scale: by curves, or by whole-number columns of a law."""
    curves = plan.asked.curves
    found = set(curves.techniques.tolist()) if curves is not None and has_curves(plan) else set()
    for block in _whole_by_technique(plan):
        found |= set(plan.economy.techniques.get_indexer(block.index.get_level_values(0)).tolist())
    return sorted(found)


def _whole_by_technique(plan: PlanTables) -> list[Block]:
    """Return the whole-number columns that a law declares one of per technique and period, such as plants that run."""
    axes = ("techniques", "periods")
    return [
        block
        for block in plan.program.columns
        if isinstance(block.declared, Columns)
        and block.declared.axes == axes
        and not block.declared.numbered
        and block.declared.table != "activities"
        and plan.program.integer[block.span].all()
        and len(block.index)
    ]


def _paid_for_whole(accounts: Accounts) -> Floats:
    """Return what whole-number columns of techniques take at the plan's valuations, less what they bring, shape
    (techniques,).
    """
    plan, count = accounts.plan, len(accounts.level)
    paid = np.zeros(count)
    for block in _whole_by_technique(plan):
        place = plan.places_of(block, plan.economy.techniques)
        mine = (place >= 0) & (place // count == accounts.t)
        worth = -accounts.towards * plan.reduced[block.span] * plan.primal[block.span]
        paid += np.bincount(place[mine] % count, worth[mine], minlength=count)
    return paid


def at_prices(accounts: Accounts) -> Floats:
    """Return level, what is made, what is taken in all and by curves, what curves take per unit on average and for one
    more, and what is made beyond what is taken: at the plan's valuations, shape (7, techniques).
    """
    level, marginal = accounts.level, accounts.marginal
    count = len(level)
    whole = np.bincount(marginal.techniques, marginal.prices * accounts.plan.primal[marginal.columns], minlength=count)
    one_more = np.bincount(marginal.techniques, marginal.prices * marginal.slopes, minlength=count)
    made = (accounts.outputs.T @ accounts.goods) * level
    paid = (one_more + np.where(level > 0, marginal.beyond, 0.0)) * level
    open_ = np.where(accounts.bounded, 0.0, accounts.loss * level)  # what a plan that is not proved leaves open
    by_plants = _paid_for_whole(accounts)
    rent = paid - whole - by_plants - open_
    size = np.maximum(np.maximum(np.abs(paid), np.abs(whole)), np.abs(by_plants))
    rent[np.abs(rent) <= max(_SAME, accounts.plan.certificate.tolerance) * size] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        average = np.where(level > 0, whole / level, np.nan)
    figures: Floats = np.stack([level, made, made - rent, whole, average, one_more, rent]) + 0.0
    return figures


def depends_on_scale(plan: PlanTables) -> bool:
    """Whether needs of some technique depend on scale, by curves or by whole numbers."""
    return has_curves(plan) or bool(_whole_by_technique(plan))


def sum_of_losses(losses: pd.DataFrame) -> float:
    """Return what techniques lose at these prices, those that gain left out, in units of the objective."""
    return float(-np.minimum(losses["rent"].to_numpy(), 0.0).sum()) + 0.0

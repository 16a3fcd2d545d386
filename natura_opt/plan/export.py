"""A plan as tables and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from ..base.labels import name_of
from ..base.status import Status
from ..economy.assumed import assumed
from ..formulate import STANDING, every_law
from ..laws.law import Law
from ..objectives import Demand
from ..tables import registry
from .answer import Answered
from .prices_over_time import basket_rates, prices_over_time, returns_on_capital
from .scale import curves_of, depends_on_scale, has_curves, losses_at_prices, sum_of_losses
from .tables import PlanTables
from .terminal import terminal_facts

#: The tables of a plan, in order.
TABLES = (
    "activities",
    "output",
    "net_output",
    "consumption",
    "demand_by_profile",
    "surplus",
    "resource_use",
    "emissions",
    "abatement_costs",
    "pollutant_stocks",
    "damage",
    "investment",
    "stocks",
    "stored",
    "terminal_stocks",
    "plants",
    "valuations",
    "rents",
    "reduced_costs",
    "rules",
)
#: Tables of the solution of a program.
PROGRAM_TABLES = ("columns", "rows", "farkas", "ray")
#: Facts of the summary that are tables of their own in a file.
_IN_TABLES = (
    "fulfilment",
    "emissions",
    "abatement_costs",
    "damage",
    "extra",
    "totals",
    "bracket",
    "rounds",
    "revealed",
    "curves",
    "interest",
    "terminal",
    "rules",
)


def tables(plan: PlanTables) -> dict[str, pd.DataFrame]:
    """Return every table that has rows, the summary and the certificate first."""
    facts = {key: value for key, value in summary(plan).items() if key not in _IN_TABLES}
    frames = {"summary": summary_table(facts)}
    if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return frames
    if plan.of.demand is not Demand.NONE:
        frames["fulfilment"] = plan.fulfilment.to_frame()
    idle = _filled(STANDING) - _filled(plan.laws)
    for name in TABLES:
        if name in idle or not _says_something(plan, name):
            continue
        table = getattr(plan, name)
        if len(table):
            frames[name] = table.to_frame() if isinstance(table, pd.Series) else table
    if len(plan.totals):
        frames["totals"] = plan.totals
    if len(plan.stages):
        frames["stages"] = plan.stages
    if plan.coordination is not None:
        frames |= {
            "rounds": plan.coordination.table,
            "price_path": plan.coordination.path,
            "revealed": plan.coordination.revealed,
        }
    if plan.bracket is not None:
        frames["bracket"] = plan.bracket.rounds
    if has_curves(plan):
        frames["curves"] = curves_of(plan)
    if depends_on_scale(plan):
        frames["loss_at_prices"] = losses_at_prices(plan)
    if len(plan.economy.periods) > 1:
        frames["prices_over_time"] = prices_over_time(plan)
        if len(plan.stocks):
            frames["returns_on_capital"] = returns_on_capital(plan)
    own = _filled(plan.own_laws)
    frames |= {f"extra {name}" if name in own else name: frame for name, frame in plan.further.items()}
    for name, frame in plan.extra.items():
        frames.setdefault(f"extra {name}", frame)
    return frames


def known_tables() -> frozenset[str]:
    """Return the names of all tables that a plan, or the solution of a program, can have; of your own: ``extra …``."""
    own = {"summary", "fulfilment", "totals", "stages", "bracket", "curves", "loss_at_prices"}
    own |= {"prices_over_time", "returns_on_capital", "rounds", "price_path", "revealed"}
    return frozenset({*own, *TABLES, *PROGRAM_TABLES}) | _filled(every_law())


def _filled(laws: Iterable[Law]) -> frozenset[str]:
    """Return the tables that the blocks of laws fill."""
    tables = [(rows.table, rows.levels) for law in laws for rows in law.rows]
    tables += [(columns.table, "") for law in laws for columns in law.columns]
    return frozenset(name for names in tables for name in names if name)


def summary(plan: PlanTables) -> dict[str, Any]:
    """Return the plan's claim and proof, and what its objective adds, fit for JSON (no NaN, no infinities)."""
    facts = _summary(plan)
    return facts if plan.added is None else facts | plan.added.summary(plan)


def _summary(plan: PlanTables) -> dict[str, Any]:
    facts = facts_of(plan, plan.economy.name, plan.question.name) | {"objective_name": plan.objective_name}
    if plan.coordination is not None:
        facts |= plan.coordination.facts()
    assumptions = assumed(plan.asked)
    if assumptions:
        facts["assumed"] = list(assumptions)
    if plan.impossibility:
        return facts
    if plan.bracket is not None:
        facts["bracket"] = plan.bracket.summary()
    if plan.of.demand is not Demand.NONE:
        facts["fulfilment"] = {name_of(p): float(z) for p, z in plan.fulfilment.items() if math.isfinite(z)}
    if _says_something(plan, "emissions"):
        facts["emissions"] = _records(plan.emissions, "pollutant", "amount")
    if _says_something(plan, "abatement_costs"):
        facts["abatement_costs"] = _records(plan.abatement_costs, "pollutant", "cost")
    if _says_something(plan, "damage"):
        facts["damage"] = [
            {"period": name_of(period), "damage": _plain(value)} for period, value in plan.damage.items()
        ]
    if has_curves(plan):
        facts["curves"] = _curve_records(curves_of(plan))
    if depends_on_scale(plan):
        facts["loss_at_prices"] = _plain(sum_of_losses(losses_at_prices(plan)))
    if len(plan.economy.periods) > 1 and plan.asked.has("targets"):
        facts["interest"] = [
            {
                "period": name_of(period),
                "price": _plain(price),
                "own_rate": None if rate is pd.NA else float(rate),
                "note": note,
            }
            for period, price, rate, note in basket_rates(plan).itertuples()
        ]
    left = terminal_facts(plan)
    if left is not None:
        facts["terminal"] = left
    if len(plan.rules):
        facts["rules"] = [
            {"rule": rule, "period": period, "sense": sense, "unit": unit}
            | {"level": _plain(level), "limit": _plain(limit), "valuation": _plain(valuation)}
            for (rule, period), sense, level, limit, valuation, unit in plan.rules.itertuples()
        ]
    if plan.extra:
        facts["extra"] = {name: _own_records(frame) for name, frame in plan.extra.items()}
    if len(plan.totals):
        facts["totals"] = [
            {"kind": kind, "name": name, "level": _plain(level), "side": _plain(side), "valuation": _plain(valuation)}
            for (kind, name), (level, side, valuation) in zip(plan.totals.index, plan.totals.to_numpy(), strict=True)
        ]
    return facts


def _says_something(plan: PlanTables, table: str) -> bool:
    """Whether a table of the plan speaks of something: one of the economy's tables that it needs is given."""
    needed = [spec.name for spec in registry.TABLES.values() if table in spec.plan_tables]
    return not needed or any(plan.asked.has(name) or plan.asked.has_curves(name) for name in needed)


def summary_table(facts: dict[str, Any]) -> pd.DataFrame:
    """Return a summary as a table of two columns, the certificate's figures among the others."""
    plain = {key: value for key, value in facts.items() if key != "certificate"}
    flat = {**plain, **{f"certificate: {key}": value for key, value in facts["certificate"].items()}}
    return pd.DataFrame({"value": pd.Series(flat, dtype=object).astype(str)}).rename_axis("what")


def facts_of(answer: Answered, model: str, question: str | None) -> dict[str, Any]:
    """Return the claim and proof of a plan, or of a program's solution, as plain values."""
    nothing = answer.impossibility
    certificate = answer.certificate
    seen = {
        "primal_residual": None if nothing else _plain(certificate.primal_residual),
        "dual_residual": _plain(nothing.residual if nothing else certificate.dual_residual),
        "gap": None if nothing else _plain(certificate.gap),
        "tolerance": certificate.tolerance,
        "proved": answer.status is Status.OPTIMAL or bool(nothing and nothing.proved),
        "bound": "exact" if nothing and nothing.exact else certificate.bound,
        "unconditional": bool(nothing and nothing.proved) or certificate.unconditional,
    }
    facts: dict[str, Any] = {
        "model": model,
        "question": question,
        "method": answer.method,
        "status": str(answer.status),
        "objective": None if nothing else _plain(certificate.objective),
        "seconds": sum(answer.seconds.values()),
        "seconds_by_stage": dict(answer.seconds),
        "iterations": answer.iterations,
        "certificate": seen,
    }
    if nothing:
        facts["reason"] = nothing.sentence
    return facts


def _records(frame: pd.DataFrame, axis: str, what: str) -> list[dict[str, Any]]:
    """Return a table of names x periods as a list, one entry per number."""
    values = frame.to_numpy()
    return [
        {axis: name_of(name), "period": name_of(period), what: _plain(values[i, t])}
        for i, name in enumerate(frame.index)
        for t, period in enumerate(frame.columns)
    ]


def _curve_records(curves: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what curves say as a list, one entry per curve and period."""
    return [
        {str(key): _plain(value) if isinstance(value, float) else value for key, value in row.items()}
        for row in curves.reset_index().to_dict("records")
    ]


def _own_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the user's own rows or columns as a list: the parts of each label, and its figures."""
    return [
        {
            "label": [name_of(part) for part in (label if isinstance(label, tuple) else (label,))],
            **{str(figure): _plain(value) for figure, value in zip(frame.columns, row, strict=True)},
        }
        for label, row in zip(frame.index, frame.to_numpy(), strict=True)
    ]


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

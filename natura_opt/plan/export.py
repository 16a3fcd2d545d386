"""A plan as tables and JSON."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ..base.labels import name_of
from ..base.status import Status
from ..economy.assumed import assumed
from ..objectives import Demand
from .answer import Answered
from .tables import PlanTables

#: The tables of a plan, in order.
TABLES = (
    "activities",
    "output",
    "net_output",
    "consumption",
    "surplus",
    "resource_use",
    "emissions",
    "abatement_costs",
    "damage",
    "investment",
    "stocks",
    "stored",
    "valuations",
    "rents",
    "reduced_costs",
)
#: Tables of the solution of a program.
PROGRAM_TABLES = ("columns", "rows", "farkas", "ray")


#: Tables that speak of something only where one of these tables of the economy does.
_NEEDED = {
    "emissions": ("emissions",),
    "abatement_costs": ("emission_caps", "emission_budgets"),
    "damage": ("damage_weights",),
    "stored": ("storage",),
}
#: Facts of the summary that are tables of their own in a file.
_IN_TABLES = ("emissions", "abatement_costs", "damage", "extra")


def tables(plan: PlanTables) -> dict[str, pd.DataFrame]:
    """Return every table that has rows, the summary and the certificate first."""
    facts = {key: value for key, value in summary(plan).items() if key not in _IN_TABLES}
    made = {"summary": summary_table(facts)}
    if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return made
    if plan.of.demand is not Demand.NONE:
        made["fulfilment"] = plan.fulfilment.to_frame()
    for name in TABLES:
        needed = _NEEDED.get(name)
        if needed is not None and not any(plan.asked.has(table) for table in needed):
            continue
        found = getattr(plan, name)
        if len(found):
            made[name] = found.to_frame() if isinstance(found, pd.Series) else found
    for name, frame in plan.extra.items():
        made[f"extra {name}"] = frame
    return made


def summary(plan: PlanTables) -> dict[str, Any]:
    """Return the plan's claim and proof, and what its objective adds, fit for JSON (no NaN, no infinities)."""
    facts = _summary(plan)
    return facts if plan.added is None else facts | plan.added.summary(plan)


def _summary(plan: PlanTables) -> dict[str, Any]:
    facts = facts_of(plan, plan.economy.name, plan.question.name) | {"objective_name": plan.objective_name}
    assumptions = assumed(plan.asked)
    if assumptions:
        facts["assumed"] = list(assumptions)
    if plan.impossibility:
        return facts
    if plan.asked.has("emissions"):
        facts["emissions"] = _records(plan.emissions, "pollutant", "amount")
    if plan.asked.has("emission_caps") or plan.asked.has("emission_budgets"):
        facts["abatement_costs"] = _records(plan.abatement_costs, "pollutant", "cost")
    if plan.asked.has("damage_weights"):
        facts["damage"] = [
            {"period": name_of(period), "damage": _plain(value)} for period, value in plan.damage.items()
        ]
    if plan.extra:
        facts["extra"] = {name: _own_records(frame) for name, frame in plan.extra.items()}
    return facts


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

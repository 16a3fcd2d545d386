"""A plan as tables and JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from .status import Status

if TYPE_CHECKING:
    from .plan import Plan
    from .program_solution import ProgramSolution

TABLES = (
    "activities",
    "output",
    "net_output",
    "consumption",
    "surplus",
    "resource_use",
    "emissions",
    "investment",
    "stocks",
    "stored",
    "valuations",
    "rents",
    "reduced_costs",
)
#: Tables of the solution of a program.
PROGRAM_TABLES = ("columns", "rows", "farkas", "ray")


def tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return every table that has rows, the summary and the certificate first."""
    made = {"summary": summary_table(summary(plan))}
    if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return made
    made["fulfilment"] = plan.fulfilment.to_frame()
    for name in TABLES:
        frame = getattr(plan, name)
        if (
            len(frame)
            and (name != "emissions" or plan.economy.has("emissions"))
            and (name != "stored" or plan.economy.has("storage"))
        ):
            made[name] = frame
    for name, frame in plan.extra.items():
        made[f"extra {name}"] = frame
    return made


def summary(plan: Plan) -> dict[str, Any]:
    """Return the plan's claim and proof as plain values, fit for JSON (no NaN, no infinities)."""
    return facts_of(plan, plan.economy.name, plan.question.name)


def summary_table(facts: dict[str, Any]) -> pd.DataFrame:
    """Return a summary as a table of two columns, the certificate's figures among the others."""
    plain = {key: value for key, value in facts.items() if key != "certificate"}
    flat = {**plain, **{f"certificate: {key}": value for key, value in facts["certificate"].items()}}
    return pd.DataFrame({"value": pd.Series(flat, dtype=object).astype(str)}).rename_axis("what")


def facts_of(plan: Plan | ProgramSolution, model: str, question: str | None) -> dict[str, Any]:
    """Return the claim and proof of a plan, or of a program's solution, as plain values."""
    nothing = plan.impossibility
    certificate = plan.certificate
    seen = {
        "primal_residual": None if nothing else _plain(certificate.primal_residual),
        "dual_residual": _plain(nothing.residual if nothing else certificate.dual_residual),
        "gap": None if nothing else _plain(certificate.gap),
        "tolerance": certificate.tolerance,
        "proved": plan.status is Status.OPTIMAL or bool(nothing and nothing.proved),
        "bound": "exact" if nothing and nothing.exact else certificate.bound,
        "unconditional": bool(nothing and nothing.proved) or certificate.unconditional,
    }
    facts: dict[str, Any] = {
        "model": model,
        "question": question,
        "method": plan.method,
        "status": str(plan.status),
        "objective": None if nothing else _plain(certificate.objective),
        "seconds": sum(plan.seconds.values()),
        "seconds_by_stage": dict(plan.seconds),
        "iterations": plan.iterations,
        "certificate": seen,
    }
    if nothing:
        facts["reason"] = nothing.sentence
    return facts


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

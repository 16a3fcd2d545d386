"""A plan as tables, files and JSON."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .status import Status

if TYPE_CHECKING:
    from .plan import Plan
    from .program_solution import ProgramSolution

_TABLES = (
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


def tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return every table that has rows, the summary and the certificate first."""
    made = {"summary": summary_table(summary(plan))}
    if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return made
    made["fulfilment"] = plan.fulfilment.to_frame()
    for name in _TABLES:
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
        "bound": certificate.bound,
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


def to_excel(plan: Plan | ProgramSolution, path: Path) -> Path:
    """Write one sheet per table."""
    with pd.ExcelWriter(path, engine="openpyxl") as workbook:
        for name, frame in _file_names(plan.tables(), longest=31).items():
            frame.to_excel(workbook, sheet_name=name, merge_cells=False)
    return path


def to_csv(plan: Plan | ProgramSolution, folder: Path) -> Path:
    """Write one CSV file per table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in _file_names(plan.tables()).items():
        frame.to_csv(folder / f"{name}.csv")
    return folder


def to_parquet(plan: Plan | ProgramSolution, folder: Path) -> Path:
    """Write one Parquet file per table (labels as columns)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in _file_names(plan.tables()).items():
        flat = frame.reset_index()
        flat.columns = flat.columns.astype(str)
        for column in flat.columns[: frame.index.nlevels]:  # labels may be numbers or pairs among words
            flat[column] = [" ".join(map(str, x)) if isinstance(x, tuple) else str(x) for x in flat[column]]
        flat.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


def _file_names(frames: dict[str, pd.DataFrame], longest: int = 100) -> dict[str, pd.DataFrame]:
    """Return tables by names that files and sheets can have, each once."""
    named: dict[str, pd.DataFrame] = {}
    for name, frame in frames.items():
        plain = "".join(c if c.isalnum() or c in "_-" else "_" for c in name)
        short, number = plain[:longest], 2
        while short.lower() in {taken.lower() for taken in named}:
            short, number = f"{plain[: longest - len(str(number)) - 1]}_{number}", number + 1
        named[short] = frame
    return named


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

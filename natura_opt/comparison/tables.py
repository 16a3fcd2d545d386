"""What several methods made of one question, as tables and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.status import Status
from ..economy.economy import Economy
from ..economy.question import Question
from ..methods.harmony.problem import HarmonyProblem
from ..objectives.harmony import HARMONY
from ..plan.harmony import harmony_of
from ..plan.plan import Plan
from ..proof.concave_gap import proven_gap


@dataclass(frozen=True, eq=False)
class Entry:
    """What one method did.

    Attributes
    ----------
    method : its name.
    plan : what it found; None where it cannot answer the question.
    refusal : why it cannot.
    deliveries : what its plan leaves for each target, in the order of the harmony problem, shape (k,).
    objective : in the linear question's own terms; None where its plan does not serve the question.
    note : what to know of it.
    passes : over the data; None of a linear program, whose solver does not count them.
    """

    method: str
    plan: Plan | None
    refusal: str = ""
    deliveries: Floats | None = None
    objective: float | None = None
    note: str = ""
    passes: int | None = None


@dataclass(frozen=True, eq=False, repr=False)
class ComparisonTables:
    """The same question through several methods. See :class:`natura_opt.Comparison`."""

    economy: Economy
    question: Question
    entries: tuple[Entry, ...]
    optimum: Plan
    problem: HarmonyProblem

    @property
    def plans(self) -> dict[str, Plan]:
        """The plans by method, of those that could answer."""
        return {entry.method: entry.plan for entry in self.entries if entry.plan is not None}

    @property
    def harmony_bound(self) -> float:
        """The most total harmony that any plan can have, as proved; infinite where no method for harmony answered."""
        bounds = [harmony_of(p).bound for p in self.plans.values() if p.of is HARMONY]
        return min(bounds, default=float("inf"))

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per method: status, objective in the linear question's terms, gap to the proved optimum (relative),
        harmony, mean harmony, its gap per good to the proved bound, worst fulfilment, seconds, passes, note.

        A gap is infinite where a plan seems better than the best there is: it breaks a law then, and the note says so.
        """
        frame = pd.DataFrame([self._row(entry) for entry in self.entries]).set_index("method")
        return frame.astype({"passes": "Int64"})

    @cached_property
    def activities(self) -> pd.DataFrame:
        """Activity levels: (technique, period) x methods."""
        levels = {name: plan.activities.T.stack() for name, plan in self._answered().items()}
        frame = pd.DataFrame(levels)
        frame.index = frame.index.swaplevel() if isinstance(frame.index, pd.MultiIndex) else frame.index
        return frame

    @cached_property
    def differences(self) -> pd.DataFrame:
        """How far plans are apart, methods x methods: the mean, over techniques and periods that any of the two
        runs, of the difference of activity levels relative to the larger."""
        plans = {name: plan.activities.to_numpy().ravel() for name, plan in self._answered().items()}
        apart = [[_apart(one, other) for other in plans.values()] for one in plans.values()]
        return pd.DataFrame(apart, index=list(plans), columns=list(plans))

    def summary(self) -> dict[str, Any]:
        """Return what the command line prints as JSON."""
        return {
            "model": self.economy.name,
            "question": self.question.name,
            "objective": self.question.objective,
            "harmony_function": self.problem.function.name,
            "methods": [self._facts(entry) for entry in self.entries],
        }

    def __repr__(self) -> str:
        shown = self.table.drop(columns="note").to_string(float_format=lambda x: f"{x:.6g}", na_rep="")
        notes = [f"  {e.method}: {e.refusal or e.note}" for e in self.entries if e.refusal or e.note]
        return "\n".join([f"Comparison on {self.economy.name!r} ({self.question.objective})", shown, *notes])

    def _answered(self) -> dict[str, Plan]:
        none = (Status.INFEASIBLE, Status.UNBOUNDED)
        return {name: plan for name, plan in self.plans.items() if plan.status not in none}

    def _row(self, entry: Entry) -> dict[str, Any]:
        plan = entry.plan
        row: dict[str, Any] = {"method": entry.method, "status": "cannot answer" if plan is None else str(plan.status)}
        numbers = ("objective", "gap", "harmony", "mean_harmony", "harmony_gap_per_good", "worst_fulfilment", "seconds")
        row |= dict.fromkeys(numbers, float("nan")) | {"passes": None, "note": entry.refusal or entry.note}
        if plan is None:
            return row
        row["seconds"] = sum(plan.seconds.values())
        row["passes"] = entry.passes
        if entry.deliveries is None:
            return row
        harmony = self._harmony(entry.deliveries)
        bound = self.harmony_bound
        row["harmony"], row["mean_harmony"] = harmony, harmony / self.problem.size
        if np.isfinite(bound):
            attained = harmony - float(plan.damage.sum())
            row["harmony_gap_per_good"] = proven_gap(attained, bound, self.problem.size, self._tolerance)
            if np.isinf(row["harmony_gap_per_good"]):
                row["note"] = _joined(row["note"], f"more harmony than the proved bound, {_broken(plan)}")
        row["worst_fulfilment"] = float(fulfilment_by_good(self.problem.economy, plan).min(initial=np.inf))
        if entry.objective is not None:
            row["objective"] = entry.objective
            if self.optimum.proved:
                best, sign = self._best_value, -1.0 if self.optimum.program.sense == "min" else 1.0
                size = max(abs(best), abs(entry.objective)) or 1.0  # of an optimum of zero, nothing is a share
                row["gap"] = proven_gap(sign * entry.objective, sign * best, size, self._tolerance)
                if np.isinf(row["gap"]):
                    row["note"] = _joined(row["note"], f"better than the proved optimum, {_broken(plan)}")
        return row

    @property
    def _best_value(self) -> float:
        """What no plan can better: the optimum, or where curves are not straight what it is bracketed by."""
        return self.optimum.objective if self.optimum.bracket is None else self.optimum.bracket.bound

    @property
    def _tolerance(self) -> float:
        """What a plan may seem better than the best by: the most that any of the plans may break its laws."""
        return max(plan.certificate.tolerance for plan in self.plans.values())

    def _harmony(self, deliveries: Floats) -> float:
        values = self.problem.function.value(deliveries / self.problem.targets - 1.0)
        return float((self.problem.weights * values).astype(np.longdouble).sum())

    def _facts(self, entry: Entry) -> dict[str, Any]:
        row = self._row(entry)
        facts: dict[str, Any] = {"model": self.economy.name, "question": self.question.name}
        if entry.plan is None:
            nothing = dict.fromkeys(("primal_residual", "dual_residual", "gap", "tolerance"))
            facts |= {"reason": entry.refusal, "certificate": nothing | {"proved": False}}
        else:
            facts |= entry.plan.summary()
            facts["worth"] = entry.plan.question.objective
        facts |= {key: _plain(value) for key, value in row.items() if key != "note"}
        facts["gap_to_optimum"] = facts.pop("gap")
        return facts | {"note": row["note"]}


def fulfilment_by_good(economy: Economy, plan: Plan) -> Floats:
    """Return what is left for each target over it, goods x periods; infinite where there is no target.

    Goods of weight zero count as any other: a linear objective knows no weights.
    """
    left = np.maximum(plan.consumption.to_numpy() + plan.surplus.to_numpy(), 0.0)
    targets = np.column_stack([economy.vector("targets", t) for t in range(len(economy.periods))])
    fulfilment: Floats = np.where(targets > 0, left / np.where(targets > 0, targets, 1.0), np.inf)
    return fulfilment


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _broken(plan: Plan) -> str:
    return f"so its plan breaks a law (residual {plan.certificate.primal_residual:.1e})"


def _apart(one: Floats, other: Floats) -> float:
    larger = np.maximum(np.abs(one), np.abs(other))
    running = larger > 1e-9 * larger.max(initial=0.0)
    return float((np.abs(one - other)[running] / larger[running]).mean()) if running.any() else 0.0


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value

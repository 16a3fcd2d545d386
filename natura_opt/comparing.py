"""One economy through every method: who got how far, how fast, and how far from the proven optimum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .backends.options import SolveOptions
from .economy.catalog import read
from .economy.economy import Economy
from .economy.question import Question
from .errors import NaturaError, OptionError, unknown
from .harmony_plan import HarmonyPlan
from .plan import Plan
from .program import Floats
from .solvers.harmony_functions import HarmonyFunction
from .solvers.harmony_problem import HarmonyProblem, harmony_problem
from .solving import METHODS_OF_THE_PLAN, solve
from .solving_harmony import HARMONY_METHODS, plan_for_harmony
from .status import Status

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Compared where nothing else is asked: the linear program, the fixed point, prices, and harmony three ways.
DEFAULT_METHODS = ("highs", "fixed-point", "prices", "harmony", "harmony-1990", "harmony-2018")
#: What is asked of a linear program by its backend or HiGHS's way.
_LINEAR: dict[str, dict[str, str]] = {
    "highs": {},
    "pyomo": {"backend": "pyomo"},
    "cvxpy": {"backend": "cvxpy"},
    "simplex": {"method": "simplex"},
    "ipm": {"method": "ipm"},
    "pdlp": {"method": "pdlp"},
}
COMPARABLE = (*_LINEAR, *METHODS_OF_THE_PLAN)
#: A demand counts as met to this share of it, as the methods that are not exact meet it.
_MET = 1e-6
#: The gap per good asked of harmony where nothing else is.
_HARMONY_TOLERANCE = 1e-6
_HISTORICAL = ("harmony-1990", "harmony-2018")


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
    """

    method: str
    plan: Plan | None
    refusal: str = ""
    deliveries: Floats | None = None
    objective: float | None = None
    note: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """The same question through several methods.

    Attributes
    ----------
    economy, question : what was asked.
    entries : one per method, in the order they were asked.
    optimum : the linear program's plan, proved or not; what gaps are measured from.
    problem : the harmony program over the same laws.
    """

    economy: Economy
    question: Question
    entries: tuple[Entry, ...]
    optimum: Plan
    problem: HarmonyProblem
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def plans(self) -> dict[str, Plan]:
        """The plans by method, of those that could answer."""
        return {entry.method: entry.plan for entry in self.entries if entry.plan is not None}

    @property
    def harmony_bound(self) -> float:
        """The most total harmony that any plan can have, as proved; infinite where no method for harmony answered."""
        bounds = [p.certificate.dual_objective for p in self.plans.values() if isinstance(p, HarmonyPlan)]
        return min(bounds, default=float("inf"))

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per method: status, objective in the linear question's terms, gap to the proved optimum (relative),
        harmony, mean harmony, its gap per good to the proved bound, worst fulfilment, seconds, passes, note."""
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

    def plot(self) -> Figure:
        """Draw harmony against the linear objective, and how long each method took."""
        from .plotting.comparison import draw_comparison

        return draw_comparison(self)

    def plot_convergence(self) -> Figure:
        """Draw harmony attained and bound proved against passes over the data, for the methods that iterate."""
        from .plotting.comparison import draw_convergence

        return draw_convergence(self)

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
        row["passes"] = plan.passes if isinstance(plan, HarmonyPlan) else plan.iterations
        if entry.deliveries is None:
            return row
        harmony = self._harmony(entry.deliveries)
        bound = self.harmony_bound
        row["harmony"], row["mean_harmony"] = harmony, harmony / self.problem.size
        if np.isfinite(bound):
            row["harmony_gap_per_good"] = max(bound - harmony, 0.0) / self.problem.size
        row["worst_fulfilment"] = float((entry.deliveries / self.problem.targets).min(initial=np.inf))
        if entry.objective is not None:
            row["objective"] = entry.objective
            if self.optimum.proved:
                best = self.optimum.objective
                row["gap"] = abs(best - entry.objective) / max(abs(best), np.finfo(float).tiny)
        return row

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
            facts["worth"] = "harmony" if isinstance(entry.plan, HarmonyPlan) else self.question.objective
        facts |= {key: _plain(value) for key, value in row.items() if key != "note"}
        facts["gap_to_optimum"] = facts.pop("gap")
        return facts | {"note": row["note"]}


def compare(
    model: Economy | str | Path,
    question: Question | str | None = None,
    *,
    methods: Iterable[str] | None = None,
    function: str | HarmonyFunction = "2018",
    tolerance: float | None = None,
    time_limit: float | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Comparison:
    """Ask the same question of several methods.

    Parameters
    ----------
    model : an economy, or the name or folder of a model.
    methods : of ``highs``, ``pyomo``, ``cvxpy``, ``simplex``, ``ipm``, ``pdlp`` (the linear program), ``fixed-point``,
        ``prices``, ``harmony``, ``harmony-cvxpy``, ``harmony-tangents``, ``harmony-1990``, ``harmony-2018``.
    function : the harmony function by which all plans are judged.
    tolerance : of every proof; each method's own where it is not given (1e-9 of a linear program, 1e-6 of the others).
    time_limit : seconds for each method that can be stopped.
    settings : more settings by method, e.g. ``{"harmony-1990": {"version": 2}}``.

    Returns
    -------
    Comparison. A method that cannot answer the question says so in it; a plan's objective is recomputed from what it
    delivers, whatever the method was after.

    >>> import natura_opt as no
    >>> found = no.compare("five_year_plan", methods=["highs", "harmony"])
    >>> found.table["objective"].round(4).to_dict()["highs"]
    8.7973
    >>> found.table["harmony"].idxmax()
    'harmony'
    """
    chosen = list(DEFAULT_METHODS if methods is None else dict.fromkeys(methods))
    for method in [*chosen, *(settings or {})]:
        if method not in COMPARABLE:
            raise OptionError(unknown("method", method, COMPARABLE))
    economy = model if isinstance(model, Economy) else read(model)
    asked = question if isinstance(question, Question) else economy.question(question)
    problem = harmony_problem(economy, asked, function)
    weighted = "target_weights" in economy.tables and "target_weights" not in asked.leave_out
    linear = replace(asked, leave_out=(*asked.leave_out, "target_weights")) if weighted else asked
    entries: list[Entry] = []
    for method in sorted(chosen, key=lambda name: name in _HISTORICAL):  # these are bounded by the others' prices
        own = dict((settings or {}).get(method, {}))
        entries.append(_entry(economy, linear, problem, method, tolerance, time_limit, own, _prices(entries)))
    first = next((e.plan for e in entries if e.method in _LINEAR and e.plan is not None and e.plan.proved), None)
    entries.sort(key=lambda entry: chosen.index(entry.method))
    return Comparison(economy, linear, tuple(entries), first or solve(economy, linear, time_limit=time_limit), problem)


def _entry(
    economy: Economy,
    linear: Question,
    problem: HarmonyProblem,
    method: str,
    tolerance: float | None,
    time_limit: float | None,
    own: dict[str, Any],
    prices: Floats | None,
) -> Entry:
    """Ask one method; a refusal is an answer too."""
    try:
        if method in HARMONY_METHODS:
            options = SolveOptions(
                tolerance=own.pop("tolerance", tolerance or _HARMONY_TOLERANCE),
                time_limit=own.pop("time_limit", time_limit),
            )
            plan: Plan = plan_for_harmony(problem, method, options, own, prices)
        else:
            if tolerance is not None:
                own.setdefault("tolerance", tolerance)
            if time_limit is not None and method != "fixed-point":
                own.setdefault("time_limit", time_limit)
            plan = solve(economy, linear, **{**_LINEAR.get(method, {"method": method}), **own})
    except NaturaError as error:
        return Entry(method, None, refusal=str(error))
    if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return Entry(method, plan, note=str(plan.impossibility))
    left = plan.consumption if isinstance(plan, HarmonyPlan) else plan.consumption + plan.surplus
    block = problem.program.column_block("delivered")
    assert block is not None
    good, period = block.index.codes  # type: ignore[attr-defined]
    deliveries = np.maximum(left.to_numpy()[good, period], 0.0)
    objective, note = _objective(problem, linear, plan, deliveries)
    reason = plan.reason if isinstance(plan, HarmonyPlan) else ""
    return Entry(method, plan, deliveries=deliveries, objective=objective, note="; ".join(filter(None, (reason, note))))


def _prices(entries: list[Entry]) -> Floats | None:
    """Return the multipliers that prove the least bound on harmony so far."""
    known = [e.plan for e in entries if isinstance(e.plan, HarmonyPlan) and e.method == "harmony" and e.plan.dual.any()]
    return known[0].dual if known else None


def _objective(problem: HarmonyProblem, question: Question, plan: Plan, deliveries: Floats) -> tuple[float | None, str]:
    """Return the linear question's objective of a plan, recomputed from what it delivers, and a note."""
    if not isinstance(plan, HarmonyPlan):
        return plan.objective, ""
    ratio = deliveries / problem.targets
    economy = problem.economy
    if question.objective == "least-resources":
        if (ratio < 1.0 - _MET).any():
            return None, "does not meet the demand"
        periods = range(len(economy.periods))
        used = plan.resource_use.to_numpy()
        return float(sum(economy.vector("resource_weights", t) @ used[:, t] for t in periods)), ""
    block = problem.program.column_block("delivered")
    assert block is not None
    damage = float(plan.damage.sum())
    if question.objective == "assortment":
        return float(ratio.min()) - damage, ""
    period = block.index.codes[1]  # type: ignore[attr-defined]
    worst = [float(ratio[period == t].min(initial=np.inf)) for t in range(len(economy.periods))]
    return float(sum(worst)) - damage, ""


def _apart(one: Floats, other: Floats) -> float:
    larger = np.maximum(np.abs(one), np.abs(other))
    running = larger > 1e-9 * larger.max(initial=0.0)
    return float((np.abs(one - other)[running] / larger[running]).mean()) if running.any() else 0.0


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value

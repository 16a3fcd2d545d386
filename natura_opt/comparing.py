"""One economy through every method: who got how far, how fast, and how far from the proven optimum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .backends.options import SolveOptions
from .comparison import Comparison, Entry, fulfilment_by_good
from .economy.build import build_economy
from .economy.catalog import read
from .economy.economy import Economy
from .economy.question import Question
from .entrance import checked_arguments
from .errors import NaturaError, OptionError, QuestionError, SettingError, unknown
from .harmony_plan import HarmonyPlan
from .other_methods import METHODS_OF_THE_PLAN
from .plan import Plan
from .program import Floats
from .solvers.harmony_functions import HarmonyFunction
from .solvers.harmony_problem import HarmonyProblem, harmony_problem
from .solving import solve
from .solving_harmony import HARMONY_METHODS, plan_for_harmony
from .status import Status

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
#: The version that the paper of 1990 settles on.
_SETTINGS: dict[str, dict[str, Any]] = {"harmony-1990": {"version": 2}}
_HISTORICAL = ("harmony-1990", "harmony-2018")


@checked_arguments("model")
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
    settings : more settings by method, e.g. ``{"harmony-1990": {"version": 3}}`` (2 where nothing is said).

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
    named = [methods] if isinstance(methods, str) else methods
    chosen = list(DEFAULT_METHODS if named is None else dict.fromkeys(named))
    for method in [*chosen, *(settings or {})]:
        if method not in COMPARABLE:
            raise OptionError(unknown("method", method, COMPARABLE))
    if not chosen:
        raise OptionError(f"no method to compare: name some of {', '.join(COMPARABLE)}")
    for method in settings or {}:
        if method not in chosen:
            raise OptionError(f"settings for method {method!r}, which is not compared")
    for given in ({"tolerance": tolerance, "time_limit": time_limit}, *(settings or {}).values()):
        SolveOptions(**{k: v for k, v in given.items() if k in ("tolerance", "time_limit") and v is not None})
        for name in ("method", "function", "backend", "solver"):
            if name in given:
                raise OptionError(f"settings: {name!r} is compare's own, not a method's")
    economy = model if isinstance(model, Economy) else read(model)
    asked = question if isinstance(question, Question) else economy.question(question)
    problem = harmony_problem(economy, asked, function)
    if not len(problem.targets):
        raise QuestionError(f"{economy.name}: no good has a target and a weight, so harmony has no meaning")
    weighted = "target_weights" in economy.tables and "target_weights" not in asked.leave_out
    linear = replace(asked, leave_out=(*asked.leave_out, "target_weights")) if weighted else asked
    for method in chosen:
        load_method(method)
    entries: list[Entry] = []
    for method in sorted(chosen, key=lambda name: name in _HISTORICAL):  # these are bounded by the others' prices
        own = {**_SETTINGS.get(method, {}), **(settings or {}).get(method, {})}
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
    except SettingError:
        raise
    except NaturaError as error:
        return Entry(method, None, refusal=str(error))
    if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return Entry(method, plan, note=str(plan.impossibility))
    left = plan.consumption if isinstance(plan, HarmonyPlan) else plan.consumption + plan.surplus
    block = problem.program.column_block("delivered")
    assert block is not None
    good, period = block.index.codes  # type: ignore[attr-defined]
    deliveries = np.maximum(left.to_numpy()[good, period], 0.0)
    objective, note = _objective(problem, linear, plan)
    reason = plan.reason if isinstance(plan, HarmonyPlan) else ""
    passes = plan.passes if isinstance(plan, HarmonyPlan) else None if method in _LINEAR else plan.iterations
    return Entry(method, plan, "", deliveries, objective, "; ".join(filter(None, (reason, note))), passes)


@cache
def load_method(method: str) -> None:
    """Run a method once on an economy of one good, so that its time is not that of loading its code."""
    tiny = build_economy(
        goods=["good"], inputs=[[0.1]], targets=[1.0], resources=["labour"], resource_use=[[1.0]],
        resource_limits=[1.0], capital=[[1.0]], capital_pool=[1.0], objective="assortment",
    )  # fmt: skip
    _entry(tiny, tiny.question(), harmony_problem(tiny, tiny.question()), method, None, None, {}, None)


def _prices(entries: list[Entry]) -> Floats | None:
    """Return the multipliers by which 'harmony' bounds what any plan attains, where it was asked."""
    known = [e.plan for e in entries if isinstance(e.plan, HarmonyPlan) and e.method == "harmony" and e.plan.dual.any()]
    return known[0].dual if known else None


def _objective(problem: HarmonyProblem, question: Question, plan: Plan) -> tuple[float | None, str]:
    """Return the linear question's objective of a plan, recomputed from what it delivers, and a note."""
    if not isinstance(plan, HarmonyPlan):
        return plan.objective, ""
    ratio = fulfilment_by_good(problem.economy, plan)
    economy = problem.economy
    if question.objective == "least-resources":
        if (ratio < 1.0 - _MET).any():
            return None, "does not meet the demand"
        periods = range(len(economy.periods))
        used = plan.resource_use.to_numpy()
        return float(sum(economy.vector("resource_weights", t) @ used[:, t] for t in periods)), ""
    damage = float(plan.damage.sum())
    if question.objective == "assortment":
        return float(ratio.min()) - damage, ""
    worst = ratio.min(axis=0)
    if question.floor is not None and (worst < question.floor * (1.0 - _MET)).any():
        return None, f"does not keep the floor of {question.floor:g}"
    return float(worst.sum()) - damage, ""

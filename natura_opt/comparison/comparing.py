"""One economy through every method: who got how far, how fast, and how far from the proven optimum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import NaturaError, OptionError, QuestionError, SettingError, unknown
from ..base.status import Status
from ..economy.build import build_economy
from ..economy.economy import Economy
from ..economy.files.catalog import read
from ..economy.question import Question
from ..formulate import linear_program
from ..methods.harmony.functions import HarmonyFunction
from ..methods.harmony.methods import HARMONY_METHODS
from ..methods.harmony.plan import HarmonyPlan
from ..methods.harmony.problem import HarmonyProblem, harmony_problem
from ..methods.harmony.solve import plan_for_harmony
from ..methods.linear import solve
from ..methods.registry import METHODS_OF_THE_PLAN
from ..plan.plan import Plan
from ..program.linear import LinearProgram
from .comparison import Comparison
from .tables import Entry, fulfilment_by_good

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
    question : what is asked; a name of one of the economy's questions, or a :class:`natura_opt.Question`.
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

    Raises
    ------
    DataError, QuestionError, OptionError : the data, the question, a method or a setting is not usable.

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
    program = linear_program(economy, linear)
    for method in chosen:
        load_method(method)
    entries: list[Entry] = []
    for method in sorted(chosen, key=lambda name: name in _HISTORICAL):  # these are bounded by the others' prices
        own = {**_SETTINGS.get(method, {}), **(settings or {}).get(method, {})}
        entries.append(_entry(economy, linear, problem, program, method, tolerance, time_limit, own, _prices(entries)))
    first = next((e.plan for e in entries if e.method in _LINEAR and e.plan is not None and e.plan.proved), None)
    entries.sort(key=lambda entry: chosen.index(entry.method))
    return Comparison(economy, linear, tuple(entries), first or solve(economy, linear, time_limit=time_limit), problem)


def _entry(
    economy: Economy,
    linear: Question,
    problem: HarmonyProblem,
    program: LinearProgram,
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
    if plan.status is Status.INTERRUPTED:  # Ctrl-C means the whole comparison, not one method of it
        raise KeyboardInterrupt
    if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return Entry(method, plan, note=str(plan.impossibility))
    left = plan.consumption if isinstance(plan, HarmonyPlan) else plan.consumption + plan.surplus
    block = problem.program.column_block("delivered")
    assert block is not None
    good, period = block.index.codes  # type: ignore[attr-defined]
    deliveries = np.maximum(left.to_numpy()[good, period], 0.0)
    objective, note = _objective(problem, program, plan)
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
    asked = tiny.question()
    _entry(tiny, asked, harmony_problem(tiny, asked), linear_program(tiny, asked), method, None, None, {}, None)


def _prices(entries: list[Entry]) -> Floats | None:
    """Return the multipliers that bound best what any plan attains, where a method that finds them was asked."""
    same_rows = ("harmony", "harmony-tangents")  # as the program has them; CVXPY compiles its own
    known = [e.plan for e in entries if e.method in same_rows and isinstance(e.plan, HarmonyPlan) and e.plan.dual.any()]
    return min(known, key=lambda plan: plan.bound).dual if known else None


def _objective(problem: HarmonyProblem, linear: LinearProgram, plan: Plan) -> tuple[float | None, str]:
    """Return the linear question's objective of a plan, losses included, recomputed from what it delivers; and a note.

    Parameters
    ----------
    linear : the linear question as a program; its own costs are what is summed, so that nothing it counts is left out.
    """
    if not isinstance(plan, HarmonyPlan):
        return plan.objective, ""
    if plan.certificate.primal_residual > max(plan.certificate.tolerance, _MET):
        return None, f"its plan breaks a law by {plan.certificate.primal_residual:.1e} of what the law weighs"
    ratio = fulfilment_by_good(problem.economy, plan)
    question = plan.question
    served: dict[str, Floats] = {}
    if question.objective == "least-resources":
        if (ratio < 1.0 - _MET).any():
            return None, "does not meet the demand"
    elif question.objective == "assortment":
        served["assortments"] = np.array([ratio.min()])
    else:
        served["fulfilment"] = ratio.min(axis=0)
        floor = linear.row_block("floor")
        if floor is not None and (served["fulfilment"] < linear.row_lower[floor.span] * (1.0 - _MET)).any():
            return None, f"does not keep the floor of {linear.row_lower[floor.start]:g}"
    levels = np.zeros(linear.shape[1])
    for block in linear.columns:
        own = plan.program.column_block(block.name)
        if block.name in served:
            levels[block.span] = served[block.name]
        elif own is not None:
            at = own.index.get_indexer(block.index)
            levels[block.span] = np.where(at >= 0, plan.primal[own.span][at], 0.0)
    worth = (linear.cost * levels).astype(np.longdouble).sum() + linear.offset
    return float(worth), ""

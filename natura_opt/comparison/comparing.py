"""One economy through every method: who got how far, how fast, and how far from the proven optimum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
from ..formulate import asked_of, linear_program, with_objective
from ..methods.fixed_point.record import FIXED_POINT
from ..methods.harmony.problem import HarmonyProblem, harmony_problem
from ..methods.lahiri.record import LAHIRI
from ..methods.linear import BACKENDS
from ..methods.method import Common, Method
from ..methods.registry import METHODS, ask, method_named
from ..methods.solve import solve
from ..objectives import Demand, objective_named, objective_of
from ..objectives.harmony import HARMONY, WEIGHTS
from ..objectives.harmony_functions import HarmonyFunction
from ..plan.harmony import Harmony, harmony_of
from ..plan.plan import Plan
from ..program.linear import LinearProgram
from ..program.protocol import Program
from .comparison import Comparison
from .tables import Entry, fulfilment_by_good

#: The method whose three spellings are compared by the names of their backends.
_LINEAR = method_named("auto")
#: Every name that can be compared, with the method and the options that stand for it: the backends of a linear program,
#: and all methods but the one that chooses.
_ASKED: dict[str, tuple[Method, dict[str, Any]]] = {
    **{backend: (_LINEAR, {"backend": backend}) for backend in BACKENDS},
    **{name: (method, {}) for name, method in METHODS.items() if method is not _LINEAR},
}
COMPARABLE = tuple(_ASKED)
#: Compared where nothing else is asked: the linear program, the fixed point, prices, and harmony three ways.
DEFAULT_METHODS = ("highs", "fixed-point", "prices", "harmony", "harmony-1990", "harmony-2018")
#: What no method can be given as a setting of its own: compare says it for all.
_OWN = ("method", "backend", "solver", *HARMONY.settings.names())
#: A demand counts as met to this share of it, as the methods that are not exact meet it.
_MET = 1e-6


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
    methods : names of methods (:data:`natura_opt.methods.registry.METHODS`), or of backends: ``highs``, ``pyomo``,
        ``cvxpy``. Methods that plan for harmony are asked for it under the question's own laws.
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
    economy = model if isinstance(model, Economy) else read(model)
    question = question if isinstance(question, Question) else economy.question(question)
    named = [methods] if isinstance(methods, str) else methods
    chosen = list(_default_methods(economy, question) if named is None else dict.fromkeys(named))
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
        for name in given:
            if name in _OWN:
                raise OptionError(f"settings: {name!r} is compare's own, not a method's")
    compared = _compared(economy, question, function)
    for method in chosen:
        load_method(method)
    entries: list[Entry] = []
    for method in sorted(chosen, key=lambda name: not _ASKED[name][0].bounded):  # these get the others' prices
        record, _ = _ASKED[method]
        own = {**record.compared, **(settings or {}).get(method, {})}
        entries.append(_entry(compared, method, tolerance, time_limit, own, _prices(compared.problem, entries)))
    ours = {name for name, (record, _) in _ASKED.items() if record.way}
    first = next((e.plan for e in entries if e.method in ours and e.plan is not None and e.plan.proved), None)
    entries.sort(key=lambda entry: chosen.index(entry.method))
    best = first or solve(economy, compared.linear, time_limit=time_limit)
    return Comparison(economy, compared.linear, tuple(entries), best, compared.problem)


def _default_methods(economy: Economy, question: Question) -> tuple[str, ...]:
    """Return what is compared where nothing else is asked: where needs depend on scale, the iteration that knows it."""
    if asked_of(economy, question).curves is None:
        return DEFAULT_METHODS
    return tuple(LAHIRI.name if name == FIXED_POINT.name else name for name in DEFAULT_METHODS)


def _which_solution(plan: Plan, method: str) -> str:
    """Say which of several solutions a plan of fixed demand under curves is; empty where there is but one."""
    if plan.asked.curves is None or plan.of.demand is not Demand.FIXED:
        return ""
    if method == LAHIRI.name:
        return plan.attempts[-1].message
    return "the best of all solutions" if plan.proved else ""


@dataclass(frozen=True, eq=False)
class _Compared:
    """A linear question, the same laws asked for harmony, and both as programs."""

    economy: Economy
    linear: Question
    harmony: Question
    problem: HarmonyProblem
    program: LinearProgram


def _compared(economy: Economy, question: Question, function: str | HarmonyFunction) -> _Compared:
    """Lay out what is compared.

    Raises
    ------
    QuestionError : the question cannot be asked, in itself or for harmony; or its objective is not linear.
    """
    if objective_named(question.objective, f"{economy.name}: ").concave:
        raise QuestionError(
            f"{economy.name}: methods are compared on a linear question, whose optimum they are measured from, and the "
            f"objective {question.objective!r} is not linear; ask a linear one: the methods for harmony answer its laws"
        )
    if not asked_of(economy, question).has("targets"):
        raise QuestionError(
            f"{economy.name}: methods are compared by what their plans deliver to the targets, and the question "
            f"{question.name!r} has none; compare a question with targets"
        )
    weighted = WEIGHTS in economy.tables and WEIGHTS not in question.leave_out
    linear = replace(question, leave_out=(*question.leave_out, WEIGHTS)) if weighted else question
    program = linear_program(economy, linear)
    harmony = with_objective(economy, question, HARMONY.name, {"function": function})
    return _Compared(economy, linear, harmony, harmony_problem(economy, harmony), program)


def _entry(
    compared: _Compared,
    method: str,
    tolerance: float | None,
    time_limit: float | None,
    own: dict[str, Any],
    prices: Floats | None,
) -> Entry:
    """Ask one method, under the objective that it answers; a refusal is an answer too."""
    record, options = _ASKED[method]
    under_harmony = record.answers(HARMONY)
    given = {name: own.pop(name) for name in [*own] if name == "tolerance" or name in record.takes}
    usual = {"tolerance": tolerance, **({"time_limit": time_limit} if "time_limit" in record.takes else {})}
    common = Common(**{**usual, **given, **options}, prices=prices)
    question = compared.harmony if under_harmony else compared.linear
    try:
        plan = ask(record, compared.economy, question, own, common)
    except SettingError:
        raise
    except NaturaError as error:
        return Entry(method, None, refusal=str(error))
    if plan.status is Status.INTERRUPTED:  # Ctrl-C means the whole comparison, not one method of it
        raise KeyboardInterrupt
    if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return Entry(method, plan, note=str(plan.impossibility))
    harmony = harmony_of(plan) if under_harmony else None
    left = plan.consumption if harmony is not None else plan.consumption + plan.surplus
    block = compared.problem.program.column_block(HARMONY.columns)
    assert block is not None
    good, period = block.index.codes  # type: ignore[attr-defined]
    deliveries = np.maximum(left.to_numpy()[good, period], 0.0)
    objective, note = _objective(compared, plan, harmony, method)
    if harmony is not None:
        reasons = "; ".join(filter(None, (harmony.reason, note)))
        return Entry(method, plan, "", deliveries, objective, reasons, harmony.passes)
    passes = plan.iterations if record.passes else None
    if plan.coordination is not None:
        passes = plan.coordination.passes
    return Entry(method, plan, "", deliveries, objective, note, passes)


@cache
def load_method(method: str) -> None:
    """Run a method once on an economy of one good, so that its time is not that of loading its code."""
    tiny = build_economy(
        goods=["good"], inputs=[[0.1]], targets=[1.0], resources=["labour"], resource_use=[[1.0]],
        resource_limits=[1.0], capital=[[1.0]], capital_pool=[1.0], objective="assortment",
    )  # fmt: skip
    _entry(_compared(tiny, tiny.question(), "2018"), method, None, None, {}, None)


def _prices(problem: HarmonyProblem, entries: list[Entry]) -> Floats | None:
    """Return the multipliers that bound best what any plan attains, where a method that finds them was asked."""
    proved = [
        harmony_of(e.plan)
        for e in entries
        if e.plan is not None and e.plan.of is HARMONY and e.plan.dual.any() and _same_rows(e.plan.program, problem)
    ]
    return min(proved, key=lambda harmony: harmony.bound).plan.dual if proved else None


def _same_rows(program: Program, problem: HarmonyProblem) -> bool:
    """Whether a plan's rows are the problem's; a modelling layer compiles its own, in another order."""
    ours = problem.program.rows
    if [(row.name, row.start) for row in program.rows] != [(row.name, row.start) for row in ours]:
        return False
    return all(one.index.equals(other.index) for one, other in zip(program.rows, ours, strict=True))


def _objective(compared: _Compared, plan: Plan, harmony: Harmony | None, method: str) -> tuple[float | None, str]:
    """Return the linear question's objective of a plan, losses included, recomputed from what it delivers; and a note.

    The program's own costs are what is summed, so that nothing it counts is left out.
    """
    linear = compared.program
    if harmony is None:
        return plan.objective, _which_solution(plan, method)
    if plan.certificate.primal_residual > max(plan.certificate.tolerance, _MET):
        return None, f"its plan breaks a law by {plan.certificate.primal_residual:.1e} of what the law weighs"
    ratio = fulfilment_by_good(compared.problem.economy, plan)
    objective = objective_of(compared.linear)
    served: dict[str, Floats] = {}
    if objective.demand is Demand.FIXED:
        if (ratio < 1.0 - _MET).any():
            return None, "does not meet the demand"
    elif objective.demand is Demand.LEVEL:
        level = np.array([ratio.min()]) if objective.whole_sets else ratio.min(axis=0)
        served[objective.columns] = level
        floor = linear.row_block("floor")
        if floor is not None and (level < linear.row_lower[floor.span] * (1.0 - _MET)).any():
            return None, f"does not keep the floor of {linear.row_lower[floor.start]:g}"
    else:
        return None, f"what it delivers says nothing of the objective {objective.name!r}"
    levels = np.zeros(linear.shape[1])
    for block in linear.columns:
        own = plan.program.column_block(block.name)
        if own is None and block.name not in served and linear.cost[block.span].any():
            return None, f"its plan says nothing of {block.name!r}, which the objective {objective.name!r} counts"
        if block.name in served:
            levels[block.span] = served[block.name]
        elif own is not None:
            at = own.index.get_indexer(block.index)
            levels[block.span] = np.where(at >= 0, plan.primal[own.span][at], 0.0)
    attained = (linear.cost * levels).astype(np.longdouble).sum() + linear.offset
    return float(attained), ""

"""Exact branch and bound: small programs with whole-number columns, decided in rational arithmetic."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

import numpy as np

from ...base.arrays import Floats
from ...program.checks import check_finite
from ...program.linear import LinearProgram
from .basis import Basis
from .budget import Budget, OutOfBudgetError
from .judge import PIVOTS, judge_exactly
from .verdict import ExactVerdict
from .whole import nearest

#: Linear programs solved before the tree is given up.
NODES = 5_000
#: Beyond this a double does not hold every whole number.
_LARGEST = 2.0**53


@dataclass(order=True)
class _Node:
    """A part of the tree, best bound first; its bounds on the columns, and a basis to start from."""

    bound: Fraction
    number: int
    lower: Floats = field(compare=False)
    upper: Floats = field(compare=False)
    basis: Basis | None = field(compare=False)


def judge_whole(
    program: LinearProgram, *, nodes: int = NODES, pivots: int = PIVOTS, time_limit: float | None = None
) -> ExactVerdict:
    """Decide a small program with whole-number columns.

    Every relaxation is solved exactly, so no plan is cut off by rounding and no value is called whole that is not.

    Parameters
    ----------
    nodes : linear programs that may be solved.
    pivots, time_limit : of all of them together, as :func:`.proof.exact_proof` says.

    Returns
    -------
    The verdict; its multipliers are those of the program with the whole-number columns fixed. It is undecided where
    nodes, pivots or seconds are spent.
    """
    check_finite(program)
    budget = Budget(pivots, time_limit)
    sign = 1 if program.sense == "min" else -1
    best: ExactVerdict | None = None
    best_value: Fraction | None = None
    linear = replace(program, integer=np.zeros_like(program.integer))
    open_nodes = [_root(program)]
    used, spent, numbered = 0, 0, 0
    why = ""
    while open_nodes:
        node = heapq.heappop(open_nodes)
        if best_value is not None and node.number and node.bound >= best_value:
            break
        why = _spent(budget, used, nodes)
        if why:
            break
        part = replace(linear, lower=node.lower, upper=node.upper)
        relaxed = judge_exactly(part, node.basis, pivots=max(pivots - spent, 0), time_limit=budget.left, fraction=True)
        used, spent = used + 1, spent + relaxed.pivots
        if relaxed.kind == "infeasible":
            continue
        if relaxed.kind == "unbounded":
            return _endless(program, relaxed, nodes - used, max(pivots - spent, 0), budget)
        if relaxed.objective_fraction is None or relaxed.values is None:
            why = _spent(budget, used, nodes) or relaxed.reason or "there is no time left for its fractions"
            break
        value = sign * relaxed.objective_fraction
        if best_value is not None and value >= best_value:
            continue
        column = _most_fractional(program, relaxed.values)
        if column is None:
            best, best_value = relaxed, value
            continue
        at = relaxed.values[column]
        if abs(at) >= _LARGEST:
            block, label = program.column_label(column)
            why = f"{block} {label!r} passes 2^53, beyond which doubles do not hold every whole number"
            break
        for low, high in _branches(node, column, at):
            numbered += 1
            heapq.heappush(open_nodes, _Node(value, numbered, low, high, relaxed.basis))
    return _verdict(program, best, why, best_value, sign, used, spent, budget)


def _root(program: LinearProgram) -> _Node:
    """Return the node of all plans: bounds of whole-number columns are whole."""
    lower = np.where(program.integer, np.ceil(program.lower), program.lower)
    upper = np.where(program.integer, np.floor(program.upper), program.upper)
    return _Node(Fraction(0), 0, lower, upper, None)


def _most_fractional(program: LinearProgram, values: tuple[Fraction, ...]) -> int | None:
    """Return the whole-number column whose value is nearest to a half; None where every one is whole."""
    fractional = [int(j) for j in np.flatnonzero(program.integer) if values[j].denominator != 1]
    return min(fractional, key=lambda j: abs(values[j] % 1 - Fraction(1, 2)), default=None)


def _branches(node: _Node, column: int, value: Fraction) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the bounds, lower and upper, of the two halves of a node below and above the value of a column."""
    down, up = node.upper.copy(), node.lower.copy()
    down[column], up[column] = floor(value), ceil(value)
    return (node.lower, down), (up, node.upper)


def _spent(budget: Budget, used: int, nodes: int) -> str:
    """Say what is spent, if anything is."""
    try:
        budget.check()
    except OutOfBudgetError as stop:
        return str(stop)
    return f"the {nodes:,} linear programs allowed are solved" if used >= nodes else ""


def _endless(program: LinearProgram, relaxed: ExactVerdict, nodes: int, pivots: int, budget: Budget) -> ExactVerdict:
    """Decide a program whose relaxation is unbounded: it is so too where any whole numbers meet the rows.

    The ray has fractions; some multiple of it is whole, and leads from plan to plan (Meyer, "On the existence of
    optimal solutions to integer and mixed-integer programming problems", 1974).
    """
    aimless = replace(program, cost=np.zeros_like(program.cost), offset=0.0)
    plan = judge_whole(aimless, nodes=nodes, pivots=pivots, time_limit=budget.left)
    took = {"pivots": plan.pivots + relaxed.pivots, "seconds": budget.spent}
    if plan.kind == "optimal":
        return replace(relaxed, primal=plan.primal, **took)  # type: ignore[arg-type]
    if plan.kind == "infeasible":
        return replace(plan, **took)  # type: ignore[arg-type]
    return replace(plan, reason=f"it is unbounded if any whole numbers meet the rows, but {plan.reason}")


def _verdict(
    program: LinearProgram,
    best: ExactVerdict | None,
    why: str,
    best_value: Fraction | None,
    sign: int,
    used: int,
    pivots: int,
    budget: Budget,
) -> ExactVerdict:
    rows, columns = program.shape
    zeros = (np.zeros(columns), np.zeros(rows))
    nothing = ExactVerdict("infeasible", "", float("nan"), None, *zeros, None, None, pivots, budget.spent)
    if why:
        incumbent = f"; the best plan found is worth {nearest(sign * best_value)!r}" if best_value is not None else ""
        primal, dual = zeros if best is None else (best.primal, best.dual)
        reason = f"{why} ({used:,} linear programs solved){incumbent}"
        return replace(nothing, kind="undecided", reason=reason, primal=primal, dual=dual)
    if best is None:
        return replace(nothing, reason=f"no whole numbers meet the rows ({used:,} linear programs solved)")
    return replace(best, pivots=pivots, seconds=budget.spent)

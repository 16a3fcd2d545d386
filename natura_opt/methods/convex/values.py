"""A plan of a convex program in the user's own terms: what it and its rows are worth, and whether it meets them.

CVXPY evaluates the expressions as the user wrote them; nothing of the cones they were turned into is in these numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ...backends.conic_model import CompiledConvex
from ...base.arrays import Floats
from ...program.linear import LinearProgram
from ...proof.meeting import meets_rows
from ...proof.rounding import products, relative_max

#: By how much, relative to both sides, a curved row must be met to be met without doubt: roots, logarithms and sums of
#: doubles are off by some units in the last place.
_CLEARLY = 1e-13


def levels_of(compiled: CompiledConvex, primal: Floats) -> Floats:
    """Return the columns of the model's linear program at a point in cones, shape (n,)."""
    values: Floats = np.where(compiled.columns >= 0, primal[compiled.columns], 0.0)
    return np.clip(values, compiled.linear.program.lower, compiled.linear.program.upper)


def worth_of(compiled: CompiledConvex, primal: Floats) -> float:
    """Return the user's objective at a point in cones; not a number where it has no value there."""
    compiled.put(primal, np.zeros(compiled.conic.shape[0]))
    with np.errstate(all="ignore"):
        value = compiled.problem.objective.value
    worth = np.nan if value is None else float(np.real(value))
    return worth if np.isfinite(worth) else float("nan")


def worth_of_nothing(compiled: CompiledConvex) -> float:
    """Return the size of the user's objective where nothing is done; zero where it has no value there."""
    worth = abs(worth_of(compiled, np.zeros(compiled.conic.shape[1])))
    return worth if np.isfinite(worth) else 0.0


def is_met(compiled: CompiledConvex, primal: Floats) -> bool:
    """Whether a point whose values the model holds meets every row, without doubt.

    Linear rows are summed exactly where doubles leave them open; curved ones must be met by more than their rounding.
    """
    if compiled.model.definitions:
        return False
    program = compiled.linear.program
    point = levels_of(compiled, primal).astype(np.longdouble)
    nothing = np.zeros(program.shape[0], dtype=np.longdouble)
    if not meets_rows(program, point, products(program, point, nothing)):
        return False
    return all(_clearly_met(constraint) for _, _, constraint in compiled.curved)


def missed_rows(compiled: CompiledConvex) -> float:
    """Return by how much the curved rows are missed, relative to both sides, at the values the model holds."""
    missed = 0.0
    for _, _, constraint in compiled.curved:
        if type(constraint).__name__ != "Inequality":
            return float("inf")
        with np.errstate(all="ignore"):
            left, right = (np.asarray(part.value, dtype=float) for part in constraint.args)
            off, size = np.broadcast_arrays(left - right, np.abs(left) + np.abs(right))
            if not np.isfinite(off).all():
                return float("inf")
            missed = max(missed, relative_max(np.maximum(off, 0.0), size))
    return float("inf") if compiled.model.definitions else missed


def _clearly_met(constraint: Any) -> bool:
    if type(constraint).__name__ != "Inequality":
        return False
    with np.errstate(all="ignore"):
        left, right = (np.asarray(part.value, dtype=float) for part in constraint.args)
        return bool((left <= right - _CLEARLY * (np.abs(left) + np.abs(right))).all())


def curved_rows(compiled: CompiledConvex) -> dict[str, pd.DataFrame]:
    """Return value and valuation of the rows that are not linear, by name, at the values and duals the model holds.

    What is constant is read as the right side; where both sides vary, the right one is taken from the left.
    """
    tables: dict[str, pd.DataFrame] = {}
    for name, index, constraint in compiled.curved:
        if type(constraint).__name__ != "Inequality" or constraint.dual_value is None:
            continue
        left, right = constraint.args
        dual = -compiled.conic.sign * np.ravel(np.asarray(constraint.dual_value, dtype=float), order="F")
        shape = constraint.shape
        if right.is_constant():
            value = left.value
        elif left.is_constant():
            value, dual = right.value, -dual
        else:
            value = left.value - right.value
        values = np.ravel(np.broadcast_to(np.asarray(value, dtype=float), shape), order="F")
        frame = pd.DataFrame({"value": values, "valuation": dual}, index=index) + 0.0
        tables[name] = pd.concat([tables[name], frame]) if name in tables else frame
    return tables


def touching_program(
    compiled: CompiledConvex, primal: Floats, multipliers: Floats, worth: float
) -> tuple[LinearProgram, Floats, Floats]:
    """Return the linear program that touches the convex one at a plan, in the user's columns and linear rows.

    Its costs are the slopes of the objective at the plan, less what curved rows take at their multipliers; its constant
    makes it worth what the plan is. The plan's valuations are multipliers of both programs.

    Returns
    -------
    The program, the plan's columns in it, and ∂objective/∂side of its rows.
    """
    conic, program = compiled.conic, compiled.linear.program
    own = np.zeros(conic.shape[0], dtype=bool)
    own[compiled.rows] = True
    others = np.where(own | conic.bounding, 0.0, multipliers)
    slopes = conic.sign * (conic.cost + conic.quadratic * primal + conic.matrix.T @ others)
    cost = np.where(compiled.columns >= 0, slopes[compiled.columns], 0.0)
    values = levels_of(compiled, primal)
    dual = -conic.sign * multipliers[compiled.rows] * compiled.linear.factor + 0.0
    offset = worth - float(cost @ values)
    touching = replace(
        program, sense="max" if conic.sign < 0 else "min", cost=cost, offset=offset if np.isfinite(offset) else 0.0
    )
    return touching, values, dual

"""A harmony problem as the primal-dual steps take it: scaled, costs to be minimised, with the first step sizes.

Sources: Pock and Chambolle 2011 (diagonal scaling); Applegate et al. 2021 (PDLP: primal weight).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...program.linear import LinearProgram
from ...program.scaling import geometric_factors
from .primal_dual_steps import HARMONY_1993, HARMONY_2018, LINEAR
from .problem import HarmonyProblem

#: The harmony functions that the steps know.
KINDS = {"2018": HARMONY_2018, "1993": HARMONY_1993, "1993-envelope": HARMONY_1993}
_POWER_STEPS = 60
_RUIZ_SWEEPS = 10
#: The first primal weight, as a share of costs over sides.
_FIRST_WEIGHT = 0.1
#: Weights are kept below this, and above one over it.
_HEAVIEST = 1e100


@dataclass(frozen=True, eq=False)
class StepProgram:
    """The numbers of the steps, in scaled units.

    Attributes
    ----------
    row, column : factors: a scaled column times its factor is in the user's units, and so is a scaled dual.
    by_column, by_row : the matrix as (indptr, indices, data), by columns and by rows.
    cost, bounds, sides : cost to be minimised, shape (n,), (lower, upper) of columns and of rows.
    concave, kind : (weight, target) of each column, weight 0 where it is linear; and which function it is.
    step : product of both step sizes is its square.
    first_weight : dual over primal step sizes to begin with, as a square.
    """

    row: Floats
    column: Floats
    by_column: tuple[Any, Any, Any]
    by_row: tuple[Any, Any, Any]
    cost: Floats
    bounds: tuple[Floats, Floats]
    sides: tuple[Floats, Floats]
    concave: tuple[Floats, Floats]
    kind: int
    step: float
    first_weight: float

    @classmethod
    def of(cls, problem: HarmonyProblem) -> StepProgram:
        """Scale a problem, whose function is one of :data:`KINDS`."""
        program = problem.program
        row, column = program_factors(program)
        matrix = sp.csc_array(program.matrix, copy=True)
        matrix.data *= row[matrix.indices] * np.repeat(column, np.diff(matrix.indptr))
        rows = sp.csr_array(matrix)
        weight, target = np.zeros(len(column)), np.ones(len(column))
        weight[problem.deliveries] = problem.weights
        target[problem.deliveries] = problem.targets / column[problem.deliveries]
        sides = (program.row_lower * row, program.row_upper * row)
        return cls(
            row=row,
            column=column,
            by_column=(matrix.indptr, matrix.indices, matrix.data),
            by_row=(rows.indptr, rows.indices, rows.data),
            cost=-program.cost * column,
            bounds=(program.lower / column, program.upper / column),
            sides=sides,
            concave=(weight, target),
            kind=KINDS[problem.function.name] if len(problem.targets) else LINEAR,
            step=0.998 / max(_norm(rows), 1.0 / _HEAVIEST),
            first_weight=_first_weight(problem, sides, target),
        )


def program_factors(program: LinearProgram) -> tuple[Floats, Floats]:
    """Return row and column factors: geometric means near one, then largest entries, then sums (Pock and Chambolle).

    The first undoes the users' units; the others bound the norm, which lengthens the steps. (With one of the three left
    out, the European plan of 2006 in natural units is not solved in 60,000 iterations instead of in 10,000.)
    """
    row, column = geometric_factors(program.matrix)
    sizes = abs(sp.csr_array(program.matrix))
    for _ in range(_RUIZ_SWEEPS):
        scaled = sp.csr_array(sp.diags_array(row) @ sizes @ sp.diags_array(column))
        row = row / np.sqrt(_or_one(scaled.max(axis=1).toarray().ravel()))
        column = column / np.sqrt(_or_one(scaled.max(axis=0).toarray().ravel()))
    scaled = sp.csr_array(sp.diags_array(row) @ sizes @ sp.diags_array(column))
    return row / np.sqrt(_or_one(scaled.sum(axis=1))), column / np.sqrt(_or_one(scaled.sum(axis=0)))


def _first_weight(problem: HarmonyProblem, sides: tuple[Floats, Floats], target: Floats) -> float:
    """Return how much longer dual steps are than primal ones at first: costs over sides, by their norms.

    Restarts settle it later; started at one, plans in natural units take about twice the steps.
    """
    finite = np.concatenate([side[np.isfinite(side)] for side in sides])
    costs = problem.weights / target[problem.deliveries]
    size = _length(finite)
    return weight_within(_FIRST_WEIGHT * _length(costs) / size) if size > 0 else 1.0


def weight_within(weight: float) -> float:
    """Return the primal weight kept among numbers to divide by; one where it is none."""
    return float(np.clip(weight, 1.0 / _HEAVIEST, _HEAVIEST)) if np.isfinite(weight) else 1.0


def _length(values: Floats) -> float:
    """Return the Euclidean norm; squares of numbers that are far from one do not get lost in it."""
    largest = float(np.abs(values).max(initial=0.0))
    return largest * float(np.linalg.norm(values / largest)) if 0.0 < largest < np.inf else largest


def _or_one(sizes: Floats) -> Floats:
    """Return sizes to divide by: one where a row or column is empty."""
    return np.where(sizes > 0, sizes, 1.0)


def _norm(rows: sp.csr_array) -> float:
    """Return the largest singular value, a little from above."""
    v = np.random.default_rng(0).random(rows.shape[1]) + 0.5
    size = 1.0
    for _ in range(_POWER_STEPS):
        w = rows.T @ (rows @ v)
        size = float(np.linalg.norm(w))
        v = w / max(size, 1e-300)
    return 1.02 * float(np.sqrt(size))

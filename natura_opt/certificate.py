"""The proof, recomputed from the data: never the solver's word.

For ``min c x`` with sides and bounds, any multipliers ``y`` give a lower bound on the optimum,

    sum_i y_i (row_lower_i if y_i > 0 else row_upper_i) + sum_j d_j (lower_j if d_j > 0 else upper_j),   d = c - A'y,

so a feasible ``x`` and multipliers whose bound meets ``c x`` prove each other optimal, whoever found them. All sums are
accumulated in extended precision, and every figure is relative to the size of its own terms, in the user's units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .program import Floats, LinearProgram

Extended = npt.NDArray[np.longdouble]


@dataclass(frozen=True)
class Certificate:
    """How far a plan is from being proved optimal; every residual is relative.

    Attributes
    ----------
    objective : the plan's objective, recomputed, in the user's units.
    dual_objective : the bound the multipliers give, in the user's units.
    primal_residual : largest violation of a row, relative to the sum of sizes of its terms.
    dual_residual : largest reduced cost of the wrong sign, relative to the sum of sizes of its terms.
    complementarity : sum of |multiplier x slack| over rows and columns, relative to the objective's terms.
    gap : |objective - dual_objective|, relative to the objective's terms.
    tolerance : what ``proved`` is held to.
    bound : ``recomputed``, or ``solver`` where a whole-number program's bound is HiGHS's word.
    """

    objective: float
    dual_objective: float
    primal_residual: float
    dual_residual: float
    complementarity: float
    gap: float
    tolerance: float
    bound: str = "recomputed"

    @property
    def proved(self) -> bool:
        """Whether every figure is within the tolerance."""
        figures = (self.primal_residual, self.dual_residual, self.complementarity, self.gap)
        return all(figure <= self.tolerance for figure in figures)  # NaN compares false

    def __str__(self) -> str:
        word = "proved" if self.proved else "NOT proved"
        source = "" if self.bound == "recomputed" else ", bound by the solver's word"
        return (
            f"{word} at {self.tolerance:g} (primal residual {self.primal_residual:.1e}, dual residual "
            f"{self.dual_residual:.1e}, gap {self.gap:.1e}{source})"
        )


def certify(program: LinearProgram, primal: Floats, dual: Floats, tolerance: float) -> Certificate:
    """Recompute the proof for a point.

    Parameters
    ----------
    primal : column values, shape (n,); first moved into their bounds.
    dual : ∂objective/∂side per row, shape (m,); multipliers of a side that does not exist are first set to zero.
    """
    sign = -1.0 if program.sense == "max" else 1.0
    point, multipliers = clean_point(program, primal, dual)
    sums = products(program, point, multipliers)
    below = np.where(np.isfinite(program.row_lower), program.row_lower - sums.rows, 0.0)
    above = np.where(np.isfinite(program.row_upper), sums.rows - program.row_upper, 0.0)
    violation = np.maximum(np.maximum(below, above), 0.0)
    side_size = np.maximum(_finite(np.abs(program.row_lower)), _finite(np.abs(program.row_upper)))
    primal_residual = relative_max(violation, sums.row_sizes + side_size)

    minimised = multipliers * sign
    reduced = program.cost * np.longdouble(sign) - sums.columns * sign
    no_bound = np.where(reduced > 0, ~np.isfinite(program.lower), ~np.isfinite(program.upper))
    dual_residual = relative_max(np.where(no_bound, np.abs(reduced), 0.0), np.abs(program.cost) + sums.column_sizes)

    bound = np.where(no_bound, 0.0, np.where(reduced > 0, _finite(program.lower), _finite(program.upper)))
    side = np.where(minimised > 0, _finite(program.row_lower), _finite(program.row_upper))
    cost_terms = program.cost.astype(np.longdouble) * point
    row_terms, column_terms = minimised * side, reduced * bound
    objective = cost_terms.sum() + program.offset
    dual_objective = sign * (row_terms.sum() + column_terms.sum()) + program.offset
    size = max(
        np.abs(cost_terms).sum() + abs(program.offset),
        np.abs(row_terms).sum() + np.abs(column_terms).sum(),
    )
    slack = np.abs(minimised * (sums.rows - side)).sum() + np.abs(reduced * (point - bound)).sum()
    return Certificate(
        objective=float(objective),
        dual_objective=float(dual_objective),
        primal_residual=primal_residual,
        dual_residual=dual_residual,
        complementarity=_ratio(slack, size),
        gap=_ratio(abs(objective - dual_objective), size),
        tolerance=tolerance,
    )


def clean_point(program: LinearProgram, primal: Floats, dual: Floats) -> tuple[Extended, Extended]:
    """Move values into their bounds, and set multipliers to zero that speak of a side that is not there."""
    point = np.clip(primal, program.lower, program.upper).astype(np.longdouble)
    sign = -1.0 if program.sense == "max" else 1.0
    minimised = dual * sign
    absent = np.where(minimised > 0, ~np.isfinite(program.row_lower), ~np.isfinite(program.row_upper))
    return point, np.where(absent, 0.0, dual).astype(np.longdouble)


@dataclass(frozen=True, eq=False)
class Products:
    """``A x`` and ``A' y`` in extended precision, with the sums of the sizes of their terms."""

    rows: Extended
    row_sizes: Extended
    columns: Extended
    column_sizes: Extended


def products(program: LinearProgram, point: Extended, multipliers: Extended) -> Products:
    """Multiply in extended precision, in one pass over the coefficients each way."""
    by_column = program.matrix
    by_row = by_column.tocsr()
    rows = _segments(by_row.data * point[by_row.indices], by_row.indptr)
    columns = _segments(by_column.data * multipliers[by_column.indices], by_column.indptr)
    return Products(*rows, *columns)


def _segments(terms: Extended, bounds: npt.NDArray[np.integer]) -> tuple[Extended, Extended]:
    """Sum the terms, and their sizes, between successive bounds."""
    sums, sizes = np.zeros(len(bounds) - 1, np.longdouble), np.zeros(len(bounds) - 1, np.longdouble)
    filled = np.diff(bounds) > 0
    if filled.any():
        starts = bounds[:-1][filled]
        sums[filled] = np.add.reduceat(terms, starts)
        sizes[filled] = np.add.reduceat(np.abs(terms), starts)
    return sums, sizes


def relative_max(violations: npt.NDArray[np.floating], sizes: npt.NDArray[np.floating]) -> float:
    """Return the largest violation relative to its size; zero where nothing is violated."""
    violated = violations != 0
    if not violated.any():
        return 0.0
    with np.errstate(divide="ignore"):
        return float(np.max(violations[violated] / sizes[violated]))


def _ratio(value: np.longdouble, size: np.longdouble) -> float:
    return 0.0 if value == 0 else float(value / size) if size > 0 else float("inf")


def _finite(values: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return np.where(np.isfinite(values), values, 0.0)

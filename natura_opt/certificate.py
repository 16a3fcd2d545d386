"""The proof, recomputed from the data: never the solver's word.

For ``min c x`` with sides and bounds, any multipliers ``y`` give a lower bound on the optimum,

    sum_i y_i (row_lower_i if y_i > 0 else row_upper_i) + sum_j d_j (lower_j if d_j > 0 else upper_j),   d = c - A'y,

so a feasible ``x`` and multipliers whose bound meets ``c x`` prove each other optimal, whoever found them. All sums are
accumulated in extended precision, and every residual is relative to the size of its own terms, in the user's units. A
reduced cost of the wrong sign is charged to the bound, times the most that the rows let its column be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from .entrance import checked_arguments
from .errors import OptionError
from .program import Floats, LinearProgram

Extended = npt.NDArray[np.longdouble]
#: How often bounds implied by rows are passed on to other rows.
_PROPAGATIONS = 100
#: A reduced cost this small beside its terms is their rounding.
_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
#: The gap is relative to the objective, or to this share of its terms where they cancel (an optimum of zero).
_CANCELLING = 1e-6


@dataclass(frozen=True)
class Certificate:
    """How far a plan is from being proved optimal; every residual is relative.

    Attributes
    ----------
    objective : the plan's objective, recomputed, in the user's units.
    dual_objective : the bound the multipliers give, in the user's units.
    primal_residual : largest violation of a row, relative to the sum of sizes of its terms.
    dual_residual : largest reduced cost of the wrong sign, relative to the sum of sizes of its terms, or times the most
        that the rows let its column be, relative to the objective, whichever is less (terms may be mere noise). What
        it can cost also stands in the dual objective.
    complementarity : sum of |multiplier x slack| over rows and columns, relative to the objective.
    gap : |objective - dual_objective|, relative to the objective.
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


@checked_arguments()
def certify(
    program: LinearProgram, primal: Floats, dual: Floats, tolerance: float, size: float | None = None
) -> Certificate:
    """Recompute the proof for a point, as it is given.

    Parameters
    ----------
    primal : column values, shape (n,); a value outside its bounds, or not whole where it must be, is a residual.
    dual : ∂objective/∂side per row, shape (m,); multipliers of a side that does not exist count as zero.
    size : what gap and complementarity are relative to; the objective, where it is not given.
    """
    if (len(dual), len(primal)) != program.shape:
        raise OptionError(
            f"certify: {len(primal):,} activities and {len(dual):,} valuations are not one per column and row"
        )
    given = np.asarray(primal, dtype=np.longdouble)
    if not (np.isfinite(given).all() and np.isfinite(dual).all()):
        return Certificate(*(float("inf"),) * 6, tolerance=tolerance)
    sign = -1.0 if program.sense == "max" else 1.0
    point, multipliers = clean_point(program, primal, dual)
    sums = products(program, point, multipliers)
    primal_residual = max(_bound_residual(program, given, point), _row_residual(program, sums))

    minimised = multipliers * sign
    column_sizes = np.abs(program.cost) + sums.column_sizes
    reduced = program.cost * np.longdouble(sign) - sums.columns * sign
    reduced = np.where(np.abs(reduced) <= _ROUNDING * column_sizes, 0.0, reduced)
    no_bound = np.where(reduced > 0, ~np.isfinite(program.lower), ~np.isfinite(program.upper)) & (reduced != 0)
    implied = np.zeros(len(reduced))
    if no_bound.any():  # say what the wrong sign can cost, where the rows bound the column
        found = implied_upper(program, float((program.cost * point).sum()))
        implied = np.where(no_bound, np.where(reduced < 0, found, np.inf), 0.0)
    bound = np.where(reduced > 0, _finite(program.lower), _finite(program.upper))
    bound = np.where(no_bound, _finite(implied), bound)
    side = np.where(minimised > 0, _finite(program.row_lower), _finite(program.row_upper))
    cost_terms = program.cost.astype(np.longdouble) * point
    row_terms, column_terms = minimised * side, reduced * bound
    objective = cost_terms.sum() + program.offset
    dual_objective = sign * (row_terms.sum() + column_terms.sum()) + program.offset
    terms = max(
        np.abs(cost_terms).sum() + abs(program.offset),
        np.abs(row_terms).sum() + np.abs(column_terms).sum(),
    )
    measure = np.longdouble(max(abs(objective), abs(dual_objective), _CANCELLING * terms) if size is None else size)
    wrong = np.where(no_bound, np.abs(reduced), 0.0)
    own = np.divide(wrong, column_sizes, out=np.zeros_like(wrong), where=wrong > 0)
    costs = np.where(wrong > 0, wrong * implied, 0.0) / max(measure, np.finfo(np.longdouble).tiny)
    dual_residual = float(np.minimum(own, costs).max(initial=0.0))
    slack = np.abs(minimised * (sums.rows - side)).sum() + np.abs(reduced * (point - bound)).sum()
    return Certificate(
        objective=float(objective),
        dual_objective=float(dual_objective),
        primal_residual=primal_residual,
        dual_residual=dual_residual,
        complementarity=_ratio(slack, measure),
        gap=_ratio(abs(objective - dual_objective), measure),
        tolerance=tolerance,
    )


def _bound_residual(program: LinearProgram, given: Extended, point: Extended) -> float:
    """Return how far values lie outside their bounds, or off whole numbers; infinite where bounds cross."""
    if (program.lower > program.upper).any():
        return float("inf")
    off = np.abs(given - point) + np.where(program.integer, np.abs(given - np.round(given)), 0.0)
    return relative_max(off, np.abs(given) + np.abs(point))


def _row_residual(program: LinearProgram, sums: Products) -> float:
    below = np.where(np.isfinite(program.row_lower), program.row_lower - sums.rows, 0.0)
    above = np.where(np.isfinite(program.row_upper), sums.rows - program.row_upper, 0.0)
    violation = np.maximum(np.maximum(below, above), 0.0)
    side_size = np.maximum(_finite(np.abs(program.row_lower)), _finite(np.abs(program.row_upper)))
    return relative_max(violation, sums.row_sizes + side_size)


def clean_point(
    program: LinearProgram, primal: npt.NDArray[np.floating], dual: npt.NDArray[np.floating]
) -> tuple[Extended, Extended]:
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
    """Multiply in extended precision; the sizes, which only measure, in double."""
    matrix, places = program.matrix, (program.matrix.indices, program.matrix.indptr)
    extended = sp.csc_array((matrix.data.astype(np.longdouble), *places), shape=matrix.shape)
    sizes = sp.csc_array((np.abs(matrix.data), *places), shape=matrix.shape)
    return Products(
        rows=np.asarray(extended @ point),
        row_sizes=(sizes @ np.abs(point).astype(np.float64)).astype(np.longdouble),
        columns=np.asarray(extended.T @ multipliers),
        column_sizes=(sizes.T @ np.abs(multipliers).astype(np.float64)).astype(np.longdouble),
    )


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


def implied_upper(program: LinearProgram, incumbent: float = np.inf) -> Floats:
    """Return upper bounds that the rows, and being no worse than a known plan, put on columns that have none.

    Each row ``sum_j a_j x_j <= b`` with ``a_k > 0`` bounds x_k once every other term is bounded from below; bounds
    found so let other rows bound more, until nothing more comes of it.

    Parameters
    ----------
    incumbent : the known plan's objective (without the offset); infinite where there is none.
    """
    sign = -1.0 if program.sense == "max" else 1.0
    matrix = sp.csr_array(program.matrix)
    no_worse = sp.csr_array(sign * program.cost.reshape(1, -1))
    at_most = sp.coo_array(sp.vstack([matrix, -matrix, no_worse]))
    reached = sign * incumbent if np.isfinite(incumbent) else np.inf
    sides = np.concatenate([program.row_upper, -program.row_lower, [reached]])
    kept = np.isfinite(sides[at_most.row])
    row, column, value = at_most.row[kept], at_most.col[kept], at_most.data[kept]
    upper, count = program.upper.copy(), len(sides)
    for _ in range(_PROPAGATIONS):
        with np.errstate(invalid="ignore"):
            least = value * np.where(value > 0, program.lower[column], upper[column])
        open_terms = ~np.isfinite(least)
        finite = np.where(open_terms, 0.0, least)
        rest = np.bincount(row, weights=finite, minlength=count)[row] - finite
        closed = np.bincount(row, weights=open_terms, minlength=count)[row] == 0
        usable = (value > 0) & closed & np.isinf(upper[column])
        if not usable.any():
            break
        bounds = (sides[row[usable]] - rest[usable]) / value[usable]
        np.minimum.at(upper, column[usable], np.maximum(bounds, program.lower[column[usable]]))
    return upper

"""The proof, recomputed from the data: never the solver's word.

**The bound.** For ``min c x`` with sides and bounds, any multipliers ``y`` give a lower bound on the optimum,

    L = sum_i y_i (row_lower_i if y_i > 0 else row_upper_i) + sum_j d_j (lower_j if d_j > 0 else upper_j),  d = c - A'y.

It is computed in extended precision, and what rounding may have added is taken off again (Neumaier and Shcherbina, "Safe
bounds in linear and mixed-integer linear programming", 2004; Jansson, "Rigorous lower and upper bounds in linear
programming", 2004): a reduced cost counts as the worse end of the interval it is known to lie in. Where that end has the
wrong sign on a column without a bound, a bound that the rows imply takes its place, or the reduced cost is summed exactly;
if neither settles it, **L is infinite**, however small the reduced cost is beside its terms.

**The plan.** ``x`` is worth ``f = c x``. Where every row is met, rounding included (sums that leave it open are taken
exactly), ``f`` is reached and the optimum lies in ``[L, f]``: nothing is left to believe. Vertices written in doubles mostly
miss some rows by their last digit; then a plan beside ``x`` that does meet them (``safe``) is worth ``r``, the optimum lies
in ``[L, r]``, and ``r`` counts in the gap. Without such a plan the proof holds *for data within the primal residual of each
row's terms*, and says so: no measure in doubles tells a demand that was forgotten beside large flows, or two nearly parallel
rows, from rounding; the exact judge does.

**What is relative to what.** One measure for gap, complementarity and dual residual:

    m = max(|f|, |L|, 1e-6 (sum_j |c_j x_j| + |offset|)),

the last for an optimum near zero, whose cost terms cancel. Terms of rows and multipliers do not count: large multipliers
would inflate what the gap is held against. ``gap = (max(f, r, L) - min(f, r, L)) / m``: a plan worth more than its own
bound fails like one worth less. A row's violation is relative to the sum of the sizes of its terms and its side, a column's
to its own size; a whole-number column must be whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from .program import Floats, LinearProgram
from .proof.implied import implied_bounds
from .proof.rounding import Extended, Products, exact_sums, nearest, products, rounding, total

#: The gap is relative to the objective, or to this share of its terms where they cancel (an optimum of zero).
_CANCELLING = 1e-6
#: Rounding of doubles: what data may be allowed to be off by, relative to their terms.
ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
#: Programs with more coefficients than this are not summed as fractions.
_FEW = 50_000


@dataclass(frozen=True)
class Certificate:
    """How far a plan is from being proved optimal; every residual is relative (see the module for the formulas).

    Attributes
    ----------
    objective : the plan's objective, recomputed, in the user's units.
    dual_objective : the bound the multipliers give, rounding taken off, in the user's units; infinite where they give none.
    primal_residual : largest violation of a row, relative to the sum of sizes of its terms.
    dual_residual : what reduced costs of the wrong sign cost the bound, relative to the objective; infinite where nothing
        bounds their column.
    complementarity : sum of |multiplier x slack| over rows and columns, relative to the objective.
    gap : between objective, bound and what is reached, relative to the objective.
    tolerance : what ``proved`` is held to.
    bound : ``recomputed``, ``exact`` where rational arithmetic found it, or ``solver`` where a whole-number program's bound is
        HiGHS's word.
    reached : what a plan is worth that meets every row exactly (this one, or one beside it); None where none is known.
    within : how far reduced costs were allowed to be off, relative to their terms; 0 for a bound that holds for the data
        exactly as they are written.
    """

    objective: float
    dual_objective: float
    primal_residual: float
    dual_residual: float
    complementarity: float
    gap: float
    tolerance: float
    bound: str = "recomputed"
    reached: float | None = None
    within: float = 0.0

    @property
    def proved(self) -> bool:
        """Whether every figure is within the tolerance."""
        figures = (self.primal_residual, self.dual_residual, self.complementarity, self.gap)
        return all(figure <= self.tolerance for figure in figures)  # NaN compares false

    @property
    def unconditional(self) -> bool:
        """Whether the optimum is enclosed for the data exactly as they are written."""
        return self.proved and self.reached is not None

    @property
    def conditional(self) -> bool:
        """Whether what is proved is the optimum of data that lie within rounding of those given."""
        return self.proved and self.reached is None and self.bound == "recomputed"

    def __str__(self) -> str:
        word = "proved" if self.proved else "NOT proved"
        source = {"solver": ", bound by the solver's word", "exact": ", in exact arithmetic"}.get(self.bound, "")
        off = max(self.primal_residual, self.within)
        scope = f", for data within {off:.0e} of each row's and column's terms" if self.conditional else ""
        return (
            f"{word} at {self.tolerance:g} (primal residual {self.primal_residual:.1e}, dual residual "
            f"{self.dual_residual:.1e}, gap {self.gap:.1e}{source}{scope})"
        )


@dataclass(frozen=True, eq=False)
class Safe:
    """A plan and multipliers beside the certified ones, moved inwards so that rounding cannot put them outside.

    Attributes
    ----------
    primal : column values, shape (n,). dual : ∂objective/∂side per row, shape (m,).
    """

    primal: Floats
    dual: Floats


def certify(
    program: LinearProgram,
    primal: Floats,
    dual: Floats,
    tolerance: float,
    size: float | None = None,
    safe: Safe | None = None,
    nearby: float = 0.0,
) -> Certificate:
    """Recompute the proof for a point, as it is given.

    Parameters
    ----------
    primal : column values, shape (n,); a value outside its bounds, or not whole where it must be, is a residual.
    dual : ∂objective/∂side per row, shape (m,); multipliers of a side that does not exist count as zero.
    size : what gap and complementarity are relative to; the measure of the module, where it is not given.
    safe : a plan and multipliers beside them, for what is reached and for the bound.
    nearby : prove it for data within so much of their terms: a reduced cost that small beside its own, on a column that
        nothing bounds, counts as zero, and the certificate says so.
    """
    given = np.asarray(primal, dtype=np.longdouble)
    if not (np.isfinite(given).all() and np.isfinite(dual).all() and _is_sound(program)):
        return Certificate(*(float("inf"),) * 6, tolerance=tolerance)
    sign = -1.0 if program.sense == "max" else 1.0
    point, multipliers = clean_point(program, primal, dual)
    sums = products(program, point, multipliers)
    outside = _bound_residual(program, given, point)
    primal_residual = max(outside, _row_residual(program, sums))
    cost_terms = program.cost.astype(np.longdouble) * point
    objective = cost_terms.sum() + program.offset
    reached = float(objective) if outside == 0 and meets_rows(program, point, sums) else None
    natural = max(abs(objective), _CANCELLING * (np.abs(cost_terms).sum() + abs(program.offset)))
    cutoff = float(objective) + sign * tolerance * float(natural if size is None else size)
    bound = bound_of(program, multipliers, sums, cutoff, nearby)
    slack = _slackness(program, point, multipliers * sign, sums, bound)
    if safe is not None:
        reached, bound = _with_safe(program, safe, reached, bound, cutoff)
    if np.isfinite(bound.value) and bound.slip > 0.1 * tolerance * (natural if size is None else size):
        if program.matrix.nnz <= _FEW and safe is None and (multipliers == multipliers.astype(np.float64)).all():
            bound = summed_exactly(program, multipliers, bound)
    dual_objective = sign * bound.value + program.offset
    if size is None:
        finite = abs(dual_objective) if np.isfinite(dual_objective) else 0.0
        size = float(max(natural, finite))
    ends = [float(objective), float(dual_objective)] + ([] if reached is None else [reached])
    width = max(ends) - min(ends) if len(set(ends)) > 1 else 0.0
    return Certificate(
        objective=float(objective),
        dual_objective=float(dual_objective),
        primal_residual=primal_residual,
        dual_residual=_ratio(bound.charge, size),
        complementarity=_ratio(slack, size),
        gap=_ratio(width, size),
        tolerance=tolerance,
        reached=None if nearby else reached,
        within=nearby,
    )


def _is_sound(program: LinearProgram) -> bool:
    """Whether every number is one, no limit is infinite the wrong way round, and no limits cross."""
    lower = np.concatenate([program.lower, program.row_lower])
    upper = np.concatenate([program.upper, program.row_upper])
    numbers = np.isfinite(program.matrix.data).all() and np.isfinite(program.cost).all() and np.isfinite(program.offset)
    return bool(numbers and (lower <= upper).all() and not np.isposinf(lower).any() and not np.isneginf(upper).any())


def _bound_residual(program: LinearProgram, given: Extended, point: Extended) -> float:
    """Return how far values lie outside their bounds, relative to them; one where a whole column is not whole."""
    broken = program.integer & (given != np.round(given))
    return max(relative_max(np.abs(given - point), np.abs(given) + np.abs(point)), 1.0 if broken.any() else 0.0)


def _row_residual(program: LinearProgram, sums: Products) -> float:
    below = np.where(np.isfinite(program.row_lower), program.row_lower - sums.rows, 0.0)
    above = np.where(np.isfinite(program.row_upper), sums.rows - program.row_upper, 0.0)
    violation = np.maximum(np.maximum(below, above), 0.0)
    side_size = np.maximum(_finite(np.abs(program.row_lower)), _finite(np.abs(program.row_upper)))
    return relative_max(violation, sums.row_sizes + side_size)


def meets_rows(program: LinearProgram, point: Extended, sums: Products) -> bool:
    """Whether a point meets every row, without any doubt: sums that rounding leaves open are taken exactly.

    Parameters
    ----------
    point : column values, shape (n,), within their bounds; only doubles can be summed exactly.
    """
    error = sums.row_errors
    for side, above in ((program.row_lower, True), (program.row_upper, False)):
        room = np.where(np.isfinite(side), sums.rows - side if above else side - sums.rows, np.inf)
        if (room < -error).any():
            return False
        doubtful = np.flatnonzero(room < error)
        if not len(doubtful):
            continue
        values = point.astype(np.float64)
        if (values != point).any():
            return False
        slack = exact_sums(program.matrix.tocsr(), doubtful, values, -side[doubtful])
        if ((slack < 0) if above else (slack > 0)).any():
            return False
    return True


@dataclass(frozen=True, eq=False)
class Bound:
    """What multipliers prove.

    Attributes
    ----------
    value : the bound of the program, minimised and without its offset, rounding taken off; -inf where they prove nothing.
    charge : what reduced costs of the wrong sign took from it.
    slip : what was taken off for rounding.
    side, reduced, at : the side each row's multiplier speaks of, the reduced costs, and the bound each is charged at.
    """

    value: np.longdouble
    charge: np.longdouble
    slip: np.longdouble
    side: Floats
    reduced: Extended
    at: Floats


def bound_of(
    program: LinearProgram, multipliers: Extended, sums: Products, cutoff: float = np.inf, nearby: float = 0.0
) -> Bound:
    """Return the bound that multipliers give, whatever they are.

    Parameters
    ----------
    multipliers : ∂objective/∂side per row, shape (m,), none of a side that is not there.
    cutoff : an objective: plans worse than that need not be bounded, so the bound is at most this.
    nearby : see :func:`certify`.
    """
    sign = -1.0 if program.sense == "max" else 1.0
    minimised = multipliers * sign
    reduced = (program.cost - sums.columns) * np.longdouble(sign)
    error = rounding(np.abs(program.cost) + sums.column_sizes, sums.column_counts)
    lower, upper = program.lower, program.upper
    low, high = reduced - error, reduced + error
    open_below, open_above = ~np.isfinite(lower), ~np.isfinite(upper)
    doubtful = ((high > 0) & open_below) | ((low < 0) & open_above)
    used_cutoff = False
    if doubtful.any():
        lower, upper = implied_bounds(program, cutoff - program.offset)
        used_cutoff = True
        open_below, open_above = ~np.isfinite(lower), ~np.isfinite(upper)
        left = np.flatnonzero(((high > 0) & open_below) | ((low < 0) & open_above))
        values = minimised.astype(np.float64)
        if len(left) and (values == minimised).all():
            exact = exact_sums(program.matrix, left, -values, sign * program.cost[left])
            reduced[left] = low[left] = high[left] = exact
            error[left] = np.abs(exact) * 1.2e-16  # rounded once; the sign is the true one
        if nearby:
            open_ends = ((high > 0) & open_below) | ((low < 0) & open_above)
            forgiven = open_ends & (np.abs(reduced) <= nearby * (np.abs(program.cost) + sums.column_sizes))
            reduced[forgiven] = low[forgiven] = high[forgiven] = 0.0
    side = np.where(minimised > 0, _finite(program.row_lower), _finite(program.row_upper))
    row_terms = minimised * side
    with np.errstate(invalid="ignore", over="ignore"):
        from_below = np.where(low == 0, 0.0, low * lower), np.where(high == 0, 0.0, high * lower)
        from_above = np.where(low == 0, 0.0, low * upper), np.where(high == 0, 0.0, high * upper)
    worst_low = np.where(low >= 0, np.minimum(*from_below), np.where(high <= 0, np.minimum(*from_above), 0.0))
    mixed = (low < 0) & (high > 0)
    column_terms = np.where(mixed, np.minimum(from_above[0], from_below[1]), worst_low)
    at = np.where(reduced > 0, lower, upper)
    at = np.where(reduced == 0, 0.0, at)
    wrong = np.where(reduced > 0, ~np.isfinite(program.lower), ~np.isfinite(program.upper)) & (reduced != 0)
    with np.errstate(invalid="ignore"):
        charge = np.abs(np.where(wrong, reduced * at, 0.0)).sum()
    if not np.isfinite(column_terms).all():
        infinite = np.longdouble(np.inf)
        return Bound(-infinite, infinite, np.longdouble(0.0), side, reduced, at)
    row_sum, row_error = total(row_terms)
    column_sum, column_error = total(column_terms)
    slip = row_error + column_error + (abs(row_sum) + abs(column_sum)) * np.finfo(np.longdouble).eps
    value = row_sum + column_sum - slip
    slip += np.abs(column_terms - np.where(np.isfinite(at), reduced * at, 0.0)).sum()
    if used_cutoff:
        value = min(value, np.longdouble(sign * (cutoff - program.offset)))
    return Bound(value, charge, slip, side, reduced, at)


def summed_exactly(program: LinearProgram, multipliers: Extended, bound: Bound) -> Bound:
    """Return the bound with nothing lost to rounding: every sum is one of fractions."""
    sign = Fraction(-1 if program.sense == "max" else 1)
    y = [Fraction(float(value)) for value in multipliers]
    matrix = program.matrix
    ends, places, values = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    whole = sum((sign * a * Fraction(float(b)) for a, b in zip(y, bound.side, strict=True)), Fraction(0))
    for j, cost in enumerate(program.cost.tolist()):
        span = range(ends[j], ends[j + 1])
        reduced = sign * (Fraction(cost) - sum((Fraction(values[k]) * y[places[k]] for k in span), Fraction(0)))
        if reduced:
            end = program.lower[j] if reduced > 0 else program.upper[j]
            if not np.isfinite(end):  # charged at an implied bound: keep what was found for it
                end = bound.at[j] if (bound.reduced[j] > 0) == (reduced > 0) else np.nan
            if not np.isfinite(end):
                return bound
            whole += reduced * Fraction(float(end))
    return replace(bound, value=np.longdouble(nearest(whole)), slip=np.longdouble(0.0))


def _with_safe(
    program: LinearProgram, safe: Safe, reached: float | None, bound: Bound, cutoff: float
) -> tuple[float | None, Bound]:
    """Take what is reached, and the bound, from the safe plan and multipliers where they give more."""
    point, multipliers = clean_point(program, safe.primal, safe.dual)
    sums = products(program, point, multipliers)
    if reached is None and meets_rows(program, point, sums):
        reached = float((program.cost.astype(np.longdouble) * point).sum() + program.offset)
    other = bound_of(program, multipliers, sums, cutoff)
    return reached, other if other.value > bound.value else bound


def _slackness(
    program: LinearProgram, point: Extended, minimised: Extended, sums: Products, bound: Bound
) -> np.longdouble:
    """Return the sum of |multiplier x slack|, over what is bounded."""
    away = np.where(np.isfinite(bound.at), point - bound.at, 0.0)
    return np.abs(minimised * (sums.rows - bound.side)).sum() + np.abs(bound.reduced * away).sum()


def clean_point(
    program: LinearProgram, primal: npt.NDArray[np.floating], dual: npt.NDArray[np.floating]
) -> tuple[Extended, Extended]:
    """Move values into their bounds, and set multipliers to zero that speak of a side that is not there."""
    point = np.clip(primal, program.lower, program.upper).astype(np.longdouble)
    sign = -1.0 if program.sense == "max" else 1.0
    minimised = dual * sign
    absent = np.where(minimised > 0, ~np.isfinite(program.row_lower), ~np.isfinite(program.row_upper))
    return point, np.where(absent, 0.0, dual).astype(np.longdouble)


def relative_max(violations: npt.NDArray[np.floating], sizes: npt.NDArray[np.floating]) -> float:
    """Return the largest violation relative to its size; zero where nothing is violated."""
    violated = violations != 0
    if not violated.any():
        return 0.0
    with np.errstate(divide="ignore", over="ignore"):
        return float(np.max(violations[violated] / sizes[violated]))


def _ratio(value: float | np.longdouble, size: float | np.longdouble) -> float:
    with np.errstate(over="ignore"):
        return 0.0 if value == 0 else float(value / size) if size > 0 else float("inf")


def _finite(values: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return np.where(np.isfinite(values), values, 0.0)

"""The proof, recomputed from the data: never the solver's word.

**The bound.** For ``min c x`` with sides and bounds, any multipliers ``y`` give a lower bound on the optimum::

    L = sum_i y_i (row_lower_i if y_i > 0 else row_upper_i) + sum_j d_j (lower_j if d_j > 0 else upper_j),  d = c - A'y.

It is computed in extended precision, and what rounding may have added is taken off again (Neumaier and Shcherbina,
"Safe bounds in linear and mixed-integer linear programming", 2004; Jansson, "Rigorous lower and upper bounds in
linear programming", 2004): a reduced cost counts as the worse end of the interval it is known to lie in. Where that
end has the wrong sign on a column without a bound, a bound that the rows imply takes its place, or the reduced cost
is summed exactly; if neither settles it, **L is infinite**, however small the reduced cost is beside its terms.

**The plan.** ``x`` is worth ``f = c x``. Where every row is met, rounding included (sums that leave it open are taken
exactly), ``f`` is reached and the optimum lies in ``[L, f]``: nothing is left to believe. Vertices written in doubles
mostly miss some rows by their last digit; then a plan beside ``x`` that does meet them (``safe``) is worth ``r``, the
optimum lies in ``[L, r]``, and ``r`` counts in the gap. Without such a plan the proof holds *for data within the
primal residual of each row's terms*, and says so: no measure in doubles tells a demand that was forgotten beside
large flows, or two nearly parallel rows, from rounding; the exact judge does.

**What is relative to what.** One measure for gap, complementarity and dual residual::

    m = max(|f|, |L|, 1e-6 (sum_j |c_j x_j| + |offset|)),

the last for an optimum near zero, whose cost terms cancel. Terms of rows and multipliers do not count: large
multipliers would inflate what the gap is held against. ``gap = (max(f, r, L) - min(f, r, L)) / m``: a plan worth more
than its own bound fails like one worth less. A row's violation is relative to the sum of the sizes of its terms and
its side, a column's to its own size; a whole-number column must be whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import OptionError
from ..program.protocol import Program, require_program
from .bound import Bound, bound_of, summed_exactly
from .meeting import clean_point, meets_rows, violations
from .rounding import Extended, Products, are_doubles, products, relative_max

#: The gap is relative to the objective, or to this share of its terms where they cancel (an optimum of zero).
CANCELLING = 1e-6
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
    dual_objective : the bound the multipliers give, rounding taken off, in the user's units; infinite where they give
        none.
    primal_residual : largest violation of a row, relative to the sum of sizes of its terms.
    dual_residual : what reduced costs of the wrong sign, beyond rounding, cost the bound, relative to the objective;
        where nothing bounds a column, and so the gap is infinite, how large they are relative to their terms.
    complementarity : sum of ``|multiplier x slack|`` over rows and columns, relative to the objective.
    gap : between objective, bound and what is reached, relative to the objective.
    tolerance : what ``proved`` is held to.
    bound : ``recomputed``, ``exact`` where rational arithmetic found it, or ``solver`` where a whole-number program's
        bound is HiGHS's word.
    reached : what a plan is worth that meets every row exactly (this one, or one beside it); None where none is known.
    exactly : ``infeasible`` where rational arithmetic finds that the data as they are written, last digits and all,
        admit no plan (rows that contradict each other by rounding alone); else empty.
    within : how far reduced costs were allowed to be off, relative to their terms; 0 for a bound that holds for the
        data exactly as they are written.
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
    exactly: str = ""

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
        scope += f"; by their last digits alone the data as written are {self.exactly}" if self.exactly else ""
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


@checked_arguments("program")
@np.errstate(over="ignore", invalid="ignore")
def certify(
    program: Program,
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
    program : the program whose solution is claimed: a :class:`~natura_opt.LinearProgram`, or any that is made piece by
        piece.
    primal : column values, shape (n,); a value outside its bounds, or not whole where it must be, is a residual.
    dual : ∂objective/∂side per row, shape (m,); multipliers of a side that does not exist count as zero.
    tolerance : largest relative residual and gap that counts as proved.
    size : what gap and complementarity are relative to; the measure of the module, where it is not given.
    safe : a plan and multipliers beside them, for what is reached and for the bound.
    nearby : prove it for data within so much of their terms: a reduced cost that small beside its own, on a column that
        nothing bounds, counts as zero, and the certificate says so.

    Raises
    ------
    OptionError : activities and valuations, or costs, bounds and sides, are not one per column and row.
    ProgramError : a coefficient is no double, or a piece does not lie within the program.
    """
    require_program(program, "certify")
    _refuse_lengths(program, primal, dual)
    x, y = clean_point(program, primal, dual)
    sums = products(program, x, y)
    if not (np.isfinite(primal).all() and np.isfinite(dual).all() and _is_sound(program, sums)):
        return Certificate(*(float("inf"),) * 6, tolerance=tolerance)
    sign = -1.0 if program.sense == "max" else 1.0

    f, natural = _objective(program, x)
    m = natural if size is None else size  # more, once a bound is known
    outside = _bound_residual(program, np.asarray(primal, dtype=np.longdouble), x)
    r = float(f) if outside == 0 and meets_rows(program, x, sums) else None
    cutoff = float(f) + sign * tolerance * float(m)
    bound = bound_of(program, y, sums, cutoff, nearby)
    slack = _slackness(program, x, y, sums, bound)
    if safe is not None:
        r, bound = _with_safe(program, safe, r, bound, cutoff)
    elif _slips(bound, 0.1 * tolerance * m) and sums.column_counts.sum() <= _FEW and are_doubles(y):
        bound = summed_exactly(program, y, bound)
    L = sign * bound.value + program.offset
    m = float(max(m, abs(L)) if size is None and np.isfinite(L) else m)
    return Certificate(
        objective=float(f),
        dual_objective=float(L),
        primal_residual=max(outside, _row_residual(program, sums)),
        dual_residual=_ratio(bound.charge, m) if np.isfinite(bound.value) else bound.loose,
        complementarity=_ratio(slack, m),
        gap=_ratio(_width(float(f), float(L), r), m),
        tolerance=tolerance,
        reached=None if nearby else r,
        within=nearby,
    )


def _refuse_lengths(program: Program, primal: Floats, dual: Floats) -> None:
    if (len(dual), len(primal)) != program.shape:
        raise OptionError(
            f"certify: {len(primal):,} activities and {len(dual):,} valuations are not one per column and row"
        )
    for names, wanted in (
        (("row_lower", "row_upper"), len(dual)),
        (("cost", "lower", "upper", "integer"), len(primal)),
    ):
        for name in names:
            if np.shape(getattr(program, name)) != (wanted,):
                raise OptionError(f"certify: the program's {name} are not {wanted:,} numbers, as its lines are")


def _is_sound(program: Program, sums: Products) -> bool:
    """Whether every number is one, no limit is infinite the wrong way round, and no limits cross."""
    for lower, upper in ((program.lower, program.upper), (program.row_lower, program.row_upper)):
        if not (lower <= upper).all() or np.isposinf(lower).any() or np.isneginf(upper).any():
            return False
    # a coefficient that is no number leaves none in its row's sum, whatever the levels are
    numbers = np.isfinite(sums.rows).all() and np.isfinite(program.cost).all() and np.isfinite(program.offset)
    return bool(numbers)


def _objective(program: Program, x: Extended) -> tuple[np.longdouble, np.longdouble]:
    """Return ``f = c x`` with its constant, and what it is measured by (see the module) while no bound is known."""
    terms = program.cost.astype(np.longdouble) * x
    f = terms.sum() + program.offset
    return f, max(abs(f), CANCELLING * (np.abs(terms).sum() + abs(program.offset)))


def _slips(bound: Bound, most: float | np.longdouble) -> bool:
    """Whether more was taken off a bound for rounding than may be."""
    return bool(np.isfinite(bound.value) and bound.slip > most)


def _width(f: float, bound: float, reached: float | None) -> float:
    """Return how far plan, bound and what is reached lie apart; zero where they are one number, also an infinite
    one."""
    ends = {f, bound} if reached is None else {f, bound, reached}
    return max(ends) - min(ends) if len(ends) > 1 else 0.0


def _bound_residual(program: Program, given: Extended, point: Extended) -> float:
    """Return how far values lie outside their bounds, relative to them; one where a whole column is not whole."""
    broken = program.integer.any() and (program.integer & (given != np.round(given))).any()
    off = np.flatnonzero(given != point)
    outside = relative_max(np.abs(given - point)[off], (np.abs(given) + np.abs(point))[off]) if len(off) else 0.0
    return max(outside, 1.0 if broken else 0.0)


def _row_residual(program: Program, sums: Products) -> float:
    sides = np.maximum(_size(program.row_lower), _size(program.row_upper))
    return relative_max(np.maximum(violations(program, sums), 0.0), sums.row_sizes + sides)


def _with_safe(
    program: Program, safe: Safe, reached: float | None, bound: Bound, cutoff: float
) -> tuple[float | None, Bound]:
    """Take what is reached, and the bound, from the safe plan and multipliers where they give more."""
    point, multipliers = clean_point(program, safe.primal, safe.dual)
    sums = products(program, point, multipliers)
    if reached is None and meets_rows(program, point, sums):
        reached = float(_objective(program, point)[0])
    other = bound_of(program, multipliers, sums, cutoff)
    return reached, other if other.value > bound.value else bound


def _slackness(program: Program, point: Extended, multipliers: Extended, sums: Products, bound: Bound) -> float:
    """Return the sum of ``|multiplier x slack|``, over what is bounded."""
    away = np.where(np.isfinite(bound.at), (point - bound.at).astype(np.float64), 0.0)
    slack = (sums.rows - bound.side).astype(np.float64)
    return float(np.abs(multipliers.astype(np.float64) * slack).sum() + np.abs(bound.reduced * away).sum())


def _ratio(value: float | np.longdouble, size: float | np.longdouble) -> float:
    with np.errstate(over="ignore"):
        return 0.0 if value == 0 else float(value / size) if size > 0 else float("inf")


def _size(side: Floats) -> Floats:
    """Return the size of each side that is there."""
    return np.where(np.isfinite(side), np.abs(side), 0.0)

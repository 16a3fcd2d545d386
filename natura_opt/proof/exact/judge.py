"""The exact judge: a basis solved over the rationals, every sign decided; and pivots until it is right.

A double *is* a rational number, so a program of doubles has an exact optimum, or none, exactly. Floating-point solvers
nearly always end at the right basis, or a few pivots from it; which of the two is decided here, without a tolerance.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ...base.arrays import Floats
from ...base.errors import NaturaError
from ...program.checks import check_finite
from ...program.linear import LinearProgram
from .basis import At, Basis, Statuses, resting
from .budget import Budget, OutOfBudgetError
from .failing import worst_failure
from .impossible import farkas, in_user_units, ray
from .linear import SingularError, TooLargeError
from .next_basis import MagnifyingGlass
from .pivoting import End, Simplex, is_optimal
from .verdict import ExactVerdict
from .vertex import ExactProgram, Vertex
from .whole import Wholes, nearest, power, ratio

#: Bits beyond the point to which values are known before they are rounded.
_ROUNDED = 192
PIVOTS = 10_000
#: Programs of so few rows are pivoted to the end without a solver.
_SMALL = 12
#: Bases of at most so many rows are turned into fractions unasked.
_FRACTION = 200
#: How often HiGHS is asked for the next basis.
_ROUNDS = 20


def judge_exactly(
    program: LinearProgram,
    basis: Basis | None = None,
    *,
    pivots: int = PIVOTS,
    time_limit: float | None = None,
    fraction: bool | None = None,
) -> ExactVerdict:
    """Decide a linear program in rational arithmetic, starting from a basis.

    Parameters
    ----------
    program : whole-number columns count as continuous here; see :func:`.whole_columns.judge_whole`.
    basis : of a solver that has ended; all rows where not given. One that does not fit is repaired.
    pivots, time_limit, fraction : as :func:`.proof.exact_proof` says, and so is what is raised.
    """
    check_finite(program)
    budget = Budget(pivots, time_limit)
    crossed = _crossed(program)
    if crossed is not None:
        return _without_vertex("infeasible", crossed, program, budget)
    exact = ExactProgram(program)
    walk = _Walk(exact, budget)
    try:
        end = walk.run(_fitting(exact, Basis.slack(program) if basis is None else basis))
        verdict = _verdict(exact, end, budget, fraction)
        return verdict if basis is None else replace(verdict, correction=walk.correction)
    except (OutOfBudgetError, TooLargeError) as stop:
        return _undecided(exact, walk.vertex, budget, str(stop))


class _Walk:
    """From a basis to the end: by HiGHS while that helps and the program is not small, then pivot by pivot."""

    def __init__(self, exact: ExactProgram, budget: Budget) -> None:
        self._exact, self._budget = exact, budget
        self._simplex: Simplex | None = None
        self._vertex: Vertex | None = None
        #: What was wrong at the first vertex.
        self.correction = ""

    @property
    def vertex(self) -> Vertex | None:
        """The last vertex looked at."""
        return self._vertex if self._simplex is None else self._simplex.vertex

    def run(self, status: Statuses) -> End:
        self._vertex = self._look(status)
        if not is_optimal(self._vertex):
            self.correction = worst_failure(self._vertex)
            if self._exact.rows > _SMALL:
                self._look_ahead(self._vertex)
        self._simplex = Simplex(self._vertex, self._budget)
        return self._simplex.run()

    def _look(self, status: Statuses) -> Vertex:
        """Solve a basis; repair it where its columns depend on each other."""
        self._vertex = Vertex(self._exact, status, self._budget)
        try:
            _ = self._vertex.solution
        except SingularError:
            self._vertex = Vertex(self._exact, _repaired(self._exact, status), self._budget)
        return self._vertex

    def _look_ahead(self, vertex: Vertex) -> None:
        """Let HiGHS go on from vertex to vertex until one is optimal, or comes again."""
        seen = {vertex.status.tobytes()}
        try:
            glass = MagnifyingGlass(self._exact, self._budget.left)
            for _ in range(_ROUNDS):
                status = glass.next(vertex)
                vertex = self._look(_fitting(self._exact, _as_basis(self._exact, status)))
                if is_optimal(vertex) or vertex.status.tobytes() in seen:
                    return
                seen.add(vertex.status.tobytes())
        except NaturaError:  # numbers that HiGHS does not take
            return


def _crossed(program: LinearProgram) -> str | None:
    """Name the first column or row whose bounds cross."""
    for lower, upper, name in (
        (program.lower, program.upper, program.column_label),
        (program.row_lower, program.row_upper, program.row_label),
    ):
        wrong = np.flatnonzero(lower > upper)
        if len(wrong):
            block, label = name(int(wrong[0]))
            return f"the lower bound of {block} {label!r} is above its upper one"
    return None


def _fitting(exact: ExactProgram, basis: Basis) -> Statuses:
    """Return the statuses of a basis, those moved that stand on a bound that is not there; of the right number."""
    status = np.concatenate([basis.columns, basis.rows]).astype(np.int8)
    valid = np.where(status == At.LOWER, exact.has_lower, np.where(status == At.UPPER, exact.has_upper, True))
    valid &= (status != At.FREE) | ~(exact.has_lower | exact.has_upper)
    target = exact.scaled.program
    lower = np.concatenate([target.lower, target.row_lower])
    upper = np.concatenate([target.upper, target.row_upper])
    status = np.where(valid, status, resting(lower, upper, np.zeros(len(lower)))).astype(np.int8)
    return status if (status == At.BASIC).sum() == exact.rows else _repaired(exact, status)


def _repaired(exact: ExactProgram, status: Statuses) -> Statuses:
    basis = _as_basis(exact, status).repaired(exact.scaled.program)
    return np.concatenate([basis.columns, basis.rows]).astype(np.int8)


def _as_basis(exact: ExactProgram, status: Statuses) -> Basis:
    return Basis(status[: exact.columns], status[exact.columns :])


def _without_vertex(kind: str, reason: str, program: LinearProgram, budget: Budget) -> ExactVerdict:
    rows, columns = program.shape
    none = float("nan")
    zeros = (np.zeros(columns), np.zeros(rows))
    return ExactVerdict(kind, reason, none, None, *zeros, None, None, budget.pivots, budget.spent)


def _verdict(exact: ExactProgram, end: End, budget: Budget, fraction: bool | None) -> ExactVerdict:
    vertex, scaled = end.vertex, exact.scaled
    vector = values = None
    primal, dual = np.zeros(exact.columns), np.zeros(exact.rows)
    reason, objective = "", float("nan")
    try:  # what the signs have decided is decided; the fractions are given where there is time for them
        if end.kind == "infeasible":
            vector = in_user_units(farkas(end), scaled.row)
        elif end.kind == "unbounded":
            vector = in_user_units(ray(end), scaled.column)
        elif fraction or (fraction is None and vertex.nucleus.size <= _FRACTION):
            values = _values(exact, vertex)
    except OutOfBudgetError:
        pass
    budget.close()
    if end.kind == "infeasible":
        reason = f"{_named(exact, end.place)} stays too {'low' if end.sign > 0 else 'high'} whatever the rest does"
    elif end.kind == "unbounded":
        reason = f"{_named(exact, end.place)} can {'grow' if end.sign > 0 else 'fall'} without end"
        primal = _primal(exact, vertex)
    else:
        objective, primal, dual = _nearest_objective(exact, vertex), _primal(exact, vertex), _dual(exact, vertex)
    return ExactVerdict(
        kind=end.kind,
        reason=reason,
        objective=objective,
        objective_fraction=_objective(exact, vertex)[0] if values is not None else None,
        primal=primal,
        dual=dual,
        vector=vector,
        basis=_as_basis(exact, vertex.status),
        pivots=budget.pivots,
        seconds=budget.spent,
        values=values,
    )


def _named(exact: ExactProgram, place: int) -> str:
    block, label = exact.name(place)
    return f"{block} {label!r}"


def _undecided(exact: ExactProgram, vertex: Vertex | None, budget: Budget, why: str) -> ExactVerdict:
    """Say what fails at the last vertex, as far as it was looked at."""
    program = exact.given
    if vertex is None:
        return _without_vertex("undecided", why, program, budget)
    zeros = (np.zeros(program.shape[1]), np.zeros(program.shape[0]))
    failing = worst_failure(vertex)
    reason = f"{why}; {failing}" if failing else why
    basis = _as_basis(exact, vertex.status)
    return ExactVerdict("undecided", reason, float("nan"), None, *zeros, None, basis, budget.pivots, budget.spent)


def _values(exact: ExactProgram, vertex: Vertex) -> tuple[Fraction, ...]:
    """Return the exact column values, in the user's units."""
    tops, bottom = vertex.solution.exact()
    unit = power(exact.exponent)
    values = [unit * int(level) for level in vertex.level[: exact.columns]]
    for place, top in zip(vertex.basic_columns, tops, strict=True):
        values[place] = Fraction(int(top), bottom)
    return tuple(
        value * Fraction(column) / Fraction(exact.scaled.rhs_scale)
        for value, column in zip(values, exact.scaled.column, strict=True)
    )


def _primal(exact: ExactProgram, vertex: Vertex) -> Floats:
    """Return the column values as the nearest doubles, in the user's units."""
    units = np.frexp(exact.scaled.column)[1] - np.frexp(exact.scaled.rhs_scale)[1]
    vertex.solution.lift(_ROUNDED)
    values = _rounded(vertex.level[: exact.columns], 1, units + exact.exponent)
    basic = vertex.basic_columns
    values[basic] = _rounded(vertex.solution.numerators, vertex.solution.denominator, units[basic])
    return values


def _dual(exact: ExactProgram, vertex: Vertex) -> Floats:
    """Return the row multipliers as the nearest doubles, in the user's units and sense."""
    units = np.frexp(exact.scaled.row)[1] - np.frexp(exact.scaled.objective_scale)[1]
    vertex.multipliers.lift(_ROUNDED)
    multipliers = np.zeros(exact.rows)
    tight = vertex.tight_rows
    multipliers[tight] = _rounded(vertex.multipliers.numerators, vertex.multipliers.denominator, units[tight])
    return exact.scaled.sign * multipliers


def _rounded(tops: Wholes, bottom: int, exponents: npt.NDArray[np.integer]) -> Floats:
    return np.array([ratio(int(t), bottom, int(e)) for t, e in zip(tops, exponents, strict=True)], dtype=float)


def _objective(exact: ExactProgram, vertex: Vertex) -> tuple[Fraction, Fraction]:
    """Return the least and the most that the objective can be by what is known of the vertex, in the user's units."""
    scaled, value = exact.scaled, vertex.objective
    value.evaluate()
    unit = power(value.exponent) / Fraction(scaled.objective_scale) / Fraction(scaled.rhs_scale) * int(scaled.sign)
    top, radius = int(value.tops[0]), int(value.radius[0])
    offset = Fraction(exact.given.offset)
    ends = [unit * Fraction(end, value.denominator) + offset for end in (top - radius, top + radius)]
    return min(ends), max(ends)


def _nearest_objective(exact: ExactProgram, vertex: Vertex) -> float:
    """Return the double nearest to the objective."""
    if vertex.objective.signs()[0] == 0:
        return exact.given.offset + 0.0
    while True:
        least, most = _objective(exact, vertex)
        if nearest(least) == nearest(most) or vertex.solution.is_exact:
            return nearest(least)
        if not vertex.objective.lift(vertex.objective.finest() + 64):
            vertex.solution.exact()

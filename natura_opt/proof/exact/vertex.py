"""A program in whole numbers, and the vertex that a basis stands for: values, reduced costs, rows and columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...program.linear import LinearProgram
from ...program.scaling import Scaled, scale
from . import linear as exact_linear
from .basis import At, Statuses
from .budget import Budget
from .lifting import Solution
from .linear import Nucleus
from .values import Values
from .whole import WholeMatrix, WholeRows, Wholes, common, wholes

Positions = npt.NDArray[np.int64]
_LEAST_NORMAL = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, eq=False)
class Cost:
    """Costs of the columns: whole numbers times ``2 ** exponent``."""

    values: Wholes
    exponent: int

    def plus(self, amounts: Wholes, exponent: int) -> Cost:
        """Return the costs with amounts added."""
        shared = min(self.exponent, exponent)
        return Cost((self.values << (self.exponent - shared)) + (amounts << (exponent - shared)), shared)


class ExactProgram:
    """``min c x``, ``A x - s = 0``, in whole numbers; columns 0..n-1 are the program's, n..n+m-1 the sums of its rows.

    It is scaled by powers of two, wherever that is exact, so that doubles can factorise it.

    Attributes
    ----------
    scaled : the program and the factors that undo the scaling.
    lower, upper : bounds of columns and rows, times ``2 ** exponent``; has_lower, has_upper : whether there are any;
        fixed : whether there is no room between them.
    cost : of the columns.
    """

    def __init__(self, program: LinearProgram) -> None:
        matrix = sp.csc_array(program.matrix, copy=True)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        self.given = replace(program, matrix=matrix)
        self.scaled = exactly_scaled(self.given) if program.shape[0] > exact_linear.SMALL else _unscaled(self.given)
        target = self.scaled.program
        self.rows, self.columns = target.shape
        self.matrix = WholeMatrix(target.matrix)
        lower = np.concatenate([target.lower, target.row_lower])
        upper = np.concatenate([target.upper, target.row_upper])
        self.has_lower, self.has_upper = np.isfinite(lower), np.isfinite(upper)
        both, self.exponent = common(
            np.concatenate([np.where(self.has_lower, lower, 0.0), np.where(self.has_upper, upper, 0.0)])
        )
        self.lower, self.upper = both[: len(lower)], both[len(lower) :]
        self.cost = Cost(*common(target.cost))
        self.fixed = self.has_lower & self.has_upper & np.array(self.lower == self.upper, dtype=bool)

    def name(self, place: int) -> tuple[str, Any]:
        """Return block and label of a column or, from n on, a row."""
        if place < self.columns:
            return self.given.column_label(place)
        return self.given.row_label(place - self.columns)


def exactly_scaled(program: LinearProgram) -> Scaled:
    """Scale by powers of two, to be minimised, unless some number would leave the range of doubles by it."""
    linear = replace(program, integer=np.zeros_like(program.integer))
    with np.errstate(all="ignore"):
        scaled = scale(linear)
    target = scaled.program
    pairs = [(linear.matrix.data, target.matrix.data), (linear.cost, target.cost), (linear.lower, target.lower)]
    pairs += [(linear.upper, target.upper), (linear.row_lower, target.row_lower), (linear.row_upper, target.row_upper)]
    exact = all(
        np.array_equal(np.isfinite(before), np.isfinite(after))
        and (np.abs(after[np.isfinite(before) & (before != 0)]) >= _LEAST_NORMAL).all()
        for before, after in pairs
    )
    factors = np.concatenate([scaled.row, scaled.column, [scaled.rhs_scale, scaled.objective_scale]])
    if exact and np.isfinite(factors).all() and (factors > 0).all():
        return scaled
    return _unscaled(program)


def _unscaled(program: LinearProgram) -> Scaled:
    sign = -1.0 if program.sense == "max" else 1.0
    rows, columns = program.shape
    plain = replace(program, sense="min", cost=sign * program.cost, offset=0.0, integer=np.zeros_like(program.integer))
    return Scaled(plain, np.ones(rows), np.ones(columns), 1.0, 1.0, sign)


class Vertex:
    """A basis of an exact program, solved.

    Parameters
    ----------
    status : shape (n + m,), :class:`At` of columns and rows.
    cost : the program's own where not given.
    """

    def __init__(self, program: ExactProgram, status: Statuses, budget: Budget, cost: Cost | None = None) -> None:
        self.program, self.status = program, status
        self.cost = program.cost if cost is None else cost
        n = program.columns
        basic = status == At.BASIC
        self.basic_columns = np.flatnonzero(basic[:n])
        self.basic_rows, self.tight_rows = np.flatnonzero(basic[n:]), np.flatnonzero(~basic[n:])
        self.resting_columns = np.flatnonzero(~basic[:n])
        #: Places of the values of :attr:`primal` and of :attr:`dual`.
        self.basic = np.concatenate([self.basic_columns, n + self.basic_rows])
        self.resting = np.concatenate([self.resting_columns, n + self.tight_rows])
        self.nucleus = Nucleus(program.matrix, self.tight_rows, self.basic_columns, budget)

    @cached_property
    def level(self) -> Wholes:
        """Values of the places that rest, times ``2 ** program.exponent``; zero for the basic ones."""
        program, status = self.program, self.status
        values = np.zeros(len(status), dtype=object)
        for at, bound in ((At.LOWER, program.lower), (At.UPPER, program.upper)):
            values[status == at] = bound[status == at]
        return values

    @cached_property
    def _sums(self) -> Wholes:
        """What the resting columns give each row, times two to matrix and bound exponents."""
        return self.program.matrix.by_rows.times(self.level[: self.program.columns])

    @cached_property
    def solution(self) -> Solution:
        """Values of the basic columns."""
        program = self.program
        up = -program.matrix.exponent
        side = (self.level[program.columns + self.tight_rows] << up) - self._sums[self.tight_rows]
        return self.nucleus.solve(side, program.exponent + program.matrix.exponent)

    @cached_property
    def primal(self) -> Values:
        """Values of the basic columns and the sums of the basic rows, as :attr:`basic` orders them."""
        constant = np.concatenate([np.zeros(len(self.basic_columns), dtype=object), self._sums[self.basic_rows]])
        exponent = self.program.exponent + self.program.matrix.exponent
        return Values(self.solution, self._over_basic_columns, constant, exponent)

    @cached_property
    def _over_basic_columns(self) -> WholeRows:
        """The rows that give each basic place from the basic columns."""
        part = self.program.matrix.cut(self.basic_rows, self.basic_columns)
        k = len(self.basic_columns)
        one = 1 << -part.exponent
        return WholeRows(
            np.concatenate([np.arange(k), k + part.indptr]),
            np.concatenate([np.arange(k), part.indices]),
            np.concatenate([wholes([one] * k), part.data]),
            part.exponent,
        )

    @cached_property
    def multipliers(self) -> Solution:
        """Multipliers of the rows that are tight; those of the others are zero."""
        return self.nucleus.solve(self.cost.values[self.basic_columns], self.cost.exponent, transposed=True)

    @cached_property
    def dual(self) -> Values:
        """Reduced costs of the places that rest, as :attr:`resting` orders them."""
        nothing = np.zeros(len(self.tight_rows), dtype=object)
        constant = np.concatenate([self.cost.values[self.resting_columns], nothing])
        return self._over_tight_rows(self.multipliers, constant, self.cost.exponent, -1)

    def _over_tight_rows(self, solution: Solution, constant: Wholes, exponent: int, sign: int) -> Values:
        """Return ``constant + sign A' z`` of the resting columns, and ``-sign z`` of the tight rows."""
        part = self.program.matrix.cut(self.tight_rows, self.resting_columns, by_columns=True)
        k, one = len(self.tight_rows), 1 << -part.exponent
        terms = WholeRows(
            np.concatenate([part.indptr[:-1], part.indptr[-1] + np.arange(k + 1)]),
            np.concatenate([part.indices, np.arange(k)]),
            np.concatenate([part.data * sign, wholes([-sign * one] * k)]),
            part.exponent,
        )
        shared = min(exponent, part.exponent)
        return Values(solution, terms, constant << (exponent - shared), shared)

    def row(self, place: int) -> Values:
        """Return the row of a basic place: ``value + sum of row * resting values = 0``; in the order of
        :attr:`resting`.
        """
        program = self.program
        constant = np.zeros(len(self.resting), dtype=object)
        if place < program.columns:
            side, exponent = np.zeros(len(self.basic_columns), dtype=object), 0
            side[np.searchsorted(self.basic_columns, place)] = 1
        else:
            entries, exponent = self._entries(place - program.columns), program.matrix.exponent
            side = entries[self.basic_columns]
            constant[: len(self.resting_columns)] = -entries[self.resting_columns]
        solution = self.nucleus.solve(side, exponent, transposed=True)
        return self._over_tight_rows(solution, constant, program.matrix.exponent, 1)

    def _entries(self, row: int) -> Wholes:
        """Return a row of the matrix, dense."""
        rows = self.program.matrix.by_rows
        span = slice(rows.indptr[row], rows.indptr[row + 1])
        entries = np.zeros(self.program.columns, dtype=object)
        entries[rows.indices[span]] = rows.data[span]
        return entries

    def direction(self, place: int) -> Values:
        """Return how the basic places move as a resting one grows, as :attr:`basic` orders them."""
        program = self.program
        exponent = program.matrix.exponent
        constant = np.zeros(len(self.basic), dtype=object)
        if place < program.columns:
            columns = program.matrix.by_columns
            span = slice(columns.indptr[place], columns.indptr[place + 1])
            dense = np.zeros(program.rows, dtype=object)
            dense[columns.indices[span]] = columns.data[span]
            solution = self.nucleus.solve(-dense[self.tight_rows], exponent)
            constant[len(self.basic_columns) :] = dense[self.basic_rows]
        else:
            side = np.zeros(len(self.tight_rows), dtype=object)
            side[np.searchsorted(self.tight_rows, place - program.columns)] = 1
            solution = self.nucleus.solve(side, 0)
        return Values(solution, self._over_basic_columns, constant, exponent)

    @cached_property
    def dual_signs(self) -> npt.NDArray[np.int8]:
        """Signs of the reduced costs, as :attr:`resting` orders them."""
        return self.dual.signs()

    @cached_property
    def beyond(self) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """Return the signs of what the basic places are above their lower, and above their upper bounds; 0 if none."""
        program, sides = self.program, []
        for has_bound, bound, none in (
            (program.has_lower, program.lower, 1),
            (program.has_upper, program.upper, -1),
        ):
            signs = np.full(len(self.basic), none, dtype=np.int8)
            bounded = np.flatnonzero(has_bound[self.basic])
            signs[bounded] = self.primal.part(bounded).against(bound[self.basic[bounded]], program.exponent).signs()
            sides.append(signs)
        return sides[0], sides[1]

    @cached_property
    def objective(self) -> Values:
        """The objective of the scaled program, one value."""
        program, at = self.program, self.program.cost
        resting = int((at.values * self.level[: program.columns]).sum())
        k = len(self.basic_columns)
        terms = WholeRows(np.array([0, k]), np.arange(k), at.values[self.basic_columns], at.exponent)
        return Values(self.solution, terms, wholes([resting]), at.exponent + program.exponent)

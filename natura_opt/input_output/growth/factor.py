"""The largest factor at which something non-negative reproduces itself: a bisection in which every step is a proof."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...backends.highs import HighsSession
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import RefusedError
from ...program.canonical import Block
from ...program.linear import LinearProgram
from ...proof.refine import solve_proved
from ...proof.rounding import exact_sums

#: Most steps of the bisection.
_STEPS = 200
#: What helps a row is shaved by this share.
_HAIR = 1e-12
#: Parts of a vector below these shares of its largest are tried as zeros: most are what rounding left.
_NOISE = (0.0, 1e-14, 1e-11, 1e-8)
#: So often units of rows and of columns are evened in turn.
_SWEEPS = 20
#: What rounding may take from a ratio of two sums that are each rounded once.
_ROUNDED = 4.0 * float(np.finfo(np.float64).eps)
#: Ratios below this are no growth at all.
_NOTHING = 1e-12


@dataclass(frozen=True, eq=False)
class Factor:
    """The factor, between proved bounds.

    Attributes
    ----------
    least, most : proved bounds.
    vector : what grows by the least of them, its largest part one; None where nothing was found that does.
    """

    least: float
    most: float
    vector: Floats | None

    @property
    def value(self) -> float:
        """The middle of the bounds."""
        return 0.5 * (self.least + self.most)


def largest_factor(needed: Any, left: Any, tolerance: float) -> Factor:
    """Return the largest c with ``left x >= c needed x`` for some x >= 0 that is not zero, enclosed.

    Parameters
    ----------
    needed, left : csr, shape (rows, columns); each column of ``needed`` has something in it that is above zero.
    tolerance : relative width at which the bisection stops; it stops earlier where doubles bring it no further.
    """
    columns = needed.shape[1]
    needed, left, units = _in_even_units(needed, left)
    least, vector = _grows_by(needed, left, np.ones(columns))
    best = vector if least > 0 else None
    most = _at_most(needed, left, np.ones(needed.shape[0]))
    reach = 1.0
    for _ in range(_STEPS):
        if math.isfinite(most) and (most - least <= tolerance * most or most <= _NOTHING):
            break
        middle = 2.0 * reach if math.isinf(most) else math.sqrt(least * most) if least > 0 else 0.5 * most
        before = (least, most)
        for solve in (_quickly, _with_care):
            x, p = solve(_program(needed, left, middle))
            found, grown = _grows_by(needed, left, x)
            if found > least:
                least, best = found, grown
            most = min(most, _at_most(needed, left, p))
            if (least, most) != before:
                break
        reach = max(middle, least)
        if (least, most) == before:
            break  # neither side is proved at this factor: doubles bring it no further
    if best is not None:
        best = units * best
        best = best / best.max()
    return Factor(least, most, best)


def _in_even_units(needed: Any, left: Any) -> tuple[Any, Any, Floats]:
    """Return both in other units of rows and columns, in which their numbers are of more equal size, and the units of
    the columns. The factor is the same in any units, and units that are powers of two change no digit.
    """
    needed, left = sp.csr_array(needed), sp.csr_array(left)
    places = [sp.coo_array(part) for part in (needed, left)]
    row = np.concatenate([part.row for part in places])
    column = np.concatenate([part.col for part in places])
    size = np.concatenate([part.data for part in places])
    row, column, size = row[size != 0], column[size != 0], np.log2(np.abs(size[size != 0]))
    rows, columns = np.zeros(needed.shape[0]), np.zeros(needed.shape[1])
    for _ in range(_SWEEPS):
        rows = _means(row, -size - columns[column], len(rows))
        columns = _means(column, -size - rows[row], len(columns))
    by_row, by_column = sp.diags_array(np.exp2(np.rint(rows))), sp.diags_array(np.exp2(np.rint(columns)))
    even = [sp.csr_array(by_row @ part @ by_column) for part in (needed, left)]
    return even[0], even[1], np.exp2(np.rint(columns))


def _means(at: Any, values: Floats, count: int) -> Floats:
    """Return the mean of the values at each place; zero where there is none."""
    means: Floats = np.bincount(at, values, count) / np.maximum(np.bincount(at, minlength=count), 1)
    return means


def _program(needed: Any, left: Any, factor: float) -> LinearProgram:
    """Return the program of a step: what may grow by a factor, and prices that may show that nothing does.

    The most of ``sum x`` within ``left x >= factor needed x``, ``0 <= x <= 1`` is above zero, or its multipliers p have
    ``p (factor needed - left) >= 1``. What helps a row is shaved by a hair, so that x stands rounding.
    """
    rows, columns = needed.shape
    matrix = sp.csc_array(left - factor * needed)
    matrix.data = np.where(matrix.data > 0, matrix.data * (1.0 - _HAIR), matrix.data)
    return LinearProgram(
        sense="max",
        columns=(Block("activities", pd.RangeIndex(columns), 0),),
        rows=(Block("growth", pd.RangeIndex(rows), 0),),
        cost=np.ones(columns),
        lower=np.zeros(columns),
        upper=np.ones(columns),
        integer=np.zeros(columns, dtype=bool),
        matrix=matrix,
        row_lower=np.zeros(rows),
        row_upper=np.full(rows, np.inf),
    )


def _quickly(program: LinearProgram) -> tuple[Floats, Floats]:
    """Return HiGHS's x and multipliers as they are: what they prove is found out here."""
    try:
        answer = HighsSession(program, SolveOptions(method="simplex")).solve()
    except RefusedError:
        return np.zeros(program.shape[1]), np.zeros(program.shape[0])
    return np.maximum(answer.primal, 0.0), np.abs(answer.dual)


def _with_care(program: LinearProgram) -> tuple[Floats, Floats]:
    """Return x and multipliers after iterative refinement."""
    try:
        answer, _ = solve_proved(program, SolveOptions())
    except RefusedError:
        return np.zeros(program.shape[1]), np.zeros(program.shape[0])
    return np.maximum(answer.primal, 0.0), np.abs(answer.dual)


def _cleaned(vector: Floats) -> list[Floats]:
    """Return a vector with its largest part one, and with what may be rounding set to zero."""
    largest = float(vector.max(initial=0.0))
    if not math.isfinite(largest) or largest <= 0.0:
        return []
    shares = vector / largest
    return [np.where(shares > noise, shares, 0.0) for noise in _NOISE]


def _grows_by(needed: Any, left: Any, x: Floats) -> tuple[float, Floats]:
    """Return the largest factor by which x is proved to grow, rounded down, and the x that does; 0 where it is none."""
    best, grown = 0.0, x
    for shares in _cleaned(x):
        uses, makes = _sums(needed, shares), _sums(left, shares)
        if (makes[uses <= 0] < 0).any() or not (uses > 0).any():
            continue
        factor = float((makes[uses > 0] / uses[uses > 0]).min()) * (1.0 - _ROUNDED)
        if factor > best:
            best, grown = factor, shares
    return best, grown


def _at_most(needed: Any, left: Any, p: Floats) -> float:
    """Return the factor above which nothing grows, as prices prove it, rounded up; infinite where they prove none."""
    best = math.inf
    needed, left = sp.csr_array(needed.T), sp.csr_array(left.T)
    for prices in _cleaned(p):
        costs, gains = _sums(needed, prices), _sums(left, prices)
        if (costs > 0).all():
            best = min(best, max(0.0, float((gains / costs).max()) * (1.0 + _ROUNDED)))
    return best


def _sums(matrix: Any, vector: Floats) -> Floats:
    """Return ``A x``, each the exact sum rounded once, so that its sign is beyond doubt."""
    rows = matrix.shape[0]
    return np.asarray(exact_sums(matrix, np.arange(rows), vector, np.zeros(rows)), dtype=np.float64)

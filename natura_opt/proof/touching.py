r"""The linear program that touches a convex one: one row for every cone, and what multipliers prove by it.

Multipliers ``z`` of the rows ``A x + s = b`` that lie in the dual cones make every cone ``K`` a half space: for every
``s`` in ``K``, ``z s >= 0``. A square ``p x^2 / 2`` lies above its tangents, ``g x - g^2 / 2p``. So

.. math::  \min c x + q + \text{offset}, \quad A x + s = b, \quad z_K s_K \ge 0, \quad q \ge g x - \sum g^2 / 2p

has every plan of the convex program among its own, and whatever bounds it, with :mod:`natura_opt.proof.bound` and its
rounding, bounds the convex program; multipliers ``-z`` and ones give exactly the convex program's own dual bound.
Where ``z`` is off by the last digits of an interior point, the linear program's own optimum is a bound that is off by
the square of that: it is solved, and its multipliers taken, where ``z`` alone proves too little.

Source: Ben-Tal and Nemirovski, "Lectures on Modern Convex Optimization" (2001), lecture 2, for conic duality.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from flint import arb, ctx

from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..program.canonical import Block
from ..program.conic import Cone, ConicProgram
from ..program.linear import LinearProgram
from ..program.protocol import Positions
from .certificate import CANCELLING, Certificate, certify
from .cones import half_space, into_dual, outside

#: What the sum of tangents to squares is rounded in.
_BITS = 200


@dataclass(frozen=True, eq=False)
class Touching:
    """The linear program that touches a convex one at a point, with the point and the multipliers in it.

    Attributes
    ----------
    conic : the convex program.
    program : minimises; its columns are those of ``conic``, then one for every row in a curved cone, then the squares.
    primal, dual : the point, and ∂objective/∂side, in it.
    rows : which row of ``conic`` each row is; -1 of those that stand for cones. shape (rows,)
    moved : the multipliers of the rows of ``conic`` in the dual cones, shape (m,).
    """

    conic: ConicProgram
    program: LinearProgram
    primal: Floats
    dual: Floats
    rows: Positions
    moved: Floats

    @property
    def point(self) -> Floats:
        """The columns of ``conic``, shape (n,)."""
        return self.primal[: self.conic.shape[1]]

    def multipliers(self, dual: Floats) -> Floats:
        """Return the multipliers ``z`` of the rows of ``conic`` that multipliers of the program speak of.

        A bound of a column, which is no row of the program, has the column's reduced cost.
        """
        conic = self.conic
        z = np.zeros(conic.shape[0])
        stated = self.rows >= 0
        z[self.rows[stated]] = -dual[: len(self.rows)][stated]  # cuts may follow
        reduced = conic.cost + conic.quadratic * self.primal[: conic.shape[1]] + conic.matrix.T @ z
        by_row = sp.csr_array(conic.matrix)
        lower, upper = conic.bounds
        for row in np.flatnonzero(conic.bounding).tolist():
            column, factor = by_row.indices[by_row.indptr[row]], by_row.data[by_row.indptr[row]]
            tight = (upper if factor > 0 else lower)[column] == conic.side[row] / factor
            if tight and reduced[column] * factor < 0:
                z[row] = -reduced[column] / factor
                reduced[column] = 0.0
        return z


def touching(conic: ConicProgram, primal: Floats, multipliers: Floats) -> Touching:
    """Return the linear program that touches a convex one where a solver says its optimum is.

    Parameters
    ----------
    primal : column values, shape (n,). multipliers : of the rows ``A x + s = b``, shape (m,), in any sign: what of them
        is outside the dual cones is moved into them.
    """
    height, width = conic.shape
    z = _without_residual(conic, primal, multipliers)
    z = np.where(conic.equal | conic.curved, z, np.maximum(z, 0.0))
    for cone in conic.curved_cones:
        z[cone.span] = into_dual(cone, z[cone.span])
    stated, curved = np.flatnonzero(~conic.bounding), np.flatnonzero(conic.curved)
    slack_of = np.full(height, -1, dtype=np.intp)
    slack_of[curved] = width + np.arange(len(curved))
    cuts = [*_half_spaces(conic, z), *_always(conic.curved_cones)]
    squares = np.flatnonzero(conic.quadratic)
    columns = width + len(curved) + bool(len(squares))
    slopes = np.zeros(width)
    slopes[squares] = conic.quadratic[squares] * primal[squares]
    level = 0.5 * float((conic.quadratic * primal**2).sum())
    entries = sp.coo_array(sp.csr_array(conic.matrix)[stated])
    place = np.full(height, -1, dtype=np.intp)
    place[stated] = np.arange(len(stated))
    at: list[Any] = [entries.row, place[curved]]
    across: list[Any] = [entries.col, slack_of[curved]]
    values: list[Any] = [entries.data, np.ones(len(curved))]
    for k, (rows, factors) in enumerate(cuts):
        at.append(np.full(len(rows), len(stated) + k))
        across.append(slack_of[rows])
        values.append(factors)
    lower_sides = np.where(conic.equal | conic.curved, conic.side, -np.inf)[stated]
    row_lower = np.concatenate([lower_sides, np.zeros(len(cuts))])
    row_upper = np.concatenate([conic.side[stated], np.full(len(cuts), np.inf)])
    if len(squares):
        at.append(np.full(len(squares) + 1, len(row_lower)))
        across.append(np.append(squares, columns - 1))
        values.append(np.append(-slopes[squares], 1.0))
        row_lower = np.append(row_lower, -_most_of_tangents(slopes[squares], conic.quadratic[squares]))
        row_upper = np.append(row_upper, np.inf)
    places = np.concatenate(at), np.concatenate(across)
    matrix = sp.csc_array(sp.coo_array((np.concatenate(values), places), shape=(len(row_lower), columns)))
    matrix.eliminate_zeros()
    lower, upper = conic.bounds
    program = LinearProgram(
        sense="min",
        columns=(Block("column", pd.RangeIndex(columns), 0),),
        rows=(Block("row", pd.RangeIndex(len(row_lower)), 0),),
        cost=np.concatenate([conic.cost, np.zeros(len(curved)), np.ones(columns - width - len(curved))]),
        lower=np.concatenate([lower, _least_of_slacks(conic), np.zeros(columns - width - len(curved))]),
        upper=np.concatenate([upper, np.full(columns - width, np.inf)]),
        integer=np.zeros(columns, dtype=bool),
        matrix=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        offset=conic.offset,
    )
    point = np.concatenate([primal, slacks(conic, primal)[curved], np.full(columns - width - len(curved), level)])
    used = len([cone for cone in conic.curved_cones if z[cone.span].any()])
    dual = np.zeros(len(row_lower))
    dual[: len(stated)] = -z[stated]
    dual[len(stated) : len(stated) + used] = 1.0
    if len(squares):
        dual[-1] = 1.0
    which = np.full(len(row_lower), -1, dtype=np.intp)
    which[: len(stated)] = stated
    return Touching(conic, program, point, dual, which, z)


def slacks(conic: ConicProgram, primal: Floats) -> Floats:
    """Return ``s = b - A x``, summed in extended precision."""
    matrix = sp.csr_array(conic.matrix).astype(np.longdouble)
    values: Floats = (conic.side - np.asarray(matrix @ primal.astype(np.longdouble))).astype(np.float64)
    return values


def certify_convex(
    touched: Touching, worth: float, reached: float | None, idle: float, options: SolveOptions
) -> Certificate:
    """Recompute the proof of a point of a convex program, by the multipliers it came with.

    Parameters
    ----------
    worth : the user's own objective at the point, in the user's sense.
    reached : what a plan is worth that meets every row, where one is known.
    idle : what doing nothing is worth, in size; zero where it is worth no number.
    """
    seen = certify(touched.program, touched.primal, touched.dual, options.tolerance)
    return in_users_terms(touched, seen, worth, reached, idle, cone_residual(touched.conic, touched.point))


def in_users_terms(
    touched: Touching, seen: Certificate, worth: float, reached: float | None, idle: float, missed: float
) -> Certificate:
    """Return a certificate with the user's own objective in the place of the linear one.

    The gap is relative to the objective, or, as of linear programs, to a millionth of its terms where these cancel:
    what doing nothing is worth, the constant of a linear objective, counts among them (the best distance from a wish
    may be zero, and is then measured by the wish).

    Parameters
    ----------
    seen : of the touching program. worth, reached, idle : see :func:`certify_convex`.
    missed : by how much rows that are not linear are missed, relative to their terms.
    """
    program, conic = touched.program, touched.conic
    bound = conic.sign * seen.dual_objective
    terms = float(np.abs(program.cost * touched.primal).sum()) + abs(program.offset) + idle
    size = max(abs(worth), abs(bound) if np.isfinite(bound) else 0.0, CANCELLING * terms)
    ends = [worth, bound, *([] if reached is None else [reached])]
    width = max(ends) - min(ends) if np.isfinite(ends).all() else np.inf
    return replace(
        seen,
        objective=worth,
        dual_objective=bound,
        primal_residual=max(seen.primal_residual, missed),
        gap=0.0 if width == 0 else float(width / size) if size > 0 else float("inf"),
        reached=None if seen.within else reached,
    )


def cone_residual(conic: ConicProgram, primal: Floats) -> float:
    """Return how far a point misses the curved cones, relative to the terms of their rows."""
    if not conic.curved_cones:
        return 0.0
    s = slacks(conic, primal)
    absolute = abs(sp.csr_array(conic.matrix))
    sizes = np.asarray(absolute @ np.abs(primal)) + np.abs(conic.side)
    return max(outside(cone, s[cone.span], sizes[cone.span]) for cone in conic.curved_cones)


def _without_residual(conic: ConicProgram, primal: Floats, multipliers: Floats) -> Floats:
    """Return multipliers with those of curved rows set to what their helper columns cost exactly.

    A column that stands in one row alone, such as the height of a logarithm, fixes the multiplier of that row.
    """
    z = multipliers.astype(np.float64, copy=True)
    lower, upper = conic.bounds
    starts, counts = conic.matrix.indptr[:-1], np.diff(conic.matrix.indptr)
    alone = (counts == 1) & np.isneginf(lower) & np.isposinf(upper) & (conic.quadratic == 0)
    rows, factors = conic.matrix.indices[starts[alone]], conic.matrix.data[starts[alone]]
    there = conic.curved[rows]
    z[rows[there]] = -conic.cost[alone][there] / factors[there]
    return z


def _half_spaces(conic: ConicProgram, z: Floats) -> list[tuple[Positions, Floats]]:
    return [
        (np.arange(cone.start, cone.start + cone.size), z[cone.span])
        for cone in conic.curved_cones
        if z[cone.span].any()
    ]


def cuts_at(touched: Touching, primal: Floats) -> tuple[sp.csr_array, Floats]:
    """Return rows ``matrix x >= sides`` of the touching program that hold in every cone and cut a point off.

    Parameters
    ----------
    primal : columns of the touching program, shape (columns,); every cone that it misses is cut at its nearest border.
    """
    conic, width = touched.conic, touched.conic.shape[1]
    place = np.full(conic.shape[0], -1, dtype=np.intp)
    place[conic.curved] = width + np.arange(int(conic.curved.sum()))
    s = np.zeros(conic.shape[0])
    s[conic.curved] = primal[width : width + int(conic.curved.sum())]
    rows: list[Positions] = []
    values: list[Floats] = []
    sides: list[float] = []
    for cone in conic.curved_cones:
        z = half_space(cone, s[cone.span])
        if z.any() and float(z @ s[cone.span]) < 0:
            rows.append(place[cone.span])
            values.append(z)
            sides.append(0.0)
    squares = np.flatnonzero(conic.quadratic)
    if len(squares):
        slopes = conic.quadratic[squares] * primal[squares]
        rows.append(np.append(squares, len(primal) - 1))
        values.append(np.append(-slopes, 1.0))
        sides.append(-_most_of_tangents(slopes, conic.quadratic[squares]))
    counts = [len(row) for row in rows]
    data, across = (np.concatenate(part) if part else np.empty(0) for part in (values, rows))
    matrix = sp.csr_array(
        (data, across.astype(np.intp), np.append(0, np.cumsum(counts)).astype(np.intp)), shape=(len(rows), len(primal))
    )
    return matrix, np.array(sides)


def _always(cones: Iterable[Cone]) -> list[tuple[Positions, Any]]:
    """Return half spaces that hold whatever the multipliers are: a length is no less than any of its parts."""
    return [
        (np.array([cone.start, cone.start + k]), np.array([1.0, sign]))
        for cone in cones
        if cone.kind == "second-order"
        for k in range(1, cone.size)
        for sign in (1.0, -1.0)
    ]


def _least_of_slacks(conic: ConicProgram) -> Floats:
    """Return bounds of what stands in curved cones: most entries of most cones are not negative."""
    least = np.full(conic.shape[0], -np.inf)
    for cone in conic.curved_cones:
        least[cone.span][_never_negative(cone)] = 0.0
    return least[conic.curved]


def _never_negative(cone: Cone) -> npt.NDArray[np.intp]:
    if cone.kind == "second-order":
        return np.array([0])
    if cone.kind == "exponential":
        return np.array([1, 2])
    if cone.kind == "power":
        return np.arange(cone.size - 1)
    ends = np.cumsum(np.arange(1, cone.size + 1)) - 1
    return ends[ends < cone.size]  # the diagonal


def _most_of_tangents(slopes: Floats, squares: Floats) -> float:
    """Return a double no less than the sum of ``g^2 / 2p``."""
    before, ctx.prec = ctx.prec, _BITS
    try:
        whole = sum(
            (arb(g) * arb(g) / (2 * arb(p)) for g, p in zip(slopes.tolist(), squares.tolist(), strict=True)), arb(0)
        )
        nearest = float(whole.upper())
        while np.isfinite(nearest) and not arb(nearest) >= whole:
            nearest = float(np.nextafter(nearest, np.inf))
        return nearest
    finally:
        ctx.prec = before

"""A convex program as cones state it, with what it is made of: the form that CVXPY hands to Clarabel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats

#: ``zero`` s = 0; ``nonnegative`` s >= 0; ``second-order`` s_0 >= |s_1..|; ``exponential`` y exp(x / y) <= z, y > 0;
#: ``power`` prod x_i^a_i >= |z|; ``semidefinite`` the upper triangle by columns, what stands beside the diagonal times
#: the double next to the root of two.
ConeKind = Literal["zero", "nonnegative", "second-order", "semidefinite", "exponential", "power"]


@dataclass(frozen=True)
class Cone:
    """A cone that a run of rows of a program lies in.

    Attributes
    ----------
    kind : see :data:`ConeKind`.
    start, size : its rows. exponents : of a power cone, which sum to one.
    """

    kind: ConeKind
    start: int
    size: int
    exponents: tuple[float, ...] = ()

    @property
    def span(self) -> slice:
        """Positions of its rows."""
        return slice(self.start, self.start + self.size)

    @property
    def curved(self) -> bool:
        """Whether no finite number of linear rows states it."""
        return self.kind not in ("zero", "nonnegative")


@dataclass(frozen=True, eq=False)
class ConicProgram:
    """``min x'Px / 2 + c x + offset``  subject to  ``A x + s = b``, s in a product of cones.

    Attributes
    ----------
    quadratic : the diagonal of P, shape (n,), not negative.
    cost : c, shape (n,). matrix : A, csc array of shape (m, n). side : b, shape (m,).
    cones : in the order of their rows, all of which they cover.
    offset : the constant of the objective.
    sign : -1 where it is a maximum that was negated to be minimised, else 1.
    """

    quadratic: Floats
    cost: Floats
    matrix: sp.csc_array
    side: Floats
    cones: tuple[Cone, ...]
    offset: float
    sign: float

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return len(self.side), len(self.cost)

    @cached_property
    def equal(self) -> npt.NDArray[np.bool_]:
        """Which rows are equations, shape (m,)."""
        return self._rows_of("zero")

    @cached_property
    def curved(self) -> npt.NDArray[np.bool_]:
        """Which rows lie in a cone that no finite number of linear rows states, shape (m,)."""
        return ~(self.equal | self._rows_of("nonnegative"))

    @cached_property
    def curved_cones(self) -> tuple[Cone, ...]:
        """The cones that no finite number of linear rows states."""
        return tuple(cone for cone in self.cones if cone.curved)

    @cached_property
    def bounding(self) -> npt.NDArray[np.bool_]:
        """Which rows are nothing but a bound of one column, and give it without rounding, shape (m,)."""
        by_row = sp.csr_array(self.matrix)
        alone = (np.diff(by_row.indptr) == 1) & ~self.equal & ~self.curved
        exact = np.zeros(len(self.side), dtype=bool)
        at = np.flatnonzero(alone)
        exact[at] = np.abs(np.frexp(by_row.data[by_row.indptr[at]])[0]) == 0.5  # a power of two divides exactly
        return exact

    @cached_property
    def bounds(self) -> tuple[Floats, Floats]:
        """Bounds of the columns, lower and upper, shape (n,) each, which the bounding rows are."""
        lower, upper = np.full(len(self.cost), -np.inf), np.full(len(self.cost), np.inf)
        by_row = sp.csr_array(self.matrix)
        at = np.flatnonzero(self.bounding)
        columns, factors = by_row.indices[by_row.indptr[at]], by_row.data[by_row.indptr[at]]
        ends, up = self.side[at] / factors + 0.0, factors > 0
        np.minimum.at(upper, columns[up], ends[up])
        np.maximum.at(lower, columns[~up], ends[~up])
        return lower, upper

    def tightened(self, margins: Floats) -> ConicProgram:
        """Return the program with every cone moved into itself; equations, which have no inside, stay.

        Parameters
        ----------
        margins : by how much, one per row, shape (m,), not negative.
        """
        side = self.side - np.where(self.equal | self.curved | self.bounding, 0.0, margins)
        for cone in self.curved_cones:
            own, by = side[cone.span], margins[cone.span]
            if cone.kind == "exponential":  # the first entry must lie below its bound
                own[0] += by[0]
            elif cone.kind == "semidefinite":
                ends = np.cumsum(np.arange(1, cone.size + 1)) - 1
                own[ends[ends < cone.size]] -= by.max()
            elif cone.kind == "power":
                own[:-1] -= by[:-1]
            else:
                own[0] -= by.max()
        return replace(self, side=side)

    def _rows_of(self, kind: ConeKind) -> npt.NDArray[np.bool_]:
        rows = np.zeros(len(self.side), dtype=bool)
        for cone in self.cones:
            if cone.kind == kind:
                rows[cone.span] = True
        return rows

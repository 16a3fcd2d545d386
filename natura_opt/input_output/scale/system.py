r"""The system ``x = F(x) x + d``: what is needed in all is linear in part, and follows curves in some cells.

``F(x) x = A x + phi(x)``, where the total ``phi_ij(x_j)`` of the cell (i, j) depends on the output of the *column* j
alone (Samothrakis 2021, eq. 3; eq. 4 as printed indexes the row, its text and we mean the column). Nothing here
divides a total by a scale: coefficients ``f = phi / q`` have no value at 0 and none are needed.

Source: Lahiri 1976, Input-output analysis with scale-dependent coefficients; Samothrakis 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.errors import DataError, OptionError, listed
from ...curves.batch import CurveBatch
from ...curves.curve import Curve
from ..coefficients import Coefficients
from ..directed import rounding
from ..solve import check_inputs, numbers
from .chords import Chords

#: By how much, relative to it, a total read off a straight piece may be rounded.
_STRAIGHT = 4.0 * float(np.finfo(np.float64).eps)


class ScaleSystem:
    """What every output needs in all: coefficients that are numbers, and curves of the total in some cells.

    Parameters
    ----------
    inputs : A, the coefficients that do not depend on scale, goods x goods, non-negative; may be all zero.
    curves : totals against the output of the column, each in the units of its row and column.
    rows, columns : the cell of each curve: the good that is needed, the good whose output the curve is of. A cell may
        have a number beside its curve (they add), and several curves.
    names : of the goods; their positions by default.
    units : what one unit of each curve's total is in units of its row, positive, shape (curves,); 1 by default.
    limits : the largest output of each good that whatever else depends on it is known for, shape (n,); none by default.

    Attributes
    ----------
    coefficients : A with fast products.
    ends : the largest output of each good, within its limit, that all curves in its column speak of, shape (n,).
    passes : evaluations of all needs so far.

    Raises
    ------
    DataError : inputs are negative or not square, a cell lies outside them. OptionError : names are not one per good.
    """

    def __init__(
        self,
        inputs: Any,
        curves: Sequence[Curve],
        rows: Any,
        columns: Any,
        names: Sequence[object] | None = None,
        units: Floats | None = None,
        limits: Floats | None = None,
    ) -> None:
        self.coefficients = Coefficients(inputs)
        check_inputs(self.coefficients, names)
        self.curves = tuple(curves)
        self.rows = _places(rows, len(self.curves), self.size, "rows")
        self.columns = _places(columns, len(self.curves), self.size, "columns")
        self.names = None if names is None else tuple(names)
        self._units = np.ones(len(self.curves)) if units is None else units
        self._batch = CurveBatch(self.curves)
        self.ends = np.full(self.size, np.inf) if limits is None else np.array(limits, dtype=np.float64)
        np.minimum.at(self.ends, self.columns, np.array([curve.end for curve in self.curves]))
        self.passes = 0

    @property
    def size(self) -> int:
        """Number of goods."""
        return self.coefficients.shape[0]

    @cached_property
    def chords(self) -> Chords:
        """What is known of the shape of the curves."""
        return Chords(self.curves)

    @cached_property
    def rounding(self) -> float:
        """The most, relative to it, by which a computed need differs from the true one."""
        most = int(np.bincount(self.rows, minlength=self.size).max(initial=0))
        return rounding(self.coefficients.longest_row + most + 2) + (
            _STRAIGHT + self.chords.rounding if self.curves else 0.0
        )

    def demand(self, values: Any) -> Floats:
        """Return a demand as one finite number per good, none negative.

        Raises
        ------
        DataError : it is none.
        """
        wanted = numbers(values, self.coefficients.shape, "demand")
        if (wanted < 0).any():
            raise DataError(f"demand must not be negative; that of {self.called(np.flatnonzero(wanted < 0))} is")
        return wanted

    def called(self, goods: Any) -> str:
        """Return goods by their names, or positions, for a message."""
        return listed(goods if self.names is None else [self.names[int(k)] for k in goods])

    def needs(self, x: Floats) -> Floats:
        """Return ``F(x) x``, what outputs x need of every good, shape (n,): infinite beyond the end of a curve."""
        self.passes += 1
        used = self.coefficients.times(x)
        if len(self.rows):
            used += np.bincount(self.rows, self.totals(x), self.size)
        return used

    def residual(self, x: Floats, demand: Floats) -> Floats:
        """Return ``x - F(x) x - d`` in the goods' units: what is made and neither needed nor demanded."""
        left: Floats = x - self.needs(x) - demand
        return left

    def slopes(self, x: Floats) -> Floats:
        """Return the derivative of each curve at outputs x, from the right, shape (curves,); may be infinite."""
        return self.in_units(self._batch.slopes(x[self.columns]))

    def totals(self, x: Floats) -> Floats:
        """Return the total of each curve at outputs x, shape (curves,)."""
        return self.in_units(self._batch.totals(x[self.columns]))

    def least_slopes(self, low: Floats, high: Floats | None) -> Floats:
        """Return how fast each total must rise at least from outputs low, up to outputs high, shape (curves,)."""
        slopes = np.nan_to_num(self._batch.slopes(low[self.columns]), posinf=0.0)
        at_low = self._batch.totals(low[self.columns])
        if high is None:
            return self.in_units(self.chords.least_slopes(low[self.columns], at_low, slopes))
        above = high[self.columns]
        return self.in_units(
            self.chords.least_slopes(low[self.columns], at_low, slopes, above, self._batch.totals(above))
        )

    def in_units(self, values: Floats) -> Floats:
        """Return totals or slopes of the curves, as their reports count them, in the units of their rows."""
        counted: Floats = self._units * values
        return counted

    def with_slopes(self, slopes: Floats) -> Any:
        """Return A with these numbers added in the cells of the curves, csr."""
        cells = sp.coo_array((slopes, (self.rows, self.columns)), shape=self.coefficients.shape)
        return sp.csr_array(self.coefficients.matrix.astype(np.float64) + sp.csr_array(cells))

    def jacobian(self, x: Floats) -> Any:
        """Return the derivative of ``F(x) x``, from the right: entry (i, j) is ``A_ij + phi_ij'(x_j)``, csr."""
        return self.with_slopes(self.slopes(x))

    def __repr__(self) -> str:
        return f"ScaleSystem: {self.size:,} goods, {self.coefficients.nnz:,} numbers, {len(self.curves):,} curves"


def _places(values: Any, count: int, size: int, what: str) -> npt.NDArray[np.intp]:
    places = np.asarray(values)
    if places.shape != (count,) or (count and places.dtype.kind not in "iu"):
        raise OptionError(f"the {what} of curves must be {count:,} whole numbers, one per curve")
    outside = (places < 0) | (places >= size)
    if outside.any():
        raise OptionError(f"the {what} of curves must lie in 0..{size - 1}, not at {places[outside][0]}")
    return places.astype(np.intp)

r"""Von Neumann's growth: joint products and choice of techniques, with the factor and its prices proved.

With what a unit of each technique needs at the start of a period, ``K`` (goods x techniques), and what it leaves at its
end, ``N``:

.. math::
    \text{growth factor} \quad \max\{\alpha : N x \ge \alpha K x,\; x \ge 0,\; x \ne 0\}
    \qquad
    \text{interest factor} \quad \min\{\beta : p N \le \beta\, p K,\; p \ge 0,\; p \ne 0\}

Always ``beta <= alpha``. They are equal where every part needs the others; in an economy that falls apart a part may
grow faster by itself than what is made for it earns. A plan of both with ``p K x > 0`` lies between them.

For any factor c either some ``x >= 0``, not zero, has ``N x >= c K x``, or some ``p >= 0`` has ``p N < c p K`` in every
column, and never both. So each step of a bisection is a linear program whose answer, whichever it is, proves a bound:
``alpha >= min (N x)_i / (K x)_i`` over the goods that x needs, or ``alpha <= max (p N)_j / (p K)_j``. The sums
in these ratios are exact but for one rounding, which is allowed for: nothing that a solver says is believed. The
interest factor is the inverse of the growth factor of the economy run backwards: techniques for goods, K' for N.

Sources: von Neumann, "A model of general economic equilibrium", 1945 (1937); Kemeny, Morgenstern and Thompson 1956;
Gale, "The Theory of Linear Economic Models", 1960, ch. 9.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...base.entrance import checked_arguments
from ...base.errors import CannotAnswerError, DataError, OptionError, listed
from ...base.numbers import doubles, sparse_doubles
from ...economy.economy import Economy
from ...economy.files.catalog import read
from .factor import largest_factor
from .technology import technology_of


@dataclass(frozen=True, eq=False)
class VonNeumannGrowth:
    """The largest growth factor and the least interest factor.

    Attributes
    ----------
    growth_factor : what the levels can be multiplied by from period to period.
    growth_bounds : it lies between these, proved.
    interest_factor : what prices must let capital earn at least.
    interest_bounds : it lies between these, proved.
    activities : levels that grow by the lower bound of the growth factor; shares of the largest.
    prices : at which no technique earns more than the upper bound of the interest factor; shares of the largest.
    valued : whether what these levels need is worth something at these prices, ``p K x > 0``.
    """

    growth_factor: float
    growth_bounds: tuple[float, float]
    interest_factor: float
    interest_bounds: tuple[float, float]
    activities: pd.Series
    prices: pd.Series
    valued: bool


@checked_arguments("inputs", "outputs")
def von_neumann_growth(
    economy: Economy | str | Path | None = None,
    *,
    inputs: Any = None,
    outputs: Any = None,
    tolerance: float = 1e-8,
) -> VonNeumannGrowth:
    """Return how fast an economy with joint products and a choice of techniques can grow, and the prices that say so.

    Of an economy, a technique needs at the start of a period the stocks that it ties up (``capital``), and leaves at
    its end what lasts of them, and what it makes less what it uses up within the period. A good that is used up
    whole is capital with a depreciation of 1; a machine that grows older is capital with a depreciation of 1 that
    stands among the outputs as another good. Targets, limits, resources and stocks at the start are set aside.

    Parameters
    ----------
    economy : an economy or a model's name.
    inputs, outputs : instead of an economy: what is needed at the start and made by the end, per unit of activity;
        goods x techniques, frames with their labels or arrays.
    tolerance : relative width of the bounds; they end wider where doubles bring them no nearer, as near 1e-9.

    Raises
    ------
    CannotAnswerError : a technique that needs nothing at the start, a good that no technique leaves, growth slower
        than capital wears out, or an economy that :func:`natura_opt.turnpike` refuses for its tables.
    DataError : no level of activities can go on; numbers that are negative; shapes or labels that do not fit.
    OptionError : neither or both of an economy and matrices, or a tolerance that is not between 0 and 1.

    >>> import natura_opt as no
    >>> inputs = [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]]  # Gale's example, goods x techniques
    >>> outputs = [[1, 0, 0], [0, 0, 1], [0, 2, 0], [0, 0, 1]]
    >>> found = no.von_neumann_growth(inputs=inputs, outputs=outputs)
    >>> round(found.growth_factor, 6), round(found.interest_factor, 6)
    (1.259921, 1.259921)
    """
    if not 0 < tolerance < 1:
        raise OptionError(f"tolerance must lie between 0 and 1, not {tolerance!r}")
    if (economy is None) == (inputs is None and outputs is None) or (inputs is None) != (outputs is None):
        raise OptionError("von_neumann_growth takes an economy, or both inputs and outputs as matrices")
    wear = 0.0
    if economy is None:
        needed, left, goods, techniques = _given(inputs, outputs)
        where = "the matrices"
    else:
        given = economy if isinstance(economy, Economy) else read(economy)
        technology = technology_of(given, "von Neumann growth")
        needed = technology.capital
        lasts = sp.csr_array(technology.capital - technology.worn)
        left = sp.csr_array(technology.outputs - technology.inputs + lasts)
        wear = _slowest(technology.capital, lasts)
        goods, techniques, where = given.goods, given.techniques, given.name
    _refuse_free(needed, left, goods, techniques, where)
    growing = largest_factor(needed, left, tolerance)
    earning = largest_factor(sp.csr_array(left.T), sp.csr_array(needed.T), tolerance)
    if growing.vector is None or earning.vector is None:
        raise DataError(
            f"{where}: no levels of the techniques can go on from period to period, however they shrink; some good "
            "that all of them need is used up faster than it is made"
        )
    if growing.least < wear:
        raise CannotAnswerError(
            f"{where}: it grows by {growing.value:.6g} a period, slower than capital wears out (of some {wear:.6g} "
            "lasts), and capital is not eaten: this growth is not to be had"
        )
    x, p = growing.vector, earning.vector
    return VonNeumannGrowth(
        growth_factor=growing.value,
        growth_bounds=(growing.least, growing.most),
        interest_factor=1.0 / earning.value,
        interest_bounds=(math.nextafter(1.0 / earning.most, 0.0), math.nextafter(1.0 / earning.least, math.inf)),
        activities=pd.Series(x, techniques, name="activities"),
        prices=pd.Series(p, goods, name="prices"),
        valued=bool((sp.csr_array(needed)[p > 0][:, x > 0]).sum() > 0),
    )


def _slowest(capital: Any, lasts: Any) -> float:
    """Return the largest share of any capital that lasts a period."""
    held = sp.coo_array(capital)
    return float((np.asarray(lasts[held.row, held.col]).ravel() / held.data).max())


def _given(inputs: Any, outputs: Any) -> tuple[Any, Any, pd.Index, pd.Index]:
    """Return matrices as they are computed with, and the labels of their goods and techniques."""
    framed = [frame for frame in (inputs, outputs) if isinstance(frame, pd.DataFrame)]
    if len(framed) == 2 and not (inputs.index.equals(outputs.index) and inputs.columns.equals(outputs.columns)):
        raise DataError("inputs and outputs must have the same goods as rows and the same techniques as columns")
    needed, left = _matrix(inputs, "inputs"), _matrix(outputs, "outputs")
    if needed.shape != left.shape:
        raise DataError(f"inputs have the shape {needed.shape} and outputs {left.shape}; both are goods x techniques")
    rows, columns = needed.shape
    goods = framed[0].index if framed else pd.RangeIndex(rows, name="good")
    techniques = framed[0].columns if framed else pd.RangeIndex(columns, name="technique")
    return needed, left, goods, techniques


def _matrix(value: Any, what: str) -> Any:
    """Return a matrix of numbers that are not negative, csr."""
    try:
        table = sp.csr_array(sparse_doubles(value) if sp.issparse(value) else np.atleast_1d(doubles(value)))
    except (TypeError, ValueError) as reason:
        raise DataError(f"{what} must be a matrix of numbers, goods x techniques: {reason}") from None
    if table.ndim != 2:
        raise DataError(f"{what} must be a matrix, goods x techniques, not of shape {table.shape}")
    if not np.isfinite(table.data).all() or (table.data < 0).any():
        raise DataError(f"{what} must be finite numbers, none of them negative")
    table.eliminate_zeros()
    return table


def _refuse_free(needed: Any, left: Any, goods: pd.Index, techniques: pd.Index, where: str) -> None:
    """Raise on what would make a factor infinite, or zero, for nothing."""
    free = techniques[np.bincount(needed.indices, minlength=len(techniques)) == 0]
    if len(free):
        raise CannotAnswerError(
            f"{where}: the techniques {listed(free)} need nothing at the start of a period, so nothing bounds their "
            "growth; give them an input, or capital"
        )
    unmade = goods[np.asarray((left > 0).sum(axis=1)).ravel() == 0]
    if len(unmade):
        raise CannotAnswerError(
            f"{where}: no technique leaves any {listed(unmade)}, so no interest keeps its price; leave it out"
        )

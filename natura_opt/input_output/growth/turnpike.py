r"""The turnpike: balanced growth of the dynamic input-output system.

.. math::
    (I - A - D)\, q = g\, C q, \qquad p\,(I - A - D) = g\, p\, C, \qquad D = \delta \circ C

with gross outputs ``q``, inputs ``A``, capital coefficients ``C`` and what wears out of it ``D``, all per unit of
output, no consumption and no resource that binds: all that is not used up or worn out goes into stocks, and every
stock and output grows by the *net* rate g a period. So ``1 / g`` is the spectral radius of ``(I - A - D)^{-1} C``,
``q`` its right Perron vector and ``p`` (prices at which every technique just earns the rate g on its capital) the left
one of ``C (I - A - D)^{-1}``. Plans for long horizons spend most of their time near this ray.

The rate is not only computed: ``A + D + g C`` is productive (Hawkins and Simon) just below the true rate and not above
it, so two verdicts of :mod:`natura_opt.input_output.productivity`, each with a proof by the bounds of Collatz and
Wielandt, enclose it.

Sources: Leontief 1953; Dorfman, Samuelson and Solow, "Linear Programming and Economic Analysis", 1958, ch. 11-12;
Morishima, "Equilibrium, Stability and Growth", 1964; model 6 of the design notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.linalg import eig, matrix_balance
from scipy.sparse.csgraph import connected_components

from ...base.arrays import Floats
from ...base.entrance import checked_arguments
from ...base.errors import CannotAnswerError, DataError, listed
from ...economy.economy import Economy
from ...economy.files.catalog import read
from ...economy.makers import Makers
from ..cores import blas_on_one_core
from ..productivity import judge_productivity
from .technology import Technology, technology_of

_EPS = float(np.finfo(np.float64).eps)
#: Relative distances of the two bounds from the rate that was computed, the nearest first.
_WIDTHS = (1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-6, 1e-4)
#: What forming ``A + D + g C`` in doubles may change of a coefficient.
_FORMED = 8.0 * _EPS
#: Parts of a Perron vector below this share of its largest are rounding.
_NOISE = 1e-13


@dataclass(frozen=True, eq=False)
class Turnpike:
    """Balanced growth.

    Attributes
    ----------
    growth : net rate per period at which every output and stock grows (.1: by a tenth).
    least, most : proved bounds of it.
    outputs : gross output of each good on the ray, in its unit; shares of the largest. A good that no stock or input
        of the growing part needs is not made there: 0.
    activities : levels of the techniques that make them.
    stocks : capital tied up, by good and technique, at these activities.
    prices : of the goods, at which every technique that runs earns the rate of growth on its capital, and no technique
        earns more; shares of the largest.
    """

    growth: float
    least: float
    most: float
    outputs: pd.Series
    activities: pd.Series
    stocks: pd.Series
    prices: pd.Series

    @property
    def factor(self) -> float:
        """What outputs are multiplied by from period to period: 1 + growth."""
        return 1.0 + self.growth


@checked_arguments()
def turnpike(economy: Economy | str | Path) -> Turnpike:
    """Return the balanced growth of an economy with capital, one technique per good and no resource that binds.

    Targets, limits, resources and the stocks there are at the start are set aside: they say what is wanted and how far
    growth can go on, not how fast it can be. Where parts of an economy could grow by themselves at different rates, it
    is the rate of the slowest of those that tie up capital made by themselves.

    Parameters
    ----------
    economy : an economy or a model's name; its capital is held by techniques or pooled.

    Raises
    ------
    CannotAnswerError : several techniques of one good or joint products (:func:`natura_opt.von_neumann_growth` takes
        these), investment that takes more than a period, coefficients that differ between periods, tables that this
        leaves out of account, no capital, or capital that no cycle of production needs to make itself.
    DataError : inputs and wear use up all that is made; or the rate could not be proved.

    >>> import natura_opt as no
    >>> e = no.build_economy(
    ...     goods=["corn"], inputs=[[0.3]], capital=[[2.0]], capital_pool=[1.0], pool_depreciation=[0.1], targets=[1.0]
    ... )
    >>> round(no.turnpike(e).growth, 12)  # (1 - .3 - .1 * 2) / 2
    0.25
    """
    given = economy if isinstance(economy, Economy) else read(economy)
    technology = technology_of(given, "balanced growth")
    makers = _one_each(given, technology)
    used_up = makers.per_output(technology.inputs) + makers.per_output(technology.worn)
    capital = makers.per_output(technology.capital)
    growth, outputs, prices = _perron(given, used_up, capital)
    least, most = _enclosed(given, sp.csr_array(used_up), sp.csr_array(capital), growth)
    levels = np.zeros(len(given.techniques))
    levels[makers.technique] = outputs / makers.amount
    tied_up = sp.coo_array(technology.capital @ sp.diags_array(levels))
    held = pd.MultiIndex.from_arrays(
        [given.goods[tied_up.row], given.techniques[tied_up.col]], names=["good", "technique"]
    )
    return Turnpike(
        growth=min(max(growth, least), most),
        least=least,
        most=most,
        outputs=pd.Series(outputs, given.goods, name="outputs"),
        activities=pd.Series(levels, given.techniques, name="activities"),
        stocks=pd.Series(tied_up.data, held, name="stocks"),
        prices=pd.Series(prices, given.goods, name="prices"),
    )


def _one_each(economy: Economy, technology: Technology) -> Makers:
    """Return who makes what, where every good is made by one technique and every technique makes one good."""
    makers = Makers.of(technology.outputs)
    instead = "natura_opt.von_neumann_growth takes several techniques of a good, and joint products"
    if len(makers.contested):
        goods = listed(economy.goods[makers.contested])
        raise CannotAnswerError(f"{economy.name}: several techniques make {goods}; {instead}")
    if len(makers.joint):
        raise CannotAnswerError(
            f"{economy.name}: {listed(economy.techniques[makers.joint])} have joint products; {instead}"
        )
    unmade = economy.goods[makers.per_good == 0]
    if len(unmade):
        raise CannotAnswerError(f"{economy.name}: no technique makes {listed(unmade)}, so it cannot grow; leave it out")
    return makers


@blas_on_one_core
def _perron(economy: Economy, used_up: Any, capital: Any) -> tuple[float, Floats, Floats]:
    """Return the rate, the outputs and the prices, as doubles find them."""
    net = np.eye(used_up.shape[0]) - used_up.toarray()
    found = judge_productivity(used_up)
    if not found.productive:
        raise DataError(
            f"{economy.name}: inputs and wear use up all that is made in the block {listed(economy.goods[found.block])}"
            f" (spectral radius {found.radius:.6g}), so nothing is left to grow by; lower inputs or depreciation"
        )
    _, part = connected_components(sp.csr_array(used_up + capital), connection="strong")
    held = sp.coo_array(capital)
    if not (part[held.row] == part[held.col])[held.data > 0].any():
        raise CannotAnswerError(
            f"{economy.name}: no good needs capital that it helps to make, so no rate limits its growth; look at the "
            "table 'capital'"
        )
    units = _even_units(used_up + capital)
    net, tied_up = (table * units / units[:, np.newaxis] for table in (net, capital.toarray()))
    values, left, right = cast(tuple[Any, Any, Any], eig(np.linalg.solve(net, tied_up), left=True))
    radius = float(np.abs(values).max(initial=0.0))
    place = int(np.argmin(np.abs(values - radius)))
    outputs = _positive(right[:, place]) * units
    prices = _positive(np.linalg.solve(net.T, _positive(left[:, place]))) / units
    return 1.0 / radius, outputs / outputs.max(), prices / prices.max()


def _even_units(coefficients: Any) -> Floats:
    """Return units of the goods, powers of two, in which coefficients are of more equal size: what is rounding beside
    the largest part of a vector is so in any units only there."""
    _, (units, _) = matrix_balance(coefficients.toarray(), permute=False, separate=True)
    return np.asarray(units, dtype=np.float64)


def _positive(vector: Any) -> Floats:
    """Return a Perron vector with its largest part one, what is rounding set to zero."""
    real = np.real(vector / vector[np.argmax(np.abs(vector))])
    shares: Floats = np.where(real > _NOISE, real, 0.0) / real.max()
    return shares


def _enclosed(economy: Economy, used_up: Any, capital: Any, growth: float) -> tuple[float, float]:
    """Return bounds of the rate, each proved by a verdict on ``A + D + g C``, as near as they can be had."""
    for width in _WIDTHS:
        low, high = growth * (1.0 - width), growth * (1.0 + width)
        below = sp.csr_array((used_up + low * capital) * (1.0 + _FORMED))
        above = sp.csr_array((used_up + high * capital) * (1.0 - _FORMED))
        if judge_productivity(below).productive is True and judge_productivity(above).productive is False:
            return low, high
    raise DataError(
        f"{economy.name}: the rate of balanced growth, about {growth:.6g}, could not be proved to {_WIDTHS[-1]:g}; "
        "write the tables in units in which their numbers are of more equal size"
    )

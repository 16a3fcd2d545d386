"""A priced economy in its own units: whatever the user counts goods and limits in, coefficients are of one size.

All units are powers of two, so that nothing is rounded on the way in or out; only what there is of a limit becomes one
of it. What doubles cannot hold even so is refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.errors import QuestionError
from ...input_output.balance import exponents_of_links
from .priced_economy import PricedEconomy

#: Below this, doubles have no longer all their digits.
_NORMAL = float(np.finfo(np.float64).tiny)
#: Coefficients between this and its inverse are of one size already; rows that are rescaled at a time.
_ALIKE, _PIECE = 2.0**-20, 1 << 18


@dataclass(frozen=True, eq=False)
class OwnUnits:
    """The numbers of a priced economy, rescaled.

    Attributes
    ----------
    laid : the economy as it stands.
    inputs, use : csr, per unit made; use of all that there is of each scarce thing.
    wanted : the assortment, its largest good about one.
    goods : exponents: one of our units is ``2**goods`` of the user's.
    assortment : exponent: one of our assortments is ``2**assortment`` of the user's.
    """

    laid: PricedEconomy
    inputs: Any
    use: Any
    wanted: Floats
    goods: Any
    assortment: int

    def outputs(self, outputs: Floats) -> Floats:
        """Return outputs in the user's units, per assortment of ours."""
        return self._held(outputs, self.goods, "the outputs of the plan")

    def good_prices(self, prices: Floats) -> Floats:
        """Return prices per unit of the user's at which an assortment of the user's costs what one of ours did."""
        return self._held(prices, self.assortment - self.goods, "prices of goods")

    def scarce_prices(self, shares: Floats) -> Floats:
        """Return prices of what is scarce per unit of the user's, from the worth of all there is of it."""
        parts, powers = np.frexp(self.laid.amounts)
        return self._held(shares / parts, self.assortment - powers, "prices of resources", least=0.0)

    def mixed(self, amounts: Floats) -> Floats:
        """Return assortments made by each plan of a mix, as the user counts them."""
        return np.array([self.assortments(amount) for amount in amounts])

    def assortments(self, number: float) -> float:
        """Return a number of our assortments as one of the user's."""
        if not np.isfinite(number):
            return number
        return float(self._held(np.array([number]), self.assortment, "the number of assortments")[0])

    def told(self, number: float, fixed: bool) -> float:
        """Return a number of our assortments, or of fixed demand the cost of one, as the user counts."""
        if not fixed:
            return self.assortments(number)
        if not np.isfinite(number):
            return number
        return float(self._held(np.array([number]), -self.assortment, "the cost of the plan")[0])

    def _held(self, given: Floats, powers: Any, what: str, least: float = _NORMAL) -> Floats:
        """Return ``given * 2**powers``; refuse what overflows, or loses digits below the smallest normal double."""
        with np.errstate(over="ignore", under="ignore"):
            values: Floats = np.ldexp(given, powers)
        if not np.isfinite(values).all() or (values[given > 0] < least).any():
            raise QuestionError(
                f"{self.laid.economy.name}: {what} would lie outside what double precision holds (2e-308 to 2e308); "
                "state targets, limits and goods in other units"
            )
        return values


def in_own_units(laid: PricedEconomy) -> OwnUnits:
    """Rescale a priced economy.

    Raises
    ------
    QuestionError : numbers are so far apart that doubles cannot hold them in any units; the cell is named.
    """
    goods = _exponents(laid)
    inputs = _in_units(laid, laid.inputs, goods, goods, "inputs") if goods.any() else laid.inputs
    parts, powers = np.frexp(laid.amounts)
    use = _in_units(laid, laid.use, goods, powers, "use", parts)
    shares, weights = np.frexp(laid.wanted)
    weights = np.where(laid.wanted > 0, weights - goods, -(2**30))
    assortment = -int(weights.max())
    with np.errstate(under="ignore"):
        wanted = np.ldexp(shares, np.maximum(weights + assortment, -5000))
    lost = np.flatnonzero((laid.wanted > 0) & (wanted < _NORMAL))
    if len(lost):
        raise QuestionError(
            f"{laid.economy.name}: the target of {str(laid.economy.goods[laid.goods[lost[0]]])!r}, "
            f"{laid.wanted[lost[0]]:g}, is so small beside the others that double precision cannot plan both; leave it "
            "out, or solve it with another method"
        )
    return OwnUnits(laid, inputs, use, wanted, goods, assortment)


def _exponents(laid: PricedEconomy) -> Any:
    """Return the exponents that bring coefficients to one size; zeros where they are of about one size as they are."""
    count = len(laid.goods)
    if _of_one_size(laid.inputs.data) and _of_one_size(laid.use.data):
        return np.zeros(count, dtype=np.int64)
    inputs, use = sp.coo_array(laid.inputs), sp.coo_array(laid.use)
    with np.errstate(divide="ignore"):
        sizes = np.concatenate([np.log2(inputs.data), np.log2(use.data) - np.log2(laid.amounts)[use.col]])
    rows = np.concatenate([laid.made_good[inputs.row], laid.made_good[use.row]])
    columns = np.concatenate([inputs.col, np.full(use.nnz, count)])  # all that is scarce is counted as value
    real = np.isfinite(sizes) & (rows != columns)
    levels = exponents_of_links(rows[real], columns[real], sizes[real], count + 1)
    return levels[count] - levels[:count]


def _of_one_size(numbers: Floats) -> bool:
    return not len(numbers) or bool(numbers.min() >= _ALIKE and numbers.max() <= 1.0 / _ALIKE)


def _in_units(laid: PricedEconomy, table: Any, goods: Any, of_columns: Any, name: str, parts: Any = None) -> Any:
    """Return coefficients per unit of ours: times ``2**(goods - of_columns)``, over ``parts`` of columns if given.

    Raises
    ------
    QuestionError : an entry vanishes beside the others, or towers above them, beyond what a double holds.
    """
    scaled = np.array(table.data)
    for start in range(0, table.shape[0], _PIECE):
        stop = min(start + _PIECE, table.shape[0])
        span = slice(int(table.indptr[start]), int(table.indptr[stop]))
        columns = table.indices[span]
        entries, scales = np.frexp(scaled[span])
        exponents = scales - of_columns[columns]
        exponents += np.repeat(goods[laid.made_good[start:stop]], np.diff(table.indptr[start : stop + 1]))
        with np.errstate(over="ignore", under="ignore"):
            scaled[span] = np.ldexp(entries if parts is None else entries / parts[columns], exponents)
    lost = np.flatnonzero((table.data > 0) & ~((scaled >= _NORMAL) & (scaled <= 1.0 / _NORMAL)))
    if len(lost):
        _refuse_lost(laid, table, int(lost[0]), name)
    return sp.csr_array((scaled, table.indices, table.indptr), shape=table.shape)


def _refuse_lost(laid: PricedEconomy, table: Any, entry: int, name: str) -> None:
    row = int(np.searchsorted(table.indptr, entry, side="right")) - 1
    column, technique = int(table.indices[entry]), int(laid.techniques[row])
    who = "taking it from the store" if technique < 0 else f"technique {str(laid.economy.techniques[technique])!r}"
    what = f"of {str(laid.economy.goods[laid.goods[column]])!r}" if name == "inputs" else "of what is limited"
    raise QuestionError(
        f"{laid.economy.name}: {who} uses {float(table.data[entry]):g} {what} per unit made, which beside the other "
        "numbers is beyond what double precision holds; correct it, or leave it out"
    )

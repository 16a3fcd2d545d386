r"""How prices answer a shortage where every industry can shift between techniques: a system in prices, by steps.

Near a central plan the outputs of techniques answer their margins, ``dq = H^-1 B' dp``, where B is output less input;
a shortage of goods b needs prices with ``B H^-1 B' dp = b``. With the techniques of each good taken together, in the
proportions in which they would expand, this is two systems of one technique each and what lies between techniques:

.. math::  B H^{-1} B' = (I - \bar A') \, D \, (I - \bar A) + \text{(substitution)}

so conjugate gradients are led by the first part, each system by a few rounds of production, and the goods that no
technique can expand by the second: D is enlarged by what users free when they switch.
"""

from __future__ import annotations

import numpy as np

from ...base.arrays import Floats
from .columns_of_products import ProductsByColumn
from .own_limits import Bend

#: Rounds of production that stand for a Leontief system while conjugate gradients are led.
_ROUNDS = 4


class Substitution:
    """The system ``B H^-1 B' dp = b`` at one point of the path.

    Parameters
    ----------
    table : the techniques. bend : how their outputs answer margins (H^-1).
    """

    def __init__(self, table: ProductsByColumn, bend: Bend) -> None:
        self._table, self._bend = table, bend
        expansion = bend.answer(np.ones(len(table.good)))
        supply = table.by_good(expansion)
        self._shares = expansion / supply[table.good]
        self._slopes = supply + table.spread(expansion)

    def times(self, prices: Floats) -> Floats:
        """Return the outputs less inputs that answer changes of prices, by column."""
        return self._table.net(self._bend.answer(self._table.margins(prices)))

    def led(self, shortages: Floats) -> Floats:
        """Return roughly the prices that answer shortages, by column."""
        outputs = shortages
        for _ in range(_ROUNDS):
            outputs = shortages + self._table.needs(self._shares[:, None] * outputs[self._table.good])
        margins = outputs / self._slopes[:, None]
        prices = margins
        for _ in range(_ROUNDS):
            prices = margins + self._table.mean_costs(self._shares, prices)
        return prices

    def solve(self, shortages: Floats, floors: Floats, most: int) -> tuple[Floats, int]:
        """Solve for the prices, column by column, by conjugate gradients.

        Parameters
        ----------
        shortages : right-hand sides, shape (goods, columns).
        floors : what is left over of each column, as led, squared and weighted, is to fall below this.
        most : steps allowed.

        Returns
        -------
        The prices, shape (goods, columns), and the steps taken.
        """
        answer = np.zeros_like(shortages)
        open_ = np.arange(shortages.shape[1])
        found, left = answer.copy(), shortages.copy()
        led = self.led(left)
        way, size = led.copy(), np.einsum("ij,ij->j", left, led)
        for step in range(most):
            going = size > floors[open_]
            if not going.all():
                answer[:, open_[~going]] = found[:, ~going]
                open_ = open_[going]
                if not len(open_):
                    return answer, step
                found, left, way, size = found[:, going], left[:, going], way[:, going], size[going]
            moved = self.times(way)
            curved = np.einsum("ij,ij->j", way, moved)
            along = np.where(curved > 0, size / np.where(curved > 0, curved, 1.0), 0.0)
            found, left = found + along * way, left - along * moved
            led = self.led(left)
            now = np.einsum("ij,ij->j", left, led)
            way, size = led + now / size * way, now
        answer[:, open_] = found
        return answer, most

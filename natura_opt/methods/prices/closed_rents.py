r"""What a point near the optimum proves: a plan that can be carried out, and a number no plan exceeds.

*Prices.* Any prices p of goods and w of what industries share prove a bound, since each industry's rents can be chosen
afterwards: as much as its techniques earn, and no more. With ``U w >= B' p`` for every technique no plan makes more
than ``sum w / p g`` assortments.

*Plans.* Any shares of techniques in the output of their good make a plan: outputs follow, and the tightest limit says
how many assortments it makes. Both are directed against rounding, as in :mod:`.cheapest`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...input_output.directed import TINY
from ...input_output.positive_system import positive_solution
from .columns_of_products import ProductsByColumn
from .own_limits import OwnLimits

_EPS = float(np.finfo(np.float64).eps)
#: By how much a price that no rent can support is lowered below the cost, and how often, before it is given up.
_BELOW, _TIMES = 1e-9, 500
#: Rounds in which what a limit has no room for is given to a good's other techniques.
_SHIFTS = 2


class Bound(NamedTuple):
    """No plan makes more than ``number`` assortments, as these prices of goods and limits show."""

    number: float
    prices: Floats
    scarcity: Floats


class Makes(NamedTuple):
    """A plan: outputs of techniques that make ``number`` assortments."""

    number: float
    outputs: Floats


class Proofs:
    """Bounds and plans of one technique table.

    Parameters
    ----------
    table : the techniques. limits : one unit of each thing scarce. wanted : one assortment.
    slack : what plans may exceed their needs by, as a share.
    """

    def __init__(self, table: ProductsByColumn, limits: OwnLimits, wanted: Floats, slack: float) -> None:
        self._table, self._limits, self._wanted = table, limits, wanted
        longest = max(table.longest, int(np.diff(limits.use.indptr).max(initial=0)), int(limits.most_users))
        self._rounding = (2 * longest + 16) * _EPS
        self._least = (2 * longest + 4) * TINY
        self._slack = max(slack, 64 * self._rounding)
        self._outputs = wanted.copy()

    def bound(self, prices: Floats, scarcity: Floats) -> Bound:
        """Close prices with rents; without a bound (infinite) where no rent supports them."""
        limits, good = self._limits, self._table.good
        kept = np.where(limits.is_local, 0.0, np.maximum(scarcity, 0.0))
        paid = limits.costs(kept)
        lowered = np.maximum(prices, 0.0)
        for _ in range(_TIMES):
            spent = lowered[good] - self._table.margins(lowered) + paid
            surely = np.maximum((1.0 - 4 * self._rounding) * spent - 4 * self._rounding * lowered[good], 0.0)
            missing = np.maximum((1.0 + 4 * _EPS) * lowered[good] - np.maximum(surely - self._least, 0.0), 0.0)
            alone = np.where(limits.own < 0, surely - self._least, np.inf)
            most = np.maximum(np.minimum.reduceat(alone, self._table.first[:-1]), 0.0)
            if (lowered <= most).all():
                break
            lowered = np.where(lowered > most, (1.0 - _BELOW) * most, lowered)
        else:
            return Bound(np.inf, lowered, kept)
        rented = limits.own >= 0
        with np.errstate(over="ignore"):
            np.maximum.at(kept, limits.own[rented], (1.0 + 8 * _EPS) * missing[rented] / limits.own_use[rented])
        cost = float(lowered.astype(np.longdouble) @ self._wanted.astype(np.longdouble))
        worth = float(kept.astype(np.longdouble).sum())
        number = (1.0 + 8 * _EPS) * worth / cost if cost > 0 else np.inf
        return Bound(number if np.isfinite(number) else np.inf, lowered, kept)

    def plan(self, outputs: Floats, number: float) -> Makes:
        """Make a plan of the proportions of outputs, as it stands and with what has no room shifted; the better one.

        Parameters
        ----------
        number : of assortments that outputs are about.
        """
        best = self._made(outputs)
        made = best
        most = np.where(self._limits.own >= 0, 1.0 / np.maximum(self._limits.own_use, 1e-300), np.inf)
        for _ in range(_SHIFTS):
            if not made.number > 0:
                break
            made = self._made(self._shifted(made.outputs * (number / made.number), most))
            best = max(best, made, key=lambda plan: plan.number)
        return best

    def _shifted(self, outputs: Floats, most: Floats) -> Floats:
        """Give what the own limits have no room for to the good's other techniques, as far as they have."""
        good, by_good = self._table.good, self._table.by_good
        kept = np.minimum(outputs, most)
        over = by_good(outputs - kept)
        room = np.where(np.isfinite(most), most - kept, outputs)
        open_ = by_good(room)
        taken = np.where(open_ > 0, np.minimum(over / np.where(open_ > 0, open_, 1.0), 1.0), 0.0)
        shifted: Floats = kept + taken[good] * room
        return shifted

    def _made(self, outputs: Floats) -> Makes:
        total = self._table.by_good(outputs)[self._table.good]
        shares = np.where(total > 0, outputs / np.where(total > 0, total, 1.0), 0.0)
        found = self.outputs(shares, self._wanted, self._outputs)
        if found is None:
            return Makes(0.0, outputs)
        self._outputs = found
        made = shares * found[self._table.good]
        used = float(self._limits.used(made).max(initial=0.0)) * (1.0 + self._rounding)
        number = 1.0 / used if used > 0 else 0.0
        return Makes(number, number * made)

    def outputs(self, shares: Floats, wanted: Floats, start: Floats) -> Floats | None:
        """Return outputs of goods that leave ``wanted`` over where techniques have these shares; None if none do."""
        grown, good = 1.0 + self._slack, self._table.good
        return positive_solution(
            lambda q: grown * self._table.needs(shares * q[good]),
            lambda: grown * self._mean(shares).T,
            grown * wanted,
            start,
            self._slack / 4,
        )

    def costs(self, shares: Floats, paid: Floats, start: Floats) -> Floats | None:
        """Return about what goods cost where techniques have these shares and pay so much for what is scarce."""
        return positive_solution(
            lambda p: self._table.mean_costs(shares, p),
            lambda: self._mean(shares),
            self._table.by_good(shares * paid),
            start,
            1e-6,
        )

    def _mean(self, shares: Floats) -> sp.csr_array:
        size = len(self._table.good)
        rows = sp.csr_array((shares, (self._table.good, np.arange(size))), shape=(len(self._wanted), size))
        return sp.csr_array(rows @ self._table.matrix)

"""An economy's numbers as a careful user of any modelling package would lay them out first: numpy and scipy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

import natura_opt as no


@dataclass(frozen=True, eq=False)
class Tables:
    """The numbers of an n-year plan with one technique per good and capital held by techniques.

    Attributes
    ----------
    net : csr, what a unit of activity makes less what it uses, shape (n, n).
    labour : labour per unit of activity, shape (n,). available : labour per period, shape (periods,).
    targets : shape (n, periods).
    held, holder : positions of the good and technique of each holding. tied : capital per unit of activity.
    lasts : share of a holding that lasts a period. initial : stock at the start.
    """

    net: sp.csr_array
    labour: np.ndarray
    available: np.ndarray
    targets: np.ndarray
    held: np.ndarray
    holder: np.ndarray
    tied: np.ndarray
    lasts: np.ndarray
    initial: np.ndarray

    @property
    def goods(self) -> int:
        """Number of goods."""
        return self.targets.shape[0]

    @property
    def periods(self) -> int:
        """Number of periods."""
        return self.targets.shape[1]

    @property
    def holdings(self) -> int:
        """Number of holdings of capital."""
        return len(self.held)

    @property
    def to_goods(self) -> sp.csr_array:
        """Which good each holding is made of: ones, shape (n, holdings)."""
        places = (self.held, np.arange(self.holdings))
        return sp.csr_array((np.ones(self.holdings), places), shape=(self.goods, self.holdings))


def tables_of(economy: no.Economy) -> Tables:
    """Lay the economy's tables out as arrays."""
    capital = sp.coo_array(economy.matrix("capital", 0))
    pairs = (capital.row, capital.col)
    years = range(len(economy.periods))
    return Tables(
        net=sp.csr_array(economy.matrix("outputs", 0) - economy.matrix("inputs", 0)),
        labour=economy.matrix("resource_use", 0).toarray()[0],
        available=np.array([economy.vector("resource_limits", t)[0] for t in years]),
        targets=np.column_stack([economy.vector("targets", t) for t in years]),
        held=capital.row,
        holder=capital.col,
        tied=capital.data,
        lasts=1.0 - np.asarray(economy.matrix("depreciation", 0)[pairs]).ravel(),
        initial=np.asarray(economy.matrix("initial_capital", 0)[pairs]).ravel(),
    )

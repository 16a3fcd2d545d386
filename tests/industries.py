"""Small technique tables with limits of their own and shared ones, beside the dense arrays they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from natura_opt.methods.prices.columns_of_products import ProductsByColumn
from natura_opt.methods.prices.own_limits import OwnLimits


@dataclass(frozen=True)
class Industries:
    """Inputs per unit made, shape (techniques, goods), and use of limits of one unit each, both dense."""

    inputs: Any
    use: Any
    first: Any
    wanted: Any

    @property
    def good(self) -> Any:
        """Which good each technique makes."""
        return np.repeat(np.arange(len(self.wanted)), np.diff(self.first))

    @property
    def net(self) -> Any:
        """B, shape (goods, techniques): output less input per unit made."""
        return np.eye(len(self.wanted))[:, self.good] - self.inputs.T

    @property
    def table(self) -> ProductsByColumn:
        """A fresh table with no passes."""
        return ProductsByColumn(sp.csr_array(self.inputs), self.first)

    @property
    def limits(self) -> OwnLimits:
        """The limits, told apart."""
        return OwnLimits(sp.csr_array(self.use), self.good)

    def optimum(self) -> tuple[float, Any, Any, Any]:
        """Assortments, outputs, prices of goods and of limits, by linear programming of the dense arrays."""
        techniques, things = self.use.shape
        rows = np.vstack(
            [
                np.hstack([-self.net, self.wanted[:, None]]),
                np.hstack([self.use.T, np.zeros((things, 1))]),
            ]
        )
        right = np.concatenate([np.zeros(len(self.wanted)), np.ones(things)])
        found = linprog(np.append(np.zeros(techniques), -1.0), rows, right, method="highs")
        assert found.status == 0
        dual = -found.ineqlin.marginals
        return float(-found.fun), found.x[:-1], dual[: len(self.wanted)], dual[len(self.wanted) :]


def drawn(seed: int, goods: int = 12, most: int = 4, shared: int = 2) -> Industries:
    """Draw an economy: every technique has a capacity, some industries one for several techniques, a few all share."""
    rng = np.random.default_rng(seed)
    ways = rng.integers(1, most + 1, goods)
    first = np.concatenate([[0], np.cumsum(ways)])
    good = np.repeat(np.arange(goods), ways)
    inputs = np.where(rng.random((len(good), goods)) < 0.3, rng.lognormal(0.0, 1.0, (len(good), goods)), 0.0)
    inputs *= rng.uniform(0.4, 0.8) / max(inputs.sum(axis=1).max(), 1e-9)
    each = np.diag(rng.uniform(0.05, 0.5, len(good)))
    tied = (good[:, None] == np.flatnonzero(rng.random(goods) < 0.4)) * rng.uniform(0.02, 0.3, (len(good), 1))
    several = rng.uniform(0.01, 0.1, (len(good), shared))
    use = np.hstack([each, tied, several])[:, rng.permutation(len(good) + tied.shape[1] + shared)]
    return Industries(inputs, use, first, rng.uniform(0.2, 1.0, goods))


def exactly(values: Any) -> list[Fraction]:
    """Return doubles as the fractions they are."""
    return [Fraction(float(value)) for value in values]


def exact_product(matrix: Any, vector: Any) -> list[Fraction]:
    """Return a dense product without any rounding."""
    other = exactly(vector)
    return [sum((Fraction(float(a)) * x for a, x in zip(row, other, strict=True) if a), Fraction(0)) for row in matrix]

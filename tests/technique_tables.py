"""Random technique tables for the tests of price coordination, and the dense matrices they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from natura_opt.methods.prices.technique_table import Shares, TechniqueTable


@dataclass
class Drawn:
    """A table, and all it is made of as dense arrays."""

    rng: np.random.Generator
    inputs: np.ndarray
    use: np.ndarray
    first: np.ndarray
    rows: np.ndarray

    @property
    def table(self) -> TechniqueTable:
        """A fresh table with no passes."""
        return TechniqueTable(sp.csr_array(self.inputs), sp.csr_array(self.use), self.first, self.rows)

    def ways(self, good: int) -> Any:
        """The techniques of a good."""
        return self.rows[self.first[good] : self.first[good + 1]]

    def shares(self) -> Shares:
        """Mix the techniques of every good at random; some with one technique only."""
        begins, used, shares = [0], [], []
        for good in range(len(self.first) - 1):
            ways = self.rng.permutation(self.ways(good))[: self.rng.integers(1, len(self.ways(good)) + 1)]
            amounts = self.rng.uniform(0.1, 1.0, len(ways))
            used += ways.tolist()
            shares += (amounts / amounts.sum()).tolist()
            begins.append(len(used))
        return Shares(np.array(begins), np.array(used), np.array(shares))

    def chosen(self) -> np.ndarray:
        """One technique of every good, at random."""
        return np.array([self.rng.choice(self.ways(good)) for good in range(len(self.first) - 1)])

    def mixed(self, shares: Shares, matrix: np.ndarray) -> np.ndarray:
        """The rows of a dense matrix mixed by shares."""
        out = np.zeros((len(shares.begins) - 1, matrix.shape[1]))
        for place, (row, share) in enumerate(zip(shares.used, shares.shares, strict=True)):
            out[shares.goods[place]] += share * matrix[row]
        return out


def drawn(
    seed: int, goods: int = 30, density: float = 0.3, things: int = 3, most: int = 4, radius: float = 0.8
) -> Drawn:
    """Return a table with rows permuted, rows of zeros, goods nobody uses, and row sums below ``radius``."""
    rng = np.random.default_rng(seed)
    ways = rng.integers(1, most + 1, goods)
    count = int(ways.sum())
    inputs = np.where(rng.random((count, goods)) < density, rng.lognormal(0.0, 1.0, (count, goods)), 0.0)
    inputs[:, rng.random(goods) < 0.1] = 0.0
    inputs[rng.random(count) < 0.1] = 0.0
    inputs *= radius / max(inputs.sum(axis=1).max(initial=0.0), 1e-300)
    use = np.where(rng.random((count, things)) < 0.6, rng.uniform(0.1, 2.0, (count, things)), 0.0)
    return Drawn(rng, inputs, use, np.concatenate([[0], np.cumsum(ways)]), rng.permutation(count))


#: Sizes on both sides of where a second core is woken (20,000 coefficients).
SERIAL = {"goods": 30}
PARALLEL = {"goods": 160, "density": 0.7}

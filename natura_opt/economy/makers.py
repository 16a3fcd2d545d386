"""Who makes what: the one reading of a table of outputs, for all who need each good's techniques or each's product."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats

Places = npt.NDArray[np.int64]
#: Where there is none.
NONE = -1


@dataclass(frozen=True, eq=False)
class Makers:
    """The techniques of goods and the products of techniques, of one table of outputs; entries of zero make nothing.

    Attributes
    ----------
    outputs : goods x techniques, csr without zeros.
    """

    outputs: Any

    @classmethod
    def of(cls, outputs: Any) -> Makers:
        """Read a table of outputs, goods x techniques."""
        matrix = sp.csr_array(outputs, copy=True)
        matrix.eliminate_zeros()
        return cls(matrix)

    @cached_property
    def per_good(self) -> Any:
        """Techniques that make each good, shape (goods,)."""
        return np.diff(self.outputs.indptr)

    @cached_property
    def per_technique(self) -> Any:
        """Goods that each technique makes, shape (techniques,)."""
        return np.bincount(self.outputs.indices, minlength=self.outputs.shape[1])

    @property
    def technique(self) -> Any:
        """Position of the technique of each good that is made, in the order of the goods, where each has just one."""
        return self.outputs.indices

    @property
    def amount(self) -> Floats:
        """What a unit of that technique's activity makes of it."""
        amounts: Floats = self.outputs.data
        return amounts

    @cached_property
    def made(self) -> Any:
        """Positions of the goods that some technique makes."""
        return np.flatnonzero(self.per_good)

    @cached_property
    def joint(self) -> Any:
        """Positions of the techniques that make several goods."""
        return np.flatnonzero(self.per_technique > 1)

    @cached_property
    def contested(self) -> Any:
        """Positions of the goods that several techniques make."""
        return np.flatnonzero(self.per_good > 1)

    @cached_property
    def product(self) -> tuple[Places, Floats]:
        """The good that each technique makes, and how much per unit of activity; -1 and 0 where it makes nothing.

        Of joint products it is the one with the highest position; ``joint`` says who has any.
        """
        goods, amounts = np.full(self.outputs.shape[1], NONE), np.zeros(self.outputs.shape[1])
        rows = np.repeat(np.arange(self.outputs.shape[0]), self.per_good)
        goods[self.outputs.indices], amounts[self.outputs.indices] = rows, self.outputs.data
        return goods, amounts

    def per_output(self, matrix: Any) -> Any:
        """Return columns of techniques as columns of the goods that are made, per unit made; copied only if need be."""
        in_order = np.array_equal(self.technique, np.arange(matrix.shape[1]))
        ordered = matrix if in_order else sp.csc_array(matrix)[:, self.technique]
        return ordered if (self.amount == 1.0).all() else ordered @ sp.diags_array(1.0 / self.amount)

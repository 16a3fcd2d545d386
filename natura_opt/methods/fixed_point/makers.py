"""Who makes what, where every good has one technique and every technique one good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats


@dataclass(frozen=True, eq=False)
class Makers:
    """The techniques of goods, and whether there is one for each.

    Attributes
    ----------
    per_good : techniques that make each good, shape (goods,). per_technique : goods that each makes, (techniques,).
    technique, amount : position of each good's technique and what a unit of its activity makes, shape (goods,); only
        where all of those numbers are one.
    """

    per_good: Any
    per_technique: Any
    technique: Any
    amount: Floats

    @classmethod
    def of(cls, outputs: Any) -> Makers:
        """Read a table of outputs, goods x techniques; entries of zero make nothing."""
        made = sp.csr_array(outputs, copy=True)
        made.eliminate_zeros()
        per_technique = np.bincount(made.indices, minlength=made.shape[1])
        return cls(np.diff(made.indptr), per_technique, made.indices, made.data)

    def per_output(self, matrix: Any) -> Any:
        """Return columns of techniques as columns of goods, per unit made; copied only if need be."""
        in_order = np.array_equal(self.technique, np.arange(matrix.shape[1]))
        ordered = matrix if in_order else sp.csc_array(matrix)[:, self.technique]
        return ordered if (self.amount == 1.0).all() else ordered @ sp.diags_array(1.0 / self.amount)

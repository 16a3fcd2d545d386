"""How an iterative method came along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..proof.certificate import Certificate
from ..proof.concave_gap import proves_bound

#: Called with (activity levels, investment or None, passes so far, largest shortage) as an algorithm goes on.
Watch = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64] | None, float, float], None]


@dataclass(frozen=True)
class TracePoint:
    """How far a method had come.

    Attributes
    ----------
    passes : over the data so far.
    attained : harmony less damage of the plan then at hand, recomputed; a plan may still break a law, by ``residual``.
    bound : the most that any plan can attain, as then proved; infinite where nothing was.
    residual : largest relative violation of a law by the plan at hand.
    """

    passes: int
    attained: float
    bound: float
    residual: float

    @classmethod
    def of(cls, passes: int, certificate: Certificate) -> TracePoint:
        """Return what the recomputed proof of the point at hand says."""
        bound = certificate.dual_objective if proves_bound(certificate) else float("inf")
        return cls(passes, certificate.objective, bound, certificate.primal_residual)

    def lawful(self, tolerance: float) -> bool:
        """Whether the plan at hand keeps every law to a tolerance: only then is its harmony attained."""
        return self.residual <= tolerance

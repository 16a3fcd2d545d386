"""What a fitted curve keeps of the samples it was fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..base.arrays import Floats

#: How samples become a curve: through their means, never falling, or of one curvature.
Fit = Literal["free", "isotonic", "convex", "concave"]


@dataclass(frozen=True, eq=False)
class Observed:
    """Samples, and how far the fitted curve is from each.

    Attributes
    ----------
    quantities : scale of each sample, in the technique's unit, shape (samples,).
    totals : what was needed in all, in the unit of what is needed, shape (samples,).
    residuals : what was needed beyond the fitted curve, same unit and shape.
    how : how the curve was fitted.
    """

    quantities: Floats
    totals: Floats
    residuals: Floats
    how: Fit

    @property
    def number(self) -> int:
        """Number of samples."""
        return len(self.totals)

    @property
    def root_mean_square(self) -> float:
        """Root of the mean squared residual, in the unit of what is needed."""
        largest = float(np.max(np.abs(self.residuals), initial=0.0))
        return largest * float(np.sqrt(np.mean((self.residuals / largest) ** 2))) if largest > 0.0 else 0.0

"""Curves fitted to observed samples of a scale and what it needed, by least squares, through the origin.

The fitted curve is the true one from then on: a plan is judged by it, and how far the samples are from it is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import numpy as np
from scipy.optimize import nnls

from ..base.arrays import Floats
from ..base.errors import DataError, unknown
from .curve import Beyond, Curve
from .making import curve_through, number_columns
from .observed import Fit, Observed


def fitted_curve(quantities: Any, totals: Any, how: Fit, beyond: Beyond = "error") -> Curve:
    """Return the curve fitted to samples, with its residuals; scales may repeat and need no order.

    Parameters
    ----------
    quantities : scale of each sample, in the technique's unit, shape (samples,).
    totals : what was needed in all, in the unit of what is needed, shape (samples,).
    how : ``"free"`` (through the mean at each scale), ``"isotonic"`` (never falling), ``"convex"`` or ``"concave"`` (of
        that curvature, and never falling).
    beyond : what holds beyond the largest scale.

    Raises
    ------
    DataError : samples that are no numbers, negative scales, no sample above scale 0, no such fit.

    >>> curve = fitted_curve([10, 10, 20], [4, 6, 8], "free")
    >>> curve.total([10, 20]).tolist(), curve.observed.residuals.tolist()
    ([5.0, 8.0], [-1.0, 1.0, 0.0])
    """
    if how not in get_args(Fit):
        raise DataError(f"how a curve is fitted: {unknown('fit', how, get_args(Fit))}")
    scales, needed = _samples(quantities, totals)
    points, of_sample = np.unique(np.concatenate([[0.0], scales]), return_inverse=True)
    of_sample = of_sample[1:]
    above = of_sample > 0
    counts = np.bincount(of_sample[above] - 1, minlength=len(points) - 1)
    size = float(np.abs(needed).max()) or 1.0
    means = np.bincount(of_sample[above] - 1, needed[above] / size, minlength=len(points) - 1) / counts
    if how == "free":
        levels, values = points, np.append(0.0, size * means)
    elif how == "isotonic":
        levels, values = points, np.append(0.0, size * _isotonic(points[1:], means, counts))
    else:
        levels, values = _curved(points / points[-1], means, counts, how)
        levels, values = points[levels.astype(int)], size * values
    curve = curve_through(levels, values, beyond)
    residuals = needed - curve.total(scales)
    return replace(curve, observed=Observed(scales, needed, residuals, how))


def _samples(quantities: Any, totals: Any) -> tuple[Floats, Floats]:
    scales, needed = number_columns("samples", scales=quantities, totals=totals)
    if len(scales) != len(needed):
        raise DataError(f"there are {len(scales)} scales and {len(needed)} totals of samples; a sample has one of each")
    bad = ~(np.isfinite(scales) & (scales >= 0.0) & np.isfinite(needed))
    if bad.any():
        k = int(np.argmax(bad))
        raise DataError(
            f"sample {k + 1} (scale {scales[k]:g}, total {needed[k]:g}): both are finite numbers, the scale from 0 up"
        )
    if not (scales > 0.0).any():
        raise DataError("no sample has a scale above 0; a curve is fitted to at least one")
    return scales, needed


def _isotonic(scales: Floats, means: Floats, counts: Any) -> Floats:
    """Return the nearest values that never fall and are not negative."""
    from sklearn.isotonic import IsotonicRegression  # it loads for a second: only who fits this way waits for it

    values: Floats = IsotonicRegression(y_min=0.0).fit_transform(scales, means, sample_weight=counts)
    return values


def _curved(points: Floats, means: Floats, counts: Any, how: Fit) -> tuple[Floats, Floats]:
    """Return positions of the points where the slope of the nearest such curve changes, and its values there.

    Its slopes are sums of changes that are not negative: from the left where it is convex, from the right where it is
    concave, the last slope being the first of them. A point where the slope does not change is left out.
    """
    widths = np.diff(points)
    order = np.tri(len(widths)) if how == "convex" else np.tri(len(widths)).T  # slopes = order @ changes
    matrix = np.cumsum(widths[:, None] * order, axis=0)
    weights = np.sqrt(counts)
    scale = np.linalg.norm(weights[:, None] * matrix, axis=0)
    changes, _ = nnls(weights[:, None] * matrix / scale, weights * means, maxiter=100 * len(widths) + 100)
    values = np.maximum.accumulate(np.append(0.0, matrix @ (changes / scale)))  # rounding never falls
    turning = changes > 0.0
    kept = np.append(True, turning[1:]) if how == "convex" else np.append(True, turning[:-1])
    positions = np.append(np.flatnonzero(kept), len(widths)).astype(float)
    return positions, values[positions.astype(int)]

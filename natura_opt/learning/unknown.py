r"""What reports leave unknown: between two of them the total of a curve lies in a box, or in a triangle.

Of a total that only rises (or only falls) two reports ``(b, T)`` and ``(b', T')`` say that between them it lies between
T and T'. Where it is known to be convex it lies below their chord and above the lines through the neighbouring reports;
where concave, above the chord and below those lines. What a plan counts on between reports is the chord.

How likely it is where in between: of a triangle, equally everywhere. A total that only rises is taken to rise from T to
T' as a Dirichlet process does (Ferguson 1973): at the share f of the way it is ``T + (T' - T) Beta(2f, 2(1 - f))``. So
the chord is what is expected, in the middle every total in the box is equally likely, and near a report the total is
near what was reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betainc

from ..curves.curve import Curve

#: What is known of a curve besides its reports.
Shape = Literal["rising", "convex", "concave"]
#: A quantity nearer than this share to a report is the report.
_AT_REPORT = 1e-9


@dataclass(frozen=True)
class Unknown:
    """What is not known of a curve's total at one quantity.

    Attributes
    ----------
    quantity : the activity it is about, in the technique's unit.
    counted : the total that the reports give there, by their chord.
    low, high : between which the total must lie.
    between : the two reported quantities around it.
    spread : the parameters (a, b) of the Beta distribution of its place between ``low`` and ``high``.
    """

    quantity: float
    counted: float
    low: float
    high: float
    between: tuple[float, float]
    spread: tuple[float, float] = (1.0, 1.0)

    @property
    def mean(self) -> float:
        """Expected total."""
        a, b = self.spread
        return self.low + (self.high - self.low) * a / (a + b)

    @property
    def error(self) -> float:
        """Expected distance of the total from what is counted on."""
        return 2.0 * self.shortfall(self.counted) + self.mean - self.counted

    def shortfall(self, threshold: float) -> float:
        """Return how far the total is expected to lie below a threshold, where it does: the mean of max(0, t − T)."""
        width = self.high - self.low
        if width <= 0.0:
            return max(threshold - self.low, 0.0)
        share = (threshold - self.low) / width
        inside = min(max(share, 0.0), 1.0)
        a, b = self.spread
        below = inside * betainc(a, b, inside) - a / (a + b) * betainc(a + 1.0, b, inside)
        return float(width * (below + max(share - 1.0, 0.0)))


def unknown_at(curve: Curve, quantity: float, shape: Shape) -> Unknown | None:
    """Return what is unknown of a curve at a quantity; None where it is reported, or known by a formula."""
    if not 0.0 < quantity <= curve.end:
        return None
    k = int(np.clip(np.searchsorted(curve.quantities, quantity, side="left") - 1, 0, curve.count - 1))
    start, stop = float(curve.quantities[k]), float(curve.quantities[k + 1])
    known = min(quantity - start, stop - quantity) <= _AT_REPORT * max(quantity, start)
    if known or curve.formulas[k] is not None:
        return None
    counted = float(curve.total(quantity))
    if not np.isfinite(stop):  # beyond the reports: the total is carried on, and may be off by as much again
        rise = abs(counted - float(curve.starts[k]))
        return Unknown(quantity, counted, counted - rise, counted + rise, (start, stop))
    low, high = sorted((float(curve.starts[k]), float(curve.ends[k])))
    if shape == "rising":
        share = (quantity - start) / (stop - start)
        share = share if curve.ends[k] >= curve.starts[k] else 1.0 - share
        return Unknown(quantity, counted, low, high, (start, stop), (2.0 * share, 2.0 * (1.0 - share)))
    lines = list(_lines_beside(curve, k, quantity))
    if shape == "convex":
        low, high = max([low, *lines]), counted
    else:
        low, high = counted, min([high, *lines])
    return Unknown(quantity, counted, min(low, counted), max(high, counted), (start, stop))


def _lines_beside(curve: Curve, k: int, quantity: float) -> Iterator[float]:
    """Return the lines through the pieces before and after, carried on to a quantity of piece k."""
    if k > 0 and curve.jumps[k] == 0.0 and curve.formulas[k - 1] is None:
        yield float(curve.starts[k] + curve.slopes[k - 1] * (quantity - curve.quantities[k]))
    after = k + 1
    if after < curve.count and curve.jumps[after] == 0.0 and curve.formulas[after] is None:
        yield float(curve.ends[k] - curve.slopes[after] * (curve.quantities[after] - quantity))


def most_unknown(curve: Curve, most: float, shape: Shape) -> Iterator[Unknown]:
    """Return the least known point up to ``most`` of each stretch between two reports that begins below it."""
    for k in range(curve.count):
        start, stop = float(curve.quantities[k]), min(float(curve.quantities[k + 1]), most)
        if not start < stop < np.inf:
            continue
        points = [0.5 * (start + stop), stop]
        if shape != "rising":
            points += [tip for tip in _corners(curve, k) if tip <= most]
        found = [one for one in (unknown_at(curve, point, shape) for point in points) if one is not None]
        if found:
            yield max(found, key=lambda one: one.high - one.low)


def _corners(curve: Curve, k: int) -> list[float]:
    """Return where the lines through the pieces before and after meet inside piece k: the tip of the triangle."""
    if k == 0 or k + 1 >= curve.count or curve.slopes[k - 1] == curve.slopes[k + 1]:
        return []
    before, after = float(curve.slopes[k - 1]), float(curve.slopes[k + 1])
    start, stop = float(curve.quantities[k]), float(curve.quantities[k + 1])
    tip = (float(curve.ends[k]) - after * stop - float(curve.starts[k]) + before * start) / (before - after)
    return [tip] if start < tip < stop else []

"""Curves for tests: by formula, of random straight pieces, and the papers' three factories."""

from __future__ import annotations

import numpy as np

from natura_opt.curves.curve import Curve
from natura_opt.curves.formula import Formula
from natura_opt.curves.making import assembled, curve_through


def by_formulas(points: list[float], texts: list[str]) -> Curve:
    """The curve whose total on each piece is what a formula says."""
    formulas = [Formula.read(text) for text in texts]
    ends = np.array(points, dtype=float)
    starts = np.array([float(one.values(np.array(a))) for one, a in zip(formulas, ends[:-1], strict=True)])
    lasts = np.array([float(one.values(np.array(b))) for one, b in zip(formulas, ends[1:], strict=True)])
    return assembled(ends, starts, lasts, formulas, "error")


#: What 500, 500 and 999 more of the papers' factories need of the first thing, inputs already divided by 1000.
FACTORIES = by_formulas(
    [0.0, 500.0, 1000.0, 1999.0],
    ["0.002*q", "1 + 0.01*sqrt(q - 500)", "1 + 0.01*sqrt(500) + (q - 1000)**2 / 1000000"],
)


def random_curve(rng: np.random.Generator, bend: str, reach: float, share: float) -> Curve:
    """A rising curve of up to six straight pieces that needs ``share`` per unit at its end, ``reach``.

    Parameters
    ----------
    bend : convex, concave, mixed, or jumping (mixed, and with jumps, at 0 too).
    """
    pieces = int(rng.integers(1, 7))
    slopes = rng.uniform(0.0, 1.0, pieces)
    slopes = {"convex": np.sort(slopes), "concave": np.sort(slopes)[::-1]}.get(bend, slopes)
    points = np.concatenate([[0.0], np.sort(rng.uniform(0.05, 1.0, pieces))])
    points = np.unique(points) / points.max() * reach
    lasts, starts, level = [], [], 0.0
    for k in range(len(points) - 1):
        level += float(rng.uniform(0, 0.3) * reach) if bend == "jumping" and rng.random() < 0.5 else 0.0
        starts.append(level)
        level += float(slopes[k] * (points[k + 1] - points[k]))
        lasts.append(level)
    factor = share * reach / level if level else 0.0
    quantities = np.repeat(points, 2)[1:-1]
    totals = np.column_stack([starts, lasts]).ravel() * factor
    if totals[0] > 0:
        quantities, totals = np.concatenate([[0.0], quantities]), np.concatenate([[0.0], totals])
    keep = np.ones(len(quantities), dtype=bool)
    keep[1:] = (np.diff(quantities) > 0) | (np.diff(totals) > 0)
    return curve_through(quantities[keep], totals[keep])

"""The same curve in other units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..base.errors import DataError
from .curve import Curve


def in_units(curve: Curve, *, quantity: float = 1.0, total: float = 1.0) -> Curve:
    """Return a curve in other units, its samples as well.

    Parameters
    ----------
    quantity, total : how many new units one old unit of activity, or of what is needed, is.

    Raises
    ------
    DataError : a factor that is not above 0, or totals that no double reaches.

    >>> from natura_opt.curves.making import curve_through
    >>> in_units(curve_through([0, 2], [0, 6]), quantity=1000, total=0.5).total(1000).item()
    1.5
    """
    for factor in (quantity, total):
        if not (np.isfinite(factor) and factor > 0.0):
            raise DataError(f"a curve is converted by factors above 0, not {factor:g}")
    with np.errstate(over="ignore"):
        found = replace(
            curve,
            quantities=curve.quantities * quantity,
            starts=curve.starts * total,
            ends=curve.ends * total,
            slopes=curve.slopes * (total / quantity),
            formulas=tuple(formula and formula.in_units(quantity, total) for formula in curve.formulas),
            reported=curve.reported * quantity,
            observed=curve.observed
            and replace(
                curve.observed,
                quantities=curve.observed.quantities * quantity,
                totals=curve.observed.totals * total,
                residuals=curve.observed.residuals * total,
            ),
        )
    inside = found.quantities[: found.count]
    if not (np.isfinite(inside).all() and np.isfinite(found.starts).all() and (np.diff(found.quantities) > 0).all()):
        raise DataError("a curve has figures that no double reaches in these units")
    return found


def same(one: Curve, other: Curve) -> bool:
    """Whether two curves say the same, figure by figure and formula by formula."""
    arrays = ("quantities", "starts", "ends", "slopes")
    return (
        all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
        and one.formulas == other.formulas
        and (one.reported, one.beyond) == (other.reported, other.beyond)
    )

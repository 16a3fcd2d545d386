"""Widths and slopes of pieces, rounded so that no plan on the reported curves is lost.

What is reported are quantities and totals; what a program states are their differences and quotients, and these are
rounded. Three widths rounded down sum to less than the last quantity, and a demand for exactly that quantity would be
refuted, in rational arithmetic even proved so. Widths are therefore rounded up and slopes down, where they are rounded
at all: pieces reach every cut, and the total there is at most the reported one, in exact arithmetic.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..base.arrays import Floats

#: Splits a double into two halves of 26 bits (Veltkamp 1968).
_SPLIT = 2.0**27 + 1.0
#: A slope is the quotient of two rounded differences: some units in the last place from what it should be.
_STEPS = 8


def reaching(starts: Floats, stops: Floats) -> Floats:
    """Return the least doubles that are at least ``stops - starts``, shape as given."""
    widths, rest = _difference(stops, starts)
    return np.where(rest > 0.0, np.nextafter(widths, np.inf), widths)


def within(slopes: Floats, widths: Floats, starts: Floats, ends: Floats) -> Floats:
    """Return slopes, lowered by units in the last place until ``slopes * widths <= ends - starts``, shape as given."""
    rises, rest = _difference(ends, starts)
    lowered = slopes.copy()
    for _ in range(_STEPS):
        over = _exceeds(lowered, widths, rises, rest)
        if not over.any():
            break
        lowered[over] = np.nextafter(lowered[over], -np.inf)
    return lowered


def _difference(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Return a difference and what its rounding took away, exactly (Knuth); 0 where it is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        found = one - other
        part = found - one
        rest = (one - (found - part)) - (other + part)
    return found, np.where(np.isfinite(rest), rest, 0.0)


def _exceeds(slopes: Floats, widths: Floats, rises: Floats, rest: Floats) -> npt.NDArray[np.bool_]:
    """Return where the exact product is above the exact rise; never where it is not finite (Dekker 1971)."""
    with np.errstate(invalid="ignore", over="ignore"):
        found = slopes * widths
        high, other = (a * _SPLIT - (a * _SPLIT - a) for a in (slopes, widths))
        low, small = slopes - high, widths - other
        lost = ((high * other - found) + high * small + low * other) + low * small
        above = (found - rises) > (rest - lost)
    return above & np.isfinite(found) & np.isfinite(lost)

"""The gap between what a plan for harmony attains and what nobody can pass, and what is no gap."""

from __future__ import annotations

import numpy as np

from .certificate import Certificate


def proven_gap(attained: float, bound: float, size: float, tolerance: float) -> float:
    """Return the gap per unit of weight, ``(bound - attained) / size``; infinite where there is none to speak of.

    A plan within the laws attains at most its bound. One that is said to attain more by up to the tolerance does so by
    rounding, or by breaking laws within the residual that its certificate states; the gap is then what it is above. One
    that attains more by more than that has a faulty plan or a faulty bound: neither says anything.

    Parameters
    ----------
    attained, bound : of total harmony less damage.
    size : the sum of the weights.
    tolerance : per unit of weight.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        gap = float(np.longdouble(bound) - np.longdouble(attained)) / size
    return abs(gap) if gap >= -tolerance else float("inf")  # not a number: infinite


def proves_bound(certificate: Certificate) -> bool:
    """Whether the multipliers of a certificate prove a bound: their signs are right, and it is a number."""
    return certificate.dual_residual <= certificate.tolerance and bool(np.isfinite(certificate.dual_objective))

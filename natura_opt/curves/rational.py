"""Curvature of quotients of polynomials, decided exactly: where the second derivative changes its sign is a root."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import numpy as np

from .expression import Node, constant

#: A quotient of higher degree is left to interval arithmetic.
_MOST_DEGREE = 60

Quotient = tuple[flint.fmpq_poly, flint.fmpq_poly]


def rational_cells(node: Node, start: float, stop: float) -> list[tuple[float, float, int]] | None:
    """Return cells of one curvature (start, stop, sign) of a quotient of polynomials, brackets of roots as sign 0.

    None where the expression is no such quotient, or divides by zero on the interval.
    """
    quotient = _quotient(node)
    if quotient is None:
        return None
    above, below = quotient
    if _roots(below, start, stop):
        return None
    first = above.derivative() * below - above * below.derivative()
    second = (first.derivative() * below - 2 * first * below.derivative()) * below
    if second.degree() < 0:
        return [(start, stop, 0)]
    cells: list[tuple[float, float, int]] = []
    at = start
    for low, high in _roots(second, start, stop):
        if any(low <= end <= high and _value(second, Fraction(end)) == 0 for end in (start, stop)):
            continue  # it touches zero only where the interval begins or ends
        if low > at:
            cells.append((at, low, _sign(second, at, low)))
        if high > max(at, low):
            cells.append((max(at, low), high, 0))
        at = max(at, high)
    if at < stop:
        cells.append((at, stop, _sign(second, at, stop)))
    return cells


def _quotient(node: Node) -> Quotient | None:
    if not node.varies:
        value = Fraction(constant(node))
        return flint.fmpq_poly([flint.fmpq(value.numerator, value.denominator)]), flint.fmpq_poly([1])
    if node.op == "q":
        return flint.fmpq_poly([0, 1]), flint.fmpq_poly([1])
    if node.op in ("sqrt", "log", "exp"):
        return None
    parts: list[Quotient] = []
    for part in node.parts[:1] if node.op == "**" else node.parts:
        of_part = _quotient(part)
        if of_part is None:
            return None
        parts.append(of_part)
    found = _combined(node, parts)
    if found is None or max(found[0].degree(), found[1].degree()) > _MOST_DEGREE:
        return None
    return found


def _combined(node: Node, parts: list[Quotient]) -> Quotient | None:
    a, b = parts[0]
    if node.op == "negative":
        return -a, b
    if node.op == "**":
        exponent = constant(node.parts[1])
        if exponent != int(exponent) or abs(exponent) * max(a.degree(), b.degree()) > _MOST_DEGREE:
            return None
        count = int(abs(exponent))
        return (a**count, b**count) if exponent >= 0 else (b**count, a**count)
    c, d = parts[1]
    if node.op in ("+", "-"):
        return (a * d + c * b if node.op == "+" else a * d - c * b), b * d
    return (a * c, b * d) if node.op == "*" else (a * d, b * c)


def _roots(polynomial: flint.fmpq_poly, start: float, stop: float) -> list[tuple[float, float]]:
    """Return brackets in doubles of the real roots on an interval, in order."""
    if polynomial.degree() < 0:
        return [(start, stop)]
    brackets = []
    found: Any = polynomial.numer().complex_roots()  # pairs of a root and how often it occurs
    for root, _ in found:
        if root.imag == 0:
            low = float(np.nextafter(float(root.real.lower()), -np.inf))
            high = float(np.nextafter(float(root.real.upper()), np.inf))
            if high >= start and low <= stop:
                brackets.append((max(low, start), min(high, stop)))
    return sorted(brackets)


def _sign(polynomial: flint.fmpq_poly, start: float, stop: float) -> int:
    """Return the sign between two roots."""
    value = _value(polynomial, (Fraction(start) + Fraction(stop)) / 2)
    return int(value > 0) - int(value < 0)


def _value(polynomial: flint.fmpq_poly, at: Fraction) -> flint.fmpq:
    return polynomial(flint.fmpq(at.numerator, at.denominator))

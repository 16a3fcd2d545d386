"""Curvature by interval arithmetic: an interval is cut until the second derivative has one sign on each part."""

from __future__ import annotations

from fractions import Fraction
from math import inf, isnan, nextafter

import flint

from ..base.errors import DataError, shortened
from .composition import UndecidedError, line_of
from .expression import Node, constant
from .formula import Formula
from .series import PRECISION, series_of

#: Intervals looked at before giving up.
_MOST_INTERVALS = 3000
#: A part that is narrower than this part of the interval's end, and over which the total changes by less than this
#: part of the totals, is a straight line.
_NARROW = 1e-12


def bisected_cells(formula: Formula, start: float, stop: float) -> list[tuple[float, float, int]]:
    """Return cells of one curvature (start, stop, sign); where the sign changes is a cell of sign 0 that is narrow.

    Raises
    ------
    DataError : the curvature is not decided after many cuts.
    """
    with flint.ctx.workprec(PRECISION):
        return _bisected(formula, start, stop)


def _bisected(formula: Formula, start: float, stop: float) -> list[tuple[float, float, int]]:
    scale = float(abs(formula.values([start, stop])).max())
    cells: list[tuple[float, float, int]] = []
    waiting = [(start, stop)]
    for _ in range(_MOST_INTERVALS):
        if not waiting:
            return cells
        low, high = waiting.pop()
        sign = _sign(formula.expression, low, high)
        middle = low + (high - low) / 2.0
        if sign is None and high - low <= _NARROW * stop:
            ends = formula.values([low, high])
            if abs(ends[1] - ends[0]) <= _NARROW * scale:
                sign = 0
            elif not low < middle < high:
                break
        if sign is None:
            waiting += [(middle, high), (low, middle)]
        elif cells and cells[-1][2] == sign:
            cells[-1] = (cells[-1][0], high, sign)
        else:
            cells.append((low, high, sign))
    raise DataError(
        f"the curvature of formula {shortened(formula.text)} cannot be proved between q = {low:g} and {high:g}; cut it "
        "into pieces there, write it otherwise, or report quantities and totals instead"
    )


def _sign(node: Node, low: float, high: float) -> int | None:
    """Return the sign of the second derivative on an interval, or None."""
    try:
        bounds = _second(node, low, high)
        if bounds[0] > 0.0 or bounds[1] < 0.0:
            return 1 if bounds[0] > 0.0 else -1
        whole = flint.arb(low).union(flint.arb(high))
        middle = whole.mid()
        over = series_of(node, whole)
        at = series_of(node, middle)
        centred = at[2] + 3 * over[3] * (whole - middle)
    except (UndecidedError, ArithmeticError, ValueError):  # flint refuses to divide by what may be zero
        return None
    return 1 if centred > 0 else -1 if centred < 0 else None


def _second(node: Node, low: float, high: float) -> tuple[float, float]:
    """Return bounds on the second derivative on an interval, rounded outwards; infinite ones are told apart.

    Terms of a sum are bounded one by one, powers of straight lines at their ends: the root of a line falls off
    infinitely fast where it begins, which an interval with a middle and a radius cannot hold.
    """
    if node.op in ("+", "-"):
        (a, b), (c, d) = (_second(part, low, high) for part in node.parts)
        found = (a + c, b + d) if node.op == "+" else (a - d, b - c)
        return _outwards(*found)
    if node.op == "negative":
        a, b = _second(node.parts[0], low, high)
        return -b, -a
    if node.op in ("*", "/"):
        held, free = node.parts if not node.parts[0].varies and node.op == "*" else node.parts[::-1]
        if not held.varies:
            factor = constant(held) if node.op == "*" else 1.0 / constant(held)
            a, b = sorted(factor * bound if factor else 0.0 for bound in _second(free, low, high))
            return _outwards(a, b)
    line = line_of(node.parts[0]) if node.op in ("sqrt", "**") else None
    if line is not None:
        return _of_power(line, Fraction(1, 2) if node.op == "sqrt" else Fraction(constant(node.parts[1])), low, high)
    whole = flint.arb(low).union(flint.arb(high))
    twice = 2 * series_of(node, whole)[2]
    if not twice.is_finite():
        raise UndecidedError
    return _outwards(float(twice.lower()), float(twice.upper()))


def _of_power(line: tuple[Fraction, Fraction], exponent: Fraction, low: float, high: float) -> tuple[float, float]:
    """Return bounds on ``p (p - 1) s^2 (s q + c)^(p - 2)``, which is monotone where the line is positive."""
    slope, at_zero = line
    ends = [slope * Fraction(low) + at_zero, slope * Fraction(high) + at_zero]
    factor = exponent * (exponent - 1) * slope**2
    rest = exponent - 2
    if max(ends) <= 0 and exponent.denominator == 1:
        ends = [-end for end in ends]
        factor *= (-1) ** (exponent.numerator % 2)
    if min(ends) < 0 and rest != 0:
        raise UndecidedError
    bounds: list[float] = []
    for end in ends:
        if end == 0 and rest != 0:
            bounds += [0.0 if rest > 0 else float("inf") * ((factor > 0) - (factor < 0)) if factor else 0.0]
            continue
        raised = _arb(end) ** _arb(rest) * _arb(factor)
        bounds += [float(raised.lower()), float(raised.upper())]
    return _outwards(min(bounds), max(bounds))


def _arb(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def _outwards(low: float, high: float) -> tuple[float, float]:
    if isnan(low) or isnan(high):
        raise UndecidedError
    return nextafter(nextafter(low, -inf), -inf), nextafter(nextafter(high, inf), inf)

"""Formulas in interval arithmetic: enclosures of a total and its derivatives, at a point or over an interval."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import inf, nextafter
from typing import Any, NamedTuple

import flint

from .expression import Node, walk
from .formula import Formula

#: Bits that interval arithmetic is done with.
PRECISION = 96


class Point(NamedTuple):
    """What a formula is at one activity level, between doubles.

    Attributes
    ----------
    low, high : around the total.
    slope_low, slope_high : around the derivative; infinite both ways where it has none.
    """

    low: float
    high: float
    slope_low: float
    slope_high: float


@lru_cache(maxsize=65536)
def point_of(formula: Formula, level: float) -> Point:
    """Return the total and derivative of a formula at an activity level, rounded outwards."""
    with flint.ctx.workprec(PRECISION):
        at = flint.arb(level)
        total = _bounds(walk(formula.expression, at, flint.arb, _RULES))
        try:
            slope = _bounds(series_of(formula.expression, at)[1])
        except (ArithmeticError, ValueError):  # flint refuses to divide by zero
            slope = -inf, inf
    return Point(*total, *slope)


def series_of(node: Node, interval: flint.arb) -> list[flint.arb]:
    """Return enclosures of the Taylor coefficients of an expression over an interval: f, f', f''/2, f'''/6.

    Raises
    ------
    ArithmeticError, ValueError : a division by what may be zero.
    """
    found = walk(node, flint.arb_series([interval, 1], prec=4), _constant, _RULES)
    return [flint.arb(found[k]) for k in range(4)]


def _bounds(value: flint.arb) -> tuple[float, float]:
    if not value.is_finite():
        return -inf, inf
    if value.is_exact() and flint.arb(float(value.mid())) == value:
        return float(value.mid()), float(value.mid())
    return nextafter(float(value.lower()), -inf), nextafter(float(value.upper()), inf)


def _constant(value: float) -> Any:
    return flint.arb_series([flint.arb(value)], prec=4)


def _raised(base: Any, exponent: float) -> Any:
    if exponent != int(exponent):
        return base ** flint.arb(exponent)
    if exponent == 0.0:
        return base * 0 + 1
    whole = base
    for _ in range(abs(int(exponent)) - 1):
        whole = whole * base
    return whole if exponent > 0 else 1 / whole


_RULES: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "negative": lambda a: -a,
    "**": _raised,
    "sqrt": lambda a: a.sqrt(),
    "log": lambda a: a.log(),
    "exp": lambda a: a.exp(),
}

"""Curvature by composition: what the parts of a formula are on a whole interval says what the formula is.

The rules of disciplined convex programming (Grant, Boyd & Ye 2006): sums of convex parts are convex, the root of a
concave part is concave, the exponential of a convex one convex, and so on; beside them those of products of parts of
one sign, and of one line over another. The ranges of the parts, which decide about signs, are exact or rounded
outwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import flint

from .expression import Node, constant
from .series import PRECISION

Sign = Literal[-1, 0, 1]

#: Bits of a range's end beyond which nothing is decided (numbers that no total reaches).
_MOST_BITS = 4000


class UndecidedError(Exception):
    """The rules say nothing of this expression on this interval."""


@dataclass(frozen=True)
class Part:
    """What is known of an expression on an interval.

    Attributes
    ----------
    low, high : it lies between them.
    curvature : 1 convex, -1 concave, 0 a straight line, None not known.
    direction : 1 never falls, -1 never rises, 0 neither, None not known.
    line : slope and value at 0 of a straight line.
    """

    low: Fraction
    high: Fraction
    curvature: Sign | None
    direction: Sign | None
    line: tuple[Fraction, Fraction] | None = None

    @property
    def is_constant(self) -> bool:
        """Whether it does not vary."""
        return self.line is not None and self.line[0] == 0


def composed_curvature(node: Node, start: float, stop: float) -> Sign | None:
    """Return the curvature of an expression on a whole interval where the rules decide it, else None."""
    try:
        with flint.ctx.workprec(PRECISION):
            return _examine(node, Fraction(start), Fraction(stop)).curvature
    except (UndecidedError, ZeroDivisionError):
        return None


def line_of(node: Node) -> tuple[Fraction, Fraction] | None:
    """Return slope and value at 0 of an expression that is a straight line as it is written, else None."""
    try:
        return _examine(node, Fraction(0), Fraction(1)).line
    except (UndecidedError, ZeroDivisionError):
        return None


def _examine(node: Node, start: Fraction, stop: Fraction) -> Part:
    if not node.varies:
        return _line(Fraction(0), Fraction(constant(node)), start, stop)
    if node.op == "q":
        return _line(Fraction(1), Fraction(0), start, stop)
    first = _examine(node.parts[0], start, stop)
    if node.op == "**":
        return _bounded(_power(first, Fraction(constant(node.parts[1]))))
    others = [_examine(part, start, stop) for part in node.parts[1:]]
    if node.op in ("+", "-"):
        other = others[0] if node.op == "+" else _scaled(others[0], Fraction(-1))
        return _bounded(_sum(first, other, start, stop))
    if node.op == "/" and others[0].is_constant:
        return _bounded(_scaled(first, 1 / others[0].low))
    if node.op == "/" and first.line and others[0].line:
        return _bounded(_line_over_line(first, others[0]))
    if node.op in ("*", "/"):
        other = others[0] if node.op == "*" else _power(others[0], Fraction(-1))
        return _bounded(_product(first, other))
    if node.op == "negative":
        return _scaled(first, Fraction(-1))
    if node.op == "sqrt":
        return _bounded(_power(first, Fraction(1, 2)))
    return _bounded(_log(first) if node.op == "log" else _exp(first))


def _line(slope: Fraction, at_zero: Fraction, start: Fraction, stop: Fraction) -> Part:
    ends = sorted((slope * start + at_zero, slope * stop + at_zero))
    direction: Sign = 1 if slope > 0 else -1 if slope < 0 else 0
    return Part(ends[0], ends[1], 0, direction, (slope, at_zero))


def _alike(one: Sign | None, other: Sign | None) -> Sign | None:
    """Return the sign of a sum of two parts: theirs where they agree, a zero agreeing with all."""
    if one == other or other == 0:
        return one
    return other if one == 0 else None


def _turned(sign: Sign | None) -> Sign | None:
    return _TURNED[sign]


_TURNED: dict[Sign | None, Sign | None] = {1: -1, -1: 1, 0: 0, None: None}


def _sum(one: Part, other: Part, start: Fraction, stop: Fraction) -> Part:
    if one.line and other.line:
        return _line(one.line[0] + other.line[0], one.line[1] + other.line[1], start, stop)
    curvature = _alike(one.curvature, other.curvature)
    return Part(one.low + other.low, one.high + other.high, curvature, _alike(one.direction, other.direction))


def _scaled(part: Part, by: Fraction) -> Part:
    ends = sorted((part.low * by, part.high * by))
    line = (part.line[0] * by, part.line[1] * by) if part.line else None
    if by > 0:
        return replace(part, low=ends[0], high=ends[1], line=line)
    if by == 0:
        return Part(Fraction(0), Fraction(0), 0, 0, (Fraction(0), Fraction(0)))
    return Part(ends[0], ends[1], _turned(part.curvature), _turned(part.direction), line)


def _product(one: Part, other: Part) -> Part:
    if one.is_constant or other.is_constant:
        held, free = (one, other) if one.is_constant else (other, one)
        return _scaled(free, held.low)
    turns = 1
    for part in (one, other):
        turns = -turns if part.high <= 0 else turns
    one, other = (_scaled(part, Fraction(-1)) if part.high <= 0 else part for part in (one, other))
    ends = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]
    curvature: Sign | None = None
    direction: Sign | None = None
    if one.low >= 0 and other.low >= 0:
        direction = _alike(one.direction, other.direction)
        kinds = {one.curvature, other.curvature}
        if kinds <= {0, 1} and direction is not None:
            curvature = 1
        elif kinds <= {0, -1} and _alike(one.direction, _turned(other.direction)) is not None:
            curvature = -1
    return _scaled(Part(min(ends), max(ends), curvature, direction), Fraction(turns))


def _line_over_line(above: Part, below: Part) -> Part:
    """Return (s q + c) / (t q + d) = s/t + (c - s d / t) / (t q + d)."""
    assert above.line is not None and below.line is not None
    (s, c), (t, d) = above.line, below.line
    rest = _scaled(_power(below, Fraction(-1)), c - s * d / t)
    return replace(rest, low=rest.low + s / t, high=rest.high + s / t, line=None)


def _power(base: Part, exponent: Fraction) -> Part:
    whole = exponent.denominator == 1
    if exponent == 1:
        return base
    if exponent == 0:
        return Part(Fraction(1), Fraction(1), 0, 0, (Fraction(0), Fraction(1)))
    if base.high <= 0 and base.low < 0 and whole:
        turned = _power(_scaled(base, Fraction(-1)), exponent)
        return turned if exponent.numerator % 2 == 0 else _scaled(turned, Fraction(-1))
    if base.low < 0:
        if not whole or exponent < 0:
            raise UndecidedError
        top = max(_raised(base.high, exponent)[1], _raised(-base.low, exponent)[1])
        if exponent.numerator % 2:
            return Part(_raised_negative(base.low, exponent), _raised(base.high, exponent)[1], None, base.direction)
        return Part(Fraction(0), top, 1 if base.curvature == 0 else None, None)
    if exponent < 0 and base.low == 0:
        raise UndecidedError
    ends = sorted((_raised(base.low, exponent), _raised(base.high, exponent)))
    needed: Sign = 1 if exponent > 1 else -1
    curvature: Sign = -1 if 0 < exponent < 1 else 1
    direction = base.direction if exponent > 0 else _turned(base.direction)
    return Part(ends[0][0], ends[1][1], curvature if base.curvature in (0, needed) else None, direction)


def _log(base: Part) -> Part:
    if base.low <= 0:
        raise UndecidedError
    low, high = _enclosed(base.low, flint.arb.log)[0], _enclosed(base.high, flint.arb.log)[1]
    return Part(low, high, -1 if base.curvature in (0, -1) else None, base.direction)


def _exp(base: Part) -> Part:
    if base.high > 1000 or base.low < -1000:
        raise UndecidedError
    low, high = _enclosed(base.low, flint.arb.exp)[0], _enclosed(base.high, flint.arb.exp)[1]
    return Part(max(low, Fraction(0)), high, 1 if base.curvature in (0, 1) else None, base.direction)


def _raised(value: Fraction, exponent: Fraction) -> tuple[Fraction, Fraction]:
    """Return bounds on a power of a number that is not negative."""
    if value == 0:
        return Fraction(0), Fraction(0)
    raised = flint.arb(flint.fmpq(exponent.numerator, exponent.denominator))
    low, high = _enclosed(value, lambda base: base**raised)
    return max(low, Fraction(0)), high


def _raised_negative(value: Fraction, exponent: Fraction) -> Fraction:
    return -_raised(-value, exponent)[1]


def _enclosed(value: Fraction, function: Callable[[flint.arb], flint.arb]) -> tuple[Fraction, Fraction]:
    found = function(flint.arb(flint.fmpq(value.numerator, value.denominator)))
    if not found.is_finite():
        raise UndecidedError
    return _fraction(found.lower()), _fraction(found.upper())


def _fraction(value: flint.arb) -> Fraction:
    mantissa, exponent = (int(part) for part in value.man_exp())
    if abs(exponent) > _MOST_BITS:
        raise UndecidedError
    return Fraction(mantissa) * Fraction(2) ** exponent


def _bounded(part: Part) -> Part:
    if max(part.low.numerator.bit_length(), part.low.denominator.bit_length()) > _MOST_BITS:
        raise UndecidedError
    if max(part.high.numerator.bit_length(), part.high.denominator.bit_length()) > _MOST_BITS:
        raise UndecidedError
    return part

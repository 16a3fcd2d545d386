"""Numbers as programs' files write them: each is the double nearest to what stands there, or refused."""

from __future__ import annotations

import math
import re
from fractions import Fraction

#: A limit of this size or more is infinite, in MPS and LP files, for every solver that reads them.
INFINITY = 1e20

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?", re.ASCII)
_ENDLESS = re.compile(r"([+-]?)inf(?:inity)?", re.IGNORECASE)


def number(text: str) -> float:
    """Return the double nearest to a decimal number; ``D`` is Fortran's exponent; minus zero is zero.

    Raises
    ------
    ValueError : it is no number, or its size has no double; the sentence says which.

    >>> number("1.5D+3"), number("-.5e1")
    (1500.0, -5.0)
    """
    if not _NUMBER.fullmatch(text):
        if "," in text:
            raise ValueError("is no number; write a point for the decimals")
        raise ValueError("is no number")
    value = float(text.replace("D", "e").replace("d", "e"))
    if math.isinf(value):
        raise ValueError("is larger than any double (1.8e308); change the unit")
    if value == 0.0 and re.search("[1-9]", re.split("[eEdD]", text)[0]):
        raise ValueError("is smaller than any double but zero (4.9e-324); change the unit, or write 0")
    return value + 0.0


def limit(text: str, infinity: float = INFINITY) -> float:
    """Return a limit: a number, or an infinity where it says ``inf`` or has at least this size.

    >>> limit("-inf"), limit("1e30"), limit("1e30", math.inf)
    (-inf, inf, 1e+30)
    """
    endless = _ENDLESS.fullmatch(text)
    if endless:
        return -math.inf if endless[1] == "-" else math.inf
    if math.isfinite(infinity) and _NUMBER.fullmatch(text):
        value = float(text.replace("D", "e").replace("d", "e"))
        if abs(value) >= infinity:
            return math.copysign(math.inf, value)
    return number(text)


def exact(text: str) -> Fraction:
    """Return what a number says, without rounding; it must be one that :func:`number` takes.

    >>> exact("0.1")
    Fraction(1, 10)
    """
    return Fraction(text.replace("D", "e").replace("d", "e")) if number(text) else Fraction(0)

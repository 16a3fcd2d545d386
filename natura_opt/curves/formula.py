"""A formula: the total on a piece of a curve as an expression in the activity q, with its exact derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..base.errors import DataError, shortened
from .expression import QUANTITY, Node, applied, number, replaced, walk, written
from .reading import expression_of

#: Half a unit in the last place of one.
UNIT = 2.0**-53


@dataclass(frozen=True)
class Formula:
    """An expression in q; two are equal where they are written alike.

    >>> Formula.read("q**2/1000 + sqrt(q)").values(np.array([0.0, 100.0])).tolist()
    [0.0, 20.0]
    """

    expression: Node

    @classmethod
    def read(cls, text: str) -> Formula:
        """Return the formula that a text writes.

        Raises
        ------
        DataError : text that is no expression in q.
        """
        return cls(expression_of(text))

    @cached_property
    def text(self) -> str:
        """How it is written; read again it is the same formula."""
        return written(self.expression)

    def values(self, quantities: Any) -> Floats:
        """Return the total at activity levels, shape as given.

        Raises
        ------
        DataError : no finite number at some level.
        """
        levels = np.asarray(quantities, dtype=float)
        with np.errstate(all="ignore"):
            values = np.broadcast_to(walk(self.expression, levels, _double, _VALUES), levels.shape)
        self._require(np.isfinite(values), levels, "total")
        return np.array(values, dtype=float) + 0.0  # no negative zeros

    def slopes(self, quantities: Any) -> Floats:
        """Return the derivative at activity levels by the rules of differentiation, shape as given; it may be infinite.

        Where the rules give none (zero times infinity, as for ``q*sqrt(q)`` at 0), it is the derivative at the next
        double to the right, else to the left.

        Raises
        ------
        DataError : no slope at some level.
        """
        levels = np.asarray(quantities, dtype=float)
        slopes = self._derivative(levels)
        for towards in (np.inf, -np.inf):
            lost = np.isnan(slopes)
            if not lost.any():
                break
            slopes[lost] = self._derivative(np.nextafter(levels, towards))[lost]
        self._require(~np.isnan(slopes), levels, "slope")
        return slopes

    def errors(self, quantities: Any) -> Floats:
        """Return bounds on the rounding in :meth:`values`, first order in the unit roundoff, shape as given.

        Each operation adds its own rounding to what it carries on: products and powers 2 units in the last place,
        functions 4. Infinite where the argument of log is all rounding.
        """
        levels = np.asarray(quantities, dtype=float)
        with np.errstate(all="ignore"):
            _, errors = walk(self.expression, _pair(levels, np.zeros(levels.shape)), _exact, _ERRORS)
            errors = np.where(np.isnan(errors), np.inf, errors)
        return np.array(np.broadcast_to(errors, levels.shape), dtype=float)

    def in_units(self, quantity: float, total: float) -> Formula:
        """Return it in other units: ``total * formula(q / quantity)``.

        Parameters
        ----------
        quantity, total : how many new units one old unit is.
        """
        inside = QUANTITY if quantity == 1.0 else applied("/", QUANTITY, number(quantity))
        whole = replaced(self.expression, inside)
        return Formula(whole if total == 1.0 else applied("*", number(total), whole))

    def shifted(self, quantity: float, total: float) -> Formula:
        """Return ``total + formula(q - quantity)``: what is needed beyond what is filled already."""
        whole = replaced(self.expression, applied("-", QUANTITY, number(quantity)) if quantity else QUANTITY)
        return Formula(applied("+", number(total), whole) if total else whole)

    def _derivative(self, levels: Floats) -> Floats:
        with np.errstate(all="ignore"):
            _, slopes = walk(self.expression, _pair(levels, np.ones(levels.shape)), _exact, _SLOPES)
        return np.array(np.broadcast_to(slopes, levels.shape), dtype=float)

    def _require(self, good: Any, levels: Floats, what: str) -> None:
        if not np.all(good):
            at = float(levels[~np.broadcast_to(good, levels.shape)][0]) if levels.shape else float(levels)
            raise DataError(f"formula {shortened(self.text)} has no {what} that is a number at q = {at:g}")


def _double(value: float) -> Any:
    return np.float64(value)


_VALUES: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "negative": lambda a: -a,
    "**": lambda a, exponent: a**exponent,
    "sqrt": np.sqrt,
    "log": np.log,
    "exp": np.exp,
}

Pair = tuple[Any, Any]


def _pair(value: Any, other: Any) -> Pair:
    return value, other


def _exact(value: float) -> Pair:
    """Return a number that neither varies nor is rounded."""
    return np.float64(value), np.float64(0.0)


def _times(outer: Any, inner: Any) -> Any:
    """Return the product of the chain rule: what does not vary has slope 0, however steep the rest is."""
    return np.where(np.equal(inner, 0.0), 0.0, outer * inner)


def _power(a: Pair, exponent: float) -> Pair:
    outer = exponent * a[0] ** (exponent - 1.0) if exponent else np.float64(0.0)
    return a[0] ** exponent, _times(outer, a[1])


def _exp(a: Pair) -> Pair:
    value = np.exp(a[0])
    return value, _times(value, a[1])


_SLOPES: dict[str, Callable[..., Pair]] = {
    "+": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "-": lambda a, b: (a[0] - b[0], a[1] - b[1]),
    "*": lambda a, b: (a[0] * b[0], _times(b[0], a[1]) + _times(a[0], b[1])),
    "/": lambda a, b: (a[0] / b[0], (a[1] - _times(a[0] / b[0], b[1])) / b[0]),
    "negative": lambda a: (-a[0], -a[1]),
    "**": _power,
    "sqrt": lambda a: (np.sqrt(a[0]), _times(0.5 / np.sqrt(a[0]), a[1])),
    "log": lambda a: (np.log(a[0]), a[1] / a[0]),
    "exp": _exp,
}


def _rounded(value: Any, carried: Any, units: float) -> Pair:
    return value, carried + units * UNIT * np.abs(value)


def _farthest(function: Callable[[Any], Any], a: Pair, units: float) -> Pair:
    """Return a rising function's value and how far it is from that of the ends of what its argument may be."""
    return _between(function, a, a[0] - a[1], units)


def _from_zero(function: Callable[[Any], Any], a: Pair, units: float) -> Pair:
    """Return the same of a function that begins at 0."""
    return _between(function, a, np.maximum(a[0] - a[1], np.minimum(a[0], 0.0)), units)


def _between(function: Callable[[Any], Any], a: Pair, least: Any, units: float) -> Pair:
    value = function(a[0])
    low, high = function(least), function(a[0] + a[1])
    carried = np.where(np.equal(a[1], 0.0), 0.0, np.maximum(np.abs(high - value), np.abs(value - low)))
    return _rounded(value, carried, units)


def _power_error(a: Pair, exponent: float) -> Pair:
    of_whole_line = exponent == int(exponent)
    return (_farthest if of_whole_line else _from_zero)(lambda base: base**exponent, a, 4.0)


_ERRORS: dict[str, Callable[..., Pair]] = {
    "+": lambda a, b: _rounded(a[0] + b[0], a[1] + b[1], 1.0),
    "-": lambda a, b: _rounded(a[0] - b[0], a[1] + b[1], 1.0),
    "*": lambda a, b: _rounded(a[0] * b[0], np.abs(a[0]) * b[1] + np.abs(b[0]) * a[1] + a[1] * b[1], 1.0),
    "/": lambda a, b: _rounded(
        a[0] / b[0],
        np.where(b[1] < np.abs(b[0]), (a[1] + np.abs(a[0] / b[0]) * b[1]) / (np.abs(b[0]) - b[1]), np.inf),
        1.0,
    ),
    "negative": lambda a: (-a[0], a[1]),
    "**": _power_error,
    "sqrt": lambda a: _from_zero(np.sqrt, a, 1.0),
    "log": lambda a: _farthest(np.log, a, 4.0),
    "exp": lambda a: _farthest(np.exp, a, 4.0),
}

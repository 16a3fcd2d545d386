r"""Harmony functions: how well an output meets its target.

``H(s)`` of the relative surplus ``s = (y - g)/g`` of an output y over its target g: zero where the target is met,
steeply negative below, slightly positive above. The harmony of a plan is :math:`\sum_i h_i H((y_i - g_i)/g_i)` with
weights h (Cockshott 1990; model 4 of the design notes).

The 1990 paper's own ``H`` is lost in its text, and its scale is ``y - g``, not relative. Those of Cockshott's later
programs are kept here by the year in which they appear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..base.arrays import Floats
from ..base.errors import OptionError, unknown

Curve = Callable[[Floats], Floats]


class Layer(Protocol):
    """What a modelling layer offers to state a concave function in pieces, on vectors of its own variables."""

    def part(self, most: float | None = None) -> Any:
        """Return a new vector of variables of at least 0, and of at most ``most``."""

    def equal(self, left: Any, right: Any) -> None:
        """State that two vectors are equal."""

    def log1p(self, x: Any) -> Any:
        """Return ``ln(1 + x)``."""

    def sqrt(self, x: Any) -> Any:
        """Return the square root."""

    def square(self, x: Any) -> Any:
        """Return the square."""


#: States the function of a vector of surpluses in a layer, where it is to be maximised.
Stated = Callable[[Layer, Any], Any]

#: Where functions of the user's own are tried for being concave.
_TRIED = np.concatenate([np.linspace(-1.0, 1.0, 401), np.geomspace(1.0, 100.0, 100)[1:]])
#: Halvings that bring a bisection to the last digit.
_HALVINGS = 80
_MOST = 1e12
#: Prices below this are as good as none: their squares are still numbers.
_LEAST = 1e-150
#: How far a slope may be off the difference quotients on either side of it.
_OFF = 1e-6


@dataclass(frozen=True)
class HarmonyFunction:
    """A harmony function on relative surpluses ``s >= -1``.

    Attributes
    ----------
    name : what it is called.
    value, slope : H and its derivative, on arrays.
    best : the ``s >= -1`` that maximises ``H(s) - price * s`` for prices > 0, on arrays (the inverse of the slope);
        found by bisection where it is not given.
    concave : whether H is concave; only then do prices certify a plan.
    strict : whether it is strictly concave, so that prices decide the outputs.
    concave_envelope : the least concave function above it, where it is not concave itself.
    stated : how CVXPY and Pyomo state it: as a sum of pieces that fill up one after another, the steepest first.
    """

    name: str
    value: Curve
    slope: Curve
    best: Curve | None = None
    concave: bool = True
    strict: bool = True
    concave_envelope: HarmonyFunction | None = None
    stated: Stated | None = None

    def __post_init__(self) -> None:
        given = HARMONY_FUNCTIONS.get(self.name) if "HARMONY_FUNCTIONS" in globals() else None
        if given is not None and given is not self:
            raise OptionError(f"harmony function {self.name!r}: this is the name of a known one; give another")
        slopes, values = self._tried(self.slope, "slope"), self._tried(self.value, "value")
        if not np.isfinite(values).all():
            raise OptionError(f"harmony function {self.name!r}: it must be finite for every surplus of at least -1")
        if self.concave and not (np.isfinite(slopes).all() and (np.diff(slopes) <= 1e-12 * np.abs(slopes[1:])).all()):
            raise OptionError(f"harmony function {self.name!r}: its slope must be finite and must not increase")
        if self.concave and not (slopes >= 0).all():
            raise OptionError(f"harmony function {self.name!r}: more output must not lower it")
        if self.concave:
            gain, step = np.diff(values), np.diff(_TRIED)
            room = _OFF * (np.abs(values[1:]) + np.abs(values[:-1]) + step * slopes[:-1])
            if (gain > step * slopes[:-1] + room).any() or (gain < step * slopes[1:] - room).any():
                raise OptionError(f"harmony function {self.name!r}: its slope is not the slope of its value")
        if self.concave_envelope is not None and (self.concave_envelope.value(_TRIED) < values - 1e-9).any():
            raise OptionError(f"harmony function {self.name!r}: its concave envelope must lie nowhere below it")

    def _tried(self, curve: Curve, what: str) -> Floats:
        """Return the curve where functions are tried; refuse what is no curve."""
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(curve(_TRIED.copy()), dtype=float)
        except (TypeError, ValueError) as error:
            raise OptionError(f"harmony function {self.name!r}: its {what} must take an array ({error})") from None
        if found.shape != _TRIED.shape:
            raise OptionError(f"harmony function {self.name!r}: its {what} must return as many numbers as given")
        return found

    @property
    def envelope(self) -> HarmonyFunction:
        """Return the function itself if it is concave, else its concave envelope, which bounds it from above."""
        if self.concave:
            return self
        if self.concave_envelope is None:
            raise OptionError(f"harmony function {self.name!r} is not concave and has no concave envelope: give one")
        return self.concave_envelope

    def best_surplus(self, prices: Floats) -> Floats:
        """Return the ``s >= -1`` that maximises ``H(s) - prices * s``.

        Parameters
        ----------
        prices : above 0, in harmony per unit of the target, any shape.
        """
        if self.best is not None:
            return np.maximum(self.best(prices), -1.0)
        low, high = np.full(len(prices), -1.0), np.full(len(prices), _MOST)
        for _ in range(_HALVINGS):  # in log(2 + s), since surpluses may be huge
            middle = np.sqrt((low + 2.0) * (high + 2.0)) - 2.0
            too_little = self.slope(middle) > prices
            low, high = np.where(too_little, middle, low), np.where(too_little, high, middle)
        return np.where(self.slope(np.full(len(prices), -1.0)) <= prices, -1.0, low)


def _value_2018(s: Floats) -> Floats:
    below = np.minimum(s, 0.0)
    return below - 0.5 * below * below + np.log1p(np.maximum(s, 0.0))


def _slope_2018(s: Floats) -> Floats:
    return np.where(s < 0, 1.0 - s, 1.0 / (1.0 + np.maximum(s, 0.0)))


def _best_2018(prices: Floats) -> Floats:
    return np.where(prices >= 1, 1.0 - prices, 1.0 / np.minimum(prices, 1.0) - 1.0)


def _stated_2018(layer: Layer, s: Any) -> Any:
    low, high = layer.part(), layer.part()
    layer.equal(s, high - low)
    return layer.log1p(high) - low - layer.square(low) / 2


def _value_1993(s: Floats) -> Floats:
    return -(np.minimum(s, 0.0) ** 2) + np.sqrt(np.maximum(s, 0.0))


def _slope_1993(s: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.where(s < 0, -2.0 * s, 0.5 / np.sqrt(np.maximum(s, 0.0)))


def _value_envelope(s: Floats) -> Floats:
    below, line = np.minimum(s, -0.5), np.clip(s, -0.5, 0.25)
    return 0.25 - below * below + (line + 0.25) + (np.sqrt(np.maximum(s, 0.25)) - 0.5)


def _slope_envelope(s: Floats) -> Floats:
    return np.where(s < -0.5, -2.0 * s, 0.5 / np.sqrt(np.maximum(s, 0.25)))


def _best_envelope(prices: Floats) -> Floats:
    return np.where(prices > 1, -0.5 * prices, 0.25 / np.clip(prices, _LEAST, 1.0) ** 2)


def _stated_envelope(layer: Layer, s: Any) -> Any:
    low, high, line = layer.part(), layer.part(), layer.part(most=0.75)
    layer.equal(s, line + high - low - 0.5)
    return -0.75 - low - layer.square(low) + line + layer.sqrt(0.25 + high)


#: ``s - s^2/2`` below the target, ``ln(1 + s)`` above: slope 1 and curvature -1 on both sides of it.
H2018 = HarmonyFunction("2018", _value_2018, _slope_2018, _best_2018, stated=_stated_2018)

#: The concave envelope of 1993: ``s + 1/4`` on [-1/2, 1/4], else the function itself.
H1993_ENVELOPE = HarmonyFunction(
    "1993-envelope", _value_envelope, _slope_envelope, _best_envelope, strict=False, stated=_stated_envelope
)

#: ``-s^2`` below the target, ``sqrt(s)`` above: not concave at the target (slope 0 on its left, infinite on its right).
H1993 = HarmonyFunction("1993", _value_1993, _slope_1993, concave=False, concave_envelope=H1993_ENVELOPE)

#: The functions that are chosen by name.
HARMONY_FUNCTIONS: dict[str, HarmonyFunction] = {f.name: f for f in (H2018, H1993, H1993_ENVELOPE)}


def harmony_function(chosen: str | int | HarmonyFunction) -> HarmonyFunction:
    """Return a harmony function by name, or the user's own as it is.

    >>> harmony_function("2018").value(np.array([-1.0, 0.0, np.e - 1.0])).tolist()
    [-1.5, 0.0, 1.0]
    """
    if isinstance(chosen, HarmonyFunction):
        return chosen
    if isinstance(chosen, int) and str(chosen) in HARMONY_FUNCTIONS:  # as files hold the name 1993
        return HARMONY_FUNCTIONS[str(chosen)]
    if not isinstance(chosen, str):
        raise OptionError(f"harmony function: give a name or a HarmonyFunction, not {chosen!r}")
    if chosen not in HARMONY_FUNCTIONS:
        raise OptionError(unknown("harmony function", chosen, HARMONY_FUNCTIONS))
    return HARMONY_FUNCTIONS[chosen]

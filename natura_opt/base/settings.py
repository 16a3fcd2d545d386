"""Checks of settings: each says what is wrong with a setting and what it may be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np

from .errors import OptionError, unknown


def whole(name: str, value: Any, least: int) -> int:
    """Return a setting that must be a whole number of at least ``least``.

    Raises
    ------
    OptionError : it is not; the sentence says what it is instead.
    """
    sound = isinstance(value, Integral) and not isinstance(value, bool)
    if not sound or int(value) < least:
        raise OptionError(f"{name} must be a whole number of at least {least}, not {value!r}")
    return int(value)


def real(name: str, value: object, least: float, below: float = math.inf, *, above: bool = False) -> float:
    """Return a setting that must be a number from ``least`` on (with ``above``: not itself), below ``below``.

    Raises
    ------
    OptionError : it is not; the sentence says what it is instead.
    """
    given = float(value) if isinstance(value, float | int | np.number) and not isinstance(value, bool) else math.nan
    if not math.isfinite(given) or not (least < given if above else least <= given) or not given < below:
        start = f"above {least:g}" if above else f"of at least {least:g}"
        end = f" and below {below:g}" if below < math.inf else ""
        raise OptionError(f"{name} must be a number {start}{end}, not {value!r}")
    return given


def radius_of(value: Any) -> float:
    """Return a spectral radius: above 0, and below 1, or there would be nothing left of what is made.

    Raises
    ------
    OptionError : it is out of that range.
    """
    try:
        return real("radius", value, 0.0, 1.0, above=True)
    except OptionError as error:
        raise OptionError(f"{error}: with a spectral radius of 1 or more the economy makes no net product") from None


def one_of(name: str, value: Any, choices: Iterable[str]) -> str:
    """Return a setting that must be one of the known names.

    Raises
    ------
    OptionError : it is none of them; they are named.
    """
    names = tuple(choices)
    if value not in names:
        raise OptionError(unknown(name, value, names))
    return str(value)

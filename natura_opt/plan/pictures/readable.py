"""Numbers on an axis in the thousands, millions or billions of a unit that make them readable.

What is drawn stays in the user's units, so that whoever adds to a picture adds in them; only what is written at the
marks is divided by the factor, which the unit says in words.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .style import unit_text

_WORDS = ("", "thousand", "million", "billion", "trillion")
_ENOUGH = 1e4  # a figure of four digits reads as it is
_LITTLE, _READS = 1e-3, 0.1


def largest(values: Iterable[float]) -> float:
    """Return the largest size among values that are finite; zero where there are none."""
    sizes = np.abs(np.asarray(list(values), dtype=float).ravel())
    return float(sizes[np.isfinite(sizes)].max(initial=0.0))


def scale_of(top: float, unit: str, missing: str = "units") -> tuple[float, str]:
    """Return what figures up to ``top`` are divided by, and their unit in words then.

    >>> scale_of(2.5e6, "tonne"), scale_of(820.0, "person * year"), scale_of(3e4, "GBP_million")
    ((1000000.0, 'million tonnes'), (1.0, 'person·years'), (1000.0, 'GBP billion'))
    """
    if not top >= _ENOUGH:
        return 1.0, in_words(unit, 0, missing)
    power = min(int(np.log10(top) // 3), _most(unit))
    return 1000.0**power, in_words(unit, power, missing)


def per(top: float, unit: str) -> tuple[float, str]:
    """Return what values of one unit are multiplied by to be readable, and what they are per then.

    >>> per(0.25, "tonne"), per(3e-7, "tonne"), per(3e-7, "GBP_million")
    ((1.0, 'tonne'), (1000000.0, 'million tonnes'), (1000000.0, 'GBP trillion'))
    """
    if not 0 < top < _LITTLE:
        return 1.0, unit_text(unit)
    power = min(next((k for k in range(1, 5) if top * 1000.0**k >= _READS), 4), _most(unit))
    return (1000.0**power, in_words(unit, power, "units")) if power else (1.0, unit_text(unit))


def in_words(unit: str, power: int, missing: str) -> str:
    """Return a thousand to some power of a unit, as people say it.

    >>> in_words("GBP_million", 1, "units"), in_words("", 2, "units"), in_words("tonne of steel", 1, "units")
    ('GBP billion', 'million units', 'thousand tonne of steel')
    """
    text = unit_text(unit, missing)
    own = _own_power(unit)
    if own:
        words = text.split(" ")
        at = next(k for k, word in enumerate(words) if word == _WORDS[own])
        return " ".join([*words[:at], _WORDS[own + power], *words[at + 1 :]])
    return " ".join(filter(None, (_WORDS[power], _several(text))))


def _own_power(unit: str) -> int:
    """Return the thousands that a unit says itself, as GBP_million does."""
    words = unit_text(unit).split(" ")
    return next((_WORDS.index(word) for word in words if word in _WORDS[1:]), 0)


def _most(unit: str) -> int:
    return len(_WORDS) - 1 - _own_power(unit)


#: Units whose plural is made with an s; abbreviations and names of one's own are left as they are.
_NAMES = """
tonne ton gram kilogram kilotonne megatonne gigatonne litre liter gallon barrel bushel metre meter yard mile kilometre
kilometer acre hectare hour day week month year decade piece unit person dollar euro pound joule kilojoule megajoule
gigajoule terajoule petajoule watt kilowatt megawatt gigawatt
"""
_COUNTED = frozenset(_NAMES.split())


def _several(text: str) -> str:
    """Return a unit in the plural, where its last part of a product is a word that is counted.

    >>> _several("tonne"), _several("person·year"), _several("tonne/hectare"), _several("TWh")
    ('tonnes', 'person·years', 'tonnes/hectare', 'TWh')
    """
    above, slash, below = text.partition("/")
    first, dot, last = above.rpartition("·")
    return f"{first}{dot}{last}s{slash}{below}" if last in _COUNTED else text

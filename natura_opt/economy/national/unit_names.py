"""Units as tables write them, which are not always what a program understands."""

from __future__ import annotations

from collections.abc import Mapping

from ..units import own_unit


def in_own_words(units: Mapping[str, list[str]]) -> tuple[dict[str, list[str]], list[str]]:
    """Return units per axis as an economy writes them, and a note of those that had to be written otherwise.

    >>> in_own_words({"goods": ["kg", "tonne-km/yr"]})[0]
    {'goods': ['kg', 'tonne_km_yr']}
    """
    every = dict.fromkeys(unit for strings in units.values() for unit in strings)  # each is looked at once
    own = {unit: own_unit(unit) for unit in every}
    renamed = [f"{unit!r} is written {written!r}" for unit, written in own.items() if unit.strip() != written]
    notes = [f"units that are none for a program: {', '.join(renamed)}"] if renamed else []
    return {axis: [own[unit] for unit in strings] for axis, strings in units.items() if strings}, notes

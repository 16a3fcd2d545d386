"""The tables of profiles: who wants what, how many they are, and how much they count.

What they want is among the targets of every question (:mod:`natura_opt.economy.wanted`); nothing uses their weights
yet.
"""

from __future__ import annotations

from .merging import EQUAL, SUMMED
from .missing import ONE
from .spec import TableSpec, beside

PROFILES = (
    *beside(
        "objectives",
        TableSpec(
            "baskets",
            ("goods", "profiles"),
            "goods / profiles",
            "goods wanted in a year per member of a profile",
            SUMMED,
        ),
        TableSpec("populations", ("profiles",), "profiles", "members of each profile", SUMMED),
    ),
    TableSpec("profile_weights", ("profiles",), "1", "weight of a profile in a weighted objective", EQUAL, missing=ONE),
)

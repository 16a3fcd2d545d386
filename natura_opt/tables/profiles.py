"""The tables of profiles: who wants what, how many they are, and how much they count. No law uses them yet."""

from __future__ import annotations

from .merging import EQUAL, SUMMED
from .missing import ONE
from .spec import TableSpec

PROFILES = (
    TableSpec("baskets", ("goods", "profiles"), "goods / profiles", "goods wanted per member of a profile", SUMMED),
    TableSpec("populations", ("profiles",), "profiles", "members of each profile", SUMMED),
    TableSpec("profile_weights", ("profiles",), "1", "weight of a profile in a weighted objective", EQUAL, missing=ONE),
)

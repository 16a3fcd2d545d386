"""The tables of plants: how much a technique can make, and what an indivisible plant uses. No law uses them yet."""

from __future__ import annotations

from .merging import SUMMED, refused
from .missing import NO_LIMIT
from .spec import TableSpec

#: Why what is said of single plants cannot be merged.
SINGLE_PLANTS = "speaks of single plants"

PLANTS = (
    TableSpec(
        "activity_limits",
        ("techniques",),
        "techniques",
        "highest activity level in a period",
        SUMMED,
        missing=NO_LIMIT,
    ),
    TableSpec(
        "plant_capacity",
        ("techniques",),
        "techniques",
        "most that one indivisible plant makes",
        refused(SINGLE_PLANTS),
    ),
    TableSpec(
        "plant_inputs",
        ("goods", "techniques"),
        "goods",
        "goods used per plant running, whatever its output",
        refused(SINGLE_PLANTS),
        is_use=True,
    ),
)

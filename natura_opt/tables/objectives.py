"""The tables of objectives: what is wanted, and what counts how much."""

from __future__ import annotations

from .merging import EQUAL, SUMMED
from .missing import ONE
from .spec import TableSpec, beside

TARGETS = TableSpec("targets", ("goods",), "goods", "final demand, or the assortment wanted (d, g)", SUMMED)
TARGET_WEIGHTS = TableSpec(
    "target_weights", ("goods",), "1", "how much hitting each target matters (h)", EQUAL, missing=ONE
)
RESOURCE_WEIGHTS = TableSpec(
    "resource_weights", ("resources",), "1 / resources", "cost of a unit in a least-resources plan (w)", EQUAL
)

ACTIVITY_WEIGHTS = TableSpec(
    "activity_weights", ("techniques",), "1 / techniques", "what a unit of activity counts in a plan for output", EQUAL
)

OBJECTIVES = beside("objectives", TARGETS, TARGET_WEIGHTS, RESOURCE_WEIGHTS, ACTIVITY_WEIGHTS)

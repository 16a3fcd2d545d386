"""The tables of plants: how much a technique can make, and what a plant, or a technique that runs, uses whatever its
output.

What stands once per plant, per period in which a technique runs, or per start, is an amount and not a coefficient: it
is in the unit of the good or resource alone.
"""

from __future__ import annotations

from .merging import SUMMED, refused
from .missing import NO_LIMIT, ZERO
from .spec import TableSpec, beside

#: Why what is said of single plants cannot be merged.
SINGLE_PLANTS = "speaks of single plants"

ACTIVITY_LIMITS = beside(
    "limits of activities",
    TableSpec(
        "activity_limits",
        ("techniques",),
        "techniques",
        "highest activity level in a period",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
    ),
)

LEAST_ACTIVITIES = beside(
    "least activities",
    TableSpec(
        "least_activities",
        ("techniques",),
        "techniques",
        "lowest activity level in a period",
        SUMMED,
        missing=ZERO,
    ),
)

PLANTS = beside(
    "indivisible plants",
    TableSpec(
        "plant_capacity",
        ("techniques",),
        "techniques",
        "most that one indivisible plant makes in a period; without limit: it needs no plants",
        refused(SINGLE_PLANTS),
        sign="limit",
        missing=NO_LIMIT,
        plan_tables=("plants",),
    ),
    TableSpec(
        "plants",
        ("techniques",),
        "1",
        "most plants that can run in a period",
        refused(SINGLE_PLANTS),
        sign="limit",
        missing=NO_LIMIT,
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

#: Its rows and its weight in the objective are those of resources, so these laws use it.
PLANT_RESOURCES = TableSpec(
    "plant_resources",
    ("resources", "techniques"),
    "resources",
    "resources used per plant running, whatever its output",
    refused(SINGLE_PLANTS),
    is_use=True,
    law="limits of resources",
)

RUNNING = beside(
    "minimum scale and starting",
    TableSpec(
        "minimum_scale",
        ("techniques",),
        "techniques",
        "level of activity below which a technique does not run at all",
        refused(SINGLE_PLANTS),
        missing=ZERO,
    ),
    TableSpec(
        "start_up_inputs",
        ("goods", "techniques"),
        "goods",
        "goods used in a period in which a technique runs and did not run in the period before",
        refused(SINGLE_PLANTS),
    ),
    TableSpec(
        "running_before",
        ("techniques",),
        "1",
        "whether a technique ran before the first period: 1 or 0",
        refused(SINGLE_PLANTS),
        sign="rate",
        missing=ZERO,
        varies="once",
    ),
)

"""The tables of resources that flow: how much is used per unit of activity, and what is there in each period."""

from __future__ import annotations

from .merging import AVERAGED_BY_ACTIVITY, SUMMED
from .missing import NO_LIMIT
from .spec import TableSpec, beside

RESOURCE_USE = TableSpec(
    "resource_use",
    ("resources", "techniques"),
    "resources / techniques",
    "resources used per unit of activity (R)",
    AVERAGED_BY_ACTIVITY,
    is_use=True,
)
RESOURCE_LIMITS = TableSpec(
    "resource_limits",
    ("resources",),
    "resources",
    "what is there in each period (a flow, r)",
    SUMMED,
    missing=NO_LIMIT,
)

RESOURCES = beside("limits of resources", RESOURCE_USE, RESOURCE_LIMITS)

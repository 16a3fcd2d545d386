"""The tables of labour that is trained: how many of each kind there are, come, leave and are trained."""

from __future__ import annotations

from .merging import AVERAGED_BY_ACTIVITY, SUMMED, averaged_by
from .missing import NO_LIMIT, ZERO, Missing
from .spec import TableSpec, beside

LABOUR = beside(
    "labour of several kinds",
    TableSpec(
        "labour_force",
        ("resources",),
        "resources",
        "labour of a kind that is there at the start, and stays (infinite: the resource is none)",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
        varies="once",
    ),
    TableSpec(
        "labour_entering",
        ("resources",),
        "resources",
        "labour of a kind that comes in a year",
        SUMMED,
        missing=ZERO,
    ),
    TableSpec(
        "labour_leaving",
        ("resources",),
        "1",
        "share of a kind of labour that leaves in a year",
        averaged_by("labour_force"),
        sign="rate",
        missing=Missing(0.0, "0", beside=("labour_force",), means="no labour ever leaves"),
    ),
    TableSpec(
        "training",
        ("resources", "techniques"),
        "resources / techniques",
        "labour of a kind that is there from the next period on per unit of activity (below zero: taken from a kind)",
        AVERAGED_BY_ACTIVITY,
        sign="any",
    ),
)

"""The tables of storage: which goods keep, and how much room there is."""

from __future__ import annotations

from .merging import SUMMED, averaged_by
from .missing import NO_LIMIT, Missing
from .spec import TableSpec, beside

STORAGE = beside(
    "storage of goods",
    TableSpec(
        "storage",
        ("goods",),
        "1",
        "share of a stored good that lasts to the next period",
        averaged_by("initial_stocks"),
        sign="rate",
        missing=Missing(0.0, "not stored"),
        plan_tables=("stored",),
        varies="once",
    ),
    TableSpec("storage_capacity", ("goods",), "goods", "most that can be stored", SUMMED, missing=NO_LIMIT),
)

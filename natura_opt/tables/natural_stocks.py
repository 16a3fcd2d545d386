"""The tables of natural stocks: those that are there once, and those that regrow."""

from __future__ import annotations

from .merging import SUMMED, averaged_by
from .missing import NO_LIMIT, Missing
from .spec import TableSpec, beside

EXHAUSTIBLE = beside(
    "exhaustible resources",
    TableSpec(
        "exhaustible_stocks",
        ("resources",),
        "resources",
        "what is there once, for all periods together (infinite: it does not run out)",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
        varies="once",
    ),
)

RENEWABLE = beside(
    "renewable resources",
    TableSpec(
        "renewable_stocks",
        ("resources",),
        "resources",
        "a stock that regrows, as it stands at the start (infinite: the resource is none)",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
        varies="once",
    ),
    TableSpec(
        "regrowth_rates",
        ("resources",),
        "1",
        "share by which a renewable stock grows in a year",
        averaged_by("renewable_stocks"),
        missing=Missing(0.0, "0", beside=("renewable_stocks",), means="renewable stocks never regrow"),
    ),
    TableSpec(
        "renewable_capacity",
        ("resources",),
        "resources",
        "most that a renewable stock grows to",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
        varies="once",
    ),
)

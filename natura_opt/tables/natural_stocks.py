"""The tables of natural stocks: those that are there once, and those that regrow. No law uses them yet."""

from __future__ import annotations

from .merging import SUMMED, averaged_by
from .missing import Missing
from .spec import TableSpec

NATURAL_STOCKS = (
    TableSpec(
        "exhaustible_stocks",
        ("resources",),
        "resources",
        "what is there once, for all periods together",
        SUMMED,
        varies="once",
    ),
    TableSpec(
        "renewable_stocks",
        ("resources",),
        "resources",
        "a stock that regrows, as it stands at the start",
        SUMMED,
        varies="once",
    ),
    TableSpec(
        "regrowth_rates",
        ("resources",),
        "1",
        "share by which a renewable stock grows in a period",
        averaged_by("renewable_stocks"),
        missing=Missing(0.0, "0", beside=("renewable_stocks",), means="renewable stocks never regrow"),
    ),
)

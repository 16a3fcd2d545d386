"""The tables of trade with elsewhere: how much, at which prices, with which foreign exchange."""

from __future__ import annotations

from .merging import EQUAL, SUMMED
from .missing import ZERO
from .spec import TableSpec, beside

TRADE = beside(
    "trade with elsewhere",
    TableSpec("import_limits", ("goods",), "goods", "most that can be imported in a year", SUMMED),
    TableSpec("export_limits", ("goods",), "goods", "most that can be exported in a year", SUMMED),
    TableSpec("import_prices", ("goods",), "1 / goods", "foreign exchange paid per unit imported", EQUAL),
    TableSpec("export_prices", ("goods",), "1 / goods", "foreign exchange earned per unit exported", EQUAL),
    TableSpec(
        "foreign_exchange",
        ("periods",),
        "1",
        "foreign exchange on hand in each period, per year",
        SUMMED,
        sign="any",
        missing=ZERO,
        varies="once",
    ),
)

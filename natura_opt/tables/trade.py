"""The tables of trade with elsewhere: how much, at which prices, with which foreign exchange."""

from __future__ import annotations

from .merging import EQUAL, SUMMED
from .missing import NO_LIMIT, Missing
from .spec import TableSpec, beside

TRADE = beside(
    "trade with elsewhere",
    TableSpec(
        "import_limits",
        ("goods",),
        "goods",
        "most that can be imported in a year (0: it cannot be)",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
    ),
    TableSpec(
        "export_limits",
        ("goods",),
        "goods",
        "most that can be exported in a year (0: it cannot be)",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
    ),
    TableSpec("import_prices", ("goods",), "1 / goods", "foreign exchange paid per unit imported", EQUAL),
    TableSpec("export_prices", ("goods",), "1 / goods", "foreign exchange earned per unit exported", EQUAL),
    TableSpec(
        "foreign_exchange",
        ("periods",),
        "1",
        "foreign exchange on hand in each period, per year",
        SUMMED,
        sign="any",
        missing=Missing(
            0.0,
            "0",
            beside=("import_prices", "import_limits"),
            means="imports are paid for by exports alone",
        ),
        varies="once",
    ),
)

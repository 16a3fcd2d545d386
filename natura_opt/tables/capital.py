"""The tables of capital: what production ties up, who holds it, how it wears out and what has been ordered."""

from __future__ import annotations

from .balance import COEFFICIENT
from .merging import AVERAGED_BY_ACTIVITY, EQUAL, SUMMED, averaged_by, refused
from .missing import NO_LIMIT, ONE, ZERO, Missing
from .spec import TableSpec, beside

CAPITAL = beside(
    "capital stocks",
    TableSpec(
        "capital",
        ("goods", "techniques"),
        COEFFICIENT,
        "stock of goods tied up per unit of activity (C)",
        AVERAGED_BY_ACTIVITY,
        is_use=True,
    ),
    TableSpec(
        "depreciation",
        ("goods", "techniques"),
        "1",
        "share lost in a period (delta)",
        averaged_by("initial_capital", tied_up_by="capital"),
        sign="rate",
        missing=Missing(
            0.0,
            "0",
            beside=("initial_capital", "capital_orders"),
            means="capital held by a technique never wears out",
        ),
    ),
    TableSpec(
        "initial_capital",
        ("goods", "techniques"),
        "goods",
        "stocks at the start, each held by one technique",
        SUMMED,
        varies="once",
    ),
    TableSpec(
        "capital_pool", ("goods",), "goods", "stocks at the start that any technique may use", SUMMED, varies="once"
    ),
    TableSpec(
        "pool_depreciation",
        ("goods",),
        "1",
        "share of a pooled stock lost in a period",
        averaged_by("capital_pool"),
        sign="rate",
        missing=Missing(0.0, "0", beside=("capital_pool",), means="pooled capital never wears out"),
    ),
    TableSpec(
        "capital_orders",
        ("goods", "techniques"),
        "goods",
        "stocks ordered before the first period, by arrival",
        SUMMED,
        varies="by arrival",
    ),
    TableSpec(
        "investment_lag",
        ("goods",),
        "1",
        "periods from investment to use (tau)",
        EQUAL,
        sign="positive-integer",
        missing=ONE,
        varies="once",
    ),
)

SHIFTING = beside(
    "shifting of capital",
    TableSpec(
        "shifting",
        ("goods",),
        "1",
        "share that arrives of a stock moved from one technique to another (0: it cannot be moved)",
        EQUAL,
        sign="rate",
        missing=ZERO,
    ),
    TableSpec(
        "shifting_use",
        ("resources", "goods"),
        "resources / goods",
        "resources used, in the period before it is in its new place, per unit of a stock moved",
        refused("speaks of single goods"),
    ),
)

RETIREMENT = beside(
    "retirement of plant",
    TableSpec(
        "retirements",
        ("goods", "techniques"),
        "goods",
        "stocks of the start taken out of service, by the period from which they are gone",
        SUMMED,
        varies="by arrival",
    ),
    TableSpec(
        "service_life",
        ("goods",),
        "1",
        "whole periods that what is invested is in service (infinite: for ever), besides its depreciation",
        EQUAL,
        sign="limit",
        missing=NO_LIMIT,
        varies="once",
    ),
)

INVESTMENT_UNITS = beside(
    "indivisible investment",
    TableSpec(
        "investment_units",
        ("goods",),
        "goods",
        "size of the pieces in which a good is invested in a year (0: in any amount)",
        EQUAL,
        missing=ZERO,
        varies="once",
    ),
)

TERMINAL = beside(
    "terminal condition",
    TableSpec(
        "salvage_values",
        ("goods",),
        "1 / goods",
        "what a unit of a stock left after the last period is worth, in units of the objective",
        EQUAL,
        varies="once",
    ),
)

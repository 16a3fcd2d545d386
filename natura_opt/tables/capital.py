"""The tables of capital: what production ties up, who holds it, how it wears out and what has been ordered."""

from __future__ import annotations

from .balance import COEFFICIENT
from .merging import AVERAGED_BY_ACTIVITY, EQUAL, SUMMED, averaged_by
from .missing import ONE, Missing
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

"""The tables of time: how long the periods are, and how much each of them counts."""

from __future__ import annotations

from .merging import EQUAL
from .missing import ONE
from .spec import TableSpec, beside

PERIOD_LENGTH = TableSpec(
    "period_length",
    ("periods",),
    "1",
    "years that a period lasts; activities, limits and targets are per year, rates compound",
    EQUAL,
    sign="positive",
    missing=ONE,
    varies="once",
    law="lengths of periods",
)

(PERIOD_WEIGHTS,) = beside(
    "objectives",
    TableSpec(
        "period_weights",
        ("periods",),
        "1",
        "how much a year of the period counts in a sum over years",
        EQUAL,
        missing=ONE,
        varies="once",
    ),
)

TIME = (PERIOD_LENGTH, PERIOD_WEIGHTS)

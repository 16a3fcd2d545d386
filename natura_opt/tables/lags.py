"""The tables of production that takes time: what is spent so many periods before the output."""

from __future__ import annotations

from .balance import COEFFICIENT
from .merging import AVERAGED_BY_ACTIVITY, SUMMED
from .missing import Missing
from .spec import TableSpec, beside

LAGS = beside(
    "inputs ahead of output",
    TableSpec(
        "inputs_ahead",
        ("goods", "techniques"),
        COEFFICIENT,
        "goods used up so many periods ahead of the output (A_s)",
        AVERAGED_BY_ACTIVITY,
        varies="ahead",
        is_use=True,
    ),
    TableSpec(
        "resource_use_ahead",
        ("resources", "techniques"),
        "resources / techniques",
        "resources used so many periods ahead of the output (R_s)",
        AVERAGED_BY_ACTIVITY,
        varies="ahead",
        is_use=True,
    ),
    TableSpec(
        "prepared_activities",
        ("techniques",),
        "techniques",
        "levels of activity for which what is spent ahead was spent before the first period, by period of output",
        SUMMED,
        missing=Missing(
            0.0,
            "0",
            beside=("inputs_ahead", "resource_use_ahead"),
            means="nothing was begun before the first period, so what takes time is missing at first",
        ),
        varies="by arrival",
    ),
)

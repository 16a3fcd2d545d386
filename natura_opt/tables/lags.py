"""The tables of production that takes time: what is spent so many periods before the output. No law uses them yet."""

from __future__ import annotations

from .balance import COEFFICIENT
from .merging import AVERAGED_BY_ACTIVITY
from .spec import TableSpec

LAGS = (
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
)

"""The tables of coefficients that depend on scale: total input curves as units report them. No law uses them yet."""

from __future__ import annotations

from .merging import refused
from .plants import SINGLE_PLANTS
from .spec import TableSpec

CURVES = (
    TableSpec(
        "curve_quantities",
        ("techniques",),
        "techniques",
        "breakpoints of the reported total input curves",
        refused(SINGLE_PLANTS),
        varies="ahead",
    ),
    TableSpec(
        "curve_inputs",
        ("goods", "techniques"),
        "goods",
        "total input at each breakpoint (phi)",
        refused(SINGLE_PLANTS),
        varies="ahead",
        is_use=True,
    ),
)

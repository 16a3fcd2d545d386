"""Which rows of a period a need enters, and with which sign: one table for every law by which something is needed.

What techniques, plants, curves and whatever comes later need by a table of coefficients enters the same rows. Rows that
a question does not open take nothing (a resource that is no flow has no ``resource_limit``), so a law names them all.
"""

from __future__ import annotations

#: The rows by period that a need by a table enters, and with which sign.
ENTERING: dict[str, tuple[tuple[str, float], ...]] = {
    "inputs": (("balance", -1.0),),
    "resource_use": (("resource_limit", 1.0), ("resource_drawn", 1.0)),
    "emissions": (("emission_cap", 1.0), ("pollutant_stock", 1.0)),
}

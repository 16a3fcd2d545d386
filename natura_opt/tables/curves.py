"""The table of coefficients that depend on scale: what units report they need in all, at each scale."""

from __future__ import annotations

from .merging import refused
from .plants import SINGLE_PLANTS
from .spec import TableSpec, beside

#: The tables in which a curve may take the place of a number, by the axis that its name lies on; of two, the first is
#: meant where a row does not say.
IN_PLACE_OF: dict[str, str] = {
    "inputs": "goods",
    "resource_use": "resources",
    "emissions": "pollutants",
    "capital": "goods",
}
#: The columns that every table of curves has, and those that it may have.
NEEDED = ("technique", "name", "quantity", "total")
OPTIONAL = ("of", "unit", "formula", "fit", "beyond")

CURVES = beside(
    "needs that depend on scale",
    TableSpec(
        "curves",
        ("techniques",),
        "techniques",
        "total needs at each scale",
        refused(SINGLE_PLANTS),
        varies="once",
        tidy=(*NEEDED, *OPTIONAL),
        figures=("quantity", "total"),
    ),
)

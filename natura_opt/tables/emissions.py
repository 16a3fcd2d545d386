"""The tables of externalities: what is emitted, what may be, and the damage it does."""

from __future__ import annotations

from .merging import AVERAGED_BY_ACTIVITY, EQUAL, SUMMED
from .missing import NO_LIMIT
from .spec import TableSpec, beside

EMISSIONS = beside(
    "emissions and their damage",
    TableSpec(
        "emissions",
        ("pollutants", "techniques"),
        "pollutants / techniques",
        "emitted per unit of activity (E)",
        AVERAGED_BY_ACTIVITY,
        sign="any",
        plan_tables=("emissions",),
    ),
    TableSpec(
        "emission_caps",
        ("pollutants",),
        "pollutants",
        "most that may be emitted in a period",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
        plan_tables=("abatement_costs",),
    ),
    TableSpec(
        "emission_budgets",
        ("pollutants",),
        "pollutants",
        "most that may be emitted over all periods",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
        plan_tables=("abatement_costs",),
        varies="once",
    ),
    TableSpec(
        "damage_weights",
        ("pollutants",),
        "1 / pollutants",
        "damage per unit emitted (w_e)",
        EQUAL,
        plan_tables=("damage",),
    ),
)

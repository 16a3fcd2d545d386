"""The tables of externalities: what is emitted, what may be, and the damage it does."""

from __future__ import annotations

from .merging import AVERAGED_BY_ACTIVITY, EQUAL, SUMMED, averaged_by
from .missing import NO_LIMIT, Missing
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
        "most that may be emitted in a year of a period",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
        plan_tables=("abatement_costs",),
    ),
    TableSpec(
        "emission_budgets",
        ("pollutants",),
        "pollutants",
        "most that may be emitted in all years together",
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

POLLUTANT_STOCKS = beside(
    "stocks of pollutants",
    TableSpec(
        "pollutant_stocks",
        ("pollutants",),
        "pollutants",
        "what has piled up of a pollutant before the first period",
        SUMMED,
        plan_tables=("pollutant_stocks",),
        varies="once",
    ),
    TableSpec(
        "pollutant_decay",
        ("pollutants",),
        "1",
        "share of what has piled up that is gone after a year",
        averaged_by("pollutant_stocks"),
        sign="rate",
        missing=Missing(0.0, "0", beside=("pollutant_stocks",), means="what has piled up of a pollutant never decays"),
    ),
    TableSpec(
        "pollutant_stock_caps",
        ("pollutants",),
        "pollutants",
        "most that may have piled up at the end of a period",
        SUMMED,
        sign="limit",
        missing=NO_LIMIT,
        plan_tables=("pollutant_stocks",),
    ),
    TableSpec(
        "stock_damage_weights",
        ("pollutants",),
        "1 / pollutants",
        "damage in a year per unit that has piled up",
        EQUAL,
        plan_tables=("damage", "pollutant_stocks"),
    ),
)

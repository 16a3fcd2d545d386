"""The table of rules by name: what a user requires of activities, net outputs, resources, stocks and emissions."""

from __future__ import annotations

from .merging import refused
from .spec import TableSpec, beside

#: What a term of a rule may be of, by the table of a plan that shows it, and the axis that its name lies on.
TERMS: dict[str, str] = {
    "activities": "techniques",
    "net_output": "goods",
    "resource_use": "resources",
    "emissions": "pollutants",
    "stocks": "goods",
}
#: What a plain name that is no technique may stand for.
PLAIN = ("net_output", "resource_use", "emissions")
#: The senses of rules.
SENSES = (">=", "<=", "==")
#: What stands under ``over`` where a rule sums over all years of all its periods.
TOGETHER = "all periods"
#: The columns that every table of rules has, and those that it may have.
NEEDED = ("rule", "name", "coefficient", "sense", "limit")
OPTIONAL = ("of", "period", "over", "unit")

RULES = beside(
    "rules by name",
    TableSpec(
        "rules",
        ("rules",),
        "rules",
        "what is required of the plan, by name",
        refused("weighs what would be merged differently"),
        sign="any",
        varies="once",
        plan_tables=("rules",),
        tidy=(*NEEDED, *OPTIONAL),
        figures=("limit", "coefficient"),
    ),
)

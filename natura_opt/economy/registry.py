"""The registry of tables: the data model of an economy, one entry per table.

Every table of every plan problem stands here with its axes, its unit rule, its default and what it means, whether or
not a law uses it yet. Readers, writers, checks and unit conversion are driven by this list alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

#: The values a table may hold; a ``limit`` may be infinite (no limit), nothing else may.
Sign = Literal["non-negative", "limit", "rate", "positive-integer", "any"]

#: The axes of an economy, and the singular that heads a column of names in a file.
AXES: dict[str, str] = {
    "goods": "good",
    "techniques": "technique",
    "resources": "resource",
    "pollutants": "pollutant",
    "profiles": "profile",
    "periods": "period",
}


@dataclass(frozen=True)
class TableSpec:
    """What a table is.

    Attributes
    ----------
    name : the table's name, which is also its file name.
    axes : its row axis and, for a matrix, its column axis (names of :data:`AXES`).
    unit : the unit rule in terms of axis units, e.g. ``"goods / techniques"`` (a coefficient) or ``"1"`` (a pure
    number).
    meaning : one line for people.
    sign : the values allowed.
    default : what a missing table stands for.
    once : True where the table holds for all periods together, or at the start: it cannot differ between periods.
    ahead : True when a slice is kept per number of periods ahead of the output instead of per period.
    """

    name: str
    axes: tuple[str, ...]
    unit: str
    meaning: str
    sign: Sign = "non-negative"
    default: str = "none"
    ahead: bool = False
    once: bool = False

    @property
    def is_matrix(self) -> bool:
        """Whether the table has two axes (a sparse matrix) rather than one (a vector per period)."""
        return len(self.axes) == 2


_ONCE = frozenset(
    {
        "exhaustible_stocks",
        "renewable_stocks",
        "initial_capital",
        "capital_pool",
        "investment_lag",
        "initial_stocks",
        "storage",
        "emission_budgets",
    }
)


def _specs() -> dict[str, TableSpec]:
    coefficient = "goods / techniques"
    every = [
        TableSpec("inputs", ("goods", "techniques"), coefficient, "goods used up per unit of activity (A)"),
        TableSpec(
            "inputs_ahead",
            ("goods", "techniques"),
            coefficient,
            "goods used up so many periods ahead of the output (A_s)",
            ahead=True,
        ),
        TableSpec(
            "outputs",
            ("goods", "techniques"),
            coefficient,
            "goods made per unit of activity (B); joint products allowed",
            default="identity, where techniques and goods have the same names",
        ),
        TableSpec("resource_use", ("resources", "techniques"), "resources / techniques", "resources used per unit (R)"),
        TableSpec(
            "resource_use_ahead",
            ("resources", "techniques"),
            "resources / techniques",
            "resources used so many periods ahead of the output (R_s)",
            ahead=True,
        ),
        TableSpec(
            "resource_limits",
            ("resources",),
            "resources",
            "what is there in each period (a flow, r)",
            default="no limit",
        ),
        TableSpec("exhaustible_stocks", ("resources",), "resources", "what is there once, for all periods together"),
        TableSpec("renewable_stocks", ("resources",), "resources", "a stock that regrows, as it stands at the start"),
        TableSpec(
            "regrowth_rates", ("resources",), "1", "share by which a renewable stock grows in a period", default="0"
        ),
        TableSpec("resource_weights", ("resources",), "1 / resources", "cost of a unit in a least-resources plan (w)"),
        TableSpec("capital", ("goods", "techniques"), coefficient, "stock of goods tied up per unit of activity (C)"),
        TableSpec("depreciation", ("goods", "techniques"), "1", "share lost in a period (delta)", "rate", "0"),
        TableSpec(
            "initial_capital", ("goods", "techniques"), "goods", "stocks at the start, each held by one technique"
        ),
        TableSpec("capital_pool", ("goods",), "goods", "stocks at the start that any technique may use"),
        TableSpec("pool_depreciation", ("goods",), "1", "share of a pooled stock lost in a period", "rate", "0"),
        TableSpec(
            "capital_orders", ("goods", "techniques"), "goods", "stocks ordered before the first period, by arrival"
        ),
        TableSpec("investment_lag", ("goods",), "1", "periods from investment to use (tau)", "positive-integer", "1"),
        TableSpec("initial_stocks", ("goods",), "goods", "goods on hand at the start (s0)", default="0"),
        TableSpec(
            "storage", ("goods",), "1", "share of a stored good that lasts to the next period", "rate", "not stored"
        ),
        TableSpec("storage_capacity", ("goods",), "goods", "most that can be stored", default="no limit"),
        TableSpec("targets", ("goods",), "goods", "final demand, or the assortment wanted (d, g)"),
        TableSpec("target_weights", ("goods",), "1", "how much hitting each target matters (h)", default="1"),
        TableSpec(
            "activity_limits", ("techniques",), "techniques", "highest activity level in a period", default="no limit"
        ),
        TableSpec("plant_capacity", ("techniques",), "techniques", "most that one indivisible plant makes"),
        TableSpec(
            "plant_inputs", ("goods", "techniques"), "goods", "goods used per plant running, whatever its output"
        ),
        TableSpec("import_limits", ("goods",), "goods", "most that can be imported in a period"),
        TableSpec("export_limits", ("goods",), "goods", "most that can be exported in a period"),
        TableSpec("import_prices", ("goods",), "1 / goods", "foreign exchange paid per unit imported"),
        TableSpec("export_prices", ("goods",), "1 / goods", "foreign exchange earned per unit exported"),
        TableSpec("foreign_exchange", ("periods",), "1", "foreign exchange on hand in each period", "any", "0"),
        TableSpec(
            "emissions",
            ("pollutants", "techniques"),
            "pollutants / techniques",
            "emitted per unit of activity (E)",
            "any",
        ),
        TableSpec(
            "emission_caps",
            ("pollutants",),
            "pollutants",
            "most that may be emitted in a period",
            "limit",
            "no limit",
        ),
        TableSpec(
            "emission_budgets",
            ("pollutants",),
            "pollutants",
            "most that may be emitted over all periods",
            "limit",
            "no limit",
        ),
        TableSpec("damage_weights", ("pollutants",), "1 / pollutants", "damage per unit emitted (w_e)"),
        TableSpec(
            "curve_quantities",
            ("techniques",),
            "techniques",
            "breakpoints of the reported total input curves",
            ahead=True,
        ),
        TableSpec("curve_inputs", ("goods", "techniques"), "goods", "total input at each breakpoint (phi)", ahead=True),
        TableSpec("baskets", ("goods", "profiles"), "goods / profiles", "goods wanted per member of a profile"),
        TableSpec("populations", ("profiles",), "profiles", "members of each profile"),
        TableSpec("profile_weights", ("profiles",), "1", "weight of a profile in a weighted objective", default="1"),
    ]
    return {spec.name: replace(spec, once=spec.name in _ONCE) for spec in every}


#: Every table an economy may hold, by name.
TABLES: dict[str, TableSpec] = _specs()

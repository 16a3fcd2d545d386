"""The registry of tables: the data model of an economy, one entry per table.

Every table of every plan problem stands here, whether or not a law uses it yet. Readers, writers, checks, merging and
unit conversion are driven by this list alone.
"""

from __future__ import annotations

from collections.abc import Container

from .balance import BALANCE
from .capital import CAPITAL, INVESTMENT_UNITS, RETIREMENT, SHIFTING, TERMINAL
from .curves import CURVES
from .emissions import EMISSIONS, POLLUTANT_STOCKS
from .labour import LABOUR
from .lags import LAGS
from .natural_stocks import EXHAUSTIBLE, RENEWABLE
from .objectives import OBJECTIVES
from .plants import ACTIVITY_LIMITS, LEAST_ACTIVITIES, PLANT_RESOURCES, PLANTS, RUNNING
from .profiles import PROFILES
from .resources import RESOURCES
from .rules import RULES
from .spec import TableSpec
from .storage import STORAGE
from .time import TIME
from .trade import TRADE

#: The tables of each law, and then those that no law uses yet.
GROUPS: tuple[tuple[TableSpec, ...], ...] = (
    BALANCE,
    RESOURCES,
    CAPITAL,
    STORAGE,
    EMISSIONS,
    OBJECTIVES,
    LAGS,
    EXHAUSTIBLE,
    RENEWABLE,
    LABOUR,
    POLLUTANT_STOCKS,
    SHIFTING,
    RETIREMENT,
    INVESTMENT_UNITS,
    TERMINAL,
    TIME,
    ACTIVITY_LIMITS,
    LEAST_ACTIVITIES,
    PLANTS,
    (PLANT_RESOURCES,),
    RUNNING,
    TRADE,
    CURVES,
    RULES,
    PROFILES,
)

#: Every table an economy may hold, by name.
TABLES: dict[str, TableSpec] = {table.name: table for group in GROUPS for table in group}


def taken_for_identity(given: Container[str]) -> list[TableSpec]:
    """Return the tables that are not given and then stand for the identity: their two axes must have the same names.

    >>> [table.name for table in taken_for_identity(["inputs"])]
    ['outputs']
    """
    return [table for table in TABLES.values() if table.missing.on_diagonal and table.name not in given]

"""What a missing table is taken for where that changes the plan, in words: for ``check`` and for a plan's summary."""

from __future__ import annotations

from .economy import Economy
from .registry import TABLES

#: A table that is given, the table beside it that may be missing, and what its absence then means.
_SILENT = (
    ("initial_capital", "depreciation", "capital held by a technique never wears out"),
    ("capital_orders", "depreciation", "capital held by a technique never wears out"),
    ("capital_pool", "pool_depreciation", "pooled capital never wears out"),
    ("renewable_stocks", "regrowth_rates", "renewable stocks never regrow"),
)


def assumed(economy: Economy) -> tuple[str, ...]:
    """Return a sentence for every missing table whose default changes the plan.

    >>> import natura_opt as no
    >>> five = no.read("five_year_plan")
    >>> assumed(five), assumed(five.with_changes(depreciation=None))
    ((), ("'depreciation' is not given, so 0 is taken: capital held by a technique never wears out",))
    """
    found = [
        f"{missing!r} is not given, so {TABLES[missing].default} is taken: {meaning}"
        for given, missing, meaning in _SILENT
        if economy.has(given) and not economy.has(missing)
    ]
    return tuple(dict.fromkeys(found))

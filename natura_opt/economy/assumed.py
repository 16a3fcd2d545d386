"""What a missing table is taken for where that changes the plan, in words: for ``check`` and for a plan's summary."""

from __future__ import annotations

from ..tables.registry import TABLES
from .economy import Economy


def assumed(economy: Economy) -> tuple[str, ...]:
    """Return a sentence for every missing table whose absence changes the plan.

    >>> import natura_opt as no
    >>> five = no.read("five_year_plan")
    >>> assumed(five), assumed(five.with_changes(depreciation=None))
    ((), ("'depreciation' is not given, so 0 is taken: capital held by a technique never wears out",))
    """
    return tuple(
        f"{spec.name!r} is not given, so {spec.missing.words} is taken: {spec.missing.means}"
        for spec in TABLES.values()
        if not economy.has(spec.name) and any(map(economy.has, spec.missing.beside))
    )

"""The blocks of rows that rules stand in: one per sense, by period and of all years together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..economy.economy import Economy
from ..economy.rule_table import Rule
from ..program.declared import Rows
from ..tables.rules import SENSES

#: What rules of a sense are called, and what one more of their limit means.
_CALLED = {
    ">=": ("at_least", "lower rule", "is at least its limit", "one more unit that must be"),
    "<=": ("at_most", "upper rule", "is at most its limit", "one more unit allowed"),
    "==": ("exactly", "exact rule", "is exactly its limit", "one more unit that must be"),
}


def _declared(sense: Any, together: bool) -> Rows:
    name, kind, says, one_more = _CALLED[sense]
    kind = f"overall {kind}" if together else kind
    return Rows(
        f"{'overall_' if together else ''}rule_{name}",
        ("rules",) if together else ("rules", "periods"),
        sense,
        f"what a rule counts {'in all years together ' if together else ''}{says}",
        kind=kind,
        called="the rule",
        unit="rules",
        outside="always",
        partly=True,
        heading=f"{kind.capitalize()}s: {one_more}",
        place=6,
    )


#: The rows of rules, by their sense and whether all years count together.
ROWS = {(sense, together): _declared(sense, together) for together in (False, True) for sense in SENSES}


def rules_by_block(economy: Economy) -> Iterator[tuple[Rows, list[Rule], bool]]:
    """Yield the rows that there are, the rules they are of, and whether all years count together."""
    placed = economy.rules
    for (sense, together), rows in ROWS.items():
        rules = [] if placed is None else placed.of_kind(sense, together)
        if rules:
            yield rows, rules, together

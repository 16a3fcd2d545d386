"""The axis and the units of rules, which follow from the table that names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ..base.errors import DataError
from ..base.labels import spoken
from ..tables.rules import TERMS
from ..tables.spec import AXES
from .rule_table import Rule, RuleTable
from .units import units_of


def settled(
    where: str,
    axes: Mapping[str, pd.Index],
    tables: Mapping[str, Any],
    units: Mapping[str, tuple[str, ...]],
    own: Iterable[str] | None = None,
) -> tuple[dict[str, pd.Index], dict[str, tuple[str, ...]]]:
    """Return axes and units with those of the rules that the tables hold.

    Parameters
    ----------
    own : the units of the economy's own, as in :func:`natura_opt.build_economy`.

    Raises
    ------
    DataError : a unit that is none, or a rule without a unit that adds up what is in several.
    """
    rules = tables.get("rules")
    others = {axis: strings for axis, strings in units.items() if axis != "rules"}
    if not isinstance(rules, RuleTable):
        return {**axes, "rules": pd.Index([], dtype=object, name=AXES["rules"])}, others
    strings = tuple(unit_of_rule(rule, axes, others, where) for rule in rules.placed)
    for unit, name in {rule.unit: rule.name for rule in rules.placed if rule.unit}.items():
        units_of([unit], f"{where}: rule {name!r}", own)
    return {**axes, "rules": rules.names}, {**others, "rules": strings} if any(strings) else others


def unit_of_term(of: str, at: int, units: Mapping[str, tuple[str, ...]]) -> str:
    """Return the unit of what a term counts, ``""`` where it has none."""
    return units[TERMS[of]][at] if TERMS[of] in units else ""


def unit_of_rule(rule: Rule, axes: Mapping[str, pd.Index], units: Mapping[str, tuple[str, ...]], where: str) -> str:
    """Return the unit of a rule's limit: the one it says, or that of all it counts.

    Raises
    ------
    DataError : it says none, and counts what is in several.
    """
    if rule.unit:
        return rule.unit
    found = {unit_of_term(term.of, term.at, units): term for term in rule.terms}
    if len(found) > 1:
        (one, first), (other, second) = list(found.items())[:2]
        names = [repr(spoken(axes[TERMS[term.of]][term.at])) for term in (first, second)]
        raise DataError(
            f"{where}: rule {rule.name!r} adds {one or 'what has no unit'} ({names[0]}) and "
            f"{other or 'what has no unit'} ({names[1]}); say the rule's unit (unit=, or the column 'unit'), and give "
            "each coefficient in that unit per unit of its name"
        )
    return next(iter(found))

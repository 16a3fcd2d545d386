"""Rules that would count less than there is, because some of it stands in no table of coefficients: refused by name."""

from __future__ import annotations

import numpy as np

from ..base.errors import QuestionError
from ..base.labels import name_of
from ..economy.economy import Economy
from ..economy.rule_table import Term
from ..tables.rules import TERMS
from .holdings import Holdings, has_capital

#: Tables that take or give, beside its coefficients, what a term counts; where curves stand in its place.
_BESIDE = {
    "net_output": ("inputs_ahead",),
    "resource_use": ("plant_resources", "resource_use_ahead", "shifting_use"),
}
_CURVED = {"net_output": "inputs", "resource_use": "resource_use", "emissions": "emissions"}


def refuse_senseless_rules(economy: Economy) -> None:
    """Raise where a rule counts the net output, use or emissions of something that other tables speak of as well.

    Raises
    ------
    QuestionError : naming the rule, what it counts, and the table.
    """
    held = set(Holdings.of(economy).goods.tolist()) if has_capital(economy) else set()
    for rule in () if economy.rules is None else economy.rules.placed:
        for term in rule.terms:
            name = name_of(economy.axes[TERMS[term.of]][term.at])
            where = f"{economy.name}: rule {rule.name!r} counts the {term.of.replace('_', ' ')} of {name!r}"
            if term.of == "stocks" and term.at not in held:
                raise QuestionError(f"{where}, and nobody holds any: no technique ties it up (table 'capital')")
            table = _beside(economy, term)
            if table:
                raise QuestionError(
                    f"{where}, of which the table {table!r} says more than coefficients do; say the rule of activities"
                )


def _beside(economy: Economy, term: Term) -> str:
    """Return the table that speaks of what a term counts beside its coefficients; empty where none does."""
    curves = economy.curves
    if curves is not None and any(one.row == term.at for one in curves.standing_in(_CURVED.get(term.of, ""))):
        return "curves"
    for table in _BESIDE.get(term.of, ()):
        for part in economy.tables[table].slices.values() if economy.has(table) else ():
            if np.asarray(abs(part[[term.at]]).sum()) > 0:
                return table
    return ""

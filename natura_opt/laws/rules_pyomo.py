"""The Pyomo spelling of :mod:`natura_opt.laws.rules`, written by name from the rules and the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from ..economy.rule_table import Rule
from ..program.declared import Rows
from ..tables.rules import TERMS
from .coefficients import by_row, pyomo_names
from .periods import lengths
from .rule_blocks import rules_by_block

#: What terms are counted by: tables, and the signs with which they count.
_BY = {
    "net_output": {"outputs": 1.0, "inputs": -1.0},
    "resource_use": {"resource_use": 1.0},
    "emissions": {"emissions": 1.0},
}


def spell_pyomo(m: Any, economy: Economy, question: Question) -> None:
    """Open the rows of rules in a Pyomo model, each with all that it counts."""
    import pyomo.environ as pyo

    periods, techniques = list(economy.periods), pyomo_names(economy.techniques)
    names = {of: pyomo_names(economy.axes[axis]) for of, axis in TERMS.items()}
    shares = {
        (table, t): by_row(economy.matrix(table, t), names[of], techniques)
        for of, counted in _BY.items()
        for table in counted
        for t in range(len(periods))
    }

    def amount(of: str, name: Any, t: int) -> Any:
        """What there is of something in a year of a period."""
        if of == "activities":
            return m.activities[name, periods[t]]
        if of == "stocks":
            holdings = [h if isinstance(h, tuple) else (h,) for h in m.HOLDINGS]
            return pyo.quicksum(m.capital_stock[(*h, periods[t])] for h in holdings if h[0] == name)
        return pyo.quicksum(
            sign * share * m.activities[j, periods[t]]
            for table, sign in _BY[of].items()
            for j, share in shares[table, t][name]
        )

    def counted(rule: Rule, t: int) -> Any:
        return pyo.quicksum(
            float(term.coefficients[t]) * amount(term.of, names[term.of][term.at], t) for term in rule.terms
        )

    years = lengths(economy).tolist()
    for rows, rules, together in rules_by_block(economy):
        by_name = {rule.name: rule for rule in rules}
        m.add_component(rows.name.upper(), pyo.Set(initialize=list(by_name), doc="rules"))
        if together:
            _open_overall(m, rows, by_name, counted, years)
        else:
            _open_by_period(m, rows, by_name, counted, periods)


def _open_overall(
    m: Any, rows: Rows, rules: dict[str, Rule], counted: Callable[[Rule, int], Any], years: list[float]
) -> None:
    m.laws.rows(
        rows.name,
        m.component(rows.name.upper()),
        sense=rows.sense,
        side=lambda k: rules[k].limit,
        meaning=rows.meaning,
    )
    m.laws.terms(rows.name, lambda k: sum(n * counted(rules[k], t) for t, n in enumerate(years)))


def _open_by_period(
    m: Any, rows: Rows, rules: dict[str, Rule], counted: Callable[[Rule, int], Any], periods: list[Any]
) -> None:
    m.laws.rows(
        rows.name,
        m.component(rows.name.upper()),
        m.PERIODS,
        sense=rows.sense,
        side=lambda k, t: float(rules[k].limits[periods.index(t)]),
        meaning=rows.meaning,
        stated=lambda k, t: bool(rules[k].stated[periods.index(t)]),
    )
    m.laws.terms(rows.name, lambda k, t: counted(rules[k], periods.index(t)))

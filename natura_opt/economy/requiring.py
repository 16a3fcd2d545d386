"""Rules by name, as a user states them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import DataError, shortened, unknown
from ..base.labels import spoken
from ..base.numbers import double
from ..tables.rules import SENSES, TERMS, TOGETHER
from .coerce import as_labels, position
from .data import EconomyData
from .rule_rows import PlainNames
from .rule_table import Rule, RuleTable, Term
from .rule_units import settled, unit_of_rule, unit_of_term
from .units import units_of

E = TypeVar("E", bound=EconomyData)
#: Numbers by name, as a mapping or a Series.
Named = Mapping[Any, Any] | pd.Series
#: A number and its unit.
_AMOUNT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")


def require(
    economy: E,
    name: str,
    terms: Named,
    sense: str,
    rhs: Any,
    of: Mapping[str, Named | None],
    period: Any = None,
    over: str | None = None,
    unit: str = "",
) -> E:
    """Return an economy with one more rule; see :meth:`natura_opt.Economy.require`.

    Parameters
    ----------
    of : further terms by what they are of, a key of :data:`natura_opt.tables.rules.TERMS`.
    """
    as_labels([name], "rules", economy.name)
    if not name or name != name.strip():
        raise DataError(f"{economy.name}: the name of a rule must be text without outer blanks, not {name!r}")
    where = f"{economy.name}: rule {shortened(name)}"
    rules = () if economy.rules is None else economy.rules.placed
    if any(rule.name == name for rule in rules):
        raise DataError(f"{where}: there is one of this name; take another, or remove it first, without_rule({name!r})")
    if sense == "=":
        raise DataError(f"{where}: unknown sense '='; write '==' for exactly so much")
    if sense not in SENSES:
        raise DataError(f"{where}: {unknown('sense', sense, SENSES)}")
    if over not in (None, TOGETHER):
        raise DataError(f"{where}: {unknown('over', over, (TOGETHER,))}")
    stated = _periods(economy, period, rhs, where)
    given: dict[tuple[str, int], tuple[Any, Any]] = {}
    for term, (label, value) in chain(_plain(economy, terms, where), _said(economy, of, where)):
        if term in given:
            raise DataError(f"{where}: counts {spoken(label)!r} ({term[0]}) twice; add the coefficients up")
        given[term] = label, value
    if not given:
        raise DataError(f"{where}: counts nothing; give the coefficient of a technique, good, resource or pollutant")
    empty = tuple(Term(of_what, at, np.zeros(0)) for of_what, at in given)
    rule = Rule(name, sense, over is not None, np.zeros(0), unit.strip(), empty)
    wanted = unit_of_rule(rule, economy.axes, economy.units, economy.name)
    limits = _numbers(economy, rhs, stated, wanted, f"{where}, its limit")
    if over is not None and len(set(limits[stated].tolist())) > 1:
        raise DataError(f"{where}: all years count together, so there is one limit, not one per period")
    counted = []
    for (of_what, at), (label, value) in given.items():
        own = unit_of_term(of_what, at, economy.units)
        per = f"({wanted or '1'}) / ({own or '1'})"
        numbers = _numbers(economy, value, stated, per, f"{where}, the coefficient of {spoken(label)!r}")
        counted.append(Term(of_what, at, np.where(stated, numbers, 0.0)))
    if not any(term.coefficients.any() for term in counted):
        raise DataError(f"{where}: counts nothing: every coefficient is 0")
    whole = Rule(name, sense, over is not None, limits, unit.strip(), tuple(counted))
    return _with_rules(economy, [*rules, whole])


def without_rule(economy: E, name: str) -> E:
    """Return an economy without a rule; see :meth:`natura_opt.Economy.without_rule`."""
    rules = () if economy.rules is None else economy.rules.placed
    kept = [rule for rule in rules if rule.name != name]
    if len(kept) == len(rules):
        raise DataError(f"{economy.name}: {unknown('rule', name, [rule.name for rule in rules])}")
    return _with_rules(economy, kept)


def _with_rules(economy: E, rules: Sequence[Rule]) -> E:
    """Return an economy with other rules, which are taken as they are."""
    tables = {name: table for name, table in economy.tables.items() if name != "rules"}
    if rules:
        tables["rules"] = RuleTable.of(rules, economy.axes)
    axes, units = settled(economy.name, economy.axes, tables, economy.units)
    return replace(economy, axes=axes, tables=tables, units=units)


def _periods(economy: EconomyData, period: Any, rhs: Any, where: str) -> Any:
    """Return in which periods a rule says something, shape (periods,)."""
    stated = np.zeros(len(economy.periods), dtype=bool)
    if period is None:
        if not isinstance(rhs, Mapping | pd.Series):
            return ~stated
        period = list(rhs.keys())
    for label in [period] if isinstance(period, str) or not isinstance(period, list | tuple | pd.Index) else period:
        try:
            stated[position(economy.periods, label)] = True
        except DataError as error:
            raise DataError(f"{where}: {error}") from None
    if not stated.any():
        raise DataError(f"{where}: names no period; leave period= out where it holds in all")
    return stated


def _plain(economy: EconomyData, terms: Named, where: str) -> Iterator[tuple[tuple[str, int], tuple[Any, Any]]]:
    """Yield what plain names mean: ((of, position), (label, what is given))."""
    items = _items(terms, "terms", where)
    names = PlainNames(economy.axes, [label for label, _ in items])
    for label, value in items:
        try:
            yield names.term(label), (label, value)
        except DataError as error:
            raise DataError(f"{where}: {error}") from None


def _said(economy: EconomyData, of: Mapping[str, Named | None], where: str) -> Iterator[Any]:
    """Yield terms that say what they are of."""
    for of_what, terms in of.items():
        if terms is None:
            continue
        axis = economy.axes[TERMS[of_what]]
        for label, value in _items(terms, of_what, where):
            try:
                yield (of_what, position(axis, label)), (label, value)
            except DataError as error:
                raise DataError(f"{where}, {of_what}: {error}") from None


def _items(terms: Any, what: str, where: str) -> list[tuple[Any, Any]]:
    if not isinstance(terms, Mapping | pd.Series):
        raise DataError(f"{where}: {what} must be a mapping from name to coefficient, not {shortened(terms)}")
    return list(terms.items())


def _numbers(economy: EconomyData, given: Any, stated: Any, unit: str, where: str) -> Floats:
    """Return a number per period, NaN where a rule says nothing.

    Parameters
    ----------
    given : a number, a text of a number and its unit, or such by period.
    unit : in which the numbers are.
    """
    numbers = np.full(len(stated), np.nan)
    if not isinstance(given, Mapping | pd.Series):
        numbers[stated] = _number(economy, given, unit, where)
        return numbers
    for label, value in given.items():
        try:
            at = position(economy.periods, label)
        except DataError as error:
            raise DataError(f"{where}: {error}") from None
        if stated[at]:
            numbers[at] = _number(economy, value, unit, f"{where}, period {label!r}")
    missing = np.flatnonzero(stated & np.isnan(numbers))
    if len(missing):
        raise DataError(f"{where}: none for the period {economy.periods[missing[0]]!r}; give one for each, or for all")
    return numbers


def _number(economy: EconomyData, value: Any, unit: str, where: str) -> float:
    """Return a finite number in a unit; a text says its own unit, and is converted."""
    amount = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if amount is not None:
        every = dict.fromkeys(one for strings in economy.units.values() for one in strings)
        factor = units_of([*every, amount[2]], where).factor(amount[2] or "1", unit or "1", where)
        value = float(amount[1]) * factor
    try:
        number = double(value)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}: {error}") from None
    if not np.isfinite(number):
        raise DataError(f"{where} is {number}; give a finite number")
    return number

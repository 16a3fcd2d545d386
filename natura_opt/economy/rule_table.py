"""The rules of an economy: one tidy table of terms, and the rules that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..tables.rules import RULES, TERMS, TOGETHER
from ..tables.spec import AXES
from .table import Matrix, TidyTable

_COLUMNS = ("rule", "sense", "over", "period", "unit", "of", "name", "limit", "coefficient")


@dataclass(frozen=True, eq=False)
class Term:
    """What a rule counts of one thing.

    Attributes
    ----------
    of : a key of :data:`natura_opt.tables.rules.TERMS`.
    at : position of the thing on the axis of ``of``.
    coefficients : per period, shape (periods,); zero where it does not count.
    """

    of: str
    at: int
    coefficients: Floats


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule: terms beside a limit, in each period that has one or summed over all their years.

    Attributes
    ----------
    name : text.
    sense : ``>=``, ``<=`` or ``==``.
    together : whether all years of its periods count together.
    limits : shape (periods,); NaN in periods of which it says nothing. Where years count together they are one number.
    unit : of its limit as it was given; empty where none was.
    terms : what it counts, each thing once.
    """

    name: str
    sense: str
    together: bool
    limits: Floats
    unit: str
    terms: tuple[Term, ...]

    @property
    def stated(self) -> Any:
        """In which periods it says something, shape (periods,)."""
        return ~np.isnan(self.limits)

    @property
    def limit(self) -> float:
        """Its limit where years count together."""
        return float(self.limits[self.stated][0])


@dataclass(frozen=True, eq=False)
class RuleTable(TidyTable):
    """The table ``rules``: the rules, and the rows of terms that say the same.

    Attributes
    ----------
    placed : every rule, in the order in which they are first named.
    axes : of the economy whose rules they are.
    """

    placed: tuple[Rule, ...] = ()
    axes: Mapping[str, pd.Index] = field(default_factory=dict)

    @classmethod
    def of(cls, placed: Iterable[Rule], axes: Mapping[str, pd.Index]) -> RuleTable:
        """Return the table of rules over some axes."""
        return cls(RULES[0], {}, tuple(placed), axes)

    @cached_property
    def listed(self) -> pd.DataFrame:
        """Its rows: one per term, or one per term and period where anything differs between periods."""
        return _rows(self.placed, self.axes)

    @property
    def names(self) -> pd.Index:
        """The labels of the axis ``rules``."""
        return pd.Index([rule.name for rule in self.placed], dtype=object, name=AXES["rules"])

    def of_kind(self, sense: str, together: bool) -> list[Rule]:
        """Return the rules of a sense, those by period or those of all years together."""
        return [rule for rule in self.placed if (rule.sense, rule.together) == (sense, together)]

    def with_limits(self, limits: Mapping[str, Floats]) -> RuleTable:
        """Return the table with other limits of some rules, by name, shape (periods,)."""
        placed = [replace(rule, limits=limits.get(rule.name, rule.limits)) for rule in self.placed]
        return RuleTable.of(placed, self.axes)

    def of_periods(self, first: int, last: int, axes: Mapping[str, pd.Index]) -> RuleTable | None:
        """Return what it says of consecutive periods, whose axes are given; None where it says nothing of them."""
        kept = [rule for rule in self.placed if rule.stated[first:last].any()]
        placed = [replace(rule, limits=rule.limits[first:last], terms=_cut(rule.terms, first, last)) for rule in kept]
        return RuleTable.of(placed, axes) if placed else None


def _cut(terms: Iterable[Term], first: int, last: int) -> tuple[Term, ...]:
    return tuple(replace(term, coefficients=term.coefficients[first:last]) for term in terms)


def _rows(rules: Iterable[Rule], axes: Mapping[str, pd.Index]) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    periods = axes["periods"]
    for rule in rules:
        stated = np.flatnonzero(rule.stated)
        parts = np.array([rule.limits, *(term.coefficients for term in rule.terms)])
        same = len(stated) == len(periods) and (parts == parts[:, :1]).all()
        for t in stated[:1] if same else stated:
            rows += [
                (
                    *(rule.name, rule.sense, TOGETHER if rule.together else "", "" if same else periods[t], rule.unit),
                    *(term.of, axes[TERMS[term.of]][term.at], float(rule.limits[t]), float(term.coefficients[t])),
                )
                for term in rule.terms
            ]
    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    numbers = RULES[0].figures
    return pd.DataFrame(
        {h: pd.Series(list(c), dtype=float if h in numbers else object) for h, c in zip(_COLUMNS, columns, strict=True)}
    )


def coefficients_of(rules: Sequence[Rule], of: str, period: int, width: int) -> Matrix:
    """Return what rules count of each thing in a period, csr, shape (rules, width).

    Parameters
    ----------
    of : a key of :data:`natura_opt.tables.rules.TERMS`. width : how many things lie on its axis.
    """
    found = [(k, term.at, term.coefficients[period]) for k, rule in enumerate(rules) for term in rule.terms
             if term.of == of]  # fmt: skip
    rows, columns, values = zip(*found, strict=True) if found else ((), (), ())
    matrix: Matrix = sp.csr_array((np.array(values, dtype=float), (rows, columns)), shape=(len(rules), width))
    return matrix

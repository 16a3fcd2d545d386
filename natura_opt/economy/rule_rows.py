"""Rows of terms to the table ``rules``: names decide, nothing is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import DataError, shortened, unknown
from ..base.labels import spoken
from ..tables.rules import NEEDED, OPTIONAL, PLAIN, SENSES, TERMS, TOGETHER
from ..tables.spec import TableSpec
from .coerce import as_labels, positions_of, reads
from .rule_table import Rule, RuleTable, Term
from .table import Table
from .tidy_rows import Place, cells_in, check_headings, found_on, numbers_in, text_in


def rule_table(
    spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str, place: Place | None = None
) -> RuleTable:
    """Return the checked table of rules from a frame, or from the table of another economy.

    Parameters
    ----------
    value : a frame with the columns rule, name, coefficient, sense and limit (and perhaps of, period, over, unit), one
        row per term, or per term and period.
    place : says where a row stands, for messages.

    Raises
    ------
    DataError : naming the row, and what is wrong with it.
    """
    here = f"{where}: table {spec.name!r}"
    frame = value.listed if isinstance(value, RuleTable) else value
    if isinstance(frame, Table) or not isinstance(frame, pd.DataFrame):
        raise DataError(
            f"{here}: must be a frame with the columns {', '.join(NEEDED)}, not {shortened(frame)}; "
            "Economy.require adds a rule by its name"
        )
    at = place or (lambda row: f"{here}, row {row + 1}")
    check_headings(frame, (*NEEDED, *OPTIONAL), NEEDED, here)
    if not len(frame):
        raise DataError(f"{here} is empty; leave it out, or require something")
    rows = _Rows(frame, axes, here, at)
    names = list(dict.fromkeys(rows.rules))
    as_labels(names, "rules", here)
    return RuleTable.of([rows.rule(name) for name in names], axes)


class _Rows:
    """The rows of a table of rules, cell by cell.

    Parameters
    ----------
    here, at : where the table and a row of it stand, for messages.
    """

    def __init__(self, frame: pd.DataFrame, axes: Mapping[str, pd.Index], here: str, at: Place) -> None:
        self.axes, self.at, count = axes, at, len(frame)
        self.coefficients, self.limits = (self._finite(frame, h, here) for h in ("coefficient", "limit"))
        choices = {"sense": SENSES, "of": tuple(TERMS), "over": (TOGETHER,)}

        def texts(heading: str) -> list[str]:
            cells = cells_in(frame, heading)
            return [text_in(cells[k], heading, at(k), choices.get(heading, ())) for k in range(count)]

        self.rules, self.senses, of, self.over, self.units = map(texts, ("rule", "sense", "of", "over", "unit"))
        for heading, cells in (("rule", self.rules), ("sense", self.senses)):
            if "" in cells:
                raise DataError(f"{at(cells.index(''))}, column {heading!r}: the cell is empty; fill it")
        self.terms = self._terms(of, cells_in(frame, "name"))
        said = ["" if isinstance(cell, float) and np.isnan(cell) else cell for cell in cells_in(frame, "period")]
        dated = [k for k in range(count) if said[k] is not None and reads(said[k]) != ""]
        found = found_on([said[k] for k in dated], axes["periods"], "periods", partial(_place_among, at, dated))
        self.periods = dict(zip(dated, found, strict=True))
        self.of_rule: dict[str, list[int]] = {}
        for k, rule in enumerate(self.rules):
            self.of_rule.setdefault(rule, []).append(k)

    def rule(self, name: str) -> Rule:
        """Return the rule that the rows of a name make."""
        mine = self.of_rule[name]
        count = len(self.axes["periods"])
        sense, over, unit = (self._one(column, cells, mine) for column, cells in (
            ("sense", self.senses), ("over", self.over), ("unit", self.units)
        ))  # fmt: skip
        dated = [k for k in mine if k in self.periods]
        if dated and len(dated) < len(mine):
            other = next(k for k in mine if k not in self.periods)
            raise DataError(
                f"{self.at(other)}: some rows of rule {name!r} name a period and some do not; name one in each, or in "
                "none"
            )
        limits = np.full(count, np.nan)
        terms: dict[tuple[str, int], Any] = {}
        seen: set[tuple[str, int, int]] = set()
        for k in mine:
            for t in [self.periods[k]] if dated else range(count):
                together = np.flatnonzero(~np.isnan(limits)) if over else [t]
                if any(limits[u] != self.limits[k] for u in together if not np.isnan(limits[u])):
                    raise DataError(
                        f"{self.at(k)}, column 'limit': rule {name!r} has the limit {limits[together[0]]:g} in one row "
                        f"and {self.limits[k]:g} in another; make them one"
                    )
                limits[t] = self.limits[k]
                if (*self.terms[k], t) in seen:
                    raise DataError(f"{self.at(k)}: rule {name!r} counts it in an earlier row; add the two up")
                seen.add((*self.terms[k], t))
                terms.setdefault(self.terms[k], np.zeros(count))[t] = self.coefficients[k]
        counted = tuple(Term(of, at, numbers) for (of, at), numbers in terms.items())
        if not any(term.coefficients.any() for term in counted):
            raise DataError(f"{self.at(mine[0])}: rule {name!r} counts nothing: every coefficient is 0")
        return Rule(name, sense, bool(over), limits, unit, counted)

    def _finite(self, frame: pd.DataFrame, heading: str, here: str) -> Any:
        numbers = numbers_in(frame, heading, here)
        bad = np.flatnonzero(~np.isfinite(numbers))
        if len(bad):
            raise DataError(f"{self.at(int(bad[0]))}, column {heading!r} is {numbers[bad[0]]}; give a finite number")
        return numbers

    def _one(self, column: str, cells: list[str], mine: list[int]) -> str:
        """Return what a column says of a rule: the same in every row."""
        for k in mine:
            if cells[k] != cells[mine[0]]:
                raise DataError(
                    f"{self.at(k)}, column {column!r}: rule {self.rules[k]!r} says {cells[mine[0]]!r} in one row and "
                    f"{cells[k]!r} in another; make them one"
                )
        return cells[mine[0]]

    def _terms(self, of: list[str], names: list[Any]) -> list[tuple[str, int]]:
        """Return what each row counts, and its position there."""
        terms: dict[int, tuple[str, int]] = {}
        for said, axis in TERMS.items():
            mine = [k for k, what in enumerate(of) if what == said]
            found = found_on([names[k] for k in mine], self.axes[axis], axis, partial(_place_among, self.at, mine))
            terms |= {k: (said, at) for k, at in zip(mine, found, strict=True)}
        plain = [k for k, what in enumerate(of) if not what]
        meant = PlainNames(self.axes, [names[k] for k in plain])
        for k in plain:
            try:
                terms[k] = meant.term(names[k])
            except DataError as error:
                raise DataError(f"{self.at(k)}: {error}") from None
        return [terms[k] for k in range(len(of))]


def _place_among(at: Place, rows: list[int], k: int) -> str:
    return at(rows[k])


class PlainNames:
    """What names mean that do not say what they are of.

    A plain name means the activity of the technique of that name. A name that is no technique and stands for one thing
    only means the net output of the good, the use of the resource or the emissions of the pollutant of that name.

    Parameters
    ----------
    names : that will be asked for.
    """

    def __init__(self, axes: Mapping[str, pd.Index], names: Iterable[Any]) -> None:
        self._axes = {of: axes[TERMS[of]] for of in ("activities", *PLAIN)}
        listed = list({reads(name): name for name in names}.values())
        self._places = {
            of: dict(zip(map(reads, listed), positions_of(listed, axis), strict=True))
            for of, axis in self._axes.items()
        }

    def term(self, name: Any) -> tuple[str, int]:
        """Return what a name is of, and its position there.

        Raises
        ------
        DataError : it stands for several things, or for none: with the nearest name.
        """
        found = [(of, places[reads(name)]) for of, places in self._places.items() if places[reads(name)] >= 0]
        if found and (found[0][0] == "activities" or len(found) == 1):
            return found[0]
        if found:
            raise DataError(
                f"{spoken(name)!r} may be of {' or '.join(of for of, _ in found)}; say which ({found[0][0]}=, or the "
                "column 'of')"
            )
        known = dict.fromkeys(spoken(label) for axis in self._axes.values() for label in axis)
        raise DataError(unknown("technique, good, resource or pollutant", spoken(name), known))

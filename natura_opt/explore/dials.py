"""What can be turned: every number of a table that is a list by name, and the settings of the question."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base.errors import OptionError
from ..base.labels import holding_name, name_of, unit_words
from ..base.numbers import double
from ..base.settings import Described, Flag, OneOf, Real, Whole
from ..economy.economy import Economy
from ..economy.question import SETTINGS_OF_LAWS, Question
from ..economy.table import Table
from ..objectives import OBJECTIVES
from ..planner.points import Knob

#: A dial turns from nothing to so many times what it stands at, in so many steps each time.
_TIMES, _STEPS = 2, 100
#: Digits that a turned number keeps: steps are decimal, and doubles are not.
_DIGITS = 12


@dataclass(frozen=True)
class Dial:
    """One thing that can be turned.

    Attributes
    ----------
    key : by which the page knows it.
    knob : what it is in the economy or the question; its name is that of ``natura-opt sweep``.
    words : what it is, for people.
    unit : of its number, as people write it; empty for pure numbers.
    first : where it stands in the first plan; infinite where there is no limit; None of a setting that is not given.
    low, high, step : what a slider goes through; NaN where there is no end.
    choices : the words it can be set to, where it is not a number.
    whole : whether it is a whole number.
    limits : as what it is called among the limits of a plan.
    """

    key: str
    knob: Knob
    words: str
    unit: str
    first: Any
    low: float = math.nan
    high: float = math.nan
    step: float = math.nan
    choices: tuple[str, ...] = ()
    whole: bool = False
    limits: str = ""

    @property
    def slides(self) -> bool:
        """Whether it has two ends, and so a slider."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def read(self, given: Any) -> Any:
        """Return what it is set to; where nothing is given, where it first stood.

        Raises
        ------
        OptionError : not a number, or none of the choices.
        """
        if given is None or given == "":
            return self.first
        if self.choices:
            if given not in self.choices:
                raise OptionError(f"{self.words}: {given!r} is none of {', '.join(self.choices)}")
            return {"true": True, "false": False}.get(given, given)
        try:
            number = double(given)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise OptionError(f"{self.words}: {given!r} is no number")
        number = float(f"{number:.{_DIGITS}g}")
        if self.first is not None and not isinstance(self.first, str | bool):
            number = self.first if number == float(f"{self.first:.{_DIGITS}g}") else number
        return int(number) if self.whole and number == int(number) else number


def dials_of(economy: Economy, question: Question) -> dict[str, Dial]:
    """Return everything that can be turned, by key: the settings first, then table by table."""
    found = [*_settings(question), *_entries(economy, question)]
    return {f"d{k}": Dial(f"d{k}", **facts) for k, facts in enumerate(found)}


def _entries(economy: Economy, question: Question) -> Iterator[dict[str, Any]]:
    for table in economy.tables.values():
        spec = table.spec
        if spec.tidy or spec.ahead or spec.name in question.leave_out:
            continue
        if not spec.is_matrix:
            yield from _of_table(economy, table)
        elif spec.once:  # what there is of each holding at the start; coefficients are not limits
            yield from _of_holdings(economy, table)
    if "rules" not in question.leave_out:
        yield from _of_rules(economy)


def _of_rules(economy: Economy) -> Iterator[dict[str, Any]]:
    """Give the dials of rules by name: the limit of each, in each of its periods where these do not count together."""
    for rule in () if economy.rules is None else economy.rules.placed:
        size = 2.0 * float(np.nanmax(np.abs(rule.limits))) or 1.0
        several = len(economy.periods) > 1 and not rule.together
        for t in np.flatnonzero(rule.stated).tolist() if several else [int(np.argmax(rule.stated))]:
            period = economy.periods[t] if several else None
            when = f"@{name_of(period)}" if several else ""
            yield {
                "knob": Knob(f"rules.{rule.name}{when}", "rules", rule.name, period),
                "words": f"rule: {rule.name} ({rule.sense})" + (f", {name_of(period)}" if several else ""),
                "unit": unit_words(rule.unit),
                "limits": rule.name,
                "first": float(rule.limits[t]),
                "low": float(rule.limits[t]) - size,
                "high": float(rule.limits[t]) + size,
                "step": size / _STEPS,
            }


def _of_table(economy: Economy, table: Table) -> Iterator[dict[str, Any]]:
    """Give the dials of a table: one for each label, and for each period where it can differ between periods."""
    spec = table.spec
    periods = [None] if spec.once or len(economy.periods) == 1 else list(economy.periods)
    called = spec.name.replace("_", " ")
    for k, label in enumerate(economy.axes[spec.axes[0]]):
        for t, period in enumerate(periods):
            numbers = economy.vector(spec.name, t)
            first = float(numbers[k])
            when = "" if period is None else f", {name_of(period)}"
            name = f"{spec.name}.{name_of(label)}" + ("" if period is None else f"@{name_of(period)}")
            yield {
                "knob": Knob(name, spec.name, label, period),
                "words": f"{called}: {name_of(label)}{when}",
                "unit": _unit(economy, table, label, label),
                "first": first,
                "limits": name_of(label),
                "whole": spec.sign == "positive-integer",
                **_range(first, spec.sign, float(max((abs(v) for v in numbers if math.isfinite(v)), default=1.0))),
            }


def _of_holdings(economy: Economy, table: Table) -> Iterator[dict[str, Any]]:
    """Give the dials of a table of what is held at the start: one for each holding of which there is something."""
    rows, columns = (economy.axes[axis] for axis in table.spec.axes)
    held = economy.matrix(table.spec.name, 0).tocoo()
    for i, j, number in zip(held.row.tolist(), held.col.tolist(), held.data.tolist(), strict=True):
        place = (rows[i], columns[j])
        called = holding_name(place)
        yield {
            "knob": Knob(".".join((table.spec.name, name_of(rows[i]), name_of(columns[j]))), table.spec.name, place),
            "words": f"{table.spec.name.replace('_', ' ')}: {called}",
            "unit": _unit(economy, table, rows[i], columns[j]),
            "first": float(number),
            "limits": called,
            **_range(float(number), table.spec.sign, float(number)),
        }


def _range(first: float, sign: str, largest: float) -> dict[str, float]:
    """Return what a slider goes through, such that where it stands is one of its steps."""
    if sign == "rate":
        return {"low": 0.0, "high": 1.0, "step": first / _STEPS if 0 < first < 1 else 1 / _STEPS}
    if sign == "positive-integer":
        return {"low": 1.0, "high": max(_TIMES * first, 10.0), "step": 1.0}
    size = abs(first) if first and math.isfinite(first) else largest or 1.0
    if not size * _TIMES < math.inf or not size / _STEPS > 0:
        return {}
    low = -_TIMES * size if sign == "any" and first < 0 else 0.0
    return {"low": low, "high": _TIMES * size, "step": size / _STEPS}


def _unit(economy: Economy, table: Table, row: Any, column: Any) -> str:
    """Return the unit of a number of a table, as people write it."""
    above, below = table.spec.unit_axes
    over = unit_words(economy.unit(above, row)) if above is not None else ""
    under = unit_words(economy.unit(below, column)) if below is not None else ""
    return f"{over}/{under}" if under else over


def _settings(question: Question) -> Iterator[dict[str, Any]]:
    """Give the dials of the settings of the objective and of laws that are numbers, words or yes and no."""
    described = [*OBJECTIVES[question.objective].settings.described()]
    described += [one for settings in SETTINGS_OF_LAWS.values() for one in settings.described()]
    for one in described:
        facts = _setting(one, question.settings.get(one.name))
        if facts is not None:
            yield {"knob": Knob(one.name), "words": f"setting: {one.name.replace('_', ' ')}", "unit": "", **facts}


def _setting(one: Described, given: Any) -> dict[str, Any] | None:
    allowed = one.allowed
    if isinstance(allowed, Flag):
        first = one.default if given is None else given
        return {"first": first, "choices": ("true", "false")}
    if isinstance(allowed, OneOf) and all(isinstance(name, str) for name in allowed.names):
        return {"first": one.default if given is None else given, "choices": tuple(allowed.names)}
    if not isinstance(allowed, Real | Whole) or isinstance(one.default, str):
        return None
    default = one.default if isinstance(one.default, int | float) else None
    first = default if given is None else given
    facts: dict[str, Any] = {"first": first, "whole": isinstance(allowed, Whole)}
    top = min(allowed.below, allowed.most) if isinstance(allowed, Real) else math.inf
    if math.isfinite(top) and math.isfinite(allowed.least):
        facts |= {"low": float(allowed.least), "high": float(top), "step": (top - allowed.least) / _STEPS}
    return facts

"""The points of a sweep: what is turned, by name, and to which values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import DataError, OptionError, shortened, unknown
from ..base.labels import name_of, spoken
from ..economy.economy import Economy
from ..tables.registry import TABLES
from .planner import Planner

#: Between the parts of a name, and before a period.
_DOT, _AT = ".", "@"
#: What a column of whole numbers holds.
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Knob:
    """One thing that is turned: an entry of a table, every label of a vector, or a setting.

    Attributes
    ----------
    name : by which it is known: ``emission_caps.CO2``, ``inputs.iron.coal``, ``targets.bread@year3``, ``floor``.
    table : the table; empty for a setting.
    entry : a label, or a pair of them; None for every label.
    period : in which alone it is turned; None for all.
    """

    name: str
    table: str = ""
    entry: Any = None
    period: Any = None

    def turn(self, planner: Planner, value: Any) -> None:
        """Set it in a planner."""
        if not self.table:
            planner.ask(**{self.name: value})
        elif self.entry is None:
            planner.change(self.table, value, self.period)
        else:
            planner.change(self.table, {self.entry: value}, self.period)


def knob_named(name: str, economy: Economy) -> Knob:
    """Return what a name says is turned in an economy; what is no table is a setting.

    Raises
    ------
    DataError : an entry or a period that the table does not have.
    """
    table, _, rest = name.partition(_DOT)
    table, _, of_all = table.partition(_AT) if not rest else (table, "", "")
    if table not in TABLES:
        if rest or of_all:
            raise DataError(f"{name!r}: {unknown('table', table, TABLES)}")
        return Knob(name)
    spec, where = TABLES[table], f"{economy.name}: {name!r}"
    if spec.tidy and table != "rules":
        raise DataError(f"{where}: {table!r} is a list of reports, no number of which can be turned")
    if not rest:
        if spec.is_matrix:
            raise DataError(f"{where}: say which entry: {table}.ROW.COLUMN")
        return Knob(name, table, None, _period(economy, spec.ahead, of_all, where) if of_all else None)
    axes = [economy.axes[axis] for axis in spec.axes]
    entry = _entry(rest, axes)
    period: Any = None
    if entry is None and _AT in rest:
        rest, _, said = rest.rpartition(_AT)
        entry, period = _entry(rest, axes), _period(economy, spec.ahead, said, where)
    if entry is None:
        known = map(name_of, axes[0]) if len(axes) == 1 else [f"{name_of(axes[0][0])}.{name_of(axes[1][0])}"]
        raise DataError(f"{where}: {unknown('entry', rest, known)}")
    return Knob(name, table, entry, period)


def _entry(text: str, axes: list[pd.Index]) -> Any:
    """Return the label, or the pair of labels, that a text names; None where there is none."""
    if len(axes) == 1:
        return next((label for label in axes[0] if text in (name_of(label), spoken(label))), None)
    parts = text.split(_DOT)
    for k in range(1, len(parts)):
        row, column = (_entry(_DOT.join(part), [axis]) for part, axis in zip((parts[:k], parts[k:]), axes, strict=True))
        if row is not None and column is not None:
            return row, column
    return None


def _period(economy: Economy, ahead: bool, text: str, where: str) -> Any:
    if ahead:
        if not text.isdecimal():
            raise DataError(f"{where}: {shortened(text)} is no number of periods ahead")
        return int(text)
    found = _entry(text, [economy.periods])
    if found is None:
        raise DataError(f"{where}: {unknown('period', text, economy.periods)}")
    return found


def refuse_overlaps(knobs: Sequence[Knob]) -> None:
    """Raise where two things that are turned have an entry in common: the second would undo the first.

    Raises
    ------
    OptionError : naming them.
    """
    for one, other in combinations(knobs, 2):
        if one.table and one.table == other.table:
            parts = ((one.entry, other.entry), (one.period, other.period))
            if all(mine is None or its is None or mine == its for mine, its in parts):
                raise OptionError(f"sweep: {one.name!r} and {other.name!r} turn the same entry; leave one of them out")


def points_of(over: Mapping[Any, Any] | pd.DataFrame) -> pd.DataFrame:
    """Return the points of a sweep, one per row, a column for each thing that is turned, by its name.

    Parameters
    ----------
    over : values by name, of which every combination is a point, the last name running fastest; the entries of a table
        may stand in a mapping of their own. Or the points themselves, as a frame.

    Raises
    ------
    OptionError : no values, values that are no numbers or texts, or a name given twice.

    >>> points_of({"emission_caps": {"CO2": [1.0, 2.0]}, "floor": [0.0, 0.5]}).to_dict("list")
    {'emission_caps.CO2': [1.0, 1.0, 2.0, 2.0], 'floor': [0.0, 0.5, 0.0, 0.5]}
    """
    if isinstance(over, pd.DataFrame):
        frame = over.reset_index(drop=True)
        frame.columns = frame.columns.astype(str)
        if not frame.columns.is_unique:
            raise OptionError("sweep: two columns of the points have one name")
    elif isinstance(over, Mapping):
        named = list(_named(over))
        names = [name for name, _ in named]
        if len(set(names)) < len(names):
            raise OptionError(f"sweep: {next(name for name in names if names.count(name) > 1)!r} is given twice")
        rows = list(product(*(values for _, values in named)))
        frame = pd.DataFrame({name: pd.Series([row[k] for row in rows]) for k, name in enumerate(names)})
    else:
        raise OptionError(f"sweep: give values by name, or a frame of points, not {shortened(over)}")
    if frame.empty:
        raise OptionError("sweep: there is no point; give at least one value for everything that is turned")
    for name in frame:
        _refuse_other_values(str(name), frame[name].to_list())
    return frame


def _refuse_other_values(name: str, values: list[Any]) -> None:
    """Raise on values that are not numbers alone, texts alone, or truth values alone: a column of a table is of one
    kind."""
    kinds: dict[str, Any] = {}
    for value in values:
        if isinstance(value, str):
            kinds.setdefault("a text", value)
        elif isinstance(value, bool | np.bool_):
            kinds.setdefault("a truth value", value)
        elif not isinstance(value, int | float | np.integer | np.floating):
            raise OptionError(f"sweep: {name}: {shortened(value)} is neither a number nor a text")
        elif isinstance(value, int) and abs(value) > _LARGEST:
            raise OptionError(
                f"sweep: {name}: the whole number {shortened(value)} is too large; write it with a point, such as 1e30"
            )
        else:
            kinds.setdefault("a number", value)
    if len(kinds) > 1:
        (one, first), (other, second) = list(kinds.items())[:2]
        raise OptionError(
            f"sweep: {name}: {shortened(first)} is {one} and {shortened(second)} is {other}; give one kind"
        )


def _named(over: Mapping[Any, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield (name, values) of everything that is turned."""
    for key, values in over.items():
        if isinstance(values, Mapping):
            for entry, inner in values.items():
                whole = _DOT.join(map(name_of, entry)) if isinstance(entry, tuple) else str(entry)
                yield f"{key}{_DOT}{whole}", _listed(f"{key}{_DOT}{whole}", inner)
        else:
            yield str(key), _listed(str(key), values)


def _listed(name: str, values: Any) -> list[Any]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise OptionError(f"sweep: {name}: give a list of values, not {shortened(values)}")
    return [value.item() if isinstance(value, np.generic) else value for value in values]

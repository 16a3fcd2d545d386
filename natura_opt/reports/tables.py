"""Tables as a page holds them: columns of numbers with all their digits, and of words that are written once.

A column of words holds positions in the page's list of words, so that a name that stands in many rows is stored once.
A number that is missing is null; infinities, which JSON does not know, are words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..base.labels import name_of
from ..economy.economy import Economy
from ..tables.spec import AXES

#: Of a table with more rows than this, rows that hold nothing but zeros are left out; and where more than
#: ``MOST_ROWS`` are left, the page holds so many of them, those with the largest numbers.
LONG, MOST_ROWS = 300, 1_000
#: Whole numbers below this are written without a point: doubles hold them all.
_WHOLE = 2.0**53
#: The axis of the economy whose units a heading of labels stands for.
_AXIS_OF = {title: axis for axis, title in AXES.items()}
_GOOD = AXES["goods"]


@dataclass
class Words:
    """The words of a page, each written once."""

    places: dict[str, int] = field(default_factory=dict)

    def place(self, word: str) -> int:
        """Return where a word stands, at the end of the list where it is new."""
        return self.places.setdefault(word, len(self.places))

    def listed(self) -> list[str]:
        """Return all of them, in order."""
        return list(self.places)


def plain_number(value: Any) -> float | int | str | None:
    """Return a number as JSON can hold it, with all its digits.

    >>> plain_number(0.1), plain_number(2.0), plain_number(float("nan")), plain_number(float("-inf"))
    (0.1, 2, None, '-inf')
    """
    if value is None or value is pd.NA:
        return None
    if isinstance(value, int | np.integer):
        return int(value)
    number = float(value)
    if math.isnan(number):
        return None
    if not math.isfinite(number):
        return str(number)
    return int(number) if number.is_integer() and abs(number) < _WHOLE else number


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title : its heading.
    kind : ``number``, ``word`` or ``good`` (a word that is the name of a good, whose explanation it opens).
    values : numbers as they are, words as positions in the list of the page.
    look : how numbers are shown besides: ``bar`` (against the largest of the column), ``heat`` (each row shaded by its
        own largest) or nothing.
    """

    title: str
    kind: str
    values: list[Any]
    look: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Attributes
    ----------
    name : as the answer calls it; unique in a page.
    caption : what it shows, in words.
    columns : its columns.
    rows : of the whole table, of which the columns may hold some.
    zeros : rows of it that are left out since they hold nothing but zeros.
    """

    name: str
    caption: str
    columns: list[Column]
    rows: int
    zeros: int = 0

    def data(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        columns = [
            {"title": one.title, "kind": one.kind, "values": one.values} | ({"look": one.look} if one.look else {})
            for one in self.columns
        ]
        sizes = {"rows": self.rows, "zeros": self.zeros}
        return {"name": self.name, "caption": self.caption, **sizes, "columns": columns}


def table_of(
    name: str,
    caption: str,
    frame: pd.DataFrame,
    words: Words,
    economy: Economy | None = None,
    looks: Mapping[Any, str] | None = None,
    titles: Mapping[Any, str] | None = None,
    fields: bool = True,
) -> Table:
    """Return a frame as a table: the parts of its labels first, the unit they are measured in beside them.

    Parameters
    ----------
    economy : says units of goods, techniques, resources and pollutants, where rows are labelled by them.
    looks : of columns, by their names; of all columns that are numbers: ``{None: look}``.
    titles : what columns are called here, where that is not their name.
    fields : whether columns are fields of a record, such as ``own_rate``, and not names of the data.
    """
    looks, titles = looks or {}, titles or {}
    shown, zeros = held_rows(frame)
    columns = _labels(shown, words, economy)
    for k, title in enumerate(shown.columns):
        values = shown.iloc[:, k].tolist()
        called = titles.get(title, name_of(title).replace("_", " ") if fields else name_of(title))
        if _is_number(shown.dtypes.iloc[k], values):
            look = looks.get(title, looks.get(None, ""))
            columns.append(Column(called, "number", [plain_number(value) for value in values], look))
        elif any(value != "" for value in values) or not values:  # where nothing has a unit, there is no such column
            columns.append(Column(called, "word", [_place(words, value) for value in values]))
    return Table(name, caption, columns, len(frame), zeros)


def held_rows(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the rows of a table that a page holds, and how many were left out since they hold nothing but zeros."""
    if len(frame) <= LONG:
        return frame, 0
    numbers = frame.select_dtypes("number").to_numpy(dtype=float, na_value=0.0)
    something = (np.nan_to_num(numbers) != 0).any(axis=1) | (numbers.shape[1] == 0)
    held = np.flatnonzero(something)
    if len(held) > MOST_ROWS:
        sizes = np.abs(np.nan_to_num(numbers[held], posinf=0.0, neginf=0.0)).max(axis=1, initial=0.0)
        held = np.sort(held[np.argsort(-sizes, kind="stable")[:LONG]])
    return frame.iloc[held], int((~something).sum())


def _labels(frame: pd.DataFrame, words: Words, economy: Economy | None) -> list[Column]:
    """Return the parts of a frame's labels as columns, and a column of units; a plain count of rows is left out."""
    index = frame.index
    if isinstance(index, pd.RangeIndex) and index.name is None:
        return []
    levels = index.nlevels if isinstance(index, pd.MultiIndex) else 1
    parts = list(zip(*index, strict=True)) if levels > 1 else [tuple(index)]
    titles = [str(title) if title is not None else "" for title in index.names]
    columns = []
    for title, labels in zip(titles, parts or [()] * levels, strict=True):
        kind = "good" if title == _GOOD else "word"
        columns.append(Column(title or "name", kind, [words.place(name_of(label)) for label in labels]))
    axis = _AXIS_OF.get(titles[0])
    if economy is not None and axis is not None and "unit" not in frame.columns and axis != "periods":
        units = units_of(economy, axis)
        if any(units.values()) and parts:
            columns.append(Column("unit", "word", [words.place(units[label]) for label in parts[0]]))
    return columns


def units_of(economy: Economy, axis: str) -> dict[Any, str]:
    """Return the unit of every label of an axis, as :meth:`natura_opt.Economy.unit` says it of one."""
    labels = list(economy.axes[axis])
    return dict(zip(labels, economy.units.get(axis, ("",) * len(labels)), strict=True))


def _place(words: Words, value: Any) -> int | None:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return words.place("yes" if value else "no")
    return words.place(name_of(value))


def _is_number(dtype: Any, values: Iterable[Any]) -> bool:
    if pd.api.types.is_bool_dtype(dtype):
        return False
    if pd.api.types.is_numeric_dtype(dtype):
        return True
    kinds = (int, float, np.integer, np.floating)
    said = [value for value in values if value is not None and value is not pd.NA]
    return bool(said) and all(isinstance(value, kinds) and not isinstance(value, bool) for value in said)

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

#: Rows of a table that a page holds; what comes after stands in the plan's own tables.
MOST_ROWS = 2_000
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

    >>> plain_number(0.1), plain_number(float("nan")), plain_number(float("-inf")), plain_number(pd.NA)
    (0.1, None, '-inf', None)
    """
    if value is None or value is pd.NA:
        return None
    if isinstance(value, int | np.integer):
        return int(value)
    number = float(value)
    if math.isnan(number):
        return None
    return number if math.isfinite(number) else str(number)


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
    rows : of the whole table, of which the columns may hold the first ones.
    """

    name: str
    caption: str
    columns: list[Column]
    rows: int

    def data(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        columns = [
            {"title": one.title, "kind": one.kind, "values": one.values} | ({"look": one.look} if one.look else {})
            for one in self.columns
        ]
        return {"name": self.name, "caption": self.caption, "rows": self.rows, "columns": columns}


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
    shown = frame.iloc[:MOST_ROWS]
    columns = _labels(shown, words, economy)
    for k, title in enumerate(shown.columns):
        values = shown.iloc[:, k].tolist()
        called = titles.get(title, name_of(title).replace("_", " ") if fields else name_of(title))
        if _is_number(shown.dtypes.iloc[k], values):
            look = looks.get(title, looks.get(None, ""))
            columns.append(Column(called, "number", [plain_number(value) for value in values], look))
        else:
            columns.append(Column(called, "word", [_place(words, value) for value in values]))
    return Table(name, caption, columns, len(frame))


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
        units = {label: economy.unit(axis, label) for label in set(parts[0] if parts else ())}
        if any(units.values()):
            columns.append(Column("unit", "word", [words.place(units[label]) for label in parts[0]]))
    return columns


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

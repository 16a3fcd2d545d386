"""The tables of a plan as plain values: headings and rows, for ``solve --json --tables``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..base.labels import name_of


def tables_as_facts(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, Any]]:
    """Return each table as its headings (of labels, then of figures) and its rows, fit for JSON.

    Cells are numbers, words, true or false; what does not exist, or has no end, is null.

    >>> table = pd.DataFrame({"year1": [1.5]}, index=pd.Index([("north", "coal")], tupleize_cols=False, name="good"))
    >>> tables_as_facts({"output": table})
    {'output': {'headings': ['good', 'year1'], 'labels': 1, 'rows': [['north coal', 1.5]]}}
    """
    return {name: _facts(table) for name, table in tables.items()}


def _facts(table: pd.DataFrame) -> dict[str, Any]:
    levels = table.index.nlevels
    headings = ["" if name is None else name_of(name) for name in table.index.names]
    labels = [label if levels > 1 else (label,) for label in table.index]
    columns = [map(_cell, table.iloc[:, k].tolist()) for k in range(table.shape[1])]
    figures = zip(*columns, strict=True) if columns else [()] * len(labels)
    return {
        "headings": [*headings, *map(name_of, table.columns)],
        "labels": levels,
        "rows": [[*map(name_of, label), *cells] for label, cells in zip(labels, figures, strict=True)],
    }


def _cell(value: Any) -> float | int | str | bool | None:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return name_of(value)

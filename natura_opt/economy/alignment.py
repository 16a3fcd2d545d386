"""A matrix and the vectors that belong to it, each with labels or without, in one order: names decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ..base.errors import DataError
from ..base.numbers import doubles
from .coerce import as_labels, matched


def in_one_order(
    inputs: Any, vectors: Mapping[str, Any], names: Sequence[object] | None = None
) -> tuple[Any, dict[str, Any], Sequence[object] | None]:
    """Return a square matrix, vectors and the names of the goods, in the order of the rows of the matrix.

    What has labels (a DataFrame, a Series) is put into order by them; what has none is taken by position. Where the
    matrix has no labels, ``names`` are those of its rows.

    Raises
    ------
    DataError : labels that are not those of the matrix, or named twice; entries that are no numbers.

    >>> inputs = pd.DataFrame([[0.1, 0.2], [0.3, 0.4]], ["corn", "iron"], ["iron", "corn"])
    >>> matrix, vectors, names = in_one_order(inputs, {"demand": pd.Series({"iron": 1.0, "corn": 2.0})})
    >>> matrix.tolist(), vectors["demand"].tolist(), list(names)
    ([[0.2, 0.1], [0.4, 0.3]], [2.0, 1.0], ['corn', 'iron'])
    """
    goods = None if names is None else as_labels(names, "goods", "names")
    if isinstance(inputs, pd.DataFrame):
        rows = as_labels(inputs.index, "goods", "inputs")
        values = numbers_of(inputs, "inputs")[:, matched(inputs.columns, rows, "goods", "inputs, columns")]
        if goods is not None:
            values = values[:, order := matched(rows, goods, "goods", "names")][order]
        inputs, goods = values, rows if goods is None else goods
    aligned = {}
    for what, vector in vectors.items():
        if isinstance(vector, pd.DataFrame):
            raise DataError(f"{what} must be one number per good: a Series or an array, not a DataFrame")
        if isinstance(vector, pd.Series):
            order = slice(None) if goods is None else matched(vector.index, goods, "goods", what)
            vector = numbers_of(vector, what)[order]
        aligned[what] = vector
    return inputs, aligned, list(goods) if goods is not None and names is None else names


def numbers_of(value: Any, what: str) -> Any:
    """Return numbers as an array; what is none is said with what it is for.

    Raises
    ------
    DataError : entries that are no numbers; the sentence begins with ``what``.
    """
    try:
        return doubles(value)
    except ValueError as error:
        raise DataError(f"{what}: not numbers: {error}") from None

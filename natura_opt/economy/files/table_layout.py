"""A table as it is written: columns of names, then columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from ...base.errors import DataError
from ...base.labels import pair_name
from ...tables.spec import AXES
from ..economy import Economy
from ..table import Table, TidyTable
from .cells import Names

#: What csv reads as one cell.
_LONGEST_NAME = 131_072
#: Matrices with more cells than this, if mostly zeros, are written long.
_WIDE_CELLS = 10_000


@dataclass(frozen=True)
class Layout:
    """Columns of names and columns of numbers, each with its heading.

    Attributes
    ----------
    names : by heading.
    headings : of the columns of numbers.
    values : shape (rows, len(headings)).
    """

    names: dict[str, Names]
    headings: list[str]
    values: npt.NDArray[np.float64]

    @property
    def header(self) -> list[str]:
        """Every heading, names first."""
        return [*self.names, *self.headings]

    def rows(self) -> Iterator[list[str | float]]:
        """Give the rows, names first."""
        names = zip(*(part.listed() for part in self.names.values()), strict=True)
        for labels, values in zip(names, self.values.tolist(), strict=True):
            yield [*labels, *values]


def layout(table: Table, economy: Economy, place: str, long: bool | None = None) -> Layout:
    """Lay a table out for a file.

    Parameters
    ----------
    place : the file or sheet, for messages.
    long : whether a matrix is written long; by default if it is large and mostly zeros, or differs between periods.

    Raises
    ------
    DataError : a label cannot be written (empty names; dates).
    """
    spec = table.spec
    if isinstance(table, TidyTable):
        return _listed(table, place)
    rows = texts(economy.axes[spec.axes[0]], place)
    if not spec.is_matrix:
        vectors = vectors_of(table, economy)
        values = np.column_stack(list(vectors.values()))
        return Layout({AXES[spec.axes[0]]: Names(np.arange(len(rows)), rows)}, list(vectors), values)
    columns = texts(economy.axes[spec.axes[1]], place)
    if table.constant and not (_is_sparse(table.slices[None]) if long is None else long):
        matrix = table.slices[None].toarray()
        return Layout({AXES[spec.axes[0]]: Names(np.arange(len(rows)), rows)}, columns, matrix)
    return _long(table, rows, columns, economy)


def vectors_of(table: Table, economy: Economy) -> dict[str, Any]:
    """Return the vectors of a table by their headings: ``value``, or one per period (or number of periods ahead)."""
    if table.constant:
        return {"value": table.slices[None]}
    ahead = table.spec.ahead
    return {str(key) if ahead else str(economy.periods[key]): table.slices[key] for key in _slots(table)}


def _listed(table: TidyTable, place: str) -> Layout:
    """Lay a list of rows out: the columns of texts that say something, then its figures."""
    rows, figures = table.listed, list(table.spec.figures)
    names = {}
    for heading in (h for h in rows.columns if h not in figures):
        codes, distinct = pd.factorize(rows[heading].to_numpy(dtype=object))
        if any(cell != "" for cell in distinct):
            cells = [pd.Index([cell], tupleize_cols=False) for cell in distinct]
            written = ["" if cell[0] == "" else texts(cell, place)[0] for cell in cells]
            names[heading] = Names(codes.astype(np.int64), written)
    return Layout(names, figures, rows[figures].to_numpy())


def texts(labels: pd.Index, place: str) -> list[str]:
    """Return labels as texts that read back as the same names.

    Raises
    ------
    DataError : empty names, outer blanks, more characters than a cell of a CSV file is read with; dates and fractions;
        whole numbers mixed with texts, or in pairs.
    """
    paired = has_pairs(labels)
    written = []
    for label in labels:
        parts = label if isinstance(label, tuple) else (label,)
        kinds: Any = str if isinstance(label, tuple) else str | int | np.integer
        usable = all(isinstance(part, kinds) and str(part).strip() == str(part) != "" for part in parts)
        if not usable or len(parts) == 0:
            raise DataError(
                f"{place}: the name {label!r} cannot be written; use texts without outer blanks, pairs of them, or "
                "whole numbers"
            )
        text = pair_name(label) if paired else str(label)
        if len(text) > _LONGEST_NAME:
            raise DataError(
                f"{place}: the name {text!r} cannot be read again; use at most {_LONGEST_NAME:,} characters"
            )
        written.append(text)
    if len({isinstance(label, str | tuple) for label in labels}) > 1:
        raise DataError(f"{place}: some names are texts and some are numbers, which cannot be written; use one of them")
    return written


def has_pairs(labels: pd.Index) -> bool:
    """Whether some names are pairs, which a file must say: in it they are texts, such as ``coal@north``."""
    return labels.dtype == object and any(isinstance(label, tuple) for label in labels)


def has_whole_numbers(labels: pd.Index) -> bool:
    """Whether names are whole numbers, which a file must say: in it they look like texts."""
    return len(labels) > 0 and not isinstance(labels[0], str | tuple)


def _is_sparse(matrix: sp.csr_array) -> bool:
    cells = matrix.shape[0] * matrix.shape[1]
    return cells > _WIDE_CELLS and matrix.nnz <= cells / 3


def _slots(table: Table) -> list[int]:
    return sorted(key for key in table.slices if key is not None)


def _long(table: Table, rows: list[str], columns: list[str], economy: Economy) -> Layout:
    slots: list[int | None] = [None] if table.constant else [*_slots(table)]
    parts = [sp.coo_array(table.slices[slot]) for slot in slots]
    row, column, values = ([np.asarray(getattr(part, name)) for part in parts] for name in ("row", "col", "data"))
    for k, slot in enumerate(slots):
        if slot is not None and not len(values[k]):  # a period without entries is still given
            row[k], column[k], values[k] = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(1)
    names = {"row": Names(np.concatenate(row), rows), "column": Names(np.concatenate(column), columns)}
    if not table.constant:
        by = "ahead" if table.spec.ahead else "period"
        labels = [str(slot) if table.spec.ahead else str(economy.periods[slot]) for slot in _slots(table)]
        names[by] = Names(np.repeat(np.arange(len(slots)), [len(part) for part in values]), labels)
    return Layout(names, ["value"], np.concatenate(values)[:, None])

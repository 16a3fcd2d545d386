"""Whether a program's arrays hold together: lengths, labels, and numbers that are some."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.errors import DataError, NaturaError
from ..base.numbers import double, doubles, sparse_doubles
from .linear import LinearProgram

#: The arrays of numbers of a program, one per column or one per row.
_NUMBERS = ("cost", "lower", "upper", "row_lower", "row_upper")


def checked(program: LinearProgram) -> LinearProgram:
    """Return the program with its matrix in the form that is solved: each coefficient once, in order, none zero.

    Its arrays are doubles, and its own: what is done to those that were given changes nothing in it.

    Raises
    ------
    DataError : arrays of the wrong length or of no numbers, a sense that is none, labels that do not cover the rows and
        columns, or a number that is none.
    """
    if program.sense not in ("min", "max"):
        raise DataError(f"the program's sense is {program.sense!r}; it is 'min' or 'max'")
    rows, columns = program.matrix.shape
    for name, length in (
        *dict.fromkeys(("cost", "lower", "upper", "integer"), columns).items(),
        *dict.fromkeys(("row_lower", "row_upper"), rows).items(),
    ):
        shape = np.shape(getattr(program, name))
        if shape != (length,):
            raise DataError(
                f"the program's {name} has shape {shape}; its matrix, {rows} x {columns}, asks for ({length},)"
            )
    for name, blocks, length in (("columns", program.columns, columns), ("rows", program.rows, rows)):
        labelled = sum(len(block.index) for block in blocks)
        if labelled != length:
            raise DataError(f"the program's blocks label {labelled} {name}, and the matrix has {length}")
    try:
        made: dict[str, Any] = {name: np.array(doubles(getattr(program, name))) for name in _NUMBERS}
        offset = double(program.offset)
        sparse = sp.issparse(program.matrix)
        matrix = sp.csc_array(sparse_doubles(program.matrix) if sparse else doubles(program.matrix), copy=True)
    except (TypeError, ValueError) as error:
        raise DataError(f"the program's numbers: {error}") from None
    if not np.isfinite(offset):
        raise DataError(f"the program's offset is {offset}; it must be a finite number")
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.sort_indices()
    found = replace(program, matrix=matrix, integer=np.array(program.integer, dtype=bool), offset=offset, **made)
    check_finite(found)
    return found


def check_finite(program: LinearProgram) -> None:
    """Raise on NaN and on infinite coefficients: HiGHS calls such programs optimal.

    Raises
    ------
    NaturaError : naming the row or column.
    """
    if not np.isfinite(program.matrix.data).all():
        at = int(np.flatnonzero(~np.isfinite(program.matrix.data))[0])
        column = int(np.searchsorted(program.matrix.indptr, at, side="right")) - 1
        row = program.row_label(int(program.matrix.indices[at]))
        raise NaturaError(f"the coefficient of {program.column_label(column)} in {row} is {program.matrix.data[at]}")
    for what, values in (("cost", program.cost), ("lower bound", program.lower), ("upper bound", program.upper)):
        bad = ~np.isfinite(values) if what == "cost" else np.isnan(values)
        if bad.any():
            raise NaturaError(f"the {what} of {program.column_label(int(np.flatnonzero(bad)[0]))} is not a number")
    wrong = (program.lower == np.inf) | (program.upper == -np.inf)
    if wrong.any():
        raise NaturaError(
            f"a bound of {program.column_label(int(np.flatnonzero(wrong)[0]))} is infinite the wrong way round"
        )
    wrong = (program.row_lower == np.inf) | (program.row_upper == -np.inf)
    if wrong.any():
        raise NaturaError(
            f"a side of {program.row_label(int(np.flatnonzero(wrong)[0]))} is infinite the wrong way round"
        )
    for values in (program.row_lower, program.row_upper):
        if np.isnan(values).any():
            raise NaturaError(
                f"a side of {program.row_label(int(np.flatnonzero(np.isnan(values))[0]))} is not a number"
            )

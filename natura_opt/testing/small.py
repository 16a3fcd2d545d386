"""Small programs written as matrices: rows, sides and bounds, built with :class:`natura_opt.ProgramBuilder`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..program.builder import ProgramBuilder
from ..program.canonical import Sense
from ..program.declared import RowSense
from ..program.linear import LinearProgram

INF = float("inf")


def program(
    sense: Sense,
    cost: Sequence[float],
    rows: Sequence[tuple[Sequence[float], RowSense, float]] = (),
    lower: Any = 0.0,
    upper: Any = INF,
    *,
    integer: bool = False,
    offset: float = 0.0,
) -> LinearProgram:
    """Build a program with one block of columns, ``x``, and one block per sense of row.

    Parameters
    ----------
    rows : (coefficients, sense, side) of each row; the blocks are called ``at most``, ``at least`` and ``equal``.

    >>> program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0)]).shape
    (1, 2)
    """
    built = ProgramBuilder()
    built.columns("x", pd.RangeIndex(len(cost)), lower, upper, integer)
    add_rows(built, "x", rows)
    built.objective(sense, {"x": np.asarray(cost)})
    return replace(built.build(), offset=offset)


def add_rows(built: ProgramBuilder, columns: str, rows: Sequence[tuple[Sequence[float], RowSense, float]]) -> None:
    """Add rows over one block of columns, in one block per sense."""
    for name, wanted in (("at most", "<="), ("at least", ">="), ("equal", "==")):
        mine = [(coefficients, side) for coefficients, row_sense, side in rows if row_sense == wanted]
        if mine:
            built.rows(name, pd.RangeIndex(len(mine)), wanted, [side for _, side in mine])  # type: ignore[arg-type]
            built.terms(name, columns, sp.coo_array(np.array([coefficients for coefficients, _ in mine], dtype=float)))


def with_sides(program: LinearProgram, row_lower: Sequence[float], row_upper: Sequence[float]) -> LinearProgram:
    """Return the program with both sides of its rows replaced."""
    return replace(program, row_lower=np.array(row_lower, dtype=float), row_upper=np.array(row_upper, dtype=float))


def rescaled(program: LinearProgram, row: Any, column: Any) -> LinearProgram:
    """Return the program in other units: rows multiplied by ``row``, columns counted in units of ``column``."""
    row, column = np.asarray(row, dtype=float), np.asarray(column, dtype=float)
    return replace(
        program,
        cost=program.cost * column,
        lower=program.lower / column,
        upper=program.upper / column,
        matrix=sp.csc_array(sp.diags_array(row) @ program.matrix @ sp.diags_array(column)),
        row_lower=program.row_lower * row,
        row_upper=program.row_upper * row,
    )

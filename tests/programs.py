"""Seeded linear programs of every kind of row, bound, number and name; and the files people write by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pandas as pd
import scipy.sparse as sp

from natura_opt.program.canonical import Block
from natura_opt.program.linear import LinearProgram
from natura_opt.program.named import NamedProgram

#: Names that break careless readers and writers: words of the formats, numbers, blanks, signs, other scripts.
HOSTILE = (
    *("iron ore", "iron_ore", "Stahl für Öfen", "вода", "a,b", "x" * 400, "1e5", "e5", "", "\t*", "st", "Bounds"),
    *("free", "inf", "end", "MARKER", "RHS", "'q'", "x[1]", "-y", "+z", "2x", "objective", "obj:", "a<=b", "\\c", "*"),
)
SECTIONS = ("NAME", "OBJSENSE", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "ENDATA", "QUADOBJ", "SOS")


def random_program(seed: int, hostile: bool = False, extreme: bool = False, whole: bool = False) -> LinearProgram:
    """Return a program with every kind of row and bound; not all of them have a best point.

    Parameters
    ----------
    hostile : names that are hard to write.
    extreme : numbers of sizes 1e-300 to 1e300; else of 1e-3 to 1e3.
    whole : some columns are whole numbers.
    """
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(0, 7)), int(rng.integers(0, 8))

    def numbers(*shape: int) -> Any:
        span = 300.0 if extreme else 3.0
        values = rng.choice([-1.0, 1.0], shape) * 10.0 ** rng.uniform(-span, span, shape)
        short = np.round(rng.uniform(-9, 9, shape), 1)
        return np.where(rng.random(shape) < 0.4, short, values)

    dense = np.where(rng.random((rows, columns)) < 0.5, numbers(rows, columns), 0.0)
    one, other = numbers(2, rows)
    kind = rng.integers(0, 5, rows)
    low, high = np.minimum(one, other), np.maximum(one, other)
    row_lower = np.select([kind == 0, kind == 1, kind == 2], [one, one, np.full(rows, -np.inf)], low)
    row_upper = np.select([kind == 0, kind == 1, kind == 2], [one, np.full(rows, np.inf), one], high)
    free = kind == 4
    one, other = numbers(2, columns)
    sort = rng.integers(0, 6, columns)
    low, high = np.minimum(one, other), np.maximum(one, other)
    nothing = np.full(columns, np.inf)
    lower = np.select([sort == 0, sort == 1, sort == 2, sort == 3], [0.0 * one, -nothing, one, -nothing], low)
    upper = np.select([sort == 0, sort == 1, sort == 2, sort == 3], [nothing, nothing, one, one], high)
    names = [HOSTILE[int(k)] for k in rng.permutation(len(HOSTILE))] if hostile else [f"v{k}" for k in range(40)]
    return LinearProgram(
        sense="max" if rng.random() < 0.5 else "min",
        columns=(Block("x", pd.Index(names[:columns], dtype=object), 0),),
        rows=(Block("r", pd.Index(names[-rows:] if rows else [], dtype=object), 0),),
        cost=np.where(rng.random(columns) < 0.7, numbers(columns), 0.0),
        lower=lower,
        upper=upper,
        integer=(rng.random(columns) < 0.4) & whole,
        matrix=sp.csc_array(dense),
        row_lower=np.where(free, -np.inf, row_lower),
        row_upper=np.where(free, np.inf, row_upper),
        offset=float(numbers(1)[0]) if rng.random() < 0.5 else 0.0,
    )


def read_by_highs(path: Path) -> Any:
    """Return the program as HiGHS reads it, or None where it refuses the file."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    return None if highs.readModel(str(path)) == highspy.HighsStatus.kError else highs.getLp()


def difference_from_highs(read: NamedProgram, highs: Any, rows_in_order: bool) -> str:
    """Return in what a program differs from what HiGHS read from the same file; empty where it does not.

    HiGHS drops rows without limits and coefficients up to 1e-9, takes costs of 1e20 for infinite, rounds the sum of a
    side and its range twice, forgets the sense of an objective without terms, and keeps a lower limit of zero above a
    negative upper one (MPS), all of which is left out of account.

    Parameters
    ----------
    rows_in_order : rows are compared by place (an LP file, where HiGHS gives other names to rows without one).
    """
    columns, rows = list(read.columns[0].index), list(read.rows[0].index)
    if "bound" in columns:  # the name of the set, in these files: HiGHS then takes it for the column
        return ""
    if sorted(columns) != sorted(highs.col_names_):
        return f"columns {columns} {highs.col_names_}"
    limited = np.isfinite(read.row_lower) | np.isfinite(read.row_upper)
    known = list(range(highs.num_row_)) if rows_in_order else list(highs.row_names_)
    names = list(range(len(rows))) if rows_in_order else rows
    if not set(known) <= set(names) or any(limited[k] for k, name in enumerate(names) if name not in known):
        return f"rows {names} {known}"
    kept = [k for k, name in enumerate(names) if name in known]
    at_row, at_column = [known.index(names[k]) for k in kept], [list(highs.col_names_).index(name) for name in columns]
    matrix = highs.a_matrix_
    theirs = sp.csc_array((matrix.value_, matrix.index_, matrix.start_), shape=(highs.num_row_, highs.num_col_))
    cost, upper = read.cost, read.upper
    opened = (upper < 0) & np.isneginf(read.lower)
    whole = [str(kind).endswith("kInteger") for kind in highs.integrality_] or [False] * highs.num_col_
    spread = np.nan_to_num(np.abs(read.row_lower), posinf=0) + np.nan_to_num(np.abs(read.row_upper), posinf=0)
    slack = 1e-15 * spread[kept]
    for what, ours, other, near in (
        ("coefficients", read.matrix.toarray()[kept], theirs.toarray()[np.ix_(at_row, at_column)], 1e-9),
        ("costs", np.where(abs(cost) < 1e20, cost, 0), _of(highs.col_cost_, at_column, abs(cost) < 1e20), 0.0),
        ("lower limits", np.where(opened, 0, read.lower), _of(highs.col_lower_, at_column, ~opened), 0.0),
        ("upper limits", upper, _of(highs.col_upper_, at_column), 0.0),
        ("lower sides", read.row_lower[kept], _of(highs.row_lower_, at_row), slack),
        ("upper sides", read.row_upper[kept], _of(highs.row_upper_, at_row), slack),
        ("whole columns", read.integer, _of(whole, at_column), 0.0),
        ("constant", read.offset, highs.offset_, 0.0),
    ):
        with np.errstate(invalid="ignore"):
            if not np.all((ours == other) | (np.abs(np.subtract(ours, other, dtype=float)) <= near)):
                return f"{what}: {ours} {other}"
    largest = str(highs.sense_).endswith("kMaximize")
    return "the sense" if cost.any() and largest != (read.sense == "max") else ""


def _of(values: Any, order: list[int], counted: Any = True) -> Any:
    return np.where(counted, np.asarray(values, dtype=float)[order] if order else np.zeros(0), 0.0)


def assert_equal_programs(read: NamedProgram, program: LinearProgram, columns: Any, rows: Any) -> None:
    """What was read is the program, bit by bit, its columns and rows found by these names, in whatever order."""
    at_column, at_row = read.columns[0].index.get_indexer(columns), read.rows[0].index.get_indexer(rows)
    assert read.shape == program.shape and sorted(at_column) == list(range(len(columns)))
    assert sorted(at_row) == list(range(len(rows)))
    np.testing.assert_array_equal(read.matrix.toarray()[np.ix_(at_row, at_column)], program.matrix.toarray())
    for name, order in (("cost", at_column), ("lower", at_column), ("upper", at_column), ("integer", at_column)):
        np.testing.assert_array_equal(getattr(read, name)[order], getattr(program, name), err_msg=name)
    for name in ("row_lower", "row_upper"):
        np.testing.assert_array_equal(getattr(read, name)[at_row], getattr(program, name), err_msg=name)
    assert read.offset == program.offset and read.sense == program.sense

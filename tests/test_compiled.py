"""Compiled models laid out: blocks by name, and rows read the same however a user wrote them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from natura_opt.backends.compiled import blocks_of, oriented
from natura_opt.program.canonical import Block
from natura_opt.program.declared import Rows
from natura_opt.program.linear import LinearProgram
from natura_opt.testing.small import INF

from .exact_simplex import solve_exactly
from .hostile import made

LAW = {"<=": "most", ">=": "least"}
DECLARED = {name: Rows(name, ("goods",), sense, "a law") for sense, name in LAW.items()}  # type: ignore[arg-type]


def named(asked: LinearProgram, **blocks: int) -> LinearProgram:
    """Cut the rows into blocks of these names and sizes; ``most`` and ``least`` are declared by a law."""
    found, start = [], 0
    for name, size in blocks.items():
        found.append(Block(name, pd.RangeIndex(size), start, DECLARED.get(name)))
        start += size
    return replace(asked, rows=tuple(found))


def own(matrix: Any, low: Any, high: Any) -> LinearProgram:
    matrix = np.atleast_2d(np.asarray(matrix, dtype=float))
    asked = made("min", np.ones(matrix.shape[1]), matrix, (low, high), (0.0, 9.0))
    return named(asked, mine=len(matrix))


def turned(asked: LinearProgram, factor: Any) -> LinearProgram:
    """The same rows, some of them written the other way round."""
    down = np.asarray(factor) < 0
    return replace(
        asked,
        matrix=sp.csc_array(sp.diags_array(np.asarray(factor, dtype=float)) @ asked.matrix),
        row_lower=np.where(down, -asked.row_upper, asked.row_lower),
        row_upper=np.where(down, -asked.row_lower, asked.row_upper),
    )


# ---- blocks ------------------------------------------------------------------------------------------------


def test_blocks_keep_the_order_of_their_first_appearance_and_sort_the_rest_into_it() -> None:
    labelled: list[tuple[str, Any]] = [("b", "x"), ("a", ("g", 1)), ("b", "y"), ("c", 7), ("a", ("h", 2))]
    blocks, order = blocks_of(labelled, {})
    assert [(block.name, block.start, len(block.index)) for block in blocks] == [("b", 0, 2), ("a", 2, 2), ("c", 4, 1)]
    assert [labelled[k] for k in order] == [(block.name, label) for block in blocks for label in block.index]
    assert isinstance(blocks[1].index, pd.MultiIndex) and not isinstance(blocks[0].index, pd.MultiIndex)


def test_no_labels_are_no_blocks() -> None:
    blocks, order = blocks_of([], {})
    assert blocks == () and len(order) == 0


# ---- rows of known laws ----------------------------------------------------------------------------------


@pytest.mark.parametrize("sense", [">=", "<="])
def test_rows_of_a_law_are_written_as_the_law_writes_them(sense: Any) -> None:
    """One-sided rows in either spelling come out the same; equalities and ranges stay."""
    if sense == ">=":
        low, high = np.array([1.0, 2.0, 3.0, -1.0]), np.array([INF, INF, 3.0, 5.0])
    else:
        low, high = np.array([-INF, -INF, 3.0, -1.0]), np.array([1.0, 2.0, 3.0, 5.0])
    asked = named(own(np.arange(1.0, 9.0).reshape(4, 2), low, high), **{LAW[sense]: 4})
    for factor in product([1.0, -1.0], [1.0, -1.0]):
        found, used = oriented(turned(asked, [*factor, 1.0, 1.0]))
        np.testing.assert_array_equal(found.matrix.toarray(), asked.matrix.toarray())
        np.testing.assert_array_equal(found.row_lower, low)
        np.testing.assert_array_equal(found.row_upper, high)
        np.testing.assert_array_equal(used, [*factor, 1.0, 1.0])


def test_a_row_without_any_side_is_not_turned() -> None:
    for sense in (">=", "<="):
        _, used = oriented(named(own([[1.0, -2.0]], [-INF], [INF]), **{LAW[sense]: 1}))
        np.testing.assert_array_equal(used, [1.0])


# ---- a user's own rows -----------------------------------------------------------------------------------


ROWS: dict[str, tuple[Any, Any, Any]] = {
    "one sign, at most": ([[1.0, 2.0]], [-INF], [30.0]),
    "one sign, at least": ([[1.0, 2.0]], [5.0], [INF]),
    "one sign, equal": ([[3.0, 0.0]], [6.0], [6.0]),
    "a difference at most": ([[1.0, -1.0]], [-INF], [10.0]),
    "a difference at least": ([[-1.0, 1.0]], [4.0], [INF]),
    "a difference of zero": ([[1.0, -1.0]], [0.0], [INF]),
    "an equality of differences": ([[2.0, -1.0]], [0.0], [0.0]),
    "a block of both": ([[1.0, -1.0], [1.0, 1.0], [-1.0, 3.0]], [-INF, 2.0, 0.0], [7.0, INF, 0.0]),
}


@pytest.mark.parametrize("name", ROWS)
def test_own_rows_are_read_the_same_however_they_are_written(name: str) -> None:
    asked = own(*ROWS[name])
    expected, _ = oriented(asked)
    for factor in product([1.0, -1.0], repeat=asked.shape[0]):
        if name == "a block of both" and factor[0] != factor[2]:
            continue  # rows of mixed signs are turned together
        found, used = oriented(turned(asked, factor))
        np.testing.assert_array_equal(found.matrix.toarray(), expected.matrix.toarray())
        np.testing.assert_array_equal(found.row_lower, expected.row_lower)
        np.testing.assert_array_equal(found.row_upper, expected.row_upper)
        assert set(used.tolist()) <= {1.0, -1.0}


@pytest.mark.parametrize(
    ("row", "low", "high", "read"),
    [
        ([-1.0, -2.0], -30.0, INF, [1.0, 2.0]),  # coal + 2 iron <= 30
        ([1.0, -1.0], -10.0, INF, [-1.0, 1.0]),  # b - a <= 10
        ([1.0, -1.0], -INF, -4.0, [-1.0, 1.0]),
        ([-2.0, 1.0], 0.0, 0.0, [2.0, -1.0]),  # the first column positive
        ([-1.0, 1.0], -INF, 0.0, [1.0, -1.0]),  # what is greater less what is smaller
    ],
)
def test_the_sign_an_own_row_is_read_with(row: Any, low: float, high: float, read: Any) -> None:
    found, _ = oriented(own([row], [low], [high]))
    np.testing.assert_array_equal(found.matrix.toarray()[0], read)


def test_a_range_of_mixed_signs_stays_as_it_is_and_zeros_written_down_count_for_nothing() -> None:
    found, used = oriented(own([[-1.0, 1.0]], [-3.0], [-1.0]))
    np.testing.assert_array_equal(used, [1.0])
    np.testing.assert_array_equal([found.row_lower[0], found.row_upper[0]], [-3.0, -1.0])
    asked = own([[-1.0, -1.0]], [-INF], [5.0])
    written = sp.csc_array((np.array([0.0, -1.0]), np.array([0, 0]), np.array([0, 1, 2])), shape=(1, 2))
    _, used = oriented(replace(asked, matrix=written))
    np.testing.assert_array_equal(used, [-1.0])


@pytest.mark.parametrize("seed", range(12))
def test_turning_rows_changes_no_optimum_and_the_factor_takes_it_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.round(rng.uniform(-2, 2, (4, 3)), 1)
    low = np.where(rng.random(4) < 0.5, -INF, np.round(rng.uniform(-3, 0, 4), 1))
    high = np.where(rng.random(4) < 0.3, INF, np.round(rng.uniform(0, 3, 4), 1))
    asked = named(made("max", rng.uniform(0, 1, 3), matrix, (low, high), (0.0, 5.0)), mine=2, most=2)
    found, factor = oriented(asked)
    assert solve_exactly(found).value == solve_exactly(asked).value
    again = turned(found, factor)
    np.testing.assert_array_equal(again.matrix.toarray(), matrix)
    np.testing.assert_array_equal(again.row_lower, low)
    np.testing.assert_array_equal(again.row_upper, high)
    assert not (np.signbit(found.row_lower) & (found.row_lower == 0)).any()  # no minus zero is shown

"""The canonical program and its builder: every block where it belongs, against sums written out by hand."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from natura_opt.base.errors import NaturaError, ProgramError
from natura_opt.base.labels import labels, pair_labels
from natura_opt.program.builder import ProgramBuilder
from natura_opt.program.canonical import Block
from natura_opt.program.linear import LinearProgram
from natura_opt.program.named import COLUMNS, ROWS, NamedProgram, named_block
from natura_opt.testing.small import INF, rescaled, with_sides

from .exact_simplex import solve_exactly
from .hostile import made

GOODS, YEARS = pd.Index(["corn", "iron"]), pd.Index(["1", "2", "3"])


def builder() -> ProgramBuilder:
    found = ProgramBuilder()
    found.columns("x", GOODS, [1.0, 2.0], 9.0)
    found.columns("y", YEARS, integer=True)
    found.rows("balance", GOODS, ">=", [5.0, 6.0])
    found.rows("limit", YEARS, "<=", 7.0)
    found.rows("law", pd.RangeIndex(1), "==", 8.0)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_terms_land_in_their_blocks_and_add_up_whatever_their_form_and_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found, sizes = builder(), {"x": 2, "y": 3, "balance": 2, "limit": 3, "law": 1}
    starts = {"x": 0, "y": 2, "balance": 0, "limit": 2, "law": 5}
    expected = np.zeros((6, 5))
    forms: list[Any] = [sp.coo_array, sp.csr_array, sp.csc_array, np.array, lambda a: a.tolist()]
    for _ in range(12):
        row, column = rng.choice(["balance", "limit", "law"]), rng.choice(["x", "y"])
        part = np.where(
            rng.random((sizes[row], sizes[column])) < 0.6, rng.integers(-4, 5, (sizes[row], sizes[column])), 0
        )
        expected[starts[row] : starts[row] + sizes[row], starts[column] : starts[column] + sizes[column]] += part
        found.terms(row, column, forms[rng.integers(5)](part.astype(float)))
    program = found.build()
    np.testing.assert_array_equal(program.matrix.toarray(), expected)
    assert program.matrix.nnz == np.count_nonzero(expected)  # sums that come to nothing are no coefficients
    assert program.matrix.has_canonical_format


def test_bounds_sides_and_whole_columns() -> None:
    program = builder().build()
    np.testing.assert_array_equal(program.lower, [1, 2, 0, 0, 0])
    np.testing.assert_array_equal(program.upper, [9, 9, INF, INF, INF])
    np.testing.assert_array_equal(program.integer, [False, False, True, True, True])
    np.testing.assert_array_equal(program.row_lower, [5, 6, -INF, -INF, -INF, 8])
    np.testing.assert_array_equal(program.row_upper, [INF, INF, 7, 7, 7, 8])
    assert program.shape == (6, 5)


def test_supplies_lower_sides_and_demands_raise_them_in_any_number() -> None:
    found = builder()
    found.supply("balance", np.array([1.0, 0.5]))
    found.supply("balance", np.array([0.0, -2.0]))
    found.supply("law", np.array([3.0]))
    program = found.build()
    np.testing.assert_array_equal(program.row_lower, [4.0, 7.5, -INF, -INF, -INF, 5.0])
    np.testing.assert_array_equal(program.row_upper[[2, 3, 4, 5]], [7, 7, 7, 5])
    np.testing.assert_array_equal(found.build().row_lower, program.row_lower)  # and a second build is the same


@pytest.mark.parametrize(("sense", "sign"), [("min", 1.0), ("max", -1.0)])
def test_losses_count_against_the_objective_whatever_its_sense(sense: Any, sign: float) -> None:
    found = builder()
    found.objective(sense, {"x": [1.0, 2.0], "y": 3.0})
    found.loss("y", np.array([0.5, 0.0, 1.0]))
    found.loss("y", 0.25)
    program = found.build()
    assert program.sense == sense
    np.testing.assert_array_equal(program.cost, [1, 2, *(3 + sign * np.array([0.75, 0.25, 1.25]))])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda b: b.columns("x", GOODS), "columns 'x' declared twice"),
        (lambda b: b.rows("law", GOODS, "==", 0.0), "rows 'law' declared twice"),
        (lambda b: b.columns("z", GOODS, [1.0, 2.0, 3.0]), r"columns 'z', lower: one number, or one per label \(2\)"),
        (lambda b: b.rows("r", GOODS, ">=", [1.0] * 3), "rows 'r': one number"),
        (lambda b: b.objective("min", {"w": 1.0}), "objective: unknown block of columns 'w'"),
        (lambda b: b.objective("min", {"x": [1.0] * 3}), "cost of 'x'"),
        (lambda b: b.terms("balance", "x", [["a"]]), "terms of columns 'x' in rows 'balance'"),
    ],
)
def test_what_does_not_fit_is_said_with_the_blocks_name(wrong: Any, says: str) -> None:
    with pytest.raises(ProgramError, match=says):
        wrong(builder())


@pytest.mark.parametrize(
    ("row", "column", "part", "says"),
    [
        ("balance", "x", np.ones((3, 2)), r"have shape \(3, 2\), not \(2, 2\)"),
        ("nowhere", "x", np.ones((2, 2)), "no such block was declared"),
        ("balance", "nothing", np.ones((2, 2)), "no such block was declared"),
    ],
)
def test_terms_that_have_no_place_are_said_when_the_program_is_laid_out(
    row: str, column: str, part: Any, says: str
) -> None:
    found = builder()
    found.terms(row, column, part)
    with pytest.raises(ProgramError, match=says):
        found.build()


@pytest.mark.parametrize("sense", ["=<", "=", "", None])
def test_a_sense_that_is_none_is_refused(sense: Any) -> None:
    with pytest.raises(NaturaError, match="sense"):
        builder().rows("r", GOODS, sense, 0.0)


def test_a_program_of_nothing() -> None:
    program = ProgramBuilder().build()
    assert program.shape == (0, 0) and program.cost.shape == (0,) and program.integer.dtype == bool


# ---- names -------------------------------------------------------------------------------------------------


def test_every_row_and_column_has_its_block_and_label() -> None:
    program = builder().build()
    columns = [program.column_label(k) for k in range(5)]
    assert columns == [("x", "corn"), ("x", "iron"), ("y", "1"), ("y", "2"), ("y", "3")]
    assert [program.row_label(k) for k in (0, 2, 4, 5)] == [
        ("balance", "corn"),
        ("limit", "1"),
        ("limit", "3"),
        ("law", 0),
    ]
    block = program.row_block("limit")
    assert block is not None and block.span == slice(2, 5) and program.row_block("x") is None
    assert program.column_block("y") is not None and program.column_block("limit") is None
    assert "6 rows x 5 columns" in repr(program) and "limit" in repr(program)


def test_labels_over_axes_run_fastest_along_the_first() -> None:
    found = labels(("good", GOODS), ("year", YEARS))
    expected = [(good, year) for year in YEARS for good in GOODS]
    assert found.to_list() == expected and list(found.names) == ["good", "year"]
    three = labels(("a", pd.Index([1, 2])), ("b", pd.Index(["x"])), ("c", YEARS))
    assert three.to_list() == [(a, "x", c) for c in YEARS for a in (1, 2)]
    assert len(labels(("good", GOODS), ("year", pd.Index([])))) == 0


def test_labels_of_chosen_pairs_run_fastest_along_the_pairs() -> None:
    found = pair_labels(GOODS, pd.Index(["farm", "mill", "mine"]), (np.array([1, 0]), np.array([2, 0])), YEARS)
    assert found.to_list() == [pair for year in YEARS for pair in (("iron", "mine", year), ("corn", "farm", year))]


def test_a_program_from_a_file_says_its_name_and_notes() -> None:
    plain = made("min", [1.0], np.array([[1.0]]), ([0.0], [1.0]), (0.0, 1.0))
    given = {field: getattr(plain, field) for field in (f.name for f in fields(plain))}
    given |= {"columns": named_block(COLUMNS, ["a b"]), "rows": named_block(ROWS, ["r"])}
    named = NamedProgram(**given, name="diet", notes=("one thing",))
    assert named.column_label(0) == ("columns", "a b") and named.row_label(0) == ("rows", "r")
    assert repr(named).startswith("'diet': LinearProgram (min)") and "note: one thing" in repr(named)
    assert named.objective_name == "objective"


# ---- small programs in other units -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_other_units_change_no_optimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-3, 4, (3, 4)).astype(float)
    plain = made("max", rng.integers(-2, 5, 4), matrix, (np.full(3, -INF), rng.integers(0, 9, 3)), (0.0, 4.0))
    units = 2.0 ** rng.integers(-5, 6, 3), 2.0 ** rng.integers(-5, 6, 4)
    other: LinearProgram = rescaled(plain, *units)
    one, two = solve_exactly(plain), solve_exactly(other)
    assert one.value == two.value is not None
    sides = with_sides(plain, [-INF] * 3, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(sides.row_upper, [1.0, 2.0, 3.0])


def test_a_block_is_a_run() -> None:
    assert Block("b", YEARS, 4).span == slice(4, 7)

"""Programs out to MPS and LP, and in again through HiGHS: the same rows, columns and numbers, the same optimum."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.program.canonical import Block
from natura_opt.program.linear import LinearProgram
from natura_opt.program.writing import column_names, row_names

from .seeded import seeded_economy


def program_of(
    matrix: Any, cost: Any, row_lower: Any, row_upper: Any, *, lower: Any = 0.0, upper: Any = np.inf, **more: Any
) -> LinearProgram:
    matrix = sp.csc_array(np.asarray(matrix, dtype=float))
    rows, columns = matrix.shape
    settings: dict[str, Any] = {
        "sense": "min",
        "columns": (Block("x", pd.Index([f"x{k}" for k in range(columns)]), 0),),
        "rows": (Block("r", pd.Index([f"r{k}" for k in range(rows)]), 0),),
        "integer": np.zeros(columns, dtype=bool),
        **more,
    }
    return LinearProgram(
        cost=np.asarray(cost, dtype=float),
        lower=np.broadcast_to(np.asarray(lower, dtype=float), (columns,)).copy(),
        upper=np.broadcast_to(np.asarray(upper, dtype=float), (columns,)).copy(),
        matrix=matrix,
        row_lower=np.asarray(row_lower, dtype=float),
        row_upper=np.asarray(row_upper, dtype=float),
        **settings,
    )


def highs_of(path: Path) -> Any:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    return highs


def optimum_of(highs: Any) -> float:
    assert highs.run() == highspy.HighsStatus.kOk
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(highs.getInfo().objective_function_value)


def assert_same_program(program: LinearProgram, highs: Any) -> None:
    """What HiGHS read is the program, bit by bit."""
    lp = highs.getLp()
    read = sp.csc_array(
        (lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_), shape=(lp.num_row_, lp.num_col_)
    )
    assert list(lp.row_names_) == row_names(program)
    assert list(lp.col_names_) == column_names(program)
    assert (read != program.matrix).nnz == 0
    np.testing.assert_array_equal(lp.col_cost_, program.cost)
    np.testing.assert_array_equal(lp.col_lower_, program.lower)
    np.testing.assert_array_equal(lp.col_upper_, program.upper)
    np.testing.assert_array_equal(lp.row_lower_, program.row_lower)
    np.testing.assert_array_equal(lp.row_upper_, program.row_upper)
    assert lp.offset_ == program.offset
    assert (lp.sense_ == highspy.ObjSense.kMaximize) == (program.sense == "max")
    whole = [kind == highspy.HighsVarType.kInteger for kind in lp.integrality_] or [False] * lp.num_col_
    np.testing.assert_array_equal(whole, program.integer)


@pytest.mark.parametrize("name", sorted(no.shipped_models()))
def test_shipped_models_come_back_as_mps(name: str, tmp_path: Path) -> None:
    plan = no.solve(name)
    highs = highs_of(plan.program.to_mps(tmp_path / "plan.mps"))
    assert_same_program(plan.program, highs)
    if name not in ("eu_2006", "uk_2015_20"):  # on these HiGHS's own tolerances, unscaled, are too coarse
        assert optimum_of(highs) == pytest.approx(plan.objective, rel=1e-9)


@pytest.mark.parametrize("name", sorted(set(no.shipped_models()) - {"eu_2006", "uk_2015_20"}))
def test_shipped_models_come_back_as_lp(name: str, tmp_path: Path) -> None:
    plan = no.solve(name)
    assert optimum_of(highs_of(plan.program.to_lp(tmp_path / "plan.lp"))) == pytest.approx(plan.objective, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_seeded_programs_come_back(seed: int, tmp_path: Path) -> None:
    plan = no.solve(seeded_economy(seed, goods=(2, 8), periods=(1, 3))).assert_optimal()
    highs = highs_of(plan.program.to_mps(tmp_path / "plan.mps"))
    assert_same_program(plan.program, highs)
    assert optimum_of(highs) == pytest.approx(plan.objective, rel=1e-6)
    assert optimum_of(highs_of(plan.program.to_lp(tmp_path / "plan.lp"))) == pytest.approx(plan.objective, rel=1e-6)


def everything() -> LinearProgram:
    """Every kind of row, bound and number in one program."""
    return program_of(
        [
            [1 / 3, 1e-8 / 3, 0, 0, 1],
            [1, 1, 1, 1, 1],
            [0, 2.0, -1e7 / 3, 0, 0],
            [0, 0, 0, 0.1 + 0.2, 1],
            [0, 0, 0, 0, 1],
        ],
        cost=[0.1 + 0.2, -1e-7 / 3, 0.0, 1.0, 2.0**53 + 2],
        row_lower=[-np.inf, 1.0, -4.0, 0.25, -np.inf],
        row_upper=[1e6 / 3, 1.0, np.inf, 8.25, np.inf],
        lower=[0.0, -np.inf, -1 / 3, 2.5, -np.inf],
        upper=[np.inf, np.inf, 2 / 3, 2.5, -1.0],
        offset=1e9 / 7,
        sense="max",
        integer=np.array([True, False, False, False, True]),
    )


def test_every_kind_of_row_and_bound_and_every_digit(tmp_path: Path) -> None:
    program = everything()
    lp = highs_of(program.to_mps(tmp_path / "all.mps")).getLp()
    kept = [0, 1, 2, 3]  # HiGHS drops the row without limits
    np.testing.assert_array_equal(lp.row_lower_, program.row_lower[kept])
    np.testing.assert_array_equal(lp.row_upper_, program.row_upper[kept])
    np.testing.assert_array_equal(lp.col_lower_, program.lower)
    np.testing.assert_array_equal(lp.col_upper_, program.upper)
    np.testing.assert_array_equal(lp.col_cost_, program.cost)
    assert lp.offset_ == program.offset
    read = sp.csc_array((lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_), shape=(4, 5))
    assert (read != program.matrix[kept]).nnz == 0


def test_lp_says_the_same(tmp_path: Path) -> None:
    program = everything()
    lp = highs_of(program.to_lp(tmp_path / "all.lp")).getLp()
    order = [list(lp.col_names_).index(name) for name in column_names(program)]
    np.testing.assert_array_equal(np.array(lp.col_lower_)[order], program.lower)
    np.testing.assert_array_equal(np.array(lp.col_upper_)[order], program.upper)
    np.testing.assert_array_equal(np.array(lp.col_cost_)[order], program.cost)
    assert lp.offset_ == program.offset
    rows = {name: (low, high) for name, low, high in zip(lp.row_names_, lp.row_lower_, lp.row_upper_, strict=True)}
    assert rows["r(r3).lower"] == (0.25, np.inf) and rows["r(r3).upper"] == (-np.inf, 8.25)
    assert rows["r(r1)"] == (1.0, 1.0)


def test_an_integer_program_and_a_constant(tmp_path: Path) -> None:
    program = program_of(
        [[2.0, 3.0]], [1.0, 1.0], [-np.inf], [12.0], sense="max", offset=100.0, integer=np.array([True, True])
    )
    for path in (program.to_mps(tmp_path / "a.mps"), program.to_lp(tmp_path / "a.lp")):
        assert optimum_of(highs_of(path)) == 106.0


def test_names_are_readable_unique_and_plain(tmp_path: Path) -> None:
    labels = ["iron ore", "iron_ore", "Stahl für Öfen", "вода", "земл", "a,b", "x" * 400, "x" * 401, "1e5", "", "\t*"]
    count = len(labels)
    program = program_of(
        np.eye(count),
        np.ones(count),
        np.ones(count),
        np.full(count, np.inf),
        columns=(Block("e", pd.Index([*labels]), 0),),
        rows=(Block("balance", pd.MultiIndex.from_product([labels, ["1"]]), 0),),
    )
    names = column_names(program)
    assert names[:3] == ["e(iron_ore)", "e(iron_ore)_2", "e(Stahl_fur_Ofen)"]
    assert row_names(program)[0] == "balance(iron_ore,1)"
    for made in (names, row_names(program)):
        assert len(set(made)) == count
        assert all(name.isascii() and " " not in name and len(name) < 256 for name in made)
    for path in (program.to_mps(tmp_path / "a.mps"), program.to_lp(tmp_path / "a.lp")):
        highs = highs_of(path)
        assert sorted(highs.getLp().col_names_) == sorted(names)
        assert optimum_of(highs) == float(count)


def test_a_row_called_as_the_objective(tmp_path: Path) -> None:
    program = program_of([[1.0]], [1.0], [2.0], [np.inf], rows=(Block("objective", pd.Index([""]), 0),))
    assert optimum_of(highs_of(program.to_mps(tmp_path / "a.mps"))) == 2.0


def test_a_program_without_cost_or_entries(tmp_path: Path) -> None:
    program = program_of([[0.0, 0.0]], [0.0, 0.0], [-np.inf], [1.0], upper=[np.inf, 3.0])
    for path in (program.to_mps(tmp_path / "a.mps"), program.to_lp(tmp_path / "a.lp")):
        highs = highs_of(path)
        assert highs.getLp().num_col_ == 2 and optimum_of(highs) == 0.0

"""Programs written to MPS and LP files and read again: the same to the last bit."""

from __future__ import annotations

import gzip
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.program.canonical import Block
from natura_opt.program.linear import LinearProgram
from natura_opt.program.writing import column_names, row_names

from .programs import assert_equal_programs, random_program

FEW, MANY = range(16), range(1000)


def as_lp_says(program: LinearProgram) -> tuple[LinearProgram, list[str]]:
    """Return the program as an LP file states it, and its rows' names: two rows where there are two limits, none where
    there are none."""
    names, places, lower, upper = [], [], [], []
    for at, (name, low, high) in enumerate(zip(row_names(program), program.row_lower, program.row_upper, strict=True)):
        two = low != high and math.isfinite(low) and math.isfinite(high)
        if low == high or two or math.isfinite(low):
            names.append(f"{name}.lower" if two else name)
            places.append(at)
            lower.append(low)
            upper.append(low if low == high else math.inf)
        if low != high and math.isfinite(high):
            names.append(f"{name}.upper" if two else name)
            places.append(at)
            lower.append(-math.inf)
            upper.append(high)
    rows = (Block("r", pd.RangeIndex(len(names)), 0),)
    matrix = sp.csc_array(sp.csr_array(program.matrix)[places])
    return replace(program, rows=rows, matrix=matrix, row_lower=np.array(lower), row_upper=np.array(upper)), names


def comes_back(program: LinearProgram, folder: Path) -> None:
    columns = column_names(program)
    read = no.read_program(program.to_mps(folder / "a.mps"), infinity=math.inf)
    assert_equal_programs(read, program, columns, row_names(program))
    assert list(read.columns[0].index) == columns and list(read.rows[0].index) == row_names(program)
    again = no.read_program(read.to_mps(folder / "b.mps"), infinity=math.inf)
    assert_equal_programs(again, program, columns, row_names(program))
    stated, rows = as_lp_says(program)
    assert_equal_programs(no.read_program(program.to_lp(folder / "a.lp"), infinity=math.inf), stated, columns, rows)


@pytest.mark.parametrize("name", sorted(no.shipped_models()))
def test_shipped_models(name: str, tmp_path: Path) -> None:
    economy = no.read(name)
    comes_back(no.linear_program(economy, economy.question(None)), tmp_path)


@pytest.mark.parametrize("seed", FEW)
def test_seeded_programs(seed: int, tmp_path: Path) -> None:
    hostile, extreme, whole = seed % 2 == 1, seed % 4 >= 2, seed % 8 >= 4
    comes_back(random_program(seed, hostile, extreme, whole), tmp_path)


@pytest.mark.exhaustive
def test_many_seeded_programs(tmp_path: Path) -> None:
    for seed in MANY:
        comes_back(random_program(seed, seed % 2 == 1, seed % 4 >= 2, seed % 8 >= 4), tmp_path)


@pytest.mark.parametrize(
    ("lower", "upper"), [(-0.9, 0.8), (0.1, 0.3), (-1e16, 1e-5), (1e-300, 1e300), (-1 / 3, 1e8 / 3), (-5e-324, 1.0)]
)
def test_a_range_is_a_distance_with_digits_enough(lower: float, upper: float, tmp_path: Path) -> None:
    """The double nearest to upper - lower does not always lead back to upper."""
    program = replace(
        random_program(0),
        columns=(Block("x", pd.Index(["x"]), 0),),
        rows=(Block("r", pd.Index(["r"]), 0),),
        matrix=sp.csc_array([[1.0]]),
        **{name: np.array([0.0]) for name in ("cost", "lower")},
        upper=np.array([1.0]),
        integer=np.array([False]),
        row_lower=np.array([lower]),
        row_upper=np.array([upper]),
    )
    comes_back(program, tmp_path)


def test_a_column_without_entries_is_not_lost_in_an_lp_file(tmp_path: Path) -> None:
    program = random_program(4)
    _, columns = program.shape
    idle = replace(program, matrix=sp.csc_array(program.shape), cost=np.zeros(columns))
    idle = replace(idle, lower=np.zeros(columns), upper=np.full(columns, np.inf))
    assert columns > 1
    assert no.read_program(idle.to_lp(tmp_path / "a.lp")).shape[1] == columns


def test_packed_files_say_the_same(tmp_path: Path) -> None:
    program = random_program(5)
    plain = program.to_mps(tmp_path / "a.mps")
    packed = tmp_path / "a.MPS.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert_equal_programs(no.read_program(packed), program, column_names(program), row_names(program))


def test_large_limits_are_infinite_unless_asked_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.mps"
    path.write_text(
        "ROWS\n N o\n L r\nCOLUMNS\n x o 1 r 1\n y r 1\nRHS\n r 1e25\nBOUNDS\n UP x 2e20\n UP y 1e19\nENDATA\n"
    )
    read = no.read_program(path)
    assert read.upper.tolist() == [math.inf, 1e19] and read.row_upper.tolist() == [math.inf]
    assert read.notes == (
        "limits of 1e+20 and more are infinite, as the format has it: the right-hand side of row 'r' (line 8), "
        "the UP bound of column 'x' (line 10)",
    )
    exact = no.read_program(path, infinity=math.inf)
    assert exact.upper.tolist() == [2e20, 1e19] and exact.row_upper.tolist() == [1e25] and exact.notes == ()
    for written in (exact.to_mps(tmp_path / "b.mps"), exact.to_lp(tmp_path / "b.lp")):
        assert "column x has a limit of 1e+20 or more" in written.read_text()
        assert no.read_program(written, infinity=math.inf).upper.tolist() == [2e20, 1e19]

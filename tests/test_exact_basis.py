"""Bases: what rests where, what is repaired, and that HiGHS reads back what it was told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.exact.basis import At, Basis, _independent, resting
from natura_opt.proof.exact.budget import Budget
from natura_opt.proof.exact.judge import judge_exactly
from natura_opt.proof.exact.next_basis import MagnifyingGlass
from natura_opt.proof.exact.pivoting import is_optimal
from natura_opt.proof.exact.vertex import ExactProgram, Vertex
from natura_opt.testing.small import INF, program

from . import rational
from .exact_simplex import solve_exactly
from .hostile import made


def feasible(seed: int) -> LinearProgram:
    """A bounded program with an optimum, of decimals."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(2, 9)), int(rng.integers(2, 9))
    matrix = np.where(rng.random((m, n)) < 0.6, np.round(rng.uniform(-1, 2, (m, n)), 1), 0.0)
    sums = matrix @ np.round(rng.uniform(0, 3, n), 1)
    low = np.where(rng.random(m) < 0.5, sums, -INF)
    high = np.where(np.isinf(low), sums + 0.5, INF)
    return made(rng.choice(["min", "max"]), np.round(rng.uniform(-1, 1, n), 1), matrix, (low, high), (0.0, 5.0))


def square_of(asked: LinearProgram, basis: Basis) -> list[Any]:
    """The columns of ``A x - s = 0`` that are basic, as rows of fractions."""
    m = asked.shape[0]
    whole = np.hstack([asked.matrix.toarray(), -np.eye(m)])
    basic = np.concatenate([basis.columns, basis.rows]) == At.BASIC
    return rational.matrix(whole[:, basic].T)


def assert_basis(asked: LinearProgram, basis: Basis) -> None:
    m = asked.shape[0]
    square = square_of(asked, basis)
    assert len(square) == m and rational.rank(square) == m
    for status, lower, upper in (
        (basis.columns, asked.lower, asked.upper),
        (basis.rows, asked.row_lower, asked.row_upper),
    ):
        assert np.isfinite(lower[status == At.LOWER]).all() and np.isfinite(upper[status == At.UPPER]).all()


# ---- where things rest -------------------------------------------------------------------------------------


def test_values_rest_on_the_nearer_bound_of_those_there_are() -> None:
    lower = np.array([0.0, 0.0, 0.0, -INF, 2.0, -INF, 3.0])
    upper = np.array([4.0, 4.0, 4.0, 5.0, INF, INF, 3.0])
    values = np.array([1.0, 3.0, 2.0, -1e9, 1e9, 7.0, 3.0])
    expected = [At.LOWER, At.UPPER, At.LOWER, At.UPPER, At.LOWER, At.FREE, At.LOWER]
    np.testing.assert_array_equal(resting(lower, upper, values), expected)


def test_the_basis_of_all_rows() -> None:
    asked = made("min", np.zeros(3), np.ones((2, 3)), ([0.0, 0.0], [1.0, 1.0]), ([-INF, -INF, -9.0], [INF, 1.0, 2.0]))
    slack = Basis.slack(asked)
    np.testing.assert_array_equal(slack.columns, [At.FREE, At.UPPER, At.UPPER])
    np.testing.assert_array_equal(slack.rows, [At.BASIC, At.BASIC])


# ---- repairs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(25))
def test_whatever_is_called_basic_a_repaired_basis_is_one(seed: int) -> None:
    asked = feasible(seed)
    rng = np.random.default_rng(seed)
    columns = rng.choice([At.BASIC, At.LOWER, At.UPPER], asked.shape[1]).astype(np.int8)
    rests = resting(asked.row_lower, asked.row_upper, np.zeros(asked.shape[0]))
    rows = np.where(rng.random(asked.shape[0]) < 0.5, At.BASIC, rests).astype(np.int8)
    found = Basis(columns, rows).repaired(asked)
    assert_basis(asked, found)
    kept = found.columns == At.BASIC
    assert (columns[kept] == At.BASIC).all()  # nothing is brought in but rows
    assert (rows[found.rows != At.BASIC] != At.BASIC).all()
    assert judge_exactly(asked, Basis(columns, rows)).objective_fraction == solve_exactly(asked).value


def test_a_basis_that_is_one_is_left_as_it_is() -> None:
    asked = program("max", [1.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 6.0)])
    given = Basis(np.array([At.BASIC, At.LOWER], dtype=np.int8), np.array([At.UPPER, At.BASIC], dtype=np.int8))
    found = given.repaired(asked)
    np.testing.assert_array_equal(found.columns, given.columns)
    np.testing.assert_array_equal(found.rows, given.rows)


@pytest.mark.parametrize("seed", range(20))
def test_dependence_is_that_of_fractions_and_not_of_doubles(seed: int) -> None:
    """Columns that differ by the last digit are independent; those that are sums of others are not."""
    rng = np.random.default_rng(seed)
    dense = np.round(rng.uniform(-2, 2, (6, 5)), 1)
    dense[:, 2] = dense[:, 0] * (1 + 2.0**-52)
    dense[:, 4] = 2.0 * dense[:, 1]
    found = _independent(sp.csc_array(dense))
    assert len(found) == rational.rank(rational.matrix(dense))
    assert rational.rank(rational.matrix(dense[:, found].T)) == len(found)


def test_nothing_is_independent_of_nothing() -> None:
    assert len(_independent(sp.csc_array((3, 0)))) == 0
    assert len(_independent(sp.csc_array((0, 3)))) == 0
    assert len(_independent(sp.csc_array((3, 2)))) == 0


# ---- from a point, and from HiGHS and back -----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(15))
def test_a_basis_from_an_optimal_point_needs_no_pivots_where_that_point_is_a_vertex(seed: int) -> None:
    asked = feasible(seed)
    answer = HighsSession(asked, SolveOptions(method="simplex")).solve()
    basis = Basis.from_point(asked, answer.primal, answer.dual)
    assert_basis(asked, basis)
    found = judge_exactly(asked, basis)
    assert found.objective_fraction == solve_exactly(asked).value
    assert found.pivots <= 3


@pytest.mark.parametrize("seed", range(10))
def test_highs_reads_back_what_it_was_told(seed: int) -> None:
    asked = feasible(seed)
    session = HighsSession(asked, SolveOptions(method="simplex"))
    session.solve()
    basis = Basis.from_highs(session.basis())
    assert basis is not None
    again = Basis.from_highs(basis.to_highs())
    assert again is not None
    np.testing.assert_array_equal(again.columns, basis.columns)
    np.testing.assert_array_equal(again.rows, basis.rows)
    assert_basis(asked, basis)


def test_no_basis_of_highs_is_none() -> None:
    given = Basis(np.zeros(1, dtype=np.int8), np.zeros(0, dtype=np.int8)).to_highs()
    given.valid = False
    assert Basis.from_highs(given) is None


def test_side_columns_are_the_rows() -> None:
    columns = np.array([At.LOWER, At.BASIC, At.UPPER, At.BASIC], dtype=np.int8)
    found = Basis(columns, np.full(2, At.LOWER, dtype=np.int8)).of_sides(2)
    np.testing.assert_array_equal(found.columns, [At.LOWER, At.BASIC])
    np.testing.assert_array_equal(found.rows, [At.UPPER, At.BASIC])


# ---- the next basis ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", [1.0, 2.0**-40, 2.0**40])
@pytest.mark.parametrize("seed", range(4))
def test_under_the_glass_the_next_basis_is_an_optimal_one_whatever_the_units(seed: int, units: float) -> None:
    """From the basis of all rows; faults of 1e-12 are as visible as faults of 1e12."""
    asked = feasible(seed)
    shrunk = made(
        asked.sense,
        asked.cost,
        asked.matrix.toarray(),
        (asked.row_lower * units, asked.row_upper * units),
        (asked.lower * units, asked.upper * units),
    )
    exact, budget = ExactProgram(shrunk), Budget(100, None)
    slack = Basis.slack(shrunk)
    vertex = Vertex(exact, np.concatenate([slack.columns, slack.rows]).astype(np.int8), budget)
    assert not is_optimal(vertex)
    assert is_optimal(Vertex(exact, MagnifyingGlass(exact, None).next(vertex), budget))


def test_gaps_are_bounds_less_values() -> None:
    asked = program("min", [1.0, 1.0], [([1.0, 2.0], ">=", 4.0)], lower=[1.0, 0.0], upper=[INF, 10.0])
    exact = ExactProgram(asked)
    status = np.array([At.LOWER, At.UPPER, At.BASIC], dtype=np.int8)
    lower, upper = MagnifyingGlass(exact, None)._gaps(Vertex(exact, status, Budget(9, None)))
    np.testing.assert_array_equal(lower, [0.0, -10.0, 4.0 - 21.0])
    np.testing.assert_array_equal(upper, [INF, 0.0, INF])

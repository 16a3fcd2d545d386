"""Scaling by powers of two: exactly undone, and of use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from natura_opt.backends.highs import solve_arrays
from natura_opt.backends.options import SolveOptions
from natura_opt.program.linear import LinearProgram
from natura_opt.program.scaling import geometric_factors, scale
from natura_opt.testing.small import INF, rescaled

from .hostile import made


def wild(seed: int, sense: str = "min") -> LinearProgram:
    rng = np.random.default_rng(seed)
    m, n = (int(k) for k in rng.integers(2, 9, 2))
    matrix = np.where(rng.random((m, n)) < 0.7, rng.uniform(0.5, 2, (m, n)), 0.0)
    matrix[:, 0], matrix[0] = 1.0, 1.0
    point = rng.uniform(0.5, 1, n)
    low = np.where(rng.random(m) < 0.5, matrix @ point, -INF)
    high = np.where(np.isinf(low), matrix @ point * 1.5, INF)
    plain = made(sense, rng.uniform(0.5, 1, n) * (1 if sense == "min" else -1), matrix, (low, high), (0.0, 9.0))
    return rescaled(replace(plain, offset=3.25), 10.0 ** rng.uniform(-7, 7, m), 10.0 ** rng.uniform(-7, 7, n))


def are_powers_of_two(values: Any) -> bool:
    return bool((np.frexp(np.asarray(values))[0] == 0.5).all())


@pytest.mark.parametrize("sense", ["min", "max"])
@pytest.mark.parametrize("seed", range(8))
def test_undoing_gives_back_every_number_to_the_last_bit(seed: int, sense: str) -> None:
    asked = wild(seed, sense)
    found = scale(asked)
    target = found.program
    assert all(are_powers_of_two(v) for v in (found.row, found.column, found.rhs_scale, found.objective_scale))
    np.testing.assert_array_equal(target.matrix.toarray() / found.row[:, None] / found.column, asked.matrix.toarray())
    np.testing.assert_array_equal(found.sign * target.cost / found.column / found.objective_scale, asked.cost)
    for scaled, own, factor in (
        (target.lower, asked.lower, 1 / found.column),
        (target.upper, asked.upper, 1 / found.column),
        (target.row_lower, asked.row_lower, found.row),
        (target.row_upper, asked.row_upper, found.row),
    ):
        np.testing.assert_array_equal(scaled / factor / found.rhs_scale, own)
    assert target.sense == "min" and target.offset == 0.0 and found.sign == (1.0 if sense == "min" else -1.0)


@pytest.mark.parametrize("sense", ["min", "max"])
@pytest.mark.parametrize("seed", range(5))
def test_a_point_and_its_multipliers_come_back_in_the_users_units(seed: int, sense: str) -> None:
    """Against scipy's own solve of the program as it was before its units were spread."""
    asked = wild(seed, sense)
    found = scale(asked)
    target = found.program
    sides = [(s * target.matrix.toarray(), s * b) for s, b in ((1, target.row_upper), (-1, target.row_lower))]
    rows = np.vstack([a[np.isfinite(b)] for a, b in sides])
    solved = linprog(
        target.cost,
        A_ub=rows,
        b_ub=np.concatenate([b[np.isfinite(b)] for _, b in sides]),
        bounds=np.column_stack([target.lower, target.upper]),
    )
    primal = found.primal(solved.x)
    answer = solve_arrays(asked, SolveOptions())
    assert asked.cost @ primal == pytest.approx(asked.cost @ answer.primal, rel=1e-8)
    upper, lower = np.zeros(asked.shape[0]), np.zeros(asked.shape[0])
    kept = np.isfinite(target.row_upper), np.isfinite(target.row_lower)
    upper[kept[0]] = solved.ineqlin.marginals[: kept[0].sum()]
    lower[kept[1]] = -solved.ineqlin.marginals[kept[0].sum() :]
    dual = found.dual(upper + lower)
    # duality: what multipliers and reduced costs say of sides and bounds is the objective
    side = np.where(kept[0], asked.row_upper, asked.row_lower)
    reduced = asked.cost - asked.matrix.T @ dual
    at = np.where(reduced * found.sign > 0, asked.lower, asked.upper)
    worth = np.where(np.abs(reduced) > 1e-7 * np.abs(asked.cost), reduced * at, 0.0)
    assert dual @ side + worth.sum() == pytest.approx(asked.cost @ primal, rel=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_factors_bring_coefficients_spread_over_many_powers_near_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    core = np.where(rng.random((12, 9)) < 0.6, rng.uniform(0.7, 1.4, (12, 9)), 0.0)
    core[0], core[:, 0] = 1.0, 1.0
    spread = core * 10.0 ** rng.uniform(-9, 9, 12)[:, None] * 10.0 ** rng.uniform(-9, 9, 9)
    row, column = geometric_factors(sp.csc_array(spread))
    sizes = (spread * row[:, None] * column)[core > 0]
    assert sizes.max() / sizes.min() < 2.0 * 2.0**3  # each factor is rounded to a power of two
    logs = np.log2(spread * row[:, None] * column, where=core > 0, out=np.zeros_like(core))
    filled = core > 0
    assert (np.abs(logs.sum(axis=1) / filled.sum(axis=1)) < 1.5).all()
    assert (np.abs(logs.sum(axis=0) / filled.sum(axis=0)) < 1.5).all()


def test_columns_that_must_be_whole_keep_their_unit_and_the_sides_theirs() -> None:
    asked = replace(wild(2), integer=np.arange(wild(2).shape[1]) == 1)
    found = scale(asked)
    assert found.column[1] == 1.0 and found.rhs_scale == 1.0
    assert not (np.delete(found.column, 1) == 1.0).all()


def test_rows_and_columns_without_coefficients_are_left_alone() -> None:
    row, column = geometric_factors(sp.csc_array(np.array([[0.0, 1024.0, 0.0], [0.0, 0.0, 0.0]])))
    assert column[0] == column[2] == row[1] == 1.0
    assert row[0] * column[1] == 2.0**-10


def test_one_limit_that_is_as_good_as_none_does_not_spoil_the_size() -> None:
    sides = np.array([100.0, 130.0, 90.0, 1e100])
    asked = made("min", np.ones(4), np.eye(4), (np.full(4, -INF), sides), (0.0, INF))
    assert 2.0**-8 <= scale(asked).rhs_scale <= 2.0**-5


def test_factors_stay_within_what_doubles_can_divide_by_again() -> None:
    asked = made("min", [1e-300, 1e300], np.array([[1e-300, 1e300]]), ([1e-300], [INF]), (0.0, INF))
    found = scale(asked)
    for factor in (*found.row, *found.column, found.rhs_scale, found.objective_scale):
        assert 2.0**-400 <= factor <= 2.0**400


def test_a_program_of_nothing_is_scaled_by_ones() -> None:
    found = scale(made("max", np.zeros(0), np.zeros((0, 0)), (np.zeros(0), np.zeros(0)), (0.0, INF)))
    assert (found.rhs_scale, found.objective_scale, found.sign) == (1.0, 1.0, -1.0)

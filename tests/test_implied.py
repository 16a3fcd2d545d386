"""Bounds that rows imply: they hold for every plan, exactly, and are as near as propagation makes them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from natura_opt.program.linear import LinearProgram
from natura_opt.proof.implied import implied_bounds
from natura_opt.testing.small import INF, program

from .exact_simplex import solve_exactly
from .hostile import made


def open_program(seed: int) -> LinearProgram:
    """Rows of short decimals over columns of which many have no bound, and a plan that meets them all."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    matrix = np.where(rng.random((m, n)) < 0.6, np.round(rng.uniform(-1, 2, (m, n)), 1), 0.0)
    sums = matrix @ np.round(rng.uniform(0, 3, n), 1)
    row_lower = np.where(rng.random(m) < 0.4, sums - 0.7, -INF)
    row_upper = np.where(rng.random(m) < 0.8, sums + 0.1, INF)
    lower = np.where(rng.random(n) < 0.7, 0.0, -INF)
    upper = np.where(rng.random(n) < 0.2, 5.0, INF)
    cost = np.round(rng.uniform(-1, 1, n), 1)
    return made(rng.choice(["min", "max"]), cost, matrix, (row_lower, row_upper), (lower, upper))


def assert_valid(asked: LinearProgram, lower: np.ndarray, upper: np.ndarray) -> int:
    """Hold every bound against the exact extremes of its column; return how many were implied."""
    implied = 0
    for column in range(asked.shape[1]):
        for sense, own, found in (
            ("max", asked.upper[column], upper[column]),
            ("min", asked.lower[column], lower[column]),
        ):
            if np.isfinite(own):
                assert found == own
                continue
            if not np.isfinite(found):
                assert found == own
                continue
            implied += 1
            unit = np.zeros(asked.shape[1])
            unit[column] = 1.0
            extreme = solve_exactly(replace(asked, sense=sense, cost=unit, offset=0.0))
            assert extreme.status != "unbounded"
            if extreme.value is not None:
                assert extreme.value <= Fraction(found) if sense == "max" else extreme.value >= Fraction(found)
    return implied


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_implied_bounds_hold_for_every_plan(first: int) -> None:
    implied = sum(assert_valid(asked, *implied_bounds(asked)) for asked in map(open_program, range(first, first + 20)))
    assert implied > 10


@pytest.mark.parametrize("seed", range(30))
def test_with_an_objective_they_hold_for_plans_no_worse(seed: int) -> None:
    asked = open_program(seed)
    best = solve_exactly(asked)
    if best.value is None:
        return
    reached = float(best.value) + (0.25 if asked.sense == "min" else -0.25)
    lower, upper = implied_bounds(asked, reached)
    matrix = np.vstack([asked.matrix.toarray(), asked.cost])
    kept = (
        np.append(asked.row_lower, -INF if asked.sense == "min" else reached),
        np.append(asked.row_upper, reached if asked.sense == "min" else INF),
    )
    narrowed = made(asked.sense, asked.cost, matrix, kept, (asked.lower, asked.upper))
    assert_valid(narrowed, lower, upper)


def test_they_are_passed_on_from_row_to_row() -> None:
    """x0 <= 5 and every next column at most twice the last: the last is found after as many rounds."""
    count = 12
    rows = [([1.0] + [0.0] * (count - 1), "<=", 5.0)]
    for k in range(1, count):
        rows.append(([0.0] * (k - 1) + [-2.0, 1.0] + [0.0] * (count - k - 1), "<=", 0.0))
    _, upper = implied_bounds(program("max", [1.0] * count, rows))
    truth = 5.0 * 2.0 ** np.arange(count)
    assert (upper >= truth).all()
    np.testing.assert_allclose(upper, truth, rtol=1e-13)


def test_both_sides_of_a_row_and_both_signs() -> None:
    asked = made("min", np.zeros(2), np.array([[2.0, -4.0]]), ([-8.0], [6.0]), ([1.0, -INF], [3.0, INF]))
    lower, upper = implied_bounds(asked)
    assert lower[0] == 1.0 and upper[0] == 3.0
    np.testing.assert_allclose([lower[1], upper[1]], [-1.0, 3.5], rtol=1e-13)
    assert lower[1] <= -1.0 and upper[1] >= 3.5


@pytest.mark.parametrize("sense", ["min", "max"])
def test_a_plan_already_known_bounds_what_costs(sense: str) -> None:
    sign = 1.0 if sense == "min" else -1.0
    asked = made(sense, sign * np.array([2.0, 0.5]), np.zeros((0, 2)), (np.zeros(0), np.zeros(0)), (0.0, INF))
    _, upper = implied_bounds(asked, sign * 7.0)
    np.testing.assert_allclose(upper, [3.5, 14.0], rtol=1e-13)
    assert (implied_bounds(asked)[1] == INF).all()


def test_two_open_terms_imply_nothing() -> None:
    asked = program("max", [1.0, 1.0, 1.0], [([1.0, 1.0, 1.0], "<=", 4.0)], lower=[-INF, -INF, 0.0])
    lower, upper = implied_bounds(asked)
    np.testing.assert_array_equal(upper, [INF] * 3)
    np.testing.assert_array_equal(lower, [-INF, -INF, 0.0])


def test_the_programs_own_arrays_are_left_as_they_are() -> None:
    asked = program("max", [1.0], [([3.0], "<=", 1.0)])
    _, upper = implied_bounds(asked)
    assert asked.upper[0] == INF and upper[0] >= 1 / 3 and Fraction(float(upper[0])) >= Fraction(1, 3)


def test_a_sum_that_cancels_is_rounded_outwards() -> None:
    """.1 + .2 is more than .3 in doubles: what is left for the third column is not to be cut below the truth."""
    asked = made("max", np.ones(1), np.array([[1.0, 1.0, 1.0]]), ([-INF], [0.3]), ([0.1, 0.2, 0.0], [0.1, 0.2, INF]))
    asked = replace(asked, cost=np.ones(3))
    _, upper = implied_bounds(asked)
    assert Fraction(float(upper[2])) >= Fraction(0.3) - Fraction(0.1) - Fraction(0.2)
    assert upper[2] <= 1e-14

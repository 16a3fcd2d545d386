"""Intervals of valuations on small programs with many optimal duals, against every dual vertex there is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from natura_opt.backends.options import SolveOptions
from natura_opt.base.errors import NotProvedError
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.refine import solve_proved
from natura_opt.proof.sensitivity import ValuationIntervals, _counting, _finite, _is_active, _typical, ranges
from natura_opt.testing.small import INF, program

from .hostile import made


def degenerate(seed: int) -> LinearProgram:
    """A maximum at a point that more rows pass through than it takes; whole numbers."""
    rng = np.random.default_rng(seed)
    n = 3
    point = rng.integers(1, 4, n).astype(float)
    matrix = rng.integers(0, 4, (6, n)).astype(float)
    matrix[:n] += np.eye(n)
    slack = np.where(rng.random(6) < 0.25, 1.0, 0.0)
    slack[:n] = 0.0
    cost = matrix.T @ np.where(slack == 0, rng.integers(0, 3, 6), 0)
    return made("max", cost, matrix, (np.full(6, -INF), matrix @ point + slack), (0.0, INF))


def optimum_of(asked: LinearProgram, row: int, more: float) -> float:
    side = asked.row_upper.copy()
    side[row] += more
    found = linprog(-asked.cost, A_ub=asked.matrix.toarray(), b_ub=side, bounds=[(0, None)] * asked.shape[1])
    return float(-found.fun) if found.status == 0 else -INF


def proved(asked: LinearProgram) -> Any:
    answer, certificate = solve_proved(asked, SolveOptions())
    assert certificate.proved
    return answer, certificate


@pytest.mark.parametrize("seed", range(10))
def test_the_ends_are_the_one_sided_derivatives_of_the_optimum(seed: int) -> None:
    asked = degenerate(seed)
    answer, certificate = proved(asked)
    if not asked.cost.any():
        return
    intervals = ValuationIntervals(asked, answer.primal, answer.dual)
    step = 1e-4
    for row in range(6):
        low, high = intervals.of_row(row)
        assert low <= answer.dual[row] + 1e-9 and answer.dual[row] <= high + 1e-9
        right = (optimum_of(asked, row, step) - certificate.objective) / step
        left = (certificate.objective - optimum_of(asked, row, -step)) / step
        assert low == pytest.approx(right, abs=1e-6)
        assert high == pytest.approx(left, abs=1e-6) if np.isfinite(left) else high > 1e6


@pytest.mark.parametrize("seed", range(6))
def test_within_its_range_a_side_is_worth_its_valuation_and_beyond_it_is_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(0.2, 1, (3, 4))
    asked = made("max", rng.uniform(0.5, 1, 4), matrix, (np.full(3, -INF), rng.uniform(1, 2, 3)), (0.0, INF))
    _, certificate = proved(asked)
    found = ranges(asked, certificate).limits
    for row, line in enumerate(found.itertuples()):
        assert line.lowest <= line.side <= line.highest and line.side == asked.row_upper[row]
        for share in (0.5, 0.99):
            for end in (line.lowest, line.highest):
                more = share * (min(end, 1e3) - line.side)
                assert optimum_of(asked, row, more) == pytest.approx(
                    certificate.objective + more * line.valuation, abs=1e-8
                )
        if np.isfinite(line.highest) and line.valuation > 1e-6:
            beyond = 2 * (line.highest - line.side) + 0.5
            assert optimum_of(asked, row, beyond) < certificate.objective + beyond * line.valuation - 1e-9


def test_ranges_of_costs_keep_the_level_and_no_more() -> None:
    asked = program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 6.0)])
    _, certificate = proved(asked)
    costs = ranges(asked, certificate).costs
    assert costs["level"].to_list() == [4.0, 0.0]
    np.testing.assert_allclose(costs["lowest"], [2.0, -INF])
    np.testing.assert_allclose(costs["highest"], [INF, 3.0])


def test_whole_columns_have_no_ranges() -> None:
    asked = program("max", [1.0], [([2.0], "<=", 3.0)], integer=True)
    _, certificate = proved(program("max", [1.0], [([2.0], "<=", 3.0)]))
    with pytest.raises(NotProvedError, match="whole-number"):
        ranges(asked, certificate)


def test_what_counts_as_active_and_as_more_than_rounding() -> None:
    np.testing.assert_array_equal(
        _is_active(np.array([1e-10, 1e-8, -1.0, 0.0]), np.array([1.0, 1.0, 1.0, 0.0])), [1, 0, 1, 1]
    )
    np.testing.assert_array_equal(_finite(np.array([-2.0, INF, -INF, 3.0])), [2.0, 0.0, 0.0, 3.0])
    assert _typical(np.array([0.0, 10.0, 1000.0])) == pytest.approx(0.1) and _typical(np.zeros(2)) == 1.0
    asked = made(
        "max", np.ones(2), np.array([[1.0, 0.0], [1e6, 1.0], [0.0, 1e-12]]), (np.zeros(3), np.ones(3)), (0.0, 1.0)
    )
    y = np.array([1.0, 1e-20, 1.0])
    terms = abs(asked.matrix).T @ np.abs(y) + 1.0
    np.testing.assert_array_equal(_counting(asked.matrix, y, terms), [True, False, False])

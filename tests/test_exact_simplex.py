"""The rational simplex that judges the others: known answers, and both rational types."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from natura_opt.testing.small import INF, program, with_sides

from .exact_simplex import solve_exactly, solve_whole_exactly


def test_known_answers() -> None:
    made = program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 6.0)], 0.0, [3.0, INF], offset=0.5)
    assert solve_exactly(made) == ("optimal", Fraction(23, 2), [3, 1])
    third = program("min", [1.0], [([3.0], ">=", 1.0)])
    assert solve_exactly(third).value == Fraction(1, 3)
    assert solve_exactly(program("max", [1.0], [([-1.0], "<=", 1.0)])).status == "unbounded"
    assert solve_exactly(program("min", [1.0], [([1.0], ">=", 2.0), ([1.0], "<=", 1.0)])).status == "infeasible"
    assert solve_exactly(program("min", [1.0], (), 2.0, 1.0)).status == "infeasible"
    assert solve_exactly(program("min", [0.0], [([0.0], ">=", 1e-300)])).status == "infeasible"
    assert solve_exactly(program("min", [1.0, 1.0], [([1.0, 1.0], "==", 3.0)], -INF, [1.0, INF])).value == 3
    assert solve_exactly(program("max", [1.0], (), -INF, -2.5)).value == Fraction(-5, 2)
    assert solve_exactly(program("min", [1.0], (), -INF, -2.5)).status == "unbounded"
    ranged = with_sides(program("min", [1.0], [([1.0], ">=", 0.0)], -INF), [-3.0], [5.0])
    assert solve_exactly(ranged).value == -3
    assert solve_exactly(program("min", [], [])).value == 0


def test_decides_what_doubles_cannot() -> None:
    loop = [([1.0, -1.0], "<=", 0.0)]
    assert solve_exactly(program("min", [-1.0, 1 - 1e-10], loop)).status == "unbounded"
    farkas = program("min", [1.0, 0.0], [([1.0, -1.0], ">=", 1.0), ([1.0, -(1 + 1e-12)], "<=", 0.0)])
    found = solve_exactly(farkas)
    assert found.status == "optimal" and abs(found.value / 10**12 - 1) < 1e-3
    redundant = program("min", [1.0, 1.0], [([1.0, 1.0], "==", 0.1), ([2.0, 2.0], "==", 0.2)])
    assert solve_exactly(redundant).value == Fraction(0.1)
    assert solve_exactly(program("min", [1.0], [([1.0], "==", 0.3), ([3.0], "==", 0.9)])).status == "infeasible"


def test_does_not_cycle() -> None:
    beale = program(  # Beale's example cycles under the largest-coefficient rule
        "min",
        [-0.75, 150.0, -0.02, 6.0],
        [([0.25, -60.0, -0.04, 9.0], "<=", 0.0), ([0.5, -90.0, -0.02, 3.0], "<=", 0.0), ([0, 0, 1.0, 0], "<=", 1.0)],
    )
    assert float(solve_exactly(beale).value) == pytest.approx(-0.05)


def test_whole_numbers() -> None:
    made = program("max", [5.0, 4.0], [([6.0, 4.0], "<=", 24.0), ([1.0, 2.0], "<=", 6.0)], 0.0, 10.0, integer=True)
    assert solve_whole_exactly(made) == ("optimal", 20, [4, 0])


@pytest.mark.parametrize("seed", range(30))
def test_agrees_with_doubles_and_with_fractions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    rows = [
        (list(rng.integers(-4, 5, n).astype(float)), ("<=", ">=", "==")[rng.choice(3, p=[0.5, 0.3, 0.2])], float(b))
        for b in rng.integers(-5, 6, m)
    ]
    lower = np.where(rng.random(n) < 0.3, -INF, rng.integers(-3, 3, n))
    upper = np.where(rng.random(n) < 0.5, INF, rng.integers(-1, 5, n))
    made = program("min", list(rng.integers(-3, 6, n).astype(float)), rows, lower, upper)
    found = solve_exactly(made)
    assert found == solve_exactly(made, Fraction)
    matrix = made.matrix.toarray()
    at_most = np.vstack([matrix[np.isfinite(made.row_upper)], -matrix[np.isfinite(made.row_lower)]])
    side = np.concatenate([made.row_upper[np.isfinite(made.row_upper)], -made.row_lower[np.isfinite(made.row_lower)]])
    if (lower > upper).any():
        assert found.status == "infeasible"
        return
    doubles = linprog(made.cost, at_most, side, bounds=np.column_stack([lower, upper]), method="highs-ds")
    assert (
        found.status
        in {0: ["optimal"], 2: ["infeasible"], 3: ["unbounded"], 4: ["infeasible", "unbounded"]}[doubles.status]
    )
    if found.value is not None:
        assert float(found.value) == pytest.approx(doubles.fun, abs=1e-9)

"""The vertex of a basis: values, reduced costs, rows and columns of its tableau, each against fractions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from natura_opt.program.linear import LinearProgram
from natura_opt.proof.exact import linear as exact_linear
from natura_opt.proof.exact.basis import At, Statuses
from natura_opt.proof.exact.budget import Budget
from natura_opt.proof.exact.vertex import Cost, ExactProgram, Vertex, exactly_scaled
from natura_opt.proof.exact.whole import power, wholes
from natura_opt.testing.small import INF, rescaled

from . import rational
from .hostile import made


def boxed(seed: int, sense: str = "min") -> LinearProgram:
    """Short decimals, everything with two bounds, so that any place may rest on either."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(2, 6)), int(rng.integers(2, 6))
    matrix = np.where(rng.random((m, n)) < 0.8, np.round(rng.uniform(-2, 2, (m, n)), 1), 0.0)
    matrix[:, 0] = np.where(matrix[:, 0] == 0, 0.7, matrix[:, 0])
    lower, low = np.round(rng.uniform(-2, 0, n), 1), np.round(rng.uniform(-3, 0, m), 1)
    return made(sense, np.round(rng.uniform(-1, 1, n), 1), matrix, (low, low + 2.5), (lower, lower + 1.5))


def statuses_of(asked: LinearProgram, rng: Any) -> Statuses:
    """A basis that is one: as many basic places as rows, independent."""
    m, n = asked.shape
    whole = np.hstack([asked.matrix.toarray(), -np.eye(m)])
    subsets = [list(c) for c in combinations(range(n + m), m)]
    rng.shuffle(subsets)
    basic = next(c for c in subsets if rational.rank(rational.matrix(whole[:, c])) == m and min(c) < n)
    status = rng.choice([At.LOWER, At.UPPER], n + m).astype(np.int8)
    status[basic] = At.BASIC
    return status


class Dense:
    """The same vertex, in fractions, of ``A x - s = 0`` with every place a column."""

    def __init__(self, asked: LinearProgram, status: Statuses) -> None:
        m, n = asked.shape
        self.whole = rational.transposed(rational.matrix(np.hstack([asked.matrix.toarray(), -np.eye(m)])))
        lower = rational.vector(np.concatenate([asked.lower, asked.row_lower]))
        upper = rational.vector(np.concatenate([asked.upper, asked.row_upper]))
        self.cost = rational.vector(np.concatenate([asked.cost, np.zeros(m)]))
        self.basic = [k for k in range(n + m) if status[k] == At.BASIC]
        self.resting = [k for k in range(n + m) if status[k] != At.BASIC]
        self.values = [lower[k] if status[k] == At.LOWER else upper[k] for k in range(n + m)]
        self.square = rational.transposed([self.whole[k] for k in self.basic])
        side = [-sum((self.whole[k][i] * self.values[k] for k in self.resting), Fraction(0)) for i in range(m)]
        solved = rational.solve(self.square, side)
        assert solved is not None
        for place, value in zip(self.basic, solved, strict=True):
            self.values[place] = value

    def multipliers(self) -> list[Fraction]:
        found = rational.solve(rational.transposed(self.square), [self.cost[k] for k in self.basic])
        assert found is not None
        return found

    def reduced(self) -> list[Fraction]:
        y = self.multipliers()
        return [self.cost[k] - rational.dot(self.whole[k], y) for k in self.resting]

    def direction(self, place: int) -> list[Fraction]:
        found = rational.solve(self.square, [-a for a in self.whole[place]])
        assert found is not None
        return found

    def objective(self) -> Fraction:
        return rational.dot(self.cost, self.values)


def exactly(values: Any) -> list[Fraction]:
    values.solution.exact()
    values.evaluate()
    assert not values.radius.any()
    return [Fraction(int(top), int(values.denominator)) * power(values.exponent) for top in values.tops]


@pytest.fixture(params=["outright", "lifted"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to solve a system; programs of few rows are not scaled, so fractions may be compared as they are."""
    if request.param == "lifted":
        real = exact_linear.Nucleus.__init__

        def never_outright(self: Any, *given: Any) -> None:
            real(self, *given)
            self._outright = False

        monkeypatch.setattr(exact_linear.Nucleus, "__init__", never_outright)
    return str(request.param)


@pytest.mark.parametrize("seed", range(8))
def test_values_reduced_costs_and_the_objective(seed: int, way: str) -> None:
    asked = boxed(seed)
    status = statuses_of(asked, np.random.default_rng(seed))
    vertex, dense = Vertex(ExactProgram(asked), status, Budget(10, None)), Dense(asked, status)
    assert list(vertex.basic) == dense.basic and list(vertex.resting) == dense.resting
    assert exactly(vertex.primal) == [dense.values[k] for k in dense.basic]
    unit = power(vertex.program.exponent)
    assert [vertex.level[k] * unit for k in dense.resting] == [dense.values[k] for k in dense.resting]
    assert exactly(vertex.dual) == dense.reduced()
    assert [int(s) for s in vertex.dual_signs] == [(d > 0) - (d < 0) for d in dense.reduced()]
    assert exactly(vertex.objective) == [dense.objective()]


@pytest.mark.parametrize("seed", range(8))
def test_rows_and_columns_of_the_tableau(seed: int, way: str) -> None:
    """A column says how the basic places move; a row says the same of one place, with its sign turned."""
    asked = boxed(seed)
    status = statuses_of(asked, np.random.default_rng(seed))
    vertex, dense = Vertex(ExactProgram(asked), status, Budget(10, None)), Dense(asked, status)
    columns = {place: dense.direction(place) for place in dense.resting}
    for place in dense.resting:
        assert exactly(vertex.direction(place)) == columns[place]
    for k, place in enumerate(dense.basic):
        assert exactly(vertex.row(place)) == [-columns[other][k] for other in dense.resting]


@pytest.mark.parametrize("seed", range(8))
def test_signs_of_what_is_beyond_each_bound(seed: int) -> None:
    asked = boxed(seed)
    status = statuses_of(asked, np.random.default_rng(seed))
    vertex, dense = Vertex(ExactProgram(asked), status, Budget(10, None)), Dense(asked, status)
    for signs, bounds in (
        (vertex.beyond[0], np.concatenate([asked.lower, asked.row_lower])),
        (vertex.beyond[1], np.concatenate([asked.upper, asked.row_upper])),
    ):
        away = [dense.values[k] - Fraction(float(bounds[k])) for k in dense.basic]
        assert [int(s) for s in signs] == [(d > 0) - (d < 0) for d in away]


def test_places_without_bounds_are_beyond_none() -> None:
    asked = made("min", [1.0], np.array([[1.0]]), ([1.0], [1.0]), (-INF, INF))
    vertex = Vertex(ExactProgram(asked), np.array([At.BASIC, At.LOWER], dtype=np.int8), Budget(10, None))
    assert [int(s[0]) for s in vertex.beyond] == [1, -1]


def test_another_cost_changes_the_duals_and_nothing_else() -> None:
    asked = boxed(3)
    status = statuses_of(asked, np.random.default_rng(3))
    exact = ExactProgram(asked)
    amounts = wholes(range(asked.shape[1]))
    dearer = Vertex(exact, status, Budget(10, None), exact.cost.plus(amounts, -3))
    plain = Dense(asked, status)
    changed = Dense(replace(asked, cost=asked.cost * 0 + [0.125 * k for k in range(asked.shape[1])]), status)
    assert exactly(dearer.dual) == [a + b for a, b in zip(plain.reduced(), changed.reduced(), strict=True)]
    assert exactly(dearer.objective) == [plain.objective()]


def test_costs_are_added_at_whatever_exponent() -> None:
    for one, other in ((-5, 3), (3, -5), (0, 0)):
        found = Cost(wholes([1, -2]), one).plus(wholes([3, 5]), other)
        assert [v * power(found.exponent) for v in found.values] == [
            power(one) + 3 * power(other),
            -2 * power(one) + 5 * power(other),
        ]


# ---- the program in whole numbers --------------------------------------------------------------------------


@pytest.mark.parametrize("sense", ["min", "max"])
def test_the_whole_numbers_say_the_program_exactly(sense: str) -> None:
    asked = boxed(5, sense)
    exact = ExactProgram(asked)
    unit = power(exact.exponent)
    both = np.concatenate([asked.lower, asked.row_lower]), np.concatenate([asked.upper, asked.row_upper])
    for whole, doubles in zip((exact.lower, exact.upper), both, strict=True):
        assert [v * unit for v in whole] == rational.vector(doubles)
    sign = 1 if sense == "min" else -1
    assert [v * power(exact.cost.exponent) for v in exact.cost.values] == [sign * Fraction(c) for c in asked.cost]
    assert not exact.fixed.any() and exact.has_lower.all()
    assert exact.name(0) == ("x", 0) and exact.name(asked.shape[1] + 1) == ("row", 1)


@pytest.mark.parametrize("seed", range(5))
def test_scaling_is_exact_or_left_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    asked = boxed(seed, "max")
    wide = rescaled(asked, 10.0 ** rng.integers(-9, 9, asked.shape[0]), 10.0 ** rng.integers(-9, 9, asked.shape[1]))
    found = exactly_scaled(wide)
    target = found.program
    undone = target.matrix.toarray() / found.row[:, None] / found.column
    np.testing.assert_array_equal(undone, wide.matrix.toarray())
    np.testing.assert_array_equal(target.lower * found.column / found.rhs_scale, wide.lower)
    np.testing.assert_array_equal(target.row_upper / found.row / found.rhs_scale, wide.row_upper)
    np.testing.assert_array_equal(found.sign * target.cost / found.column / found.objective_scale, wide.cost)
    assert not np.array_equal(found.column, np.ones(asked.shape[1]))


def test_numbers_that_scaling_would_push_out_of_range_stay_as_they_are() -> None:
    asked = made("max", [1.0, 1.0], np.array([[1.0, 1.0]]), ([-INF], [1e300]), (0.0, [1e-305, 1e300]))
    found = exactly_scaled(asked)
    np.testing.assert_array_equal(found.column, [1.0, 1.0])
    np.testing.assert_array_equal(found.program.cost, [-1.0, -1.0])
    np.testing.assert_array_equal(found.program.upper, asked.upper)
    assert found.sign == -1.0 and found.program.sense == "min"

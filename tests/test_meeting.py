"""Whether a point meets its rows: the decision of fractions, whatever rounding hides."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from natura_opt.program.linear import LinearProgram
from natura_opt.proof.meeting import clean_point, meets_rows, violations
from natura_opt.proof.rounding import products
from natura_opt.testing.small import INF

from . import rational
from .hostile import made


def sums_of(asked: LinearProgram, point: Any) -> Any:
    return products(asked, point, np.zeros(asked.shape[0], np.longdouble))


def truly_meets(asked: LinearProgram, point: Any) -> bool:
    sums = rational.times(rational.matrix(asked.matrix.toarray()), rational.vector(point))
    return all(
        (low == -INF or value >= Fraction(float(low))) and (high == INF or value <= Fraction(float(high)))
        for value, low, high in zip(sums, asked.row_lower, asked.row_upper, strict=True)
    )


def tight(seed: int) -> tuple[LinearProgram, Any]:
    """Rows of decimals whose sides are the sums in doubles, or the next double to either side: met by a hair or not."""
    rng = np.random.default_rng(seed)
    m, n = (int(k) for k in rng.integers(1, 6, 2))
    matrix = np.where(rng.random((m, n)) < 0.8, np.round(rng.uniform(-1, 1, (m, n)), 1), 0.0)
    point = np.round(rng.uniform(0, 3, n), 1)
    sums = matrix @ point
    side = np.choose(rng.integers(0, 4, m), [sums, np.nextafter(sums, -INF), np.nextafter(sums, INF), sums])
    low, high = np.where(rng.random(m) < 0.6, side, -INF), np.where(rng.random(m) < 0.4, side, INF)
    return made("min", np.zeros(n), matrix, (low, high), (0.0, INF)), point.astype(np.longdouble)


def test_rows_met_by_a_hair_are_told_from_rows_missed_by_one() -> None:
    met = 0
    for seed in range(200):
        asked, point = tight(seed)
        truth = truly_meets(asked, point)
        assert meets_rows(asked, point, sums_of(asked, point)) == truth, seed
        met += truth
    assert 30 < met < 170  # both kinds are among them


def test_a_point_that_is_no_double_is_not_sworn_to_where_rounding_leaves_it_open() -> None:
    third = np.array([np.longdouble(1) / 3])
    asked = made("min", [0.0], np.array([[3.0]]), ([1.0], [INF]), (0.0, INF))
    assert not meets_rows(asked, third, sums_of(asked, third))
    above = made("min", [0.0], np.array([[3.0]]), ([-INF], [1.0]), (0.0, INF))
    assert not truly_meets(above, third) and truly_meets(above, third.astype(np.float64))
    assert not meets_rows(above, third, sums_of(above, third))  # its nearest double would do, but it is not that
    clear = made("min", [0.0], np.array([[3.0]]), ([0.9], [1.1]), (0.0, INF))
    assert meets_rows(clear, third, sums_of(clear, third))


def test_a_coefficient_too_large_to_split_says_nothing_where_its_column_is_zero() -> None:
    """What is missing, 2^-70 of one, shows in an exact sum only; zero times 1e301 must leave that sum a number."""
    asked = made("min", np.zeros(3), np.array([[1e301, 1.0, -1.0]]), ([1.0], [INF]), (0.0, INF))
    for missing, met in ((2.0**-70, False), (0.0, True)):
        point = np.array([0.0, 1.0, missing], np.longdouble)
        assert truly_meets(asked, point) == met == meets_rows(asked, point, sums_of(asked, point))


@pytest.mark.parametrize("seed", range(20))
def test_violations_are_what_is_missing_or_too_much(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-4, 5, (6, 4)).astype(float)
    low = np.where(rng.random(6) < 0.5, rng.integers(-9, 3, 6), -INF)
    high = np.where(rng.random(6) < 0.5, np.maximum(low, 0) + rng.integers(0, 9, 6), INF)
    asked = made("min", np.zeros(4), matrix, (low, high), (-INF, INF))
    point = rng.integers(-3, 4, 4).astype(np.longdouble)
    sums = np.asarray(matrix @ point.astype(float))
    np.testing.assert_array_equal(violations(asked, sums_of(asked, point)), np.maximum(low - sums, sums - high))


def test_rows_without_sides_are_never_broken() -> None:
    asked = made("min", [0.0], np.array([[1.0]]), ([-INF], [INF]), (-INF, INF))
    point = np.array([1e300], np.longdouble)
    assert violations(asked, sums_of(asked, point))[0] == -INF and meets_rows(asked, point, sums_of(asked, point))


@pytest.mark.parametrize("sense", ["min", "max"])
def test_a_clean_point_lies_within_its_bounds_and_no_multiplier_speaks_of_an_absent_side(sense: str) -> None:
    sides = (np.array([1.0, 1.0, -INF, -INF, -INF, 2.0]), np.array([INF, INF, 1.0, 1.0, INF, 2.0]))
    asked = made(sense, np.zeros(3), np.ones((6, 3)), sides, ([-1.0, 0.0, 2.0], [1.0, 0.0, INF]))
    point, dual = clean_point(asked, np.array([5.0, -1.0, 1e9]), np.array([3.0, -3.0, 3.0, -3.0, 4.0, -5.0]))
    np.testing.assert_array_equal(point.astype(float), [1.0, 0.0, 1e9])
    sign = 1.0 if sense == "min" else -1.0
    kept = {1.0: [3.0, 0.0, 0.0, -3.0, 0.0, -5.0], -1.0: [0.0, -3.0, 3.0, 0.0, 0.0, -5.0]}[sign]
    np.testing.assert_array_equal(dual.astype(float), kept)

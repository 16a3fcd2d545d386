"""Sums whose rounding is known, against the sums of fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings

from natura_opt.proof.rounding import (
    are_doubles,
    exact_sums,
    nearest_of_its_sign,
    products,
    relative_max,
    rounding,
    total,
)

from . import rational
from .hostile import made

DOUBLES = st.floats(allow_nan=False, allow_infinity=False)
#: Half a unit in the last place of one, in extended precision: adding it to one changes nothing.
HALF = float(np.finfo(np.longdouble).eps) / 2.0


def wild(rng: np.random.Generator, *shape: int, span: float = 30.0) -> Any:
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(1, 2, shape) * 2.0 ** rng.uniform(-span, span, shape)


def program_of(dense: Any) -> Any:
    m, n = np.shape(dense)
    return made("min", np.zeros(n), np.asarray(dense), (np.zeros(m), np.zeros(m)), (0.0, np.inf))


# ---- products in extended precision ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_true_sums_lie_within_the_stated_errors(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m, n = (int(k) for k in rng.integers(1, 30, 2))
    dense = np.where(rng.random((m, n)) < 0.6, wild(rng, m, n), 0.0)
    point = wild(rng, n).astype(np.longdouble) + wild(rng, n).astype(np.longdouble) * HALF
    multipliers = wild(rng, m).astype(np.longdouble)
    found = products(program_of(dense), point, multipliers)
    exact = rational.matrix(dense)
    errors = rounding(found.column_sizes, found.column_counts)
    for got, error, truth in zip(
        found.rows, found.row_errors, rational.times(exact, rational.vector(point)), strict=True
    ):
        assert abs(rational.fraction(got) - truth) <= Fraction(float(error))
    truths = rational.times(rational.transposed(exact), rational.vector(multipliers))
    for got, error, truth in zip(found.columns, errors, truths, strict=True):
        assert abs(rational.fraction(got) - truth) <= Fraction(float(error))
    np.testing.assert_allclose(found.row_sizes, np.abs(dense) @ np.abs(point).astype(float), rtol=1e-13)
    np.testing.assert_array_equal(found.column_counts, np.count_nonzero(dense, axis=0))
    assert (found.row_errors <= 1e-17 * found.row_sizes).all()  # an error that says nothing would contain all


@pytest.mark.parametrize("terms", [3, 50, 1000])
def test_the_worst_that_rounding_can_do_is_nearly_reached_and_not_passed(terms: int) -> None:
    """One and so many halves of its last place, each of which is rounded away: the error of a sum, one way only."""
    row = np.full((1, terms + 1), HALF)
    row[0, 0] = 1.0
    for dense in (row, row.T):
        m, n = dense.shape
        found = products(program_of(dense), np.ones(n, np.longdouble), np.ones(m, np.longdouble))
        got = found.rows[0] if m == 1 else found.columns[0]
        error = found.row_errors[0] if m == 1 else rounding(found.column_sizes, found.column_counts)[0]
        off = 1 + terms * Fraction(HALF) - rational.fraction(got)
        assert 0 < off <= Fraction(float(error))
        assert Fraction(float(error)) < off * Fraction(terms + 5, terms) * Fraction(11, 10)


def test_what_has_no_terms_has_no_error() -> None:
    np.testing.assert_array_equal(rounding(np.array([0.0, 5.0]), np.array([0, 0])), [0.0, 0.0])
    some = rounding(np.array([0.0, 1.0, 1.0]), np.array([1, 1, 9]))
    assert 0 < some[0] < 1e-300 and 0 < some[1] < some[2] < 1e-17


@pytest.mark.parametrize("seed", range(12))
def test_totals_of_products_lie_within_their_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(0, 60))
    one, other = wild(rng, size, span=200.0), wild(rng, size, span=200.0)
    got, error = total(one.astype(np.longdouble) * other.astype(np.longdouble))
    truth = rational.dot(rational.vector(one), rational.vector(other))
    assert abs(rational.fraction(got) - truth) <= rational.fraction(error)
    assert float(error) <= 1e-17 * np.abs(one * other).sum()


def test_one_product_that_is_rounded_is_within_its_error() -> None:
    one = 1.0 + 2.0**-52
    got, error = total(np.array([one], np.longdouble) * np.longdouble(1.0 + 2.0**-27))
    off = abs(rational.fraction(got) - Fraction(one) * (1 + Fraction(1, 2**27)))
    assert 0 < off <= rational.fraction(error)


# ---- exact sums --------------------------------------------------------------------------------------------


def column_of(values: Any) -> Any:
    """One column, its zeros written down."""
    return sp.csc_array((values, np.arange(len(values)), [0, len(values)]), shape=(len(values), 1))


def correctly_rounded(values: Any, factors: Any, start: float) -> float:
    return nearest_of_its_sign(rational.dot(rational.vector(values), rational.vector(factors)) + Fraction(start))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(DOUBLES, DOUBLES), min_size=1, max_size=5), DOUBLES)
def test_a_sum_of_any_doubles_is_rounded_once(pairs: list[tuple[float, float]], start: float) -> None:
    values, factors = (np.array(side) for side in zip(*pairs, strict=True))
    column = column_of(values)
    found = exact_sums(column, np.array([0]), factors, np.array([start]))[0]
    truth = correctly_rounded(values, factors, start)
    assert found == truth
    assert np.sign(found) == np.sign(truth)


@pytest.mark.parametrize("seed", range(8))
def test_chosen_lines_by_columns_and_by_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((9, 7)) < 0.5, np.round(rng.uniform(-1, 1, (9, 7)), 1), 0.0)
    for table, lines in ((sp.csc_array(dense), [5, 0, 5, 6]), (sp.csr_array(dense), [8, 2, 3])):
        by_line = dense.T if table.format == "csc" else dense
        factors = np.round(rng.uniform(-1, 1, by_line.shape[1]), 1)
        start = -(by_line[lines] @ factors)  # what is left is rounding alone
        found = exact_sums(table, np.array(lines), factors, start)
        truth = [correctly_rounded(by_line[line], factors, s) for line, s in zip(lines, start, strict=True)]
        np.testing.assert_array_equal(found, truth)
        assert (np.abs(found) < 1e-14).all()


def test_no_lines_and_lines_without_entries() -> None:
    nothing = sp.csc_array((3, 2))
    assert len(exact_sums(nothing, np.array([], dtype=int), np.ones(3), np.empty(0))) == 0
    np.testing.assert_array_equal(exact_sums(nothing, np.array([1, 0]), np.ones(3), np.array([2.5, -0.0])), [2.5, 0.0])


@pytest.mark.parametrize(
    ("values", "factors", "sign"),
    [
        ([1e-200, -1e-200], [1e-200, 1e-200 * (1 + 2**-52)], -1),  # products far below the least double
        ([5e-324, 5e-324], [0.5, -0.25], 1),
        ([1e200, -1e200], [1e200, 1e200 * (1 - 2**-53)], 1),  # and beyond the largest
        ([0.1, -0.3], [3.0, 1.0], 1),
        ([0.0, 0.5], [1.4e300, -1.0], -1),  # too large to be split, and multiplied by nothing
        ([1.4e300, 0.5], [0.0, -1.0], -1),
        ([0.1, 0.2, -0.3], [1.0, 1.0, 1.0], 1),
    ],
)
def test_signs_that_doubles_lose(values: list[float], factors: list[float], sign: int) -> None:
    column = column_of(np.array(values))
    found = exact_sums(column, np.array([0]), np.array(factors), np.zeros(1))[0]
    assert np.sign(found) == sign and np.isfinite(found)


# ---- small parts -----------------------------------------------------------------------------------------


@given(st.fractions())
def test_the_nearest_double_of_an_ordinary_fraction(value: Fraction) -> None:
    assert nearest_of_its_sign(value) == float(value)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_nearest_double_is_neither_zero_nor_infinite(sign: int) -> None:
    assert nearest_of_its_sign(sign * Fraction(1, 2**2000)) == sign * 5e-324
    assert nearest_of_its_sign(sign * Fraction(2**2000)) == sign * np.finfo(float).max
    assert nearest_of_its_sign(Fraction(0)) == 0.0 and math.copysign(1, nearest_of_its_sign(Fraction(0))) == 1


def test_which_extended_numbers_are_doubles() -> None:
    assert are_doubles(np.array([0.1, -3.0, 0.0], np.longdouble))
    assert are_doubles(np.array([], np.longdouble))
    assert not are_doubles(np.array([1.0, 1.0 + 2.0 * np.longdouble(HALF)]))
    assert not are_doubles(np.array([np.longdouble(1) / 3]))


def test_the_largest_relative_violation() -> None:
    assert relative_max(np.array([0.0, 0.0]), np.array([0.0, 1.0])) == 0.0
    assert relative_max(np.array([]), np.array([])) == 0.0
    assert relative_max(np.array([0.0, 1.0, 3.0]), np.array([0.0, 4.0, 6.0])) == 0.5
    assert relative_max(np.array([1e-9, 0.0]), np.array([0.0, 1.0])) == np.inf  # missed, and nothing to compare it with

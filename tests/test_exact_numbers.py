"""Doubles as whole numbers with a power of two, and sparse matrices of them, against fractions and dense products."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings

from natura_opt.proof.exact.whole import WholeMatrix, common, low_exponent, nearest, odd_parts, power, ratio, wholes

DOUBLES = st.floats(allow_nan=False, allow_infinity=False)


def sparse(seed: int, m: int = 7, n: int = 9) -> Any:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((m, n)) < 0.4, rng.normal(size=(m, n)) * 10.0 ** rng.integers(-8, 8, (m, n)), 0.0)
    return sp.csc_array(dense)


def dense_of(rows: Any, width: int) -> list[list[int]]:
    """Rows of whole numbers written out, the exponent left aside."""
    made = [[0] * width for _ in range(len(rows.indptr) - 1)]
    for i, line in enumerate(made):
        for k in range(rows.indptr[i], rows.indptr[i + 1]):
            line[rows.indices[k]] += rows.data[k]
    return made


# ---- numbers -----------------------------------------------------------------------------------------------


@given(st.lists(DOUBLES, max_size=6))
def test_odd_parts_are_odd_and_say_every_double_exactly(values: list[float]) -> None:
    odd, exponents = odd_parts(np.array(values))
    for value, whole, exponent in zip(values, odd, exponents, strict=True):
        if value == 0:
            assert whole == 0 and exponent > 2000
        else:
            assert whole % 2 == 1 and int(whole) * power(int(exponent)) == Fraction(value)


@settings(deadline=None)
@given(st.lists(DOUBLES, max_size=6))
def test_one_exponent_for_all_says_every_double_exactly(values: list[float]) -> None:
    whole, exponent = common(np.array(values))
    assert exponent <= 0
    assert [int(w) * power(exponent) for w in whole] == [Fraction(value) for value in values]
    assert exponent == 0 or any(w % 2 for w in whole)  # the highest that does


@given(st.integers(-(2**200), 2**200), st.integers(1, 2**200), st.integers(-1200, 1200))
def test_a_ratio_is_rounded_once(top: int, bottom: int, exponent: int) -> None:
    truth = Fraction(top, bottom) * power(exponent)
    try:
        expected = float(truth)
    except OverflowError:
        expected = math.inf if top > 0 else -math.inf
    assert ratio(top, bottom, exponent) == expected
    assert nearest(truth) == expected


@given(st.integers(), st.integers(-50, 50))
def test_the_lowest_bit(value: int, exponent: int) -> None:
    found = low_exponent(value, exponent)
    if value == 0:
        assert found > 10_000
    else:
        assert (value * power(exponent) / power(found)).denominator == 1
        assert (value * power(exponent) / power(found)) % 2 == 1


def test_powers_of_two() -> None:
    assert [power(k) for k in (-3, 0, 5)] == [Fraction(1, 8), 1, 32]


# ---- sparse matrices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_rows_and_columns_of_a_matrix_are_its_doubles(seed: int) -> None:
    doubles = sparse(seed)
    whole, dense = WholeMatrix(doubles), doubles.toarray()
    unit = power(whole.exponent)
    for rows, expected in ((whole.by_rows, dense), (whole.by_columns, dense.T)):
        found = dense_of(rows, expected.shape[1])
        assert [[value * unit for value in line] for line in found] == [
            [Fraction(v) for v in line] for line in expected
        ]


@pytest.mark.parametrize("seed", range(6))
def test_products_sizes_and_parts_are_those_of_the_dense_matrix(seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = WholeMatrix(sparse(seed))
    rows = whole.by_rows
    dense = dense_of(rows, 9)
    vector = wholes(int(v) for v in rng.integers(-(10**9), 10**9, 9))
    assert list(rows.times(vector)) == [sum(a * int(b) for a, b in zip(line, vector, strict=True)) for line in dense]
    assert list(rows.sizes()) == [sum(abs(a) for a in line) for line in dense]
    chosen = rng.permutation(7)[:4]
    assert dense_of(rows.rows(chosen), 9) == [dense[i] for i in chosen]
    columns = rng.permutation(9)[:5]
    assert dense_of(rows.within(columns, 9), 5) == [[line[j] for j in columns] for line in dense]
    kept = rng.random(9) < 0.5
    masked = rows.only(kept)
    assert dense_of(masked, 9) == [[a if keep else 0 for a, keep in zip(line, kept, strict=True)] for line in dense]
    assert masked.sizes().sum() <= rows.sizes().sum()


@pytest.mark.parametrize("seed", range(6))
def test_a_cut_is_the_part_in_the_order_asked_for_and_transposed_on_demand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = WholeMatrix(sparse(seed))
    dense = dense_of(whole.by_rows, 9)
    rows, columns = np.sort(rng.permutation(7)[:4]), np.sort(rng.permutation(9)[:3])
    part = [[dense[i][j] for j in columns] for i in rows]
    assert dense_of(whole.cut(rows, columns), 3) == part
    assert dense_of(whole.cut(rows, columns, by_columns=True), 4) == [list(line) for line in zip(*part, strict=True)]
    nothing = np.array([], dtype=np.int64)
    assert dense_of(whole.cut(nothing, columns), 3) == []
    assert dense_of(whole.cut(rows, nothing), 0) == [[]] * 4


def test_rows_without_entries_sum_to_zero() -> None:
    rows = WholeMatrix(sp.csc_array((4, 3))).by_rows
    assert list(rows.times(wholes([1, 2, 3]))) == [0] * 4
    assert list(rows.rows(np.array([3, 1])).sizes()) == [0, 0]

"""Several columns at once: every width, both precisions, any address, one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from natura_opt.base.errors import DataError
from natura_opt.input_output.coefficients import Coefficients, _aligned
from natura_opt.input_output.column_kernels import add_columns, product_of_columns, product_of_columns_of_rows
from natura_opt.input_output.cores import cut_evenly
from tests.test_tiles import cores, whole

ROOM = -7.5  # what stands in an array before it is written


def columns(seed: int, size: int, count: int, kind: Any = np.float64) -> Any:
    return np.random.default_rng(seed).integers(-9, 10, (size, count)).astype(kind)


@pytest.mark.parametrize("count", [*range(13), 15, 16, 17, 24])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_every_number_of_columns(count: int, kind: Any) -> None:
    """Eight, four, two and one at a time make up every width."""
    matrix, x = whole(1, 50, 40, 300), columns(2, 40, count, kind)
    made = Coefficients(matrix).times_columns(x)
    np.testing.assert_array_equal(made, matrix @ x.astype(float))
    assert made.dtype == np.float64


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_coefficients_in_either_precision_are_summed_in_double(kind: Any) -> None:
    matrix = sp.csr_array(np.array([[1.0, 2.0**-30, -1.0]], dtype=kind))
    x = np.ones((3, 11), dtype=np.float32)
    np.testing.assert_array_equal(Coefficients(matrix).times_columns(x), np.full((1, 11), 2.0**-30))


@pytest.mark.parametrize("runs", [1, 2, 5, 40])
def test_rows_may_be_cut_anywhere(runs: int) -> None:
    matrix, x = whole(3, 30, 20, 200), columns(4, 20, 7)
    parts = Coefficients(matrix).parts
    out = np.full((30, 7), ROOM)
    product_of_columns(cut_evenly(parts[0], runs), *parts, x, out)
    np.testing.assert_array_equal(out, matrix @ x)


def test_only_the_rows_asked_for_are_written() -> None:
    matrix, x = whole(5, 6, 5, 20), columns(6, 5, 9)
    out = np.full((6, 9), ROOM)
    product_of_columns_of_rows(2, 4, *Coefficients(matrix).parts, x, out)
    np.testing.assert_array_equal(out[2:4], (matrix @ x)[2:4])
    np.testing.assert_array_equal(out[[0, 1, 4, 5]], ROOM)


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_a_run_of_entries_is_added_with_its_weight(count: int) -> None:
    """As a loop over techniques uses it: part of a row, to what is there already."""
    matrix, x = whole(15, 1, 40, 90), columns(16, 40, count)
    _, indices, data = Coefficients(matrix).parts
    sums = columns(17, 1, count)[0]
    wanted = sums - 0.5 * (data[2:9] @ x[indices[2:9]])
    add_columns(2, 9, -0.5, indices, data, x, sums)
    np.testing.assert_array_equal(sums, wanted)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 3000), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_any_pattern_is_multiplied_as_scipy_does(m: int, n: int, entries: int, count: int, seed: int) -> None:
    matrix, x = whole(seed, m, n, entries), columns(seed, n, count)
    np.testing.assert_array_equal(Coefficients(matrix).times_columns(x), matrix @ x)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 3)])
def test_nothing_gives_zeros(shape: tuple[int, int]) -> None:
    made = Coefficients(sp.csr_array(shape)).times_columns(np.ones((shape[1], 5)))
    np.testing.assert_array_equal(made, np.zeros((shape[0], 5)))


def test_one_pass_whatever_the_columns() -> None:
    coefficients = Coefficients(whole(7, 20, 20, 60))
    for count in (1, 3, 16):
        coefficients.times_columns(np.ones((20, count)))
    assert coefficients.passes == 3


def test_the_same_bits_on_one_core_and_on_two_and_as_one_column() -> None:
    rng = np.random.default_rng(8)
    matrix = sp.random_array((3000, 2000), density=0.01, format="csr", rng=rng)
    x, y = rng.normal(size=(2000, 10)), rng.normal(size=3000)
    made = []
    for count in (1, 2):
        with cores(count):
            here = Coefficients(matrix)
            made.append((here.times_columns(x), here.times(x[:, 0]), here.transposed_times(y)))
    for one, two in zip(*made, strict=True):
        np.testing.assert_array_equal(one, two)
    np.testing.assert_allclose(made[0][0], matrix @ x, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(made[0][0][:, 0], made[0][1], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("order", ["C", "F", "every other"])
def test_columns_may_lie_in_any_order(order: str) -> None:
    matrix, x = whole(9, 30, 20, 200), columns(10, 20, 8)
    given = {"C": x, "F": np.asfortranarray(x), "every other": np.repeat(x, 2, axis=1)[:, ::2]}[order]
    np.testing.assert_array_equal(Coefficients(matrix).times_columns(given), matrix @ x)


@pytest.mark.parametrize(("count", "lines"), [(2, 16), (4, 32), (8, 64), (16, 64), (10, 1), (3, 1)])
def test_rows_are_moved_only_where_they_straddle_lines(count: int, lines: int) -> None:
    for start in (0, 2, 4, 6):  # 16, 32, 48 bytes further
        room = np.zeros(40 * count + 20)
        aligned = -room.ctypes.data % 64 // 8
        x = room[aligned + start : aligned + start + 40 * count].reshape(40, count)
        x[:] = columns(11, 40, count)
        moved = _aligned(x)
        np.testing.assert_array_equal(moved, x)
        assert moved.ctypes.data % lines == 0
        assert np.shares_memory(moved, x) == (start * 8 % lines == 0)


@pytest.mark.parametrize("shape", [(3, 2), (5,), (4,), (), (5, 2, 2)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    coefficients = Coefficients(whole(12, 5, 4, 9))
    with pytest.raises(DataError, match="shape"):
        coefficients.times_columns(np.ones(shape))


def test_a_vector_of_another_length_is_refused() -> None:
    coefficients = Coefficients(whole(13, 5, 4, 9))
    with pytest.raises(DataError, match=r"shape \(5,\) cannot .* give \(4,\)"):
        coefficients.times(np.ones(5))
    with pytest.raises(DataError, match=r"shape \(4, 1\) cannot .* give \(5,\)"):
        coefficients.transposed_times(np.ones((4, 1)))
    assert coefficients.passes == 0

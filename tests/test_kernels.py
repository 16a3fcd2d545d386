"""Compiled products and sweeps against dense arithmetic, on one core and cut into runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.cores import cut_evenly
from natura_opt.input_output.kernels import (
    find_faults,
    price_sweep,
    product,
    product_of_rows,
    scatter_rows,
    substitute_upper,
    sweep,
    transposed_product,
    transposed_sweep,
)

ROOM = -7.5  # what stands in an array before it is written


def random(seed: int, m: int, n: int, density: float = 0.3) -> Any:
    rng = np.random.default_rng(seed)
    return np.where(rng.random((m, n)) < density, rng.normal(size=(m, n)), 0.0)


def triangular(seed: int, size: int = 40) -> Any:
    """Upper triangular with goods that take up to nine tenths of themselves."""
    rng = np.random.default_rng(seed)
    return np.triu(random(seed, size, size), 1) + np.diag(
        np.where(rng.random(size) < 0.5, rng.uniform(0, 0.9, size), 0)
    )


# ---- products ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", range(12))
def test_rows_of_every_length_are_summed_to_their_end(columns: int) -> None:
    """Four running sums and a rest: each length from none to eleven is one of them."""
    values = 2.0 ** np.arange(columns)
    parts = Coefficients(sp.csr_array(np.vstack([values, values])) if columns else sp.csr_array((2, 0))).parts
    out = np.full(2, ROOM)
    product_of_rows(0, 2, *parts, np.ones(columns), out)
    np.testing.assert_array_equal(out, [2.0**columns - 1] * 2)


def test_only_the_rows_asked_for_are_written() -> None:
    dense = random(0, 6, 5)
    parts = Coefficients(sp.csr_array(dense)).parts
    out = np.full(6, ROOM)
    product_of_rows(2, 4, *parts, np.ones(5), out)
    np.testing.assert_allclose(out[2:4], dense[2:4].sum(axis=1))
    np.testing.assert_array_equal(out[[0, 1, 4, 5]], ROOM)
    sums = np.full(5, 1.0)
    scatter_rows(2, 4, *parts, np.ones(6), sums)
    np.testing.assert_allclose(sums, 1.0 + dense[2:4].sum(axis=0))


@pytest.mark.parametrize("runs", [1, 2, 5, 40])
@pytest.mark.parametrize("shape", [(30, 20), (3, 50), (1, 1)])
def test_products_are_the_same_however_the_rows_are_cut(shape: tuple[int, int], runs: int) -> None:
    m, n = shape
    dense = random(m, m, n)
    parts = Coefficients(sp.csr_array(dense)).parts
    cuts = cut_evenly(parts[0], runs)
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=n), rng.normal(size=m)
    out, back, partial = np.full(m, ROOM), np.full(n, ROOM), np.full((runs, n), ROOM)
    product(cuts, *parts, x, out)
    transposed_product(cuts, *parts, y, partial, back)
    np.testing.assert_allclose(out, dense @ x, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(back, dense.T @ y, rtol=1e-12, atol=1e-13)


def test_the_same_number_on_one_core_and_on_all(monkeypatch: pytest.MonkeyPatch) -> None:
    dense = random(5, 300, 200, density=0.5)
    one = Coefficients(sp.csr_array(dense))
    many = Coefficients(sp.csr_array(dense))
    one._threads, many._threads = 1, 2
    many._runs, many._few = cut_evenly(one.matrix.indptr, 16), cut_evenly(one.matrix.indptr, 2)
    x, y = np.random.default_rng(2).normal(size=200), np.random.default_rng(3).normal(size=300)
    np.testing.assert_array_equal(one.times(x), many.times(x))
    np.testing.assert_allclose(one.transposed_times(y), many.transposed_times(y), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(many.transposed_times(2 * y), 2 * many.transposed_times(y))  # nothing is left over
    assert (one.passes, many.passes) == (2, 4)


@pytest.mark.parametrize("runs", [1, 3, 8, 100])
def test_runs_cover_every_row_once_and_share_the_coefficients(runs: int) -> None:
    counts = np.array([0, 5, 1, 0, 40, 2, 2, 2, 0])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    cuts = cut_evenly(indptr, runs)
    assert len(cuts) == runs + 1 and cuts[0] == 0 and cuts[-1] == len(counts) and (np.diff(cuts) >= 0).all()
    loads = np.diff(indptr[cuts])
    assert loads.sum() == counts.sum() and loads.max() <= counts.sum() / runs + counts.max()


# ---- faults ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indices", "data", "fault"),
    [
        ([0, 2, 1], [1.0, 2.0, 3.0], 0),
        ([2, 0, 1], [1.0, 2.0, 3.0], 1),
        ([1, 1, 1], [1.0, 2.0, 3.0], 1),
        ([0, 2, 1], [1.0, np.nan, 3.0], 2),
        ([0, 2, 1], [1.0, 2.0, -np.inf], 6),
        ([0, 2, 1], [-1.0, 2.0, 3.0], 4),
        ([2, 0, 1], [-1.0, np.inf, 3.0], 7),
    ],
)
def test_what_is_wrong_with_a_row_is_seen(indices: list[int], data: list[float], fault: int) -> None:
    indptr = np.array([0, 2, 2, 3])
    for cuts in ([0, 3], [0, 1, 3], [0, 1, 2, 3]):
        faults = np.zeros(len(cuts) - 1, dtype=np.int64)
        find_faults(np.array(cuts), indptr, np.array(indices, dtype=np.int32), np.array(data), faults)
        assert np.bitwise_or.reduce(faults) == fault


# ---- sweeps and substitution -----------------------------------------------------------------------------


def gauss_seidel(dense: Any, rhs: Any, x: Any, order: Any) -> Any:
    x = x.copy()
    for i in order:
        x[i] = (rhs[i] + sum(dense[i, j] * x[j] for j in range(len(x)) if j != i)) / (1 - dense[i, i])
    return x


@pytest.mark.parametrize("seed", range(4))
def test_a_sweep_is_gauss_and_seidels_in_the_order_given(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = 0.2 * random(seed, 15, 15)
    rhs, start, order = rng.normal(size=15), rng.normal(size=15), rng.permutation(15)
    x = start.copy()
    sweep(order, *Coefficients(sp.csr_array(dense)).parts, rhs, x)
    np.testing.assert_allclose(x, gauss_seidel(dense, rhs, start, order), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("seed", range(4))
def test_a_transposed_sweep_is_that_of_the_transposed_and_keeps_its_residual(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = 0.2 * random(seed, 15, 15)
    rhs, start, order = rng.normal(size=15), rng.normal(size=15), rng.permutation(15)
    x, residual = start.copy(), rhs - start + dense.T @ start
    transposed_sweep(order, *Coefficients(sp.csr_array(dense)).parts, residual, x)
    np.testing.assert_allclose(x, gauss_seidel(dense.T, rhs, start, order), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(residual, rhs - x + dense.T @ x, atol=1e-12)


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("block", [1, 7, 16, 1024])
def test_substitution_solves_triangular_systems_in_blocks_of_any_size(block: int, parts: int) -> None:
    dense = triangular(block)
    rhs = np.random.default_rng(0).normal(size=40)
    x = np.full(40, np.nan)
    substitute_upper(block, parts, *Coefficients(sp.csr_array(dense)).parts, rhs, x)
    np.testing.assert_allclose(x, np.linalg.solve(np.eye(40) - dense, rhs), rtol=1e-9)


def test_one_sweep_in_the_right_order_is_a_substitution() -> None:
    dense = triangular(2)
    parts, rhs = Coefficients(sp.csr_array(dense)).parts, np.random.default_rng(1).normal(size=40)
    x = np.full(40, 1e3)
    sweep(np.arange(40)[::-1].copy(), *parts, rhs, x)
    np.testing.assert_allclose(x, np.linalg.solve(np.eye(40) - dense, rhs), rtol=1e-9)
    p, left = np.zeros(40), rhs.copy()
    transposed_sweep(np.arange(40), *parts, left, p)
    np.testing.assert_allclose(p, np.linalg.solve(np.eye(40) - dense.T, rhs), rtol=1e-9)


# ---- prices good by good ---------------------------------------------------------------------------------


def test_prices_set_in_order_are_above_cost_by_the_margin_and_never_below_one() -> None:
    dense = np.abs(triangular(3))
    prices, costs = np.zeros(40), np.zeros(40)
    assert price_sweep(np.arange(40), 0.05, *Coefficients(sp.csr_array(dense)).parts, costs, prices) == -1
    spent = dense.T @ prices  # a good's inputs stand in its column, those upstream of it are priced before
    own = np.diag(dense) * prices
    assert (prices * (1 + 1e-12) >= 1.0).all()
    assert (prices - own >= 1.05 * (spent - own) * (1 - 1e-12)).all()
    assert (prices - spent > 0).all()
    cheapest = np.maximum(1.05 * (spent - own), 1.0) / (1 - np.diag(dense))
    np.testing.assert_allclose(prices, cheapest, rtol=1e-12)


def test_a_good_that_uses_itself_up_is_named_and_gets_no_price() -> None:
    dense = np.diag([0.5, 1.0, 0.2])
    prices = np.zeros(3)
    assert price_sweep(np.array([0, 1, 2]), 0.05, *Coefficients(sp.csr_array(dense)).parts, np.zeros(3), prices) == 1
    np.testing.assert_array_equal(prices, [2.0, 0.0, 0.0])


# ---- coefficients -----------------------------------------------------------------------------------------


def test_what_coefficients_say_of_themselves() -> None:
    found = Coefficients(sp.csr_array(np.array([[0.0, 1.0, 2.0], [0.0, 0.0, 4.0]])))
    assert (found.shape, found.nnz, found.longest_row, found.longest_column) == ((2, 3), 3, 2, 2)
    assert not found.negative and Coefficients(sp.csr_array([[-1.0]])).negative
    assert found.nbytes == 3 * 8 + 3 * 4 + 3 * 4
    empty = Coefficients(sp.csr_array((0, 0)))
    assert (empty.nnz, empty.longest_row, empty.longest_column) == (0, 0, 0)


def test_room_for_the_answer_is_used_where_it_is_given() -> None:
    found = Coefficients(sp.csr_array(np.array([[1.0, 2.0]])))
    out, back = np.full(1, ROOM), np.full(2, ROOM)
    assert found.times(np.ones(2), out) is out and out[0] == 3.0
    assert found.transposed_times(np.ones(1), back) is back and back.tolist() == [1.0, 2.0]

"""Products of a technique table with several columns: whole numbers exactly, on any number of cores, counted."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.methods.prices import columns_of_products
from natura_opt.methods.prices.columns_of_products import ProductsByColumn

from .industries import drawn


def whole_table(seed: int, goods: int = 40) -> tuple[Any, Any, Any]:
    """Small whole numbers, of which doubles hold every sum; some techniques need nothing."""
    rng = np.random.default_rng(seed)
    first = np.concatenate([[0], np.cumsum(rng.integers(1, 6, goods))])
    dense = np.where(rng.random((first[-1], goods)) < 0.3, rng.integers(1, 9, (first[-1], goods)), 0).astype(float)
    dense[rng.random(len(dense)) < 0.2] = 0.0
    return dense, first, np.repeat(np.arange(goods), np.diff(first))


@pytest.mark.parametrize("columns", [None, 1, 2, 5])
@pytest.mark.parametrize("seed", range(4))
def test_whole_numbers_are_exact(seed: int, columns: int | None) -> None:
    dense, first, good = whole_table(seed, goods=3 + 20 * seed)
    rng, more = np.random.default_rng(seed), () if columns is None else (columns,)
    table, goods = ProductsByColumn(sp.csr_array(dense), first), len(first) - 1
    prices = rng.integers(-9, 10, (goods, *more)).astype(float)
    levels = rng.integers(-9, 10, (len(dense), *more)).astype(float)
    shares = rng.integers(0, 5, len(dense)).astype(float)
    summing = np.eye(goods)[:, good]
    np.testing.assert_array_equal(table.margins(prices), prices[good] - dense @ prices)
    np.testing.assert_array_equal(table.needs(levels), dense.T @ levels)
    np.testing.assert_array_equal(table.by_good(levels), summing @ levels)
    np.testing.assert_array_equal(table.net(levels), summing @ levels - dense.T @ levels)
    np.testing.assert_array_equal(table.mean_costs(shares, prices), (summing * shares) @ dense @ prices)


def test_margins_and_net_outputs_are_transposed() -> None:
    made, rng = drawn(1, goods=30), np.random.default_rng(0)
    table = made.table
    for _ in range(5):
        prices, levels = rng.normal(size=len(made.wanted)), rng.normal(size=len(made.good))
        assert table.margins(prices) @ levels == pytest.approx(prices @ table.net(levels), rel=1e-10, abs=1e-12)


def test_each_product_reads_every_coefficient_once_and_spread_twice() -> None:
    dense, first, _ = whole_table(0)
    table, seen = ProductsByColumn(sp.csr_array(dense), first), []
    for read in (
        lambda: table.margins(np.ones((40, 7))),
        lambda: table.needs(np.ones(len(dense))),
        lambda: table.net(np.ones((len(dense), 3))),
        lambda: table.mean_costs(np.ones(len(dense)), np.ones(40)),
        lambda: table.spread(np.ones(len(dense))),
        lambda: table.by_good(np.ones(len(dense))),
    ):
        before = table.passes
        read()
        seen.append(table.passes - before)
    assert seen == [1, 1, 1, 1, 2, 0]


def test_the_number_of_columns_may_change_from_product_to_product() -> None:
    """Partial sums are kept from one product to the next: none of the last may be left in them."""
    dense, first, _ = whole_table(2)
    table, rng = ProductsByColumn(sp.csr_array(dense), first), np.random.default_rng(2)
    for columns in (1, 4, 2, 2, 1):
        levels = rng.integers(-9, 10, (len(dense), columns)).astype(float)
        np.testing.assert_array_equal(table.needs(levels), dense.T @ levels)


def test_the_answer_does_not_depend_on_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    made, rng, found = drawn(2, goods=60), np.random.default_rng(1), []
    prices, levels = rng.normal(size=(60, 3)), rng.normal(size=(len(made.good), 3))
    shares = rng.random(len(levels))
    cores = numba.get_num_threads()
    for most in (10**9, 0):
        monkeypatch.setattr(columns_of_products, "_ONE_CORE", most)
        table = made.table
        assert table._cores == (1 if most else cores)
        found.append((table.margins(prices), table.needs(levels), table.mean_costs(shares, prices)))
        assert numba.get_num_threads() == cores
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("seed", range(6))
def test_spread_is_the_weighted_square_about_the_mean(seed: int) -> None:
    dense, first, good = whole_table(seed)
    weights = np.random.default_rng(seed).uniform(0.0, 2.0, len(dense))
    truth = np.zeros(40)
    for i in range(40):
        ways, own = dense[good == i], weights[good == i]
        truth += own @ (ways - own @ ways / own.sum()) ** 2
    found = ProductsByColumn(sp.csr_array(dense), first).spread(weights)
    np.testing.assert_allclose(found, truth, rtol=1e-10)
    assert (found >= 0).all()


def test_techniques_that_are_alike_have_no_spread() -> None:
    dense, first, good = whole_table(3)
    alike = dense[first[:-1]][good]
    table = ProductsByColumn(sp.csr_array(alike), first)
    assert table.spread(np.random.default_rng(0).random(len(good))).max() < 1e-12 * (alike**2).sum()
    assert ProductsByColumn(sp.csr_array(dense), first).spread(np.zeros(len(good))).tolist() == [0.0] * 40


def test_columns_in_any_layout_are_read_as_they_are_meant() -> None:
    dense, first, good = whole_table(1)
    table = ProductsByColumn(sp.csr_array(dense), first)
    prices = np.random.default_rng(3).integers(0, 9, (80, 6))[::2, ::3]
    for given in (prices, np.asfortranarray(prices.astype(float)), prices.astype(np.float32)):
        np.testing.assert_array_equal(table.margins(given), prices[good] - dense @ prices)

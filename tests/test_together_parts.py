"""The parts of systems solved together: products, sums over blocks and least squares, against dense arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.input_output import together
from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.together import Columns


def singles(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("transpose", [True, False], ids=["transposed", "as it stands"])
@pytest.mark.parametrize("seed", range(4))
def test_a_product_is_dense_in_units_of_the_goods(seed: int, transpose: bool) -> None:
    rng = np.random.default_rng(seed)
    inputs = np.where(rng.random((50, 50)) < 0.2, rng.random((50, 50)), 0.0)
    units, given, coefficients = rng.lognormal(0.0, 3.0, 50), singles(seed, 50, 3), Coefficients(sp.csr_array(inputs))
    found = together._Together(coefficients, transpose, units, 3).apply(given)
    scaled = (inputs.T if transpose else inputs) * units / units[:, None]
    sizes = np.abs(given) + scaled @ np.abs(given)
    assert (np.abs(found - (given - scaled @ given.astype(float))) <= 1e-5 * sizes).all()
    assert coefficients.passes == 1


def test_whole_numbers_below_a_million_are_exact() -> None:
    rng = np.random.default_rng(9)
    inputs, given = rng.integers(0, 9, (30, 30)).astype(float), rng.integers(-9, 10, (30, 4)).astype(np.float32)
    for transpose, way in ((True, inputs.T), (False, inputs)):
        system = together._Together(Coefficients(sp.csr_array(inputs)), transpose, np.ones(30), 4)
        np.testing.assert_array_equal(system.apply(given), given - way @ given)


@pytest.mark.parametrize("goods", [1, 16_383, 16_384, 16_385, 40_000])
def test_sums_over_goods_cross_blocks(goods: int) -> None:
    one, other = singles(0, goods, 2), singles(1, goods, 2)
    amounts = np.random.default_rng(2).normal(size=goods)
    size = np.sqrt(goods)
    products = one.astype(float) * other
    # each product is rounded to single precision, their sum is not
    assert (np.abs(together._dots(one, other) - products.sum(axis=0)) <= 2.0**-24 * np.abs(products).sum(axis=0)).all()
    np.testing.assert_allclose(together._over_goods(one, amounts), one.astype(float).T @ amounts, atol=1e-12 * size)


@pytest.mark.parametrize("seed", range(4))
def test_columns_multiply_as_their_dense_matrix(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shares, units, sizes = singles(seed, 70, 5), rng.lognormal(0.0, 4.0, 70), rng.lognormal(0.0, 4.0, 5)
    dense, columns = units[:, None] * shares.astype(float) * sizes, Columns(shares, units, sizes)
    weights, amounts = rng.random(5), rng.random(70)
    np.testing.assert_allclose(columns.times(weights), dense @ weights, atol=1e-12 * np.abs(dense).max())
    np.testing.assert_allclose(
        columns.transposed_times(amounts), dense.T @ amounts, rtol=1e-9, atol=1e-12 * np.abs(dense).max()
    )
    np.testing.assert_allclose(columns.squares_times(amounts), (dense**2).T @ amounts, rtol=1e-5)


def test_least_squares_are_solved_column_by_column() -> None:
    tables, first = np.random.default_rng(3).normal(size=(4, 6, 3)), np.array([1.0, 2.0, 0.5, 0.0])
    weights, residual = together._least_squares(tables, first)
    for k in range(4):
        side = np.eye(6)[0] * first[k]
        np.testing.assert_allclose(tables[k].T @ (side - tables[k] @ weights[k]), 0.0, atol=1e-12)
        assert residual[k] == pytest.approx(np.linalg.norm(side - tables[k] @ weights[k]))
    assert residual[3] == 0.0


def test_columns_of_zeros_stay_zeros_when_scaled() -> None:
    given = singles(5, 10, 2)
    given[:, 1] = 0.0
    scaled = together._scaled(given, together._norms(given))
    assert together._norms(scaled)[0] == pytest.approx(1.0, rel=1e-6)
    assert not scaled[:, 1].any()

"""Witnesses: every way of finding one proves what it says in fractions, and those who have none are told so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.base.errors import OptionError
from natura_opt.input_output.balance import balanced_exponents, exponents_of_links
from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.directed import exact_surplus, proven_surplus
from natura_opt.input_output.rational_block import judge_in_rationals
from natura_opt.input_output.structure import Shape, full_shape
from natura_opt.input_output.system import Witness
from natura_opt.input_output.unproductive import UnproductiveError
from natura_opt.input_output.witness import (
    _by_blocks,
    _by_krylov,
    _by_powers,
    _by_substitution,
    _checked,
    _factorised,
    _share,
    find_witness,
)

from . import rational
from .hostile_inputs import chained, ring, staircase, truly_productive


def economy(seed: int, size: int = 20, radius: float = 0.8, spread: float = 0.0) -> Any:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((size, size)) < 0.3, rng.lognormal(size=(size, size)), 0.0) + 0.01 * np.eye(size, k=1)
    dense *= radius / np.abs(np.linalg.eigvals(dense)).max()
    unit = 10.0 ** rng.uniform(-spread, spread, size)
    return dense * unit[:, None] / unit


def of(dense: Any) -> Coefficients:
    return Coefficients(sp.csr_array(dense))


def assert_proves(dense: Any, witness: Witness | None) -> None:
    """Prices above zero, margins above zero, and no margin above what is truly left."""
    assert witness is not None
    prices, margins = rational.vector(witness.prices), rational.vector(witness.margins)
    spent = rational.times(rational.transposed(rational.matrix(dense)), prices)
    for price, cost, margin in zip(prices, spent, margins, strict=True):
        assert 0 < margin <= price - cost


WAYS: dict[str, Any] = {
    "found": lambda inputs: find_witness(inputs),
    "factorised": _factorised,
    "powers": lambda inputs: _by_powers(inputs)[0],
    "krylov": lambda inputs: _by_krylov(inputs, np.ones(inputs.shape[0])),
    "blocks": _by_blocks,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("spread", [0.0, 3.0])
def test_every_way_to_a_witness_proves_it_in_fractions(way: str, spread: float) -> None:
    found = 0
    for seed in range(3):
        dense = economy(seed, spread=spread, radius=0.5)
        witness = WAYS[way](of(dense))
        if witness is not None:
            assert_proves(dense, witness)
            found += 1
    assert found == 3 or (way == "krylov" and spread)


@pytest.mark.parametrize("way", WAYS)
def test_no_way_finds_one_where_there_is_none(way: str) -> None:
    dense = economy(1, radius=1.0 + 1e-6)
    assert not truly_productive(dense)
    if way == "found":
        with pytest.raises(UnproductiveError) as caught:
            find_witness(of(dense))
        assert caught.value.least >= 1.0
    else:
        assert WAYS[way](of(dense)) is None


@pytest.mark.parametrize("radius", [0.9, 1 - 1e-6, 1 - 1e-9])
def test_one_that_nearly_lives_on_itself_is_proved_all_the_same(radius: float) -> None:
    dense = ring(40, radius, 3)
    assert_proves(dense, find_witness(of(dense)))


@pytest.mark.parametrize("dense", [chained(6, 5, 1), staircase(30)], ids=["chained", "staircase"])
def test_blocks_that_feed_each_other_are_joined_into_one_witness(dense: Any) -> None:
    assert_proves(dense, _by_blocks(of(dense)))


@pytest.mark.parametrize("seed", range(4))
def test_triangular_economies_are_priced_good_by_good(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = np.triu(rng.uniform(0, 2, (15, 15)), 1) + np.diag(rng.uniform(0, 0.9, 15))
    order = rng.permutation(15)
    dense = dense[np.ix_(order, order)]
    shape = full_shape(of(dense))
    assert shape.triangular
    assert_proves(dense, _by_substitution(of(dense), shape))
    dense[3, 3] = 1.0
    assert _by_substitution(of(dense), shape) is None


def test_prices_that_the_user_proposes_are_used_if_they_prove_it_and_only_then() -> None:
    dense = economy(2)
    good = np.linalg.solve(np.eye(20) - dense.T, np.ones(20))
    inputs = of(dense)
    found = find_witness(inputs, proposed=good)
    np.testing.assert_array_equal(found.prices, good)
    assert inputs.passes == 1
    other = find_witness(of(dense), proposed=np.geomspace(1, 1e6, 20))
    assert_proves(dense, other)
    for wrong in (np.ones(3), np.zeros(20), np.full(20, np.nan), -good):
        with pytest.raises(OptionError, match="20 positive numbers"):
            find_witness(of(dense), proposed=wrong)


def test_a_margin_is_only_checked_where_it_is_beyond_rounding() -> None:
    dense = np.array([[0.5, 0.25], [0.5, 0.75]])  # columns that sum to one: equal prices leave exactly nothing
    assert _checked(of(dense), np.ones(2)) is None
    a_hair = dense * (1 - 2.0**-52)
    assert _checked(of(a_hair), np.ones(2)) is None  # a margin there is, but none that doubles show
    clear = _checked(of(dense * 0.9), np.ones(2))
    assert_proves(dense * 0.9, clear)
    assert _checked(of(dense * 0.9), np.array([1.0, 0.0])) is None


@pytest.mark.parametrize("seed", range(10))
def test_a_share_of_the_sum_mends_the_margins_of_goods_whose_last_power_has_grown(seed: int) -> None:
    """``power + share * total``, ``total`` the sum of all powers: nothing is promised of goods that had fallen."""
    rng = np.random.default_rng(seed)
    dense = economy(seed, radius=0.9)
    first = rng.uniform(0.5, 2, 20)
    power, total, shares = first, np.zeros(20), []
    for _ in range(60):
        following = dense.T @ power
        total = total + power
        shares.append(_share(first, power, following))
        if shares[-1] > 0:
            prices = total if np.isinf(shares[-1]) else power + shares[-1] * total
            grown = following >= first
            margins = prices - dense.T @ prices
            assert (margins[grown] > 0).all() and (np.isfinite(shares[-1]) or (margins > 0).all())
        power = following
    assert shares[-1] == np.inf  # in the end all have fallen, and the sum alone will do


# ---- units and signs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_balanced_units_bring_the_coefficients_of_a_ring_near_each_other(seed: int) -> None:
    dense = ring(25, 0.9, seed, 6.0)
    k = balanced_exponents(sp.csr_array(dense))
    assert k.dtype == np.int64
    sizes = (dense * 2.0 ** (k[None, :] - k[:, None]))[dense > 0]
    assert sizes.max() / sizes.min() < 16
    assert dense[dense > 0].max() / dense[dense > 0].min() > 1e6


def test_units_are_least_squares_over_the_links() -> None:
    rng = np.random.default_rng(0)
    row, column = rng.integers(0, 12, 60), rng.integers(0, 12, 60)
    kept = row != column
    row, column, size = row[kept], column[kept], rng.uniform(-20, 20, kept.sum())
    found = exponents_of_links(row, column, size, 12)
    links = np.zeros((len(row), 12))
    links[np.arange(len(row)), column] += 1
    links[np.arange(len(row)), row] -= 1
    best = np.linalg.lstsq(links, -size, rcond=None)[0]
    np.testing.assert_allclose(found - found.mean(), best - best.mean(), atol=1.01)
    assert not exponents_of_links(row[:0], column[:0], size[:0], 3).any()


@pytest.mark.parametrize("seed", range(6))
def test_surpluses_as_computed_are_below_the_true_ones(seed: int) -> None:
    dense, rng = economy(seed, size=8), np.random.default_rng(seed)
    for x in (rng.uniform(0.1, 1, 8), 10.0 ** rng.uniform(-300, -290, 8)):
        found = proven_surplus(x, dense @ x, 8)
        truth = [
            a - b
            for a, b in zip(rational.vector(x), rational.times(rational.matrix(dense), rational.vector(x)), strict=True)
        ]
        assert all(rational.fraction(got) <= value for got, value in zip(found, truth, strict=True))
        assert (np.array([float(t) for t in truth]) - found <= 1e-14 * (x + dense @ x) + 1e-322).all()


def test_rows_of_some_goods_against_x_of_others() -> None:
    """Techniques of which two make the same good: each is held against the good it makes."""
    table = sp.csr_array(np.array([[0.5, 0.0], [0.0, 2.0], [0.25, 0.25]]))
    left, powers = exact_surplus(table, np.array([1.0, 0.5]), np.array([0, 3]), own=np.array([0, 0, 1]))
    # x = (1, 4): 1 - .5, 1 - 8, 4 - 1.25
    np.testing.assert_array_equal(np.ldexp(left, powers), [0.5, -7.0, 2.75])


@pytest.mark.parametrize("seed", range(20))
def test_rational_arithmetic_decides_as_hawkins_and_simon_do(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.integers(0, 5, (5, 5)) / 16.0 + np.eye(5, k=1) / 8 + np.eye(5, k=-4) / 8
    found = judge_in_rationals(sp.csr_array(dense), np.zeros(5, dtype=np.int64))
    assert found is not None
    assert (found.vector is not None) == truly_productive(dense)
    if found.vector is not None:
        assert (found.vector > dense @ found.vector).all()
    columns = dense / dense.sum(axis=0)
    if (columns.sum(axis=0) == 1).all() and (columns * 2**40 == np.round(columns * 2**40)).all():
        exact = judge_in_rationals(sp.csr_array(columns), np.zeros(5, dtype=np.int64))
        assert exact is not None and exact.exactly_one


@pytest.mark.parametrize("exponents", [[0, 0], [7, -7], [-30, 20]])
def test_units_change_no_verdict_of_rational_arithmetic(exponents: list[int]) -> None:
    k = np.array(exponents)
    for dense, one in (([[0.5, 0.25], [0.5, 0.75]], True), ([[0.5, 0.25], [0.5, 0.5]], False)):
        scaled = np.array(dense) * 2.0 ** (k[:, None] - k[None, :])
        found = judge_in_rationals(sp.csr_array(scaled), k)
        assert found is not None and found.exactly_one == one and (found.vector is None) == one
    assert judge_in_rationals(sp.csr_array(np.full((900, 900), 1e-3)), np.zeros(900, dtype=np.int64)) is None


def test_a_shape_known_beforehand_spares_looking() -> None:
    dense = np.triu(np.full((6, 6), 0.5), 1)
    inputs = of(dense)
    shape = Shape("upper", np.arange(6)[::-1].copy(), np.arange(7))
    assert_proves(dense, find_witness(inputs, shape=shape))
    assert inputs.passes <= 3

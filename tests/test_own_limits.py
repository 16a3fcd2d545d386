"""Limits of one industry and of several: who uses what by enumeration, bent costs against a dense inverse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.methods.prices.own_limits import OwnLimits

from .industries import drawn


@pytest.mark.parametrize("seed", range(8))
def test_a_limit_is_local_if_its_users_make_one_good(seed: int) -> None:
    made = drawn(seed)
    users = [set(made.good[made.use[:, k] > 0].tolist()) for k in range(made.use.shape[1])]
    limits = made.limits
    assert limits.local.tolist() == [k for k, goods in enumerate(users) if len(goods) <= 1]
    assert limits.shared.tolist() == [k for k, goods in enumerate(users) if len(goods) > 1]
    assert limits.is_local.tolist() == [len(goods) <= 1 for goods in users]
    assert limits.sole.tolist() == ((made.use > 0).sum(axis=0) == 1).tolist()
    assert limits.most_users == (made.use > 0).sum(axis=0).max()
    np.testing.assert_array_equal(limits.by_shared, made.use[:, limits.shared])


@pytest.mark.parametrize("seed", range(8))
def test_the_own_limit_is_the_local_one_used_most(seed: int) -> None:
    made = drawn(seed)
    limits = made.limits
    local = np.where(limits.is_local, made.use, 0.0)
    np.testing.assert_array_equal(limits.own, local.argmax(axis=1))
    np.testing.assert_array_equal(limits.own_use, local.max(axis=1))


def test_a_technique_with_shared_limits_only_has_none_of_its_own() -> None:
    limits = OwnLimits(sp.csr_array([[1.0, 0.5], [1.0, 0.0], [0.0, 0.0]]), np.array([0, 1, 2]))
    assert limits.own.tolist() == [1, -1, -1]  # limit 0 is shared by goods 0 and 1
    assert limits.own_use.tolist() == [0.5, 0.0, 0.0]


def test_what_nobody_uses_is_local_and_bends_nothing() -> None:
    limits = OwnLimits(sp.csr_array([[1.0, 0.0], [2.0, 0.0]]), np.array([0, 0]))
    assert limits.is_local.tolist() == [True, True]
    assert not limits.sole.any()
    bend = [limits.bent(np.ones(2), np.array([3.0, idle])).answer(np.array([1.0, 2.0])) for idle in (0.0, 1e6)]
    np.testing.assert_array_equal(*bend)
    np.testing.assert_allclose(bend[0], np.linalg.solve(np.array([[4.0, 6.0], [6.0, 13.0]]), [1.0, 2.0]))


@pytest.mark.parametrize("seed", range(12))
def test_bent_costs_are_a_dense_inverse(seed: int) -> None:
    made, rng = drawn(seed, goods=15), np.random.default_rng(seed + 100)
    limits = made.limits
    own = rng.lognormal(0.0, 2.0, len(made.good))
    by_limit = np.where(limits.is_local, rng.lognormal(0.0, 2.0, made.use.shape[1]), 0.0)
    dense = np.diag(own) + made.use @ np.diag(by_limit) @ made.use.T
    bend = limits.bent(own, by_limit)
    for margins in (rng.normal(size=len(own)), rng.normal(size=(len(own), 3))):
        found = bend.answer(margins)
        assert found.shape == margins.shape
        np.testing.assert_allclose(found, np.linalg.solve(dense, margins), rtol=1e-9, atol=1e-12)


def test_several_limits_of_one_industry_overlap() -> None:
    """Good 1 has three techniques, two limits over two of them each, and one over all."""
    use = np.zeros((5, 4))
    use[1:3, 0], use[2:4, 1], use[1:4, 2], use[[0, 4], 3] = (0.3, 0.4), (0.9, 0.1), (1.0, 2.0, 0.5), 0.2
    good = np.array([0, 1, 1, 1, 2])
    limits = OwnLimits(sp.csr_array(use), good)
    assert limits.shared.tolist() == [3]
    by_limit = np.array([5.0, 7.0, 0.5, 0.0])
    dense = np.diag(np.arange(1.0, 6.0)) + use @ np.diag(by_limit) @ use.T
    found = limits.bent(np.arange(1.0, 6.0), by_limit).answer(np.eye(5))
    np.testing.assert_allclose(found, np.linalg.inv(dense), atol=1e-14)


@pytest.mark.parametrize("seed", range(4))
def test_use_and_cost_are_products_with_the_table(seed: int) -> None:
    made, rng = drawn(seed), np.random.default_rng(seed)
    outputs, scarcity = rng.random(len(made.good)), rng.random(made.use.shape[1])
    limits = made.limits
    np.testing.assert_allclose(limits.used(outputs), made.use.T @ outputs)
    np.testing.assert_allclose(limits.costs(scarcity), made.use @ scarcity)
    assert limits.used(outputs) @ scarcity == pytest.approx(limits.costs(scarcity) @ outputs)


def _shown(limits: Any) -> tuple[Any, ...]:
    return limits.local.tolist(), limits.shared.tolist(), limits.own.tolist(), limits.own_use.tolist()


def test_the_order_of_entries_in_the_table_does_not_matter() -> None:
    made = drawn(5)
    straight = sp.coo_array(made.use)
    order = np.random.default_rng(0).permutation(straight.nnz)
    mixed = sp.coo_array((straight.data[order], (straight.row[order], straight.col[order])), shape=straight.shape)
    assert _shown(OwnLimits(mixed, made.good)) == _shown(made.limits)

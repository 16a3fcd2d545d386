"""Bounds and plans near the optimum: what they prove holds in fractions, and HiGHS's optimum is between them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.methods.prices.closed_rents import Proofs
from natura_opt.methods.prices.columns_of_products import ProductsByColumn
from natura_opt.methods.prices.own_limits import OwnLimits

from .industries import Industries, drawn, exact_product, exactly


def proofs_of(made: Industries, slack: float = 1e-9) -> Proofs:
    return Proofs(made.table, made.limits, made.wanted, slack)


def _bound_holds(made: Industries, bound: Any) -> None:
    """Rents cover what every technique earns, and their sum is what the bound says, without any rounding."""
    paid = exact_product(made.use, bound.scarcity)
    earned = exact_product(made.net.T, bound.prices)
    # B is formed in doubles above; where a good is among its own inputs it is formed again, exactly
    for j, good in enumerate(made.good):
        own = Fraction(1) - Fraction(float(made.inputs[j, good])) - Fraction(float(made.net[good, j]))
        assert paid[j] >= earned[j] + own * Fraction(float(bound.prices[good]))
    cost = sum(p * g for p, g in zip(exactly(bound.prices), exactly(made.wanted), strict=True))
    assert min(bound.prices.min(), bound.scarcity.min()) >= 0
    assert Fraction(bound.number) * cost >= sum(exactly(bound.scarcity))


def _plan_holds(made: Industries, plan: Any) -> None:
    """The plan leaves its assortments over and keeps all limits, without any rounding."""
    outputs = exactly(plan.outputs)
    needs = exact_product(made.inputs.T, plan.outputs)
    for i, wanted in enumerate(exactly(made.wanted)):
        total = sum(outputs[made.first[i] : made.first[i + 1]])
        assert total - needs[i] >= Fraction(plan.number) * wanted
    assert max(exact_product(made.use.T, plan.outputs)) <= 1
    assert min(outputs) >= 0


@pytest.mark.parametrize("seed", range(8))
def test_at_the_optimum_both_are_the_optimum(seed: int) -> None:
    made = drawn(seed)
    best, outputs, prices, scarcity = made.optimum()
    proofs = proofs_of(made)
    bound, plan = proofs.bound(prices, scarcity), proofs.plan(outputs, best)
    assert bound.number == pytest.approx(best, rel=1e-7)
    assert plan.number == pytest.approx(best, rel=1e-7)
    _bound_holds(made, bound)
    _plan_holds(made, plan)
    assert plan.number < bound.number


@pytest.mark.parametrize("seed", range(12))
def test_anything_at_all_proves_something_true(seed: int) -> None:
    made, rng = drawn(seed, goods=10), np.random.default_rng(seed + 50)
    best, outputs, prices, scarcity = made.optimum()
    proofs = proofs_of(made)
    for spread in (0.01, 0.3):
        noisy = [values * rng.lognormal(0.0, spread, len(values)) for values in (prices, scarcity, outputs + 1e-3)]
        bound, plan = proofs.bound(noisy[0], noisy[1]), proofs.plan(noisy[2], best)
        assert 0 < plan.number <= best * (1 + 1e-8)
        assert bound.number >= best * (1 - 1e-8)
        _plan_holds(made, plan)
        if np.isfinite(bound.number):
            _bound_holds(made, bound)


def test_rents_of_single_limits_are_chosen_anew() -> None:
    """Whatever scarcity is said of limits of one industry, what its techniques earn decides."""
    made = drawn(3)
    _, _, prices, scarcity = made.optimum()
    local, proofs = made.limits.is_local, proofs_of(made)
    other = np.where(local, 1e3, scarcity)
    assert proofs.bound(prices, other).number == proofs.bound(prices, scarcity).number
    more = proofs.bound(prices, np.where(local, scarcity, scarcity + 1.0)).number
    assert more != proofs.bound(prices, scarcity).number


def test_negative_prices_count_as_nothing() -> None:
    made = drawn(4)
    _, _, prices, scarcity = made.optimum()
    prices[0] = 0.0
    below = prices - np.eye(len(prices))[0]
    proofs = proofs_of(made)
    np.testing.assert_array_equal(proofs.bound(below, scarcity).prices, proofs.bound(prices, scarcity).prices)
    assert proofs.bound(np.zeros_like(prices), scarcity).number == np.inf


def test_a_price_that_no_rent_can_support_is_lowered() -> None:
    """Good 0 is made of half a unit of good 1 and a shared limit; it cannot fetch more than these cost."""
    inputs, use = np.array([[0.0, 0.5], [0.2, 0.0]]), np.array([[0.1, 0.0], [0.1, 0.3]])
    made = Industries(inputs, use, np.arange(3), np.ones(2))
    bound = proofs_of(made).bound(np.array([1.0, 1.0]), np.array([1.0, 0.0]))
    assert bound.prices == pytest.approx([0.6, 1.0])
    assert bound.scarcity[1] == pytest.approx((1.0 - 0.2 * 0.6 - 0.1) / 0.3)
    assert bound.number == pytest.approx((1.0 + bound.scarcity[1]) / 1.6)
    _bound_holds(made, bound)


def test_no_bound_where_prices_run_away() -> None:
    """Each good is made of the other and of nothing that has rents: prices fall by little, and at last are given up."""
    table = ProductsByColumn(sp.csr_array([[0.0, 0.999], [0.999, 0.0]]), np.arange(3))
    limits = OwnLimits(sp.csr_array(np.ones((2, 1))), table.good)
    bound = Proofs(table, limits, np.ones(2), 1e-9).bound(np.ones(2), np.array([1e-12]))
    assert bound.number == np.inf
    assert (bound.prices < 0.9).all()  # it was tried


@pytest.mark.parametrize("seed", range(4))
def test_what_has_no_room_goes_to_other_techniques(seed: int) -> None:
    """All output on one technique per good: the shifted plan makes at least what the proportions as they stand do."""
    made = drawn(seed, goods=10, most=4)
    best, _, _, _ = made.optimum()
    proofs = proofs_of(made)
    lonely = np.full(len(made.good), 1e-6)
    lonely[made.first[:-1]] = 1.0
    as_it_stands = proofs._made(lonely)
    plan = proofs.plan(lonely, best)
    assert as_it_stands.number <= plan.number <= best
    _plan_holds(made, as_it_stands)
    _plan_holds(made, plan)


def test_shifting_fills_what_is_open_and_keeps_the_sum() -> None:
    made = Industries(np.zeros((5, 2)), np.diag([0.5, 0.25, 1.0, 0.5, 0.5]), np.array([0, 3, 5]), np.ones(2))
    proofs = proofs_of(made)
    most = np.array([2.0, 4.0, 1.0, 2.0, 2.0])
    shifted = proofs._shifted(np.array([5.0, 1.0, 1.0, 9.0, 1.0]), most)
    np.testing.assert_allclose(shifted, [2.0, 4.0, 1.0, 2.0, 2.0])  # good 0: three move; good 1: full
    np.testing.assert_allclose(proofs._shifted(np.array([3.0, 1.0, 0.0, 1.0, 1.0]), most), [2.0, 1.75, 0.25, 1.0, 1.0])


@pytest.mark.parametrize("seed", range(4))
def test_outputs_and_costs_of_shares_are_dense_solutions(seed: int) -> None:
    made, rng = drawn(seed), np.random.default_rng(seed)
    weights, paid = rng.uniform(0.1, 1.0, len(made.good)), rng.random(len(made.good))
    shares = weights / np.add.reduceat(weights, made.first[:-1])[made.good]
    mean = np.add.reduceat(shares[:, None] * made.inputs, made.first[:-1])
    system, proofs = np.eye(len(made.wanted)) - mean, proofs_of(made)
    outputs = proofs.outputs(shares, made.wanted, made.wanted)
    costs = proofs.costs(shares, paid, np.zeros(len(made.wanted)))
    assert outputs is not None and costs is not None
    np.testing.assert_allclose(outputs, np.linalg.solve(system.T, made.wanted), rtol=1e-6)
    assert (system.T @ outputs >= made.wanted).all()  # grown by the slack, so that it covers what is wanted
    right = np.add.reduceat(shares * paid, made.first[:-1])
    np.testing.assert_allclose(costs, np.linalg.solve(system, right), rtol=1e-5)


def test_shares_that_eat_more_than_they_make_are_no_plan() -> None:
    made = Industries(np.array([[1.5], [0.5]]), np.diag([0.1, 0.1]), np.array([0, 2]), np.ones(1))
    proofs = proofs_of(made)
    assert proofs.outputs(np.array([1.0, 0.0]), np.ones(1), np.ones(1)) is None
    assert proofs.plan(np.array([1.0, 0.0]), 1.0).number == 0.0
    assert proofs.plan(np.array([0.0, 1.0]), 1.0).number == pytest.approx(5.0)

"""The centre's side of price coordination: the model against linear programming, and the road to its maximum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from natura_opt.methods.prices.level_bundle import LevelBundle, _keeping_the_sum, nearest

from . import rational


def cuts_of(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    count, size = int(rng.integers(2, 14)), int(rng.integers(2, 7))
    return rng.uniform(0.05, 2, (count, size)) * 10.0 ** rng.uniform(-2, 2)


def maximum_of(cuts: Any) -> float:
    """The largest value on the simplex of the least of some linear functions, by scipy."""
    count, size = cuts.shape
    found = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=np.hstack([-cuts, np.ones((count, 1))]),
        b_ub=np.zeros(count),
        A_eq=[np.append(np.ones(size), 0.0)],
        b_eq=[1.0],
        bounds=[(0, None)] * size + [(None, None)],
    )
    return float(-found.fun)


def bundle_of(cuts: Any) -> LevelBundle:
    found = LevelBundle(cuts.shape[1])
    for cut in cuts:
        found.add(cut)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_models_maximum_is_that_of_the_linear_program(seed: int) -> None:
    cuts = cuts_of(seed)
    mix = bundle_of(cuts).mix()
    assert mix is not None
    assert mix.most == pytest.approx(maximum_of(cuts), rel=1e-9)
    assert mix.most >= maximum_of(cuts) * (1 - 1e-12)  # a bound that is not below it
    assert (mix.amounts >= 0).all()
    used = rational.times(rational.transposed(rational.matrix(cuts)), rational.vector(mix.amounts))
    assert max(used) <= 1  # in fractions: a plan within its limits, not one within rounding of them
    assert mix.most == pytest.approx(1 / mix.amounts.sum(), rel=1e-15)


@pytest.mark.parametrize("seed", range(6))
def test_one_cut_alone_is_worth_its_largest_part(seed: int) -> None:
    cuts = cuts_of(seed)[:1]
    mix = bundle_of(cuts).mix()
    assert mix is not None and mix.most == pytest.approx(cuts.max())


@pytest.mark.parametrize("seed", range(10))
def test_the_least_of_random_planes_is_maximised_on_the_simplex(seed: int) -> None:
    """As price coordination does: evaluate, cut, bound, project; until value and bound meet."""
    planes = cuts_of(seed)
    truth = maximum_of(planes)
    bundle = LevelBundle(planes.shape[1])
    point, bound = bundle.best, np.inf
    for _ in range(300):
        least = int((planes @ point).argmin())
        bundle.add(planes[least])
        bundle.offer(point, float(planes[least] @ point))
        mix = bundle.mix()
        assert mix is not None
        bound = min(bound, mix.most)
        assert bundle.value <= truth * (1 + 1e-12) and bound >= truth * (1 - 1e-12)
        if bound - bundle.value <= 1e-6 * bound:
            break
        point = bundle.next_point(bound)
        assert point.sum() == pytest.approx(1.0, abs=1e-14) and (point >= 0).all()
    assert bundle.value == pytest.approx(truth, rel=1e-6) and bound == pytest.approx(truth, rel=1e-6)
    assert bundle.value == pytest.approx(float((planes @ bundle.best).min()))


def test_only_what_is_better_is_kept() -> None:
    bundle = LevelBundle(2)
    assert bundle.best.tolist() == [0.5, 0.5] and bundle.value == 0.0
    assert bundle.offer(np.array([0.25, 0.75]), 2.0)
    assert not bundle.offer(np.array([1.0, 0.0]), 2.0)
    assert not bundle.offer(np.array([0.0, 1.0]), 1.0)
    assert bundle.best.tolist() == [0.25, 0.75] and bundle.value == 2.0


def test_the_step_gets_shyer_while_it_gains_less_than_it_promised_and_bolder_when_it_keeps_its_word() -> None:
    bundle = LevelBundle(2)
    bundle.add(np.array([1.0, 3.0]))
    bundle.offer(bundle.best, 2.0)
    first = bundle.next_point(3.0) @ [1.0, 3.0]  # the level is 3 less .7 of what is left
    assert first == pytest.approx(2.3)
    near = bundle._nearness
    bundle.offer(np.array([0.0, 1.0]), 3.0)  # more than promised
    assert bundle._nearness < near
    near = bundle._nearness
    bundle.next_point(4.0)
    bundle.offer(np.array([0.0, 1.0]), 3.0)
    assert bundle._nearness > near


@pytest.mark.parametrize("seed", range(12))
def test_the_nearest_point_is_that_of_quadratic_programming(seed: int) -> None:
    cuts, rng = cuts_of(seed), np.random.default_rng(seed)
    size = cuts.shape[1]
    point = rng.dirichlet(np.ones(size))
    low, high = float((cuts @ point).min()), maximum_of(cuts)
    level = low + 0.6 * (high - low)
    found = nearest(point, cuts, level)
    assert (cuts @ found >= level - 1e-9 * abs(level)).all()
    assert found.sum() == pytest.approx(1.0, abs=1e-12) and (found >= -1e-12).all()
    by_scipy = minimize(
        lambda s: ((s - point) ** 2).sum(),
        np.full(size, 1 / size),
        jac=lambda s: 2 * (s - point),
        method="SLSQP",
        bounds=[(0, 1)] * size,
        constraints=[
            {"type": "eq", "fun": lambda s: s.sum() - 1, "jac": lambda s: np.ones(size)},
            {"type": "ineq", "fun": lambda s: (cuts @ s - level) / level, "jac": lambda s: cuts / level},
        ],
        options={"ftol": 1e-15, "maxiter": 500},
    )
    assert ((found - point) ** 2).sum() <= by_scipy.fun * (1 + 1e-6) + 1e-12


def test_a_point_that_is_good_enough_stays_where_it_is() -> None:
    point = np.array([0.2, 0.8])
    np.testing.assert_array_equal(nearest(point, np.array([[1.0, 1.0]]), 0.5), point)
    np.testing.assert_array_equal(nearest(np.ones(1), np.array([[1.0]]), 5.0), [1.0])


@pytest.mark.parametrize("size", [2, 3, 8])
def test_directions_keep_the_sum_and_are_orthonormal(size: int) -> None:
    basis = _keeping_the_sum(size)
    np.testing.assert_allclose(basis.T @ basis, np.eye(size - 1), atol=1e-14)
    np.testing.assert_allclose(basis.sum(axis=0), 0.0, atol=1e-14)

"""GMRES with steps shared by all columns, against dense solutions."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from natura_opt.methods.prices.shared_steps import SharedSteps


def system(seed: int, goods: int, columns: int, radius: float = 0.8) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    matrix = np.where(rng.random((goods, goods)) < 0.2, rng.uniform(0.0, 1.0, (goods, goods)), 0.0)
    matrix *= radius / np.abs(np.linalg.eigvals(matrix)).max()
    given = rng.uniform(0.0, 1.0, (goods, columns))
    return matrix, given, np.linalg.solve(np.eye(goods) - matrix, given)


def left(matrix: Any, given: Any, x: Any, weights: Any, factors: Any) -> float:
    residual = given + matrix @ x - x
    return float(np.sqrt(np.einsum("i,c,ic,ic->", weights, factors, residual, residual)))


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_cycles_lead_to_the_dense_solution(seed: int, columns: int) -> None:
    matrix, given, exact = system(seed, 40, columns)
    steps, x = SharedSteps(given.shape, 12), np.zeros_like(given)
    weights, factors = np.ones(40), np.ones(columns)
    for _ in range(30):
        norm = steps.cycle(lambda v: matrix @ v, x, given + matrix @ x - x, weights, factors, 1e-12)
    assert norm <= 1e-12
    np.testing.assert_allclose(x, exact, rtol=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_the_norm_returned_is_the_weighted_residual(seed: int) -> None:
    matrix, given, _ = system(seed, 30, 2)
    rng = np.random.default_rng(seed)
    weights, factors, x = 10.0 ** rng.uniform(-2, 2, 30), rng.uniform(0.1, 3.0, 2), rng.uniform(0, 1, given.shape)
    steps, norms = SharedSteps(given.shape, 6), [left(matrix, given, x, weights, factors)]
    for _ in range(6):
        found = steps.cycle(lambda v: matrix @ v, x, given + matrix @ x - x, weights, factors, 1e-9)
        norms.append(left(matrix, given, x, weights, factors))
        assert found == pytest.approx(norms[-1], rel=1e-6)
    assert np.all(np.diff(norms) <= 0)


@pytest.mark.parametrize("columns", [1, 2])
def test_a_cycle_leaves_the_least_residual_of_its_krylov_space(columns: int) -> None:
    matrix, given, _ = system(9, 25, columns)
    steps, x = SharedSteps(given.shape, 4), np.zeros_like(given)
    found = steps.cycle(lambda v: matrix @ v, x, given.copy(), np.ones(25), np.ones(columns), 0.0)
    space, power = [], given
    for _ in range(4):
        space.append((power - matrix @ power).ravel())
        power = matrix @ power
    basis, _ = np.linalg.qr(np.array(space).T)
    flat = given.ravel()
    assert found == pytest.approx(float(np.linalg.norm(flat - basis @ (basis.T @ flat))), rel=1e-8)


def test_nothing_to_do_reads_nothing() -> None:
    matrix, given, exact = system(1, 20, 1)
    steps, calls = SharedSteps(given.shape, 5), 0

    def times(v: Any) -> Any:
        nonlocal calls
        calls += 1
        return matrix @ v

    x = exact.copy()
    assert steps.cycle(times, x, np.zeros_like(given), np.ones(20), np.ones(1), 0.0) == 0.0
    assert calls == 0
    steps.cycle(times, x, given.copy(), np.ones(20), np.ones(1), 1e-30)
    assert calls == 5  # one reading a step


def test_a_space_that_is_exhausted_ends_the_cycle() -> None:
    """No inputs at all: one step is exact, and the next would divide by nothing."""
    given = np.arange(1.0, 11.0)[:, None]
    x = np.zeros_like(given)
    norm = SharedSteps(given.shape, 8).cycle(lambda v: 0.0 * v, x, given.copy(), np.ones(10), np.ones(1), 0.0)
    assert norm <= 1e-14
    np.testing.assert_allclose(x, given, rtol=1e-15)


def test_fewer_unknowns_than_steps() -> None:
    x = np.zeros((1, 1))
    SharedSteps((1, 1), 15).cycle(lambda v: 0.5 * v, x, np.ones((1, 1)), np.ones(1), np.ones(1), 1e-15)
    assert x[0, 0] == pytest.approx(2.0, rel=1e-14)


def test_single_precision_comes_as_near_as_it_can() -> None:
    matrix, given, exact = system(2, 50, 3)
    steps, x = SharedSteps(given.shape, 10, np.float32), np.zeros(given.shape, dtype=np.float32)
    for _ in range(8):
        residual = (given + matrix @ x - x).astype(np.float32)
        steps.cycle(lambda v: (matrix @ v).astype(np.float32), x, residual, np.ones(50), np.ones(3), 1e-6)
    np.testing.assert_allclose(x, exact, rtol=1e-5)
    assert steps.nbytes == 11 * 50 * 3 * 4


@pytest.mark.parametrize("goods", [300, 9_000])
def test_one_core_or_two_give_the_same_bits(goods: int) -> None:
    """Beyond 20,000 numbers sums are taken in parallel, over fixed blocks."""
    rng = np.random.default_rng(3)
    shape = (goods, 3)
    given, damping = rng.uniform(0.0, 1.0, shape), rng.uniform(0.1, 0.9, goods)[:, None]
    cores, found = numba.get_num_threads(), []
    try:
        for number in sorted({1, min(2, numba.config.NUMBA_NUM_THREADS)}):  # type: ignore[attr-defined]
            numba.set_num_threads(number)
            x = np.zeros(shape)
            SharedSteps(shape, 6).cycle(
                lambda v: damping * np.roll(v, 1, axis=0), x, given.copy(), np.ones(goods), np.ones(3), 1e-9
            )
            found.append(x)
    finally:
        numba.set_num_threads(cores)
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)
    residual = given + damping * np.roll(found[0], 1, axis=0) - found[0]
    assert np.linalg.norm(residual) < 0.1 * np.linalg.norm(given)

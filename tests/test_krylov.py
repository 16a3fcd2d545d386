"""Krylov, stationary and direct methods beside numpy's own solution: to the tolerance, within their proven bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.direct import _runs, block_triangular, lu, refined
from natura_opt.input_output.krylov import basis_size, bicgstab, gmres, gmres_once, solve_bicgstab, solve_gmres
from natura_opt.input_output.stationary import anderson, gauss_seidel, neumann
from natura_opt.input_output.structure import full_shape
from natura_opt.input_output.system import Bound, System, Witness

from . import rational

METHODS: dict[str, Any] = {
    "gmres": gmres,
    "gmres once": gmres_once,
    "bicgstab": bicgstab,
    "neumann": neumann,
    "gauss-seidel": gauss_seidel,
    "anderson": anderson,
    "lu": lu,
    "blocks": block_triangular,
}


def economy(seed: int, size: int = 30, radius: float = 0.7) -> Any:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((size, size)) < 0.2, rng.lognormal(size=(size, size)), 0.0)
    return dense * radius / np.abs(np.linalg.eigvals(dense)).max()


def system_of(dense: Any, demand: Any, transpose: bool, **settings: Any) -> System:
    """A system with a witness from numpy: prices at which every technique gains one."""
    size = len(dense)
    prices = np.linalg.solve(np.eye(size) - dense.T, np.ones(size))
    margins = (prices - dense.T @ prices) * (1 - 1e-12)
    options = {"tolerance": 1e-10, "max_passes": 5000, **settings}
    return System(Coefficients(sp.csr_array(dense)), demand, transpose, Witness(prices, margins), **options)


def truth_of(dense: Any, demand: Any, transpose: bool) -> Any:
    return np.linalg.solve(np.eye(len(dense)) - (dense.T if transpose else dense), demand)


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("name", METHODS)
def test_every_method_ends_within_its_tolerance_of_numpys_solution(name: str, transpose: bool) -> None:
    for seed in range(2):
        dense, demand = economy(seed), np.random.default_rng(seed).uniform(0, 1, 30)
        system = system_of(dense, demand, transpose)
        x, bound = METHODS[name](system, None)
        assert bound.relative <= 1e-10
        truth = truth_of(dense, demand, transpose)
        v, m = system.witness.prices, system.witness.margins
        error = (np.abs(x - truth) / v).max() if transpose else m @ np.abs(x - truth)
        size = (np.abs(truth) / v).max() if transpose else m @ np.abs(truth)
        assert error <= bound.error + 1e-14 * size
        assert error / size <= bound.relative + 1e-14
        assert system.passes > 0


@pytest.mark.parametrize("name", ["gmres", "bicgstab", "neumann", "gauss-seidel", "anderson"])
def test_a_good_start_takes_no_more_passes_than_none(name: str) -> None:
    dense, demand = economy(3), np.random.default_rng(3).uniform(0, 1, 30)
    cold, warm = system_of(dense, demand, False), system_of(dense, demand, False)
    METHODS[name](cold, None)
    _, bound = METHODS[name](warm, truth_of(dense, demand, False) * (1 + 1e-8))
    assert bound.relative <= 1e-10 and warm.passes <= cold.passes


@pytest.mark.parametrize("name", ["gmres", "bicgstab", "neumann", "anderson", "gauss-seidel"])
def test_spent_passes_end_a_method_and_its_bound_is_still_one(name: str) -> None:
    dense, demand = economy(4, radius=0.99), np.ones(30)
    system = system_of(dense, demand, False, max_passes=6)
    x, bound = METHODS[name](system, None)
    truth, m = truth_of(dense, demand, False), system.witness.margins
    assert system.passes <= 9  # those that are under way are finished
    assert m @ np.abs(x - truth) <= bound.error * (1 + 1e-9)
    assert bound.relative > 1e-10


@pytest.mark.parametrize("solve", [solve_gmres, solve_bicgstab])
def test_the_residual_is_reduced_to_the_goal(solve: Any) -> None:
    dense, rhs = economy(5), np.random.default_rng(5).normal(size=30)
    coefficients = Coefficients(sp.csr_array(dense))
    seen: list[float] = []
    z = solve(lambda z: z - coefficients.times(z), rhs, None, 1e-6, coefficients, 10_000, seen.append)
    assert np.linalg.norm(rhs - z + dense @ z) <= 1.01e-6
    if solve is solve_gmres:
        assert seen[0] > seen[-1] and seen[-1] <= 1.01e-6


def test_vectors_kept_are_as_many_as_a_third_of_the_memory_holds() -> None:
    size = 2_000_000
    few = Coefficients(sp.csr_array((np.ones(1), (np.array([0]), np.array([0]))), shape=(size, size)))
    assert basis_size(few) == 12
    assert basis_size(Coefficients(sp.csr_array(np.eye(5)))) == 200
    assert basis_size(Coefficients(sp.csr_array((0, 0)))) == 200


# ---- the bound -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_bound_of_any_vector_contains_its_true_error_in_fractions(seed: int, transpose: bool) -> None:
    dense, rng = economy(seed, size=8, radius=0.9), np.random.default_rng(seed)
    demand = rng.uniform(0, 1, 8)
    system = system_of(dense, demand, transpose)
    rows = rational.matrix(np.eye(8) - 0.0)
    a = rational.matrix(dense.T if transpose else dense)
    truth = rational.solve(
        [[one - value for one, value in zip(line, other, strict=True)] for line, other in zip(rows, a, strict=True)],
        rational.vector(demand),
    )
    assert truth is not None
    near = np.array([float(value) for value in truth])
    v, m = rational.vector(system.witness.prices), rational.vector(system.witness.margins)
    for x in (near, near * (1 + 1e-9), near + rng.normal(size=8), -near, np.zeros(8)):
        off = [abs(value - t) for value, t in zip(rational.vector(x), truth, strict=True)]
        error = max(e / p for e, p in zip(off, v, strict=True)) if transpose else rational.dot(m, off)
        size = max(abs(t) / p for t, p in zip(truth, v, strict=True)) if transpose else rational.dot(m, map(abs, truth))
        found = system.bound(x)
        assert error <= rational.fraction(np.float64(found.error))
        assert found.relative == np.inf or error / size <= rational.fraction(np.float64(found.relative))
    assert system.bound(near).relative < 1e-11  # nearly all of it what rounding may hide


@pytest.mark.parametrize("transpose", [False, True])
def test_weighing_is_undone_and_does_not_depend_on_units(transpose: bool) -> None:
    dense, demand = economy(1), np.ones(30)
    system = system_of(dense, demand, transpose)
    x = np.random.default_rng(1).normal(size=30)
    np.testing.assert_allclose(system.unweigh(system.weigh(x)), x, rtol=1e-15)
    unit = 2.0 ** np.random.default_rng(2).integers(-9, 9, 30)
    if transpose:
        unit = 1.0 / unit
    other = system_of(
        dense * unit[:, None] / unit if not transpose else dense / unit[:, None] * unit, demand, transpose
    )
    other.witness = Witness(
        system.witness.prices * unit if transpose else system.witness.prices / unit, other.witness.margins
    )
    np.testing.assert_allclose(other.weigh(x * unit), system.weigh(x), rtol=1e-15)


def test_an_answer_in_other_units_keeps_a_bound_that_counts_what_underflowed() -> None:
    dense = economy(2)
    system = system_of(dense, np.ones(30), False)
    x, bound = lu(system, None)
    given, same = system.in_units(x, bound, -40)
    np.testing.assert_array_equal(given, x * 2.0**-40)
    assert same.relative == bound.relative and same.error == pytest.approx(bound.error * 2.0**-40)
    tiny, wider = system.in_units(x, bound, -1070)
    lost = system.witness.margins @ np.abs(x - np.ldexp(tiny, 1070))
    assert lost > 0 and wider.relative >= lost / (system.witness.margins @ x)
    beyond, none = system.in_units(x, bound, 1030)
    assert np.isinf(beyond).any() and none == Bound(np.inf, np.inf)


def test_refining_a_poor_solver_still_ends_at_the_answer_and_a_useless_one_stops() -> None:
    dense, demand = economy(6), np.ones(30)
    matrix = np.eye(30) - dense
    rough = system_of(dense, demand, False)
    x, bound = refined(rough, lambda rhs: np.linalg.solve(matrix, rhs) * (1 + 1e-4), None)
    assert bound.relative <= 1e-10
    np.testing.assert_allclose(x, truth_of(dense, demand, False), rtol=1e-9)
    stuck = system_of(dense, demand, False)
    x, bound = refined(stuck, lambda rhs: np.zeros(30), None)
    assert bound.relative == np.inf and stuck.passes <= 3


def test_single_goods_that_follow_each_other_are_swept_together() -> None:
    singles = [np.array([0]), np.array([1]), np.array([2, 3]), np.array([4]), np.array([5, 6]), np.array([7])]
    found = _runs(singles)
    assert [isinstance(part, list) for part in found] == [True, False, True, False, True]
    assert [len(part) for part in found] == [2, 2, 1, 2, 1]


@pytest.mark.parametrize("transpose", [False, True])
def test_blocks_that_feed_each_other_are_solved_in_turn(transpose: bool) -> None:
    rng = np.random.default_rng(8)
    groups = np.repeat(np.arange(6), [1, 4, 1, 1, 7, 2])
    dense = np.where(groups[:, None] >= groups[None, :], rng.uniform(0, 0.05, (16, 16)), 0.0)
    order = rng.permutation(16)
    dense = dense[np.ix_(order, order)]
    system = system_of(dense, rng.uniform(0, 1, 16), transpose)
    shape = full_shape(system.coefficients)
    assert sorted(np.diff(shape.starts).tolist()) == [1, 1, 1, 2, 4, 7]
    x, bound = block_triangular(system, None, shape)
    assert bound.relative <= 1e-10
    np.testing.assert_allclose(x, truth_of(dense, system.demand, transpose), rtol=1e-9)

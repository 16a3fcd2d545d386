"""Non-negative systems good by good: the solution of numpy, zeros where they must be, and none where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.input_output import positive_system
from natura_opt.input_output.positive_system import positive_solution


def economy(seed: int, size: int, radius: float = 0.8) -> Any:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((size, size)) < min(1.0, 5 / size), rng.lognormal(size=(size, size)), 0.0)
    present = np.abs(np.linalg.eigvals(dense)).max()
    return dense * (radius / present if present > 1e-9 else 0.0)


def solved(dense: Any, given: Any, start: Any = None, tolerance: float = 1e-12) -> Any:
    matrix = sp.csr_array(dense)
    first = np.zeros(len(given)) if start is None else start
    return positive_solution(lambda x: matrix @ x, lambda: matrix, given, first, tolerance)


@pytest.mark.parametrize("size", [1, 3, 40, 250])
def test_each_good_to_the_same_relative_residual(size: int) -> None:
    """Over and under the size at which systems are eliminated; demands over twelve powers of ten."""
    for seed in range(3 if size < 200 else 1):
        dense, rng = economy(seed, size), np.random.default_rng(seed)
        given = np.where(rng.random(size) < 0.5, 10.0 ** rng.uniform(-6, 6, size), 0.0)
        given[0] = 1.0
        found = solved(dense, given)
        assert found is not None and (found >= 0).all()
        right = given + dense @ found
        assert (np.abs(right - found) <= 1.0001e-12 * right).all()
        np.testing.assert_allclose(found, np.linalg.solve(np.eye(size) - dense, given), rtol=1e-9, atol=1e-300)


def test_what_nothing_leads_to_is_exactly_zero() -> None:
    dense = np.zeros((4, 4))
    dense[0, 1] = dense[1, 0] = dense[2, 3] = 0.5
    given = np.array([0.0, 1.0, 0.0, 0.0])
    found = solved(dense, given)
    assert found is not None
    np.testing.assert_array_equal(found[2:], [0.0, 0.0])
    np.testing.assert_allclose(found[:2], [2 / 3, 4 / 3])
    np.testing.assert_array_equal(solved(dense, np.zeros(4)), np.zeros(4))


@pytest.mark.parametrize("size", [5, 250])
@pytest.mark.parametrize("radius", [1.0, 1.0 + 1e-6, 3.0])
def test_what_grows_without_limit_has_no_solution(size: int, radius: float) -> None:
    dense = np.zeros((size, size))
    dense[np.arange(size), (np.arange(size) + 1) % size] = radius
    assert solved(dense, np.ones(size), tolerance=1e-9) is None


def test_an_unproductive_part_that_nothing_is_asked_of_does_no_harm() -> None:
    dense = np.diag([0.5, 2.0])
    found = solved(dense, np.array([1.0, 0.0]))
    np.testing.assert_allclose(found, [2.0, 0.0])
    assert solved(dense, np.array([1.0, 1e-9])) is None


@pytest.mark.parametrize("start", ["solution", "negative", "huge"])
def test_any_start_leads_to_the_same(start: str) -> None:
    dense, given = economy(4, 30), np.random.default_rng(4).uniform(0, 1, 30)
    truth = np.linalg.solve(np.eye(30) - dense, given)
    first = {"solution": truth, "negative": -truth, "huge": truth * 1e30}[start]
    np.testing.assert_allclose(solved(dense, given, first), truth, rtol=1e-9)


def test_units_of_the_goods_do_not_matter() -> None:
    dense, rng = economy(5, 250), np.random.default_rng(5)
    given, unit = rng.uniform(0, 1, 250), 2.0 ** rng.integers(-60, 60, 250)
    plain = solved(dense, given, tolerance=1e-10)
    other = solved(dense * unit[:, None] / unit, given * unit, tolerance=1e-10)
    np.testing.assert_allclose(other / unit, plain, rtol=1e-8)


def test_sweeps_finish_what_nothing_else_solves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elimination and BiCGSTAB each fail here: what is left is x <- given + N x, again and again."""
    monkeypatch.setattr(positive_system, "_KRYLOV_TRIES", 0)
    dense, given = economy(6, 30), np.ones(30)
    np.testing.assert_allclose(solved(dense, given), np.linalg.solve(np.eye(30) - dense, given), rtol=1e-9)
    monkeypatch.setattr(positive_system, "_SWEEPS", 3)
    assert solved(dense, given) is None

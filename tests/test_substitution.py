"""The system of prices where industries shift between techniques, against its dense matrix."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from natura_opt.methods.prices import substitution
from natura_opt.methods.prices.substitution import Substitution

from .industries import drawn


def system_of(seed: int, goods: int = 15, most: int = 4, spread: float = 1.0) -> tuple[Substitution, Any, Any, Any]:
    """The system; its matrix ``B H^-1 B'``; shares in which techniques expand; a random generator."""
    made, rng = drawn(seed, goods, most), np.random.default_rng(seed + 7)
    own = rng.lognormal(0.0, spread, len(made.good))
    by_limit = np.where(made.limits.is_local, rng.lognormal(0.0, spread, made.use.shape[1]), 0.0)
    inverse = np.linalg.inv(np.diag(own) + made.use @ np.diag(by_limit) @ made.use.T)
    expansion = inverse.sum(axis=1)
    shares = expansion / np.add.reduceat(expansion, made.first[:-1])[made.good]
    mean = np.add.reduceat(shares[:, None] * made.inputs, made.first[:-1])
    return Substitution(made.table, made.limits.bent(own, by_limit)), made.net @ inverse @ made.net.T, mean, rng


@pytest.mark.parametrize("seed", range(6))
def test_times_is_the_dense_matrix(seed: int) -> None:
    system, dense, _, _ = system_of(seed)
    found = system.times(np.eye(len(dense)))
    np.testing.assert_allclose(found, dense, rtol=1e-9, atol=1e-12 * abs(dense).max())
    assert np.linalg.eigvalsh((found + found.T) / 2).min() > 0


@pytest.mark.parametrize("seed", range(6))
def test_leading_is_symmetric_positive_and_rounds_of_production(seed: int) -> None:
    system, dense, mean, _ = system_of(seed)
    led = system.led(np.eye(len(dense)))
    np.testing.assert_allclose(led, led.T, rtol=1e-9, atol=1e-12 * abs(led).max())
    assert np.linalg.eigvalsh((led + led.T) / 2).min() > 0
    rounds = sum(np.linalg.matrix_power(mean, k) for k in range(substitution._ROUNDS + 1))
    slopes = np.diag(system._slopes)
    np.testing.assert_allclose(led, rounds @ np.linalg.solve(slopes, rounds.T), rtol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_with_one_technique_each_enough_rounds_solve_it(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(substitution, "_ROUNDS", 300)
    system, dense, _, rng = system_of(seed, most=1)
    shortages = rng.normal(size=(len(dense), 2))
    np.testing.assert_allclose(system.led(shortages), np.linalg.solve(dense, shortages), rtol=1e-7, atol=1e-9)
    answer, steps = system.solve(shortages, np.full(2, 1e-18), 50)
    assert steps <= 2
    np.testing.assert_allclose(answer, np.linalg.solve(dense, shortages), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_prices_solve_the_system_to_the_floor_of_each_column(seed: int) -> None:
    system, dense, _, rng = system_of(seed, goods=20, spread=2.0)
    shortages = rng.normal(size=(20, 4)) * 10.0 ** np.array([-3, 0, 2, 5])
    sizes = np.einsum("ij,ij->j", shortages, system.led(shortages))
    floors = sizes * np.array([1e-2, 1e-6, 1e-10, 1e-20])
    answer, steps = system.solve(shortages, floors, 200)
    assert 0 < steps < 200
    left = shortages - dense @ answer
    assert (np.einsum("ij,ij->j", left, system.led(left)) <= 1.01 * floors + 1e-24 * sizes).all()
    np.testing.assert_allclose(answer[:, 3], np.linalg.solve(dense, shortages[:, 3]), rtol=1e-5, atol=1e-5)


def test_columns_do_not_disturb_each_other() -> None:
    system, dense, _, rng = system_of(2)
    shortages = rng.normal(size=(len(dense), 3))
    floors = np.array([1e-4, 1e-10, 1e-16])
    together, steps = system.solve(shortages, floors, 100)
    alone = [system.solve(shortages[:, [k]], floors[[k]], 100) for k in range(3)]
    np.testing.assert_allclose(together, np.hstack([answer for answer, _ in alone]), rtol=1e-8, atol=1e-12)
    assert steps == max(taken for _, taken in alone)
    assert [taken for _, taken in alone] == sorted(taken for _, taken in alone)


def test_steps_are_no_more_than_allowed_and_each_is_nearer() -> None:
    system, dense, _, rng = system_of(3, goods=25, spread=3.0)
    shortages, distances = rng.normal(size=(25, 1)), []
    truth = np.linalg.solve(dense, shortages)
    for most in range(5):
        answer, steps = system.solve(shortages, np.zeros(1), most)
        assert steps == most
        missed = (answer - truth)[:, 0]
        distances.append(float(missed @ dense @ missed))
    assert all(later < sooner for sooner, later in pairwise(distances))


def test_nothing_short_needs_no_price_and_no_step() -> None:
    system, dense, _, rng = system_of(4)
    answer, steps = system.solve(np.zeros((len(dense), 2)), np.full(2, 1e-12), 10)
    assert steps == 0 and not answer.any()
    both = np.column_stack([np.zeros(len(dense)), rng.normal(size=len(dense))])
    answer, steps = system.solve(both, np.full(2, 1e-16), 100)
    assert steps > 0 and not answer[:, 0].any() and answer[:, 1].any()

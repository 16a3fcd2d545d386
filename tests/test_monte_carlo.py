"""Random walks on input-output tables: intervals that cover, seeds that repeat, and the accuracy asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.errors import NaturaError
from natura_opt.solvers.monte_carlo import estimate
from natura_opt.solvers.unproductive import UnproductiveError

WHEAT_AND_CLOTH = np.array([[0.25, 0.40], [0.14, 0.12]])


def seeded(seed: int, size: int = 12, spread: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    inputs = np.where(rng.random((size, size)) < 0.4, rng.lognormal(0, 1, (size, size)), 0.0)
    inputs *= rng.uniform(0.3, 0.9) / np.abs(np.linalg.eigvals(inputs)).max()
    unit = np.power(10.0, rng.uniform(-spread, spread, size))
    return inputs * unit[:, None] / unit, rng.random(size) * unit


@pytest.mark.parametrize("transpose", [False, True])
def test_ninety_five_in_a_hundred_intervals_cover_the_truth(transpose: bool) -> None:
    demand, good = ([0.8, 3.6], 1) if transpose else ([55.0, 30.0], 0)
    truth = 5.0 if transpose else 100.0
    found = [
        estimate(WHEAT_AND_CLOTH, demand, good, transpose=transpose, max_walks=3_000, seed=seed) for seed in range(200)
    ]
    covered = sum(one.low <= truth <= one.high for one in found)
    assert 178 <= covered <= 199  # 190 expected, standard deviation 3.1
    errors = np.array([one.value - truth for one in found])
    assert np.std(errors) == pytest.approx(np.mean([one.error for one in found]), rel=0.15)  # what it says it is
    assert abs(errors.mean()) < 4 * errors.std() / 200**0.5  # and no bias


@pytest.mark.parametrize("transpose", [False, True])
def test_intervals_cover_on_many_economies_in_any_units(transpose: bool) -> None:
    covered = 0
    for seed in range(60):
        inputs, demand = seeded(seed, spread=(seed % 3) * 3.0)
        if transpose:
            demand = np.random.default_rng(seed).random(12)
        truth = np.linalg.solve(np.eye(12) - (inputs.T if transpose else inputs), demand)
        good = seed % 12
        one = estimate(inputs, demand, good, transpose=transpose, confidence=0.99, max_walks=20_000, seed=seed)
        covered += one.low <= truth[good] <= one.high
    assert covered >= 56  # 59.4 expected


def test_walking_stops_at_the_accuracy_asked_for() -> None:
    rough = estimate(WHEAT_AND_CLOTH, [0.8, 3.6], 0, transpose=True, half_width=0.05, seed=1)
    fine = estimate(WHEAT_AND_CLOTH, [0.8, 3.6], 0, transpose=True, half_width=0.005, seed=1)
    assert rough.reached and fine.reached
    assert fine.high - fine.low <= 0.01 and rough.high - rough.low <= 0.1
    assert 20 < fine.walks / rough.walks < 200  # a hundred times as many, as the square root law says
    cut = estimate(WHEAT_AND_CLOTH, [0.8, 3.6], 0, transpose=True, half_width=1e-6, max_walks=5_000, seed=1)
    assert not cut.reached and cut.walks == 5_000


def test_a_seed_walks_the_same_way_again() -> None:
    one, two, other = (estimate(WHEAT_AND_CLOTH, [55, 30], 0, max_walks=3_000, seed=seed) for seed in (3, 3, 4))
    assert one == two and one != other


def test_walks_are_short_however_large_the_economy() -> None:
    steps = []
    for size in (50, 5_000):
        rng = np.random.default_rng(size)
        rows = rng.integers(size, size=size * 10)
        inputs = sp.csr_array((np.full(size * 10, 0.08), (rows, np.repeat(np.arange(size), 10))), shape=(size, size))
        one = estimate(inputs, np.ones(size), 7, transpose=True, max_walks=20_000)
        assert one.low <= 5.0 <= one.high or abs(one.value - 5.0) < 4 * one.error  # columns sum to .8: 1 / (1 - .8)
        steps.append(one.steps / one.walks)
    assert steps[1] < 2 * steps[0]


def test_a_good_nobody_needs_and_nothing_goes_into() -> None:
    alone = estimate(np.zeros((2, 2)), [3.0, 4.0], 1)
    assert (alone.value, alone.error, alone.steps) == (pytest.approx(4.0), pytest.approx(0.0), alone.walks)


@pytest.mark.parametrize(
    ("good", "options", "message"),
    [
        (2, {}, "position from 0 to 1"),
        (-1, {}, "position"),
        (0.5, {}, "position"),
        (0, {"half_width": 0}, "half_width"),
        (0, {"half_width": "fine"}, "half_width"),
        (0, {"confidence": 1.0}, "confidence"),
        (0, {"max_walks": 1}, "max_walks"),
    ],
)
def test_misuse_gets_a_sentence(good: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(NaturaError, match=message):
        estimate(WHEAT_AND_CLOTH, [1, 1], good, **options)


def test_walks_that_would_never_end_are_refused() -> None:
    with pytest.raises(UnproductiveError):
        estimate(np.array([[0.5, 0.6], [0.9, 0.1]]), [1, 1], 0)
    with pytest.raises(NaturaError, match="negative"):
        estimate(np.array([[0.5, -0.6], [0.9, 0.1]]), [1, 1], 0)

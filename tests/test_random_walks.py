"""Random walks: their probabilities, worth and steps against the Leontief system; their intervals against binomials."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import beta

from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.monte_carlo import (
    _accumulate,
    _entropy_bound,
    _next_batch,
    _process,
    _walk,
    estimate,
    interval,
)


def economy(seed: int, size: int = 6) -> Any:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((size, size)) < 0.5, rng.lognormal(size=(size, size)), 0.0)
    unit = 10.0 ** rng.uniform(-3, 3, size)
    return dense * (0.7 / np.abs(np.linalg.eigvals(dense)).max()) * unit[:, None] / unit


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_the_expected_worth_of_a_walk_is_the_component(seed: int, transpose: bool) -> None:
    """Absorption probabilities, solved densely, times what is counted at the end, times the start's weight."""
    dense, demand = economy(seed), np.random.default_rng(seed).uniform(0, 1, 6)
    walk, weights = _process(Coefficients(sp.csr_array(dense)), transpose, None)
    steps = walk.toarray()
    stays = steps.sum(axis=1)
    assert (steps >= 0).all() and (stays < 1).all() and (weights > 0).all()
    ends = np.linalg.solve(np.eye(6) - steps, np.diag(1 - stays))  # from each good, where a walk ends
    np.testing.assert_allclose(ends.sum(axis=1), 1.0)
    worth = weights * (ends @ (demand / weights / (1 - stays)))
    truth = np.linalg.solve(np.eye(6) - (dense.T if transpose else dense), demand)
    np.testing.assert_allclose(worth, truth, rtol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_walks_end_where_and_after_as_many_steps_as_their_probabilities_say(seed: int) -> None:
    walk, _ = _process(Coefficients(sp.csr_array(economy(seed))), False, None)
    ends, stays = np.empty(walk.nnz), np.zeros(6)
    _accumulate(walk.indptr, walk.data, ends, stays)
    np.testing.assert_allclose(stays, walk.toarray().sum(axis=1))
    for i in range(6):
        span = slice(walk.indptr[i], walk.indptr[i + 1])
        np.testing.assert_allclose(ends[span], np.cumsum(walk.data[span]))
    count = 40_000
    rewards = np.empty(count)
    visited = _walk(2, walk.indptr, walk.indices, ends, np.arange(6.0), np.random.default_rng(seed), rewards)
    steps = walk.toarray()
    chances = np.linalg.solve(np.eye(6) - steps, np.diag(1 - stays))[2]
    shares = np.bincount(rewards.astype(int), minlength=6) / count
    assert (np.abs(shares - chances) <= 5 * np.sqrt(chances * (1 - chances) / count) + 1e-12).all()
    expected = np.linalg.solve(np.eye(6) - steps, np.ones(6))[2]
    assert visited / count == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("transpose", [False, True])
def test_the_truth_lies_in_the_interval_of_every_good(transpose: bool) -> None:
    dense, demand = economy(7), np.random.default_rng(7).uniform(0, 1, 6)
    truth = np.linalg.solve(np.eye(6) - (dense.T if transpose else dense), demand)
    for good in range(6):
        found = estimate(dense, demand, good, transpose=transpose, confidence=0.999999, max_walks=20_000, seed=good)
        assert found.low <= truth[good] <= found.high and found.low <= found.value <= found.high
        assert found.walks == 20_000 and not found.reached
        assert found.high - found.low < 0.5 * truth[good]


# ---- intervals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("walks", [100, 10_000])
@pytest.mark.parametrize("hits", [0, 1, 7, 50])
def test_intervals_of_rare_hits_contain_clopper_and_pearsons(walks: int, hits: int) -> None:
    share = hits / walks
    spread = np.sqrt(share * (1 - share) * walks / (walks - 1))
    low, high = interval(share, spread, walks, 0.0, 1.0, 0.95)
    exact_low = beta.ppf(0.025, hits, walks - hits + 1) if hits else 0.0
    exact_high = beta.ppf(0.975, hits + 1, walks - hits)
    if 0.1 * spread * np.sqrt(walks) < 1.0:
        assert low <= exact_low and exact_high <= high
        assert high <= 4 * exact_high + 1e-12
    else:
        assert low == pytest.approx(share - 1.959964 * spread / np.sqrt(walks), rel=1e-6)


def test_intervals_lie_in_the_range_widen_with_looks_and_confidence_and_scale_with_values() -> None:
    given: dict[str, Any] = {"mean": 0.02, "spread": 0.15, "walks": 500, "least": 0.0, "most": 1.0, "confidence": 0.9}
    low, high = interval(**given)
    assert 0.0 <= low < 0.02 < high <= 1.0
    for wider in ({"confidence": 0.99}, {"looks": 5}, {"most": 2.0}):
        other = interval(**{**given, **wider})
        assert other[0] <= low and other[1] > high
    shifted = interval(3 + 4 * 0.02, 4 * 0.15, 500, 3.0, 7.0, 0.9)
    assert shifted == pytest.approx((3 + 4 * low, 3 + 4 * high))
    mirrored = interval(1 - 0.02, 0.15, 500, 0.0, 1.0, 0.9)
    assert mirrored == pytest.approx((1 - high, 1 - low))
    assert interval(5.0, 0.0, 10, 5.0, 5.0, 0.9) == (5.0, 5.0)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_the_largest_probability_within_an_entropy(share: float) -> None:
    def entropy(q: float) -> float:
        return sum(a * np.log(a / b) for a, b in ((share, q), (1 - share, 1 - q)) if a > 0)

    for information in (1e-6, 0.01, 1.0):
        q = _entropy_bound(share, information)
        assert share <= q <= 1
        assert q == 1 or entropy(q) == pytest.approx(information, rel=1e-4)
        assert entropy(q - 1e-9) <= information * (1 + 1e-9)


def test_batches_grow_to_what_is_wanted_and_at_most_double() -> None:
    assert _next_batch(1000, 10**6, 0.5, None) == 1000  # as many again
    assert _next_batch(1000, 1500, 0.5, None) == 500
    assert _next_batch(1000, 10**6, 0.11, 0.1) == int(1.05 * 1000 * 1.21) + 1 - 1000
    assert _next_batch(1000, 10**6, 10.0, 0.1) == 1000
    assert _next_batch(1000, 10**6, 0.0, 0.1) == 1

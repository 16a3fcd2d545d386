"""Random walks on input-output tables: intervals that cover, seeds that repeat, and the accuracy asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.stats import binom

from natura_opt.base.errors import NaturaError
from natura_opt.input_output.monte_carlo import estimate, interval
from natura_opt.input_output.unproductive import UnproductiveError

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


def rarely_needed(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs, and labour for a good that is needed once in ten walks, or in a million."""
    rng = np.random.default_rng(seed)
    inputs = rng.random((8, 8)) * (rng.random((8, 8)) < 0.5)
    inputs *= 0.6 / np.abs(np.linalg.eigvals(inputs)).max()
    rare = int(rng.integers(1, 8))
    inputs[rare] = 0.0
    inputs[rare, int(rng.integers(0, rare))] = 10.0 ** rng.uniform(-6, -1)
    labour = np.zeros(8)
    labour[rare] = 1.0
    if seed % 3 == 0:
        labour += 10.0 ** rng.uniform(-6, -2) * rng.random(8)
    return inputs, labour


def covered(seeds: range) -> int:
    """Count the intervals that cover a rare reward's true value; none may claim to know that it is nothing."""
    count = 0
    for seed in seeds:
        inputs, labour = rarely_needed(seed)
        truth = float(np.linalg.solve(np.eye(8) - inputs.T, labour)[0])
        one = estimate(inputs, labour, 0, transpose=True, max_walks=(2_000, 20_000)[seed % 2], seed=seed)
        assert truth < 1e-14 or one.low < one.high, seed  # what cannot be met at all is known to be nothing
        count += one.low <= truth * (1 + 1e-12) + 1e-15 and truth * (1 - 1e-12) - 1e-15 <= one.high
    return count


def test_rare_rewards_are_covered() -> None:
    assert covered(range(50)) >= 45


@pytest.mark.exhaustive
def test_rare_rewards_are_covered_two_thousand_times() -> None:
    assert covered(range(50, 2050)) >= 0.94 * 2000


@pytest.mark.parametrize("walks", [2_000, 20_000, 200_000])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_a_reward_of_any_rarity_is_covered(walks: int, confidence: float) -> None:
    """A reward of one with any small probability: the coverage, summed over what the walks may show, is as stated."""
    met = np.arange(400)
    shares = met / walks
    ends = np.array([
        interval(s, np.sqrt(s * (1 - s) * walks / (walks - 1)), walks, 0.0, 1.0, confidence) for s in shares
    ])  # fmt: skip
    for chance in np.power(10.0, np.linspace(-7, np.log10(250 / walks), 80)):
        inside = (ends[:, 0] <= chance) & (chance <= ends[:, 1])
        assert binom.pmf(met[inside], walks, chance).sum() >= confidence - 0.015, chance
    assert ends[0, 0] == 0.0 < ends[0, 1]  # no reward met is not no reward


def test_what_nothing_of_worth_goes_into_is_known_to_be_worth_nothing() -> None:
    nothing = estimate(np.array([[0.0, 0.0], [2.1e-6, 0.0]]), [1.0, 0.0], 1, transpose=True, max_walks=2_000)
    assert nothing.low == nothing.high == nothing.value == 0.0


def test_walks_that_cannot_tell_when_they_end_are_refused() -> None:
    with pytest.raises(NaturaError, match=r"undecided|do not end"):
        estimate(np.array([[0.0, 1.0], [1.0 - 2.0**-53, 0.0]]), [1.0, 1.0], 0)


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

"""Drawing: streams that do not disturb each other, distinct positions, popularity, counts and rounding that last."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from natura_opt.generate.matrices import zipf_counts
from natura_opt.generate.sampling import Popularity, distinct_positions, starts_of, stream, uniform_between
from natura_opt.input_output.spectrum import rounded

FEW = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def test_numbers_for_one_purpose_do_not_depend_on_another() -> None:
    """A setting that draws more of one thing must leave every other as it was."""
    first, other = stream(7, 1).random(5), stream(7, 2).random(5)
    assert stream(7, 1).random(5).tolist() == first.tolist() and not np.isclose(first, other).any()
    assert not np.isclose(stream(8, 1).random(5), first).any()
    assert not np.isclose(stream(7, 1, 0).random(5), stream(7, 1, 1).random(5)).any()


@FEW
@given(st.floats(-5, 5), st.floats(0.001, 9), st.integers(0, 50))
def test_uniform_numbers_lie_between_their_ends(low: float, width: float, size: int) -> None:
    drawn = uniform_between(stream(1), low, low + width, size)
    assert drawn.shape == (size,) and (drawn >= low).all() and (drawn <= low + width).all()
    base = stream(1).random(size)
    assert np.allclose(drawn, low + base * width, rtol=1e-14, atol=1e-14)


@FEW
@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(0, 10**6), st.booleans())
def test_positions_are_distinct_sorted_and_as_many_as_wanted(wanted: list[int], seed: int, popular: bool) -> None:
    counts = np.array(wanted, dtype=np.int64)
    sizes = np.full(len(counts), 9, dtype=np.int64) if popular else counts + np.arange(len(counts)) % 4
    chosen = Popularity(stream(seed).permutation(9).astype(np.int32)) if popular else None
    lines = np.split(distinct_positions(stream(seed), counts, sizes, chosen), np.cumsum(counts)[:-1])
    for line, count, size in zip(lines, counts, sizes, strict=True):
        assert len(line) == count == len(set(line.tolist())) and (np.diff(line) > 0).all()
        assert not len(line) or (line.min() >= 0 and line.max() < size)
    if not popular:
        full = [line.tolist() for line, count, size in zip(lines, counts, sizes, strict=True) if count == size]
        assert all(line == list(range(len(line))) for line in full)


def test_where_nothing_is_wanted_nothing_is_taken_from_the_stream() -> None:
    rng = stream(3)
    assert len(distinct_positions(rng, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))) == 0
    assert len(distinct_positions(rng, np.zeros(5, dtype=np.int64), np.full(5, 3))) == 0
    assert rng.random() == stream(3).random()


@FEW
@given(st.permutations(range(7)), st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20))
def test_popularity_draws_whom_a_search_through_the_sums_finds(order: list[int], uniform: list[float]) -> None:
    made = Popularity(np.array(order, dtype=np.int32))
    shares = np.cumsum(1.0 / np.arange(1, 8))
    wanted = [order[int(np.searchsorted(shares, u * shares[-1], side="right"))] for u in uniform]
    assert made.draw(np.array(uniform)).tolist() == wanted
    assert made.weights[order].tolist() == (1.0 / np.arange(1, 8)).tolist()


@FEW
@given(st.lists(st.integers(0, 100), max_size=20))
def test_starts_are_running_sums(counts: list[int]) -> None:
    made = starts_of(np.array(counts, dtype=np.int64))
    assert made.tolist() == [0, *itertools.accumulate(counts)] and made.dtype == np.int32
    assert starts_of(np.array([2**31], dtype=np.int64)).dtype == np.int64


@FEW
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60))
def test_counts_fall_as_one_over_the_rank_and_use_up_what_there_is(lines: int, mean: int, most: int) -> None:
    mean, most = min(mean, lines), min(max(mean, most), lines)
    counts = zipf_counts(lines, mean, most)
    assert (np.diff(counts) <= 0).all() and counts.min() >= 1 and counts.max() <= most
    assert counts.sum() <= max(lines * mean, lines)
    more = [np.clip(k // np.arange(1, lines + 1), 1, most).sum() for k in range(int(counts[0]), lines * most + 1)]
    assert counts.sum() == max((total for total in more if total <= lines * mean), default=counts.sum())


@FEW
@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=9), st.booleans())
def test_rounding_keeps_24_binary_digits(values: list[float], up: bool) -> None:
    made = rounded(np.array(values), up=up)
    for value, found in zip(values, made.tolist(), strict=True):
        numerator, denominator = Fraction(found).as_integer_ratio()
        odd = numerator // (numerator & -numerator)
        assert odd.bit_length() <= 24 and denominator & (denominator - 1) == 0
        assert abs(Fraction(found) - Fraction(value)) <= Fraction(value) * Fraction(1, 2 ** (23 if up else 24))
        assert not up or found >= value
    assert rounded(made, up=up).tolist() == made.tolist()

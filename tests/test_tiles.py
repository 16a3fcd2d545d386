"""Products with matrices cut into tiles: against scipy's, on whole numbers to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from natura_opt.input_output import coefficients as module
from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.cores import cut_evenly
from natura_opt.input_output.tiles import _FEWEST_BITS, _MOST_BITS, Tiles, _bits, tile_bytes

ROOM = -7.5  # what stands in an array before it is written
#: Positions that a band of the fewest digits has.
BAND = 1 << _FEWEST_BITS


@contextmanager
def cores(count: int) -> Iterator[None]:
    """Compute on so many cores, or on all there are."""
    before = numba.get_num_threads()
    numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))
    try:
        yield
    finally:
        numba.set_num_threads(before)


def whole(seed: int, m: int, n: int, count: int, kind: Any = np.float64) -> sp.csr_array:
    """A matrix of small whole numbers, so that sums are exact in any order; some rows and columns are empty."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(0, m, count), rng.integers(0, n, count)
    rows[rows % 7 == 3] = 0  # one long row, others empty
    matrix = sp.csr_array(sp.coo_array((rng.integers(1, 9, count), (rows, columns)), shape=(m, n)), dtype=kind)
    matrix.sum_duplicates()
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    return matrix


def vector(seed: int, size: int) -> Any:
    return np.random.default_rng(seed).integers(-9, 10, size).astype(float)


def both_ways(tiles: Tiles, x: Any, y: Any) -> tuple[Any, Any]:
    out, back = np.full(tiles.shape[0], ROOM), np.full(tiles.shape[1], ROOM)
    tiles.times(x, out)
    tiles.transposed_times(y, back)
    return out, back


def check(matrix: sp.csr_array) -> None:
    m, n = matrix.shape
    x, y = vector(1, n), vector(2, m)
    out, back = both_ways(Tiles(matrix), x, y)
    np.testing.assert_array_equal(out, matrix @ x)
    np.testing.assert_array_equal(back, matrix.T @ y)


# ---- every shape -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(10))
def test_tiles_of_every_size_are_summed_to_their_end(count: int) -> None:
    """Four quarters and a rest: each number of coefficients from none to nine in one tile, all in one row."""
    matrix = whole(0, 3, 10, 0)
    matrix.data, matrix.indices = 2.0 ** np.arange(count), np.arange(count, dtype=np.int32)
    matrix.indptr = np.array([0, 0, count, count], dtype=np.int32)
    out, back = both_ways(Tiles(matrix), np.ones(10), np.array([5.0, 2.0, 7.0]))
    np.testing.assert_array_equal(out, [0.0, 2.0**count - 1, 0.0])
    np.testing.assert_array_equal(back[:count], 2.0 * 2.0 ** np.arange(count))
    assert not back[count:].any()


@pytest.mark.parametrize(
    "shape",
    [(1, 1), (1, 5 * BAND), (5 * BAND, 1), (BAND, BAND), (BAND - 1, BAND + 1), (2 * BAND + 1, 3 * BAND - 1)],
)
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_bands_that_end_anywhere(shape: tuple[int, int], kind: Any) -> None:
    check(whole(3, *shape, 4000, kind))


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (4, 0), (4, 4)])
def test_nothing_gives_zeros(shape: tuple[int, int]) -> None:
    tiles = Tiles(whole(0, *shape, 0))
    out, back = both_ways(tiles, np.ones(shape[1]), np.ones(shape[0]))
    assert out.tolist() == [0.0] * shape[0]
    assert back.tolist() == [0.0] * shape[1]
    assert (tiles.nnz, tiles.shape) == (0, shape)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 3 * BAND),
    st.integers(1, 3 * BAND),
    st.integers(0, 3000),
    st.integers(0, 2**32 - 1),
)
def test_any_pattern_is_multiplied_as_scipy_does(m: int, n: int, count: int, seed: int) -> None:
    check(whole(seed, m, n, count))


@pytest.mark.exhaustive
@settings(max_examples=300, deadline=None)
@given(st.integers(1, 9 * BAND), st.integers(1, 9 * BAND), st.integers(0, 60_000), st.integers(0, 2**32 - 1))
def test_many_patterns_are_multiplied_as_scipy_does(m: int, n: int, count: int, seed: int) -> None:
    check(whole(seed, m, n, count))


def test_entries_given_twice_and_out_of_order_count_each() -> None:
    matrix = whole(0, 3, 2000, 0)
    matrix.data = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    matrix.indices = np.array([1999, 0, 0, 1500, 1500], dtype=np.int32)
    matrix.indptr = np.array([0, 3, 3, 5], dtype=np.int32)
    out, back = both_ways(Tiles(matrix), np.arange(2000.0) + 1.0, np.array([1.0, 5.0, 10.0]))
    assert out.tolist() == [2000.0 + 2.0 + 4.0, 0.0, 24.0 * 1501.0]
    assert {int(j): float(back[j]) for j in np.flatnonzero(back)} == {0: 6.0, 1500: 240.0, 1999: 1.0}


def test_positions_may_take_64_bits() -> None:
    matrix = whole(15, 3000, 2000, 5000)
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    check(matrix)


def test_sums_of_fractions_are_those_of_scipy_to_rounding() -> None:
    rng = np.random.default_rng(5)
    matrix = sp.random_array((5000, 3000), density=0.004, format="csr", rng=rng)
    x, y = rng.normal(size=3000), rng.normal(size=5000)
    out, back = both_ways(Tiles(matrix), x, y)
    np.testing.assert_allclose(out, matrix @ x, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(back, matrix.T @ y, rtol=1e-12, atol=1e-13)


def test_a_number_that_is_none_stays_in_its_row() -> None:
    matrix = whole(4, 2500, 2500, 9000)
    x = np.ones(2500)
    hit = int(matrix.indices[0])
    x[hit] = np.nan
    out, _ = both_ways(Tiles(matrix), x, x)
    np.testing.assert_array_equal(np.isnan(out), np.asarray((matrix[:, [hit]] != 0).todense()).ravel())


# ---- rows of a table ---------------------------------------------------------------------------------------


def test_only_the_rows_wanted_in_the_order_wanted() -> None:
    """The chosen techniques of a table: one row of each good's; repeated rows count again."""
    table = whole(6, 6000, 1500, 20_000)
    chosen = np.sort(np.random.default_rng(7).choice(6000, 2500, replace=False))
    for rows in (chosen, chosen[::-1], np.array([5, 5, 0]), np.array([], dtype=np.int64)):
        tiles, part = Tiles(table, rows), table[rows]
        x, y = vector(1, 1500), vector(2, len(rows))
        out, back = both_ways(tiles, x, y)
        np.testing.assert_array_equal(out, part @ x)
        np.testing.assert_array_equal(back, part.T @ y)
        assert (tiles.nnz, tiles.shape) == (part.nnz, part.shape)


def test_the_table_is_left_as_it_was() -> None:
    table = whole(8, 3000, 3000, 9000)
    before = table.copy()
    check(table)
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(table, name), getattr(before, name))


# ---- cores and memory --------------------------------------------------------------------------------------


def test_the_same_bits_on_one_core_and_on_two() -> None:
    rng = np.random.default_rng(9)
    matrix = sp.random_array((5000, 4000), density=0.003, format="csr", rng=rng)
    x, y = rng.normal(size=4000), rng.normal(size=5000)
    made = []
    for tiling, running in ((1, 1), (1, 2), (2, 1), (2, 2)):
        with cores(tiling):
            tiles = Tiles(matrix)
        with cores(running):
            made.append(both_ways(tiles, x, y))
    for out, back in made[1:]:
        np.testing.assert_array_equal(out, made[0][0])
        np.testing.assert_array_equal(back, made[0][1])


def test_bands_share_the_coefficients_not_the_rows() -> None:
    """A triangular matrix: the upper half of its rows has three quarters of the numbers."""
    matrix = sp.csr_array(sp.triu(whole(14, 8 * BAND, 8 * BAND, 20_000)))
    with cores(2):
        tiles = Tiles(matrix)
    for runs, bands in ((tiles._runs, 8), (tiles._column_runs, 8)):
        assert runs[0] == 0 and runs[-1] == bands
    if len(tiles._runs) == 3:
        assert tiles._runs[1] < 4 < tiles._column_runs[1]


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_the_memory_stated_is_the_memory_taken(kind: Any) -> None:
    matrix = whole(10, 3000, 5000, 20_000, kind)
    tiles = Tiles(matrix)
    assert tiles.nbytes == tile_bytes(matrix.shape, matrix.nnz, matrix.dtype.itemsize)
    rows = matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes
    assert tiles.nbytes <= rows


def test_a_position_in_a_tile_fits_its_half() -> None:
    sizes = [0, 1, BAND, 100_000, 1_000_000, 12_000_000, 2**31]
    found = [_bits(size) for size in sizes]
    assert found == sorted(found)
    assert (found[0], found[3], found[-1]) == (_FEWEST_BITS, 13, _MOST_BITS)
    assert _MOST_BITS <= 16


def test_rows_are_dealt_out_by_their_coefficients() -> None:
    assert cut_evenly(np.array([0, 10, 10, 20, 40]), 2).tolist() == [0, 3, 4]
    assert cut_evenly(np.array([0]), 3).tolist() == [0, 0, 0, 0]


# ---- as the coefficients of a plan use them ----------------------------------------------------------------


@pytest.mark.parametrize(("at_hand", "from_tiles"), [(3000, True), (3001, False)])
def test_coefficients_use_tiles_where_asked(monkeypatch: pytest.MonkeyPatch, at_hand: int, from_tiles: bool) -> None:
    matrix = whole(11, 4000, 3000, 30_000)
    plain, tiled = Coefficients(matrix), Coefficients(matrix)
    monkeypatch.setattr(module, "_WORTH_TILES", 10_000)
    monkeypatch.setattr(module, "_AT_HAND", at_hand)
    before = tiled.nbytes
    wanted = tiled.tile_bytes
    assert wanted > 0
    assert tiled.tile() is tiled
    assert tiled.nbytes == before + wanted
    held = tiled._tiles
    assert held is not None
    assert tiled.tile()._tiles is held  # once is enough
    assert tiled.passes == 1  # the copy read every coefficient
    x, y = vector(1, 3000), vector(2, 4000)
    room = np.full(4000, ROOM)
    assert tiled.times(x, room) is room
    np.testing.assert_array_equal(room, plain.times(x))
    np.testing.assert_array_equal(tiled.transposed_times(y), plain.transposed_times(y))
    assert (plain.passes, tiled.passes) == (2, 3)
    held._values[:] = 0.0  # which product reads which copy
    assert tiled.times(x).any() == (not from_tiles)
    assert not tiled.transposed_times(y).any()


def test_few_coefficients_stay_as_they_are() -> None:
    few = Coefficients(whole(12, 300, 300, 2000))
    assert few.tile_bytes == 0
    assert few.tile()._tiles is None

"""The matrix of a program from its terms: whole numbers against dense sums, runs of any length, nothing kept twice."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.program import pieces, summing
from natura_opt.program.summing import Term, runs_of_terms, summed


def drawn_terms(seed: int) -> tuple[list[list[Term]], list[int], int, Any]:
    """Terms of three or four blocks of columns, and their sum as a dense array of whole numbers."""
    rng = np.random.default_rng(seed)
    widths = [int(width) for width in rng.integers(0, 9, int(rng.integers(3, 5)))]
    height, every = 25, []
    dense, at = np.zeros((height, sum(widths))), 0
    for width in widths:
        block = []
        for _ in range(int(rng.integers(0, 4))):
            start = int(rng.integers(0, 15))
            values = np.where(rng.random((10, width)) < 0.4, rng.integers(-3, 4, (10, width)), 0).astype(float)
            times = float(rng.choice([1.0, -1.0, 2.0, 0.0]))
            block.append(Term(start, sp.csc_array(values), times))
            dense[start : start + 10, at : at + width] += times * values
        every.append(block)
        at += width
    return every, widths, height, dense


@pytest.mark.parametrize("together", [1, 7, 4_000_000])
@pytest.mark.parametrize("seed", range(8))
def test_the_sum_is_that_of_dense_terms(seed: int, together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summing, "_TOGETHER", together)
    every, widths, height, dense = drawn_terms(seed)
    found = summed(every, widths, height)
    np.testing.assert_array_equal(found.toarray(), dense)
    assert found.nnz == np.count_nonzero(dense)  # what cancels is not held
    for j in range(dense.shape[1]):
        assert found.indices[found.indptr[j] : found.indptr[j + 1]].tolist() == np.flatnonzero(dense[:, j]).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_pieces_of_terms_add_up_to_the_sum(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summing, "largest_part", lambda _: 6)
    every, widths, height, dense = drawn_terms(seed)
    columns = np.concatenate([[0], np.cumsum(widths)]).tolist()
    placed = [(column, term) for column, block in zip(columns, every, strict=False) for term in block]
    found = np.zeros((height, sum(widths)))
    for piece in runs_of_terms(placed):
        widest = np.diff(piece.matrix.indptr).max(initial=0)
        assert piece.matrix.nnz <= max(6, widest)
        found[piece.rows, piece.columns] += piece.matrix.toarray()
    np.testing.assert_array_equal(found, dense)


def test_terms_are_left_as_they_are() -> None:
    every, widths, height, _ = drawn_terms(1)
    before = [(term.matrix.data.copy(), term.matrix.indices.copy()) for block in every for term in block]
    summed(every, widths, height)
    list(runs_of_terms([(0, term) for block in every for term in block]))
    for (data, indices), term in zip(before, (term for block in every for term in block), strict=True):
        np.testing.assert_array_equal(term.matrix.data, data)
        np.testing.assert_array_equal(term.matrix.indices, indices)


def test_without_terms_the_matrix_is_empty() -> None:
    found = summed([[], []], [2, 0], 3)
    assert found.shape == (3, 2) and found.nnz == 0
    assert list(runs_of_terms([])) == []


def test_as_many_widths_as_blocks() -> None:
    with pytest.raises(ValueError, match="zip"):
        summed([[], []], [2], 3)


def test_runs_cover_all_columns_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summing, "_TOGETHER", 5)
    full = Term(0, sp.csc_array(np.ones((3, 7))), 1.0)
    other = Term(0, sp.csc_array(np.triu(np.ones((7, 7)))), 1.0)
    runs = list(summing._runs([full, other], 7))
    assert runs[0][0] == 0 and runs[-1][1] == 7
    assert all(one[1] == next_[0] for one, next_ in pairwise(runs))
    held = np.diff(np.add(full.matrix.indptr, other.matrix.indptr))
    assert all(last - first == 1 or held[first:last].sum() <= 5 for first, last in runs)
    assert pieces.largest_part(0) > 0

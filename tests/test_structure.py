"""Shapes of economies: blocks against scipy's components and reachability, orders against every coefficient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.productivity import blocks_of
from natura_opt.input_output.structure import _reached, _reaching, _share_of_web, find_shape, full_shape


def sparse(seed: int, size: int = 25, density: float = 0.06) -> Any:
    rng = np.random.default_rng(seed)
    return np.where(rng.random((size, size)) < density, rng.uniform(0.01, 0.2, (size, size)), 0.0)


def reach(dense: Any) -> Any:
    """Which good refers to which, directly or through others: Warshall's closure, itself included."""
    found = (dense != 0) | np.eye(len(dense), dtype=bool)
    for k in range(len(dense)):
        found |= found[:, [k]] & found[[k], :]
    return found


def of(dense: Any) -> Coefficients:
    return Coefficients(sp.csr_array(dense))


@pytest.mark.parametrize("seed", range(15))
def test_blocks_are_the_goods_that_reach_each_other(seed: int) -> None:
    dense = sparse(seed)
    count, block = blocks_of(sp.csr_array(dense))
    both = reach(dense) & reach(dense).T
    np.testing.assert_array_equal(block[:, None] == block[None, :], both)
    assert count == len(np.unique(both, axis=0)) == connected_components(dense, connection="strong")[0]


def test_a_zero_that_is_written_down_joins_nothing() -> None:
    ring = sp.csr_array((np.array([0.5, 0.0]), (np.array([0, 1]), np.array([1, 0]))), shape=(2, 2))
    assert ring.nnz == 2 and blocks_of(ring)[0] == 2


@pytest.mark.parametrize("seed", range(15))
def test_every_block_comes_after_those_it_refers_to(seed: int) -> None:
    dense = sparse(seed)
    shape = full_shape(of(dense))
    place = np.empty(len(dense), dtype=int)
    for k, goods in enumerate(shape.blocks()):
        place[goods] = k
    row, column = np.nonzero(dense)
    assert (place[column] <= place[row]).all()
    assert sorted(np.concatenate(list(shape.blocks())).tolist()) == list(range(len(dense)))
    assert shape.largest == max(len(goods) for goods in shape.blocks())
    both = reach(dense) & reach(dense).T
    assert all(both[np.ix_(goods, goods)].all() for goods in shape.blocks())
    assert shape.triangular == (shape.largest <= 1)


@pytest.mark.parametrize("seed", range(6))
def test_triangles_are_seen_and_their_order_can_be_substituted_in(seed: int) -> None:
    rng = np.random.default_rng(seed)
    upper = np.triu(sparse(seed, density=0.3))
    order = rng.permutation(len(upper))
    for kind, dense in (("upper", upper), ("lower", upper.T), ("permuted", upper[np.ix_(order, order)])):
        shape = find_shape(of(dense))
        assert shape.kind == kind and shape.triangular and shape.largest == 1
        place = np.argsort(shape.order)
        row, column = np.nonzero(dense - np.diag(np.diag(dense)))
        assert (place[column] < place[row]).all()


def test_goods_on_the_diagonal_alone_are_triangular() -> None:
    assert find_shape(of(np.diag([0.5, 0.0, 0.2]))).kind == "upper"
    empty = find_shape(Coefficients(sp.csr_array((0, 0))))
    assert empty.triangular and empty.largest == 0 and list(empty.blocks()) == []


def test_one_web_is_seen_at_a_glance_and_several_blocks_are_not_called_one() -> None:
    rng = np.random.default_rng(0)
    web = rng.uniform(0.01, 0.1, (30, 30))
    assert find_shape(of(web)).kind == "web"
    apart = np.kron(np.eye(4), rng.uniform(0.01, 0.1, (6, 6)))
    shape = find_shape(of(apart))
    assert shape.kind == "blocks" and shape.largest == 6
    assert sorted(np.diff(shape.starts).tolist()) == [6] * 4


@pytest.mark.parametrize("seed", range(10))
def test_what_a_good_refers_to_and_what_refers_to_it(seed: int) -> None:
    dense = sparse(seed, density=0.1)
    closure, coefficients = reach(dense), of(dense)
    indptr, indices, _ = coefficients.parts
    for start in (0, 7, 24):
        forward = _reached(indptr, indices, start)
        if not forward.all():  # it stops as soon as that is all
            np.testing.assert_array_equal(forward, closure[start])
        assert (forward <= closure[start]).all()
        both, settled = _reaching(indptr, indices, start, closure[start], 100)
        assert settled
        np.testing.assert_array_equal(both, closure[start] & closure[:, start])
    assert not _reaching(indptr, indices, 0, closure[0], 0)[1]


@pytest.mark.parametrize("seed", range(10))
def test_the_share_of_the_web_is_that_of_the_busiest_goods_block(seed: int) -> None:
    dense = sparse(seed, density=0.12)
    both = reach(dense) & reach(dense).T
    counts = (dense != 0).sum(axis=1)
    block = both[int(np.argmax(counts))]
    assert _share_of_web(of(dense)) == pytest.approx(counts[block].sum() / counts.sum())
    assert _share_of_web(Coefficients(sp.csr_array((3, 3)))) == 0.0

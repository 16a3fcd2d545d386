"""Seeded input matrices: the family of the 2021 paper, triangular as published, and three families of webs."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

_PIECE = 500  # columns drawn together


def published(seed: int, industrial: int, final: int, profiles: int, inputs: int) -> tuple[Any, np.ndarray]:
    """Return the inputs (csr, upper triangular) and demand of the 2021 paper's family, as its program draws them.

    Each good goes into ``inputs`` goods drawn from those not before it (all of those, where there are fewer), .0005 of
    it on average and .1 where it is itself drawn; every profile takes of the first ``final`` goods; only profiles are
    demanded.
    """
    rng = np.random.default_rng(seed)
    goods, size = industrial + final, industrial + final + profiles
    users = np.minimum(inputs, goods - np.arange(goods))
    taken = np.where(np.arange(goods) < final, profiles, 0)
    indptr = np.concatenate([[0], np.cumsum(users + taken), np.full(profiles, (users + taken).sum())]).astype(np.int32)
    places, values = np.empty(indptr[-1], dtype=np.int32), np.empty(indptr[-1])
    for good in range(goods):
        at, middle = indptr[good], indptr[good] + users[good]
        drawn = good + np.sort(rng.choice(goods - good, users[good], replace=False, shuffle=False))
        places[at:middle], values[at:middle] = drawn, np.where(drawn == good, 0.1, 0.001 * rng.random(len(drawn)))
        if taken[good]:
            places[middle : indptr[good + 1]] = np.arange(goods, size)
            values[middle : indptr[good + 1]] = 10.0 * rng.random(profiles)
    demand = np.zeros(size)
    demand[-profiles:] = rng.dirichlet(np.ones(profiles))
    return sp.csr_array((values, places, indptr), shape=(size, size)), demand


def general(seed: int, size: int, inputs: int, radius: float) -> tuple[Any, np.ndarray]:
    """Return inputs (csr) with a uniform pattern scaled to a spectral radius, and a demand for some of the goods."""
    rng = np.random.default_rng(seed)
    matrix = _drawn(rng, np.zeros(size, dtype=int), np.full(size, size), inputs)
    return _scaled(matrix, radius), _demand(rng, size)


def zipf(seed: int, size: int, inputs: int, radius: float) -> tuple[Any, np.ndarray]:
    """Return inputs whose numbers per technique, and users per good, follow Zipf's law."""
    rng = np.random.default_rng(seed)
    count = np.minimum(rng.zipf(2.0, size) * max(inputs // 4, 1), size // 2) + 1
    column = np.repeat(np.arange(size), count)
    share = np.cumsum(1.0 / np.arange(1, size + 1) ** 0.8)
    row = rng.permutation(size)[np.searchsorted(share / share[-1], rng.random(len(column)))]
    values = rng.random(len(column)) / count[column]
    return _scaled(sp.csr_array((values, (row, column)), shape=(size, size)), radius), _demand(rng, size)


def decomposable(seed: int, size: int, inputs: int, radius: float, block: int = 100) -> tuple[Any, np.ndarray]:
    """Return inputs that come from the good's own block nine times in ten, and weakly from elsewhere otherwise."""
    rng = np.random.default_rng(seed)
    column = np.repeat(np.arange(size), inputs)
    inside = rng.random(len(column)) < 0.9
    near = np.minimum(column // block * block + rng.integers(block, size=len(column)), size - 1)
    row = np.where(inside, near, rng.integers(size, size=len(column)))
    strength = rng.uniform(0.5, 1.0, -(-size // block))[column // block]
    values = rng.random(len(column)) * np.where(inside, strength, 0.1)
    return _scaled(sp.csr_array((values, (row, column)), shape=(size, size)), radius), _demand(rng, size)


FAMILIES = {"uniform": general, "Zipf": zipf, "nearly decomposable": decomposable}


def _drawn(rng: np.random.Generator, low: np.ndarray, high: np.ndarray, inputs: int) -> Any:
    """Return a csr matrix whose row k has up to so many entries, one in each stretch of ``low[k]`` to ``high[k]``."""
    room = np.maximum(high - low, 0)
    count = np.minimum(room, inputs)
    indptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    places, values = np.empty(indptr[-1], dtype=np.int32), np.empty(indptr[-1])
    for first in range(0, len(low), _PIECE):
        rows = slice(first, min(first + _PIECE, len(low)))
        each = count[rows]
        row = np.repeat(np.arange(len(each)), each)
        begin = np.repeat(indptr[rows.start : rows.stop] - indptr[first], each)
        stretch = np.arange(len(row)) - begin
        at = slice(indptr[first], indptr[rows.stop])
        start = stretch * room[rows][row] // each[row]
        stop = (stretch + 1) * room[rows][row] // each[row]
        places[at] = low[rows][row] + start + (rng.random(len(row)) * (stop - start)).astype(np.int64)
        values[at] = rng.random(len(row))
    made = sp.csr_array((values, places, indptr), shape=(len(low), len(low)))
    made.has_canonical_format = True
    return made


def _scaled(matrix: Any, radius: float) -> Any:
    matrix.sum_duplicates()
    largest = spla.eigs(matrix, k=1, which="LR", tol=1e-8, v0=np.ones(matrix.shape[0]), return_eigenvectors=False)
    matrix.data *= radius / float(largest[0].real)
    return matrix


def _demand(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.random(size) * (rng.random(size) < 0.3)

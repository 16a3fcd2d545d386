"""Who is limited by what: limits of one industry alone, without number, and a few that industries share.

A limit that only techniques of one good use leaves the economy as it was: it bends the cost of that good, and its price
follows from the good's. Limits that several industries share are few, and kept as columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...base.arrays import Floats

Places = npt.NDArray[np.int64]


class OwnLimits:
    """Limits of one unit each, told apart by who uses them.

    Parameters
    ----------
    use : csr, shape (techniques, limits): share of all there is of a limit that a unit made uses.
    good : which good each technique makes.

    Attributes
    ----------
    local, shared : positions of limits that techniques of one good use, and of those that several goods use.
    is_local : whether each limit is local. sole : whether a single technique uses it. most_users : of any limit.
    by_shared : use of the shared ones, shape (techniques, shared).
    own, own_use : the local limit that a technique uses most of, -1 for none, and how much of it per unit made.
    """

    def __init__(self, use: Any, good: Places) -> None:
        self.use = sp.csr_array(use)
        self._by_limit = sp.csr_array(self.use.T)
        users = good[self._by_limit.indices]
        ends = self._by_limit.indptr
        count = np.diff(ends)
        used = np.flatnonzero(count)
        one = np.ones(len(count), dtype=bool)
        one[used] = np.minimum.reduceat(users, ends[used]) == np.maximum.reduceat(users, ends[used])
        self.local, self.shared = np.flatnonzero(one), np.flatnonzero(~one)
        self.by_shared = self.use[:, self.shared].toarray()
        self.is_local = one
        self.sole = one & (count == 1)
        self.most_users = int(count.max(initial=0))
        self._several = np.flatnonzero(one & (count > 1))
        self._squares = sp.csr_array(self.use[:, np.flatnonzero(self.sole)].power(2))
        self._tied = _tied_goods(self._by_limit, self._several, good)
        self.own, self.own_use = _tightest_of_each(self.use, one)

    def used(self, outputs: Floats) -> Floats:
        """Return the share of each limit that is used."""
        return np.asarray(self._by_limit @ outputs)

    def costs(self, scarcity: Floats) -> Floats:
        """Return what each technique pays for what is limited, per unit made."""
        return np.asarray(self.use @ scarcity)

    def bent(self, own: Floats, by_limit: Floats) -> Bend:
        """Return how outputs answer margins, where costs rise by ``own`` and by limit: the inverse, good by good."""
        curvature = own + self._squares @ by_limit[self.sole]
        blocks: list[tuple[Places, Floats]] = []
        for rows, limits, uses, where in self._tied:
            block = np.zeros((len(rows), rows.shape[1], rows.shape[1]))
            np.einsum("gaa->ga", block)[:] = curvature[rows]
            np.add.at(block, where, by_limit[limits, None, None] * uses[:, :, None] * uses[:, None, :])
            blocks.append((rows, np.asarray(np.linalg.inv(block), dtype=np.float64)))
        return Bend(1.0 / curvature, tuple(blocks))


@dataclass(frozen=True, eq=False)
class Bend:
    """How outputs of techniques answer their margins: a positive number, or a block where a limit ties techniques."""

    alone: Floats
    blocks: tuple[tuple[Places, Floats], ...]

    def answer(self, margins: Floats) -> Floats:
        """Return the outputs that answer margins, by column."""
        scale = self.alone if margins.ndim == 1 else self.alone[:, None]
        out: Floats = margins * scale
        for rows, block in self.blocks:
            out[rows] = np.einsum("gab,gb...->ga...", block, margins[rows])
        return out


def _tied_goods(by_limit: Any, limits: Places, good: Places) -> list[tuple[Places, Places, Floats, Places]]:
    """Group goods whose techniques share a limit by their number of techniques.

    Returns
    -------
    For each number: techniques of each such good; the limits; their uses by technique; the place of each one's good.
    """
    if not len(limits):
        return []
    goods_of = good[by_limit.indices[by_limit.indptr[limits]]]
    tied = np.unique(goods_of)
    first, stop = np.searchsorted(good, tied), np.searchsorted(good, tied, side="right")
    groups = []
    for size in np.unique(stop - first):
        chosen = tied[stop - first == size]
        starts = first[stop - first == size]
        rows = starts[:, None] + np.arange(size)
        own = limits[np.isin(goods_of, chosen)]
        where = np.searchsorted(chosen, good[by_limit.indices[by_limit.indptr[own]]])
        part = sp.coo_array(by_limit[own])
        uses = np.zeros((len(own), size))
        uses[part.row, part.col - starts[where[part.row]]] = part.data
        groups.append((rows, own, uses, where))
    return groups


def _tightest_of_each(use: Any, local: npt.NDArray[np.bool_]) -> tuple[Places, Floats]:
    """Return the local limit that a unit of each technique uses most of, -1 for none, and how much."""
    entries = sp.coo_array(use)
    kept = local[entries.col] & (entries.data > 0)
    rows, columns, amounts = entries.row[kept], entries.col[kept], entries.data[kept]
    order = np.lexsort([-amounts, rows])
    techniques, places = np.unique(rows[order], return_index=True)
    own, own_use = np.full(use.shape[0], -1, dtype=np.int64), np.zeros(use.shape[0])
    own[techniques], own_use[techniques] = columns[order][places], amounts[order][places]
    return own, own_use

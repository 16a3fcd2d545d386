"""The shape of an economy: triangular, triangular in some order, blocks, or one web in which all need each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base.compiling import compiled
from .coefficients import Coefficients
from .productivity import blocks_of

#: Sweeps over the rows after which the quick look gives up.
_SWEEPS = 6


@dataclass(frozen=True, eq=False)
class Shape:
    """How goods hang together.

    Attributes
    ----------
    kind : ``upper``, ``lower``, ``permuted`` (triangular), ``blocks`` or ``web`` (one block has most coefficients).
    order : positions of the goods such that a row comes after the columns it refers to, but for those of its own block;
        shape (n,), none for a web.
    starts : where each block begins in ``order``, and the end; none for a web.
    """

    kind: str
    order: Any = None
    starts: Any = None

    def blocks(self) -> Iterator[Any]:
        """Yield the positions of each block, a row's block after those it refers to."""
        for first, stop in zip(self.starts[:-1], self.starts[1:], strict=True):
            yield self.order[first:stop]

    @property
    def triangular(self) -> bool:
        """Whether no two goods need each other."""
        return self.kind in ("upper", "lower", "permuted")

    @property
    def largest(self) -> int:
        """Goods in the largest block."""
        return int(np.diff(self.starts).max(initial=0))


def find_shape(coefficients: Coefficients) -> Shape:
    """Look at the pattern, cheapest looks first: most economies are one web, and that is seen at a glance."""
    size = coefficients.shape[0]
    indptr, indices, _ = coefficients.parts
    filled = np.flatnonzero(np.diff(indptr))
    rows = filled.astype(np.int64)
    first, last = indices[indptr[filled]].astype(np.int64), indices[indptr[filled + 1] - 1].astype(np.int64)
    if (first >= rows).all():
        return Shape("upper", np.arange(size)[::-1].copy(), np.arange(size + 1))
    if (last <= rows).all():
        return Shape("lower", np.arange(size), np.arange(size + 1))
    if _share_of_web(coefficients) > 0.5:
        return Shape("web")
    return full_shape(coefficients)


def full_shape(coefficients: Coefficients) -> Shape:
    """Return the blocks in order, whatever it takes."""
    size = coefficients.shape[0]
    count, block = blocks_of(coefficients.matrix)
    sizes = np.bincount(block, minlength=count)
    rank = _ranks(coefficients, block, count)
    order = np.argsort(rank[block], kind="stable")
    sorted_sizes = np.empty(count, dtype=np.int64)
    sorted_sizes[rank] = sizes
    starts = np.concatenate([[0], np.cumsum(sorted_sizes)])
    kind = "permuted" if count == size else "blocks"
    return Shape(kind, order, starts)


def _ranks(coefficients: Coefficients, block: Any, count: int) -> Any:
    """Return the place of each block in an order in which blocks come after those they refer to."""
    indptr, indices, _ = coefficients.parts
    up, down = _directions(indptr, indices, block)
    if not up:  # scipy's labels are in such an order already (Pearce's algorithm), one way or the other
        return np.arange(count)
    if not down:
        return np.arange(count)[::-1].copy()
    raise AssertionError("the blocks that scipy found are not in topological order")


@compiled(nogil=True)
def _directions(indptr: Any, indices: Any, block: Any) -> tuple[bool, bool]:
    """Return whether some row refers to a block of a higher number than its own, and of a lower one."""
    up = down = False
    for i in range(len(indptr) - 1):
        own = block[i]
        for k in range(indptr[i], indptr[i + 1]):
            other = block[indices[k]]
            up |= other > own
            down |= other < own
    return up, down


def _share_of_web(coefficients: Coefficients) -> float:
    """Return the share of coefficients in the rows of the busiest good's block, 0 where it takes long to say."""
    if not coefficients.nnz:
        return 0.0
    indptr, indices, _ = coefficients.parts
    start = int(np.argmax(np.diff(indptr)))
    forward = _reached(indptr, indices, start)
    both, settled = _reaching(indptr, indices, start, forward, _SWEEPS)
    if not settled:
        return 0.0
    return float(np.diff(indptr)[both].sum() / coefficients.nnz)


@compiled(nogil=True)
def _reached(indptr: Any, indices: Any, start: int) -> Any:
    """Return which goods a row refers to, directly or through others; stops as soon as that is all of them."""
    size = len(indptr) - 1
    seen = np.zeros(size, dtype=np.bool_)
    queue = np.empty(size, dtype=np.int64)
    queue[0], seen[start], head, tail = start, True, 0, 1
    while head < tail < size:
        i = queue[head]
        head += 1
        for k in range(indptr[i], indptr[i + 1]):
            j = indices[k]
            if not seen[j]:
                seen[j] = True
                queue[tail] = j
                tail += 1
    return seen


@compiled(nogil=True)
def _reaching(indptr: Any, indices: Any, start: int, among: Any, sweeps: int) -> tuple[Any, bool]:
    """Return which of some goods refer to a good, directly or through others, and whether that is all of them."""
    seen = np.zeros(len(among), dtype=np.bool_)
    seen[start] = True
    for _ in range(sweeps):
        changed = False
        for i in range(len(among)):
            if among[i] and not seen[i]:
                for k in range(indptr[i], indptr[i + 1]):
                    if seen[indices[k]]:
                        seen[i] = changed = True
                        break
        if not changed:
            return seen, True
    return seen, False

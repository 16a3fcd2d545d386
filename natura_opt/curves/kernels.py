"""Totals and slopes of many straight curves at once, on every core."""

from __future__ import annotations

from typing import Any

from numba import prange

from ..base.compiling import compiled


@compiled(nogil=True)
def _piece(first: int, stop: int, lefts: Any, level: float, inclusive: bool) -> int:
    """Return the last piece of a curve that begins below a level (or at it), the first one if none does."""
    low, high = first, stop
    while high - low > 1:
        middle = (low + high) >> 1
        if lefts[middle] < level or (inclusive and lefts[middle] == level):
            low = middle
        else:
            high = middle
    return low


@compiled(nogil=True, parallel=True)
def totals_of(offsets: Any, lefts: Any, lines: Any, levels: Any, pieces: Any, out: Any) -> None:
    """Write the total of each curve at its level into ``out`` and the piece it lies on into ``pieces``.

    Parameters
    ----------
    offsets : where the pieces of each curve begin, shape (curves + 1,).
    lefts : where each piece begins, in the order of curves, shape (pieces,).
    lines : of each piece where it ends, its total at both ends and its slope, side by side in memory because all are
        read together, shape (pieces, 4).
    levels : one per curve, not negative, shape (curves,); infinite totals where a curve says nothing.
    """
    for i in prange(len(levels)):
        level = levels[i]
        k = _piece(offsets[i], offsets[i + 1], lefts, level, False)
        pieces[i] = k
        if level <= 0.0:
            out[i] = 0.0
        elif level > lines[k, 0]:
            out[i] = float("inf")
        elif level == lines[k, 0]:
            out[i] = lines[k, 2]
        else:
            out[i] = lines[k, 1] + lines[k, 3] * (level - lefts[k])


@compiled(nogil=True, parallel=True)
def slopes_of(offsets: Any, lefts: Any, lines: Any, levels: Any, pieces: Any, out: Any) -> None:
    """Write the right slope of each curve at its level into ``out``; the left one at its end, infinite beyond."""
    for i in prange(len(levels)):
        level = levels[i]
        k = _piece(offsets[i], offsets[i + 1], lefts, level, True)
        pieces[i] = k
        out[i] = float("inf") if level > lines[k, 0] else lines[k, 3]

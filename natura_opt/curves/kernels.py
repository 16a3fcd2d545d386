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


@compiled(nogil=True)
def totals_of_run(
    first: int, stop: int, offsets: Any, lefts: Any, lines: Any, levels: Any, pieces: Any, out: Any
) -> None:
    """Write the total of a run of curves, each at its level, into ``out``, the pieces they lie on into ``pieces``.

    Parameters
    ----------
    first, stop : the run.
    offsets : where the pieces of each curve begin, shape (curves + 1,).
    lefts : where each piece begins, in the order of curves, shape (pieces,).
    lines : of each piece where it ends, its total at both ends and its slope, side by side in memory because all are
        read together, shape (pieces, 4).
    levels : one per curve, not negative, shape (curves,); infinite totals where a curve says nothing.
    """
    for i in range(first, stop):
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
def totals_of(runs: Any, offsets: Any, lefts: Any, lines: Any, levels: Any, pieces: Any, out: Any) -> None:
    """Write the totals of all curves, as :func:`totals_of_run`; ``runs`` cuts them into runs for the cores."""
    for part in prange(len(runs) - 1):
        totals_of_run(runs[part], runs[part + 1], offsets, lefts, lines, levels, pieces, out)


@compiled(nogil=True)
def slopes_of_run(
    first: int, stop: int, offsets: Any, lefts: Any, lines: Any, levels: Any, pieces: Any, out: Any
) -> None:
    """Write the right slope of each curve at its level into ``out``; the left one at its end, infinite beyond."""
    for i in range(first, stop):
        level = levels[i]
        k = _piece(offsets[i], offsets[i + 1], lefts, level, True)
        pieces[i] = k
        out[i] = float("inf") if level > lines[k, 0] else lines[k, 3]


@compiled(nogil=True, parallel=True)
def slopes_of(runs: Any, offsets: Any, lefts: Any, lines: Any, levels: Any, pieces: Any, out: Any) -> None:
    """Write the slopes of all curves, as :func:`slopes_of_run`; ``runs`` cuts them into runs for the cores."""
    for part in prange(len(runs) - 1):
        slopes_of_run(runs[part], runs[part + 1], offsets, lefts, lines, levels, pieces, out)

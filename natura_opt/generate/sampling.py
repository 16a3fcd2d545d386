"""Random links: for every line of a sparse matrix so many distinct positions, sorted, at hundreds of millions of links.

Links come of comparing numbers of PCG64 with exactly rounded ones, never of sums whose order a machine may choose or of
functions it may round in its own way, so that a seed gives the same links on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..base.arrays import Floats

Counts = npt.NDArray[np.int64]
Links = npt.NDArray[np.int32]
#: Links drawn at a time: keeps what is sorted in cache, and memory small.
_AT_ONCE = 1 << 21


def stream(seed: int, *purpose: int) -> np.random.Generator:
    """Return the random numbers of a seed for one purpose, independent of those for any other."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *purpose])))


def uniform_between(rng: np.random.Generator, low: float, high: float, size: int) -> Floats:
    """Return numbers uniform between ``low`` and ``high``, shape (size,)."""
    drawn: Floats = rng.random(size)
    drawn *= high - low
    drawn += low
    return drawn


class Popularity:
    """Candidates of which the r-th most popular is drawn with a probability proportional to 1/r (Zipf).

    Parameters
    ----------
    order : the candidates, the most popular first, shape (n,).
    """

    def __init__(self, order: Links) -> None:
        self.order = order
        self._cumulated = np.cumsum(1.0 / np.arange(1, len(order) + 1))
        # where the search for a number starts: the least rank of any number in its bin
        self._bins = 1 << int(np.ceil(np.log2(4 * len(order))))
        self._first = np.empty(self._bins, dtype=np.int32)
        for first in range(0, self._bins, _AT_ONCE):
            bins = np.arange(first, min(first + _AT_ONCE, self._bins))
            starts = bins / self._bins * self._cumulated[-1]
            self._first[bins] = np.searchsorted(self._cumulated, starts, side="right")

    @cached_property
    def weights(self) -> Floats:
        """Weight of each candidate, shape (n,)."""
        weights = np.empty(len(self.order))
        weights[self.order] = 1.0 / np.arange(1, len(self.order) + 1)
        return weights

    def draw(self, uniform: Floats) -> Links:
        """Return one candidate for each uniform number."""
        ranks = self._first[(uniform * self._bins).astype(np.int32)]
        level = uniform * self._cumulated[-1]
        behind = np.flatnonzero(self._cumulated[ranks] <= level)
        while len(behind):
            ranks[behind] += 1
            behind = behind[self._cumulated[ranks[behind]] <= level[behind]]
        drawn: Links = self.order[ranks]
        return drawn


def starts_of(counts: Counts) -> npt.NDArray[Any]:
    """Return where each line's entries start, and their number, shape (lines + 1,), in 32 bits where they fit."""
    total = int(counts.sum())
    starts = np.zeros(len(counts) + 1, dtype=np.int32 if total < 2**31 else np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def distinct_positions(
    rng: np.random.Generator,
    counts: Counts,
    sizes: Counts,
    popularity: Popularity | None = None,
    out: Links | None = None,
) -> Links:
    """Draw distinct positions for every line: ``counts[l]`` of the positions 0 … ``sizes[l]`` − 1.

    Positions are drawn one after the other, those already there again; so without ``popularity`` every set of positions
    is equally likely.

    Parameters
    ----------
    counts : positions wanted per line, shape (lines,), each at most ``sizes``.
    sizes : candidates per line, shape (lines,).
    popularity : how likely each candidate is; then every line has the same candidates.
    out : where the positions are written, shape (sum of counts,); new room by default.

    Returns
    -------
    Positions of all lines one after the other, sorted within each line, 32 bits.
    """
    ends = np.cumsum(counts)
    positions = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int32) if out is None else out
    full = 2 * counts > sizes
    for first, last in _runs(np.where(full, sizes, counts)):
        width = int(sizes[first:last].max())
        wanted, open_to, many = counts[first:last], sizes[first:last], full[first:last]
        keys = [_few(rng, np.flatnonzero(~many), wanted, open_to, width, popularity)]
        if many.any():
            keys.append(_many(rng, np.flatnonzero(many), wanted, open_to, width, popularity))
        drawn = np.concatenate(keys)
        drawn.sort()
        drawn -= np.repeat(np.arange(last - first) * width, wanted)
        positions[ends[first] - counts[first] : ends[last - 1]] = drawn
    return positions


def stretched(per_line: Floats, counts: Counts) -> Iterator[tuple[slice, Floats]]:
    """Repeat a number per line for each of its entries, some millions at a time: (which entries, their numbers)."""
    done = 0
    for first, last in _runs(counts):
        some = np.repeat(per_line[first:last], counts[first:last])
        yield slice(done, done + len(some)), some
        done += len(some)


def _runs(work: Counts) -> Iterator[tuple[int, int]]:
    """Cut lines into runs of about ``_AT_ONCE`` numbers to draw, at least one line each."""
    before = np.concatenate([[0], np.cumsum(work)])
    first = 0
    while first < len(work):
        last = int(np.searchsorted(before, before[first] + _AT_ONCE, side="right")) - 1
        last = min(max(last, first + 1), len(work))
        yield first, last
        first = last


def _few(
    rng: np.random.Generator,
    lines: Counts,
    counts: Counts,
    sizes: Counts,
    width: int,
    popularity: Popularity | None,
) -> Counts:
    """Return keys (line * width + position) of lines that take at most half of what there is: redraw what repeats."""

    def draw(which: Counts) -> Counts:
        uniform = rng.random(len(which))
        if popularity is not None:
            return which * width + popularity.draw(uniform)
        return which * width + (uniform * sizes[which]).astype(np.int64)

    done: list[Counts] = []
    keys = draw(np.repeat(lines, counts[lines]))
    while len(keys):
        keys.sort()
        again = np.concatenate([[False], keys[1:] == keys[:-1]])
        short = keys[again] // width
        unfinished = np.zeros(len(counts), dtype=bool)
        unfinished[short] = True
        waiting = unfinished[keys // width] if len(short) else again
        done.append(keys[~waiting])
        keys = np.concatenate([keys[waiting & ~again], draw(short)])
    return np.concatenate(done) if done else np.empty(0, dtype=np.int64)


def _many(
    rng: np.random.Generator,
    lines: Counts,
    counts: Counts,
    sizes: Counts,
    width: int,
    popularity: Popularity | None,
) -> Counts:
    """Return keys of lines that take more than half of what there is: those whose clock rings first.

    Exponential clocks with the candidates' weights as rates ring in the order in which draws would find them.
    """
    clocks = rng.standard_exponential((len(lines), width))
    if popularity is not None:
        clocks /= popularity.weights
    clocks[np.arange(width) >= sizes[lines][:, None]] = np.inf
    order = np.argsort(clocks, axis=1)
    drawn = np.arange(width) < counts[lines][:, None]
    return (order + lines[:, None] * width)[drawn]

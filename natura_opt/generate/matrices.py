"""Random matrices of input coefficients: sparse, non-negative, of a chosen pattern and spectral radius.

``A[i, j]`` is the input of good i per unit of good j, so *inputs per good* are entries per column. Columns are drawn,
and turned into rows once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import OptionError
from ..base.settings import one_of, radius_of, real, whole
from ..economy.table import Matrix
from ..input_output.spectrum import spectral_radius
from ..program.pieces import with_arrays
from .sampling import Counts, Links, Popularity, distinct_positions, starts_of, stream, stretched, uniform_between

#: The patterns, by name.
PATTERNS = ("uniform", "zipf", "nearly-decomposable", "triangular")
#: Goods with the most inputs have this many times the mean (``zipf``).
_MOST = 20
#: The Perron root of the least roundabout block beside that of the most (``nearly-decomposable``).
_LEAST_BLOCK = 0.6


@dataclass(frozen=True, eq=False)
class Room:
    """Where the coefficients of a matrix are written: values and rows, shape (coefficients,) each."""

    values: Floats
    rows: Links

    def taking(self, matrix: Any) -> Any:
        """Return a csc array that stands here in the place of another."""
        self.values[:], self.rows[:] = matrix.data, matrix.indices
        return with_arrays(matrix, self.values, self.rows, matrix.indptr, matrix.shape)


@dataclass(frozen=True)
class Pattern:
    """Where inputs stand.

    Attributes
    ----------
    name : one of :data:`PATTERNS`.

        - ``uniform``: every good has the same number of inputs, any good as likely as any other.
        - ``zipf``: the good with the r-th most inputs has a number proportional to 1/r (at least 1, at most 20 times
          the mean), and the r-th most popular supplier is drawn with a probability proportional to 1/r.
        - ``nearly-decomposable``: blocks of goods that supply one another, and a small share of links between blocks;
          blocks differ in how much they use up (Simon and Ando 1961).
        - ``triangular``: goods come in an order in which each uses only itself and those before it.
    goods : number of goods.
    inputs : inputs per good; with ``zipf`` their mean, in the triangular form the most (own use included).
    blocks : number of blocks, only with ``nearly-decomposable``; by default 2 to 100, of 4 times the inputs or more.
    links_between : share of links between blocks, only with ``nearly-decomposable``; by default .05.

    Raises
    ------
    OptionError : unknown pattern, more inputs than goods, settings out of range or of another pattern.
    """

    name: str
    goods: int
    inputs: int
    blocks: int | None = None
    links_between: float | None = None

    def __post_init__(self) -> None:
        one_of("pattern", self.name, PATTERNS)
        whole("goods", self.goods, 1)
        whole("inputs", self.inputs, 1)
        if self.inputs > self.goods:
            raise OptionError(f"{self.inputs} inputs per good are more than the {self.goods} goods; ask for fewer")
        if self.name != "nearly-decomposable":
            for setting in ("blocks", "links_between"):
                if getattr(self, setting) is not None:
                    raise OptionError(f"{setting} belongs to the pattern 'nearly-decomposable', not to {self.name!r}")
            return
        blocks = whole("blocks", self.count, 2)
        real("links_between", self.share, 0.0, 1.0, above=True)
        if self.goods // blocks < self.inputs:
            raise OptionError(
                f"{blocks} blocks of {self.goods} goods have {self.goods // blocks} goods each, too few for "
                f"{self.inputs} inputs per good; take fewer blocks or fewer inputs"
            )

    @property
    def count(self) -> int:
        """Number of blocks."""
        return max(2, min(100, self.goods // (4 * self.inputs))) if self.blocks is None else self.blocks

    @property
    def share(self) -> float:
        """Share of links between blocks."""
        return 0.05 if self.links_between is None else self.links_between

    def block_starts(self) -> Counts:
        """Return the position of the first good of each block, and the number of goods, shape (blocks + 1,)."""
        return np.arange(self.count + 1, dtype=np.int64) * self.goods // self.count

    @property
    def coefficients(self) -> int:
        """How many coefficients a matrix of this pattern has, whatever the seed."""
        if self.name == "zipf":
            return int(zipf_counts(self.goods, self.inputs, min(self.goods, _MOST * self.inputs)).sum())
        before = self.inputs * (self.inputs - 1) // 2 if self.name == "triangular" else 0
        return self.goods * self.inputs - before

    def draw(self, rng: np.random.Generator, room: Room | None = None) -> Any:
        """Return a csc array of this pattern, shape (goods, goods); the triangular one has spectral radius 1.

        Parameters
        ----------
        room : where its values and rows are written, ``coefficients`` of each; new room by default.
        """
        if room is None:
            room = Room(np.empty(self.coefficients), np.empty(self.coefficients, dtype=np.int32))
        if self.name == "uniform":
            return _uniform(rng, self.goods, self.inputs, room)
        if self.name == "zipf":
            return _zipf(rng, self.goods, self.inputs, room)
        if self.name == "triangular":
            return _triangular(rng, self.goods, self.inputs, room)
        return room.taking(self._nearly_decomposable(rng))

    def scaled(self, rng: np.random.Generator, radius: float, room: Room | None = None) -> Any:
        """Return a csc array of this pattern and spectral radius; ``room`` as in :meth:`draw`."""
        drawn = self.draw(rng, room)
        if self.name == "triangular":
            drawn.data *= radius
            return drawn
        # eleven digits, so that machines that sum in another order scale alike
        drawn.data *= radius / float(f"{spectral_radius(drawn):.11g}")
        return drawn

    def _nearly_decomposable(self, rng: np.random.Generator) -> Any:
        size, starts = self.goods, self.block_starts()
        block = np.repeat(np.arange(self.count), np.diff(starts))
        start, own = starts[block], np.diff(starts)[block]
        outside = (self.share * self.inputs + rng.random(size)).astype(np.int64)
        outside = np.minimum(outside, size - own)
        roundabout = uniform_between(rng, _LEAST_BLOCK, 1.0, self.count)[block] / self.inputs
        inner = distinct_positions(rng, self.inputs - outside, own)
        inner += np.repeat(start, self.inputs - outside).astype(np.int32)
        outer = distinct_positions(rng, outside, size - own)
        outer += np.where(outer >= np.repeat(start, outside), np.repeat(own, outside), 0).astype(np.int32)
        within = _columns(inner, self.inputs - outside, _sizes(rng, self.inputs - outside, roundabout))
        return within + _columns(outer, outside, _sizes(rng, outside, roundabout))  # no place in both


def coefficient_matrix(
    pattern: str,
    goods: int,
    inputs: int,
    *,
    radius: float = 0.8,
    seed: int = 0,
    blocks: int | None = None,
    links_between: float | None = None,
) -> Matrix:
    """Return a random matrix of input coefficients.

    A seed gives the same matrix on every machine.

    Parameters
    ----------
    pattern, goods, inputs, blocks, links_between : as in :class:`Pattern`.
    radius : spectral radius, above 0 and below 1, met to 1e-10. The triangular form's is its largest diagonal entry:
        the first good uses so much of itself, and every other column sums to it, so that no chain of inputs grows.

    Returns
    -------
    csr array, shape (goods, goods), indices sorted, in 32 bits where they fit.

    Raises
    ------
    OptionError : unknown pattern, more inputs than goods, a radius of 1 or more, settings out of range.

    >>> A = coefficient_matrix("uniform", 1000, 13, radius=0.8)
    >>> A.nnz, round(spectral_radius(A), 9)
    (13000, 0.8)
    """
    chosen = Pattern(pattern, goods, inputs, blocks, links_between)
    drawn = chosen.scaled(stream(whole("seed", seed, 0)), radius_of(radius))
    return sp.csr_array(drawn)


def zipf_counts(lines: int, mean: int, most: int) -> Counts:
    """Return whole numbers proportional to 1/rank, from 1 to ``most``, whose sum is ``lines * mean`` or little less.

    >>> zipf_counts(8, 3, 8).tolist()
    [8, 5, 3, 2, 2, 1, 1, 1]
    """
    rank = np.arange(1, lines + 1, dtype=np.int64)
    low, high = 0, lines * most
    while low < high:  # the largest numerator that does not ask for too many
        middle = (low + high + 1) // 2
        low, high = (middle, high) if int(_counts(middle, rank, most).sum()) <= lines * mean else (low, middle - 1)
    return _counts(low, rank, most)


def _counts(numerator: int, rank: Counts, most: int) -> Counts:
    return np.clip(numerator // rank, 1, most)


def _uniform(rng: np.random.Generator, size: int, inputs: int, room: Room) -> Any:
    counts = np.full(size, inputs, dtype=np.int64)
    distinct_positions(rng, counts, np.full(size, size, dtype=np.int64), out=room.rows)
    return _columns(room.rows, counts, _sizes(rng, counts, np.full(size, 1.0 / inputs), room.values))


def _zipf(rng: np.random.Generator, size: int, inputs: int, room: Room) -> Any:
    counts = zipf_counts(size, inputs, min(size, _MOST * inputs))[np.argsort(rng.random(size), kind="stable")]
    popularity = Popularity(np.argsort(rng.random(size), kind="stable").astype(np.int32))
    distinct_positions(rng, counts, np.full(size, size, dtype=np.int64), popularity, room.rows)
    # who has many inputs needs less of each
    return _columns(room.rows, counts, _sizes(rng, counts, 1.0 / counts, room.values))


def _triangular(rng: np.random.Generator, size: int, inputs: int, room: Room) -> Any:
    before = np.minimum(inputs - 1, np.arange(size, dtype=np.int64))
    counts = before + 1
    own = np.cumsum(counts) - 1  # a column's last entry is its own use
    others = np.ones(int(counts.sum()), dtype=bool)
    others[own] = False
    positions, values = room.rows, room.values
    positions[own] = np.arange(size)
    positions[others] = distinct_positions(rng, before, np.arange(size, dtype=np.int64))
    values[own] = uniform_between(rng, 0.05, 0.5, size)
    values[0] = 1.0
    drawn = _sizes(rng, before, np.ones(size))
    column = np.repeat(np.arange(size), before)
    total = np.bincount(column, weights=drawn, minlength=size)
    values[others] = drawn * ((1.0 - values[own]) / np.where(total > 0, total, 1.0))[column]
    return _columns(positions, counts, values)


def _sizes(rng: np.random.Generator, counts: Counts, scale: Floats, out: Floats | None = None) -> Floats:
    """Return coefficients, many small and few large (from .05 to 1.05), times the scale of their column."""
    drawn = np.empty(int(counts.sum())) if out is None else out
    for span, scales in stretched(scale, counts):
        part = rng.random(out=drawn[span])
        part *= part
        part += 0.05
        part *= scales
    return drawn


def _columns(positions: Links, counts: Counts, values: Floats) -> Any:
    size = len(counts)
    return with_arrays(sp.csc_array((size, size)), values, positions, starts_of(counts), (size, size))

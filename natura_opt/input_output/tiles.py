"""A copy of a large sparse matrix in tiles that fit a core's cache: products both ways two to three times as fast.

In compressed rows every coefficient fetches a number from anywhere in x, and at a million goods x is larger than what a
core keeps at hand: the product waits for numbers, not for arithmetic. A tile holds the coefficients of 32,768 rows and
32,768 columns, so its stretches of x and of the sums take 256 KiB each. Row and column within it fit 16 bits each:
a copy takes no more than compressed rows do, 12 bytes a coefficient, or 8 in single precision.

Making the copy costs as much as two or three products in compressed rows. Sums are formed tile after tile, in one order
whatever the number of cores.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from ..base.arrays import Floats
from .cores import cut_evenly
from .tile_kernels import sort_into_tiles, tiled_product, transposed_tiled_product

#: Most and fewest binary digits of a row within a tile.
_MOST_BITS, _FEWEST_BITS = 15, 10
#: Bands there should be, so that many cores have one each.
_BANDS = 16


class Tiles:
    """Some rows of a sparse matrix, copied into tiles.

    Parameters
    ----------
    matrix : csr array, shape (m, n).
    rows : positions of the rows wanted, in the order wanted, repeated ones allowed; all of them by default. A plan's
        chosen techniques are such rows of the technique table; only they are read.

    Attributes
    ----------
    shape : (rows wanted, n).
    nnz : number of coefficients in them.
    """

    def __init__(self, matrix: Any, rows: npt.NDArray[np.integer[Any]] | None = None) -> None:
        count, columns = matrix.shape
        wanted = np.arange(count) if rows is None else np.asarray(rows, dtype=np.int64)
        lengths = np.diff(matrix.indptr) if rows is None else matrix.indptr[wanted + 1] - matrix.indptr[wanted]
        self.shape = (len(wanted), int(columns))
        self.nnz = int(lengths.sum(dtype=np.int64))
        self._bits = (_bits(len(wanted)), _bits(columns))
        self._high, self._wide = (1 << bits for bits in self._bits)
        bands = _bands(self.shape)
        until = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        starts = np.zeros((bands[0], bands[1] + 1), dtype=np.int64)
        edges = np.append(until[: len(wanted) : self._high], self.nnz)
        starts[:, 0] = edges[:-1]
        self._starts = starts
        self._places = np.empty(self.nnz, dtype=np.uint32)
        self._values = np.empty(self.nnz, dtype=matrix.data.dtype)
        threads = int(numba.get_num_threads())
        self._runs = cut_evenly(edges, threads)
        positions = matrix.indices.view(np.uint32 if matrix.indices.dtype == np.int32 else np.uint64)
        sort_into_tiles(
            self._runs, self._bits, wanted, matrix.indptr, positions, matrix.data, starts, self._places, self._values
        )
        in_columns = np.diff(starts, axis=1).sum(axis=0)
        self._column_runs = cut_evenly(np.concatenate([[0], np.cumsum(in_columns)]), threads)

    @property
    def nbytes(self) -> int:
        """Memory the tiles take."""
        return int(self._places.nbytes + self._values.nbytes + self._starts.nbytes)

    def times(self, x: Floats, out: Floats) -> None:
        """Write ``A x`` into ``out``; x of shape (columns,), both contiguous."""
        tiled_product(self._runs, self._high, self._wide, self._starts, self._places, self._values, x, out)

    def transposed_times(self, y: Floats, out: Floats) -> None:
        """Write ``A' y`` into ``out``; y of shape (rows,), both contiguous."""
        transposed_tiled_product(
            self._column_runs, self._high, self._wide, self._starts, self._places, self._values, y, out
        )


def tile_bytes(shape: tuple[int, int], nnz: int, size: int) -> int:
    """Return the memory that tiles of a matrix take, of coefficients of 4 or 8 bytes.

    >>> tile_bytes((1_000_000, 1_000_000), 50_000_000, 8)
    600007936
    """
    rows, columns = _bands(shape)
    return nnz * (4 + size) + 8 * rows * (columns + 1)


def _bands(shape: tuple[int, int]) -> tuple[int, int]:
    return -(-shape[0] >> _bits(shape[0])), -(-shape[1] >> _bits(shape[1]))


def _bits(size: int) -> int:
    """Return the binary digits of a position within a band: of the size alone, so that cores change no sum."""
    return min(_MOST_BITS, max(_FEWEST_BITS, (max(size, 1) // _BANDS).bit_length()))

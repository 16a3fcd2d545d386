"""Is an economy productive? Block by block of goods that need each other, each verdict with its proof.

The spectral radius of a table of inputs is the largest of those of its strongly connected blocks, whatever the blocks
take from each other: a long chain of sound blocks is sound, however fast prices rise along it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from .block_verdict import Verdict, judge_block
from .directed import rounding

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Productivity:
    """What is proved of an economy.

    Attributes
    ----------
    verdict : of the block that decides: one that is not productive, or not decided, or else of the largest radius.
    block : positions of its goods.
    """

    verdict: Verdict
    block: Places

    @property
    def productive(self) -> bool | None:
        """Whether every block is; None where that is undecided."""
        return self.verdict.productive

    @property
    def radius(self) -> float:
        """Spectral radius: as well as it is known, and never on the wrong side of one."""
        return self.verdict.radius


def judge_productivity(inputs: Any) -> Productivity:
    """Decide whether an economy is productive (Hawkins and Simon), and which block has the largest spectral radius.

    Parameters
    ----------
    inputs : sparse, square, non-negative: goods used up per unit made.

    >>> judge_productivity(sp.csr_array([[0.5, 0.25], [0.5, 0.75]])).verdict.most  # columns sum to one
    1.0
    """
    matrix = sp.csr_array(inputs, dtype=np.float64)
    count, block_of = blocks_of(matrix)
    sizes = np.bincount(block_of, minlength=count)
    worst = _of_single_goods(matrix, np.flatnonzero(sizes[block_of] == 1))
    order = np.argsort(block_of, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    highest = _upper_bounds(matrix, block_of, count)
    for block in sorted(np.flatnonzero(sizes > 1).tolist(), key=lambda block: -highest[block]):
        sound = worst is not None and highest[block] < min(worst.radius, 1.0)
        if sound or (worst is not None and worst.productive is False and highest[block] < worst.radius):
            break  # neither this block nor those that follow can have a larger radius
        members = order[starts[block] : starts[block + 1]]
        judged = Productivity(judge_block(sp.csr_array(matrix[members][:, members])), members)
        if worst is None or _rank(judged) > _rank(worst):
            worst = judged
    nothing = Verdict(True, 0.0, 0.0, np.ones(0), np.zeros(0, dtype=np.int64))
    return worst or Productivity(nothing, np.arange(0))


def blocks_of(matrix: Any) -> tuple[int, Any]:
    """Return the number of strongly connected blocks of goods, and the block of each good."""
    if (matrix.data == 0).any():  # a zero that is written down joins nothing
        matrix = sp.csr_array(matrix, copy=True)
        matrix.eliminate_zeros()
    count, block = connected_components(matrix, directed=True, connection="strong")
    return int(count), block


def _rank(judged: Productivity) -> tuple[int, float]:
    """Order by what decides: an unproductive block before an undecided one, then by radius."""
    return {True: 0, None: 1, False: 2}[judged.productive], judged.radius


def _of_single_goods(matrix: Any, goods: Places) -> Productivity | None:
    """Judge the goods that need no good that needs them, but perhaps themselves."""
    if not len(goods):
        return None
    own = matrix.diagonal()[goods]
    worst = int(own.argmax())
    part = sp.csr_array([[float(own[worst])]])
    return Productivity(judge_block(part), goods[[worst]])


def _upper_bounds(matrix: Any, block_of: Any, count: int) -> npt.NDArray[np.float64]:
    """Return for each block the largest sum of a row or of a column within it, whichever is less, rounded up."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    inside = block_of[row] == block_of[matrix.indices]
    bounds = []
    for places in (row[inside], matrix.indices[inside]):
        sums = np.bincount(places, matrix.data[inside], matrix.shape[0])
        largest = np.zeros(count)
        np.maximum.at(largest, block_of, sums)
        bounds.append(largest)
    least: npt.NDArray[np.float64] = np.minimum(*bounds) * (1.0 + rounding(matrix.shape[0]))
    return least

r"""A jump from below that passes no solution, and the proof that there is none where a jump has nowhere to land.

Let no solution be below ``low``, and let S hold, for each cell, a lower bound of the chords from there
(:mod:`.chords`). A solution x makes ``h = x - low >= 0`` more, and needs at least ``r + S h`` more, where
``r = F(low) low + d - low``:

.. math::  h \ge r + S h.

So if S is productive, ``h >= (I - S)^{-1} r``: from ``low`` one may go up by that much at once. For convex totals this
is Newton's step, and the steps end quadratically. If some block of S is not productive, and r reaches it, no h is
large enough: no plan serves the demand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order

from ...base.arrays import Floats
from ..coefficients import Coefficients
from ..positive_system import positive_solution
from ..system import rounding
from ..unproductive import UndecidedError, UnproductiveError
from ..witness import find_witness

#: Relative residual to which the linear systems of jumps are solved; the jump is shortened by a few times that.
_CLOSE = 1e-11


def lower_jump(slopes: Any, more: Floats) -> Floats | None:
    """Return h with ``h <= (I - S)^{-1} r``, proved; None where none is to be had.

    Parameters
    ----------
    slopes : S, sparse, non-negative. more : r, shape (n,), non-negative.

    Raises
    ------
    UnproductiveError : there is no ``h >= r + S h``; the positions of the block are those of all goods.
    """
    members = _reached(slopes, more)
    step = np.zeros(len(more))
    if not len(members):
        return step
    part = Coefficients(sp.csr_array(sp.csr_array(slopes)[members][:, members]))
    try:
        find_witness(part)
    except UndecidedError:
        return None
    except UnproductiveError as error:
        raise UnproductiveError(str(error), members[error.block], error.radius, error.least) from None
    close = max(_CLOSE, 4.0 * rounding(part.longest_row))
    shorter = Coefficients(part.matrix * (1.0 - 4.0 * close))
    given = more[members] * (1.0 - 4.0 * close)
    found = positive_solution(shorter.times, lambda: shorter.matrix, given, given, close)
    if found is None:
        return None
    step[members] = found
    return step


def _reached(slopes: Any, more: Floats) -> Any:
    """Return the goods of which more is needed: where r is positive, and what making that needs, and so on."""
    first = np.flatnonzero(more > 0)
    if len(first) == len(more):
        return np.arange(len(more))
    edges = sp.coo_array(slopes)
    solid = edges.data > 0
    size = len(more)
    rows = np.concatenate([edges.col[solid], np.full(len(first), size)])  # from the user of a good to the good
    columns = np.concatenate([edges.row[solid], first])
    graph = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(size + 1, size + 1))
    order = breadth_first_order(graph, size, return_predecessors=False)
    return np.sort(order[order != size])

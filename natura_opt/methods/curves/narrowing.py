"""Which pieces can be open at all in a plan that is at least as good as one that is known.

With the objective held at the value of a known plan, linear programs say how far down and how far up the level of each
technique may go; pieces below are open then, pieces above are closed, and their binaries are settled. Each that is
settled makes the relaxation closer for the next one (bound tightening, as global optimisers do it). The best plan is
among those that are left, by the word of HiGHS on these linear programs.

Source: optimality-based bound tightening: Zamora and Grossmann 1999; Gleixner et al. 2017.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...backends.answer import Claim
from ...backends.highs import HighsSession
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...program.canonical import Block
from ...program.linear import LinearProgram
from .scale_search import Placed, good_plan

#: A level is not taken to be beyond a cut unless it is so by this share of the technique's range.
_MARGIN = 1e-6
#: The objective may fall short of the known plan's by this share.
_SHORT = 1e-9
_SWEEPS = 4
#: Only costs and bounds change between these solves: primal simplex goes on from the last vertex.
_FROM_LAST = {"presolve": "off", "simplex_strategy": 4}


@dataclass(frozen=True, eq=False)
class Narrowed:
    """A program in which binaries are settled where they can be, and a plan to start from.

    Attributes
    ----------
    program : the same but for bounds of binaries and pieces.
    known : a plan, shape (columns,).
    settled, binaries : how many binaries are settled, of how many.
    """

    program: LinearProgram
    known: Floats
    settled: int
    binaries: int


def narrowed(placed: Placed, options: SolveOptions) -> Narrowed | None:
    """Settle the binaries of curves where this can be done; None where no plan was found to begin with.

    Parameters
    ----------
    options : of HiGHS; half of a time limit is used at most.
    """
    began = time.monotonic()
    known = good_plan(placed, options)
    if known is None:
        return None
    bounds = _Bounds(placed, known, options)
    for _ in range(_SWEEPS):
        if not bounds.sweep(None if options.time_limit is None else began + 0.5 * options.time_limit):
            break
    program = replace(placed.program, lower=bounds.lower, upper=bounds.upper)
    span = placed.block("piece_opened").span
    settled = int((bounds.lower[span] == bounds.upper[span]).sum())
    return Narrowed(program, known, settled, span.stop - span.start)


class _Bounds:
    """Bounds of a program's columns, narrowed technique by technique.

    Attributes
    ----------
    lower, upper : shape (columns,), in the user's units.
    """

    def __init__(self, placed: Placed, known: Floats, options: SolveOptions) -> None:
        self.placed = placed
        program = placed.relaxed
        self.lower, self.upper = program.lower.copy(), program.upper.copy()
        value = float(program.cost @ known)
        slack = _SHORT * max(float(np.abs(program.cost) @ np.abs(known)), 1e-300)
        low, high = (value - slack, np.inf) if program.sense == "max" else (-np.inf, value + slack)
        as_good = replace(
            program,
            matrix=sp.csc_array(sp.vstack([program.matrix, sp.csr_array(program.cost.reshape(1, -1))])),
            rows=(*program.rows, Block("as good", pd.RangeIndex(1), program.shape[0])),
            row_lower=np.append(program.row_lower, low),
            row_upper=np.append(program.row_upper, high),
        )
        self.session = HighsSession(as_good, replace(options, method="simplex", options=_FROM_LAST))

    def sweep(self, deadline: float | None) -> bool:
        """Narrow every technique whose binaries are not all settled; return whether any was settled."""
        pieces, any_settled = self.placed.pieces, False
        for t in range(self.placed.periods):
            activities, opened = (self.placed.in_period(name, t) for name in ("activities", "piece_opened"))
            for p in np.unique(pieces.owner[pieces.opened]).tolist():
                own = np.flatnonzero(pieces.owner[pieces.opened] == p)
                at = opened.start + own
                if (self.lower[at] == self.upper[at]).all():
                    continue
                if deadline is not None and time.monotonic() > deadline:
                    return False
                column = activities.start + pieces.techniques[p].technique
                least, most = self._extreme(column, 1.0), self._extreme(column, -1.0)
                any_settled |= self._settle(p, t, least, most)
        return any_settled

    def _extreme(self, column: int, sign: float) -> float:
        """Return how far down (sign 1) or up (sign -1) a column can go; infinite where that is not known."""
        scaled = self.session.scaled
        cost = np.zeros(len(self.lower))
        cost[column] = sign
        lower, upper = self.lower / scaled.column * scaled.rhs_scale, self.upper / scaled.column * scaled.rhs_scale
        self.session.change(cost, lower, upper, scaled.program.row_lower, scaled.program.row_upper)
        claim, primal, _ = self.session.run()
        return float(scaled.primal(primal)[column]) if claim is Claim.OPTIMAL else -sign * np.inf

    def _settle(self, p: int, t: int, least: float, most: float) -> bool:
        """Settle what follows from the range of a technique's level; return whether anything did."""
        placed, pieces = self.placed, self.placed.pieces
        cuts, first = placed.cuts(p), pieces.first[p]
        margin = _MARGIN * cuts[-1]
        opened = placed.in_period("piece_opened", t)
        own = np.flatnonzero(pieces.owner[pieces.opened] == p)
        begins = cuts[pieces.opened[own] - first]
        at = opened.start + own
        free = self.lower[at] < self.upper[at]
        open_ = free & (least > begins + margin)
        closed = free & (most < begins - margin)
        self.lower[at[open_]] = 1.0
        self.upper[at[closed]] = 0.0
        return bool(open_.any() or closed.any())

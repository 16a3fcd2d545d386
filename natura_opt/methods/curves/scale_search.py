"""A good plan under economies of scale, found by linear programs: what relaxation and rounding do not find.

Where totals are concave, the relaxation lets every technique run as cheaply as at its largest scale, and rounding its
binaries leads nowhere. What a planner would do leads somewhere: take every need per unit as it is at the scale that
was planned last, plan again, and so on until the scale stays. The plan then lies on the curves, and says which pieces
are open; with those given the rest is a linear program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...backends.answer import Claim
from ...backends.highs import HighsSession
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...laws.curve_layout import TOTALS, Pieces, need_rows
from ...program.canonical import Block
from ...program.linear import LinearProgram

#: Most plans at the scale of the one before.
_PLANS = 20
#: Scales that change by less than this share have settled.
_SETTLED = 1e-7
#: Below this share of its range a technique is taken to run at this share: per unit, needs have no end at zero.
_LEAST = 1e-3

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Placed:
    """Where the pieces of an economy stand in a program, period by period.

    Attributes
    ----------
    program : with whole-number columns for opened pieces.
    pieces : of one period.
    """

    program: LinearProgram
    pieces: Pieces

    @property
    def periods(self) -> int:
        return len(self.pieces.economy.periods)

    def block(self, name: str) -> Block:
        """Return a block of columns that is there."""
        found = self.program.column_block(name)
        assert found is not None
        return found

    def in_period(self, name: str, t: int) -> slice:
        """Return the columns of a block in a period."""
        block = self.block(name)
        count = len(block.index) // self.periods
        return slice(block.start + t * count, block.start + (t + 1) * count)

    @property
    def relaxed(self) -> LinearProgram:
        """The program with binaries that may be anything between 0 and 1."""
        return replace(self.program, integer=np.zeros_like(self.program.integer))

    def levels(self, primal: Floats) -> Floats:
        """Return the levels of curved techniques, shape (techniques, periods)."""
        at = np.array([one.technique for one in self.pieces.techniques])
        return np.column_stack([primal[self.in_period("activities", t)][at] for t in range(self.periods)])

    def cuts(self, p: int) -> Floats:
        """Return where the pieces of a technique meet, shape (pieces + 1,)."""
        return np.concatenate([[0.0], np.cumsum(self.pieces.techniques[p].widths)])

    def opened_at(self, levels: Floats) -> Floats:
        """Return the binaries of techniques that run at these levels, shape (periods x binaries,)."""
        owner = self.pieces.owner[self.pieces.opened]
        begins = np.array(
            [self.cuts(p)[g - self.pieces.first[p]] for p, g in zip(owner, self.pieces.opened, strict=True)]
        )
        return np.concatenate([(levels[owner, t] > begins).astype(float) for t in range(self.periods)])


def good_plan(placed: Placed, options: SolveOptions) -> Floats | None:
    """Return a plan with whole binaries, shape (columns,); None where none was found.

    Parameters
    ----------
    options : of HiGHS; the plan is as exact as it makes it.
    """
    claim, primal = solved(placed.relaxed, options)
    if claim is not Claim.OPTIMAL:
        return None
    best: Floats | None = None
    levels = placed.levels(primal)
    for _ in range(_PLANS):
        claim, primal = solved(_at_scale(placed, levels), options)
        if claim is not Claim.OPTIMAL:
            break
        before, levels = levels, placed.levels(primal)
        if (np.abs(levels - before) <= _SETTLED * np.maximum(np.abs(levels), np.abs(before))).all():
            break
    claim, primal = solved(_given(placed, placed.opened_at(levels)), options)
    if claim is Claim.OPTIMAL:
        best = primal
        best[placed.program.integer] = np.round(best[placed.program.integer])
    return best


def solved(program: LinearProgram, options: SolveOptions) -> tuple[Claim, Floats]:
    """Return HiGHS's claim on a linear program and its point, in the user's units."""
    session = HighsSession(program, replace(options, method="auto", options={}))
    claim, primal, _ = session.run()
    return claim, session.scaled.primal(primal)


def _given(placed: Placed, opened: Floats) -> LinearProgram:
    """Return the linear program that is left with the binaries given."""
    relaxed, span = placed.relaxed, placed.block("piece_opened").span
    lower, upper = relaxed.lower.copy(), relaxed.upper.copy()
    lower[span] = upper[span] = np.clip(opened, lower[span], upper[span])
    return replace(relaxed, lower=lower, upper=upper)


def _at_scale(placed: Placed, levels: Floats) -> LinearProgram:
    """Return the linear program in which needs per unit are those at these levels, whatever is planned."""
    relaxed, pieces = placed.relaxed, placed.pieces
    matrix = sp.csr_array(relaxed.matrix, copy=True)
    bends = np.array([one.opens.any() for one in pieces.techniques])
    piece, opened = placed.block("curve_piece").span, placed.block("piece_opened").span
    for table in TOTALS:
        rows = relaxed.row_block(need_rows(table))
        standing = pieces.standing_in(table)
        for k, (p, c, _) in enumerate(standing if rows is not None else ()):
            if not bends[p]:
                continue
            assert rows is not None
            one, cuts = pieces.techniques[p], placed.cuts(p)
            for t in range(placed.periods):
                line = rows.start + t * len(standing) + k
                entries = slice(matrix.indptr[line], matrix.indptr[line + 1])
                columns, values = matrix.indices[entries], matrix.data[entries]
                level = min(max(levels[p, t], _LEAST * cuts[-1]), cuts[-1])
                values[(columns >= piece.start) & (columns < piece.stop)] = (
                    -_total(one.slopes[c], one.jumps[c], cuts, level) / level
                )
                values[(columns >= opened.start) & (columns < opened.stop)] = 0.0
    upper = relaxed.row_upper.copy()
    for name in ("piece_closed", "piece_full"):
        block = relaxed.row_block(name)
        if block is not None:
            upper[block.span] = np.inf
    matrix.eliminate_zeros()  # a program is scaled by what stands in it
    return replace(relaxed, matrix=sp.csc_array(matrix), row_upper=upper)


def _total(slopes: Floats, jumps: Floats, cuts: Floats, level: float) -> float:
    """Return the total of a curve in pieces at a level."""
    filled = np.clip(level - cuts[:-1], 0.0, np.diff(cuts))
    return float(slopes @ filled + jumps @ (level > cuts[:-1]))

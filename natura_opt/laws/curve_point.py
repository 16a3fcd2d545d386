"""What pieces, binaries and totals of curves stand for at the levels of activity that a plan has.

Where a need is worth nothing, the rows that say it leave it open: pieces may be filled in any order, further than
activity is, and a total may be more than its curve says. A plan that is shown says what the curves say.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.protocol import Program
from .curve_layout import TOTALS, Pieces

#: Values that differ by less than this share of their terms are one, summed in another order.
_SAME = 1e-9


def as_curves_say(program: Program, economy: Economy, question: Question, primal: Floats) -> Floats:
    """Return a point with the pieces of each technique filled in order, up to its level, and totals that follow.

    What differs by rounding alone stays as it is; so does all of a technique and period whose pieces are in order.

    Parameters
    ----------
    primal : column values, shape (n,).
    """
    pieces = Pieces.of(economy, question)
    period = economy.periods
    point = primal.copy()
    level = _at(program, "activities", pieces.labels_of_techniques(np.arange(len(pieces.techniques))))
    filled = _at(program, "curve_piece", pieces.labels_of_pieces(np.arange(len(pieces.owner))))
    opened = _at(program, "piece_opened", pieces.labels_of_pieces(pieces.opened))
    widths = np.tile(pieces.widths, len(period))
    if (level < 0).any() or (filled < 0).any() or (opened < 0).any() or (program.upper[filled] != widths).any():
        return primal  # a program that was changed by hand
    shape = len(period), -1
    for t in range(len(period)):
        here, binaries = filled.reshape(shape)[t], opened.reshape(shape)[t]
        now = _in_order(pieces, primal[level.reshape(shape)[t]], primal[here])
        point[here] = now
        point[binaries] = np.where(now[pieces.opened] > 0.0, primal[binaries], 0.0)
    for table, block in TOTALS.items():
        if pieces.standing_in(table):
            at = _at(program, block, pieces.labels_of_totals(table)).reshape(shape)
            slopes, jumps = pieces.slopes(table), pieces.jumps(table)
            for t in range(len(period)):
                now, ones = point[filled.reshape(shape)[t]], point[opened.reshape(shape)[t]]
                total = slopes @ now + jumps @ ones
                size = abs(slopes) @ np.abs(now) + abs(jumps) @ np.abs(ones)
                before = primal[at[t]]
                apart = np.abs(total - before) > _SAME * np.maximum(size, np.abs(before))
                point[at[t]] = np.where(apart, total, before)
    return point


def _at(program: Program, name: str, labels: Any) -> Any:
    """Return where columns stand in a program, -1 where they do not."""
    block = program.column_block(name)
    if block is None:
        return np.full(len(labels), -1)
    place = block.index.get_indexer(labels)
    return np.where(place >= 0, block.start + place, -1)


def _in_order(pieces: Pieces, levels: Floats, filled: Floats) -> Floats:
    """Return how far pieces are filled in order up to the levels of their techniques; unchanged where they are so."""
    now = filled.copy()
    for p, one in enumerate(pieces.techniques):
        part = slice(pieces.first[p], pieces.first[p + 1])
        cuts = np.concatenate([[0.0], np.cumsum(one.widths[:-1])])
        ordered = np.clip(levels[p] - cuts, 0.0, one.widths)
        ordered[levels[p] - cuts <= _SAME * levels[p]] = 0.0  # rounding opens no piece
        if (np.abs(ordered - filled[part]) > _SAME * max(levels[p], 0.0)).any():
            now[part] = ordered
    return now

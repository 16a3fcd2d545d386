"""What techniques need by columns of their own, in the place of a table's numbers: the totals of curves.

A law says so of its columns (:attr:`natura_opt.Columns.adds_to`); their labels are (name, technique, period). What they
amount to is a technique's own use, in every table of a plan; what one more unit of activity takes of them is read from
the rows that tie them to activities (:attr:`natura_opt.Rows.ties`), piece by piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..program.canonical import Block
from ..program.declared import Columns, Rows
from ..program.pieces import column_sums, rows_of
from ..program.protocol import Program
from .stated import Stated

Positions = npt.NDArray[np.intp]

#: Slopes valued, and levels beside their ends, that differ by less than this share are one.
_SAME = 1e-9


def columns_adding_to(program: Program, table: str) -> Block | None:
    """Return the columns that stand in the place of a table's numbers."""
    blocks = (b for b in program.columns if isinstance(b.declared, Columns) and b.declared.adds_to == table)
    return next(blocks, None)


def cells_of(plan: Stated, block: Block, t: int) -> tuple[Positions, Positions, Positions]:
    """Return which columns of a block that adds to a table are of a period, with their names and techniques, as
    positions.
    """
    assert isinstance(block.declared, Columns)
    name, technique, period = (block.index.get_level_values(level) for level in range(3))
    at = np.flatnonzero(plan.economy.periods.get_indexer(period) == t)
    names = plan.economy.axes[block.declared.axes[0]].get_indexer(name[at])
    return block.start + at, names, plan.economy.techniques.get_indexer(technique[at])


def needed(plan: Stated, table: str, t: int) -> Any:
    """Return what techniques need in all by such columns in a period, csr, shape (names, techniques)."""
    shape = plan.asked.matrix(table, t).shape
    block = columns_adding_to(plan.program, table)
    if block is None:
        return sp.csr_array(shape)
    at, names, techniques = cells_of(plan, block, t)
    return sp.csr_array((plan.primal[at], (names, techniques)), shape=shape)


@dataclass(frozen=True, eq=False)
class Marginal:
    """What one more unit of activity takes of everything that a technique needs by columns of its own, in a period.

    Attributes
    ----------
    tables : of each need, the table that it stands in.
    columns, names, techniques : of each need, its column in the program and its positions, shape (needs,).
    prices : what a unit of each need takes from the objective, shape (needs,).
    left, right : what one less saves and one more takes of each, in the unit of what is needed, shape (needs,).
    slopes : what it takes at the plan's valuations: one of the two, or what lies between them, shape (needs,).
    beyond : of each technique, what one more unit takes from the objective beside these needs at these prices, because
        no more of a piece is there; shape (techniques,).
    """

    tables: tuple[str, ...]
    columns: Positions
    names: Positions
    techniques: Positions
    prices: Floats
    left: Floats
    right: Floats
    slopes: Floats
    beyond: Floats

    def matrix(self, table: str, names: int) -> Any:
        """Return what one more unit of each activity takes, csr, shape (names, techniques)."""
        mine = np.array([one == table for one in self.tables], dtype=bool)
        at = (self.names[mine], self.techniques[mine])
        return sp.csr_array((self.slopes[mine], at), shape=(names, len(self.beyond)))


def marginal_needs(plan: Stated, activities: Positions, t: int) -> Marginal:
    """Return what one more unit of each activity of a period takes by columns of its own.

    Where a technique runs between two pieces, what it takes lies between what both say, as far as the valuations do.
    A technique that stands idle takes what its first piece says.

    Parameters
    ----------
    activities : the column of each technique in the program, -1 for none.
    """
    program, count = plan.program, len(activities)
    towards = 1.0 if program.sense == "max" else -1.0
    tables: list[str] = []
    parts: list[tuple[Positions, Positions, Positions]] = []
    for block in program.columns:
        if isinstance(block.declared, Columns) and block.declared.adds_to:
            part = cells_of(plan, block, t)
            parts.append(part)
            tables += [block.declared.adds_to] * len(part[0])
    if not tables:
        none = np.zeros(0, dtype=np.intp)
        return Marginal((), none, none, none, *(np.zeros(0),) * 4, np.zeros(count))
    columns, names, techniques = (np.concatenate([part[k] for part in parts]) for k in range(3))
    tying = [block for block in program.rows if isinstance(block.declared, Rows) and block.declared.ties]
    ties = np.concatenate([np.arange(block.span.start, block.span.stop) for block in tying])
    held = plan.dual.copy()
    held[ties] = 0.0  # what else speaks of them says what they are worth
    prices = -towards * (program.cost[columns] - column_sums(program, held)[columns]) + 0.0
    rows = rows_of(program, np.sort(ties))
    charged = towards * (sp.csc_array(rows[:, activities]).T @ plan.dual[np.sort(ties)])
    left, right = _beside(plan, rows, columns, activities[techniques])
    below, above = (np.bincount(techniques, prices * slopes, minlength=count) for slopes in (left, right))
    apart = np.abs(above - below) > _SAME * np.maximum(np.abs(above), np.abs(below))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(apart, np.clip((charged - below) / (above - below), 0.0, 1.0), 0.0)
    share[plan.primal[activities] <= 0.0] = 1.0
    slopes = left + share[techniques] * (right - left)
    taken = np.bincount(techniques, prices * slopes, minlength=count)
    size = np.bincount(techniques, np.abs(prices * slopes), minlength=count)
    beyond = np.where(np.abs(charged - taken) > _SAME * np.maximum(size, np.abs(charged)), charged - taken, 0.0)
    beyond[np.setdiff1d(np.arange(count), techniques)] = 0.0
    return Marginal(tuple(tables), columns, names, techniques, prices, left, right, slopes, beyond)


def _beside(plan: Stated, rows: Any, needs: Positions, activities: Positions) -> tuple[Floats, Floats]:
    """Return the slopes of needs on the pieces below and above the levels that activities run at."""
    by_column = sp.csc_array(rows)
    left, right = np.zeros(len(needs)), np.zeros(len(needs))
    for k, (need, activity) in enumerate(zip(needs.tolist(), activities.tolist(), strict=True)):
        said = _row(rows, by_column, need)
        pieces = [c for c in _row(rows, by_column, activity) if c != activity]
        if not pieces or need not in said:
            continue
        filled = plan.primal[pieces]
        width = np.array([_open_width(plan, rows, by_column, piece) for piece in pieces])
        size = _SAME * np.where(np.isfinite(width), width, plan.primal[activity])
        begun, room = np.flatnonzero(filled > size), np.flatnonzero(width - filled > size)
        last = int(begun[-1]) if len(begun) else 0
        following = int(room[room >= last][0]) if (room >= last).any() else last
        for slopes, at in ((left, last), (right, following)):
            slopes[k] = -said.get(pieces[at], 0.0) / said[need]
    return left, right


def _open_width(plan: Stated, rows: Any, by_column: Any, piece: int) -> float:
    """Return how much of a piece may be filled with whole numbers as they are: nothing of one that is not opened."""
    program, width = plan.program, float(plan.program.upper[piece])
    for row in by_column.indices[by_column.indptr[piece] : by_column.indptr[piece + 1]].tolist():
        part = slice(rows.indptr[row], rows.indptr[row + 1])
        said = dict(zip(rows.indices[part].tolist(), rows.data[part].tolist(), strict=True))
        own, others = said.pop(piece), said
        if own > 0.0 and others and all(program.integer[c] and share < 0.0 for c, share in others.items()):
            width = min(width, sum(-share * plan.primal[c] for c, share in others.items()) / own)
    return width


def _row(rows: Any, by_column: Any, column: int) -> dict[int, float]:
    """Return the first of rows that a column stands in: coefficients by column."""
    mine = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
    if not len(mine):
        return {}
    part = slice(rows.indptr[mine.min()], rows.indptr[mine.min() + 1])
    order = np.argsort(rows.indices[part])
    return dict(zip(rows.indices[part][order].tolist(), rows.data[part][order].tolist(), strict=True))

"""Convex curves as techniques: each piece is a technique of its own, and how far it goes a scarce thing like any other.

Where every curve of a technique is convex and more use hurts, pieces fill in order of themselves, so that a plan over
pieces is a plan over curves. What solves economies of plain coefficients then answers for curves as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.errors import CannotAnswerError
from ...base.labels import name_of
from ...economy.build import build_economy
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import asked_of
from ...laws.curve_layout import TOTALS, Pieces, need_rows
from ...program.linear import LinearProgram
from ...tables.registry import TABLES


@dataclass(frozen=True, eq=False)
class AsTechniques:
    """An economy of one period whose pieces are techniques, and the way back.

    Attributes
    ----------
    economy : without curves; its resources are those there were, and then the extent of every finite piece.
    pieces : of the original economy.
    source : position of the original technique of each technique, shape (techniques of ``economy``,).
    piece : the piece that each technique is, or -1, same shape.
    limited : pieces that have an end, in the order of their resources.
    """

    economy: Economy
    pieces: Pieces
    source: Any
    piece: Any
    limited: Any

    @classmethod
    def of(cls, economy: Economy, question: Question, method: str) -> AsTechniques:
        """Split the techniques of an economy (of one period) into their pieces.

        Raises
        ------
        CannotAnswerError : curves that are not straight or not convex, or stocks that a technique with curves holds.
        """
        asked = asked_of(economy, question)
        assert asked.curves is not None
        if not asked.curves.is_straight:
            raise CannotAnswerError(
                f"{economy.name}: method {method!r} takes curves of straight pieces, and some are formulas: report "
                "breakpoints, or solve it as a linear program, which refines them"
            )
        pieces = Pieces.of(asked, question)
        if len(pieces.opened):
            one = asked.techniques[pieces.techniques[pieces.owner[pieces.opened[0]]].technique]
            raise CannotAnswerError(
                f"{economy.name}: the curves of {name_of(one)!r} are not convex: more of it needs less per unit, and "
                f"no prices support such a plan; method {method!r} cannot answer, solve it as a program"
            )
        curved = {one.technique: p for p, one in enumerate(pieces.techniques)}
        held = asked.has("initial_capital") and asked.matrix("capital", 0)[:, list(curved)].nnz
        if held or (asked.has("initial_capital") and asked.has_curves("capital")):
            raise CannotAnswerError(
                f"{economy.name}: techniques with curves hold stocks of their own, which method {method!r} cannot "
                "share among their pieces; solve it as a linear program"
            )
        source, piece = [], []
        for j in range(len(asked.techniques)):
            own = range(pieces.first[curved[j]], pieces.first[curved[j] + 1]) if j in curved else [-1]
            source += [j] * len(own)
            piece += list(own)
        limited = np.flatnonzero(np.isfinite(pieces.widths))
        at, of = np.array(source), np.array(piece)
        return cls(_split(asked, pieces, at, of, limited), pieces, at, of, limited)

    def columns_and_rows(self, program: LinearProgram, split: LinearProgram, primal: Floats, dual: Floats) -> Any:
        """Return a plan and its multipliers in the program of the curves, from those of the split economy."""
        columns, rows = np.zeros(program.shape[1]), np.zeros(program.shape[0])
        spans = {block.name: block.span for block in split.columns}
        level = primal[spans["activities"]]
        filled = np.zeros(len(self.pieces.owner))
        filled[self.piece[self.piece >= 0]] = level[self.piece >= 0]
        for block in program.columns:
            if block.name == "activities":
                columns[block.span] = np.bincount(self.source, level, minlength=len(block.index))
            elif block.name == "curve_piece":
                columns[block.span] = filled
            elif block.name in TOTALS.values():
                table = next(table for table, name in TOTALS.items() if name == block.name)
                columns[block.span] = self.pieces.slopes(table) @ filled
            elif block.name in spans:
                columns[block.span] = primal[spans[block.name]]
        of = {block.name: dual[block.span] for block in split.rows}
        for block in program.rows:
            if block.name in of:
                rows[block.span] = of[block.name][: len(block.index)]  # the extents of pieces stand behind resources
        price_curves(self.pieces, program, rows)
        return columns, rows


def price_curves(pieces: Pieces, program: LinearProgram, rows: Floats) -> None:
    """Value totals as what they need, and levels as what is left of the output's worth: into ``rows``."""
    for table in TOTALS:
        block, limits = program.row_block(need_rows(table)), program.column_block(TOTALS[table])
        if block is not None and limits is not None:
            priced = program.cost[limits.span] - program.matrix[:, limits.span].T @ rows
            rows[block.span] = priced  # the total itself stands in its row with coefficient one
    level, activities = program.row_block("curve_level"), program.column_block("activities")
    if level is None or activities is None:
        return
    worth = program.cost - program.matrix.T @ rows
    at = np.array([one.technique for one in pieces.techniques])
    count = len(level.index) // len(at)  # labels stand period by period
    worth_of = worth[activities.span].reshape(count, -1)[:, at].ravel()
    rows[level.span] = np.maximum(worth_of, 0.0) if program.sense == "max" else np.minimum(worth_of, 0.0)


def _split(asked: Economy, pieces: Pieces, source: Any, piece: Any, limited: Any) -> Economy:
    """Return the economy whose techniques are pieces."""
    tables: dict[str, Any] = {}
    own = piece >= 0
    for name in asked.tables:
        spec = TABLES[name]
        if name in ("curves", "resource_use", "resource_limits"):
            continue
        if spec.axes[-1] == "techniques" and spec.is_matrix:
            tables[name] = sp.csc_array(asked.matrix(name, 0))[:, source]
        elif spec.axes[0] == "techniques":
            tables[name] = asked.vector(name, 0)[source]
        else:
            tables[name] = asked.matrix(name, 0) if spec.is_matrix else asked.vector(name, 0)
    tables.setdefault("outputs", sp.csc_array(asked.matrix("outputs", 0))[:, source])
    use = sp.csc_array(asked.matrix("resource_use", 0))[:, source]
    at = (piece[own], np.flatnonzero(own))
    of_piece = sp.csr_array((np.ones(len(at[0])), at), shape=(len(pieces.owner), len(source)))
    for table in TOTALS:
        if asked.has_curves(table):
            added = sp.csc_array(pieces.rows_of_totals(table) @ pieces.slopes(table) @ of_piece)
            if table == "resource_use":
                use = use + added
            else:
                tables[table] = tables.get(table, 0.0 * added) + added
    tables["resource_use"] = sp.vstack([use, of_piece[limited]], format="csr")
    limits = asked.vector("resource_limits", 0) if len(asked.resources) else np.zeros(0)
    tables["resource_limits"] = np.concatenate([limits, pieces.widths[limited]])
    count = len(asked.resources)
    return build_economy(
        name=asked.name,
        goods=asked.goods,
        techniques=range(len(source)),
        resources=range(count + len(limited)),
        pollutants=asked.pollutants,
        periods=asked.periods,
        **tables,
    )

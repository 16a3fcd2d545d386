"""Where the pieces, binaries and totals of curves stand in a program, and what ties them together, as matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.labels import labels, pair_labels
from ..economy.curve_table import PlacedCurve
from ..economy.economy import Economy
from ..economy.question import Question
from ..tables.curves import IN_PLACE_OF
from .curve_pieces import CurvedTechnique, curved_techniques

#: The block of totals, by the table in whose place they stand.
TOTALS = {
    "inputs": "goods_by_curve",
    "resource_use": "resources_by_curve",
    "emissions": "emissions_by_curve",
    "capital": "capital_by_curve",
}


def need_rows(table: str) -> str:
    """Return the name of the rows that say how large a total is at least."""
    return f"{TOTALS[table]}_needed"


@dataclass(frozen=True, eq=False)
class Pieces:
    """Every piece of every curved technique, laid out one after the other, and every total.

    Attributes
    ----------
    economy : whose curves they are.
    techniques : the techniques, cut.
    """

    economy: Economy
    techniques: list[CurvedTechnique]

    @classmethod
    def of(cls, economy: Economy, question: Question) -> Pieces:
        """Cut the techniques of an economy."""
        return cls(economy, curved_techniques(economy, question))

    @cached_property
    def owner(self) -> Any:
        """Which of the techniques each piece belongs to, shape (pieces,)."""
        return np.repeat(np.arange(len(self.techniques)), [one.count for one in self.techniques])

    @cached_property
    def first(self) -> Any:
        """Where the pieces of each technique begin, shape (techniques + 1,)."""
        return np.concatenate([[0], np.cumsum([one.count for one in self.techniques])]).astype(int)

    @property
    def widths(self) -> Floats:
        return np.concatenate([one.widths for one in self.techniques])

    @cached_property
    def opened(self) -> Any:
        """Pieces that a binary opens, shape (binaries,)."""
        return np.flatnonzero(np.concatenate([one.opens for one in self.techniques]))

    @cached_property
    def opener(self) -> Any:
        """The binary (by position among them) that opens the run of each piece, or -1, shape (pieces,)."""
        return self._binaries([one.opened_by for one in self.techniques])

    @cached_property
    def filler(self) -> Any:
        """The binary that asks each piece to be full, or -1: that which opens the next run, shape (pieces,)."""
        return self._binaries([one.filled_for for one in self.techniques])

    def _binaries(self, by_technique: list[Any]) -> Any:
        """Return binaries by position among them from pieces of each technique, -1 for none."""
        piece = np.concatenate(
            [np.where(k >= 0, k + first, -1) for k, first in zip(by_technique, self.first, strict=False)]
        )
        place = np.full(len(self.owner), -1)
        place[self.opened] = np.arange(len(self.opened))
        return np.where(piece >= 0, place[piece], -1)

    def standing_in(self, table: str) -> list[tuple[int, int, PlacedCurve]]:
        """Return the curves in the place of a table's numbers: (technique, curve of it, where it stands)."""
        placed = self.economy.curves.placed if self.economy.curves is not None else ()
        return [
            (p, c, placed[at])
            for p, one in enumerate(self.techniques)
            for c, at in enumerate(one.curves)
            if placed[at].of == table
        ]

    def labels_of_pieces(self, pieces: Any) -> pd.Index:
        """Return labels (piece, technique, period)."""
        owner = self.owner[pieces]
        number = pieces - self.first[owner]
        names = pd.Index([f"piece {k + 1}" for k in range(int(number.max(initial=-1)) + 1)], dtype=object)
        at = np.array([one.technique for one in self.techniques], dtype=int)[owner]
        count = len(self.economy.periods)
        levels: list[Any] = [names, self.economy.techniques, self.economy.periods]
        codes: list[Any] = [np.tile(number, count), np.tile(at, count), np.repeat(np.arange(count), len(number))]
        return pd.MultiIndex(levels=levels, codes=codes, names=["piece", "technique", "period"])

    def labels_of_techniques(self, which: Any) -> pd.Index:
        """Return labels (technique, period)."""
        at = np.array([self.techniques[p].technique for p in which], dtype=int)
        return labels(("technique", self.economy.techniques[at]), ("period", self.economy.periods))

    def labels_of_totals(self, table: str) -> pd.Index:
        """Return labels (name, technique, period)."""
        standing = self.standing_in(table)
        axis = self.economy.axes[IN_PLACE_OF[table]]
        at = (np.array([one.row for *_, one in standing], int), np.array([one.technique for *_, one in standing], int))
        return pair_labels(axis, self.economy.techniques, at, self.economy.periods)

    @cached_property
    def falling(self) -> Any:
        """Techniques with a total that falls somewhere."""
        return np.flatnonzero([one.falls for one in self.techniques])

    def in_level(self, which: Any) -> Any:
        """Return the pieces that make up the level of techniques: ones, shape (which, pieces)."""
        row = np.full(len(self.techniques), -1)
        row[which] = np.arange(len(which))
        at = np.flatnonzero(row[self.owner] >= 0)
        return sp.csr_array((np.ones(len(at)), (row[self.owner[at]], at)), shape=(len(which), len(self.owner)))

    def levels(self, which: Any) -> Any:
        """Return the activities whose levels these are: ones, shape (which, all techniques)."""
        at = np.array([self.techniques[p].technique for p in which], dtype=int)
        shape = (len(at), len(self.economy.techniques))
        return sp.csr_array((np.ones(len(at)), (np.arange(len(at)), at)), shape=shape)

    def slopes(self, table: str) -> Any:
        """Return what totals take per unit of each piece, shape (totals, pieces)."""
        return self._by_piece(table, lambda one: one.slopes)

    def jumps(self, table: str) -> Any:
        """Return what totals take where each binary opens its piece, shape (totals, binaries)."""
        return sp.csr_array(sp.csc_array(self._by_piece(table, lambda one: one.jumps))[:, self.opened])

    def _by_piece(self, table: str, of: Any) -> Any:
        standing = self.standing_in(table)
        rows: list[Any] = [np.zeros(0, int)]
        columns: list[Any] = [np.zeros(0, int)]
        values: list[Floats] = [np.zeros(0)]
        for row, (p, c, _) in enumerate(standing):
            part = of(self.techniques[p])[c]
            rows.append(np.full(len(part), row))
            columns.append(self.first[p] + np.arange(len(part)))
            values.append(part)
        at = (np.concatenate(rows), np.concatenate(columns))
        matrix = sp.csr_array((np.concatenate(values), at), shape=(len(standing), len(self.owner)))
        matrix.eliminate_zeros()
        return matrix

    def order(self, binary_of: Any) -> tuple[Any, Any]:
        """Return the pieces that a binary speaks of, and (pieces, binaries) with their widths."""
        pieces = np.flatnonzero(binary_of >= 0)
        at = (np.arange(len(pieces)), binary_of[pieces])
        return pieces, sp.csr_array((self.widths[pieces], at), shape=(len(pieces), len(self.opened)))

    def rows_of_totals(self, table: str) -> Any:
        """Return whose row each total enters: ones, shape (names, totals)."""
        rows = np.array([one.row for *_, one in self.standing_in(table)], dtype=int)
        shape = (len(self.economy.axes[IN_PLACE_OF[table]]), len(rows))
        return sp.csr_array((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=shape)

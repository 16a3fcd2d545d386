r"""The laws of a one-period plan as a program that is made piece by piece: there is no matrix of it to hold.

With levels x of techniques and deliveries y to goods with a target,

.. math::  B x - A x - y \ge 0, \qquad R x \le r, \qquad C x - k \le 0, \quad k \le k^0

by the names that :func:`natura_opt.linear_program` gives these rows and columns. The pieces are runs of the economy's
own tables, made when they are asked for. (Nothing is worth storing in the only period there is, so no store is stated.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.labels import labels
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import declared_with
from ...laws.holdings import Holdings
from ...program.canonical import Block, Piece, laid_out
from ...program.pieces import PiecedProgram, largest_part, runs_of

_Term = tuple[str, str, Any, float]
#: What the laws of a harmony question say of their blocks.
_DECLARED = declared_with(Question("harmony"))


def output_program(economy: Economy, wanted: Any) -> PiecedProgram:
    """State the laws of an economy of one period as rows, without an objective.

    Parameters
    ----------
    wanted : positions of the goods that are delivered, shape (k,).
    """
    laws = _Laws(economy, wanted)
    columns, rows = laws.columns(), laws.rows()
    width = columns[-1].span.stop
    row_lower, row_upper = laws.sides(rows)
    return PiecedProgram(
        sense="max",
        columns=columns,
        rows=rows,
        cost=np.zeros(width),
        lower=np.zeros(width),
        upper=np.full(width, np.inf),
        integer=np.zeros(width, dtype=bool),
        row_lower=row_lower,
        row_upper=row_upper,
        generate=partial(laws.pieces, columns, rows),  # no function of its own: plans are pickled
    )


@dataclass(frozen=True, eq=False)
class _Laws:
    """The blocks of an economy's laws, what they are held to, and their coefficients."""

    economy: Economy
    wanted: Any

    @property
    def held(self) -> Holdings | None:
        """The stocks of capital, where there are any."""
        return Holdings.of(self.economy) if self.economy.has("capital") else None

    def columns(self) -> tuple[Block, ...]:
        """Return the columns: levels, stocks of capital, deliveries."""
        economy, held = self.economy, self.held
        indexes = {"activities": labels(("technique", economy.techniques), ("period", economy.periods))}
        if held is not None:
            indexes["capital_stock"] = held.labels(economy.periods)
        levels: list[Any] = [economy.goods, economy.periods]
        codes: list[Any] = [self.wanted, np.zeros(len(self.wanted), dtype=int)]
        indexes["delivered"] = pd.MultiIndex(levels, codes, names=["good", "period"], verify_integrity=False)
        return laid_out(indexes, _DECLARED.columns)

    def rows(self) -> tuple[Block, ...]:
        """Return the rows: use of stocks and what there is of them, limits of resources, the balance of goods."""
        economy, held = self.economy, self.held
        indexes: dict[str, pd.Index] = {}
        if held is not None:
            indexes |= dict.fromkeys(("capacity", "accumulation"), held.labels(economy.periods))
        if economy.has("resource_limits"):
            indexes["resource_limit"] = labels(("resource", economy.resources), ("period", economy.periods))
        indexes["balance"] = labels(("good", economy.goods), ("period", economy.periods))
        return laid_out(indexes, _DECLARED.rows)

    def sides(self, rows: tuple[Block, ...]) -> tuple[Floats, Floats]:
        """Return the lower and upper sides of all rows, shape (m,) each."""
        count, spans = rows[-1].span.stop, {block.name: block.span for block in rows}
        lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
        lower[spans["balance"]] = 0.0
        if self.held is not None:
            upper[spans["capacity"]] = 0.0
            upper[spans["accumulation"]] = self.held.given(0)
        if "resource_limit" in spans:
            upper[spans["resource_limit"]] = self.economy.vector("resource_limits", 0)
        return lower, upper

    def pieces(self, columns: tuple[Block, ...], rows: tuple[Block, ...]) -> Iterator[Piece]:
        """Return runs of every table, each where its rows and columns stand."""
        down = {block.name: block.start for block in rows}
        right = {block.name: block.start for block in columns}
        most = largest_part(self.economy.matrix("inputs", 0).nnz)
        for row, column, matrix, sign in self._terms():
            yield from runs_of(matrix, down[row], right[column], sign, most)

    def _terms(self) -> Iterator[_Term]:
        """Return what each block of columns adds to each block of rows: its table and its sign."""
        economy, held = self.economy, self.held
        yield "balance", "activities", economy.matrix("outputs", 0), 1.0
        yield "balance", "activities", economy.matrix("inputs", 0), -1.0
        yield "balance", "delivered", _unit_columns(len(economy.goods), self.wanted), -1.0
        if economy.has("resource_limits"):
            yield "resource_limit", "activities", economy.matrix("resource_use", 0), 1.0
        if held is not None:
            count = held.count
            yield "capacity", "activities", held.tied_up(0), 1.0
            yield "capacity", "capital_stock", _unit_columns(count, np.arange(count)), -1.0
            yield "accumulation", "capital_stock", _unit_columns(count, np.arange(count)), 1.0


def _unit_columns(height: int, places: Any) -> sp.csc_array:
    """Return columns with a one each, in these rows."""
    count = len(places)
    return sp.csc_array((np.ones(count), places, np.arange(count + 1)), shape=(height, count))

"""A block of the technique table as a worker keeps it: some goods with all their techniques, and what it answers.

A block hears only the prices of goods that its techniques need, and orders only those. What it is told more than once
(what scarce things cost its techniques, which techniques are in use) it remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from .technique_table import Choice, Shares, TechniqueTable


@dataclass(frozen=True, eq=False)
class TableBlock:
    """Some goods in a row, with all their techniques.

    Attributes
    ----------
    start : the first of the goods. technique : the first of their techniques.
    inputs : csr, shape (techniques, needs): inputs per unit made, of the goods in ``needs`` alone.
    needs : goods that some technique of the block takes in, in order.
    use : csr, shape (techniques, scarce things): use per unit made.
    first : the techniques of good i of the block are ``first[i]`` to ``first[i + 1] - 1``, shape (goods + 1,).
    cuts : goods of the block at which sums of use begin anew, and the end.
    """

    start: int
    technique: int
    inputs: Any
    needs: Choice
    use: Any
    first: Choice
    cuts: Choice

    @property
    def nbytes(self) -> int:
        """Memory the block takes."""
        parts = [part for table in (self.inputs, self.use) for part in (table.data, table.indices, table.indptr)]
        return int(sum(part.nbytes for part in (*parts, self.needs, self.first)))


@dataclass(frozen=True)
class Facts:
    """What the centre must know of a block: everything but its coefficients.

    Attributes
    ----------
    start, technique, needs, first : as of the block. coefficients : of its inputs. longest : terms of any cost.
    users, user, uses : of each scarce thing: how many techniques use it, the last of them, and its use per unit made.
    """

    start: int
    technique: int
    needs: Choice
    first: Choice
    coefficients: int
    longest: int
    users: Choice
    user: Choice
    uses: Floats


class Blocks(Sequence[TableBlock]):
    """The blocks of a table at hand, each cut out when it is asked for: no second copy of the table is kept.

    Parameters
    ----------
    count : a power of two up to 64, or one. Sums of ``TechniqueTable`` fall together with those of 4 blocks. A block
        that would have no goods is left out.
    """

    def __init__(self, table: TechniqueTable, count: int) -> None:
        self._table = table
        self._spans = [(int(a), int(z)) for a, z in pairwise(table.blocks(count)) if a < z]

    def __len__(self) -> int:
        return len(self._spans)

    def __getitem__(self, place: Any) -> Any:
        return _piece(self._table, *self._spans[place])


def _piece(table: TechniqueTable, start: int, stop: int) -> TableBlock:
    """Cut goods ``start`` to ``stop`` out, with their techniques in the order of goods."""
    technique, end = int(table.first[start]), int(table.first[stop])
    of_block = table.rows[technique:end]
    rows = table.inputs[of_block]
    needs = np.unique(rows.indices)
    places = np.searchsorted(needs, rows.indices).astype(np.int32)
    inner = table.cuts[(table.cuts > start) & (table.cuts < stop)]
    cuts = np.unique(np.concatenate([[start, stop], inner]))
    return TableBlock(
        start=start,
        technique=technique,
        inputs=sp.csr_array((rows.data, places, rows.indptr), shape=(end - technique, len(needs))),
        needs=needs.astype(np.int64),
        use=table.use[of_block],
        first=table.first[start : stop + 1] - technique,
        cuts=cuts - start,
    )


class BlockKeeper:
    """Keeps one block and answers for it; a Dask actor."""

    def __init__(self) -> None:
        self._block: TableBlock | None = None

    def keep(self, recipe: TableBlock | Callable[[], TableBlock]) -> Facts:
        """Take a block, or make it by a recipe, and say what the centre must know of it."""
        given = recipe if isinstance(recipe, TableBlock) else recipe()
        block = self._block = replace(
            given, inputs=_writable(given.inputs), use=_writable(given.use), needs=given.needs, first=_own(given.first)
        )
        table = self._table = TechniqueTable(block.inputs, block.use, block.first, cuts=_own(block.cuts))
        self._scarcity, self._shares = np.zeros(0), Shares.of(block.first[:-1])
        columns = sp.csc_array(table.use)
        users = np.diff(columns.indptr).astype(np.int64)
        last = columns.indptr[1:][users > 0] - 1
        user, uses = np.zeros(table.things, dtype=np.int64), np.zeros(table.things)
        user[users > 0], uses[users > 0] = columns.indices[last] + block.technique, columns.data[last]
        return Facts(
            block.start, block.technique, block.needs, block.first, table.inputs.nnz, table.longest, users, user, uses
        )

    def answer(
        self, question: str, scarcity: Floats | None, shares: Any, *given: Any
    ) -> tuple[float, dict[str, int], Any]:
        """Answer a question; return also how much of the block was read, in passes, and how many numbers that told.

        Parameters
        ----------
        question : the name of one of the answers below.
        scarcity : what each technique of the block pays for scarce things; None: as last time.
        shares : techniques in use, :func:`packed`; None: as last time.
        """
        if scarcity is not None:
            self._scarcity = _own(scarcity)
        if shares is not None:
            self._shares = unpacked(shares, self._table.first)
        table = self._table
        before = table.passes
        table.told.clear()
        found = getattr(self, f"_{question}")(*map(_own, given))
        return table.passes - before, dict(table.told), found

    def _pay(self, point: Floats) -> Floats:
        self._scarcity = self._table.scarcity(point)
        return self._scarcity

    def _ask(self, prices: Floats) -> tuple[Floats, Any]:
        lowest, chosen = self._table.ask(self._scarcity, prices)
        return lowest, _small(chosen - self._table.first[:-1])

    def _costs(self, rows: Choice, prices: Floats) -> Floats:
        return self._table.costs_of(rows, self._scarcity, prices)

    def _rows(self, rows: Choice) -> tuple[Choice, Any, Floats]:
        found = self._table.inputs_of(rows)
        return _small(np.diff(found.indptr)), found.indices, found.data

    def _spend(self, prices: Floats) -> Floats:
        return self._table.times(self._shares, prices)

    def _order(self, outputs: Floats) -> Floats:
        return self._table.scattered(self._shares, outputs)

    def _contain(self, contents: Any) -> Any:
        out = np.empty((self._table.goods, contents.shape[1]), contents.dtype)
        return self._table.times_columns(self._shares, contents, out)

    def _use(self, kind: str) -> Any:
        return self._table.use_columns(self._shares, np.empty((self._table.goods, self._table.things), kind))

    def _total(self, outputs: Floats) -> tuple[Floats, Floats]:
        return self._table.use_by_blocks(self._shares, outputs)

    def _survey(self, contents: Any, prices: Floats, point: Floats, there: Floats) -> Any:
        table = self._table
        out = np.empty((int(table.ways[table.choosing].sum()), table.things), contents.dtype)
        return table.survey(self._shares, contents, prices, point, there, out)


def packed(ways: Choice, count: Choice, parts: Floats) -> tuple[Any, Any, Any]:
    """Return which ways some goods are made, how many each, and their shares, in few bytes."""
    if (count == 1).all() and (parts == 1.0).all():
        return _small(ways), None, None
    return _small(ways), _small(count), parts


def unpacked(given: tuple[Any, Any, Any], first: Choice) -> Shares:
    """Return what :func:`packed` packed, of a block whose techniques begin at ``first``."""
    ways, counts, parts = given
    count = np.ones(len(first) - 1, dtype=np.int64) if counts is None else counts.astype(np.int64)
    used = np.repeat(first[:-1], count) + ways
    return Shares(np.concatenate([[0], np.cumsum(count)]), used, np.ones(len(used)) if parts is None else _own(parts))


def _small(numbers: Choice) -> Any:
    """Return whole numbers from 0 on in as few bytes as hold them."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


def _own(given: Any) -> Any:
    """Return an array that compiled loops take: what comes over a wire may be a view that is not to be written."""
    return given.copy() if isinstance(given, np.ndarray) and not given.flags.writeable else given


def _writable(table: Any) -> Any:
    made = sp.csr_array(table.shape, dtype=table.dtype)
    made.data, made.indices, made.indptr = _own(table.data), _own(table.indices), _own(table.indptr)
    return made

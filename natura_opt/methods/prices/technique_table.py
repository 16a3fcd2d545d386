"""The technique table as it stands, read on every core, each reading counted.

A *pass* is one reading of all input coefficients, whatever the columns of the product or its precision; a product with
the techniques in use alone counts as the part of them that it reads, and what is used of scarce things likewise.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...base.arrays import Floats
from ...input_output.coefficients import Coefficients
from . import table_kernels as kernels

Choice = npt.NDArray[np.int64]
#: Blocks of goods of a product, and of sums: of the table alone, so that neither cores nor workers change an answer.
_BLOCKS, _SUMS = 64, 4
#: Up to this many coefficients one core is sooner done than two are woken.
_SERIAL = 20_000


@dataclass(frozen=True, eq=False)
class Shares:
    """The techniques in use: of good i those at ``begins[i]`` to ``begins[i + 1] - 1``, with shares that sum to one.

    Attributes
    ----------
    begins : shape (goods + 1,). used : techniques. shares : of each in what is made of its good.
    """

    begins: Choice
    used: Choice
    shares: Floats

    @classmethod
    def of(cls, chosen: Choice) -> Shares:
        """Return one technique per good, shape (n,)."""
        return cls(np.arange(len(chosen) + 1), np.asarray(chosen, dtype=np.int64), np.ones(len(chosen)))

    @cached_property
    def goods(self) -> Choice:
        """The good of each technique in use."""
        return np.repeat(np.arange(len(self.begins) - 1), np.diff(self.begins))

    @property
    def main(self) -> Choice:
        """The technique of each good that has the largest share of it, shape (n,)."""
        if len(self.used) == len(self.begins) - 1:
            return self.used
        order = np.lexsort([-self.shares, self.goods])
        return self.used[order][self.begins[:-1]]

    def mixed(self, rows: Any) -> Any:
        """Return the rows of the techniques in use, csr, mixed by shares: csr, shape (goods, columns)."""
        if len(self.used) == len(self.begins) - 1:
            return rows
        mixing = sp.csr_array(
            (self.shares, np.arange(len(self.used)), self.begins), shape=(len(self.begins) - 1, len(self.used))
        )
        return sp.csr_array(mixing @ rows)


class Techniques(ABC):
    """Techniques that make one good each, wherever they are kept, and what is asked of them.

    Arrays and shares that were handed over are not to be changed afterwards.

    Attributes
    ----------
    first, rows : the techniques of good i are ``rows[first[i]]`` to ``rows[first[i + 1] - 1]``.
    goods, things : how many goods there are, and scarce things.
    longest : most terms of any technique's cost.
    passes : how often every input coefficient has been read.
    told : how many numbers industries told, by the kinds of :data:`natura_opt.plan.price_rounds.MESSAGES`.
    look_up : called after each reading, for whoever may want to stop there.
    """

    first: Choice
    rows: Choice
    goods: int
    things: int
    longest: int

    def __init__(self) -> None:
        self.told = Counter[str]()
        self.look_up: Callable[[], None] = _go_on
        self._passes = 0.0

    @property
    def passes(self) -> float:
        """How often every input coefficient has been read."""
        return self._passes

    @passes.setter
    def passes(self, passes: float) -> None:
        self._passes = passes
        self.look_up()

    @property
    def wire(self) -> int:
        """Bytes of numbers that have gone to those who keep the techniques, and come back."""
        return 0

    @property
    def ways(self) -> Choice:
        """How many techniques each good has, shape (goods,)."""
        return np.diff(self.first)

    @cached_property
    def makes(self) -> Choice:
        """The good of each technique, shape (techniques,)."""
        makes = np.empty(len(self.rows), dtype=np.int64)
        makes[self.rows] = np.repeat(np.arange(self.goods), self.ways)
        return makes

    @cached_property
    def choosing(self) -> Choice:
        """The goods with more than one technique."""
        return np.flatnonzero(self.ways > 1)

    @abstractmethod
    def scarcity(self, point: Floats) -> Floats:
        """Return what each technique pays for scarce things per unit made, shape (techniques,)."""

    @abstractmethod
    def ask(self, scarcity: Floats, prices: Floats) -> tuple[Floats, Choice]:
        """Ask the one question: each good's lowest cost at these prices, and the first technique that has it."""

    @abstractmethod
    def costs_of(self, rows: Choice, scarcity: Floats, prices: Floats) -> Floats:
        """Return what some techniques cost per unit made, shape (rows,)."""

    @abstractmethod
    def inputs_of(self, rows: Choice) -> Any:
        """Return the inputs of some techniques, csr, shape (rows, goods)."""

    @abstractmethod
    def sole_use(self) -> Any:
        """Return use per unit made of each scarce thing that one technique alone uses, (techniques, things)."""

    @abstractmethod
    def times(self, shares: Shares, x: Floats) -> Floats:
        """Return what the inputs of the techniques in use cost at prices x, per unit of each good."""

    @abstractmethod
    def transposed(self, shares: Shares, q: Floats) -> Floats:
        """Return the inputs that outputs q take, shape (goods,)."""

    @abstractmethod
    def times_columns(self, shares: Shares, x: Any, out: Any) -> Any:
        """Write ``A X`` of the techniques in use into ``out``, shape (goods, columns): one reading for all columns."""

    @abstractmethod
    def use_columns(self, shares: Shares, out: Any) -> Any:
        """Write what the techniques in use take of each scarce thing per unit made, shape (goods, things)."""

    @abstractmethod
    def total_use(self, shares: Shares, q: Floats) -> Floats:
        """Return what outputs q use of each scarce thing, as if summed in twice the precision."""

    @abstractmethod
    def survey(self, shares: Shares, contents: Any, prices: Floats, point: Floats, there: Floats, out: Any) -> Any:
        """Write what each technique of the goods with a choice takes beyond those in use; see the kernel."""


class TechniqueTable(Techniques):
    """Techniques that make one good each, out of goods and scarce things, per unit made.

    Parameters
    ----------
    inputs : csr, shape (techniques, goods); used as it stands where it is sorted and its positions have 32 bits.
    use : csr, shape (techniques, scarce things).
    first, rows : the techniques of good i are ``rows[first[i]]`` to ``rows[first[i + 1] - 1]``, at least one; by
        default the techniques in the order of the table.

    cuts : where blocks of goods begin and end; by default of about equally many coefficients.
    """

    def __init__(
        self, inputs: Any, use: Any, first: Choice, rows: Choice | None = None, cuts: Choice | None = None
    ) -> None:
        super().__init__()
        self.inputs = Coefficients(inputs).matrix
        self.use = Coefficients(use).matrix
        self.first = np.asarray(first, dtype=np.int64)
        self.rows = np.arange(self.inputs.shape[0]) if rows is None else rows
        self.goods = len(self.first) - 1
        self.things = int(self.use.shape[1])
        self.longest = max(int(np.diff(part.indptr).max(initial=0)) for part in (self.inputs, self.use))
        self._small = self.inputs.nnz <= _SERIAL
        self.cuts = self.blocks(1 if self._small else _BLOCKS) if cuts is None else cuts
        self._sums = self.blocks(1 if self._small else _SUMS)
        self._partial: Floats | None = None
        self._counted: tuple[Shares | None, int] = (None, 0)

    @property
    def _parts(self) -> tuple[Any, Any, Any]:
        return _parts(self.inputs)

    @property
    def _of_use(self) -> tuple[Any, Any, Any]:
        return _parts(self.use)

    def scarcity(self, point: Floats) -> Floats:
        """Return what each technique pays for scarce things per unit made, shape (techniques,)."""
        self.passes += self.use.nnz / max(self.inputs.nnz, 1)
        paid: Floats = self.use @ point
        return paid

    def ask(self, scarcity: Floats, prices: Floats) -> tuple[Floats, Choice]:
        """Ask the one question: each good's lowest cost at these prices, and the first technique that has it."""
        lowest, chosen = np.empty(self.goods), np.empty(self.goods, dtype=np.int64)
        given = (self.first, self.rows, *self._parts, scarcity, np.ascontiguousarray(prices), lowest, chosen)
        if self._small:
            kernels.ask_goods(0, self.goods, *given)
        else:
            kernels.ask(self.cuts, *given)
        self.told.update(costs=self.goods, choices=self.goods)
        self.passes += 1.0
        return lowest, chosen

    def costs_of(self, rows: Choice, scarcity: Floats, prices: Floats) -> Floats:
        """Return what some techniques cost per unit made, shape (rows,)."""
        spent, one_each = np.empty(len(rows)), Shares.of(rows)
        given = (one_each.begins, one_each.used, one_each.shares, *self._parts, np.ascontiguousarray(prices), spent)
        kernels.times_goods(0, len(rows), *given)
        self.told["costs"] += len(rows)
        self.passes += self.part(one_each)
        return scarcity[rows] + spent

    def inputs_of(self, rows: Choice) -> Any:
        """Return the inputs of some techniques, csr, shape (rows, goods)."""
        self.passes += self.part(Shares.of(rows))
        return self.inputs[rows]

    def sole_use(self) -> Any:
        """Return use per unit made, (techniques, things), also of what several techniques use."""
        return self.use

    def times(self, shares: Shares, x: Floats) -> Floats:
        """Return what the inputs of the techniques in use cost at prices x, per unit of each good."""
        out = np.empty(self.goods)
        given = (shares.begins, shares.used, shares.shares, *self._parts, np.ascontiguousarray(x), out)
        if self._small:
            kernels.times_goods(0, self.goods, *given)
        else:
            kernels.times(self.cuts, *given)
        self.told["costs"] += self.goods
        self.passes += self.part(shares)
        return out

    def transposed(self, shares: Shares, q: Floats) -> Floats:
        """Return the inputs that outputs q take, shape (goods,)."""
        if self._small:
            return self.scattered(shares, q)
        given = (shares.begins, shares.used, shares.shares, *self._parts, np.ascontiguousarray(q))
        self.told["orders"] += self._coefficients_of(shares)
        self.passes += self.part(shares)
        if self._partial is None:
            self._partial = np.empty((len(self._sums) - 1, self.goods))
        out = np.empty(self.goods)
        kernels.transposed(self._sums, *given, self._partial, out)
        return out

    def scattered(self, shares: Shares, q: Floats) -> Floats:
        """Return the inputs that outputs q take, added up good by good on one core."""
        sums = np.zeros(self.inputs.shape[1])
        given = (shares.begins, shares.used, shares.shares, *self._parts, np.ascontiguousarray(q))
        kernels.scatter_goods(0, self.goods, *given, sums)
        self.told["orders"] += self._coefficients_of(shares)
        self.passes += self.part(shares)
        return sums

    def times_columns(self, shares: Shares, x: Any, out: Any) -> Any:
        """Write ``A X`` of the techniques in use into ``out``, shape (goods, columns): one reading for all columns."""
        kernels.times_columns(self.cuts, shares.begins, shares.used, shares.shares, *self._parts, x, out)
        self.told["contents"] += out.size
        self.passes += self.part(shares)
        return out

    def use_columns(self, shares: Shares, out: Any) -> Any:
        """Write what the techniques in use take of each scarce thing per unit made, shape (goods, things)."""
        kernels.use_columns(self.cuts, shares.begins, shares.used, shares.shares, *self._of_use, out)
        self._count_use(shares)
        return out

    def total_use(self, shares: Shares, q: Floats) -> Floats:
        """Return what outputs q use of each scarce thing, as if summed in twice the precision."""
        return added_up(*self.use_by_blocks(shares, q))

    def use_by_blocks(self, shares: Shares, q: Floats) -> tuple[Floats, Floats]:
        """Return what outputs q use of each scarce thing in each block, and what rounding lost: (blocks, things)."""
        sums, lost = (np.empty((len(self.cuts) - 1, self.things)) for _ in range(2))
        kernels.total_use(
            self.cuts, shares.begins, shares.used, shares.shares, *self._of_use, np.ascontiguousarray(q), sums, lost
        )
        self.told["use"] += _read(self.use, shares.used)
        self._count_use(shares)
        return sums, lost

    def survey(self, shares: Shares, contents: Any, prices: Floats, point: Floats, there: Floats, out: Any) -> Any:
        """Write what each technique of the goods with a choice takes beyond those in use; see the kernel."""
        offsets = np.concatenate([[0], np.cumsum(self.ways[self.choosing])])
        cuts = np.linspace(0, len(self.choosing), len(self.cuts)).astype(np.int64)
        kernels.survey(
            cuts, self.choosing, self.first, self.rows, shares.begins, shares.used, shares.shares, *self._parts,
            *self._of_use, contents, prices, point, there, int(self.ways.max(initial=1)), offsets, out,
        )  # fmt: skip
        self.passes += 1.0 + self.use.nnz / max(self.inputs.nnz, 1)
        return out

    def part(self, shares: Shares, which: Any = None) -> float:
        """Return which part of the coefficients the techniques in use have, or some of them."""
        read = self._coefficients_of(shares) if which is None else _read(self.inputs, shares.used[which])
        return read / max(self.inputs.nnz, 1)

    def _coefficients_of(self, shares: Shares) -> int:
        """Return how many coefficients the techniques in use have: they are read many times in a row."""
        if self._counted[0] is not shares:
            self._counted = (shares, _read(self.inputs, shares.used))
        return self._counted[1]

    def _count_use(self, shares: Shares) -> None:
        self.passes += _read(self.use, shares.used) / max(self.inputs.nnz, 1)

    def blocks(self, count: int) -> Choice:
        """Cut goods into blocks whose techniques have about equally many coefficients."""
        size = np.diff(self.inputs.indptr)[self.rows]
        ends = np.concatenate([[0], np.cumsum(size, dtype=np.int64)])[self.first]
        cuts = np.searchsorted(ends, np.linspace(0, ends[-1], count + 1)).astype(np.int64)
        cuts[0], cuts[-1] = 0, self.goods
        return np.maximum.accumulate(cuts)


def added_up(sums: Floats, lost: Floats) -> Floats:
    """Return the sum over blocks of sums and of what was lost beside them."""
    exact = sums.astype(np.longdouble).sum(axis=0) + lost.astype(np.longdouble).sum(axis=0)
    return np.asarray(exact, dtype=np.float64)


def _go_on() -> None:
    """Look up, and go on."""


def _parts(matrix: Any) -> tuple[Any, Any, Any]:
    indices = matrix.indices
    return matrix.indptr, indices.view(np.uint32 if indices.dtype == np.int32 else np.uint64), matrix.data


def _read(matrix: Any, rows: Choice) -> int:
    return int((matrix.indptr[rows + 1] - matrix.indptr[rows]).sum(dtype=np.int64))

"""The technique table kept in blocks by others: the centre sends prices and outputs, and never sees a technique.

The same questions as of a table at hand, and the same answers to the last bit: each good's answer is its own whoever
gives it, and sums are formed block by block, in the order of blocks. Blocks depend on the table alone, so that neither
the number of workers nor who answers first changes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from .table_block import Facts, packed
from .technique_table import Choice, Shares, Techniques, added_up

#: A block has at most about so many coefficients; a table, so many blocks at least and at most; up to so many
#: coefficients one block is all there is. The first two numbers of blocks are those of sums of a table at hand.
_COEFFICIENTS, _FEWEST, _MOST, _SERIAL = 10_000_000, 4, 64, 20_000

#: A question to :class:`BlockKeeper`, and what it is asked with; passes of the block, numbers told, and the answer.
Message = tuple[Any, ...]
Answer = tuple[float, dict[str, int], Any]


def blocks_for(coefficients: int) -> int:
    """Return into how many blocks a table of so many coefficients is cut."""
    if coefficients <= _SERIAL:
        return 1
    count = _FEWEST
    while count < _MOST and coefficients > count * _COEFFICIENTS:
        count *= 2
    return count


class Keepers(Protocol):
    """Those who keep the blocks, by number.

    Attributes
    ----------
    facts : of every block, in order. knows : what each keeper has been told and remembers; nothing once it was lost.
    """

    @property
    def facts(self) -> list[Facts]: ...

    @property
    def knows(self) -> list[dict[str, Any]]: ...

    def call(self, message: Callable[[int], Message]) -> list[Answer]:
        """Ask every keeper, who may have to be asked again, and return the answers in the order of blocks."""


class DistributedTable(Techniques):
    """Techniques kept in blocks by others.

    Parameters
    ----------
    keepers : of the blocks, in which techniques are in the order of goods.
    rows : as of a table; by default the techniques are in that order too.

    Attributes
    ----------
    sent, received : bytes of numbers that have gone to the keepers and come back.
    by_question : the same, ``(calls, sent, received)`` for each question asked.
    """

    def __init__(self, keepers: Keepers, rows: Choice | None = None) -> None:
        super().__init__()
        self._keepers = keepers
        facts = self._facts = keepers.facts
        self.first = np.concatenate([[0], *(fact.first[1:] + fact.technique for fact in facts)])
        self.rows = np.arange(int(self.first[-1])) if rows is None else rows
        self._place = np.argsort(self.rows)
        self.goods, self.things = len(self.first) - 1, len(facts[0].users)
        self.longest = max(fact.longest for fact in facts)
        self.sent, self.received = 0, 0
        self.by_question: dict[str, tuple[int, int, int]] = {}
        self._starts = np.array([fact.start for fact in facts] + [self.goods])
        weights = np.array([max(fact.coefficients, 1) for fact in facts], dtype=np.float64)
        self._weights = weights / max(sum(fact.coefficients for fact in facts), 1)

    @property
    def wire(self) -> int:
        """Bytes of numbers that have gone to the keepers, and come back."""
        return self.sent + self.received

    def scarcity(self, point: Floats) -> Floats:
        """Return what each technique pays for scarce things per unit made, shape (techniques,)."""
        paid = np.empty(len(self.rows))
        paid[self.rows] = np.concatenate(self._asked("pay", lambda block: (point,)))
        for known in self._keepers.knows:
            known["scarcity"] = paid
        return paid

    def ask(self, scarcity: Floats, prices: Floats) -> tuple[Floats, Choice]:
        """Ask the one question: each good's lowest cost at these prices, and the first technique that has it."""
        found = self._asked("ask", lambda block: (self._heard(prices, block),), scarcity=scarcity)
        ways = np.concatenate([chosen.astype(np.int64) for _, chosen in found])
        return np.concatenate([lowest for lowest, _ in found]), self.rows[self.first[:-1] + ways]

    def costs_of(self, rows: Choice, scarcity: Floats, prices: Floats) -> Floats:
        """Return what some techniques cost per unit made, shape (rows,)."""
        places, own = self._places(rows)
        found = self._asked("costs", lambda block: (own[block], self._heard(prices, block)), scarcity=scarcity)
        costs = np.empty(len(rows))
        for place, part in zip(places, found, strict=True):
            costs[place] = part
        return costs

    def inputs_of(self, rows: Choice) -> Any:
        """Return the inputs of some techniques, csr, shape (rows, goods)."""
        places, own = self._places(rows)
        found = self._asked("rows", lambda block: (own[block],))
        of_row = [np.repeat(place, sizes) for place, (sizes, _, _) in zip(places, found, strict=True)]
        goods = [fact.needs[indices] for fact, (_, indices, _) in zip(self._facts, found, strict=True)]
        data = np.concatenate([part for _, _, part in found])
        where = (np.concatenate(of_row), np.concatenate(goods))
        return sp.csr_array((data, where), shape=(len(rows), self.goods))

    def sole_use(self) -> Any:
        """Return use per unit made of each scarce thing that one technique alone uses, (techniques, things)."""
        users = np.array([fact.users for fact in self._facts])
        things = np.flatnonzero(users.sum(axis=0) == 1)
        block = users[:, things].argmax(axis=0)
        rows = np.array([fact.user for fact in self._facts])[block, things]
        uses = np.array([fact.uses for fact in self._facts])[block, things]
        return sp.csc_array((uses, (self.rows[rows], things)), shape=(len(self.rows), self.things))

    def times(self, shares: Shares, x: Floats) -> Floats:
        """Return what the inputs of the techniques in use cost at prices x, per unit of each good."""
        return np.concatenate(self._asked("spend", lambda block: (self._heard(x, block),), shares=shares))

    def transposed(self, shares: Shares, q: Floats) -> Floats:
        """Return the inputs that outputs q take, shape (goods,)."""
        orders = self._asked("order", lambda block: (q[self._span(block)],), shares=shares)
        sums = np.zeros(self.goods)
        for fact, order in zip(self._facts, orders, strict=True):
            sums[fact.needs] += order
        return sums

    def times_columns(self, shares: Shares, x: Any, out: Any) -> Any:
        """Write ``A X`` of the techniques in use into ``out``, shape (goods, columns): one reading for all columns."""
        return np.concatenate(
            self._asked("contain", lambda block: (self._heard(x, block),), shares=shares), axis=0, out=out
        )

    def use_columns(self, shares: Shares, out: Any) -> Any:
        """Write what the techniques in use take of each scarce thing per unit made, shape (goods, things)."""
        return np.concatenate(self._asked("use", lambda block: (out.dtype.str,), shares=shares), axis=0, out=out)

    def total_use(self, shares: Shares, q: Floats) -> Floats:
        """Return what outputs q use of each scarce thing, as if summed in twice the precision."""
        found = self._asked("total", lambda block: (q[self._span(block)],), shares=shares)
        return added_up(np.concatenate([sums for sums, _ in found]), np.concatenate([lost for _, lost in found]))

    def survey(self, shares: Shares, contents: Any, prices: Floats, point: Floats, there: Floats, out: Any) -> Any:
        """Write what each technique of the goods with a choice takes beyond those in use; see the kernel."""
        found = self._asked(
            "survey",
            lambda block: (self._heard(contents, block), self._heard(prices, block), point, there),
            shares=shares,
        )
        return np.concatenate(found, axis=0, out=out)

    def _asked(
        self,
        question: str,
        given: Callable[[int], Message],
        *,
        scarcity: Floats | None = None,
        shares: Shares | None = None,
    ) -> list[Any]:
        """Ask every block, tell it what it does not know yet, and count bytes and passes."""
        sent = 0

        def message(block: int) -> Message:
            known = self._keepers.knows[block]
            paid = techniques = None
            if scarcity is not None and known.get("scarcity") is not scarcity:
                paid = scarcity[self.rows[self._techniques(block)]]
                known["scarcity"] = scarcity
            if shares is not None and known.get("shares") is not shares:
                techniques = self._packed(shares, block)
                known["shares"] = shares
            whole = (question, paid, techniques, *given(block))
            nonlocal sent
            sent += bytes_of(whole)
            return whole

        answers = self._keepers.call(message)
        received = bytes_of([found for _, _, found in answers])
        self.sent, self.received = self.sent + sent, self.received + received
        calls, before, back = self.by_question.get(question, (0, 0, 0))
        self.by_question[question] = (calls + 1, before + sent, back + received)
        for _, told, _ in answers:
            self.told.update(told)
        self.passes += float(self._weights @ [read for read, _, _ in answers])
        return [found for _, _, found in answers]

    def _heard(self, of_goods: Any, block: int) -> Any:
        """Return the part of something said of every good that concerns the needs of a block."""
        needs = self._facts[block].needs
        return of_goods if len(needs) == self.goods else of_goods[needs]

    def _span(self, block: int) -> slice:
        return slice(int(self._starts[block]), int(self._starts[block + 1]))

    def _techniques(self, block: int) -> slice:
        span = self._span(block)
        return slice(int(self.first[span.start]), int(self.first[span.stop]))

    def _packed(self, shares: Shares, block: int) -> Message:
        span = self._span(block)
        begins = shares.begins[span.start : span.stop + 1]
        those, count = slice(int(begins[0]), int(begins[-1])), np.diff(begins)
        ways = self._place[shares.used[those]] - np.repeat(self.first[span], count)
        return packed(ways, count, shares.shares[those])

    def _places(self, rows: Choice) -> tuple[list[Choice], list[Choice]]:
        """Return where among some techniques those of each block are, and which of the block's they are."""
        own = self._place[rows]
        spans = [self._techniques(block) for block in range(len(self._facts))]
        places = [np.flatnonzero((own >= span.start) & (own < span.stop)) for span in spans]
        return places, [own[place] - span.start for place, span in zip(places, spans, strict=True)]


def bytes_of(message: Any) -> int:
    """Return the bytes of the numbers in a message."""
    if isinstance(message, tuple | list):
        return sum(map(bytes_of, message))
    return int(message.nbytes) if isinstance(message, np.ndarray) else 0

"""What a program is asked for and what limits it from outside: the sides that could be given up or moved.

A claim is a side of a row: a demand that enters a balance, a floor or another row that asks for at least so much (these
are targets), a limit of a resource, stock, cap or budget (these are limits), or a side of a row of the user's own. Rows
that only tie columns together are technology, and no claims. All is read off what laws declare, never off names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..base.arrays import Floats
from ..program.canonical import Block
from ..program.declared import Rows
from .limits import given_amounts
from .naming import own_name, row_words
from .tables import PlanTables

Group = Literal["targets", "limits", "own"]
GROUPS: tuple[Group, ...] = ("targets", "limits", "own")
#: A demand that is left of a side beside its parts and is smaller than this share of them is rounding.
_NOISE = 1e-12


@dataclass(frozen=True, eq=False)
class Claims:
    """Claims of one kind in one block of rows.

    Attributes
    ----------
    kind : what they are called, e.g. ``"demand"``, ``"floor"``, ``"resource"``.
    group : ``targets``, ``limits`` or ``own``.
    rows : positions of their rows in the program.
    labels : of these rows.
    amount : what is asked for, or allowed, in the rows' units.
    upper : whether the side is an upper one.
    most : how much of it can be given up.
    """

    kind: str
    group: Group
    block: Block
    at: Any
    amount: Floats
    upper: bool
    most: Floats

    @property
    def rows(self) -> Any:
        """Positions of their rows in the program."""
        return self.block.start + self.at

    def words(self, plan: PlanTables, k: int) -> tuple[str, str, str]:
        """Return (name, period, unit) of one of them."""
        label = self.block.index[self.at[k]]
        if isinstance(self.block.declared, Rows):
            return row_words(plan.economy, self.block.declared, label)
        return (*own_name(plan.economy, self.block.name, label), "")

    def sized(self) -> Floats:
        """Return by what each is measured: its own amount, or, of one that is zero, the largest of its kind."""
        size = np.abs(self.amount)
        largest = size.max(initial=0.0)
        return np.where(size > 0, size, largest if largest > 0 else 1.0)


def claims_of(plan: PlanTables) -> list[Claims]:
    """Return all claims, by block."""
    return [claims for block in plan.program.rows for claims in _in_block(plan, block) if len(claims.at)]


def _in_block(plan: PlanTables, block: Block) -> Iterator[Claims]:
    lower, upper = plan.program.row_lower[block.span], plan.program.row_upper[block.span]
    says = block.declared
    below, above = np.flatnonzero(np.isfinite(lower)), np.flatnonzero(np.isfinite(upper))
    if not isinstance(says, Rows):
        yield _claims("own row", "own", block, below, lower, False)
        yield _claims("own row", "own", block, above, upper, True)
        return
    if says.valued == "on hand":
        yield from _demands(plan, block, np.where(np.isfinite(lower), lower, 0.0))
    elif says.kind:
        yield _claims(says.kind, "targets", block, below, lower, False)
        counting = above if says.outside == "always" else above[upper[above] != 0]
        yield _claims(says.kind, "limits", block, counting, upper, True)


def _demands(plan: PlanTables, block: Block, side: Floats) -> Iterator[Claims]:
    """Return what is asked of a balance: what laws say they put there, and what stands there beside it."""
    left, size = side, np.abs(side)
    for given in (given for law in plan.laws for given in law.given if given.rows == block.name):
        amounts = given_amounts(plan, block, given)
        left, size = left - (-amounts if given.on_hand else amounts), size + np.abs(amounts)
        if not given.on_hand:
            yield _claims(given.kind, "targets", block, np.flatnonzero(amounts > 0), amounts, False)
    yield _claims("own demand", "targets", block, np.flatnonzero(left > _NOISE * size), left, False)


def _claims(kind: str, group: Group, block: Block, at: Any, amounts: Floats, upper: bool) -> Claims:
    amount = amounts[at]
    whole = group == "targets"
    most = np.where(whole & (amount > 0), amount, np.inf)
    return Claims(kind, group, block, at, amount, upper, most)

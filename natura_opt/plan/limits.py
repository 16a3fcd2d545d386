"""What the objective is made of: every limit, stock, demand and bound from outside, at its valuation.

The multipliers of a plan give its bound as a sum over all that comes from outside the model (strong duality),

    objective = sum over rows (valuation x side) + sum over bounded columns (reduced cost x bound) + constant,

so that a resource, an initial stock, room in store, a cap, a floor, a demand that must be met and whatever a user added
each account for a part of it. Of a proved plan the parts add up to the objective, of any other to its bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import NotProvedError, QuestionError
from ..base.numbers import doubles
from ..laws.law import Given
from ..program.canonical import Block
from ..program.declared import Columns, Outside, Rows
from ..program.pieces import held_whole
from .layout import positions
from .naming import column_words, own_name, row_words
from .tables import PlanTables

#: What is worth less than this share of all is the rounding of what is worth nothing.
_NOISE = 1e-12
#: Programs with more coefficients than this get no intervals in a summary: finding the first one may take seconds.
_QUICK = 50_000
_COLUMNS = ["kind", "name", "period", "unit", "available", "valuation", "worth", "one_more", "one_less"]


@dataclass(frozen=True, eq=False)
class _Parts:
    """Parts of one kind: which rows (or columns) of a block they are, what is there and what a unit of it is worth.

    ``outside`` says which count although all of them is worth nothing: see :class:`natura_opt.Rows`.
    """

    kind: str
    block: Block
    at: Any
    available: Floats
    valuation: Floats
    of_row: float = 0.0
    outside: Outside = "by its side"

    @property
    def worth(self) -> Floats:
        return self.available * self.valuation + 0.0  # no negative zeros


def binding_limits(plan: PlanTables, intervals: int = 0, most: int | None = None) -> pd.DataFrame:
    """Return what the objective is made of, the parts that are worth most first.

    Columns: kind, name, period, unit, available (a resource limit, a stock at the start, room in store, a cap or budget
    of emissions, a floor, a demand to be met, a side or bound of the user's own), valuation (∂objective/∂available),
    worth (of all of it: valuation x available), one_more and one_less (what one more unit adds to the objective,
    and the last one added: they differ where the plan is degenerate).

    The column ``worth`` sums to the objective of a proved plan, and to the bound of one that is not.

    Parameters
    ----------
    intervals : for how many parts ``one_more`` and ``one_less`` are found; NaN where they could not be found, and for
        the others they are the valuation.
    most : how many parts to return; all of them by default.
    """
    parts = list(_parts(plan))
    kind = np.repeat(np.arange(len(parts)), [len(part.available) for part in parts])
    place = np.concatenate([np.arange(len(part.available)) for part in parts] or [np.empty(0, dtype=int)])
    worth = np.concatenate([part.worth for part in parts] or [np.empty(0)])
    order = np.argsort(-np.abs(worth), kind="stable")[:most]
    rows = [_line(plan, parts[kind[k]], int(place[k])) for k in order]
    if rows and intervals and has_quick_intervals(plan):
        ranges = plan.valuation_intervals
        for row, k in zip(rows[:intervals], order[:intervals], strict=True):
            part = parts[kind[k]]
            if part.of_row:
                row["one_more"], row["one_less"] = _ends(plan, ranges, part, int(place[k]))
    figures = dict.fromkeys(_COLUMNS[_COLUMNS.index("available") :], float)  # numbers even where there are none
    return pd.DataFrame(rows, columns=_COLUMNS).astype(figures)


def has_quick_intervals(plan: PlanTables) -> bool:
    """Whether valuations have intervals, and the first one takes no longer than a summary or a picture may."""
    whole = held_whole(plan.program)
    return plan.has_intervals and whole is not None and whole.nnz <= _QUICK


def count_limits(plan: PlanTables) -> int:
    """Return how many parts :func:`binding_limits` has."""
    return sum(len(part.available) for part in _parts(plan))


def worth_in_words(limit: Mapping[Any, Any], sense: str) -> str:
    """Say what one more unit of a limit does to the objective, and what one less does where that differs."""
    if sense == "max":
        verbs = {True: ("is worth", "brings", "costs"), False: ("is worth", "brings", "costs")}
        sign = 1.0
    else:
        verbs = {True: ("costs", "costs", "saves"), False: ("saves", "saves", "costs")}
        sign = 1.0 if limit["valuation"] > 0 else -1.0
    whole, more, less = verbs[sign > 0]
    if np.isnan(limit["one_more"]):
        return f"{whole} {sign * limit['valuation']:.6g} (what one more and one less differ by could not be found)"
    if abs(limit["one_less"] - limit["one_more"]) <= 1e-7 * max(abs(limit["one_less"]), abs(limit["one_more"])):
        return f"{whole} {sign * limit['one_more']:.6g}"
    return f"{more} {sign * limit['one_more']:.6g}, one less {less} {sign * limit['one_less']:.6g}"


def _parts(plan: PlanTables) -> Iterator[_Parts]:
    """Return all parts of the dual objective that are not nothing."""
    every: list[_Parts] = []
    program = plan.program
    sign = 1.0 if program.sense == "min" else -1.0
    side = np.where(plan.dual * sign > 0, program.row_lower, program.row_upper)
    side = np.where(np.isfinite(side), side, 0.0)
    for block in program.rows:
        every += _parts_of(plan, block, side[block.span])
    reduced = plan.reduced
    bound = np.where(reduced * sign > 0, program.lower, program.upper)
    bound = np.where(program.integer, plan.primal, np.where(np.isfinite(bound), bound, 0.0))
    for block in program.columns:
        kind = block.declared.kind if isinstance(block.declared, Columns) and block.declared.kind else "bound"
        every.append(_Parts(kind, block, np.arange(len(block.index)), bound[block.span], reduced[block.span]))
    if program.offset:
        constant = Block("constant of the objective", pd.Index(["constant of the objective"]), 0)
        every.append(_Parts("constant", constant, np.zeros(1, int), np.array([program.offset]), np.ones(1)))
    whole = sum(float(np.abs(part.worth).sum()) for part in every)
    for part in every:
        valued = np.abs(part.valuation) > _NOISE * np.abs(part.valuation).max(initial=1e-300)
        counting = np.abs(part.worth) > _NOISE * whole
        if part.outside == "always":
            counting |= valued
        elif part.outside == "where given":
            counting |= valued & (part.available > 0)
        if counting.any():
            at, available, valuation = part.at[counting], part.available[counting], part.valuation[counting] + 0.0
            yield replace(part, at=at, available=available, valuation=valuation)


def _parts_of(plan: PlanTables, block: Block, sides: Floats) -> list[_Parts]:
    """Split the sides of a block: what each law says it put there from outside, and what is left of them."""
    dual, at, says = plan.dual[block.span], np.arange(len(sides)), block.declared
    if not isinstance(says, Rows):
        return [_Parts("own row", block, at, sides, dual, 1.0, "always")]
    parts, own, size = [], sides, np.zeros(len(sides))
    for given in (given for law in plan.laws for given in law.given if given.rows == block.name):
        amounts = given_amounts(plan, block, given)
        sign = -1.0 if given.on_hand else 1.0
        parts.append(_Parts(given.kind, block, at, amounts, sign * dual, sign))
        own, size = own - sign * amounts, size + np.abs(amounts)
    own = np.where(np.abs(own) <= _NOISE * size, 0.0, own)
    kind = "own demand" if says.valued == "on hand" else says.words
    return [*parts, _Parts(kind, block, at, own, dual, 1.0, says.outside)]


def given_amounts(plan: PlanTables, block: Block, given: Given) -> Floats:
    """Return what a law put on the sides of rows, which may be some only of the labels that it speaks of."""
    assert block.declared is not None
    amounts = _numbers_of(given, plan)
    axes = [plan.economy.axes[axis] for axis in block.declared.axes]
    if len(amounts) == np.prod([len(axis) for axis in axes]):
        place = positions(block.index, axes)
    else:  # who holds what is not all of goods x techniques
        stated = plan.as_stated.row_block(block.name)
        if len(amounts) != (0 if stated is None else len(stated.index)):
            raise QuestionError(
                f"{given.kind!r}, given to rows {block.name!r}: {len(amounts):,} numbers, where one per label is needed"
            )
        place = np.full(len(block.index), -1) if stated is None else stated.index.get_indexer(block.index)
    return np.where(place >= 0, amounts[place], 0.0)


def _numbers_of(given: Given, plan: PlanTables) -> Floats:
    try:
        found = np.atleast_1d(doubles(given.amounts(plan.asked, plan.question)))
    except ValueError as error:
        raise QuestionError(f"{given.kind!r}, given to rows {given.rows!r}: {error}") from None
    return found


def _line(plan: PlanTables, part: _Parts, k: int) -> dict[str, Any]:
    label = part.block.index[part.at[k]]
    valuation = float(part.valuation[k])
    name, period, unit = _named(plan, part, label)
    return {
        "kind": part.kind,
        "name": name,
        "period": period,
        "unit": unit,
        "available": float(part.available[k]),
        "valuation": valuation,
        "worth": float(part.worth[k]),
        "one_more": valuation,
        "one_less": valuation,
    }


def _ends(plan: PlanTables, ranges: Any, part: _Parts, k: int) -> tuple[float, float]:
    """Return what one more adds and one less takes away; NaN where that could not be found."""
    try:
        low, high = sorted(part.of_row * end + 0.0 for end in ranges.of_row(part.block.start + int(part.at[k])))
    except NotProvedError:
        return float("nan"), float("nan")
    return (low, high) if plan.program.sense == "max" else (high, low)  # a maximum is concave in what is available


def _named(plan: PlanTables, part: _Parts, label: Any) -> tuple[str, str, str]:
    """Return (name, period, unit) of a row or column."""
    if part.kind == "constant":
        return part.block.name, "", ""
    if isinstance(part.block.declared, Rows) and part.block.declared.kind:
        return row_words(plan.economy, part.block.declared, label)
    if isinstance(part.block.declared, Columns) and part.block.declared.kind:
        return column_words(plan.economy, part.block.declared, label)
    return (*own_name(plan.economy, part.block.name, label), "")

"""Valuations, ∂objective/∂side as written, for every sense of row and objective; and what edits do to a program."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..base.status import Status
from ..program.canonical import Sense
from ..program.declared import RowSense
from ..program.linear import LinearProgram
from .case import Case, Edit, Feature
from .cases_shapes import workshop
from .small import INF, program, with_sides

_NAMES: dict[RowSense, str] = {"<=": "at most", ">=": "at least", "==": "equal"}


def _signs() -> list[Case]:
    cases = []
    for sense, row, sign in (("max", "<=", 1.0), ("max", ">=", -1.0), ("min", "<=", -1.0), ("min", ">=", 1.0)):
        cases += [_sign(sense, row, 3.0 * sign, side) for side in (6.0, -6.0)]  # type: ignore[arg-type]
    for sense in ("max", "min"):
        cases += [_sign(sense, "==", cost, 6.0) for cost in (3.0, -3.0)]  # type: ignore[arg-type]
    return cases


def _sign(sense: Sense, row: RowSense, cost: float, side: float) -> Case:
    valuation = cost / 2
    # y costs more per unit of the row than x: it stays at zero; where it costs less, x would run off without end
    y_cost = 5.0 * valuation + (1.0 if sense == "min" else -1.0)
    binding: Any = [([2.0, 5.0], row, side), ([1.0, 1.0], "<=", 1e3)]
    blocks = {"at most": [0.0]} if row != "<=" else {"at most": [valuation, 0.0]}
    if row != "<=":
        blocks[_NAMES[row]] = [valuation]
    return Case(
        f"valuation: {sense}, {row} {side:g}, costs {cost:g}",
        partial(program, sense, [cost, y_cost], binding, [-INF, 0.0]),
        objective=valuation * side,
        columns={"x": [side / 2, 0.0]},
        valuations=blocks,
    )


def _range_sign(sense: Sense, cost: float, at: float) -> Case:
    def make() -> LinearProgram:
        return with_sides(program(sense, [cost], [([2.0], "<=", 8.0)], lower=-INF), [-4.0], [8.0])

    return Case(
        f"valuation: {sense}, two sides, costs {cost:g}",
        make,
        objective=cost * at / 2,
        columns={"x": [at / 2]},
        valuations={"at most": [cost / 2]},
        needs=frozenset({Feature.RANGES}),
    )


def _side(row: int, value: float) -> Any:
    def change(program: LinearProgram) -> LinearProgram:
        sides = program.row_upper.copy()
        sides[row] = value
        return replace(program, row_upper=sides)

    return change


def _costs(*cost: float) -> Any:
    return lambda program: replace(program, cost=np.array(cost))


def _bounds(lower: list[float], upper: list[float]) -> Any:
    return lambda program: replace(program, lower=np.array(lower), upper=np.array(upper))


_EDITS = (
    Edit("a side is raised: its valuation times the change more", _side(0, 4.5), objective=12.0),
    Edit("a side falls until another row binds", _side(1, 3.0), objective=9.0),
    Edit("costs change", _costs(1.0, 4.0), objective=4.0),
    Edit("a bound is lifted", _bounds([0.0, 0.0], [INF, INF]), objective=4.0),
    Edit("a side makes it impossible", _side(1, -1.0), Status.INFEASIBLE),
    Edit("and possible again", _side(1, 9.0), objective=12.0),
    Edit("a free column lets it run off", _bounds([-INF, 0.0], [INF, INF]), Status.UNBOUNDED),
    Edit("and back", _bounds([0.0, 0.0], [3.0, INF]), objective=12.0),
)

VALUATION_CASES: tuple[Case, ...] = (
    *_signs(),
    _range_sign("max", 3.0, 8.0),
    _range_sign("max", -3.0, -4.0),
    _range_sign("min", 3.0, -4.0),
    _range_sign("min", -3.0, 8.0),
    Case(
        "valuations of a chain of two rows",
        partial(program, "min", [1.0, 0.0], [([0.75, -0.4], ">=", 55.0), ([-0.14, 0.88], ">=", 30.0)]),
        objective=(55 * 0.88 + 30 * 0.4) / (0.75 * 0.88 - 0.4 * 0.14),
        valuations={"at least": [0.88 / 0.604, 0.4 / 0.604]},
    ),
    Case("edit and solve again", workshop, objective=11.0, edits=_EDITS),
    Case(
        "edit and solve again, on the object kept",
        workshop,
        objective=11.0,
        edits=_EDITS,
        needs=frozenset({Feature.RESOLVES}),
    ),
)

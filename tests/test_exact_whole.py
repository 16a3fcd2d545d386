"""Exact branch and bound at its edges: limits, rays, boxes without whole numbers, and what it says of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from natura_opt.program.linear import LinearProgram
from natura_opt.proof.exact.whole_columns import judge_whole
from natura_opt.testing.small import INF, program


def whole(sense: Any, cost: Any, rows: Any, lower: Any = 0.0, upper: Any = INF, offset: float = 0.0) -> LinearProgram:
    return program(sense, cost, rows, lower, upper, integer=True, offset=offset)


def best_by_counting(asked: LinearProgram) -> Fraction | None:
    """Try every whole point of a bounded program."""
    ranges = [range(int(np.ceil(lo)), int(np.floor(up)) + 1) for lo, up in zip(asked.lower, asked.upper, strict=True)]
    matrix = [[Fraction(a) for a in row] for row in asked.matrix.toarray()]
    values = []
    for point in product(*ranges):
        sums = [sum(a * x for a, x in zip(row, point, strict=True)) for row in matrix]
        if all(low <= s <= high for s, low, high in zip(sums, asked.row_lower, asked.row_upper, strict=True)):
            values.append(sum(Fraction(c) * x for c, x in zip(asked.cost, point, strict=True)) + Fraction(asked.offset))
    return (min(values) if asked.sense == "min" else max(values)) if values else None


@pytest.mark.parametrize("sense", ["min", "max"])
@pytest.mark.parametrize("seed", range(10))
def test_all_whole_programs_have_the_best_point_there_is(seed: int, sense: str) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        (np.round(rng.uniform(-2, 3, 3), 1).tolist(), rng.choice(["<=", ">="]), float(rng.integers(1, 8)))
        for _ in range(3)
    ]
    lower, upper = rng.uniform(-2, 0.5, 3), rng.uniform(1.5, 4.5, 3)  # limits that are not whole themselves
    asked = whole(sense, np.round(rng.uniform(-2, 2, 3), 1).tolist(), rows, lower, upper, offset=0.3)
    found, truth = judge_whole(asked), best_by_counting(asked)
    assert found.kind == ("optimal" if truth is not None else "infeasible")
    assert found.objective_fraction == truth
    if truth is not None:
        assert found.values is not None and all(value.denominator == 1 for value in found.values)


def test_a_box_without_a_whole_number_has_no_plan() -> None:
    found = judge_whole(whole("min", [1.0], [], 0.2, 0.8))
    assert found.kind == "infeasible" and found.proved


def test_a_fraction_a_hair_from_whole_is_none() -> None:
    """x = 1 + 2^-52 by its row: a solver's tolerance calls that whole."""
    side = float(np.nextafter(1.0, 2.0))
    assert judge_whole(whole("min", [1.0], [([1.0], "==", side)], 0.0, 5.0)).kind == "infeasible"
    assert judge_whole(whole("min", [1.0], [([1.0], ">=", side)], 0.0, 5.0)).objective_fraction == 2


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([([1.0, -1.0], "<=", 3.0)], "unbounded"),
        ([([1.0, -1.0], "<=", 3.0), ([2.0, -2.0], "==", 1.0)], "infeasible"),  # even and odd
        ([([3.0, -3.0], "==", 6.0)], "unbounded"),
    ],
)
def test_without_end_only_where_some_whole_plan_starts(rows: Any, kind: str) -> None:
    found = judge_whole(whole("max", [1.0, 1.0], rows), nodes=60)
    if kind == "infeasible":  # no tree of boxes without end shows it
        assert found.kind in ("infeasible", "undecided")
    else:
        assert found.kind == kind
        assert (found.primal == np.round(found.primal)).all()


def test_spent_nodes_leave_it_undecided_with_the_best_plan_so_far() -> None:
    asked = whole(
        "max",
        [5.0, 4.0, 3.0],
        [([2.0, 3.0, 1.0], "<=", 5.0), ([4.0, 1.0, 2.0], "<=", 11.0), ([3.0, 4.0, 2.0], "<=", 8.5)],
    )
    enough = judge_whole(asked)
    assert enough.kind == "optimal"
    spent = judge_whole(asked, nodes=1)
    assert spent.kind == "undecided" and "1 linear programs" in spent.reason
    assert spent.objective_fraction is None and np.isnan(spent.objective)
    none = judge_whole(asked, nodes=0)
    assert none.kind == "undecided"


def test_spent_pivots_and_seconds_are_said() -> None:
    asked = whole("max", [5.0, 4.0], [([2.0, 3.0], "<=", 5.5), ([4.0, 1.0], "<=", 11.0)])
    assert "pivots" in judge_whole(asked, pivots=0).reason
    assert "seconds" in judge_whole(asked, time_limit=1e-9).reason


def test_whole_numbers_that_doubles_do_not_hold_are_not_guessed() -> None:
    asked = whole("max", [1.0], [([2.0], "<=", 2.0**60 + 2.0**9), ([3.0], "<=", 2.0**60)])
    found = judge_whole(asked)
    assert found.kind == "undecided" and "2^53" in found.reason


def test_columns_that_need_not_be_whole_are_left_as_they_come() -> None:
    asked = program("max", [1.0, 1.0], [([2.0, 0.0], "<=", 3.0), ([0.0, 2.0], "<=", 3.0)])
    found = judge_whole(replace(asked, integer=np.array([True, False])))
    assert found.values == (1, Fraction(3, 2)) and found.objective_fraction == Fraction(5, 2)

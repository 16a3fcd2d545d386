"""The certificate: nothing wrong is called proved, nothing right is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.program.builder import ProgramBuilder
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.certificate import Certificate, certify
from natura_opt.proof.judging import prove
from natura_opt.proof.refine import solve_proved

FREE = (-np.inf, np.inf)


def lp(
    matrix: Any,
    cost: Any,
    *,
    sense: Any = "min",
    sides: Any = (),
    bounds: Any = None,
    integer: bool = False,
    offset: float = 0.0,
) -> LinearProgram:
    """State a small program: (lower, upper) per row in ``sides``, per column in ``bounds`` (default: x >= 0)."""
    matrix = np.atleast_2d(np.asarray(matrix, dtype=float))
    rows, columns = matrix.shape
    limits = np.array(bounds if bounds is not None else [(0.0, np.inf)] * columns, dtype=float).reshape(columns, 2)
    builder = ProgramBuilder()
    builder.columns("x", pd.RangeIndex(columns), limits[:, 0], limits[:, 1], integer)
    builder.rows("row", pd.RangeIndex(rows), "==", 0.0)
    builder.terms("row", "x", matrix)
    builder.objective(sense, {"x": np.asarray(cost, dtype=float)})
    both = np.array(sides, dtype=float).reshape(rows, 2)
    return replace(builder.build(), row_lower=both[:, 0], row_upper=both[:, 1], offset=offset)


def proof(program: LinearProgram, primal: Any, dual: Any, tolerance: float = 1e-9) -> Certificate:
    return certify(program, np.asarray(primal, dtype=float), np.asarray(dual, dtype=float), tolerance)


# max 3x + 2y, x + y <= 4, x + 3y <= 6: x = 4, y = 0, multipliers 3 and 0.
SMALL = lp([[1, 1], [1, 3]], [3, 2], sense="max", sides=[(-np.inf, 4), (-np.inf, 6)])


def test_the_optimum_is_proved() -> None:
    certificate = proof(SMALL, [4, 0], [3, 0])
    assert certificate.proved
    assert certificate.objective == certificate.dual_objective == 12


@pytest.mark.parametrize(
    ("primal", "dual"),
    [
        ([3, 1], [3, 0]),  # feasible, but not the best
        ([4, 1], [3, 0]),  # breaks a row
        ([4, 0], [2, 0]),  # multipliers too small: a column still gains
        ([4, 0], [-3, 0]),  # wrong sign
        ([4, 0], [0, 0]),
        ([4, 0], [3, 1]),  # a bound, but not a tight one
        ([np.nan, 0], [3, 0]),
        ([np.inf, 0], [3, 0]),
        ([4, 0], [np.inf, 0]),
    ],
)
def test_a_wrong_point_is_not_proved(primal: list[float], dual: list[float]) -> None:
    assert not proof(SMALL, primal, dual).proved


@pytest.mark.parametrize("row", [1e-9, 1e-5, 1.0, 1e6, 1e12])
@pytest.mark.parametrize("column", [1e-9, 1e-5, 1.0, 1e6, 1e12])
@pytest.mark.parametrize("worth", [1e-12, 1.0, 1e12])
def test_units_change_neither_a_proof_nor_a_refusal(row: float, column: float, worth: float) -> None:
    scaled = lp(
        np.array([[1, 1], [1, 3]]) * [[row], [1]] * np.array([column, 1]),
        np.array([3, 2]) * np.array([column, 1]) * worth,
        sense="max",
        sides=[(-np.inf, 4 * row), (-np.inf, 6)],
    )
    assert proof(scaled, [4 / column, 0], [3 * worth / row, 0]).proved
    assert not proof(scaled, [4 * (1 - 1e-7) / column, 0], [3 * worth / row, 0]).proved
    assert not proof(scaled, [4 * (1 + 1e-7) / column, 0], [3 * worth / row, 0]).proved
    assert not proof(scaled, [4 / column, 0], [3 * worth * (1 - 1e-7) / row, 0]).proved


def test_every_kind_of_bound_and_side() -> None:
    # min x - y + 2z + w: x free, y fixed at 3, z in [-1, 5], w <= 7; x + y = 5, z + w >= 1, 0 <= x + w <= 10.
    program = lp(
        [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 1]],
        [1, -1, 2, 1],
        sides=[(5, 5), (1, np.inf), (0, 10)],
        bounds=[FREE, (3, 3), (-1, 5), (-np.inf, 7)],
    )
    assert proof(program, [2, 3, -1, 2], [1, 1, 0]).proved
    assert proof(program, [2, 3, -1, 2], [1, 1, 0]).objective == -1
    assert not proof(program, [2, 3, 0, 1], [1, 1, 0]).proved
    assert not proof(program, [2, 3, -1, 2], [1.001, 1, 0]).proved, "the free column's reduced cost must vanish"
    assert not proof(program, [3, 2, -1, 2], [1, 1, 0]).proved, "the fixed column stays where it is fixed"


@pytest.mark.parametrize("value", [-4.0, 0.0, 2.5])
def test_an_equality_may_have_a_multiplier_of_either_sign(value: float) -> None:
    program = lp([[1.0, -1.0]], [1, -1], sides=[(value, value)], bounds=[FREE, FREE])
    assert proof(program, [value, 0], [1]).proved
    assert proof(lp([[1.0]], [-1], sides=[(2, 2)]), [2], [-1]).proved


def test_nothing_to_do() -> None:
    assert proof(lp(np.zeros((0, 2)), [1, 0]), [0, 5], []).proved
    assert not proof(lp(np.zeros((0, 2)), [-1, 0]), [0, 5], []).proved
    assert proof(lp(np.zeros((1, 0)), [], sides=[(-1, 1)]), [], [0]).proved
    assert not proof(lp(np.zeros((1, 0)), [], sides=[(1, 2)]), [], [0]).proved


def test_an_empty_row_that_asks_for_something_is_never_met() -> None:
    program = lp([[0.0, 0.0]], [0, 0], sides=[(1e-9, np.inf)])
    assert not proof(program, [0, 0], [0]).proved


def test_no_cost_at_all() -> None:
    program = lp([[1, 1]], [0, 0], sides=[(2, np.inf)])
    assert proof(program, [1, 1], [0]).proved
    assert not proof(program, [1, 0], [0]).proved
    assert not proof(program, [1, 1], [1e-6]).proved, "a multiplier without a cost to pay for it"


def test_a_constant_in_the_objective_counts_on_both_sides() -> None:
    certificate = proof(replace(SMALL, offset=100.0), [4, 0], [3, 0])
    assert certificate.proved
    assert certificate.objective == certificate.dual_objective == 112


def test_a_multiplier_of_a_side_that_is_not_there_counts_nothing() -> None:
    assert proof(SMALL, [4, 0], [3, -1e-3]).proved
    assert not proof(SMALL, [4, 0], [-3, 0]).proved


def test_bounds_that_cross_have_no_point() -> None:
    for cost in (-1.0, 0.0, 1.0):
        program = lp([[1.0]], [cost], sides=[(0, np.inf)], bounds=[(2, 1)])
        for value in (1.0, 1.5, 2.0):
            assert not proof(program, [value], [0]).proved


def test_a_point_far_outside_its_bounds_is_not_proved() -> None:
    """What is proved must be the point that was given, not one that was moved into place first."""
    program = lp([[1.0, 1.0]], [1, 2], sides=[(3, np.inf)])
    assert proof(program, [3, 0], [1]).proved
    assert not proof(program, [3, -5], [1]).proved


def test_a_wrong_objective_is_not_hidden_behind_large_fixed_amounts() -> None:
    # max z, z <= 1e10 u - w with u = 1, w = 1e10 - 1: the truth is 1, and doubles tell 1 from 5 easily.
    program = lp(
        [[1, -1e10, 1]], [1, 0, 0], sense="max", sides=[(-np.inf, 0)], bounds=[(0, np.inf), (1, 1), (1e10 - 1,) * 2]
    )
    assert proof(program, [1, 1, 1e10 - 1], [1]).proved
    assert not proof(program, [5, 1, 1e10 - 1], [1]).proved


def test_a_wrong_objective_is_not_hidden_behind_large_multipliers_that_cancel() -> None:
    # max x, 1e10 x = w <= 1e12: x = 100. Multipliers (1, 1) cancel to within 1e-10 and "prove" x = 0.
    program = lp(
        [[1e10, -1], [-1e10, 1]], [1, 0], sense="max", sides=[(-np.inf, 0)] * 2, bounds=[(0, np.inf), (0, 1e12)]
    )
    assert proof(program, [100, 1e12], [1e-10, 0]).proved
    assert not proof(program, [0, 0], [1, 1]).proved


@pytest.mark.parametrize(
    ("matrix", "cost", "sense", "sides", "bounds"),
    [
        ([[6.0]], [5], "max", [(-np.inf, 0)], [(-2, 3)]),  # 5 - 6 x (5/6) is 4e-16 in doubles
        ([[1e7, 0], [0, 1]], [1e5, -4e-4], "max", [(-np.inf, 0), FREE], [(-2e-5, 3e-5), (0, np.inf)]),
        ([[3.0, -3.0]], [0.1, -0.1], "min", [(0, np.inf)], [(0, 1), (0, 1)]),
    ],
)
def test_an_optimum_of_zero_is_proved(matrix: Any, cost: Any, sense: Any, sides: Any, bounds: Any) -> None:
    program = lp(matrix, cost, sense=sense, sides=sides, bounds=bounds)
    certificate = prove(program, SolveOptions()).certificate
    assert certificate.objective == pytest.approx(0.0, abs=1e-12)
    assert certificate.proved, str(certificate)


def test_the_plan_is_the_point_that_was_proved() -> None:
    """PDLP may stop a hair outside a bound; what people get must be inside, as certified."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        matrix = rng.integers(1, 7, (5, 6)) * (rng.random((5, 6)) < 0.7) * 10.0 ** rng.integers(-4, 5, (5, 1))
        program = lp(matrix, rng.integers(1, 6, 6), sides=[(row.sum(), np.inf) for row in matrix])
        for method in ("simplex", "ipm", "pdlp"):
            answer, certificate = solve_proved(program, SolveOptions(method=method, time_limit=5))
            if certificate.proved:
                assert (answer.primal >= program.lower).all()
                assert (answer.dual >= 0).all(), "a multiplier of a side that is not there"


def test_the_words() -> None:
    assert str(proof(SMALL, [4, 0], [3, 0])).startswith("proved at 1e-09")
    assert str(proof(SMALL, [3, 0], [3, 0])).startswith("NOT proved")
    assert not replace(proof(SMALL, [4, 0], [3, 0]), gap=float("nan")).proved


@pytest.mark.parametrize("sense", ["<", ">", "=<", "le", ""])
def test_a_sense_that_is_not_understood_is_refused(sense: Any) -> None:
    """``<`` for ``<=`` must not quietly become an equality."""
    builder = ProgramBuilder()
    builder.columns("x", pd.RangeIndex(1))
    with pytest.raises((ValueError, no.NaturaError)):
        builder.rows("row", pd.RangeIndex(1), sense, 1.0)
        builder.build()

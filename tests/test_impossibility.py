"""Farkas vectors and rays in doubles: what is called proved is so in fractions, and margins are what they say."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.formulate import declared_with
from natura_opt.program.canonical import Block
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.diagnose import (
    Impossibility,
    _called,
    _recession_cone,
    _without_noise,
    check_farkas,
    check_ray,
    from_exact,
    is_feasible,
    prove_infeasible,
)
from natura_opt.proof.exact.judge import judge_exactly
from natura_opt.testing.small import INF, program

from . import rational
from .exact_simplex import solve_exactly
from .hostile import KINDS, hostile_program, made


def random(seed: int) -> LinearProgram:
    """Whole numbers, rows of every kind, columns with and without bounds."""
    rng = np.random.default_rng(seed)
    m, n = (int(k) for k in rng.integers(1, 5, 2))
    side = rng.integers(-4, 5, m).astype(float)
    kind = rng.integers(0, 3, m)
    low, high = np.where(kind == 0, -INF, side), np.where(kind == 1, INF, side)
    lower = np.where(rng.random(n) < 0.7, 0.0, -INF)
    upper = np.where(rng.random(n) < 0.4, 3.0, INF)
    return made(
        rng.choice(["min", "max"]), rng.integers(-3, 4, n), rng.integers(-3, 4, (m, n)), (low, high), (lower, upper)
    )


def excess(asked: LinearProgram, y: Any) -> Fraction | None:
    """By how much the multiplied sides exceed what any values within bounds give; None where nothing bounds these."""
    y = rational.vector(y)
    pull = rational.times(rational.transposed(rational.matrix(asked.matrix.toarray())), y)
    total = Fraction(0)
    for value, low, high in zip(y, asked.row_lower, asked.row_upper, strict=True):
        end = low if value > 0 else high
        if value and np.isfinite(end):
            total += value * Fraction(float(end))
        elif value:
            return None
    for value, low, high in zip(pull, asked.lower, asked.upper, strict=True):
        end = high if value > 0 else low
        if value and not np.isfinite(end):
            return None
        total -= value * Fraction(float(end)) if value else 0
    return total


def test_vectors_are_called_proofs_only_where_fractions_say_so() -> None:
    proofs = 0
    for seed in range(80):
        asked, rng = random(seed), np.random.default_rng(seed)
        for _ in range(6):
            vector = rng.integers(-3, 4, asked.shape[0]).astype(float)
            residual, margin, cleaned = check_farkas(asked, vector)
            truth = excess(asked, cleaned)
            proved = Impossibility("infeasible", cleaned, residual, margin, 1e-9, "").proved
            if truth is not None and truth > 0:
                assert proved
            if proved:
                proofs += 1
                assert solve_exactly(asked).status == "infeasible"
    assert proofs > 20


def test_directions_are_called_rays_only_where_fractions_say_so() -> None:
    rays = 0
    for seed in range(80):
        asked, rng = random(seed), np.random.default_rng(seed)
        for _ in range(25):
            given = rng.integers(-2, 3, asked.shape[1]).astype(float)
            residual, gain, direction = check_ray(asked, given)
            proved = Impossibility("unbounded", direction, residual, gain, 1e-9, "").proved
            moves = rational.vector(given)
            sums = rational.times(rational.matrix(asked.matrix.toarray()), moves)
            kept = all(
                (v >= 0 or low == -INF) and (v <= 0 or high == INF)
                for values, lower, upper in (
                    (moves, asked.lower, asked.upper),
                    (sums, asked.row_lower, asked.row_upper),
                )
                for v, low, high in zip(values, lower, upper, strict=True)
            )
            worth = rational.dot(rational.vector(asked.cost), moves) * (1 if asked.sense == "max" else -1)
            assert proved == (kept and worth > 0)
            if np.any(given):
                size = sum(abs(Fraction(c) * v) for c, v in zip(asked.cost, moves, strict=True))
                assert gain == pytest.approx(float(worth / size) if size else 0.0, abs=1e-15)
            rays += proved
    assert rays > 5


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_the_length_of_a_vector_does_not_matter(scale: float) -> None:
    clash = program("min", [0.0], [([1.0], ">=", 3.0), ([1.0], "<=", 2.0)])
    names = [clash.row_label(k)[0] for k in range(2)]
    vector = np.array([1.0 if name == "at least" else -1.0 for name in names])
    residual, margin, cleaned = check_farkas(clash, vector * scale)
    assert residual == 0 and margin == pytest.approx(1 / 5) and np.abs(cleaned).max() == 1.0
    endless = program("max", [1.0, -0.5])
    residual, gain, direction = check_ray(endless, np.array([2.0, 1.0]) * scale)
    assert residual == 0 and gain == pytest.approx(1.5 / 2.5) and direction.tolist() == [1.0, 0.5]


def test_a_contradiction_by_the_last_digit_is_one_and_its_absence_is_not() -> None:
    """.1 + .2 in doubles, exactly: more than .3, less than the double that their sum rounds to."""
    sums = Fraction(0.1) + Fraction(0.2)
    for side in (0.3, 0.1 + 0.2):
        asked = program("min", [0.0, 0.0], [([1.0, 1.0], ">=", side)], upper=[0.1, 0.2])
        residual, margin, _ = check_farkas(asked, np.ones(1))
        assert (residual == 0 and margin > 0) == (Fraction(side) > sums) == (side != 0.3)


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_is_found_in_doubles_is_never_against_the_exact_judge(kind: str) -> None:
    for seed in range(12):
        asked = hostile_program(kind, seed)
        truth = solve_exactly(asked).status
        if kind == "extreme":
            continue  # HiGHS refuses some of these
        assert not prove_infeasible(asked, SolveOptions()).proved or truth == "infeasible"
        assert not is_feasible(asked, SolveOptions()) or truth != "infeasible"


def test_the_directions_in_which_plans_can_grow() -> None:
    asked = made(
        "max",
        [1.0] * 4,
        np.eye(4)[:3],
        ([1.0, -INF, 2.0], [INF, 3.0, 2.0]),
        ([0.0, -INF, 0.0, -INF], [INF, 5.0, 1.0, INF]),
    )
    cone = _recession_cone(replace(asked, offset=9.0, integer=np.ones(4, dtype=bool)))
    np.testing.assert_array_equal(cone.lower, [0.0, -1.0, 0.0, -1.0])
    np.testing.assert_array_equal(cone.upper, [1.0, 0.0, 0.0, 1.0])
    np.testing.assert_array_equal(cone.row_lower, [0.0, -INF, 0.0])
    np.testing.assert_array_equal(cone.row_upper, [INF, 0.0, 0.0])
    assert cone.offset == 0.0 and not cone.integer.any()


def test_noise_beside_the_largest_multiplier_is_zero() -> None:
    np.testing.assert_array_equal(_without_noise(np.array([1e3, -2e-10, 1e-8])), [1e3, 0.0, 1e-8])
    assert len(_without_noise(np.array([]))) == 0


@pytest.mark.parametrize("kind", ["any", "loop"])
def test_exact_verdicts_keep_their_vector_and_are_proved(kind: str) -> None:
    told = 0
    for seed in range(40):
        asked = hostile_program(kind, seed)
        verdict = judge_exactly(asked)
        if verdict.kind == "optimal":
            continue
        found = from_exact(asked, verdict, SolveOptions())
        told += 1
        assert found.proved and found.exact and found.kind == verdict.kind and found.sentence
        assert "in exact arithmetic" in str(found)
        if verdict.vector is not None:
            np.testing.assert_allclose(found.vector, [float(v) for v in verdict.vector], rtol=1e-15)
    assert told > 5


@pytest.mark.parametrize(
    ("block", "label", "named", "says"),
    [
        ("balance", ("corn", "year 2"), False, "the demand for 'corn' (year 2)"),
        ("capacity", ("tools", "mill", "1"), False, "the capacity of 'tools in mill' (1)"),
        ("activities", ("mill", "1"), False, "'mill' (1)"),
        ("rows", "r7", True, "row 'r7'"),
        ("mine", 3, False, "mine '3'"),
        ("mine", ("corn", "1"), False, "mine 'corn' (1)"),
    ],
)
def test_rows_and_columns_are_called_in_words(block: str, label: object, named: bool, says: str) -> None:
    """By what their law declares, by the kind of line in a program with names, or by the name of a user's own."""
    known = declared_with(no.Question())
    declared = known.rows.get(block) or known.columns.get(block)
    index = pd.Index([("other", "1"), label] if isinstance(label, tuple) else ["other", label], tupleize_cols=False)
    assert _called(Block(block, index, 5, declared), 6, named) == says

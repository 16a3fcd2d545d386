"""The exact judge against a plain rational simplex that shares nothing with it, on programs that doubles get wrong."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import natura_opt as no
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions
from natura_opt.economy.catalog import shipped_models
from natura_opt.errors import NaturaError
from natura_opt.plan_problem import linear_program
from natura_opt.program import LinearProgram
from natura_opt.proof import exact_linear
from natura_opt.proof.exact import judge_exactly
from natura_opt.proof.proving import exact_proof
from natura_opt.proof.verdict import ExactVerdict
from natura_opt.status import Status
from natura_opt.testing.small import INF, program

from .exact_simplex import solve_exactly, solve_whole_exactly
from .hostile import KINDS, hostile_program


def assert_same(made: LinearProgram, verdict: ExactVerdict) -> None:
    """The verdict is the plain simplex's, and what it hands out proves it."""
    truth = solve_exactly(made)
    assert (verdict.kind, verdict.proved) == (truth.status, True)
    assert verdict.status == Status(truth.status)
    if truth.value is not None:
        assert verdict.objective_fraction == truth.value
        assert verdict.objective == _nearest(truth.value)
        assert_optimal(made, verdict)
    if verdict.kind == "infeasible" and verdict.vector is not None:
        assert is_farkas(made, verdict.vector)
    if verdict.kind == "unbounded":
        assert verdict.vector is not None and is_ray(made, verdict.vector)


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return INF if value > 0 else -INF


def assert_optimal(made: LinearProgram, verdict: ExactVerdict) -> None:
    """The exact values meet every row and bound exactly and are worth what is said."""
    assert verdict.values is not None
    x = verdict.values
    assert sum((Fraction(c) * v for c, v in zip(made.cost, x, strict=True)), Fraction(made.offset)) == (
        verdict.objective_fraction
    )
    for value, low, high in zip(x, made.lower, made.upper, strict=True):
        assert low <= value <= high
    for row, low, high in zip(made.matrix.toarray(), made.row_lower, made.row_upper, strict=True):
        assert low <= sum(Fraction(a) * v for a, v in zip(row, x, strict=True)) <= high
    assert [_nearest(value) for value in x] == pytest.approx(list(verdict.primal), rel=1e-15, abs=0)


def is_farkas(made: LinearProgram, y: tuple[Fraction, ...]) -> bool:
    """Whether the rows, multiplied, ask more than any values within their bounds can give."""
    asked = _extreme(y, made.row_lower, made.row_upper, least=True)
    pull = [sum(Fraction(a) * v for a, v in zip(column, y, strict=True)) for column in made.matrix.toarray().T]
    given = _extreme(pull, made.lower, made.upper, least=False)
    return asked is not None and given is not None and asked > given


def _extreme(weights: object, lower: np.ndarray, upper: np.ndarray, least: bool) -> Fraction | None:
    total = Fraction(0)
    for weight, low, high in zip(weights, lower, upper, strict=True):  # type: ignore[call-overload]
        bound = low if (weight > 0) == least else high
        if weight and not np.isfinite(bound):
            return None
        total += weight * Fraction(bound) if weight else 0
    return total


def is_ray(made: LinearProgram, ray: tuple[Fraction, ...]) -> bool:
    """Whether every bound stays kept along the direction, and the objective gains."""
    sums = [sum(Fraction(a) * v for a, v in zip(row, ray, strict=True)) for row in made.matrix.toarray()]
    moves = [(ray, made.lower, made.upper), (sums, made.row_lower, made.row_upper)]
    for values, lower, upper in moves:
        for value, low, high in zip(values, lower, upper, strict=True):
            if (value < 0 and np.isfinite(low)) or (value > 0 and np.isfinite(high)):
                return False
    gain = sum(Fraction(c) * v for c, v in zip(made.cost, ray, strict=True))
    return gain > 0 if made.sense == "max" else gain < 0


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", KINDS)
def test_decides_hostile_programs(kind: str, seed: int) -> None:
    made = hostile_program(kind, seed)
    assert_same(made, judge_exactly(made))


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_decides_thousands_of_hostile_programs(kind: str) -> None:
    for seed in range(1_000):
        made = hostile_program(kind, seed)
        assert_same(made, judge_exactly(made))


@pytest.mark.parametrize("kind", KINDS)
def test_the_road_through_doubles_ends_at_the_same(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_linear, "_SMALL", 0)
    for seed in range(6):
        made = hostile_program(kind, seed)
        assert_same(made, judge_exactly(made))


@pytest.mark.parametrize("seed", range(20))
def test_starts_from_what_a_solver_leaves(seed: int) -> None:
    made = hostile_program(list(KINDS)[seed % len(KINDS)], 1_000 + seed)
    try:
        session = HighsSession(made, SolveOptions())
        answer = session.solve()
    except NaturaError:  # numbers that HiGHS does not take
        return
    assert_same(made, exact_proof(made, session))
    assert_same(made, exact_proof(made, answer))
    assert_same(made, exact_proof(made))


def test_multipliers_in_the_users_sense() -> None:
    made = program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 6.0)])
    verdict = exact_proof(made)
    more = replace(made, row_upper=made.row_upper + np.array([0.5, 0.0]))
    gain = exact_proof(more).objective - verdict.objective
    assert verdict.dual[0] * 0.5 == gain == 1.5
    fewest = program("min", [2.0], [([4.0], ">=", 1.0)])
    assert exact_proof(fewest).dual.tolist() == [0.5]


def test_says_what_fails_when_the_pivots_are_spent() -> None:
    made = program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 6.0)])
    verdict = judge_exactly(made, pivots=0)
    assert not verdict.proved and verdict.status is Status.UNPROVED
    assert "0 pivots" in verdict.reason and "reduced cost of x 0 is 3" in verdict.reason
    needs = program("min", [1.0], [([2.0], ">=", 3.0)])
    assert "at least 0 is 3 below its lower bound" in judge_exactly(needs, pivots=0).reason


def test_crossed_bounds_are_named() -> None:
    verdict = exact_proof(program("min", [1.0, 1.0], (), [0.0, 2.0], [1.0, 1.0]))
    assert verdict.kind == "infeasible" and "x 1" in verdict.reason


def test_not_a_number_is_refused() -> None:
    with pytest.raises(NaturaError, match="not a number"):
        exact_proof(program("min", [1.0], [([1.0], ">=", float("nan"))]))


def whole_program(seed: int) -> LinearProgram:
    """A small program with whole-number columns in units from 1e-6 to 1e8."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    unit = 10.0 ** rng.uniform(-6, 8, m)
    rows = [
        (
            list(np.round(rng.uniform(-1, 3, n), 1) * size),
            ("<=", ">=", "==")[rng.choice(3, p=[0.7, 0.25, 0.05])],
            float(np.round(rng.uniform(0, 9), 1)) * size,
        )
        for size in unit
    ]
    whole = rng.random(n) < 0.7
    upper = np.where(whole, rng.integers(0, 4, n), np.where(rng.random(n) < 0.5, 5.5, INF))
    made = program(rng.choice(["min", "max"]), list(np.round(rng.uniform(-2, 3, n), 1)), rows, 0.0, upper)
    return replace(made, integer=whole)


def assert_same_whole(made: LinearProgram) -> None:
    truth, verdict = solve_whole_exactly(made), exact_proof(made)
    if truth.status == "unbounded":
        assert verdict.kind == "undecided" and "unbounded" in verdict.reason
        return
    if verdict.kind == "undecided":  # a relaxation without end, where no whole numbers meet the rows
        assert "unbounded" in verdict.reason
        return
    assert (verdict.kind, verdict.objective_fraction) == (truth.status, truth.value)


@pytest.mark.parametrize("seed", range(30))
def test_whole_numbers(seed: int) -> None:
    assert_same_whole(whole_program(seed))


@pytest.mark.exhaustive
def test_two_thousand_programs_of_whole_numbers() -> None:
    for seed in range(2_000):
        assert_same_whole(whole_program(seed))


def test_the_false_proof_of_mixed_units_is_decided() -> None:
    made = program("max", [2.0, 3e7], [([30.0, 1e8], "<=", 60.0), ([0.0, 2e10], "<=", 4e3)], 0.0, [3.0, INF])
    verdict = exact_proof(replace(made, integer=np.array([True, False])))
    assert verdict.objective_fraction == solve_whole_exactly(replace(made, integer=np.array([True, False]))).value
    assert str(verdict).startswith("exactly optimal")


@pytest.mark.parametrize("name", sorted(shipped_models()))
def test_shipped_models(name: str) -> None:
    economy = no.read(name)
    for question in economy.questions:
        plan = no.solve(economy, question)
        made = linear_program(economy, economy.question(question))
        verdict = exact_proof(made, fraction=False)
        assert verdict.kind == plan.status.value
        assert verdict.objective == pytest.approx(plan.objective, rel=1e-9)

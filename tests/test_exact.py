"""The exact judge against a plain rational simplex that shares nothing with it, on programs that doubles get wrong."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions
from natura_opt.base.errors import NaturaError
from natura_opt.base.status import Status
from natura_opt.economy.files.shipped import shipped_models
from natura_opt.formulate import linear_program
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.exact import basis, lifting
from natura_opt.proof.exact import linear as exact_linear
from natura_opt.proof.exact import values as proof_values
from natura_opt.proof.exact.basis import At, Basis
from natura_opt.proof.exact.judge import judge_exactly
from natura_opt.proof.exact.proof import exact_proof
from natura_opt.proof.exact.verdict import ExactVerdict
from natura_opt.testing import CASES, Feature
from natura_opt.testing.small import INF, program

from .exact_simplex import solve_exactly, solve_whole_exactly
from .hostile import KINDS, hostile_program
from .hostile import made as dense_program
from .seeded import in_other_units, seeded_economy


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
    monkeypatch.setattr(exact_linear, "SMALL", 0)
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
        assert_same(made, exact_proof(made))
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
    assert str(verdict).startswith("exactly optimal, ")


#: Forty goods with whole numbers take rational arithmetic minutes.
SHIPPED = [
    pytest.param(name, marks=pytest.mark.exhaustive) if name == "mixed_returns_40" else name
    for name in sorted(shipped_models())
]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_models(name: str) -> None:
    economy = no.read(name)
    for question in economy.questions:
        if economy.curves is not None and not economy.curves.is_straight:
            break  # its plan is of other programs: tests/test_bracket.py
        if economy.question(question).objective in ("leximin", "harmony"):
            continue  # of several programs, or of none that is linear
        plan = no.solve(economy, question)
        made = linear_program(economy, economy.question(question))
        verdict = exact_proof(made, fraction=False)
        assert verdict.kind == plan.status.value
        assert verdict.objective == pytest.approx(plan.objective, rel=1e-9)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if Feature.INTERRUPT not in case.needs])
def test_golden_economies_and_programs(name: str) -> None:
    case = CASES[name]
    made = case.make()
    if isinstance(made, no.Economy):
        made = linear_program(made, made.question("default"))
    verdict = exact_proof(made, time_limit=5.0 if case.time_limit else None, fraction=False)
    if case.time_limit and not verdict.proved:
        return
    unsaid = made.integer.any() and Status.UNPROVED in case.statuses  # what no duals prove, a tree may
    assert unsaid or verdict.status in case.statuses, verdict
    if case.objective is not None:
        assert verdict.objective == pytest.approx(case.objective, rel=1e-9, abs=1e-300)
    for block, values in case.columns.items():
        found = made.column_block(block)
        assert found is not None
        assert verdict.primal[found.span] == pytest.approx(list(values), rel=1e-9, abs=1e-12)
    for block, values in case.valuations.items():
        rows = made.row_block(block)
        if rows is not None:
            assert verdict.dual[rows.span] == pytest.approx(list(values), rel=1e-9, abs=1e-12)


def hostile_plan(seed: int) -> no.Economy:
    """A seeded economy of 2 to 12 goods in units from 1e-6 to 1e8."""
    rng = np.random.default_rng(seed + 1_000_000)
    economy = seeded_economy(seed, goods=(2, 12))
    axes = (economy.goods, economy.techniques, economy.resources)
    return in_other_units(economy, *(10.0 ** rng.uniform(-6, 8, len(axis)) for axis in axes))


def assert_certificate_is_true(seed: int) -> bool:
    """A plan that is called proved encloses the exact optimum; return whether it was."""
    plan = no.solve(hostile_plan(seed))
    verdict = exact_proof(plan.program, fraction=False)
    assert verdict.proved, verdict
    if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        assert verdict.status is plan.status
    if plan.status is not Status.OPTIMAL:
        return False
    assert verdict.kind == "optimal"
    ends = sorted((plan.certificate.objective, plan.certificate.dual_objective))
    room = plan.certificate.tolerance * max(abs(end) for end in ends)
    assert ends[0] - room <= verdict.objective <= ends[1] + room
    return True


@pytest.mark.parametrize("seed", range(30))
def test_the_certificate_is_true_of_hostile_plans(seed: int) -> None:
    assert_certificate_is_true(seed)


@pytest.mark.exhaustive
def test_the_certificate_is_true_of_five_hundred_hostile_plans() -> None:
    proved = sum(assert_certificate_is_true(seed) for seed in range(500))
    assert proved >= 495


@pytest.mark.parametrize("seed", range(4))
def test_programs_too_large_for_whole_tableaus_agree_from_every_start(seed: int) -> None:
    made = tied_program(seed)
    session = HighsSession(made, SolveOptions())
    answer = session.solve()
    found = [exact_proof(made, start) for start in (session, answer, None)] + [judge_exactly(made)]
    truth = solve_exactly(made)
    for verdict in found:
        assert (verdict.kind, verdict.objective_fraction) == (truth.status, truth.value)


def tied_program(seed: int) -> LinearProgram:
    """Forty rows of decimal numbers tight at one point, half of them copies a last digit away."""
    rng = np.random.default_rng(seed)
    matrix = np.where(rng.random((40, 30)) < 0.13, np.round(rng.uniform(-2, 2, (40, 30)), 1), 0.0)
    if seed % 2:
        matrix[20:] = matrix[:20] * (1 + rng.choice([0.0, 2.0**-40, 2.0**-50], (20, 30)))
    sums = matrix @ np.where(rng.random(30) < 0.5, np.round(rng.uniform(0, 5, 30), 1), 0.0)
    low = np.where(rng.random(40) < 0.5, sums, -INF)
    high = np.where(np.isinf(low) | (rng.random(40) < 0.1), sums, INF)
    cost = matrix.T @ np.round(np.where(np.isfinite(low), 1, -1) * rng.uniform(0, 1, 40), 1)
    return dense_program("min", cost, matrix, (low, high), (0.0, 5.0))


def test_the_basis_that_was_given_is_corrected_and_that_is_said() -> None:
    made = program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 6.0)])
    verdict = judge_exactly(made, Basis.slack(made))
    assert verdict.objective == 12.0 and verdict.pivots > 0
    assert "in the basis that was given the reduced cost of x 0 is 3 of the wrong sign" in str(verdict)


def test_a_basis_of_dependent_columns_is_repaired() -> None:
    made = program("max", [1.0, 1.0], [([1.0, 1.0], "<=", 4.0), ([2.0, 2.0], "<=", 9.0)])
    dependent = Basis(np.zeros(2, dtype=np.int8), np.full(2, At.UPPER, dtype=np.int8))
    assert judge_exactly(made, dependent).objective_fraction == 4


def test_time_that_is_spent_is_said() -> None:
    economy = no.read("uk_2015_20")
    verdict = exact_proof(linear_program(economy, economy.question("default")), time_limit=1e-9)
    assert verdict.kind == "undecided" and "seconds allowed" in verdict.reason


@pytest.mark.parametrize("across", [-10, 1_000])
def test_signs_hold_with_hardly_any_digits(across: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With digits of a few bits every sign goes through the bounds; with them wrong, some verdict would be."""
    monkeypatch.setattr(exact_linear, "SMALL", 0)
    monkeypatch.setattr(lifting, "_FIRST_BITS", 2)
    monkeypatch.setattr(lifting, "_DIGIT", 16)
    monkeypatch.setattr(proof_values, "_ACROSS", across)
    for kind in KINDS:
        for seed in range(100, 104):
            made = hostile_program(kind, seed)
            assert_same(made, judge_exactly(made))


def test_an_optimum_of_zero_is_zero() -> None:
    made = program("min", [1.0, -1.0, 1.0], [([3.0, -3.0, 0.0], "==", 0.0), ([0.1, 0.1, 0.1], ">=", 0.3)])
    verdict = exact_proof(made)
    assert (verdict.objective, verdict.objective_fraction) == (0.0, 0)


def test_starts_from_a_session_with_side_columns() -> None:
    economy = no.read("eu_2006")
    made = linear_program(economy, economy.question("default"))
    session = HighsSession(made, SolveOptions())
    session.solve()
    refined = session.with_side_columns()
    refined.run()
    assert exact_proof(made, refined, fraction=False).kind == "optimal"


@pytest.mark.parametrize("seed", range(20))
def test_independent_columns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((9, 12)) < 0.25, rng.integers(-2, 3, (9, 12)), 0).astype(float)
    dense[:, 5], dense[:, 7] = dense[:, 2], dense[:, 0] - dense[:, 1]
    found = basis._independent(sp.csc_array(dense))
    assert len(found) == np.linalg.matrix_rank(dense) == np.linalg.matrix_rank(dense[:, found])


@pytest.mark.parametrize("seed", range(10))
def test_numbers_that_a_solver_does_not_take_are_decided_too(seed: int) -> None:
    made = hostile_program("extreme", 2_000 + seed)
    assert_same(made, exact_proof(made))

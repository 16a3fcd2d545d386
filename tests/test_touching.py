"""Proofs of convex programs: of optima that are built, of mutants of them, in units far apart, and by rounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.backends.answer import Answer, Claim
from natura_opt.backends.clarabel import ScaledCones, solve_cones
from natura_opt.backends.options import SolveOptions
from natura_opt.methods.convex import solve as convex_solve
from natura_opt.methods.convex.noise import without_noise
from natura_opt.program.conic import Cone, ConicProgram
from natura_opt.proof.cones import half_space, outside
from natura_opt.proof.touching import certify_convex, cone_residual, cuts_at, touching
from natura_opt.proof.unattainable import prove_endless, prove_no_plan

from .convex_models import activities_of, conic, random_point, shared_by

KINDS = ["second-order", "exponential", "power", "semidefinite"]
SIZES = {"second-order": 4, "exponential": 3, "power": 3, "semidefinite": 6}
OPTIONS = SolveOptions()


def built(seed: int, kinds: list[str], squares: bool = True, units: float = 0.0) -> tuple[ConicProgram, Any, Any]:
    """A conic program with its optimum and multipliers by construction, columns in units 10^-units to 10^units."""
    rng = np.random.default_rng(seed)
    width = 6
    sizes = [("zero", 1), ("nonnegative", 3 + 2 * width), *((kind, SIZES[kind]) for kind in kinds)]
    cones, start = [], 0
    for kind, size in sizes:
        cones.append(Cone(kind, start, size, (0.4, 0.6) if kind == "power" else ()))  # type: ignore[arg-type]
        start += size
    matrix = rng.normal(size=(start, width))
    matrix[4 : 4 + 2 * width] = np.vstack([np.eye(width), -np.eye(width)])
    x = rng.uniform(-3, 3, width)
    s, z = np.zeros(start), np.zeros(start)
    z[0] = rng.normal()
    s[1:4], z[1:4] = [0.0, 0.0, 1.3], [0.7, 0.2, 0.0]
    s[4 : 4 + width], s[4 + width : 4 + 2 * width] = 10 - x, 10 + x
    for cone in cones[2:]:
        on = random_point(cone.kind, np.random.default_rng(seed + 1), cone.size, cone.exponents)
        if cone.kind == "second-order":
            on[0] = np.linalg.norm(on[1:])
        elif cone.kind == "exponential":
            on[2] = on[1] * np.exp(on[0] / on[1])
        elif cone.kind == "power":
            on[-1] = np.prod(on[:-1] ** np.array(cone.exponents))
        else:
            order = np.array([[on[0], on[1], on[3]], [on[1], on[2], on[4]], [on[3], on[4], on[5]]])
            order[np.triu_indices(3, 1)] /= np.sqrt(2)
            order = np.triu(order) + np.triu(order, 1).T
            values, vectors = np.linalg.eigh(order)
            flat = (vectors[:, 1:] * values[1:]) @ vectors[:, 1:].T
            on = np.array([flat[i, j] * (1 if i == j else np.sqrt(2)) for j in range(3) for i in range(j + 1)])
        s[cone.span] = on
        z[cone.span] = rng.uniform(0.5, 2) * half_space(cone, on)
    quadratic = rng.uniform(0.1, 2, width) * (rng.random(width) < 0.5) * squares
    unit = 10.0 ** rng.uniform(-units, units, width)
    side, cost = matrix @ x + s, -(matrix.T @ z) - quadratic * x
    program = ConicProgram(quadratic * unit**2, cost * unit, sp.csc_array(matrix * unit), side, tuple(cones), 0.25, 1.0)
    return program, x / unit, z


def value_of(program: ConicProgram, x: Any) -> float:
    return float(program.cost @ x + 0.5 * program.quadratic @ x**2 + program.offset)


def certificate(program: ConicProgram, x: Any, z: Any, worth: float | None = None) -> no.Certificate:
    worth = value_of(program, x) if worth is None else worth
    return certify_convex(touching(program, x, z), worth, None, 0.0, OPTIONS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_built_optimum_is_proved(kind: str, seed: int) -> None:
    program, x, z = built(seed, [kind, kind])
    seen = certificate(program, x, z)
    assert seen.proved, seen
    assert seen.gap < 1e-12 and seen.primal_residual < 1e-14
    assert seen.dual_objective <= value_of(program, x) + 1e-12 * (1 + abs(value_of(program, x)))


@pytest.mark.parametrize("units", [0.0, 4.0, 8.0])
@pytest.mark.parametrize("seed", range(3))
def test_clarabel_finds_built_optima_in_any_units(units: float, seed: int) -> None:
    program, x, _ = built(seed, ["second-order", "exponential", "power"], units=units)
    answer = solve_cones(program, OPTIONS)
    assert answer.claim is Claim.OPTIMAL
    seen = certificate(program, answer.primal, answer.dual)
    assert seen.proved, seen
    assert seen.objective == pytest.approx(value_of(program, x), rel=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_mutants_of_multipliers_never_bound_too_much(kind: str) -> None:
    """Whatever multipliers are, the bound is none above the optimum; far from it they prove nothing."""
    rng = np.random.default_rng(7)
    refused = 0
    for seed in range(3):
        program, x, z = built(seed, [kind])
        best = value_of(program, x)
        for size in (1e-12, 1e-9, 1e-6, 1e-3, 1.0, 1e3):
            for _ in range(3):
                wrong = z + size * rng.normal(size=len(z)) * (1 + np.abs(z))
                seen = certificate(program, x, wrong)
                assert seen.dual_objective <= best + 1e-12 * (1 + abs(best))
                if size >= 1e-3:
                    refused += not seen.proved
    assert refused >= 20


@pytest.mark.parametrize("kind", KINDS)
def test_mutants_of_points_are_refused(kind: str) -> None:
    rng = np.random.default_rng(8)
    for seed in range(3):
        program, x, z = built(seed, [kind], squares=False)
        for size in (1e-6, 1e-3, 1.0):
            wrong = x + size * rng.normal(size=len(x))
            assert not certificate(program, wrong, z).proved
        assert not certificate(program, x, z, worth=value_of(program, x) * (1 + 1e-6) + 1e-6).proved
        assert not certificate(program, x, -z).proved
        assert not certificate(program, x, np.zeros_like(z)).proved
        assert not certificate(program, np.full_like(x, np.nan), z).proved


def test_mutants_of_data_are_refused() -> None:
    """The pair of one program proves nothing of another."""
    program, x, z = built(3, ["second-order", "exponential"])
    assert certificate(program, x, z).proved
    for change in (
        {"cost": program.cost * (1 + 1e-6)},
        {"side": program.side - 1e-5},
        {"matrix": sp.csc_array(program.matrix * (1 + 1e-6))},
        {"quadratic": program.quadratic + 1e-5},
    ):
        assert not certificate(replace(program, **change), x, z).proved  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_cuts_hold_every_point_of_the_program_and_cut_the_one_they_are_at(kind: str) -> None:
    program, x, z = built(5, [kind])
    touched = touching(program, x, z)
    beside = touched.primal.copy()
    at = program.shape[1] + {"second-order": 0, "exponential": 2, "power": 0, "semidefinite": 0}[kind]
    beside[at] -= 50.0 if kind == "semidefinite" else 0.5 * abs(beside[at])
    matrix, sides = cuts_at(touched, beside)
    assert matrix.shape[0] == len(sides) > 0
    assert (matrix @ touched.primal >= sides - 1e-9 * (1 + np.abs(sides))).all()
    assert (matrix @ beside < sides - 1e-12)[0]


def test_how_far_cones_are_missed_is_relative_to_their_terms() -> None:
    program = conic([("second-order", 3)], -np.eye(3), [0.0, 0.0, 0.0], [1.0, 0.0, 0.0])
    assert cone_residual(program, np.array([5.0, 3.0, 4.0])) == 0.0
    assert cone_residual(program, np.array([4.0, 3.0, 4.0])) == pytest.approx(1 / np.sqrt(41))
    assert cone_residual(program, np.array([4e8, 3e8, 4e8])) == pytest.approx(1 / np.sqrt(41))


def test_bounds_are_read_from_rows_that_divide_exactly() -> None:
    program = conic([("nonnegative", 4)], [[-1, 0], [2, 0], [3, 0], [0, -0.5]], [0, 3, 6, 1], [0, 0])
    lower, upper = program.bounds
    assert lower.tolist() == [0.0, -2.0] and upper.tolist() == [1.5, np.inf]
    assert program.bounding.tolist() == [True, True, False, True]


def test_tightened_cones_lie_inside() -> None:
    rng = np.random.default_rng(9)
    for kind in KINDS:
        program, _, _ = built(1, [kind])
        tight = program.tightened(np.full(program.shape[0], 1e-3))
        at = program.cones[-1]
        moved = (program.side - tight.side)[at.span]
        assert moved.any()
        for _ in range(20):
            s = random_point(kind, rng, at.size, at.exponents) + moved
            nearby = s + 1e-5 * rng.uniform(-1, 1, at.size)
            assert outside(at, s, np.abs(s)) == outside(at, nearby, np.abs(s)) == 0.0
        assert (tight.side[program.equal] == program.side[program.equal]).all()
        assert (program.side - tight.side)[1:4].tolist() == pytest.approx([1e-3] * 3)


def test_scaling_is_undone() -> None:
    program, x, z = built(2, ["exponential", "second-order"], units=6.0)
    factors = ScaledCones.of(program, scaled=True)
    squares, cost, matrix, side = factors.solver_data(program)
    scaled = x / factors.column / factors.sides
    s = side - matrix @ scaled
    turned = factors.turns @ (factors.row * (program.side - program.matrix @ x)) / factors.sides
    assert s == pytest.approx(np.asarray(turned), rel=1e-9, abs=1e-9 * np.abs(s).max())
    assert cone_residual(replace(program, matrix=matrix, side=side), scaled) < 1e-12
    worth = 0.5 * scaled @ squares @ scaled + cost @ scaled
    assert worth * factors.objective + program.offset == pytest.approx(value_of(program, x))
    back = factors.dual(np.linalg.solve(factors.turns.T.toarray(), z / factors.row * factors.sides / factors.objective))
    assert back == pytest.approx(z, rel=1e-9, abs=1e-12)


def test_noise_is_what_is_nothing_beside_its_rows_and_columns() -> None:
    program = conic([("nonnegative", 4)], [[1, 1], [2, 3], [-1, 0], [0, -1]], [1, 9, 0, 0], [-1, -1])
    amounts, multipliers = without_noise(program, np.array([1.0, 1e-12]), np.array([1.0, 1e-13, 0.0, 1e-3]))
    assert amounts.tolist() == [1.0, 0.0]
    assert multipliers.tolist() == [1.0, 0.0, 0.0, 1e-3]
    kept = without_noise(program, np.array([1.0, 1e-3]), np.array([1.0, 1e-3, 0.0, 0.0]))
    assert kept[0].tolist() == [1.0, 1e-3] and kept[1].tolist() == [1.0, 1e-3, 0.0, 0.0]


def test_programs_without_a_plan_are_proved_by_a_touching_program() -> None:
    """|x| <= 1 in the plane, and x_1 + x_2 >= side."""
    for side, none in ((1.5, True), (1.4, False)):
        matrix = [[-1.0, -1.0], [0.0, 0.0], [-1.0, 0.0], [0.0, -1.0]]
        program = conic([("nonnegative", 1), ("second-order", 3)], matrix, [-side, 1.0, 0.0, 0.0], [0.0, 0.0])
        answer = solve_cones(program, OPTIONS)
        proof, multipliers = prove_no_plan(program, answer.dual, OPTIONS)
        assert proof.proved is none
        assert (answer.claim is Claim.INFEASIBLE) is none
        if none:
            assert np.abs(multipliers[0]) > 0


def test_programs_without_end_are_proved_inside_their_cones() -> None:
    """max x_2 - |x_1| over the plane; with x_2 <= 5 there is an end."""
    matrix = [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]]
    cones = [("nonnegative", 1), ("second-order", 2)]
    endless = conic([("second-order", 2)], matrix[1:], [0.0, 0.0], [1.0, -1.0, 0.0])
    proof, ray = prove_endless(endless, np.array([0.0, 1.0, 0.0]), OPTIONS)
    assert proof.proved and ray[1] > 0
    bounded = conic(cones, matrix, [5.0, 0.0, 0.0], [1.0, -1.0, 0.0])
    assert not prove_endless(bounded, np.array([0.0, 1.0, 0.0]), OPTIONS)[0].proved


# ---- through the front door, with a solver that lies ---------------------------------------------


def lying(change: Any) -> Any:
    """Clarabel, its answer changed."""

    def solve(program: ConicProgram, *arguments: Any, **named: Any) -> Answer:
        return change(solve_cones(program, *arguments, **named))

    return solve


def logs() -> Any:
    model = no.cvxpy_model(shared_by([2.0, 5.0, 1.0], 30.0))
    model.objective = cp.Maximize(cp.sum(cp.log(activities_of(model))))
    return model


KNOWN = float(np.log([5.0, 2.0, 10.0]).sum())


@pytest.mark.parametrize("size", [1e-9, 1e-6, 1e-3, 1.0])
@pytest.mark.parametrize("of", ["primal", "dual"])
def test_a_solver_that_lies_is_found_out(monkeypatch: pytest.MonkeyPatch, of: str, size: float) -> None:
    rng = np.random.default_rng(3)

    def wrong(answer: Answer) -> Answer:
        values = getattr(answer, of)
        return replace(answer, **{of: values + size * (1 + np.abs(values)) * rng.normal(size=len(values))})

    monkeypatch.setattr(convex_solve, "solve_cones", lying(wrong))
    plan = no.solve(logs())
    assert plan.certificate.dual_objective >= KNOWN - 1e-12
    if plan.proved:  # rounds may have repaired it
        assert plan.objective == pytest.approx(KNOWN, rel=3e-9)
        assert (plan.activities["1"] @ [2.0, 5.0, 1.0]) <= 30.0 * (1 + 1e-9)


@pytest.mark.parametrize("claim", [Claim.INFEASIBLE, Claim.UNBOUNDED, Claim.FAILED])
def test_a_false_claim_is_no_status(monkeypatch: pytest.MonkeyPatch, claim: Claim) -> None:
    monkeypatch.setattr(convex_solve, "solve_cones", lying(lambda answer: replace(answer, claim=claim)))
    plan = no.solve(logs())
    assert str(plan.status) in ("optimal", "unproved") and plan.impossibility is None


def test_rounds_go_on_where_the_interior_point_ends_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    def early(program: ConicProgram, options: SolveOptions, *arguments: Any, **named: Any) -> Answer:
        few = replace(options, options={"max_iter": 9})
        return replace(solve_cones(program, few, *arguments, **named), claim=Claim.OPTIMAL)

    monkeypatch.setattr(convex_solve, "solve_cones", early)
    plan = no.solve(logs())
    assert plan.objective == pytest.approx(KNOWN, rel=1e-6)
    assert plan.certificate.dual_objective >= KNOWN - 1e-12
    said = [attempt.message for attempt in plan.attempts]
    assert any("touch" in message for message in said)
    if plan.proved:
        assert "touches the convex one" in str(plan)


def test_ctrl_c_leaves_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*arguments: Any, **named: Any) -> Answer:
        raise KeyboardInterrupt

    monkeypatch.setattr(convex_solve, "solve_cones", stopped)
    plan = no.solve(logs())
    assert str(plan.status) == "interrupted" and not plan.proved


def test_the_tolerance_is_kept() -> None:
    loose = no.solve(logs(), tolerance=1e-4).assert_optimal()
    tight = no.solve(logs(), tolerance=1e-11)
    assert loose.certificate.tolerance == 1e-4 and tight.certificate.tolerance == 1e-11
    assert tight.proved == (tight.certificate.gap <= 1e-11)

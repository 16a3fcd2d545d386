"""From a claim to a proof: programs whose optimum is known exactly, in units that mix 1e-5 and 1e6."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.backends.options import SolveOptions
from natura_opt.generate.planned import planned
from natura_opt.program.builder import ProgramBuilder
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.certificate import certify
from natura_opt.proof.judging import prove
from natura_opt.proof.refine import solve_proved
from tests.exact_simplex import solve_exactly

Ints = npt.NDArray[np.int64]


def lp(
    matrix: Any, cost: Any, sense: Any, row_lower: Any, row_upper: Any, lower: Any, upper: Any, offset: float = 0.0
) -> LinearProgram:
    matrix = np.atleast_2d(np.asarray(matrix, dtype=float))
    rows, columns = matrix.shape
    builder = ProgramBuilder()
    builder.columns("x", pd.RangeIndex(columns), lower, upper)
    builder.rows("row", pd.RangeIndex(rows), "==", 0.0)
    builder.terms("row", "x", matrix)
    builder.objective(sense, {"x": np.asarray(cost, dtype=float)})
    sides = {"row_lower": np.asarray(row_lower, dtype=float), "row_upper": np.asarray(row_upper, dtype=float)}
    return replace(builder.build(), **sides, offset=offset)


def known(seed: int, degenerate: bool = False) -> tuple[LinearProgram, Fraction]:
    """Make a program around a whole-number optimum: sides, bounds and costs let x and y prove each other.

    Every kind of row (one side, ==, range, free) and column (one bound, boxed, free, fixed) occurs; if ``degenerate``
    many sides hold with equality without a multiplier, and many columns rest at a bound at no cost.
    """
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 12)), int(rng.integers(1, 12))
    matrix = rng.integers(-6, 7, (rows, columns)) * (rng.random((rows, columns)) < rng.choice([0.3, 0.6, 1.0]))
    if degenerate:
        matrix = np.clip(matrix, -1, 1)
    x = rng.integers(-3, 6, columns) * (rng.random(columns) < 0.7)
    y = rng.integers(-4, 5, rows) * (rng.random(rows) < (0.3 if degenerate else 0.7))
    level = matrix @ x
    room_below, room_above = (
        rng.integers(0 if degenerate else 1, 4, rows),
        rng.integers(0 if degenerate else 1, 4, rows),
    )
    row_lower = np.where(y > 0, level, np.where(rng.random(rows) < 0.5, level - room_below, -np.inf)).astype(float)
    row_upper = np.where(y < 0, level, np.where(rng.random(rows) < 0.5, level + room_above, np.inf)).astype(float)
    equal = rng.random(rows) < 0.2
    row_lower, row_upper = np.where(equal, level, row_lower), np.where(equal, level, row_upper)
    reduced = rng.integers(-3, 4, columns) * (rng.random(columns) < (0.3 if degenerate else 0.6))
    space_below, space_above = (
        rng.integers(0 if degenerate else 1, 4, columns),
        rng.integers(0 if degenerate else 1, 4, columns),
    )
    lower = np.where(reduced > 0, x, np.where(rng.random(columns) < 0.5, x - space_below, -np.inf)).astype(float)
    upper = np.where(reduced < 0, x, np.where(rng.random(columns) < 0.5, x + space_above, np.inf)).astype(float)
    fixed = rng.random(columns) < 0.1
    lower, upper = np.where(fixed, x, lower), np.where(fixed, x, upper)
    cost = matrix.T @ y + reduced
    offset = int(rng.integers(-9, 10))
    value = Fraction(int(cost @ x) + offset)
    assert certify(
        lp(matrix, cost, "min", row_lower, row_upper, lower, upper), x.astype(float), y.astype(float), 1e-12
    ).proved
    if rng.random() < 0.5:
        return lp(matrix, -cost, "max", row_lower, row_upper, lower, upper, -offset), -value
    return lp(matrix, cost, "min", row_lower, row_upper, lower, upper, offset), value


def in_wild_units(program: LinearProgram, seed: int, two: bool = False) -> LinearProgram:
    """Multiply rows and columns by random powers of ten in 1e-5 .. 1e6 (or powers of two, which is exact)."""
    rng = np.random.default_rng(seed)
    rows, columns = program.shape
    row = 2.0 ** rng.integers(-17, 21, rows) if two else 10.0 ** rng.integers(-5, 7, rows)
    column = 2.0 ** rng.integers(-17, 21, columns) if two else 10.0 ** rng.integers(-5, 7, columns)
    matrix = program.matrix.toarray() * row[:, None] * column
    return lp(
        matrix,
        program.cost * column,
        program.sense,
        program.row_lower * row,
        program.row_upper * row,
        program.lower / column,
        program.upper / column,
        program.offset,
    )


def agreed(program: LinearProgram, value: Fraction | None, options: SolveOptions = SolveOptions()) -> None:  # noqa: B008
    """Check a proof against exact arithmetic; ``value`` is the optimum where no digit was rounded on the way.

    Decimal units round, and so make another program, with an optimum of its own or none.
    """
    found = prove(program, options)
    exact = solve_exactly(program)
    answer, certificate = found.answer, found.certificate
    assert (certificate.exactly or str(found.status)) == exact.status
    if certificate.exactly:
        assert certificate.proved and "as written are infeasible" in str(certificate)
        assert value is None, "no digit was rounded, so nothing can be impossible by rounding"
    if exact.value is None:
        return
    assert certificate.proved, str(certificate)
    assert value is None or exact.value == value
    terms = float(np.abs(program.cost * answer.primal).sum()) + abs(program.offset)
    assert certificate.objective == pytest.approx(float(exact.value), rel=1e-9, abs=1e-15 * terms)


@pytest.mark.parametrize("degenerate", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_programs_with_a_known_optimum(seed: int, degenerate: bool) -> None:
    program, value = known(seed, degenerate)
    agreed(program, value)
    agreed(in_wild_units(program, seed), None)
    agreed(in_wild_units(program, seed, two=True), value)


@pytest.mark.exhaustive
@pytest.mark.parametrize("degenerate", [False, True])
def test_many_programs_with_a_known_optimum(degenerate: bool) -> None:
    for seed in range(1000, 4000):
        program, _ = known(seed, degenerate)
        agreed(in_wild_units(program, seed), None)


@pytest.mark.parametrize("method", ["auto", "simplex", "ipm"])
@pytest.mark.parametrize("seed", range(12))
def test_every_method_is_refined_to_a_proof(method: str, seed: int) -> None:
    program, value = known(seed)
    agreed(program, value, SolveOptions(method=method, time_limit=20))


@pytest.mark.parametrize("seed", range(12))
def test_pdlp_is_near_and_says_how_near(seed: int) -> None:
    """The first-order method has no basis to refine from: it need not reach 1e-9, but must not say that it did."""
    program, value = known(seed)
    _, certificate = solve_proved(program, SolveOptions(method="pdlp", time_limit=5))
    close = 1e-8 if certificate.proved else 1e-3
    assert certificate.objective == pytest.approx(float(value), rel=close, abs=close)


@pytest.mark.parametrize("seed", range(20))
def test_a_sloppy_answer_is_refined_until_it_is_proved(seed: int) -> None:
    """A solver held to 1e-3 stops at a wrong basis; refinement has to leave that basis, not only polish it."""
    program, _ = known(seed)
    rng = np.random.default_rng(seed)
    # shrink differences: costs that differ by 1e-5 only are one and the same to a tolerance of 1e-3
    close = replace(program, cost=program.cost + 1e-5 * rng.integers(-3, 4, program.shape[1]))
    strict, proved = solve_proved(close, SolveOptions())
    if strict.claim is not Claim.OPTIMAL:
        pytest.skip("the shifted costs leave it unbounded")
    assert proved.proved
    sloppy = {"primal_feasibility_tolerance": 1e-3, "dual_feasibility_tolerance": 1e-3}
    _, certificate = solve_proved(close, SolveOptions(options=sloppy))
    assert certificate.proved, str(certificate)
    assert certificate.objective == pytest.approx(proved.objective, rel=1e-9, abs=1e-9)


def test_refinement_leaves_a_basis_that_is_not_optimal() -> None:
    """Row multipliers belong to the residual problem, as costs of slacks: without them it moves to a worthless plan."""
    sloppy = {"primal_feasibility_tolerance": 1e-3, "dual_feasibility_tolerance": 1e-3, "presolve": "off"}
    program = lp(
        [[-3, 0, 4, 5], [4, 1, 3, 4]],
        [-15.0003, -3.0002, -5.0002, -7.0],
        "max",
        [-30, -17],
        [-30, -14],
        [-2, 0, -np.inf, -6],
        [3, 0, np.inf, np.inf],
    )
    answer, certificate = solve_proved(program, SolveOptions(options=sloppy))
    assert certificate.proved, str(certificate)
    strict, proved = solve_proved(program, SolveOptions())
    assert proved.proved
    assert certificate.objective == pytest.approx(proved.objective, rel=1e-12)
    assert answer.primal == pytest.approx(strict.primal, rel=1e-9)


@pytest.mark.parametrize("units", [1.0, 1e-5, 1e6])
def test_a_plan_whose_first_answer_has_a_reduced_cost_of_1e_11(units: float) -> None:
    """Seed 820 of the reviewer's random plans: HiGHS ends within its tolerance, at a basis that is not optimal."""
    economy = _stubborn_economy(units)
    plan = no.solve(economy)
    assert plan.status is no.Status.OPTIMAL, str(plan)
    assert plan.objective == pytest.approx(1.156121885919428, rel=1e-12)


def _stubborn_economy(units: float) -> no.Economy:
    rng = np.random.default_rng(820)
    goods, periods = int(rng.integers(2, 21)), int(rng.integers(1, 7))
    rng.choice(["fulfilment", "assortment", "least-resources"])
    extra = int(rng.integers(0, max(2, goods // 2) + 1))
    techniques, resources = goods + extra, int(rng.integers(1, 4))
    maker = np.concatenate([np.arange(goods), rng.integers(0, goods, extra)])
    outputs = np.zeros((goods, techniques))
    outputs[maker, np.arange(techniques)] = 1
    for j in np.flatnonzero(rng.random(techniques) < 0.2):
        i = rng.integers(0, goods)
        if i != maker[j]:
            outputs[i, j] = rng.uniform(0.05, 0.5)
    inputs = rng.random((goods, techniques)) * (rng.random((goods, techniques)) < min(1, 4 / goods))
    inputs *= rng.uniform(0.3, 0.85) / np.maximum(inputs.sum(0), 1e-9) * (inputs.sum(0) > 0)
    use = rng.uniform(0.1, 2, (resources, techniques)) * (rng.random((resources, techniques)) < 0.8)
    use[0] = np.maximum(use[0], 0.05)
    targets = rng.uniform(0, 5, goods) * (rng.random(goods) < 0.7)
    targets[rng.integers(0, goods)] = 1 + rng.random()
    wanted = targets if rng.random() < 0.5 else np.column_stack([targets * (1 + 0.1 * t) for t in range(periods)])
    limits = rng.uniform(50, 200, resources)
    tables: dict[str, Any] = {"targets": wanted, "resource_limits": limits}
    if rng.random() < 0.5:
        tables["initial_stocks"] = rng.uniform(0, 3, goods) * (rng.random(goods) < 0.5)
    if rng.random() < 0.5:
        tables["storage"] = rng.uniform(0, 1, goods) * (rng.random(goods) < 0.6)
        if rng.random() < 0.5:
            tables["storage_capacity"] = rng.uniform(0, 10, goods)
    if rng.random() < 0.6:
        capital = rng.uniform(0.1, 2, (goods, techniques)) * (rng.random((goods, techniques)) < 0.3)
        tables["capital"] = capital
        if rng.random() < 0.5:
            tables["initial_capital"] = capital * rng.uniform(1, 20, techniques)
            tables["depreciation"] = rng.uniform(0, 0.3, (goods, techniques)) * (capital > 0)
            if rng.random() < 0.3 and periods > 1:
                tables["capital_orders"] = {"2": capital * rng.uniform(0, 2)}
        else:
            tables["capital_pool"] = capital.sum(1) * rng.uniform(5, 30)
            tables["pool_depreciation"] = rng.uniform(0, 0.3, goods)
        if rng.random() < 0.3:
            tables["investment_lag"] = rng.integers(1, 3, goods).astype(float)
    # the first good in another unit
    factor = np.ones((goods, 1))
    factor[0] = units
    for table in ("initial_capital",):
        if table in tables:
            tables[table] = tables[table] * factor
    if "capital_orders" in tables:
        tables["capital_orders"] = {period: part * factor for period, part in tables["capital_orders"].items()}
    for table in ("capital_pool", "storage_capacity", "initial_stocks"):
        if table in tables:
            tables[table] = tables[table] * factor[:, 0]
    if "capital" in tables:
        tables["capital"] = tables["capital"] * factor
    tables["targets"] = wanted * (factor if wanted.ndim == 2 else factor[:, 0])
    return no.build_economy(
        goods=[f"g{i}" for i in range(goods)],
        techniques=[f"t{j}" for j in range(techniques)],
        resources=[f"r{r}" for r in range(resources)],
        periods=periods,
        objective="assortment",
        inputs=inputs * factor,
        outputs=outputs * factor,
        resource_use=use,
        **tables,
    )


@pytest.mark.parametrize(
    ("settings", "optimum"),
    [
        (
            {"goods": 27, "pattern": "triangular", "radius": 0.99, "techniques": 3, "decades": 3, "seed": 14},
            1.259678978,
        ),
        (
            {"goods": 37, "pattern": "nearly-decomposable", "radius": 0.3, "inputs": 4, "blocks": 2, "techniques": 2}
            | {"decades": 2, "objective": "least-resources", "seed": 524},
            None,
        ),
        (
            {"goods": 35, "pattern": "triangular", "radius": 0.9, "techniques": 2, "resources": 3, "decades": 4}
            | {"objective": "least-resources", "seed": 12009},
            None,
        ),
    ],
)
def test_a_residual_problem_whose_magnified_costs_stall_the_ratio_test(
    settings: dict[str, Any], optimum: float | None
) -> None:
    """HiGHS gave up on the residual problem ("excessive dual values"), and the plan kept a residual of 1e-8."""
    tables: dict[str, Any] = {"resources": 2, "capital": "techniques", "slack": 0.0} | settings
    plan = no.solve(planned(**tables))
    assert plan.proved, str(plan)
    # the same in even units is solved without refinement
    even = no.solve(planned(**{**tables, "decades": 0}))
    assert even.proved
    if optimum is not None:
        assert plan.objective == pytest.approx(optimum, rel=1e-8)
    if tables.get("objective") != "least-resources":  # a number of assortments has no unit
        assert plan.objective == pytest.approx(even.objective, rel=1e-9)


@pytest.mark.parametrize("seed", [260, 315, 504, 619, 770, 804, *range(12)])
def test_a_residual_problem_whose_magnified_costs_seem_to_gain_without_end(seed: int) -> None:
    """HiGHS called the residual problems of the first six unbounded: reduced costs of zero, rounded and magnified."""
    program, value = steep(seed)
    answer, _ = solve_proved(program, SolveOptions())
    assert answer.claim is Claim.OPTIMAL
    # its reduced costs of zero were rounded on the way: in exact arithmetic some of these programs are unbounded
    certificate = certify(program, answer.primal, answer.dual, 1e-9, nearby=1e-9)
    assert certificate.proved, str(certificate)
    assert certificate.objective == pytest.approx(value, rel=1e-9)


def steep(seed: int) -> tuple[LinearProgram, float]:
    """Make a degenerate program, in wild units, around an x and multipliers that prove each other.

    Many columns rest at zero at no cost, or at one of 1e-9.
    """
    rng = np.random.default_rng([5, seed])
    rows, columns = int(rng.integers(5, 60)), int(rng.integers(5, 80))
    matrix = rng.normal(size=(rows, columns)) * (rng.random((rows, columns)) < rng.choice([0.1, 0.3]))
    matrix = matrix * 10.0 ** rng.uniform(-1, 1, (rows, columns))
    x = np.where(rng.random(columns) < 0.6, rng.uniform(0, 5, columns) * 10.0 ** rng.uniform(-2, 2, columns), 0.0)
    x[rng.random(columns) < 0.1] = 0.0
    y = np.where(rng.random(rows) < 0.6, rng.normal(size=rows) * 10.0 ** rng.uniform(-2, 2, rows), 0.0)
    level = matrix @ x
    row_lower, row_upper = np.where(y > 0, level, -np.inf), np.where(y < 0, level, np.inf)
    for side, sign in ((row_lower, -1.0), (row_upper, 1.0)):
        there = (y == 0) & (rng.random(rows) < 0.5)
        side[there] = (level + sign * rng.choice([0.0, 1e-3, 1.0], rows))[there]
    reduced = np.where(
        x == 0,
        rng.choice([0.0, 1e-9, 1.0, 1.0], columns) * rng.random(columns) * 10.0 ** rng.uniform(0, 1, columns),
        0.0,
    )
    cost = matrix.T @ y + reduced
    row, column = 10.0 ** rng.uniform(-3, 3, rows), 10.0 ** rng.uniform(-3, 3, columns)
    program = lp(matrix * row[:, None] * column, cost * column, "min", row_lower * row, row_upper * row, 0.0, np.inf)
    return program, float(cost @ x)


def test_a_claim_that_is_not_optimal_is_handed_on_as_it_is() -> None:
    nowhere = lp([[1.0]], [1.0], "min", [2.0], [np.inf], 0.0, 1.0)
    answer, certificate = solve_proved(nowhere, SolveOptions())
    assert answer.claim is Claim.INFEASIBLE
    assert not certificate.proved
    endless = lp([[1.0]], [1.0], "max", [2.0], [np.inf], 0.0, np.inf)
    answer, certificate = solve_proved(endless, SolveOptions())
    assert answer.claim is not Claim.OPTIMAL
    assert not certificate.proved


def test_the_time_limit_covers_refinement() -> None:
    program, _ = known(3)
    answer, certificate = solve_proved(program, SolveOptions(time_limit=1e-9))
    assert answer.claim is Claim.TIME_LIMIT
    assert not certificate.proved

"""Why there is no best plan: statuses, proofs that hold on exact numbers, and sentences that name what clashes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.base.status import Status
from natura_opt.program.builder import ProgramBuilder
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.diagnose import Impossibility, check_farkas, check_ray, prove_infeasible, prove_unbounded
from natura_opt.proof.judging import prove, solve_whole

INF = np.inf
BACKENDS = ("highs", "pyomo", "cvxpy")


def lp(
    matrix: Any, cost: Any, *, sense: Any = "min", sides: Any = (), bounds: Any = None, integer: bool = False
) -> LinearProgram:
    matrix = np.atleast_2d(np.asarray(matrix, dtype=float))
    rows, columns = matrix.shape
    limits = np.array(bounds if bounds is not None else [(0.0, INF)] * columns, dtype=float).reshape(columns, 2)
    builder = ProgramBuilder()
    builder.columns("x", pd.RangeIndex(columns), limits[:, 0], limits[:, 1], integer)
    builder.rows("row", pd.RangeIndex(rows), "==", 0.0)
    builder.terms("row", "x", matrix)
    builder.objective(sense, {"x": np.asarray(cost, dtype=float)})
    both = np.array(sides, dtype=float).reshape(rows, 2)
    return replace(builder.build(), row_lower=both[:, 0], row_upper=both[:, 1])


def judged(program: LinearProgram, **options: Any) -> tuple[Status, Impossibility | None]:
    chosen = SolveOptions(time_limit=20, **options)
    found = prove(program, chosen)
    return found.status, found.impossibility


def wild(program: LinearProgram, seed: int) -> LinearProgram:
    """Write a program in other units; powers of two, for in decimal ones it is another program: rounding alone can make
    rows contradict each other, or part ways that were one."""
    rng = np.random.default_rng(seed)
    rows, columns = program.shape
    row, column = 2.0 ** rng.integers(-17, 21, rows), 2.0 ** rng.integers(-17, 21, columns)
    matrix = program.matrix.toarray() * row[:, None] * column
    sides = np.column_stack([program.row_lower * row, program.row_upper * row])
    bounds = np.column_stack([program.lower / column, program.upper / column])
    return lp(matrix, program.cost * column, sense=program.sense, sides=sides, bounds=bounds)


INFEASIBLE = {
    "demand above a limit": lp([[1, 1], [1, 2]], [1, 1], sides=[(10, INF), (-INF, 5)]),
    "equalities that contradict": lp([[1, 1], [2, 2]], [1, 1], sides=[(3, 3), (5, 5)], bounds=[(-INF, INF)] * 2),
    "a bound in the way": lp([[1.0]], [1], sides=[(5, INF)], bounds=[(0, 3)]),
    "a fixed column in the way": lp([[1.0, -1.0]], [1, 1], sides=[(0, INF)], bounds=[(2, 2), (3, 3)]),
    "a negative limit": lp([[1.0]], [1], sides=[(-INF, -1)]),
    "an empty row that asks": lp([[0.0, 0.0]], [1, 1], sides=[(5, INF)]),
    "an empty row that forbids": lp([[0.0, 0.0]], [1, 1], sides=[(-INF, -5)]),
    "a range that cannot be": lp([[1.0]], [1], sides=[(4, 6)], bounds=[(7, 9)]),
    "everything is used up": lp([[0.1, -0.9], [-0.9, 0.1]], [1, 1], sides=[(1, INF), (1, INF)]),
    "not bounded either": lp([[1, -1], [-1, 1]], [-1, -1], sides=[(1, INF), (1, INF)]),
    "not bounded elsewhere": lp([[1, 0], [1, 0]], [0, -1], sides=[(3, INF), (-INF, 2)]),
    "through a free column": lp(
        [[1, -1], [-1, 0], [0, 1]], [0, 0], sides=[(0, INF), (-1, INF), (2, INF)], bounds=[(-INF, INF)] * 2
    ),
    "one part in ten million": lp([[1, 0], [1, 0]], [1, 1], sides=[(1, INF), (-INF, 1 - 1e-7)]),
}
UNBOUNDED = {
    "nothing limits": lp(np.zeros((0, 1)), [1], sense="max"),
    "a circle": lp([[1, -1]], [1, 0], sense="max", sides=[(-INF, 0)]),
    "a free column": lp([[1, 1]], [1, 0], sides=[(2, 2)], bounds=[(-INF, INF)] * 2),
    "downwards": lp([[1.0]], [1], sides=[(-INF, 4)], bounds=[(-INF, 7)]),
    "along an equality": lp([[1, -2], [0, 0]], [-1, 1], sides=[(3, 3), (-1, 1)]),
    "only far from the origin": lp([[1, 1], [1, -1]], [-1, 0], sides=[(100, INF), (-1, 1)]),
}


@pytest.mark.parametrize("seed", [None, *range(6)])
@pytest.mark.parametrize("name", INFEASIBLE)
def test_infeasible(name: str, seed: int | None) -> None:
    program = INFEASIBLE[name] if seed is None else wild(INFEASIBLE[name], seed)
    status, proof = judged(program)
    assert status is Status.INFEASIBLE
    assert proof is not None and proof.proved and proof.kind == "infeasible"
    assert "proved" in str(proof) and proof.sentence in str(proof)
    assert separates(program, proof.vector)


@pytest.mark.parametrize("seed", [None, *range(6)])
@pytest.mark.parametrize("name", UNBOUNDED)
def test_unbounded(name: str, seed: int | None) -> None:
    program = UNBOUNDED[name] if seed is None else wild(UNBOUNDED[name], seed)
    status, proof = judged(program)
    assert status is Status.UNBOUNDED
    assert proof is not None and proof.proved and proof.kind == "unbounded"
    assert gains(program, proof.vector)


@pytest.mark.parametrize("seed", range(80))
def test_random_programs_in_wild_units(seed: int) -> None:
    """The status is the same in whole numbers and in wild units, and every proof holds on the numbers themselves."""
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 7)), int(rng.integers(1, 7))
    matrix = rng.integers(-4, 5, (rows, columns)) * (rng.random((rows, columns)) < 0.6)
    sides = np.array(
        [[(0, INF), (3, INF), (-INF, 4), (2, 2), (-1, 3)][k] for k in rng.integers(0, 5, rows)], dtype=float
    )
    bounds = [
        [(0, INF), (-INF, INF), (0, 5), (2, 2), (-INF, 1)][k]
        for k in rng.choice(5, columns, p=[0.6, 0.1, 0.1, 0.1, 0.1])
    ]
    program = lp(matrix, rng.integers(-3, 4, columns), sense=rng.choice(["min", "max"]), sides=sides, bounds=bounds)
    status, _ = judged(program)
    for made in (program, wild(program, seed)):
        found, proof = judged(made)
        assert found is status is not Status.UNPROVED
        if found is Status.INFEASIBLE:
            assert proof is not None and separates(made, proof.vector)
        if found is Status.UNBOUNDED:
            assert proof is not None and gains(made, proof.vector)


def separates(program: LinearProgram, vector: Any, slack: float = 1e-9) -> bool:
    """Check a Farkas vector in exact arithmetic, each figure allowed a billionth of its own terms."""
    y = [Fraction(float(value)) for value in vector]
    matrix = program.matrix.toarray()
    needed = size = Fraction(0)
    for value, low, high in zip(y, program.row_lower, program.row_upper, strict=True):
        if value:
            side = low if value > 0 else high
            if not np.isfinite(side):
                return False
            needed += value * Fraction(float(side))
            size += abs(value * Fraction(float(side)))
    at_most = Fraction(0)
    for column in range(program.shape[1]):
        terms = [value * Fraction(float(a)) for value, a in zip(y, matrix[:, column], strict=True)]
        pull, scale = sum(terms), sum(abs(term) for term in terms)
        end = program.upper[column] if pull > 0 else program.lower[column]
        if abs(pull) <= scale * Fraction(slack) and not np.isfinite(end):
            continue
        if pull:
            if not np.isfinite(end):
                return False
            at_most += pull * Fraction(float(end))
            size += abs(pull * Fraction(float(end)))
    return needed - at_most > size * Fraction(slack)


def gains(program: LinearProgram, vector: Any, slack: float = 1e-9) -> bool:
    """Check a ray in exact arithmetic, each row allowed a billionth of its own terms."""
    ray = [Fraction(float(value)) for value in vector]
    for value, low, high in zip(ray, program.lower, program.upper, strict=True):
        if (value < 0 and np.isfinite(low)) or (value > 0 and np.isfinite(high)):
            return False
    for row, low, high in zip(program.matrix.toarray(), program.row_lower, program.row_upper, strict=True):
        terms = [Fraction(float(a)) * value for a, value in zip(row, ray, strict=True)]
        move, scale = sum(terms), sum(abs(term) for term in terms) * Fraction(slack)
        if (move < -scale and np.isfinite(low)) or (move > scale and np.isfinite(high)):
            return False
    terms = [Fraction(float(c)) * value for c, value in zip(program.cost, ray, strict=True)]
    sign = 1 if program.sense == "max" else -1
    return sign * sum(terms) > sum(abs(term) for term in terms) * Fraction(slack)


def test_bounds_that_cross_are_infeasible_whatever_the_cost() -> None:
    for cost in (-1.0, 0.0, 1.0):
        status, _ = judged(lp([[1.0]], [cost], sides=[(0, INF)], bounds=[(2, 1)]))
        assert status is Status.INFEASIBLE


def test_a_plan_that_is_only_possible_in_huge_amounts_is_possible() -> None:
    """x - w >= 1 and (1 + e) w - x >= 0 need w >= 1 / e: a pull of e on w is no rounding error."""
    for e in (1e-6, 1e-8, 2.0**-33, 2.0**-36):
        program = lp([[1, -1], [-1, 1 + e]], [1, 1], sides=[(1, INF), (0, INF)])
        residual, margin, cleaned = check_farkas(program, np.array([1.0, 1.0]))
        assert not Impossibility("infeasible", cleaned, residual, margin, 1e-9, "").proved, e
        assert judged(program)[0] in (Status.OPTIMAL, Status.UNPROVED), e


def test_whole_numbers_that_do_not_exist() -> None:
    """No linear proof covers these; never may it be said that there is a plan, or one that grows for ever."""
    between = lp([[1.0]], [1], sides=[(0, INF)], bounds=[(0.4, 0.6)], integer=True)
    odd = lp([[2.0]], [1], sides=[(1, 1)], bounds=[(0, 5)], integer=True)
    odd_and_endless = lp([[2.0, 0.0]], [0, -1], sides=[(1, 1)], bounds=[(0, 5), (0, INF)], integer=True)
    for program in (between, odd, odd_and_endless):
        status, _ = judged(program)
        assert status in (Status.INFEASIBLE, Status.UNPROVED)


def test_a_constant_does_not_spoil_the_bound_of_a_whole_number_program() -> None:
    program = lp([[2, 3]], [-3, -4], sides=[(-INF, 7.5)], integer=True)
    for offset in (0.0, 100.0, -1e6):
        _, certificate = solve_whole(replace(program, offset=offset), SolveOptions())
        assert certificate.proved, str(certificate)
        assert certificate.objective == pytest.approx(-10 + offset)
        assert certificate.bound == "solver"


def test_vectors_that_prove_nothing_are_refused() -> None:
    clash = INFEASIBLE["demand above a limit"]
    for vector in ([1, 0], [0, -1], [-1, 1], [1, -3], [0, 0]):
        residual, margin, cleaned = check_farkas(clash, np.array(vector, dtype=float))
        assert not Impossibility("infeasible", cleaned, residual, margin, 1e-9, "").proved, vector
    circle = UNBOUNDED["a circle"]
    for ray in ([1, 0], [0, 1], [-1, -1], [0, 0]):
        residual, gain, direction = check_ray(circle, np.array(ray, dtype=float))
        assert not Impossibility("unbounded", direction, residual, gain, 1e-9, "").proved, ray
    possible = lp([[1, 1]], [1, 1], sides=[(10, INF)])
    assert not prove_infeasible(possible, SolveOptions()).proved
    assert not prove_unbounded(possible, SolveOptions()).proved


def test_a_ray_into_a_bound_is_refused() -> None:
    program = lp([[1.0]], [1], sense="max", sides=[(0, INF)], bounds=[(0, 5)])
    residual, gain, direction = check_ray(program, np.array([1.0]))
    assert not Impossibility("unbounded", direction, residual, gain, 1e-9, "").proved


def corn_and_iron(**tables: Any) -> no.Economy:
    given: dict[str, Any] = {
        "goods": ["corn", "iron"],
        "inputs": [[0.2, 0.1], [0.1, 0.3]],
        "resources": ["labour"],
        "resource_use": [[1.0, 2.0]],
        "resource_limits": [100.0],
        "targets": [10.0, 5.0],
        "periods": 2,
        "objective": "fulfilment",
    }
    return no.build_economy(**(given | tables))


LEAST = {"objective": "least-resources", "resource_weights": [1.0]}


def sentence(economy: no.Economy, backend: str, status: Status, **more: Any) -> str:
    plan = no.solve(economy, backend=backend, **more)
    assert plan.status is status
    assert plan.impossibility is not None
    assert plan.impossibility.sentence in str(plan)
    with pytest.raises(no.NotProvedError, match=str(status)):
        plan.assert_optimal()
    with pytest.raises(no.NotProvedError):
        _ = plan.objective
    return plan.impossibility.sentence


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_demand_beyond_the_labour(backend: str) -> None:
    said = sentence(corn_and_iron(**LEAST, resource_limits=[1.0]), backend, Status.INFEASIBLE)
    assert "the demand for 'corn' (1)" in said
    assert "cannot be served within the limit of 'labour' (1)" in said


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_floor_beyond_the_labour(backend: str) -> None:
    economy = corn_and_iron()
    question = no.Question("fulfilment", floor=100.0)
    said = sentence(economy.with_changes(questions={"default": question}), backend, Status.INFEASIBLE)
    assert "the floor of '1'" in said and "the limit of 'labour' (1)" in said


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_economy_that_eats_more_than_it_makes(backend: str) -> None:
    economy = corn_and_iron(inputs=[[0.9, 0.9], [0.9, 0.9]], resource_limits=None, **LEAST)
    said = sentence(economy, backend, Status.INFEASIBLE)
    assert "cannot be made in any amount" in said and "'corn'" in said and "'iron'" in said


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_good_that_nothing_makes_or_uses(backend: str) -> None:
    economy = no.build_economy(
        goods=["corn", "gold"],
        techniques=["farm"],
        inputs=[[0.2], [0.0]],
        outputs=[[1.0], [0.0]],
        targets=[1.0, 1.0],
        resources=["labour"],
        resource_use=[[1.0]],
        **LEAST,
    )
    said = sentence(economy, backend, Status.INFEASIBLE)
    assert "the demand for 'gold' (1)" in said and "nothing makes it" in said
    assert "corn" not in said


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_stock_that_is_too_small(backend: str) -> None:
    economy = corn_and_iron(
        **LEAST,
        resource_limits=[1e4],
        targets=[100.0, 50.0],
        capital=[[0, 0], [1.0, 1.0]],
        initial_capital=[[0, 0], [10.0, 500.0]],
        depreciation=[[0, 0], [0.1, 0.1]],
    )
    said = sentence(economy, backend, Status.INFEASIBLE)
    assert "within the stock of 'iron in corn' (1)" in said


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_limits_the_plan(backend: str) -> None:
    economy = corn_and_iron(resource_use=None, resource_limits=None, resources=[])
    said = sentence(economy, backend, Status.UNBOUNDED)
    assert "nothing limits the plan" in said and "'corn'" in said and "'iron'" in said


def test_an_upper_bound_on_an_activity_is_named() -> None:
    """Corn *can* be made here, only not enough of it: the bound of the activity is what clashes with the demand."""

    def at_most_one(model: Any, economy: no.Economy, question: no.Question) -> None:
        for level in model.activities.values():
            level.setub(1.0)

    law = no.ExtraLaw("pyomo", at_most_one)
    said = sentence(corn_and_iron(resource_limits=None, **LEAST), "highs", Status.INFEASIBLE, extra_laws=[law])
    assert "nothing makes it" not in said and "cannot be made in any amount" not in said
    assert "bound" in said or "most" in said or "limit" in said


def test_a_negative_limit_is_not_called_a_demand() -> None:
    def below_zero(program: ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        program.rows("quota", pd.Index(["corn"]), "<=", -1.0)
        program.terms("quota", "activities", np.array([[1.0, 0.0, 0.0, 0.0]]))

    said = sentence(corn_and_iron(), "highs", Status.INFEASIBLE, extra_laws=[no.ExtraLaw("matrix", below_zero)])
    assert "quota 'corn'" in said
    assert "nothing makes it" not in said


def test_goods_of_several_regions_are_named_readably() -> None:
    pairs = [("north", "coal"), ("south", "coal")]
    economy = no.build_economy(
        goods=pairs,
        techniques=pairs,
        inputs=[[0.2, 0.1], [0.1, 0.3]],
        resources=[("north", "labour")],
        resource_use=[[1.0, 2.0]],
        resource_limits=[1.0],
        targets=[10.0, 5.0],
        periods=2,
        **LEAST,
    )
    said = sentence(economy, "highs", Status.INFEASIBLE)
    assert "north" in said and "coal" in said
    assert "('" not in said, said

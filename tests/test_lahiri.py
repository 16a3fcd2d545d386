"""Plans by Lahiri's iteration: the same as the program's, proved; refused, or said to be impossible, by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.base.errors import CannotAnswerError, SettingError
from natura_opt.base.status import Status

from .curves_for_tests import random_curve

ITERATIONS = ("monotone", "newton", "anderson", "least-squares")


def corn(demand: float, curve: Any, made: float = 1.0, **more: Any) -> no.Economy:
    """One good of which making it takes some: by a curve; a unit of labour per unit of activity."""
    return no.build_economy(
        name="corn",
        goods=["corn"],
        techniques=["grow"],
        resources=["labour"],
        outputs=[[made]],
        resource_use=[[1.0]],
        resource_weights=[1.0],
        targets=[demand],
        curves={("grow", "corn"): curve},
        **more,
    )


def quadratic(demand: float, end: float = 100.0) -> no.Economy:
    return corn(demand, (lambda q: 0.1 * q + 0.05 * q**2, end))


def random_economy(seed: int, size: int, bends: tuple[str, ...]) -> no.Economy:
    """Goods with a technique each that makes several units of it; curves of goods and of labour, in two periods."""
    rng = np.random.default_rng(seed)
    made = rng.uniform(0.5, 4.0, size)
    inputs = np.where(rng.random((size, size)) < 0.5, rng.uniform(0, 0.3 / size, (size, size)), 0.0)
    curved = (rng.random((size, size)) < 0.4) & (inputs == 0.0)
    curves = {}
    for i, j in zip(*np.nonzero(curved), strict=True):
        curves[f"t{j}", f"g{i}"] = random_curve(rng, bends[int(rng.integers(len(bends)))], 60.0, 0.5 / size)
    curves["t0", "labour"] = random_curve(rng, bends[0], 60.0, 2.0)
    use = rng.uniform(0.1, 1.0, (1, size))
    use[0, 0] = 0.0
    return no.build_economy(
        goods=[f"g{i}" for i in range(size)],
        techniques=[f"t{j}" for j in range(size)],
        resources=["labour"],
        periods=["1", "2"],
        outputs=np.diag(made),
        inputs=inputs,
        resource_use=use,
        resource_weights=[1.0],
        targets=rng.uniform(0.0, 6.0, (size, 2)),
        curves=curves,
    )


def ask(economy: no.Economy, **settings: Any) -> no.Plan:
    return no.solve(economy, no.Question("least-resources"), **settings)


@pytest.mark.parametrize("iteration", ITERATIONS)
def test_the_known_answers(iteration: str) -> None:
    plan = ask(quadratic(1.0), method="lahiri", iteration=iteration).assert_optimal()
    assert plan.activities.iloc[0, 0] == pytest.approx((0.9 - np.sqrt(0.61)) / 0.1, rel=1e-9)
    assert plan.bracket.holds and plan.bracket.apart < 1e-9
    root = ask(corn(1.0, (lambda q: 0.6 * q**0.5, 50.0)), method="lahiri", iteration=iteration).assert_optimal()
    assert root.activities.iloc[0, 0] == pytest.approx(1.8064183905, rel=1e-10)


def test_valuations_are_marginal() -> None:
    """dx/dd = 1 / (1 - .1 - .1 x): what one more corn takes at this scale, not on average; by differences as well."""
    plan = ask(quadratic(4.0), method="lahiri")
    price = float(plan.dual[plan.program.row_block("balance").start])
    assert price == pytest.approx(1.0 / (0.9 - 0.1 * 8.0), rel=1e-6)
    around = [ask(quadratic(4.0 + h), method="lahiri").activities.iloc[0, 0] for h in (-1e-4, 1e-4)]
    assert price == pytest.approx((around[1] - around[0]) / 2e-4, rel=1e-3)


@pytest.mark.parametrize("demand", [4.05 + 1e-6, 4.1, 60.0])
def test_no_plan_meets_the_demand(demand: float) -> None:
    plan = ask(quadratic(demand), method="lahiri")
    assert plan.status is Status.INFEASIBLE
    assert "no plan meets this demand" in plan.attempts[0].message
    assert plan.impossibility is not None and plan.impossibility.proved
    if demand >= 4.1:
        assert ask(quadratic(demand), method="auto").status is Status.INFEASIBLE
    assert ask(quadratic(demand), method="lahiri", iteration="newton", max_passes=50).status is not Status.OPTIMAL


def test_a_larger_solution_is_not_passed_off_as_the_best() -> None:
    """From the demand up, Newton ends at the larger of two plans: its labour is more than the bound from below."""
    falling = corn(1.0, [[0, 0], [2, 1], [4, 3.5], [20, 4.5]])  # 1 + phi meets q at 2, between 2 and 4 never, at 4.27
    least = ask(falling, method="lahiri").assert_optimal()
    program = ask(falling, method="auto").assert_optimal()
    assert least.activities.iloc[0, 0] == pytest.approx(program.activities.iloc[0, 0], rel=1e-9) == pytest.approx(2.0)


@pytest.mark.parametrize("seed", range(8))
def test_the_same_plan_as_the_program(seed: int) -> None:
    """Two roads: rounds of orders from below, and HiGHS on the pieces, binaries where curves are not convex."""
    economy = random_economy(seed, 4, (("convex",), ("convex", "concave", "mixed", "jumping"))[seed % 2])
    program = ask(economy, method="auto")
    for iteration in ("monotone", "newton"):
        plan = ask(economy, method="lahiri", iteration=iteration)
        if program.status is Status.INFEASIBLE:
            assert plan.status is not Status.OPTIMAL
            continue
        if plan.status is not Status.OPTIMAL and iteration == "newton":
            continue
        plan.assert_optimal()
        assert plan.certificate.objective == pytest.approx(program.certificate.objective, rel=1e-8)
        np.testing.assert_allclose(plan.activities.to_numpy(), program.activities.to_numpy(), rtol=1e-6, atol=1e-9)
    assert ask(economy, method="lahiri").status in (Status.OPTIMAL, Status.INFEASIBLE)


def test_a_resource_that_does_not_suffice() -> None:
    short = corn(4.0, [[0, 0], [10, 4]], resource_limits=[5.0])
    plan = ask(short, method="lahiri")
    assert plan.status is Status.INFEASIBLE and plan.impossibility.proved
    ask(corn(4.0, [[0, 0], [10, 4]], resource_limits=[7.0]), method="lahiri").assert_optimal()


def test_without_curves_it_is_the_fixed_point() -> None:
    plan = no.solve(no.read("wheat_cloth"), method="lahiri").assert_optimal()
    assert plan.activities["1"].to_list() == pytest.approx([100.0, 50.0], rel=1e-9)


def test_what_it_cannot_answer() -> None:
    with pytest.raises(CannotAnswerError, match="'least-resources'"):
        no.solve(quadratic(1.0), no.Question("assortment"), method="lahiri")
    with pytest.raises(SettingError, match="iteration"):
        ask(quadratic(1.0), method="lahiri", iteration="picard")
    with pytest.raises(CannotAnswerError, match="initial stocks"):
        ask(corn(1.0, [[0, 0], [10, 4]], initial_stocks=[1.0]), method="lahiri")

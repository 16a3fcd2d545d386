"""Industries that must stand idle: harmony of the rest, proved, with Clarabel as the judge."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.base.errors import QuestionError
from natura_opt.input_output.coefficients import Coefficients
from natura_opt.methods.harmony.limited_output import LimitedOutput
from natura_opt.methods.harmony.one_period import form_of
from natura_opt.methods.harmony.standing_idle import PricesUndecidedError, find_idle, idle_prices
from natura_opt.objectives.harmony_functions import H2018

TOLERANCE = 1e-6
KINDS = ("beyond one", "one on the diagonal", "one in a block", "near one", "unmade")
THREE = {
    "goods": ["a", "b", "c"], "resources": ["labour"], "resource_use": [[1, 1, 1]], "resource_limits": [10],
    "objective": "assortment",
}  # fmt: skip


def three(**tables: Any) -> no.Economy:
    return no.build_economy(**(THREE | tables))


def partly_sick(seed: int) -> no.Economy:
    """Return an economy with a part that cannot sustain itself; wanted in even seeds, unwanted in odd ones."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 12))
    inputs = np.where(rng.random((n, n)) < 0.35, rng.uniform(0.0, 0.5, (n, n)), 0.0)
    inputs *= 0.7 / max(0.7, np.abs(np.linalg.eigvals(inputs)).max())
    count = int(rng.integers(1, max(2, n // 2)))
    part = rng.choice(n, count, replace=False)
    outputs, kind = np.eye(n), KINDS[seed % len(KINDS)]
    if kind == "beyond one":
        inputs[part, part] = rng.uniform(1.0, 3.0, count)
    elif kind == "one on the diagonal":
        inputs[part, part] = 1.0
    elif kind == "one in a block":  # columns that sum to one exactly
        inputs[np.ix_(part, part)] = rng.multinomial(16, [1 / count] * count, count).T / 16.0
    elif kind == "near one":
        block = rng.uniform(0.1, 1.0, (count, count))
        near = rng.choice([1.0, 1 + 1e-9, 1 + 1e-12, 1 + 1e-14, 1 - 1e-15, 1 - 1e-9, 1 - 1e-6])
        inputs[np.ix_(part, part)] = block * near / np.abs(np.linalg.eigvals(block)).max()
    else:
        outputs[:, part] = 0.0
    targets = np.where(rng.random(n) < 0.6, rng.uniform(1.0, 9.0, n), 0.0)
    if seed % 2:
        targets[part] = 0.0
    if not targets.any():
        targets[0] = 1.0
    use = rng.uniform(0.2, 2.0, (2, n))
    if seed % 3 == 0:
        use[:, part] = 0.0
    limits = rng.uniform(5.0, 50.0, 2)
    units = 10.0 ** rng.integers(-3, 4, n) if seed % 4 else np.ones(n)
    return no.build_economy(
        goods=[f"g{k}" for k in range(n)], techniques=[f"t{k}" for k in range(n)], resources=["labour", "land"],
        inputs=inputs * units[:, None], outputs=outputs * units[:, None], targets=targets * units,
        resource_use=use, resource_limits=limits, objective="assortment",
    )  # fmt: skip


def check(economy: no.Economy) -> None:
    """By prices and by arrays alone, proved, and as Clarabel has it."""
    plan, judge = no.solve(economy, objective="harmony"), no.solve(economy, method="harmony-cvxpy", objective="harmony")
    assert plan.proved, plan
    size = plan.harmony.size
    if judge.proved:
        assert plan.harmony.total == pytest.approx(judge.harmony.total, abs=2 * TOLERANCE * size)
    assert judge.harmony.bound >= plan.harmony.total - TOLERANCE * size
    assert plan.harmony.bound >= judge.harmony.total - 2 * TOLERANCE * size
    if plan.harmony.reason.startswith("by prices"):
        found = no.harmonise_outputs(economy)
        assert found.proved and found.harmony.total == pytest.approx(plan.harmony.total, abs=2 * TOLERANCE * size)
        form, _ = form_of(economy, economy.vector("target_weights", 0), H2018)
        assert form is not None
        idle = find_idle(form.form).goods
        assert not found.output.to_numpy()[idle].any() and not found.consumption.to_numpy()[idle].any()


@pytest.mark.parametrize("seed", range(40))
def test_a_part_that_cannot_sustain_itself_stands_idle(seed: int) -> None:
    check(partly_sick(seed))


@pytest.mark.exhaustive
@pytest.mark.parametrize("chunk", range(26))
def test_a_part_that_cannot_sustain_itself_stands_idle_exhaustively(chunk: int) -> None:
    for seed in range(40 + 10 * chunk, 50 + 10 * chunk):
        check(partly_sick(seed))


def test_an_unwanted_industry_that_uses_up_more_than_it_makes() -> None:
    economy = three(inputs=[[0.2, 0.1, 0.3], [0.1, 0.2, 0.2], [0, 0, 1.2]], targets=[1, 2, 0])
    for method in ("harmony", "harmony-cvxpy", "harmony-tangents"):
        plan = no.solve(economy, method=method, objective="harmony").assert_optimal()
        assert plan.objective == pytest.approx(1.812379, abs=2e-6)
    plan = no.solve(economy, objective="harmony")
    assert "standing idle: 'c'" in plan.harmony.reason
    assert "can be delivered" not in plan.harmony.reason
    assert plan.activities.loc["c", "1"] == 0.0
    found = no.harmonise_outputs(economy)
    assert found.proved and "standing idle: 'c'" in found.harmony.reason and found.output.loc["c", "1"] == 0.0
    for method in ("harmony-1990", "harmony-2018"):  # an answer, with a bound, or a sentence
        try:
            historical = no.solve(economy, method=method, objective="harmony")
        except QuestionError as error:
            assert "'c'" in str(error)
        else:
            assert np.isfinite(historical.harmony.bound)


def test_a_wanted_industry_that_cannot_be_served_is_named() -> None:
    """Of 'c' nothing can be delivered: H(-1) = -1.5 beside what the others make."""
    economy = three(inputs=[[0.2, 0.1, 0.3], [0.1, 0.2, 0.2], [0, 0, 1.2]], targets=[1, 2, 3])
    plan = no.solve(economy, objective="harmony").assert_optimal()
    assert plan.objective == pytest.approx(1.812379 - 1.5, abs=2e-6)
    assert "none of 'c' can be delivered" in plan.harmony.reason
    assert plan.consumption.loc["c", "1"] == 0.0


@pytest.mark.parametrize(
    "inputs",
    [
        [[0.2, 0.1, 0.3], [0.1, 0.2, 0.2], [0, 0.1, 1.0]],  # who needs it stands idle too
        [[0.2, 0.1, 0.3], [0.1, 0.2, 0.2], [0.1, 0.1, 1.0]],
        [[0.2, 0.1, 0.0], [0.1, 0.2, 0.0], [0.1, 0.0, 2.0]],
    ],
)
def test_where_everything_needs_it_nothing_runs(inputs: Any) -> None:
    plan = no.solve(three(inputs=inputs, targets=[1, 2, 3]), objective="harmony").assert_optimal()
    assert plan.objective == -4.5 and plan.certificate.dual_objective == pytest.approx(-4.5, abs=1e-6)
    assert not plan.activities.to_numpy().any()


@pytest.mark.parametrize(("needs", "harmony"), [(0.0, 1.812379 - 1.5), (0.1, -4.5)])
def test_a_good_that_nobody_makes(needs: float, harmony: float) -> None:
    economy = three(
        techniques=["A", "B", "C"], inputs=[[0.2, 0.1, 0], [0.1, 0.2, 0.2], [0, needs, 0.1]],
        outputs=[[1, 0, 0], [0, 1, 0], [0, 0, 0]], targets=[1, 2, 3],
    )  # fmt: skip
    check(economy)
    assert no.solve(economy, objective="harmony").objective == pytest.approx(harmony, abs=2e-6)
    assert no.solve(economy, objective="harmony").harmony.reason.startswith("by prices")


@pytest.mark.parametrize(
    ("use", "harmony"), [([0, 0, 1], 0.312379), ([0, 1, 0], -4.5), ([1, 0, 0], -4.5), ([1, 1, 1], -4.5)]
)
def test_outputs_beside_a_limit_of_zero(use: list[int], harmony: float) -> None:
    economy = three(
        resources=["labour", "land"], inputs=[[0.2, 0.1, 0], [0.1, 0.2, 0.2], [0, 0, 0.1]], targets=[1, 2, 3],
        resource_use=[[1, 1, 1], use], resource_limits=[10, 0],
    )  # fmt: skip
    found = no.harmonise_outputs(economy)
    assert found.proved and found.harmony.total == pytest.approx(harmony, abs=2e-6)
    plan = no.solve(economy, objective="harmony").assert_optimal()
    assert plan.objective == pytest.approx(harmony, abs=4e-6)


def form(inputs: Any, targets: Any, use: Any) -> LimitedOutput:
    wanted = np.asarray(targets, dtype=float)
    return LimitedOutput(
        Coefficients(np.asarray(inputs, dtype=float)), Coefficients(np.asarray(use, dtype=float)),
        np.full(len(use), 10.0), wanted, np.ones(len(wanted)), H2018,
    )  # fmt: skip


def test_what_is_proved_of_the_idle_is_proved_by_prices() -> None:
    """Every idle industry's costs are at least its price, by fractions; without that there is no bound."""
    problem = form([[0.5, 0.5, 0.1], [0.5, 0.5, 0.0], [0.0, 0.0, 0.2]], [1.0, 1.0, 1.0], [[0.0, 0.0, 1.0]])
    idle = find_idle(problem)
    assert idle.goods.tolist() == [True, True, True] and idle.sick.tolist() == [True, True, False]
    _, prices = idle_prices(problem, idle, np.zeros(1), np.zeros(3))
    assert (prices >= 2.0).all() and prices[0] == prices[1]  # H'(-1) = 2


def test_a_productive_part_is_never_proved_idle() -> None:
    """Were it taken for sick: no prices would bear it, and it is said to be undecided."""
    problem = form([[0.5, 0.4], [0.5, 0.5]], [1.0, 1.0], [[0.0, 0.0]])
    taken_for = find_idle(form([[0.5, 0.5], [0.5, 0.5]], [1.0, 1.0], [[0.0, 0.0]]))
    assert not find_idle(problem).goods.any() and taken_for.goods.all()
    with pytest.raises(PricesUndecidedError, match="too near to call"):
        idle_prices(problem, taken_for, np.zeros(1), np.zeros(2))


def test_a_large_economy_beside_a_sick_industry() -> None:
    """Nobody else needs it, and the rest does all it can; where everybody needs it, nobody runs."""
    economy = no.generate_economy("cockshott", goods=300, inputs=5, seed=3)
    inputs = economy.matrix("inputs", 0).tolil()
    inputs[7, 7] = 1.5
    needed = no.harmonise_outputs(economy.with_changes(inputs=inputs.tocsr()))
    assert needed.proved and not needed.output.to_numpy().any() and needed.harmony.total == -1.5 * 300
    inputs[7, :] = 0.0
    inputs[7, 7] = 1.5
    beside = no.harmonise_outputs(economy.with_changes(inputs=inputs.tocsr()))
    deliveries = beside.consumption.to_numpy()[:, 0]
    assert beside.proved and f"standing idle: {beside.economy.goods[7]!r}" in beside.harmony.reason
    assert deliveries[7] == 0.0 and beside.output.iloc[7, 0] == 0.0
    assert np.delete(deliveries, 7).min() > 0.0

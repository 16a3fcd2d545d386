"""Harmony by prices where goods have several techniques: Clarabel judges, and every round brackets its optimum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.base.status import Status
from natura_opt.formulate import with_objective
from natura_opt.methods.harmony import by_choice
from natura_opt.methods.harmony.by_choice import NoChoiceError, harmonise_choice
from natura_opt.methods.harmony.choice_bundle import Round, mix
from natura_opt.methods.harmony.choice_period import MOST_SCARCE, choice_period
from natura_opt.methods.harmony.chosen_output import ChosenOutput
from natura_opt.methods.harmony.problem import harmony_problem
from natura_opt.objectives.harmony_functions import H2018

TOLERANCE = 1e-6
CORN: dict[str, Any] = {
    "goods": ["corn"], "techniques": ["by_hand", "by_machine"], "resources": ["labour", "land"],
    "inputs": [[0.0, 0.5]], "outputs": [[1.0, 1.0]], "resource_use": [[4.0, 1.0], [1.0, 4.0]],
    "resource_limits": [10.0, 10.0], "targets": [2.0], "objective": "assortment",
}  # fmt: skip


def seeded(seed: int) -> no.Economy:
    """One to four techniques a good, up to 100 goods, 1 to 8 resources; every other one in units far apart."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(50, 101)) if seed % 4 == 0 else int(rng.integers(2, 25))
    counts = rng.integers(1, 5, n)
    counts[0] = max(counts[0], 2)
    t, m = int(counts.sum()), int(rng.integers(1, 9))
    amount = rng.uniform(0.5, 2.0, t)
    inputs = np.where(rng.random((n, t)) < min(0.5, 6 / n), rng.uniform(0.0, 1.0, (n, t)), 0.0)
    inputs *= amount * rng.uniform(0.2, 0.8, t) / np.maximum(inputs.sum(axis=0), 1e-9)
    outputs = np.zeros((n, t))
    outputs[np.repeat(np.arange(n), counts), np.arange(t)] = amount
    use = np.where(rng.random((m, t)) < 0.6, rng.uniform(0.1, 1.0, (m, t)), 0.0)
    use[0] += 0.05
    targets = np.where(rng.random(n) < 0.8, rng.uniform(0.5, 5.0, n), 0.0)
    targets[0] = 1.0
    units = 10.0 ** rng.integers(-3, 4, n) if seed % 2 else np.ones(n)
    return no.build_economy(
        goods=[f"g{k}" for k in range(n)], techniques=[f"t{k}" for k in range(t)],
        resources=[f"r{k}" for k in range(m)], inputs=inputs * units[:, None], outputs=outputs * units[:, None],
        targets=targets * units, resource_use=use,
        resource_limits=rng.uniform(0.5, 2.0, m) * use.sum(axis=1) / t * n * 3, objective="assortment",
    )  # fmt: skip


def check(economy: no.Economy) -> None:
    plan = no.solve(economy, objective="harmony").assert_optimal()
    judge = no.solve(economy, method="harmony-cvxpy", objective="harmony").assert_optimal()
    size = plan.harmony.size
    assert plan.harmony.reason.startswith("by prices (one period, techniques chosen by price")
    assert abs(plan.harmony.total - judge.harmony.total) <= (plan.harmony.gap_per_good + TOLERANCE) * size
    assert plan.harmony.trace
    for point in plan.harmony.trace:
        assert point.attained <= judge.harmony.bound + 1e-9 * size
        assert point.bound >= judge.harmony.total - 1e-9 * size
    passes = [point.passes for point in plan.harmony.trace]
    assert passes == sorted(passes) and passes[0] > 0


@pytest.mark.parametrize("seed", range(6))
def test_clarabels_optimum_lies_within_every_round(seed: int) -> None:
    check(seeded(seed))


@pytest.mark.exhaustive
@pytest.mark.parametrize("chunk", range(20))
def test_clarabels_optimum_lies_within_every_round_exhaustively(chunk: int) -> None:
    for seed in range(10 * chunk, 10 * chunk + 10):
        check(seeded(seed))


def test_two_techniques_share_what_neither_could_make_alone() -> None:
    """By hand takes labour, by machine land: 10 of each make y with 4a + b = a + 4b = 10, y = a + b/2 = 3."""
    plan = no.solve(no.build_economy(**CORN), objective="harmony").assert_optimal()
    assert plan.harmony.reason.startswith("by prices")
    np.testing.assert_allclose(plan.activities.to_numpy()[:, 0], [2.0, 2.0], rtol=1e-5)
    assert plan.harmony.total == pytest.approx(np.log(3.0 / 2.0), abs=1e-6)


def test_goods_on_hand_and_pooled_stocks_are_scarce_things() -> None:
    """One of two corn is there already, and the machine is a stock of two: b <= 2, as in the plan without it."""
    more = {"capital": [[0.0, 1.0]], "capital_pool": [2.0], "goods": ["corn"]}
    economy = no.build_economy(**(CORN | more))
    plan = no.solve(economy, objective="harmony").assert_optimal()
    judge = no.solve(economy, method="harmony-cvxpy", objective="harmony").assert_optimal()
    assert plan.harmony.reason.startswith("by prices")
    assert plan.harmony.total == pytest.approx(judge.harmony.total, abs=2e-6)


def test_what_is_said_where_prices_do_not_choose() -> None:
    def reason(**tables: Any) -> str:
        economy = no.build_economy(**(CORN | tables))
        found, why = choice_period(harmony_problem(economy, with_objective(economy, economy.question(), "harmony", {})))
        assert found is None
        return why

    assert "joint products" in reason(goods=["corn", "straw"], outputs=[[1, 1], [1, 0]], inputs=[[0, 0], [0, 0]],
                                      targets=[2, 1])  # fmt: skip
    many = MOST_SCARCE + 1
    assert f"{many} limits" in reason(
        resources=[f"r{k}" for k in range(many)], resource_use=np.ones((many, 2)), resource_limits=np.full(many, 9.0)
    )
    assert "emission" in reason(pollutants=["smoke"], emissions=[[0.1, 0.3]], damage_weights=[0.01])
    economy = no.build_economy(**(CORN | {"resources": [f"r{k}" for k in range(many)], "resource_limits": [9.0] * many,
                                          "resource_use": np.ones((many, 2))}))  # fmt: skip
    plan = no.solve(economy, objective="harmony").assert_optimal()
    assert plan.harmony.reason.startswith("by the primal-dual method") and f"{many} limits" in plan.harmony.reason


def form(techniques: int = 2, goods: int = 30, scarce: int = 3, seed: int = 0) -> ChosenOutput:
    rng = np.random.default_rng(seed)
    rows = goods * techniques
    inputs = np.where(rng.random((rows, goods)) < 0.2, rng.random((rows, goods)), 0.0)
    inputs *= 0.7 / np.maximum(inputs.sum(axis=1, keepdims=True), 1e-9)
    return ChosenOutput(
        sp.csr_array(inputs), sp.csr_array(rng.uniform(0.1, 1.0, (rows, scarce)) / goods),
        np.arange(goods + 1) * techniques,
        rng.uniform(0.5, 2.0, goods), rng.uniform(0.5, 2.0, goods), H2018,
    )  # fmt: skip


def test_prices_plans_and_bound_are_what_they_are_said_to_be() -> None:
    problem = form()
    answer = harmonise_choice(problem, tolerance=TOLERANCE)
    assert answer.proved and answer.gap_per_good <= TOLERANCE
    w, p = answer.scarce_prices, answer.prices
    assert (w >= 0).all()
    assert (np.repeat(p, 2) <= problem.inputs @ p + problem.use @ w).all()
    assert answer.bound == pytest.approx(problem.lagrangian(w, p), rel=1e-12)
    made = np.add.reduceat(answer.levels, problem.first[:-1])
    left = made - problem.inputs.T @ answer.levels
    assert (problem.use.T @ answer.levels <= 1.0).all() and (answer.levels >= 0).all() and (left >= 0).all()
    assert problem.harmony(left) >= answer.harmony - 1e-9 * problem.weights.sum()


def test_whoever_stops_it_has_the_best_proved_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, lowest, asked = form(), by_choice.lowest, []

    def stopped(*given: Any) -> Any:
        asked.append(1)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return lowest(*given)

    monkeypatch.setattr(by_choice, "lowest", stopped)
    answer = harmonise_choice(problem)
    assert answer.interrupted and not answer.proved and len(answer.trace) == 2
    assert answer.harmony <= answer.bound < np.inf and answer.levels.any()
    monkeypatch.setattr(by_choice, "lowest", lowest)
    best = harmonise_choice(problem)
    assert answer.harmony <= best.bound and answer.bound >= best.harmony


def test_a_plan_that_was_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(by_choice, "lowest", stopped)
    plan = no.solve(seeded(2), objective="harmony")
    assert plan.status is Status.INTERRUPTED and np.isfinite(plan.harmony.bound)


def test_rounds_and_time_end_it_with_what_is_proved() -> None:
    for limits in ({"max_rounds": 1}, {"time_limit": 1e-9}):
        answer = harmonise_choice(form(), **limits)
        assert len(answer.trace) == 1 and answer.harmony <= answer.bound < np.inf and not answer.interrupted


def test_what_nothing_limits_and_what_cannot_be_productive_is_left_to_others() -> None:
    problem = form()
    hungry = ChosenOutput(problem.inputs * 3.0, problem.use, problem.first, problem.targets, problem.weights, H2018)
    with pytest.raises(NoChoiceError, match="productive"):
        harmonise_choice(hungry)


@pytest.mark.parametrize("seed", range(4))
def test_a_mix_is_the_best_of_a_grid(seed: int) -> None:
    problem, rng = form(), np.random.default_rng(seed)
    plans = [Round(np.ones(3), 0.0, rng.uniform(0.2, 1.0, 3), rng.uniform(0.0, 2.0, 30)) for _ in range(2)]
    found = mix(problem, plans, np.zeros(2))
    used = sum(a * plan.used for a, plan in zip(found, plans, strict=True))
    assert (used <= 1.0).all() and used.max() == pytest.approx(1.0, rel=1e-12)
    best = -np.inf
    for share in np.linspace(0.0, 1.0, 401):
        use = share * plans[0].used + (1 - share) * plans[1].used
        made = (share * plans[0].deliveries + (1 - share) * plans[1].deliveries) / use.max()
        best = max(best, problem.harmony(made))
    assert problem.harmony(found[0] * plans[0].deliveries + found[1] * plans[1].deliveries) >= best - 1e-6


def test_plans_that_are_folded_into_one_stay_in_the_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_choice, "_KEPT", 2)
    problem = form()
    answer = harmonise_choice(problem, tolerance=TOLERANCE)
    assert len(answer.trace) > 3 and answer.plans <= 2
    made = np.add.reduceat(answer.levels, problem.first[:-1])
    left = made - problem.inputs.T @ answer.levels
    assert (problem.use.T @ answer.levels <= 1.0 + 1e-12).all()
    assert problem.harmony(left) >= answer.harmony - 1e-9 * problem.weights.sum()

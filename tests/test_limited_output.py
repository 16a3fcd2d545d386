"""One period, one technique per good: harmony, its bound by prices, and repairs, each recomputed densely."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import minimize, minimize_scalar

from natura_opt.base.errors import QuestionError
from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.witness import find_witness
from natura_opt.methods.harmony.limited_output import (
    LimitedOutput,
    _least_of_rows,
    feasible_outputs,
    find_surplus,
    proven_bound,
    refuse_unlimited,
    solve_weighed,
)
from natura_opt.methods.harmony.standing_idle import (
    Idle,
    PricesUndecidedError,
    _first_units,
    _gaining_but_one,
    _proves,
    _users_of,
    find_idle,
    idle_prices,
)
from natura_opt.objectives.harmony_functions import H2018, HarmonyFunction

ROOT = HarmonyFunction("root", lambda s: np.sqrt(2.0 + s) - np.sqrt(2.0), lambda s: 0.5 / np.sqrt(2.0 + s))


def problem_of(seed: int, size: int = 5, limits: int = 2, function: Any = H2018, **changed: Any) -> LimitedOutput:
    rng = np.random.default_rng(seed)
    inputs = np.where(rng.random((size, size)) < 0.5, rng.uniform(0, 1, (size, size)), 0.0)
    inputs *= 0.7 / max(np.abs(np.linalg.eigvals(inputs)).max(), 1e-3)
    given = {
        "inputs": inputs,
        "use": rng.uniform(0.1, 1, (limits, size)),
        "there": rng.uniform(2, 6, limits),
        "targets": np.where(rng.random(size) < 0.8, rng.uniform(0.5, 2, size), 0.0),
        "weights": rng.uniform(0.5, 2, size),
        **changed,
    }
    given["targets"][0] = max(given["targets"][0], 1.0)
    tables = {
        k: Coefficients(sp.csr_array(given[k])) if k in ("inputs", "use") else np.asarray(v) for k, v in given.items()
    }
    return LimitedOutput(**tables, function=function)


def dense(problem: LimitedOutput) -> tuple[Any, Any]:
    return problem.inputs.matrix.toarray(), problem.use.matrix.toarray()


def best_harmony(problem: LimitedOutput) -> float:
    """The optimum, by scipy's general solver on outputs and deliveries."""
    a, k = dense(problem)
    size = len(problem.targets)
    wanted = np.flatnonzero(problem.wanted)

    def worth(z: Any) -> float:
        return -problem.harmony(z[size:])

    def slope(z: Any) -> Any:
        made = np.zeros(2 * size)
        g, h = problem.targets[wanted], problem.weights[wanted]
        made[size + wanted] = -h / g * problem.function.slope(z[size + wanted] / g - 1)
        return made

    leaves = np.hstack([np.eye(size) - a, -np.eye(size)])
    uses = np.hstack([-k, np.zeros((len(k), size))])
    found = minimize(
        worth,
        np.full(2 * size, 1e-3),
        jac=slope,
        method="SLSQP",
        bounds=[(0, None)] * (2 * size),
        constraints=[
            {"type": "ineq", "fun": lambda z: leaves @ z, "jac": lambda z: leaves},
            {"type": "ineq", "fun": lambda z: problem.there + uses @ z, "jac": lambda z: uses},
        ],
        options={"ftol": 1e-12, "maxiter": 1000},
    )
    return float(-found.fun)


@pytest.mark.parametrize("function", [H2018, ROOT], ids=["2018", "root"])
@pytest.mark.parametrize("seed", range(4))
def test_deliveries_are_what_each_price_makes_worth_while(seed: int, function: HarmonyFunction) -> None:
    problem = problem_of(seed, function=function)
    prices = np.random.default_rng(seed).uniform(0.05, 3, 5)
    found = problem.best_deliveries(prices)
    for i in range(5):
        if not problem.wanted[i]:
            assert found[i] == 0
            continue
        g, h = problem.targets[i], problem.weights[i]

        def loss(y: float, g: float = g, h: float = h, p: float = prices[i]) -> float:
            return float(p * y - h * function.value(np.array([y / g - 1]))[0])

        best = minimize_scalar(loss, bounds=(0, 1e4), method="bounded", options={"xatol": 1e-9})
        assert loss(found[i]) <= best.fun + 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_any_prices_made_to_prove_it_bound_the_optimum(seed: int) -> None:
    problem = problem_of(seed)
    best, witness = best_harmony(problem), find_witness(problem.inputs)
    rng = np.random.default_rng(seed)
    a, k = dense(problem)
    for size in (0.01, 0.3, 3.0):
        limit_prices = size * rng.uniform(0, 1, 2)
        full = np.linalg.solve(np.eye(5) - a.T, k.T @ limit_prices)
        for prices in (full, full * rng.uniform(0.5, 2, 5), full - 1.0):
            bound, lowered = proven_bound(problem, limit_prices, prices, witness)
            assert bound >= best - 1e-7
            assert (lowered >= 0).all() and (lowered - a.T @ lowered <= k.T @ limit_prices + 1e-12).all()
        assert proven_bound(problem, limit_prices, full, witness)[1] == pytest.approx(full, rel=1e-9)


def test_the_lagrangian_is_infinite_where_a_wanted_good_is_free_and_equals_harmony_at_its_own_deliveries() -> None:
    problem = problem_of(2, limits=1)
    a, k = dense(problem)
    prices = np.linalg.solve(np.eye(5) - a.T, k.T @ [0.4])
    y = problem.best_deliveries(prices)
    value = 0.4 * problem.there[0] + problem.harmony(y) - prices @ y
    assert problem.lagrangian(np.array([0.4]), prices) == pytest.approx(value, rel=1e-12)
    prices[0] = 0.0
    assert problem.lagrangian(np.array([0.4]), prices) == np.inf


@pytest.mark.parametrize("limits", [1, 3])
@pytest.mark.parametrize("seed", range(6))
def test_any_outputs_become_a_plan_within_every_limit(seed: int, limits: int) -> None:
    problem = problem_of(seed, limits=limits)
    a, k = dense(problem)
    surplus = find_surplus(problem.inputs, find_witness(problem.inputs))
    assert (surplus.outputs > 0).all() and (surplus.left > 0).all()
    assert (surplus.outputs - a @ surplus.outputs >= surplus.left).all()
    rng = np.random.default_rng(seed)
    for outputs in (rng.uniform(0, 9, 5), rng.normal(size=5), np.zeros(5)):
        plan, deliveries = feasible_outputs(problem, outputs, surplus)
        assert (k @ plan <= problem.there * (1 + 1e-11)).all()
        assert (deliveries <= plan - a @ plan + 1e-12).all() and (deliveries >= 0).all()
    sound = np.linalg.solve(np.eye(5) - a, np.full(5, 1e-3))
    np.testing.assert_allclose(feasible_outputs(problem, sound, surplus)[0], sound, rtol=1e-9)


@pytest.mark.parametrize("transposed", [False, True])
def test_systems_are_solved_to_the_accuracy_asked_for_in_any_units(transposed: bool) -> None:
    problem = problem_of(3, size=20)
    a = dense(problem)[0]
    unit = 10.0 ** np.random.default_rng(3).uniform(-6, 6, 20)
    times = problem.inputs.transposed_times if transposed else problem.inputs.times
    side = np.random.default_rng(4).uniform(0, 1, 20)
    x = solve_weighed(times, side, None, 1e-10, problem.inputs, np.ones(20))
    truth = np.linalg.solve(np.eye(20) - (a.T if transposed else a), side)
    np.testing.assert_allclose(x, truth, rtol=1e-8)
    spread = Coefficients(sp.csr_array(a * unit[:, None] / unit))
    wide = solve_weighed(spread.times, side * unit, None, 1e-10, spread, unit)
    np.testing.assert_allclose(wide / unit, np.linalg.solve(np.eye(20) - a, side), rtol=1e-8)
    assert not solve_weighed(times, np.zeros(20), None, 1e-10, problem.inputs, np.ones(20)).any()


def test_the_worst_served_and_a_part_of_an_economy() -> None:
    problem = problem_of(1, targets=np.array([1.0, 0.0, 4.0, 2.0, 8.0]))
    assert problem.worst_served(np.array([0.5, 0.0, 1.0, 2.0, 4.0])) == (0.25, 2)
    part = problem.part(np.array([0, 3]), np.array([False, True]))
    a, k = dense(problem)
    np.testing.assert_array_equal(part.inputs.matrix.toarray(), a[np.ix_([0, 3], [0, 3])])
    np.testing.assert_array_equal(part.use.matrix.toarray(), k[1:][:, [0, 3]])
    assert part.targets.tolist() == [1.0, 2.0] and part.there.tolist() == [problem.there[1]]


def test_what_nothing_limits_is_refused_by_name() -> None:
    problem = problem_of(1, targets=np.array([1.0, 1.0, 0.0, 1.0, 1.0]))
    with pytest.raises(QuestionError, match="nothing limits the output of 'b', 'd', so"):
        refuse_unlimited(problem, np.array([1.0, 0.0, 0.0, 0.0, 2.0]), ["a", "b", "c", "d", "e"])
    refuse_unlimited(problem, np.array([1.0, 1.0, 0.0, 1.0, 2.0]), ["a", "b", "c", "d", "e"])


@pytest.mark.parametrize("seed", range(4))
def test_the_least_of_the_rows_that_use_a_column(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = sp.csr_array(np.where(rng.random((6, 8)) < 0.4, 1.0, 0.0))
    ratio, most = rng.uniform(0, 1.5, 6), rng.uniform(0.2, 1, 8)
    found = _least_of_rows(matrix.indptr, matrix.indices, matrix.data, ratio, most.copy())
    used = matrix.toarray() != 0
    expected = [min([ratio[i] for i in range(6) if used[i, j] and ratio[i] < 1] + [most[j]]) for j in range(8)]
    np.testing.assert_array_equal(found, expected)


# ---- who stands idle ---------------------------------------------------------------------------------------


def broken(**changed: Any) -> LimitedOutput:
    """Goods 1 and 2 cannot sustain each other; 3 uses 2, 4 uses a limit of zero; 0 is sound."""
    inputs = np.zeros((5, 5))
    inputs[0, 0], inputs[1, 2], inputs[2, 1], inputs[2, 3] = 0.2, 1.5, 1.0, 0.1
    inputs[0, 3] = inputs[0, 1] = 0.1
    use = np.array([[1.0, 1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.5]])
    given = {"inputs": inputs, "use": use, "there": np.array([4.0, 0.0]), "targets": np.ones(5), "weights": np.ones(5)}
    return problem_of(0, **{**given, **changed})


def test_who_cannot_run_and_who_needs_them() -> None:
    found = find_idle(broken())
    assert found.goods.tolist() == [False, True, True, True, True]
    assert found.sick.tolist() == [False, True, True, False, False]


@pytest.mark.parametrize("seed", range(6))
def test_users_are_those_who_reach_what_is_stopped(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.where(rng.random((9, 9)) < 0.15, 1.0, 0.0)
    stopped = rng.random(9) < 0.2
    expected = stopped.copy()
    for _ in range(9):
        expected = expected | (matrix[expected].sum(axis=0) > 0)
    np.testing.assert_array_equal(_users_of(sp.csr_array(matrix), stopped), expected)


def test_prices_at_which_nobody_idle_would_run_or_be_wanted() -> None:
    problem = broken()
    idle = find_idle(problem)
    a, k = dense(problem)
    sound = np.zeros(5)
    sound[0] = 0.3 / (1 - 0.2)
    limits, prices = idle_prices(problem, idle, np.array([0.3, 0.0]), sound)
    assert prices[0] == sound[0] and limits[0] == 0.3 and limits[1] > 0
    gains = prices - a.T @ prices - k.T @ limits
    assert (gains[1:] <= 0).all()
    assert (prices[1:] >= problem.weights[1:] / problem.targets[1:] * H2018.slope(np.array([-1.0]))[0]).all()
    assert np.isfinite(problem.lagrangian(limits, prices))


def test_no_target_asks_for_no_price() -> None:
    problem = broken(targets=np.array([1.0, 0.0, 0.0, 0.0, 0.0]))
    np.testing.assert_array_equal(_first_units(problem)[1:], np.zeros(4))
    limits, prices = idle_prices(problem, find_idle(problem), np.array([0.3, 0.0]), np.array([0.375, 9, 9, 9, 9]))
    np.testing.assert_array_equal(prices, [0.375, 0, 0, 0, 0])
    np.testing.assert_array_equal(limits, [0.3, 0.0])


def test_whoever_is_called_idle_without_cause_is_not_proved_so() -> None:
    problem = broken(inputs=np.diag([0.2, 0.2, 0.2, 0.2, 0.2]), use=np.ones((2, 5)), there=np.array([4.0, 4.0]))
    assert not find_idle(problem).goods.any()
    wrong = Idle(np.array([False, True, False, False, False]), np.array([False, True, False, False, False]))
    with pytest.raises(PricesUndecidedError):
        idle_prices(problem, wrong, np.array([0.1, 0.1]), np.full(5, 0.25))


def test_proofs_by_prices_are_decided_to_the_last_digit() -> None:
    """.1 + .2, exactly, lies between the double .3 and the double that is their sum."""
    problem = problem_of(0, size=2, inputs=np.array([[0.0, 0.1], [0.0, 0.0]]), use=np.array([[1.0, 0.2]]), there=[1.0],
                         targets=np.ones(2), weights=np.ones(2))  # fmt: skip
    one = np.ones(1)
    assert _proves(problem, np.array([1]), one, np.array([1.0, 0.3]))
    assert not _proves(problem, np.array([1]), one, np.array([1.0, 0.1 + 0.2]))  # rounded up beyond the exact sum
    assert not _proves(problem, np.array([1]), one, np.array([1.0, 0.31]))
    assert not _proves(problem, np.array([1]), one, np.array([1.0, np.inf]))


@pytest.mark.parametrize("payer", [0, 1, 2])
def test_prices_of_a_sound_block_that_one_industry_pays_for(payer: int) -> None:
    part = sp.csr_array(np.array([[0.1, 0.4, 0.0], [0.0, 0.2, 0.5], [0.3, 0.0, 0.1]]))
    shape, missing = _gaining_but_one(part, payer)
    gains = shape - part.T @ shape
    assert (shape > 0).all() and gains[payer] == pytest.approx(missing) and missing > 0
    assert (np.delete(gains, payer) <= 1e-15).all()

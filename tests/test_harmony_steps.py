"""The compiled steps of 1990 and of the primal-dual method, each against the same step written plainly in numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from natura_opt.methods.harmony.primal_dual_steps import HARMONY_1993, HARMONY_2018, LINEAR, anchored_steps
from natura_opt.methods.history import harmony_steps as steps
from natura_opt.objectives.harmony_functions import H1993_ENVELOPE, H2018, HARMONY_FUNCTIONS, HarmonyFunction

RULES = [(0, False), (0, True), (1, False), (1, True)]


class Industries:
    """Industries with stocks and flows, dense and as the steps take them."""

    def __init__(self, seed: int, whole: bool = False) -> None:
        rng = np.random.default_rng(seed)
        n, kinds = 6, 4
        self.flow = np.where(rng.random((n, n)) < 0.4, rng.uniform(0.05, 0.3, (n, n)), 0.0)
        np.fill_diagonal(self.flow, np.where(rng.random(n) < 0.5, 0.2, 0.0))
        self.tie = np.where(rng.random((kinds, n)) < 0.5, rng.uniform(0.5, 2, (kinds, n)), 0.0)
        self.tie[rng.integers(0, kinds, n), np.arange(n)] = 1.5
        self.makes = rng.uniform(0.8, 1.5, n)
        self.own = self.makes - np.diag(self.flow)
        self.goal = rng.uniform(0.5, 2, n)
        self.counted = rng.random(n) < 0.8
        self.counted[0] = True
        self.total = np.floor(rng.uniform(5, 20, kinds)) if whole else rng.uniform(5, 20, kinds)
        self.on_hand = rng.uniform(0, 0.5, n)
        flows, ties = sp.csc_array(self.flow), sp.csc_array(self.tie)
        self.flows = (flows.indptr, flows.indices, flows.data)
        self.ties = (ties.indptr, ties.indices, ties.data)
        self.user = np.repeat(np.arange(n), np.diff(ties.indptr))
        self.rng = rng

    def held_by_kind(self, held: Any) -> Any:
        return np.bincount(self.ties[1], weights=held, minlength=len(self.total))

    def dealt(self, whole: bool) -> tuple[Any, Any]:
        held, reserve = np.zeros(len(self.ties[1])), np.zeros(len(self.total))
        draws = self.rng.uniform(0, 1, len(held))
        steps.distribute(self.ties[1], whole, draws, self.total, held, reserve)
        return held, reserve

    def outputs(self, level: Any) -> Any:
        return self.on_hand + self.makes * level - self.flow @ level

    def running(self, rule: tuple[int, bool]) -> tuple[Any, Any, Any]:
        level = self.rng.uniform(0, 2, 6)
        output, harmony = self.outputs(level), np.zeros(6)
        steps.harmonies(rule, output, self.goal, self.counted, harmony)
        return level, output, harmony

    def harmonies(self, rule: tuple[int, bool], output: Any) -> Any:
        function = HARMONY_FUNCTIONS["2018" if rule[0] == 0 else "1993"]
        s = output - self.goal if rule[1] else (output - self.goal) / self.goal
        return np.where(self.counted, function.value(s), 0.0)


# ---- stocks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_stocks_are_dealt_out_in_proportion_and_none_is_lost(seed: int, whole: bool) -> None:
    economy = Industries(seed, whole)
    kinds = economy.ties[1]
    draws = economy.rng.uniform(0, 1, len(kinds))
    draws[kinds == 1] = 0.0  # nobody draws any of it
    held, reserve = np.zeros(len(kinds)), np.zeros(4)
    steps.distribute(kinds, whole, draws, economy.total, held, reserve)
    sums = np.bincount(kinds, weights=draws, minlength=4)
    share = np.where(sums[kinds] > 0, economy.total[kinds] * draws / np.maximum(sums[kinds], 1e-300), 0.0)
    np.testing.assert_allclose(held, np.floor(share) if whole else share, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(economy.held_by_kind(held) + reserve, economy.total, rtol=1e-14)
    assert (held >= 0).all() and (reserve >= 0).all() and not held[kinds == 1].any()


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_each_industry_runs_at_what_its_scarcest_stock_allows(seed: int, whole: bool) -> None:
    economy = Industries(seed, whole)
    held, reserve = economy.dealt(whole)
    need, level = economy.ties[2], np.zeros(6)
    expected = np.full(6, np.inf)
    np.minimum.at(expected, economy.user, held / need)
    steps.balance_stocks(*economy.ties, whole, level, held, reserve)
    np.testing.assert_array_equal(level, expected)
    wanted = need * level[economy.user]
    kept = np.ceil(wanted * (1 - 1e-12)) if whole else wanted
    np.testing.assert_allclose(held, kept, rtol=1e-12)
    np.testing.assert_allclose(economy.held_by_kind(held) + reserve, economy.total, rtol=1e-14)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("level", [0.0, 1.0, 3.0, 100.0])
def test_an_industry_holds_what_a_level_takes_or_all_there_is(level: float, whole: bool) -> None:
    """In turn: who comes first takes what it needs from the reserve, or gives back what it does not."""
    economy = Industries(1, whole)
    held, reserve = economy.dealt(whole)
    expected, rest = held.copy(), reserve.copy()
    for e, (kind, need) in enumerate(zip(economy.ties[1], economy.ties[2], strict=True)):
        there = expected[e] + rest[kind]
        wanted = need * level
        expected[e] = min(np.ceil(wanted * (1 - 1e-12)) if whole else wanted, there)
        rest[kind] = there - expected[e]
    steps.hold_levels(*economy.ties, whole, np.full(6, level), held, reserve)
    np.testing.assert_allclose(held, expected, rtol=1e-14)
    np.testing.assert_allclose(reserve, rest, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(economy.held_by_kind(held) + reserve, economy.total, rtol=1e-13)


# ---- harmony, one number at a time -------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_harmonies_and_the_output_aimed_at(rule: tuple[int, bool]) -> None:
    economy = Industries(2)
    _, output, harmony = economy.running(rule)
    np.testing.assert_allclose(harmony, economy.harmonies(rule, output), rtol=1e-13, atol=1e-15)
    for mean in (-2.0, -0.3, 0.0, 0.7):
        aim = steps.aimed_output(*rule, mean, 2.0, 0.0)
        scaled = steps.scaled(rule[1], aim, 2.0)
        assert steps.harmony_of(rule[0], scaled) == pytest.approx(mean, abs=1e-12)
        raised = steps.aimed_output(*rule, mean, 2.0, 0.25)
        assert raised == pytest.approx(aim + 0.25 * abs(aim))


@pytest.mark.parametrize("seed", range(4))
def test_net_outputs_are_what_is_made_less_what_is_used(seed: int) -> None:
    economy = Industries(seed)
    level, out = economy.rng.uniform(0, 3, 6), np.full(6, np.nan)
    steps.net_outputs(level, *economy.flows, economy.makes, economy.on_hand, out)
    np.testing.assert_allclose(out, economy.outputs(level), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(4))
def test_an_industry_at_a_new_level_changes_outputs_and_harmonies_as_all_anew_would(
    seed: int, rule: tuple[int, bool]
) -> None:
    economy = Industries(seed)
    level, output, harmony = economy.running(rule)
    for j, new in ((0, 2.5), (3, 0.0), (5, 1.0), (0, 0.1)):
        before = harmony.sum()
        change = steps.run_at(
            j, new, rule, economy.flows, economy.makes, economy.goal, economy.counted, level, output, harmony
        )
        assert level[j] == new
        np.testing.assert_allclose(output, economy.outputs(level), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(harmony, economy.harmonies(rule, output), rtol=1e-11, atol=1e-12)
        assert change == pytest.approx(harmony.sum() - before, abs=1e-12)


@pytest.mark.parametrize("step", [steps.reallocate_reserve, steps.reduce_peaks])
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_moving_stocks_loses_none_and_no_industry_runs_beyond_its_own(seed: int, whole: bool, step: Any) -> None:
    economy = Industries(seed, whole)
    rule = (0, False)
    held, reserve = economy.dealt(whole)
    level, output, harmony = np.zeros(6), np.zeros(6), np.zeros(6)
    steps.balance_stocks(*economy.ties, whole, level, held, reserve)
    steps.net_outputs(level, *economy.flows, economy.makes, economy.on_hand, output)
    steps.harmonies(rule, output, economy.goal, economy.counted, harmony)
    before = level.copy()
    order = np.argsort(harmony, kind="stable")
    order = order[economy.counted[order]]
    mean = harmony.sum() / economy.counted.sum()
    read = step(
        order, rule, np.zeros(6), economy.flows, economy.ties, whole, economy.makes, economy.own, economy.goal,
        economy.counted, level, output, harmony, held, reserve,
    )  # fmt: skip
    np.testing.assert_allclose(economy.held_by_kind(held) + reserve, economy.total, rtol=1e-13)
    assert (reserve >= -1e-12).all() and (held >= 0).all() and read >= 0
    assert (economy.ties[2] * level[economy.user] <= held * (1 + 1e-9) + 1e-9).all()
    np.testing.assert_allclose(output, economy.outputs(level), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(harmony, economy.harmonies(rule, output), rtol=1e-10, atol=1e-11)
    if step is steps.reallocate_reserve:
        assert (level >= before).all()
    else:
        assert (level <= before).all()
        aims = [steps.aimed_output(*rule, mean, goal, 0.0) for goal in economy.goal]
        was = economy.outputs(before)
        for j in order:  # who was below what is aimed at is left alone
            assert was[j] > aims[j] or level[j] == before[j]


# ---- primal and dual steps ---------------------------------------------------------------------------------


def best_of(function: HarmonyFunction | None, v: float, step: float, weight: float, target: float) -> float:
    """Maximise ``weight H(c/target - 1) - (c - v)^2 / (2 step)`` over c >= 0 by bisection of its slope."""
    assert function is not None
    low, high = 0.0, max(v, 0.0) + 10 * target + step * weight * 10 / target + 10
    for _ in range(200):
        c = 0.5 * (low + high)
        slope = weight / target * float(function.slope(np.array([c / target - 1]))[0]) - (c - v) / step
        low, high = (c, high) if slope > 0 else (low, c)
    return 0.5 * (low + high)


@pytest.mark.parametrize("kind", [LINEAR, HARMONY_2018, HARMONY_1993])
@pytest.mark.parametrize("first", [0, 5])
def test_anchored_steps_are_the_formulas(kind: int, first: int) -> None:
    rng = np.random.default_rng(kind)
    m, n = 3, 4
    a = np.where(rng.random((m, n)) < 0.8, rng.normal(size=(m, n)), 0.0)
    cost, lower, upper = rng.normal(size=n), np.zeros(n), np.array([2.0, np.inf, 1.0, np.inf])
    low, high = np.array([-np.inf, 0.5, 1.0]), np.array([2.0, np.inf, 1.0])
    weight = np.zeros(n) if kind == LINEAR else np.array([0.0, 1.5, 0.0, 0.7])
    target = np.array([1.0, 2.0, 1.0, 0.5])
    function = {LINEAR: None, HARMONY_2018: H2018, HARMONY_1993: H1993_ENVELOPE}[kind]
    tau, sigma = 0.2, 0.3
    z0, y0 = rng.uniform(0, 1, n), rng.normal(size=m)
    z, y = z0.copy(), y0.copy()
    state = (z0.copy(), y0.copy(), np.zeros(n), np.zeros(m))
    for k in range(first, first + 4):
        v = z - tau * (cost - a.T @ y)
        moved = [best_of(function, v[j], tau, weight[j], target[j]) if weight[j] else v[j] for j in range(n)]
        z_new = np.clip(moved, lower, upper)
        # the multiplier of a row is reduced by what the row misses or has too much
        w = y / sigma - a @ (2 * z_new - z)
        y_new = sigma * (w - np.clip(w, -high, -low))
        keep = (k + 1) / (k + 2)
        error = ((z_new - z) ** 2).sum() / tau + ((y_new - y) ** 2).sum() / sigma + 2 * (a @ (z_new - z)) @ (y_new - y)
        z, y = keep * (2 * z_new - z) + (1 - keep) * z0, keep * (2 * y_new - y) + (1 - keep) * y0
    by_column, by_row = sp.csc_array(a), sp.csr_array(a)
    got = anchored_steps(
        (by_column.indptr, by_column.indices, by_column.data), (by_row.indptr, by_row.indices, by_row.data), cost,
        (lower, upper), (low, high), (weight, target), kind, (tau, sigma), (z0.copy(), y0.copy()), state, first, 4,
    )  # fmt: skip
    np.testing.assert_allclose(state[0], z, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(state[1], y, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(state[2], z_new, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(state[3], y_new, rtol=1e-9, atol=1e-10)
    assert got == pytest.approx(np.sqrt(max(error, 0.0)), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_steps_with_restarts_lead_to_the_optimum_of_a_linear_program(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m, n = 4, 6
    a = rng.uniform(0, 1, (m, n))
    cost, high = -rng.uniform(0.5, 1, n), rng.uniform(1, 2, m)
    truth = linprog(cost, A_ub=a, b_ub=high, bounds=[(0, 3)] * n)
    by_column, by_row = sp.csc_array(a), sp.csr_array(a)
    step = 0.9 / np.linalg.norm(a, 2)
    state = (np.zeros(n), np.zeros(m), np.zeros(n), np.zeros(m))
    for _ in range(60):
        anchor = (state[0].copy(), state[1].copy())
        error = anchored_steps(
            (by_column.indptr, by_column.indices, by_column.data), (by_row.indptr, by_row.indices, by_row.data), cost,
            (np.zeros(n), np.full(n, 3.0)), (np.full(m, -np.inf), high), (np.zeros(n), np.ones(n)), LINEAR,
            (step, step), anchor, state, 0, 60,
        )  # fmt: skip
        state[0][:], state[1][:] = state[2], state[3]
    assert error < 1e-8
    assert cost @ state[2] == pytest.approx(truth.fun, rel=1e-7)
    assert (a @ state[2] <= high + 1e-7).all()
    np.testing.assert_allclose(-state[3], -truth.ineqlin.marginals, atol=1e-5)

"""Harmony by the full contents of few limits: roughly known, corrected, and no pass of it uncounted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.base.status import Status
from natura_opt.methods.harmony import by_contents, by_prices, limited_output, price_search
from natura_opt.methods.harmony.by_contents import _Contents
from natura_opt.methods.harmony.by_prices import harmonise
from natura_opt.methods.harmony.limited_output import LimitedOutput, feasible_outputs
from natura_opt.methods.harmony.one_period import form_of
from natura_opt.methods.harmony.price_search import Search
from natura_opt.objectives.harmony_functions import H2018

from .test_limited_output import best_harmony, dense, problem_of


def planned(goods: int = 300, seed: int = 0) -> LimitedOutput:
    economy = no.generate_economy("planned", goods=goods, inputs=8, resources=5, wanted=1.0, seed=seed)
    plenty = np.random.default_rng(seed).uniform(0.8, 1.2, 5)
    economy = economy.with_changes(resource_limits=economy.vector("resource_limits", 0) * plenty)
    found, _ = form_of(economy, economy.vector("target_weights", 0), H2018)
    assert found is not None
    return found.form


def search_of(problem: LimitedOutput, tolerance: float = 1e-6) -> Search:
    return Search(problem, tolerance, 10_000, None, None, *by_prices._footing(problem, None))


class Reads:
    """Counts every read of the table of inputs that the code under test makes, from below."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, problem: LimitedOutput) -> None:
        self.count, indices = 0, problem.inputs.matrix.indices
        from natura_opt.input_output import coefficients, together

        def counted(loop: Any) -> Any:
            def run(*given: Any) -> Any:
                self.count += any(isinstance(g, np.ndarray) and np.shares_memory(g, indices) for g in given)
                return loop(*given)

            return run

        for module, names in (
            (coefficients, ("product", "product_of_rows", "transposed_product", "scatter_rows")),
            (together, ("_gathered", "_scattered")),
            (limited_output, ("_least_of_rows",)),
        ):
            for name in names:
                monkeypatch.setattr(module, name, counted(getattr(module, name)))


@pytest.mark.parametrize("seed", range(8))
def test_the_optimum_lies_within_every_round(seed: int) -> None:
    problem = problem_of(seed)
    best, answer = best_harmony(problem), harmonise(problem, tolerance=1e-7)
    assert answer.proved and answer.reason.startswith("2 limits: by their full contents")
    for point in answer.trace:
        assert point.attained <= best + 1e-6 and point.bound >= best - 1e-9
    a, k = dense(problem)
    assert (k @ answer.outputs <= problem.there * (1 + 1e-11)).all()
    assert (answer.deliveries <= answer.outputs - a @ answer.outputs + 1e-12).all()
    assert (answer.prices - a.T @ answer.prices <= k.T @ answer.limit_prices + 1e-12).all()


def test_every_read_of_the_table_is_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = planned()
    reads, before = Reads(monkeypatch, problem), problem.passes
    answer = harmonise(problem, tolerance=1e-6)
    assert answer.proved and answer.passes - before == reads.count > 10


def test_sweeps_of_the_repair_are_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = planned(goods=60)
    search = search_of(problem)
    reads, before = Reads(monkeypatch, problem), problem.passes
    rough = np.random.default_rng(0).uniform(0.5, 2.0, 60) * search.surplus.outputs
    feasible_outputs(problem, rough, search.surplus, by_industry=True)
    assert problem.passes - before == reads.count
    industry = reads.count
    feasible_outputs(problem, rough, search.surplus, by_industry=False)
    assert problem.passes - before == reads.count and reads.count - industry < industry


def test_few_passes_are_enough_and_more_goods_need_no_more() -> None:
    passes = []
    for goods in (300, 3_000):
        answer = harmonise(planned(goods), tolerance=1e-6)
        assert answer.proved
        passes.append(answer.passes)
    assert max(passes) <= 120 and passes[1] <= 1.5 * passes[0]


def test_the_corrected_function_has_the_value_and_the_slope_of_the_dual_function() -> None:
    problem = problem_of(3, size=8, limits=3)
    search = search_of(problem)
    contents = _Contents(search)
    contents.first_prices()
    w = np.array([0.2, 0.1, 0.3])
    search.prove(w, 1e-11, by_industry=False)
    contents.correct(w)
    a, k = dense(problem)
    size = len(a)

    def dual(prices: Any) -> float:
        return problem.lagrangian(prices, np.linalg.solve(np.eye(size) - a.T, k.T @ prices))

    value, slope = contents._value(w * contents.scale * problem.there)
    slope = slope * contents.scale * problem.there
    assert value == pytest.approx(dual(w), rel=1e-9)
    for i in range(3):
        step = np.zeros(3)
        step[i] = 1e-5
        assert slope[i] == pytest.approx((dual(w + step) - dual(w - step)) / 2e-5, rel=1e-5, abs=1e-7)
    for other in (np.array([0.25, 0.1, 0.25]), np.array([0.2, 0.14, 0.3])):  # and nearly its curvature
        found = contents._value(other * contents.scale * problem.there)[0]
        assert abs(found - dual(other)) <= 2e-2 * abs(dual(other) - value) + 1e-6


def test_rough_contents_are_made_good_by_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, rounds = planned(), []
    for contents in (1e-5, 1e-2):
        monkeypatch.setattr(by_contents, "_CONTENTS", contents)
        answer = harmonise(planned(), tolerance=1e-7)
        assert answer.proved
        rounds.append(len(answer.trace))
    assert rounds[0] <= rounds[1]
    assert len(problem.targets) == 300


def test_contents_that_do_not_do_leave_it_to_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_contents._Contents, "correct", lambda self, prices: None)
    monkeypatch.setattr(by_contents, "_CONTENTS", 0.5)
    answer = harmonise(planned(), tolerance=1e-7)
    assert answer.proved and "by their full contents; 5 limits: two solves per evaluation" in answer.reason


def test_whoever_stops_it_has_the_best_proved_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    prove = Search.prove

    def stopped(self: Search, *given: Any, **more: Any) -> bool:
        if self.trace:
            raise KeyboardInterrupt
        return prove(self, *given, **more)

    monkeypatch.setattr(price_search.Search, "prove", stopped)
    answer = harmonise(planned(), tolerance=1e-9)
    assert answer.interrupted and not answer.proved and len(answer.trace) == 1
    assert np.isfinite(answer.bound) and answer.harmony <= answer.bound and answer.outputs.any()


def test_a_plan_that_was_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    prove = Search.prove

    def stopped(self: Search, *given: Any, **more: Any) -> bool:
        prove(self, *given, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(price_search.Search, "prove", stopped)
    economy = no.generate_economy("planned", goods=40, inputs=4, resources=3, seed=0)
    for plan in (
        no.solve(economy, objective="harmony", tolerance=1e-12),
        no.harmonise_outputs(economy, tolerance=1e-12),
    ):
        assert plan.status is Status.INTERRUPTED and np.isfinite(plan.harmony.bound)
        assert plan.summary()["proofs"] == 1 and plan.summary()["passes"] == plan.harmony.passes > 0


@pytest.mark.parametrize("stop", [{"max_passes": 1}, {"time_limit": 1e-9}])
def test_limits_end_it_with_what_is_proved(stop: dict[str, Any]) -> None:
    answer = harmonise(planned(), tolerance=1e-9, **stop)
    assert len(answer.trace) == 1 and not answer.proved and answer.harmony <= answer.bound < np.inf


def test_the_least_of_users_reads_entries_not_zeros() -> None:
    used = limited_output._least_of_users
    from natura_opt.input_output.coefficients import Coefficients

    table = Coefficients(sp.csr_array(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]])))
    np.testing.assert_array_equal(used(table, np.array([0.5, 0.25])), [0.5, 0.25, 0.25])
    np.testing.assert_array_equal(used(table, np.array([2.0, 1.0])), np.ones(3))
    assert table.passes == 2

"""What a proof of harmony may say: bounds that hold, numbers of any size, shared time, and nothing in silence."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.base.errors import NaturaError, OptionError, QuestionError, SettingError
from natura_opt.base.status import Status
from natura_opt.comparison.comparing import compare
from natura_opt.economy.furthest import furthest_number
from natura_opt.economy.table import Table
from natura_opt.methods.harmony import answer as solving_harmony
from natura_opt.methods.harmony.primal_dual import solve_primal_dual
from natura_opt.methods.harmony.problem import harmony_problem
from natura_opt.methods.registry import METHODS
from natura_opt.plan.trace import TracePoint
from natura_opt.proof.concave_gap import proven_gap

from .seeded import in_other_units, seeded_economy
from .test_harmony import EXACT, HISTORICAL, problem_of, small

TOLERANCE = 1e-6
SMALL_MODELS = sorted(name for name in no.shipped_models() if len(no.read(name).goods) < 40)

# ---- 1. attained and bound --------------------------------------------------------------------------------


def test_more_than_the_bound_is_no_gap() -> None:
    """By more than the tolerance: infinite; by less: what it is."""
    assert proven_gap(1.0, 1.5, 2.0, 1e-6) == 0.25
    assert proven_gap(1.0, 1.0 - 1e-7, 1.0, 1e-6) == pytest.approx(1e-7)
    assert proven_gap(1.0, 0.9, 1.0, 1e-6) == float("inf")
    assert proven_gap(1.0, float("inf"), 1.0, 1e-6) == float("inf")
    assert proven_gap(float("nan"), 1.0, 1.0, 1e-6) == float("inf")


@pytest.mark.parametrize("factor", [1.001, 1.5, 4.0])
def test_a_plan_beyond_its_bound_is_unproved(factor: float) -> None:
    """The best plan's prices, and a plan that breaks the limit of labour: not a gap of nothing."""
    best = no.solve(small(), objective="harmony").assert_optimal()
    _, certificate = harmony_problem(best.economy, best.question).certify(best.primal * factor, best.dual, TOLERANCE)
    assert certificate.objective > certificate.dual_objective
    assert certificate.gap == float("inf") and not certificate.proved
    beyond = replace(best, primal=best.primal * factor, certificate=certificate, status=Status.UNPROVED)
    assert beyond.harmony.gap == float("inf") == beyond.harmony.gap_per_good
    facts = beyond.summary()
    assert facts["gap_per_good"] is None and json.dumps(facts, allow_nan=False)


def test_compare_does_not_call_what_beats_the_best_a_small_gap() -> None:
    """A plan that breaks a law by a third is beyond the bound, and the table says so."""
    found = compare(small(), methods=["highs", "harmony"])
    faulty = [
        replace(entry, deliveries=entry.deliveries * 1.3, objective=entry.objective * 1.3)  # type: ignore[operator]
        for entry in found.entries
    ]
    table = replace(found, entries=tuple(faulty)).table
    assert np.isinf(table.loc["harmony", "harmony_gap_per_good"]) and np.isinf(table.loc["highs", "gap"])
    assert "more harmony than the proved bound" in table.loc["harmony", "note"]
    assert "better than the proved optimum" in table.loc["highs", "note"]


def overlaps(economy: no.Economy, other: no.Economy) -> None:
    """Whatever is proved, by any method and in any units, leaves room for one optimum."""
    low, high = float("inf"), -float("inf")
    for asked in (economy, other):
        for method in EXACT:
            try:
                plan = no.solve(asked, method=method, time_limit=60.0, objective="harmony")
            except NaturaError:
                continue
            if plan.status in (Status.UNBOUNDED, Status.INFEASIBLE):
                continue
            size = plan.harmony.size
            low = min(low, plan.harmony.bound / size)
            if plan.proved:
                assert plan.objective <= plan.harmony.bound + TOLERANCE * size
                high = max(high, plan.objective / size)
    assert high <= low + 1.5 * TOLERANCE


def in_hostile_units(economy: no.Economy, seed: int) -> no.Economy:
    rng = np.random.default_rng(seed)
    goods, techniques, resources = (10.0 ** rng.integers(-8, 9, len(economy.axes[axis])) for axis in (
        "goods", "techniques", "resources"))  # fmt: skip
    return in_other_units(economy, goods, techniques if economy.has("outputs") else None, resources)


@pytest.mark.parametrize("seed", range(12))
def test_proofs_in_hostile_units_leave_room_for_one_optimum(seed: int) -> None:
    economy = seeded_economy(seed, goods=(2, 6), periods=(1, 2))
    overlaps(economy, in_hostile_units(economy, seed))


@pytest.mark.exhaustive
@pytest.mark.parametrize("chunk", range(30))
def test_proofs_in_hostile_units_leave_room_for_one_optimum_exhaustively(chunk: int) -> None:
    for seed in range(100 + 10 * chunk, 110 + 10 * chunk):
        economy = seeded_economy(seed, goods=(2, 9), periods=(1, 3))
        overlaps(economy, in_hostile_units(economy, seed))


# ---- 4. numbers of any size -------------------------------------------------------------------------------


def extreme(economy: no.Economy, seed: int) -> no.Economy | None:
    """Return the economy with one to three tables, or a number of each, at 1e-30 to 1e30; None where it is refused."""
    rng = np.random.default_rng(seed)
    tables = dict(economy.tables)
    for _ in range(int(rng.integers(1, 4))):
        name = list(tables)[rng.integers(len(tables))]
        factor, whole = 10.0 ** rng.integers(-30, 31), rng.random() < 0.5
        slices = {}
        for key, part in tables[name].slices.items():
            changed = sp.csr_array(part, copy=True) if tables[name].spec.is_matrix else np.array(part, dtype=float)
            numbers = changed.data if tables[name].spec.is_matrix else changed
            if whole:
                finite = np.isfinite(numbers)
                numbers[finite] = np.clip(numbers[finite] * factor, -1e30, 1e30)
            elif len(numbers):
                numbers[rng.integers(len(numbers))] = factor
            slices[key] = changed
        tables[name] = Table(tables[name].spec, slices)
    try:
        return economy.with_changes(**tables)
    except NaturaError:
        return None


def answers(economy: no.Economy, question: str, method: str) -> None:
    """A plan with figures that are JSON, or a sentence."""
    settings = {"max_iterations": 3_000} if method == "harmony" else {}
    try:
        plan = no.solve(economy, question, method=method, time_limit=10.0, **settings, objective="harmony")
    except NaturaError as error:
        assert len(str(error)) > 20
        return
    json.dumps(plan.summary(), allow_nan=False)
    assert repr(plan)
    assert np.isfinite(plan.primal).all() and np.isfinite(plan.dual).all()
    if plan.proved:
        assert plan.objective <= plan.harmony.bound + TOLERANCE * plan.harmony.size


def any_economy(seed: int) -> no.Economy:
    if seed % 2:
        return no.read(SMALL_MODELS[seed // 2 % len(SMALL_MODELS)])
    return seeded_economy(seed, goods=(2, 6), periods=(1, 3))


@pytest.mark.parametrize("method", [*EXACT, *HISTORICAL])
def test_numbers_of_any_size_are_answered_or_declined(method: str) -> None:
    for seed in range(10):
        economy = extreme(any_economy(seed), seed)
        if economy is not None:
            answers(economy, next(iter(economy.questions)), method)


@pytest.mark.exhaustive
@pytest.mark.parametrize("method", [*EXACT, *HISTORICAL])
@pytest.mark.parametrize("chunk", range(10))
def test_numbers_of_any_size_are_answered_or_declined_exhaustively(method: str, chunk: int) -> None:
    for seed in range(100 + 20 * chunk, 120 + 20 * chunk):
        economy = extreme(any_economy(seed), seed)
        if economy is not None:
            answers(economy, next(iter(economy.questions)), method)


@pytest.mark.parametrize("weight", [1e-200, 1e200])
@pytest.mark.parametrize("target", [1e-30, 1e30])
def test_the_primal_dual_method_divides_by_nothing(weight: float, target: float) -> None:
    """Norms whose squares are no numbers: ZeroDivisionError once."""
    economy = small(targets=[target, 20.0], target_weights=[weight, weight], resource_limits=[1e-30])
    problem = problem_of(economy)
    found = solve_primal_dual(problem, max_iterations=400)
    assert np.isfinite(found.primal).all() and np.isfinite(found.dual).all()


def test_numbers_too_far_apart_for_highs_are_named() -> None:
    economy = small(resource_limits=[1e-28])
    with pytest.raises(QuestionError, match="'resource_limits', row 'labour' is 1e-28"):
        no.solve(economy, method="harmony-tangents", objective="harmony")
    assert no.solve(economy, objective="harmony").proved


def test_the_number_furthest_from_one_is_named() -> None:
    assert furthest_number(small()).startswith("economy: table 'resource_limits', row 'labour' is 100")
    matrix = small(inputs=[[0.1, 0.2], [1e-12, 0.1]])
    assert furthest_number(matrix) == "economy: table 'inputs', row 'iron', column 'corn' is 1e-12"
    yearly = small(periods=["2025", "2026"], targets={"2025": [10.0, 20.0], "2026": [10.0, 1e9]})
    assert furthest_number(yearly) == "economy: table 'targets', row 'iron', period '2026' is 1e+09"


@pytest.mark.parametrize("lag", [100.0, 1e19, 1e30])
def test_a_lag_beyond_all_periods_is_never_used(lag: float) -> None:
    """Cast to a whole number, 1e30 was a lag far below zero."""
    economy = no.read("five_year_plan")
    late = economy.with_changes(investment_lag=np.full(len(economy.goods), lag))
    without = no.solve(economy.with_changes(investment_lag=np.full(len(economy.goods), 5.0))).objective
    for backend in ("highs", "pyomo", "cvxpy"):
        assert no.solve(late, backend=backend).objective == pytest.approx(without, rel=1e-9)
    plan = no.solve(late, method="harmony-2018", objective="harmony")
    assert plan.certificate.primal_residual <= 1e-9 and (plan.investment.to_numpy() == 0).all()


# ---- 10. time is shared -----------------------------------------------------------------------------------


def test_with_a_time_limit_the_primal_dual_method_gets_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices that leave a gap do not end it, whether or not there is a limit."""
    from natura_opt.methods.harmony import by_prices as harmony_prices

    given: list[float | None] = []
    prices = harmony_prices.harmonise

    def short_of(problem: Any, *, tolerance: float, time_limit: float | None, names: Any) -> Any:
        given.append(time_limit)
        return prices(problem, tolerance=0.5, time_limit=time_limit, names=names)

    monkeypatch.setattr(harmony_prices, "harmonise", short_of)
    economy = no.generate_economy("planned", goods=15, inputs=4, resources=2, capital="pool", seed=0)
    for limit in (None, 600.0):
        plan = no.solve(economy, time_limit=limit, objective="harmony").assert_optimal()
        assert plan.harmony.reason.startswith("by the primal-dual method (prices alone")
    assert given[0] is None and given[1] is not None and 0 < given[1] < 600.0


def test_prices_are_kept_where_the_steps_do_no_better(monkeypatch: pytest.MonkeyPatch) -> None:
    from natura_opt.methods.harmony import primal_dual

    steps = primal_dual.solve_primal_dual
    monkeypatch.setattr(
        primal_dual, "solve_primal_dual", lambda problem, **how: steps(problem, **(how | {"max_iterations": 40}))
    )
    economy = no.generate_economy("cockshott", goods=40, inputs=5, seed=0)
    plan = no.solve(economy, tolerance=1e-13, objective="harmony")
    assert not plan.proved and plan.harmony.reason.startswith("by prices")


def test_clarabel_is_stopped_in_time() -> None:
    plan = no.solve("uk_2015_20", method="harmony-cvxpy", time_limit=1e-9, objective="harmony")
    assert plan.status is Status.TIME_LIMIT


# ---- 11. historical plans have a bound --------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL_MODELS)
@pytest.mark.parametrize("method", HISTORICAL)
def test_every_plan_of_a_historical_algorithm_has_a_bound(name: str, method: str) -> None:
    try:
        plan = no.solve(name, method=method, objective="harmony")
    except QuestionError:
        return
    if plan.status is Status.UNBOUNDED:
        return
    assert np.isfinite(plan.harmony.bound) and "; bound by the prices of" in plan.harmony.reason
    assert plan.harmony.bound >= no.solve(name, objective="harmony").objective - TOLERANCE * plan.harmony.size


def test_the_european_plan_of_2006_has_a_bound() -> None:
    plan = no.solve("eu_2006", method="harmony-2018", objective="harmony")
    assert 53.4543 <= plan.harmony.bound <= 53.4545


@pytest.mark.parametrize("seed", range(16))
def test_seeded_plans_of_historical_algorithms_have_a_bound(seed: int) -> None:
    economy = seeded_economy(seed, goods=(2, 6), periods=(1, 3), storage=False, objective="assortment")
    for method in HISTORICAL:
        try:
            plan = no.solve(economy, method=method, objective="harmony")
        except QuestionError:
            continue
        assert np.isfinite(plan.harmony.bound)
        assert plan.objective <= plan.harmony.bound + TOLERANCE * plan.harmony.size


def test_prices_that_prove_nothing_are_sought_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where 'harmony' has no prices that hold, HiGHS's tangents have."""
    whole = solving_harmony.by_harmony

    def nothing(problem: Any, options: Any, settings: Any) -> Any:
        found = whole(problem, options, settings)
        return replace(found, dual=np.zeros_like(found.dual), proof=None)

    monkeypatch.setattr(solving_harmony, "by_harmony", nothing)
    plan = no.solve("excavators", method="harmony-2018", objective="harmony")
    assert plan.harmony.reason.endswith("bound by the prices of 'harmony-tangents'")
    assert plan.harmony.bound == pytest.approx(12.8642, abs=1e-4)


# ---- 16. attained is what a plan within the laws attains --------------------------------------------------


@pytest.mark.parametrize("name", ["five_year_plan", "uk_2015_20", "eu_2006"])
def test_no_lawful_point_of_a_trace_beats_the_bound(name: str) -> None:
    found = compare(name, methods=["harmony", "harmony-tangents", "harmony-2018"])
    size = found.problem.size
    lawful = 0
    for plan in found.plans.values():
        for point in plan.harmony.course:
            if point.lawful(TOLERANCE):
                lawful += 1
                assert point.attained <= found.harmony_bound + TOLERANCE * size
            assert point.bound >= found.plans["harmony"].objective - TOLERANCE * size
    assert lawful > 50


def test_the_picture_draws_no_iterate_that_breaks_a_law() -> None:
    """33 % beyond the laws, and above the proved maximum, once."""
    found = compare("five_year_plan", methods=["harmony", "harmony-2018"])
    plan = found.plans["harmony"]
    lawless = TracePoint(50, 3.0 * found.harmony_bound, float("inf"), 0.33)
    doubtful = replace(plan, added=replace(plan.added, course=(lawless, *plan.harmony.course)))
    entries = tuple(replace(e, plan=doubtful) if e.method == "harmony" else e for e in found.entries)
    (axes,) = replace(found, entries=entries).plot_convergence().axes
    for line in axes.lines:
        if line.get_linestyle() == "-":
            assert max(line.get_ydata(), default=0.0) <= found.harmony_bound / found.problem.size + TOLERANCE
    assert any("break a law: harmony: 1 of" in text.get_text() for text in axes.texts)


# ---- 31. what is said, and what is dropped ----------------------------------------------------------------


@pytest.mark.parametrize("method", [*EXACT, *HISTORICAL, "fixed-point"])
def test_verbose_is_refused_where_there_is_no_log(method: str) -> None:
    with pytest.raises(OptionError, match=f"'{method}' is not HiGHS's and takes no verbose"):
        no.solve(small(), method=method, verbose=True)


@pytest.mark.parametrize("method", [*EXACT, *HISTORICAL])
def test_verbose_is_no_setting_of_harmony(method: str) -> None:
    with pytest.raises(SettingError, match="verbose"):
        METHODS[method].read({"verbose": True})


def test_what_an_error_advises_is_accepted() -> None:
    with pytest.raises(OptionError, match="say max_passes="):
        no.solve("wheat_cloth", method="fixed-point", time_limit=5.0)
    assert no.solve("wheat_cloth", method="fixed-point", max_passes=500).proved
    with pytest.raises(OptionError, match="max_passes must"):
        no.solve("wheat_cloth", method="fixed-point", max_passes=0)


# ---- multipliers whose signs are almost right -------------------------------------------------------------


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("seed", range(8))
def test_damage_alone_bounds_harmony_and_its_proof(method: str, seed: int) -> None:
    """No limit bounds a technique: prices at which one gains 1e-12 prove nothing; slightly lower ones do."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 6))
    inputs = rng.uniform(0.0, 0.8 / count, (count, count))
    economy = no.build_economy(
        goods=[f"g{k}" for k in range(count)], inputs=inputs, targets=rng.uniform(1.0, 9.0, count),
        pollutants=["smoke"], emissions=rng.uniform(0.1, 1.0, (1, count)), damage_weights=[0.01],
        objective="assortment",
    )  # fmt: skip
    plan = no.solve(economy, method=method, objective="harmony").assert_optimal()
    assert np.isfinite(plan.harmony.bound) and plan.harmony.gap_per_good <= TOLERANCE
    laws = harmony_problem(plan.economy, plan.question).program
    worth = laws.cost - laws.matrix.T @ plan.dual
    levels = laws.column_block("activities")
    assert levels is not None and (worth[levels.span] <= 1e-9).all()


def test_a_harmony_plan_says_what_it_is_after_and_adds_nothing_of_the_users() -> None:
    plan = no.solve("five_year_plan", objective="harmony")
    assert plan.extra == {}
    figure = plan.plot.valuations()
    said = " ".join([figure.get_suptitle(), *(text.get_text() for text in figure.texts)])
    assert "total harmony" in said and "sum of yearly fulfilment" not in said

"""Nothing false is called proved: programs made to deceive doubles, each judged by exact arithmetic."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.base.status import Status
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.exact.proof import exact_proof
from natura_opt.proof.judging import Verdict, prove
from tests.adversarial import INF, adversarial, program, small_mip
from tests.exact_simplex import Exact, solve_exactly, solve_whole_exactly
from tests.seeded import in_other_units, seeded_economy

FREE = (-INF, INF)


def is_false(made: LinearProgram, found: Verdict, exact: Exact) -> bool:
    """Whether a verdict says what is not so: of the status, or of where the optimum lies."""
    if found.status is Status.OPTIMAL:
        if found.certificate.exactly:  # said in so many words: of nearby data, those as written being impossible
            return found.certificate.exactly != exact.status
        if exact.value is None:
            return True
        seen = found.certificate
        low, high = sorted([Fraction(seen.objective), Fraction(seen.dual_objective)])
        terms = float(np.abs(made.cost * found.answer.primal).sum()) + abs(made.offset)
        room = Fraction(seen.tolerance) * max(abs(low), abs(high), Fraction(1e-6) * Fraction(terms))
        return not low - room <= exact.value <= high + room
    return found.status in (Status.INFEASIBLE, Status.UNBOUNDED) and str(found.status) != exact.status


def tally(seeds: range) -> Counter[str]:
    counts: Counter[str] = Counter()
    for seed in seeds:
        kind, made = adversarial(seed)
        found = prove(made, SolveOptions())
        assert not is_false(made, found, solve_exactly(made)), (seed, kind, found.status, str(found.certificate))
        counts[f"{found.status} by rounding alone" if found.certificate.exactly else str(found.status)] += 1
    return counts


@pytest.mark.parametrize("first", range(0, 48, 8))
def test_adversarial_programs(first: int) -> None:
    assert not tally(range(first, first + 8))[Status.UNPROVED]


@pytest.mark.exhaustive
def test_twenty_thousand_adversarial_programs() -> None:
    counts = tally(range(20_000))
    print(dict(counts))
    assert counts[Status.UNPROVED] <= 20


def check_mip(seed: int) -> str:
    made = small_mip(seed)
    found = prove(made, SolveOptions())
    assert not is_false(made, found, solve_whole_exactly(made)), (seed, found.status, str(found.certificate))
    return str(found.status)


@pytest.mark.parametrize("seed", range(50))
def test_small_whole_number_programs(seed: int) -> None:
    assert check_mip(seed) != Status.UNPROVED


@pytest.mark.exhaustive
def test_two_thousand_small_whole_number_programs() -> None:
    print(Counter(check_mip(seed) for seed in range(2_000)))


def hostile_economy(seed: int) -> no.Economy:
    """Return a seeded economy of 2-12 goods, with emissions now and then, in units 1e-6..1e8."""
    rng = np.random.default_rng([9, seed])
    economy = seeded_economy(seed, goods=(2, 12), periods=(1, 5))
    if rng.random() < 0.4:
        count = len(economy.techniques)
        economy = replace(economy, axes={**economy.axes, "pollutants": pd.Index(["soot", "ash"])})
        tables: dict[str, Any] = {"emissions": rng.uniform(0, 1, (2, count)) * (rng.random((2, count)) < 0.6)}
        if rng.random() < 0.7:
            tables["damage_weights"] = rng.uniform(0, 0.01, 2)
        if rng.random() < 0.4:
            tables["emission_budgets"] = rng.uniform(1e3, 1e6, 2)
        economy = economy.with_changes(**tables)
    goods, techniques, resources = (10.0 ** rng.uniform(-6, 8, len(axis)) for axis in economy_axes(economy))
    return in_other_units(economy, goods, techniques if rng.random() < 0.5 else None, resources)


def economy_axes(economy: no.Economy) -> tuple[pd.Index, pd.Index, pd.Index]:
    return economy.goods, economy.techniques, economy.resources


def check_plan(seed: int) -> str:
    plan = no.solve(hostile_economy(seed))
    exact = exact_proof(plan.program, fraction=False)
    if exact.proved:
        assert plan.status is exact.status, (seed, str(plan), str(exact))
        if plan.proved:
            assert plan.objective == pytest.approx(exact.objective, rel=1e-9), seed
    return str(plan.status)


@pytest.mark.parametrize("seed", range(30))
def test_plans_in_hostile_units(seed: int) -> None:
    assert check_plan(seed) != Status.UNPROVED


@pytest.mark.exhaustive
def test_three_thousand_plans_in_hostile_units() -> None:
    counts = Counter(check_plan(seed) for seed in range(3_000))
    print(dict(counts))
    assert not counts[Status.UNPROVED]


# ---- what was found false in 0.1, one by one ------------------------------
def power_and_store() -> LinearProgram:
    """A turns into B by two techniques that lose 7e-10 and 5e-10, B into A with power, at a gain of 1e-9."""
    # columns: A->B (loses 7e-10), A->B (loses 5e-10), B->A (gains 1e-9, takes power), power->store, store->power, sold
    matrix = [
        [-1, -1, 1 + 1e-9, 0, 0, -1],
        [1 - 7e-10, 1 - 5e-10, -1, 0, 0, 0],
        [0, 0, -1, 1, -1.1, 0],
        [0, 0, 0, -1.1, 1, 0],
    ]
    return program(matrix, [0, 0, 0, 0, 0, 1.0], [(0, INF), (0, INF), (-1e9, INF), (0, INF)], None, "max")


FOUND_FALSE = {
    "1: a loop that gains 1e-10": program([[1, -1]], [-1, 1 - 1e-10], [(-INF, 0)]),
    "1: held far out": program([[1, -1], [0, 1]], [-1, 1 - 1e-10], [(-INF, 0), (-INF, 1e12)]),
    "1: a loop that returns 1 + 9e-10 of itself": program(
        [[-1.0, 1 + 9e-10], [1.0, -1.0]], [0, 1], [(0, INF), (0, INF)], None, "max"
    ),
    "2: whole beside continuous in hostile units": program(
        [[30, 1e8], [0, 2e10]], [2, 3e7], [(-INF, 60), (-INF, 4e3)], [(0, 3), (0, INF)], "max", [True, False]
    ),
    "6a: a Farkas vector that misses by 1e-12": program([[1, -1], [1, -(1 + 1e-12)]], [1, 0], [(1, INF), (-INF, 0)]),
    "6a: a ray that misses by 1e-12": program(
        [[1, -(1 - 1e-12)], [-1, 1]], [1, 0], [(-INF, 0), (-INF, 1)], None, "max"
    ),
    "6b: conversions that gain 1e-9": power_and_store(),
    "6d: a demand forgotten beside flows": program(
        [[1e6, -1e6, 0], [0, 1, -1], [0, 0, 1]], [0, 0, 1.0], [(1e-4, INF), (0, INF), (-INF, 1e3)], [(0, 1)] * 3
    ),
    "6e: rows 2^-40 apart": program(
        [[1, 1], [1, 1 + 2.0**-40], [1, -3]], [1, -2], [(4, 4), (4, 4), (-INF, 9)], [(-50, 50)] * 2, "max"
    ),
    "6f: limits that cross in the last digit": program(
        [[1e10, -1e10, 1.0], [1e10, -1e10, 1.0]], [1, 1, 1], [(1.0, INF), (-INF, 1.0 - 2.0**-50)], [(0, 1e10)] * 3
    ),
}


@pytest.mark.parametrize("name", FOUND_FALSE)
def test_what_was_false(name: str) -> None:
    made = FOUND_FALSE[name]
    exact = (solve_whole_exactly if made.integer.any() else solve_exactly)(made)
    found = prove(made, SolveOptions())
    assert str(found.status) == exact.status, str(found.certificate)
    assert not is_false(made, found, exact)


def test_a_stopped_tree_has_no_bound() -> None:
    """Without a finite bound of the tree the gap is infinite, whatever the fixed program proves."""
    rng = np.random.default_rng(5)
    count = 60
    made = program(
        rng.integers(1, 60, (30, count)),
        rng.integers(1, 90, count),
        [(-INF, 700.0)] * 30,
        [(0, 9)] * count,
        "max",
        np.ones(count, dtype=bool),
    )
    found = prove(made, SolveOptions(time_limit=0.01))
    assert found.status is not Status.OPTIMAL or found.certificate.gap <= 1e-9


@pytest.mark.parametrize(
    ("made", "primal", "dual"),
    [
        (program([[1, -1], [-1, 1]], [-1 - 1e-7, 1], [(0, INF)] * 2), [0, 0], [1e10, 1e10]),  # unbounded
        (program([[1e22]], [1e22 + 4e6], [(-INF, 0)], [(-1, INF)]), [0], [1.0]),  # a loss of 4e6, nothing beside 1e22
        (program([[1.0]], [1.0], [(1e9 + 0.5, INF)], None, "min", [True]), [1e9 + 0.5], [1.0]),  # off whole by a half
        (program([[1.0]], [1.0], [(np.nan, INF)]), [0], [0.0]),
        (program([[1.0]], [1.0], [(INF, INF)]), [0], [0.0]),
        (program([[1.0]], [1.0], [(-INF, -INF)], [FREE]), [0], [0.0]),
        (program([[1e10, -1e10]], [0, 0], [(1e-3, -1e-3)]), [0, 0], [0.0]),  # limits that cross
        (program([[1, 1], [0, 1]], [-1, 0], [(-INF, 1), (-1e17, INF)], [(0, INF), (-1e17, 0)]), [1, 0], [-1, 0]),
        (program([[1, 1]], [1, 1 - 1e-9], [(1, INF)], [(0, INF), (0, INF)]), [1, 0], [1.0]),
    ],
)
def test_certify_called_directly(made: LinearProgram, primal: Any, dual: Any) -> None:
    assert not no.certify(made, np.array(primal, float), np.array(dual, float), 1e-12).proved


def test_a_plan_better_than_its_bound_is_no_proof() -> None:
    made = program([[1.0]], [1.0], [(1.0, INF)])
    seen = no.certify(made, np.array([1.0 - 1e-6]), np.array([1.0]), 1e-9)
    assert seen.objective < seen.dual_objective
    assert not seen.proved


def test_the_scope_is_said() -> None:
    """Without a plan that meets every row exactly, the words say for which data the proof holds."""
    thirds = program([[3.0, 1.0], [1.0, 3.0]], [1, 1], [(1, INF), (1, INF)])
    third = np.array([0.25, 0.25])
    assert no.certify(thirds, third, third, 1e-9).unconditional
    low = third * (1 - 2.0**-52)
    seen = no.certify(thirds, low, third, 1e-9)
    assert seen.proved and seen.conditional
    assert "for data within" in str(seen)


@pytest.mark.parametrize("model", no.shipped_models())
def test_shipped_models_are_proved_for_their_data_as_written(model: str) -> None:
    plan = no.solve(model)
    if plan.economy.curves is not None:  # binaries: the bound is HiGHS's word, or is bracketed
        assert plan.proved and plan.certificate.bound in ("solver", "exact")
        return
    assert plan.certificate.unconditional, str(plan.certificate)
    if sum(plan.program.shape) < 1_000:  # the larger ones under -m exhaustive
        _check_exact(model, plan)


@pytest.mark.exhaustive
@pytest.mark.parametrize("model", no.shipped_models())
def test_shipped_models_are_exactly_optimal(model: str) -> None:
    _check_exact(model, no.solve(model))


def _check_exact(model: str, plan: no.Plan) -> None:
    exact = no.solve(model, certificate="exact")
    assert exact.certificate.bound == "exact"
    assert exact.objective == pytest.approx(plan.objective, rel=1e-12)


def test_a_limit_that_is_what_is_used_is_not_impossible_by_its_last_digit() -> None:
    """Rows that contradict each other by less than summing their terms rounds away: said, and settled when asked."""
    use = np.array([0.1, 0.2, 0.3])
    made = program([np.append(use, 0.0), *np.eye(4)[:3]], [0, 0, 0, 1], [(-INF, 0.6), (1, INF), (1, INF), (1, INF)])
    assert solve_exactly(made).status == "infeasible"  # .1 + .2 + .3, each the double next to it, are more than .6's
    near = prove(made, SolveOptions())
    assert near.status is Status.OPTIMAL
    assert near.certificate.exactly == "infeasible"
    assert "by their last digits alone" in str(near.certificate)
    assert prove(made, SolveOptions(certificate="exact")).status is Status.INFEASIBLE
    short = replace(made, row_upper=np.where(np.isfinite(made.row_upper), 0.6 * (1 - 1e-13), np.inf))
    assert prove(short, SolveOptions()).status is Status.INFEASIBLE


def test_a_program_on_which_simplex_goes_round_in_circles() -> None:
    """HiGHS 1.15 pivots on this one for ever; it is stopped, and the exact judge decides."""
    kind, made = adversarial(16_479)
    assert kind == "extremes"
    assert str(prove(made, SolveOptions()).status) == solve_exactly(made).status == "unbounded"

"""Ranges and intervals: every end is checked by solving again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.limits import binding_limits
from natura_opt.program import LinearProgram
from natura_opt.refine import solve_proved

SMALL = ["kantorovich_machines", "excavators", "wheat_cloth", "wheat_cloth_pollution", "five_year_plan"]


def optimum(program: LinearProgram) -> float:
    _, certificate = solve_proved(program, SolveOptions(method="simplex"))
    return certificate.objective if certificate.proved else float("nan")


def with_side(program: LinearProgram, row: int, side: float) -> LinearProgram:
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    (lower if np.isfinite(lower[row]) else upper)[row] = side
    return replace(program, row_lower=lower, row_upper=upper)


def with_cost(program: LinearProgram, column: int, cost: float) -> LinearProgram:
    costs = program.cost.copy()
    costs[column] = cost
    return replace(program, cost=costs)


@pytest.mark.parametrize("name", SMALL)
def test_a_valuation_holds_up_to_both_ends_of_its_range(name: str) -> None:
    plan = no.solve(name)
    limits = plan.sensitivity().limits.reset_index(drop=True)
    base = plan.objective
    checked = 0
    for row, line in limits.iterrows():
        for end in (line["lowest"], line["highest"]):
            if not np.isfinite(end) or end == line["side"]:
                continue
            promised = base + line["valuation"] * (end - line["side"])
            assert optimum(with_side(plan.program, row, end)) == pytest.approx(promised, rel=1e-8, abs=1e-9)
            checked += 1
    assert checked >= 2


@pytest.mark.parametrize("name", ["kantorovich_machines", "excavators"])
def test_a_valuation_changes_beyond_its_range(name: str) -> None:
    """Beyond an end, the straight line promises too much (a maximum is concave in its sides)."""
    plan = no.solve(name)
    limits = plan.sensitivity().limits.reset_index(drop=True)
    seen = 0
    for row, line in limits.iterrows():
        for end in (line["lowest"], line["highest"]):
            if not np.isfinite(end) or end == line["side"] or end <= 0:
                continue
            beyond = end + 0.25 * (end - line["side"])
            promised = plan.objective + line["valuation"] * (beyond - line["side"])
            assert optimum(with_side(plan.program, row, beyond)) < promised - 1e-9 * abs(promised)
            seen += 1
    assert seen >= 2


@pytest.mark.parametrize("name", SMALL)
def test_the_plan_stays_best_up_to_both_ends_of_a_cost_range(name: str) -> None:
    plan = no.solve(name)
    costs = plan.sensitivity().costs.reset_index(drop=True)
    checked = 0
    for column, line in costs.iterrows():
        for end in (line["lowest"], line["highest"]):
            if not np.isfinite(end) or end == line["cost"]:
                continue
            promised = plan.objective + (end - line["cost"]) * line["level"]
            assert optimum(with_cost(plan.program, column, end)) == pytest.approx(promised, rel=1e-8, abs=1e-9)
            checked += 1
    assert checked >= 2


def degenerate() -> no.Economy:
    """Two resources that both just suffice for ten: either alone could carry the whole valuation."""
    return no.build_economy(
        goods=["bread"],
        resources=["labour", "ovens"],
        inputs=[[0.0]],
        resource_use=[[1.0], [2.0]],
        resource_limits=[10.0, 20.0],
        targets=[1.0],
        objective="assortment",
    )


def test_a_degenerate_valuation_is_an_interval() -> None:
    """One more of either gives nothing (the other is missing); one less costs all it carries."""
    plan = no.solve(degenerate()).assert_optimal()
    assert plan.valuation_interval("resource_limit", ("labour", "1")) == pytest.approx((0.0, 1.0), abs=1e-9)
    assert plan.valuation_interval("resource_limit", ("ovens", "1")) == pytest.approx((0.0, 0.5), abs=1e-9)
    assert "degenerate" in repr(plan.explain("labour"))


@pytest.mark.parametrize("name", SMALL)
def test_intervals_are_the_one_sided_derivatives(name: str) -> None:
    """The interval of a dual is what solving again a little to either side says."""
    plan = no.solve(name)
    program = plan.program
    limits = plan.sensitivity().limits
    rows = np.random.default_rng(3).permutation(program.shape[0])[:12]
    for row in rows:
        block, label = program.row_label(int(row))
        low, high = plan.valuation_interval(block, label)
        side = float(limits["side"].iloc[row])
        step = 1e-6 * max(abs(side), 1.0)
        up = (optimum(with_side(program, row, side + step)) - plan.objective) / step
        down = (plan.objective - optimum(with_side(program, row, side - step))) / step
        ends = sorted([up, down]) if np.isfinite(up) and np.isfinite(down) else None
        if block == "balance" and program.sense == "max":  # valuations are of what is on hand
            low, high = -high, -low
        assert low - 1e-9 <= plan.dual[row] <= high + 1e-9
        if ends is not None:
            assert (low, high) == pytest.approx(tuple(ends), abs=2e-5 * max(1.0, abs(high))), (block, label)


def test_the_summary_says_where_one_more_and_one_less_differ() -> None:
    """Of iron in coal one more tonne brings a fifth of what one less costs: the other stocks would be missing."""
    plan = no.solve("five_year_plan")
    low, high = plan.valuation_interval("accumulation", ("iron", "coal", "year1"))
    stocks, step = plan.economy.frame("initial_capital"), 1e-5
    for sign, end in ((1, low), (-1, high)):
        changed = stocks.copy()
        changed.loc["iron", "coal"] += sign * step
        other = no.solve(plan.economy.with_changes(initial_capital=changed)).assert_optimal().objective
        assert sign * (other - plan.objective) / step == pytest.approx(end, rel=1e-4)
    assert high > 4 * low > 0
    assert f"brings {low:.6g}, one less costs {high:.6g}" in repr(plan)
    assert f"anything from {low:.6g}" in repr(plan.explain("iron in coal"))


def test_what_binds_adds_up_to_the_objective() -> None:
    """The strong duality of a plan in one sum: every limit at its valuation, floors included."""
    for plan in (
        no.solve("five_year_plan"),
        no.solve("uk_2015_20"),
        no.solve(no.read("five_year_plan_coal5"), no.Question("fulfilment", floor=0.3)),
    ):
        assert binding_limits(plan)["worth"].sum() == pytest.approx(plan.objective, rel=1e-9)
    assert plan.valuations.loc[("floor", "fulfilment"), "year1"] == pytest.approx(-0.8407, rel=1e-3)


def test_an_unknown_row_is_named() -> None:
    plan = no.solve("wheat_cloth")
    with pytest.raises(no.QuestionError, match="no row 'balanc'"):
        plan.valuation_interval("balanc", ("wheat", "1"))

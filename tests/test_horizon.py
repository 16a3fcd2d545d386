"""Windows that move on: what is left of every stock, and plans equal to fresh solves of the same window."""

from __future__ import annotations

import numpy as np
import pytest

import natura_opt as no
from natura_opt.planner.carrying import CARRIED
from natura_opt.tables.registry import TABLES

from .seeded import seeded_economy
from .test_planner import assert_same_program

SEEDS = [*range(6), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(6, 100))]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_window_is_planned_as_it_would_be_from_nothing(seed: int) -> None:
    economy = seeded_economy(seed, goods=(2, 7), periods=(4, 6))
    with no.Planner(economy, window=3) as planner:
        for _ in range(len(economy.periods)):
            plan = planner.solve()
            fresh = no.solve(plan.economy, plan.question)
            assert plan.status == fresh.status
            if not plan.proved:
                break
            assert plan.objective == pytest.approx(fresh.objective, rel=1e-8)
            assert planner.program is not None
            assert_same_program(planner.program, no.linear_program(plan.economy, plan.question))
            if len(planner.economy.periods) > 1:
                planner.advance()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_that_is_carried_on_keeps_its_promise(seed: int) -> None:
    """What the best plan of all periods is worth after its first is what the best plan of the rest is worth from the
    state it leaves: for sums over years, the principle of optimality."""
    economy = seeded_economy(seed, goods=(2, 7), periods=(2, 5), objective="fulfilment", floor=False)
    whole = no.solve(economy).assert_optimal()
    rest = no.solve(no.carry_over(whole), whole.question).assert_optimal()
    assert rest.objective == pytest.approx(whole.fulfilment.iloc[1:].sum(), rel=1e-7, abs=1e-8)


def test_orders_that_arrive_later_are_on_the_way() -> None:
    five = no.read("five_year_plan").with_changes(investment_lag=[1.0, 2.0, 1.0, 2.0])
    whole = no.solve(five).assert_optimal()
    rest = no.carry_over(whole)
    assert rest.has("capital_orders")
    assert no.solve(rest).assert_optimal().objective == pytest.approx(whole.fulfilment.iloc[1:].sum(), rel=1e-8)


def test_goods_in_store_and_budgets_are_carried_over() -> None:
    economy = no.build_economy(
        goods=["grain"],
        periods=3,
        resources=["land"],
        pollutants=["dung"],
        resource_use=[[1.0]],
        resource_limits=np.array([[10.0, 2.0, 2.0]]),
        targets=[1.0],
        storage=[0.5],
        emissions=[[2.0]],
        emission_budgets=[25.0],
        questions={"default": no.Question("fulfilment", floor=2.2)},
    )
    plan = no.solve(economy).assert_optimal()
    rest = no.carry_over(plan)
    made, kept = plan.activities.iloc[0, 0], plan.stored.iloc[0, 0]
    assert kept > 0
    assert rest.vector("initial_stocks", 0)[0] == pytest.approx(0.5 * kept)
    assert rest.vector("emission_budgets", 0)[0] == pytest.approx(25.0 - 2.0 * made)
    assert rest.periods.to_list() == economy.periods[1:].to_list()


def test_a_receding_horizon_meets_what_comes_otherwise() -> None:
    def flood(economy: no.Economy) -> no.Economy:
        return economy.with_changes(initial_capital=economy.matrix("initial_capital", 0) * 0.9)

    calm = list(no.receding_horizon("five_year_plan", window=3))
    hit = list(no.receding_horizon("five_year_plan", window=3, disturbed=flood))
    assert len(calm) == len(hit) == 5 and all(plan.proved for plan in calm + hit)
    assert hit[0].objective == calm[0].objective
    assert all(one.objective < other.objective for one, other in zip(hit[1:], calm[1:], strict=True))
    for plan in hit:
        assert plan.objective == pytest.approx(no.solve(plan.economy).objective, rel=1e-8)


def test_a_horizon_ends_where_there_is_no_plan() -> None:
    def ruin(economy: no.Economy) -> no.Economy:
        return economy.with_changes(initial_capital=economy.matrix("initial_capital", 0) * 0.0)

    plans = list(no.receding_horizon("five_year_plan", window=2, disturbed=ruin, floor=0.1))
    assert [plan.status.value for plan in plans] == ["optimal", "infeasible"]
    with pytest.raises(no.OptionError, match="same periods"):
        list(no.receding_horizon("five_year_plan", window=2, disturbed=lambda economy: None))


def test_tables_whose_rest_is_not_known_are_refused_by_name() -> None:
    carried = frozenset[str]().union(*CARRIED.values())
    assert carried <= set(TABLES)
    five = no.read("five_year_plan").with_changes(foreign_exchange=[1.0] * 5)
    plan = no.solve(five, no.Question(leave_out=["foreign_exchange"]))
    assert no.carry_over(plan).vector("foreign_exchange", 0).tolist() == [1.0] * 4
    with pytest.raises(no.OptionError, match="nothing was planned"):
        no.Planner(five, no.Question(leave_out=["foreign_exchange"])).advance()
    last = no.solve(
        no.build_economy(
            goods=["a"],
            targets=[1.0],
            resources=["l"],
            resource_use=[[1.0]],
            resource_limits=[1.0],
            objective="fulfilment",
        )
    )
    with pytest.raises(no.OptionError, match="only period"):
        no.carry_over(last)

"""Moving on by a period: the principle of optimality over every table of time, and each stock by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.base.status import Status
from natura_opt.formulate import asked_of
from natura_opt.laws.lags import ahead
from natura_opt.laws.periods import counted_years, discount_factor, lengths
from natura_opt.laws.terminal_settings import terminal_of
from natura_opt.planner.carrying import CARRIED, WITHOUT_STATE
from natura_opt.tables.registry import TABLES

from .dynamic_economies import SUMS, dynamic_economy

#: Seeds whose whole numbers take seconds are left to the exhaustive run.
SEEDS = [
    pytest.param(seed, marks=pytest.mark.exhaustive) if seed in (6, 14) or seed > 16 else seed for seed in range(200)
]


def carried(plan: no.Plan) -> no.Economy | None:
    """The economy after a period, its salvage values as of its own start; None where no table can say it."""
    try:
        rest = no.carry_over(plan)
    except no.CannotAnswerError as refusal:
        assert "cannot be carried over" in str(refusal)
        return None
    if not rest.has("salvage_values"):
        return rest
    discount = discount_factor(plan.question) ** lengths(plan.economy)[0]
    values = plan.economy.vector("salvage_values", 0)
    return rest.with_changes(salvage_values=values / discount)


def retired_by_and_by(economy: no.Economy) -> no.Economy:
    """The economy with what is retired in the second period retired then and in each later one."""
    if not economy.has("retirements"):
        return economy
    later = economy.periods[1:]
    return economy.with_changes(retirements=dict.fromkeys(later, economy.matrix("retirements", 1) / len(later)))


def of_first_period(plan: no.Plan) -> float:
    """What the first period adds to the objective: its columns, and what is spent in it for later activities."""
    economy, first, whole = asked_of(plan.economy, plan.question), plan.economy.periods[0], 0.0
    for block in plan.program.columns:
        if "period" in block.index.names:
            now = block.index.get_level_values("period") == first
            whole += float(plan.program.cost[block.span][now] @ plan.primal[block.span][now])
    if plan.question.objective == "least-resources":
        years, counted = lengths(economy), counted_years(economy, plan.question)[0]
        weights = economy.vector("resource_weights", 0) * economy.vector("period_weights", 0)[0] * counted
        for lead, use in ahead(economy, "resource_use_ahead").items():
            if lead < len(years):
                later = plan.activities.iloc[:, lead].to_numpy()
                whole += float(weights @ (use @ later)) * years[lead] / years[0]
    return whole


def comparable(plan: no.Plan) -> bool:
    """Whether what is asked of what is left is what was asked of all: nothing is to be as it was at the start."""
    asked, economy = terminal_of(plan.question).terminal, plan.economy
    if plan.question.objective not in (*SUMS, "terminal-stocks") and discount_factor(plan.question) < 1:
        return False
    return asked in ("none", "salvage") or (
        asked == "growth" and not economy.has("storage") and not economy.has("renewable_stocks")
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rest_of_the_best_plan_is_the_best_plan_of_the_rest(seed: int) -> None:
    economy = retired_by_and_by(dynamic_economy(seed))
    while len(economy.periods) > 1:
        plan = no.solve(economy)
        rest = carried(plan) if plan.status is Status.OPTIMAL else None
        if rest is None:
            return
        found = no.solve(rest)
        if comparable(plan):
            assert found.status is Status.OPTIMAL, found
            promised = plan.objective - of_first_period(plan)
            reached = discount_factor(plan.question) ** lengths(economy)[0] * found.objective
            size = 1e-6 * max(abs(plan.objective), abs(reached), 1e-3)
            if plan.question.objective in (*SUMS, "terminal-stocks"):
                assert reached == pytest.approx(promised, abs=size)
            else:  # one level, or the least of several: what is left may do better than all
                assert reached >= promised - size
        economy = rest


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(s, marks=pytest.mark.exhaustive) for s in range(4, 60))])
def test_a_receding_horizon_plans_what_a_fresh_solve_of_each_window_does(seed: int) -> None:
    """To the end, or to what no table can say; every plan is proved, and one that there is not is refused as such."""
    economy = dynamic_economy(seed, whole=False)
    with no.Planner(economy, window=2) as planner:
        while True:
            plan = planner.solve()
            fresh = no.solve(plan.economy, plan.question)
            assert plan.status is fresh.status
            if plan.status is not Status.OPTIMAL:
                return
            assert plan.proved
            assert plan.objective == pytest.approx(fresh.objective, rel=1e-7, abs=1e-8)
            if len(planner.economy.periods) == 1:
                return
            left = planner.economy
            try:
                planner.advance()
            except no.CannotAnswerError as refusal:
                assert "cannot be carried over" in str(refusal) and planner.economy is left
                return
            again = no.carry_over(plan, left)
            assert again.tables.keys() == planner.economy.tables.keys()
            for name, table in again.tables.items():
                for key, part in table.slices.items():
                    other = planner.economy.tables[name].slices[key]
                    assert np.array_equal(*(one.toarray() if table.spec.is_matrix else one for one in (part, other)))


def test_every_table_is_carried_or_has_nothing_to_carry() -> None:
    """A table that comes with a new law is refused until it is said here what is left of it."""
    carried_tables = frozenset[str]().union(*CARRIED.values())
    assert carried_tables | WITHOUT_STATE == set(TABLES)
    assert not carried_tables & WITHOUT_STATE


def well(**more: Any) -> no.Economy:
    """One good made from one resource, over three periods."""
    tables: dict[str, Any] = {
        "goods": ["water"],
        "resources": ["source"],
        "periods": ["1", "2", "3"],
        "resource_use": [[2.0]],
        "activity_limits": [3.0],
        "targets": [1.0],
        "objective": "fulfilment",
    }
    return no.build_economy(**{**tables, **more})


def after(economy: no.Economy, **settings: Any) -> tuple[no.Plan, no.Economy]:
    plan = no.solve(economy, **settings).assert_optimal()
    return plan, no.carry_over(plan)


def test_stocks_of_resources_by_hand() -> None:
    """Two years at 3 a year take 12 of a source of 20; what regrows loses them at the start and grows twice."""
    years = {"period_length": [2.0, 1.0, 1.0]}
    plan, rest = after(well(exhaustible_stocks=[20.0], **years))
    used = 2.0 * 2.0 * plan.activities.iloc[0, 0]
    assert rest.vector("exhaustible_stocks", 0)[0] == pytest.approx(20.0 - used)
    plan, rest = after(well(renewable_stocks=[20.0], regrowth_rates=[0.5], renewable_capacity=[19.0], **years))
    used = 2.0 * 2.0 * plan.activities.iloc[0, 0]
    assert rest.vector("renewable_stocks", 0)[0] == pytest.approx(min(1.5**2 * (19.0 - used), 19.0))
    plan, rest = after(
        well(labour_force=[4.0], labour_leaving=[0.5], labour_entering=[1.0], training=[[0.25]], **years)
    )
    assert plan.activities.iloc[0, 0] == pytest.approx(2.0)
    assert rest.vector("labour_force", 0)[0] == pytest.approx(0.25 * 4.0 + 1.5 * (1.0 + 0.25 * 2.0))


def test_what_was_drawn_and_not_used_is_still_there() -> None:
    """A plan may say that more is drawn than is used, where nothing is gained by drawing less."""
    plan = no.solve(well(exhaustible_stocks=[1000.0])).assert_optimal()
    block = plan.program.column_block("drawn")
    assert block is not None
    primal = plan.primal.copy()
    primal[block.start] = 400.0
    rest = no.carry_over(replace(plan, primal=primal))
    assert rest.vector("exhaustible_stocks", 0)[0] == pytest.approx(1000.0 - 6.0)


def test_what_has_piled_up_of_a_pollutant_is_carried_over() -> None:
    plan, rest = after(
        well(
            resource_limits=[6.0], pollutants=["salt"], emissions=[[1.0]], pollutant_stocks=[8.0],
            pollutant_decay=[0.5], pollutant_stock_caps=[7.0],
        )
    )  # fmt: skip
    assert rest.vector("pollutant_stocks", 0)[0] == pytest.approx(0.5 * 8.0 + plan.activities.iloc[0, 0])


def kiln(**more: Any) -> no.Economy:
    """Bricks are made from clay that is spent one and two periods ahead; clay is dug."""
    tables: dict[str, Any] = {
        "goods": ["clay", "brick"],
        "resources": ["labour"],
        "periods": ["1", "2", "3", "4"],
        "resource_use": [[1.0, 0.0]],
        "resource_limits": [3.0],
        "inputs_ahead": {1: [[0, 1.0], [0, 0]], 2: [[0, 0.5], [0, 0]]},
        "prepared_activities": {"1": [0, 1.0], "2": [0, 1.5]},
        "targets": [0.0, 1.0],
        "objective": "fulfilment",
    }
    return no.build_economy(**{**tables, **more})


def test_an_activity_with_two_leads_still_takes_what_is_not_yet_spent() -> None:
    """In the first period one input is spent for the bricks of the second, and the other for those of the third."""
    plan, rest = after(kiln())
    bricks = plan.activities.loc["brick"].to_numpy()
    assert bricks[2] > 0
    prepared = [rest.vector("prepared_activities", t)[1] for t in range(3)]
    assert prepared == pytest.approx([bricks[1], bricks[2], 0.0])
    left = no.linear_program(rest)
    block = left.column_block("activities")
    rows = left.row_block("balance")
    assert block is not None and rows is not None
    taken = left.matrix.toarray()[rows.start + list(rows.index).index(("clay", "2"))]
    assert taken[block.start + list(block.index).index(("brick", "3"))] == -1.0  # one ahead; not two
    assert taken[block.start + list(block.index).index(("brick", "4"))] == -0.5


def test_what_was_prepared_and_not_yet_touched_stays_prepared() -> None:
    """With a lead of two alone, the first period spends nothing for the second."""
    plan, rest = after(kiln(inputs_ahead={2: [[0, 0.5], [0, 0]]}, activity_limits=[9.0, 1.0]))
    assert plan.activities.loc["brick", "2"] == pytest.approx(1.0)
    assert rest.vector("prepared_activities", 0)[1] == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("terminal", "growth", "begun"), [("none", None, 0.0), ("keep", None, 1.0), ("growth", 0.5, 1.5)]
)
def test_a_short_window_begins_what_its_terminal_condition_asks_for(
    terminal: str, growth: float | None, begun: float
) -> None:
    economy = kiln(inputs_ahead={1: [[0, 1.0], [0, 0]]}, prepared_activities={"1": [0, 1.0]})
    settings = {"terminal": terminal} | ({} if growth is None else {"terminal_growth": growth})
    with no.Planner(economy, window=1, **settings) as planner:
        planner.solve().assert_optimal()
        planner.advance()
        assert planner.economy.vector("prepared_activities", 0)[1] == pytest.approx(begun)


def test_what_was_begun_for_after_the_end_was_begun_for_no_more_than_was_planned() -> None:
    """With two periods, growth has the first spend what the first after the end takes two ahead: 1.1 of the last."""
    parts = {"inputs_ahead": {2: [[0, 0.5], [0, 0]]}, "periods": ["1", "2"], "activity_limits": [9.0, 1.0]}
    plan = no.solve(kiln(**parts), terminal="growth", terminal_growth=0.1).assert_optimal()
    assert plan.activities.loc["brick", "2"] == pytest.approx(1.0)
    assert no.carry_over(plan).vector("prepared_activities", 0)[1] == pytest.approx(1.0)
    assert no.carry_over(no.solve(kiln(**parts))).vector("prepared_activities", 0)[1] == pytest.approx(1.5)


def ovens(**more: Any) -> no.Economy:
    """Ovens make bread and, in a workshop, more ovens; four periods, of two years first."""
    tables: dict[str, Any] = {
        "goods": ["oven", "bread"],
        "resources": ["labour"],
        "periods": ["1", "2", "3", "4"],
        "period_length": [2.0, 1.0, 1.0, 1.0],
        "capital": [[0, 1.0], [0, 0]],
        "initial_capital": [[0, 8.0], [0, 0]],
        "depreciation": [[0, 0.5], [0, 0]],
        "resource_use": [[1.0, 1.0]],
        "resource_limits": [9.0],
        "targets": [0.0, 1.0],
        "objective": "fulfilment",
    }
    return no.build_economy(**{**tables, **more})


def held(economy: no.Economy, table: str, t: int = 0) -> float:
    return float(economy.matrix(table, t)[0, 1])


def test_what_is_retired_later_has_worn_by_the_start_of_what_is_left() -> None:
    """Of 8 ovens 1, 2 and 3 leave by and by: a quarter of each is left when two years are over."""
    leaving = {p: [[0, n], [0, 0]] for p, n in (("1", 0.5), ("2", 1.0), ("3", 2.0), ("4", 3.0))}
    plan, rest = after(ovens(retirements=leaving, investment_lag=[4.0, 4.0]))
    assert held(rest, "initial_capital") == pytest.approx(0.25 * (8.0 - 0.5 - 1.0))
    assert [held(rest, "retirements", t) for t in range(3)] == pytest.approx([0.0, 0.25 * 2.0, 0.25 * 3.0])
    assert no.solve(rest).assert_optimal().objective == pytest.approx(plan.fulfilment.iloc[1:].sum())


def test_what_is_invested_serves_its_life_from_its_arrival() -> None:
    """It is an order first, and a retirement when it has arrived; what was there at the start has no life."""
    orders = {"1": [[0, 4.0], [0, 0]], "2": [[0, 2.0], [0, 0]]}
    economy = ovens(capital_orders=orders, service_life=[2.0, np.inf], resource_limits=[20.0])
    plan, rest = after(economy)
    invested = 1.5 * plan.investment.loc[("oven", "bread"), "1"]
    assert invested > 0
    assert held(rest, "initial_capital") == pytest.approx(0.25 * (8.0 + 4.0))
    assert held(rest, "capital_orders") == pytest.approx(2.0 + invested)
    assert [held(rest, "retirements", t) for t in range(3)] == pytest.approx([0.0, 0.25 * 4.0, 0.0])
    second, later = after(rest)
    assert held(later, "retirements", 1) == pytest.approx(0.5 * (2.0 + invested))
    assert second.objective == pytest.approx(plan.fulfilment.iloc[1:].sum())
    assert no.solve(later).assert_optimal().objective == pytest.approx(plan.fulfilment.iloc[2:].sum())


def bakeries(**more: Any) -> no.Economy:
    """Bread is made on the hill or in the dale, with ovens that can be moved; there is most to bake with on the hill
    at first, in the dale next, and on the hill again."""
    tables: dict[str, Any] = {
        "goods": ["oven", "bread"],
        "techniques": ["mason", "hill", "dale"],
        "outputs": [[1.0, 0, 0], [0, 1.0, 1.0]],
        "resources": ["wood on the hill", "wood in the dale"],
        "periods": ["1", "2", "3"],
        "capital": [[0, 1.0, 1.0], [0, 0, 0]],
        "initial_capital": [[0, 4.0, 0], [0, 0, 0]],
        "resource_use": [[0, 1.0, 0], [0, 0, 1.0]],
        "resource_limits": np.array([[4.0, 0.0, 4.0], [0.0, 4.0, 0.0]]),
        "activity_limits": [0.0, np.inf, np.inf],
        "shifting": [1.0, 0.0],
        "targets": [0.0, 1.0],
        "objective": "fulfilment",
    }
    return no.build_economy(**{**tables, **more})


def test_capital_that_was_moved_stands_where_it_was_moved_to() -> None:
    plan, rest = after(bakeries())
    assert rest.matrix("initial_capital", 0).toarray()[0] == pytest.approx([0.0, 0.0, 4.0])
    assert no.solve(rest).assert_optimal().objective == pytest.approx(plan.objective - 4.0)


def test_what_was_moved_away_may_come_back_to_be_retired() -> None:
    """Three of the four ovens leave the hill in the third period, where none of them stands in the second."""
    plan, rest = after(bakeries(retirements={"3": [[0, 3.0, 0], [0, 0, 0]]}))
    assert plan.objective == pytest.approx(4.0 + 4.0 + 1.0)
    assert rest.matrix("initial_capital", 0).toarray()[0] == pytest.approx([0.0, 0.0, 4.0])
    assert rest.matrix("retirements", 1).toarray()[0] == pytest.approx([0.0, 3.0, 0.0])
    assert no.solve(rest).assert_optimal().objective == pytest.approx(5.0)
    with pytest.raises(no.QuestionError, match="retires more"):
        no.solve(rest.with_changes(shifting=None))


def test_an_order_that_was_moved_on_in_the_moment_of_its_arrival() -> None:
    """It stands elsewhere, and is still due where it was ordered for."""
    orders = {"2": [[0, 3.0, 0], [0, 0, 0]]}
    plan, rest = after(bakeries(capital_orders=orders, resource_limits=[4.0, 9.0], service_life=[1.0, np.inf]))
    assert plan.objective == pytest.approx(4.0 + 7.0 + 4.0)
    assert no.solve(rest).assert_optimal().objective == pytest.approx(plan.objective - 4.0)
    limits = np.array([[4.0, 0.0, 4.0], [0.0, 7.0, 0.0]])
    plan, rest = after(bakeries(capital_orders=orders, resource_limits=limits, service_life=[1.0, np.inf]))
    assert plan.objective == pytest.approx(4.0 + 7.0 + 4.0)
    assert rest.matrix("initial_capital", 0).toarray()[0] == pytest.approx([0.0, 0.0, 7.0])
    assert rest.matrix("retirements", 1).toarray()[0] == pytest.approx([0.0, 3.0, 0.0])
    assert no.solve(rest).assert_optimal().objective == pytest.approx(11.0)


def test_moving_that_takes_resources_is_asked_of_one_period_alone() -> None:
    """Nothing is moved in the last period where the end is open; there was an error of another kind."""
    economy = bakeries(shifting_use=[[0.5, 0], [0, 0]], resource_limits=np.array([[8.0, 0, 8.0], [0, 4.0, 0]]))
    while len(economy.periods) > 1:
        _, economy = after(economy)
    assert no.solve(economy).assert_optimal().objective == pytest.approx(4.0)


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (
        {"initial_capital": None, "depreciation": None, "capital_pool": [8.0, 0], "service_life": [1.0, np.inf],
         "pool_depreciation": [0.9, 0.0]},
        {},
        "'service_life' is over, and 'retirements'",
    ),
    (
        {"initial_capital": None, "depreciation": None, "capital_pool": [8.0, 0], "investment_lag": [2.0, 1.0],
         "pool_depreciation": [0.9, 0.0]},
        {},
        "'investment_lag'.*'capital_orders'",
    ),
    (
        {"capital_orders": {"1": [[0, 4.0], [0, 0]]}, "service_life": [4.0, np.inf], "salvage_values": [1.0, 0.0]},
        {"terminal": "salvage"},
        "just after the last period .'service_life'.*'retirements'",
    ),
    (
        {"investment_lag": [2.0, 1.0], "capital_orders": {"1": [[0, 1.0], [0, 0]]}},
        {"leave_out": ["capital_orders"]},
        "'capital_orders', which the question leaves out",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "asked", "said"), REFUSED)
def test_what_no_table_can_say_is_refused_by_name(tables: dict[str, Any], asked: dict[str, Any], said: str) -> None:
    settings = dict(asked)
    question = no.Question("fulfilment", {k: v for k, v in settings.items() if k != "leave_out"},
                           leave_out=settings.get("leave_out", ()))  # fmt: skip
    plan = no.solve(ovens(**tables), question).assert_optimal()
    with pytest.raises(no.CannotAnswerError, match=said):
        no.carry_over(plan)


def test_only_techniques_whose_start_takes_goods_are_said_to_have_run() -> None:
    """All that ran were, and those without start-up inputs refused at the next solve."""
    economy = well(
        goods=["water", "fuel"], resource_use=[[2.0, 0.0]], resource_limits=[6.0], activity_limits=[3.0, 9.0],
        targets=[1.0, 0.0], start_up_inputs=[[0, 0], [4.0, 0]], minimum_scale=[1.0, 0.0],
    )  # fmt: skip
    plan, rest = after(economy)
    assert (plan.activities["1"] > 0).all()
    assert rest.vector("running_before", 0).tolist() == [1.0, 0.0]
    assert no.solve(rest).assert_optimal().objective == pytest.approx(6.0)

"""The end of a plan: what is asked to be left, what is left, and what a plan says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.laws.capital_course import stocks_left, stocks_over_time
from natura_opt.laws.holdings import Holdings

from .golden_terminal import ENDS
from .seeded import seeded_economy

FIVE = no.read("five_year_plan")
NAMED = {economy.name: economy for economy in ENDS}
#: Every second seed pools its capital, every third stores goods.
SEEDS = range(12)


def asked(terminal: str, **settings: Any) -> no.Question:
    return no.Question("fulfilment", terminal=terminal, **settings)


def seeded(seed: int, **more: Any) -> no.Economy:
    """A small economy of several years that has capital, and on odd seeds goods that keep."""
    return seeded_economy(
        seed,
        goods=(2, 4),
        periods=(2, 4),
        objective="fulfilment",
        capital=("technique", "pool")[seed % 2],
        storage=seed % 3 == 1,
        stocks=seed % 3 == 1,
        floor=False,
        resources=(1, 2),
        **more,
    )


# ---- the five-year plan under every condition -------------------------------------------------------------------


def test_the_known_five_years_are_what_they_were() -> None:
    """known_answers.md 9: the plan that says nothing of its end, and the same said aloud."""
    for question in (no.Question("fulfilment"), asked("none")):
        plan = no.solve(FIVE, question).assert_optimal()
        assert plan.objective == pytest.approx(8.797299129, abs=1e-9)
        assert plan.fulfilment.to_numpy() == pytest.approx([0.5, 2.061867, 2.039321, 1.986849, 2.209262], abs=1e-6)
        assert plan.program.column_block("capital_at_end") is None


def test_five_years_that_keep_their_capital() -> None:
    free, kept = no.solve(FIVE), no.solve(FIVE, asked("keep")).assert_optimal()
    table = kept.terminal_stocks
    assert (table["left"] >= table["at_start"] * (1 - 1e-9)).all()
    assert kept.objective < free.objective - 0.1
    assert "WARNING" not in str(kept)


def test_five_years_that_can_go_on_growing() -> None:
    """The faster it is to grow, the less is delivered; what is left is what the last year stands on, grown."""
    plans = [no.solve(FIVE, asked("growth", terminal_growth=g)).assert_optimal() for g in (0.0, 0.02, 0.1)]
    assert [plan.objective for plan in plans] == sorted((plan.objective for plan in plans), reverse=True)
    for plan, growth in zip(plans, (0.0, 0.02, 0.1), strict=True):
        left = plan.tables()["capital_left"]["all periods"]
        last = plan.stocks.iloc[:, -1].set_axis(left.index)
        assert (left >= (1 + growth) * last * (1 - 1e-9)).all()


def first_years(count: int) -> no.Economy:
    """The five-year plan's first years alone."""
    targets = np.column_stack([FIVE.vector("targets", t) for t in range(count)])
    labour = np.column_stack([FIVE.vector("resource_limits", t) for t in range(count)])
    same = {name: table.slices[None] for name, table in FIVE.tables.items() if None in table.slices}
    return no.build_economy(
        name="first years",
        goods=list(FIVE.goods),
        resources=list(FIVE.resources),
        periods=list(FIVE.periods[:count]),
        **(same | {"targets": targets, "resource_limits": labour}),
    )


def test_salvage_values_of_a_longer_plan_stand_for_its_later_years() -> None:
    """Three years that value what they leave as five years value it at the fourth's start leave more behind."""
    values = no.salvage_values(no.solve(FIVE).assert_optimal(), "year4")
    assert (values[["iron", "coal", "corn"]] > 0).all()
    assert values["bread"] == 0
    short = first_years(3)
    alone = no.solve(short, no.Question("fulfilment")).assert_optimal()
    plan = no.solve(short.with_changes(salvage_values=values.to_numpy()), asked("salvage")).assert_optimal()
    left = plan.tables()["capital_left"]["all periods"]
    counted = values[left.index.get_level_values("good")].to_numpy()
    assert plan.objective == pytest.approx(plan.fulfilment.sum() + left.to_numpy() @ counted, rel=1e-9)
    assert counted @ left.to_numpy() >= counted @ alone.terminal_stocks["left"].to_numpy()
    assert plan.objective > alone.objective


def test_what_is_left_is_worth_what_it_counts() -> None:
    """The dual of capital_left under salvage is the value itself."""
    values = np.array([0.05, 0.1, 0.02, 0.0])
    plan = no.solve(FIVE.with_changes(salvage_values=values), asked("salvage")).assert_optimal()
    rows = plan.program.row_block("capital_left")
    counted = values[FIVE.goods.get_indexer(rows.index.get_level_values("good"))]
    assert plan.dual[rows.span] == pytest.approx(counted, abs=1e-9)


@pytest.mark.parametrize("method", ["harmony", "harmony-cvxpy", "harmony-tangents"])
def test_harmony_keeps_what_is_asked(method: str) -> None:
    plan = no.solve(FIVE, no.Question("harmony", terminal="keep"), method=method)
    assert plan.objective == pytest.approx(21.7684, abs=1e-3)
    assert (plan.terminal_stocks["share"] > 1 - 1e-5).all()


@pytest.mark.parametrize("method", ["fixed-point", "prices"])
def test_methods_without_an_end_say_so(method: str) -> None:
    economy = NAMED["one year of keep"]
    with pytest.raises(no.QuestionError, match=r"does not take the setting .terminal. into account"):
        no.solve(economy, asked("keep"), method=method)


@pytest.mark.parametrize("method", ["harmony-1990", "harmony-2018"])
def test_historical_methods_say_so(method: str) -> None:
    with pytest.raises(no.QuestionError, match=r"does not take the setting .terminal. into account"):
        no.solve(NAMED["one year of keep"], no.Question("harmony", terminal="keep"), method=method)


# ---- seeded plans -----------------------------------------------------------------------------------------------


def walked(plan: no.Plan) -> pd.Series:
    """What is left of every stock of capital, followed year by year through the tables, without the law's layout."""
    economy = plan.economy
    pooled, count = economy.has("capital_pool"), len(economy.periods)
    lag = economy.vector("investment_lag", 0).astype(int)
    left = {}
    for label in plan.stocks.index:
        good = label if pooled else label[0]
        i = economy.goods.get_loc(good)
        j = None if pooled else economy.techniques.get_loc(label[1])

        def at(table: str, t: int, i: int = i, j: int | None = j) -> float:
            return float(economy.vector(table, t)[i] if j is None else economy.matrix(table, t)[i, j])

        made = plan.investment.loc[[label]].to_numpy().ravel()
        stock = at("capital_pool" if pooled else "initial_capital", 0)
        for t in range(count + 1):
            if not pooled and t < count:
                stock += at("capital_orders", t)
            if t >= lag[i] and t - lag[i] < len(made):
                stock += made[t - lag[i]]
            if t < count:
                stock *= 1 - at("pool_depreciation" if pooled else "depreciation", t)
        waiting = sum(made[max(0, count + 1 - lag[i]) :])
        left[label] = stock + waiting
    return pd.Series(left)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_kept_is_there(seed: int) -> None:
    economy = seeded(seed)
    plan = no.solve(economy, asked("keep"))
    if plan.status is no.Status.INFEASIBLE:
        pytest.skip("some stocks cannot be renewed in time")
    plan.assert_optimal()
    table = plan.terminal_stocks
    assert (table["left"] >= table["at_start"] * (1 - 1e-7) - 1e-9).all()
    found = table.xs("capital", level="kind")["left"].to_numpy()
    assert found == pytest.approx(walked(plan).to_numpy(), rel=1e-9, abs=1e-12)


def test_most_seeds_can_keep_their_stocks() -> None:
    """Else the test above would test little."""
    statuses = [no.solve(seeded(seed), asked("keep")).status for seed in SEEDS]
    assert statuses.count(no.Status.OPTIMAL) >= 8


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_eaten_is_said(seed: int) -> None:
    """The table is the plan walked through by hand, and the warning stands where some stock is less."""
    economy = seeded(seed)
    plan = no.solve(economy, no.Question("fulfilment")).assert_optimal()
    table = plan.terminal_stocks
    found = table.xs("capital", level="kind")["left"].to_numpy()
    assert found == pytest.approx(walked(plan).to_numpy(), rel=1e-9, abs=1e-12)
    less = bool((table["left"] < table["at_start"] * (1 - 1e-9)).any())
    facts = plan.summary()["terminal"]
    assert ("WARNING" in str(plan)) == facts["warning"] == less
    assert facts["below_start"] == int((table["left"] < table["at_start"] * (1 - 1e-9)).sum())
    said = replace(plan, question=asked("none"))
    assert "WARNING" not in str(said)


@pytest.mark.parametrize("seed", [0, 1, 4, 7])
def test_duals_of_the_end_lie_between_difference_quotients(seed: int) -> None:
    """One more unit asked to be left costs what the dual says, between its left and right difference quotients."""
    economy = seeded(seed)
    plan = no.solve(economy, asked("keep"))
    if not plan.proved:
        pytest.skip("it cannot keep its stocks")
    program = plan.program
    for name in ("terminal_capital", "terminal_stores"):
        rows = program.row_block(name)
        for k in [] if rows is None else range(rows.start, rows.start + min(len(rows.index), 3)):
            step = 1e-4 * max(1.0, program.row_lower[k])
            best = []
            for by in (-step, step):
                lower = program.row_lower.copy()
                lower[k] += by
                best.append(no.solve(replace(program, row_lower=lower)).objective)
            least = (best[1] - plan.objective) / step
            most = (plan.objective - best[0]) / step
            slack = 1e-6 * (1 + abs(plan.objective) / step * 1e-3)
            assert least - slack <= plan.dual[k] <= most + slack


@pytest.mark.parametrize("seed", [2, 3, 8])
def test_a_plan_that_can_grow_goes_on(seed: int) -> None:
    """What a plan leaves under growth without growth lets its last year be lived again, with the same investment."""
    economy = seeded(seed).with_changes(storage=None, storage_capacity=None, initial_stocks=None)
    economy = economy.with_changes(investment_lag=np.ones(len(economy.goods)))
    plan = no.solve(economy, asked("growth"))
    if not plan.proved:
        pytest.skip("it cannot renew its stocks")
    holdings = Holdings.of(economy)
    last = len(economy.periods) - 1
    stock = plan.stocks.to_numpy()
    left = stocks_left(holdings, stock, plan.investment.to_numpy())
    tied = holdings.tied_up(last) @ plan.activities.to_numpy()[:, last]
    assert (left >= stock[:, last] * (1 - 1e-9) - 1e-12).all()
    assert (left >= tied * (1 - 1e-9) - 1e-12).all()


# ---- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terminal", ["keep", "growth", "salvage"])
def test_where_nothing_lasts_nothing_can_be_left(terminal: str) -> None:
    economy = seeded_economy(3, periods=(2, 2), capital="none", storage=False, stocks=False, objective="fulfilment")
    with pytest.raises(no.QuestionError, match="nothing lasts"):
        no.solve(economy, asked(terminal))


def test_salvage_needs_values() -> None:
    with pytest.raises(no.QuestionError, match="needs the table 'salvage_values'"):
        no.solve(FIVE, asked("salvage"))


@pytest.mark.parametrize("question", [asked("keep"), asked("growth"), asked("none"), no.Question("fulfilment")])
def test_values_that_are_not_used_are_refused(question: no.Question) -> None:
    valued = FIVE.with_changes(salvage_values=np.ones(4))
    with pytest.raises(no.QuestionError, match="salvage_values"):
        no.solve(valued, question)
    assert no.solve(valued, replace(question, leave_out=("salvage_values",))).proved


@pytest.mark.parametrize("terminal", ["none", "keep", "salvage"])
def test_growth_goes_with_growth(terminal: str) -> None:
    with pytest.raises(no.QuestionError, match="terminal_growth goes with"):
        no.solve(FIVE, asked(terminal, terminal_growth=0.02))


@pytest.mark.parametrize("settings", [{"terminal": "kept"}, {"terminal": "growth", "terminal_growth": -0.1}])
def test_senseless_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(no.QuestionError, match="terminal"):
        no.Question("fulfilment", **settings)


# ---- what a plan shows ------------------------------------------------------------------------------------------


def test_the_table_of_the_end_is_written_and_explained() -> None:
    plan = no.solve(FIVE, asked("keep")).assert_optimal()
    tables = plan.tables()
    assert list(tables["terminal_stocks"].columns) == ["unit", "at_start", "left", "change", "share"]
    assert tables["capital_left"].shape == (9, 1)
    limits = plan.limits
    assert "terminal capital" in set(limits["kind"])
    assert limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-8)
    told = str(plan.explain("coal in iron", kind="terminal capital"))
    assert "at least 2" in told


@pytest.mark.parametrize("name", list(NAMED))
def test_limits_of_every_golden_end_sum_to_the_objective(name: str) -> None:
    plan = no.solve(NAMED[name]).assert_optimal()
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-8)
    assert len(plan.terminal_stocks)
    assert str(plan)


def test_a_pool_of_pairs_is_named() -> None:
    """A pooled good that is a pair is one name, not a good and a technique."""
    economy = NAMED["fleets"]
    for backend in ("highs", "pyomo", "cvxpy"):
        plan = no.solve(economy, backend=backend).assert_optimal()
        assert set(plan.totals.index) == {("terminal capital", "north ship"), ("terminal capital", "south ship")}
        assert list(plan.terminal_stocks.index.get_level_values("technique")) == ["", ""]


def test_one_period_eats_without_a_warning() -> None:
    """A plan of one period has no later one to think of."""
    plan = no.solve(NAMED["one year of keep"], no.Question("fulfilment"))
    assert plan.terminal_stocks["share"].to_list() == pytest.approx([0.75])
    assert "leaves 75% of its capital" in str(plan)
    assert "WARNING" not in str(plan)


def test_salvage_values_are_valuations_of_stocks() -> None:
    """Held capital: the mean over techniques by the stocks they hold; a pool and what keeps: the valuation itself."""
    plan = no.solve(FIVE)
    worth, held = plan.stock_valuations.iloc[:, 0], plan.stocks.iloc[:, 0]
    iron = [label for label in worth.index if label[0] == "iron"]
    mean = (worth[iron] * held[iron]).sum() / held[iron].sum()
    assert no.salvage_values(plan)["iron"] == pytest.approx(mean)
    with pytest.raises(no.QuestionError, match="year"):
        no.salvage_values(plan, "year9")
    larder = no.solve(NAMED["larder of keep"])
    assert no.salvage_values(larder)["ham"] == pytest.approx(larder.good_valuations.loc["ham", "autumn"])
    assert no.salvage_values(larder)["milk"] == 0


# ---- periods of different length --------------------------------------------------------------------------------


def years(economy: no.Economy, count: int) -> no.Economy:
    """The same economy of one period as so many periods of a year."""
    names = [f"y{t}" for t in range(count)]
    tables = {name: table.slices[None] for name, table in economy.tables.items() if name != "period_length"}
    return no.build_economy(
        name="years", goods=list(economy.goods), resources=list(economy.resources), periods=names, **tables
    )


def long_period(count: float, **more: Any) -> no.Economy:
    tables = {
        "inputs": [[0.1, 0.2], [0.15, 0.1]],
        "resource_use": [[1, 1.5]],
        "resource_limits": [20],
        "capital": [[0.5, 0.3], [0, 0.2]],
        "initial_capital": [[3, 2], [0, 1.5]],
        "depreciation": [[0.1, 0.2], [0, 0]],
        "targets": [1, 1],
    }
    return no.build_economy(
        name="long", goods=["a", "b"], resources=["labour"], periods=["all"], period_length=[count], **(tables | more)
    )


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_long_period_is_so_many_equal_years(count: int) -> None:
    """The same investment every year leaves the same stocks, and takes the same of every year's output."""
    whole = long_period(count)
    plan = no.solve(whole, asked("keep")).assert_optimal()
    short = years(whole, count)
    holdings, one = Holdings.of(short), Holdings.of(whole)
    every = np.tile(plan.investment.to_numpy(), (1, count))
    course = stocks_over_time(holdings, every)
    left = stocks_left(one, stocks_over_time(one, plan.investment.to_numpy()), plan.investment.to_numpy())
    assert stocks_left(holdings, course, every) == pytest.approx(left, rel=1e-12)
    assert plan.terminal_stocks["left"].to_numpy() == pytest.approx(left, rel=1e-9)


@pytest.mark.parametrize("count", [2, 4])
def test_a_long_period_has_the_best_equal_years(count: int) -> None:
    """With capital that does not wear, equal years are a year's plan, and the end asks for nothing but the stocks."""
    whole = long_period(count, depreciation=[[0, 0], [0, 0]])
    plan = no.solve(whole, asked("keep")).assert_optimal()
    tied = no.solve(years(whole, count), asked("keep")).assert_optimal()
    equal = no.solve(
        years(whole, count), asked("keep"), extra_laws=[no.Law("equal years", frozenset(), lambda e, q: True, _equal)]
    ).assert_optimal()
    levels = equal.activities.to_numpy()
    assert levels == pytest.approx(np.tile(levels[:, :1], (1, count)), abs=1e-8)
    assert plan.activities.to_numpy()[:, 0] == pytest.approx(levels[:, 0], rel=1e-7)
    assert tied.objective >= equal.objective - 1e-9


def _equal(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
    """Every activity, investment and delivery is that of the first year."""
    count, techniques = len(economy.periods), len(economy.techniques)
    size = techniques * (count - 1)
    program.rows("the same", pd.Index([f"row {k}" for k in range(size)]), "==", 0.0)
    first = np.tile(np.eye(techniques), (count - 1, 1))
    program.terms("the same", "activities", np.hstack([first, -np.eye(size)]))


@pytest.mark.parametrize("seed", SEEDS)
def test_periods_of_a_year_are_what_no_length_says(seed: int) -> None:
    """Lengths of one say nothing: the same program, number for number."""
    economy = seeded(seed)
    said = economy.with_changes(period_length=np.ones(len(economy.periods)))
    for question in (no.Question("fulfilment"), asked("keep"), asked("growth", terminal_growth=0.03)):
        one, other = no.linear_program(economy, question), no.linear_program(said, question)
        assert (one.matrix != other.matrix).nnz == 0
        assert np.array_equal(one.row_lower, other.row_lower)
        assert np.array_equal(one.row_upper, other.row_upper)


def test_a_store_over_a_long_period() -> None:
    """Of 10 stored, .8 last each of two years, and are spread over them: 6.4 in two years are 3.2 a year."""
    economy = no.build_economy(
        name="barn",
        goods=["grain"],
        resources=["labour"],
        periods=["harvest", "hunger"],
        period_length=[1, 2],
        resource_use=[[1]],
        resource_limits=[[10, 0]],
        storage=[0.8],
        targets=[[0, 1]],
        objective="assortment",
    )
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(3.2)
    assert plan.stored.loc["grain", "harvest"] == pytest.approx(10)


def test_investment_of_a_long_period_has_worn_when_it_arrives() -> None:
    """A unit a year for two years, half of which is lost in a year: 1.5 are there at the start of the next period."""
    economy = no.build_economy(
        name="forge",
        goods=["tool"],
        resources=["labour"],
        periods=["early", "late"],
        period_length=[2, 1],
        resource_use=[[1]],
        resource_limits=[[4, 100]],
        capital=[[1]],
        initial_capital=[[4]],
        depreciation=[[0.5]],
        targets=[[0, 1]],
        objective="assortment",
    )
    plan = no.solve(economy).assert_optimal()
    assert plan.stocks.loc[("tool", "tool"), "late"] == pytest.approx(4 * 0.25 + 4 * 1.5)
    assert plan.objective == pytest.approx(7.0)

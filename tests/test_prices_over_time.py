"""Prices over time: own rates by their formula, returns by the data alone, prices between difference quotients."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import natura_opt as no
from natura_opt.plan.prices_over_time import BASKET, FREE, FREE_NEXT, LAST
from natura_opt.plan.text import summary

from .seeded import in_other_units, seeded_economy
from .test_plotting import drawn, inside

SEEDS = range(6)


@pytest.fixture(scope="module")
def five() -> no.Plan:
    return no.solve("five_year_plan").assert_optimal()


def small(seed: int, **given: Any) -> no.Plan:
    chosen = {"goods": (2, 4), "periods": (2, 4), "resources": (1, 2), "objective": "fulfilment", **given}
    return no.solve(seeded_economy(seed, **chosen)).assert_optimal()


class Optima:
    """The optimum of a plan's program with one side changed, by a solver of its own; None where there is no plan."""

    def __init__(self, plan: no.Plan) -> None:
        self.program = asked = plan.program
        self.sign = -1.0 if asked.sense == "max" else 1.0
        self.at_least, self.at_most = np.isfinite(asked.row_lower), np.isfinite(asked.row_upper)
        dense = asked.matrix.toarray()
        self.matrix = np.vstack([dense[self.at_most], -dense[self.at_least]])

    def side(self, row: int) -> float:
        return float(self.program.row_lower[row] if self.at_least[row] else self.program.row_upper[row])

    def of(self, row: int, change: float) -> float | None:
        lower, upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        lower[row], upper[row] = lower[row] + change, upper[row] + change
        sides = np.concatenate([upper[self.at_most], -lower[self.at_least]])
        bounds = np.column_stack([self.program.lower, self.program.upper])
        found = linprog(self.sign * self.program.cost, A_ub=self.matrix, b_ub=sides, bounds=bounds, method="highs-ds")
        return self.sign * found.fun + self.program.offset if found.status == 0 else None


def check_quotients(plan: no.Plan) -> int:
    """Each price lies between what a step more on hand brings and what a step less costs."""
    prices, checked, optima = plan.prices_over_time["price"], 0, Optima(plan)
    gained = 1.0 if plan.program.sense == "max" else -1.0
    kinds = {"balance": ("good", -1.0), "resource_limit": ("resource", 1.0), "accumulation": ("stock", 1.0)}
    for rows, (kind, of_side) in kinds.items():
        block = plan.program.row_block(rows)
        for k, label in enumerate(() if block is None else block.index):
            price = prices[kind, " in ".join(map(str, label[:-1])), label[-1]]
            step, slack = 1e-5 * max(abs(optima.side(block.start + k)), 1.0), 1e-6 + 1e-4 * abs(price)
            more, less = (optima.of(block.start + k, way * of_side * step) for way in (1.0, -1.0))
            assert gained * (more - plan.objective) / step <= price + slack
            if less is not None:  # with nothing on hand, one less may be impossible
                assert price <= gained * (plan.objective - less) / step + slack
            checked += 1
    return checked


def test_prices_of_the_five_year_plan_lie_between_difference_quotients(five: no.Plan) -> None:
    assert check_quotients(five) == 4 * 5 + 5 + 9 * 5


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_lie_between_difference_quotients(seed: int) -> None:
    objective = ("fulfilment", "assortment", "least-resources")[seed % 3]
    assert check_quotients(small(seed, goods=(2, 3), periods=(2, 3), objective=objective)) > 3


def test_the_rates_are_the_ratios_of_prices(five: no.Plan) -> None:
    table = five.prices_over_time
    for (kind, name), rows in table.groupby(level=["kind", "name"], sort=False):
        prices, rates = rows["price"].to_numpy(float), rows["own_rate"]
        assert rows["note"].iloc[-1] in (LAST, FREE) and rates.iloc[-1] is pd.NA, (kind, name)
        for t in range(len(rows) - 1):
            if prices[t] == 0 or prices[t + 1] == 0:
                assert rates.iloc[t] is pd.NA
                assert rows["note"].iloc[t] == (FREE if prices[t] == 0 else FREE_NEXT)
            else:
                assert rates.iloc[t] == pytest.approx(prices[t] / prices[t + 1] - 1, abs=1e-12)
                assert rows["note"].iloc[t] == ""
    assert table.loc["resource", "labour", "year1"]["note"] == FREE
    wage = table.loc["resource", "labour", "year3"]
    assert wage["in_baskets"] == pytest.approx(0.674885, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_basket_costs_what_its_goods_cost(seed: int) -> None:
    plan = small(seed)
    targets = np.column_stack([plan.asked.vector("targets", t) for t in range(len(plan.economy.periods))])
    cost = (targets * plan.good_valuations.to_numpy()).sum(axis=0)
    basket = plan.prices_over_time.xs(BASKET, level="kind")
    assert basket["price"].to_numpy() == pytest.approx(cost, rel=1e-9)
    goods = plan.prices_over_time.xs("good", level="kind")
    for t, period in enumerate(plan.economy.periods):
        in_baskets = goods.xs(period, level="period")["in_baskets"]
        if cost[t] > 1e-9:  # a year's basket is worth one of itself
            assert float(targets[:, t] @ in_baskets.to_numpy(float)) == pytest.approx(1.0)


def test_what_is_held_brings_what_it_costs_by_the_data_alone(five: no.Plan) -> None:
    economy, table = five.economy, five.returns_on_capital
    wear = economy.matrix("depreciation", 0).toarray()
    for (good, technique), stocks in five.stocks.iterrows():
        i, j = economy.goods.get_loc(good), economy.techniques.get_loc(technique)
        values = [*five.stock_valuations.loc[(good, technique)], 0.0]
        rents = five.rents.loc[(good, technique)]
        for t, period in enumerate(economy.periods):
            row = table.loc[(f"{good} in {technique}", period)]
            brought = rents.iloc[t] + (1 - wear[i, j]) * values[t + 1]
            assert row["kept"] == pytest.approx(brought - rents.iloc[t], abs=1e-9)
            if values[t] == 0:
                assert row["return"] is pd.NA
                continue
            assert row["return"] == pytest.approx(brought / values[t] - 1, abs=1e-9)
            assert row["return"] <= 1e-9
            if stocks.iloc[t] > 1e-9:
                assert brought == pytest.approx(values[t], rel=1e-9)
            if row["invested"] > 1e-9:
                paid = five.good_valuations.loc[good, period]
                assert paid == pytest.approx(values[t + 1], rel=1e-9)
                assert row["return_on_investment"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("objective", ["fulfilment", "assortment", "least-resources"])
@pytest.mark.parametrize("capital", ["technique", "pool"])
def test_nothing_held_or_invested_loses_and_nothing_gains(capital: str, objective: str) -> None:
    seen = 0
    for seed in range(3):
        table = small(seed, capital=capital, objective=objective).returns_on_capital
        held = (table["stock"] > 1e-6).to_numpy() & table["return"].notna().to_numpy()
        invested = (table["invested"] > 1e-6).to_numpy() & table["return_on_investment"].notna().to_numpy()
        assert (np.abs(table["return"][held].to_numpy(float)) < 1e-7).all()
        assert (np.abs(table["return_on_investment"][invested].to_numpy(float)) < 1e-7).all()
        for column in ("return", "return_on_investment"):
            assert (table[column].dropna().to_numpy(float) <= 1e-7).all()
        seen += int(held.sum())
    assert seen or objective == "least-resources"


@pytest.mark.parametrize("seed", SEEDS)
def test_units_change_no_rate(seed: int) -> None:
    economy = seeded_economy(seed, goods=(2, 5), periods=(2, 4), objective="fulfilment", resources=(1, 1))
    rng = np.random.default_rng(seed)
    other = in_other_units(economy, 2.0 ** rng.integers(-6, 6, len(economy.goods)))
    one, two = (no.solve(e).assert_optimal().prices_over_time for e in (economy, other))
    baskets = [table.xs(BASKET, level="kind")["own_rate"] for table in (one, two)]
    assert baskets[0].isna().tolist() == baskets[1].isna().tolist()
    known = baskets[0].notna()
    assert baskets[0][known].to_numpy(float) == pytest.approx(baskets[1][known].to_numpy(float), abs=1e-7)


def test_years_stand_in_the_rates_and_in_the_prices() -> None:
    economy = no.build_economy(
        goods=["bread"],
        resources=["labour"],
        periods=["first", "second", "third"],
        inputs=[[0.0]],
        resource_use=[[1.0]],
        resource_limits=pd.DataFrame([[1.0, 2.0, 4.0]], index=["labour"], columns=["first", "second", "third"]),
        targets=pd.DataFrame([[1.0, 2.0, 8.0]], index=["bread"], columns=["first", "second", "third"]),
        period_length=[1.0, 3.0, 2.0],
        objective="fulfilment",
    )
    plan = no.solve(economy).assert_optimal()
    years = np.array([1.0, 3.0, 2.0])
    bread = plan.prices_over_time.loc[("good", "bread")]
    prices = plan.good_valuations.loc["bread"].to_numpy() / years
    assert bread["price"].to_numpy() == pytest.approx(prices)
    rates = (prices[:-1] / prices[1:]) ** (1 / np.array([2.0, 2.5])) - 1
    assert bread["own_rate"].iloc[:-1].to_numpy(float) == pytest.approx(rates)
    assert bread["in_baskets"].to_numpy(float) == pytest.approx([1.0, 0.5, 0.125])
    labour = plan.prices_over_time.loc[("resource", "labour")]
    assert labour["in_baskets"].to_numpy(float) == pytest.approx([1.0, 0.5, 0.125])
    assert "own rate of interest of the target basket" not in summary(no.solve("five_year_plan"))


def test_json_and_files_hold_no_nan(five: no.Plan, tmp_path: Any) -> None:
    told = five.summary()["interest"]
    json.dumps(told, allow_nan=False)
    assert [row["period"] for row in told] == [f"year{t}" for t in range(1, 6)]
    assert told[-1]["own_rate"] is None and told[-1]["note"] == LAST
    tables = five.tables()
    for name in ("prices_over_time", "returns_on_capital"):
        assert name in tables
        numbers = tables[name].select_dtypes("number")
        assert not any(value is not pd.NA and not np.isfinite(value) for value in numbers.to_numpy(object).ravel())
    book = five.to_excel(tmp_path / "five.xlsx")
    read = pd.read_excel(book, sheet_name="prices_over_time")
    assert len(read) == len(five.prices_over_time) and "<NA>" not in read.to_numpy(str)
    assert "prices_over_time" not in no.solve("wheat_cloth").tables()


def test_a_plan_that_is_none_has_no_prices() -> None:
    economy = seeded_economy(1, periods=(2, 2), objective="least-resources", capital="none", resources=(1, 1))
    limits = pd.DataFrame(np.zeros((1, 2)), index=economy.resources, columns=economy.periods)
    plan = no.solve(economy.with_changes(resource_limits=limits))
    assert plan.status is no.Status.INFEASIBLE
    with pytest.raises(no.NotProvedError):
        _ = plan.prices_over_time


def test_the_picture_shows_the_prices_it_is_of() -> None:
    plan = no.solve("uk_2015_20")
    figure = drawn(plan.plot.prices_over_time(most=3))
    inside(figure)
    panel = figure.axes[0]
    shades = np.asarray(panel.images[0].get_array())
    goods = plan.prices_over_time.xs("good", level="kind")
    assert shades.shape == (3, len(plan.economy.periods)) and shades.max() == 1.0
    for label, row in zip(panel.get_yticklabels(), shades, strict=True):
        name = label.get_text().replace("\n", " ").rsplit(", per ", 1)[0]
        values = goods.loc[name]["in_baskets"].to_numpy(float)
        assert row == pytest.approx(values / values.max())


def test_the_picture_of_a_plan_in_which_nothing_is_scarce() -> None:
    plan = no.solve("five_year_plan")
    free = replace(plan, dual=np.zeros_like(plan.dual))
    figure = drawn(free.plot.prices_over_time())
    assert not figure.axes and "Nothing is scarce" in figure.texts[0].get_text()

"""Resources that stand in a stock: closed forms, what is shown of them, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.laws.periods import added_up, lasting

from .spellings import GOLDEN
from .test_laws import held_between

FREE = float("inf")
#: One good, made of one resource.
ONE: dict[str, Any] = {
    "goods": ["fuel"],
    "resources": ["ore"],
    "resource_use": [[1]],
    "targets": [1],
    "objective": "fulfilment",
}


def solved(terminal: str = "none", **tables: Any) -> no.Plan:
    economy = no.build_economy(**(ONE | tables))
    return no.solve(economy, no.Question(economy.question().objective, terminal=terminal)).assert_optimal()


# ---- exhaustible ------------------------------------------------------------
def test_hotelling() -> None:
    """Undiscounted, ore is worth the same whenever it is drawn, and its stock as much.

    Ten in the ground, four hours in a year: what a year draws of it is worth its years.
    """
    years = [1.0, 2.0, 1.0]
    plan = solved(
        exhaustible_stocks=[10, FREE],
        resources=["ore", "hours"],
        resource_use=[[1], [1]],
        resource_limits=[[99] * 3, [4, 4, 4]],
        periods=3,
        period_length=years,
        targets=[[1, 1, 1]],
        objective="assortment",
    )
    # the same in every year: 10 / 4
    assert plan.objective == pytest.approx(2.5)
    drawn = plan.valuations.loc["resource drawn"].to_numpy().ravel()
    stock = plan.limits.set_index("kind").loc["exhaustible stock", "valuation"]
    assert drawn / years == pytest.approx([stock] * 3)
    assert stock == pytest.approx(0.25)


@pytest.mark.parametrize("terminal", ["keep", "growth"])
def test_no_terminal_condition_keeps_what_is_there_once(terminal: str) -> None:
    with pytest.raises(no.QuestionError, match="nothing lasts beyond a period here"):
        solved(terminal, exhaustible_stocks=[10])


def test_a_cake_is_eaten_evenly_where_its_taste_diminishes() -> None:
    """max sum of ln(c_t / g) with sum of c_t = 12: a third in each period."""
    economy = no.build_economy(
        **(ONE | {"exhaustible_stocks": [12], "periods": 3, "targets": [2], "objective": "harmony"})
    )
    plan = no.solve(economy, tolerance=1e-6)
    assert plan.activities.to_numpy().ravel() == pytest.approx([4, 4, 4], rel=1e-2)
    assert plan.objective == pytest.approx(3 * np.log(2), rel=1e-5)


# ---- renewable --------------------------------------------------------------
@pytest.mark.parametrize("rate", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("years", [1.0, 2.0])
def test_the_even_catch_is_an_annuity(rate: float, years: float) -> None:
    """Drawn at the start of each of three periods: stock = sum over t of n d / (1 + rate)^(n t)."""
    plan = solved(
        renewable_stocks=[10],
        regrowth_rates=[rate],
        periods=3,
        period_length=[years] * 3,
        targets=[[1, 1, 1]],
        objective="assortment",
    )
    assert plan.objective == pytest.approx(10 / (years * sum((1 + rate) ** (-years * t) for t in range(3))))


def test_what_is_kept_is_what_regrows() -> None:
    """Kept for ever: stock = (1 + rate) (stock - d), in every period the same."""
    plan = solved(
        "keep", renewable_stocks=[10], regrowth_rates=[0.25], periods=4, targets=[[1] * 4], objective="assortment"
    )
    assert plan.objective == pytest.approx(2.0)
    assert (plan.limits["kind"] == "renewable stock to be kept").any()


def test_no_more_grows_than_there_is_capacity_for() -> None:
    """Ten double to twenty, of which twelve find room; nothing can be drawn in the first period."""
    plan = solved(
        renewable_stocks=[10],
        regrowth_rates=[1],
        renewable_capacity=[12],
        periods=2,
        activity_limits=[[0, FREE]],
    )
    assert plan.objective == pytest.approx(12)
    assert "renewable capacity" in set(plan.limits["kind"])


def test_a_stock_above_its_capacity_does_not_hold() -> None:
    assert solved(renewable_stocks=[10], renewable_capacity=[6]).objective == pytest.approx(6)
    assert solved("keep", renewable_stocks=[10], renewable_capacity=[6]).objective == pytest.approx(0)


# ---- labour -----------------------------------------------------------------
@pytest.mark.parametrize("leaving", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("years", [1.0, 3.0])
def test_labour_comes_and_leaves(leaving: float, years: float) -> None:
    plan = solved(
        labour_force=[10], labour_entering=[2], labour_leaving=[leaving], periods=2, period_length=[years, 1.0]
    )
    second = 10 * lasting(leaving, years) + 2 * added_up(leaving, years)
    assert plan.activities.to_numpy().ravel() == pytest.approx([10, second])


def test_a_long_period_is_as_many_years() -> None:
    """Who is there after three years of one is who is there after one of three."""
    tables = {"labour_force": [10], "labour_entering": [2], "labour_leaving": [0.2]}
    single = solved(**tables, periods=4).activities.to_numpy().ravel()
    whole = solved(**tables, periods=2, period_length=[3, 1]).activities.to_numpy().ravel()
    assert whole[1] == pytest.approx(single[3])


def test_a_teacher_year() -> None:
    """A teacher-year in the first of three periods is four smiths in two periods; in the second, in one."""
    plan = no.solve(GOLDEN["academy"]).assert_optimal()
    assert plan.valuations.loc[("resource drawn", "teacher")].to_numpy() == pytest.approx([8, 4, 0])
    assert plan.valuations.loc[("labour force", "teacher")].to_numpy() == pytest.approx([12, 4, 0])
    cost = plan.explain("school", "1").cost
    assert cost.loc[("training", "smith in 2"), "worth"] == pytest.approx(-2)
    assert cost["worth"].sum() == pytest.approx(0)
    assert "are drawn from its stock in a year" in str(plan.explain("teacher", "1"))


def test_nobody_is_taken_who_is_not_there() -> None:
    """Two pupils, and a school for four: two are trained, and no more."""
    academy = GOLDEN["academy"].with_changes(labour_force=[2, 2, 1])
    plan = no.solve(academy).assert_optimal()
    assert plan.activities.loc["school"].sum() == pytest.approx(2)
    assert plan.objective == pytest.approx(2 + 4 + 4)


# ---- whatever uses it -------------------------------------------------------
@pytest.mark.parametrize("name", ["reserve", "fishery", "academy", "mine"])
def test_what_is_used_is_drawn(name: str) -> None:
    """Techniques, plants and needs ahead of output all draw, and a technique pays for it in its account."""
    plan = no.solve(GOLDEN[name]).assert_optimal()
    block = plan.program.row_block("resource_drawn")
    assert block is not None
    drawn = plan.primal[plan.program.column_block("drawn").span]  # type: ignore[union-attr]
    used = np.array([plan.resource_use.loc[label] for label in block.index])
    kept = plan.limits[plan.limits["kind"] == "resources for after the end"]
    assert (drawn - used >= -1e-9).all()
    assert len(kept) == (name == "reserve")
    for technique in plan.economy.techniques:
        for t, period in enumerate(plan.economy.periods):
            told = plan.explain(technique, period)
            assert "changed by hand" not in told.cost.index.get_level_values("kind")
            whole = plan.program.integer.any()
            if not whole and plan.activities.loc[technique].to_numpy()[t] > 1e-6:
                assert told.cost["worth"].sum() == pytest.approx(told.makes["worth"].sum(), abs=1e-9)


def test_a_curve_draws_on_a_stock() -> None:
    """Ten of ore, used up twice as fast beyond four of fuel: 4 + 3."""
    rows = [("fuel", "ore", 0.0, 0.0), ("fuel", "ore", 4.0, 4.0), ("fuel", "ore", 20.0, 36.0)]
    reports = pd.DataFrame(rows, columns=["technique", "name", "quantity", "total"])
    plan = solved(resource_use=None, curves=reports, exhaustible_stocks=[10])
    assert plan.objective == pytest.approx(7)


def _seeded(seed: int) -> no.Economy:
    """Stocks of every kind, training and needs ahead, with random numbers."""
    random = np.random.default_rng(seed)
    periods = 3
    return no.build_economy(
        goods=["a", "b", "c"],
        techniques=["a", "b", "c"],
        inputs=0.1 * random.random((3, 3)),
        inputs_ahead={1: 0.2 * random.random((3, 3)), 2: 0.1 * random.random((3, 3))},
        resources=["ore", "fish", "smith"],
        resource_use=0.1 + random.random((3, 3)),
        resource_use_ahead={1: 0.3 * random.random((3, 3))},
        exhaustible_stocks=[20 + 5 * random.random(), FREE, FREE],
        renewable_stocks=[FREE, 8 + random.random(), FREE],
        regrowth_rates=[0, 0.5 * random.random(), 0],
        labour_force=[FREE, FREE, 6 + random.random()],
        labour_entering=[0, 0, random.random()],
        labour_leaving=[0, 0, 0.3 * random.random()],
        training=[[0, 0, 0], [0, 0, 0], [0, 0, random.random()]],
        prepared_activities=2 + random.random((3, periods)),
        initial_stocks=[9, 8, 7],
        periods=periods,
        period_length=1 + random.random(periods),
        targets=random.random((3, periods)),
        questions={"default": no.Question("fulfilment", terminal=["none", "keep", "growth"][seed % 3])},
    )


@pytest.mark.parametrize("seed", range(3))
def test_valuations_are_derivatives_by_the_data(seed: int) -> None:
    economy = _seeded(seed)
    plan = no.solve(economy).assert_optimal()
    values, last = plan.valuations, economy.periods
    stock = plan.limits[plan.limits["kind"] == "exhaustible stock"]["valuation"].sum()
    kept = plan.limits[plan.limits["kind"] == "renewable stock to be kept"]["valuation"].sum()
    entering = plan.limits[plan.limits["kind"] == "labour entering"]["valuation"]
    assert len(entering) <= len(last)
    for table, at, valuation in (
        ("exhaustible_stocks", 0, stock),
        ("renewable_stocks", 1, values.loc[("renewable stock", "fish")].iloc[0] + kept),
        ("labour_force", 2, values.loc[("labour force", "smith")].iloc[0]),
    ):
        numbers = economy.vector(table, 0)

        def moved(h: float, table: str = table, at: int = at, numbers: Any = numbers) -> no.Plan:
            return no.solve(economy.with_changes(**{table: numbers + h * (np.arange(3) == at)}))

        assert held_between(float(valuation), moved, plan, 1e-3), table


# ---- what cannot be ---------------------------------------------------------
@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"exhaustible_stocks": [3], "labour_force": [4]}, "cannot stand both in 'exhaustible_stocks' and in 'labour_"),
        ({"exhaustible_stocks": [3], "renewable_stocks": [4]}, "cannot stand both in 'exhaustible_stocks' and in 'ren"),
        ({"renewable_stocks": [3], "labour_force": [4]}, "cannot stand both in 'renewable_stocks' and in 'labour_f"),
        ({"labour_force": [FREE], "training": [[1]]}, "'training' is of .*ore.*which stand in no 'labour_force'"),
        ({"labour_force": [FREE], "labour_entering": [1]}, "'labour_entering' is of .*ore"),
        ({"resource_limits": [1], "training": [[1]]}, "no law of this question uses the table .*training"),
        ({"resource_limits": [1], "regrowth_rates": [1]}, "no law of this question uses the table .*regrowth_rates"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tables: dict[str, Any], said: str) -> None:
    with pytest.raises(no.QuestionError, match=said):
        solved(**tables)


@pytest.mark.parametrize("table", ["exhaustible_stocks", "renewable_stocks", "labour_force"])
@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_a_table_of_no_stock_limits_nothing(table: str, backend: str) -> None:
    economy = no.build_economy(**(ONE | {table: [FREE], "resource_limits": [5]}))
    assert no.solve(economy, backend=backend).assert_optimal().objective == pytest.approx(5)

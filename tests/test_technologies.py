"""Economies as the historical algorithms see them: every balance recomputed from the economy's own tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.base.errors import QuestionError
from natura_opt.laws.holdings import Holdings
from natura_opt.methods.history.stock_allocation import StockProblem
from natura_opt.methods.history.technologies import INTERNAL_TARGET, ZERO_TARGET, Technologies

YEARS = ["y1", "y2", "y3"]


def years(**changed: Any) -> no.Economy:
    """Corn, iron and tools over three years; tools are capital that wears, and take a year to be of use."""
    tables: dict[str, Any] = {
        "goods": ["corn", "iron", "tools"],
        "periods": YEARS,
        "inputs": [[0.2, 0.1, 0.0], [0.1, 0.1, 0.3], [0.0, 0.0, 0.0]],
        "outputs": np.diag([1.0, 2.0, 0.5]),
        "targets": pd.DataFrame([[4.0, 5.0, 6.0], [1.0, 0.0, 2.0], [0.0, 0.0, 1.0]], ["corn", "iron", "tools"], YEARS),
        "capital": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.5, 1.0, 0.2]],
        "initial_capital": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [3.0, 2.0, 1.0]],
        "depreciation": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.1, 0.2, 0.0]],
        "initial_stocks": [1.0, 0.5, 0.0],
        "resources": ["labour"],
        "resource_use": [[1.0, 2.0, 3.0]],
        "resource_limits": [[20.0, 21.0, 22.0]],
    }
    return no.build_economy(**{**tables, **changed})


# ---- several years as products and technologies ------------------------------------------------------------


@pytest.mark.parametrize("base_year", [None, np.array([2.0, 0.5, 4.0])])
def test_what_is_left_of_every_product_is_the_economys_own_balance(base_year: Any) -> None:
    economy = years()
    form = Technologies.of(economy, base_year)
    rng = np.random.default_rng(0)
    intensities = rng.uniform(0, 1, form.makes.shape[1])
    left = form.net_outputs(intensities)
    x, invested = form.activities(intensities), form.investment(intensities)
    if base_year is not None:
        np.testing.assert_allclose(x, intensities[:9].reshape(3, 3).T * base_year[:, None])
    held = Holdings.of(economy)
    labour = np.array([1.0, 2.0, 3.0])
    for t in range(3):
        goods = economy.matrix("outputs", t) @ x[:, t] - economy.matrix("inputs", t) @ x[:, t]
        goods = np.asarray(goods) + (economy.vector("initial_stocks", 0) if t == 0 else 0)
        np.subtract.at(goods, held.goods, invested[:, t])
        np.testing.assert_allclose(left[3 * t : 3 * t + 3], goods, atol=1e-12)
        assert left[9 + t] == pytest.approx([20.0, 21.0, 22.0][t] - labour @ x[:, t])
    stock = held.given(0).astype(float)
    capital = left[12:].reshape(3, held.count)
    for t in range(3):
        np.testing.assert_allclose(capital[t], stock - held.tied_up(t) @ x[:, t], atol=1e-12)
        ripe = np.array([invested[k, t + 1 - lag] if 0 <= t + 1 - lag <= t else 0.0 for k, lag in enumerate(held.lags)])
        stock = stock * held.surviving(t) + ripe


def test_which_products_are_goods_and_what_targets_they_get() -> None:
    form = Technologies.of(years())
    assert form.final[:9].all() and not form.final[9:].any()
    expected = np.array([4.0, 1.0, 0.0, 5.0, 0.0, 0.0, 6.0, 2.0, 1.0])
    np.testing.assert_array_equal(form.targets[:9], np.where(expected > 0, expected, ZERO_TARGET))
    np.testing.assert_array_equal(form.targets[9:], INTERNAL_TARGET)
    np.testing.assert_array_equal(form.main[:9], np.arange(9))
    assert form.produced[:9].all() and not form.produced[9:12].any()


def test_nothing_is_invested_that_no_year_could_use() -> None:
    form = Technologies.of(years())
    assert form.held is not None
    usable = sum(t + lag < 3 for t in range(3) for lag in form.held.lags)
    assert form.investing == usable < 3 * form.held.count
    made = form.investment(np.ones(form.makes.shape[1]))
    assert made.sum() == usable and not made[:, 2].any()
    slower = Technologies.of(years(investment_lag=[1.0, 1.0, 2.0]))
    assert slower.investing < form.investing


def test_a_technique_is_for_its_namesake_and_else_for_what_it_makes_most_of_beside_the_target() -> None:
    economy = no.build_economy(
        goods=["corn", "iron"],
        techniques=["iron", "farm", "mixed"],
        inputs=np.zeros((2, 3)),
        outputs=[[9.0, 1.0, 4.0], [1.0, 0.0, 3.0]],
        targets=[8.0, 2.0],
        resources=["labour"],
        resource_use=[[1.0, 1.0, 1.0]],
        resource_limits=[5.0],
    )
    np.testing.assert_array_equal(Technologies.of(economy).main, [1, 0, 1])


def test_an_economy_without_limits_is_refused() -> None:
    economy = no.build_economy(goods=["corn"], inputs=[[0.1]], targets=[1.0], initial_stocks=[2.0])
    with pytest.raises(QuestionError, match="no technique uses any"):
        Technologies.of(economy)


def test_without_capital_there_is_nothing_to_invest_and_the_base_year_serves_the_first_targets() -> None:
    economy = years(capital=None, initial_capital=None, depreciation=None)
    form = Technologies.of(economy)
    assert form.held is None and form.investing == 0 and form.investment(np.ones(9)).shape == (0, 3)
    inputs, outputs = np.asarray(economy.matrix("inputs", 0).toarray()), np.diag([1.0, 2.0, 0.5])
    # iron has a target of one, tools of none, which .02 stands in for
    served = np.linalg.solve(outputs - inputs, [4.0, 1.0, ZERO_TARGET])
    np.testing.assert_allclose(form.units, np.tile(served, 3), rtol=1e-5)


# ---- one year of stocks --------------------------------------------------------------------------------------


def one_year(**changed: Any) -> no.Economy:
    tables: dict[str, Any] = {
        "goods": ["corn", "iron", "ore"],
        "techniques": ["smelting", "farming"],
        "inputs": [[0.0, 0.2], [0.1, 0.3], [2.0, 0.0]],
        "outputs": [[0.0, 3.0], [1.5, 0.0], [0.0, 0.0]],
        "targets": [10.0, 5.0, 0.0],
        "initial_stocks": [0.7, 0.0, 40.0],
        "capital": [[0.0, 0.0], [2.0, 3.0], [0.0, 0.0]],
        "capital_pool": [0.0, 60.0, 0.0],
        "resources": ["labour"],
        "resource_use": [[1.0, 4.0]],
        "resource_limits": [30.0],
    }
    return no.build_economy(**{**tables, **changed})


def test_industries_stand_in_the_order_of_the_goods_they_make() -> None:
    problem = StockProblem.of(one_year())
    assert problem.goods.tolist() == ["corn", "iron"] and problem.technique.tolist() == [1, 0]
    np.testing.assert_array_equal(problem.makes, [3.0, 1.5])
    np.testing.assert_array_equal(problem.flows.toarray(), [[0.2, 0.0], [0.3, 0.1]])
    np.testing.assert_array_equal(problem.own, [2.8, 1.4])
    np.testing.assert_array_equal(problem.on_hand, [0.7, 0.0])
    np.testing.assert_array_equal(problem.targets, [10.0, 5.0])


def test_stocks_are_capital_resources_and_what_nobody_makes() -> None:
    problem = StockProblem.of(one_year())
    names = problem.stock_names.to_list()
    ties = dict(zip(names, problem.ties.toarray().tolist(), strict=True))
    there = dict(zip(names, problem.stocks.tolist(), strict=True))
    assert ties[("capital", "iron")] == [3.0, 2.0] and there[("capital", "iron")] == 60.0
    assert ties[("resource", "labour")] == [4.0, 1.0] and there[("resource", "labour")] == 30.0
    assert ties[("good on hand", "ore")] == [0.0, 2.0] and there[("good on hand", "ore")] == 40.0


def test_goals_of_goods_without_a_target_are_a_fiftieth_of_what_serving_the_others_takes() -> None:
    problem = StockProblem.of(one_year(targets=[10.0, 0.0, 0.0]))
    np.testing.assert_array_equal(problem.goals("absolute"), [10.0, 0.0])
    relative = problem.goals("relative")
    level = np.linalg.solve(np.diag(problem.makes) - problem.flows.toarray(), [10.0, 0.0])
    assert relative[0] == 10.0
    # what is made of iron is what serving corn takes of it, net of what iron takes of itself
    assert relative[1] == pytest.approx(0.02 * level[1] * problem.own[1], rel=1e-6)
    np.testing.assert_array_equal(StockProblem.of(one_year()).goals("relative"), [10.0, 5.0])


def test_an_economy_whose_targets_take_ever_more_is_refused() -> None:
    tables = {"inputs": [[3.0, 0.2], [0.1, 2.0], [2.0, 0.0]], "targets": [10.0, 0.0, 0.0]}
    problem = StockProblem.of(one_year(**tables))
    with pytest.raises(QuestionError, match="ever more inputs"):
        problem.goals("relative")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"inputs": [[0.0, 3.0], [0.1, 0.3], [2.0, 0.0]]}, "uses up as much of it as it"),
        ({"outputs": [[0.2, 3.0], [1.5, 0.0], [0.0, 0.0]]}, "'smelting' makes several"),
        ({"outputs": [[0.0, 3.0], [0.0, 1.5], [0.0, 0.0]]}, "'farming' makes several"),
        ({"outputs": [[1.0, 3.0], [0.0, 0.0], [0.0, 0.0]], "targets": [1.0, 0.0, 0.0]}, "several make 'corn'"),
        ({"targets": [10.0, 5.0, 1.0]}, "no technique makes 'ore'"),
        (
            {"capital": [[0.0, 0.0], [2.0, 0.0], [0.0, 0.0]], "resource_use": [[1.0, 0.0]]},
            "industry 'corn' uses no stock",
        ),
        ({"storage": [0.5, 0.5, 0.5]}, "does not use the table 'storage'"),
    ],
)
def test_other_forms_are_refused_with_the_names_that_are_to_blame(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        StockProblem.of(one_year(**changed))


def test_several_years_are_not_the_problem_of_1990() -> None:
    with pytest.raises(QuestionError, match="here are 3"):
        StockProblem.of(years())

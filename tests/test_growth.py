"""Growth in proportion: the turnpike and von Neumann's factors, against known answers, each other and long plans."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.plan.pictures.turnpike import way_to_turnpike

#: Gale's example (9.6): rows are activities there, columns here.
GALE_INPUTS = np.array([[0, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]]).T
GALE_OUTPUTS = np.array([[1, 0, 0, 0], [0, 0, 2, 0], [0, 1, 0, 1]]).T


def economy(inputs: Any, capital: Any, wear: Any, **more: Any) -> no.Economy:
    goods = [f"g{i}" for i in range(len(inputs))]
    stocks = np.ones(len(inputs))
    return no.build_economy(
        goods=goods,
        inputs=inputs,
        capital=capital,
        capital_pool=stocks,
        pool_depreciation=wear,
        targets=stocks,
        **more,
    )


def random_economy(seed: int, size: int = 6) -> no.Economy:
    draw = np.random.default_rng(seed)
    inputs = draw.uniform(0, 1, (size, size)) * (draw.uniform(size=(size, size)) < 0.6)
    inputs *= 0.6 / np.abs(np.linalg.eigvals(inputs)).max()
    capital = draw.uniform(0.1, 3, (size, size)) * (2 / size) * (draw.uniform(size=(size, size)) < 0.7)
    capital[0, 0] = 1.0
    return economy(inputs, capital, draw.uniform(0.0, 0.1, size))


def long_plan(given: no.Economy, count: int) -> no.Plan:
    """The plan that ends with the most sets of its stocks at the start, with nothing wanted before and no limits."""
    periods = [str(t) for t in range(1, count + 1)]
    targets = pd.DataFrame(0.0, given.goods, periods)
    targets[periods[-1]] = np.asarray(given.matrix("initial_capital", 0).sum(axis=1)).ravel()
    tables = ("inputs", "capital", "depreciation", "initial_capital")
    e = no.build_economy(
        name="long",
        goods=given.goods,
        periods=periods,
        targets=targets,
        objective="assortment",
        **{table: given.matrix(table, 0) for table in tables},
    )
    return no.solve(e).assert_optimal()


# ---- the turnpike --------------------------------------------------------------------------------------------------


def test_one_good_by_hand() -> None:
    found = no.turnpike(economy([[0.3]], [[2.0]], [0.1]))
    assert found.least <= 0.25 <= found.most and found.most - found.least < 1e-11
    assert found.factor == 1 + found.growth and found.outputs.tolist() == found.prices.tolist() == [1.0]


@pytest.mark.parametrize("seed", range(8))
def test_rate_and_vectors_solve_the_system_and_the_bounds_enclose_the_definition(seed: int) -> None:
    e = random_economy(seed)
    found = no.turnpike(e)
    a, c = e.matrix("inputs", 0).toarray(), e.matrix("capital", 0).toarray()
    net = np.eye(len(a)) - a - e.vector("pool_depreciation", 0)[:, None] * c
    rate = 1.0 / np.abs(np.linalg.eigvals(np.linalg.solve(net, c))).max()
    assert found.growth == pytest.approx(rate, rel=1e-10)
    assert found.least <= found.growth <= found.most and found.most - found.least <= 1e-9 * rate
    q, p = found.outputs.to_numpy(), found.prices.to_numpy()
    np.testing.assert_allclose(net @ q, found.growth * c @ q, atol=1e-10)
    np.testing.assert_allclose(p @ net, found.growth * p @ c, atol=1e-10)
    assert (q >= 0).all() and (p >= 0).all() and q.max() == p.max() == 1
    held = found.stocks.groupby(level="good").sum().reindex(e.goods, fill_value=0.0)
    np.testing.assert_allclose(held, c @ q, rtol=1e-12)


def test_units_of_goods_change_no_rate() -> None:
    e = random_economy(3)
    units = np.array([1e-6, 1, 1e3, 1e5, 1e-3, 7])
    a, c = (e.matrix(table, 0).toarray() * units[:, None] / units for table in ("inputs", "capital"))
    other = no.turnpike(economy(a, c, e.vector("pool_depreciation", 0)))
    assert other.growth == pytest.approx(no.turnpike(e).growth, rel=1e-9)


def test_techniques_that_make_more_than_one_unit_or_stand_in_another_order() -> None:
    e = random_economy(1)
    order, amount = [3, 1, 5, 0, 2, 4], np.array([1.0, 2.0, 4.0, 0.5, 8.0, 1.0])
    made = np.zeros((6, 6))
    made[order, range(6)] = amount
    inputs, capital = (e.matrix(t, 0).toarray()[:, order] * amount for t in ("inputs", "capital"))
    other = no.build_economy(
        goods=e.goods,
        techniques=list("abcdef"),
        outputs=made,
        inputs=inputs,
        capital=capital,
        capital_pool=np.ones(6),
        pool_depreciation=e.vector("pool_depreciation", 0),
    )
    found, before = no.turnpike(other), no.turnpike(e)
    assert found.growth == pytest.approx(before.growth, rel=1e-12)
    np.testing.assert_allclose(found.activities * amount, before.outputs.to_numpy()[order], atol=1e-10)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capital": None, "capital_pool": None, "pool_depreciation": None}, "'capital' is missing"),
        ({"investment_lag": [1, 2]}, "'investment_lag' of 'g1'"),
        ({"outputs": [[1.0, 1.0], [0.0, 1.0]]}, "several techniques make 'g0'.*von_neumann_growth"),
        ({"outputs": [[1.0, 0.0], [1.0, 0.0]]}, "'g0' have joint products.*von_neumann_growth"),
        ({"outputs": [[1.0, 0.0], [0.0, 0.0]]}, "no technique makes 'g1'"),
        ({"capital": [[0.0, 1.0], [0.0, 0.0]], "inputs": None}, "no rate limits its growth"),
        ({"storage": [0.5, 0.5]}, "table 'storage' into account"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changes: dict[str, Any], words: str) -> None:
    e = economy([[0.1, 0.2], [0.2, 0.1]], [[1.0, 1.0], [1.0, 1.0]], [0.1, 0.1]).with_changes(**changes)
    with pytest.raises(no.CannotAnswerError, match=words):
        no.turnpike(e)


def test_wear_that_eats_all_output_is_said() -> None:
    with pytest.raises(no.DataError, match="use up all that is made in the block 'g0', 'g1'"):
        no.turnpike(economy([[0.3, 0.3], [0.3, 0.3]], [[9.0, 9.0], [9.0, 9.0]], [0.1, 0.1]))


def test_coefficients_that_differ_between_periods_are_refused() -> None:
    e = economy([[0.3]], [[2.0]], [0.1], periods=["1", "2"]).with_changes(inputs={"1": [[0.3]], "2": [[0.2]]})
    with pytest.raises(no.CannotAnswerError, match="same in every period, and 'inputs' differ"):
        no.turnpike(e)


def test_hundreds_of_sectors() -> None:
    found = no.turnpike(random_economy(0, 200))
    assert 0 < found.most - found.least <= 1e-9 * found.growth


@cache
def eu_for_sixty_years() -> no.Plan:
    return long_plan(no.read("eu_2006"), 60)


def test_the_middle_of_a_long_plan_runs_on_the_turnpike() -> None:
    """EU 2006, 60 periods, no limits: growth of each output in the middle is the eigenproblem's to 1 % (and nearer)."""
    e = no.read("eu_2006")
    found = no.turnpike(e)
    levels = eu_for_sixty_years().activities.to_numpy()
    middle = levels[:, 21:31] / levels[:, 20:30] - 1.0
    assert np.abs(middle / found.growth - 1.0).max() < 0.01
    shares = levels[:, 25] / levels[:, 25].max()
    np.testing.assert_allclose(shares, found.activities, atol=1e-3)
    ends = levels[:, [1, 59]] / levels[:, [0, 58]] - 1.0
    assert (np.abs(ends / found.growth - 1.0) > 0.05).all(), "were it balanced throughout, this would test nothing"


def test_the_picture_shows_the_way_there_and_back() -> None:
    figure = eu_for_sixty_years().plot.turnpike()
    above, below = figure.axes
    distance, growth = (np.asarray(ax.lines[0].get_ydata(), dtype=float) for ax in (above, below))
    assert len(distance) == 60 and len(growth) == 59
    assert distance[20:30].max() < 1e-3 < 0.03 < min(distance[0], distance[-1]) < max(distance) <= 1
    rate = no.turnpike("eu_2006").growth
    np.testing.assert_allclose(growth[20:30], rate, rtol=0.01)
    assert below.lines[1].get_ydata()[0] == rate
    assert figure._repr_png_()[:4] == b"\x89PNG"


def test_on_the_ray_the_distance_is_nothing_whatever_the_units() -> None:
    """Two goods that start in the ray's proportions and end with sets of them."""
    first = economy([[0.2, 0.1], [0.1, 0.2]], [[1.0, 0.5], [0.5, 2.0]], [0.1, 0.1])
    for unit in (1.0, 1000.0):
        units = np.array([1.0, unit])
        a, c = (first.matrix(table, 0).toarray() * units[:, None] / units for table in ("inputs", "capital"))
        ray = no.turnpike(economy(a, c, [0.1, 0.1]))
        stocks = ray.stocks.groupby(level="good").sum().to_numpy()
        plan = no.solve(
            economy(a, c, [0.1, 0.1], periods=["1", "2", "3"], objective="assortment").with_changes(
                capital_pool=stocks, targets={"1": [0.0, 0.0], "2": [0.0, 0.0], "3": stocks}
            )
        ).assert_optimal()
        way = way_to_turnpike(plan, ray)
        assert way["distance"].iloc[:2].max() < 1e-6
        assert way["growth"].iloc[0] == pytest.approx(ray.growth, rel=1e-6)


# ---- von Neumann ---------------------------------------------------------------------------------------------------


def exact_ratios(inputs: Any, outputs: Any, x: Any) -> Fraction:
    """The factor by which x grows, in rational arithmetic."""
    levels = [Fraction(float(v)) for v in x]
    used = [sum((Fraction(float(c)) * v for c, v in zip(row, levels, strict=True)), Fraction(0)) for row in inputs]
    made = [sum((Fraction(float(c)) * v for c, v in zip(row, levels, strict=True)), Fraction(0)) for row in outputs]
    return min(b / a for a, b in zip(used, made, strict=True) if a > 0)


def test_gale() -> None:
    found = no.von_neumann_growth(inputs=GALE_INPUTS, outputs=GALE_OUTPUTS)
    for value, (least, most) in (
        (found.growth_factor, found.growth_bounds),
        (found.interest_factor, found.interest_bounds),
    ):
        assert least**3 <= 2 <= most**3 and most - least <= 1e-8 * most and least <= value <= most
    assert found.valued


@pytest.mark.parametrize("seed", range(6))
def test_bounds_hold_in_rational_arithmetic(seed: int) -> None:
    draw = np.random.default_rng(seed)
    shape = (4, 7)
    inputs = draw.integers(0, 4, shape) * (draw.uniform(size=shape) < 0.5)
    outputs = draw.integers(0, 4, shape) * (draw.uniform(size=shape) < 0.5)
    inputs[draw.integers(0, 4, 7), range(7)] += 1
    outputs[range(4), draw.integers(0, 7, 4)] += 1
    found = no.von_neumann_growth(inputs=inputs, outputs=outputs, tolerance=1e-6)
    assert Fraction(found.growth_bounds[0]) <= exact_ratios(inputs, outputs, found.activities)
    backwards = exact_ratios(outputs.T, inputs.T, found.prices)
    assert Fraction(found.interest_bounds[1]) >= 1 / backwards
    assert found.interest_bounds[0] <= found.growth_bounds[1]
    for least, most in (found.growth_bounds, found.interest_bounds):
        assert least <= most <= least * (1 + 3e-6)


def test_without_joint_products_both_factors_are_the_inverse_radius() -> None:
    inputs = np.random.default_rng(5).uniform(0.1, 1.0, (5, 5))
    found = no.von_neumann_growth(inputs=inputs, outputs=np.eye(5))
    factor = 1.0 / np.abs(np.linalg.eigvals(inputs)).max()
    assert found.growth_factor == pytest.approx(factor, rel=1e-8)
    assert found.interest_factor == pytest.approx(factor, rel=1e-8)


def test_a_part_that_grows_faster_by_itself_parts_growth_from_interest() -> None:
    """Jewels need grain, grain needs no jewels: grain grows by 3, jewels by 2."""
    found = no.von_neumann_growth(inputs=[[1.0, 0.2], [0.0, 1.0]], outputs=[[3.0, 0.0], [0.0, 2.0]])
    assert found.growth_factor == pytest.approx(3.0, rel=1e-12) and found.activities.tolist() == [1.0, 0.0]
    assert found.interest_factor == pytest.approx(2.0, rel=1e-12) and found.prices.tolist() == [0.0, 1.0]
    assert not found.valued


@pytest.mark.parametrize("model", ["eu_2006", "five_year_plan"])
def test_both_theories_agree_where_both_apply(model: str) -> None:
    rate = no.turnpike(model)
    found = no.von_neumann_growth(model, tolerance=1e-7)
    for least, most in (found.growth_bounds, found.interest_bounds):
        assert least <= 1 + rate.most and 1 + rate.least <= most
    shares = found.activities / found.activities.max()
    np.testing.assert_allclose(shares, rate.activities / rate.activities.max(), atol=1e-4)


def test_old_machines_are_joint_products() -> None:
    """A machine that serves two years is at least as good as one that serves one, and less than one for ever."""

    def growth(years: int) -> float:
        goods = ["corn", *(f"machine {k}" for k in range(years))]
        inputs, outputs = np.zeros((years + 1, years + 1)), np.zeros((years + 1, years + 1))
        inputs[0, 0], outputs[1, 0] = 1.0, 1.0  # a machine is made of corn
        for age in range(years):
            inputs[[0, 1 + age], 1 + age] = 0.4, 1.0
            outputs[0, 1 + age] = 1.6
            if age + 1 < years:
                outputs[2 + age, 1 + age] = 1.0
        frames = [pd.DataFrame(table, goods, ["build", *map(str, range(years))]) for table in (inputs, outputs)]
        return no.von_neumann_growth(inputs=frames[0], outputs=frames[1], tolerance=1e-7).growth_factor

    found = [growth(years) for years in (1, 2, 3)]
    assert found[0] < found[1] < found[2]
    assert found[0] ** 2 + 0.4 * found[0] == pytest.approx(1.6, rel=1e-6)  # by hand: y + .4 x = 1.6 x / c, x = y / c


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({}, no.OptionError, "takes an economy, or both"),
        ({"inputs": [[1.0]]}, no.OptionError, "takes an economy, or both"),
        ({"inputs": [[1.0]], "outputs": [[1.0, 1.0]]}, no.DataError, "shape"),
        ({"inputs": [[-1.0]], "outputs": [[1.0]]}, no.DataError, "none of them negative"),
        ({"inputs": [1.0], "outputs": [[1.0]]}, no.DataError, "must be a matrix"),
        ({"inputs": [[1.0, 0.0]], "outputs": [[1.0, 1.0]]}, no.CannotAnswerError, "need nothing at the start"),
        ({"inputs": [[1.0], [0.0]], "outputs": [[1.0], [0.0]]}, no.CannotAnswerError, "no technique leaves any '1'"),
        ({"inputs": [[1.0]], "outputs": [[1.0]], "tolerance": 0.0}, no.OptionError, "tolerance must lie"),
    ],
)
def test_what_von_neumann_refuses(given: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        no.von_neumann_growth(**given)


def test_growth_slower_than_wear_is_refused() -> None:
    """Stocks last whole, and production uses up more than it makes: only eating capital would let it go on."""
    e = economy([[1.5]], [[2.0]], [0.0])
    with pytest.raises(no.CannotAnswerError, match="slower than capital wears out"):
        no.von_neumann_growth(e)
